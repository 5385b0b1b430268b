//! User names and their skeletons, which keep look-alikes apart (PROTOCOL §2.3, fold rules).
//!
//! ```text
//! name     = [a-z0-9][a-z0-9._-]{2,31}
//! skeleton = map 0→o 1→l i→l 5→s, drop . _ -, then rn→m, then vv→w; at least 2 characters, never seen before
//! ```

use core::fmt;

use thiserror::Error;

use crate::encoding::Reader;
use crate::error::DecodeError;

/// Shortest name, in bytes.
pub const SHORTEST: usize = 3;
/// Longest name, in bytes.
pub const LONGEST: usize = 32;
/// Shortest skeleton, in characters: below, distinct people run out of distinct names.
pub const SHORTEST_SKELETON: usize = 2;

/// A user name of the form above, whose skeleton is long enough.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(String);

/// What remains of a name once characters that look alike are one; two people never share it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skeleton(String);

/// Why a text is not a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UsernameRefused {
    /// Not `[a-z0-9][a-z0-9._-]{2,31}`.
    #[error("a user name has 3 to 32 of a-z 0-9 . _ - and starts with a letter or digit")]
    Form,
    /// Too little is left of it without `.`, `_` and `-`.
    #[error("a user name needs at least two letters or digits")]
    Skeleton,
}

impl Username {
    /// Checks a name.
    ///
    /// # Errors
    /// [`UsernameRefused`].
    pub fn parse(text: &str) -> Result<Self, UsernameRefused> {
        if !has_form(text.as_bytes()) {
            return Err(UsernameRefused::Form);
        }
        let name = Self(text.to_owned());
        if name.skeleton().0.len() < SHORTEST_SKELETON { Err(UsernameRefused::Skeleton) } else { Ok(name) }
    }

    /// Reads a name as `bytes8`.
    ///
    /// # Errors
    /// [`DecodeError::Range`] if it is none.
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = core::str::from_utf8(reader.bytes8()?).map_err(|_| DecodeError::Range)?;
        Self::parse(text).map_err(|_| DecodeError::Range)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may not repeat among all users there ever were.
    #[must_use]
    pub fn skeleton(&self) -> Skeleton {
        let mapped: String = self
            .0
            .chars()
            .filter(|c| !matches!(c, '.' | '_' | '-'))
            .map(|c| match c {
                '0' => 'o',
                '1' | 'i' => 'l',
                '5' => 's',
                other => other,
            })
            .collect();
        Skeleton(mapped.replace("rn", "m").replace("vv", "w"))
    }
}

/// Whether the bytes have the form of a name, its skeleton aside.
#[must_use]
pub(crate) fn has_form(name: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&name.len())
        && name.first().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name
            .iter()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'_' | b'-'))
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Username({})", self.0)
    }
}
