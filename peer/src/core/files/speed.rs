//! How fast bytes move, smoothed.

use crate::model::Time;

/// `file.progress` at most 4 times a second per file (LIBRARY §3).
pub(super) const PROGRESS_EVERY: Time = 250;

/// How fast bytes move.
#[derive(Debug)]
pub(super) struct Speed {
    /// Bytes done and time of a while ago.
    mark: (u64, Time),
    per_second: u64,
}

impl Speed {
    /// So much is done, and nothing has moved yet.
    pub(super) const fn from(done: u64, now: Time) -> Self {
        Self { mark: (done, now), per_second: 0 }
    }

    /// Bytes a second, when so much is done.
    pub(super) fn at(&mut self, done: u64, now: Time) -> u64 {
        let elapsed = now.saturating_sub(self.mark.1);
        if elapsed >= PROGRESS_EVERY {
            let last = done.saturating_sub(self.mark.0).saturating_mul(1000) / elapsed;
            self.per_second = if self.per_second == 0 { last } else { (self.per_second * 3 + last) / 4 };
            self.mark = (done, now);
        }
        self.per_second
    }

    /// The clock was set back.
    pub(super) const fn set_back(&mut self, by: Time) {
        self.mark.1 = self.mark.1.saturating_sub(by);
    }
}
