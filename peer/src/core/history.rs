//! Messages as they are kept: history records, where ids lead, pages.

use std::ops::Range;

use conclave_crypto::keys::{ConversationId, DeviceId, MessageId, UserId};
use conclave_crypto::plain::Kind;
use conclave_proto::ErrorCode;

use super::Core;
use super::actions::{Acts, MentionRecord};
use super::conversation::{SLOTS, clock_of, position};
use super::erase::Gone;
use super::gate::{Staged, Step};
use super::records::{damaged, name, parse};
use crate::model::{Answer, Failure, Message, MessageList, Time};
use crate::record::{Key, Order, Read, Tree};

/// Messages in one answer (LIBRARY §3, `message.list`).
pub(super) const PAGE: usize = 200;
/// An author's clock this far off ours marks the time shown as suspect (PROTOCOL, clock tolerance).
pub(super) const CLOCK_TOLERANCE: Time = 5 * 60 * 1000;

/// A message as kept.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct StoredMessage {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) id: Vec<u8>,
    /// The other person of the conversation.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) with: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) device: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub(super) incoming: bool,
    #[prost(uint32, tag = "5")]
    pub(super) kind: u32,
    /// The author's clock.
    #[prost(uint64, tag = "6")]
    pub(super) time: u64,
    /// When it was kept here.
    #[prost(uint64, tag = "7")]
    pub(super) at: u64,
    #[prost(string, tag = "8")]
    pub(super) text: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(super) reply_to: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    pub(super) file: Vec<u8>,
    #[prost(bytes = "vec", tag = "11")]
    pub(super) digest: Vec<u8>,
    /// The body of a kind that this version does not show.
    #[prost(bytes = "vec", tag = "12")]
    pub(super) body: Vec<u8>,
    /// Shown as "needs a newer version".
    #[prost(bool, tag = "13")]
    pub(super) unknown: bool,
    /// The name of the file, to be found by it.
    #[prost(string, tag = "40")]
    pub(super) file_name: String,
    /// The type of its content, to be found by it.
    #[prost(string, tag = "41")]
    pub(super) file_mime: String,
    #[prost(message, repeated, tag = "14")]
    pub(super) mentions: Vec<MentionRecord>,
    /// Seconds until it disappears, or what a TIMER sets.
    #[prost(uint32, tag = "15")]
    pub(super) timer_s: u32,
    /// When it disappears; 0 while nothing counts down.
    #[prost(uint64, tag = "16")]
    pub(super) expires_at: u64,
    /// Why the content is gone; 0 while it is there.
    #[prost(uint32, tag = "17")]
    pub(super) gone: u32,
    #[prost(uint64, tag = "18")]
    pub(super) gone_at: u64,
    /// When the other computer confirmed that it is gone there.
    #[prost(uint64, tag = "19")]
    pub(super) gone_confirmed: u64,
    /// Something was done to it: see there.
    #[prost(bool, tag = "20")]
    pub(super) acted: bool,
    /// Kind of a line that nobody wrote; empty for messages.
    #[prost(string, tag = "21")]
    pub(super) line: String,
    /// Its details, JSON.
    #[prost(string, tag = "22")]
    pub(super) line_data: String,
    /// `text` is that of an edit; this is the first one.
    #[prost(bool, tag = "23")]
    pub(super) edited: bool,
    #[prost(string, tag = "24")]
    pub(super) first_text: String,
}

impl StoredMessage {
    /// The text as it was sent.
    pub(super) fn sent_text(&self) -> &str {
        if self.edited { &self.first_text } else { &self.text }
    }

    /// Makes the edit that counts the text; the first one is kept.
    pub(super) fn take_edit(&mut self, acts: &Acts) {
        let first =
            if self.edited { std::mem::take(&mut self.first_text) } else { std::mem::take(&mut self.text) };
        match acts.edit(!self.incoming, self.time) {
            Some(edit) => (self.edited, self.text, self.first_text) = (true, edit.text.clone(), first),
            None => (self.edited, self.text) = (false, first),
        }
    }

