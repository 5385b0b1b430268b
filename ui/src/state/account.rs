//! The account's own page: the password, and where it is signed in.

use conclave_peer::model::{Failure, SessionInfo};
use conclave_peer::password::Verdict;

use crate::command::{Command, Typed, Update};

use super::{Effect, Page, field};

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The new password while it is typed.
    Type(Typed),
    /// Changes the password.
    Change {
        /// The one in use.
        old: Typed,
        /// The new one.
        new: Typed,
        /// The new one again.
        again: Typed,
        /// Six digits.
        code: Typed,
    },
    /// Asks where the account is signed in.
    Sessions,
}

/// Where a change of password stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    /// Nothing yet.
    #[default]
    Idle,
    /// The two new ones differ.
    Differ,
    /// Under way.
    Busy,
    /// Done.
    Done,
}

/// The account's page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    /// Where the change of the password stands.
    pub change: Change,
    /// The judgement on the new password.
    pub verdict: Option<Verdict>,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// Where the account is signed in, when asked.
    pub sessions: Option<Result<Vec<SessionInfo>, Failure>>,
    judged: u64,
}

impl Account {
    pub(super) fn act(&mut self, act: Act, user_name: &str) -> Vec<Effect> {
        match act {
            Act::Type(password) => {
                self.judged += 1;
                if password.text().is_empty() {
                    self.verdict = None;
                    return Vec::new();
                }
                let user_name = user_name.to_owned();
                vec![Effect::Ask(Command::Judge { password, user_name, number: self.judged })]
            }
            Act::Change { .. } if self.change == Change::Busy => Vec::new(),
            Act::Change { new, again, .. } if new != again => {
                self.change = Change::Differ;
                vec![Effect::Page(Page::Focus(field::PASSWORD_AGAIN))]
            }
            Act::Change { old, new, code, .. } => {
                self.change = Change::Busy;
                self.failure = None;
                vec![Effect::Ask(Command::ChangePassword { old, new, code })]
            }
            Act::Sessions => vec![Effect::Ask(Command::Sessions)],
        }
    }

    /// `None` when the update was for this page.
    pub(super) fn take(&mut self, update: Update) -> Option<Update> {
        match update {
            Update::Judged { number, verdict } => {
                if number == self.judged {
                    self.verdict = Some(verdict);
                }
            }
            Update::PasswordChanged(Ok(())) => {
                self.change = Change::Done;
                self.verdict = None;
            }
            Update::PasswordChanged(Err(failure)) => {
                self.change = Change::Idle;
                self.failure = Some(failure);
            }
            Update::Sessions(result) => self.sessions = Some(result),
            update => return Some(update),
        }
        None
    }
}
