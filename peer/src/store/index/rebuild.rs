//! Making the index from the journal: all of it, or what it has not seen yet.

use std::sync::atomic::Ordering;

use super::rows::Rows;
use super::state::State;
use super::{Database, Index};
use crate::store::error::StoreError;
use crate::store::journal::{Outcome, Position, replay};
use crate::store::operations::{Changes, Operations};
use crate::store::writer::RESERVE;

/// Changes gathered before they are applied while replaying, in bytes.
const CHUNK: usize = 4 * 1024 * 1024;
/// Rebuilds while open: a machine that needs more has a broken disk, and rebuilding would only hide it.
const MAX_REBUILDS: u64 = 3;

impl Index {
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

    /// Makes the index anew from the journal, up to where it stood. Used when a row turns out to be damaged or
    /// missing.
    pub(crate) fn rebuild(&self) -> Result<Outcome, StoreError> {
        let mut state = self.write();
        let until = state.position.seq;
        let outcome = self.rebuild_to(&mut state, until);
        if let Ok(outcome) = &outcome {
            self.tell_loss(outcome);
        }
        self.count(&state);
        outcome
    }

    /// Empties the index, for a replay from the start.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.next_generation(&mut self.write())
    }

    /// Makes anew what was given up, up to the end of the journal: a rebuild that is counted like any other.
    pub(crate) fn restore(&self, until: u64) -> Result<(), StoreError> {
        let mut state = self.write();
        let outcome = self.rebuild_to(&mut state, until)?;
        self.tell_loss(&outcome);
        self.count(&state);
        Ok(())
    }

    pub(super) fn rebuild_to(&self, state: &mut State, until: u64) -> Result<Outcome, StoreError> {
        // On a full disk each try would fail, and use up those that are left.
        if self.disk.free().is_ok_and(|free| free < RESERVE) {
            if let Some(old) = state.rows.take() {
                old.database.abandon();
            }
            return Err(StoreError::Index);
        }
        if state.closed || self.rebuilds.fetch_add(1, Ordering::Relaxed) >= MAX_REBUILDS {
            return Err(StoreError::Index);
        }
        self.counters.rebuilds.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("the index is made anew from the journal");
        self.next_generation(state)?;
        self.replay_into(state, None, until)
    }

    /// A rebuild while open whose journal had rotted too: what is lost is told, and the rest written anew.
    pub(super) fn tell_loss(&self, outcome: &Outcome) {
        let unproved = u64::from(!outcome.complete && outcome.records > 0);
        let lost = outcome.lost.max(u64::from(outcome.breaks > 0)).saturating_add(unproved);
        self.counters.lost.fetch_add(lost, Ordering::Relaxed);
    }

    pub(super) fn next_generation(&self, state: &mut State) -> Result<(), StoreError> {
        // A checkpoint under way was to replace what is given up here.
        let newest = state.fresh.take().map_or(state.generation, |fresh| fresh.abandon());
        if let Some(old) = state.rows.take() {
            old.database.abandon();
        }
        let generation = newest.saturating_add(1);
        let rows = Rows::create(&self.root, generation, self.cache).map_err(|_| StoreError::Index)?;
        *state = State::empty(rows, generation, self.documents);
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
                if size >= CHUNK {
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
