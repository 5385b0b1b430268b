//! Prekeys: what a device publishes so that others can start a session while it is away (PROTOCOL §2.2, §2.3).
//!
//! ```text
//! PrekeyBundle = HDR device_id[16] bundle_seq u32 suites list8<u16> spk_id u32 spk[32] pqspk_id u32 pqspk[1568]
//!                nbf u64 naf u64                                                   ‖ sig[64] by DIK_s "bundle"
//! OneTime      = HDR device_id[16] id u32 kind u8 (1 X25519, 2 ML-KEM-1024) key bytes16 ‖ sig[64] by DIK_s "onetime"
//! ```
//!
//! Verified against a [`Verified<Party>`](crate::handshake::Party) they become usable in a handshake. The owner's
//! secrets are in [`Prekeys`].

mod owner;

pub use owner::{
    BUNDLE_LIFE, KEEP_RETIRED, ONE_TIME_LIFE, ONE_TIME_REFILL, ONE_TIME_STOCK, PrekeySource, Prekeys, ROTATE,
};

use thiserror::Error;

use crate::encoding::{Exact, Reader, Writer, is_sorted_strictly};
use crate::error::{BadSignature, DecodeError};
use crate::handshake::Party;
use crate::kdf::SigLabel;
use crate::keys::{DeviceId, DeviceSignSecret, DhPublic, OrgId, Signature, VerifyingKey};
use crate::primitives::Kem1024Secret;
use crate::verified::Verified;

/// Clock tolerance, ms (PROTOCOL, preamble).
const CLOCK_TOLERANCE: u64 = 5 * 60 * 1000;

/// An encoded ML-KEM-1024 encapsulation key.
pub type KemPublic = Box<[u8; Kem1024Secret::PUBLIC]>;

/// The standing prekeys of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrekeyBundle {
    /// The device.
    pub device_id: DeviceId,
    /// Rises with every bundle.
    pub bundle_seq: u32,
    /// Suites the device speaks, ascending.
    pub suites: Vec<u16>,
    /// Id of the signed prekey, from 1.
    pub spk_id: u32,
    /// Signed prekey (X25519).
    pub spk: DhPublic,
    /// Id of the last-resort KEM prekey, from 1.
    pub pqspk_id: u32,
    /// Last-resort KEM prekey (ML-KEM-1024), 1568 bytes.
    pub pqspk: KemPublic,
    /// Valid from, ms.
    pub nbf: u64,
    /// Valid to, ms.
    pub naf: u64,
}

/// A one-time prekey's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneTimeKey {
    /// Kind 1.
    Dh(DhPublic),
    /// Kind 2: ML-KEM-1024, 1568 bytes.
    Kem(KemPublic),
}

/// One one-time prekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTime {
    /// The device.
    pub device_id: DeviceId,
    /// Its id among its kind, from 1.
    pub id: u32,
    /// The key.
    pub key: OneTimeKey,
}

/// Why a prekey is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrekeyError {
    /// It is of another device than the certificate.
    #[error("the prekey is of another device")]
    Device,
    /// The signature is false.
    #[error("the signature of the prekey does not verify")]
    Signature(#[from] BadSignature),
    /// Now is outside `nbf … naf`.
    #[error("the prekey bundle is not valid now")]
    Time,
    /// A newer bundle was seen before.
    #[error("the prekey bundle is older than one seen before ({seen})")]
    Old {
        /// The highest `bundle_seq` seen.
        seen: u32,
    },
}

/// A bundle and its signature, as they travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBundle {
    exact: Exact<PrekeyBundle>,
    signature: Signature,
}

/// A one-time prekey and its signature, as they travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOneTime {
    exact: Exact<OneTime>,
    signature: Signature,
}

impl SignedBundle {
    /// Signs a bundle of this device.
    #[must_use]
    pub fn sign(org: &OrgId, bundle: PrekeyBundle, dik_s: &DeviceSignSecret) -> Self {
        let mut out = Writer::header(org);
        out.raw(bundle.device_id.as_bytes()).u32(bundle.bundle_seq);
        out.list8(&bundle.suites, |out, suite| {
            out.u16(*suite);
        });
        out.u32(bundle.spk_id).raw(bundle.spk.as_bytes()).u32(bundle.pqspk_id).raw(bundle.pqspk.as_slice());
        out.u64(bundle.nbf).u64(bundle.naf);
        let bytes = out.finish();
        let signature = dik_s.sign(SigLabel::BUNDLE, &bytes);
        Self { exact: Exact::encoded(bundle, bytes), signature }
    }

