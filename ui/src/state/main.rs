//! The main window: sections, the open conversation, what stands above it, and what the engine told.

mod above;
mod act;
mod answer;
pub(crate) mod ask;
mod banner;
mod change;
mod erase;
mod files;
mod footing;
pub mod full;
mod go;
mod happened;
mod keys;
mod note;
mod password;
mod reading;
mod requests;
mod section;
mod seek;
mod send;
mod tell;

use std::collections::BTreeSet;

use conclave_peer::model::{
    BlockReason, Call, ContactList, ConversationCounts, CoreStatus, EventsSubscribe, Failure, FileId, Me,
    OneMessage, PolicyView, PresenceStatus, Settings as Privacy, Time, UserId,
};

use crate::command::{Command, Purpose, Typed};
use crate::i18n::Words;
use crate::name;

use super::account::Account;
use super::ahead::Ahead;
use super::conversation::Conversation;
use super::doctor::Doctor;
use super::erasing::Erasing;
use super::exporting::Exporting;
use super::log::Log;
use super::news::News;
use super::outside::Outside;
use super::overlay::Overlay;
use super::player::Player;
use super::preview::Previews;
use super::profile::Profiles;
use super::recent::Recent;
use super::requests::Requests;
use super::roster::Roster;
use super::safety::Safety;
use super::search::Search;
use super::shared::Shared;
use super::sign_in::Owner;
use super::storage::Storage;
use super::transfers::Transfers;
use super::{Effect, Page, doctor, field, settings};
use ask::question;

pub use act::Act;
pub(crate) use ask::draft_kept;
pub use banner::{Banner, Link};
pub use footing::Footing;
pub(crate) use happened::failure_of;
pub use note::{Again, Note, Said};
pub use section::Section;

/// The main window.
#[derive(Debug, Clone, PartialEq)]
pub struct Main {
    /// Myself.
    pub me: Option<Me>,
    /// What others see of my presence.
    pub presence: PresenceStatus,
    /// When that ends by itself.
    pub presence_until: Option<Time>,
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
    /// Whether the list of these pages comes first where there is room for one pane.
    pub pages: bool,
    /// The people.
    pub roster: Roster,
    /// What narrows the list.
    pub filter: String,
    /// The open conversation.
    pub open: Option<Conversation>,
    /// Whose profile stands beside the people, in the place of a conversation.
    pub person: Option<UserId>,
    /// Conversations that were open a moment ago, or may be opened next.
    pub(super) recent: Recent,
    ahead: Ahead,
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
    /// What was shared in the open conversation.
    pub shared: Shared,
    /// Files that were written out.
    pub outside: Outside,
    /// The sound that plays.
    pub player: Option<Player>,
    /// How much a conversation holds, as counted last.
    pub held: Option<(UserId, ConversationCounts)>,
    /// The account's page.
    pub account: Account,
    /// What lies on this computer.
    pub storage: Storage,
    /// Where the export of everything stands.
    pub exporting: Exporting,
    /// Where the erasing of this computer stands.
    pub erasing: Erasing,
    /// What administrators did.
    pub log: Log,
    /// What is said for a moment at the foot of the window.
    pub note: Option<Note>,
    /// What is said to readers.
    pub news: News,
    /// Whether the libraries of others are listed.
    pub libraries: bool,
    /// A text that its field did not take whole.
    pub full: Option<full::Full>,
    /// Whose notices are on the desktop.
    pub(super) noticed: BTreeSet<UserId>,
    /// Whether the server accepted the sign-in.
    pub logged_in: bool,
    /// The link to the server.
    pub link: Option<Link>,
    entered: Time,
    /// Until when the password is kept that opened the messages.
    password: Option<Time>,
    alarm: Option<Failure>,
    /// Whether the words about changed keys of my own were read.
    keys_read: bool,
    /// The end of the session, and until when no other is begun.
    ended: Option<(Failure, Option<Time>)>,
    damaged: Option<Failure>,
    /// Whether this computer has a network, as far as it was looked at.
    network: Option<bool>,
    /// Who blocked this account, and why.
    pub blocked: Option<(Option<UserId>, BlockReason)>,
    notice: Option<(String, Option<Time>)>,
    number: u64,
}

impl Main {
    /// Before anything is loaded.
    #[must_use]
    pub fn new(logged_in: bool, now: Time) -> Self {
        Self {
            me: None,
            presence: PresenceStatus::Available,
            presence_until: None,
            privacy: None,
            policy: None,
            status: None,
            section: Section::default(),
            page: settings::Page::default(),
            pages: false,
            roster: Roster::default(),
            filter: String::new(),
            open: None,
            person: None,
            recent: Recent::default(),
            ahead: Ahead::default(),
            details: false,
            overlay: None,
            search: None,
            safety: Safety::default(),
            profiles: Profiles::default(),
            requests: Requests::default(),
            doctor: Doctor::default(),
            transfers: Transfers::default(),
            previews: Previews::default(),
            shared: Shared::default(),
            outside: Outside::default(),
            player: None,
            held: None,
            account: Account::default(),
            storage: Storage::default(),
            exporting: Exporting::default(),
            erasing: Erasing::default(),
            log: Log::default(),
            note: None,
            news: News::default(),
            full: None,
            libraries: false,
            noticed: BTreeSet::new(),
            logged_in,
            link: None,
            entered: now,
            password: None,
            alarm: None,
            keys_read: false,
            ended: None,
            damaged: None,
            network: None,
            blocked: None,
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
            question(Purpose::Presence, Call::PresenceGet),
            question(Purpose::Contacts, Call::ContactList(ContactList { filter: None })),
            question(Purpose::Conversations, Call::ConversationList),
            ask::files(),
            Self::ask_requests(),
        ]
    }

