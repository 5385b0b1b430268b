//! Notifications (LIBRARY §3, Notifications). `method` names and fields are exactly those of the JSON-RPC twin.

use serde::{Deserialize, Serialize};

use super::{
    Changed, Contact, CustodyStep, File, FileId, Message, MessageFault, MessageId, MessageState, Path,
    PresenceStatus, Profile, ServerLink, Target, Time, UserId, text,
};

/// One notification, with its place in the durable sequence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notification {
    /// Rises without holes for durable events; `null` for ephemeral ones.
    pub seq: Option<u64>,
    /// The call that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<serde_json::Value>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. Serialised as `method` and `params` (the RPC shell moves `seq` and `cause` into `params`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", content = "params")]
#[non_exhaustive]
pub enum Event {
    /// An incoming message, durable here.
    #[serde(rename = "message.received")]
    MessageReceived {
        /// The message.
        message: Message,
    },
    /// A message moved along its custody line.
    #[serde(rename = "message.state")]
    MessageState {
        /// The message.
        #[serde(with = "text")]
        id: MessageId,
        /// New state.
        state: MessageState,
        /// All proven steps.
        custody: Vec<CustodyStep>,
        /// Why it stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<MessageFault>,
    },
    /// Something was done to a message.
    #[serde(rename = "message.changed")]
    MessageChanged {
        /// The message now.
        message: Message,
        /// What changed.
        what: Changed,
    },
    /// Something speaks of messages that are not here.
    #[serde(rename = "message.missing")]
    MessageMissing {
        /// The conversation.
        #[serde(with = "text")]
        conversation: Target,
        /// Who wrote them.
        #[serde(with = "text")]
        author: UserId,
        /// How many more are known to be missing.
        count: u64,
    },
    /// Ephemeral: somebody writes, or stopped.
    #[serde(rename = "typing")]
    Typing {
        /// Where.
        #[serde(with = "text")]
        conversation: Target,
        /// Who.
        #[serde(with = "text")]
        user: UserId,
        /// Began, or ended.
        on: bool,
    },
    /// Somebody asks to write to me.
    #[serde(rename = "contact.request")]
    ContactRequest {
        /// Who.
        #[serde(with = "text")]
        user: UserId,
        /// What they wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A line that belongs into a conversation: a session restarted, a key changed.
    #[serde(rename = "conversation.line")]
    ConversationLine {
        /// The conversation.
        #[serde(with = "text")]
        conversation: Target,
        /// Kind of line, such as `sessionRestarted`.
        kind: String,
        /// Details.
        data: serde_json::Value,
    },
    /// A file was offered to me.
    #[serde(rename = "file.offered")]
    FileOffered {
        /// Its message.
        message: Message,
        /// The file.
        file: File,
    },
    /// A transfer changed state.
    #[serde(rename = "file.state")]
    FileStateChanged {
        /// The file.
        file: File,
    },
    /// Ephemeral: bytes moved, at most 4 a second per file.
    #[serde(rename = "file.progress")]
    FileProgress {
        /// The file.
        #[serde(with = "text")]
        file: FileId,
        /// Bytes done.
        done: u64,
        /// Bytes in all.
        size: u64,
        /// Speed of late.
        #[serde(rename = "bytesPerSecond")]
        bytes_per_second: u64,
        /// At that speed.
        #[serde(rename = "secondsLeft", default, skip_serializing_if = "Option::is_none")]
        seconds_left: Option<u64>,
    },
    /// Ephemeral: somebody came, went or changed status.
    #[serde(rename = "presence.changed")]
    PresenceChanged {
        /// Who.
        #[serde(with = "text")]
        user: UserId,
        /// New presence.
        presence: PresenceStatus,
        /// Own text.
        #[serde(rename = "statusText", default, skip_serializing_if = "Option::is_none")]
        status_text: Option<String>,
        /// When last connected.
        #[serde(rename = "lastSeen", default, skip_serializing_if = "Option::is_none")]
        last_seen: Option<Time>,
    },
    /// Somebody joined, was banned, was renamed …
    #[serde(rename = "contact.changed")]
    ContactChanged {
        /// The contact now.
        contact: Contact,
        /// What changed, such as `added`, `banned`, `unbanned`, `device`.
        what: String,
    },
    /// A fresh profile came from its person.
    #[serde(rename = "profile.changed")]
    ProfileChanged {
        /// Whose.
        #[serde(with = "text")]
        user: UserId,
        /// The profile.
        profile: Profile,
    },
    /// A person's safety number changed: sending waits until it is verified or accepted.
    #[serde(rename = "safety.changed")]
    SafetyChanged {
        /// Whose.
        #[serde(with = "text")]
        user: UserId,
        /// From the log, such as `reset`.
        cause: String,
        /// Who signed it, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        admin: Option<String>,
        /// When.
        time: Time,
    },
    /// The directory from the server is not consistent, or my own keys were changed.
    #[serde(rename = "directory.alarm")]
    DirectoryAlarm {
        /// `E-DIR-1` or `E-DIR-2`.
        code: String,
        /// What was seen.
        details: String,
    },
    /// What `E-DIR-1` told of is over: the server gave a directory that is whole and goes on from the one held here.
    #[serde(rename = "directory.whole")]
    DirectoryWhole {},
    /// The server ended the session.
    #[serde(rename = "session.ended")]
    SessionEnded {
        /// `E-SESS-1`, `E-SESS-2`, `E-AUTH-4` or `E-AUTH-5`.
        code: String,
        /// Login is refused until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The device that took over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// When this computer heard of it.
        #[serde(default)]
        time: Time,
    },
    /// Ephemeral: the link to the server changed.
    #[serde(rename = "server.state")]
    ServerState {
        /// The link.
        state: ServerLink,
        /// Since when.
        since: Time,
        /// When the next try is due.
        #[serde(rename = "nextTryAt", default, skip_serializing_if = "Option::is_none")]
        next_try_at: Option<Time>,
        /// Age of the directory, milliseconds.
        #[serde(rename = "directoryAge")]
        directory_age: u64,
    },
    /// Ephemeral: the path to a person changed.
    #[serde(rename = "path.changed")]
    PathChanged {
        /// Who.
        #[serde(with = "text")]
        user: UserId,
        /// The path.
        path: Path,
        /// Why there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// For `clock`: by how many minutes the two clocks differ.
        #[serde(rename = "clockMinutes", default, skip_serializing_if = "Option::is_none")]
        clock_minutes: Option<u64>,
    },
    /// Ephemeral: words from the server's administrator.
    #[serde(rename = "server.notice")]
    ServerNotice {
        /// The words.
        text: String,
        /// When the server stops.
        #[serde(rename = "stopsAt", default, skip_serializing_if = "Option::is_none")]
        stops_at: Option<Time>,
    },
    /// The vault locked.
    #[serde(rename = "vault.locked")]
    VaultLocked {
        /// `call`, `idle` or `suspend`.
        why: String,
    },
    /// Part of the store is damaged.
    #[serde(rename = "store.damaged")]
    StoreDamaged {
        /// `E-STORE-3`.
        code: String,
        /// Records that are safe.
        safe: u64,
        /// Records that cannot be read.
        lost: u64,
    },
    /// Durable events were dropped for want of an ack: re-read conversations.
    #[serde(rename = "events.gap")]
    EventsGap {
        /// First one dropped.
        #[serde(rename = "fromSeq")]
        from_seq: u64,
        /// Last one dropped.
        #[serde(rename = "toSeq")]
        to_seq: u64,
    },
}