    /// Whether it is a text or a file: what can be edited, answered, reacted to.
    pub(super) fn is_content(&self) -> bool {
        let kind = self.kind == u32::from(Kind::TEXT) || self.kind == u32::from(Kind::FILE);
        kind && !self.unknown && self.line.is_empty()
    }

    /// Whether it counts as an unread message while it is not read.
    pub(super) fn counts(&self) -> bool {
        self.incoming && self.gone == 0 && (self.is_content() || self.unknown)
    }

    /// Whether it belongs into a list of messages, or of messages and lines.
    pub(super) fn is_listed(&self, lines: bool) -> bool {
        match Gone::read(self.gone) {
            None => lines || self.is_content() || self.unknown,
            Some(gone) => gone == Gone::Everywhere,
        }
    }
}

/// Where a message id leads.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct IndexRecord {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) author: Vec<u8>,
    /// The other person of the conversation.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) with: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub(super) key: u64,
    /// Of the plaintext; acknowledged again for a duplicate.
    #[prost(bytes = "vec", tag = "4")]
    pub(super) digest: Vec<u8>,
    /// For what has no place in the history (`key` 0) and is about a message: which.
    #[prost(bytes = "vec", tag = "5")]
    pub(super) target: Vec<u8>,
}

pub(super) fn id16<T>(bytes: &[u8], make: impl FnOnce([u8; 16]) -> T) -> Result<T, Failure> {
    bytes.try_into().map(make).map_err(|_| damaged())
}

impl<R: Read> Core<R> {
    /// Where a message id leads, if it is known.
    pub(super) fn index(&self, step: &Staged, id: &MessageId) -> Result<Option<IndexRecord>, Failure> {
        self.load(step, Tree::History, &name(b'm', &[id.as_bytes()]))
    }

    /// Keeps a message in the history.
    pub(super) fn keep_message(
        &self,
        step: &mut Step<'_>,
        conversation: &ConversationId,
        key: u64,
        stored: &StoredMessage,
    ) {
        let author = if stored.incoming { stored.with.clone() } else { self.setup.user.as_bytes().to_vec() };
        let index = IndexRecord {
            author,
            with: stored.with.clone(),
            key,
            digest: stored.digest.clone(),
            target: Vec::new(),
        };
        step.save(Tree::History, name(b'm', &[&stored.id]), &index);
        step.save(Tree::History, Key::ordered(*conversation.as_bytes(), key), stored);
    }

    /// The message of a history key.
    pub(super) fn message_at(
        &self,
        step: &Staged,
        conversation: &ConversationId,
        key: u64,
    ) -> Result<Option<(StoredMessage, u64)>, Failure> {
        let stored = self.load(step, Tree::History, &Key::ordered(*conversation.as_bytes(), key))?;
        Ok(stored.map(|stored| (stored, key)))
    }

    /// The message of an id.
    pub(super) fn find_message(
        &self,
        step: &Staged,
        id: &MessageId,
    ) -> Result<(StoredMessage, u64), Failure> {
        let not_found = || Failure::new(ErrorCode::ApiNotFound);
        let index = self.index(step, id)?.ok_or_else(not_found)?;
        if index.key == 0 {
            return Err(not_found());
        }
        let with = id16(&index.with, UserId::new)?;
        self.message_at(step, &self.conversation_with(&with), index.key)?.ok_or_else(damaged)
    }

