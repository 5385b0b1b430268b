//! What a core is opened with, and why it may not open.

use conclave_crypto::directory::HeadRefused;
use conclave_crypto::handshake::LocalDevice;
use conclave_crypto::keys::{DeviceSignSecret, OrgId, OrkPublic, UserId};
use thiserror::Error;

use crate::model::Failure;
use crate::record::ReadError;

/// Who this computer is.
#[derive(Debug)]
pub struct Setup {
    /// The organisation.
    pub org: OrgId,
    /// Its root key, pinned from the invite.
    pub ork: OrkPublic,
    /// My account.
    pub user: UserId,
    /// My user name.
    pub name: String,
    /// The name of this computer, if it has one.
    pub computer: Option<String>,
    /// This device: its certificate and agreement key.
    pub device: LocalDevice,
    /// Its signing key, for prekeys.
    pub sign: DeviceSignSecret,
}

/// Why the core cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A record cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record is not what the core wrote.
    #[error("a stored record is damaged")]
    Damaged,
    /// The stored directory log does not hold together.
    #[error("the stored directory does not fold: {0}")]
    Directory(Box<HeadRefused>),
}

impl From<Failure> for OpenError {
    fn from(_: Failure) -> Self {
        Self::Damaged
    }
}
