//! Presence: a hint from the server, kept in memory (DESIGN §4). It sorts the list and schedules dialling; it never
//! gates sending.

use std::collections::BTreeMap;

use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;
use conclave_proto::limits::{ADDRESSES, STATUS_TEXT};

use super::effect::{Ask, Effect, RequestId};
use super::gate::Step;
use super::input::PersonPresence;
use super::records::{name, parse};
use super::{Core, Pending};
use crate::model::{Answer, Event, Failure, PresenceSet, PresenceStatus, Time};
use crate::record::{Read, Tree};

/// Bytes of an address that is kept, as the login server has it: all that are dialled are far shorter.
const LONGEST_ADDRESS: usize = 256;

/// Presence of everybody, and what I show of myself.
#[derive(Debug, Default)]
pub(super) struct Presence {
    people: BTreeMap<UserId, PersonPresence>,
    mine: OwnPresence,
}

/// What I chose to show; it comes back after a restart.
#[derive(Clone, PartialEq, prost::Message)]
struct OwnPresence {
    #[prost(uint32, tag = "1")]
    status: u32,
    #[prost(string, tag = "2")]
    text: String,
    #[prost(uint64, tag = "3")]
    until: u64,
}

const fn number(status: PresenceStatus) -> u32 {
    match status {
        PresenceStatus::Offline | PresenceStatus::Available => 0,
        PresenceStatus::Away => 1,
        PresenceStatus::Dnd => 2,
        PresenceStatus::Invisible => 3,
    }
}

const fn status(number: u32) -> PresenceStatus {
    match number {
        1 => PresenceStatus::Away,
        2 => PresenceStatus::Dnd,
        3 => PresenceStatus::Invisible,
        _ => PresenceStatus::Available,
    }
}

impl Presence {
    /// Reads what I chose to show.
    pub(super) fn open(records: &impl Read) -> Result<Self, Failure> {
        let mine = records.get(Tree::Settings, &name(b'P', &[]))?.map(|bytes| parse(&bytes)).transpose()?;
        Ok(Self { people: BTreeMap::new(), mine: mine.unwrap_or_default() })
    }

    /// What the server last told of a person.
    pub(super) fn of(&self, user: &UserId) -> Option<&PersonPresence> {
        self.people.get(user)
    }
}

impl<R: Read> Core<R> {
    /// Presence as it is shown: a linked person is there, whatever the server knows.
    pub(super) fn shown_presence(&self, user: &UserId) -> PresenceStatus {
        let told = match self.presence.of(user).map_or(PresenceStatus::Offline, |shown| shown.status) {
            PresenceStatus::Invisible => PresenceStatus::Offline,
            told => told,
        };
        match (self.server.is_online(), self.link_to(user), told) {
            (true, _, told) => told,
            (false, None, _) => PresenceStatus::Offline,
            (false, Some(_), PresenceStatus::Offline) => PresenceStatus::Available,
            (false, Some(_), told) => told,
        }
    }

    /// Whether the server says that the person is connected.
    pub(super) fn is_online(&self, user: &UserId) -> bool {
        self.server.is_online()
            && self.presence.of(user).is_some_and(|shown| shown.status != PresenceStatus::Offline)
    }

    /// Where a person's device may be dialled: as seen in the local network, as told, then as remembered.
    pub(super) fn addresses_of(&self, user: &UserId) -> Vec<Vec<u8>> {
        let mut addresses = self.nearby(user).to_vec();
        let told = self.presence.of(user).map(|shown| shown.addresses.as_slice()).unwrap_or_default();
        let kept = self.people.get(user).map(|person| person.addresses.as_slice()).unwrap_or_default();
        for known in told.iter().chain(kept) {
            if !addresses.contains(known) {
                addresses.push(known.clone());
            }
        }
        addresses.truncate(ADDRESSES);
        addresses
    }

