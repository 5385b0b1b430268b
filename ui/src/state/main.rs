//! The main window: people, the open conversation, and the one line above them that says what is wrong.

use conclave_peer::model::{
    Answer, Call, ContactList, ErrorCode, Event, EventsSubscribe, Failure, FileId, MarkRead, Me, MessageId,
    MessageList, MessageSend, Notification, OneFile, OneMessage, ServerLink, Target, TargetRef, Time, UserId,
};

use crate::command::{Command, Purpose, Update};

use super::conversation::{Conversation, PAGE, Unsent};
use super::roster::Roster;
use super::{Effect, Page, field};

/// A link that is down for less is not worth a line, milliseconds (UI §3.E).
const PATIENCE: Time = 3_000;

/// The link to the login server, as last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The link.
    pub state: ServerLink,
    /// Since when.
    pub since: Time,
    /// Age of the directory, milliseconds.
    pub directory_age: u64,
    /// Until when the directory is trusted, when known.
    pub valid_until: Option<Time>,
}

/// The one line above the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Banner {
    /// The directory or the own keys: words of an error code.
    Alarm(Failure),
    /// The server ended the session.
    SessionEnded(Failure),
    /// Part of the store is damaged.
    Damaged(Failure),
    /// Open, but not signed in.
    NotSignedIn,
    /// No link to the server.
    ServerDown {
        /// Age of the directory, milliseconds.
        age: u64,
        /// Until when it is trusted.
        until: Option<Time>,
    },
    /// Trying.
    Reconnecting,
    /// Words of the server's administrator.
    Notice(String),
}

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Opens the conversation with a person.
    Open(UserId),
    /// Back to the list, in a narrow window.
    Close,
    /// Narrows the list.
    Filter(String),
    /// Sends a message to a person.
    Send {
        /// To whom.
        to: UserId,
        /// The text.
        text: String,
    },
    /// Tries a message again that the engine did not take.
    TryAgain(u64),
    /// Drops a message that the engine did not take.
    Drop(u64),
    /// Tries a message again that stopped.
    Retry(MessageId),
    /// Loads older messages.
    Older,
    /// Takes a file that was offered.
    AcceptFile(FileId),
    /// Refuses a file that was offered.
    DeclineFile(FileId),
    /// To the door.
    SignIn,
    /// Closes the messages.
    Lock,
}

/// The main window.
#[derive(Debug, Clone, PartialEq)]
pub struct Main {
    /// Myself.
    pub me: Option<Me>,
    /// The people.
    pub roster: Roster,
    /// What narrows the list.
    pub filter: String,
    /// The open conversation.
    pub open: Option<Conversation>,
    /// Whether the server accepted the sign-in.
    pub logged_in: bool,
    /// The link to the server.
    pub link: Option<Link>,
    alarm: Option<Failure>,
    ended: Option<Failure>,
    damaged: Option<Failure>,
    notice: Option<String>,
    number: u64,
}

impl Main {
    /// Before anything is loaded.
    #[must_use]
    pub fn new(logged_in: bool) -> Self {
        Self {
            me: None,
            roster: Roster::default(),
            filter: String::new(),
            open: None,
            logged_in,
            link: None,
            alarm: None,
            ended: None,
            damaged: None,
            notice: None,
            number: 0,
        }
    }

    /// The worst that is to be said.
    #[must_use]
    pub fn banner(&self, now: Time) -> Option<Banner> {
        let down = |link: &Link| now.saturating_sub(link.since) >= PATIENCE;
        if let Some(alarm) = &self.alarm {
            return Some(Banner::Alarm(alarm.clone()));
        }
        if let Some(damaged) = &self.damaged {
            return Some(Banner::Damaged(damaged.clone()));
        }
        if let Some(ended) = &self.ended {
            return Some(Banner::SessionEnded(ended.clone()));
        }
        if !self.logged_in {
            return Some(Banner::NotSignedIn);
        }
        match &self.link {
            Some(link) if link.state == ServerLink::Offline && down(link) => {
                Some(Banner::ServerDown { age: link.directory_age, until: link.valid_until })
            }
            Some(link) if link.state == ServerLink::Connecting && down(link) => Some(Banner::Reconnecting),
            _ => self.notice.clone().map(Banner::Notice),
        }
    }

    pub(super) fn first_questions() -> Vec<Effect> {
        vec![
            question(Purpose::Quiet, Call::EventsSubscribe(EventsSubscribe { after: None })),
            question(Purpose::Status, Call::Status),
            question(Purpose::Contacts, Call::ContactList(ContactList { filter: None })),
            question(Purpose::Conversations, Call::ConversationList),
        ]
    }

