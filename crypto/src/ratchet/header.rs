//! Message headers and their encryption (PROTOCOL §2.5).
//!
//! ```text
//! header (2313) = DHs_pub[32] ‖ ek_s[1184] ‖ ct[1088] (ct_s|Z_ct) ‖ flags u8 (bit 0 = ct present, rest 0) ‖ PN u32 ‖ N u32
//! fix           = SHA-256(header[0..2309])                       all but N: the same in the whole chain
//! ```

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::encoding::Reader;
use crate::kdf::{Label, lab};
use crate::primitives::{sha256, x_open, x_seal};
use crate::secret::Secret;

/// First byte of a MSG.
pub(crate) const MSG_TYPE: u8 = 1;
/// Length of a header, in bytes.
pub(crate) const HEADER: usize = 32 + 1184 + 1088 + 1 + 4 + 4;
/// Length of an encrypted header, in bytes.
pub(crate) const SEALED_HEADER: usize = HEADER + 24 + 16;

/// A key that encrypts the headers of one chain.
pub(crate) struct HeaderKey(Secret<32>);

impl HeaderKey {
    pub(crate) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }

    /// `EH`. Draws 24 bytes.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(&self, th: &[u8; 32], header: &[u8], rng: &mut R) -> Vec<u8> {
        x_seal(&self.0, &lab(Label::HDR, &[th]), header, rng)
    }

    /// The header, if this key opens it.
    pub(crate) fn open(&self, th: &[u8; 32], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        x_open(&self.0, &lab(Label::HDR, &[th]), sealed).ok()
    }
}

/// A header, read in place.
pub(crate) struct Header<'a> {
    pub(crate) dh: [u8; 32],
    pub(crate) ek: &'a [u8; 1184],
    pub(crate) ct: &'a [u8; 1088],
    pub(crate) flags: u8,
    pub(crate) pn: u32,
    pub(crate) n: u32,
    fixed: &'a [u8],
}

impl<'a> Header<'a> {
    /// Reads a header of exactly [`HEADER`] bytes.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        Reader::all(bytes, |reader| {
            Ok(Self {
                dh: reader.array()?,
                ek: reader.array_ref()?,
                ct: reader.array_ref()?,
                flags: reader.u8()?,
                pn: reader.u32()?,
                n: reader.u32()?,
                fixed: bytes.get(..HEADER - 4).unwrap_or_default(),
            })
        })
        .ok()
    }

    /// `SHA-256(header[0..2309])`.
    pub(crate) fn fix(&self) -> [u8; 32] {
        sha256(&[self.fixed])
    }
}
