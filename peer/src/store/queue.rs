//! The queue between the core and the journal thread, bounded by what is staged and not yet in the index.

use std::collections::VecDeque;
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crate::record::{Key, Tree};
use crate::store::error::StoreError;
use crate::store::overlay::{Overlay, Staged};

/// Bytes that may be staged and not yet in the index; staging waits above it. It bounds the memory of a burst.
const MAX_STAGED: usize = 64 * 1024 * 1024;
/// Staged bytes above which the index gathers nothing more: far from the bound at which staging waits.
const MAX_GATHERED: usize = MAX_STAGED / 4;
/// Bytes of plaintext gathered into one journal record. A larger batch is a record of its own.
const GROUP: usize = 4 * 1024 * 1024;
/// What a batch costs in memory besides its bytes.
const BATCH_OVERHEAD: usize = 256;

/// Where the answer to an order goes.
pub(super) type Answer = SyncSender<Result<(), StoreError>>;

/// What the journal thread is asked besides writing.
pub(super) enum Order {
    Compact(Answer),
    Scrub(Answer),
    Reopen(Answer),
}

/// What the journal thread does next.
pub(super) enum Work {
    Group(Group),
    Order(Order),
    /// Nothing waits.
    Nothing,
    Close,
}

/// Batches that become durable together.
pub(super) struct Group {
    /// In the order they were staged.
    pub(super) writes: Vec<Staged>,
    /// The token of the last batch.
    pub(super) token: u64,
    /// The number of the last batch.
    pub(super) batch: u64,
    /// Batches in it.
    pub(super) batches: u64,
    /// What it counts against the bound.
    pub(super) cost: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Running,
    Failed,
    Closing,
}

struct Queued {
    writes: Vec<Staged>,
    token: u64,
    batch: u64,
    cost: usize,
}

struct Inner {
    waiting: VecDeque<Queued>,
    orders: VecDeque<Order>,
    staged: usize,
    last_batch: u64,
    /// The newest batch that is in the index.
    applied: u64,
    /// Callers that wait for the index.
    impatient: usize,
    mode: Mode,
}

/// How long a search or a backup waits for the newest messages to be in the index.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shared by the stagers, the journal thread and the index thread.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    overlay: RwLock<Overlay>,
    work: Condvar,
    room: Condvar,
}

impl Queue {
    pub(super) fn new() -> Self {
        let inner = Inner {
            waiting: VecDeque::new(),
            orders: VecDeque::new(),
            staged: 0,
            last_batch: 0,
            applied: 0,
            impatient: 0,
            mode: Mode::Running,
        };
        Self {
            inner: Mutex::new(inner),
            overlay: RwLock::default(),
            work: Condvar::new(),
            room: Condvar::new(),
        }
    }

    /// Makes a batch visible and queues it. Waits while too much is on its way.
    pub(super) fn stage(&self, writes: Vec<Staged>, token: u64) -> Result<(), StoreError> {
        let cost = writes.iter().map(Staged::size).fold(BATCH_OVERHEAD, usize::saturating_add);
        let mut inner = self.lock();
        while inner.mode == Mode::Running && inner.staged >= MAX_STAGED {
            inner = self.room.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.check()?;
        inner.staged = inner.staged.saturating_add(cost);
        inner.last_batch = inner.last_batch.saturating_add(1);
        let batch = inner.last_batch;
        self.overlay_mut(|overlay| overlay.stage(batch, &writes));
        inner.waiting.push_back(Queued { writes, token, batch, cost });
        drop(inner);
        self.work.notify_one();
        Ok(())
    }

    /// Asks the journal thread for something. Answered in order with other orders, after what is staged.
    pub(super) fn order(&self, order: Order) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if inner.mode == Mode::Closing {
            return Err(StoreError::Closed);
        }
        inner.orders.push_back(order);
        drop(inner);
        self.work.notify_one();
        Ok(())
    }

