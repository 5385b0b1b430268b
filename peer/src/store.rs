//! The sealed, durable store of one profile (DESIGN §5, PROTOCOL §2.10).
//!
//! ```text
//! profile/
//!   vault.hdr.a .b       key slots and device keys; replaced atomically, outside everything else   HeaderFiles
//!   journal/NNNN.seg     sealed, hash-chained records; fdatasync before anything counts            the truth
//!   journal/head         how far the journal was durable, at least
//!   index/NNNN/          sled 0.34; made anew from the journal whenever it is not whole
//!   blobs/               sealed file content, by content id                                        Blobs
//!   lock                 one process per profile
//! ```
//!
//! [`Store::stage`] makes a batch visible to reads at once and returns; a thread of the store gathers what is queued
//! into one journal record and one sync, and then calls back with [`Durable::UpTo`]. A crash keeps whole batches only,
//! and every acknowledged one. After a failed write nothing is taken before [`Store::reopen`], and what was not
//! durable is gone from reads too: the core starts again from the durable records.
//!
//! What it does not do: notice that the whole folder was set back to an older copy, or hide how many records there are
//! and their sizes to 64 bytes. The composition has not been audited.

mod backup;
mod blobs;
mod disk;
mod error;
mod header;
mod index;
mod journal;
mod lock;
mod operations;
mod overlay;
mod queue;
mod recover;
mod recovery;
mod schema;
mod sealing;
mod stats;
mod writer;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

use conclave_crypto::vault::{BadValue, VaultHeader, VaultKeys};
use zeroize::Zeroizing;

pub use backup::{BackupError, Contents, restore as restore_backup, verify as verify_backup};
pub use blobs::{BlobId, BlobReader, BlobWriter, Blobs};
pub use error::StoreError;
pub(crate) use error::lacks_room;
pub use header::HeaderFiles;
pub use lock::ProfileLock;
pub use recovery::{Damage, Rebuilt, Recovery};
pub use schema::{Format, Migration};
pub use stats::Stats;

use crate::record::{Batch, Entry, Key, MAX_NAME, Order, Read, ReadError, Tree};
use crate::search::{Cursor, Found, Query};
pub(crate) use disk::free_space;
use disk::{Disk, Folder};
pub(crate) use index::Ahead;
use index::{Index, Row, Unusable};
use journal::SEGMENT;
use overlay::Staged;
use queue::Queue;
use recover::Parts;
use sealing::Sealing;
use stats::Counters;
pub(crate) use writer::RESERVE;
use writer::Threads;

/// The largest batch, in bytes of keys and values: it must fit into one journal record and be read back whole.
pub const MAX_BATCH: usize = 32 * 1024 * 1024;

/// What sled may keep in memory, in bytes of its file. It takes up to three times this, and what was read last beside it:
/// each of its 256 lists of pages is looked through only after 64 readings.
pub(crate) const INDEX_CACHE: u64 = 8 * 1024 * 1024;

/// What became of staged batches.
#[derive(Debug)]
pub enum Durable {
    /// Every batch staged up to the one with this token survives a loss of power.
    UpTo(u64),
    /// A write failed: no batch after the last [`Durable::UpTo`] counts. Nothing is taken before [`Store::reopen`].
    Failed(StoreError),
}

/// Called on the store's thread, in order. It must return soon, and must not call the store.
pub type OnDurable = Box<dyn Fn(Durable) + Send>;

