//! Conversations at hand, open a moment ago or read ahead: going to one shows it at once, and the engine's answer follows.
//!
//! What happens to their messages meanwhile happens here too. They are in memory only, and go when the messages close.

use std::collections::VecDeque;

use conclave_peer::model::{Message, UserId};

use super::ahead;
use super::conversation::{Conversation, PAGE};

/// Conversations kept; a page each. One with a text that the engine does not have is kept besides: it is nowhere else.
const MOST: usize = ahead::MOST;

/// Conversations that were open a moment ago, or may be opened next.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Recent {
    /// The one that was open last stands last.
    known: VecDeque<Conversation>,
    /// Whose is shown as it was known, until the engine answers.
    shown: Option<UserId>,
}

impl Recent {
    /// Keeps the newest page of a conversation that is left, and what is on its way. What was begun in it ends with it.
    pub(super) fn put(&mut self, left: Conversation) {
        self.known.retain(|known| known.with != left.with);
        let mut kept = Conversation::new(left.with, 0);
        kept.unsent = left.unsent;
        // One that was read far up does not hold its newest page.
        if !left.newer && !left.messages.is_empty() {
            kept.messages = left.messages;
            kept.more = left.more;
            kept.loading = false;
            keep_page(&mut kept);
        } else if kept.unsent.is_empty() {
            return;
        }
        self.known.push_back(kept);
        if self.known.len() > MOST
            && let Some(oldest) = self.known.iter().position(|known| known.unsent.is_empty())
        {
            self.known.remove(oldest);
        }
    }

    /// The newest page of a conversation that was not open yet, where there is room: it is the first to make some.
    pub(super) fn ahead(&mut self, user: UserId, messages: Vec<Message>, more: bool) {
        if messages.is_empty() || self.has(user) || self.known.len() >= MOST {
            return;
        }
        let mut read = Conversation::new(user, 0);
        read.newest(messages, more);
        self.known.push_front(read);
    }

    /// Whether the one with a person is at hand.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.known.iter().any(|known| known.with == user)
    }

    /// The conversation with a person as it is known; it is theirs to show until the engine answers.
    pub(super) fn take(&mut self, user: UserId, unread: u64) -> Option<Conversation> {
        let at = self.known.iter().position(|known| known.with == user);
        self.shown = at.map(|_| user);
        let mut known = self.known.remove(at?)?;
        keep_page(&mut known);
        known.unread(unread);
        Some(known)
    }

    /// Whether the newest page of a person, which came now, takes the place of what was known.
    pub(super) fn answered(&mut self, user: UserId) -> bool {
        self.shown.take_if(|shown| *shown == user).is_some()
    }

    /// The one with a person.
    pub(super) fn with(&mut self, user: UserId) -> Option<&mut Conversation> {
        self.known.iter_mut().find(|known| known.with == user)
    }

    /// Changes each of them.
    pub(super) fn each(&mut self, change: impl FnMut(&mut Conversation)) {
        self.known.iter_mut().for_each(change);
    }

    /// Forgets their messages: it is not known what happened. What the engine does not have stays.
    pub(super) fn clear(&mut self) {
        self.known.retain(|known| !known.unsent.is_empty());
        for known in &mut self.known {
            let mut kept = Conversation::new(known.with, 0);
            kept.unsent = std::mem::take(&mut known.unsent);
            *known = kept;
        }
    }
}

fn keep_page(kept: &mut Conversation) {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if let Some(over) = kept.messages.len().checked_sub(page).filter(|over| *over > 0) {
        kept.messages.drain(..over);
        kept.more = true;
    }
}