    /// Reads `PrekeyBundle ‖ sig`.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Key`] for an encapsulation key that fails the modulus check.
    pub fn decode(org: &OrgId, bytes: &[u8]) -> Result<Self, DecodeError> {
        let (object, signature) = signed(bytes)?;
        let exact = Exact::parse(object, |reader| {
            reader.header(org)?;
            let bundle = PrekeyBundle {
                device_id: DeviceId::decode(reader)?,
                bundle_seq: reader.u32()?,
                suites: reader.list8(Reader::u16)?,
                spk_id: reader.u32()?,
                spk: DhPublic::new(reader.array()?),
                pqspk_id: reader.u32()?,
                pqspk: kem_public(reader.array_ref()?)?,
                nbf: reader.u64()?,
                naf: reader.u64()?,
            };
            let in_range = is_sorted_strictly(&bundle.suites) && bundle.spk_id != 0 && bundle.pqspk_id != 0;
            if in_range { Ok(bundle) } else { Err(DecodeError::Range) }
        })?;
        Ok(Self { exact, signature })
    }

    /// The bytes as received: `PrekeyBundle ‖ sig`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [self.exact.bytes(), self.signature.as_bytes()].concat()
    }

    /// What it says, not yet verified.
    #[must_use]
    pub const fn unverified(&self) -> &PrekeyBundle {
        self.exact.value()
    }

    /// Verifies it against the owner's certificate: device, signature, `nbf ≤ now ≤ naf` (with 5 min tolerance),
    /// and `bundle_seq` not below `highest_seen` (0 if none was seen).
    ///
    /// # Errors
    /// [`PrekeyError`].
    pub fn verify(
        &self,
        owner: &Verified<Party>,
        highest_seen: u32,
        now: u64,
    ) -> Result<Verified<PrekeyBundle>, PrekeyError> {
        let bundle = self.exact.value();
        if bundle.device_id != owner.device_id {
            return Err(PrekeyError::Device);
        }
        owner.dik_s.verify(SigLabel::BUNDLE, self.exact.bytes(), &self.signature)?;
        if now.saturating_add(CLOCK_TOLERANCE) < bundle.nbf
            || now > bundle.naf.saturating_add(CLOCK_TOLERANCE)
        {
            return Err(PrekeyError::Time);
        }
        if bundle.bundle_seq < highest_seen {
            return Err(PrekeyError::Old { seen: highest_seen });
        }
        Ok(Verified::new(bundle.clone()))
    }
}

impl SignedOneTime {
    /// Signs a one-time prekey of this device.
    #[must_use]
    pub fn sign(org: &OrgId, one_time: OneTime, dik_s: &DeviceSignSecret) -> Self {
        let mut out = Writer::header(org);
        out.raw(one_time.device_id.as_bytes()).u32(one_time.id);
        match &one_time.key {
            OneTimeKey::Dh(key) => out.u8(1).bytes16(key.as_bytes()),
            OneTimeKey::Kem(key) => out.u8(2).bytes16(key.as_slice()),
        };
        let bytes = out.finish();
        let signature = dik_s.sign(SigLabel::ONETIME, &bytes);
        Self { exact: Exact::encoded(one_time, bytes), signature }
    }

    /// Reads `OneTime ‖ sig`.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Key`] for an encapsulation key that fails the modulus check.
    pub fn decode(org: &OrgId, bytes: &[u8]) -> Result<Self, DecodeError> {
        let (object, signature) = signed(bytes)?;
        let exact = Exact::parse(object, |reader| {
            reader.header(org)?;
            let device_id = DeviceId::decode(reader)?;
            let id = reader.u32()?;
            let kind = reader.u8()?;
            let key = reader.bytes16()?;
            let key = match kind {
                1 => OneTimeKey::Dh(DhPublic::new(key.try_into().map_err(|_| DecodeError::Range)?)),
                2 => OneTimeKey::Kem(kem_public(key.try_into().map_err(|_| DecodeError::Range)?)?),
                _ => return Err(DecodeError::Range),
            };
            if id == 0 { Err(DecodeError::Range) } else { Ok(OneTime { device_id, id, key }) }
        })?;
        Ok(Self { exact, signature })
    }

    /// The bytes as received: `OneTime ‖ sig`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [self.exact.bytes(), self.signature.as_bytes()].concat()
    }

    /// What it says, not yet verified.
    #[must_use]
    pub const fn unverified(&self) -> &OneTime {
        self.exact.value()
    }

    /// Verifies it against the owner's certificate.
    ///
    /// # Errors
    /// [`PrekeyError::Device`] or [`PrekeyError::Signature`].
    pub fn verify(&self, owner: &Verified<Party>) -> Result<Verified<OneTime>, PrekeyError> {
        let one_time = self.exact.value();
        if one_time.device_id != owner.device_id {
            return Err(PrekeyError::Device);
        }
        owner.dik_s.verify(SigLabel::ONETIME, self.exact.bytes(), &self.signature)?;
        Ok(Verified::new(one_time.clone()))
    }
}

fn signed(bytes: &[u8]) -> Result<(&[u8], Signature), DecodeError> {
    let (object, signature) = bytes.split_last_chunk::<64>().ok_or(DecodeError::Truncated)?;
    Ok((object, Signature::new(*signature)))
}

fn kem_public(bytes: &[u8; Kem1024Secret::PUBLIC]) -> Result<KemPublic, DecodeError> {
    Kem1024Secret::check(bytes)?;
    Ok(Box::new(*bytes))
}
