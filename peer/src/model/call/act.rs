//! Parameters of what is done to messages and conversations once they are there.

use super::params;
use crate::model::{Mention, MessageId, TargetRef, UserRef, text};

/// For whom a message is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeleteFor {
    /// On this computer.
    Me,
    /// On the other side too, which is asked to.
    Everyone,
}

params! {
    /// `message.edit`
    MessageEdit { /// An own message.
        #[serde(with = "text")] id: MessageId, /// The new text, or a file's caption.
        text: String, /// Who is named in it.
        #[serde(default)] mentions: Vec<Mention> }
    /// `message.delete`
    MessageDelete { /// Which.
        #[serde(with = "text")] id: MessageId, /// For whom.
        #[serde(rename = "for")] whom: DeleteFor }
    /// `message.react`
    MessageReact { /// Which.
        #[serde(with = "text")] id: MessageId, /// One emoji, at most 64 bytes.
        emoji: String, /// Set, or cleared.
        on: bool }
    /// `message.typing`
    MessageTyping { /// Where.
        #[serde(with = "text")] conversation: TargetRef, /// Began, or ended.
        on: bool }
    /// `timer.set`
    TimerSet { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// 0 is off; counted in whole seconds, rounded up.
        ms: u64 }
    /// One conversation: `draft.get`, `conversation.count`, `erase.conversation`
    OneConversation { /// Which.
        #[serde(with = "text")] conversation: TargetRef }
    /// `draft.set`
    DraftSet { /// Which conversation.
        #[serde(with = "text")] conversation: TargetRef, /// Empty: none.
        text: String }
    /// `conversation.set`; absent fields stay.
    ConversationSet { /// Which.
        #[serde(with = "text")] conversation: TargetRef, /// Kept on top.
        #[serde(default)] pinned: Option<bool>, /// Notifies nobody.
        #[serde(default)] muted: Option<bool>, /// Marked as unread, until it is read again.
        #[serde(default)] unread: Option<bool> }
    /// `settings.set`; absent fields stay.
    #[derive(Default)]
    SettingsSet { /// Tell others when I have read their messages.
        #[serde(default)] read_receipts: Option<bool>, /// Tell others while I write.
        #[serde(default)] typing: Option<bool>, /// Search the local network at all times.
        #[serde(default)] lan_discovery: Option<bool>, /// Fetch files up to so many bytes without asking; 0 asks always.
        #[serde(default)] accept_up_to: Option<u64>, /// How long messages stay in conversations begun from then on; 0 is off.
        #[serde(default)] timer_ms: Option<u64> }
    /// `preferences.set`
    PreferencesSet { /// What a program in front keeps for itself, at most 4,096 bytes.
        preferences: String }
    /// `contact.request`
    ContactAsk { /// Whom.
        #[serde(with = "text")] user: UserRef, /// A short note, at most 300 characters.
        #[serde(default)] note: Option<String> }
    /// `contact.answer`
    ContactAnswer { /// Whom.
        #[serde(with = "text")] user: UserRef, /// Yes or no; a no is not sent.
        accept: bool }
}
