//! UserAdd: a new account and its identity key.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{OrgId, UikPublic, UserId};
use crate::username::Username;

/// What is shown beside a name; it gives no power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Member (0).
    Member,
    /// Admin (1).
    Admin,
}

/// `HDR user_id[16] username bytes8 uik[32] role u8 nonce[16] at u64`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAdd {
    /// The account; random, made by its owner.
    pub user_id: UserId,
    /// The name.
    pub username: Username,
    /// Its identity key.
    pub uik: UikPublic,
    /// Shown only.
    pub role: Role,
    /// Random.
    pub nonce: [u8; 16],
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl UserAdd {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        Ok(Self {
            user_id: UserId::decode(reader)?,
            username: Username::decode(reader)?,
            uik: UikPublic::decode(reader)?,
            role: if reader.flag()? { Role::Admin } else { Role::Member },
            nonce: reader.array()?,
            at: reader.u64()?,
        })
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .bytes8(self.username.as_str().as_bytes())
            .raw(self.uik.as_bytes())
            .flag(self.role == Role::Admin)
            .raw(&self.nonce)
            .u64(self.at)
            .finish()
    }
}
