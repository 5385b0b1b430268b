//! Leases: the server's short statement that a device may take part (PROTOCOL §2.3, Objects).
//!
//! `Lease = HDR user_id[16] device_id[16] devcert_hash[32] issued u64 not_after u64 ‖ sig[64] by DSK "lease"`: 161
//! bytes. Not a leaf. Whether one holds is judged by [`Directory::admit`](crate::directory::Directory::admit).

use crate::encoding::{Exact, Reader, Writer};
use crate::error::{BadSignature, DecodeError};
use crate::kdf::SigLabel;
use crate::keys::{DeviceId, DirectoryPublic, DirectorySecret, OrgId, Signature, UserId, VerifyingKey};

/// What a lease says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The account.
    pub user_id: UserId,
    /// The device.
    pub device_id: DeviceId,
    /// `H("devcert", DeviceCert)` of its certificate.
    pub devcert_hash: [u8; 32],
    /// When it was given, ms UTC.
    pub issued: u64,
    /// Last moment, ms UTC.
    pub not_after: u64,
}

/// A lease and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLease {
    lease: Exact<Lease>,
    signature: Signature,
}

impl Lease {
    /// Length with the signature, in bytes.
    pub const SIGNED_LEN: usize = 161;

    /// Signs the lease with a directory key.
    #[must_use]
    pub fn sign(self, org: &OrgId, dsk: &DirectorySecret) -> SignedLease {
        let bytes = Writer::header(org)
            .raw(self.user_id.as_bytes())
            .raw(self.device_id.as_bytes())
            .raw(&self.devcert_hash)
            .u64(self.issued)
            .u64(self.not_after)
            .finish();
        SignedLease { signature: dsk.sign(SigLabel::LEASE, &bytes), lease: Exact::encoded(self, bytes) }
    }

    /// Reads `Lease ‖ sig`; the signature is not verified yet.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(org: &OrgId, bytes: &[u8]) -> Result<SignedLease, DecodeError> {
        let at = bytes.len().checked_sub(64).ok_or(DecodeError::Truncated)?;
        let (object, signature) = bytes.split_at_checked(at).ok_or(DecodeError::Truncated)?;
        Ok(SignedLease {
            lease: Exact::parse(object, |reader| {
                reader.header(org)?;
                Ok(Self {
                    user_id: UserId::decode(reader)?,
                    device_id: DeviceId::decode(reader)?,
                    devcert_hash: reader.array()?,
                    issued: reader.u64()?,
                    not_after: reader.u64()?,
                })
            })?,
            signature: Signature::new(Reader::new(signature).array()?),
        })
    }
}

impl SignedLease {
    /// What it says.
    #[must_use]
    pub const fn lease(&self) -> &Lease {
        self.lease.value()
    }

    /// `Lease ‖ sig`, 161 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.lease.bytes(), self.signature.as_bytes()].concat()
    }

    /// Verifies the signature under one directory key.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, dsk: &DirectoryPublic) -> Result<(), BadSignature> {
        dsk.verify(SigLabel::LEASE, self.lease.bytes(), &self.signature)
    }
}
