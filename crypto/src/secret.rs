//! Bytes that must not leak: wiped on drop, compared in constant time, never printed, never copied by accident.

use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes. No `Clone`, `Display` or serialisation; `Debug` prints only the length.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the bytes over. The caller's copy, if any, stays the caller's to wipe.
    #[must_use]
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Draws `N` fresh bytes in a single call of the generator.
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; N];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes, for a primitive or the vault codec.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// The bytes as `PARTS` keys of 32; `N` is 32 · `PARTS`.
    pub(crate) fn split<const PARTS: usize>(&self) -> [Secret<32>; PARTS] {
        const { assert!(N == 32 * PARTS) };
        let mut chunks = self.0.as_chunks::<32>().0.iter();
        core::array::from_fn(|_| Secret::new(chunks.next().copied().unwrap_or([0; 32])))
    }

    /// A second copy, named so that every one is seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0)
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{N}>(redacted)")
    }
}
