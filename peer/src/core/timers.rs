//! Deadlines of the core: one per subject, the earliest of all asked of the driver as `Effect::Wake`.

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::keys::UserId;

use super::input::LinkId;
use crate::model::Time;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The peer of a link has not said Hello.
    Hello(LinkId),
    /// The grounds on which a link was accepted end.
    LinkEnds(LinkId),
    /// A peer is to be dialled, asked or sent to again.
    Peer(UserId),
    /// A parcel is to be left for a person, or one that was left has expired.
    Parcels(UserId),
    /// The drop box is to be looked into again.
    Collect,
    /// The lease is to be renewed.
    Lease,
    /// Prekeys are to be looked after.
    Prekeys,
    /// A checkpoint is overdue or leaves are to be asked for again.
    Directory,
    /// Calls have waited long enough for a person to appear in the directory.
    Strangers,
    /// A call that waited for that can be carried out.
    Waiting,
    /// Transfers are to be tried again.
    Files,
    /// A message disappears.
    Expiry,
    /// Somebody was not heard of who was writing.
    Typing(UserId),
    /// A path that was lost has not come back.
    Path(UserId),
    /// Other ways may be open to find people.
    Ways,
}

/// All deadlines.
#[derive(Debug, Default)]
pub(super) struct Timers {
    by_subject: BTreeMap<Timer, Time>,
    by_time: BTreeSet<(Time, Timer)>,
    told: Option<Time>,
}

impl Timers {
    /// Sets a deadline in place of an earlier wish for the same subject.
    pub(super) fn set(&mut self, timer: Timer, at: Time) {
        self.clear(timer);
        self.by_subject.insert(timer, at);
        self.by_time.insert((at, timer));
    }

    /// Sets a deadline unless a sooner one stands.
    pub(super) fn sooner(&mut self, timer: Timer, at: Time) {
        if self.by_subject.get(&timer).is_none_or(|set| *set > at) {
            self.set(timer, at);
        }
    }

    /// Whether a deadline is set.
    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.by_subject.contains_key(&timer)
    }

    /// Drops a deadline.
    pub(super) fn clear(&mut self, timer: Timer) {
        if let Some(at) = self.by_subject.remove(&timer) {
            self.by_time.remove(&(at, timer));
        }
    }

    /// Takes the next one due.
    pub(super) fn due(&mut self, now: Time) -> Option<Timer> {
        let (at, timer) = *self.by_time.first()?;
        if at > now {
            return None;
        }
        self.clear(timer);
        Some(timer)
    }

    /// The time to wake at, if it is another than the driver was told.
    pub(super) fn wake(&mut self) -> Option<Time> {
        let next = self.by_time.first().map(|(at, _)| *at);
        if next == self.told {
            return None;
        }
        self.told = next;
        next
    }

    /// The clock was set back: what was to come soon still comes soon.
    pub(super) fn set_back(&mut self, by: Time) {
        let all = std::mem::take(&mut self.by_subject);
        self.by_time.clear();
        self.told = None;
        for (timer, at) in all {
            self.set(timer, at.saturating_sub(by));
        }
    }

    /// The driver has woken the core: its wish is spent. How late that was.
    pub(super) fn woken(&mut self, now: Time) -> Time {
        self.told.take().map_or(0, |asked| now.saturating_sub(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_is_told_once_and_each_comes_once() {
        let mut timers = Timers::default();
        timers.set(Timer::Lease, 50);
        timers.set(Timer::Prekeys, 20);
        assert_eq!(timers.wake(), Some(20));
        assert_eq!(timers.wake(), None);
        timers.sooner(Timer::Prekeys, 30);
        assert_eq!(timers.due(19), None);
        assert_eq!(timers.due(20), Some(Timer::Prekeys));
        assert_eq!(timers.due(20), None);
        assert_eq!(timers.wake(), Some(50));
        timers.set(Timer::Lease, 60);
        assert_eq!(timers.due(59), None);
        assert_eq!(timers.due(60), Some(Timer::Lease));
    }
}
