//! What the window shows, as one value; every change is a pure function of an event.
//!
//! [`State::update`] takes an [`Event`] and returns the [`Effect`]s that the shell carries out: commands for the
//! engine and small acts on the page. No clock, no channel, no web view is named here.

pub mod account;
mod asleep;
pub mod conversation;
pub mod crop;
pub mod doctor;
pub mod enrol;
pub mod field;
mod invited;
pub mod keeping;
pub mod kept;
pub mod log;
pub mod main;
pub mod notices;
pub mod outside;
pub mod overlay;
pub mod player;
pub mod preview;
pub mod profile;
mod recent;
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
pub mod timeline;
mod told;
pub mod transfers;
mod tray;

use conclave_peer::model::{Call, Failure, MessageId, PreferencesSet, Time, UserId};
use jiff::tz::TimeZone;

use crate::command::{Command, Purpose, Typed, Update};
use crate::i18n::{Language, Words};

use self::enrol::Enrol;
use self::main::Main;
use self::main::ask::question;
use self::overlay::Overlay;
use self::settings::{Choice, Settings, Theme};
use self::shortcut::Shortcut;
use self::sign_in::SignIn;
use self::tray::Tray;

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
    /// An invite link that was opened before it was known what fills the window.
    invited: Option<Typed>,
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
    /// Something was chosen about the window.
    Choose(Choice),
    /// From light to dark, or back.
    OtherTheme,
    /// Whether the system prefers dark.
    SystemDark(bool),
    /// A key of the table.
    Key(Shortcut),
    /// Nobody pressed a key or clicked for so long, milliseconds.
    Idle(Time),
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
    /// Remembers what stands at the top of the timeline, and puts it back after the next change.
    HoldPlace,
    /// To the newest message.
    ToEnd,
    /// Brings a message into sight and puts the keyboard on it.
    ShowMessage(MessageId),
    /// Brings a message into sight; the keyboard stays where it is.
    Reveal(MessageId),
    /// Puts the keyboard back where it was before something stood above the window.
    GiveBack,
    /// Puts the keyboard into the next region of the window, or the previous one.
    Region(bool),
    /// Hands a sound or a film to its player.
    Play {
        /// The random name that it has in this run.
        name: u128,
        /// Its pieces.
        pieces: u32,
    },
    /// Goes on with a sound, or holds it.
    Sound {
        /// The random name that it has in this run.
        name: u128,
        /// Whether it goes on.
        go: bool,
    },
    /// Presses a control, by its id.
    Click(&'static str),
    /// Writes an emoji of the table into the composer, where the keyboard is.
    Insert(&'static str),
    /// Puts an emoji of the table in the place of its short code in the composer.
    Swap(&'static str, &'static str),
    /// The window in front of all others.
    Front,
    /// Whether closing the window hides it.
    Hides(bool),
    /// Ends the program.
    Quit,
    /// The size of everything, in hundredths.
    Zoom(i32),
    /// Empties the composer for a person after a message was handed over.
    ClearComposer(UserId),
    /// Puts the keyboard into a field, by its id; what is typed before the field is there waits for it.
    Focus(&'static str),
    /// The same for the composer for a person.
    FocusComposer(UserId),
    /// The same for the field in which a message is changed.
    FocusEdit(MessageId),
    /// The messages are about to be closed: what is typed from here on waits for the door.
    Closing,
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
    /// Another event follows; [`State::update`] takes it itself.
    Then(Box<Event>),
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
        if look != before.0 {
            effects.push(Effect::Ask(Command::KeepLook(look)));
        }
        if preferences != before.1 && matches!(self.screen, Screen::Main(_)) {
            let set = PreferencesSet { preferences };
            effects.push(question(Purpose::Quiet, Call::PreferencesSet(set)));
        }
        effects
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
    fn idle(&self, idle: Time) -> Vec<Effect> {
        match &self.screen {
            Screen::Main(main) => {
                let policy = main.policy.as_ref().map(|policy| policy.idle_lock_s);
                let due = idle >= self.settings.lock_ms(policy);
                if due { vec![Effect::Ask(Command::Lock)] } else { Vec::new() }
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

    fn enrol(&mut self, act: enrol::Act) -> Vec<Effect> {
        let words = self.words();
        let Screen::Enrol(enrol) = &mut self.screen else { return Vec::new() };
        match act {
            enrol::Act::HaveAccount => self.door(SignIn::default()),
            enrol::Act::Enter => self.enter(true),
            enrol::Act::Begin(first) => {
                let mut effects = self.enter(true);
                let act = match first {
                    enrol::First::Hello | enrol::First::Compare => main::Act::Section(main::Section::People),
                    enrol::First::Keys => main::Act::Show(Overlay::Keys),
                };
                effects.push(Effect::Then(Box::new(Event::Main(act))));
                effects
            }
            enrol::Act::Finish if enrol.closed && enrol.keeping.stored => self.door(SignIn::default()),
            enrol::Act::SignIn => self.door(SignIn::resuming()),
            enrol::Act::Keep(act) => enrol.keep(act, words),
            act => enrol.act(act),
        }
    }

    fn sign_in(&mut self, act: sign_in::Act) -> Vec<Effect> {
        let words = self.words();
        let Screen::SignIn(sign_in) = &mut self.screen else { return Vec::new() };
        match act {
            sign_in::Act::Phone(sign_in::phone::Act::Keep(act)) => sign_in.phone.keep(act, words),
            sign_in::Act::HaveLink => {
                self.screen = Screen::Enrol(Box::default());
                Vec::new()
            }
            sign_in::Act::Offline => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(false));
                effects
            }
            sign_in::Act::Enter if !sign_in.open => self.door(SignIn::default()),
            sign_in::Act::Enter => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(true));
                effects
            }
            act => sign_in.act(act),
        }
    }

    fn main(&mut self, act: main::Act) -> Vec<Effect> {
        let (focused, words) = (self.focused, self.words());
        let Screen::Main(main) = &mut self.screen else { return Vec::new() };
        match act {
            main::Act::SignIn => self.back_to_the_door(),
            main::Act::Lock => Main::lock(),
            main::Act::SignOut => vec![Effect::Ask(Command::Logout)],
            act => main.act(act, focused, words),
        }
    }

    fn door(&mut self, sign_in: SignIn) -> Vec<Effect> {
        self.screen = Screen::SignIn(sign_in);
        vec![Effect::Page(Page::Focus(field::DOOR))]
    }

    /// To sign in where the messages are open; a password that was typed a moment ago is not asked for again.
    fn back_to_the_door(&mut self) -> Vec<Effect> {
        match &self.screen {
            Screen::Main(main) if main.has_password() => {
                let code = SignIn::at_the_code();
                let focus = Page::FocusCode(code.attempt);
                self.screen = Screen::SignIn(code);
                vec![Effect::Page(focus)]
            }
            _ => self.door(SignIn::unlocked()),
        }
    }

    fn enter(&mut self, logged_in: bool) -> Vec<Effect> {
        self.screen = Screen::Main(Box::new(Main::new(logged_in, self.now)));
        Main::first_questions()
    }

    /// The password that opened the messages stays for a while: the server may want to see a code with it.
    fn enter_with_password(&mut self) -> Vec<Effect> {
        let mut main = Main::new(false, self.now);
        main.keep_password(self.now);
        self.screen = Screen::Main(Box::new(main));
        Main::first_questions()
    }
}
