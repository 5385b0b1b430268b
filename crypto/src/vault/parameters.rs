//! The cost of guessing a password: Argon2id v1.3 parameters and their bounds (PROTOCOL §2.10, RFC 9106).

use thiserror::Error;

/// The cost is outside the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the password parameters are out of bounds")]
pub struct BadParameters;

/// Memory in KiB, passes, lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfParams {
    m_kib: u32,
    t: u32,
    p: u32,
}

impl KdfParams {
    /// The default: 256 MiB, 3 passes, 4 lanes; a shell calibrates it upward to about a second.
    pub const DEFAULT: Self = Self { m_kib: 256 * 1024, t: 3, p: 4 };
    /// The lowest cost for a new password: 64 MiB, 3 passes, 4 lanes (RFC 9106, second recommended option).
    pub const FLOOR: Self = Self { m_kib: 64 * 1024, t: 3, p: 4 };
    /// The highest cost believed when it is read from disk, so that a false header cannot exhaust the machine:
    /// 4 GiB, 16 passes, 16 lanes.
    pub const CEILING: Self = Self { m_kib: 4 * 1024 * 1024, t: 16, p: 16 };

    /// A cost for a new password.
    ///
    /// # Errors
    /// [`BadParameters`] below [`Self::FLOOR`] or above [`Self::CEILING`] in any part.
    pub const fn new(m_kib: u32, t: u32, p: u32) -> Result<Self, BadParameters> {
        if m_kib < Self::FLOOR.m_kib || t < Self::FLOOR.t || p < Self::FLOOR.p {
            return Err(BadParameters);
        }
        Self::read(m_kib, t, p)
    }

    /// A cost as read from disk: bounded above, and what Argon2id allows below (8 KiB a lane).
    ///
    /// # Errors
    /// [`BadParameters`].
    pub(crate) const fn read(m_kib: u32, t: u32, p: u32) -> Result<Self, BadParameters> {
        let ceiling = Self::CEILING;
        if m_kib > ceiling.m_kib || t == 0 || t > ceiling.t || p == 0 || p > ceiling.p || m_kib < 8 * p {
            return Err(BadParameters);
        }
        Ok(Self { m_kib, t, p })
    }

    /// A cost below the floor, for tests and simulations alone: it protects nothing.
    ///
    /// # Errors
    /// [`BadParameters`] outside what would be read back from disk.
    pub const fn weak_for_tests(m_kib: u32, t: u32, p: u32) -> Result<Self, BadParameters> {
        Self::read(m_kib, t, p)
    }

    /// Memory, in KiB.
    #[must_use]
    pub const fn m_kib(self) -> u32 {
        self.m_kib
    }

    /// Passes.
    #[must_use]
    pub const fn t(self) -> u32 {
        self.t
    }

    /// Lanes.
    #[must_use]
    pub const fn p(self) -> u32 {
        self.p
    }
}
