//! Readers of answers and notifications. Each has one bounded, ordered channel.
//!
//! An answer is never lost: it waits in a queue as long as the caller may have calls open. A durable event that finds
//! the channel full waits on disk and is read from there when there is room again. An ephemeral one that finds it full
//! takes the place of the older one on the same subject.

use std::collections::{BTreeMap, VecDeque};

use conclave_proto::ErrorCode;
use tokio::sync::mpsc;

use crate::api::Output;
use crate::model::{Answer, Event, Failure, Notification};

/// Streams at once: a window, a bot and their tools.
const MOST: usize = 8;
/// Ephemeral subjects that wait for a slow reader; beyond it the oldest subject is dropped.
const SUBJECTS: usize = 256;

/// One reader.
struct Subscriber {
    outputs: mpsc::Sender<Output>,
    answers: VecDeque<Output>,
    /// The last durable event handed over; `None` before `events.subscribe`.
    delivered: Option<u64>,
    latest: BTreeMap<String, Notification>,
}

/// All readers.
#[derive(Default)]
pub(super) struct Subscribers {
    next: u64,
    readers: BTreeMap<u64, Subscriber>,
}

impl Subscribers {
    /// A further reader.
    pub(super) fn attach(&mut self, outputs: mpsc::Sender<Output>) -> Result<u64, Failure> {
        self.readers.retain(|_, reader| !reader.outputs.is_closed());
        if self.readers.len() >= MOST {
            return Err(Failure::new(ErrorCode::ApiBusy));
        }
        self.next += 1;
        let reader =
            Subscriber { outputs, answers: VecDeque::new(), delivered: None, latest: BTreeMap::new() };
        self.readers.insert(self.next, reader);
        Ok(self.next)
    }

    /// From now on this reader gets durable events after `seq`.
    pub(super) fn follow(&mut self, reader: u64, seq: u64) {
        if let Some(reader) = self.readers.get_mut(&reader) {
            reader.delivered = Some(seq);
        }
    }

    /// Hands an answer over, in its turn.
    pub(super) fn answer(&mut self, reader: u64, call: u64, result: Result<Answer, Failure>) {
        if let Some(reader) = self.readers.get_mut(&reader) {
            reader.answers.push_back(Output::Answer { call, result });
            reader.flush();
        }
    }

    /// Tells everybody.
    pub(super) fn notify(&mut self, news: &Notification) {
        for reader in self.readers.values_mut() {
            reader.flush();
            match news.seq {
                Some(seq) => reader.durable(seq, news),
                None => reader.ephemeral(news),
            }
        }
    }

    /// Brings readers that lag up to date from the events on disk; `read` gives those after a number.
    pub(super) fn catch_up(&mut self, newest: u64, read: impl Fn(u64, usize) -> Vec<Notification>) {
        for reader in self.readers.values_mut() {
            reader.flush();
            while let Some(delivered) = reader.delivered.filter(|delivered| *delivered < newest) {
                let room = reader.room();
                if room == 0 {
                    break;
                }
                let events = read(delivered, room);
                if events.is_empty() {
                    reader.delivered = Some(newest);
                    break;
                }
                for event in events {
                    if let Some(seq) = event.seq {
                        reader.durable_from_disk(seq, event);
                    }
                }
            }
        }
    }

    /// Whether somebody waits for room or for events on disk.
    pub(super) fn lags(&self, newest: u64) -> bool {
        self.readers.values().any(|reader| {
            !reader.outputs.is_closed()
                && (!reader.answers.is_empty()
                    || !reader.latest.is_empty()
                    || reader.delivered.is_some_and(|delivered| delivered < newest))
        })
    }
}

impl Subscriber {
    fn room(&self) -> usize {
        if self.answers.is_empty() { self.outputs.capacity() } else { 0 }
    }

    fn flush(&mut self) {
        while let Some(answer) = self.answers.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(answer)) = self.outputs.try_send(answer) {
                self.answers.push_front(answer);
                return;
            }
        }
        while let Some((subject, news)) = self.latest.pop_first() {
            if let Err(mpsc::error::TrySendError::Full(Output::Notification(news))) =
                self.outputs.try_send(Output::Notification(news))
            {
                self.latest.insert(subject, news);
                return;
            }
        }
    }

    fn durable(&mut self, seq: u64, news: &Notification) {
        let next = self.delivered.is_some_and(|delivered| delivered + 1 == seq);
        if next && self.room() > 0 && self.outputs.try_send(Output::Notification(news.clone())).is_ok() {
            self.delivered = Some(seq);
        }
    }

    fn durable_from_disk(&mut self, seq: u64, news: Notification) {
        if self.outputs.try_send(Output::Notification(news)).is_ok() {
            self.delivered = Some(seq);
        }
    }

    fn ephemeral(&mut self, news: &Notification) {
        if self.room() > 0 && self.outputs.try_send(Output::Notification(news.clone())).is_ok() {
            return;
        }
        if self.latest.len() >= SUBJECTS {
            self.latest.pop_first();
        }
        self.latest.insert(subject(&news.event), news.clone());
    }
}

/// What an ephemeral event is about: a newer one on the same subject replaces it.
fn subject(event: &Event) -> String {
    match event {
        Event::FileProgress { file, .. } => format!("file {file}"),
        Event::PresenceChanged { user, .. } => format!("presence {user}"),
        Event::PathChanged { user, .. } => format!("path {user}"),
        Event::Typing { user, .. } => format!("typing {user}"),
        Event::ServerState { .. } => "server".to_owned(),
        _ => "notice".to_owned(),
    }
}
