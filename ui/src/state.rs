//! What the window shows, as one value; every change is a pure function of an event.
//!
//! [`State::update`] takes an [`Event`] and returns the [`Effect`]s that the shell carries out: commands for the
//! engine and small acts on the page. No clock, no channel, no web view is named here.

pub mod account;
mod ahead;
mod asleep;
pub mod attach;
pub mod conversation;
pub mod crop;
pub mod doctor;
pub mod enrol;
pub mod erasing;
mod event;
pub mod exporting;
pub mod field;
mod invited;
pub mod keeping;
pub mod kept;
pub mod log;
pub mod main;
pub mod news;
pub mod notices;
pub mod outside;
pub mod overlay;
mod page;
mod passage;
pub mod player;
pub mod preview;
pub mod profile;
mod recent;
pub mod remedy;
pub mod requests;
pub mod roster;
pub mod safety;
pub mod search;
pub mod settings;
pub mod shared;
pub mod shortcut;
pub mod sign_in;
pub mod storage;
pub mod switcher;
pub mod technical;
pub mod timeline;
mod told;
pub mod transfers;
mod tray;

use conclave_peer::model::{Call, Failure, PreferencesSet, Time};
use jiff::tz::TimeZone;

use crate::command::{Command, Purpose, Typed};
use crate::i18n::{Language, Words};

use self::enrol::Enrol;
use self::main::Main;
use self::main::ask::question;
use self::settings::{Choice, Settings, Theme};
use self::shortcut::Shortcut;
use self::sign_in::SignIn;
use self::tray::Tray;

pub use self::event::{Effect, Event};
pub use self::page::Page;

/// What fills the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// The profile is being opened.
    Opening,
    /// The profile cannot be opened.
    Closed(Failure),
    /// First run.
    Enrol(Box<Enrol>),
    /// Sign in, or unlock only.
    SignIn(SignIn),
    /// People and conversations.
    Main(Box<Main>),
}

/// The whole state of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The language on screen.
    pub language: Language,
    /// What was chosen about the window.
    pub settings: Settings,
    /// Whether the system prefers dark.
    pub system_dark: bool,
    /// The time of the last tick, or later.
    pub now: Time,
    /// The zone of this computer.
    pub zone: TimeZone,
    /// Whether the window has the keyboard: only then is a message read.
    pub focused: bool,
    /// What fills the window.
    pub screen: Screen,
    /// The tray.
    pub tray: Tray,
    /// How often something reached the clipboard.
    pub copies: u64,
    /// Whether no other window answered that has this profile open.
    pub nobody_there: bool,
    /// An invite link that was opened before it was known what fills the window.
    invited: Option<Typed>,
}

impl State {
    /// Before anything is known.
    #[must_use]
    pub const fn new(language: Language, settings: Settings, now: Time, zone: TimeZone) -> Self {
        let screen = Screen::Opening;
        Self {
            language,
            settings,
            system_dark: false,
            now,
            zone,
            focused: true,
            screen,
            tray: Tray::new(),
            copies: 0,
            nobody_there: false,
            invited: None,
        }
    }

    /// Whether the window is dark.
    #[must_use]
    pub const fn dark(&self) -> bool {
        match self.settings.theme {
            Theme::Light => false,
            Theme::Dark => true,
            Theme::System => self.system_dark,
        }
    }

