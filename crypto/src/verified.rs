//! [`Verified`]: a value whose signatures and place in the log were checked (PROTOCOL §3).
//!
//! Only this crate makes one, and only after the check: the directory fold, a certificate or a prekey bundle. The
//! handshake takes nothing else, so unverified material cannot reach it.

use core::ops::Deref;

/// A checked value. No public constructor; see the functions that return one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// Wraps what the caller has just checked.
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value, no longer marked as checked.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
