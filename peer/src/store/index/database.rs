//! sled 0.34 behind a wall: every call under `catch_unwind`, every failure the same [`Unusable`].

use std::fs;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;

use crate::record::Order;
use crate::store::error::lacks_room;
use crate::store::operations::Place;

/// Where the rows of trees and of the search begin; what lies before is the account of them.
const FIRST: [u8; 1] = [1];
/// sled writes its buffers out this often; nothing relies on it.
const FLUSH_EVERY_MS: u64 = 500;
/// A database that was just closed may hold its file lock for a moment: tries, and the pause between them.
const OPEN_TRIES: u32 = 50;
const OPEN_PAUSE: Duration = Duration::from_millis(20);

/// sled returned an error or panicked: the database is not to be trusted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the index database cannot be used")]
pub(crate) struct Unusable;

/// One sled database in a folder of its own.
pub(super) struct Database {
    sled: sled::Db,
    /// It has failed for want of room: what it holds is not damaged.
    starved: AtomicBool,
}

impl Database {
    /// The row of the position. No tree has id 0.
    pub(super) const POSITION: [u8; 1] = [0];

    /// The numbers of the databases under a folder, lowest first.
    pub(super) fn generations(root: &Path) -> io::Result<Vec<u64>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(root)? {
            let name = entry?.file_name();
            found.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Makes an empty database.
    pub(super) fn create(root: &Path, generation: u64, cache: u64) -> Result<Self, Unusable> {
        let path = folder(root, generation);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Unusable),
            _ => Self::open(root, generation, cache),
        }
    }

    pub(super) fn open(root: &Path, generation: u64, cache: u64) -> Result<Self, Unusable> {
        let config = sled::Config::new()
            .path(folder(root, generation))
            .mode(sled::Mode::HighThroughput)
            .cache_capacity(cache)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        let mut tries = 0;
        loop {
            match catch_unwind(AssertUnwindSafe(|| config.open())) {
                Ok(Ok(sled)) => return Ok(Self { sled, starved: AtomicBool::new(false) }),
                Ok(Err(sled::Error::Io(error))) if held(&error) && tries < OPEN_TRIES => {
                    tries += 1;
                    std::thread::sleep(OPEN_PAUSE);
                }
                _ => return Err(Unusable),
            }
        }
    }

    /// Removes every database but one. What cannot be removed now is removed at the next open.
    pub(super) fn remove_others(root: &Path, generation: u64) {
        for other in Self::generations(root).unwrap_or_default() {
            if other != generation {
                let _ = fs::remove_dir_all(folder(root, other));
            }
        }
    }

    pub(super) fn get(&self, place: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        self.guarded(|| Ok(self.sled.get(place)?.map(|value| value.to_vec())))
    }

    /// The position row.
    pub(super) fn position(&self) -> Result<Option<Vec<u8>>, Unusable> {
        self.get(&Self::POSITION)
    }

    /// Applies changes in one atomic batch.
    pub(super) fn apply<'a>(
        &self,
        changes: impl Iterator<Item = (&'a Place, &'a Option<Vec<u8>>)>,
    ) -> Result<(), Unusable> {
        self.guarded(|| {
            let mut batch = sled::Batch::default();
            for (place, value) in changes {
                match value {
                    Some(value) => batch.insert(place.as_slice(), value.as_slice()),
                    None => batch.remove(place.as_slice()),
                }
            }
            self.sled.apply_batch(batch)
        })
    }

    /// Visits the rows of a range in order, until the visitor returns false.
    pub(super) fn range(
        &self,
        range: Range<Vec<u8>>,
        order: Order,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), Unusable> {
        self.guarded(|| {
            let from = range.start.max(FIRST.to_vec());
            if from >= range.end {
                return Ok(());
            }
            let mut rows = self.sled.range(from..range.end);
            let next = || match order {
                Order::Ascending => rows.next(),
                Order::Descending => rows.next_back(),
            };
            for row in std::iter::from_fn(next) {
                let (place, value) = row?;
                if !visit(&place, &value) {
                    break;
                }
            }
            Ok(())
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.guarded(|| self.sled.size_on_disk()).unwrap_or(0)
    }

    pub(super) fn flush(&self) -> Result<(), Unusable> {
        self.guarded(|| self.sled.flush().map(|_| ()))
    }

    /// Whether it has failed for want of room.
    pub(super) fn is_starved(&self) -> bool {
        self.starved.load(Ordering::Relaxed)
    }

    fn guarded<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, Unusable> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                // sled gives the error that ended it to every later call.
                if let sled::Error::Io(error) = error
                    && lacks_room(&error)
                {
                    self.starved.store(true, Ordering::Relaxed);
                }
                Err(Unusable)
            }
            Err(_) => Err(Unusable),
        }
    }

    /// Closes a healthy database.
    pub(super) fn close(self) {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(self.sled)));
    }

    /// Lets go of a database that failed. Its destructor may panic or wait for a thread that did, so it is not run; the
    /// number of rebuilds, and how often a disk runs full, bound what this leaks.
    pub(super) fn abandon(self) {
        std::mem::forget(self.sled);
    }
}

fn folder(root: &Path, generation: u64) -> PathBuf {
    root.join(format!("{generation:04}"))
}

fn held(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.to_string().contains("lock")
}
