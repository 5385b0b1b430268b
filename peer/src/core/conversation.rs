//! Conversations of two: logical clock, order, summaries (PROTOCOL §2.5, Plaintext).
//!
//! ```text
//! history key = (conversation, clock << 8 | slot)     slot: order of arrival among equal clocks
//! order shown = (clock, sender device, message id)    position = its text form, the same on every computer
//! ```

use conclave_crypto::keys::{ConversationId, DeviceId, MessageId, UserId};
use conclave_proto::ErrorCode;

use super::Core;
use super::actions::Rank;
use super::gate::{Staged, Step};
use super::records::name;
use crate::model::{Answer, ConversationSummary, Failure, Target, TargetRef, Time, UserRef};
use crate::record::{Read, Tree};

/// Messages of one clock value that can be kept: honest people make one each.
pub(super) const SLOTS: u64 = 256;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ConversationRecord {
    /// Highest logical clock kept.
    #[prost(uint64, tag = "1")]
    pub(super) clock: u64,
    /// History key of the newest message; 0 when none.
    #[prost(uint64, tag = "2")]
    pub(super) last: u64,
    #[prost(uint64, tag = "3")]
    pub(super) unread: u64,
    /// History key up to which incoming messages are read.
    #[prost(uint64, tag = "4")]
    pub(super) read_to: u64,
    /// History key up to which READ was handed to a link.
    #[prost(uint64, tag = "5")]
    pub(super) read_sent: u64,
    #[prost(uint64, tag = "6")]
    pub(super) sent: u64,
    #[prost(uint64, tag = "7")]
    pub(super) received: u64,
    #[prost(uint64, tag = "8")]
    pub(super) text_bytes: u64,
    #[prost(uint64, tag = "9")]
    pub(super) file_bytes: u64,
    #[prost(uint64, tag = "10")]
    pub(super) since: u64,
    #[prost(bytes = "vec", tag = "11")]
    pub(super) last_good: Vec<u8>,
    #[prost(bool, tag = "12")]
    pub(super) pinned: bool,
    #[prost(bool, tag = "13")]
    pub(super) muted: bool,
    /// Marked as unread by hand.
    #[prost(bool, tag = "14")]
    pub(super) marked: bool,
    #[prost(bool, tag = "15")]
    pub(super) drafted: bool,
    /// Timer of disappearing messages; 0 is off.
    #[prost(uint32, tag = "16")]
    pub(super) timer_s: u32,
    /// The TIMER that set it.
    #[prost(message, optional, tag = "17")]
    pub(super) timer_rank: Option<Rank>,
    /// Some incoming message has a timer.
    #[prost(bool, tag = "18")]
    pub(super) timed: bool,
    /// History key up to which what was read counts down.
    #[prost(uint64, tag = "19")]
    pub(super) counted_to: u64,
    /// Messages that acts speak of and that are not here.
    #[prost(uint64, tag = "20")]
    pub(super) early: u64,
    /// When the other person moved to the device in use; 0 when it was always the same.
    #[prost(uint64, tag = "30")]
    pub(super) device_since: u64,
    /// The newest message of theirs up to which nothing can be missing, while they have not been asked; else empty.
    #[prost(bytes = "vec", tag = "31")]
    pub(super) base: Vec<u8>,
    /// History key from which on this computer wrote after it had gone back to an old copy; 0 when it never did.
    #[prost(uint64, tag = "32")]
    pub(super) forgot: u64,
    /// When the other person's account key changed; 0 when it never did.
    #[prost(uint64, tag = "33")]
    pub(super) identity_since: u64,
}

impl ConversationRecord {
    /// The newest message of the other person that was kept; zeros when there is none.
    pub(super) fn last_good_id(&self) -> MessageId {
        MessageId::new(<[u8; 16]>::try_from(self.last_good.as_slice()).unwrap_or_default())
    }

    /// The message to ask about after a start.
    pub(super) fn base_id(&self) -> MessageId {
        <[u8; 16]>::try_from(self.base.as_slice()).map_or_else(|_| self.last_good_id(), MessageId::new)
    }
}

/// Clock part of a history key.
pub(super) const fn clock_of(key: u64) -> u64 {
    key >> 8
}

/// `position`: sorts as (clock, device, message id).
pub(super) fn position(clock: u64, device: &DeviceId, id: &MessageId) -> String {
    let (device, id) = (device.to_string(), id.to_string());
    format!("{clock:016x}-{}-{}", device.get(..8).unwrap_or(&device), id.get(..8).unwrap_or(&id))
}

