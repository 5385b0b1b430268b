//! One conversation: its messages in order, what is on its way to the engine, and where the unread ones begin.

use std::collections::BTreeMap;

use conclave_peer::model::{
    CustodyStep, Failure, File, FileId, FileState, Message, MessageFault, MessageId, MessageState, Time,
    UserId,
};

use crate::i18n::Words;
use crate::name;

use super::transfers::Progress;

/// Messages loaded at once.
pub const PAGE: u32 = 50;
/// Messages drawn at first, and read ahead: more than stand on a tall screen, and laid out in half the time of a page.
pub const FIRST: u32 = 24;
/// Messages loaded at once while somebody scrolls: few enough that they are drawn between two frames.
pub const STEP: u32 = 8;
/// Messages at hand at most: more would make every drawing slow. The others are one page away.
pub const MOST: usize = 96;

/// Text handed to the engine that is not a message yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsent {
    /// The window's number for it.
    pub number: u64,
    /// The text.
    pub text: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Why the engine did not take it; nothing is lost, it may be tried again.
    pub failure: Option<Failure>,
}

/// An open conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// With whom.
    pub with: UserId,
    /// In order of their positions.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
    /// Whether there are newer ones that are not at hand.
    pub newer: bool,
    /// Whether an answer is awaited.
    pub loading: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// Text on its way.
    pub unsent: Vec<Unsent>,
    /// The first message that was not read when the conversation was opened, and how many there were.
    pub unread_from: Option<(MessageId, u64)>,
    /// How files under way move.
    pub progress: BTreeMap<FileId, Progress>,
    /// The message that the next one answers.
    pub reply_to: Option<MessageId>,
    /// The message that a search led to.
    pub found: Option<MessageId>,
    /// The message whose custody line is shown.
    pub custody: Option<MessageId>,
    /// The message whose menu is open.
    pub menu: Option<MessageId>,
    /// The message of mine whose text is being changed.
    pub editing: Option<MessageId>,
    /// Whether the other person writes.
    pub typing: bool,
    /// Lines between the messages: what happened to the session or to the key, and when.
    pub lines: Vec<Line>,
    unread: u64,
}

/// A line between the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub time: Time,
    /// What, as the engine names it.
    pub kind: String,
}

impl Conversation {
    /// A conversation about to be loaded.
    #[must_use]
    pub const fn new(with: UserId, unread: u64) -> Self {
        Self {
            with,
            messages: Vec::new(),
            more: false,
            newer: false,
            loading: true,
            failure: None,
            unsent: Vec::new(),
            unread_from: None,
            progress: BTreeMap::new(),
            reply_to: None,
            found: None,
            custody: None,
            menu: None,
            editing: None,
            typing: false,
            lines: Vec::new(),
            unread,
        }
    }

    /// The newest page; messages that came meanwhile stay, unless they stand far behind it.
    pub fn newest(&mut self, messages: Vec<Message>, more: bool) {
        if self.newer {
            self.messages.clear();
        }
        self.loading = false;
        self.newer = false;
        self.more = more;
        // The page holds the lines that were told of meanwhile.
        self.lines.clear();
        for message in messages {
            self.insert(message);
        }
        self.find_unread();
        self.unread = 0;
    }

    /// The newest page in the place of what was known before; messages that came behind it stay.
    pub fn renewed(&mut self, messages: Vec<Message>, more: bool) {
        let end = messages.last().map(|last| last.position.as_str());
        self.messages.retain(|known| end.is_some_and(|end| known.position.as_str() > end));
        self.newest(messages, more);
    }

    /// So many are not read: the first of them is marked when it is at hand, or once it comes.
    pub fn unread(&mut self, unread: u64) {
        self.unread = unread;
        self.find_unread();
    }

    fn find_unread(&mut self) {
        let Some(before) = self.unread.checked_sub(1) else { return };
        let mut incoming = self.messages.iter().rev().filter(|message| is_incoming(message));
        let first = incoming.nth(usize::try_from(before).unwrap_or(usize::MAX));
        self.unread_from = first.map(|first| (first.id, self.unread));
    }

