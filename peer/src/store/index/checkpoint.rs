//! Checkpoints: every live record written to fresh segments and to a fresh database, a little at a time, so that
//! nothing waits for it; then the old ones go, and erased and overwritten records with them.
//!
//! ```text
//! journal   … │ start │ part │ writes │ part │ part │ writes │ end │      part: records as they were at that moment
//! fresh     places before the cursor follow every write; the next part copies what lies behind it
//! ```
//!
//! A part holds what the records of a stretch of places were when it was written, and a later write comes later in the
//! journal too; so the journal from `start` on is the whole state once `end` is there.

use super::database::Database;
use super::rows::Rows;
use super::{Index, Unusable};
use crate::record::Order;
use crate::store::error::StoreError;
use crate::store::journal::Journal;
use crate::store::operations::{Changes, Operations, Place, split};
use crate::store::sealing::Sealing;
use conclave_crypto::vault::BadValue;

/// Live records in one part, in bytes: what a write may have to wait for.
const PART: usize = 192 * 1024;

/// The database that a checkpoint fills.
pub(super) struct Fresh {
    rows: Rows,
    generation: u64,
    /// Places before it are copied.
    cursor: Place,
    /// The segment that begins with the checkpoint.
    first: u64,
    records: u64,
}

/// How far a checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to copy.
    Going,
    /// The old segments and the old database are gone.
    Done,
}

impl Fresh {
    /// Takes changes in to places that are copied already.
    pub(super) fn follow(&mut self, sealing: &Sealing, changes: &Changes) -> Result<(), Unusable> {
        let copied: Changes = changes
            .range::<[u8], _>((std::ops::Bound::Unbounded, std::ops::Bound::Excluded(self.cursor.as_slice())))
            .map(|(place, value)| (place.clone(), value.clone()))
            .collect();
        self.take(sealing, &copied)
    }

    /// Gives it up; its number must not be used again while the process may still hold its files.
    pub(super) fn abandon(self) -> u64 {
        self.rows.database.abandon();
        self.generation
    }

    fn take(&mut self, sealing: &Sealing, changes: &Changes) -> Result<(), Unusable> {
        if changes.is_empty() {
            return Ok(());
        }
        let replaced = self.rows.replaced(changes)?;
        self.rows.apply(sealing, &[replaced], None, false)
    }
}

/// Records of one part, sealed, and how many bytes and where they end.
struct Copied {
    records: Changes,
    /// Rows that the journal does not have: those of the search.
    derived: Changes,
    cursor: Option<Place>,
}

impl Index {
    /// Begins a checkpoint. The index must have everything that the journal has.
    pub(crate) fn begin_checkpoint(&self, journal: &mut Journal) -> Result<(), StoreError> {
        let mut state = self.write();
        let doing = "writing a checkpoint";
        let generation = state.generation.saturating_add(1);
        state.fresh = None;
        let rows = Rows::create(&self.root, generation, self.cache).map_err(|_| StoreError::Index)?;
        journal.rotate().map_err(StoreError::io(doing))?;
        let first = journal.written_segment();
        journal.append(&Operations::Start).map_err(StoreError::io(doing))?;
        state.fresh = Some(Fresh { rows, generation, cursor: Place::new(), first, records: 0 });
        Ok(())
    }

    /// Copies a little. The index must have everything that the journal has. After an error the checkpoint is given
    /// up: what it wrote stays in the journal until the next one, and harms nothing.
    ///
    /// Every row must open, and its stretch be whole, before anything old is given up.
    pub(crate) fn step_checkpoint(&self, journal: &mut Journal) -> Result<Progress, StoreError> {
        let mut state = self.write();
        let Some(mut fresh) = state.fresh.take() else { return Err(StoreError::Index) };
        let doing = "writing a checkpoint";
        let rows = state.rows().map_err(|_| StoreError::Index)?;
        let Copied { records, derived, cursor } =
            self.copy(rows, &fresh.cursor).map_err(|_| StoreError::Index)?;
        fresh.take(&self.sealing, &records).map_err(|_| StoreError::Index)?;
        fresh.take(&self.sealing, &derived).map_err(|_| StoreError::Index)?;
        if !records.is_empty() {
            fresh.records = fresh.records.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
            journal.append(&Operations::Part(records)).map_err(StoreError::io(doing))?;
        }
        if let Some(cursor) = cursor {
            fresh.cursor = cursor;
            state.fresh = Some(fresh);
            return Ok(Progress::Going);
        }
        journal.append(&Operations::End { records: fresh.records }).map_err(StoreError::io(doing))?;
        let position = journal.sync().map_err(StoreError::io(doing))?;
        fresh
            .rows
            .apply(&self.sealing, &[], Some(position), true)
            .and_then(|()| fresh.rows.database.flush())
            .map_err(|_| StoreError::Index)?;
        let old = state.rows.replace(fresh.rows);
        state.generation = fresh.generation;
        state.position = position;
        self.count(&state);
        drop(state);
        self.sweep(old, fresh.generation);
        // The order of these two does not matter for safety: a checkpoint makes what is before it superfluous.
        journal.remove_before(fresh.first).map_err(StoreError::io("removing superseded segments"))?;
        journal.note_head().map_err(StoreError::io("writing the journal's head"))?;
        Ok(Progress::Done)
    }

    /// Gives a checkpoint up.
    pub(crate) fn abandon_checkpoint(&self) {
        let mut state = self.write();
        if let Some(fresh) = state.fresh.take() {
            fresh.rows.database.close();
            Database::remove_others(&self.root, state.generation);
        }
    }

    /// The next rows from a place on, at most [`PART`] bytes of them.
    fn copy(&self, rows: &Rows, from: &Place) -> Result<Copied, Unusable> {
        let mut copied = Copied { records: Changes::new(), derived: Changes::new(), cursor: None };
        let (mut size, mut failed) = (0_usize, false);
        rows.range(from.clone()..vec![0xff], Order::Ascending, &mut |place, value| {
            if size >= PART {
                copied.cursor = Some(place.to_vec());
                return false;
            }
            size = size.saturating_add(place.len()).saturating_add(value.len());
            let Some((tree, key)) = split(place) else {
                copied.derived.insert(place.to_vec(), Some(value.to_vec()));
                return true;
            };
            match self.sealing.open(tree, key, value) {
                Ok(open) => {
                    let renewed = self.sealing.renewed(tree, key, value, &open);
                    copied.records.insert(place.to_vec(), Some(renewed.unwrap_or_else(|| value.to_vec())));
                }
                // Its epoch key was dropped: it is erased, and now also gone.
                Err(BadValue::Erased(_)) => {}
                Err(_) => failed = true,
            }
            !failed
        })?;
        if failed { Err(Unusable) } else { Ok(copied) }
    }
}