impl<R: Read> Core<R> {
    /// The conversation with a person.
    pub(super) fn conversation_with(&self, user: &UserId) -> ConversationId {
        ConversationId::between(&self.setup.org, &self.setup.user, user)
    }

    /// The state of a conversation; an empty one if nothing was ever written.
    pub(super) fn conversation(&self, user: &UserId) -> ConversationRecord {
        self.conversations.get(user).cloned().unwrap_or_default()
    }

    /// Keeps and stages the state of a conversation.
    pub(super) fn save_conversation(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        record: ConversationRecord,
    ) {
        step.save(Tree::History, name(b'c', &[user.as_bytes()]), &record);
        self.conversations.insert(*user, record);
    }

    /// The first free history key of a clock value.
    pub(super) fn free_key(
        &self,
        step: &Staged,
        conversation: &ConversationId,
        clock: u64,
    ) -> Result<Option<u64>, Failure> {
        let first = clock << 8;
        let found = self.scan(
            step,
            Tree::History,
            conversation.as_bytes(),
            first..first + SLOTS,
            crate::record::Order::Descending,
            1,
        )?;
        Ok(match found.first() {
            None => Some(first),
            Some((last, _)) if last + 1 < first + SLOTS => Some(last + 1),
            Some(_) => None,
        })
    }

    /// A person of the directory, by id or name.
    pub(super) fn resolve_user(&self, who: &UserRef) -> Result<UserId, Failure> {
        let not_found = || Failure::new(ErrorCode::ApiNotFound);
        let user = match who {
            UserRef::Id(id) => self.log.directory.user(id),
            UserRef::Name(name) => self.log.directory.user_by_name(&name.to_ascii_lowercase()),
        };
        user.map(|user| user.id).ok_or_else(not_found)
    }

    /// The person a target names. Rooms are not there yet.
    pub(super) fn resolve_target(&self, target: &TargetRef) -> Result<UserId, Failure> {
        match target {
            TargetRef::Id(Target::User(id)) => self.resolve_user(&UserRef::Id(*id)),
            TargetRef::UserName(name) => self.resolve_user(&UserRef::Name(name.clone())),
            TargetRef::Id(Target::Room(_)) | TargetRef::RoomName(_) => {
                Err(Failure::new(ErrorCode::ApiNotFound))
            }
        }
    }

    /// `conversation.list`: pinned ones first, each group newest first.
    pub(super) fn conversation_list(&mut self, step: &Staged) -> Result<Answer, Failure> {
        let mut lines: Vec<(bool, Time, ConversationSummary)> = Vec::new();
        for (user, record) in &self.conversations {
            if record.last == 0 && !record.drafted && !record.pinned {
                continue;
            }
            let id = self.conversation_with(user);
            let newest = self.message_at(step, &id, record.last)?;
            let at = newest.as_ref().map_or(0, |(stored, _)| stored.at);
            let last = match newest {
                Some((stored, key)) if stored.is_listed(false) => Some(self.show(step, &stored, key)?),
                _ => self.newest_listed(step, &id)?,
            };
            let draft = if record.drafted { Some(self.draft(step, user)?) } else { None };
            let line = ConversationSummary {
                conversation: Target::User(*user),
                title: self.display_name(user),
                last,
                unread: record.unread.max(u64::from(record.marked)),
                pinned: record.pinned,
                muted: record.muted,
                timer_ms: u64::from(record.timer_s) * 1000,
                draft,
            };
            lines.push((record.pinned, at, line));
        }
        lines.sort_by_key(|(pinned, at, _)| std::cmp::Reverse((*pinned, *at)));
        Ok(Answer::Conversations { conversations: lines.into_iter().map(|(_, _, line)| line).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_sort_as_clock_then_device_then_message() {
        let device = |byte| DeviceId::new([byte; 16]);
        let id = |byte| MessageId::new([byte; 16]);
        let mut positions = vec![
            position(256, &device(1), &id(9)),
            position(2, &device(9), &id(1)),
            position(2, &device(1), &id(7)),
            position(2, &device(1), &id(3)),
        ];
        positions.sort();
        let want = [
            position(2, &device(1), &id(3)),
            position(2, &device(1), &id(7)),
            position(2, &device(9), &id(1)),
            position(256, &device(1), &id(9)),
        ];
        assert_eq!(positions, want);
    }
}
