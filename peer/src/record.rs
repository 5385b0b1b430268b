//! Records: what the pure core reads and writes, and what the store keeps (PROTOCOL §2.10, DESIGN §5).
//!
//! ```text
//! core ── Batch (puts and deletes, atomic) ──► store
//! core ◄── Read (get, scan; staged batches are seen at once) ── store
//! ```
//!
//! A record lives in a [`Tree`] under a [`Key`]: by name, or ordered by number inside a group, such as the messages
//! of a conversation. Nothing here touches a disk, and nothing here is sealed: `crate::store` does both.

use std::ops::Range;

pub use conclave_crypto::vault::Tree;
use thiserror::Error;
use zeroize::Zeroizing;

#[cfg(any(test, feature = "test-util"))]
mod memory;

#[cfg(any(test, feature = "test-util"))]
pub use memory::MemoryRecords;

/// The longest logical name, in bytes: names are ids and short paths of ids.
pub const MAX_NAME: usize = 1024;

/// A logical key. It is never written to disk as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Found only by its exact name, at most [`MAX_NAME`] bytes.
    Named(Vec<u8>),
    /// Found by number, and by ranges of numbers within its group.
    Ordered {
        /// What the numbers count in, such as a conversation id.
        group: [u8; 16],
        /// The number.
        seq: u64,
    },
}

impl Key {
    /// A named key.
    #[must_use]
    pub fn named(name: impl Into<Vec<u8>>) -> Self {
        Self::Named(name.into())
    }

    /// An ordered key.
    #[must_use]
    pub const fn ordered(group: [u8; 16], seq: u64) -> Self {
        Self::Ordered { group, seq }
    }
}

/// One change. `Debug` of a value shows its content: batches are never logged.
#[derive(Clone, PartialEq, Eq)]
pub enum Write {
    /// The record holds this value from now on.
    Put {
        /// Where.
        tree: Tree,
        /// Under which key.
        key: Key,
        /// The content, in clear; wiped when dropped.
        value: Zeroizing<Vec<u8>>,
    },
    /// The record is gone; deleting what is not there is fine.
    Delete {
        /// Where.
        tree: Tree,
        /// Under which key.
        key: Key,
    },
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Put { tree, value, .. } => write!(f, "Put({tree:?}, {} bytes)", value.len()),
            Self::Delete { tree, .. } => write!(f, "Delete({tree:?})"),
        }
    }
}

/// Changes that become durable together or not at all; a later change of the same record wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch(Vec<Write>);

impl Batch {
    /// A batch without changes.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a put.
    pub fn put(&mut self, tree: Tree, key: Key, value: impl Into<Zeroizing<Vec<u8>>>) -> &mut Self {
        self.0.push(Write::Put { tree, key, value: value.into() });
        self
    }

    /// Adds a delete.
    pub fn delete(&mut self, tree: Tree, key: Key) -> &mut Self {
        self.0.push(Write::Delete { tree, key });
        self
    }

    /// Adds every change of another batch after these.
    pub fn append(&mut self, mut other: Self) -> &mut Self {
        self.0.append(&mut other.0);
        self
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many changes it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The changes, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Write> {
        self.0.iter()
    }
}

impl From<Vec<Write>> for Batch {
    fn from(writes: Vec<Write>) -> Self {
        Self(writes)
    }
}

impl IntoIterator for Batch {
    type Item = Write;
    type IntoIter = std::vec::IntoIter<Write>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = &'a Write;
    type IntoIter = std::slice::Iter<'a, Write>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// The direction of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Lowest number first.
    Ascending,
    /// Highest number first.
    Descending,
}

/// Why a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The record is there and is not what was written, also after a rebuild from the journal.
    #[error("a stored record is damaged")]
    Damaged,
    /// The database cannot be read now; the journal keeps what was written.
    #[error("the database cannot be read")]
    Unavailable,
}

/// An entry of a scan: its number and its content.
pub type Entry = (u64, Zeroizing<Vec<u8>>);

/// What the pure core may read. Batches that were staged are seen at once, before they are durable.
pub trait Read {
    /// The value of a record, if there is one.
    ///
    /// # Errors
    /// [`ReadError`].
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError>;

    /// The entries of a group whose number lies in `range`, in `order`, at most `limit` of them.
    ///
    /// # Errors
    /// [`ReadError`].
    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError>;
}

impl<R: Read + ?Sized> Read for std::sync::Arc<R> {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        (**self).get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        (**self).scan(tree, group, range, order, limit)
    }
}
