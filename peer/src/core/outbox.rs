//! The outbox: what is durable here and not yet acknowledged there (DESIGN §3, Order of effects).
//!
//! ```text
//! message.send ─► one batch: history, outbox entry, clock [, session state and ciphertext] ─► Durable ─► Transmit
//! entry: waiting ──encrypt──► sealed ──Transmit──► on a link ──DELIVERED, digest right──► gone
//!              ▲                 │ link lost: the same bytes again, oldest first
//!              └─ new session ───┘ encrypted again under it, same message id
//! ```
//!
//! At most [`WINDOW`] messages and [`WINDOW_BYTES`] are sealed and unacknowledged at a time, well under the 1000 keys a
//! receiver may have to skip; the rest waits in clear (sealed by the store), so a restart re-encrypts little.

mod queue;

pub(super) use queue::{Outbox, Waiting};

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::Plain;
use conclave_crypto::primitives::sha256;
use conclave_proto::{ErrorCode, Frame, FrameKind};

use super::Core;
use super::effect::Effect;
use super::gate::Step;
use super::history::id16;
use super::input::LinkId;
use super::records::{damaged, parse};
use super::timers::Timer;
use crate::model::{Answer, Failure, MessageState, Time};
use crate::record::{Key, Order, Read, Tree};

/// Sealed and unacknowledged messages per peer: a quarter of what a receiver may skip in a chain.
pub(super) const WINDOW: usize = 256;
/// Their plaintext bytes: bounds what a link has to buffer.
pub(super) const WINDOW_BYTES: usize = 4 << 20;
/// Messages waiting for one person; more is refused as busy.
pub(super) const MOST_WAITING: usize = 100_000;
/// Without any acknowledgement for this long, the window is sent again on the same link: far longer than a slow path
/// needs for one message of the largest size.
pub(super) const RESEND_AFTER: Time = 20_000;

/// What can be sent of an entry now.
pub(super) enum Ciphertext {
    /// These bytes, always the same ones until another session is active.
    Ready(Vec<u8>),
    /// Enough is sealed and unacknowledged.
    NoRoom,
    /// There is no session to seal it under.
    NoSession,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OutboxRecord {
    #[prost(bytes = "vec", tag = "1")]
    plain: Vec<u8>,
    /// It was handed to somebody before its present state: under an earlier session, or to the drop box.
    #[prost(bool, tag = "2")]
    left: bool,
}

/// Ciphertexts live in the state tree, apart from the ids that people choose for themselves.
fn sealed_group(user: &UserId) -> [u8; 16] {
    let hash = sha256(&[b"conclave outbox ciphertexts", user.as_bytes()]);
    let mut group = [0; 16];
    group.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    group
}

impl<R: Read> Core<R> {
    /// Reads what waits for one person.
    pub(super) fn open_outbox(records: &R, user: &UserId) -> Result<Outbox, Failure> {
        const CHUNK: usize = 500;
        let mut outbox = Outbox::default();
        let sealed = records.scan(Tree::State, &sealed_group(user), 0..u64::MAX, Order::Ascending, WINDOW)?;
        let sealed: std::collections::BTreeSet<u64> = sealed.into_iter().map(|(seq, _)| seq).collect();
        let mut from = 0;
        loop {
            let found =
                records.scan(Tree::Outbox, user.as_bytes(), from..u64::MAX, Order::Ascending, CHUNK)?;
            let Some((last, _)) = found.last() else { break };
            from = last + 1;
            let more = found.len() == CHUNK;
            for (seq, bytes) in found {
                let record: OutboxRecord = parse(&bytes)?;
                let plain = Plain::decode(&record.plain).map_err(|_| damaged())?;
                let waiting = Waiting {
                    id: plain.msg_id,
                    digest: plain.ack().digest,
                    size: plain.body.len(),
                    sealed: sealed.contains(&seq),
                    on: None,
                    left: record.left || sealed.contains(&seq),
                    told: false,
                };
                outbox.insert(seq, waiting);
            }
            if !more {
                break;
            }
        }
        Ok(outbox)
    }