    pub(super) fn act(&mut self, act: Act, focused: bool) -> Vec<Effect> {
        match act {
            Act::Open(user) => self.open(user, focused),
            Act::Close => {
                self.open = None;
                Vec::new()
            }
            Act::Filter(filter) => {
                self.filter = filter;
                Vec::new()
            }
            Act::Send { to, text } => self.send(to, text),
            Act::TryAgain(number) => {
                let Some(open) = &mut self.open else { return Vec::new() };
                let Some(at) = open.unsent.iter().position(|unsent| unsent.number == number) else {
                    return Vec::new();
                };
                let (to, text) = (open.with, open.unsent.remove(at).text);
                self.hand_over(to, text)
            }
            Act::Drop(number) => {
                if let Some(open) = &mut self.open {
                    open.unsent.retain(|unsent| unsent.number != number);
                }
                Vec::new()
            }
            Act::Retry(id) => vec![question(Purpose::Quiet, Call::MessageRetry(OneMessage { id }))],
            Act::Older => self.older(),
            Act::AcceptFile(file) => vec![question(Purpose::Quiet, Call::FileAccept(OneFile { file }))],
            Act::DeclineFile(file) => vec![question(Purpose::Quiet, Call::FileDecline(OneFile { file }))],
            Act::SignIn | Act::Lock => Vec::new(),
        }
    }

    pub(super) fn take(&mut self, update: Update, focused: bool, now: Time) -> Vec<Effect> {
        match update {
            Update::Answer(purpose, result) => self.answer(purpose, *result, focused),
            Update::Notification(notification) => self.happened(*notification, focused, now),
            _ => Vec::new(),
        }
    }

