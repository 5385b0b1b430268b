//! The quick switcher: a few letters lead to a person or a command (UI R16).

use conclave_peer::model::UserId;

use super::main::Section;
use super::roster::Roster;
use super::shortcut::Shortcut;

/// Entries shown at most: more letters narrow them.
const MOST: usize = 8;

/// A command of the switcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To a section.
    Go(Section),
    /// The keys.
    Keys,
    /// Light or dark.
    Theme,
    /// Closes the messages.
    Lock,
}

impl Verb {
    /// All of them, as they are listed.
    pub const ALL: [Self; 8] = [
        Self::Go(Section::Chats),
        Self::Go(Section::People),
        Self::Go(Section::Requests),
        Self::Go(Section::Transfers),
        Self::Go(Section::Settings),
        Self::Keys,
        Self::Theme,
        Self::Lock,
    ];

    /// The key of its words.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Go(Section::Chats) => "verb-chats",
            Self::Go(Section::People) => "verb-people",
            Self::Go(Section::Requests) => "verb-requests",
            Self::Go(Section::Transfers) => "verb-transfers",
            Self::Go(Section::Settings) => "verb-settings",
            Self::Keys => "verb-keys",
            Self::Theme => "verb-theme",
            Self::Lock => "verb-lock",
        }
    }
}

impl Verb {
    /// The keys that do the same.
    #[must_use]
    pub const fn keys(self) -> Option<Shortcut> {
        match self {
            Self::Go(Section::People) => Some(Shortcut::People),
            Self::Go(Section::Settings) => Some(Shortcut::Settings),
            Self::Keys => Some(Shortcut::Keys),
            Self::Lock => Some(Shortcut::Lock),
            Self::Go(_) | Self::Theme => None,
        }
    }
}

/// A line of the switcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A person.
    Person(UserId),
    /// A command.
    Verb(Verb),
}

/// The switcher.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switcher {
    /// What was typed.
    pub text: String,
    /// The chosen line.
    pub chosen: usize,
}

/// What a person does in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Types.
    Type(String),
    /// Chooses the next or the previous line.
    Step(bool),
    /// Takes a line.
    Take(Entry),
    /// Takes the chosen line.
    TakeChosen,
}

impl Switcher {
    /// The lines: people first, then commands, as far as they hold what was typed.
    #[must_use]
    pub fn entries(&self, roster: &Roster, say: impl Fn(&str) -> String) -> Vec<Entry> {
        let people = [true, false].into_iter().flat_map(|online| roster.half(online, &self.text));
        let mut entries: Vec<Entry> =
            people.map(|person| Entry::Person(person.contact.user)).take(MOST).collect();
        let text = self.text.trim().to_lowercase();
        let verbs = Verb::ALL.into_iter().filter(|verb| say(verb.key()).to_lowercase().contains(&text));
        entries.extend(verbs.map(Entry::Verb));
        entries
    }

    /// Chooses the next or the previous of so many lines, around the ends.
    pub const fn step(&mut self, forward: bool, lines: usize) {
        if lines > 0 {
            self.chosen = (self.chosen + if forward { 1 } else { lines - 1 }) % lines;
        }
    }
}
