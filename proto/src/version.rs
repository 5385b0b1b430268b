//! Version negotiation: the first frame each way is an `Opening`; the common version is the lower of the two newest.
//! Who finds none answers with a `Refusal` that names its own range, and nothing else happens.

use thiserror::Error;

use crate::error_code::ErrorCode;
use crate::schema::{Opening, Refusal};

/// Oldest version this program speaks.
pub const OLDEST: u32 = 1;
/// Newest version this program speaks.
pub const NEWEST: u32 = 1;

/// A version both sides speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32);

impl Version {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The two sides have no version in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VersionMismatch {
    /// The other side speaks only older versions.
    #[error("the other side is too old: it speaks up to version {newest}")]
    OtherTooOld {
        /// The newest version the other side speaks.
        newest: u32,
    },
    /// The other side speaks only newer versions.
    #[error("this program is too old: the other side speaks from version {oldest}")]
    OtherTooNew {
        /// The oldest version the other side speaks.
        oldest: u32,
    },
}

/// Our `Opening`.
#[must_use]
pub const fn opening(clock_ms: u64) -> Opening {
    Opening { oldest: OLDEST, newest: NEWEST, clock_ms }
}

/// The version to speak with a side that opened so.
///
/// # Errors
/// [`VersionMismatch`], to be answered with [`refusal`].
pub fn negotiate(theirs: &Opening) -> Result<Version, VersionMismatch> {
    if theirs.newest < OLDEST || theirs.newest < theirs.oldest {
        return Err(VersionMismatch::OtherTooOld { newest: theirs.newest });
    }
    if theirs.oldest > NEWEST {
        return Err(VersionMismatch::OtherTooNew { oldest: theirs.oldest });
    }
    Ok(Version(theirs.newest.min(NEWEST)))
}

/// The answer to a side with no common version.
#[must_use]
pub const fn refusal() -> Refusal {
    Refusal { code: ErrorCode::ServerVersion.number(), wait_ms: 0, oldest: OLDEST, newest: NEWEST }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_newest_is_spoken() {
        let theirs = Opening { oldest: 1, newest: 7, clock_ms: 0 };
        assert_eq!(negotiate(&theirs).map(Version::number), Ok(NEWEST));
    }

    #[test]
    fn too_new_and_too_old_are_told_apart() {
        let new = Opening { oldest: NEWEST + 1, newest: NEWEST + 2, clock_ms: 0 };
        assert_eq!(negotiate(&new), Err(VersionMismatch::OtherTooNew { oldest: NEWEST + 1 }));
        let old = Opening { oldest: 0, newest: 0, clock_ms: 0 };
        assert_eq!(negotiate(&old), Err(VersionMismatch::OtherTooOld { newest: 0 }));
    }
}
