//! The signed head of the log: a C2SP tlog-checkpoint note with one timestamped `cosignature/v1` line by the
//! directory key (PROTOCOL §2.3, Tree and head; C2SP signed-note, tlog-checkpoint, tlog-cosignature).
//!
//! ```text
//! body   = <org_id hex>/dir LF <size> LF <base64 root> LF
//! note   = body LF "— " <org_id hex>/dir " " base64(key_hash[4] ‖ time u64 ‖ sig[64]) LF
//! key_hash = SHA-256(name ‖ LF ‖ 0x04 ‖ dsk)[0..4]
//! signed = "cosignature/v1" LF "time " <time> LF body            Ed25519, time in unix seconds
//! ```
//!
//! Parsing is stricter than C2SP asks: no extension lines, exactly one signature line, canonical numbers.

use data_encoding::BASE64;
use thiserror::Error;

use crate::error::{BadSignature, DecodeError};
use crate::keys::{DirectoryPublic, DirectorySecret, OrgId};
use crate::primitives::{ed25519_sign, ed25519_verify, sha256};

/// Longest note, bytes: 37 + 21 + 46 for the body, 1, 148 for the signature line, rounded up.
pub const LONGEST_NOTE: usize = 512;

/// Kind byte of a timestamped Ed25519 cosignature.
const COSIGNATURE: u8 = 4;

/// The state of the log that a note signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of leaves.
    pub size: u64,
    /// Merkle root over them.
    pub root: [u8; 32],
}

/// A parsed note; its signature may not have been verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    head: Head,
    time: u64,
    key_hash: [u8; 4],
    signature: [u8; 64],
    text: String,
}

/// Why a note does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointRefused {
    /// Not a note of the form above.
    #[error("the log head does not parse: {0}")]
    Decode(#[from] DecodeError),
    /// No directory key that was valid at its time made it.
    #[error("the log head is signed by no directory key valid at its time")]
    Key,
    /// The signature is false.
    #[error("the signature of the log head does not verify")]
    Signature(#[from] BadSignature),
}

fn origin(org: &OrgId) -> String {
    format!("{org}/dir")
}

fn key_hash(org: &OrgId, dsk: &DirectoryPublic) -> [u8; 4] {
    let [hash @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        sha256(&[origin(org).as_bytes(), b"\n", &[COSIGNATURE], dsk.as_bytes()]);
    hash
}

fn body(org: &OrgId, head: &Head) -> String {
    format!("{}\n{}\n{}\n", origin(org), head.size, BASE64.encode(&head.root))
}

fn signed(time: u64, body: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{body}").into_bytes()
}

impl Checkpoint {
    /// Signs a head at `time` (unix seconds).
    #[must_use]
    pub fn sign(org: &OrgId, head: Head, time: u64, dsk: &DirectorySecret) -> Self {
        let body = body(org, &head);
        let key_hash = key_hash(org, &dsk.public());
        let signature = ed25519_sign(dsk.seed(), &signed(time, &body));
        let line = [key_hash.as_slice(), &time.to_be_bytes(), &signature].concat();
        let text = format!("{body}\n\u{2014} {} {}\n", origin(org), BASE64.encode(&line));
        Self { head, time, key_hash, signature, text }
    }

    /// Reads a note of this organisation; verifies nothing.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(org: &OrgId, note: &[u8]) -> Result<Self, DecodeError> {
        if note.len() > LONGEST_NOTE {
            return Err(DecodeError::Trailing);
        }
        let text = core::str::from_utf8(note).map_err(|_| DecodeError::Range)?;
        let mut lines = text.split('\n');
        let mut line = || lines.next().ok_or(DecodeError::Truncated);
        let name = origin(org);
        if line()? != name {
            return Err(DecodeError::Organisation);
        }
        let digits = line()?;
        let size: u64 = digits.parse().map_err(|_| DecodeError::Range)?;
        let root: [u8; 32] = base64(line()?)?;
        if !line()?.is_empty() {
            return Err(DecodeError::Range);
        }
        let signed_by = line()?;
        if !line()?.is_empty() || lines.next().is_some() {
            return Err(DecodeError::Trailing);
        }
        let encoded = signed_by
            .strip_prefix("\u{2014} ")
            .and_then(|rest| rest.strip_prefix(&name))
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(DecodeError::Range)?;
        let signature: [u8; 76] = base64(encoded)?;
        let mut reader = crate::encoding::Reader::new(&signature);
        let head = Head { size, root };
        let this = Self {
            head,
            key_hash: reader.array()?,
            time: reader.u64()?,
            signature: reader.array()?,
            text: text.to_owned(),
        };
        // Refuses other spellings of the same number, so that one head has one text.
        if digits == size.to_string() { Ok(this) } else { Err(DecodeError::Range) }
    }

    /// Verifies the note under one directory key.
    ///
    /// # Errors
    /// [`CheckpointRefused::Key`] if it names another key, [`CheckpointRefused::Signature`].
    pub fn verify(&self, org: &OrgId, dsk: &DirectoryPublic) -> Result<(), CheckpointRefused> {
        if self.key_hash != key_hash(org, dsk) {
            return Err(CheckpointRefused::Key);
        }
        let message = signed(self.time, &body(org, &self.head));
        Ok(ed25519_verify(dsk.as_bytes(), &message, &self.signature)?)
    }

    /// What it says.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// When it was signed, unix seconds.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// When it was signed, ms UTC.
    #[must_use]
    pub const fn time_ms(&self) -> u64 {
        self.time.saturating_mul(1000)
    }

    /// The note's text, as sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn base64<const N: usize>(text: &str) -> Result<[u8; N], DecodeError> {
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| DecodeError::Range)?;
    bytes.try_into().map_err(|_| DecodeError::Range)
}
