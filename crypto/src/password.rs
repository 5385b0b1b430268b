//! A password as all derivations see it: NFKC, UTF-8 (PROTOCOL §2.10, §2.11).
//!
//! The same text typed on two keyboards, composed or decomposed, gives the same bytes. Strength is judged elsewhere.

use core::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// NFKC makes UTF-8 text at most this many times longer (Unicode Standard Annex 15, table 4). Reserving that much
/// keeps the buffer from growing, which would leave pieces of the password behind in memory.
const LARGEST_EXPANSION: usize = 11;

/// A password, normalised. Wiped on drop, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Normalises what the user typed. The caller's text stays the caller's to wipe.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut normalised =
            Zeroizing::new(String::with_capacity(text.len().saturating_mul(LARGEST_EXPANSION)));
        normalised.extend(text.nfkc());
        Self(normalised)
    }

    /// The normalised bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}
