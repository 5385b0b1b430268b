//! Two people comparing keys: by 60 digits read aloud, or by a QR code (PROTOCOL §2.8).
//!
//! ```text
//! x₁ = SHA-512(0x0000 ‖ key ‖ id ‖ key), xᵢ = SHA-512(xᵢ₋₁ ‖ key) up to i = 5200        key = 0x01 ‖ UIK, id = user_id
//! half = six groups of 5 bytes of x₅₂₀₀, each mod 100000 in 5 digits                    the lesser half is shown first
//! QR   = "CONCLAVE1:" ‖ base64url(0x01 ‖ org_id ‖ my user_id ‖ my UIK ‖ their user_id ‖ their UIK ‖ log_size u64 ‖ log_root)
//! ```
//!
//! The digits are Signal's numeric fingerprint, version 2. They change only when an account identity is reset, never
//! with a device. The QR code compares whole keys, and the log heads of both people.

use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use thiserror::Error;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{OrgId, UikPublic, UserId};
use crate::primitives::sha512;

/// Rounds of SHA-512, to make a search for similar numbers dear.
const ROUNDS: usize = 5200;
/// Version of the numeric fingerprint.
const VERSION: [u8; 2] = [0, 0];
/// Put before an UIK, as Signal puts a key type before its own keys.
const KEY_TYPE: u8 = 1;
/// Start of every QR code of ours.
const QR_PREFIX: &str = "CONCLAVE1:";
/// QR type: verification.
const QR_VERIFY: u8 = 1;

/// One person's 30 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfNumber(String);

impl HalfNumber {
    /// The digits of an account. An enrolling user reads these out to the admin.
    #[must_use]
    pub fn of(uik: &UikPublic, user: &UserId) -> Self {
        let mut key = vec![KEY_TYPE];
        key.extend_from_slice(uik.as_bytes());
        Self::of_prefixed_key(&key, user.as_bytes())
    }

    /// The digits of a key with its type byte and any identifier, as the public vectors give them.
    #[must_use]
    pub fn of_prefixed_key(key: &[u8], id: &[u8]) -> Self {
        let mut x = sha512(&[&VERSION, key, id, key]);
        for _ in 1..ROUNDS {
            x = sha512(&[&x, key]);
        }
        let groups = x.as_chunks::<5>().0.iter().take(6);
        let number = |group: &[u8; 5]| group.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        Self(groups.map(|group| format!("{:05}", number(group) % 100_000)).collect())
    }

    /// The 30 digits, without spaces.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// What two people compare: 60 digits, the same at both.
#[derive(Clone, PartialEq, Eq)]
pub struct SafetyNumber(HalfNumber, HalfNumber);

impl SafetyNumber {
    /// Joins two halves, in either order.
    #[must_use]
    pub fn new(one: HalfNumber, other: HalfNumber) -> Self {
        if one <= other { Self(one, other) } else { Self(other, one) }
    }

    /// The number of two accounts.
    #[must_use]
    pub fn between(mine: (&UikPublic, &UserId), theirs: (&UikPublic, &UserId)) -> Self {
        Self::new(HalfNumber::of(mine.0, mine.1), HalfNumber::of(theirs.0, theirs.1))
    }

    /// The 60 digits, without spaces.
    #[must_use]
    pub fn digits(&self) -> String {
        format!("{}{}", self.0.0, self.1.0)
    }

    /// The 60 digits as twelve groups of five.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let digits = self.digits();
        let group = |at: usize| digits.get(at..at + 5).unwrap_or_default().to_owned();
        (0..60).step_by(5).map(group).collect()
    }
}

macro_rules! digits {
    ($name:ident) => {
        impl fmt::Display for $name {
            /// Groups of five, with blanks between.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for (at, digit) in self.digits().chars().enumerate() {
                    if at > 0 && at.is_multiple_of(5) {
                        f.write_str(" ")?;
                    }
                    write!(f, "{digit}")?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

digits!(HalfNumber);
digits!(SafetyNumber);

/// A text that is no verification code of this organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a verification code of this organisation")]
pub struct BadQr;

/// The content of a verification QR code, from the point of view of who shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyQr {
    /// The account that shows the code, and its key.
    pub mine: (UserId, UikPublic),
    /// The account it is shown to, and the key it has of that account.
    pub theirs: (UserId, UikPublic),
    /// Leaves in the log of who shows it.
    pub log_size: u64,
    /// Merkle root of these leaves.
    pub log_root: [u8; 32],
}

/// What a scanned code says about the keys I hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Both keys are the same at both sides.
    Same,
    /// The code is of or for other accounts.
    OtherPeople,
    /// A key differs: somebody is being deceived.
    Different,
}

impl VerifyQr {
    /// The text of the code.
    #[must_use]
    pub fn to_text(&self, org: &OrgId) -> String {
        let mut writer = Writer::new();
        writer.u8(QR_VERIFY).raw(org.as_bytes());
        for (user, uik) in [&self.mine, &self.theirs] {
            writer.raw(user.as_bytes()).raw(uik.as_bytes());
        }
        writer.u64(self.log_size).raw(&self.log_root);
        format!("{QR_PREFIX}{}", BASE64URL_NOPAD.encode(&writer.finish()))
    }

    /// Reads the text of a scanned code.
    ///
    /// # Errors
    /// [`BadQr`].
    pub fn parse(text: &str, org: &OrgId) -> Result<Self, BadQr> {
        let encoded = text.strip_prefix(QR_PREFIX).ok_or(BadQr)?;
        let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| BadQr)?;
        Reader::all(&bytes, |reader| {
            if reader.u8()? != QR_VERIFY {
                return Err(DecodeError::Version);
            }
            if reader.array()? != *org.as_bytes() {
                return Err(DecodeError::Organisation);
            }
            Ok(Self {
                mine: account(reader)?,
                theirs: account(reader)?,
                log_size: reader.u64()?,
                log_root: reader.array()?,
            })
        })
        .map_err(|_| BadQr)
    }

    /// Compares a scanned code with my own account and what I hold of theirs. The log head in it is to be checked
    /// against my log too, which shows a split view.
    #[must_use]
    pub fn compare(&self, mine: (&UserId, &UikPublic), theirs: (&UserId, &UikPublic)) -> Comparison {
        if self.mine.0 != *theirs.0 || self.theirs.0 != *mine.0 {
            Comparison::OtherPeople
        } else if self.mine.1 == *theirs.1 && self.theirs.1 == *mine.1 {
            Comparison::Same
        } else {
            Comparison::Different
        }
    }
}

fn account(reader: &mut Reader<'_>) -> Result<(UserId, UikPublic), DecodeError> {
    Ok((UserId::decode(reader)?, UikPublic::decode(reader)?))
}
