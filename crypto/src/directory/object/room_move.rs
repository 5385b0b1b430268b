//! RoomJoin and RoomLeave: one object, told apart by the leaf's kind and the signature's label.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DeviceId, OrgId, RoomId, UserId};

/// `HDR room_id[16] user_id[16] device_id[16] mseq u32 at u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomMove {
    /// The room.
    pub room_id: RoomId,
    /// Who joins or leaves.
    pub user_id: UserId,
    /// The device that signs.
    pub device_id: DeviceId,
    /// 1 + the number of earlier joins, leaves and admissions of this user in this room.
    pub mseq: u32,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl RoomMove {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        Ok(Self {
            room_id: RoomId::decode(reader)?,
            user_id: UserId::decode(reader)?,
            device_id: DeviceId::decode(reader)?,
            mseq: reader.u32()?,
            at: reader.u64()?,
        })
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.room_id.as_bytes())
            .raw(self.user_id.as_bytes())
            .raw(self.device_id.as_bytes())
            .u32(self.mseq)
            .u64(self.at)
            .finish()
    }
}
