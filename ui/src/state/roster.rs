//! The people: online first, then offline, each by name; with unread counts and the newest message.

use std::collections::BTreeMap;

use conclave_peer::model::{
    Contact, ConversationSummary, CustodyStep, Message, MessageFault, MessageId, MessageState, Path,
    PresenceStatus, Role, Target, UserId, WaitReason,
};

use crate::name;

/// A person as the list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub contact: Contact,
    /// Messages from them that are not read.
    pub unread: u64,
    /// The newest message.
    pub last: Option<Message>,
    /// Whether the conversation is kept on top.
    pub pinned: bool,
    /// Whether it notifies nobody.
    pub muted: bool,
    /// How long its messages stay, milliseconds; 0 for ever.
    pub timer_ms: u64,
    /// What was begun and not sent.
    pub draft: Option<String>,
    /// Whether the person writes.
    pub typing: bool,
    /// Why there is no path, as the engine names it.
    pub reason: Option<String>,
    /// For a reason of clocks: by how many minutes they differ.
    pub clock_minutes: Option<u64>,
}

impl Person {
    /// The name, made fit to stand in a line.
    #[must_use]
    pub fn name(&self) -> String {
        name::shown(&self.contact.display_name, &self.contact.name)
    }

    fn into_talk(self) -> Talk {
        let Self { unread, last, pinned, muted, timer_ms, draft, .. } = self;
        Talk { unread, last, pinned, muted, timer_ms, draft }
    }

    /// Whether the person can be reached, as far as the server tells.
    #[must_use]
    pub const fn is_online(&self) -> bool {
        !matches!(self.contact.presence, PresenceStatus::Offline | PresenceStatus::Invisible)
    }
}

/// What is known of a conversation beside its person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Talk {
    unread: u64,
    last: Option<Message>,
    pinned: bool,
    muted: bool,
    timer_ms: u64,
    draft: Option<String>,
}

impl Talk {
    fn with(self, contact: Contact) -> Person {
        let Self { unread, last, pinned, muted, timer_ms, draft } = self;
        Person {
            contact,
            unread,
            last,
            pinned,
            muted,
            timer_ms,
            draft,
            typing: false,
            reason: None,
            clock_minutes: None,
        }
    }
}

/// The people, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    people: BTreeMap<UserId, Person>,
    /// Summaries that came before their people.
    early: BTreeMap<UserId, Talk>,
    /// Whether the list was ever loaded.
    pub loaded: bool,
}

