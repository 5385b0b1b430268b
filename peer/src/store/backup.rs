//! An encrypted backup: history, files, settings, verified contacts and the account's identity in one file; never
//! session state (FEATURES M68, PROTOCOL §2.11 "New computer").
//!
//! ```text
//! file  = "CNCLBAK1" ver u8 (1) ‖ id[16] ‖ Slot[183] ‖ rec*
//! slot  = as of a vault, under the passphrase; it holds a fresh key of this backup alone
//! rec   = a journal record of a vault `id` (PROTOCOL §2.10): numbered, each naming the hash of the one before
//! piece = 1 ‖ schema u32 ‖ vault.hdr bytes32 ‖ VMK[32]                        first
//!       | 2 ‖ { tree u8 ‖ record key bytes8 ‖ content bytes32 }*              records of all trees but `state`
//!       | 3 ‖ content id[32] ‖ offset u64 ‖ bytes                             a content file, still sealed, in order
//!       | 4 ‖ messages u64 ‖ files u64                                        last; nothing follows
//! ```
//!
//! The identity (UIK) stays inside the vault header's own slots: the passphrase brings the history back, and using the
//! identity still takes the password or the recovery code. Restoring makes a vault with the same slots and master
//! key, fresh epoch keys, no sessions, no prekeys. The device keys come along so that the history opens; the account
//! record says that it was restored, which is for the login to act on.
//!
//! What it does not do: keep what arrives while it is being made, or be readable by older programs.

mod read;
mod write;

use conclave_crypto::vault::UnlockError;
use thiserror::Error;

use super::StoreError;
use crate::record::Tree;

pub use read::{restore, verify};

const MAGIC: &[u8; 8] = b"CNCLBAK1";
const VERSION: u8 = 1;
const FIRST: u8 = 1;
const RECORDS: u8 = 2;
const CONTENT: u8 = 3;
const END: u8 = 4;

/// Bytes of one piece, at most: what reading a backup may cost in memory. The largest record is a message of 64 KiB.
const PIECE: usize = 1024 * 1024;
/// A sealed piece with its head and what sealing adds, at most. A record longer than this is no record.
const MAX_RECORD: u64 = 4 * 1024 * 1024 + 1024;

/// What is in a backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Contents {
    /// Messages.
    pub messages: u64,
    /// Content files.
    pub files: u64,
    /// Bytes of the backup.
    pub bytes: u64,
}

/// Why a backup was not made or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is something at the path already.
    #[error("there is a file already")]
    Exists,
    /// The path cannot be read, or is no ordinary file.
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// The path cannot be written.
    #[error("the file cannot be written: {0}")]
    Unwritable(std::io::Error),
    /// It does not open with this passphrase.
    #[error("the passphrase is not right")]
    Passphrase,
    /// It is no backup, or cut short, or altered.
    #[error("the backup is damaged")]
    Damaged,
    /// A newer program made it.
    #[error("the backup is of a newer program")]
    Newer,
    /// The profile.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<UnlockError> for BackupError {
    fn from(_: UnlockError) -> Self {
        Self::Damaged
    }
}

/// Whether records of a tree are kept. Sessions, prekeys and sealed messages are not: they must never run twice.
const fn is_kept(tree: Tree) -> bool {
    !matches!(tree, Tree::State | Tree::Journal)
}
