//! The drop box: sealed parcels for people who are away (PROTOCOL §2.7, Drop box and parcels; ADMIN).
//!
//! ```text
//! deposit ─► recipient active? room in the box, in the total, in the depositor's day? ─► file on disk ─► receipt
//! collect ─► only the device it is for ─► erase by item id, once it is durable there
//! sweep   ─► what nobody collected in time, and what is for devices that are listed no more
//! ```
//!
//! Kept of a parcel: for whom, how long, since when, until when. Kept of a depositor: how many bytes this UTC day. What
//! is in a parcel, and of whom, the server cannot tell; who brings it, it sees and does not keep.

mod day;
mod index;
mod shelf;
pub(crate) mod stream;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conclave_crypto::directory::Policy;
use conclave_crypto::keys::{DeviceId, ItemId, UserId};
use conclave_crypto::parcel::Parcel;
use thiserror::Error;
use tokio::sync::Semaphore;

use self::day::DayCounts;
use self::index::{Index, Place};
use self::shelf::Shelf;
use crate::store::{Store, StoreError};

pub(crate) use self::index::{Figures, Kept};

/// Parcels longer than one frame that are being brought at once: it bounds what of them is in memory.
const LONG_AT_ONCE: usize = 4;
/// A day, in milliseconds.
const DAY_MS: u64 = 86_400_000;

/// What Policy and configuration allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Bytes of one parcel.
    pub(crate) parcel: u64,
    /// Bytes stored for one recipient, and deposited by one account in one UTC day.
    pub(crate) person: u64,
    /// How long a parcel is kept, milliseconds; 0: there is no drop box.
    pub(crate) keep_ms: u64,
}

impl Allowed {
    pub(crate) fn by(policy: &Policy) -> Self {
        Self {
            parcel: u64::from(policy.box_parcel_max),
            person: policy.box_person_max,
            keep_ms: u64::from(policy.box_days) * DAY_MS,
        }
    }

    /// Whether anything can be deposited at all.
    pub(crate) const fn is_off(&self) -> bool {
        self.keep_ms == 0 || self.parcel == 0 || self.person == 0
    }
}