/// An open profile.
pub struct Store {
    parts: Parts,
    queue: Arc<Queue>,
    index: Arc<Index>,
    threads: Mutex<Option<Threads>>,
    lock: Mutex<Option<ProfileLock>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a profile in a folder that holds none: the header is written first, so that no record exists whose keys
    /// are not on disk.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn create(
        profile: &Path,
        lock: ProfileLock,
        header: &VaultHeader,
        keys: VaultKeys,
        format: Format,
        report: OnDurable,
    ) -> Result<Self, StoreError> {
        let files = HeaderFiles::of(profile);
        if files.exist() {
            return Err(StoreError::Exists);
        }
        files.write(header)?;
        let parts = Self::parts(profile, keys, format)?;
        let (index, journal) = recover::begin(&parts)?;
        Self::start(parts, Some(lock), index, journal, report)
    }

    /// Opens a profile with the keys that its header gave: replays what the index has not, mends what is damaged, and
    /// says so.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Io`], [`StoreError::DiskFull`],
    /// [`StoreError::Index`].
    pub fn open(
        profile: &Path,
        lock: ProfileLock,
        keys: VaultKeys,
        format: Format,
        report: OnDurable,
    ) -> Result<(Self, Recovery), StoreError> {
        Self::open_after(Ahead::default(), profile, lock, keys, format, report)
    }

    /// Begins to open what needs no key, for [`Self::open_after`].
    pub(crate) fn ahead(profile: &Path) -> Ahead {
        Ahead::begin(index_folder(profile), INDEX_CACHE)
    }

    /// The same as [`Self::open`], after what [`Self::ahead`] of this profile has begun.
    pub(crate) fn open_after(
        ahead: Ahead,
        profile: &Path,
        lock: ProfileLock,
        keys: VaultKeys,
        format: Format,
        report: OnDurable,
    ) -> Result<(Self, Recovery), StoreError> {
        if !HeaderFiles::of(profile).exist() {
            return Err(StoreError::Missing);
        }
        let parts = Self::parts(profile, keys, format)?;
        let (index, journal, recovery) = recover::recover(&parts, ahead)?;
        Ok((Self::start(parts, Some(lock), index, journal, report)?, recovery))
    }

    /// Makes a batch visible to reads and queues it for the journal. `token` comes back in [`Durable::UpTo`]; tokens
    /// rise. Waits only while 64 MiB are staged and not yet in the index.
    ///
    /// # Errors
    /// [`StoreError::Failed`], [`StoreError::Closed`], [`StoreError::TooLarge`], [`StoreError::BadKey`]; the batch is
    /// then not visible.
    pub fn stage(&self, batch: Batch, token: u64) -> Result<(), StoreError> {
        let writes: Vec<Staged> = batch.into_iter().map(Staged::from).collect();
        let bytes = writes.iter().map(Staged::size).fold(0, usize::saturating_add);
        if bytes > MAX_BATCH {
            return Err(StoreError::TooLarge { bytes, limit: MAX_BATCH });
        }
        let refused = |key: &Key| matches!(key, Key::Named(name) if name.len() > MAX_NAME);
        if writes.iter().any(|write| write.tree == Tree::Journal || refused(&write.key)) {
            return Err(StoreError::BadKey);
        }
        self.queue.stage(writes, token)
    }

    /// After [`Durable::Failed`]: cuts off what was not durable, starts a new segment and takes batches again. Harmless
    /// when nothing failed. What had been staged and not reported durable is gone.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Io`], [`StoreError::Index`]: the store stays as it was; try again later.
    pub fn reopen(&self) -> Result<(), StoreError> {
        self.order(queue::Order::Reopen)
    }

    /// Rewrites journal and index without erased and overwritten records. It runs by itself when the garbage exceeds
    /// the live bytes by 16 MiB; call it after erasing something on purpose.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Io`], [`StoreError::Index`], [`StoreError::Failed`],
    /// [`StoreError::Closed`]; the store goes on with what it had.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.order(queue::Order::Compact)
    }

    /// Reads the whole journal and, if a record of it has rotted, writes it anew from the index. For idle hours.
    ///
    /// # Errors
    /// As [`Self::compact`].
    pub fn scrub(&self) -> Result<(), StoreError> {
        self.order(queue::Order::Scrub)
    }

    /// Messages that a query finds, newest first, at most `limit`, after a place if one is given. What was staged
    /// before is found; it waits for the index, so call it where that is no harm.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn search(&self, query: &Query, after: Option<Cursor>, limit: usize) -> Result<Found, ReadError> {
        self.searched(|index| index.find(query, after, limit))
    }

    /// How many messages hold what a query of filters alone asks for: words are not matched. Waits as
    /// [`Self::search`] does.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn count(&self, query: &Query) -> Result<u64, ReadError> {
        self.searched(|index| index.count_found(query))
    }

    /// Looks into the search of the index; an index that cannot be read is made anew once.
    fn searched<T>(&self, look: impl Fn(&Index) -> Result<T, Unusable>) -> Result<T, ReadError> {
        self.queue.wait_applied();
        look(&self.index).or_else(|_| {
            self.index.rebuild().map_err(|_| ReadError::Unavailable)?;
            look(&self.index).map_err(|_| ReadError::Damaged)
        })
    }

    /// Bytes of the journal and of the index on disk.
    #[must_use]
    pub fn sizes(&self) -> (u64, u64) {
        let segments = journal::segments(self.parts.disk.as_ref()).unwrap_or_default();
        (segments.values().sum(), self.index.size())
    }

    /// Waits until the index has what was staged before, for a while.
    pub fn settle(&self) {
        self.queue.wait_applied();
    }

    /// Goes on with other keys of the same vault: the same master key, another set of epochs. New records of tree
    /// `state` are sealed under the newest; [`Self::compact`] seals the old ones again.
    pub fn change_keys(&self, keys: VaultKeys) {
        self.parts.sealing.replace(keys);
    }

    /// What was done since the store was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.parts.counters.snapshot()
    }

    /// Writes what is queued, notes how far the journal goes and closes. Dropping the store does the same.
    pub fn close(&self) {
        self.queue.close();
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut threads) = threads {
            threads.journal();
            let index = Arc::clone(&self.index);
            threads.index(move || index.close());
            let Stats { batches, groups, syncs, journal_bytes, compactions, .. } = self.stats();
            tracing::debug!(batches, groups, syncs, journal_bytes, compactions, "the store is closed");
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn parts(profile: &Path, keys: VaultKeys, format: Format) -> Result<Parts, StoreError> {
        let folder =
            Folder::open(profile.join("journal")).map_err(StoreError::io("opening the journal folder"))?;
        Ok(Self::parts_on(Arc::new(folder), index_folder(profile), keys, format))
    }

    fn parts_on(disk: Arc<dyn Disk>, index_folder: PathBuf, keys: VaultKeys, format: Format) -> Parts {
        Parts {
            disk,
            sealing: Arc::new(Sealing::new(keys)),
            counters: Arc::new(Counters::default()),
            index_folder,
            index_cache: INDEX_CACHE,
            segment_size: SEGMENT,
            format,
        }
    }

    fn start(
        parts: Parts,
        lock: Option<ProfileLock>,
        index: Index,
        journal: journal::Journal,
        report: OnDurable,
    ) -> Result<Self, StoreError> {
        let (queue, index) = (Arc::new(Queue::new()), Arc::new(index));
        let threads = writer::start(&parts, &queue, &index, journal, report)?;
        Ok(Self { parts, queue, index, threads: Mutex::new(Some(threads)), lock: Mutex::new(lock) })
    }

    fn order(&self, order: impl FnOnce(queue::Answer) -> queue::Order) -> Result<(), StoreError> {
        let (sender, receiver) = sync_channel(1);
        self.queue.order(order(sender))?;
        receiver.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Opens a sealed value; one whose epoch key was dropped is erased, so it is not there.
    fn unseal(&self, tree: Tree, key: &[u8], sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, BadValue> {
        match self.parts.sealing.open(tree, key, sealed) {
            Ok(value) => Ok(Some(value)),
            Err(BadValue::Erased(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn try_get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        if let Some(staged) = self.queue.overlay(|overlay| overlay.get(tree, key)) {
            return Ok(staged.map(|value| value.as_ref().clone()));
        }
        let key = self.parts.sealing.record_key(tree, key);
        match self.index.get(tree, &key).map_err(|_| ReadError::Unavailable)? {
            Some(sealed) => self.unseal(tree, &key, &sealed).map_err(|_| ReadError::Damaged),
            None => Ok(None),
        }
    }

    fn try_scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: &Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let prefix = self.parts.sealing.prefix(tree, group);
        let rows = self.queue.overlay(|overlay| {
            let staged = overlay.range(tree, group, range);
            self.index.scan(tree, &prefix, range, order, limit, &staged)
        });
        let mut found = Vec::new();
        for row in rows.map_err(|_| ReadError::Unavailable)? {
            match row {
                Row::Staged(seq, value) => found.push((seq, value.as_ref().clone())),
                Row::Sealed(seq, sealed) => {
                    let key = self.parts.sealing.record_key(tree, &Key::ordered(*group, seq));
                    let value = self.unseal(tree, &key, &sealed).map_err(|_| ReadError::Damaged)?;
                    found.extend(value.map(|value| (seq, value)));
                }
            }
        }
        Ok(found)
    }
}

fn index_folder(profile: &Path) -> PathBuf {
    profile.join("index")
}

impl Read for Store {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        // A row that is damaged, or a database that gave up, is made anew from the journal; then it is read again.
        self.try_get(tree, key).or_else(|error| {
            self.index.rebuild().map_err(|_| error)?;
            self.try_get(tree, key)
        })
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.try_scan(tree, group, &range, order, limit).or_else(|error| {
            self.index.rebuild().map_err(|_| error)?;
            self.try_scan(tree, group, &range, order, limit)
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}
