//! When the last backup was made, and what went wrong since.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct State {
    last: Option<u64>,
    failure: Option<String>,
}

/// What `status` and the figures say about backups.
#[derive(Debug, Default)]
pub(crate) struct Backups(Mutex<State>);

impl Backups {
    /// What an earlier run has left in the directory.
    pub(crate) fn found(directory: &Path) -> Self {
        let last = super::all(directory).last().map(|(_, header, _)| header.made);
        Self(Mutex::new(State { last, failure: None }))
    }

    /// One was made at this time, milliseconds UTC.
    pub(crate) fn made(&self, at: u64) {
        *self.lock() = State { last: Some(at), failure: None };
    }

    /// One was not made.
    pub(crate) fn failed(&self, why: &str) {
        self.lock().failure = Some(why.to_owned());
    }

    /// When the last one was made, milliseconds UTC.
    pub(crate) fn last(&self) -> Option<u64> {
        self.lock().last
    }

    /// The same, and why the newest try failed.
    pub(crate) fn state(&self) -> (Option<u64>, Option<String>) {
        let state = self.lock();
        (state.last, state.failure.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