    /// A page before those at hand. The newest ones make room.
    pub fn older(&mut self, messages: Vec<Message>, more: bool) {
        self.loading = false;
        self.more = more;
        for message in messages {
            self.insert(message);
        }
        if self.messages.len() > MOST {
            self.messages.truncate(MOST);
            self.newer = true;
        }
    }

    /// A page after those at hand. The oldest ones make room.
    pub fn newer(&mut self, messages: Vec<Message>, newer: bool) {
        self.loading = false;
        self.newer = newer;
        for message in messages {
            self.insert(message);
        }
        if let Some(over) = self.messages.len().checked_sub(MOST).filter(|over| *over > 0) {
            self.messages.drain(..over);
            self.more = true;
        }
    }

    /// A page around a message: those at hand make room.
    pub fn around(&mut self, messages: Vec<Message>, newer: bool) {
        self.loading = false;
        self.messages = messages;
        self.more = true;
        self.newer = newer;
    }

    /// One message, at its place; a message at hand is replaced. One that came behind a gap waits for its page.
    pub fn insert(&mut self, message: Message) {
        if let Some(at) = self.messages.iter().position(|other| other.id == message.id) {
            self.messages.remove(at);
        }
        let at = self.messages.partition_point(|other| other.position <= message.position);
        self.messages.insert(at, message);
    }

    /// A message that was just sent or received.
    pub fn arrived(&mut self, message: Message) {
        if self.newer {
            return;
        }
        self.insert(message);
        if let Some(over) = self.messages.len().checked_sub(MOST).filter(|over| *over > 0) {
            self.messages.drain(..over);
            self.more = true;
        }
    }

    /// A message by its id, if it is at hand.
    #[must_use]
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// A message at hand, changed.
    pub fn replace(&mut self, message: &Message) {
        if let Some(known) = self.messages.iter_mut().find(|known| known.id == message.id) {
            known.clone_from(message);
        }
    }

    /// A message moved along its custody line.
    pub fn moved(
        &mut self,
        id: MessageId,
        state: MessageState,
        custody: Vec<CustodyStep>,
        error: Option<MessageFault>,
    ) {
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == id) {
            message.state = state;
            message.custody = custody;
            message.error = error;
        }
    }

    /// A transfer changed state.
    pub fn file(&mut self, file: &File) {
        if file.state != FileState::Active {
            self.progress.remove(&file.file);
        }
        for shown in self.messages.iter_mut().filter_map(|message| message.file.as_mut()) {
            if shown.file == file.file {
                *shown = file.clone();
            }
        }
    }

    /// Bytes moved.
    pub fn moved_bytes(&mut self, file: FileId, progress: Progress) {
        if self.messages.iter().filter_map(|message| message.file.as_ref()).any(|shown| shown.file == file) {
            self.progress.insert(file, progress);
        }
    }

    /// The oldest message at hand.
    #[must_use]
    pub fn oldest(&self) -> Option<MessageId> {
        self.messages.first().map(|message| message.id)
    }

    /// The newest message at hand.
    #[must_use]
    pub fn newest_at_hand(&self) -> Option<MessageId> {
        self.messages.last().map(|message| message.id)
    }

    /// The newest incoming message.
    #[must_use]
    pub fn newest_incoming(&self) -> Option<MessageId> {
        self.messages.iter().rev().find(|message| is_incoming(message)).map(|message| message.id)
    }
}

/// Whether a message came from somebody else.
#[must_use]
pub fn is_incoming(message: &Message) -> bool {
    message.state == MessageState::Received && message.line.is_none()
}

/// Characters of a message that a line can show at most.
const LINE: usize = 120;

/// A message in one line.
#[must_use]
pub fn in_one_line(words: Words, message: &Message) -> String {
    if message.unknown_kind.is_some() {
        return words.say("needs-newer");
    }
    if message.deleted.is_some() {
        return words.say("deleted");
    }
    let text = if message.text.trim().is_empty() {
        message.file.as_ref().map(|file| name::shown(&file.name, "")).unwrap_or_default()
    } else {
        name::tame(&message.text)
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LINE).collect()
}
