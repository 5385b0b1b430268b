//! What can go wrong with a profile on disk.

use std::io;

use thiserror::Error;

/// Why the store did not do what was asked. None of these carries content.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the profile open.
    #[error("the profile is open in another process")]
    InUse,
    /// There is no profile in this folder.
    #[error("there is no profile in this folder")]
    Missing,
    /// There is a profile in this folder already.
    #[error("there is a profile in this folder already")]
    Exists,
    /// Neither copy of the vault header can be read.
    #[error("no copy of the vault header can be read")]
    Header,
    /// The store has a format that this program does not know.
    #[error("the store was written by a newer program")]
    Newer,
    /// The operating system refused.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no room. Sizes in bytes; 0 where the system did not say.
    #[error("the disk is full: {need} bytes are needed, {free} are free")]
    DiskFull {
        /// What is needed.
        need: u64,
        /// What is free.
        free: u64,
    },
    /// A write failed earlier; nothing is taken before [`crate::store::Store::reopen`] succeeds.
    #[error("an earlier write failed, and the store takes no more before it is reopened")]
    Failed,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// The batch is larger than one journal record may be.
    #[error("a batch of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// [`crate::store::MAX_BATCH`].
        limit: usize,
    },
    /// The batch names the store's own tree, or a key over [`crate::record::MAX_NAME`].
    #[error("the batch names a key that the store does not take")]
    BadKey,
    /// The index can neither be used nor rebuilt.
    #[error("the index can neither be used nor rebuilt")]
    Index,
    /// A content file has another name or size than it should.
    #[error("the content file is not what was expected")]
    Blob,
}

impl StoreError {
    /// Names what was being done; a full disk keeps its own variant.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source {
            full if lacks_room(&full) => Self::DiskFull { need: 0, free: 0 },
            source => Self::Io { doing, source },
        }
    }
}

/// Whether the disk, or this person's share of it, is full.
pub(crate) fn lacks_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
