//! The log of durable events: numbered without holes, kept until acknowledged (LIBRARY §3, Order and durability 3).
//!
//! ```text
//! oldest ≤ acked < … < shown ≤ next − 1          kept: (acked, next), at most MOST_EVENTS; older ones become one gap
//! ```
//!
//! An event of a message keeps only the message's id, one of a file not its name: content is kept once, and erased
//! once.

use conclave_crypto::keys::MessageId;
use conclave_proto::ErrorCode;
use prost::Message as _;
use serde_json::Value;

use super::Core;
use super::effect::Effect;
use super::gate::{Staged, Step};
use super::records::{damaged, name, parse};
use crate::model::{Changed, Event, Failure, File, FileId, Notification};
use crate::record::{Key, Order, Read, Tree};

/// Events kept for a client that never acknowledges (LIBRARY §3).
pub(super) const MOST_EVENTS: u64 = 100_000;
/// How many records one step deletes at most, so that no batch grows without bound.
const DELETE_AT_ONCE: u64 = 1000;
/// Events returned at once, at most.
pub(super) const EVENTS_AT_ONCE: usize = 1000;

const GROUP: [u8; 16] = *b"durable events\0\0";

#[derive(Clone, PartialEq, prost::Message)]
struct EventRecord {
    /// The message of `message.received`, instead of `json`.
    #[prost(bytes = "vec", tag = "1")]
    message: Vec<u8>,
    #[prost(string, tag = "2")]
    json: String,
    #[prost(string, tag = "3")]
    cause: String,
    /// What the event says of `message`: see [`ABOUT`].
    #[prost(uint32, tag = "4")]
    about: u32,
    /// The file of `json`, whose name is in the files.
    #[prost(bytes = "vec", tag = "5")]
    file: Vec<u8>,
}

/// Events about a message, by `EventRecord::about` from 2 on; 0 is `message.received` and 1 `file.offered`.
const ABOUT: [Changed; 4] = [Changed::Edited, Changed::Deleted, Changed::Reaction, Changed::Expired];

#[derive(Clone, PartialEq, prost::Message)]
struct HeadRecord {
    #[prost(uint64, tag = "1")]
    next: u64,
    #[prost(uint64, tag = "2")]
    acked: u64,
    #[prost(uint64, tag = "3")]
    oldest: u64,
    #[prost(uint64, tag = "4")]
    gap_from: u64,
    #[prost(uint64, tag = "5")]
    gap_to: u64,
}

/// Where the log stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventLog {
    /// The next number to be given.
    next: u64,
    acked: u64,
    /// The lowest number that may still have a record.
    oldest: u64,
    /// Dropped for want of an acknowledgement; `gap_to` 0 when none.
    gap_from: u64,
    gap_to: u64,
    /// The last one that was let through the gate.
    shown: u64,
}

impl Default for EventLog {
    fn default() -> Self {
        Self { next: 1, acked: 0, oldest: 1, gap_from: 0, gap_to: 0, shown: 0 }
    }
}

impl EventLog {
    /// Reads where the log stands.
    pub(super) fn open(records: &impl Read) -> Result<Self, Failure> {
        let mut log = Self::default();
        if let Some(bytes) = records.get(Tree::History, &name(b'E', &[]))? {
            let head: HeadRecord = parse(&bytes)?;
            log = Self {
                next: head.next.max(1),
                acked: head.acked,
                oldest: head.oldest.max(1),
                gap_from: head.gap_from,
                gap_to: head.gap_to,
                shown: 0,
            };
        }
        let last = records.scan(Tree::History, &GROUP, 0..u64::MAX, Order::Descending, 1)?;
        if let Some((seq, _)) = last.first() {
            log.next = log.next.max(seq.saturating_add(1));
        }
        log.shown = log.next - 1;
        Ok(log)
    }

    /// The next number to be given.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// The effect left the gate.
    pub(super) fn released(&mut self, effect: &Effect) {
        if let Effect::Notify { seq: Some(seq), .. } = effect {
            self.shown = self.shown.max(*seq);
        }
    }

    fn save(&self, step: &mut Step<'_>) {
        let head = HeadRecord {
            next: self.next,
            acked: self.acked,
            oldest: self.oldest,
            gap_from: self.gap_from,
            gap_to: self.gap_to,
        };
        step.save(Tree::History, name(b'E', &[]), &head);
    }
}

impl<R: Read> Core<R> {
    /// Number of the newest durable event that was let through; 0 when there is none.
    #[must_use]
    pub const fn newest_event(&self) -> u64 {
        self.events.shown
    }

    /// Number of the newest durable event, let through or not; 0 when there is none.
    #[must_use]
    pub const fn last_event(&self) -> u64 {
        self.events.next - 1
    }

    /// The last durable event that was acknowledged; 0 when none was.
    #[must_use]
    pub const fn acknowledged_event(&self) -> u64 {
        self.events.acked
    }

