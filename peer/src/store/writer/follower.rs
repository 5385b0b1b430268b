//! The index thread: what is durable goes into the index, many groups as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use crate::record::{Key, Tree};
use crate::store::index::Index;
use crate::store::journal::Position;
use crate::store::operations::Changes;
use crate::store::queue::Queue;

/// Groups applied to the index as one; their bytes are bounded by the queue.
const MAX_MERGED: usize = 256;
/// How long groups are gathered before they are applied. What changes with every message is then written to the index
/// once for many of them, and what an acknowledgement erases meanwhile, never. Reads see the overlay.
const GATHER: Duration = Duration::from_millis(100);
/// While groups are gathered, whoever has begun to wait for the index is noticed this often.
const GLANCE: Duration = Duration::from_millis(5);
/// While rows are left that were not read since the start, the index thread counts a stretch of them this often: seldom,
/// because sled keeps most of what it has read, and whoever has just opened the messages wants processor and memory.
const COUNT_EVERY: Duration = Duration::from_millis(250);

/// A durable group on its way into the index.
pub(super) struct Applied {
    pub(super) changes: Changes,
    pub(super) keys: Vec<(Tree, Key)>,
    pub(super) position: Position,
    pub(super) batch: u64,
    pub(super) cost: usize,
    /// Bytes of the journal record.
    pub(super) bytes: u64,
}

/// What the journal thread tells the index thread.
pub(super) enum Follow {
    Apply(Applied),
    /// Answer when everything before is applied.
    Barrier(SyncSender<bool>),
}

/// The index thread.
pub(super) struct Follower {
    pub(super) queue: Arc<Queue>,
    pub(super) index: Arc<Index>,
    /// Bytes of journal records on their way into the index.
    pub(super) unapplied: Arc<AtomicU64>,
    /// Writes that stay in the overlay because the index was given up, with their batch.
    pub(super) held: Vec<(u64, Vec<(Tree, Key)>)>,
}

impl Follower {
    /// Until the journal thread has ended and everything is applied.
    pub(super) fn run(mut self, receiver: &Receiver<Follow>) {
        // From where rows are still to be counted.
        let mut uncounted = Some(Vec::new());
        loop {
            let received = match &uncounted {
                Some(_) => receiver.recv_timeout(COUNT_EVERY),
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut next = match received {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => {
                    uncounted = uncounted.and_then(|from| self.count(&from));
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            while let Some(message) = next.take() {
                match message {
                    Follow::Barrier(answer) => drop(answer.send(!self.index.is_given_up())),
                    Follow::Apply(group) => {
                        let mut groups = vec![group];
                        let until = Instant::now() + GATHER;
                        while groups.len() < MAX_MERGED && next.is_none() && self.queue.may_gather() {
                            let left = until.saturating_duration_since(Instant::now());
                            match receiver.recv_timeout(left.min(GLANCE)) {
                                Ok(Follow::Apply(group)) => groups.push(group),
                                Ok(barrier) => next = Some(barrier),
                                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                                Err(_) => break,
                            }
                        }
                        self.apply(groups);
                    }
                }
            }
        }
        self.index.flush();
    }

    /// Counts a stretch of rows; where to go on, or nothing at the end.
    fn count(&self, from: &[u8]) -> Option<Vec<u8>> {
        // An index that cannot be read nor made anew is noticed by the next write or reading.
        self.index.count_next(from).unwrap_or(None)
    }

    /// Applies groups as one. While the index is given up their writes stay in the overlay, and the journal thread
    /// takes the next ones only with an index that was made anew.
    fn apply(&mut self, groups: Vec<Applied>) {
        let Some(position) = groups.last().map(|group| group.position) else { return };
        let mut changes = Changes::new();
        let bytes = groups.iter().fold(0, |all: u64, group| all.saturating_add(group.bytes));
        let mut costs = Vec::with_capacity(groups.len());
        for group in groups {
            changes.extend(group.changes);
            self.held.push((group.batch, group.keys));
            costs.push((group.batch, group.cost));
        }
        let applied = changes.is_empty() || self.index.apply(&changes, position).is_ok();
        self.unapplied.fetch_sub(bytes, Ordering::Relaxed);
        if applied && !self.index.is_given_up() {
            for (batch, keys) in self.held.drain(..) {
                self.queue.forget_applied(batch, &keys);
            }
        }
        for (batch, cost) in costs {
            self.queue.applied(batch, cost);
        }
    }
}
