//! Who is online, and how they wish to be seen (FEATURES, presence). Pure: time is an argument.
//!
//! Presence is a hint that sorts lists and schedules dialling; it gates nothing. An invisible person looks exactly
//! like one who went offline at that moment. Every change gets a number, and a reader asks for what came after the
//! number it has seen: a slow reader gets the newest state of each person, never a backlog.

use std::collections::BTreeMap;

use bytes::Bytes;
use conclave_crypto::keys::{DeviceId, UserId};
use conclave_proto::schema::{self, PresenceStatus};

/// How a person wishes to be seen; remembered between sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The status; never `OFFLINE`.
    pub(crate) status: PresenceStatus,
    /// At most 80 characters.
    pub(crate) text: String,
    /// When the wish ends, milliseconds UTC; 0: it does not.
    pub(crate) until: u64,
}

impl Default for Wish {
    fn default() -> Self {
        Self { status: PresenceStatus::Available, text: String::new(), until: 0 }
    }
}

#[derive(Debug, Default)]
struct Person {
    wish: Wish,
    online: Option<(DeviceId, Vec<Bytes>)>,
    last_seen: u64,
    shown: Option<schema::Presence>,
    version: u64,
}

/// The presence of everybody.
#[derive(Debug, Default)]
pub(crate) struct PresenceTable {
    people: BTreeMap<UserId, Person>,
    /// Who has changed, by the number of the last change: a reader that is up to date looks at nobody else.
    changed: BTreeMap<u64, UserId>,
    version: u64,
}

impl PresenceTable {
    /// What was remembered at the last stop.
    pub(crate) fn restore(&mut self, user: UserId, last_seen: u64) {
        let person = self.people.entry(user).or_default();
        person.last_seen = last_seen;
        self.show(user);
    }

    /// A device came, or its addresses changed.
    pub(crate) fn online(&mut self, user: UserId, device: DeviceId, addresses: Vec<Bytes>, now: u64) {
        let person = self.people.entry(user).or_default();
        person.online = Some((device, addresses));
        if person.wish.status != PresenceStatus::Invisible {
            person.last_seen = now;
        }
        self.show(user);
    }

    /// The person wishes to be seen otherwise.
    pub(crate) fn wish(&mut self, user: UserId, wish: Wish, now: u64) {
        let person = self.people.entry(user).or_default();
        // The moment of vanishing is the last time seen, as it would be for somebody who left.
        if person.wish.status != PresenceStatus::Invisible {
            person.last_seen = now;
        }
        person.wish = wish;
        self.show(user);
    }

    /// The device went. Returns when the person was last seen, to be remembered.
    pub(crate) fn offline(&mut self, user: UserId, now: u64) -> u64 {
        let person = self.people.entry(user).or_default();
        if person.online.take().is_some() && person.wish.status != PresenceStatus::Invisible {
            person.last_seen = now;
        }
        let last_seen = person.last_seen;
        self.show(user);
        last_seen
    }

    /// Ends wishes whose time has come; whether any did.
    pub(crate) fn expire(&mut self, now: u64) -> bool {
        let over: Vec<UserId> = self
            .people
            .iter()
            .filter(|(_, person)| (1..=now).contains(&person.wish.until))
            .map(|(user, _)| *user)
            .collect();
        for user in &over {
            if let Some(person) = self.people.get_mut(user) {
                person.wish = Wish::default();
            }
            self.show(*user);
        }
        !over.is_empty()
    }

    /// The number of the newest change.
    pub(crate) const fn version(&self) -> u64 {
        self.version
    }

    /// Everybody whose presence changed after `version`, the last change last.
    pub(crate) fn since(&self, version: u64) -> Vec<schema::Presence> {
        self.changed
            .range(version.saturating_add(1)..)
            .filter_map(|(_, user)| self.people.get(user)?.shown.clone())
            .collect()
    }

    /// One person as others see them.
    pub(crate) fn of(&self, user: &UserId) -> Option<&schema::Presence> {
        self.people.get(user)?.shown.as_ref()
    }

    fn show(&mut self, user: UserId) {
        let Some(person) = self.people.get_mut(&user) else { return };
        let hidden = person.wish.status == PresenceStatus::Invisible;
        let shown = match &person.online {
            Some((device, addresses)) if !hidden => schema::Presence {
                user_id: Bytes::copy_from_slice(user.as_bytes()),
                device_id: Bytes::copy_from_slice(device.as_bytes()),
                status: person.wish.status.into(),
                text: person.wish.text.clone(),
                last_seen_ms: person.last_seen,
                addresses: addresses.clone(),
            },
            _ => schema::Presence {
                user_id: Bytes::copy_from_slice(user.as_bytes()),
                device_id: Bytes::new(),
                status: PresenceStatus::Offline.into(),
                text: String::new(),
                last_seen_ms: person.last_seen,
                addresses: Vec::new(),
            },
        };
        if person.shown.as_ref() != Some(&shown) {
            self.changed.remove(&person.version);
            self.version += 1;
            self.changed.insert(self.version, user);
            person.version = self.version;
            person.shown = Some(shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: UserId = UserId::new([1; 16]);
    const DEVICE: DeviceId = DeviceId::new([2; 16]);

    fn status(table: &PresenceTable) -> PresenceStatus {
        table.of(&BOB).unwrap().status()
    }

    #[test]
    fn a_reader_gets_what_it_has_not_seen() {
        let mut table = PresenceTable::default();
        table.online(BOB, DEVICE, vec![Bytes::from_static(b"a")], 10);
        let seen = table.version();
        assert_eq!(table.since(0).len(), 1);
        assert!(table.since(seen).is_empty());
        table.online(BOB, DEVICE, vec![Bytes::from_static(b"b")], 11);
        table.offline(BOB, 12);
        let news = table.since(seen);
        assert_eq!(news.len(), 1, "only the newest state");
        assert_eq!((news[0].status(), news[0].last_seen_ms), (PresenceStatus::Offline, 12));
    }

    #[test]
    fn invisible_looks_like_gone() {
        let mut gone = PresenceTable::default();
        gone.online(BOB, DEVICE, vec![Bytes::from_static(b"a")], 10);
        gone.offline(BOB, 20);
        let mut hidden = PresenceTable::default();
        hidden.online(BOB, DEVICE, vec![Bytes::from_static(b"a")], 10);
        let wish = Wish { status: PresenceStatus::Invisible, text: "secret".into(), until: 0 };
        hidden.wish(BOB, wish, 20);
        assert_eq!(hidden.of(&BOB), gone.of(&BOB));
        let seen = hidden.version();
        hidden.online(BOB, DEVICE, vec![Bytes::from_static(b"c")], 30);
        hidden.offline(BOB, 40);
        assert!(hidden.since(seen).is_empty(), "moves of an invisible person tell nothing");
    }

    #[test]
    fn a_wish_ends_by_itself() {
        let mut table = PresenceTable::default();
        table.online(BOB, DEVICE, Vec::new(), 10);
        table.wish(BOB, Wish { status: PresenceStatus::DoNotDisturb, text: "x".into(), until: 50 }, 11);
        assert!(!table.expire(49));
        assert_eq!(status(&table), PresenceStatus::DoNotDisturb);
        assert!(table.expire(50));
        assert_eq!(status(&table), PresenceStatus::Available);
    }
}
