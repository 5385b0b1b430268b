//! The recovery code: 32 random bytes on paper, the second way into the vault (PROTOCOL §2.10).
//!
//! ```text
//! text = Crockford Base32(code[32] ‖ H("recovery check", code)[0..3])      56 characters in 14 groups of 4
//! ```

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::crockford::{self, BadCode};
use crate::kdf::{Label, h};
use crate::secret::Secret;

/// Bytes of the code and its check.
const WITH_CHECK: usize = 35;

/// A recovery code, without its check.
#[derive(Debug, PartialEq, Eq)]
pub struct RecoveryCode(Secret<32>);

impl RecoveryCode {
    /// Draws a fresh code.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// Takes 32 bytes over.
    #[must_use]
    pub const fn from_bytes(code: Secret<32>) -> Self {
        Self(code)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// The text to write down: 14 groups of 4 characters.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; WITH_CHECK]);
        for (to, from) in bytes.iter_mut().zip(self.0.expose().iter().chain(&self.check())) {
            *to = *from;
        }
        crockford::encode(bytes.as_slice())
    }

    /// Reads the text, however it was spaced or capitalised.
    ///
    /// # Errors
    /// [`BadCode`] also when the check does not fit, so a slip of the pen is told apart from a wrong code.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        let bytes = crockford::decode::<WITH_CHECK>(text)?;
        let (code, check) = bytes.split_first_chunk::<32>().ok_or(BadCode)?;
        let code = Self(Secret::new(*code));
        if check == code.check() { Ok(code) } else { Err(BadCode) }
    }

    fn check(&self) -> [u8; 3] {
        let [a, b, c, ..] = h(Label::RECOVERY_CHECK, &[self.0.expose()]);
        [a, b, c]
    }
}
