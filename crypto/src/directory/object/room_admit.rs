//! RoomAdmit: an admin puts someone into a room or takes them out.

use super::cut::Cut;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DeviceId, OrgId, RoomId, UserId};

/// What a RoomAdmit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Lets the user in (1).
    Add,
    /// Takes the user out (2); in an open room also bars them.
    Remove,
}

/// `HDR room_id user_id action mseq cuts by_user by_device at`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomAdmit {
    /// The room.
    pub room_id: RoomId,
    /// Who is let in or taken out.
    pub user_id: UserId,
    /// Which of both.
    pub action: Admission,
    /// 1 + the number of earlier joins, leaves and admissions of this user in this room.
    pub mseq: u32,
    /// Ends of the removed author's logs.
    pub cuts: Vec<Cut>,
    /// The room admin who signs and their device; none if an admin key signs (zeros in the bytes).
    pub by: Option<(UserId, DeviceId)>,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl RoomAdmit {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let this = Self {
            room_id: RoomId::decode(reader)?,
            user_id: UserId::decode(reader)?,
            action: match reader.u8()? {
                1 => Admission::Add,
                2 => Admission::Remove,
                _ => return Err(DecodeError::Range),
            },
            mseq: reader.u32()?,
            cuts: reader.list16(Cut::decode)?,
            by: {
                let by = (UserId::decode(reader)?, DeviceId::decode(reader)?);
                if by.0.is_zero() && by.1.is_zero() { None } else { Some(by) }
            },
            at: reader.u64()?,
        };
        if Cut::all_distinct(&this.cuts) { Ok(this) } else { Err(DecodeError::Range) }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        let (user, device) = self.by.unwrap_or((UserId::new([0; 16]), DeviceId::new([0; 16])));
        let action = match self.action {
            Admission::Add => 1,
            Admission::Remove => 2,
        };
        Writer::header(org)
            .raw(self.room_id.as_bytes())
            .raw(self.user_id.as_bytes())
            .u8(action)
            .u32(self.mseq)
            .list16(&self.cuts, |writer, cut| cut.encode(writer))
            .raw(user.as_bytes())
            .raw(device.as_bytes())
            .u64(self.at)
            .finish()
    }
}
