//! The journal thread; the index thread is in `writer/follower.rs`.
//!
//! ```text
//! queue ─► journal thread: gather, seal, append, fdatasync ─► UpTo(token) ─► index thread: apply, trim the overlay
//!                          between groups: one step of a compaction          idle: count rows not read yet
//! ```
//!
//! What a batch waits for is one record and one sync, shared with every batch that was queued meanwhile. The index
//! follows behind; what it has not applied is replayed after a crash.

mod compaction;
mod follower;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

#[cfg(test)]
pub(super) use self::compaction::SLACK;
use self::follower::{Applied, Follow, Follower};
use crate::record::{Key, Tree};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::index::Index;
use crate::store::journal::{Journal, Position, replay};
use crate::store::operations::{Changes, Operations, place};
use crate::store::overlay::Value;
use crate::store::queue::{Answer, Group, Order, Queue, Work};
use crate::store::recover::Parts;
use crate::store::{Durable, OnDurable};

/// Groups that wait for the index; their bytes are bounded by the queue.
const MAX_UNAPPLIED: usize = 1024;
/// Free space that is left alone, so that the index, a checkpoint of small stores and a close still work.
pub(crate) const RESERVE: u64 = 16 * 1024 * 1024;
/// Free space and the index's size are looked at after this many bytes.
const LOOK_EVERY: u64 = 1024 * 1024;

/// How long a close waits for the index, which is derived from the journal: a database that hangs must not keep a person
/// from leaving. Far more than applying all that may be staged takes.
const INDEX_PATIENCE: Duration = Duration::from_secs(20);

/// The two threads.
pub(super) struct Threads {
    journal: Option<JoinHandle<()>>,
    index: JoinHandle<()>,
}

impl Threads {
    /// Waits for the journal thread. Everything queued is then durable, or was reported as failed.
    pub(super) fn journal(&mut self) {
        if let Some(journal) = self.journal.take() {
            // A thread that panicked has nothing more to give; the journal is whole up to its last sync.
            let _ = journal.join();
        }
    }

    /// Waits until everything durable is applied and `close` has closed the index, or for [`INDEX_PATIENCE`]: then the next
    /// open makes the index anew.
    pub(super) fn index(self, close: impl FnOnce() + Send + 'static) {
        let (done, closed) = sync_channel(1);
        let index = self.index;
        let closing = move || {
            let _ = index.join();
            close();
            // Nobody waits any more.
            let _ = done.send(());
        };
        let closing = Builder::new().name("closing".into()).spawn(closing);
        if closing.is_ok() && closed.recv_timeout(INDEX_PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("the index does not close");
        }
    }
}

/// Starts the threads.
pub(super) fn start(
    parts: &Parts,
    queue: &Arc<Queue>,
    index: &Arc<Index>,
    journal: Journal,
    report: OnDurable,
) -> Result<Threads, StoreError> {
    let doing = "starting the store's threads";
    let (sender, receiver) = sync_channel(MAX_UNAPPLIED);
    let unapplied = Arc::new(AtomicU64::new(0));
    let follower = Follower {
        queue: Arc::clone(queue),
        index: Arc::clone(index),
        unapplied: Arc::clone(&unapplied),
        held: Vec::new(),
    };
    let floor = index.size();
    let writer = Writer {
        parts: parts.clone(),
        queue: Arc::clone(queue),
        index: Arc::clone(index),
        journal,
        follower: sender,
        report,
        failed: false,
        unapplied,
        unseen: LOOK_EVERY,
        floor,
        patience: 0,
        compaction: None,
        again: Vec::new(),
        mended: parts.counters.lost.load(Ordering::Relaxed),
    };
    let index = Builder::new().name("index".into()).spawn(move || follower.run(&receiver));
    let index = index.map_err(StoreError::io(doing))?;
    let journal = Builder::new().name("journal".into()).spawn(move || writer.run());
    Ok(Threads { journal: Some(journal.map_err(StoreError::io(doing))?), index })
}

struct Writer {
    parts: Parts,
    queue: Arc<Queue>,
    index: Arc<Index>,
    journal: Journal,
    follower: SyncSender<Follow>,
    report: OnDurable,
    failed: bool,
    /// Bytes of journal records on their way into the index.
    unapplied: Arc<AtomicU64>,
    /// Bytes written since the last look at the disk.
    unseen: u64,
    /// The index's size after the last checkpoint.
    floor: u64,
    /// After a failed compaction: the journal's size at which it is tried again.
    patience: u64,
    /// Who waits for the compaction under way.
    compaction: Option<Vec<Answer>>,
    /// Who asked for one meanwhile: what they erased may have been copied already.
    again: Vec<Answer>,
    /// Losses found so far that a compaction has cleared away.
    mended: u64,
}

