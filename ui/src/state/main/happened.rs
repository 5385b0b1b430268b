//! What the engine reported.

use conclave_peer::model::{
    Approval, Call, ContactList, ErrorCode, Event, Failure, Message, Notification, ServerLink, Target, Time,
};

use crate::command::{Command, Purpose};
use crate::state::conversation::{Line, is_incoming};
use crate::state::safety::Safety;
use crate::state::transfers::Progress;
use crate::state::{Effect, Page, field};

use super::ask::{page_before, question};
use super::{Link, Main};

impl Main {
    pub(super) fn happened(&mut self, notification: Notification, focused: bool, now: Time) -> Vec<Effect> {
        match notification.event {
            Event::MessageReceived { message } => return self.came(message, focused, now),
            Event::FileOffered { message, file } => {
                self.transfers.file(&file);
                return self.came(message, focused, now);
            }
            Event::MessageState { id, state, custody, error } => {
                let before = self.state_of(id);
                self.roster.moved(id, state, &custody, error.as_ref());
                self.in_each(|known| known.moved(id, state, custody.clone(), error.clone()));
                self.tell_moved(id, before, now);
            }
            Event::MessageChanged { message, what } => {
                let with = message.conversation;
                self.tell_changed(&message, what, now);
                self.roster.changed(&message);
                self.in_each(|known| known.replace(&message));
                return self.shared_again(with);
            }
            Event::Typing { conversation: Target::User(user), user: who, on } if who == user => {
                self.roster.typing(user, on);
                if let Some(open) = self.open.as_mut().filter(|open| open.with == user) {
                    open.typing = on;
                }
            }
            Event::ConversationLine { conversation: Target::User(user), kind, .. } => {
                if let Some(open) = self.open.as_mut().filter(|open| open.with == user) {
                    open.lines.push(Line { time: now, kind });
                }
            }
            Event::FileStateChanged { file } => {
                self.tell_file(&file, now);
                self.file_moved(&file);
            }
            Event::FileProgress { file, done, bytes_per_second: speed, seconds_left: left, .. } => {
                let progress = Progress { done, speed, left };
                self.transfers.moved(file, progress);
                self.in_open(|open| open.moved_bytes(file, progress));
            }
            Event::PresenceChanged { user, presence, status_text, last_seen } => {
                self.roster.change(user, |contact| {
                    contact.presence = presence;
                    contact.status_text = status_text;
                    contact.last_seen = last_seen.or(contact.last_seen);
                });
            }
            Event::ContactChanged { contact, what } => {
                self.roster.set_contact(contact);
                if matches!(what.as_str(), "asked" | "agreed" | "refused") {
                    return vec![Self::ask_requests()];
                }
            }
            Event::ContactRequest { user, .. } => {
                self.roster.change(user, |contact| contact.approval = Approval::Asking);
                return vec![Self::ask_requests()];
            }
            Event::ProfileChanged { user, profile } => {
                let picture = profile.picture.as_deref().and_then(|picture| picture.parse().ok());
                self.roster.change(user, |contact| {
                    contact.display_name = profile.full_name.clone().unwrap_or_else(|| contact.name.clone());
                    contact.picture = picture;
                });
                // It may be here only now.
                self.previews.again(picture);
                self.profiles.came(user, profile, now);
            }
            Event::PathChanged { user, path, reason, clock_minutes } => {
                self.roster.change(user, |contact| contact.path = path);
                self.roster.reason(user, reason, clock_minutes);
            }
            Event::SafetyChanged { user, .. } => {
                let list = Call::ContactList(ContactList { filter: None });
                return vec![Safety::ask(user), question(Purpose::Contacts, list)];
            }
            Event::EventsGap { .. } => return self.reload(),
            Event::DirectoryAlarm { code, .. } => {
                self.alarm = Some(failure_of(&code));
                self.keys_read = false;
                if self.stops() {
                    return vec![Effect::Page(Page::Focus(field::SAFE))];
                }
            }
            Event::DirectoryWhole {} => self.directory_is_whole(),
            Event::SessionEnded { code, until, device, time } => {
                let mut failure = failure_of(&code);
                if let Some(device) = device {
                    failure = failure.with("device", device).with("time", time);
                }
                self.logged_in = false;
                let banned = failure.code == ErrorCode::AuthBanned;
                self.ended = Some((failure, until));
                if banned {
                    return vec![Self::ask_block()];
                }
            }
            Event::ServerState { state, since, directory_age, next_try_at } => {
                let valid_until = self.link.and_then(|link| link.valid_until);
                self.link = Some(Link { state, since, next_try_at, directory_age, valid_until });
                if state == ServerLink::Online {
                    self.ended = None;
                    let mut effects = self.signed_in();
                    effects.push(question(Purpose::Status, Call::Status));
                    return effects;
                }
                return vec![Effect::Ask(Command::Network)];
            }
            Event::ServerNotice { text, stops_at } => self.notice = Some((text, stops_at)),
            Event::StoreDamaged { code, safe, lost } => {
                self.damaged = Some(failure_of(&code).with("n", safe).with("m", lost));
            }
            _ => {}
        }
        Vec::new()
    }

    fn came(&mut self, message: Message, focused: bool, now: Time) -> Vec<Effect> {
        let counted = self.roster.newest(&message);
        let Target::User(user) = message.conversation else { return Vec::new() };
        let mut effects = Vec::new();
        self.tell_came(&message, now);
        if let Some(open) = self.open.as_mut().filter(|open| open.with == user) {
            if !focused && is_incoming(&message) {
                let count = open.unread_from.map_or(1, |(_, count)| count + 1);
                let first = open.unread_from.map_or(message.id, |(first, _)| first);
                open.unread_from = Some((first, count));
            }
            open.typing = false;
            open.arrived(message);
            if focused {
                effects.extend(self.read_open());
            }
        } else if let Some(known) = self.recent.with(user) {
            known.arrived(message);
        }
        if !counted {
            effects.push(question(Purpose::Conversations, Call::ConversationList));
        }
        effects.extend(self.shared_again(Target::User(user)));
        effects
    }

    /// What is shared in a conversation may be more or less by now, if that is on screen.
    fn shared_again(&mut self, with: Target) -> Vec<Effect> {
        let seen = self.open.as_ref().is_some_and(|open| self.details && Target::User(open.with) == with);
        if seen { self.shared.again() } else { Vec::new() }
    }

    fn reload(&mut self) -> Vec<Effect> {
        self.recent.clear();
        let mut effects = Self::first_questions();
        if let Some(open) = &mut self.open {
            open.loading = true;
            effects.push(page_before(Purpose::Newest(open.with), open.with, None));
        }
        effects
    }
}

/// The failure of a code that came as text; a code of a newer engine is said as "something went wrong".
pub(crate) fn failure_of(code: &str) -> Failure {
    let known = ErrorCode::ALL.iter().find(|known| known.text() == code);
    known.map_or_else(|| Failure::new(ErrorCode::Bug).with("code", code), |known| Failure::new(*known))
}
