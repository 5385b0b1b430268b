//! The index: a sled database from place to sealed value, rebuilt from the journal whenever it is not whole
//! (DESIGN §5, BARS §1.1).
//!
//! ```text
//! tree u8 ‖ record key  ->  sealed value                                                             (rows)
//! 0x80 ‖ key            ->  the search index, derived from the records of the history                (search)
//! 0x00                  ->  position: how far the journal is applied, and what there must be          (tally)
//! 0x00 ‖ …              ->  the same stretch by stretch                                               (leaves)
//! index/NNNN/               one database; a rebuild makes the next number and then removes this one
//! ```
//!
//! A damaged sled panics or opens with rows silently missing. So every call runs under `catch_unwind`; each group of
//! changes is applied in one atomic batch together with the position; and before a stretch of rows is first read from,
//! its rows are counted. Opening therefore takes as long with a million messages as with few, but for sled's own part.

mod ahead;
mod checkpoint;
mod database;
mod leaves;
mod rebuild;
mod rows;
mod search;
mod state;
mod tally;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::JoinHandle;

pub(crate) use ahead::Ahead;
pub(crate) use checkpoint::Progress;
use database::Database;
pub(crate) use database::Unusable;
use rows::Rows;
use search::Search;
use state::State;

use crate::record::{Order, Tree};
use crate::search::{Cursor, Documents, Found, Query};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::journal::Position;
use crate::store::operations::{Changes, Place, place};
use crate::store::overlay::Value;
use crate::store::recover::Parts;
use crate::store::recovery::Rebuilt;
use crate::store::sealing::Sealing;
use crate::store::stats::Counters;

/// A row as a scan finds it: its number, and the value staged or still sealed.
pub(crate) enum Row {
    Staged(u64, Arc<zeroize::Zeroizing<Vec<u8>>>),
    Sealed(u64, Vec<u8>),
}

/// A place and the sealed value there.
pub(crate) type SealedRow = (Place, Vec<u8>);

/// The index of one profile.
pub(crate) struct Index {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    sealing: Arc<Sealing>,
    counters: Arc<Counters>,
    cache: u64,
    documents: Documents,
    rebuilds: AtomicU64,
    /// The number of the newest group that was to be applied: what is made anew goes up to it, though it could not be.
    due: AtomicU64,
    /// There is no database: it could not be used, and not be made anew.
    given_up: AtomicBool,
    /// It was for want of room.
    starved: AtomicBool,
    state: RwLock<State>,
    /// Closes databases that a checkpoint has replaced.
    sweeper: Mutex<Option<JoinHandle<()>>>,
}

impl Index {
    /// Opens the newest database under the folder, if it is whole. If not, the index is empty at the start of the
    /// journal, and the caller replays all of it.
    pub(crate) fn open(parts: &Parts, mut ahead: Ahead) -> Result<(Self, Option<Rebuilt>), StoreError> {
        let (root, cache, documents) =
            (parts.index_folder.clone(), parts.index_cache, parts.format.documents);
        let doing = "opening the index folder";
        crate::store::disk::make_folder(&root).map_err(StoreError::io(doing))?;
        let mut present = Database::generations(&root).map_err(StoreError::io(doing))?;
        let mut reason = Rebuilt::Missing;
        let mut whole = None;
        let newest = present.last().copied().unwrap_or(0);
        while let Some(generation) = present.pop() {
            let opened = ahead.take(generation);
            let database = opened.map_or_else(|| Database::open(&root, generation, cache), Ok);
            match State::load(database, generation, &parts.sealing, documents) {
                Ok(state) => {
                    whole = Some(state);
                    break;
                }
                // The newest may be one that a checkpoint had not filled; what it has to say is the least.
                Err(why) => reason = if reason == Rebuilt::Missing { why } else { reason },
            }
        }
        let (state, rebuilt) = match whole {
            Some(state) => (state, None),
            None => {
                let generation = newest.saturating_add(1);
                let rows = Rows::create(&root, generation, cache).map_err(|_| StoreError::Index)?;
                (State::empty(rows, generation, documents), Some(reason))
            }
        };
        Database::remove_others(&root, state.generation);
        let index = Self {
            root,
            disk: Arc::clone(&parts.disk),
            sealing: Arc::clone(&parts.sealing),
            counters: Arc::clone(&parts.counters),
            cache,
            documents,
            rebuilds: AtomicU64::new(0),
            due: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
            starved: AtomicBool::new(false),
            state: RwLock::new(state),
            sweeper: Mutex::new(None),
        };
        index.count(&index.read());
        Ok((index, rebuilt))
    }

    /// How far the journal is applied.
    pub(crate) fn position(&self) -> Position {
        self.read().position
    }