impl Writer {
    fn run(mut self) {
        loop {
            match self.queue.next(self.compaction.is_some()) {
                Work::Group(group) => {
                    if let Err(error) = self.commit(group) {
                        self.fail(error);
                    } else {
                        self.compact_if_due();
                        self.step(false);
                    }
                }
                Work::Nothing => self.step(true),
                Work::Order(Order::Compact(answer)) => self.compact(answer),
                Work::Order(Order::Scrub(answer)) => self.scrub(answer),
                Work::Order(Order::Reopen(answer)) => drop(answer.send(self.reopen())),
                Work::Close => break,
            }
        }
        self.give_up(|| StoreError::Closed);
        if !self.failed && self.drained() {
            // Best effort: without it, the next open has a weaker lower bound.
            let _ = self.journal.note_head();
        }
    }

    fn commit(&mut self, group: Group) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed);
        }
        self.index.restore()?;
        let Group { writes, token, batch, batches, cost } = group;
        let latest: BTreeMap<(Tree, Key), Value> =
            writes.into_iter().map(|write| ((write.tree, write.key), write.value)).collect();
        let (changes, keys) = self.seal(latest);
        let mut position = self.journal.end();
        let before = self.journal.size();
        let mut operations = Operations::Writes(changes);
        if !keys.is_empty() {
            self.look(cost)?;
            self.journal.append(&operations).map_err(StoreError::io("writing the journal"))?;
            position = self.journal.sync().map_err(StoreError::io("syncing the journal"))?;
            self.parts.counters.groups.fetch_add(1, Ordering::Relaxed);
        }
        self.parts.counters.batches.fetch_add(batches, Ordering::Relaxed);
        (self.report)(Durable::UpTo(token));
        let changes = operations.take_changes();
        let bytes = self.journal.size().saturating_sub(before);
        self.unapplied.fetch_add(bytes, Ordering::Relaxed);
        let applied = Applied { changes, keys, position, batch, cost, bytes };
        self.follower.send(Follow::Apply(applied)).map_err(|_| StoreError::Index)
    }

    fn seal(&self, latest: BTreeMap<(Tree, Key), Value>) -> (Changes, Vec<(Tree, Key)>) {
        let sealing = &self.parts.sealing;
        let mut changes = Changes::new();
        let mut keys = Vec::with_capacity(latest.len());
        for ((tree, key), value) in latest {
            let record = sealing.record_key(tree, &key);
            let sealed = value.map(|value| sealing.seal(tree, &record, &value));
            changes.insert(place(tree, &record), sealed);
            keys.push((tree, key));
        }
        (changes, keys)
    }

    /// Refuses before the disk is so full that the index and the journal's own upkeep fail.
    fn look(&mut self, cost: usize) -> Result<(), StoreError> {
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        self.unseen = self.unseen.saturating_add(cost);
        if self.unseen < LOOK_EVERY {
            return Ok(());
        }
        let free = self.parts.disk.free().map_err(StoreError::io("asking for free space"))?;
        let need = RESERVE.saturating_add(cost.saturating_mul(2));
        if free < need {
            return Err(StoreError::DiskFull { need, free });
        }
        self.unseen = 0;
        Ok(())
    }

    /// Takes back what was not synced, forgets what was not durable, and says so.
    fn fail(&mut self, error: StoreError) {
        self.queue.fail();
        if self.failed {
            return;
        }
        self.failed = true;
        self.give_up(|| StoreError::Failed);
        // Best effort: `reopen` cuts again and must succeed.
        let _ = self.journal.cut();
        self.drained();
        self.queue.forget();
        (self.report)(Durable::Failed(error));
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        if !self.failed {
            return self.index.restore();
        }
        self.unseen = LOOK_EVERY;
        self.look(0)?;
        let doing = || StoreError::io("reopening the journal");
        self.journal.cut().map_err(doing())?;
        self.journal.rotate().map_err(doing())?;
        self.journal.sync().map_err(doing())?;
        self.index.restore()?;
        if !self.drained() {
            return Err(StoreError::Index);
        }
        self.queue.forget();
        self.failed = false;
        self.queue.resume();
        Ok(())
    }

    /// Reads the whole journal. If a record of it is damaged, the index, which has what it held, is written out anew.
    fn scrub(&mut self, answer: Answer) {
        if self.failed {
            drop(answer.send(Err(StoreError::Failed)));
            return;
        }
        let disk: &dyn Disk = self.parts.disk.as_ref();
        let end = self.journal.end();
        let outcome = replay::<io::Error>(disk, &self.parts.sealing, None, end.seq, &mut |_, _| Ok(()));
        let whole = match outcome {
            Ok(outcome) => {
                let fresh = end == Position::START;
                fresh || outcome.complete && outcome.breaks == 0 && outcome.lost == 0 && outcome.end == end
            }
            Err(error) => {
                drop(answer.send(Err(StoreError::io("reading the journal")(error))));
                return;
            }
        };
        if whole {
            drop(answer.send(Ok(())));
        } else {
            self.compact(answer);
        }
    }

    /// Waits until the index has everything durable; false if it cannot, or hangs.
    fn drained(&self) -> bool {
        let (sender, receiver) = sync_channel(1);
        self.follower.send(Follow::Barrier(sender)).is_ok()
            && receiver.recv_timeout(INDEX_PATIENCE).unwrap_or(false)
    }
}
