//! What an administrator gives a person, as text: a link or a QR code (PROTOCOL §2.3, Enrolment and Reset).
//!
//! ```text
//! link = conclave://host:port/B       QR = CONCLAVE1:B       B = base64url without padding of type u8 ‖ …
//! type = 1 verify (`safety_number`), 2 invite (`invite`), 3 reset (`reset`)
//! ```
//!
//! PROTOCOL numbers the types 1 and 2 and gives a reset no link: a program that holds nothing yet needs organisation,
//! server and account beside the code, and type 3 adds them. What stands before B is for people to read; a program
//! goes by what is inside.

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::error::DecodeError;
use crate::invite::{Invite, InviteRefused};
use crate::keys::{GrantSecret, OrgId, OrkPublic, TransportPublic, UserId};
use crate::reset::ResetLink;
use crate::secret::Secret;

const LINK_SCHEME: &str = "conclave://";
const QR_SCHEME: &str = "CONCLAVE1:";

/// Longest text read, bytes: far above 255 addresses of the usual length, far below what a clipboard holds.
pub const LONGEST_TEXT: usize = 16_384;

/// A link that lets somebody in.
#[derive(Debug, PartialEq, Eq)]
pub enum Link {
    /// For an account that is not there yet.
    Invite(Invite),
    /// For an account that an administrator has reset.
    Reset(ResetLink),
}

/// A parsed text form.
#[derive(Debug, PartialEq, Eq)]
pub struct LinkText {
    /// What it holds.
    pub link: Link,
    /// `host:port` of a link; a QR code has none.
    pub server: Option<String>,
}

impl Link {
    /// Reads a link or the text of a QR code; white space around it is ignored.
    ///
    /// # Errors
    /// [`InviteRefused`].
    pub fn parse(text: &str) -> Result<LinkText, InviteRefused> {
        let (server, bytes) = read(text)?;
        let link = match bytes.first().copied() {
            Some(ResetLink::TYPE) => Self::Reset(ResetLink::from_bytes(&bytes)?),
            _ => Self::Invite(Invite::from_bytes(&bytes)?),
        };
        Ok(LinkText { link, server })
    }

    /// The organisation.
    #[must_use]
    pub fn org(&self) -> OrgId {
        OrgId::of(self.ork())
    }

    /// The organisation's root key, which whoever uses the link pins.
    #[must_use]
    pub const fn ork(&self) -> &OrkPublic {
        match self {
            Self::Invite(invite) => &invite.ork,
            Self::Reset(reset) => &reset.ork,
        }
    }

    /// The login server's PeerId key.
    #[must_use]
    pub const fn server_tpk(&self) -> TransportPublic {
        match self {
            Self::Invite(invite) => invite.server_tpk,
            Self::Reset(reset) => reset.server_tpk,
        }
    }

    /// Where the server is: binary multiaddrs.
    #[must_use]
    pub fn addresses(&self) -> &[Vec<u8>] {
        match self {
            Self::Invite(invite) => &invite.addresses,
            Self::Reset(reset) => &reset.addresses,
        }
    }

    /// When it ends, ms UTC.
    #[must_use]
    pub const fn expires(&self) -> u64 {
        match self {
            Self::Invite(invite) => invite.expires,
            Self::Reset(reset) => reset.expires,
        }
    }

    /// The account that it is for, if there is one already.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Invite(_) => None,
            Self::Reset(reset) => Some(reset.user),
        }
    }

    /// What the server recognises its holder by, 16 bytes.
    #[must_use]
    pub fn login_token(&self) -> Secret<16> {
        match self {
            Self::Invite(invite) => invite.login_token(),
            Self::Reset(reset) => reset.code.login_token(&self.org(), &reset.user),
        }
    }

    /// The key that signs the leaf it permits: a new account, or a new identity key.
    #[must_use]
    pub fn grant_key(&self) -> GrantSecret {
        match self {
            Self::Invite(invite) => invite.grant_key(),
            Self::Reset(reset) => reset.code.grant_key(&self.org(), &reset.user),
        }
    }
}

/// `conclave://host:port/B`.
pub(crate) fn link(host: &str, port: u16, bytes: &Zeroizing<Vec<u8>>) -> Zeroizing<String> {
    Zeroizing::new(format!("{LINK_SCHEME}{host}:{port}/{}", body(bytes).as_str()))
}

/// `CONCLAVE1:B`.
pub(crate) fn qr_text(bytes: &Zeroizing<Vec<u8>>) -> Zeroizing<String> {
    Zeroizing::new(format!("{QR_SCHEME}{}", body(bytes).as_str()))
}

/// `host:port`, if it is a link, and the bytes of B.
pub(crate) fn read(text: &str) -> Result<(Option<String>, Zeroizing<Vec<u8>>), InviteRefused> {
    let text = text.trim();
    if text.len() > LONGEST_TEXT {
        return Err(InviteRefused::Form);
    }
    let (server, body) = if let Some(body) = text.strip_prefix(QR_SCHEME) {
        (None, body)
    } else {
        let rest = text.strip_prefix(LINK_SCHEME).ok_or(InviteRefused::Form)?;
        let (server, body) = rest.split_once('/').ok_or(InviteRefused::Form)?;
        let (host, port) = server.rsplit_once(':').ok_or(InviteRefused::Form)?;
        if host.is_empty() || port.parse::<u16>().is_err() {
            return Err(InviteRefused::Form);
        }
        (Some(server.to_owned()), body)
    };
    let bytes =
        BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|_| InviteRefused::Decode(DecodeError::Range))?;
    Ok((server, Zeroizing::new(bytes)))
}

fn body(bytes: &Zeroizing<Vec<u8>>) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(bytes))
}