    /// Puts a plaintext of mine into the outbox and lets it go as far as it can: all in the batch of this step.
    pub(super) fn enqueue(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: &Plain,
    ) -> Result<(), Failure> {
        let outbox = &mut self.peers.entry(*user).or_default().outbox;
        let seq = outbox.next.max(1);
        let waiting = Waiting {
            id: plain.msg_id,
            digest: plain.ack().digest,
            size: plain.body.len(),
            sealed: false,
            on: None,
            left: false,
            told: true,
        };
        outbox.insert(seq, waiting);
        let record = OutboxRecord { plain: plain.encode(), left: false };
        step.save(Tree::Outbox, Key::ordered(*user.as_bytes(), seq), &record);
        self.pump(step, user)?;
        if let Some(peer) = self.peers.get_mut(user)
            && let Some(waiting) = peer.outbox.entries.get_mut(&seq)
        {
            // The answer to the call says where it stands; events come for what happens later.
            waiting.told = waiting.on.is_some();
        }
        Ok(())
    }

    /// Moves a person's outbox on: transmits what is sealed, seals what fits the window, asks for a session or a
    /// link when there is none.
    pub(super) fn pump(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if self.stopped(user).is_some() || self.peers.get(user).is_none_or(|peer| peer.outbox.is_empty()) {
            return Ok(());
        }
        let Some(link) = self.link_to(user) else {
            self.plan_dial(step, user);
            return self.pump_parcels(step, user);
        };
        let cursor = self.peers.get(user).and_then(|peer| peer.outbox.cursor);
        let mut seq = cursor.filter(|(of, _)| *of == link).map_or(0, |(_, seq)| seq);
        while let Some((at, on)) = self.next_entry(user, seq) {
            if on == Some(link) {
                seq = at + 1;
                continue;
            }
            let bytes = match self.ciphertext(step, user, at)? {
                Ciphertext::Ready(bytes) => bytes,
                Ciphertext::NoRoom => break,
                Ciphertext::NoSession => {
                    self.want_session(step, user, None)?;
                    break;
                }
            };
            step.after(Effect::Transmit { link, frame: Frame::raw(FrameKind::ENVELOPE, bytes) });
            seq = at + 1;
            let told = self.sent_on(user, at, link);
            if let Some(id) = told {
                self.tell_state(step, &id)?;
            }
        }
        let sealed = match self.peers.get_mut(user) {
            Some(peer) => {
                peer.outbox.cursor = Some((link, seq));
                peer.outbox.sealed
            }
            None => 0,
        };
        if sealed > 0 {
            self.timers.sooner(Timer::Peer(*user), step.now + RESEND_AFTER);
        }
        Ok(())
    }

    /// The ciphertext of an entry: what was sealed before, or else sealed now.
    pub(super) fn ciphertext(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        seq: u64,
    ) -> Result<Ciphertext, Failure> {
        let Some(outbox) = self.peers.get(user).map(|peer| &peer.outbox) else {
            return Ok(Ciphertext::NoRoom);
        };
        let Some(waiting) = outbox.entries.get(&seq) else { return Ok(Ciphertext::NoRoom) };
        let kept = Key::ordered(sealed_group(user), seq);
        if waiting.sealed {
            let bytes = self.get(step, Tree::State, &kept)?.ok_or_else(damaged)?;
            return Ok(Ciphertext::Ready(bytes.to_vec()));
        }
        if !outbox.has_room(waiting.size) {
            return Ok(Ciphertext::NoRoom);
        }
        let key = Key::ordered(*user.as_bytes(), seq);
        let record: OutboxRecord = self.load(step, Tree::Outbox, &key)?.ok_or_else(damaged)?;
        let plain = Plain::decode(&record.plain).map_err(|_| damaged())?;
        let Some(bytes) = self.seal(step, user, plain)? else { return Ok(Ciphertext::NoSession) };
        step.put(Tree::State, kept, bytes.clone().into());
        if let Some(peer) = self.peers.get_mut(user) {
            peer.outbox.mark_sealed(seq, step.now);
        }
        Ok(Ciphertext::Ready(bytes))
    }

    fn next_entry(&self, user: &UserId, from: u64) -> Option<(u64, Option<LinkId>)> {
        let outbox = &self.peers.get(user)?.outbox;
        let (seq, waiting) = outbox.entries.range(from..).next()?;
        Some((*seq, waiting.on))
    }

    // Marks an entry as transmitted; gives its id when subscribers have to be told.
    fn sent_on(&mut self, user: &UserId, seq: u64, link: LinkId) -> Option<MessageId> {
        let outbox = &mut self.peers.get_mut(user)?.outbox;
        let waiting = outbox.entries.get_mut(&seq)?;
        waiting.on = Some(link);
        let tell = !std::mem::replace(&mut waiting.told, true);
        tell.then_some(waiting.id)
    }