/// Why a parcel was not taken.
#[derive(Debug, Error)]
pub(crate) enum NotTaken {
    /// Policy has no drop box.
    #[error("there is no drop box")]
    Off,
    /// Longer than Policy allows.
    #[error("the parcel is too long")]
    TooLong,
    /// The recipient's share or the disk's is used up.
    #[error("the drop box is full")]
    Full,
    /// The depositor's share of the day is used up; it begins anew in so many milliseconds.
    #[error("too much was deposited today")]
    Spent(u64),
    /// The same parcel is being written right now.
    #[error("the parcel is being written")]
    Busy,
    /// The disk.
    #[error("the drop box cannot be written: {0}")]
    Disk(#[from] io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The drop box.
pub(crate) struct DropBox {
    shelf: Arc<Shelf>,
    index: Arc<Mutex<Index>>,
    days: DayCounts,
    total: u64,
    pub(crate) long: Arc<Semaphore>,
}

impl DropBox {
    /// Opens the box at a path, making it if it is not there; what was being written when the server died is erased.
    pub(crate) fn open(path: &Path, store: Arc<dyn Store>, total: u64) -> io::Result<Self> {
        let (shelf, kept) = Shelf::open(path)?;
        Ok(Self {
            shelf: Arc::new(shelf),
            index: Arc::new(Mutex::new(Index::of(kept))),
            days: DayCounts::new(store),
            total,
            long: Arc::new(Semaphore::new(LONG_AT_ONCE)),
        })
    }

    /// Whether a parcel of this length would find room now.
    pub(crate) fn has_room(&self, to: &DeviceId, length: u64, allowed: &Allowed) -> Result<(), NotTaken> {
        if allowed.is_off() {
            return Err(NotTaken::Off);
        }
        if length > allowed.parcel {
            return Err(NotTaken::TooLong);
        }
        if self.lock().has_room(to, length, allowed.person, self.total) {
            Ok(())
        } else {
            Err(NotTaken::Full)
        }
    }

    /// Takes a parcel: on return it is on the disk. The same parcel again changes nothing and gives the same answer.
    pub(crate) async fn deposit(
        &self,
        depositor: &UserId,
        parcel: Parcel,
        allowed: &Allowed,
        now: u64,
    ) -> Result<Kept, NotTaken> {
        let length = parcel.bytes().len() as u64;
        let kept = Kept {
            device: parcel.to(),
            item: parcel.item_id(),
            stored: now,
            expires: now.saturating_add(allowed.keep_ms),
            length,
        };
        {
            let mut index = self.lock();
            match index.find(&kept.item) {
                Some(Place::Held(there)) => return Ok(there),
                Some(Place::Writing) => return Err(NotTaken::Busy),
                None => {}
            }
            if allowed.is_off() {
                return Err(NotTaken::Off);
            }
            if length > allowed.parcel {
                return Err(NotTaken::TooLong);
            }
            if !index.has_room(&kept.device, length, allowed.person, self.total) {
                return Err(NotTaken::Full);
            }
            index.reserve(kept);
        }
        // Whatever ends this early gives the room back. The reservation goes with the write, which is carried to its
        // end even when whoever asked for it is gone.
        let reserved = Reserved { index: Arc::clone(&self.index), item: kept.item, done: false };
        self.days.charge(depositor, index::cost(length), allowed.person, now).await?;
        let shelf = Arc::clone(&self.shelf);
        let written = tokio::task::spawn_blocking(move || {
            shelf.put(&kept, parcel.bytes())?;
            reserved.hold();
            Ok::<_, io::Error>(kept)
        });
        Ok(written.await.map_err(io::Error::other)??)
    }

    /// What waits for a device, oldest first, from after an item on; an item that is not there means the beginning.
    pub(crate) fn list(
        &self,
        device: &DeviceId,
        after: Option<&ItemId>,
        limit: usize,
        now: u64,
    ) -> (Vec<Kept>, bool) {
        self.lock().list(device, after, limit, now)
    }

    /// How many wait for a device.
    pub(crate) fn count(&self, device: &DeviceId) -> usize {
        self.lock().count(device)
    }

    /// An item, if it waits for this device.
    pub(crate) fn item(&self, device: &DeviceId, item: &ItemId, now: u64) -> Option<Kept> {
        match self.lock().find(item) {
            Some(Place::Held(kept)) if kept.device == *device && kept.expires > now => Some(kept),
            _ => None,
        }
    }

    /// A part of a parcel.
    pub(crate) async fn read(&self, kept: Kept, from: u64, length: usize) -> io::Result<Vec<u8>> {
        let shelf = Arc::clone(&self.shelf);
        tokio::task::spawn_blocking(move || shelf.read(&kept, from, length))
            .await
            .map_err(io::Error::other)?
    }

    /// Erases items that wait for this device: on return they are off the disk. Others are left alone.
    pub(crate) async fn erase(&self, device: &DeviceId, items: &[ItemId]) -> io::Result<usize> {
        let found: Vec<Kept> = {
            let index = self.lock();
            items
                .iter()
                .filter_map(|item| match index.find(item) {
                    Some(Place::Held(kept)) if kept.device == *device => Some(kept),
                    _ => None,
                })
                .collect()
        };
        self.remove(found).await
    }

    /// Erases everything that waits for a device.
    pub(crate) async fn purge(&self, device: &DeviceId) -> io::Result<usize> {
        let found = self.lock().all_of(device);
        self.remove(found).await
    }

    /// Erases what has expired, and what is for devices that are not listed. Returns how many.
    pub(crate) async fn sweep(&self, listed: &BTreeSet<DeviceId>, now: u64) -> io::Result<usize> {
        let found = self.lock().stale(listed, now);
        self.remove(found).await
    }

    /// What waits, by device.
    pub(crate) fn figures(&self) -> Vec<Figures> {
        self.lock().figures()
    }

    /// The local ceiling, bytes.
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    // The files go first: a crash in between leaves rows that the next start does not find, never files without one.
    async fn remove(&self, found: Vec<Kept>) -> io::Result<usize> {
        if found.is_empty() {
            return Ok(0);
        }
        let (shelf, rows) = (Arc::clone(&self.shelf), found.clone());
        tokio::task::spawn_blocking(move || shelf.erase(&rows)).await.map_err(io::Error::other)??;
        let mut index = self.lock();
        for kept in &found {
            index.remove(&kept.item);
        }
        Ok(found.len())
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        lock(&self.index)
    }
}

fn lock(index: &Mutex<Index>) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Reserved {
    index: Arc<Mutex<Index>>,
    item: ItemId,
    done: bool,
}

impl Reserved {
    fn hold(mut self) {
        self.done = true;
        lock(&self.index).hold(&self.item);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.done {
            lock(&self.index).remove(&self.item);
        }
    }
}

#[cfg(test)]
mod tests;
