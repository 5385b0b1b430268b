//! Everything of the account as a file that anybody can read: the password is typed again before it is written, and the
//! warning stands above it (FEATURES C56).

use conclave_peer::model::{Failure, Time};

use crate::command::{Command, Typed};
use crate::i18n::Words;

use super::main::{Main, Said};
use super::overlay::Overlay;
use super::{Effect, Page, field};

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exporting {
    /// Whether it is being written, or asked where to.
    pub busy: bool,
    /// Why nothing was written.
    pub failure: Option<Failure>,
}

impl Main {
    pub(super) fn export_data(&mut self, password: Typed, words: Words) -> Vec<Effect> {
        if self.exporting.busy {
            return Vec::new();
        }
        self.exporting = Exporting { busy: true, failure: None };
        vec![Effect::Ask(Command::ExportData { name: words.say("export-file"), password })]
    }

    /// It was written; or not, which is said where the person looks.
    pub(super) fn exported(&mut self, result: Result<Option<String>, Failure>, now: Time) -> Vec<Effect> {
        self.exporting.busy = false;
        let asked = self.overlay == Some(Overlay::ExportData);
        match result {
            Ok(None) => Vec::new(),
            Ok(Some(name)) => {
                self.say(Said::Saved(name), now);
                self.overlay.take_if(|_| asked).map(|_| Effect::Page(Page::GiveBack)).into_iter().collect()
            }
            Err(failure) if asked => {
                self.exporting.failure = Some(failure);
                vec![Effect::Page(Page::Focus(field::EXPORT_PASSWORD))]
            }
            Err(failure) => {
                self.say(Said::Failed(failure), now);
                Vec::new()
            }
        }
    }
}
