//! What was shared in a conversation, over its whole history: how much there is of each kind, and one kind at a time
//! (UI §3.B, Details).
//!
//! The engine counts and finds; here stands what it said last. A message that comes, changes or goes while this is on
//! screen asks anew.

use conclave_peer::model::{
    Answer, Call, ConversationCounts, Failure, File, FileId, Message, MessageSearch, OneConversation, UserId,
};
use conclave_peer::search::{Cursor, DocumentKind};

use crate::command::Purpose;

use super::Effect;
use super::main::ask::{question, target};

/// Messages asked for at once.
const PAGE: u32 = 48;
/// Messages at hand at most: for more of them the first ones make room.
pub const MOST: usize = 240;

/// A kind of what is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pictures and films.
    Media,
    /// Sounds.
    Audio,
    /// Any other file.
    Documents,
    /// Messages with an address of the web.
    Links,
}

impl Kind {
    /// In the order of the pane.
    pub const ALL: [Self; 4] = [Self::Media, Self::Audio, Self::Documents, Self::Links];

    const fn sought(self) -> DocumentKind {
        match self {
            Self::Media => DocumentKind::Media,
            Self::Audio => DocumentKind::Audio,
            Self::Documents => DocumentKind::Document,
            Self::Links => DocumentKind::Link,
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self, counts: &ConversationCounts) -> u64 {
        match self {
            Self::Media => counts.media,
            Self::Audio => counts.audio,
            Self::Documents => counts.documents,
            Self::Links => counts.links,
        }
    }
}

/// What a person does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Shows one kind, or all kinds with their numbers again.
    Show(Option<Kind>),
    /// Older ones.
    More,
    /// The newest ones again, after they made room.
    Newest,
}

/// One kind, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Which.
    pub kind: Kind,
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether the newest ones made room.
    pub cut: bool,
    /// Whether an answer is awaited.
    pub loading: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    cursor: Option<Cursor>,
}

impl Listed {
    const fn new(kind: Kind) -> Self {
        Self { kind, messages: Vec::new(), cut: false, loading: true, failure: None, cursor: None }
    }

    /// Whether there are older ones.
    #[must_use]
    pub const fn more(&self) -> bool {
        self.cursor.is_some()
    }
}

/// What was shared in the open conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shared {
    with: Option<UserId>,
    /// How much there is, when it was told.
    pub counts: Option<ConversationCounts>,
    /// The kind that is looked at.
    pub listed: Option<Listed>,
}

impl Shared {
    /// The details of a conversation are shown.
    pub(super) fn open(&mut self, user: UserId) -> Vec<Effect> {
        if self.with != Some(user) {
            *self = Self { with: Some(user), ..Self::default() };
        }
        self.again()
    }

    /// What is on screen is asked for anew.
    pub(super) fn again(&mut self) -> Vec<Effect> {
        let Some(with) = self.with else { return Vec::new() };
        let mut effects = vec![count(with)];
        let kind = self.listed.as_ref().map(|listed| listed.kind);
        effects.extend(kind.map(|kind| find(with, kind, None)));
        effects
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        let Some(with) = self.with else { return Vec::new() };
        match (act, &mut self.listed) {
            (Act::Show(kind), listed) => {
                *listed = kind.map(Listed::new);
                kind.map(|kind| find(with, kind, None)).into_iter().collect()
            }
            (Act::More, Some(listed)) if !listed.loading && listed.more() => {
                listed.loading = true;
                vec![find(with, listed.kind, listed.cursor)]
            }
            (Act::Newest, Some(listed)) if !listed.loading => {
                listed.loading = true;
                vec![find(with, listed.kind, None)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn counted(&mut self, user: UserId, counts: ConversationCounts) {
        if self.with == Some(user) {
            self.counts = Some(counts);
        }
    }

    /// What was found of a kind, after what is at hand or from the newest on.
    pub(super) fn found(&mut self, user: UserId, kind: Kind, older: bool, result: Result<Answer, Failure>) {
        let listed = self.listed.as_mut().filter(|listed| self.with == Some(user) && listed.kind == kind);
        let Some(listed) = listed else { return };
        listed.loading = false;
        match result {
            Ok(Answer::Hits { hits, cursor }) => {
                listed.failure = None;
                listed.cursor = cursor;
                if !older {
                    listed.messages.clear();
                    listed.cut = false;
                }
                listed.messages.extend(hits.into_iter().map(|hit| hit.message));
                if let Some(over) = listed.messages.len().checked_sub(MOST).filter(|over| *over > 0) {
                    listed.messages.drain(..over);
                    listed.cut = true;
                }
            }
            Ok(_) => {}
            Err(failure) => listed.failure = Some(failure),
        }
    }

    /// A transfer changed state.
    pub(super) fn file(&mut self, file: &File) {
        for shown in self.files_mut().filter(|shown| shown.file == file.file) {
            *shown = file.clone();
        }
    }

    /// Those of the conversation with a person.
    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &File> {
        self.files().filter(move |_| self.with == Some(user))
    }

    /// The conversation with a person is gone.
    pub(super) fn forget(&mut self, user: UserId) {
        if self.with == Some(user) {
            *self = Self::default();
        }
    }

    /// The files at hand, newest first.
    pub fn files(&self) -> impl DoubleEndedIterator<Item = &File> {
        self.listed.iter().flat_map(|listed| &listed.messages).filter_map(|message| message.file.as_ref())
    }

    fn files_mut(&mut self) -> impl Iterator<Item = &mut File> {
        let messages = self.listed.iter_mut().flat_map(|listed| &mut listed.messages);
        messages.filter_map(|message| message.file.as_mut())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&File> {
        self.files().find(|known| known.file == file)
    }
}

/// How much a conversation holds.
pub(super) fn count(user: UserId) -> Effect {
    let call = Call::ConversationCount(OneConversation { conversation: target(user) });
    question(Purpose::Counted(user), call)
}

fn find(user: UserId, kind: Kind, cursor: Option<Cursor>) -> Effect {
    let search = MessageSearch {
        query: String::new(),
        conversation: Some(target(user)),
        from: None,
        since: None,
        until: None,
        kind: Some(kind.sought()),
        limit: Some(PAGE),
        cursor,
    };
    let purpose = Purpose::Shared { user, kind, older: cursor.is_some() };
    question(purpose, Call::MessageSearch(search))
}
