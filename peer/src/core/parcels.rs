//! Leaving parcels in the drop box for people who are away (PROTOCOL §2.7; DESIGN §4, A message).
//!
//! ```text
//! no link for a while ─► the sealed envelope, as a link would get it ─► parcel ─► Ask::Deposit ─► receipt
//!                                                                                    │ signature and item hold
//!        expired ◄── until … ── InDropBox: journalled, told ◄─────────────────────────┘
//! a link comes up: the same envelopes go over it; what arrives twice is shown once
//! ```
//!
//! Messages and receipts go this way, and what heals a session (NUDGE, RESET); profiles and typing do not. A message
//! stays in the outbox until its DELIVERED comes, by whichever way. At most [`super::outbox::WINDOW`] messages are
//! sealed and unacknowledged at a time, in the box too. What one person may leave, and for how long, is Policy's; a
//! box that is full leaves the message waiting, and says so. The object of a file follows its message ([`objects`]).

mod answers;
mod objects;
mod receipts;

use std::collections::{BTreeMap, VecDeque};

use conclave_crypto::keys::{ItemId, MessageId, UserId};
use conclave_crypto::parcel::{Parcel, ParcelKind};
use conclave_crypto::plain::Ack;
use conclave_crypto::primitives::sha256;
use conclave_proto::ErrorCode;

use super::effect::{Ask, Effect, RequestId};
use super::gate::Step;
use super::history::id16;
use super::outbox::{Ciphertext, WINDOW};
use super::records::parse;
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{Failure, Time};
use crate::record::{Key, Order, Read, Tree};

/// How long a link to somebody who is shown as away may still come up before a parcel is left: a direct delivery is
/// sooner there, and costs the server nothing.
pub(super) const ABSENT: Time = 3_000;
/// The same for somebody who is shown as there: dials over every path have failed by then.
pub(super) const PRESENT: Time = 15_000;
/// Parcels to one person that await their receipt: enough to keep the server's disk busy.
const LEAVING: usize = 4;
/// Parcels to one person that wait for their turn, receipts among them; more are made when these have gone.
const MOST_LEAVING: usize = 64;
/// A deposit without any answer is asked for again after this long.
const ASK_AGAIN: Time = 30_000;
/// The same for the object of a file: longer than the largest needs over a slow line.
const ASK_OBJECT_AGAIN: Time = 1_800_000;
/// After a refusal nothing more is left for that person for so long.
const REFUSED: Time = 600_000;
/// Objects still to be left under messages that are delivered; more wait for a link.
const MOST_OWED: usize = 64;
/// Messages whose change of state is told when the box turns out to be full; the rest show it when they are looked at.
const MOST_TOLD: usize = 200;

/// What stays in the records of an outbox entry that is in the box under its present ciphertext.
#[derive(Clone, PartialEq, prost::Message)]
struct ParcelRecord {
    #[prost(uint64, tag = "1")]
    until: u64,
    /// The object of its file is still to be left.
    #[prost(bool, tag = "2")]
    object: bool,
    /// The message, once it is delivered and only its object is still to be left.
    #[prost(bytes = "vec", tag = "3")]
    delivered: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Boxed {
    id: MessageId,
    until: Time,
    expired: bool,
    /// The object of its file is still to be left.
    object: bool,
}

/// What a parcel carries, and so what its receipt means.
#[derive(Debug)]
enum Cargo {
    Message {
        seq: u64,
        id: MessageId,
    },
    /// Their parcels are erased once mine is in the box.
    Delivered {
        acks: Vec<Ack>,
        items: Vec<ItemId>,
    },
    Read {
        up_to: u64,
    },
    /// What the file of a message holds, sealed.
    Object {
        seq: u64,
        id: MessageId,
    },
    /// Nothing hangs on it.
    Word,
}

#[derive(Debug)]
struct Leaving {
    cargo: Cargo,
    parcel: Parcel,
    asked: Option<(RequestId, Time)>,
}

impl Leaving {
    /// Asked for again after so long without an answer.
    const fn patience(&self) -> Time {
        match self.cargo {
            Cargo::Object { .. } => ASK_OBJECT_AGAIN,
            _ => ASK_AGAIN,
        }
    }
}

/// Parcels to one person.
#[derive(Debug, Default)]
pub(super) struct Parcels {
    boxed: BTreeMap<u64, Boxed>,
    /// Messages that are delivered, and the object of whose file is still to be left.
    owed: BTreeMap<u64, MessageId>,
    leaving: VecDeque<Leaving>,
    /// Since when something waits without a link.
    since: Option<Time>,
    /// A refusal holds until then.
    paused: Option<Time>,
    /// It was for want of room.
    full: bool,
}

impl Parcels {
    /// The clock was set back: what was to come soon still comes soon. The end of a parcel is a date and stays.
    pub(super) fn set_back(&mut self, by: Time) {
        for time in [&mut self.since, &mut self.paused].into_iter().flatten() {
            *time = time.saturating_sub(by);
        }
        for (_, asked) in self.leaving.iter_mut().filter_map(|leaving| leaving.asked.as_mut()) {
            *asked = asked.saturating_sub(by);
        }
    }

