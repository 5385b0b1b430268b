//! The operating system's generator and clock, for the shells. The core gets both as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use rand_core::UnwrapErr;

use crate::model::Time;

/// The operating system's generator. It panics only where the system has none, before any key exists.
pub(crate) const fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// Milliseconds UTC; 0 before 1970.
pub(crate) fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
