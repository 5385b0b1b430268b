//! What one device takes of the server, and the allowance of its circuits: bytes are read first and paid for after, so nothing has to be given back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much may come at once after a pause: one second's worth.
const BURST: Duration = Duration::from_secs(1);

/// What the connections of one device share.
#[derive(Debug)]
pub(crate) struct Use {
    bucket: Mutex<Bucket>,
    sent: AtomicU64,
    all: Arc<AtomicU64>,
    on: Arc<AtomicBool>,
    /// Bytes of all its streams.
    received: AtomicU64,
    answered: AtomicU64,
}

impl Use {
    pub(crate) fn new(rate: u64, all: Arc<AtomicU64>, on: Arc<AtomicBool>) -> Self {
        Self {
            bucket: Mutex::new(Bucket::new(rate, Instant::now())),
            sent: AtomicU64::new(0),
            all,
            on,
            received: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        }
    }

    /// Whether circuits may carry anything.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Counts bytes that came; how long to wait before the next are taken.
    pub(crate) fn charge(&self, bytes: usize, now: Instant) -> Duration {
        let bytes = bytes as u64;
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.all.fetch_add(bytes, Ordering::Relaxed);
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner).charge(bytes, now)
    }

    /// Counts bytes that came on any stream.
    pub(crate) fn came(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts bytes that went out on any stream.
    pub(crate) fn went(&self, bytes: usize) {
        self.answered.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes that came and that went, on the connections that stand.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.answered.load(Ordering::Relaxed))
    }

    /// Bytes sent through circuits.
    pub(crate) fn bytes(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

/// A rate, as the moment up to which everything that came is paid for.
#[derive(Debug)]
struct Bucket {
    rate: u64,
    paid: Instant,
}

impl Bucket {
    const fn new(rate: u64, now: Instant) -> Self {
        Self { rate, paid: now }
    }

    fn charge(&mut self, bytes: u64, now: Instant) -> Duration {
        let price = Duration::from_secs_f64(bytes as f64 / self.rate.max(1) as f64);
        let from = now.checked_sub(BURST).map_or(self.paid, |earliest| self.paid.max(earliest));
        self.paid = from + price;
        self.paid.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_may_come_at_once_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1_000, start);
        let later = start + Duration::from_secs(60);
        assert_eq!(bucket.charge(1_000, later), Duration::ZERO, "a pause saves up one second");
        assert_eq!(bucket.charge(500, later), Duration::from_millis(500));
        assert_eq!(bucket.charge(500, later), Duration::from_secs(1), "debts add up");
        assert_eq!(bucket.charge(1, later + Duration::from_secs(60)), Duration::ZERO);
    }

    #[test]
    fn what_is_sent_is_counted_for_the_device_and_for_all() {
        let (all, on) = (Arc::new(AtomicU64::new(5)), Arc::new(AtomicBool::new(true)));
        let one = Use::new(1_000_000, Arc::clone(&all), Arc::clone(&on));
        one.charge(7, Instant::now());
        assert_eq!((one.bytes(), all.load(Ordering::Relaxed), one.is_on()), (7, 12, true));
    }
}
