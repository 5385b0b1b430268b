//! Drafts and marks of a conversation: mine alone, never sent.

use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use super::Core;
use super::compose::MOST_TEXT;
use super::gate::{Staged, Step};
use super::records::{damaged, name};
use crate::model::{Answer, ConversationSet, DraftSet, Failure, OneConversation};
use crate::record::{Key, Read, Tree};

pub(super) fn draft_key(user: &UserId) -> Key {
    name(b'd', &[user.as_bytes()])
}

impl<R: Read> Core<R> {
    /// The draft of a conversation; empty when there is none.
    pub(super) fn draft(&self, step: &Staged, user: &UserId) -> Result<String, Failure> {
        let bytes = self.get(step, Tree::History, &draft_key(user))?.unwrap_or_default();
        String::from_utf8(bytes.to_vec()).map_err(|_| damaged())
    }

    /// `draft.get`.
    pub(super) fn draft_get(&self, step: &Staged, call: &OneConversation) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        Ok(Answer::Draft { text: self.draft(step, &user)? })
    }

    /// `draft.set`.
    pub(super) fn draft_set(&mut self, step: &mut Step<'_>, call: DraftSet) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        if call.text.len() > MOST_TEXT {
            return Err(Failure::new(ErrorCode::MessageTooLong).with("n", call.text.len() - MOST_TEXT));
        }
        let mut conversation = self.conversation(&user);
        conversation.drafted = !call.text.is_empty();
        if call.text.is_empty() {
            step.delete(Tree::History, draft_key(&user));
        } else {
            step.put(Tree::History, draft_key(&user), Zeroizing::new(call.text.into_bytes()));
        }
        self.save_conversation(step, &user, conversation);
        Ok(Answer::Done {})
    }

    /// `conversation.set`.
    pub(super) fn conversation_set(
        &mut self,
        step: &mut Step<'_>,
        call: &ConversationSet,
    ) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        let mut conversation = self.conversation(&user);
        conversation.pinned = call.pinned.unwrap_or(conversation.pinned);
        conversation.muted = call.muted.unwrap_or(conversation.muted);
        conversation.marked = call.unread.unwrap_or(conversation.marked);
        self.save_conversation(step, &user, conversation);
        Ok(Answer::Done {})
    }
}