    /// Appends a durable event.
    pub(super) fn event(&mut self, step: &mut Step<'_>, event: Event) {
        let mut record = EventRecord {
            cause: step.cause.as_ref().map(Value::to_string).unwrap_or_default(),
            ..EventRecord::default()
        };
        match &event {
            Event::MessageReceived { message } => record.message = message.id.as_bytes().to_vec(),
            Event::FileOffered { message, .. } => {
                (record.message, record.about) = (message.id.as_bytes().to_vec(), 1);
            }
            Event::MessageChanged { message, what } => {
                record.message = message.id.as_bytes().to_vec();
                let at = ABOUT.iter().position(|about| about == what).unwrap_or_default();
                record.about = u32::try_from(at).unwrap_or_default() + 2;
            }
            Event::FileStateChanged { file } => {
                let nameless = File { name: String::new(), ..file.clone() };
                record.file = file.file.0.to_vec();
                record.json = json(&Event::FileStateChanged { file: nameless });
            }
            other => record.json = json(other),
        }
        let seq = self.events.next;
        self.events.next += 1;
        step.save(Tree::History, Key::ordered(GROUP, seq), &record);
        if self.events.next - self.events.oldest > MOST_EVENTS {
            self.drop_oldest(step);
        }
        let cause = step.cause.clone();
        step.after(Effect::Notify { seq: Some(seq), cause, event: Box::new(event) });
    }

    /// Tells subscribers of something that is not kept.
    pub(super) fn ephemeral(&self, step: &mut Step<'_>, event: Event) {
        let cause = step.cause.clone();
        step.after(Effect::Notify { seq: None, cause, event: Box::new(event) });
    }

    fn drop_oldest(&mut self, step: &mut Step<'_>) {
        let log = &mut self.events;
        let from = log.oldest;
        let to = from.saturating_add(DELETE_AT_ONCE).min(log.next);
        for seq in from..to {
            step.delete(Tree::History, Key::ordered(GROUP, seq));
        }
        log.oldest = to;
        if to - 1 > log.acked {
            if log.gap_to == 0 {
                log.gap_from = from.max(log.acked + 1);
            }
            log.gap_to = to - 1;
        }
        log.save(step);
    }

    /// `events.ack`: everything up to `seq` was seen.
    pub(super) fn acknowledge_events(&mut self, step: &mut Step<'_>, seq: u64) {
        let log = &mut self.events;
        let seq = seq.min(log.next - 1);
        if seq <= log.acked {
            return;
        }
        log.acked = seq;
        if log.gap_to != 0 && log.gap_to <= seq {
            (log.gap_from, log.gap_to) = (0, 0);
        }
        let to = (seq + 1).min(log.oldest.saturating_add(DELETE_AT_ONCE)).max(log.oldest);
        for old in log.oldest..to {
            step.delete(Tree::History, Key::ordered(GROUP, old));
        }
        log.oldest = to;
        log.save(step);
    }

    /// Durable events after `seq` (or after the last acknowledged one, whichever is later), oldest first, at most
    /// `limit`: for a subscriber that lags, or comes back. Only what was already let through is given.
    ///
    /// # Errors
    /// [`Failure`] when a record cannot be read.
    pub fn events_after(&self, seq: u64, limit: usize) -> Result<Vec<Notification>, Failure> {
        let log = &self.events;
        let mut out = Vec::new();
        let mut from = seq.max(log.acked).saturating_add(1);
        if log.gap_to >= from {
            let event = Event::EventsGap { from_seq: log.gap_from.max(from), to_seq: log.gap_to };
            out.push(Notification { seq: Some(log.gap_to), cause: None, event });
            from = log.gap_to + 1;
        }
        let limit = limit.min(EVENTS_AT_ONCE).saturating_sub(out.len());
        let range = from..log.shown.saturating_add(1);
        for (seq, bytes) in self.records.scan(Tree::History, &GROUP, range, Order::Ascending, limit)? {
            let record = EventRecord::decode(bytes.as_slice()).map_err(|_| damaged())?;
            let event = self.kept_event(seq, &record)?;
            let cause = serde_json::from_str(&record.cause).ok();
            out.push(Notification { seq: Some(seq), cause, event });
        }
        Ok(out)
    }

    // An event as it was, with its message or file as it is now. What is there no more became a gap: read it again.
    fn kept_event(&self, seq: u64, record: &EventRecord) -> Result<Event, Failure> {
        let Ok(id) = <[u8; 16]>::try_from(record.message.as_slice()) else {
            let mut event: Event = serde_json::from_str(&record.json).map_err(|_| damaged())?;
            if let (Event::FileStateChanged { file }, Ok(id)) =
                (&mut event, <[u8; 32]>::try_from(record.file.as_slice()))
                && let Some(known) = self.file(&Staged::default(), &FileId(id))?
            {
                file.name = known.name;
            }
            return Ok(event);
        };
        let message = match self.shown_message(&MessageId::new(id)) {
            Ok(message) => message,
            Err(failure) if failure.code == ErrorCode::ApiNotFound => {
                return Ok(Event::EventsGap { from_seq: seq, to_seq: seq });
            }
            Err(failure) => return Err(failure),
        };
        let about = usize::try_from(record.about).unwrap_or_default();
        Ok(match (about.checked_sub(2).and_then(|at| ABOUT.get(at)), &message.file) {
            (Some(what), _) => Event::MessageChanged { message, what: *what },
            (None, Some(file)) if about == 1 => Event::FileOffered { file: file.clone(), message },
            // Its content was erased meanwhile.
            (None, None) if about == 1 || message.deleted.is_some() => {
                Event::MessageChanged { message, what: Changed::Deleted }
            }
            (None, _) => Event::MessageReceived { message },
        })
    }
}

fn json(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_default()
}
