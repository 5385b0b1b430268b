//! `erase.conversation` and `storage.*`: what lies on this computer, and how it goes.
//!
//! Erasing takes the messages of a conversation a few thousand at a time, then compacts the store, so that their words
//! are in no file any more. What stays is their bare ids, so that a late duplicate is not shown again.

use conclave_crypto::keys::{MessageId, UserId};
use conclave_proto::ErrorCode;

use super::drafts::draft_key;
use super::effect::{Effect, Job, JobId};
use super::gate::Step;
use super::history::{IndexRecord, StoredMessage, id16};
use super::input::CallId;
use super::records::{name, parse};
use super::{Core, Pending};
use crate::model::{Answer, ConversationBytes, Failure, FileId, Sizes, Target, TargetRef};
use crate::record::{Key, Order, Read, Tree};

/// Messages erased in one step.
const AT_ONCE: usize = 2000;

impl<R: Read> Core<R> {
    /// `erase.conversation`.
    pub(super) fn erase_conversation(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        target: &TargetRef,
    ) -> Result<Option<Answer>, Failure> {
        let user = self.resolve_target(target)?;
        if self.peers.get(&user).is_some_and(|peer| !peer.outbox.is_empty()) {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "waiting"));
        }
        self.erase_some(step, call, &user)?;
        Ok(None)
    }

    /// Erases some messages; the job that follows leads to the next ones, or to the answer.
    pub(super) fn erase_some(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        user: &UserId,
    ) -> Result<(), Failure> {
        let id = self.conversation_with(user);
        let found = self.scan(step, Tree::History, id.as_bytes(), 0..u64::MAX, Order::Ascending, AT_ONCE)?;
        let left = found.len() == AT_ONCE;
        for (key, bytes) in found {
            let stored = parse::<StoredMessage>(&bytes)?;
            let message = id16(&stored.id, MessageId::new)?;
            if let Some(known) = self.index(step, &message)? {
                step.save(Tree::History, name(b'm', &[&stored.id]), &IndexRecord { key: 0, ..known });
            }
            step.delete(Tree::History, name(b'k', &[&stored.id]));
            self.forget_acts(step, user, &message);
            step.delete(Tree::History, Key::ordered(*id.as_bytes(), key));
            if let Ok(file) = <[u8; 32]>::try_from(stored.file.as_slice()) {
                self.erase_file(step, user, &FileId(file), !stored.incoming)?;
            }
        }
        if !left && self.conversations.contains_key(user) {
            let mut record = self.conversation(user);
            record.last = 0;
            record.unread = 0;
            record.text_bytes = 0;
            record.file_bytes = 0;
            record.drafted = false;
            step.delete(Tree::History, draft_key(user));
            self.save_conversation(step, user, record);
        }
        let pending = Pending::Erase { call, user: *user, left };
        let job = JobId(self.pend(pending));
        let what = if left { Job::Settle } else { Job::Compact };
        step.after(Effect::Job { job, what });
        Ok(())
    }

    /// `storage.get`: the disk knows the files, the core the conversations.
    pub(super) fn storage_get(&mut self, step: &mut Step<'_>, call: CallId, compact: bool) {
        let (pending, what) = if compact {
            (Pending::Compact(call), Job::Compact)
        } else {
            (Pending::Storage(call), Job::Measure)
        };
        let job = JobId(self.pend(pending));
        step.soon(Effect::Job { job, what });
    }

    pub(super) fn storage(&self, sizes: Sizes) -> Answer {
        let of = |(user, record): (&UserId, &super::conversation::ConversationRecord)| ConversationBytes {
            conversation: Target::User(*user),
            bytes: record.text_bytes.saturating_add(record.file_bytes),
        };
        Answer::Storage { sizes, by_conversation: self.conversations.iter().map(of).collect() }
    }
}