    /// The open conversation is in front of the person: what came is read.
    pub(super) fn read_open(&mut self) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let unread = self.roster.person(open.with).is_some_and(|person| person.unread > 0);
        match open.newest_incoming() {
            Some(up_to) if unread => {
                self.roster.read(open.with);
                let mark = MarkRead { conversation: target(open.with), up_to };
                vec![question(Purpose::Quiet, Call::MarkRead(mark))]
            }
            _ => Vec::new(),
        }
    }

    fn open(&mut self, user: UserId, focused: bool) -> Vec<Effect> {
        let mut effects = vec![Effect::Page(Page::Focus(field::COMPOSER))];
        if self.open.as_ref().is_some_and(|open| open.with == user) {
            if focused {
                effects.extend(self.read_open());
            }
            return effects;
        }
        let unread = self.roster.person(user).map_or(0, |person| person.unread);
        self.open = Some(Conversation::new(user, unread));
        effects.push(page_before(Purpose::Newest(user), user, None));
        effects
    }

    fn older(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.loading || !open.more {
            return Vec::new();
        }
        open.loading = true;
        vec![page_before(Purpose::Older(open.with), open.with, open.oldest())]
    }

    fn send(&mut self, to: UserId, text: String) -> Vec<Effect> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        let mut effects = self.hand_over(to, text);
        effects.push(Effect::Page(Page::ClearComposer));
        effects
    }

    fn hand_over(&mut self, to: UserId, text: String) -> Vec<Effect> {
        self.number += 1;
        let number = self.number;
        if let Some(open) = self.open.as_mut().filter(|open| open.with == to) {
            open.unsent.push(Unsent { number, text: text.clone(), failure: None });
            open.unread_from = None;
        }
        let send = MessageSend { to: target(to), text, id: None, reply_to: None };
        vec![question(Purpose::Send { to, number }, Call::MessageSend(send))]
    }

    fn answer(&mut self, purpose: Purpose, result: Result<Answer, Failure>, focused: bool) -> Vec<Effect> {
        match (purpose, result) {
            (Purpose::Contacts, Ok(Answer::Contacts { contacts })) => self.roster.set_contacts(contacts),
            (Purpose::Conversations, Ok(Answer::Conversations { conversations })) => {
                self.roster.set_conversations(conversations);
            }
            (Purpose::Status, Ok(Answer::Status(status))) => {
                self.me = Some(status.me);
                self.logged_in |= status.server.state == ServerLink::Online;
                self.link = Some(Link {
                    state: status.server.state,
                    since: status.server.since,
                    directory_age: status.directory.age,
                    valid_until: Some(status.directory.valid_until),
                });
            }
            (Purpose::Newest(user), result) => {
                let Some(open) = self.open.as_mut().filter(|open| open.with == user) else {
                    return Vec::new();
                };
                match result {
                    Ok(Answer::Messages { messages, more }) => open.newest(messages, more),
                    // Nobody has written yet.
                    Err(failure) if failure.code == ErrorCode::ApiNotFound => open.newest(Vec::new(), false),
                    Err(failure) => fail(open, failure),
                    Ok(_) => {}
                }
                if focused {
                    return self.read_open();
                }
            }
            (Purpose::Older(user), result) => {
                let Some(open) = self.open.as_mut().filter(|open| open.with == user) else {
                    return Vec::new();
                };
                match result {
                    Ok(Answer::Messages { messages, more }) => open.older(messages, more),
                    Err(failure) => fail(open, failure),
                    Ok(_) => {}
                }
            }
            (Purpose::Send { to, number }, result) => self.sent(to, number, result),
            (Purpose::Quiet, Err(failure)) => {
                if let Some(open) = &mut self.open {
                    fail(open, failure);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn sent(&mut self, to: UserId, number: u64, result: Result<Answer, Failure>) {
        if let Ok(Answer::Message { message }) = &result {
            let _newer = self.roster.newest(message);
        }
        let Some(open) = self.open.as_mut().filter(|open| open.with == to) else { return };
        match result {
            Ok(Answer::Message { message }) => {
                open.unsent.retain(|unsent| unsent.number != number);
                open.insert(message);
            }
            Err(failure) => {
                if let Some(unsent) = open.unsent.iter_mut().find(|unsent| unsent.number == number) {
                    unsent.failure = Some(failure);
                }
            }
            Ok(_) => {}
        }
    }

    fn happened(&mut self, notification: Notification, focused: bool, now: Time) -> Vec<Effect> {
        match notification.event {
            Event::MessageReceived { message } | Event::FileOffered { message, .. } => {
                let counted = self.roster.newest(&message);
                let Target::User(user) = message.conversation else { return Vec::new() };
                let mut effects = Vec::new();
                if let Some(open) = self.open.as_mut().filter(|open| open.with == user) {
                    if !focused && open.unread_from.is_none() {
                        open.unread_from = Some((message.id, 1));
                    } else if let (false, Some((_, count))) = (focused, &mut open.unread_from) {
                        *count += 1;
                    }
                    open.insert(message);
                    if focused {
                        effects.extend(self.read_open());
                    }
                }
                if !counted {
                    effects.push(question(Purpose::Conversations, Call::ConversationList));
                }
                return effects;
            }
            Event::MessageState { id, state, custody, error } => {
                self.roster.moved(id, state, &custody, error.as_ref());
                if let Some(open) = &mut self.open {
                    open.moved(id, state, custody, error);
                }
            }
            Event::FileStateChanged { file } => {
                if let Some(open) = &mut self.open {
                    open.file(&file);
                }
            }
            Event::FileProgress { file, done, .. } => {
                if let Some(open) = &mut self.open {
                    open.moved_bytes(file, done);
                }
            }
            Event::PresenceChanged { user, presence, status_text, last_seen } => {
                self.roster.change(user, |contact| {
                    contact.presence = presence;
                    contact.status_text = status_text;
                    contact.last_seen = last_seen.or(contact.last_seen);
                });
            }
            Event::ContactChanged { contact, .. } => self.roster.set_contact(contact),
            Event::ProfileChanged { user, profile } => self.roster.change(user, |contact| {
                contact.display_name = profile.full_name.unwrap_or_else(|| contact.name.clone());
            }),
            Event::PathChanged { user, path, .. } => self.roster.change(user, |contact| contact.path = path),
            Event::SafetyChanged { .. } => {
                return vec![question(Purpose::Contacts, Call::ContactList(ContactList { filter: None }))];
            }
            Event::EventsGap { .. } => return self.reload(),
            Event::DirectoryAlarm { code, .. } => self.alarm = Some(failure_of(&code)),
            Event::SessionEnded { code, until, device } => {
                let mut failure = failure_of(&code);
                failure.retry_after_ms = until.map(|until| until.saturating_sub(now));
                if let Some(device) = device {
                    failure = failure.with("device", device).with("time", now);
                }
                self.logged_in = false;
                self.ended = Some(failure);
            }
            Event::ServerState { state, since, directory_age, .. } => {
                let valid_until = self.link.and_then(|link| link.valid_until);
                self.link = Some(Link { state, since, directory_age, valid_until });
                if state == ServerLink::Online {
                    self.logged_in = true;
                    self.ended = None;
                }
            }
            Event::ServerNotice { text, .. } => self.notice = Some(text),
            Event::StoreDamaged { code, safe, lost } => {
                self.damaged = Some(failure_of(&code).with("n", safe).with("m", lost));
            }
            _ => {}
        }
        Vec::new()
    }

    fn reload(&mut self) -> Vec<Effect> {
        let mut effects = Self::first_questions();
        if let Some(open) = &mut self.open {
            open.loading = true;
            effects.push(page_before(Purpose::Newest(open.with), open.with, None));
        }
        effects
    }
}

fn fail(open: &mut Conversation, failure: Failure) {
    open.loading = false;
    open.failure = Some(failure);
}

/// The failure of a code that came as text; a code of a newer engine is said as "something went wrong".
pub(crate) fn failure_of(code: &str) -> Failure {
    let known = ErrorCode::ALL.iter().find(|known| known.text() == code);
    known.map_or_else(|| Failure::new(ErrorCode::Bug).with("code", code), |known| Failure::new(*known))
}

fn question(purpose: Purpose, call: Call) -> Effect {
    Effect::Ask(Command::Ask(purpose, Box::new(call)))
}

fn target(user: UserId) -> TargetRef {
    TargetRef::Id(Target::User(user))
}

fn page_before(purpose: Purpose, user: UserId, before: Option<MessageId>) -> Effect {
    let list = MessageList { conversation: target(user), before, after: None, around: None, limit: PAGE };
    question(purpose, Call::MessageList(list))
}
