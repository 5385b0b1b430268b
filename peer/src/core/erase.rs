//! Taking the content of a message away: text, versions, reactions, file. What stays is a tombstone with ids, place
//! and time, so that a duplicate is known and the content does not come back.

use conclave_crypto::keys::{MessageId, UserId};
use conclave_proto::ErrorCode;

use super::Core;
use super::gate::Step;
use super::history::{StoredMessage, id16};
use crate::model::{Answer, Changed, DeletedWhy, Failure, FileId, Time};
use crate::record::{Key, Read, Tree};

/// Why the content is gone, as it is kept; 0 is "it is there".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    Here = 1,
    Everywhere = 2,
    Expired = 3,
}

impl Gone {
    /// As it was kept.
    pub(super) const fn read(number: u32) -> Option<Self> {
        match number {
            0 => None,
            2 => Some(Self::Everywhere),
            3 => Some(Self::Expired),
            _ => Some(Self::Here),
        }
    }

    /// As the API names it.
    pub(super) const fn why(self) -> DeletedWhy {
        match self {
            Self::Here => DeletedWhy::Me,
            Self::Everywhere => DeletedWhy::Everyone,
            Self::Expired => DeletedWhy::Expired,
        }
    }
}

impl StoredMessage {
    /// Leaves a tombstone.
    pub(super) fn bury(&mut self, gone: Gone, at: Time) {
        *self = Self {
            id: std::mem::take(&mut self.id),
            with: std::mem::take(&mut self.with),
            device: std::mem::take(&mut self.device),
            digest: std::mem::take(&mut self.digest),
            incoming: self.incoming,
            kind: self.kind,
            time: self.time,
            at: self.at,
            gone: gone as u32,
            gone_at: at.max(1),
            ..Self::default()
        };
    }
}

impl<R: Read> Core<R> {
    /// Erases a message's content and tells of it.
    pub(super) fn erase(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        mut stored: StoredMessage,
        key: u64,
        gone: Gone,
        at: Time,
    ) -> Result<(), Failure> {
        let id = id16(&stored.id, MessageId::new)?;
        let mut conversation = self.conversation(user);
        if stored.counts() && key > conversation.read_to && conversation.unread > 0 {
            conversation.unread -= 1;
            self.save_conversation(step, user, conversation);
        }
        // Deleted on this computer only, it still goes where it was sent to; the outbox holds it until then.
        if !stored.incoming && gone == Gone::Everywhere {
            self.take_back(step, user, &id);
        }
        if let Ok(file) = <[u8; 32]>::try_from(stored.file.as_slice()) {
            self.erase_file(step, user, &FileId(file), !stored.incoming)?;
        }
        self.forget_acts(step, user, &id);
        stored.bury(gone, at);
        step.save(Tree::History, Key::ordered(*self.conversation_with(user).as_bytes(), key), &stored);
        let what = if gone == Gone::Expired { Changed::Expired } else { Changed::Deleted };
        self.message_changed(step, &id, what)
    }

    /// `message.cancel`: only while nothing of it has left this computer.
    pub(super) fn message_cancel(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, key) = self.find_message(step, id)?;
        if stored.incoming || !stored.line.is_empty() {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "received"));
        }
        let user = id16(&stored.with, UserId::new)?;
        let cancelled = self.is_still_here(&user, id);
        if cancelled {
            self.take_back(step, &user, id);
            self.erase(step, &user, stored, key, Gone::Here, step.now)?;
        }
        Ok(Answer::Cancelled { cancelled })
    }
}
