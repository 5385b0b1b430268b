//! Answers to calls: the results of LIBRARY §3 as types.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    Contact, ContactRequested, ConversationSummary, CustodyStep, Device, DirectoryAct, File, Message, Path,
    PresenceStatus, Profile, SafetyLevel, Settings, Stats, Time, UserId, text,
};
use crate::search::{Cursor, Range};

/// The answer to a [`Call`](super::Call); serialised as the `result` of the JSON-RPC twin.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Answer {
    /// `{}`
    Done {},
    /// `contact.list`
    Contacts {
        /// Online first, then offline, each by name.
        contacts: Vec<Contact>,
    },
    /// `contact.get`
    Contact {
        /// The person.
        contact: Contact,
    },
    /// `profile.get`
    Profile {
        /// The profile; empty fields when never received.
        profile: Profile,
        /// When it was received.
        #[serde(skip_serializing_if = "Option::is_none")]
        cached_at: Option<Time>,
    },
    /// `profile.set`
    OwnProfile {
        /// The profile now.
        profile: Profile,
    },
    /// `profile.request`
    Requested {
        /// Whether a question could be sent.
        requested: bool,
    },
    /// `conversation.list`
    Conversations {
        /// Newest first.
        conversations: Vec<ConversationSummary>,
    },
    /// `conversation.count`
    Counted(ConversationCounts),
    /// `presence.get`
    OwnPresence {
        /// What others see of me while I am connected.
        status: PresenceStatus,
        /// Own text.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// When that ends by itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// `file.send`
    Sent {
        /// The message.
        message: Message,
        /// The file.
        file: File,
    },
    /// `message.send`, `.get`, `.retry`
    Message {
        /// The message.
        message: Message,
    },
    /// `message.list`
    Messages {
        /// Oldest first.
        messages: Vec<Message>,
        /// Whether there are more in that direction.
        more: bool,
    },
    /// `message.search`
    Hits {
        /// Newest first, by when they were kept on this computer.
        hits: Vec<SearchHit>,
        /// Where to go on; absent at the end.
        #[serde(skip_serializing_if = "Option::is_none", with = "text::option")]
        cursor: Option<Cursor>,
    },
    /// `directory.acts`
    DirectoryActs {
        /// Newest first.
        acts: Vec<DirectoryAct>,
        /// Where to go on, as `before`; absent at the beginning of the log. A page may hold few, or none, and have one.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    /// `storage.get`
    Storage {
        /// By what it is for.
        #[serde(flatten)]
        sizes: Sizes,
        /// By conversation.
        by_conversation: Vec<ConversationBytes>,
    },
    /// `storage.compact`
    Freed {
        /// Bytes that are free again.
        freed: u64,
    },
    /// `message.custody`
    Custody {
        /// Proven steps.
        custody: Vec<CustodyStep>,
        /// By recipient.
        recipients: Vec<RecipientCustody>,
    },
    /// `message.cancel`
    Cancelled {
        /// Whether nothing of it had left this computer.
        cancelled: bool,
    },
    /// `draft.get`
    Draft {
        /// The text; empty when there is none.
        text: String,
    },
    /// `contact.requests`
    Requests {
        /// They ask.
        incoming: Vec<ContactRequested>,
        /// I asked.
        outgoing: Vec<ContactRequested>,
    },
    /// `device.list`
    Devices {
        /// Those that the directory lists for this account.
        devices: Vec<Device>,
    },
    /// `settings.get`, `.set`
    Settings {
        /// All of them.
        settings: Settings,
    },
    /// `preferences.get`
    Preferences {
        /// What a program in front kept for itself; empty when there is nothing.
        preferences: String,
    },
    /// `file.accept` and others
    File {
        /// The file now.
        file: File,
    },
    /// `file.save`, and whatever else writes a file
    Saved {
        /// Where it was written.
        path: PathBuf,
        /// How many bytes.
        bytes: u64,
    },
    /// `file.list`
    Files {
        /// Newest first.
        files: Vec<File>,
    },
    /// `file.read`
    Bytes {
        /// The bytes, base64.
        base64: String,
        /// Whether the end was reached.
        eof: bool,
    },
    /// `safety.get`
    Safety {
        /// 12 groups of 5.
        digits: String,
        /// Text of the QR code.
        qr: String,
        /// How far compared.
        level: SafetyLevel,
        /// Since when.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<Time>,
        /// A change not accepted yet.
        #[serde(skip_serializing_if = "Option::is_none")]
        change: Option<SafetyChange>,
    },
    /// `safety.verify`
    Match {
        /// Whether they are the same.
        #[serde(rename = "match")]
        matches: bool,
    },
    /// `path.get`
    Path {
        /// The path.
        path: Path,
        /// Why there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// For `clock`: by how many minutes the two clocks differ.
        #[serde(skip_serializing_if = "Option::is_none")]
        clock_minutes: Option<u64>,
        /// Round trip, when measured.
        #[serde(skip_serializing_if = "Option::is_none")]
        rtt_ms: Option<u64>,
        /// Since when.
        since: Time,
    },
    /// `stats.get`
    Stats(Stats),
    /// `events.subscribe`
    Subscribed {
        /// The next sequence number.
        next: u64,
    },
    /// The core's part of `status`.
    Status(Box<CoreStatus>),
}

/// What is in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// Messages.
    pub messages: u64,
    /// Content files.
    pub files: u64,
    /// Bytes of the backup.
    pub bytes: u64,
}

impl From<crate::store::Contents> for Contents {
    fn from(found: crate::store::Contents) -> Self {
        Self { messages: found.messages, files: found.files, bytes: found.bytes }
    }
}

/// Bytes on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// All together.
    pub total: u64,
    /// The journal.
    pub journal: u64,
    /// The index with its search.
    pub index: u64,
    /// Content files.
    pub blobs: u64,
}

/// What of a conversation is kept here, as numbers. A message with a file counts once among the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ConversationCounts {
    /// Messages, without lines and what was deleted.
    pub messages: u64,
    /// Those of them that carry a file.
    pub files: u64,
    /// Pictures and films.
    pub media: u64,
    /// Sounds.
    pub audio: u64,
    /// Files of any other kind.
    pub documents: u64,
    /// Messages with an address of the web.
    pub links: u64,
}

/// What a conversation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ConversationBytes {
    /// Which.
    #[serde(with = "text")]
    pub conversation: super::Target,
    /// Bytes of its texts and files.
    pub bytes: u64,
}

/// A found message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// Where its words are, in bytes of the text's UTF-8; none for a word of the file's name.
    pub ranges: Vec<Range>,
}

/// Custody for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipientCustody {
    /// Who.
    #[serde(with = "text")]
    pub user: UserId,
    /// Proven steps.
    pub custody: Vec<CustodyStep>,
}

/// A changed safety number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafetyChange {
    /// From the log, such as `reset`.
    pub cause: String,
    /// Who signed it, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<String>,
    /// When.
    pub time: Time,
}

/// What the core knows for `status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CoreStatus {
    /// Myself.
    pub me: super::Me,
    /// The login server.
    pub server: super::ServerStatus,
    /// The signed directory.
    pub directory: super::DirectoryStatus,
    /// End of my lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Time>,
    /// The server's clock minus mine.
    pub clock_skew_ms: i64,
    /// Linked peers.
    pub peers: super::PeerCounts,
    /// Messages not delivered yet.
    pub waiting_messages: u64,
    /// Policy in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<super::PolicyView>,
}
