//! UikReset: an account gets a new identity key; its devices become none.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{OrgId, UikPublic, UserId};

/// `HDR user_id[16] new_uik[32] reset_seq u32 at u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UikReset {
    /// The account.
    pub user_id: UserId,
    /// The new identity key.
    pub new_uik: UikPublic,
    /// That of the ResetGrant it uses.
    pub reset_seq: u32,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl UikReset {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        Ok(Self {
            user_id: UserId::decode(reader)?,
            new_uik: UikPublic::decode(reader)?,
            reset_seq: reader.u32()?,
            at: reader.u64()?,
        })
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .raw(self.new_uik.as_bytes())
            .u32(self.reset_seq)
            .u64(self.at)
            .finish()
    }
}