    /// The server tells of presence.
    pub(super) fn on_presence(
        &mut self,
        step: &mut Step<'_>,
        snapshot: bool,
        people: Vec<PersonPresence>,
    ) -> Result<(), Failure> {
        let mut gone: Vec<UserId> = Vec::new();
        if snapshot {
            gone = self.presence.people.keys().copied().collect();
            gone.retain(|user| people.iter().all(|person| person.user != *user));
        }
        for user in gone {
            if let Some(shown) = self.presence.people.get(&user).cloned() {
                let shown = PersonPresence { status: PresenceStatus::Offline, text: String::new(), ..shown };
                self.one_presence(step, shown)?;
            }
        }
        for mut person in people {
            if self.log.directory.user(&person.user).is_none() && !self.people.contains_key(&person.user) {
                // Not in the log yet: kept all the same, for the leaf may be on its way; bounded by the server's list.
                const MOST_STRANGERS: usize = 4096;
                if self.presence.people.len() >= MOST_STRANGERS {
                    continue;
                }
            }
            person.addresses.retain(|address| address.len() <= LONGEST_ADDRESS);
            person.addresses.truncate(ADDRESSES);
            // Nobody was seen in the future.
            person.last_seen = person.last_seen.min(step.now);
            self.one_presence(step, person)?;
        }
        Ok(())
    }

    fn one_presence(&mut self, step: &mut Step<'_>, person: PersonPresence) -> Result<(), Failure> {
        let user = person.user;
        if user == self.setup.user {
            return Ok(());
        }
        let before = self.presence.people.insert(user, person.clone());
        let came = before.as_ref().is_none_or(|before| {
            before.status == PresenceStatus::Offline || before.addresses != person.addresses
        });
        let changed =
            before.is_none_or(|before| before.status != person.status || before.text != person.text);
        let mut known = self.person(&user);
        if !person.addresses.is_empty() && known.addresses != person.addresses {
            known.addresses.clone_from(&person.addresses);
            self.save_person(step, &user, known);
        }
        if person.status == PresenceStatus::Offline {
            if changed && person.last_seen != 0 {
                let mut known = self.person(&user);
                known.last_seen = known.last_seen.max(person.last_seen);
                self.save_person(step, &user, known);
            }
        } else if came {
            let peer = self.peers.entry(user).or_default();
            peer.dial.forget_failures();
            peer.parcels.may_come(step.now);
        }
        if changed {
            let event = Event::PresenceChanged {
                user,
                presence: self.shown_presence(&user),
                status_text: Some(person.text).filter(|text| !text.is_empty()),
                last_seen: (person.last_seen != 0).then_some(person.last_seen),
            };
            self.ephemeral(step, event);
        }
        self.plan_dial(step, &user);
        Ok(())
    }

    /// What I show of myself: what was chosen, until it ends.
    fn own_presence(&self, now: Time) -> OwnPresence {
        let ended = self.presence.mine.until != 0 && self.presence.mine.until <= now;
        if ended { OwnPresence::default() } else { self.presence.mine.clone() }
    }

    /// `presence.get`.
    pub(super) fn presence_get(&self, now: Time) -> Answer {
        let OwnPresence { status: number, text, until } = self.own_presence(now);
        Answer::OwnPresence {
            status: status(number),
            text: Some(text).filter(|text| !text.is_empty()),
            until: (until != 0).then_some(until),
        }
    }

    /// `presence.set`.
    pub(super) fn presence_set(&mut self, step: &mut Step<'_>, call: PresenceSet) -> Result<Answer, Failure> {
        let text = call.text.unwrap_or_default();
        if call.status == PresenceStatus::Offline {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "status"));
        }
        if text.chars().count() > STATUS_TEXT {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "text"));
        }
        self.presence.mine =
            OwnPresence { status: number(call.status), text, until: call.until.unwrap_or_default() };
        step.save(Tree::Settings, name(b'P', &[]), &self.presence.mine);
        self.show_presence(step);
        Ok(Answer::Done {})
    }

    /// Tells the server what to show of me.
    pub(super) fn show_presence(&mut self, step: &mut Step<'_>) {
        if !self.server.is_online() {
            return;
        }
        let mine = self.own_presence(step.now);
        let until: Time = mine.until;
        let what = Ask::Presence { status: status(mine.status), text: mine.text, until };
        let request = RequestId(self.pend(Pending::Nothing));
        step.after(Effect::Ask { request, what });
    }
}
