//! Parameters about messages and conversations.

use super::params;
use crate::model::{Mention, MessageId, TargetRef, Time, UserRef, text};
use crate::search::{Cursor, DocumentKind};

params! {
    /// `message.send`
    MessageSend { /// To whom.
        #[serde(with = "text")] to: TargetRef, /// At most 64 KiB.
        text: String, /// Own random id: safe to repeat.
        #[serde(default, with = "text::option")] id: Option<MessageId>, /// The message it answers.
        #[serde(default, with = "text::option")] reply_to: Option<MessageId>, /// Who is named in the text.
        #[serde(default)] mentions: Vec<Mention> }
    /// `message.list`
    MessageList { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// Older than this message.
        #[serde(default, with = "text::option")] before: Option<MessageId>, /// Newer than this message.
        #[serde(default, with = "text::option")] after: Option<MessageId>, /// On both sides of this message.
        #[serde(default, with = "text::option")] around: Option<MessageId>, /// At most 200.
        limit: u32, /// With the lines between messages: session restarts, changed timers.
        #[serde(default)] lines: Option<bool> }
    /// `export.conversation`
    ExportConversation { /// Which.
        #[serde(with = "text")] conversation: TargetRef, /// Where to; nothing may be there.
        path: std::path::PathBuf, /// As what.
        format: ExportFormat }
    /// `export.data`, whose password is not the core's to ask: `Peer::export_data` does.
    ExportData { /// Where to.
        path: std::path::PathBuf, /// Whether a file that is there is replaced.
        #[serde(default)] overwrite: bool }
    /// `directory.export`
    DirectoryExport { /// Where to; nothing may be there.
        path: std::path::PathBuf }
    /// `directory.acts`
    DirectoryActs { /// Only leaves before this one; the end of the log when absent.
        #[serde(default)] before: Option<u64>, /// Acts at most, 1 to 200; 50 when absent.
        #[serde(default)] limit: Option<u32> }
    /// `message.search`
    MessageSearch { /// Words; the last one may be the beginning of one. At most 1 KiB and 16 words.
        query: String, /// Only of this conversation.
        #[serde(default, with = "text::option")] conversation: Option<TargetRef>, /// Only by this person.
        #[serde(default, with = "text::option")] from: Option<UserRef>, /// Not written before.
        #[serde(default)] since: Option<Time>, /// Not written after.
        #[serde(default)] until: Option<Time>, /// Only of this kind.
        #[serde(default)] kind: Option<DocumentKind>, /// At most 100; 50 unless said.
        #[serde(default)] limit: Option<u32>, /// From the answer before.
        #[serde(default, with = "text::option")] cursor: Option<Cursor> }
    /// One message: `message.get`, `.custody`, `.retry`, `.cancel`
    OneMessage { /// Which.
        #[serde(with = "text")] id: MessageId }
    /// `message.markRead`
    MarkRead { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// The newest message read.
        #[serde(with = "text")] up_to: MessageId }
    /// `stats.get`
    StatsGet { /// Only of this conversation.
        #[serde(default, with = "text::option")] conversation: Option<TargetRef> }
}

/// How a conversation is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// For programs.
    Json,
    /// For people: text only.
    Html,
}
