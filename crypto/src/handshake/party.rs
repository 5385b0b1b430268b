//! One end of a handshake: a device, its account key and the hash of its certificate.

use thiserror::Error;

use crate::encoding::{Reader, is_sorted_strictly};
use crate::error::{BadSignature, DecodeError};
use crate::kdf::{Label, SigLabel, h};
use crate::keys::{
    DeviceId, DeviceSignPublic, DhPublic, DhSecret, OrgId, Signature, TransportPublic, UikPublic, UserId,
    VerifyingKey,
};
use crate::verified::Verified;

/// `Party(U) = user_id ‖ device_id ‖ uik ‖ dik_s ‖ dik_x ‖ tpk` (PROTOCOL §2.4), beside the hash of the certificate
/// that ties them together. The UIK is the one of the directory fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The account.
    pub user_id: UserId,
    /// The device.
    pub device_id: DeviceId,
    /// Account identity key, from the fold.
    pub uik: UikPublic,
    /// Device signing key.
    pub dik_s: DeviceSignPublic,
    /// Device agreement key.
    pub dik_x: DhPublic,
    /// Transport key (PeerId).
    pub tpk: TransportPublic,
    /// `H("devcert", DeviceCert)`, 32 bytes; not part of the 160 bytes.
    pub devcert_hash: [u8; 32],
    /// Suites of the certificate, ascending.
    pub suites: Vec<u16>,
}

/// Why a device certificate is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PartyError {
    /// The bytes are not a DeviceCert of this organisation.
    #[error("the certificate does not parse: {0}")]
    Decode(#[from] DecodeError),
    /// One of the three signatures is false.
    #[error("a signature of the certificate does not verify")]
    Signature(#[from] BadSignature),
    /// The certificate names another user than the account key belongs to.
    #[error("the certificate is of another user")]
    User,
}

impl Party {
    /// Length of the encoded form, in bytes.
    pub const LEN: usize = 160;

    /// Reads a DeviceCert and verifies its three signatures: by `uik` ("device"), and by its own DIK_s and TPK
    /// ("devposs", proof of possession).
    ///
    /// `uik` MUST be the account key that the caller's fold gives for `user_id`, and the caller checks that the
    /// device is active there; the directory does both.
    ///
    /// # Errors
    /// [`PartyError`].
    pub fn from_certificate(
        org: &OrgId,
        user_id: &UserId,
        uik: &UikPublic,
        device_cert: &[u8],
        by_uik: &Signature,
        by_device: &Signature,
        by_transport: &Signature,
    ) -> Result<Verified<Self>, PartyError> {
        let party = Reader::all(device_cert, |reader| {
            reader.header(org)?;
            let party = Self {
                user_id: UserId::decode(reader)?,
                device_id: DeviceId::decode(reader)?,
                uik: *uik,
                dik_s: DeviceSignPublic::decode(reader)?,
                dik_x: DhPublic::new(reader.array()?),
                tpk: TransportPublic::decode(reader)?,
                devcert_hash: h(Label::DEVCERT, &[device_cert]),
                suites: reader.list8(Reader::u16)?,
            };
            let _created = reader.u64()?;
            if is_sorted_strictly(&party.suites) { Ok(party) } else { Err(DecodeError::Range) }
        })?;
        if party.user_id != *user_id {
            return Err(PartyError::User);
        }
        uik.verify(SigLabel::DEVICE, device_cert, by_uik)?;
        party.dik_s.verify(SigLabel::DEVPOSS, device_cert, by_device)?;
        party.tpk.verify(SigLabel::DEVPOSS, device_cert, by_transport)?;
        Ok(Verified::new(party))
    }

    /// The 160 bytes that enter the transcript.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [
            self.user_id.as_bytes().as_slice(),
            self.device_id.as_bytes(),
            self.uik.as_bytes(),
            self.dik_s.as_bytes(),
            self.dik_x.as_bytes(),
            self.tpk.as_bytes(),
        ]
        .concat()
    }
}

/// This device as a party: its verified certificate and the secret of its agreement key.
#[derive(Debug)]
pub struct LocalDevice {
    org: OrgId,
    party: Verified<Party>,
    dik_x: DhSecret,
}

/// The agreement secret does not belong to the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the device key does not belong to the certificate")]
pub struct KeyMismatch;

impl LocalDevice {
    /// Joins a certificate of this device and the secret of its `dik_x`.
    ///
    /// # Errors
    /// [`KeyMismatch`].
    pub fn new(org: OrgId, party: Verified<Party>, dik_x: DhSecret) -> Result<Self, KeyMismatch> {
        if *dik_x.public() == party.dik_x { Ok(Self { org, party, dik_x }) } else { Err(KeyMismatch) }
    }

    /// The organisation.
    #[must_use]
    pub const fn org(&self) -> &OrgId {
        &self.org
    }

    /// The public side.
    #[must_use]
    pub const fn party(&self) -> &Verified<Party> {
        &self.party
    }

    pub(crate) const fn dik_x(&self) -> &DhSecret {
        &self.dik_x
    }
}
