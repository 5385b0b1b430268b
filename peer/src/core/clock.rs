//! The highest time seen (BARS §4, time): a clock that is set back must not lengthen a lease or the grace.
//!
//! ```text
//! judged = the computer's clock, but never before what was seen already; a clock that is behind goes on from there
//! ```
//!
//! It is written along with other records, so that it also holds across restarts. The login server's clock, which comes
//! over the pinned connection, puts right what a clock that once ran ahead has left behind. Deadlines, and the times
//! that people are shown, are those of the computer's clock.

use super::Core;
use super::gate::Step;
use super::records::{damaged, name};
use crate::model::{Failure, Time};
use crate::record::{Read, Tree};

/// While the clock is behind, so much may pass between two steps and count; more is sleep, or a clock put right.
const STEADY: Time = 600_000;
/// How much newer the highest time is before it is written again.
const WRITE_EVERY: Time = 60_000;

/// What was seen of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    highest: Time,
    written: Time,
    last: Time,
}

impl Clock {
    /// Reads the highest time of earlier runs.
    pub(super) fn open(records: &impl Read, now: Time) -> Result<Self, Failure> {
        let written = match records.get(Tree::Settings, &name(b'T', &[]))? {
            Some(bytes) => Time::from_be_bytes(bytes.as_slice().try_into().map_err(|_| damaged())?),
            None => 0,
        };
        Ok(Self { highest: written.max(now), written, last: now })
    }

    /// The computer's clock says this now.
    pub(super) fn pass(&mut self, now: Time) {
        let passed = now.saturating_sub(self.last);
        if now >= self.highest {
            self.highest = now;
        } else if passed <= STEADY {
            self.highest = self.highest.saturating_add(passed);
        }
        self.last = now;
    }

    /// The time by which leases and heads are judged.
    pub(super) const fn judged(&self) -> Time {
        self.highest
    }

    /// The server's clock minus this computer's. Leases are dated by the server's; what was seen beyond both clocks was
    /// a mistake.
    pub(super) fn compare(&mut self, skew: i64) {
        self.highest = self.last.max(self.last.saturating_add_signed(skew));
        self.written = self.written.min(self.highest);
    }
}

impl<R: Read> Core<R> {
    /// When the computer's clock will say what is `judged` by the highest time seen.
    pub(super) const fn clock_at(&self, judged: Time) -> Time {
        judged.saturating_sub(self.clock.highest.saturating_sub(self.clock.last))
    }

    /// Writes the highest time beside what a step writes anyway.
    pub(super) fn remember_time(&mut self, step: &mut Step<'_>) {
        if step.writes() && self.clock.highest >= self.clock.written.saturating_add(WRITE_EVERY) {
            self.clock.written = self.clock.highest;
            step.put(Tree::Settings, name(b'T', &[]), self.clock.highest.to_be_bytes().to_vec().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Batch, MemoryRecords};

    const HOUR: Time = 3_600_000;
    const THEN: Time = 1_790_000_000_000;

    fn after(highest: Time, now: Time) -> Clock {
        let mut records = MemoryRecords::default();
        let mut batch = Batch::new();
        batch.put(Tree::Settings, name(b'T', &[]), highest.to_be_bytes().to_vec());
        records.apply(&batch);
        Clock::open(&records, now).unwrap()
    }

    #[test]
    fn a_clock_set_back_goes_on_from_the_highest_time_also_after_a_restart() {
        let mut clock = after(THEN, THEN - 24 * HOUR);
        assert_eq!(clock.judged(), THEN);
        clock.pass(THEN - 24 * HOUR + 5_000);
        assert_eq!(clock.judged(), THEN + 5_000);
        // Put right: the real time counts, and what had passed meanwhile is not added to it.
        clock.pass(THEN + 7_000);
        clock.pass(THEN + 8_000);
        assert_eq!(clock.judged(), THEN + 8_000);
    }

    #[test]
    fn a_clock_that_once_ran_ahead_is_put_right_by_the_servers() {
        let mut clock = after(THEN + 8_000 * HOUR, THEN);
        assert_eq!(clock.judged(), THEN + 8_000 * HOUR);
        clock.compare(-3_000);
        assert_eq!(clock.judged(), THEN);
        // A computer that is behind, and was always, learns the server's time.
        let mut clock = after(0, THEN - 24 * HOUR);
        clock.compare(24 * 3_600_000);
        assert_eq!(clock.judged(), THEN);
    }
}