impl Roster {
    /// Takes the whole list; counts and messages at hand stay.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) {
        let mut before = std::mem::take(&mut self.people);
        self.loaded = true;
        for contact in contacts {
            let user = contact.user;
            let known = before.remove(&user).map(Person::into_talk).or_else(|| self.early.remove(&user));
            self.people.insert(user, known.unwrap_or_default().with(contact));
        }
    }

    /// Takes counts and newest messages.
    pub fn set_conversations(&mut self, conversations: Vec<ConversationSummary>) {
        for summary in conversations {
            let Target::User(user) = summary.conversation else { continue };
            let ConversationSummary { unread, last, pinned, muted, timer_ms, draft, .. } = summary;
            let talk = Talk { unread, last, pinned, muted, timer_ms, draft };
            match self.people.remove(&user) {
                Some(person) => {
                    self.people.insert(user, talk.with(person.contact));
                }
                None => {
                    self.early.insert(user, talk);
                }
            }
        }
    }

    /// One person anew.
    pub fn set_contact(&mut self, contact: Contact) {
        let user = contact.user;
        match self.people.get_mut(&user) {
            Some(person) => person.contact = contact,
            None => {
                let talk = self.early.remove(&user).unwrap_or_default();
                self.people.insert(user, talk.with(contact));
            }
        }
    }

    /// A message with a person. An incoming one newer than all counts as one more to read; `false` when the count
    /// cannot be told from here, because the message came late or again.
    pub fn newest(&mut self, message: &Message) -> bool {
        let Target::User(user) = message.conversation else { return true };
        let Some(person) = self.people.get_mut(&user) else { return true };
        let newer = person.last.as_ref().is_none_or(|last| last.position < message.position);
        if newer {
            person.last = Some(message.clone());
            person.typing = false;
            person.unread += u64::from(message.state == MessageState::Received);
        }
        newer
    }

    /// A message moved along its custody line.
    pub fn moved(
        &mut self,
        id: MessageId,
        state: MessageState,
        custody: &[CustodyStep],
        error: Option<&MessageFault>,
    ) {
        for last in
            self.people.values_mut().filter_map(|person| person.last.as_mut()).filter(|last| last.id == id)
        {
            last.state = state;
            last.custody = custody.to_vec();
            last.error = error.cloned();
        }
    }

    /// A message was edited, deleted or reacted to.
    pub fn changed(&mut self, message: &Message) {
        let newest = self.people.values_mut().filter_map(|person| person.last.as_mut());
        for last in newest.filter(|last| last.id == message.id) {
            *last = message.clone();
        }
    }

    /// Somebody writes, or stopped.
    pub fn typing(&mut self, user: UserId, on: bool) {
        if let Some(person) = self.people.get_mut(&user) {
            person.typing = on;
        }
    }

    /// Why there is no path to a person.
    pub fn reason(&mut self, user: UserId, reason: Option<String>, clock_minutes: Option<u64>) {
        if let Some(person) = self.people.get_mut(&user) {
            (person.reason, person.clock_minutes) = (reason, clock_minutes);
        }
    }

    /// The conversation with a person is gone from this computer.
    pub fn erased(&mut self, user: UserId) {
        if let Some(person) = self.people.get_mut(&user) {
            (person.last, person.draft, person.unread) = (None, None, 0);
        }
    }

    /// What was begun and not sent.
    pub fn draft(&mut self, user: UserId, text: &str) {
        if let Some(person) = self.people.get_mut(&user) {
            person.draft = Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        }
    }

    /// Everything of a person is read.
    pub fn read(&mut self, user: UserId) {
        if let Some(person) = self.people.get_mut(&user) {
            person.unread = 0;
        }
    }

    /// Changes one person.
    pub fn change(&mut self, user: UserId, change: impl FnOnce(&mut Contact)) {
        if let Some(person) = self.people.get_mut(&user) {
            change(&mut person.contact);
        }
    }

    /// One person.
    #[must_use]
    pub fn person(&self, user: UserId) -> Option<&Person> {
        self.people.get(&user)
    }

    /// Everybody, in no order that means anything.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// Somebody who is named as administrator and may be written to.
    #[must_use]
    pub fn administrator(&self) -> Option<UserId> {
        let mut contacts = self.people.values().map(|person| &person.contact);
        contacts
            .find(|contact| contact.role == Role::Admin && contact.banned.is_none())
            .map(|contact| contact.user)
    }

    /// Whether no path leads to anybody.
    #[must_use]
    pub fn nobody_reached(&self) -> bool {
        self.people.values().all(|person| person.contact.path == Path::Waiting)
    }

    /// Whether somebody was looked for in vain because nothing leaves this computer.
    #[must_use]
    pub fn no_way_out(&self) -> bool {
        let vain = |person: &Person| person.reason.as_deref() == Some(WaitReason::NoNetwork.text());
        self.people.values().any(vain)
    }

    /// Messages not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.people.values().map(|person| person.unread).sum()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The conversations: kept on top first, then by their newest message; only those whose name holds the filter.
    #[must_use]
    pub fn chats(&self, filter: &str) -> Vec<&Person> {
        let filter = filter.trim().to_lowercase();
        let mut chats: Vec<&Person> = self
            .people
            .values()
            .filter(|person| person.last.is_some() || person.draft.is_some())
            .filter(|person| {
                person.name().to_lowercase().contains(&filter) || person.contact.name.contains(&filter)
            })
            .collect();
        let at = |person: &Person| person.last.as_ref().map_or(0, |last| last.time);
        chats.sort_by(|one, other| other.pinned.cmp(&one.pinned).then_with(|| at(other).cmp(&at(one))));
        chats
    }

    /// The people of one half of the list, by name; only those whose name holds the filter.
    #[must_use]
    pub fn half(&self, online: bool, filter: &str) -> Vec<&Person> {
        let filter = filter.trim().to_lowercase();
        let mut half: Vec<(String, &Person)> = self
            .people
            .values()
            .filter(|person| person.is_online() == online)
            .map(|person| (person.name().to_lowercase(), person))
            .filter(|(name, person)| name.contains(&filter) || person.contact.name.contains(&filter))
            .collect();
        half.sort_by(|(left, a), (right, b)| {
            left.cmp(right).then_with(|| a.contact.name.cmp(&b.contact.name))
        });
        half.into_iter().map(|(_, person)| person).collect()
    }
}
