//! One conversation: its messages in order, what is on its way to the engine, and where the unread ones begin.

use std::collections::BTreeMap;

use conclave_peer::model::{
    CustodyStep, Failure, File, FileId, FileState, Message, MessageFault, MessageId, MessageState, UserId,
};

/// Messages loaded at once.
pub const PAGE: u32 = 100;

/// Text handed to the engine that is not a message yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsent {
    /// The window's number for it.
    pub number: u64,
    /// The text.
    pub text: String,
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
    /// Whether an answer is awaited.
    pub loading: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// Text on its way.
    pub unsent: Vec<Unsent>,
    /// The first message that was not read when the conversation was opened, and how many there were.
    pub unread_from: Option<(MessageId, u64)>,
    /// Bytes done, of files under way.
    pub progress: BTreeMap<FileId, u64>,
    unread: u64,
}

impl Conversation {
    /// A conversation about to be loaded.
    #[must_use]
    pub const fn new(with: UserId, unread: u64) -> Self {
        Self {
            with,
            messages: Vec::new(),
            more: false,
            loading: true,
            failure: None,
            unsent: Vec::new(),
            unread_from: None,
            progress: BTreeMap::new(),
            unread,
        }
    }

    /// The newest page; messages that came meanwhile stay.
    pub fn newest(&mut self, messages: Vec<Message>, more: bool) {
        self.loading = false;
        self.more = more;
        for message in messages {
            self.insert(message);
        }
        if self.unread > 0 {
            let mut incoming = self.messages.iter().rev().filter(|message| is_incoming(message));
            let back = usize::try_from(self.unread - 1).unwrap_or(usize::MAX);
            self.unread_from = incoming.nth(back).map(|first| (first.id, self.unread));
        }
    }

    /// A page before those at hand.
    pub fn older(&mut self, messages: Vec<Message>, more: bool) {
        self.loading = false;
        self.more = more;
        for message in messages {
            self.insert(message);
        }
    }

    /// One message, at its place; a message at hand is replaced.
    pub fn insert(&mut self, message: Message) {
        if let Some(at) = self.messages.iter().position(|other| other.id == message.id) {
            self.messages.remove(at);
        }
        let at = self.messages.partition_point(|other| other.position <= message.position);
        self.messages.insert(at, message);
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
    pub fn moved_bytes(&mut self, file: FileId, done: u64) {
        if self.messages.iter().filter_map(|message| message.file.as_ref()).any(|shown| shown.file == file) {
            self.progress.insert(file, done);
        }
    }

    /// The oldest message at hand.
    #[must_use]
    pub fn oldest(&self) -> Option<MessageId> {
        self.messages.first().map(|message| message.id)
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
    message.state == MessageState::Received
}
