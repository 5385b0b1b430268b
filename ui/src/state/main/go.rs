//! Where the rail and the settings lead, and what the quick switcher takes.

use conclave_peer::model::{Call, UserId};

use super::ask::{self, question};
use super::{Act, Main, Section};
use crate::command::Purpose;
use crate::i18n::Words;
use crate::state::account::Account;
use crate::state::overlay::Overlay;
use crate::state::profile::Profiles;
use crate::state::safety::Safety;
use crate::state::storage::Storage;
use crate::state::switcher::{self, Entry, Switcher, Verb};
use crate::state::{Effect, Event, account, doctor, settings};

impl Main {
    pub(super) fn go(&mut self, section: Section) -> Vec<Effect> {
        let same = self.section == section;
        self.section = section;
        self.search = None;
        self.filter.clear();
        self.person = None;
        match section {
            Section::Transfers => vec![ask::files()],
            Section::Settings => {
                let effects = self.settings(self.page);
                self.pages = true;
                effects
            }
            Section::Requests => vec![Self::ask_requests()],
            // A second press leads back to the list, which matters in a narrow window.
            Section::Chats | Section::People if same => {
                self.leave();
                Vec::new()
            }
            Section::Chats | Section::People => Vec::new(),
        }
    }

    /// Whether the list has the window where there is room for one pane: a search is in it too, until it led
    /// somewhere.
    #[must_use]
    pub fn lists(&self) -> bool {
        match self.section {
            Section::Settings => self.pages,
            Section::Transfers => false,
            Section::Chats | Section::People | Section::Requests => {
                let seeks = self.search.as_ref().is_some_and(|search| !search.behind);
                let person = self.person.is_some() && self.section == Section::People;
                seeks || (self.open.is_none() && !person)
            }
        }
    }

    /// The profile of a person, in the place of the conversation.
    pub(super) fn show_person(&mut self, user: UserId) -> Vec<Effect> {
        self.leave();
        self.section = Section::People;
        self.search = None;
        self.person = Some(user);
        let mut effects = Profiles::ask(user, false);
        effects.extend([Safety::ask(user), Self::ask_path(user)]);
        effects
    }

    pub(super) fn settings(&mut self, page: settings::Page) -> Vec<Effect> {
        self.section = Section::Settings;
        self.page = page;
        self.pages = false;
        self.profiles.saved = false;
        self.libraries = false;
        match page {
            settings::Page::Profile => {
                self.me.as_ref().map(|me| Profiles::ask(me.user, true)).unwrap_or_default()
            }
            settings::Page::Sessions => self.account.act(account::Act::Sessions, ""),
            settings::Page::Doctor => {
                vec![Effect::Then(Box::new(Event::Main(Act::Doctor(doctor::Act::Run(None)))))]
            }
            settings::Page::Storage => vec![Storage::ask()],
            settings::Page::Log => self.log.open(),
            settings::Page::Network => vec![question(Purpose::Status, Call::Status)],
            settings::Page::Account => {
                self.account = Account::default();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn switch(&mut self, act: switcher::Act, focused: bool, words: Words) -> Vec<Effect> {
        let Some(Overlay::Switcher(switcher)) = &mut self.overlay else { return Vec::new() };
        let entries = switcher.entries(&self.roster, |key| words.say(key));
        let taken = match act {
            switcher::Act::Type(text) => {
                *switcher = Switcher { text, chosen: 0 };
                return Vec::new();
            }
            switcher::Act::Step(forward) => {
                switcher.step(forward, entries.len());
                return Vec::new();
            }
            switcher::Act::Take(entry) => Some(entry),
            switcher::Act::TakeChosen => entries.get(switcher.chosen).copied(),
        };
        let Some(taken) = taken else { return Vec::new() };
        self.overlay = None;
        match taken {
            Entry::Person(user) => self.open(user, focused),
            Entry::Verb(Verb::Go(section)) => self.go(section),
            Entry::Verb(Verb::Keys) => self.show(Overlay::Keys),
            Entry::Verb(Verb::Theme) => vec![Effect::Then(Box::new(Event::OtherTheme))],
            Entry::Verb(Verb::Lock) => Self::lock(),
        }
    }
}
