//! The main window: sections, the open conversation, what stands above it, and what the engine told.

mod act;
mod answer;
pub(crate) mod ask;
mod banner;
mod change;
mod files;
mod happened;
mod keys;
mod requests;
mod seek;
mod send;

use std::collections::BTreeSet;

use conclave_peer::model::{
    Call, ContactList, CoreStatus, EventsSubscribe, Failure, FileId, MarkRead, Me, OneMessage, PolicyView,
    PresenceSet, PresenceStatus, Settings as Privacy, Time, UserId,
};

use crate::command::{Command, Purpose, Typed};
use crate::i18n::Words;
use crate::name;

use super::account::{self, Account};
use super::conversation::{Conversation, is_incoming};
use super::doctor::Doctor;
use super::overlay::{Confirm, Overlay};
use super::preview::Previews;
use super::profile::Profiles;
use super::requests::Requests;
use super::roster::Roster;
use super::safety::{self, Safety};
use super::search::Search;
use super::settings;
use super::switcher::{self, Entry, Switcher, Verb};
use super::transfers::Transfers;
use super::{Effect, Event, Page, doctor, field};
use ask::{one, page_after, page_before, question, target};

pub use act::Act;
pub use banner::{Banner, Link};
pub(crate) use happened::failure_of;

/// A section of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// Conversations by their newest message.
    #[default]
    Chats,
    /// People by presence and name.
    People,
    /// Who asks to write, and whom I asked.
    Requests,
    /// Files that move.
    Transfers,
    /// Everything that can be chosen.
    Settings,
}

impl Section {
    /// Whether a conversation stands beside its list.
    #[must_use]
    pub const fn talks(self) -> bool {
        matches!(self, Self::Chats | Self::People | Self::Requests)
    }

    /// The key of its name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Chats => "chats",
            Self::People => "people",
            Self::Requests => "requests",
            Self::Transfers => "transfers",
            Self::Settings => "settings",
        }
    }
}

/// The main window.
#[derive(Debug, Clone, PartialEq)]
pub struct Main {
    /// Myself.
    pub me: Option<Me>,
    /// What others see of my presence.
    pub presence: PresenceStatus,
    /// What others are told, when asked for.
    pub privacy: Option<Privacy>,
    /// The rules in force.
    pub policy: Option<PolicyView>,
    /// The engine's own state, as last asked for.
    pub status: Option<CoreStatus>,
    /// The section of the rail.
    pub section: Section,
    /// The page of the settings.
    pub page: settings::Page,
    /// The people.
    pub roster: Roster,
    /// What narrows the list.
    pub filter: String,
    /// The open conversation.
    pub open: Option<Conversation>,
    /// Whether its details are shown.
    pub details: bool,
    /// What stands above the window.
    pub overlay: Option<Overlay>,
    /// The search, when it is open.
    pub search: Option<Search>,
    /// Safety numbers.
    pub safety: Safety,
    /// Profiles.
    pub profiles: Profiles,
    /// Contact requests.
    pub requests: Requests,
    /// What works and what does not.
    pub doctor: Doctor,
    /// Files that move.
    pub transfers: Transfers,
    /// Files that are looked into.
    pub previews: Previews,
    /// The account's page.
    pub account: Account,
    /// What is said for a moment at the foot of the window.
    pub note: Option<Note>,
    /// Whose notices are on the desktop.
    pub(super) noticed: BTreeSet<UserId>,
    /// Whether the server accepted the sign-in.
    pub logged_in: bool,
    /// The link to the server.
    pub link: Option<Link>,
    entered: Time,
    alarm: Option<Failure>,
    ended: Option<Failure>,
    damaged: Option<Failure>,
    notice: Option<(String, Option<Time>)>,
    number: u64,
}

/// What is said for a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// What.
    pub what: Said,
    /// Until when.
    pub until: Time,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Text is on the clipboard.
    Copied,
    /// A file was written, under this name.
    Saved(String),
    /// Something went wrong.
    Failed(Failure),
}

/// How long something is said, milliseconds.
const SAID: Time = 6_000;

