//! Acts on messages that are not here yet: kept until they come.

use conclave_crypto::keys::{MessageId, UserId};

use super::{Operation, acts_key};
use crate::core::Core;
use crate::core::conversation::ConversationRecord;
use crate::core::erase::Gone;
use crate::core::gate::Step;
use crate::core::history::StoredMessage;
use crate::model::{Event, Failure, Target};
use crate::record::{Read, Tree};

/// Messages per conversation that acts may speak of before they come: more is the work of a hostile peer.
const MOST_EARLY: u64 = 10_000;

impl<R: Read> Core<R> {
    /// The message is not here: it is on its way by another path, or will never come.
    pub(super) fn apply_early(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        mine: bool,
        target: &MessageId,
        operation: Operation,
    ) -> Result<(), Failure> {
        let known = self.acts(step, user, target)?;
        let first = known.is_none();
        let mut conversation = self.conversation(user);
        if first && conversation.early >= MOST_EARLY {
            return Ok(());
        }
        // Only an author edits: the message is theirs, and it is missing.
        let missing = first && !mine && matches!(operation, Operation::Edit(_));
        let mut acts = known.unwrap_or_default();
        if acts.take(mine, operation) {
            step.save(Tree::History, acts_key(user, target), &acts);
            if first {
                conversation.early += 1;
                self.save_conversation(step, user, conversation);
                if missing {
                    self.event(
                        step,
                        Event::MessageMissing { conversation: Target::User(*user), author: *user, count: 1 },
                    );
                }
            }
        }
        Ok(())
    }

    /// A message came: what was done to it before counts from now on.
    pub(in crate::core) fn take_early_acts(
        &self,
        step: &mut Step<'_>,
        user: &UserId,
        id: &MessageId,
        stored: &mut StoredMessage,
        conversation: &mut ConversationRecord,
    ) -> Result<(), Failure> {
        let Some(mut acts) = self.acts(step, user, id)? else { return Ok(()) };
        conversation.early = conversation.early.saturating_sub(1);
        let by_me = !stored.incoming;
        if !stored.is_content() {
            let of = acts.of_mut(by_me);
            of.edits.clear();
            of.reactions.clear();
            acts.of_mut(!by_me).reactions.clear();
            if !stored.unknown {
                acts.of_mut(by_me).deleted = 0;
            }
        }
        acts.settle(by_me);
        if let Some(at) = acts.deleted(by_me) {
            stored.bury(Gone::Everywhere, at);
            self.forget_acts(step, user, id);
        } else if acts.is_empty() {
            self.forget_acts(step, user, id);
        } else {
            stored.acted = true;
            stored.take_edit(&acts);
            step.save(Tree::History, acts_key(user, id), &acts);
        }
        Ok(())
    }
}
