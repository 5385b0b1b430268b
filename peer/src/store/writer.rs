//! The journal thread and the index thread.
//!
//! ```text
//! queue ─► journal thread: gather, seal, append, fdatasync ─► UpTo(token) ─► index thread: apply, trim the overlay
//!                          between groups: one step of a compaction          idle: count rows not read yet
//! ```
//!
//! What a batch waits for is one record and one sync, shared with every batch that was queued meanwhile. The index
//! follows behind; what it has not applied is replayed after a crash.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::record::{Key, Tree};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::index::{Index, Progress};
use crate::store::journal::{Journal, Position, replay};
use crate::store::operations::{Changes, Operations, place};
use crate::store::overlay::Value;
use crate::store::queue::{Answer, Group, Order, Queue, Work};
use crate::store::recover::Parts;
use crate::store::{Durable, OnDurable};

/// Groups that wait for the index; their bytes are bounded by the queue.
const MAX_UNAPPLIED: usize = 1024;
/// Groups applied to the index as one; their bytes are bounded by the queue.
const MAX_MERGED: usize = 256;
/// How long groups are gathered before they are applied. What changes with every message is then written to the index
/// once for many of them, and what an acknowledgement erases meanwhile, never. Reads see the overlay.
const GATHER: Duration = Duration::from_millis(100);
/// While groups are gathered, whoever has begun to wait for the index is noticed this often.
const GLANCE: Duration = Duration::from_millis(5);
/// Garbage beyond the live bytes that is left lying, in bytes.
pub(super) const SLACK: u64 = 16 * 1024 * 1024;
/// Free space that is left alone, so that the index, a checkpoint of small stores and a close still work.
const RESERVE: u64 = 16 * 1024 * 1024;
/// Garbage beyond [`SLACK`] above which a compaction no longer waits until the index is idle, in bytes: so under a load
/// that never ends it still ends.
const URGENT: u64 = 4 * SLACK;
/// While rows are left that were not read since the start, the index thread counts some of them this often.
const COUNT_EVERY: Duration = Duration::from_millis(20);
/// Stretches of rows counted at a time.
const COUNTED_AT_ONCE: usize = 4;
/// Free space and the index's size are looked at after this many bytes.
const LOOK_EVERY: u64 = 1024 * 1024;

/// The two threads.
pub(super) struct Threads {
    journal: JoinHandle<()>,
    index: JoinHandle<()>,
}

impl Threads {
    /// Waits for both. Everything queued is then durable and applied, or was reported as failed.
    pub(super) fn join(self) {
        // A thread that panicked has nothing more to give; the journal is whole up to its last sync.
        let _ = self.journal.join();
        let _ = self.index.join();
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
    let lost = Arc::new(AtomicBool::new(false));
    let unapplied = Arc::new(AtomicU64::new(0));
    let follower = Follower {
        queue: Arc::clone(queue),
        index: Arc::clone(index),
        lost: Arc::clone(&lost),
        unapplied: Arc::clone(&unapplied),
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
        index_lost: lost,
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
    Ok(Threads { journal: journal.map_err(StoreError::io(doing))?, index })
}

/// A durable group on its way into the index.
struct Applied {
    changes: Changes,
    keys: Vec<(Tree, Key)>,
    position: Position,
    batch: u64,
    cost: usize,
    /// Bytes of the journal record.
    bytes: u64,
}

enum Follow {
    Apply(Applied),
    /// Answer when everything before is applied.
    Barrier(SyncSender<bool>),
}

struct Writer {
    parts: Parts,
    queue: Arc<Queue>,
    index: Arc<Index>,
    journal: Journal,
    follower: SyncSender<Follow>,
    report: OnDurable,
    failed: bool,
    /// The index can neither be used nor rebuilt.
    index_lost: Arc<AtomicBool>,
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
        if self.index_lost.load(Ordering::Relaxed) {
            return Err(StoreError::Index);
        }
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
            return Ok(());
        }
        self.unseen = LOOK_EVERY;
        self.look(0)?;
        let doing = || StoreError::io("reopening the journal");
        self.journal.cut().map_err(doing())?;
        self.journal.rotate().map_err(doing())?;
        self.journal.sync().map_err(doing())?;
        if !self.drained() {
            return Err(StoreError::Index);
        }
        self.queue.forget();
        self.failed = false;
        self.queue.resume();
        Ok(())
    }