impl Main {
    /// Before anything is loaded.
    #[must_use]
    pub fn new(logged_in: bool, now: Time) -> Self {
        Self {
            me: None,
            presence: PresenceStatus::Available,
            privacy: None,
            policy: None,
            status: None,
            section: Section::default(),
            page: settings::Page::default(),
            roster: Roster::default(),
            filter: String::new(),
            open: None,
            details: false,
            overlay: None,
            search: None,
            safety: Safety::default(),
            profiles: Profiles::default(),
            requests: Requests::default(),
            doctor: Doctor::default(),
            transfers: Transfers::default(),
            previews: Previews::default(),
            account: Account::default(),
            note: None,
            noticed: BTreeSet::new(),
            logged_in,
            link: None,
            entered: now,
            alarm: None,
            ended: None,
            damaged: None,
            notice: None,
            number: 0,
        }
    }

    pub(super) fn first_questions() -> Vec<Effect> {
        vec![
            question(Purpose::Unheard, Call::EventsSubscribe(EventsSubscribe { after: None })),
            question(Purpose::Status, Call::Status),
            question(Purpose::Habits, Call::PreferencesGet),
            question(Purpose::Privacy, Call::SettingsGet),
            question(Purpose::Contacts, Call::ContactList(ContactList { filter: None })),
            question(Purpose::Conversations, Call::ConversationList),
            ask::files(Purpose::AllFiles, None),
            Self::ask_requests(),
        ]
    }

    /// The own name, made fit to stand in a line.
    #[must_use]
    pub fn own_name(&self, me: &Me) -> String {
        name::shown(&me.display_name, &me.name)
    }

    /// The picture of a person or of mine, when there is one.
    #[must_use]
    pub fn face(&self, user: UserId) -> Option<FileId> {
        if self.me.as_ref().is_some_and(|me| me.user == user) {
            return self.profiles.card(user)?.profile.picture.as_deref()?.parse().ok();
        }
        self.roster.person(user)?.contact.picture
    }

    /// Something is said for a moment.
    pub(super) fn say(&mut self, what: Said, now: Time) {
        self.note = Some(Note { what, until: now.saturating_add(SAID) });
    }

    pub(super) fn tick(&mut self, now: Time) {
        if self.note.as_ref().is_some_and(|note| note.until <= now) {
            self.note = None;
        }
    }

    pub(super) fn act(&mut self, act: Act, focused: bool, words: Words) -> Vec<Effect> {
        match act {
            Act::Section(section) => self.go(section),
            Act::Settings(page) => self.settings(page),
            Act::Open(user) => self.open(user, focused),
            Act::Close => {
                self.open = None;
                Vec::new()
            }
            Act::Details(shown) => self.show_details(shown),
            Act::Filter(filter) => {
                self.filter = filter;
                Vec::new()
            }
            Act::Show(overlay) => self.show(overlay),
            Act::Dismiss => self.dismiss(),
            Act::Confirmed(confirm) => self.confirmed(confirm),
            Act::Send { to, text } => self.send(to, text),
            Act::Reply(to) => self.reply(to),
            Act::Custody(id) => self.in_open(|open| {
                open.menu = None;
                open.custody = Some(id).filter(|id| open.custody != Some(*id));
            }),
            Act::Menu(id) => self.in_open(|open| open.menu = id.filter(|id| open.menu != Some(*id))),
            Act::CopyText(text) => {
                self.in_open(|open| open.menu = None);
                vec![Effect::Ask(Command::CopyText(Typed::new(text)))]
            }
            Act::TryAgain(number) => self.try_again(number),
            Act::Drop(number) => self.in_open(|open| open.unsent.retain(|unsent| unsent.number != number)),
            Act::Retry(id) => vec![question(Purpose::Quiet, Call::MessageRetry(OneMessage { id }))],
            Act::Older => self.older(),
            Act::Newer => self.newer(),
            Act::ToEnd => self.end(),
            Act::Presence(status) => self.set_presence(status),
            Act::Preview(act) => self.previews.act(act),
            Act::Safety(act) => self.safety(act),
            Act::Profile(act) => self.profiles.act(act),
            Act::Account(act) => {
                let name = self.me.as_ref().map_or("", |me| &me.name);
                self.account.act(act, name)
            }
            Act::Search(act) => self.search(act),
            Act::Switcher(act) => self.switch(act, focused, words),
            Act::OpenLink(link) => {
                self.overlay = None;
                vec![Effect::Ask(Command::OpenLink(link))]
            }
            Act::Block(user, on) => self.block(user, on),
            Act::AskContact { user, note } => Self::ask_contact(user, &note),
            Act::AnswerContact(user, accept) => self.answer_contact(user, accept, focused),
            Act::Doctor(act) => {
                if let doctor::Act::Run(_) = act {
                    self.overlay = None;
                    self.section = Section::Settings;
                    self.page = settings::Page::Doctor;
                }
                self.doctor.act(act, words.0, words.say("report-file"))
            }
            Act::TryNow => self.try_now(),
            act => self.change(act),
        }
    }

