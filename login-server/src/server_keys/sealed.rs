//! The server's keys sealed to a store key, which lies elsewhere (ADMIN §5, `LoadCredential=store-key`).
//!
//! ```text
//! { "format": "conclave-server-keys", "version": 2, "ork": hex32, "m_kib": 65536, "t": 3, "p": 4, "salt": hex16,
//!   "sealed": hex }
//! key    = Argon2id v1.3 (store key in NFKC UTF-8, salt, m, t, p) → 32 bytes
//! sealed = X(key, aad = "conclave server keys 2" ‖ ork bytes8 ‖ m u32 ‖ t u32 ‖ p u32 ‖ salt bytes8, the file of version 1)
//! ```
//!
//! The store key may be a passphrase, so it is stretched. What is inside names the key of the private records.

use conclave_crypto::encoding::Writer;
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{x_open, x_seal};
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::FORMAT;
use crate::stretch::Cost;

const VERSION: u32 = 2;
const AAD: &[u8] = b"conclave server keys 2";

/// The file as it lies on the disk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    format: String,
    version: u32,
    pub(super) ork: String,
    m_kib: u32,
    t: u32,
    p: u32,
    salt: String,
    sealed: String,
}

/// The store key, stretched, with what is needed to stretch it again.
#[derive(Debug)]
pub(super) struct Seal {
    cost: Cost,
    salt: [u8; 16],
    key: Secret<32>,
}

impl Seal {
    /// A new one under a new salt.
    pub(super) fn new<R: CryptoRng + ?Sized>(store_key: &Password, rng: &mut R) -> Option<Self> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let key = Cost::NEW.stretch(store_key, &salt)?;
        Some(Self { cost: Cost::NEW, salt, key })
    }

    /// Seals a file of version 1.
    pub(super) fn seal<R: CryptoRng + ?Sized>(&self, ork: String, text: &[u8], rng: &mut R) -> Envelope {
        let mut envelope = Envelope {
            format: FORMAT.into(),
            version: VERSION,
            ork,
            m_kib: self.cost.m_kib,
            t: self.cost.t,
            p: self.cost.p,
            salt: HEXLOWER.encode(&self.salt),
            sealed: String::new(),
        };
        envelope.sealed = HEXLOWER.encode(&x_seal(&self.key, &envelope.aad(), text, rng));
        envelope
    }
}

impl Envelope {
    /// Reads a sealed file; nothing is opened.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let found: Self = serde_json::from_slice(text).ok()?;
        let fits = found.format == FORMAT && found.version == VERSION && found.cost().is_acceptable();
        fits.then_some(found)
    }

    const fn cost(&self) -> Cost {
        Cost { m_kib: self.m_kib, t: self.t, p: self.p }
    }

    /// The file of version 1, and the seal for the next write; `None`: another store key, or altered.
    pub(super) fn open(&self, store_key: &Password) -> Option<(Zeroizing<Vec<u8>>, Seal)> {
        let salt: [u8; 16] = HEXLOWER.decode(self.salt.as_bytes()).ok()?.try_into().ok()?;
        let key = self.cost().stretch(store_key, &salt)?;
        let sealed = HEXLOWER.decode(self.sealed.as_bytes()).ok()?;
        let text = x_open(&key, &self.aad(), &sealed).ok()?;
        Some((text, Seal { cost: self.cost(), salt, key }))
    }

    fn aad(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(AAD).bytes8(self.ork.as_bytes());
        self.cost().write(&mut writer);
        writer.bytes8(self.salt.as_bytes()).finish()
    }
}