    /// `message.list`.
    pub(super) fn message_list(&self, step: &Staged, call: &MessageList) -> Result<Answer, Failure> {
        let bad = |field: &str| Failure::new(ErrorCode::ApiParams).with("field", field);
        let limit = usize::try_from(call.limit).unwrap_or(PAGE);
        if limit == 0 || limit > PAGE {
            return Err(bad("limit"));
        }
        if [call.before, call.after, call.around].iter().flatten().count() > 1 {
            return Err(bad("before"));
        }
        let user = self.resolve_target(&call.conversation)?;
        let conversation = self.conversation_with(&user);
        let edge = |id: &MessageId| -> Result<(u64, String), Failure> {
            let (stored, key) = self.find_message(step, id)?;
            if stored.with != user.as_bytes() {
                return Err(Failure::new(ErrorCode::ApiNotFound));
            }
            Ok((key, Self::position_of(&stored, key)?))
        };
        let lines = call.lines == Some(true);
        let (messages, more) = match (call.before, call.after, call.around) {
            (Some(id), _, _) => {
                let (key, at) = edge(&id)?;
                self.page(step, &conversation, 0..group_end(key), Order::Descending, limit, |stored, it| {
                    stored.is_listed(lines) && *it < at
                })?
            }
            (_, Some(id), _) => {
                let (key, at) = edge(&id)?;
                self.page(
                    step,
                    &conversation,
                    group_start(key)..u64::MAX,
                    Order::Ascending,
                    limit,
                    |stored, it| stored.is_listed(lines) && *it > at,
                )?
            }
            (_, _, Some(id)) => {
                let (key, at) = edge(&id)?;
                let half = limit / 2;
                let (mut all, more) = self.page(
                    step,
                    &conversation,
                    0..group_end(key),
                    Order::Descending,
                    half.max(1),
                    |stored, it| stored.is_listed(lines) && *it < at,
                )?;
                let rest = limit.saturating_sub(all.len()).max(1);
                let (newer, further) = self.page(
                    step,
                    &conversation,
                    group_start(key)..u64::MAX,
                    Order::Ascending,
                    rest,
                    |stored, it| stored.is_listed(lines) && *it >= at,
                )?;
                all.extend(newer);
                (all, more || further)
            }
            _ => self.page(step, &conversation, 0..u64::MAX, Order::Descending, limit, |stored, _| {
                stored.is_listed(lines)
            })?,
        };
        Ok(Answer::Messages { messages, more })
    }

    // Oldest first. Messages of one clock value are sorted by position, so a page never ends inside such a group
    // unless the group alone is longer than the page. What is not listed is passed over.
    fn page(
        &self,
        step: &Staged,
        conversation: &ConversationId,
        mut range: Range<u64>,
        order: Order,
        limit: usize,
        wanted: impl Fn(&StoredMessage, &String) -> bool,
    ) -> Result<(Vec<Message>, bool), Failure> {
        const MARGIN: usize = 8;
        let asked = limit + MARGIN;
        let mut messages = Vec::with_capacity(limit);
        let mut cut = true;
        while cut && messages.len() < limit {
            let mut found =
                self.scan(step, Tree::History, conversation.as_bytes(), range.clone(), order, asked)?;
            cut = found.len() == asked;
            if cut {
                let last = found.last().map_or(0, |(key, _)| clock_of(*key));
                let whole = found.iter().take_while(|(key, _)| clock_of(*key) != last).count();
                if whole > 0 {
                    found.truncate(whole);
                }
            }
            let last = found.last().map_or(0, |(key, _)| *key);
            match order {
                Order::Ascending => range.start = last.saturating_add(1),
                Order::Descending => range.end = last,
            }
            for (key, bytes) in found {
                let stored = parse::<StoredMessage>(&bytes)?;
                if wanted(&stored, &Self::position_of(&stored, key)?) {
                    messages.push(self.show(step, &stored, key)?);
                }
            }
        }
        messages.sort_by(|a, b| a.position.cmp(&b.position));
        let more = cut || messages.len() > limit;
        match order {
            Order::Ascending => messages.truncate(limit),
            Order::Descending => {
                messages.drain(..messages.len().saturating_sub(limit));
            }
        }
        Ok((messages, more))
    }

    fn position_of(stored: &StoredMessage, key: u64) -> Result<String, Failure> {
        let device = id16(&stored.device, DeviceId::new)?;
        Ok(position(clock_of(key), &device, &id16(&stored.id, MessageId::new)?))
    }

    /// The newest message of a conversation that is listed.
    pub(super) fn newest_listed(
        &self,
        step: &Staged,
        conversation: &ConversationId,
    ) -> Result<Option<Message>, Failure> {
        let (mut newest, _) =
            self.page(step, conversation, 0..u64::MAX, Order::Descending, 1, |stored, _| {
                stored.is_listed(false)
            })?;
        Ok(newest.pop())
    }
}

const fn group_start(key: u64) -> u64 {
    clock_of(key) << 8
}

const fn group_end(key: u64) -> u64 {
    group_start(key).saturating_add(SLOTS)
}
