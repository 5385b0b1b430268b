//! What works between this computer, the server and a colleague: the findings, and the report that is handed on.

use conclave_peer::model::{Failure, Finding, UserId};

use crate::command::Command;
use crate::i18n::Language;

use super::Effect;

/// The last examination.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Doctor {
    /// Whose path is looked at beside everything else.
    pub about: Option<UserId>,
    /// What was found.
    pub findings: Option<Vec<Finding>>,
    /// Why nothing was found.
    pub failure: Option<Failure>,
    /// Whether it is being looked.
    pub running: bool,
    number: u64,
}

/// What a person does on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Looks at everything, and at the path to a person if one is given.
    Run(Option<UserId>),
    /// The same again.
    Again,
    /// Puts the report on the clipboard.
    Copy,
    /// Writes the report to a file.
    Save,
}

impl Doctor {
    pub(super) fn act(&mut self, act: Act, language: Language, file_name: String) -> Vec<Effect> {
        let about = match act {
            Act::Run(about) => about,
            Act::Again | Act::Copy | Act::Save => self.about,
        };
        let command = match act {
            Act::Run(_) | Act::Again => {
                self.number += 1;
                self.running = true;
                self.about = about;
                Command::Examine { about, language, number: self.number }
            }
            Act::Copy => Command::CopyReport { about, language },
            Act::Save => Command::SaveReport { about, language, name: file_name },
        };
        vec![Effect::Ask(command)]
    }

    /// Only the newest answer counts.
    pub(super) fn take(&mut self, number: u64, result: Result<Vec<Finding>, Failure>) {
        if number != self.number {
            return;
        }
        self.running = false;
        match result {
            Ok(findings) => {
                self.failure = None;
                self.findings = Some(findings);
            }
            Err(failure) => self.failure = Some(failure),
        }
    }
}
