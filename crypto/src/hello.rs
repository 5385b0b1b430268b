//! Hello: the first frame each way on every peer connection (PROTOCOL §2.3, Hello, leases, bans).
//!
//! ```text
//! Hello = HDR user_id[16] device_id[16] devcert_hash[32] lease bytes16 checkpoint bytes16 suites list8<u16> clock u64
//! ```
//!
//! It is not signed: the transport has proven the PeerId. Judged by
//! [`Directory::admit`](crate::directory::Directory::admit); its head is compared by
//! [`Directory::compare`](crate::directory::Directory::compare).

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DeviceId, OrgId, UserId};

/// A Hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The account.
    pub user_id: UserId,
    /// The device.
    pub device_id: DeviceId,
    /// `H("devcert", DeviceCert)` of its certificate.
    pub devcert_hash: [u8; 32],
    /// `Lease ‖ sig` as the server gave it, or empty.
    pub lease: Vec<u8>,
    /// The newest head the sender has adopted: the note's text as bytes; not checked here.
    pub checkpoint: Vec<u8>,
    /// Suites the sender speaks.
    pub suites: Vec<u16>,
    /// The sender's clock, ms UTC; informative.
    pub clock: u64,
}

impl Hello {
    /// Reads a Hello of this organisation.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(org: &OrgId, bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            reader.header(org)?;
            Ok(Self {
                user_id: UserId::decode(reader)?,
                device_id: DeviceId::decode(reader)?,
                devcert_hash: reader.array()?,
                lease: reader.bytes16()?.to_vec(),
                checkpoint: reader.bytes16()?.to_vec(),
                suites: reader.list8(Reader::u16)?,
                clock: reader.u64()?,
            })
        })
    }

    /// The frame's bytes.
    #[must_use]
    pub fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .raw(self.device_id.as_bytes())
            .raw(&self.devcert_hash)
            .bytes16(&self.lease)
            .bytes16(&self.checkpoint)
            .list8(&self.suites, |writer, suite| {
                writer.u16(*suite);
            })
            .u64(self.clock)
            .finish()
    }
}
