//! What can go wrong with a computer: power, disk, clock, and an old copy of its profile that is put back.

use conclave_proto::ErrorCode;

use super::disk::Disk;
use super::{Happening, World};
use crate::model::Failure;
use crate::record::MemoryRecords;

/// A disk that failed is tried again after this long, as the driver does.
const DISK_AGAIN: u64 = 2_000;

/// A copy of a profile, as `cp -a` makes it: what was durable, and what the program had noted by then.
pub(in crate::core::tests) struct Copy {
    durable: MemoryRecords,
    last_seq: u64,
    events: usize,
}

impl Disk {
    /// Some of what was on its way may have reached the disk unnoticed; the rest is gone.
    fn settle(&mut self, reached: u64) {
        for _ in 0..reached {
            if let Some((_, batch)) = self.staged.pop_front() {
                self.durable.apply(&batch);
            }
        }
        self.staged.clear();
        self.shown = self.durable.clone();
    }
}

impl World {
    /// Power fails: what was not durable is gone, but a little of it may have reached the disk unnoticed.
    pub(in crate::core::tests) fn kill(&mut self, at: usize) {
        let reached = self.rng.below(3);
        let node = &mut self.nodes[at];
        node.core = None;
        node.life += 1;
        node.doom = None;
        node.calls.clear();
        node.disk.borrow_mut().settle(reached);
        self.drop_wires(|wire| wire.ends.iter().any(|(node, _)| *node == at));
        self.log_out(at);
    }

    /// Power fails and comes back.
    pub(in crate::core::tests) fn power_cut(&mut self, at: usize, pause: u64) {
        self.kill(at);
        self.start_later(at, pause);
    }

    /// Power fails after so many more effects of the core, wherever that is: between a write and its sync, between
    /// the sync and what waits for it, between two frames.
    pub(in crate::core::tests) fn doom(&mut self, at: usize, effects: u64) {
        self.nodes[at].doom = Some(effects);
    }

    /// Counts an effect; whether the power has failed before it.
    pub(super) fn is_doomed(&mut self, at: usize) -> bool {
        match &mut self.nodes[at].doom {
            Some(0) => {
                let pause = self.rng.below(3_000);
                self.power_cut(at, pause);
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn start_later(&mut self, at: usize, pause: u64) {
        let life = self.nodes[at].life;
        self.later(pause, Happening::Start(at, life));
    }

    /// Whether this write of a disk fails.
    pub(super) fn disk_fails(&mut self, at: usize) -> bool {
        self.nodes[at].disk.borrow().full || self.strikes(self.weather.disk_errors)
    }

    /// A write failed: waiting calls are told, and a new core starts from what is durable, as the driver does it.
    pub(super) fn write_failed(&mut self, at: usize) {
        let calls = std::mem::take(&mut self.nodes[at].calls);
        for call in calls {
            self.nodes[at].replies.insert(call, Err(Failure::new(ErrorCode::DiskFull)));
        }
        let full = self.nodes[at].disk.borrow().full;
        self.kill(at);
        self.start_later(at, if full { DISK_AGAIN } else { 1 });
    }

    /// There is no room on the disk, or there is again.
    pub(in crate::core::tests) fn fill_disk(&mut self, at: usize, full: bool) {
        self.nodes[at].disk.borrow_mut().full = full;
    }

    /// Whoever is down comes back, with room on the disk and the right time.
    pub(in crate::core::tests) fn mend(&mut self) {
        for at in 0..self.nodes.len() {
            self.fill_disk(at, false);
            self.nodes[at].skew = 0;
            self.nodes[at].doom = None;
            if self.nodes[at].core.is_none() {
                self.start(at);
            }
        }
    }

    /// Copies a profile.
    pub(in crate::core::tests) fn copy(&self, at: usize) -> Copy {
        let node = &self.nodes[at];
        Copy {
            durable: node.disk.borrow().durable.clone(),
            last_seq: node.last_seq,
            events: node.events.len(),
        }
    }

    /// Puts an old copy of a profile back. What the program has noted since is of another life.
    pub(in crate::core::tests) fn restore(&mut self, at: usize, copy: &Copy) {
        self.kill(at);
        let node = &mut self.nodes[at];
        let mut disk = node.disk.borrow_mut();
        disk.durable = copy.durable.clone();
        disk.settle(0);
        drop(disk);
        node.last_seq = copy.last_seq;
        node.events.truncate(copy.events);
        self.start(at);
    }
}
