//! Opening: bring journal and index together, and account for what is damaged.
//!
//! ```text
//! index whole?  yes ─► replay the journal from the index's position
//!               no  ─► replay the journal from its start into a fresh index
//! journal whole up to `head`?  no ─► the index, and every record that could be read, are written out as a
//!                                    checkpoint: what is left is whole again, and the loss is reported once
//! ```

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::index::{Ahead, Index, Progress};
use crate::store::journal::{Head, Journal, Position, segments};
use crate::store::recovery::{Damage, Rebuilt, Recovery};
use crate::store::schema::{Format, migrate};
use crate::store::sealing::Sealing;
use crate::store::stats::Counters;

/// What the parts of a store share.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) sealing: Arc<Sealing>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) index_folder: PathBuf,
    pub(crate) index_cache: u64,
    pub(crate) segment_size: u64,
    pub(crate) format: Format,
}

impl Parts {
    fn journal(&self, end: Position, schema: u32) -> Result<Journal, StoreError> {
        let (disk, sealing) = (Arc::clone(&self.disk), Arc::clone(&self.sealing));
        Journal::resume(disk, sealing, Arc::clone(&self.counters), self.segment_size, end, schema)
            .map_err(StoreError::io("opening the journal"))
    }

    fn index(&self, ahead: Ahead) -> Result<(Index, Option<Rebuilt>), StoreError> {
        Index::open(self, ahead)
    }
}

/// The parts of a profile that was never used.
pub(crate) fn begin(parts: &Parts) -> Result<(Index, Journal), StoreError> {
    let (index, _) = parts.index(Ahead::default())?;
    let journal = parts.journal(Position::START, parts.format.schema())?;
    journal.note_head().map_err(StoreError::io("writing the journal's head"))?;
    Ok((index, journal))
}

/// The parts of an existing profile, brought together.
pub(crate) fn recover(parts: &Parts, ahead: Ahead) -> Result<(Index, Journal, Recovery), StoreError> {
    let reading = || StoreError::io("reading the journal");
    let head = match Head::read(parts.disk.as_ref(), &parts.sealing) {
        Ok(head) => head,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Err(StoreError::Newer),
        Err(error) => return Err(reading()(error)),
    };
    // Where nobody says which, every migration is done: they do no harm twice.
    let schema = head.map_or(1, |head| head.schema);
    if schema > parts.format.schema() {
        return Err(StoreError::Newer);
    }
    let present = segments(parts.disk.as_ref()).map_err(reading())?;
    let (index, mut rebuilt) = parts.index(ahead)?;
    let oldest = present.keys().next().copied().unwrap_or(0);
    if rebuilt.is_none() && index.position().segment < oldest {
        // A checkpoint superseded what this index stood at; an older copy of it came back.
        index.reset()?;
        rebuilt = Some(Rebuilt::Stale);
    }
    let outcome = index.catch_up(rebuilt.is_some())?;

    let reached = outcome.end.seq;
    let beyond = head.map_or(0, |head| head.seq.saturating_sub(reached));
    let unproved = u64::from(!outcome.complete && (outcome.records > 0 || head.is_none()));
    let lost = outcome.lost.saturating_add(beyond).saturating_add(unproved);
    let broken = lost > 0 || outcome.short || outcome.breaks > 0 || head.is_none();

    let mut journal = if broken {
        let newest = present.keys().next_back().copied().unwrap_or(0).max(outcome.end.segment);
        let seq = reached.max(head.map_or(0, |head| head.seq));
        parts
            .journal(Position { segment: newest.saturating_add(1), offset: 0, seq, ..outcome.end }, schema)?
    } else {
        parts.journal(outcome.end, schema)?
    };
    if broken {
        // If there is no room for it now, what is safe can be read all the same, and the next open says this again.
        let _ = checkpoint(&index, &mut journal);
    } else {
        if let Some(head) = head {
            let doing = "removing superseded segments";
            journal.remove_before(head.first_segment).map_err(StoreError::io(doing))?;
        }
        journal.note_head().map_err(StoreError::io("writing the journal's head"))?;
    }
    if schema < parts.format.schema() {
        migrate(&parts.format, schema, &index, &parts.sealing, &mut journal)?;
        journal.set_schema(parts.format.schema());
        journal.note_head().map_err(StoreError::io("writing the journal's head"))?;
    }
    let damage = broken.then(|| Damage { safe: parts.counters.snapshot().live_records, lost });
    Ok((index, journal, Recovery { torn_bytes: outcome.torn, replayed: outcome.records, rebuilt, damage }))
}

/// A whole checkpoint at once; if the index turns out not to be whole on the way, it is made anew first.
fn checkpoint(index: &Index, journal: &mut Journal) -> Result<(), StoreError> {
    let all = |journal: &mut Journal| -> Result<(), StoreError> {
        index.begin_checkpoint(journal)?;
        while index.step_checkpoint(journal)? == Progress::Going {}
        Ok(())
    };
    let mut done = all(journal);
    if matches!(done, Err(StoreError::Index)) {
        index.abandon_checkpoint();
        journal.cut().map_err(StoreError::io("writing a checkpoint"))?;
        done = index.rebuild().and_then(|_| all(journal));
    }
    if done.is_err() {
        index.abandon_checkpoint();
        // If this fails too, the caller finds the journal unusable at the next write.
        let _ = journal.cut();
    }
    done
}
