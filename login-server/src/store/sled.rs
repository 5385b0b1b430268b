//! The embedded backend: sled 0.34 in one directory.
//!
//! sled's `flush` is no promise across a loss of power, and damaged files may open with rows silently missing. So
//! a transaction ends in `fdatasync` on the database file, and every transaction keeps a summary of all rows under
//! a key of its own, which opening compares with what it finds:
//!
//! ```text
//! value   = expires u64 (0: never) ‖ bytes
//! summary = count u64 ‖ XOR over all rows of SHA-256(key length u32 ‖ key ‖ value)
//! ```
//!
//! The XOR finds accidents, not an attacker with write access to the disk, who has the server's keys anyway.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conclave_crypto::primitives::sha256;
use futures::FutureExt;
use futures::future::BoxFuture;
use sled::transaction::{ConflictableTransactionError, TransactionError, TransactionalTree};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{Change, KEY_MAX, Record, Store, StoreError, Transaction, VALUE_MAX, WATCH_BACKLOG, Write};
use crate::clock;

/// The summary's key; no record's key starts with a zero byte.
const SUMMARY: &[u8] = b"\0summary";
/// sled's default of 1 GiB is far too much for records of a few hundred people.
const CACHE: u64 = 32 * 1024 * 1024;
/// Reads of all rows before a writer that never pauses wins.
const DUMPS: usize = 32;
/// Expired rows removed in one sweep; the rest waits for the next.
const SWEEP: usize = 256;

/// A row as it lies in the file: key, and end ‖ value.
pub(crate) type Row = (Vec<u8>, Zeroizing<Vec<u8>>);

/// A store in one directory. Clones share it.
#[derive(Clone, Debug)]
pub struct SledStore {
    db: sled::Db,
    file: Arc<File>,
}

