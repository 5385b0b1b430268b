//! The index: a sled database from place to sealed value, rebuilt from the journal whenever it is not whole
//! (DESIGN §5, BARS §1.1).
//!
//! ```text
//! tree u8 ‖ record key  ->  sealed value
//! 0x00                  ->  position: how far the journal is applied, and a tally of every tree      (tally)
//! index/NNNN/               one database; a rebuild makes the next number and then removes this one
//! ```
//!
//! A damaged sled panics or opens with rows silently missing. So every call runs under `catch_unwind`; each group of
//! changes is applied in one atomic batch together with the position; and at open the tally of all rows must be the
//! one that the position states.

mod database;
mod tally;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use conclave_crypto::vault::BadValue;
use database::{Database, Unusable};
pub(crate) use tally::Tally;

use crate::record::{Order, Tree};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::journal::{Journal, Outcome, Position, replay};
use crate::store::operations::{Changes, Operations, place, split};
use crate::store::overlay::Value;
use crate::store::recovery::Rebuilt;
use crate::store::sealing::Sealing;
use crate::store::stats::Counters;

/// Changes gathered before they are applied while replaying, in bytes.
const REPLAY_CHUNK: usize = 4 * 1024 * 1024;
/// Live records in one checkpoint record, in bytes.
const CHECKPOINT_CHUNK: usize = 1024 * 1024;
/// Rebuilds while open: a machine that needs more has a broken disk, and rebuilding would only hide it.
const MAX_REBUILDS: u64 = 3;

/// A row as a scan finds it: its number, and the value staged or still sealed.
pub(crate) enum Row {
    Staged(u64, Arc<zeroize::Zeroizing<Vec<u8>>>),
    Sealed(u64, Vec<u8>),
}

/// The index of one profile.
pub(crate) struct Index {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    sealing: Arc<Sealing>,
    counters: Arc<Counters>,
    rebuilds: AtomicU64,
    state: RwLock<State>,
}

struct State {
    database: Option<Database>,
    generation: u64,
    position: Position,
    tally: Tally,
    /// The profile is given back: nothing more may be made in its folder.
    closed: bool,
}

impl Index {
    /// Opens the newest database under `root`, if it is whole. If not, the index is empty at the start of the journal,
    /// and the caller replays all of it.
    pub(crate) fn open(
        root: PathBuf,
        disk: Arc<dyn Disk>,
        sealing: Arc<Sealing>,
        counters: Arc<Counters>,
        cache: u64,
    ) -> Result<(Self, Option<Rebuilt>), StoreError> {
        let doing = "opening the index folder";
        crate::store::disk::make_folder(&root).map_err(StoreError::io(doing))?;
        let mut present = Database::generations(&root).map_err(StoreError::io(doing))?;
        let mut reason = Rebuilt::Missing;
        let mut whole = None;
        let newest = present.last().copied().unwrap_or(0);
        while let Some(generation) = present.pop() {
            match load(&root, generation, &sealing, cache) {
                Ok(state) => {
                    whole = Some(state);
                    break;
                }
                Err(why) => reason = why,
            }
        }
        let (state, rebuilt) = match whole {
            Some(state) => (state, None),
            None => {
                let generation = newest.saturating_add(1);
                let database = Database::create(&root, generation, cache).map_err(|_| StoreError::Index)?;
                let state = State {
                    database: Some(database),
                    generation,
                    position: Position::START,
                    tally: Tally::default(),
                    closed: false,
                };
                (state, Some(reason))
            }
        };
        Database::remove_others(&root, state.generation);
        let index =
            Self { root, disk, sealing, counters, rebuilds: AtomicU64::new(0), state: RwLock::new(state) };
        index.count(&index.read());
        Ok((index, rebuilt))
    }

    /// How far the journal is applied.
    pub(crate) fn position(&self) -> Position {
        self.read().position
    }

