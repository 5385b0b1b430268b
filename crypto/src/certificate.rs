//! Device certificates: an account key (UIK) vouches for a device's three keys (PROTOCOL §2.3, Objects).
//!
//! ```text
//! DeviceCert = HDR user_id[16] device_id[16] dik_s[32] dik_x[32] tpk[32] suites list8<u16> (sorted) created u64
//! SignedCert = bytes16(DeviceCert) ‖ sig[64] by UIK "device" ‖ sig[64] by DIK_s "devposs" ‖ sig[64] by TPK "devposs"
//! devcert_hash = H("devcert", DeviceCert)
//! ```
//!
//! The device's own two signatures prove possession. `dik_x` signs nothing; whoever lists a foreign one cannot use
//! it. Whether a device counts is decided by the [`Directory`](crate::directory::Directory) alone.

use crate::encoding::{Exact, Reader, Writer, is_sorted_strictly};
use crate::error::{BadSignature, DecodeError};
use crate::handshake::{Party, PartyError};
use crate::kdf::{Label, SigLabel, h};
use crate::keys::{
    DeviceId, DeviceSignPublic, DeviceSignSecret, DhPublic, OrgId, Signature, TransportPublic,
    TransportSecret, UikPublic, UikSecret, UserId, VerifyingKey,
};
use crate::verified::Verified;

/// What a device certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCert {
    /// The account.
    pub user_id: UserId,
    /// The device.
    pub device_id: DeviceId,
    /// Signs prekeys, membership moves and room entries' announcements.
    pub dik_s: DeviceSignPublic,
    /// Agrees on keys.
    pub dik_x: DhPublic,
    /// The libp2p PeerId's key.
    pub tpk: TransportPublic,
    /// Suites the device speaks, strictly ascending; at most 255.
    pub suites: Vec<u16>,
    /// When it was made, ms UTC by the device's clock.
    pub created: u64,
}

/// A certificate as the bytes that were signed, beside its three signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCert {
    cert: Exact<DeviceCert>,
    by_uik: Signature,
    by_device: Signature,
    by_transport: Signature,
}

/// `H("devcert", DeviceCert)` over the certificate's bytes, 32 bytes.
#[must_use]
pub fn devcert_hash(device_cert: &[u8]) -> [u8; 32] {
    h(Label::DEVCERT, &[device_cert])
}

impl DeviceCert {
    /// Reads the object.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let cert = Self {
            user_id: UserId::decode(reader)?,
            device_id: DeviceId::decode(reader)?,
            dik_s: DeviceSignPublic::decode(reader)?,
            dik_x: DhPublic::new(reader.array()?),
            tpk: TransportPublic::decode(reader)?,
            suites: reader.list8(Reader::u16)?,
            created: reader.u64()?,
        };
        if is_sorted_strictly(&cert.suites) { Ok(cert) } else { Err(DecodeError::Range) }
    }

    /// The object's bytes.
    #[must_use]
    pub fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .raw(self.device_id.as_bytes())
            .raw(self.dik_s.as_bytes())
            .raw(self.dik_x.as_bytes())
            .raw(self.tpk.as_bytes())
            .list8(&self.suites, |writer, suite| {
                writer.u16(*suite);
            })
            .u64(self.created)
            .finish()
    }
}

impl SignedCert {
    /// Signs a certificate with the account key and, as proof of possession, the device's own two signing keys.
    #[must_use]
    pub fn issue(
        org: &OrgId,
        cert: DeviceCert,
        uik: &UikSecret,
        dik_s: &DeviceSignSecret,
        tpk: &TransportSecret,
    ) -> Self {
        let bytes = cert.encode(org);
        Self {
            by_uik: uik.sign(SigLabel::DEVICE, &bytes),
            by_device: dik_s.sign(SigLabel::DEVPOSS, &bytes),
            by_transport: tpk.sign(SigLabel::DEVPOSS, &bytes),
            cert: Exact::encoded(cert, bytes),
        }
    }

    /// Reads the signed form; nothing is verified yet.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        Ok(Self {
            cert: Exact::parse(reader.bytes16()?, |inner| DeviceCert::decode(inner, org))?,
            by_uik: Signature::new(reader.array()?),
            by_device: Signature::new(reader.array()?),
            by_transport: Signature::new(reader.array()?),
        })
    }

    /// Writes the signed form: the certificate's bytes as received.
    pub fn encode(&self, writer: &mut Writer) {
        writer
            .bytes16(self.cert.bytes())
            .raw(self.by_uik.as_bytes())
            .raw(self.by_device.as_bytes())
            .raw(self.by_transport.as_bytes());
    }

    /// Verifies the three signatures.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, uik: &UikPublic) -> Result<(), BadSignature> {
        let bytes = self.cert.bytes();
        uik.verify(SigLabel::DEVICE, bytes, &self.by_uik)?;
        self.cert().dik_s.verify(SigLabel::DEVPOSS, bytes, &self.by_device)?;
        self.cert().tpk.verify(SigLabel::DEVPOSS, bytes, &self.by_transport)
    }

    /// The device as a party of handshakes, after verifying the three signatures.
    ///
    /// # Errors
    /// [`PartyError`].
    pub fn party(&self, org: &OrgId, user: &UserId, uik: &UikPublic) -> Result<Verified<Party>, PartyError> {
        let bytes = self.cert.bytes();
        Party::from_certificate(org, user, uik, bytes, &self.by_uik, &self.by_device, &self.by_transport)
    }

    /// What the certificate says.
    #[must_use]
    pub const fn cert(&self) -> &DeviceCert {
        self.cert.value()
    }

    /// The signed bytes, without the signatures.
    #[must_use]
    pub fn cert_bytes(&self) -> &[u8] {
        self.cert.bytes()
    }

    /// `H("devcert", DeviceCert)`, 32 bytes.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        devcert_hash(self.cert.bytes())
    }
}
