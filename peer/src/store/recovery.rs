//! What opening a profile found and mended.

/// Why the index was made anew from the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuilt {
    /// There was none, or none that was finished.
    Missing,
    /// The database did not open, or gave up while it was read.
    Unreadable,
    /// Rows were missing, surplus or old: the counts did not hold.
    Short,
    /// It stood at a place that the journal no longer has.
    Stale,
}

/// Records that should be there and are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Records (messages and others) that are safe.
    pub safe: u64,
    /// Journal entries that cannot be read, each some changes; `0` if everything was found again elsewhere.
    pub lost: u64,
}

/// The account of [`crate::store::Store::open`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of a last write that a crash cut short. It was never acknowledged.
    pub torn_bytes: u64,
    /// Journal entries applied to the index.
    pub replayed: u64,
    /// Why the index was made anew, if it was.
    pub rebuilt: Option<Rebuilt>,
    /// What was damaged, if anything was: to be shown (`E-STORE-3`) when something was lost.
    pub damage: Option<Damage>,
}