    /// The person has come: a link is likely to follow.
    pub(super) fn may_come(&mut self, now: Time) {
        if let Some(since) = &mut self.since {
            *since = now;
        }
    }

    /// Requests died with the session at the server.
    pub(super) fn ask_anew(&mut self) {
        for leaving in &mut self.leaving {
            leaving.asked = None;
        }
    }

    /// Whether the object of a file is still to be left.
    fn lacks_object(&self) -> bool {
        !self.owed.is_empty() || self.boxed.values().any(|boxed| boxed.object)
    }

    fn is_leaving(&self, seq: u64) -> bool {
        self.leaving.iter().any(|one| matches!(one.cargo, Cargo::Message { seq: of, .. } if of == seq))
    }
}

fn parcels_group(user: &UserId) -> [u8; 16] {
    let hash = sha256(&[b"conclave outbox parcels", user.as_bytes()]);
    let mut group = [0; 16];
    group.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    group
}

impl<R: Read> Core<R> {
    /// Reads which messages to a person are in the box.
    pub(super) fn open_parcels(
        records: &R,
        user: &UserId,
        outbox: &super::outbox::Outbox,
    ) -> Result<Parcels, Failure> {
        let mut parcels = Parcels::default();
        let most = WINDOW + MOST_OWED;
        let found = records.scan(Tree::State, &parcels_group(user), 0..u64::MAX, Order::Ascending, most)?;
        for (seq, bytes) in found {
            let ParcelRecord { until, object, delivered } = parse(&bytes)?;
            if let Ok(id) = id16(&delivered, MessageId::new) {
                parcels.owed.insert(seq, id);
            } else if let Some(id) = outbox.id_of(seq) {
                parcels.boxed.insert(seq, Boxed { id, until, expired: false, object });
            }
        }
        Ok(parcels)
    }

    /// Whether a parcel may be left for a person now: there is no link, and Policy, server and person allow it.
    pub(super) fn may_deposit(&self, user: &UserId) -> bool {
        let allowed = self.log.directory.policy().is_some_and(|policy| {
            policy.box_days > 0 && policy.box_parcel_max > 0 && policy.box_person_max > 0
        });
        allowed && self.server.is_online() && self.link_to(user).is_none() && self.stopped(user).is_none()
    }

    /// The reason why nothing goes into the box, if it is one to be told.
    pub(super) fn box_fault(&self, user: &UserId) -> Option<ErrorCode> {
        let full = self.peers.get(user).is_some_and(|peer| peer.parcels.full);
        full.then_some(ErrorCode::DropBoxFull)
    }

    /// The deadline of a person's parcels has come.
    pub(super) fn parcels_due(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get_mut(user) else { return Ok(()) };
        for leaving in &mut peer.parcels.leaving {
            let Some((_, asked)) = leaving.asked else { continue };
            let patience = leaving.patience();
            if step.now.saturating_sub(asked) >= patience {
                leaving.asked = None;
            } else {
                // Something else was due first.
                self.timers.sooner(Timer::Parcels(*user), asked + patience);
            }
        }
        self.expire_parcels(step, user)?;
        self.pump_parcels(step, user)
    }

    /// Moves everything on that may be left for a person.
    pub(super) fn pump_parcels(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if self.link_to(user).is_some() {
            // A deposit that came to nothing while the link stood: what it carried goes over the link.
            self.nothing_to_leave(step, user);
            self.send_acks(step, user)?;
            return self.send_reads(step, user, false);
        }
        if !self.has_cargo(user) || !self.may_deposit(user) || self.party_of(user).is_none() {
            return Ok(());
        }
        let patience = if self.is_online(user) { PRESENT } else { ABSENT };
        let parcels = &mut self.peers.entry(*user).or_default().parcels;
        let since = *parcels.since.get_or_insert(step.now);
        let due = parcels.paused.unwrap_or(0).max(since + patience);
        if step.now < due {
            self.timers.sooner(Timer::Parcels(*user), due);
            return Ok(());
        }
        parcels.paused = None;
        self.deposit_acks(step, user, Vec::new())?;
        self.deposit_reads(step, user)?;
        self.deposit_messages(step, user)?;
        self.read_object(step, user)?;
        self.ask_deposits(step, user);
        Ok(())
    }

    fn has_cargo(&self, user: &UserId) -> bool {
        let conversation = self.conversation(user);
        let read = conversation.read_sent < conversation.read_to;
        self.peers.get(user).map_or(read, |peer| {
            read || peer.outbox.len() > peer.parcels.boxed.len()
                || peer.parcels.lacks_object()
                || !peer.acks.is_empty()
                || !peer.parcels.leaving.is_empty()
        })
    }

