//! Notifications: what the system shows of a message while the window is behind others. The content stays hidden
//! unless a person chose otherwise (UI §3.K).

use conclave_peer::model::{Event, Message, Notification, PresenceStatus, Target, UserId};

use crate::i18n::Words;
use crate::name;

use super::conversation::{in_one_line, is_incoming};
use super::main::{Footing, Main};

/// How much a notification tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Who, and what.
    Full,
    /// Who.
    #[default]
    Sender,
    /// That there is something.
    Neutral,
    /// Nothing: there is none.
    Off,
}

impl Level {
    /// All of them, as they are listed.
    pub const ALL: [Self; 4] = [Self::Full, Self::Sender, Self::Neutral, Self::Off];

    /// The key of its words, and its name where it is kept.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Full => "notices-full",
            Self::Sender => "notices-sender",
            Self::Neutral => "notices-neutral",
            Self::Off => "notices-off",
        }
    }
}

/// What the system shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whose conversation it belongs to: one notice for each.
    pub user: UserId,
    /// The first line.
    pub title: String,
    /// The second one; may be empty.
    pub body: String,
    /// The words of the act that opens the conversation to write in; none where nothing can be written.
    pub reply: Option<String>,
    /// The words of the act that marks the conversation as read; none where there is nothing to read.
    pub read: Option<String>,
}

impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notice").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Main {
    /// What the system is to show of this, if anything.
    pub(super) fn notice(&self, told: &Notification, level: Level, words: Words) -> Option<Notice> {
        if level == Level::Off || self.presence == PresenceStatus::Dnd {
            return None;
        }
        match &told.event {
            Event::MessageReceived { message } | Event::FileOffered { message, .. } => {
                self.of_message(message, level, words)
            }
            Event::ContactRequest { user, .. } => {
                let name = self.roster.person(*user)?.name();
                let asks = words.say("notice-asks");
                let (title, body) = match level {
                    Level::Full | Level::Sender => (name, asks),
                    Level::Neutral | Level::Off => (words.say("notice-request"), String::new()),
                };
                Some(Notice { user: *user, title, body, reply: None, read: None })
            }
            _ => None,
        }
    }

    fn of_message(&self, message: &Message, level: Level, words: Words) -> Option<Notice> {
        let Target::User(user) = message.conversation else { return None };
        let person = self.roster.person(user)?;
        // What is known already was told before.
        let known = person.last.as_ref().is_some_and(|last| last.position >= message.position);
        if person.muted || person.contact.blocked || known || !is_incoming(message) {
            return None;
        }
        let (title, body) = match level {
            Level::Full => (person.name(), name::shown(&in_one_line(words, message), "")),
            Level::Sender => (person.name(), words.say("notice-new")),
            Level::Neutral | Level::Off => (words.say("notice-new"), String::new()),
        };
        let reply = (self.footing(person) == Footing::Composer).then(|| words.say("reply"));
        Some(Notice { user, title, body, reply, read: Some(words.say("mark-read")) })
    }
}
