//! Calls and their parameters: those of LIBRARY §3 as types. Unknown parameters are refused.

mod act;
mod contact;
mod event;
mod file;
mod message;

pub use act::*;
pub use contact::*;
pub use event::*;
pub use file::*;
pub use message::*;

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    )*};
}

use params;

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
    /// `presence.get`
    PresenceGet,
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
    /// `conversation.count`
    ConversationCount(OneConversation),
    /// `message.send`
    MessageSend(MessageSend),
    /// `message.list`
    MessageList(MessageList),
    /// `message.get`
    MessageGet(OneMessage),
    /// `message.search`
    MessageSearch(MessageSearch),
    /// `export.conversation`
    ExportConversation(ExportConversation),
    /// `export.data`
    ExportData(ExportData),
    /// `directory.export`
    DirectoryExport(DirectoryExport),
    /// `directory.acts`
    DirectoryActs(DirectoryActs),
    /// `storage.get`
    StorageGet,
    /// `storage.compact`
    StorageCompact,
    /// `erase.conversation`
    EraseConversation(OneConversation),
    /// `message.custody`
    MessageCustody(OneMessage),
    /// `message.markRead`
    MarkRead(MarkRead),
    /// `message.retry`
    MessageRetry(OneMessage),
    /// `message.edit`
    MessageEdit(MessageEdit),
    /// `message.delete`
    MessageDelete(MessageDelete),
    /// `message.react`
    MessageReact(MessageReact),
    /// `message.cancel`
    MessageCancel(OneMessage),
    /// `message.typing`
    MessageTyping(MessageTyping),
    /// `timer.set`
    TimerSet(TimerSet),
    /// `draft.get`
    DraftGet(OneConversation),
    /// `draft.set`
    DraftSet(DraftSet),
    /// `conversation.set`
    ConversationSet(ConversationSet),
    /// `contact.request`
    ContactRequest(ContactAsk),
    /// `contact.requests`
    ContactRequests,
    /// `contact.answer`
    ContactAnswer(ContactAnswer),
    /// `session.rekey`
    SessionRekey(OneUser),
    /// `device.list`
    DeviceList,
    /// `settings.get`
    SettingsGet,
    /// `settings.set`
    SettingsSet(SettingsSet),
    /// `preferences.get`
    PreferencesGet,
    /// `preferences.set`
    PreferencesSet(PreferencesSet),
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

impl Call {
    /// Whether it leaves the profile as it is: such a call is answered also while the disk takes no write.
    #[must_use]
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Self::ContactList(_)
                | Self::ContactGet(_)
                | Self::ContactRequests
                | Self::ProfileGet(_)
                | Self::PresenceGet
                | Self::ConversationList
                | Self::ConversationCount(_)
                | Self::MessageList(_)
                | Self::MessageGet(_)
                | Self::MessageSearch(_)
                | Self::MessageCustody(_)
                | Self::ExportConversation(_)
                | Self::ExportData(_)
                | Self::DirectoryExport(_)
                | Self::DirectoryActs(_)
                | Self::StorageGet
                | Self::DraftGet(_)
                | Self::DeviceList
                | Self::SettingsGet
                | Self::PreferencesGet
                | Self::FileSave(_)
                | Self::FileList(_)
                | Self::FileRead(_)
                | Self::SafetyGet(_)
                | Self::PathGet(_)
                | Self::StatsGet(_)
                | Self::EventsSubscribe(_)
                | Self::Status
        )
    }
}
