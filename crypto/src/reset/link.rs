//! The link that brings a person back to an account that was reset: the code, and whose it is (PROTOCOL §2.3, Reset).
//!
//! ```text
//! B = base64url of 0x03 ‖ org_id[16] ‖ ork[32] ‖ server_tpk[32] ‖ user_id[16] ‖ code[13] ‖ expires u64
//!     ‖ addresses list8<bytes8>
//! ```
//!
//! As an invite, but for the account in place of the token. Whoever holds it and is let in by the server may give the
//! account another identity key, which every client sees.

use zeroize::Zeroizing;

use super::ResetCode;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::invite::InviteRefused;
use crate::keys::{OrgId, OrkPublic, TransportPublic, UserId};
use crate::link;

/// A re-enrolment link. Holds the code.
#[derive(Debug, PartialEq, Eq)]
pub struct ResetLink {
    /// The organisation's root key; `org_id` follows from it.
    pub ork: OrkPublic,
    /// The login server's PeerId key.
    pub server_tpk: TransportPublic,
    /// The account.
    pub user: UserId,
    /// The one-time code.
    pub code: ResetCode,
    /// When it ends, ms UTC.
    pub expires: u64,
    /// Where the server is: binary multiaddrs, each up to 255 bytes.
    pub addresses: Vec<Vec<u8>>,
}

impl ResetLink {
    /// First byte of the decoded form.
    pub(crate) const TYPE: u8 = 3;

    /// The organisation.
    #[must_use]
    pub fn org(&self) -> OrgId {
        OrgId::of(&self.ork)
    }

    /// `conclave://host:port/B`. `host` is a name or an address, an IPv6 one in brackets.
    #[must_use]
    pub fn link(&self, host: &str, port: u16) -> Zeroizing<String> {
        link::link(host, port, &self.to_bytes())
    }

    /// `CONCLAVE1:B`.
    #[must_use]
    pub fn qr_text(&self) -> Zeroizing<String> {
        link::qr_text(&self.to_bytes())
    }

    /// Reads what stands in a link.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, InviteRefused> {
        let (org, link) = Reader::all(bytes, Self::decode)?;
        if org == link.org() { Ok(link) } else { Err(InviteRefused::Organisation) }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<(OrgId, Self), DecodeError> {
        if reader.u8()? != Self::TYPE {
            return Err(DecodeError::Version);
        }
        let org = OrgId::decode(reader)?;
        let link = Self {
            ork: OrkPublic::decode(reader)?,
            server_tpk: TransportPublic::decode(reader)?,
            user: UserId::decode(reader)?,
            code: ResetCode::from_bytes(reader.array()?).ok_or(DecodeError::Range)?,
            expires: reader.u64()?,
            addresses: reader.list8(|reader| Ok(reader.bytes8()?.to_vec()))?,
        };
        Ok((org, link))
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            Writer::new()
                .u8(Self::TYPE)
                .raw(self.org().as_bytes())
                .raw(self.ork.as_bytes())
                .raw(self.server_tpk.as_bytes())
                .raw(self.user.as_bytes())
                .raw(self.code.0.expose())
                .u64(self.expires)
                .list8(&self.addresses, |writer, address| {
                    writer.bytes8(address);
                })
                .finish(),
        )
    }
}