impl SledStore {
    /// Makes a new store; the directory must not hold one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn create(directory: &Path) -> Result<Self, StoreError> {
        let store = Self::open_files(directory)?;
        if !store.db.is_empty() {
            return Err(StoreError::Failed("there is a store already".into()));
        }
        store.db.insert(SUMMARY, Summary::default().encode()).map_err(failed)?;
        store.sync()?;
        Ok(store)
    }

    /// Opens a store and compares every row with the summary.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a store that is not whole, and the other [`StoreError`]s.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        if !directory.join("db").is_file() {
            return Err(StoreError::Damaged(format!("there is no store in {}", directory.display())));
        }
        let store = Self::open_files(directory)?;
        let db = store.db.clone();
        catch_unwind(AssertUnwindSafe(move || check(&db)))
            .unwrap_or_else(|_| Err(StoreError::Damaged("its pages cannot be read".into())))?;
        Ok(store)
    }

    fn open_files(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.to_owned();
        let opened = catch_unwind(AssertUnwindSafe(|| {
            sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(Some(500)).open()
        }));
        let db = match opened {
            Ok(Ok(db)) => db,
            Ok(Err(sled::Error::Io(error))) if error.to_string().contains("lock") => {
                return Err(StoreError::Locked);
            }
            Ok(Err(sled::Error::Io(error))) => return Err(StoreError::Failed(error.to_string())),
            Ok(Err(error)) => return Err(StoreError::Damaged(error.to_string())),
            Err(_) => return Err(StoreError::Damaged("its files cannot be opened".into())),
        };
        let file: PathBuf = directory.join("db");
        let file = File::open(&file).map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { db, file: Arc::new(file) })
    }

    /// Removes rows whose time has passed; called now and then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: u64) -> Result<usize, StoreError> {
        let store = self.clone();
        blocking(move || {
            let mut gone = Vec::new();
            for row in store.db.iter() {
                let (key, value) = row.map_err(failed)?;
                if key.as_ref() != SUMMARY && expired(&value, now) {
                    gone.push((key.to_vec(), value.to_vec()));
                }
                if gone.len() == SWEEP {
                    break;
                }
            }
            let count = gone.len();
            for (key, value) in gone {
                // A row renewed meanwhile has another value and stays.
                store.apply(&[(key.clone(), Some(value))], &[Write::Delete(key)])?;
            }
            Ok(count)
        })
        .await
    }

    /// All rows in one state, with what is before their values: the end of each.
    ///
    /// # Errors
    /// [`StoreError`]; also when writers never paused.
    pub(crate) fn dump(&self) -> Result<Vec<Row>, StoreError> {
        for _ in 0..DUMPS {
            let stated = self.db.get(SUMMARY).map_err(failed)?;
            let (mut found, mut rows) = (Summary::default(), Vec::new());
            for row in self.db.iter() {
                let (key, value) = row.map_err(failed)?;
                if key.as_ref() != SUMMARY {
                    found.add(&key, &value);
                    rows.push((key.to_vec(), Zeroizing::new(value.to_vec())));
                }
            }
            // A row that changed meanwhile makes another sum.
            if stated.as_deref().and_then(Summary::decode).as_ref() == Some(&found) {
                return Ok(rows);
            }
        }
        Err(StoreError::Failed("it changes too fast to be read in one state".into()))
    }

    /// Writes rows of [`Self::dump`] into a new store.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn load(&self, rows: &[Row]) -> Result<(), StoreError> {
        for part in rows.chunks(SWEEP) {
            let mut transaction = Transaction::new();
            for (key, value) in part {
                let (until, value) = value
                    .split_first_chunk::<8>()
                    .ok_or_else(|| StoreError::Damaged("a row without its end".into()))?;
                transaction = transaction.lease(key.as_slice(), value, u64::from_be_bytes(*until));
            }
            self.transact_now(&transaction, 0)?;
        }
        Ok(())
    }

    /// Raw compare (values with their expiry) and write, without the sync.
    fn apply(&self, expect: &[(Vec<u8>, Option<Vec<u8>>)], writes: &[Write]) -> Result<bool, StoreError> {
        let done = self.db.transaction(|tree| {
            for (key, value) in expect {
                if tree.get(key)?.as_deref() != value.as_deref() {
                    return Ok(false);
                }
            }
            write(tree, writes)?;
            Ok(true)
        });
        done.map_err(in_transaction)
    }

    fn transact_now(&self, transaction: &Transaction, now: u64) -> Result<bool, StoreError> {
        for write in &transaction.writes {
            let (key, value): (&[u8], &[u8]) = match write {
                Write::Put(key, value) | Write::Lease(key, value, _) => (key, value),
                Write::Delete(key) => (key, &[]),
            };
            if key.len() > KEY_MAX || value.len() > VALUE_MAX || key.first().is_none_or(|&first| first == 0) {
                return Err(StoreError::TooLong);
            }
        }
        let done = self
            .db
            .transaction(|tree| {
                for expect in &transaction.expect {
                    let found = tree.get(&expect.key)?;
                    let found = found.as_deref().and_then(|value| live(value, now));
                    if found != expect.value.as_deref() {
                        return Ok(false);
                    }
                }
                write(tree, &transaction.writes)?;
                Ok(true)
            })
            .map_err(in_transaction)?;
        if done && !transaction.writes.is_empty() {
            self.sync()?;
        }
        Ok(done)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(failed)?;
        self.file.sync_data().map_err(|error| StoreError::Failed(error.to_string()))
    }
}

impl Store for SledStore {
    fn get(&self, key: &[u8]) -> BoxFuture<'_, Result<Option<Vec<u8>>, StoreError>> {
        let key = key.to_vec();
        async move {
            let found = self.db.get(key).map_err(failed)?;
            Ok(found.as_deref().and_then(|value| live(value, clock::now())).map(<[u8]>::to_vec))
        }
        .boxed()
    }

    fn range(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        let (prefix, after, db) = (prefix.to_vec(), after.map(<[u8]>::to_vec), self.db.clone());
        blocking(move || {
            let now = clock::now();
            let mut found = Vec::new();
            for row in db.scan_prefix(&prefix) {
                let (key, value) = row.map_err(failed)?;
                if found.len() == limit {
                    break;
                }
                if key.as_ref() == SUMMARY || after.as_deref().is_some_and(|after| key.as_ref() <= after) {
                    continue;
                }
                if let Some(value) = live(&value, now) {
                    found.push((key.to_vec(), value.to_vec()));
                }
            }
            Ok(found)
        })
        .boxed()
    }

    fn transact(&self, transaction: Transaction) -> BoxFuture<'_, Result<bool, StoreError>> {
        let store = self.clone();
        blocking(move || store.transact_now(&transaction, clock::now())).boxed()
    }

    fn watch(&self, prefix: &[u8]) -> BoxFuture<'_, Result<mpsc::Receiver<Change>, StoreError>> {
        let mut subscriber = self.db.watch_prefix(prefix);
        let (sender, receiver) = mpsc::channel(WATCH_BACKLOG);
        tokio::spawn(async move {
            while let Some(event) = (&mut subscriber).await {
                let change = match event {
                    sled::Event::Insert { key, .. } if key.as_ref() == SUMMARY => continue,
                    sled::Event::Insert { key, value } => {
                        Change { key: key.to_vec(), value: value.get(8..).map(<[u8]>::to_vec) }
                    }
                    sled::Event::Remove { key } => Change { key: key.to_vec(), value: None },
                };
                if sender.try_send(change).is_err() {
                    return;
                }
            }
        });
        async move { Ok(receiver) }.boxed()
    }
}

