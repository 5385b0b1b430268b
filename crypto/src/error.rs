//! Errors shared by several operations. None carries a secret; to the network all refusals look alike.

use thiserror::Error;

/// A public key that cannot be used: not a point, of small order, or failing the ML-KEM modulus check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the public key is not valid")]
pub struct InvalidKey;

/// A signature that does not verify strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// A sealed value that does not open: wrong key, wrong context or altered bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sealed value does not open")]
pub struct NotOpened;

/// A Diffie-Hellman result that does not depend on both keys (RFC 7748 §6.1); the operation is aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key agreement was not contributory")]
pub struct NonContributory;

/// Why bytes from outside are not the object that was expected (PROTOCOL §2.1, Encoding).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Fewer bytes than the fields need.
    #[error("the bytes end too early")]
    Truncated,
    /// Bytes are left after the last field.
    #[error("there are bytes after the end")]
    Trailing,
    /// The version byte is not 1.
    #[error("the version is not known")]
    Version,
    /// The object belongs to another organisation.
    #[error("the object is of another organisation")]
    Organisation,
    /// A value is outside its range, or a list that must be sorted is not.
    #[error("a value is out of range")]
    Range,
    /// A public key does not parse.
    #[error("a public key is not valid")]
    Key,
}

impl From<InvalidKey> for DecodeError {
    fn from(_: InvalidKey) -> Self {
        Self::Key
    }
}
