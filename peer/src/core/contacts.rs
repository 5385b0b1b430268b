//! Colleagues: what is remembered of each beside the directory, and how they are listed.

use conclave_crypto::directory::Role as DirectoryRole;
use conclave_crypto::keys::UserId;
use conclave_crypto::plain::{Body, Kind};
use conclave_proto::ErrorCode;

use super::Core;
use super::gate::Step;
use super::records::{name, parse};
use crate::model::{Answer, Contact, Event, Failure, PresenceStatus, Role, SafetyLevel, Time};
use crate::record::{Read, Tree};

/// What is remembered of a colleague.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PersonRecord {
    #[prost(bool, tag = "1")]
    pub(super) blocked: bool,
    /// The account key that was compared in person; empty when none was.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) verified: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub(super) verified_at: u64,
    /// A changed account key that this person has not accepted yet.
    #[prost(message, optional, tag = "4")]
    pub(super) change: Option<KeyChange>,
    /// Highest prekey bundle seen.
    #[prost(uint32, tag = "5")]
    pub(super) bundle_seq: u32,
    /// Where the device was last reached, binary multiaddrs.
    #[prost(bytes = "vec", repeated, tag = "6")]
    pub(super) addresses: Vec<Vec<u8>>,
    #[prost(uint64, tag = "7")]
    pub(super) last_seen: u64,
    /// Body of the last PROFILE.
    #[prost(bytes = "vec", tag = "8")]
    pub(super) profile: Vec<u8>,
    #[prost(uint64, tag = "9")]
    pub(super) profile_at: u64,
    /// When a link to them was last accepted.
    #[prost(uint64, tag = "10")]
    pub(super) met: u64,
    /// One of us asked the other, who agreed.
    #[prost(bool, tag = "11")]
    pub(super) accepted: bool,
    /// When I asked; 0 when I did not.
    #[prost(uint64, tag = "12")]
    pub(super) asked_at: u64,
    #[prost(string, tag = "13")]
    pub(super) asked_note: String,
    /// Since when they ask; 0 when they do not.
    #[prost(uint64, tag = "14")]
    pub(super) asking_since: u64,
    #[prost(string, tag = "15")]
    pub(super) asking_note: String,
    /// When I refused.
    #[prost(uint64, tag = "16")]
    pub(super) refused_at: u64,
}

/// A changed account key.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct KeyChange {
    #[prost(string, tag = "1")]
    pub(super) cause: String,
    #[prost(string, tag = "2")]
    pub(super) admin: String,
    #[prost(uint64, tag = "3")]
    pub(super) time: u64,
}

impl<R: Read> Core<R> {
    /// What is remembered of a colleague.
    pub(super) fn person(&self, user: &UserId) -> PersonRecord {
        self.people.get(user).cloned().unwrap_or_default()
    }

    /// Reads what was remembered of a colleague.
    pub(super) fn open_person(records: &R, user: &UserId) -> Result<Option<PersonRecord>, Failure> {
        records.get(Tree::Directory, &name(b'p', &[user.as_bytes()]))?.map(|bytes| parse(&bytes)).transpose()
    }

    /// Keeps and stages what is remembered of a colleague.
    pub(super) fn save_person(&mut self, step: &mut Step<'_>, user: &UserId, person: PersonRecord) {
        step.save(Tree::Directory, name(b'p', &[user.as_bytes()]), &person);
        self.people.insert(*user, person);
    }

    /// Why nothing is sent to this person, if so: blocked by me, another account key, banned.
    pub(super) fn stopped(&self, user: &UserId) -> Option<ErrorCode> {
        let person = self.people.get(user);
        if person.is_some_and(|person| person.blocked) {
            Some(ErrorCode::Blocked)
        } else if person.is_some_and(|person| person.change.is_some()) {
            Some(ErrorCode::KeyChanged)
        } else if self.log.ban(user).is_some() {
            Some(ErrorCode::AuthBanned)
        } else {
            None
        }
    }

    /// Why messages to this person are held back, if so: [`Self::stopped`], or a session that keeps failing.
    pub(super) fn held_back(&self, user: &UserId) -> Option<ErrorCode> {
        let broken = self.peers.get(user).is_some_and(|peer| peer.broken);
        self.stopped(user).or(broken.then_some(ErrorCode::MessageSessionBroken))
    }

