//! What is read ahead: the newest messages of each conversation at the top of the list, so that opening one shows it at once.

use std::collections::VecDeque;

use conclave_peer::model::UserId;

/// Conversations at the top of the list: somewhat more than stand in a window without scrolling.
pub(super) const MOST: usize = 16;

/// Which pages are still to be read. One is asked for at a time, so that what a person asks for never waits for many.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ahead {
    /// The list came, and nothing is planned from it yet.
    due: bool,
    /// Whose turn it is, in order.
    next: VecDeque<UserId>,
    /// Whose page is awaited.
    asked: Option<UserId>,
}

impl Ahead {
    /// The list came: its top may be another.
    pub(super) fn listed(&mut self) {
        self.due = true;
    }

    /// Begins with the top of the list, when it came since.
    pub(super) fn begin<I: Iterator<Item = UserId>>(&mut self, top: impl FnOnce() -> I) {
        if std::mem::take(&mut self.due) {
            self.next = top().take(MOST).collect();
        }
    }

    /// Whose page is to be asked for now: one that is not at hand, while none is awaited.
    pub(super) fn ask(&mut self, at_hand: impl Fn(UserId) -> bool) -> Option<UserId> {
        if self.asked.is_some() {
            return None;
        }
        while let Some(next) = self.next.pop_front() {
            if !at_hand(next) {
                self.asked = Some(next);
                break;
            }
        }
        self.asked
    }

    /// The engine answered.
    pub(super) fn answered(&mut self) {
        self.asked = None;
    }
}
