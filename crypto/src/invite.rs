//! Invites: the link or QR code that lets a newcomer in, and what its token gives (PROTOCOL §2.3, Enrolment).
//!
//! ```text
//! B     = base64url of 0x02 ‖ org_id[16] ‖ ork[32] ‖ server_tpk[32] ‖ token[16] ‖ expires u64 ‖ addresses list8<bytes8>
//! link  = conclave://host:port/B          QR = CONCLAVE1:B
//! x     = Ext(org_id, token)
//! grant = KDF(x, "invite grant", "", 32)  the seed of IGK;  login token = KDF(x, "invite token", "", 16)
//! ```
//!
//! The token is in the link and nowhere else: whoever holds the link may enrol, and the server, which gets only the
//! login token, may not. Addresses are binary multiaddrs and stay opaque here.

use core::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::kdf::{Label, ext, kdf};
use crate::keys::{GrantSecret, OrgId, OrkPublic, TransportPublic};
use crate::link;
use crate::secret::Secret;

/// First byte of the decoded form: the QR type.
const QR_TYPE: u8 = 2;

/// An invite. Holds the token: whoever has it may enrol once.
#[derive(PartialEq, Eq)]
pub struct Invite {
    /// The organisation's root key, which the newcomer pins; `org_id` follows from it.
    pub ork: OrkPublic,
    /// The login server's PeerId key.
    pub server_tpk: TransportPublic,
    /// When it ends, ms UTC.
    pub expires: u64,
    /// Where the server is: binary multiaddrs, each up to 255 bytes.
    pub addresses: Vec<Vec<u8>>,
    token: Secret<16>,
}

/// A parsed text form.
#[derive(Debug, PartialEq, Eq)]
pub struct InviteText {
    /// The invite.
    pub invite: Invite,
    /// `host:port` of a link; a QR code has none.
    pub server: Option<String>,
}

/// Why a text is no invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InviteRefused {
    /// Neither `conclave://host:port/…` nor `CONCLAVE1:…`.
    #[error("this is not a conclave invite")]
    Form,
    /// It is damaged.
    #[error("the invite is damaged: {0}")]
    Decode(#[from] DecodeError),
    /// The organisation's id is not that of the root key.
    #[error("the invite names an organisation that is not the one of its root key")]
    Organisation,
}

impl Invite {
    /// Makes an invite with a fresh token (one draw of 16 bytes).
    pub fn generate<R: CryptoRng + ?Sized>(
        ork: OrkPublic,
        server_tpk: TransportPublic,
        expires: u64,
        addresses: Vec<Vec<u8>>,
        rng: &mut R,
    ) -> Self {
        Self { ork, server_tpk, expires, addresses, token: Secret::random(rng) }
    }

    /// The organisation.
    #[must_use]
    pub fn org(&self) -> OrgId {
        OrgId::of(&self.ork)
    }

    /// IGK: signs the newcomer's account. Its public half goes into the InviteGrant.
    #[must_use]
    pub fn grant_key(&self) -> GrantSecret {
        GrantSecret::from_seed(kdf(&self.x(), Label::INVITE_GRANT, &[]))
    }

    /// What the server is given to recognise the newcomer, 16 bytes.
    #[must_use]
    pub fn login_token(&self) -> Secret<16> {
        kdf(&self.x(), Label::INVITE_TOKEN, &[])
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

    /// Reads a link or the text of a QR code; white space around it is ignored.
    ///
    /// # Errors
    /// [`InviteRefused`].
    pub fn parse(text: &str) -> Result<InviteText, InviteRefused> {
        let (server, bytes) = link::read(text)?;
        Ok(InviteText { invite: Self::from_bytes(&bytes)?, server })
    }

    /// Reads what stands in a link.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, InviteRefused> {
        let (org, invite) = Reader::all(bytes, Self::decode)?;
        if org == invite.org() { Ok(invite) } else { Err(InviteRefused::Organisation) }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<(OrgId, Self), DecodeError> {
        if reader.u8()? != QR_TYPE {
            return Err(DecodeError::Version);
        }
        let org = OrgId::decode(reader)?;
        let ork = OrkPublic::decode(reader)?;
        let server_tpk = TransportPublic::decode(reader)?;
        let token = Secret::new(reader.array()?);
        let expires = reader.u64()?;
        let addresses = reader.list8(|reader| Ok(reader.bytes8()?.to_vec()))?;
        Ok((org, Self { ork, server_tpk, expires, addresses, token }))
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            Writer::new()
                .u8(QR_TYPE)
                .raw(self.org().as_bytes())
                .raw(self.ork.as_bytes())
                .raw(self.server_tpk.as_bytes())
                .raw(self.token.expose())
                .u64(self.expires)
                .list8(&self.addresses, |writer, address| {
                    writer.bytes8(address);
                })
                .finish(),
        )
    }

    fn x(&self) -> Secret<32> {
        ext(self.org().as_bytes(), &[self.token.expose()])
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invite")
            .field("org", &self.org())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