    /// Whether a message was handed to a link that still stands.
    pub(super) fn is_on_its_way(&self, user: &UserId, id: &MessageId) -> bool {
        let Some((_, waiting)) = self.peers.get(user).and_then(|peer| peer.outbox.get(id)) else {
            return false;
        };
        waiting.on.is_some_and(|link| self.links.is_up(link))
    }

    /// The recipient has it: the entry goes.
    pub(super) fn delivered(&mut self, step: &mut Step<'_>, user: &UserId, seq: u64) {
        step.delete(Tree::Outbox, Key::ordered(*user.as_bytes(), seq));
        step.delete(Tree::State, Key::ordered(sealed_group(user), seq));
        self.not_to_be_left(step, user, seq);
        if let Some(peer) = self.peers.get_mut(user) {
            peer.outbox.remove(seq);
            peer.outbox.moved = step.now;
        }
    }

    /// Another session is active: what is sealed and unacknowledged is to be encrypted again. That it may have left
    /// this computer stays known.
    pub(super) fn unseal(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        self.unbox(step, user);
        let Some(peer) = self.peers.get_mut(user) else { return Ok(()) };
        peer.gap.ask_again();
        let outbox = &mut peer.outbox;
        let mut opened = Vec::new();
        for (seq, waiting) in outbox.entries.iter_mut().take_while(|(_, waiting)| waiting.sealed) {
            waiting.sealed = false;
            waiting.on = None;
            step.delete(Tree::State, Key::ordered(sealed_group(user), *seq));
            opened.push(*seq);
        }
        outbox.sealed = 0;
        outbox.sealed_bytes = 0;
        outbox.cursor = None;
        for seq in opened {
            self.keep_left(step, user, seq)?;
        }
        Ok(())
    }

    fn keep_left(&self, step: &mut Step<'_>, user: &UserId, seq: u64) -> Result<(), Failure> {
        let key = Key::ordered(*user.as_bytes(), seq);
        if let Some(record) =
            self.load::<OutboxRecord>(step, Tree::Outbox, &key)?.filter(|record| !record.left)
        {
            step.save(Tree::Outbox, key, &OutboxRecord { left: true, ..record });
        }
        Ok(())
    }

    /// Whether a message waits and nothing of it has left this computer.
    pub(super) fn is_still_here(&self, user: &UserId, id: &MessageId) -> bool {
        let waiting = self.peers.get(user).and_then(|peer| peer.outbox.get(id));
        waiting.is_some_and(|(_, waiting)| !waiting.left)
    }

    /// Takes a message out of the outbox, if it still waits there.
    pub(super) fn take_back(&mut self, step: &mut Step<'_>, user: &UserId, id: &MessageId) {
        if let Some((seq, _)) = self.peers.get(user).and_then(|peer| peer.outbox.get(id)) {
            self.delivered(step, user, seq);
        }
    }

    /// Sends the window again, oldest first: asked for by the peer, or nothing was acknowledged for a while.
    pub(super) fn resend(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if let Some(peer) = self.peers.get_mut(user) {
            peer.outbox.moved = step.now;
            peer.outbox.cursor = None;
            for waiting in peer.outbox.entries.values_mut().take_while(|waiting| waiting.sealed) {
                waiting.on = None;
            }
        }
        self.pump(step, user)
    }

    /// The deadline of a person has come: send again if nothing moved.
    pub(super) fn resend_if_stuck(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get(user) else { return Ok(()) };
        let stuck = peer.outbox.sealed > 0 && step.now.saturating_sub(peer.outbox.moved) >= RESEND_AFTER;
        if stuck { self.resend(step, user) } else { self.pump(step, user) }
    }

    /// `message.retry`: tries at once whatever can be tried.
    pub(super) fn message_retry(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, key) = self.find_message(step, id)?;
        if stored.incoming {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "received"));
        }
        let user = id16(&stored.with, UserId::new)?;
        let (state, _, _) = self.standing(step, &stored)?;
        if matches!(state, MessageState::Waiting | MessageState::Sending | MessageState::Failed) {
            let peer = self.peers.entry(user).or_default();
            peer.dial.forget_failures();
            peer.broken = false;
            self.leave_again(step, &user);
            self.pump(step, &user)?;
        }
        Ok(Answer::Message { message: self.show(step, &stored, key)? })
    }
}
