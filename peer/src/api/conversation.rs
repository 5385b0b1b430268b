//! A conversation, and the colleague at its other end.

use std::path::Path;

use super::{Message, Outgoing, Peer, Transfer};
use crate::model::{self, Answer, Call, Failure, MessageId, Target, TargetRef, UserId};

/// One conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    peer: Peer,
    target: Target,
}

/// A part of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The newest messages, at most so many (and 200).
    Newest(u32),
    /// Those just before a message.
    Before(MessageId, u32),
    /// Those just after a message.
    After(MessageId, u32),
    /// Those on both sides of a message.
    Around(MessageId, u32),
}

impl Conversation {
    pub(super) const fn new(peer: Peer, target: Target) -> Self {
        Self { peer, target }
    }

    pub(super) const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Its name in the API, `u:…` or `r:…`.
    #[must_use]
    pub const fn target(&self) -> Target {
        self.target
    }

    /// Sends a message. `Ok` means durable on this computer; events tell of the rest of its way.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-KEY-1`, `E-BLOCK-1`, `E-MSG-3`, `E-API-7` for a known id with other content.
    pub async fn send(&self, message: impl Into<Outgoing>) -> Result<Message, Failure> {
        let call = Call::MessageSend(message.into().to(self.target));
        match self.peer.call(call).await? {
            Answer::Message { message } => Ok(Message::new(self.peer.clone(), message)),
            _ => Err(super::unexpected()),
        }
    }

    /// Messages, oldest first.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-API-3` for more than 200.
    pub async fn messages(&self, page: Page) -> Result<Vec<Message>, Failure> {
        let (before, after, around, limit) = match page {
            Page::Newest(limit) => (None, None, None, limit),
            Page::Before(id, limit) => (Some(id), None, None, limit),
            Page::After(id, limit) => (None, Some(id), None, limit),
            Page::Around(id, limit) => (None, None, Some(id), limit),
        };
        let conversation = TargetRef::Id(self.target);
        let call =
            Call::MessageList(model::MessageList { conversation, before, after, around, limit, lines: None });
        match self.peer.call(call).await? {
            Answer::Messages { messages, .. } => {
                Ok(messages.into_iter().map(|data| Message::new(self.peer.clone(), data)).collect())
            }
            _ => Err(super::unexpected()),
        }
    }

    /// Sends a file of this computer: sealed at once, then fetched by the other side in verified ranges.
    ///
    /// # Errors
    /// `E-FILE-1` when it is over the limit, `E-FILE-2` when it cannot be read, and those of [`Self::send`].
    pub async fn send_file(&self, path: impl AsRef<Path>) -> Result<Transfer, Failure> {
        let to = TargetRef::Id(self.target);
        let path = path.as_ref().to_owned();
        let call = Call::FileSend(model::FileSend { to, path, name: None, caption: None, id: None });
        match self.peer.call(call).await? {
            Answer::Sent { message, file } => Ok(Transfer::new(self.peer.clone(), message, file)),
            _ => Err(super::unexpected()),
        }
    }
}

/// A colleague.
#[derive(Debug, Clone)]
pub struct Contact {
    peer: Peer,
    data: model::Contact,
}

impl Contact {
    pub(super) const fn new(peer: Peer, data: model::Contact) -> Self {
        Self { peer, data }
    }

    pub(super) const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Everything that was known when this was made.
    #[must_use]
    pub const fn data(&self) -> &model::Contact {
        &self.data
    }

    /// The account.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.data.user
    }

    /// The conversation with this person.
    #[must_use]
    pub fn conversation(&self) -> Conversation {
        Conversation::new(self.peer.clone(), Target::User(self.data.user))
    }

    /// Sends a message to this person.
    ///
    /// # Errors
    /// Those of [`Conversation::send`].
    pub async fn send(&self, message: impl Into<Outgoing>) -> Result<Message, Failure> {
        self.conversation().send(message).await
    }
}
