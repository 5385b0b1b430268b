//! A slot: the vault's master keys sealed under one password or recovery code (PROTOCOL §2.10).
//!
//! ```text
//! hdr (47)  = ver u8 (1) vault_id[16] type u8 (1 P, 2 R) kdf u8 (1 Argon2id v1.3, 0 none) m_kib u32 t u32 p u32 salt[16]
//! Slot(183) = hdr ‖ com[32] ‖ X(KEK, aad = hdr, VMK[32] ‖ UWK[32])
//! ikm = Argon2id(NFKC(password), salt, m, t, p, 32)  (P)   |   recovery code[32]  (R; m = t = p = 0)
//! prk = Ext(salt, ikm);  KEK = KDF(prk, "vault kek", hdr, 32);  com = KDF(prk, "vault com", hdr, 32), checked first
//! ```

use core::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::encoding::{Reader, Writer};
use crate::error::{DecodeError, NotOpened};
use crate::kdf::{Label, ext, kdf};
use crate::keys::VaultId;
use crate::password::Password;
use crate::primitives;
use crate::secret::Secret;
use crate::vault::{KdfParams, RecoveryCode};

const VERSION: u8 = 1;
const HEADER: usize = 47;

/// What opens a slot.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// The vault password.
    Password(&'a Password),
    /// The recovery code.
    Recovery(&'a RecoveryCode),
}

/// Why the vault stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// No slot opens with this password or code.
    #[error("the password or recovery code is not right")]
    Refused,
    /// A slot opened, but the rest of the header is not what was written: try the other copy.
    #[error("the vault header is damaged")]
    Damaged,
    /// The header has no room for another slot.
    #[error("the vault has no room for another password")]
    Full,
}

/// The kind of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// Opened by a password at this cost.
    Password(KdfParams),
    /// Opened by the recovery code.
    Recovery,
}

/// The keys a slot holds: the vault master key, and the key that wraps the account identity.
#[derive(Debug)]
pub struct MasterKeys {
    /// VMK, in memory while the vault is open.
    pub vmk: Secret<32>,
    /// UWK, in memory only while it is used.
    pub uwk: Secret<32>,
}

/// One slot, parsed and bounded.
#[derive(Clone, PartialEq, Eq)]
pub struct Slot {
    bytes: [u8; Self::LEN],
    kind: SlotKind,
}

impl Slot {
    /// Length, in bytes.
    pub const LEN: usize = HEADER + 32 + 24 + 64 + primitives::TAG;

    /// Seals `keys` under a password at a cost. Draws the salt (16 bytes), then the nonce (24).
    ///
    /// # Errors
    /// [`NotOpened`] if Argon2id refuses the cost, which bounded parameters exclude.
    pub fn with_password<R: CryptoRng + ?Sized>(
        vault: &VaultId,
        keys: &MasterKeys,
        password: &Password,
        cost: KdfParams,
        rng: &mut R,
    ) -> Result<Self, NotOpened> {
        let kind = SlotKind::Password(cost);
        let header = new_header(vault, kind, rng);
        let ikm = stretch(password, &salt_of(&header), cost)?;
        Self::seal(header, kind, &ikm, keys, rng).ok_or(NotOpened)
    }

    /// Seals `keys` under a recovery code. Draws the salt (16 bytes), then the nonce (24).
    ///
    /// # Errors
    /// None in practice; the signature is that of [`Self::with_password`].
    pub fn with_recovery<R: CryptoRng + ?Sized>(
        vault: &VaultId,
        keys: &MasterKeys,
        code: &RecoveryCode,
        rng: &mut R,
    ) -> Result<Self, NotOpened> {
        let header = new_header(vault, SlotKind::Recovery, rng);
        Self::seal(header, SlotKind::Recovery, code.secret(), keys, rng).ok_or(NotOpened)
    }

