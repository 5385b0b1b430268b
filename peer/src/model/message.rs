//! Messages, conversations and the custody line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    Change, Deleted, File, Line, Mention, MessageId, Quote, Reaction, RoomId, Time, UserId, Version, text,
};

/// A conversation as the API names it: `u:<userId>` or `r:<roomId>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// With one person.
    User(UserId),
    /// A room.
    Room(RoomId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "u:{user}"),
            Self::Room(room) => write!(f, "r:{room}"),
        }
    }
}

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        match text.parse()? {
            TargetRef::Id(target) => Ok(target),
            TargetRef::UserName(_) | TargetRef::RoomName(_) => Err(NotATarget),
        }
    }
}

/// A target as typed: `u:…`, `r:…`, `@name` or `#room name`; names are resolved against the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetRef {
    /// By id.
    Id(Target),
    /// `@name`.
    UserName(String),
    /// `#room name`.
    RoomName(String),
}

/// Text that is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a target is u:<user id>, r:<room id>, @name or #room name")]
pub struct NotATarget;

impl FromStr for TargetRef {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        if let Some(id) = text.strip_prefix("u:") {
            return id.parse().map(|id| Self::Id(Target::User(id))).map_err(|_| NotATarget);
        }
        if let Some(id) = text.strip_prefix("r:") {
            return id.parse().map(|id| Self::Id(Target::Room(id))).map_err(|_| NotATarget);
        }
        match text.split_at_checked(1) {
            Some(("@", name)) if !name.is_empty() => Ok(Self::UserName(name.to_owned())),
            Some(("#", name)) if !name.is_empty() => Ok(Self::RoomName(name.to_owned())),
            _ => Err(NotATarget),
        }
    }
}

/// A person as typed: an id of 32 hex digits, `u:<id>` or `@name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By user name.
    Name(String),
}

impl FromStr for UserRef {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, NotATarget> {
        if let Some(name) = text.strip_prefix('@') {
            return if name.is_empty() { Err(NotATarget) } else { Ok(Self::Name(name.to_owned())) };
        }
        text.strip_prefix("u:").unwrap_or(text).parse().map(Self::Id).map_err(|_| NotATarget)
    }
}

/// Where a message stands. States only go forward, but for a drop-box parcel that expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageState {
    /// Durable on this computer.
    Saved,
    /// Durable, no path to the person.
    Waiting,
    /// Handed to an open link.
    Sending,
    /// Sealed in the drop box.
    InDropBox,
    /// Durable on the person's computer, hash confirmed.
    Delivered,
    /// Read, if the person shares it.
    Read,
    /// Stopped; `error` says why.
    Failed,
    /// An incoming message.
    Received,
}

/// A proven step of the custody line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CustodyKind {
    /// Durable here.
    Saved,
    /// In the drop box.
    InDropBox,
    /// Not collected in time.
    DropBoxExpired,
    /// Durable there.
    Delivered,
    /// Read there.
    Read,
}

/// A step and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyStep {
    /// What is proven.
    pub step: CustodyKind,
    /// When the proof came.
    pub time: Time,
    /// For the drop box: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// Why a message stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFault {
    /// A stable code, such as `E-KEY-1`.
    pub code: String,
}

/// A message as every face of the product shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The id.
    #[serde(with = "text")]
    pub id: MessageId,
    /// The conversation.
    #[serde(with = "text")]
    pub conversation: Target,
    /// Who wrote it.
    #[serde(with = "text")]
    pub author: UserId,
    /// The text; a file's caption.
    pub text: String,
    /// Who is named in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// When the author's clock says it was written.
    pub time: Time,
    /// Present and true when that clock was more than 5 min off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_suspect: Option<bool>,
    /// Sorts the conversation the same on every computer.
    pub position: String,
    /// The message this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::option")]
    pub reply_to: Option<MessageId>,
    /// That message, as far as it is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The file it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// Where it stands.
    pub state: MessageState,
    /// The proven steps; absent for incoming messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custody: Vec<CustodyStep>,
    /// Why it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MessageFault>,
    /// A kind this version does not know: shown as "needs a newer version".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_kind: Option<u8>,
    /// Its text is not the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Change>,
    /// Present and true when an edit came too late to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_refused: Option<bool>,
    /// `message.get` of an edited one: the earlier texts, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Its content is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deleted>,
    /// When it disappears, once that counts down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// Emojis on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// No message but a line between messages; only where lines were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
}

/// A line of the conversation list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationSummary {
    /// The conversation.
    #[serde(with = "text")]
    pub conversation: Target,
    /// The person's display name or the room's name.
    pub title: String,
    /// The newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Message>,
    /// How many incoming messages are not read.
    pub unread: u64,
    /// Kept on top.
    pub pinned: bool,
    /// Notifies nobody.
    pub muted: bool,
    /// Disappearing-message timer; 0 when off.
    pub timer_ms: u64,
    /// What was begun and not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}