    fn deposit_messages(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let mut from = 0;
        loop {
            let Some(peer) = self.peers.get(user) else { return Ok(()) };
            if peer.parcels.leaving.len() >= LEAVING {
                return Ok(());
            }
            let next = peer
                .outbox
                .from(from)
                .find(|(seq, _)| !peer.parcels.boxed.contains_key(seq) && !peer.parcels.is_leaving(*seq));
            let Some((seq, id)) = next else { return Ok(()) };
            from = seq + 1;
            match self.ciphertext(step, user, seq)? {
                Ciphertext::Ready(envelope) => {
                    // One that does not fit waits for a link.
                    drop(self.load_parcel(step, user, &envelope, Cargo::Message { seq, id }));
                }
                Ciphertext::NoRoom => return Ok(()),
                Ciphertext::NoSession => return self.want_session(step, user, None),
            }
        }
    }

    // A parcel that Policy has no room for is not made; the cargo comes back.
    fn load_parcel(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        envelope: &[u8],
        cargo: Cargo,
    ) -> Result<(), Cargo> {
        let most = self.log.directory.policy().map_or(0, |policy| policy.box_parcel_max);
        let fits = u32::try_from(Parcel::len_of(envelope.len())).is_ok_and(|length| length <= most);
        let Some(party) = self.party_of(user).filter(|_| fits) else { return Err(cargo) };
        let sealed = Parcel::seal(&self.setup.device, &party, ParcelKind::Envelope, envelope, &mut *step.rng);
        let Ok(parcel) = sealed else { return Err(cargo) };
        let leaving = &mut self.peers.entry(*user).or_default().parcels.leaving;
        leaving.push_back(Leaving { cargo, parcel, asked: None });
        Ok(())
    }

    fn ask_deposits(&mut self, step: &mut Step<'_>, user: &UserId) {
        loop {
            let Some(peer) = self.peers.get(user) else { return };
            let under_way = peer.parcels.leaving.iter().filter(|leaving| leaving.asked.is_some()).count();
            let next = peer.parcels.leaving.iter().position(|leaving| leaving.asked.is_none());
            let Some(next) = next.filter(|_| under_way < LEAVING) else { return };
            let request = RequestId(self.pend(Pending::Deposit(*user)));
            let found = self.peers.get_mut(user).and_then(|peer| peer.parcels.leaving.get_mut(next));
            let Some(leaving) = found else { return };
            leaving.asked = Some((request, step.now));
            let patience = leaving.patience();
            let parcel = leaving.parcel.bytes().to_vec();
            step.after(Effect::Ask { request, what: Ask::Deposit { parcel } });
            self.timers.sooner(Timer::Parcels(*user), step.now + patience);
        }
    }

    /// A person tries again: what expired or was refused may be left once more.
    pub(super) fn leave_again(&mut self, step: &mut Step<'_>, user: &UserId) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        peer.parcels.paused = None;
        peer.parcels.boxed.retain(|seq, boxed| {
            if boxed.expired {
                step.delete(Tree::State, Key::ordered(parcels_group(user), *seq));
            }
            !boxed.expired
        });
    }

    /// The recipient has a message: nothing of it is to be left any more.
    pub(super) fn not_to_be_left(&mut self, step: &mut Step<'_>, user: &UserId, seq: u64) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        if peer.parcels.boxed.remove(&seq).is_some() {
            step.delete(Tree::State, Key::ordered(parcels_group(user), seq));
        }
        peer.parcels.leaving.retain(|one| !matches!(one.cargo, Cargo::Message { seq: of, .. } if of == seq));
    }

    /// Messages are encrypted again: what lies in the box under the old session counts for nothing.
    pub(super) fn unbox(&mut self, step: &mut Step<'_>, user: &UserId) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        peer.parcels.boxed.retain(|seq, boxed| {
            if !boxed.expired {
                step.delete(Tree::State, Key::ordered(parcels_group(user), *seq));
            }
            boxed.expired
        });
        peer.parcels.leaving.retain(|one| !matches!(one.cargo, Cargo::Message { .. }));
    }

    /// A link is up: what was not on its way to the box goes over it.
    pub(super) fn nothing_to_leave(&mut self, step: &mut Step<'_>, user: &UserId) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        peer.parcels.since = None;
        for seq in std::mem::take(&mut peer.parcels.owed).into_keys() {
            step.delete(Tree::State, Key::ordered(parcels_group(user), seq));
        }
        let mut erase = Vec::new();
        for leaving in std::mem::take(&mut peer.parcels.leaving) {
            match leaving.cargo {
                _ if leaving.asked.is_some() => peer.parcels.leaving.push_back(leaving),
                Cargo::Delivered { acks, items } => {
                    peer.acks.extend(acks);
                    erase.extend(items);
                }
                Cargo::Message { .. } | Cargo::Read { .. } | Cargo::Object { .. } | Cargo::Word => {}
            }
        }
        self.erase_items(step, erase);
    }

    /// The server is there again: whatever waits for it.
    pub(super) fn pump_all_parcels(&mut self, step: &mut Step<'_>) -> Result<(), Failure> {
        let users: Vec<UserId> = self.conversations.keys().chain(self.peers.keys()).copied().collect();
        for user in users {
            self.parcels_due(step, &user)?;
        }
        Ok(())
    }
}
