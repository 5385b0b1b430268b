//! What happens to the state, and what follows from it.

use conclave_peer::model::{Time, UserId};

use crate::command::{Command, Typed, Update};
use crate::i18n::Language;

use super::page::Page;
use super::settings::Choice;
use super::shortcut::Shortcut;
use super::{enrol, main, sign_in};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The time.
    Clock(Time),
    /// The window got or lost the keyboard.
    Focused(bool),
    /// Text that is no secret to the clipboard.
    Copy(String),
    /// Technical details, to a file.
    SaveDetails(String),
    /// The window to the front that has this profile open.
    ShowOther,
    /// To a backup, in place of a profile that is damaged.
    RestoreInstead,
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

/// What the shell carries out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the engine.
    Ask(Command),
    /// Ask the engine once the window shows what has changed: what is there already is not to wait for the answer's work.
    AskBehind(Command),
    /// Act on the page.
    Page(Page),
    /// The engine has no room for a draft: it stays in the window until there is.
    DraftRefused {
        /// For whom.
        to: UserId,
        /// The draft.
        text: Typed,
    },
    /// A message that was refused joins what was begun: nothing shows it any more.
    Returned {
        /// For whom.
        to: UserId,
        /// The text.
        text: Typed,
    },
    /// Another event follows; [`State::update`](super::State::update) takes it itself.
    Then(Box<Event>),
}

impl Effect {
    /// What is asked at once is asked behind the drawing.
    pub(super) fn behind(self) -> Self {
        match self {
            Self::Ask(command) => Self::AskBehind(command),
            other => other,
        }
    }
}
