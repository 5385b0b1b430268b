//! The calls that wait for their answers, by the number under which the engine knows them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::WAITING;
use super::shorten::Keep;

/// Who called.
pub(super) struct Caller {
    /// The caller's own id; without one there is no answer.
    pub(super) id: Option<Value>,
    /// What stays of an answer that is too long for a line.
    pub(super) keep: Keep,
    /// Held until the answer is on its way.
    _slot: OwnedSemaphorePermit,
}

/// All of them.
pub(super) struct Waiting {
    callers: Mutex<BTreeMap<u64, Caller>>,
    slots: Arc<Semaphore>,
    last: AtomicU64,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { callers: Mutex::default(), slots: Arc::new(Semaphore::new(WAITING)), last: AtomicU64::new(0) }
    }
}

impl Waiting {
    /// A number for a new call; `None` when too many are waiting.
    pub(super) fn enter(&self, id: Option<Value>, keep: Keep) -> Option<u64> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let call = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.lock().insert(call, Caller { id, keep, _slot: slot });
        Some(call)
    }

    /// The caller, who waits no longer.
    pub(super) fn leave(&self, call: u64) -> Option<Caller> {
        self.lock().remove(&call)
    }

    /// Returns once so many slots are free.
    pub(super) async fn until_free(&self, slots: usize) {
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _free = self.slots.acquire_many(slots).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Caller>> {
        // No code panics while it holds the lock, and the map is whole at every moment.
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
