//! A message in the hands of a program: what it says, and the way to answer it.

use std::path::{Path, PathBuf};

use super::{Conversation, Peer};
use crate::model::{self, Answer, Call, Failure, FileId, MessageId, OneFile, Target};

/// A message, sent or received.
#[derive(Debug, Clone)]
pub struct Message {
    peer: Peer,
    data: model::Message,
}

impl Message {
    pub(super) const fn new(peer: Peer, data: model::Message) -> Self {
        Self { peer, data }
    }

    pub(super) const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Everything that is known of it.
    #[must_use]
    pub const fn data(&self) -> &model::Message {
        &self.data
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.data.id
    }

    /// The text; a file's caption.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.data.text
    }

    /// Whether somebody else wrote it.
    #[must_use]
    pub const fn is_incoming(&self) -> bool {
        matches!(self.data.state, model::MessageState::Received)
    }

    /// The conversation it belongs to.
    #[must_use]
    pub fn conversation(&self) -> Conversation {
        Conversation::new(self.peer.clone(), self.data.conversation)
    }

    /// Answers it. The answer's id follows from this message's, so that a program that is shown a message twice, after a
    /// crash, answers it once; a further answer to the same message is sent by [`Conversation::send`].
    ///
    /// # Errors
    /// Those of [`Conversation::send`]; `E-API-7` when another text was answered before.
    pub async fn reply(&self, text: impl Into<String>) -> Result<Self, Failure> {
        let id = MessageId::new(self.data.id.as_bytes().map(|byte| !byte));
        self.conversation().send(Outgoing::text(text).replying_to(self.data.id).with_id(id)).await
    }
}

/// What is to be sent.
#[derive(Debug, Clone)]
#[must_use]
pub struct Outgoing {
    text: String,
    reply_to: Option<MessageId>,
    id: Option<MessageId>,
    pub(super) mentions: Vec<model::Mention>,
}

impl Outgoing {
    /// A text of at most 64 KiB.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), reply_to: None, id: None, mentions: Vec::new() }
    }

    /// As an answer to a message of the same conversation.
    pub const fn replying_to(mut self, message: MessageId) -> Self {
        self.reply_to = Some(message);
        self
    }

    /// Under an own random id: sending the same again is safe.
    pub const fn with_id(mut self, id: MessageId) -> Self {
        self.id = Some(id);
        self
    }

    pub(super) fn to(self, target: Target) -> model::MessageSend {
        let to = model::TargetRef::Id(target);
        model::MessageSend {
            to,
            text: self.text,
            id: self.id,
            reply_to: self.reply_to,
            mentions: self.mentions,
        }
    }
}

impl From<&str> for Outgoing {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Outgoing {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// A file on its way, or come.
#[derive(Debug, Clone)]
pub struct Transfer {
    peer: Peer,
    message: model::Message,
    file: model::File,
}

impl Transfer {
    pub(super) const fn new(peer: Peer, message: model::Message, file: model::File) -> Self {
        Self { peer, message, file }
    }

    /// The file as it stood when this was made; [`Transfer::state`] asks again.
    #[must_use]
    pub const fn file(&self) -> &model::File {
        &self.file
    }

    /// The message that carries it.
    #[must_use]
    pub fn message(&self) -> Message {
        Message::new(self.peer.clone(), self.message.clone())
    }

    /// The file as it stands now.
    ///
    /// # Errors
    /// `E-API-6` when its message was erased, `E-API-4` while locked.
    pub async fn state(&self) -> Result<model::File, Failure> {
        match self.peer.call(Call::MessageGet(model::OneMessage { id: self.message.id })).await? {
            Answer::Message { message: model::Message { file: Some(file), .. } } => Ok(file),
            _ => Err(Failure::new(model::ErrorCode::ApiNotFound)),
        }
    }

    /// Writes the plain content, once all of it is here and verified; an existing file is left alone.
    ///
    /// # Errors
    /// `E-FILE-2` when it cannot be written, `E-FILE-5` for a full disk, `E-API-9` while parts are missing.
    pub async fn save(&self, path: impl AsRef<Path>) -> Result<PathBuf, Failure> {
        let path = path.as_ref().to_owned();
        let call = model::FileSave { file: self.id(), path, overwrite: false };
        match self.peer.call(Call::FileSave(call)).await? {
            Answer::Saved { path, .. } => Ok(path),
            _ => Err(super::unexpected()),
        }
    }

    /// Stops it for good.
    ///
    /// # Errors
    /// `E-API-9` when it has ended.
    pub async fn cancel(&self) -> Result<(), Failure> {
        self.peer.call(Call::FileCancel(OneFile { file: self.id() })).await.map(|_| ())
    }

    const fn id(&self) -> FileId {
        self.file.file
    }
}
