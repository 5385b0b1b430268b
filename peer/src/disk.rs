//! The disk of one profile as the event loop sees it: the vault header, the store, and what became durable.

mod erasure;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conclave_crypto::vault::{VaultHeader, VaultKeys};
use conclave_proto::ErrorCode;
use tokio::sync::watch;

use crate::core::FORMAT;
use crate::model::Failure;
use crate::record::Batch;
use crate::store::{Ahead, Blobs, Durable, HeaderFiles, OnDurable, RESERVE, Store, StoreError, free_space};

pub(crate) use crate::store::ProfileLock;

/// Marks a profile whose account may not exist: made with the vault, removed when the account is in the log.
const UNFINISHED: &str = "unfinished";

/// What became of staged batches.
#[derive(Debug, Clone)]
pub(crate) enum Durability {
    /// Everything up to this token is on disk.
    UpTo(u64),
    /// A write failed; nothing counts until the store is opened again.
    Failed(Failure),
}

#[derive(Debug, Clone, Default)]
struct Seen {
    up_to: u64,
    failures: u64,
    failure: Option<Failure>,
}

/// An open store.
pub(crate) struct Disk {
    store: Arc<Store>,
    blobs: Blobs,
    /// Where it lies, to ask for free room.
    profile: PathBuf,
    seen: watch::Receiver<Seen>,
    failures: u64,
    /// Tokens of the loop's own writes, before a core numbers them.
    own: u64,
    /// Entries found lost when the store was opened, and how many were told of by now.
    lost: u64,
    told: u64,
    /// Added to the core's tokens, so that they come after the loop's own.
    offset: u64,
}

impl Disk {
    /// Whether the folder holds a vault.
    pub(crate) fn exists(profile: &Path) -> bool {
        HeaderFiles::of(profile).exist()
    }

    /// Whether the account of the vault may not exist.
    pub(crate) fn is_unfinished(profile: &Path) -> bool {
        profile.join(UNFINISHED).exists()
    }

    /// The account is in the log: the vault is not to be replaced any more.
    pub(crate) fn finished(profile: &Path) -> Result<(), Failure> {
        match fs::remove_file(profile.join(UNFINISHED)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritable(&error)),
            _ => Ok(()),
        }
    }

    /// Makes a vault and an empty store, marked as unfinished.
    pub(crate) fn create(
        profile: &Path,
        lock: ProfileLock,
        header: &VaultHeader,
        keys: VaultKeys,
    ) -> Result<Self, Failure> {
        fs::write(profile.join(UNFINISHED), []).map_err(|error| unwritable(&error))?;
        let (report, seen) = report(profile);
        let store = Store::create(profile, lock, header, keys, FORMAT, report)
            .map_err(|error| store_fault(&error))?;
        Self::new(profile, store, seen)
    }

    /// Opens the store of an unlocked vault.
    pub(crate) fn open(profile: &Path, lock: ProfileLock, keys: VaultKeys) -> Result<Self, Failure> {
        Self::open_after(Ahead::default(), profile, lock, keys)
    }

    /// Begins to open what needs no key.
    pub(crate) fn ahead(profile: &Path) -> Ahead {
        Store::ahead(profile)
    }

    /// The same as [`Self::open`], after what was begun.
    pub(crate) fn open_after(
        ahead: Ahead,
        profile: &Path,
        lock: ProfileLock,
        keys: VaultKeys,
    ) -> Result<Self, Failure> {
        let (report, seen) = report(profile);
        let (store, recovery) = Store::open_after(ahead, profile, lock, keys, FORMAT, report)
            .map_err(|error| store_fault(&room_first(error, profile)))?;
        if recovery.damage.is_some() || recovery.rebuilt.is_some() {
            tracing::warn!(?recovery, "the store was mended");
        }
        let lost = recovery.damage.map_or(0, |damage| damage.lost);
        Self::new(profile, store, seen).map(|disk| Self { lost, ..disk })
    }

    /// What was found lost since this was last asked: records that are safe, entries that are not.
    pub(crate) fn loss(&mut self) -> Option<(u64, u64)> {
        let stats = self.store.stats();
        let lost = self.lost.saturating_add(stats.lost).saturating_sub(self.told);
        self.told = self.told.saturating_add(lost);
        (lost > 0).then_some((stats.live_records, lost))
    }

    /// Copies of the vault header, the one to try first at the front.
    pub(crate) fn headers(profile: &Path) -> Result<Vec<VaultHeader>, Failure> {
        let found = HeaderFiles::of(profile).load().map_err(|error| store_fault(&error))?;
        Ok(found.into_iter().map(|(_, header)| header).collect())
    }

    /// Replaces the vault header.
    pub(crate) fn write_header(profile: &Path, header: &VaultHeader) -> Result<(), Failure> {
        HeaderFiles::of(profile).write(header).map_err(|error| store_fault(&error))
    }

    /// The content files.
    pub(crate) fn blobs(&self) -> Blobs {
        self.blobs.clone()
    }

    /// The store, for reading.
    pub(crate) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store)
    }

    /// Writes and waits until it is on disk. Only before a core is opened.
    pub(crate) async fn write(&mut self, batch: Batch) -> Result<(), Failure> {
        self.own += 1;
        self.offset = self.own;
        self.store.stage(batch, self.own).map_err(|error| self.fault(error))?;
        loop {
            let seen = self.seen.borrow_and_update().clone();
            if seen.failures > self.failures {
                return Err(seen.failure.unwrap_or_else(|| Failure::new(ErrorCode::Bug)));
            }
            if seen.up_to >= self.own {
                return Ok(());
            }
            self.seen.changed().await.map_err(|_| Failure::new(ErrorCode::Bug))?;
        }
    }

    /// Makes a batch of the core visible and queues it for the disk.
    pub(crate) fn stage(&self, batch: Batch, token: u64) -> Result<(), Failure> {
        self.store.stage(batch, token + self.offset).map_err(|error| self.fault(error))
    }

    /// The next news of durability. Cancel safe.
    pub(crate) async fn next(&mut self) -> Durability {
        if self.seen.changed().await.is_err() {
            return std::future::pending().await;
        }
        let seen = self.seen.borrow_and_update().clone();
        if seen.failures > self.failures {
            self.failures = seen.failures;
            return Durability::Failed(seen.failure.unwrap_or_else(|| Failure::new(ErrorCode::Bug)));
        }
        Durability::UpTo(seen.up_to.saturating_sub(self.offset))
    }

    /// After a failure: goes back to what is durable and takes batches again. Later tokens start above all earlier.
    pub(crate) fn reopen(&mut self) -> Result<(), Failure> {
        self.store.reopen().map_err(|error| self.fault(error))?;
        let seen = self.seen.borrow_and_update().clone();
        self.failures = seen.failures;
        self.offset = seen.up_to;
        Ok(())
    }

    /// Writes what is queued and closes.
    pub(crate) async fn close(self) {
        let store = self.store;
        // The task ends when the store has; an error would mean that it panicked, and the store is gone then too.
        drop(tokio::task::spawn_blocking(move || store.close()).await);
    }

    /// What is to be said when the disk has no room for what the store needs to work.
    pub(crate) fn lacks_room(&self) -> Option<Failure> {
        let free = free_space(&self.profile).unwrap_or(0);
        (free < RESERVE).then(|| store_fault(&StoreError::DiskFull { need: RESERVE, free }))
    }

    fn fault(&self, error: StoreError) -> Failure {
        store_fault(&room_first(error, &self.profile))
    }

    fn new(profile: &Path, store: Store, seen: watch::Receiver<Seen>) -> Result<Self, Failure> {
        let blobs = Blobs::open(profile).map_err(|error| store_fault(&error))?;
        let (store, profile) = (Arc::new(store), profile.to_owned());
        Ok(Self { store, blobs, profile, seen, failures: 0, own: 0, lost: 0, told: 0, offset: 0 })
    }
}

