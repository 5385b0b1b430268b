//! What happens to a message after it was written: edits, deletion, reactions, quotes, lines between messages.

use serde::{Deserialize, Serialize};

use super::{Time, UserId, text};

/// A person named in a text: a piece of it, in bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// Who.
    #[serde(with = "text")]
    pub user: UserId,
    /// First byte.
    pub start: u32,
    /// Length, in bytes.
    pub len: u32,
}

/// The message that is answered, as it stands on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Who wrote it, proven by the session it came through.
    #[serde(with = "text")]
    pub author: UserId,
    /// The beginning of its text, at most 200 characters; a file's name where there is none.
    pub text: String,
}

/// A change that its author made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// When, by the author's clock.
    pub time: Time,
    /// For my own: when the other computer confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Time>,
}

/// An earlier text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The text.
    pub text: String,
    /// Since when, by the author's clock.
    pub time: Time,
}

/// Why the content of a message is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeletedWhy {
    /// Deleted on this computer only.
    Me,
    /// Withdrawn by its author.
    Everyone,
    /// Its time ran out.
    Expired,
}

/// The content of a message is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// When.
    pub time: Time,
    /// Why.
    pub why: DeletedWhy,
    /// For one that I withdrew: when the other computer confirmed that it is gone there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Time>,
}

/// An emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Whose, in the order of their ids.
    #[serde(with = "text::list")]
    pub users: Vec<UserId>,
}

/// A line between messages that no one wrote: a session restarted, a timer changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Kind of line, such as `sessionRestarted`; as in `conversation.line`.
    pub kind: String,
    /// Details.
    pub data: serde_json::Value,
}

/// What changed about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// Its text.
    Edited,
    /// Its content is gone.
    Deleted,
    /// A reaction was set or cleared.
    Reaction,
    /// Its time ran out.
    Expired,
}