    /// Changes the state and says what is to be done.
    #[must_use]
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        for effect in self.change(event) {
            match effect {
                Effect::Then(event) => effects.extend(self.update(*event)),
                effect => effects.push(effect),
            }
        }
        effects.extend(self.tell_tray());
        effects
    }

    fn change(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Clock(now) => return self.tick(now),
            Event::Focused(focused) => {
                self.focused = focused;
                if let (true, Screen::Main(main)) = (focused, &mut self.screen) {
                    return main.read_open();
                }
            }
            Event::Language(language) => return self.choose(|state| state.language = language),
            Event::Choose(choice) => {
                let mut effects = self.choose(|state| state.settings.choose(choice));
                if matches!(choice, Choice::Resize(_)) {
                    effects.push(Effect::Page(Page::Zoom(self.settings.percent())));
                }
                if let Choice::Autostart(on) = choice {
                    effects.push(Effect::Ask(Command::Autostart(on)));
                }
                return effects;
            }
            Event::OtherTheme => {
                let other = if self.dark() { Theme::Light } else { Theme::Dark };
                return self.choose(|state| state.settings.theme = other);
            }
            Event::Copy(text) => return vec![Effect::Ask(Command::CopyText(Typed::new(text)))],
            Event::SaveDetails(text) => {
                let name = self.words().say("report-file");
                return vec![Effect::Ask(Command::SaveText { name, text: Typed::new(text) })];
            }
            Event::ShowOther => return vec![Effect::Ask(Command::ShowOther)],
            Event::RestoreInstead => self.screen = Screen::Enrol(Box::new(Enrol::instead())),
            Event::SystemDark(dark) => self.system_dark = dark,
            Event::Key(shortcut) => return self.pressed(shortcut),
            Event::Idle(idle) => return self.idle(idle),
            Event::Enrol(act) => return self.enrol(act),
            Event::SignIn(act) => return self.sign_in(act),
            Event::Main(act) => return self.main(act),
            Event::Update(update) => return self.take(update),
        }
        Vec::new()
    }

    /// Something was chosen: it is kept where it belongs.
    fn choose(&mut self, change: impl FnOnce(&mut Self)) -> Vec<Effect> {
        let kept =
            |state: &Self| (kept::look(state.language, &state.settings), kept::habits(&state.settings));
        let before = kept(self);
        change(self);
        let (look, preferences) = kept(self);
        let mut effects = Vec::new();
        if look != before.0 && !self.erases() {
            effects.push(Effect::Ask(Command::KeepLook(look)));
        }
        if preferences != before.1 && matches!(self.screen, Screen::Main(_)) {
            let set = PreferencesSet { preferences };
            effects.push(question(Purpose::Quiet, Call::PreferencesSet(set)));
        }
        effects
    }

    /// Whether this computer is being erased: no file of it is written meanwhile.
    const fn erases(&self) -> bool {
        matches!(&self.screen, Screen::Main(main) if main.erasing.busy)
    }

    fn pressed(&mut self, shortcut: Shortcut) -> Vec<Effect> {
        let step = match shortcut {
            Shortcut::Larger => Some(Some(1)),
            Shortcut::Smaller => Some(Some(-1)),
            Shortcut::UsualSize => Some(None),
            _ => None,
        };
        if let Some(step) = step {
            return self.change(Event::Choose(Choice::Resize(step)));
        }
        let focused = self.focused;
        match &mut self.screen {
            Screen::Main(main) => {
                let mut effects = main.pressed(shortcut, focused);
                if focused {
                    effects.extend(main.read_open());
                }
                effects
            }
            Screen::Opening | Screen::Closed(_) | Screen::Enrol(_) | Screen::SignIn(_) => Vec::new(),
        }
    }

    /// Long enough without a key or a click: the messages close.
    fn idle(&mut self, idle: Time) -> Vec<Effect> {
        match &self.screen {
            Screen::Main(main) => {
                let policy = main.policy.as_ref().map(|policy| policy.idle_lock_s);
                let due = idle >= self.settings.lock_ms(policy);
                if due { self.close_messages() } else { Vec::new() }
            }
            Screen::Opening | Screen::Closed(_) | Screen::Enrol(_) | Screen::SignIn(_) => Vec::new(),
        }
    }

    /// The words of the language on screen.
    #[must_use]
    pub const fn words(&self) -> Words {
        Words(self.language, self.settings.hours)
    }

    /// Messages not read, for the title.
    #[must_use]
    pub fn unread(&self) -> u64 {
        match &self.screen {
            Screen::Main(main) => main.roster.unread(),
            Screen::Opening | Screen::Closed(_) | Screen::Enrol(_) | Screen::SignIn(_) => 0,
        }
    }

    /// Whose window it is, for the title: somebody may have one for each of their profiles.
    #[must_use]
    pub fn whose(&self) -> Option<String> {
        match &self.screen {
            Screen::Main(main) => main.me.as_ref().map(|me| main.own_name(me)),
            Screen::SignIn(door) => door.owner.as_ref().map(|owner| owner.name.clone()),
            Screen::Opening | Screen::Closed(_) | Screen::Enrol(_) => None,
        }
    }

    fn tick(&mut self, now: Time) -> Vec<Effect> {
        self.now = now;
        match &mut self.screen {
            Screen::Enrol(enrol) => enrol.tick(now),
            Screen::SignIn(sign_in) => {
                sign_in.tick(now);
                Vec::new()
            }
            Screen::Main(main) => main.tick(now),
            Screen::Opening | Screen::Closed(_) => Vec::new(),
        }
    }
}