    /// The own name, made fit to stand in a line.
    #[must_use]
    pub fn own_name(&self, me: &Me) -> String {
        name::shown(&me.display_name, &me.name)
    }

    /// Whose window it is, for the door.
    #[must_use]
    pub fn owner(&self) -> Option<Owner> {
        let me = self.me.as_ref()?;
        Some(Owner { user: me.user, name: self.own_name(me), account: me.name.clone() })
    }

    /// The picture of a person or of mine, when there is one.
    #[must_use]
    pub fn face(&self, user: UserId) -> Option<FileId> {
        if self.me.as_ref().is_some_and(|me| me.user == user) {
            return self.profiles.card(user)?.profile.picture.as_deref()?.parse().ok();
        }
        self.roster.person(user)?.contact.picture
    }

    pub(super) fn act(&mut self, act: Act, focused: bool, words: Words) -> Vec<Effect> {
        match act {
            Act::Section(section) => {
                let mut effects = self.go(section);
                if focused {
                    effects.extend(self.read_open());
                }
                effects
            }
            Act::Settings(page) => self.settings(page),
            Act::Open(user) => self.open(user, focused),
            Act::SendFileTo(user, path) => {
                let mut effects = self.open(user, focused);
                effects.extend(self.attach(vec![path]));
                effects
            }
            Act::Person(user) => self.show_person(user),
            Act::Close if self.section == Section::Settings => {
                self.pages = true;
                vec![Effect::Page(Page::Focus(field::SETTINGS))]
            }
            Act::Close => {
                self.leave();
                self.person = None;
                self.search.iter_mut().for_each(|search| search.behind = false);
                Vec::new()
            }
            Act::Details(shown) => self.show_details(shown),
            Act::Filter(filter) => {
                self.filter = filter;
                Vec::new()
            }
            Act::Show(overlay) => self.show(overlay),
            Act::CloseNote => {
                self.note = None;
                Vec::new()
            }
            Act::Dismiss => self.dismiss(),
            Act::Confirmed(confirm) => self.confirmed(confirm),
            Act::Send { to, text } => self.send(to, text),
            Act::Reply(to) => self.reply(to),
            Act::Custody(id) => self.in_open(|open| {
                open.menu = None;
                open.custody = Some(id).filter(|id| open.custody != Some(*id));
            }),
            Act::Menu(id) => self.menu(id),
            Act::CopyText(text) => {
                self.in_open(|open| open.menu = None);
                vec![Effect::Ask(Command::CopyText(Typed::new(text)))]
            }
            Act::TryAgain(number) => self.try_again(number),
            Act::Drop(number) => self.in_open(|open| open.unsent.retain(|unsent| unsent.number != number)),
            Act::Retry(id) => vec![question(Purpose::Quiet, Call::MessageRetry(OneMessage { id }))],
            Act::GoTo(id) => match &self.open {
                Some(open) => self.go_to(open.with, id),
                None => Vec::new(),
            },
            Act::Older => self.older(),
            Act::Newer => self.newer(),
            Act::ToEnd => self.end(),
            Act::Presence(status, until) => self.set_presence(status, until),
            Act::Preview(act) => self.previews.act(act),
            Act::Safety(act) => self.safety(act),
            Act::Profile(act) => self.profiles.act(act),
            Act::Account(act) => {
                let name = self.me.as_ref().map_or("", |me| &me.name);
                self.account.act(act, name)
            }
            Act::Storage(act) => self.storage.act(act, words),
            Act::ExportData(password) => self.export_data(password, words),
            Act::EraseAll { confirm, password } => self.erase_all(&confirm, password),
            Act::Log(act) => self.log.act(act, words),
            Act::Search(act) => self.search(act),
            Act::Switcher(act) => self.switch(act, focused, words),
            Act::OpenLink(link) => {
                self.overlay = None;
                vec![Effect::Ask(Command::OpenLink(link)), Effect::Page(Page::GiveBack)]
            }
            Act::Block(user, on) => self.block(user, on),
            Act::AskContact { user, note } => Self::ask_contact(user, &note),
            Act::AnswerContact(user, accept) => self.answer_contact(user, accept, focused),
            Act::Doctor(act) => {
                if let doctor::Act::Run(_) = act {
                    self.overlay = None;
                    self.section = Section::Settings;
                    self.page = settings::Page::Doctor;
                    self.pages = false;
                }
                self.doctor.act(act, words.0, words.say("report-file"))
            }
            Act::KeysRead => {
                self.keys_read = true;
                vec![Effect::Page(Page::GiveBack)]
            }
            Act::TryNow => self.try_now(),
            Act::Full(act) => self.full_act(act),
            Act::Libraries(shown) => {
                self.libraries = shown;
                Vec::new()
            }
            act => self.change(act),
        }
    }

    /// The conversation with a person, when it is at hand.
    fn known(&mut self, user: UserId) -> Option<&mut Conversation> {
        match &mut self.open {
            Some(open) if open.with == user => Some(open),
            _ => self.recent.with(user),
        }
    }

    /// Changes every conversation at hand.
    fn in_each(&mut self, mut change: impl FnMut(&mut Conversation)) {
        self.open.iter_mut().for_each(&mut change);
        self.recent.each(change);
    }

    fn in_open(&mut self, change: impl FnOnce(&mut Conversation)) -> Vec<Effect> {
        if let Some(open) = &mut self.open {
            change(open);
        }
        Vec::new()
    }
}
