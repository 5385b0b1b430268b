//! What the window shows, as one value; every change is a pure function of an event.
//!
//! [`State::update`] takes an [`Event`] and returns the [`Effect`]s that the shell carries out: commands for the
//! engine and small acts on the page. No clock, no channel, no web view is named here.

pub mod conversation;
pub mod enrol;
pub mod main;
pub mod roster;
pub mod sign_in;
pub mod timeline;

use conclave_peer::model::{Failure, Time};
use jiff::tz::TimeZone;

use crate::command::{Command, Update};
use crate::i18n::{Language, Words};

use self::enrol::Enrol;
use self::main::Main;
use self::sign_in::SignIn;

/// Light or dark, as the person or the system chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark ink on white.
    #[default]
    Light,
    /// Light ink on dark grounds.
    Dark,
}

impl Theme {
    /// The value of `data-theme`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

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
    /// Light or dark.
    pub theme: Theme,
    /// The time of the last tick, or later.
    pub now: Time,
    /// The zone of this computer.
    pub zone: TimeZone,
    /// Whether the window has the keyboard: only then is a message read.
    pub focused: bool,
    /// What fills the window.
    pub screen: Screen,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The time.
    Clock(Time),
    /// The window got or lost the keyboard.
    Focused(bool),
    /// Another language.
    Language(Language),
    /// Light or dark.
    Theme(Theme),
    /// An act in the first run.
    Enrol(enrol::Act),
    /// An act at the door.
    SignIn(sign_in::Act),
    /// An act in the main window.
    Main(main::Act),
    /// An answer or a report of the engine.
    Update(Update),
}

/// A small act on the page: none of them carries data of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Empties the composer after a message was handed over.
    ClearComposer,
    /// Puts the keyboard into a field, by its id.
    Focus(&'static str),
    /// Puts the keyboard into the field of the code for this attempt: each has a field of its own.
    FocusCode(u32),
}

/// What the shell carries out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the engine.
    Ask(Command),
    /// Act on the page.
    Page(Page),
}

/// Ids of fields that the keyboard is put into.
pub mod field {
    /// The composer.
    pub const COMPOSER: &str = "composer";
    /// The invite link.
    pub const LINK: &str = "invite-link";
    /// The user name.
    pub const USER_NAME: &str = "user-name";
    /// The display name.
    pub const DISPLAY_NAME: &str = "display-name";
    /// A password.
    pub const PASSWORD: &str = "password";
    /// The six digits; the number of the attempt follows.
    pub const CODE: &str = "one-time-code";
    /// A recovery code.
    pub const RECOVERY_CODE: &str = "recovery-code";
}

impl State {
    /// Before anything is known.
    #[must_use]
    pub const fn new(language: Language, theme: Theme, now: Time, zone: TimeZone) -> Self {
        Self { language, theme, now, zone, focused: true, screen: Screen::Opening }
    }

