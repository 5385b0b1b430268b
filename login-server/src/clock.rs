//! The wall clock, read in shells only; pure code takes `now` as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds UTC. A clock before 1970 reads as 0.
#[must_use]
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The operating system's generator. It panics when the system cannot give randomness, which nothing survives.
pub(crate) const fn rng() -> rand_core::UnwrapErr<getrandom::SysRng> {
    rand_core::UnwrapErr(getrandom::SysRng)
}