    /// The sealed value of a record.
    pub(crate) fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        self.read().rows()?.get(&place(tree, key))
    }

    /// Rows of a group in order, with the staged writes laid over them.
    pub(crate) fn scan(
        &self,
        tree: Tree,
        prefix: &[u8; 16],
        range: &Range<u64>,
        order: Order,
        limit: usize,
        staged: &BTreeMap<u64, Value>,
    ) -> Result<Vec<Row>, Unusable> {
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let from = place(tree, &[prefix.as_slice(), &range.start.to_be_bytes()].concat());
        let to = place(tree, &[prefix.as_slice(), &range.end.to_be_bytes()].concat());
        let wanted = from.len();
        let mut over: Vec<(u64, &Value)> = staged.iter().map(|(seq, value)| (*seq, value)).collect();
        if order == Order::Ascending {
            over.reverse();
        }
        // `over` is a stack whose top is the next staged write in the order of the scan.
        let before = |a: u64, b: u64| if order == Order::Ascending { a < b } else { a > b };
        let mut rows = Vec::new();
        self.read().rows()?.range(from..to, order, &mut |key, value| {
            let seq = match key.last_chunk::<8>() {
                Some(seq) if key.len() == wanted => u64::from_be_bytes(*seq),
                _ => return true,
            };
            while let Some((staged, value)) = over.last().copied().filter(|(staged, _)| before(*staged, seq))
            {
                over.pop();
                if rows.len() < limit {
                    rows.extend(value.clone().map(|value| Row::Staged(staged, value)));
                }
            }
            if over.last().is_some_and(|(staged, _)| *staged == seq) {
                let value = over.pop().and_then(|(_, value)| value.clone());
                rows.extend(value.map(|value| Row::Staged(seq, value)));
            } else if rows.len() < limit {
                rows.push(Row::Sealed(seq, value.to_vec()));
            }
            rows.len() < limit
        })?;
        for (seq, value) in over.into_iter().rev() {
            if rows.len() < limit {
                rows.extend(value.clone().map(|value| Row::Staged(seq, value)));
            }
        }
        rows.truncate(limit);
        Ok(rows)
    }

    /// Rows of all trees from a place on, until they have so many bytes; and where to go on, if there is more.
    pub(crate) fn page(
        &self,
        from: &[u8],
        bytes: usize,
    ) -> Result<(Vec<SealedRow>, Option<Place>), Unusable> {
        let (mut rows, mut size, mut next) = (Vec::new(), 0_usize, None);
        self.read().rows()?.range(
            from.to_vec()..search::BEGIN.to_vec(),
            Order::Ascending,
            &mut |place, value| {
                if size >= bytes {
                    next = Some(place.to_vec());
                    return false;
                }
                size = size.saturating_add(place.len()).saturating_add(value.len());
                rows.push((place.to_vec(), value.to_vec()));
                true
            },
        )?;
        Ok((rows, next))
    }

    /// Messages that a query finds, newest first.
    pub(crate) fn find(&self, query: &Query, after: Option<Cursor>, limit: usize) -> Result<Found, Unusable> {
        self.searched(|search, rows| search.find(rows, &self.sealing, query, after, limit))
    }

    /// How many messages hold what a query of filters alone asks for.
    pub(crate) fn count_found(&self, query: &Query) -> Result<u64, Unusable> {
        self.searched(|search, rows| search.count(rows, &self.sealing, query))
    }

    /// Looks into the search once the recent messages are read.
    fn searched<T>(&self, look: impl Fn(&Search, &Rows) -> Result<T, Unusable>) -> Result<T, Unusable> {
        loop {
            let state = self.read();
            if state.search.is_warm() {
                return look(&state.search, state.rows()?);
            }
            drop(state);
            let mut state = self.write();
            let State { rows, search, .. } = &mut *state;
            search.warm(rows.as_ref().ok_or(Unusable)?, &self.sealing)?;
        }
    }

    /// Applies changes and the position they lead to, in one atomic step. If sled gives up, the index is rebuilt; if it
    /// cannot be, it is given up, so that nothing is applied over a group that is missing.
    pub(crate) fn apply(&self, changes: &Changes, position: Position) -> Result<(), StoreError> {
        let mut state = self.write();
        self.due.fetch_max(position.seq, Ordering::Relaxed);
        if state.apply(&self.sealing, changes, position).is_err() {
            self.give_up(&mut state);
            self.rebuild_state(&mut state)?;
        }
        self.count(&state);
        Ok(())
    }

    /// Whether there is no database to read from or to apply to.
    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Counts one stretch of rows that was not read since the database was opened, at or after a place. Gives the
    /// place to go on from, or nothing when there is none left behind it.
    pub(crate) fn count_next(&self, from: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let counted = self.read().rows().and_then(|rows| rows.count_next(from));
        counted.or_else(|Unusable| self.rebuild().map(|_| None))
    }

    /// Bytes of the database's files.
    pub(crate) fn size(&self) -> u64 {
        self.read().rows().map_or(0, |rows| rows.database.size())
    }

    /// Writes out what sled holds back.
    pub(crate) fn flush(&self) {
        // Best effort: what the index does not keep, the journal gives back.
        let _ = self.read().rows().and_then(|rows| rows.database.flush());
    }

    /// Closes the database; reads fail from now on.
    pub(crate) fn close(&self) {
        let mut state = self.write();
        state.closed = true;
        state.fresh = None;
        if let Some(rows) = state.rows.take() {
            let _ = rows.database.flush();
            rows.database.close();
        }
        drop(state);
        self.join_sweeper();
    }

    /// Closes a database that was replaced, and removes its files, beside everything else: it may take a while.
    fn sweep(&self, old: Option<Rows>, generation: u64) {
        self.join_sweeper();
        let root = self.root.clone();
        let work = move || {
            if let Some(old) = old {
                old.database.close();
            }
            Database::remove_others(&root, generation);
        };
        // Without a thread the files stay until the next open.
        let sweeper = std::thread::Builder::new().name("sweeper".into()).spawn(work).ok();
        *self.sweeper.lock().unwrap_or_else(PoisonError::into_inner) = sweeper;
    }

    fn join_sweeper(&self) {
        let sweeper = self.sweeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sweeper) = sweeper {
            // A panic of sled's while closing: the files stay until the next open.
            let _ = sweeper.join();
        }
    }

    fn count(&self, state: &State) {
        let (records, bytes) = state.rows().map_or((0, 0), Rows::live);
        self.counters.live_records.store(records, Ordering::Relaxed);
        self.counters.live_bytes.store(bytes, Ordering::Relaxed);
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
