//! Messages that nobody sent, behind the newest one of a conversation: the records of a long history for benches, which
//! cannot send a hundred thousand in their time. Nothing of the engine calls it.
//!
//! ```text
//! two of mine, delivered ─► two of theirs ─► two of mine …     one each STEP, so that the last one is of `until`
//! ```
//!
//! What it does not do: make events, outbox entries or anything that a link would send; all of it counts as read.

use conclave_crypto::keys::{ConversationId, DeviceId, MessageId, OrgId, UserId};
use conclave_proto::ErrorCode;
use prost::Message as _;

use super::conversation::{ConversationRecord, clock_of};
use super::custody::{CustodyRecord, Proof};
use super::history::{IndexRecord, StoredMessage, id16};
use super::records::{name, parse};
use crate::model::{Failure, Time};
use crate::record::{Batch, Key, Read, Tree};

/// Milliseconds between two messages.
const STEP: Time = 150_000;
/// Messages of one author in a row.
const ROW: u64 = 2;

/// A history about to be written.
#[derive(Debug)]
pub(crate) struct Past {
    me: UserId,
    with: UserId,
    conversation: ConversationId,
    record: ConversationRecord,
    device: DeviceId,
    /// What is like all of them.
    newest: StoredMessage,
    left: u64,
    until: Time,
}

impl Past {
    /// So many messages behind the newest one with a person, which must be of mine.
    ///
    /// # Errors
    /// E-API-6 when there is no message yet; those of the records.
    pub(crate) fn behind(
        records: &impl Read,
        org: &OrgId,
        me: UserId,
        with: UserId,
        many: u64,
        until: Time,
    ) -> Result<Self, Failure> {
        let conversation = ConversationId::between(org, &me, &with);
        let not_found = || Failure::new(ErrorCode::ApiNotFound);
        let record = records.get(Tree::History, &name(b'c', &[with.as_bytes()]))?.ok_or_else(not_found)?;
        let record: ConversationRecord = parse(&record)?;
        let newest = records.get(Tree::History, &Key::ordered(*conversation.as_bytes(), record.last))?;
        let newest: StoredMessage = parse(&newest.ok_or_else(not_found)?)?;
        let device = id16(&newest.device, DeviceId::new)?;
        Ok(Self { me, with, conversation, record, device, newest, left: many, until })
    }

    /// The next records, with a state of the conversation that fits them; nothing when all are written.
    pub(crate) fn next(&mut self, most: u64) -> Option<Batch> {
        let many = self.left.min(most);
        if many == 0 {
            return None;
        }
        let mut batch = Batch::new();
        for _ in 0..many {
            self.message(&mut batch);
        }
        let name = name(b'c', &[self.with.as_bytes()]);
        batch.put(Tree::History, name, self.record.encode_to_vec());
        Some(batch)
    }

    fn message(&mut self, batch: &mut Batch) {
        self.left -= 1;
        let clock = clock_of(self.record.last) + 1;
        let at = self.until.saturating_sub(self.left * STEP);
        let incoming = clock / ROW % 2 == 1;
        let id = message_id(&self.with, clock);
        let stored = StoredMessage {
            id: id.as_bytes().to_vec(),
            incoming,
            device: if incoming { self.with.as_bytes().to_vec() } else { self.device.as_bytes().to_vec() },
            time: at,
            at,
            text: format!("Message {clock}: the board meets on the nineteenth in Lyon."),
            ..self.newest.clone()
        };
        let author = if incoming { self.with } else { self.me };
        let key = clock << 8;
        let index = IndexRecord {
            author: author.as_bytes().to_vec(),
            with: stored.with.clone(),
            key,
            digest: stored.digest.clone(),
            target: Vec::new(),
        };
        batch.put(Tree::History, name(b'm', &[&stored.id]), index.encode_to_vec());
        batch.put(Tree::History, Key::ordered(*self.conversation.as_bytes(), key), stored.encode_to_vec());
        if incoming {
            self.record.received += 1;
        } else {
            let mut custody = CustodyRecord::default();
            custody.prove(Proof::Delivered, at);
            batch.put(Tree::History, name(b'k', &[&stored.id]), custody.encode_to_vec());
            self.record.sent += 1;
        }
        self.record.text_bytes += stored.text.len() as u64;
        self.record.clock = clock;
        self.record.last = key;
        self.record.read_to = key;
        self.record.read_sent = key;
    }
}

/// An id of its own for every clock value of a conversation.
fn message_id(with: &UserId, clock: u64) -> MessageId {
    let mut id = *with.as_bytes();
    for (place, byte) in id.iter_mut().zip(clock.to_be_bytes()) {
        *place = byte;
    }
    MessageId::new(id)
}
