//! What a person typed: wiped when it is dropped, and redacted when printed.

use std::fmt;

use zeroize::Zeroizing;

/// A wiped string that never prints its content.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed(Zeroizing<String>);

impl Typed {
    /// Takes what a person typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text as the engine takes it.
    #[must_use]
    pub fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}
