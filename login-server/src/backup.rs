//! Backups: one sealed file with all that the server needs to go on elsewhere, made while it runs (ADMIN §5).
//!
//! ```text
//! file   = one line of JSON (the header), then chunks
//! header = { "format": "conclave-backup", "version": 1, "made": ms, "org": hex16, "leaves": n, "root": hex32,
//!            "m_kib", "t", "p", "salt": hex16 }
//! key    = Argon2id v1.3 (passphrase in NFKC UTF-8, salt, m, t, p) → 32 bytes
//! chunk  = length u32 ‖ X(key, aad = "conclave backup 1" ‖ header line ‖ index u64 ‖ last u8, at most 1 MiB)
//! body   = entries u8 ‖ each: name bytes8 ‖ length u64 ‖ bytes;  log = count u64 ‖ leaves bytes32;
//!          store = count u64 ‖ rows: key bytes32 ‖ value bytes32
//! ```
//!
//! Inside: the directory log and its head, the private records, the server's keys with the OPAQUE set-up, the
//! configuration and the audit log. Not inside: the root key, admin keys, the drop box. Nothing is compressed.

mod make;
mod open;
mod schedule;
mod state;

use std::path::{Path, PathBuf};

use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::stretch::Cost;

pub(crate) use self::make::make;
pub(crate) use self::open::{Opened, restore};
pub(crate) use self::schedule::{Schedule, is_time, watch};
pub(crate) use self::state::Backups;

const FORMAT: &str = "conclave-backup";
const VERSION: u32 = 1;
const AAD: &[u8] = b"conclave backup 1";
/// Bytes of plaintext in one chunk.
const CHUNK: usize = 1024 * 1024;
/// Longest header line, in bytes.
const HEADER: usize = 4 * 1024;
/// How backups are named, so that their names sort by time.
const SUFFIX: &str = "backup";

/// What stands before the sealed part.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    format: String,
    version: u32,
    /// When, milliseconds UTC.
    pub(crate) made: u64,
    pub(crate) org: String,
    pub(crate) leaves: u64,
    pub(crate) root: String,
    m_kib: u32,
    t: u32,
    p: u32,
    salt: String,
}

/// A key made of a passphrase, with what is needed to make it again.
#[derive(Debug)]
pub(crate) struct SealKey {
    pub(crate) salt: [u8; 16],
    pub(crate) key: Secret<32>,
}

impl SealKey {
    /// A key of a passphrase under a new salt.
    pub(crate) fn new<R: CryptoRng + ?Sized>(
        passphrase: &Password,
        rng: &mut R,
    ) -> Result<Self, BackupError> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let key = Cost::NEW.stretch(passphrase, &salt).ok_or(BackupError::Sealing)?;
        Ok(Self { salt, key })
    }
}

/// Why a backup cannot be made, read or used.
#[derive(Debug, Error)]
pub(crate) enum BackupError {
    /// The system.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not a backup of this version, cut short or altered.
    #[error("{0} is not a backup of this version, or damaged: {1}")]
    Damaged(String, &'static str),
    /// The passphrase is wrong.
    #[error("wrong passphrase for {0}")]
    Passphrase(String),
    /// The records cannot be read in one state.
    #[error("the private records cannot be read: {0}")]
    Store(String),
    /// A key cannot be derived.
    #[error("no key can be derived from the passphrase")]
    Sealing,
}

impl Header {
    /// Reads the header line of a file; nothing is opened.
    pub(crate) fn read(path: &Path) -> Result<Self, BackupError> {
        open::header(&mut open::reader(path)?, path).map(|(header, _)| header)
    }

    fn key(&self, passphrase: &Password, name: &str) -> Result<Secret<32>, BackupError> {
        let damaged = || BackupError::Damaged(name.to_owned(), "its header");
        let cost = Cost { m_kib: self.m_kib, t: self.t, p: self.p };
        if !cost.is_acceptable() {
            return Err(damaged());
        }
        let salt = HEXLOWER.decode(self.salt.as_bytes()).ok().and_then(|salt| salt.try_into().ok());
        cost.stretch(passphrase, &salt.ok_or_else(damaged)?).ok_or(BackupError::Sealing)
    }
}

fn aad(header: &[u8], index: u64, last: bool) -> Vec<u8> {
    [AAD, header, &index.to_be_bytes(), &[u8::from(last)]].concat()
}

/// The backups in a directory, the oldest first; other files are not looked at.
pub(crate) fn all(directory: &Path) -> Vec<(PathBuf, Header, u64)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<(PathBuf, Header, u64)> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == SUFFIX))
        .filter_map(|path| {
            let header = Header::read(&path).ok()?;
            let bytes = std::fs::metadata(&path).ok()?.len();
            Some((path, header, bytes))
        })
        .collect();
    found.sort_by_key(|(path, header, _)| (header.made, path.clone()));
    found
}

/// Removes all but the newest `keep`. Returns what went.
pub(crate) fn prune(directory: &Path, keep: usize, dry_run: bool) -> Result<Vec<PathBuf>, BackupError> {
    let all = all(directory);
    let over = all.len().saturating_sub(keep);
    let gone: Vec<PathBuf> = all.into_iter().take(over).map(|(path, ..)| path).collect();
    if !dry_run {
        for path in &gone {
            std::fs::remove_file(path).map_err(|source| BackupError::Io { path: path.clone(), source })?;
        }
    }
    Ok(gone)
}

/// The name of a backup made at a time, milliseconds UTC.
fn name(made: u64) -> String {
    let stamp: String =
        crate::time::stamp(made).chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    format!("conclave-{stamp}.{SUFFIX}")
}

#[cfg(test)]
mod tests;
