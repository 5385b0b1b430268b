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
        self.forget_gone();
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
        self.forget_gone();
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
                // It has gone meanwhile: its channel has room for ever and takes nothing.
                if reader.delivered == Some(delivered) {
                    break;
                }
            }
        }
    }

    fn forget_gone(&mut self) {
        self.readers.retain(|_, reader| !reader.outputs.is_closed());
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const NEWEST: u64 = 3;
    /// Far more often than a reader with room for all of them is read for.
    const READINGS: u32 = 100;

    /// Gives what is on disk; empty at last, so that a loop without end ends as a failure.
    fn on_disk(readings: &Cell<u32>) -> impl Fn(u64, usize) -> Vec<Notification> + '_ {
        |after, limit| {
            readings.set(readings.get() + 1);
            if readings.get() > READINGS {
                return Vec::new();
            }
            let event = |seq| Event::EventsGap { from_seq: seq, to_seq: seq };
            let news = |seq| Notification { seq: Some(seq), cause: None, event: event(seq) };
            (after + 1..=NEWEST).take(limit).map(news).collect()
        }
    }

    #[test]
    fn who_lags_is_brought_up_to_date() -> Result<(), Failure> {
        let (mut all, readings) = (Subscribers::default(), Cell::new(0));
        let (outputs, mut inbox) = mpsc::channel(2);
        let reader = all.attach(outputs)?;
        all.follow(reader, 0);
        all.catch_up(NEWEST, on_disk(&readings));
        assert!(all.lags(NEWEST), "there was room for two of three");
        assert!(inbox.try_recv().is_ok() && inbox.try_recv().is_ok() && inbox.try_recv().is_err());
        all.catch_up(NEWEST, on_disk(&readings));
        assert!(inbox.try_recv().is_ok() && !all.lags(NEWEST));
        Ok(())
    }

    #[test]
    fn who_left_before_the_last_event_holds_nobody_up() -> Result<(), Failure> {
        let (mut all, readings) = (Subscribers::default(), Cell::new(0));
        let (outputs, inbox) = mpsc::channel(2);
        let reader = all.attach(outputs)?;
        all.follow(reader, 0);
        drop(inbox);
        all.catch_up(NEWEST, on_disk(&readings));
        assert_eq!(readings.get(), 0, "nothing is read for it");
        assert!(!all.lags(NEWEST));
        Ok(())
    }

    #[test]
    fn who_leaves_while_events_are_read_holds_nobody_up() -> Result<(), Failure> {
        let (mut all, readings) = (Subscribers::default(), Cell::new(0));
        let (outputs, inbox) = mpsc::channel(2);
        let reader = all.attach(outputs)?;
        all.follow(reader, 0);
        let inbox = Cell::new(Some(inbox));
        all.catch_up(NEWEST, |after, limit| {
            drop(inbox.take());
            on_disk(&readings)(after, limit)
        });
        assert_eq!(readings.get(), 1);
        Ok(())
    }
}