    /// The sealed value of a record.
    pub(crate) fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        self.read().database()?.get(&place(tree, key))
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
        self.read().database()?.range(from..to, order, &mut |key, value| {
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

    /// Applies changes and the position they lead to, in one atomic step. If sled gives up, the index is rebuilt.
    pub(crate) fn apply(&self, changes: &Changes, position: Position) -> Result<(), StoreError> {
        let mut state = self.write();
        let applied = state.apply(&self.sealing, changes, position);
        if applied.is_err() {
            self.rebuild_to(&mut state, position.seq)?;
        }
        self.count(&state);
        Ok(())
    }

    /// Replays the journal from where the index stands.
    pub(crate) fn catch_up(&self, from_start: bool) -> Result<Outcome, StoreError> {
        let mut state = self.write();
        let from = (!from_start).then_some(state.position);
        let outcome = match self.replay_into(&mut state, from, u64::MAX) {
            Err(StoreError::Index) => self.rebuild_to(&mut state, u64::MAX),
            other => other,
        };
        self.count(&state);
        outcome
    }

    /// Makes the index anew from the journal, up to where it stood. Used when a row turns out to be damaged.
    pub(crate) fn rebuild(&self) -> Result<Outcome, StoreError> {
        let mut state = self.write();
        let until = state.position.seq;
        let outcome = self.rebuild_to(&mut state, until);
        self.count(&state);
        outcome
    }

    /// Empties the index, for a replay from the start.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.next_generation(&mut self.write())
    }

    /// Writes every live record to fresh segments and to a fresh database, then removes the old ones: erased and
    /// overwritten records are then nowhere on disk. Values under an old epoch key are sealed under the newest.
    ///
    /// Every row must open and the tally must hold before anything old is given up.
    pub(crate) fn checkpoint(&self, journal: &mut Journal) -> Result<(), StoreError> {
        let mut state = self.write();
        let doing = "writing a checkpoint";
        let generation = state.generation.saturating_add(1);
        let fresh = Database::create(&self.root, generation, state.cache());
        let written = fresh.map_err(|_| StoreError::Index).and_then(|fresh| {
            journal.rotate().map_err(StoreError::io(doing))?;
            let first = journal.written_segment();
            let tally = self.copy_live(&state, &fresh, journal)?;
            Ok((fresh, first, tally))
        });
        let synced = written.and_then(|(fresh, first, tally)| {
            let position = journal.sync().map_err(StoreError::io(doing))?;
            Ok((fresh, first, tally, position))
        });
        let (fresh, first, tally, position) = match synced {
            Ok(parts) => parts,
            Err(error) => {
                Database::remove_others(&self.root, state.generation);
                // If this fails too, the caller finds the journal unusable at the next write.
                let _ = journal.cut();
                return Err(error);
            }
        };
        let old = state.database.replace(fresh);
        state.generation = generation;
        state.position = position;
        state.tally = tally;
        let seated = state.seat(&self.sealing);
        if let Some(old) = old {
            old.close();
        }
        if seated.is_err() {
            self.rebuild_to(&mut state, position.seq)?;
        }
        Database::remove_others(&self.root, state.generation);
        self.count(&state);
        // The order of these two does not matter for safety: a checkpoint makes what is before it superfluous.
        journal.remove_before(first).map_err(StoreError::io("removing superseded segments"))?;
        journal.note_head().map_err(StoreError::io("writing the journal's head"))
    }

    /// Bytes of the database's files.
    pub(crate) fn size(&self) -> u64 {
        self.read().database().map_or(0, Database::size)
    }

    /// Writes out what sled holds back.
    pub(crate) fn flush(&self) {
        // Best effort: what the index does not keep, the journal gives back.
        let _ = self.read().database().and_then(Database::flush);
    }

    /// Closes the database; reads fail from now on.
    pub(crate) fn close(&self) {
        let mut state = self.write();
        state.closed = true;
        if let Some(database) = state.database.take() {
            let _ = database.flush();
            database.close();
        }
    }

    fn copy_live(&self, state: &State, fresh: &Database, journal: &mut Journal) -> Result<Tally, StoreError> {
        let io = || StoreError::io("writing a checkpoint");
        journal.append(&Operations::Start).map_err(io())?;
        let (mut seen, mut kept) = (Tally::default(), Tally::default());
        let mut chunk = Changes::new();
        let (mut size, mut records, mut failed) = (0_usize, 0_u64, None);
        let flush = |chunk: &mut Changes, journal: &mut Journal| -> Result<(), StoreError> {
            fresh.apply(chunk, None).map_err(|_| StoreError::Index)?;
            journal.append(&Operations::Part(std::mem::take(chunk))).map_err(io())
        };
        let walked = state.database().and_then(|database| {
            database.each(&mut |place, value| {
                let Some((tree, key)) = split(place) else { return true };
                seen.add(tree, place, value);
                let open = match self.sealing.open(tree, key, value) {
                    Ok(open) => open,
                    // Its epoch key was dropped: it is erased, and now also gone.
                    Err(BadValue::Erased(_)) => return true,
                    Err(_) => {
                        failed = Some(StoreError::Index);
                        return false;
                    }
                };
                let sealed = self.sealing.renewed(tree, key, value, &open).unwrap_or_else(|| value.to_vec());
                kept.add(tree, place, &sealed);
                size = size.saturating_add(place.len()).saturating_add(sealed.len());
                records = records.saturating_add(1);
                chunk.insert(place.to_vec(), Some(sealed));
                if size >= CHECKPOINT_CHUNK {
                    size = 0;
                    failed = flush(&mut chunk, journal).err();
                }
                failed.is_none()
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if walked.is_err() || seen != state.tally {
            return Err(StoreError::Index);
        }
        if !chunk.is_empty() {
            flush(&mut chunk, journal)?;
        }
        journal.append(&Operations::End { records }).map_err(io())?;
        Ok(kept)
    }

    fn rebuild_to(&self, state: &mut State, until: u64) -> Result<Outcome, StoreError> {
        if state.closed || self.rebuilds.fetch_add(1, Ordering::Relaxed) >= MAX_REBUILDS {
            return Err(StoreError::Index);
        }
        self.counters.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.next_generation(state)?;
        self.replay_into(state, None, until)
    }

    fn next_generation(&self, state: &mut State) -> Result<(), StoreError> {
        let cache = state.cache();
        let generation = state.generation.saturating_add(1);
        if let Some(old) = state.database.take() {
            old.abandon();
        }
        let database = Database::create(&self.root, generation, cache).map_err(|_| StoreError::Index)?;
        *state = State {
            database: Some(database),
            generation,
            position: Position::START,
            tally: Tally::default(),
            closed: false,
        };
        Database::remove_others(&self.root, generation);
        Ok(())
    }

    fn replay_into(
        &self,
        state: &mut State,
        from: Option<Position>,
        until: u64,
    ) -> Result<Outcome, StoreError> {
        let mut gathered = Changes::new();
        let mut size = 0_usize;
        let mut last = None;
        let outcome =
            replay::<Stopped>(self.disk.as_ref(), &self.sealing, from, until, &mut |found, position| {
                if let Operations::Writes(changes) | Operations::Part(changes) = found {
                    for (place, value) in changes {
                        size = size
                            .saturating_add(place.len())
                            .saturating_add(value.as_ref().map_or(0, Vec::len));
                        gathered.insert(place, value);
                    }
                }
                last = Some(position);
                if size >= REPLAY_CHUNK {
                    size = 0;
                    state
                        .apply(&self.sealing, &std::mem::take(&mut gathered), position)
                        .map_err(|_| Stopped::Index)?;
                }
                Ok(())
            });
        let outcome = outcome.map_err(|stopped| match stopped {
            Stopped::Index => StoreError::Index,
            Stopped::Io(source) => StoreError::io("reading the journal")(source),
        })?;
        if let Some(position) = last {
            state.apply(&self.sealing, &gathered, position).map_err(|_| StoreError::Index)?;
        }
        Ok(outcome)
    }

    fn count(&self, state: &State) {
        let (records, bytes) = state.tally.total();
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

impl State {
    fn database(&self) -> Result<&Database, Unusable> {
        self.database.as_ref().ok_or(Unusable)
    }

    fn cache(&self) -> u64 {
        self.database.as_ref().map_or(crate::store::INDEX_CACHE, Database::cache)
    }

    fn apply(&mut self, sealing: &Sealing, changes: &Changes, position: Position) -> Result<(), Unusable> {
        let database = self.database.as_ref().ok_or(Unusable)?;
        let mut tally = self.tally.clone();
        for (place, value) in changes {
            let Some((tree, _)) = split(place) else { continue };
            if let Some(old) = database.get(place)? {
                tally.remove(tree, place, &old);
            }
            if let Some(new) = value {
                tally.add(tree, place, new);
            }
        }
        database.apply(changes, Some(tally.seal(&position, sealing)))?;
        self.tally = tally;
        self.position = position;
        Ok(())
    }

    /// Writes the position of a database that was filled by a checkpoint.
    fn seat(&self, sealing: &Sealing) -> Result<(), Unusable> {
        let database = self.database()?;
        database.apply(&Changes::new(), Some(self.tally.seal(&self.position, sealing)))?;
        database.flush()
    }
}

/// Why a replay ended early.
enum Stopped {
    Index,
    Io(std::io::Error),
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens one database and checks it row by row.
fn load(root: &std::path::Path, generation: u64, sealing: &Sealing, cache: u64) -> Result<State, Rebuilt> {
    let database = Database::open(root, generation, cache).map_err(|_| Rebuilt::Unreadable)?;
    let checked = (|| {
        let stated = database.position().map_err(|_| Rebuilt::Unreadable)?.ok_or(Rebuilt::Missing)?;
        let (position, stated) = Tally::open(&stated, sealing).ok_or(Rebuilt::Unreadable)?;
        let mut seen = Tally::default();
        let walked = database.each(&mut |place, value| {
            if let Some((tree, _)) = split(place) {
                seen.add(tree, place, value);
            }
            true
        });
        walked.map_err(|_| Rebuilt::Unreadable)?;
        if seen == stated { Ok((position, stated)) } else { Err(Rebuilt::Short) }
    })();
    match checked {
        Ok((position, tally)) => {
            Ok(State { database: Some(database), generation, position, tally, closed: false })
        }
        Err(why) => {
            database.abandon();
            Err(why)
        }
    }
}
