//! Ban and Unban of a user or of one device.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DeviceId, OrgId, UserId};

/// Who or what is banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A user with all devices (1).
    User(UserId),
    /// One device (2).
    Device(DeviceId),
}

/// Why; shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BanReason {
    /// Suspended (1).
    Suspended,
    /// Removed (2).
    Removed,
    /// Account closed (3).
    Closed,
}

/// `HDR target_kind u8 target[16] seq u32 reason u8 at u64 until u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub target: Target,
    /// Per target 1, 2, 3…, shared with Unban.
    pub seq: u32,
    /// Why.
    pub reason: BanReason,
    /// When it was signed, ms UTC.
    pub at: u64,
    /// From when on the server's key may lift it, ms UTC; 0: until lifted.
    pub until: u64,
}

/// The same object with `reason` and `until` 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unban {
    /// Who.
    pub target: Target,
    /// Per target 1, 2, 3…, shared with Ban.
    pub seq: u32,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl Ban {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let this = Self {
            target: Target::decode(reader)?,
            seq: reader.u32()?,
            reason: match reader.u8()? {
                1 => BanReason::Suspended,
                2 => BanReason::Removed,
                3 => BanReason::Closed,
                _ => return Err(DecodeError::Range),
            },
            at: reader.u64()?,
            until: reader.u64()?,
        };
        if this.until == 0 || this.until > this.at { Ok(this) } else { Err(DecodeError::Range) }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        let mut writer = Writer::header(org);
        self.target.encode(&mut writer);
        let reason = match self.reason {
            BanReason::Suspended => 1,
            BanReason::Removed => 2,
            BanReason::Closed => 3,
        };
        writer.u32(self.seq).u8(reason).u64(self.at).u64(self.until).finish()
    }
}

impl Unban {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let target = Target::decode(reader)?;
        let seq = reader.u32()?;
        let reason = reader.u8()?;
        let at = reader.u64()?;
        if reason == 0 && reader.u64()? == 0 { Ok(Self { target, seq, at }) } else { Err(DecodeError::Range) }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        let mut writer = Writer::header(org);
        self.target.encode(&mut writer);
        writer.u32(self.seq).u8(0).u64(self.at).u64(0).finish()
    }
}

impl Target {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            1 => Ok(Self::User(UserId::decode(reader)?)),
            2 => Ok(Self::Device(DeviceId::decode(reader)?)),
            _ => Err(DecodeError::Range),
        }
    }

    fn encode(self, writer: &mut Writer) {
        match self {
            Self::User(id) => writer.u8(1).raw(id.as_bytes()),
            Self::Device(id) => writer.u8(2).raw(id.as_bytes()),
        };
    }
}