    /// Garbage above the live bytes plus [`SLACK`], in the journal or in the index, is worth a rewrite.
    fn compact_if_due(&mut self) {
        let live = self.parts.counters.live_bytes.load(Ordering::Relaxed);
        // What the index has not seen yet is not known to be garbage.
        let unapplied = self.unapplied.load(Ordering::Relaxed);
        let size = self.journal.size().saturating_sub(unapplied);
        // sled needs up to four times the content in ordinary use; what it had after a rewrite is no garbage either.
        let usual = self.floor.saturating_mul(2).max(live.saturating_mul(4));
        let due = size > live.saturating_mul(2).saturating_add(SLACK)
            || (self.unseen == 0
                && self.index.size()
                    > usual.saturating_add(unapplied.saturating_mul(4)).saturating_add(SLACK));
        let due = due || self.parts.counters.lost.load(Ordering::Relaxed) > self.mended;
        if due && self.compaction.is_none() && size > self.patience && self.begin().is_err() {
            self.patience = size.saturating_add(SLACK);
        }
    }

    /// Answers when a compaction that began after this is done.
    fn compact(&mut self, answer: Answer) {
        if self.compaction.is_some() {
            self.again.push(answer);
        } else if let Err(error) = self.begin() {
            drop(answer.send(Err(error)));
        } else if let Some(waiting) = &mut self.compaction {
            waiting.push(answer);
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed);
        }
        if !self.drained() {
            return Err(StoreError::Index);
        }
        let live = self.parts.counters.live_bytes.load(Ordering::Relaxed);
        let free = self.parts.disk.free().map_err(StoreError::io("asking for free space"))?;
        // The journal once more, and an index of up to three times the live bytes beside the old one.
        let need = RESERVE.saturating_add(live.saturating_mul(4));
        if free < need {
            return Err(StoreError::DiskFull { need, free });
        }
        let (journal, index) = (self.journal.size(), self.index.size());
        tracing::debug!(journal, index, live, "a compaction begins");
        self.mended = self.parts.counters.lost.load(Ordering::Relaxed);
        match self.index.begin_checkpoint(&mut self.journal) {
            Ok(()) => {
                self.compaction = Some(Vec::new());
                Ok(())
            }
            Err(error) => {
                self.index.abandon_checkpoint();
                self.take_back();
                Err(error)
            }
        }
    }

    /// A step of the compaction under way, as soon as the index has everything: at once when nothing else waits.
    fn step(&mut self, idle: bool) {
        if self.compaction.is_none() {
            return;
        }
        let behind = self.unapplied.load(Ordering::Relaxed) > 0;
        if behind {
            let live = self.parts.counters.live_bytes.load(Ordering::Relaxed);
            let usual = live.saturating_mul(2).saturating_add(SLACK);
            let urgent = self.journal.size() > usual.saturating_add(live).saturating_add(URGENT);
            if !idle && !urgent {
                return;
            }
            if !self.drained() {
                return self.give_up(|| StoreError::Index);
            }
        }
        match self.index.step_checkpoint(&mut self.journal) {
            Ok(Progress::Going) => {}
            Ok(Progress::Done) => self.compacted(),
            Err(StoreError::Index) if self.index.rebuild().is_ok() => {
                // A row had rotted: from the start again, with an index that was made anew.
                self.take_back();
                let waiting = self.compaction.take().unwrap_or_default();
                match self.begin() {
                    Ok(()) => self.compaction = Some(waiting),
                    Err(_) => {
                        waiting.into_iter().for_each(|answer| drop(answer.send(Err(StoreError::Index))))
                    }
                }
            }
            Err(error) => {
                self.patience = self.journal.size().saturating_add(SLACK);
                self.take_back();
                let waiting = self.compaction.take().unwrap_or_default();
                self.index.abandon_checkpoint();
                let (doing, source) = match error {
                    StoreError::Io { doing, source } => (doing, source.kind()),
                    StoreError::DiskFull { .. } => ("writing a checkpoint", io::ErrorKind::StorageFull),
                    _ => ("writing a checkpoint", io::ErrorKind::Other),
                };
                let again = std::mem::take(&mut self.again);
                for answer in waiting.into_iter().chain(again) {
                    drop(answer.send(Err(StoreError::io(doing)(source.into()))));
                }
            }
        }
    }

    fn compacted(&mut self) {
        self.floor = self.index.size();
        self.patience = 0;
        self.parts.counters.compactions.fetch_add(1, Ordering::Relaxed);
        for answer in self.compaction.take().unwrap_or_default() {
            drop(answer.send(Ok(())));
        }
        for answer in std::mem::take(&mut self.again) {
            self.compact(answer);
        }
    }

    /// Cuts off what a checkpoint wrote and did not sync. If that fails, the next write finds the journal unusable.
    fn take_back(&mut self) {
        let _ = self.journal.cut();
    }

    /// Ends a compaction without its end; what it wrote is superfluous and harmless.
    fn give_up(&mut self, why: impl Fn() -> StoreError) {
        if self.compaction.is_some() {
            self.index.abandon_checkpoint();
        }
        let waiting = self.compaction.take().unwrap_or_default();
        for answer in waiting.into_iter().chain(std::mem::take(&mut self.again)) {
            drop(answer.send(Err(why())));
        }
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

    /// Waits until the index has everything durable; false if it cannot.
    fn drained(&self) -> bool {
        let (sender, receiver) = sync_channel(1);
        self.follower.send(Follow::Barrier(sender)).is_ok() && receiver.recv().unwrap_or(false)
    }
}

