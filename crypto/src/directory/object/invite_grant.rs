//! InviteGrant: an admin lets the holder of a link add accounts, or withdraws that.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{GrantPublic, OrgId};
use crate::username::{LONGEST, has_form};

/// Longest life of a grant: 30 days, ms.
pub const LONGEST_INVITE_LIFE: u64 = 30 * 86_400_000;

/// `HDR username bytes8 grant_pub[32] uses u16 expires u64 at u64`. With `uses` 0 it withdraws the grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteGrant {
    /// Name the account must have, as written by the admin (capitals allowed); empty: any.
    pub username: String,
    /// The key that the invite's token gives (IGK).
    pub grant: GrantPublic,
    /// How many accounts it may add; 1 for a personal invite.
    pub uses: u16,
    /// Last moment of an account's `at`, ms UTC.
    pub expires: u64,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl InviteGrant {
    /// Whether this withdraws a grant instead of giving one.
    #[must_use]
    pub const fn is_withdrawal(&self) -> bool {
        self.uses == 0
    }

    /// The withdrawal of this grant.
    #[must_use]
    pub fn withdrawal(&self, at: u64) -> Self {
        Self { uses: 0, expires: at, at, ..self.clone() }
    }

    /// Whether an account of this name may be added with it.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        self.username.is_empty() || self.username.to_ascii_lowercase() == name
    }

    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let username = reader.bytes8()?;
        if username.len() > LONGEST {
            return Err(DecodeError::Range);
        }
        let this = Self {
            username: core::str::from_utf8(username).map_err(|_| DecodeError::Range)?.to_owned(),
            grant: GrantPublic::decode(reader)?,
            uses: reader.u16()?,
            expires: reader.u64()?,
            at: reader.u64()?,
        };
        let named = this.username.is_empty() || has_form(this.username.to_ascii_lowercase().as_bytes());
        let timed = if this.is_withdrawal() {
            this.expires == this.at
        } else {
            matches!(this.expires.checked_sub(this.at), Some(1..=LONGEST_INVITE_LIFE))
        };
        if named && timed { Ok(this) } else { Err(DecodeError::Range) }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .bytes8(self.username.as_bytes())
            .raw(self.grant.as_bytes())
            .u16(self.uses)
            .u64(self.expires)
            .u64(self.at)
            .finish()
    }
}