    /// Opens the slot. A password costs the slot's Argon2id; a credential of the other kind costs nothing.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, credential: Credential<'_>) -> Result<MasterKeys, NotOpened> {
        let header = self.header();
        let prk = match (self.kind, credential) {
            (SlotKind::Password(cost), Credential::Password(password)) => {
                let salt = salt_of(&header);
                ext(&salt, &[stretch(password, &salt, cost)?.expose()])
            }
            (SlotKind::Recovery, Credential::Recovery(code)) => {
                ext(&salt_of(&header), &[code.secret().expose()])
            }
            (SlotKind::Password(_), Credential::Recovery(_))
            | (SlotKind::Recovery, Credential::Password(_)) => return Err(NotOpened),
        };
        let (stated, sealed) = self.after_header().split_first_chunk::<32>().ok_or(NotOpened)?;
        if kdf::<32>(&prk, Label::VAULT_COM, &[&header]) != Secret::new(*stated) {
            return Err(NotOpened);
        }
        let keys = primitives::x_open(&kdf(&prk, Label::VAULT_KEK, &[&header]), &header, sealed)?;
        let (vmk, uwk) = keys.split_first_chunk::<32>().ok_or(NotOpened)?;
        let uwk = uwk.first_chunk::<32>().ok_or(NotOpened)?;
        Ok(MasterKeys { vmk: Secret::new(*vmk), uwk: Secret::new(*uwk) })
    }

    /// What opens this slot.
    #[must_use]
    pub const fn kind(&self) -> SlotKind {
        self.kind
    }

    /// The slot's salt, which tells slots apart.
    #[must_use]
    pub fn salt(&self) -> [u8; 16] {
        salt_of(&self.header())
    }

    /// The 183 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.bytes
    }

    /// Reads a slot of this vault and bounds its cost.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`], [`DecodeError::Version`], or [`DecodeError::Range`] for another vault's slot, an
    /// unknown type, or a cost out of bounds.
    pub fn decode(reader: &mut Reader<'_>, vault: &VaultId) -> Result<Self, DecodeError> {
        let bytes = reader.array::<{ Self::LEN }>()?;
        let mut fields = Reader::new(&bytes);
        if fields.u8()? != VERSION {
            return Err(DecodeError::Version);
        }
        if VaultId::decode(&mut fields)? != *vault {
            return Err(DecodeError::Range);
        }
        let kind = match (fields.u8()?, fields.u8()?, fields.u32()?, fields.u32()?, fields.u32()?) {
            (1, 1, m_kib, t, p) => {
                SlotKind::Password(KdfParams::read(m_kib, t, p).map_err(|_| DecodeError::Range)?)
            }
            (2, 0, 0, 0, 0) => SlotKind::Recovery,
            _ => return Err(DecodeError::Range),
        };
        Ok(Self { bytes, kind })
    }

    fn seal<R: CryptoRng + ?Sized>(
        header: [u8; HEADER],
        kind: SlotKind,
        ikm: &Secret<32>,
        keys: &MasterKeys,
        rng: &mut R,
    ) -> Option<Self> {
        let prk = ext(&salt_of(&header), &[ikm.expose()]);
        let commitment = kdf::<32>(&prk, Label::VAULT_COM, &[&header]);
        let mut both = Zeroizing::new([0; 64]);
        for (to, from) in both.iter_mut().zip(keys.vmk.expose().iter().chain(keys.uwk.expose())) {
            *to = *from;
        }
        let sealed =
            primitives::x_seal(&kdf(&prk, Label::VAULT_KEK, &[&header]), &header, both.as_slice(), rng);
        let bytes = Writer::new().raw(&header).raw(commitment.expose()).raw(&sealed).finish();
        Some(Self { bytes: bytes.try_into().ok()?, kind })
    }

    fn header(&self) -> [u8; HEADER] {
        *self.bytes.first_chunk().unwrap_or(&[0; HEADER])
    }

    fn after_header(&self) -> &[u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn new_header<R: CryptoRng + ?Sized>(vault: &VaultId, kind: SlotKind, rng: &mut R) -> [u8; HEADER] {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let (kind, kdf, m_kib, t, p) = match kind {
        SlotKind::Password(cost) => (1, 1, cost.m_kib(), cost.t(), cost.p()),
        SlotKind::Recovery => (2, 0, 0, 0, 0),
    };
    let mut writer = Writer::new();
    writer.u8(VERSION).raw(vault.as_bytes()).u8(kind).u8(kdf).u32(m_kib).u32(t).u32(p).raw(&salt);
    writer.finish().try_into().unwrap_or([0; HEADER])
}

fn salt_of(header: &[u8; HEADER]) -> [u8; 16] {
    *header.last_chunk().unwrap_or(&[0; 16])
}

fn stretch(password: &Password, salt: &[u8; 16], cost: KdfParams) -> Result<Secret<32>, NotOpened> {
    primitives::argon2id(password.as_bytes(), salt, cost.m_kib(), cost.t(), cost.p())
}
