//! `Seal1`: the only cipher for one-time keys (PROTOCOL §2.1).
//!
//! ```text
//! salt = random(16);  okm = KDF(mk, l, salt ‖ SHA-256(aad), 76)
//! k = okm[0..32], n = okm[32..44], com = okm[44..76]
//! out = salt16 ‖ com32 ‖ ChaCha20Poly1305(k, n, aad = "", pt)
//! ```
//!
//! The commitment is compared in constant time before anything is decrypted, so a ciphertext opens under one key
//! and one context only; the salt makes a restored backup cost a message, not a two-time pad.

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::NotOpened;
use crate::kdf::{Label, kdf};
use crate::primitives::{self, TAG};
use crate::secret::Secret;

/// How much longer the sealed form is than the plaintext, in bytes.
pub const OVERHEAD: usize = 16 + 32 + TAG;

/// A key for one message: not `Clone`, and consumed by [`seal1`] and [`open1`].
#[derive(Debug)]
pub struct MessageKey(Secret<32>);

impl MessageKey {
    /// Takes a derived key over. Whoever makes two from the same bytes defeats the type; only key schedules and the
    /// vectors call this.
    #[must_use]
    pub const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    /// The key, to be stored until its message comes.
    pub(crate) fn into_secret(self) -> Secret<32> {
        self.0
    }
}

/// Seals `plaintext` under `key` and `aad`; 64 bytes longer than the plaintext.
pub fn seal1<R: CryptoRng + ?Sized>(
    key: MessageKey,
    label: Label,
    aad: &[&[u8]],
    plaintext: &[u8],
    rng: &mut R,
) -> Vec<u8> {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let okm = okm(&key, label, &salt, aad);
    let (k, n, com) = split(&okm);
    let mut body = Vec::with_capacity(OVERHEAD + plaintext.len());
    body.extend_from_slice(plaintext);
    primitives::chacha_seal(k, n, &[], &mut body);
    let mut out = Vec::with_capacity(48 + body.len());
    out.extend_from_slice(&salt);
    out.extend_from_slice(com);
    out.extend_from_slice(&body);
    out
}

/// Opens what [`seal1`] made.
///
/// # Errors
/// [`NotOpened`], the same for a false commitment and a false tag.
pub fn open1(
    key: MessageKey,
    label: Label,
    aad: &[&[u8]],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (salt, rest) = sealed.split_first_chunk::<16>().ok_or(NotOpened)?;
    let (stated, body) = rest.split_first_chunk::<32>().ok_or(NotOpened)?;
    let okm = okm(&key, label, salt, aad);
    let (k, n, com) = split(&okm);
    if !bool::from(com.ct_eq(stated)) {
        return Err(NotOpened);
    }
    primitives::chacha_open(k, n, &[], body)
}

fn okm(key: &MessageKey, label: Label, salt: &[u8; 16], aad: &[&[u8]]) -> Secret<76> {
    kdf(&key.0, label, &[salt, &primitives::sha256(aad)])
}

const fn split(okm: &Secret<76>) -> (&[u8; 32], &[u8; 12], &[u8; 32]) {
    const ABSENT: (&[u8; 32], &[u8; 12], &[u8; 32]) = (&[0; 32], &[0; 12], &[0; 32]);
    let Some((k, rest)) = okm.expose().split_first_chunk::<32>() else { return ABSENT };
    let Some((n, rest)) = rest.split_first_chunk::<12>() else { return ABSENT };
    let Some((com, _)) = rest.split_first_chunk::<32>() else { return ABSENT };
    (k, n, com)
}
