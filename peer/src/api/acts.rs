//! What a program can do to messages and conversations once they are there; each is one call of the JSON-RPC twin.

use super::{Contact, Conversation, Message, Peer, unexpected};
use crate::model::{
    self, Answer, Call, ContactAnswer, ContactAsk, ContactRequested, ConversationSet, DeleteFor, Device,
    DraftSet, Failure, MessageDelete, MessageEdit, MessageReact, MessageTyping, OneConversation, OneMessage,
    OneUser, Settings, SettingsSet, TargetRef, TimerSet, UserRef,
};

impl Message {
    async fn changed(&self, call: Call) -> Result<Self, Failure> {
        match self.peer().call(call).await? {
            Answer::Message { message } => Ok(Self::new(self.peer().clone(), message)),
            _ => Err(unexpected()),
        }
    }

    /// Gives an own message another text, within a day. Both sides keep the earlier ones.
    ///
    /// # Errors
    /// `E-API-9` for a message of somebody else, a deleted one, or too late; those of [`Conversation::send`].
    pub async fn edit(&self, text: impl Into<String>) -> Result<Self, Failure> {
        let (id, text) = (self.id(), text.into());
        self.changed(Call::MessageEdit(MessageEdit { id, text, mentions: Vec::new() })).await
    }

    /// Deletes its content here, or asks the other side to do so too, which takes an own message.
    ///
    /// # Errors
    /// `E-API-9` when it is deleted already, or not mine.
    pub async fn delete(&self, whom: DeleteFor) -> Result<Self, Failure> {
        self.changed(Call::MessageDelete(MessageDelete { id: self.id(), whom })).await
    }

    /// Sets an emoji on it, or takes it away.
    ///
    /// # Errors
    /// `E-API-3` for what is no emoji, `E-API-9` when the message is deleted.
    pub async fn react(&self, emoji: impl Into<String>, on: bool) -> Result<Self, Failure> {
        self.changed(Call::MessageReact(MessageReact { id: self.id(), emoji: emoji.into(), on })).await
    }

    /// Takes it back, if nothing of it has left this computer; says whether.
    ///
    /// # Errors
    /// `E-API-9` for a message that was received.
    pub async fn cancel(&self) -> Result<bool, Failure> {
        match self.peer().call(Call::MessageCancel(OneMessage { id: self.id() })).await? {
            Answer::Cancelled { cancelled } => Ok(cancelled),
            _ => Err(unexpected()),
        }
    }

    /// Tries at once whatever can be tried to deliver it.
    ///
    /// # Errors
    /// `E-API-9` for a message that was received.
    pub async fn retry(&self) -> Result<Self, Failure> {
        self.changed(Call::MessageRetry(OneMessage { id: self.id() })).await
    }
}

impl Conversation {
    fn named(&self) -> TargetRef {
        TargetRef::Id(self.target())
    }

    /// Tells the other side, if it is there and both want it, that a text is being written. May be called at every key.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn typing(&self, on: bool) -> Result<(), Failure> {
        let call = MessageTyping { conversation: self.named(), on };
        self.peer().call(Call::MessageTyping(call)).await.map(|_| ())
    }

    /// Messages from now on disappear so many milliseconds after they are read; 0 is off. Both sides see the change.
    ///
    /// # Errors
    /// `E-API-3` beyond a year, and those of [`Self::send`].
    pub async fn set_timer(&self, ms: u64) -> Result<(), Failure> {
        self.peer().call(Call::TimerSet(TimerSet { conversation: self.named(), ms })).await.map(|_| ())
    }

    /// What was begun and not sent; empty when there is nothing.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn draft(&self) -> Result<String, Failure> {
        match self.peer().call(Call::DraftGet(OneConversation { conversation: self.named() })).await? {
            Answer::Draft { text } => Ok(text),
            _ => Err(unexpected()),
        }
    }

    /// Keeps what was begun, on this computer only.
    ///
    /// # Errors
    /// `E-MSG-3` when it is too long for a message.
    pub async fn set_draft(&self, text: impl Into<String>) -> Result<(), Failure> {
        let call = DraftSet { conversation: self.named(), text: text.into() };
        self.peer().call(Call::DraftSet(call)).await.map(|_| ())
    }

    /// Pins, mutes, or marks as unread; `None` leaves a mark as it is.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn mark(
        &self,
        pinned: Option<bool>,
        muted: Option<bool>,
        unread: Option<bool>,
    ) -> Result<(), Failure> {
        let call = ConversationSet { conversation: self.named(), pinned, muted, unread };
        self.peer().call(Call::ConversationSet(call)).await.map(|_| ())
    }
}

impl Contact {
    /// Asks whether we may write to each other, where Policy wants that.
    ///
    /// # Errors
    /// `E-API-9` when there is nothing to ask, or it was asked less than a week ago.
    pub async fn request(&self, note: Option<String>) -> Result<(), Failure> {
        let call = ContactAsk { user: UserRef::Id(self.user()), note };
        self.peer().call(Call::ContactRequest(call)).await.map(|_| ())
    }

    /// Answers their request; a no is not sent.
    ///
    /// # Errors
    /// `E-API-6` when they do not ask.
    pub async fn answer(&self, accept: bool) -> Result<(), Failure> {
        let call = ContactAnswer { user: UserRef::Id(self.user()), accept };
        self.peer().call(Call::ContactAnswer(call)).await.map(|_| ())
    }

    /// Starts a fresh secure session, shown as a line on both sides.
    ///
    /// # Errors
    /// `E-PEER-1` when they are not linked, `E-API-9` too soon after the last one.
    pub async fn rekey(&self) -> Result<(), Failure> {
        let call = OneUser { user: UserRef::Id(self.user()) };
        self.peer().call(Call::SessionRekey(call)).await.map(|_| ())
    }
}

impl Peer {
    /// Devices of this account.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn devices(&self) -> Result<Vec<Device>, Failure> {
        match self.call(Call::DeviceList).await? {
            Answer::Devices { devices } => Ok(devices),
            _ => Err(unexpected()),
        }
    }

    /// The settings.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn settings(&self) -> Result<Settings, Failure> {
        match self.call(Call::SettingsGet).await? {
            Answer::Settings { settings } => Ok(settings),
            _ => Err(unexpected()),
        }
    }

    /// Changes settings.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn set_settings(&self, change: SettingsSet) -> Result<Settings, Failure> {
        match self.call(Call::SettingsSet(change)).await? {
            Answer::Settings { settings } => Ok(settings),
            _ => Err(unexpected()),
        }
    }

    /// Open contact requests: those that ask me, and those that I asked.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn contact_requests(&self) -> Result<(Vec<ContactRequested>, Vec<ContactRequested>), Failure> {
        match self.call(Call::ContactRequests).await? {
            Answer::Requests { incoming, outgoing } => Ok((incoming, outgoing)),
            _ => Err(unexpected()),
        }
    }
}

impl super::Outgoing {
    /// Names people in the text.
    pub fn mentioning(mut self, mentions: Vec<model::Mention>) -> Self {
        self.mentions = mentions;
        self
    }
}
