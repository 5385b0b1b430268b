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
/// Rebuilds while open, beside those for want of room: a machine that needs more has a broken disk, and rebuilding would
/// only hide it.
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

    /// Makes the index anew from the journal, up to where it stood or was to stand. Used when a row turns out to be
    /// damaged or missing.
    pub(crate) fn rebuild(&self) -> Result<(), StoreError> {
        self.rebuild_state(&mut self.write())
    }

    /// Makes an index anew that was given up.
    pub(crate) fn restore(&self) -> Result<(), StoreError> {
        if !self.is_given_up() {
            return Ok(());
        }
        let mut state = self.write();
        // Somebody who read may have been first.
        if state.rows.is_some() { Ok(()) } else { self.rebuild_state(&mut state) }
    }

    pub(super) fn rebuild_state(&self, state: &mut State) -> Result<(), StoreError> {
        let stood = state.position.seq;
        let until = self.due.fetch_max(stood, Ordering::Relaxed).max(stood);
        let outcome = self.rebuild_to(state, until);
        self.count(state);
        self.tell_loss(&outcome?);
        Ok(())
    }

    /// Empties the index, for a replay from the start.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.next_generation(&mut self.write())
    }

    fn rebuild_to(&self, state: &mut State, until: u64) -> Result<Outcome, StoreError> {
        // On a full disk each try would fail, and use up those that are left.
        if self.disk.free().is_ok_and(|free| free < RESERVE) {
            self.give_up(state);
            self.starved.store(true, Ordering::Relaxed);
            return Err(StoreError::Index);
        }
        let starved = state.rows().is_ok_and(|rows| rows.database.is_starved());
        let starved = self.starved.swap(false, Ordering::Relaxed) || starved;
        let left = self.rebuilds.load(Ordering::Relaxed) < MAX_REBUILDS;
        if state.closed || !(left || starved) {
            return Err(StoreError::Index);
        }
        self.rebuilds.fetch_add(u64::from(!starved), Ordering::Relaxed);
        self.counters.rebuilds.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("the index is made anew from the journal");
        self.next_generation(state)?;
        let outcome = self.replay_into(state, None, until);
        if outcome.is_err() {
            // Half of it must not pass for all of it.
            self.give_up(state);
        }
        outcome
    }

    /// Lets go of a database that cannot be used. Reads fail from now on, until it is made anew.
    pub(super) fn give_up(&self, state: &mut State) {
        if state.rows().is_ok_and(|rows| rows.database.is_starved()) {
            self.starved.store(true, Ordering::Relaxed);
        }
        self.let_go(state);
    }

    fn let_go(&self, state: &mut State) {
        self.given_up.store(true, Ordering::Relaxed);
        if let Some(old) = state.rows.take() {
            old.database.abandon();
        }
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
        self.let_go(state);
        let generation = newest.saturating_add(1);
        let rows = Rows::create(&self.root, generation, self.cache).map_err(|_| StoreError::Index)?;
        *state = State::empty(rows, generation, self.documents);
        self.given_up.store(false, Ordering::Relaxed);
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