/// What opening must find again.
#[derive(Default, PartialEq, Eq)]
struct Summary {
    count: u64,
    xor: [u8; 32],
}

impl Summary {
    fn add(&mut self, key: &[u8], value: &[u8]) {
        self.count += 1;
        self.toggle(key, value);
    }

    fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.count = self.count.saturating_sub(1);
        self.toggle(key, value);
    }

    fn toggle(&mut self, key: &[u8], value: &[u8]) {
        let length = u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes();
        for (to, from) in self.xor.iter_mut().zip(sha256(&[&length, key, value])) {
            *to ^= from;
        }
    }

    fn encode(&self) -> Vec<u8> {
        [self.count.to_be_bytes().as_slice(), &self.xor].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (count, xor) = bytes.split_first_chunk::<8>()?;
        Some(Self { count: u64::from_be_bytes(*count), xor: xor.try_into().ok()? })
    }
}

fn check(db: &sled::Db) -> Result<(), StoreError> {
    let damaged = |why: &str| StoreError::Damaged(why.to_owned());
    let stated = db.get(SUMMARY).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let stated =
        stated.as_deref().and_then(Summary::decode).ok_or_else(|| damaged("its summary is missing"))?;
    let mut found = Summary::default();
    for row in db.iter() {
        let (key, value) = row.map_err(|error| StoreError::Damaged(error.to_string()))?;
        if key.as_ref() != SUMMARY {
            found.add(&key, &value);
        }
    }
    if found == stated { Ok(()) } else { Err(damaged("rows are missing or altered")) }
}

type InTransaction = ConflictableTransactionError<()>;

fn write(tree: &TransactionalTree, writes: &[Write]) -> Result<(), InTransaction> {
    let mut summary = tree
        .get(SUMMARY)?
        .as_deref()
        .and_then(Summary::decode)
        .ok_or(ConflictableTransactionError::Abort(()))?;
    for write in writes {
        let (key, value) = match write {
            Write::Put(key, value) => (key, Some(stamped(value, 0))),
            Write::Lease(key, value, until) => (key, Some(stamped(value, *until))),
            Write::Delete(key) => (key, None),
        };
        let old = match &value {
            Some(value) => tree.insert(key.as_slice(), value.as_slice())?,
            None => tree.remove(key.as_slice())?,
        };
        if let Some(old) = old {
            summary.remove(key, &old);
        }
        if let Some(value) = &value {
            summary.add(key, value);
        }
    }
    tree.insert(SUMMARY, summary.encode())?;
    Ok(())
}

fn stamped(value: &[u8], until: u64) -> Vec<u8> {
    [until.to_be_bytes().as_slice(), value].concat()
}

fn expired(value: &[u8], now: u64) -> bool {
    value.first_chunk::<8>().is_some_and(|until| (1..=now).contains(&u64::from_be_bytes(*until)))
}

fn live(value: &[u8], now: u64) -> Option<&[u8]> {
    if expired(value, now) { None } else { value.get(8..) }
}

fn failed(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Corruption { .. } => StoreError::Damaged(error.to_string()),
        error => StoreError::Failed(error.to_string()),
    }
}

fn in_transaction(error: TransactionError<()>) -> StoreError {
    match error {
        TransactionError::Abort(()) => StoreError::Damaged("its summary is missing".into()),
        TransactionError::Storage(error) => failed(error),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Failed("the store panicked".into())))
}

#[cfg(test)]
mod tests;
