//! What the store has done since it was opened, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counted while running.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) groups: AtomicU64,
    pub(crate) syncs: AtomicU64,
    pub(crate) journal_bytes: AtomicU64,
    pub(crate) compactions: AtomicU64,
    pub(crate) rebuilds: AtomicU64,
    pub(crate) live_bytes: AtomicU64,
    pub(crate) live_records: AtomicU64,
    pub(crate) lost: AtomicU64,
}

/// A copy of the counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches made durable.
    pub batches: u64,
    /// Groups of batches, each one journal record.
    pub groups: u64,
    /// Syncs of journal files (fdatasync).
    pub syncs: u64,
    /// Bytes written to the journal.
    pub journal_bytes: u64,
    /// Compactions that ended well.
    pub compactions: u64,
    /// Times the index was rebuilt from the journal.
    pub rebuilds: u64,
    /// Bytes of the records in force, as they lie in the journal.
    pub live_bytes: u64,
    /// Records in force.
    pub live_records: u64,
    /// Journal entries that could not be read when the index was made anew while open: to be told (`E-STORE-3`).
    pub lost: u64,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            batches: read(&self.batches),
            groups: read(&self.groups),
            syncs: read(&self.syncs),
            journal_bytes: read(&self.journal_bytes),
            compactions: read(&self.compactions),
            rebuilds: read(&self.rebuilds),
            live_bytes: read(&self.live_bytes),
            live_records: read(&self.live_records),
            lost: read(&self.lost),
        }
    }
}
