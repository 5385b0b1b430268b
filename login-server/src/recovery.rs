//! Recovery codes: ten Crockford characters (50 bits) each, single use, kept only as hashes (PROTOCOL §2.11).
//!
//! A plain hash is enough: a code is random and tried behind the password, the throttle and the same refusal as a
//! wrong TOTP code.

use conclave_crypto::primitives::sha256;
use conclave_crypto::secret::Secret;
use rand_core::CryptoRng;

/// Codes given at enrolment.
pub(crate) const COUNT: usize = 10;
/// Characters of a code.
pub(crate) const LENGTH: usize = 10;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as it is shown once.
#[derive(Debug)]
pub(crate) struct RecoveryCode(Secret<LENGTH>);

/// What is kept of a code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecoveryHash(Secret<32>);

impl RecoveryCode {
    /// Draws a code: `LENGTH` bytes, five bits of each.
    pub(crate) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let drawn = Secret::<LENGTH>::random(rng);
        let mut code = [0; LENGTH];
        for (to, from) in code.iter_mut().zip(drawn.expose()) {
            *to = ALPHABET.get(usize::from(from & 31)).copied().unwrap_or(b'0');
        }
        Self(Secret::new(code))
    }

    /// A typed code: case and hyphens do not matter, `O` reads as 0, `I` and `L` as 1.
    #[must_use]
    pub(crate) fn parse(typed: &[u8]) -> Option<Self> {
        let mut code = [0; LENGTH];
        let mut places = code.iter_mut();
        for byte in typed.iter().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                byte => byte,
            };
            if !ALPHABET.contains(&byte) {
                return None;
            }
            *places.next()? = byte;
        }
        places.next().is_none().then_some(Self(Secret::new(code)))
    }

    /// The characters.
    #[must_use]
    pub(crate) const fn expose(&self) -> &[u8; LENGTH] {
        self.0.expose()
    }

    /// What is kept of it.
    #[must_use]
    pub(crate) fn hash(&self) -> RecoveryHash {
        RecoveryHash(Secret::new(sha256(&[b"conclave recovery code", self.expose()])))
    }
}

impl RecoveryHash {
    /// A hash read back.
    #[must_use]
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes to keep.
    #[must_use]
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_typed_back_has_the_same_hash() {
        let code = RecoveryCode::random(&mut crate::clock::rng());
        let text = String::from_utf8(code.expose().to_vec()).unwrap();
        let typed = format!("{}-{}", &text[..5], text[5..].to_lowercase());
        assert_eq!(RecoveryCode::parse(typed.as_bytes()).unwrap().hash(), code.hash());
    }

    #[test]
    fn look_alikes_are_read_and_other_input_is_refused() {
        let code = RecoveryCode::parse(b"oiL-0123456").unwrap();
        assert_eq!(code.expose(), b"0110123456");
        for typed in [b"012345678".as_slice(), b"01234567890", b"U123456789", b"", b"\xFF123456789"] {
            assert!(RecoveryCode::parse(typed).is_none());
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let code = RecoveryCode::parse(b"0123456789").unwrap();
        assert!(!format!("{code:?}").contains("0123456789"));
    }
}
