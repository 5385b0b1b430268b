//! ResetGrant: admins let the holder of a one-time code give an account a new identity key.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{GrantPublic, OrgId, UserId};

/// Longest life of a reset grant: 7 days, ms.
pub const LONGEST_RESET_LIFE: u64 = 7 * 86_400_000;

/// `HDR user_id[16] reset_seq u32 grant_pub[32] expires u64 reason u8 at u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResetGrant {
    /// The account.
    pub user_id: UserId,
    /// 1 + the number of resets of this account so far.
    pub reset_seq: u32,
    /// The key that the code gives.
    pub grant: GrantPublic,
    /// Last moment of the reset's `at`, ms UTC.
    pub expires: u64,
    /// Free number, shown.
    pub reason: u8,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl ResetGrant {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let this = Self {
            user_id: UserId::decode(reader)?,
            reset_seq: reader.u32()?,
            grant: GrantPublic::decode(reader)?,
            expires: reader.u64()?,
            reason: reader.u8()?,
            at: reader.u64()?,
        };
        match this.expires.checked_sub(this.at) {
            Some(1..=LONGEST_RESET_LIFE) => Ok(this),
            _ => Err(DecodeError::Range),
        }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .u32(self.reset_seq)
            .raw(self.grant.as_bytes())
            .u64(self.expires)
            .u8(self.reason)
            .u64(self.at)
            .finish()
    }
}
