//! Answers of enrolment, vault and login (LIBRARY §3), and what they are asked with.

use std::fmt;

use conclave_crypto::password::Password;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{DeviceId, Time, UserId, text};

/// What opens the vault.
#[derive(Debug)]
pub enum Unlock {
    /// The password.
    Password(Password),
    /// The recovery key, 14 groups of 4 characters.
    RecoveryKey(Zeroizing<String>),
}

/// The second factor of a login.
pub enum Factor {
    /// Six digits.
    Totp(Zeroizing<String>),
    /// One of the ten recovery codes.
    RecoveryCode(Zeroizing<String>),
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Totp(_) => "Totp(redacted)",
            Self::RecoveryCode(_) => "RecoveryCode(redacted)",
        })
    }
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EnrolKind {
    /// A new account.
    New,
    /// A re-enrolment code of an existing one.
    Reset,
}

/// The rules a newcomer's name and password must keep, for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolRules {
    /// Characters of a name, at least.
    pub name_min: usize,
    /// Characters of a name, at most.
    pub name_max: usize,
    /// Characters of a password, at least.
    pub password_min: usize,
    /// Characters of a password, at most.
    pub password_max: usize,
    /// Strength of a password, at least (0 to 4).
    pub score_min: u8,
}

/// Answer of `enrol.start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolStart {
    /// What the link is for.
    pub kind: EnrolKind,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's fingerprint, to compare with the administrator's.
    pub fingerprint: String,
    /// The server's address.
    pub server: String,
    /// The invited name; absent when the newcomer chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The rules.
    pub rules: EnrolRules,
}

/// Answer of `enrol.account`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct EnrolAccount {
    /// `otpauth://…` for the authenticator.
    #[serde(serialize_with = "plain")]
    pub otpauth: Zeroizing<String>,
    /// The same secret in Base32.
    #[serde(serialize_with = "plain")]
    pub secret: Zeroizing<String>,
}

impl fmt::Debug for EnrolAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolAccount(redacted)")
    }
}

/// Answer of `enrol.confirm`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolConfirm {
    /// Ten codes that replace the phone, one use each.
    #[serde(serialize_with = "plain")]
    pub recovery_codes: Zeroizing<Vec<String>>,
    /// Opens the messages without the password.
    #[serde(serialize_with = "plain")]
    pub recovery_key: Zeroizing<String>,
}

impl fmt::Debug for EnrolConfirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolConfirm(redacted)")
    }
}

/// Answer of `totp.confirm`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// Ten codes that replace the phone, one use each; those of before are worth nothing.
    #[serde(serialize_with = "plain")]
    pub recovery_codes: Zeroizing<Vec<String>>,
}

impl RecoveryCodes {
    /// As the server tells them.
    pub(crate) fn of(codes: &[Vec<u8>]) -> Self {
        let codes = codes.iter().map(|code| String::from_utf8_lossy(code).into_owned()).collect();
        Self { recovery_codes: Zeroizing::new(codes) }
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(redacted)")
    }
}

/// Whether an enrolment is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EnrolState {
    /// The account is in the log.
    Ready,
    /// An administrator must confirm the 30 digits first (Policy `manual`).
    AwaitingAdmin,
}

/// Answer of `enrol.finish`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolFinish {
    /// Whether it is complete.
    pub state: EnrolState,
    /// The account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// This device.
    #[serde(with = "text")]
    pub device_id: DeviceId,
    /// The half of the safety number that belongs to the new account.
    pub digits30: String,
}

/// A session that this login ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedOther {
    /// Its device.
    pub device: String,
    /// Its address.
    pub address: String,
    /// Since when it ran.
    pub since: Time,
}

/// Answer of `session.login`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    /// End of the lease.
    pub lease_until: Time,
    /// The session elsewhere that this one replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_other: Option<EndedOther>,
}

/// A session of my account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// The session, hex.
    pub id: String,
    /// The device, hex.
    pub device: String,
    /// Whether it is this one.
    pub current: bool,
    /// The operating system of its computer, as that has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Where from.
    pub address: String,
    /// Since when.
    pub since: Time,
    /// When last active.
    pub last_active: Time,
}

/// Answer of `status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Whether the vault is closed.
    pub locked: bool,
    /// Whether there is an account in this profile at all.
    pub enrolled: bool,
    /// Whether the server has accepted the login.
    pub logged_in: bool,
    /// What the core knows; absent while locked.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub core: Option<super::CoreStatus>,
}

/// These secrets are made to be shown once to their owner: the answer carries them in clear.
fn plain<T: Serialize + zeroize::Zeroize, S: Serializer>(
    value: &Zeroizing<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    T::serialize(value, to)
}