    /// Full name of the profile, or the user name.
    pub(super) fn display_name(&self, user: &UserId) -> String {
        let full =
            self.people.get(user).and_then(|person| match Body::decode(Kind::PROFILE, &person.profile) {
                Ok(Body::Profile(profile)) if !profile.full_name.trim().is_empty() => Some(profile.full_name),
                _ => None,
            });
        full.or_else(|| self.log.directory.user(user).map(|user| user.name.as_str().to_owned()))
            .unwrap_or_default()
    }

    /// A colleague as the contact list shows them.
    pub(super) fn contact(&self, user: &UserId) -> Result<Contact, Failure> {
        let entry = self.log.directory.user(user).ok_or_else(|| Failure::new(ErrorCode::ApiNotFound))?;
        let person = self.people.get(user);
        let shown = self.presence.of(user);
        let (told, _) = self.path_of(user);
        let last_seen =
            shown.map_or(0, |shown| shown.last_seen).max(person.map_or(0, |person| person.last_seen));
        let verified = person.is_some_and(|person| person.verified == entry.uik.as_bytes());
        Ok(Contact {
            user: *user,
            name: entry.name.as_str().to_owned(),
            display_name: self.display_name(user),
            presence: self.shown_presence(user),
            status_text: shown.map(|shown| shown.text.clone()).filter(|text| !text.is_empty()),
            last_seen: (last_seen != 0).then_some(last_seen),
            path: told.path,
            safety: if verified { SafetyLevel::Compared } else { SafetyLevel::Directory },
            blocked: person.is_some_and(|person| person.blocked),
            role: match entry.role {
                DirectoryRole::Admin => Role::Admin,
                DirectoryRole::Member => Role::Member,
            },
            banned: self.log.ban(user).is_some().then_some(true),
            approval: self.approval(user),
            picture: person.and_then(|person| super::profiles::picture(&person.profile)),
        })
    }

    /// `contact.list`: online first, then offline, each by name.
    pub(super) fn contact_list(&self, filter: Option<&str>) -> Result<Answer, Failure> {
        let filter = filter.unwrap_or_default().to_lowercase();
        let mut contacts = Vec::new();
        for user in self.log.directory.users().filter(|user| user.id != self.setup.user) {
            let contact = self.contact(&user.id)?;
            if contact.name.contains(&filter) || contact.display_name.to_lowercase().contains(&filter) {
                contacts.push(contact);
            }
        }
        contacts.sort_by_cached_key(|contact| {
            let offline = contact.presence == PresenceStatus::Offline;
            (offline, contact.display_name.to_lowercase(), contact.name.clone())
        });
        Ok(Answer::Contacts { contacts })
    }

    /// `contact.block` and `contact.unblock`.
    pub(super) fn contact_block(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        blocked: bool,
    ) -> Result<Answer, Failure> {
        let mut person = self.person(user);
        if person.blocked != blocked {
            person.blocked = blocked;
            self.save_person(step, user, person);
            if blocked {
                self.close_all(step, user)?;
                self.tell_stopped(step, user)?;
            } else {
                self.pump(step, user)?;
            }
            self.contact_changed(step, user, if blocked { "blocked" } else { "unblocked" });
        }
        Ok(Answer::Done {})
    }

    /// An event with a contact as it is now; none about myself.
    pub(super) fn contact_changed(&mut self, step: &mut Step<'_>, user: &UserId, what: &str) {
        if *user != self.setup.user
            && let Ok(contact) = self.contact(user)
        {
            self.event(step, Event::ContactChanged { contact, what: what.to_owned() });
        }
    }

    /// A link to this person was accepted.
    pub(super) fn remember_met(&mut self, step: &mut Step<'_>, user: &UserId) {
        /// Writing the time of every link is of no use to anyone.
        const EVERY: Time = 60_000;
        let mut person = self.person(user);
        if step.now.saturating_sub(person.met) >= EVERY {
            person.met = step.now;
            self.save_person(step, user, person);
        }
    }
}
