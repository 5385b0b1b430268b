//! Messages as they are kept and shown: history records and pages.

use std::ops::Range;

use conclave_crypto::keys::{ConversationId, DeviceId, MessageId, UserId};
use conclave_proto::ErrorCode;

use super::Core;
use super::conversation::{SLOTS, clock_of, position};
use super::gate::{Staged, Step};
use super::records::{damaged, name, parse};
use crate::model::{Answer, Failure, FileId, Message, MessageList, MessageState, Target, Time};
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
        let index = IndexRecord { author, with: stored.with.clone(), key, digest: stored.digest.clone() };
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

    /// A kept message as every face of the product shows it.
    pub(super) fn show(&self, step: &Staged, stored: &StoredMessage, key: u64) -> Result<Message, Failure> {
        let id = id16(&stored.id, MessageId::new)?;
        let with = id16(&stored.with, UserId::new)?;
        let device = id16(&stored.device, DeviceId::new)?;
        let (state, custody, error) = if stored.incoming {
            (MessageState::Received, Vec::new(), None)
        } else {
            self.standing(step, stored)?
        };
        let file = match <[u8; 32]>::try_from(stored.file.as_slice()) {
            Ok(file) => self.file(step, &FileId(file))?,
            Err(_) => None,
        };
        let suspect =
            stored.incoming && stored.time.abs_diff(stored.at) > CLOCK_TOLERANCE && stored.time > stored.at;
        Ok(Message {
            id,
            conversation: Target::User(with),
            author: if stored.incoming { with } else { self.setup.user },
            text: stored.text.clone(),
            time: stored.time,
            clock_suspect: suspect.then_some(true),
            position: position(clock_of(key), &device, &id),
            reply_to: <[u8; 16]>::try_from(stored.reply_to.as_slice()).ok().map(MessageId::new),
            file,
            state,
            custody,
            error,
            unknown_kind: stored.unknown.then(|| u8::try_from(stored.kind).unwrap_or(u8::MAX)),
        })
    }

    /// The message of an id, outside of any step.
    pub(super) fn shown_message(&self, id: &MessageId) -> Result<Message, Failure> {
        let step = Staged::default();
        let (stored, key) = self.find_message(&step, id)?;
        self.show(&step, &stored, key)
    }

    /// `message.get`.
    pub(super) fn message_get(&self, step: &Staged, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, key) = self.find_message(step, id)?;
        Ok(Answer::Message { message: self.show(step, &stored, key)? })
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
            let device = id16(&stored.device, DeviceId::new)?;
            Ok((key, position(clock_of(key), &device, id)))
        };
        let (messages, more) = match (call.before, call.after, call.around) {
            (Some(id), _, _) => {
                let (key, at) = edge(&id)?;
                self.page(step, &conversation, 0..group_end(key), Order::Descending, limit, |it| *it < at)?
            }
            (_, Some(id), _) => {
                let (key, at) = edge(&id)?;
                self.page(step, &conversation, group_start(key)..u64::MAX, Order::Ascending, limit, |it| {
                    *it > at
                })?
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
                    |it| *it < at,
                )?;
                let rest = limit.saturating_sub(all.len()).max(1);
                let (newer, further) = self.page(
                    step,
                    &conversation,
                    group_start(key)..u64::MAX,
                    Order::Ascending,
                    rest,
                    |it| *it >= at,
                )?;
                all.extend(newer);
                (all, more || further)
            }
            _ => self.page(step, &conversation, 0..u64::MAX, Order::Descending, limit, |_| true)?,
        };
        Ok(Answer::Messages { messages, more })
    }

    // Oldest first. Messages of one clock value are sorted by position, so a page never ends inside such a group
    // unless the group alone is longer than the page.
    fn page(
        &self,
        step: &Staged,
        conversation: &ConversationId,
        range: Range<u64>,
        order: Order,
        limit: usize,
        wanted: impl Fn(&String) -> bool,
    ) -> Result<(Vec<Message>, bool), Failure> {
        const MARGIN: usize = 8;
        let asked = limit + MARGIN;
        let mut found = self.scan(step, Tree::History, conversation.as_bytes(), range, order, asked)?;
        let mut cut = false;
        if found.len() == asked {
            let last = found.last().map_or(0, |(key, _)| clock_of(*key));
            let whole = found.iter().take_while(|(key, _)| clock_of(*key) != last).count();
            cut = true;
            if whole > 0 {
                found.truncate(whole);
            }
        }
        let mut messages = Vec::with_capacity(found.len());
        for (key, bytes) in found {
            let message = self.show(step, &parse::<StoredMessage>(&bytes)?, key)?;
            if wanted(&message.position) {
                messages.push(message);
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
}

const fn group_start(key: u64) -> u64 {
    clock_of(key) << 8
}

const fn group_end(key: u64) -> u64 {
    group_start(key).saturating_add(SLOTS)
}
