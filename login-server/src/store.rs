//! Private records behind one small trait (DESIGN §9): get, range, compare-and-swap transaction, watch, lease with
//! time-to-live. Keys and values are bytes, every operation is fallible and asynchronous, and no type of the
//! embedded backend shows: an etcd cluster can stand behind it later.
//!
//! A transaction that returned is durable: it survives a loss of power.

mod sled;

use futures::future::BoxFuture;
use thiserror::Error;
use tokio::sync::mpsc;

pub(crate) use self::sled::Row;
pub use self::sled::SledStore;

/// Longest key, in bytes: a prefix, a name and an id fit with room.
pub(crate) const KEY_MAX: usize = 256;
/// Longest value, in bytes: a signed ML-KEM prekey is 1.7 KB.
pub(crate) const VALUE_MAX: usize = 64 * 1024;
/// Changes that may wait for one watcher; a slower one is cut off and must read anew.
pub(crate) const WATCH_BACKLOG: usize = 256;

/// A key with its value.
pub type Record = (Vec<u8>, Vec<u8>);

/// A condition of a transaction: the key has exactly this value, or `None`: there is no such key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// The key.
    pub key: Vec<u8>,
    /// The value it must have.
    pub value: Option<Vec<u8>>,
}

/// A write of a transaction.
#[derive(Clone, PartialEq, Eq)]
pub enum Write {
    /// Sets the key.
    Put(Vec<u8>, Vec<u8>),
    /// Sets the key until a time, milliseconds UTC; then it is gone.
    Lease(Vec<u8>, Vec<u8>, u64),
    /// Removes the key; nothing happens when it is not there.
    Delete(Vec<u8>),
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values hold secrets.
        f.write_str(match self {
            Self::Put(..) => "Put(redacted)",
            Self::Lease(..) => "Lease(redacted)",
            Self::Delete(_) => "Delete",
        })
    }
}

/// All conditions hold, then all writes happen; or nothing happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// What must hold.
    pub expect: Vec<Expect>,
    /// What is written.
    pub writes: Vec<Write>,
}

impl Transaction {
    /// An empty transaction.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a condition.
    #[must_use]
    pub fn expect(mut self, key: impl Into<Vec<u8>>, value: Option<Vec<u8>>) -> Self {
        self.expect.push(Expect { key: key.into(), value });
        self
    }

    /// Adds a put.
    #[must_use]
    pub fn put(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.writes.push(Write::Put(key.into(), value.into()));
        self
    }

    /// Adds a put that ends by itself at `until`, milliseconds UTC.
    #[must_use]
    pub fn lease(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>, until: u64) -> Self {
        self.writes.push(Write::Lease(key.into(), value.into(), until));
        self
    }

    /// Adds a removal.
    #[must_use]
    pub fn delete(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.writes.push(Write::Delete(key.into()));
        self
    }
}

/// A change seen by a watcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: Vec<u8>,
    /// The new value, or `None` when it was removed.
    pub value: Option<Vec<u8>>,
}

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Its files are not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Another process has it open.
    #[error("the store is in use by another process")]
    Locked,
    /// The disk or the backend failed.
    #[error("the store failed: {0}")]
    Failed(String),
    /// A key longer than 256 bytes, one that starts with a zero byte, or a value longer than 64 KiB.
    #[error("a key or value is not allowed")]
    TooLong,
}

/// The private records of the server.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>>;

    /// At most `limit` records whose key starts with `prefix`, in order of their keys, from `after` (not included) on.
    fn range(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Record>, StoreError>>;

    /// Does a transaction: `true` when it was done and is durable, `false` when a condition did not hold.
    fn transact(&self, transaction: Transaction) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Follows all keys that start with `prefix`, from now on. The channel closes when the watcher is too slow.
    fn watch(&self, prefix: &[u8]) -> BoxFuture<'_, Result<mpsc::Receiver<Change>, StoreError>>;
}
