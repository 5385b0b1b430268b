//! The name a user logs in with, in lower case (PROTOCOL §2.11). Whether it may join the directory is
//! [`Username`]'s to say.

use core::fmt;
use core::str::FromStr;

use crate::error::DecodeError;
use crate::username::{Username, has_form};

/// A user name in the only form that OPAQUE and the frames carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// Lower-cases (ASCII) and checks what a user typed.
    ///
    /// # Errors
    /// [`DecodeError::Range`] for anything that is not a user name.
    pub fn parse(typed: &str) -> Result<Self, DecodeError> {
        Self::exact(typed.to_ascii_lowercase().as_bytes())
    }

    /// Takes the bytes of a frame, which are lower case already.
    pub(super) fn exact(bytes: &[u8]) -> Result<Self, DecodeError> {
        if !has_form(bytes) {
            return Err(DecodeError::Range);
        }
        core::str::from_utf8(bytes).map(|text| Self(text.to_owned())).map_err(|_| DecodeError::Range)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LoginName {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::parse(text)
    }
}

impl From<&Username> for LoginName {
    fn from(name: &Username) -> Self {
        Self(name.as_str().to_owned())
    }
}
