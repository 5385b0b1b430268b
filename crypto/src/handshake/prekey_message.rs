//! PREKEY: the handshake in front of the first messages (PROTOCOL §2.4).
//!
//! ```text
//! PREKEY = 0x02 ‖ suite u16 ‖ reset_time u64 ‖ A.user_id[16] ‖ A.device_id[16] ‖ devcert_hash^A[32] ‖ spk_id u32
//!          ‖ opk_id u32 ‖ pqpk_id u32 ‖ pqpk_kind u8 ‖ EK[32] ‖ ct[1568] ‖ MSG                     (1688 + MSG)
//! ```

use super::SUITE;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DeviceId, DhPublic, UserId};
use crate::primitives::Kem1024Secret;

/// First byte of a PREKEY.
pub(crate) const PREKEY_TYPE: u8 = 2;
/// Length of everything before MSG, in bytes.
pub(crate) const PREKEY_PREFIX: usize = 1688;

/// The fields before MSG.
pub(crate) struct Prefix {
    pub(crate) reset_time: u64,
    pub(crate) user_id: UserId,
    pub(crate) device_id: DeviceId,
    pub(crate) devcert_hash: [u8; 32],
    pub(crate) spk_id: u32,
    /// 0: none.
    pub(crate) opk_id: u32,
    pub(crate) pqpk_id: u32,
    /// pqpk_kind 1 (one-time) or 2 (last-resort).
    pub(crate) one_time_kem: bool,
    pub(crate) ek: DhPublic,
    pub(crate) ct: Box<[u8; Kem1024Secret::CIPHERTEXT]>,
}

/// The prefix and the MSG of a PREKEY.
pub(crate) fn split(wire: &[u8]) -> Option<(&[u8; PREKEY_PREFIX], &[u8])> {
    wire.split_first_chunk()
}

impl Prefix {
    /// The 1688 bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(PREKEY_PREFIX);
        out.u8(PREKEY_TYPE).u16(SUITE).u64(self.reset_time);
        out.raw(self.user_id.as_bytes()).raw(self.device_id.as_bytes()).raw(&self.devcert_hash);
        out.u32(self.spk_id).u32(self.opk_id).u32(self.pqpk_id).u8(if self.one_time_kem { 1 } else { 2 });
        out.raw(self.ek.as_bytes()).raw(self.ct.as_slice());
        out.finish()
    }

    /// Reads the 1688 bytes.
    pub(crate) fn decode(bytes: &[u8; PREKEY_PREFIX]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            if reader.u8()? != PREKEY_TYPE {
                return Err(DecodeError::Range);
            }
            if reader.u16()? != SUITE {
                return Err(DecodeError::Version);
            }
            Ok(Self {
                reset_time: reader.u64()?,
                user_id: UserId::decode(reader)?,
                device_id: DeviceId::decode(reader)?,
                devcert_hash: reader.array()?,
                spk_id: reader.u32()?,
                opk_id: reader.u32()?,
                pqpk_id: reader.u32()?,
                one_time_kem: match reader.u8()? {
                    1 => true,
                    2 => false,
                    _ => return Err(DecodeError::Range),
                },
                ek: DhPublic::new(reader.array()?),
                ct: Box::new(reader.array()?),
            })
        })
    }
}
