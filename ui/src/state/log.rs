//! What administrators did, as the signed log has it: read here, page by page, newest first.

use conclave_peer::model::{Answer, Call, DirectoryAct, DirectoryActs, Failure};

use crate::command::{Command, Purpose};
use crate::i18n::Words;

use super::Effect;
use super::main::ask::question;

/// Acts that are asked for at once: more than a screen shows.
const PAGE: u32 = 50;

/// What a person does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Reads further back.
    Older,
    /// Writes the signed log to a file.
    Export,
}

/// The page of the log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// The acts at hand, newest first.
    pub acts: Vec<DirectoryAct>,
    /// Where to go on; `None` at the beginning of the log.
    pub next: Option<u64>,
    /// Whether an answer is awaited.
    pub loading: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// Acts that shall be there before the person is left alone.
    wanted: usize,
}

impl Log {
    /// From the end of the log.
    pub(super) fn open(&mut self) -> Vec<Effect> {
        *self = Self { wanted: PAGE as usize, ..Self::default() };
        self.ask(None)
    }

    pub(super) fn act(&mut self, act: Act, words: Words) -> Vec<Effect> {
        match act {
            Act::Export => vec![Effect::Ask(Command::ExportDirectory(words.say("log-file")))],
            Act::Older if self.loading || self.next.is_none() => Vec::new(),
            Act::Older => {
                self.wanted = self.acts.len() + PAGE as usize;
                self.ask(self.next)
            }
        }
    }

    pub(super) fn take(&mut self, result: Result<Answer, Failure>) -> Vec<Effect> {
        self.loading = false;
        match result {
            Ok(Answer::DirectoryActs { acts, next }) => {
                self.acts.extend(acts);
                self.next = next;
                // A long stretch of the log may hold none.
                if next.is_some() && self.acts.len() < self.wanted {
                    return self.ask(next);
                }
            }
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
        Vec::new()
    }

    fn ask(&mut self, before: Option<u64>) -> Vec<Effect> {
        self.loading = true;
        self.failure = None;
        vec![question(Purpose::Log, Call::DirectoryActs(DirectoryActs { before, limit: Some(PAGE) }))]
    }
}