struct Follower {
    queue: Arc<Queue>,
    index: Arc<Index>,
    lost: Arc<AtomicBool>,
    unapplied: Arc<AtomicU64>,
}

impl Follower {
    fn run(self, receiver: &Receiver<Follow>) {
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
                    uncounted = uncounted.and_then(|from| self.count(from));
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            while let Some(message) = next.take() {
                match message {
                    Follow::Barrier(answer) => drop(answer.send(!self.lost.load(Ordering::Relaxed))),
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

    /// Counts a few stretches of rows; where to go on, or nothing at the end.
    fn count(&self, mut from: Vec<u8>) -> Option<Vec<u8>> {
        for _ in 0..COUNTED_AT_ONCE {
            match self.index.count_next(&from) {
                Ok(Some(next)) => from = next,
                Ok(None) => return None,
                Err(_) => {
                    self.lost.store(true, Ordering::Relaxed);
                    return None;
                }
            }
        }
        Some(from)
    }

    /// Applies groups as one. If the index cannot even be rebuilt, the writes stay in the overlay, and the journal
    /// thread refuses the next ones.
    fn apply(&self, groups: Vec<Applied>) {
        let Some(position) = groups.last().map(|group| group.position) else { return };
        let mut changes = Changes::new();
        let mut trims = Vec::with_capacity(groups.len());
        let bytes = groups.iter().fold(0, |all: u64, group| all.saturating_add(group.bytes));
        for group in groups {
            changes.extend(group.changes);
            trims.push((group.batch, group.keys, group.cost));
        }
        if !changes.is_empty() && self.index.apply(&changes, position).is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
        self.unapplied.fetch_sub(bytes, Ordering::Relaxed);
        for (batch, keys, cost) in trims {
            let keys = if self.lost.load(Ordering::Relaxed) { Vec::new() } else { keys };
            self.queue.applied(batch, &keys, cost);
        }
    }
}