fn report(profile: &Path) -> (OnDurable, watch::Receiver<Seen>) {
    let profile = profile.to_owned();
    let (sender, seen) = watch::channel(Seen::default());
    let report: OnDurable = Box::new(move |news| {
        sender.send_modify(|seen| match news {
            Durable::UpTo(token) => seen.up_to = token,
            Durable::Failed(error) => {
                seen.failures += 1;
                seen.failure = Some(store_fault(&room_first(error, &profile)));
            }
        });
    });
    (report, seen)
}

/// An index that is not made anew for want of room is not damaged: with room it is.
fn room_first(error: StoreError, profile: &Path) -> StoreError {
    match (error, free_space(profile)) {
        (StoreError::Index, Ok(free)) if free < RESERVE => StoreError::DiskFull { need: RESERVE, free },
        (error, _) => error,
    }
}

/// The words for a fault of the store.
pub(crate) fn store_fault(error: &StoreError) -> Failure {
    let code = match error {
        StoreError::InUse => ErrorCode::StoreInUse,
        StoreError::Newer => ErrorCode::StoreNewer,
        StoreError::DiskFull { .. } => ErrorCode::DiskFull,
        StoreError::Missing | StoreError::Exists => ErrorCode::ApiState,
        StoreError::Header | StoreError::Index | StoreError::Blob => ErrorCode::StoreDamaged,
        StoreError::TooLarge { .. } | StoreError::BadKey | StoreError::Closed => ErrorCode::Bug,
        _ => ErrorCode::DiskFull,
    };
    let mut failure = Failure::new(code).with("why", error.to_string());
    // The system refused a write without a number.
    if let StoreError::DiskFull { need: need @ 1.., free } = error {
        failure = failure.with("need", *need).with("free", *free);
    }
    failure
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new(ErrorCode::FileUnreadable).with("why", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_with_numbers_only_where_they_are_known() {
        let said = |need, free| {
            let failure = store_fault(&StoreError::DiskFull { need, free });
            crate::words::failure(crate::words::Language::En, &failure)
        };
        assert_eq!(said(3_250_000, 0), "Not enough room: 3.2\u{a0}MB needed, 0\u{a0}bytes free.");
        assert_eq!(said(0, 0), "There is not enough room on the disk. Free some and try again.");
    }
}
