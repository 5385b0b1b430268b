//! Calls and their answers: the parameters and results of LIBRARY §3 as types. Unknown parameters are refused.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    Contact, ConversationSummary, CustodyStep, File, FileId, Message, MessageId, NotATarget, Path,
    PresenceStatus, Profile, SafetyLevel, Stats, TargetRef, Time, UserId, UserRef, text,
};

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    )*};
}

params! {
    /// `contact.list`
    ContactList { /// Part of a name.
        #[serde(default)] filter: Option<String> }
    /// One person: `contact.get`, `.block`, `.unblock`, `profile.get`, `.request`, `safety.get`, `.unverify`, `.accept`, `path.get`
    OneUser { /// Who.
        #[serde(with = "text")] user: UserRef }
    /// `presence.set`
    PresenceSet { /// The status.
        status: PresenceStatus, /// Own text, at most 80 characters.
        #[serde(default)] text: Option<String>, /// End of the status.
        #[serde(default)] until: Option<Time> }
    /// `profile.set`; absent fields stay, empty ones are cleared.
    #[derive(Default)]
    ProfileSet { /// Full name.
        #[serde(default)] full_name: Option<String>, /// Position.
        #[serde(default)] position: Option<String>, /// At most 2,000 characters.
        #[serde(default)] description: Option<String>, /// Location.
        #[serde(default)] location: Option<String>, /// A picture file; re-encoded without metadata.
        #[serde(default)] picture_path: Option<PathBuf>, /// Takes the picture away.
        #[serde(default)] picture_remove: Option<bool> }
    /// `message.send`
    MessageSend { /// To whom.
        #[serde(with = "text")] to: TargetRef, /// At most 64 KiB.
        text: String, /// Own random id: safe to repeat.
        #[serde(default, with = "text::option")] id: Option<MessageId>, /// The message it answers.
        #[serde(default, with = "text::option")] reply_to: Option<MessageId> }
    /// `message.list`
    MessageList { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// Older than this message.
        #[serde(default, with = "text::option")] before: Option<MessageId>, /// Newer than this message.
        #[serde(default, with = "text::option")] after: Option<MessageId>, /// On both sides of this message.
        #[serde(default, with = "text::option")] around: Option<MessageId>, /// At most 200.
        limit: u32 }
    /// One message: `message.get`, `.custody`, `.retry`
    OneMessage { /// Which.
        #[serde(with = "text")] id: MessageId }
    /// `message.markRead`
    MarkRead { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// The newest message read.
        #[serde(with = "text")] up_to: MessageId }
    /// `file.send`
    FileSend { /// To whom.
        #[serde(with = "text")] to: TargetRef, /// The file on this computer.
        path: PathBuf, /// Another name for it.
        #[serde(default)] name: Option<String>, /// Words beside it.
        #[serde(default)] caption: Option<String>, /// Own random message id: safe to repeat.
        #[serde(default, with = "text::option")] id: Option<MessageId> }
    /// One file: `file.accept`, `.decline`, `.pause`, `.resume`, `.cancel`
    OneFile { /// Which.
        #[serde(with = "text")] file: FileId }
    /// `file.save`
    FileSave { /// Which.
        #[serde(with = "text")] file: FileId, /// Where to.
        path: PathBuf, /// Whether an existing file is replaced.
        #[serde(default)] overwrite: bool }
    /// `file.list`
    FileList { /// Only of this conversation.
        #[serde(default, with = "text::option")] conversation: Option<TargetRef>, /// Only types that start so, such as `image/`.
        #[serde(default)] kind: Option<String>, /// Only transfers not ended.
        #[serde(default)] active: Option<bool> }
    /// `file.read`
    FileRead { /// Which.
        #[serde(with = "text")] file: FileId, /// First byte.
        offset: u64, /// At most 262,144.
        length: u32 }
    /// `safety.verify`
    SafetyVerify { /// Who.
        #[serde(with = "text")] user: UserRef, /// The 60 digits, blanks ignored.
        #[serde(default)] digits: Option<String>, /// Or the text of the QR code.
        #[serde(default)] qr: Option<String> }
    /// `stats.get`
    StatsGet { /// Only of this conversation.
        #[serde(default, with = "text::option")] conversation: Option<TargetRef> }
    /// `events.subscribe`
    EventsSubscribe { /// Only what came after this.
        #[serde(default)] after: Option<u64> }
    /// `events.ack`
    EventsAck { /// Everything up to this was seen.
        seq: u64 }
}

/// A call that the pure core answers. Enrolment, vault, login and the RPC's own calls belong to the driver.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// `contact.list`
    ContactList(ContactList),
    /// `contact.get`
    ContactGet(OneUser),
    /// `contact.block`
    ContactBlock(OneUser),
    /// `contact.unblock`
    ContactUnblock(OneUser),
    /// `presence.set`
    PresenceSet(PresenceSet),
    /// `profile.get`
    ProfileGet(OneUser),
    /// `profile.request`
    ProfileRequest(OneUser),
    /// `profile.set`
    ProfileSet(ProfileSet),
    /// `conversation.list`
    ConversationList,
    /// `message.send`
    MessageSend(MessageSend),
    /// `message.list`
    MessageList(MessageList),
    /// `message.get`
    MessageGet(OneMessage),
    /// `message.custody`
    MessageCustody(OneMessage),
    /// `message.markRead`
    MarkRead(MarkRead),
    /// `message.retry`
    MessageRetry(OneMessage),
    /// `file.send`
    FileSend(FileSend),
    /// `file.accept`
    FileAccept(OneFile),
    /// `file.decline`
    FileDecline(OneFile),
    /// `file.pause`
    FilePause(OneFile),
    /// `file.resume`
    FileResume(OneFile),
    /// `file.cancel`
    FileCancel(OneFile),
    /// `file.save`
    FileSave(FileSave),
    /// `file.list`
    FileList(FileList),
    /// `file.read`
    FileRead(FileRead),
    /// `safety.get`
    SafetyGet(OneUser),
    /// `safety.verify`
    SafetyVerify(SafetyVerify),
    /// `safety.unverify`
    SafetyUnverify(OneUser),
    /// `safety.accept`
    SafetyAccept(OneUser),
    /// `path.get`
    PathGet(OneUser),
    /// `stats.get`
    StatsGet(StatsGet),
    /// `events.subscribe`
    EventsSubscribe(EventsSubscribe),
    /// `events.ack`
    EventsAck(EventsAck),
    /// The core's part of `status`.
    Status,
}

/// The answer to a [`Call`]; serialised as the `result` of the JSON-RPC twin.
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
    /// `message.custody`
    Custody {
        /// Proven steps.
        custody: Vec<CustodyStep>,
        /// By recipient.
        recipients: Vec<RecipientCustody>,
    },
    /// `file.accept` and others
    File {
        /// The file now.
        file: File,
    },
    /// `file.save`
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

/// Why a call failed: a stable code, and details a program can use. Words come from the Fluent files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}")]
pub struct Failure {
    /// The stable code.
    pub code: conclave_proto::ErrorCode,
    /// When trying again makes sense, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// `details` of the JSON-RPC error, and the variables of its words.
    pub details: serde_json::Map<String, serde_json::Value>,
}

impl Failure {
    /// A failure without details.
    #[must_use]
    pub fn new(code: conclave_proto::ErrorCode) -> Self {
        Self { code, retry_after_ms: None, details: serde_json::Map::new() }
    }

    /// A failure told by the server: its code and when to come back.
    pub(crate) fn wire(code: u32, wait_ms: u32) -> Self {
        let code = conclave_proto::ErrorCode::from_number(code).unwrap_or(conclave_proto::ErrorCode::Bug);
        let retry_after_ms = (wait_ms > 0).then_some(u64::from(wait_ms));
        Self { retry_after_ms, ..Self::new(code) }
    }

    /// A `Refusal` frame as a failure.
    pub(crate) fn refusal(frame: &conclave_proto::Frame) -> Self {
        match frame.parse::<conclave_proto::schema::Refusal>() {
            Ok(refusal) => Self::wire(refusal.code, refusal.wait_ms).with("newest", refusal.newest),
            Err(_) => Self::new(conclave_proto::ErrorCode::ServerUnreachable),
        }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }
}

impl From<NotATarget> for Failure {
    fn from(_: NotATarget) -> Self {
        Self::new(conclave_proto::ErrorCode::ApiParams)
    }
}
