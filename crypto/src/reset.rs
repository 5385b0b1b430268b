//! Re-enrolment codes: how an admin lets a person start anew without setting a password (PROTOCOL §2.3, Reset).
//!
//! ```text
//! code  = 13 bytes: 100 random bits, 4 zero bits; shown as 20 Crockford Base32 characters, 5 groups of 4
//! x     = Ext(org_id ‖ user_id, code)
//! grant = KDF(x, "reset grant", "", 32)   login token = KDF(x, "reset token", "", 16)
//! ```
//!
//! Only the login token goes to the server. The code opens no vault.

mod link;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::crockford::{self, BadCode};
use crate::kdf::{Label, ext, kdf};
use crate::keys::{GrantSecret, OrgId, UserId};
use crate::secret::Secret;

pub use self::link::ResetLink;

/// Bits of the last byte that are always zero.
const FILL: u8 = 0x0f;
/// Characters shown: 20 and the 4 dashes between groups.
const SHOWN: usize = 24;

/// A one-time re-enrolment code.
#[derive(Debug, PartialEq, Eq)]
pub struct ResetCode(Secret<13>);

impl ResetCode {
    /// Draws a fresh code (one draw of 13 bytes, the last 4 bits cleared).
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; 13]);
        rng.fill_bytes(bytes.as_mut_slice());
        let [.., last] = &mut *bytes;
        *last &= !FILL;
        Self(Secret::new(*bytes))
    }

    /// Reads what a person typed: any case, with or without dashes and blanks, `O` as 0, `I` and `L` as 1.
    ///
    /// # Errors
    /// [`BadCode`].
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        // A 21st character of zero bits fills up the 13th byte, whose last four bits have to be zero.
        let mut filled = Zeroizing::new(String::with_capacity(text.len().saturating_add(1)));
        filled.push_str(text);
        filled.push('0');
        crockford::decode(&filled).map(|code| Self(Secret::new(*code)))
    }

    /// The code of a link; `None` if the last four bits are not zero.
    pub(crate) const fn from_bytes(bytes: [u8; 13]) -> Option<Self> {
        let [.., last] = bytes;
        if last & FILL == 0 { Some(Self(Secret::new(bytes))) } else { None }
    }

    /// `XXXX-XXXX-XXXX-XXXX-XXXX`.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = crockford::encode(self.0.expose());
        text.truncate(SHOWN);
        text
    }

    /// The key that signs the UikReset; its public half goes into the ResetGrant.
    #[must_use]
    pub fn grant_key(&self, org: &OrgId, user: &UserId) -> GrantSecret {
        GrantSecret::from_seed(kdf(&self.x(org, user), Label::RESET_GRANT, &[]))
    }

    /// What the server is given to recognise the person, 16 bytes.
    #[must_use]
    pub fn login_token(&self, org: &OrgId, user: &UserId) -> Secret<16> {
        kdf(&self.x(org, user), Label::RESET_TOKEN, &[])
    }

    fn x(&self, org: &OrgId, user: &UserId) -> Secret<32> {
        let salt = [org.as_bytes().as_slice(), user.as_bytes()].concat();
        ext(&salt, &[self.0.expose()])
    }
}
