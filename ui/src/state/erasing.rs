//! This computer is erased: everything of the account leaves it, once its user name and its password were typed
//! (UI §3.I). What follows in the window is the first run.

use conclave_peer::model::{ErrorCode, Failure};

use crate::command::{Command, Typed};

use super::enrol::Enrol;
use super::main::Main;
use super::overlay::Overlay;
use super::settings::Settings;
use super::storage::Storage;
use super::{Effect, Page, Screen, State, field};

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Erasing {
    /// Whether it is being done: nothing calls it back.
    pub busy: bool,
    /// Why nothing was erased.
    pub failure: Option<Failure>,
}

impl Erasing {
    /// Whether the name that was typed is another one.
    #[must_use]
    pub fn wrong_name(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::ApiParams)
    }
}

impl Main {
    /// The question is shown, with how much it is about.
    pub(super) fn ask_erasing(&mut self) -> Effect {
        self.erasing = Erasing::default();
        Storage::ask()
    }

    pub(super) fn erase_all(&mut self, confirm: &str, password: Typed) -> Vec<Effect> {
        if self.erasing.busy {
            return Vec::new();
        }
        self.erasing = Erasing { busy: true, failure: None };
        vec![Effect::Ask(Command::EraseAll { confirm: confirm.trim().to_owned(), password })]
    }

    /// Nothing was erased.
    pub(super) fn not_erased(&mut self, failure: Failure) -> Vec<Effect> {
        self.erasing = Erasing { busy: false, failure: Some(failure) };
        if self.overlay != Some(Overlay::EraseAll) {
            return Vec::new();
        }
        let wrong = if self.erasing.wrong_name() { field::ERASE_NAME } else { field::ERASE_PASSWORD };
        vec![Effect::Page(Page::Focus(wrong))]
    }
}

impl State {
    /// Everything has gone: the window is as at its first start, in the language that is being read.
    pub(super) fn erased_all(&mut self) -> Vec<Effect> {
        self.settings = Settings::default();
        self.screen = Screen::Enrol(Box::new(Enrol::erased()));
        vec![
            Effect::Ask(Command::ForgetViews),
            Effect::Ask(Command::ForgetPassword),
            Effect::Ask(Command::Autostart(false)),
            Effect::Page(Page::Zoom(self.settings.percent())),
        ]
    }
}