    /// No more is taken; what is queued is still written.
    pub(super) fn close(&self) {
        self.lock().mode = Mode::Closing;
        self.work.notify_all();
        self.room.notify_all();
    }

    /// The next work, waiting for some unless there is other work to do meanwhile.
    pub(super) fn next(&self, busy: bool) -> Work {
        let mut inner = self.lock();
        loop {
            if let Some(group) = inner.group() {
                return Work::Group(group);
            }
            if let Some(order) = inner.orders.pop_front() {
                return Work::Order(order);
            }
            if inner.mode == Mode::Closing {
                return Work::Close;
            }
            if busy {
                return Work::Nothing;
            }
            inner = self.work.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes nothing more until [`Self::resume`].
    pub(super) fn fail(&self) {
        let mut inner = self.lock();
        if inner.mode == Mode::Running {
            inner.mode = Mode::Failed;
        }
        inner.waiting.clear();
        drop(inner);
        self.room.notify_all();
    }

    /// Forgets everything staged. The index must hold all that is durable by now.
    pub(super) fn forget(&self) {
        let mut inner = self.lock();
        inner.staged = 0;
        inner.applied = inner.last_batch;
        self.overlay_mut(Overlay::clear);
    }

    /// Takes batches again.
    pub(super) fn resume(&self) {
        let mut inner = self.lock();
        if inner.mode == Mode::Failed {
            inner.mode = Mode::Running;
        }
    }

    /// The index has these writes of a batch: they are read from there.
    pub(super) fn forget_applied(&self, batch: u64, keys: &[(Tree, Key)]) {
        self.overlay_mut(|overlay| overlay.applied(batch, keys));
    }

    /// The index thread is done with a group.
    pub(super) fn applied(&self, batch: u64, cost: usize) {
        let mut inner = self.lock();
        inner.staged = inner.staged.saturating_sub(cost);
        inner.applied = inner.applied.max(batch);
        drop(inner);
        self.room.notify_all();
    }

    /// Waits until the index has what is staged now, but no longer than a while: what it shows then is only older.
    pub(super) fn wait_applied(&self) {
        let mut inner = self.lock();
        let wanted = inner.last_batch;
        let behind = |inner: &mut Inner| inner.applied < wanted && inner.mode == Mode::Running;
        inner.impatient += 1;
        let waited = self.room.wait_timeout_while(inner, PATIENCE, behind);
        waited.unwrap_or_else(PoisonError::into_inner).0.impatient -= 1;
    }

    /// Nobody waits for the index, and there is room: what is durable may be gathered before it is applied.
    pub(super) fn may_gather(&self) -> bool {
        let inner = self.lock();
        inner.impatient == 0 && inner.staged < MAX_GATHERED && inner.mode == Mode::Running
    }

    /// The staged writes, for reading. Held during a scan, so that nothing moves from here into the index meanwhile.
    pub(super) fn overlay<T>(&self, read: impl FnOnce(&Overlay) -> T) -> T {
        read(&self.overlay.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn overlay_mut(&self, change: impl FnOnce(&mut Overlay)) {
        change(&mut self.overlay.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn check(&self) -> Result<(), StoreError> {
        match self.mode {
            Mode::Running => Ok(()),
            Mode::Failed => Err(StoreError::Failed),
            Mode::Closing => Err(StoreError::Closed),
        }
    }

    fn group(&mut self) -> Option<Group> {
        let first = self.waiting.pop_front()?;
        let mut group = Group {
            writes: first.writes,
            token: first.token,
            batch: first.batch,
            batches: 1,
            cost: first.cost,
        };
        while self.waiting.front().is_some_and(|next| group.cost.saturating_add(next.cost) <= GROUP) {
            let Some(mut next) = self.waiting.pop_front() else { break };
            group.writes.append(&mut next.writes);
            group.token = next.token;
            group.batch = next.batch;
            group.batches = group.batches.saturating_add(1);
            group.cost = group.cost.saturating_add(next.cost);
        }
        Some(group)
    }
}
