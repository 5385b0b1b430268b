//! Disappearing messages (PROTOCOL §2.5, TIMER and timer_s): a courtesy between the two, not a protection.
//!
//! ```text
//! timer.set, or a first message of mine ─► TIMER, highest rank wins ─► timer_s of what is written from then on
//! incoming: counts from when it is read here     mine: from its delivery      ─► due: content erased, tombstone hidden
//! ```
//!
//! Due times are kept in their order, so that one deadline serves all and a restart goes on where it was.

use conclave_crypto::keys::{ConversationId, MessageId, UserId};
use conclave_crypto::plain::Body;
use conclave_proto::ErrorCode;
use serde_json::json;

use super::Core;
use super::actions::Rank;
use super::conversation::ConversationRecord;
use super::erase::Gone;
use super::gate::{Staged, Step};
use super::history::{StoredMessage, id16};
use super::records::parse;
use super::timers::Timer;
use crate::model::{Answer, Event, Failure, Target, Time, TimerSet};
use crate::record::{Key, Order, Read, Tree};

/// The longest timer that can be set here: a year.
pub(super) const MOST_TIMER: Time = 366 * 24 * 60 * 60 * 1000;
/// Messages erased, or begun to count, in one step; the next step follows at once.
const AT_ONCE: usize = 500;
/// Messages that may be due in the same millisecond.
const SLOTS: u32 = 16;

const GROUP: [u8; 16] = *b"messages expire\0";

#[derive(Clone, PartialEq, prost::Message)]
struct ExpiryRecord {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
}

/// A timer as conversations count it: whole seconds, rounded up.
pub(super) fn seconds(ms: Time) -> u32 {
    u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
}

impl<R: Read> Core<R> {
    /// `timer.set`.
    pub(super) fn timer_set(&mut self, step: &mut Step<'_>, call: &TimerSet) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        if call.ms > MOST_TIMER {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "ms"));
        }
        self.may_write_to(&user)?;
        let seconds = seconds(call.ms);
        if self.conversation(&user).timer_s != seconds {
            self.write_message(step, &user, None, &Body::Timer(seconds))?;
        }
        Ok(Answer::Done {})
    }

    /// Before the first message of a conversation that nobody has begun: the timer that this person begins with, as if
    /// they had set it by hand.
    pub(super) fn begin_with_timer(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let known = self.conversation(user);
        // What was taken off this computer has begun all the same.
        let begun = known.sent + known.received != 0 || known.timer_rank.is_some();
        let seconds = seconds(self.settings.timer_ms);
        if seconds != 0 && !begun {
            self.write_message(step, user, None, &Body::Timer(seconds))?;
        }
        Ok(())
    }

    /// A TIMER of either side was kept: the one of highest rank counts. Tells of the line.
    pub(super) fn take_timer(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        conversation: &mut ConversationRecord,
        rank: Rank,
        seconds: u32,
        mine: bool,
    ) {
        if conversation.timer_rank.as_ref().is_none_or(|known| *known < rank) {
            conversation.timer_s = seconds;
            conversation.timer_rank = Some(rank);
        }
        let by = if mine { self.setup.user } else { *user };
        let data = json!({ "ms": u64::from(seconds) * 1000, "by": by.to_string() });
        self.event(
            step,
            Event::ConversationLine { conversation: Target::User(*user), kind: "timer".to_owned(), data },
        );
    }

    /// From now on a message counts down, if it has a timer and did not before.
    pub(super) fn begin_expiry(
        &mut self,
        step: &mut Step<'_>,
        conversation: &ConversationId,
        key: u64,
        mut stored: StoredMessage,
    ) -> Result<(), Failure> {
        if !stored.is_content() || stored.timer_s == 0 || stored.expires_at != 0 || stored.gone != 0 {
            return Ok(());
        }
        stored.expires_at = step.now.saturating_add(u64::from(stored.timer_s) * 1000);
        let first = stored.expires_at << SLOTS;
        let range = first..first + (1 << SLOTS);
        let taken = self.scan(step, Tree::History, &GROUP, range, Order::Descending, 1)?;
        let seq = taken.first().map_or(first, |(last, _)| last + 1);
        step.save(Tree::History, Key::ordered(GROUP, seq), &ExpiryRecord { id: stored.id.clone() });
        step.save(Tree::History, Key::ordered(*conversation.as_bytes(), key), &stored);
        self.timers.sooner(Timer::Expiry, stored.expires_at);
        Ok(())
    }

    /// One of mine was delivered.
    pub(super) fn expire_delivered(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<(), Failure> {
        let (stored, key) = self.find_message(step, id)?;
        let user = id16(&stored.with, UserId::new)?;
        self.begin_expiry(step, &self.conversation_with(&user), key, stored)
    }

    /// What was read begins to count down.
    pub(super) fn expire_read(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let mut conversation = self.conversation(user);
        if !conversation.timed || conversation.counted_to >= conversation.read_to {
            return Ok(());
        }
        let id = self.conversation_with(user);
        let range = conversation.counted_to + 1..conversation.read_to + 1;
        let found = self.scan(step, Tree::History, id.as_bytes(), range, Order::Ascending, AT_ONCE)?;
        conversation.counted_to = match found.last() {
            Some((last, _)) if found.len() == AT_ONCE => {
                self.timers.sooner(Timer::Expiry, step.now);
                *last
            }
            _ => conversation.read_to,
        };
        for (key, bytes) in found {
            let stored: StoredMessage = parse(&bytes)?;
            if stored.incoming {
                self.begin_expiry(step, &id, key, stored)?;
            }
        }
        self.save_conversation(step, user, conversation);
        Ok(())
    }

    /// Erases what is due and plans for what comes next.
    pub(super) fn expire(&mut self, step: &mut Step<'_>) -> Result<(), Failure> {
        let behind: Vec<UserId> = self
            .conversations
            .iter()
            .filter(|(_, record)| record.timed && record.counted_to < record.read_to)
            .map(|(user, _)| *user)
            .collect();
        for user in behind {
            self.expire_read(step, &user)?;
        }
        let due = 0..step.now.saturating_add(1) << SLOTS;
        let found = self.scan(step, Tree::History, &GROUP, due, Order::Ascending, AT_ONCE)?;
        for (seq, bytes) in found {
            step.delete(Tree::History, Key::ordered(GROUP, seq));
            let id = id16(&parse::<ExpiryRecord>(&bytes)?.id, MessageId::new)?;
            // Deleted meanwhile, or with its whole conversation.
            let Ok((stored, key)) = self.find_message(step, &id) else { continue };
            if stored.gone == 0 {
                let user = id16(&stored.with, UserId::new)?;
                let at = stored.expires_at;
                self.erase(step, &user, stored, key, Gone::Expired, at)?;
            }
        }
        self.plan_expiry(step)
    }

    /// Sets the deadline for the next message that is due.
    pub(super) fn plan_expiry(&mut self, step: &Staged) -> Result<(), Failure> {
        let next = self.scan(step, Tree::History, &GROUP, 0..u64::MAX, Order::Ascending, 1)?;
        if let Some((seq, _)) = next.first() {
            self.timers.sooner(Timer::Expiry, seq >> SLOTS);
        }
        Ok(())
    }
}
