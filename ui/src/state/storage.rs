//! What lies on this computer: how much, how it is made smaller, and a copy of all of it.

use conclave_peer::model::{Answer, Call, Contents, Failure, Sizes, Target, UserId};

use crate::command::{Command, Purpose, Typed};
use crate::i18n::Words;

use super::main::ask::question;
use super::{Effect, Page, field};

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Gives back what deleted messages and files still take.
    Compact,
    /// Writes a copy of all of it, sealed by a passphrase.
    BackUp {
        /// The passphrase.
        passphrase: Typed,
        /// The passphrase again.
        again: Typed,
    },
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Room is given back.
    Compacting,
    /// A copy is written.
    BackingUp,
}

/// The page of what lies on this computer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Storage {
    /// By what it is for, when asked.
    pub sizes: Option<Sizes>,
    /// Bytes by conversation, the largest first.
    pub conversations: Vec<(UserId, u64)>,
    /// What is being done.
    pub work: Option<Work>,
    /// Bytes that were given back last.
    pub freed: Option<u64>,
    /// The copy that was written last: its name and what is in it.
    pub copy: Option<(String, Contents)>,
    /// Whether the two passphrases differ.
    pub differ: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
}

impl Storage {
    pub(super) fn ask() -> Effect {
        question(Purpose::Storage, Call::StorageGet)
    }

    pub(super) fn act(&mut self, act: Act, words: Words) -> Vec<Effect> {
        if self.work.is_some() {
            return Vec::new();
        }
        self.failure = None;
        match act {
            Act::Compact => {
                self.freed = None;
                self.work = Some(Work::Compacting);
                vec![question(Purpose::Storage, Call::StorageCompact)]
            }
            Act::BackUp { passphrase, again } => {
                self.differ = passphrase != again;
                if self.differ {
                    return vec![Effect::Page(Page::Focus(field::PASSWORD_AGAIN))];
                }
                self.copy = None;
                self.work = Some(Work::BackingUp);
                vec![Effect::Ask(Command::BackUp { name: words.say("backup-file"), passphrase })]
            }
        }
    }

    /// An answer about it; what is measured again follows.
    pub(super) fn take(&mut self, result: Result<Answer, Failure>) -> Vec<Effect> {
        match result {
            Ok(Answer::Storage { sizes, by_conversation }) => {
                self.sizes = Some(sizes);
                self.conversations = by_conversation
                    .into_iter()
                    .filter_map(|of| match of.conversation {
                        Target::User(user) if of.bytes > 0 => Some((user, of.bytes)),
                        _ => None,
                    })
                    .collect();
                self.conversations.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
            }
            Ok(Answer::Freed { freed }) => {
                self.work = None;
                self.freed = Some(freed);
                return vec![Self::ask()];
            }
            Ok(_) => {}
            Err(failure) => {
                self.work = None;
                self.failure = Some(failure);
            }
        }
        Vec::new()
    }

    pub(super) fn backed_up(&mut self, result: Result<Option<(String, Contents)>, Failure>) {
        self.work = None;
        match result {
            Ok(copy) => self.copy = copy,
            Err(failure) => self.failure = Some(failure),
        }
    }
}
