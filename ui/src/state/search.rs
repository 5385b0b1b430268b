//! Search in the history, here or everywhere: each letter asks the sealed index, only the newest answer counts.

use conclave_peer::model::{Answer, Call, Failure, MessageId, MessageSearch, SearchHit, UserId};
use conclave_peer::search::{Cursor, DocumentKind};

use crate::command::Purpose;

use super::Effect;
use super::main::ask::{question, target};

/// Hits asked for at once.
const PAGE: u32 = 50;
/// Hits at hand at most: more letters narrow them.
const MOST: usize = 500;

/// What a person does with the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Opens it: in one conversation, or everywhere.
    Open(Option<UserId>),
    /// Types.
    Type(String),
    /// Here or everywhere.
    Within(Option<UserId>),
    /// Of one kind, or of any.
    Of(Option<DocumentKind>),
    /// More hits.
    More,
    /// To the hit after the one that was gone to, or before it.
    Step(bool),
    /// To a hit.
    Take(UserId, MessageId),
    /// Closes it.
    Close,
}

/// The search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    /// What was typed.
    pub text: String,
    /// The one conversation that is searched; everywhere otherwise.
    pub within: Option<UserId>,
    /// The one kind that is searched for; any otherwise.
    pub kind: Option<DocumentKind>,
    /// What was found, newest first.
    pub hits: Vec<SearchHit>,
    /// Whether an answer is awaited.
    pub busy: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// The message that was gone to.
    pub taken: Option<MessageId>,
    /// Whether a conversation was gone to since: it has a window with room for one pane.
    pub behind: bool,
    cursor: Option<Cursor>,
    number: u64,
}

impl Search {
    /// A search that nothing was typed into yet.
    #[must_use]
    pub fn new(within: Option<UserId>) -> Self {
        Self { within, ..Self::default() }
    }

    /// Whether only a part of the history is searched.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        self.within.is_some() || self.kind.is_some()
    }

    /// Whether there are more hits.
    #[must_use]
    pub fn more(&self) -> bool {
        self.cursor.is_some() && self.hits.len() < MOST
    }

    pub(super) fn typed(&mut self, text: String) -> Vec<Effect> {
        self.text = text;
        self.anew()
    }

    pub(super) fn within(&mut self, within: Option<UserId>) -> Vec<Effect> {
        self.within = within;
        self.anew()
    }

    pub(super) fn of(&mut self, kind: Option<DocumentKind>) -> Vec<Effect> {
        self.kind = kind;
        self.anew()
    }

    /// Where the hit that was gone to stands among the hits, from 0.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        let taken = self.taken?;
        self.hits.iter().position(|hit| hit.message.id == taken)
    }

    /// The hit beside the one that was gone to; nothing at an end.
    #[must_use]
    pub fn beside(&self, forward: bool) -> Option<&SearchHit> {
        let place = self.place()?;
        self.hits.get(if forward { place.checked_add(1)? } else { place.checked_sub(1)? })
    }

    fn anew(&mut self) -> Vec<Effect> {
        self.hits.clear();
        self.cursor = None;
        self.failure = None;
        self.ask()
    }

    pub(super) fn next(&mut self) -> Vec<Effect> {
        if self.busy || !self.more() { Vec::new() } else { self.ask() }
    }

    fn ask(&mut self) -> Vec<Effect> {
        self.number += 1;
        self.busy = !self.text.trim().is_empty();
        if !self.busy {
            return Vec::new();
        }
        let search = MessageSearch {
            query: self.text.trim().to_owned(),
            conversation: self.within.map(target),
            from: None,
            since: None,
            until: None,
            kind: self.kind,
            limit: Some(PAGE),
            cursor: self.cursor,
        };
        vec![question(Purpose::Search(self.number), Call::MessageSearch(search))]
    }

    pub(super) fn take(&mut self, number: u64, result: Result<Answer, Failure>) {
        if number != self.number {
            return;
        }
        self.busy = false;
        match result {
            Ok(Answer::Hits { hits, cursor }) => {
                self.hits.extend(hits);
                self.cursor = cursor;
            }
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
    }
}