    /// Changes the state and says what is to be done.
    #[must_use]
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Clock(now) => self.tick(now),
            Event::Focused(focused) => {
                self.focused = focused;
                match &mut self.screen {
                    Screen::Main(main) if focused => main.read_open(),
                    _ => Vec::new(),
                }
            }
            Event::Language(language) => {
                self.language = language;
                Vec::new()
            }
            Event::Theme(theme) => {
                self.theme = theme;
                Vec::new()
            }
            Event::Enrol(act) => self.enrol(act),
            Event::SignIn(act) => self.sign_in(act),
            Event::Main(act) => self.main(act),
            Event::Update(update) => self.take(update),
        }
    }

    /// The words of the language on screen.
    #[must_use]
    pub const fn words(&self) -> Words {
        Words(self.language)
    }

    /// Messages not read, for the title.
    #[must_use]
    pub fn unread(&self) -> u64 {
        match &self.screen {
            Screen::Main(main) => main.roster.unread(),
            Screen::Opening | Screen::Closed(_) | Screen::Enrol(_) | Screen::SignIn(_) => 0,
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
            Screen::Opening | Screen::Closed(_) | Screen::Main(_) => Vec::new(),
        }
    }

    fn enrol(&mut self, act: enrol::Act) -> Vec<Effect> {
        let Screen::Enrol(enrol) = &mut self.screen else { return Vec::new() };
        match act {
            enrol::Act::HaveAccount => self.door(SignIn::default()),
            enrol::Act::Enter => self.enter(true),
            enrol::Act::SignIn => self.door(SignIn::resuming()),
            act => enrol.act(act),
        }
    }

    fn sign_in(&mut self, act: sign_in::Act) -> Vec<Effect> {
        let Screen::SignIn(sign_in) = &mut self.screen else { return Vec::new() };
        match act {
            sign_in::Act::HaveLink => {
                self.screen = Screen::Enrol(Box::default());
                Vec::new()
            }
            sign_in::Act::Offline => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(false));
                effects
            }
            act => sign_in.act(act),
        }
    }

    fn main(&mut self, act: main::Act) -> Vec<Effect> {
        let focused = self.focused;
        let Screen::Main(main) = &mut self.screen else { return Vec::new() };
        match act {
            main::Act::SignIn => self.door(SignIn::unlocked()),
            main::Act::Lock => vec![Effect::Ask(Command::Lock)],
            act => main.act(act, focused),
        }
    }

    fn take(&mut self, update: Update) -> Vec<Effect> {
        let (focused, now) = (self.focused, self.now);
        match (update, &mut self.screen) {
            (Update::Closed(failure), _) => {
                self.screen = Screen::Closed(failure);
                Vec::new()
            }
            (Update::Status(Err(failure)), Screen::Opening) => {
                self.screen = Screen::Closed(failure);
                Vec::new()
            }
            (Update::Status(Ok(status)), Screen::Opening) => match (status.locked, status.enrolled) {
                (false, _) => self.enter(status.logged_in),
                (true, true) => self.door(SignIn::default()),
                (true, false) => {
                    self.screen = Screen::Enrol(Box::default());
                    Vec::new()
                }
            },
            // The vault opened onto an enrolment that was cut short: the server wants a code before it goes on.
            (Update::Status(Ok(status)), Screen::SignIn(sign_in)) if status.locked => {
                sign_in.resuming = true;
                Vec::new()
            }
            (Update::LoggedIn(Ok(_)), Screen::SignIn(sign_in)) if sign_in.resuming => {
                self.screen = Screen::Enrol(Box::new(Enrol::resumed()));
                vec![Effect::Ask(Command::ForgetPassword), Effect::Ask(Command::EnrolFinish)]
            }
            (Update::LoggedIn(Ok(_)), Screen::SignIn(_)) => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(true));
                effects
            }
            (update, Screen::SignIn(sign_in)) => sign_in.take(update, now),
            (update, Screen::Enrol(enrol)) => enrol.take(update, now),
            (Update::Notification(notification), Screen::Main(_)) if notification.event.is_lock() => {
                self.door(SignIn::default())
            }
            (update, Screen::Main(main)) => main.take(update, focused, now),
            (_, Screen::Opening | Screen::Closed(_)) => Vec::new(),
        }
    }

    fn door(&mut self, sign_in: SignIn) -> Vec<Effect> {
        self.screen = Screen::SignIn(sign_in);
        vec![Effect::Page(Page::Focus(field::PASSWORD))]
    }

    fn enter(&mut self, logged_in: bool) -> Vec<Effect> {
        self.screen = Screen::Main(Box::new(Main::new(logged_in)));
        Main::first_questions()
    }
}

/// Whether an event closes the vault.
trait IsLock {
    fn is_lock(&self) -> bool;
}

impl IsLock for conclave_peer::model::Event {
    fn is_lock(&self) -> bool {
        matches!(self, Self::VaultLocked { .. })
    }
}