    fn in_open(&mut self, change: impl FnOnce(&mut Conversation)) -> Vec<Effect> {
        if let Some(open) = &mut self.open {
            change(open);
        }
        Vec::new()
    }

    fn go(&mut self, section: Section) -> Vec<Effect> {
        let same = self.section == section;
        self.section = section;
        self.search = None;
        self.filter.clear();
        match section {
            Section::Transfers => vec![ask::files(Purpose::AllFiles, None)],
            Section::Settings => self.settings(self.page),
            Section::Requests => vec![Self::ask_requests()],
            // A second press leads back to the list, which matters in a narrow window.
            Section::Chats | Section::People if same => {
                self.open = None;
                Vec::new()
            }
            Section::Chats | Section::People => Vec::new(),
        }
    }

    fn settings(&mut self, page: settings::Page) -> Vec<Effect> {
        self.section = Section::Settings;
        self.page = page;
        self.profiles.saved = false;
        match page {
            settings::Page::Profile => {
                self.me.as_ref().map(|me| Profiles::ask(me.user, true)).unwrap_or_default()
            }
            settings::Page::Sessions => self.account.act(account::Act::Sessions, ""),
            settings::Page::Doctor => {
                vec![Effect::Then(Box::new(Event::Main(Act::Doctor(doctor::Act::Run(None)))))]
            }
            settings::Page::Network => vec![question(Purpose::Status, Call::Status)],
            settings::Page::Account => {
                self.account = Account::default();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn show_details(&mut self, shown: bool) -> Vec<Effect> {
        self.details = shown;
        match &self.open {
            Some(open) if shown => {
                let mut effects = Profiles::ask(open.with, false);
                effects.push(ask::files(Purpose::Files(open.with), Some(open.with)));
                effects
            }
            _ => Vec::new(),
        }
    }

    fn show(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.in_open(|open| open.menu = None);
        let first = match &overlay {
            Overlay::Switcher(_) => Some(field::SWITCHER),
            Overlay::Emoji => Some(field::EMOJI),
            Overlay::Attach(_) => Some(field::CAPTION),
            Overlay::Confirm(_) | Overlay::Link(_) => Some(field::SAFE),
            Overlay::Presence | Overlay::Keys | Overlay::Path(_) | Overlay::Safety(_) => Some(field::FIRST),
            Overlay::Picture { .. } | Overlay::Pages { .. } => Some(field::VIEWER),
        };
        let effects = match &overlay {
            Overlay::Path(user) => vec![Self::ask_path(*user)],
            _ => Vec::new(),
        };
        self.overlay = Some(overlay);
        effects.into_iter().chain(first.map(|id| Effect::Page(Page::Focus(id)))).collect()
    }

    /// Away with what stands above, or with the answer begun.
    fn dismiss(&mut self) -> Vec<Effect> {
        if self.overlay.take().is_some() {
            return vec![Effect::Page(Page::GiveBack)];
        }
        if self.search.take().is_some() {
            return vec![Effect::Page(Page::GiveBack)];
        }
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.menu.take().is_some()
            || open.reply_to.take().is_some()
            || open.editing.take().is_some()
            || open.custody.take().is_some()
        {
            return vec![Effect::Page(Page::Focus(field::COMPOSER))];
        }
        self.details = false;
        Vec::new()
    }

    fn confirmed(&mut self, confirm: Confirm) -> Vec<Effect> {
        self.overlay = None;
        match confirm {
            Confirm::Block(user) => vec![question(Purpose::Quiet, Call::ContactBlock(one(user)))],
            Confirm::CancelFile(file) | Confirm::Withdraw(file) => ask::turn(file, Call::FileCancel),
            Confirm::AcceptKey(user) => self.safety(safety::Act::Accept(user)),
            Confirm::Delete { id, everyone } => Self::delete(id, everyone),
            Confirm::SignOut => vec![Effect::Ask(Command::Logout)],
        }
    }

    fn block(&mut self, user: UserId, on: bool) -> Vec<Effect> {
        if on {
            return self.show(Overlay::Confirm(Confirm::Block(user)));
        }
        vec![question(Purpose::Quiet, Call::ContactUnblock(one(user)))]
    }

    fn safety(&mut self, act: safety::Act) -> Vec<Effect> {
        let opened = matches!(act, safety::Act::Compare(_));
        let mut effects = self.safety.act(act, &mut self.overlay);
        if opened {
            effects.push(Effect::Page(Page::Focus(field::FIRST)));
        }
        effects
    }

    fn set_presence(&mut self, status: PresenceStatus) -> Vec<Effect> {
        self.overlay = None;
        self.presence = status;
        let set = PresenceSet { status, text: None, until: None };
        vec![question(Purpose::Quiet, Call::PresenceSet(set)), Effect::Page(Page::GiveBack)]
    }

    fn switch(&mut self, act: switcher::Act, focused: bool, words: Words) -> Vec<Effect> {
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
            Entry::Verb(Verb::Lock) => vec![Effect::Ask(Command::Lock)],
        }
    }

    /// The open conversation is in front of the person: what came is read.
    pub(super) fn read_open(&mut self) -> Vec<Effect> {
        let Some(open) = &self.open else { return Vec::new() };
        let with = open.with;
        let unread = self.roster.person(open.with).is_some_and(|person| person.unread > 0);
        match open.newest_incoming() {
            Some(up_to) if unread && !open.newer => {
                self.roster.read(open.with);
                let mark = MarkRead { conversation: target(with), up_to };
                let mut effects = vec![question(Purpose::Quiet, Call::MarkRead(mark))];
                effects.extend(self.withdraw(with));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// The notice of a conversation that is read now.
    fn withdraw(&mut self, user: UserId) -> Option<Effect> {
        self.noticed.remove(&user).then_some(Effect::Ask(Command::Withdraw(user)))
    }

    /// A notice was answered with "read": everything that came from a person so far.
    pub(super) fn read_there(&mut self, user: UserId) -> Vec<Effect> {
        let newest = self.roster.person(user).filter(|person| person.unread > 0);
        let newest = newest.and_then(|person| person.last.as_ref()).filter(|last| is_incoming(last));
        let Some(up_to) = newest.map(|last| last.id) else { return Vec::new() };
        self.roster.read(user);
        let mark = MarkRead { conversation: target(user), up_to };
        let mut effects = vec![question(Purpose::Quiet, Call::MarkRead(mark))];
        effects.extend(self.withdraw(user));
        effects
    }

    pub(super) fn open(&mut self, user: UserId, focused: bool) -> Vec<Effect> {
        if !self.section.talks() {
            self.section = Section::Chats;
        }
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
        effects.push(Safety::ask(user));
        effects.push(Self::ask_path(user));
        if self.details {
            effects.extend(self.show_details(true));
        }
        effects
    }

    fn ask_path(user: UserId) -> Effect {
        question(Purpose::Path(user), Call::PathGet(one(user)))
    }

    fn older(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.loading || !open.more {
            return Vec::new();
        }
        open.loading = true;
        vec![Effect::Page(Page::HoldPlace), page_before(Purpose::Older(open.with), open.with, open.oldest())]
    }

    fn newer(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.loading || !open.newer {
            return Vec::new();
        }
        open.loading = true;
        vec![page_after(Purpose::Newer(open.with), open.with, open.newest_at_hand())]
    }

    fn end(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let mut effects = vec![Effect::Page(Page::ToEnd)];
        if open.newer {
            open.loading = true;
            effects.push(page_before(Purpose::Newest(open.with), open.with, None));
        }
        effects
    }
}
