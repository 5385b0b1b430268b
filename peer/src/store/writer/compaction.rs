//! Compaction: the live rows written anew, a step between two groups (DESIGN §5).

use std::io;
use std::sync::atomic::Ordering;

use super::{RESERVE, Writer};
use crate::store::error::StoreError;
use crate::store::index::Progress;
use crate::store::queue::Answer;

/// Garbage beyond the live bytes that is left lying, in bytes.
pub(in crate::store) const SLACK: u64 = 16 * 1024 * 1024;
/// Garbage beyond [`SLACK`] above which a compaction no longer waits until the index is idle, in bytes: so under a load
/// that never ends it still ends.
const URGENT: u64 = 4 * SLACK;

impl Writer {
    /// Garbage above the live bytes plus [`SLACK`], in the journal or in the index, is worth a rewrite.
    pub(super) fn compact_if_due(&mut self) {
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
    pub(super) fn compact(&mut self, answer: Answer) {
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
    pub(super) fn step(&mut self, idle: bool) {
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
    pub(super) fn give_up(&mut self, why: impl Fn() -> StoreError) {
        if self.compaction.is_some() {
            self.index.abandon_checkpoint();
        }
        let waiting = self.compaction.take().unwrap_or_default();
        for answer in waiting.into_iter().chain(std::mem::take(&mut self.again)) {
            drop(answer.send(Err(why())));
        }
    }
}
