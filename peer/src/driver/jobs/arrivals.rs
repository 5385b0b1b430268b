//! Verified bytes of a fetch on their way to the disk.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use conclave_proto::limits;

use crate::core::Input;
use crate::core::input::JobNews;
use crate::net::transfer::Sink;
use crate::store::{BlobWriter, StoreError};

use super::check::Check;
use super::syncing::Syncing;
use super::{STEP, Work};

/// How often the bar moves between two syncs.
const BAR: Duration = Duration::from_millis(200);

/// Takes verified bytes to the disk. Every [`STEP`] they are synced and the bitmap told of; in between, the bar moves.
pub(super) struct Arrivals {
    work: Work,
    part: BlobWriter,
    syncing: Option<Syncing<Vec<Range<u64>>>>,
    /// Gone once the bytes are not all of the object in order.
    check: Option<Check>,
    outboard: Option<File>,
    /// Groups on disk, durable.
    held: Vec<(u64, u64)>,
    /// Bytes written and not yet handed to a sync.
    fresh: Vec<Range<u64>>,
    /// Bytes written and not durable.
    open: u64,
    length: u64,
    told: Instant,
}

impl Arrivals {
    /// `held` are the groups that are durable already. `fresh` is given for an object of which nothing is: its plaintext is
    /// checked as it comes, and the hashes above its groups are kept.
    pub(super) fn new(
        work: Work,
        part: BlobWriter,
        held: Vec<(u64, u64)>,
        length: u64,
        fresh: Option<(Check, File)>,
    ) -> io::Result<Self> {
        let syncing = Some(Syncing::start(part.file().try_clone()?)?);
        let (check, outboard) = fresh.unzip();
        let told = Instant::now();
        Ok(Self { work, part, syncing, check, outboard, held, fresh: Vec::new(), open: 0, length, told })
    }

    /// Counts what has become durable, and tells of it.
    fn settle(&mut self, synced: Vec<Vec<Range<u64>>>) {
        if synced.is_empty() {
            return;
        }
        let bytes: Vec<Range<u64>> = synced.into_iter().flatten().collect();
        self.open = self.open.saturating_sub(total(&bytes));
        let groups: Vec<Range<u64>> = bytes
            .into_iter()
            .map(|bytes| bytes.start / limits::GROUP..bytes.end.div_ceil(limits::GROUP))
            .collect();
        self.held = join(std::mem::take(&mut self.held), &groups);
        self.tell();
    }

    /// The loop may be behind: a bar that skips a step is no loss, and the next sync tells all.
    fn tell(&mut self) {
        self.told = Instant::now();
        let done = covered(&self.held, self.length) + self.open;
        let news = JobNews::Progress { groups: self.held.clone(), done };
        self.work.teller.try_tell(Input::Job { job: self.work.job, news });
    }
}

impl Sink for Arrivals {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if self.work.stop.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        self.part.write_at(offset, bytes).map_err(|error| match error {
            StoreError::DiskFull { .. } => io::Error::from(io::ErrorKind::StorageFull),
            other => io::Error::other(other.to_string()),
        })?;
        self.check = self.check.take().and_then(|mut check| check.feed(offset, bytes).then_some(check));
        let end = offset + bytes.len() as u64;
        match self.fresh.last_mut() {
            Some(last) if last.end == offset => last.end = end,
            _ => self.fresh.push(offset..end),
        }
        self.open += bytes.len() as u64;
        if let Some(syncing) = &self.syncing {
            if total(&self.fresh) >= STEP {
                self.fresh = syncing.ask(std::mem::take(&mut self.fresh)).unwrap_or_default();
            }
            let synced = syncing.done()?;
            self.settle(synced);
        }
        if self.told.elapsed() >= BAR {
            self.tell();
        }
        Ok(())
    }

    fn outboard(&mut self) -> Option<File> {
        self.outboard.take()
    }
}

impl Drop for Arrivals {
    /// What came before a cut counts too.
    fn drop(&mut self) {
        let asked = self.syncing.take().map(Syncing::finish);
        let Some(Ok(synced)) = asked else { return };
        self.settle(synced);
        let rest = std::mem::take(&mut self.fresh);
        if !rest.is_empty() && self.part.sync().is_ok() {
            self.settle([rest].into());
        }
    }
}

fn total(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

/// The union of what is held and what has come, ascending and joined.
pub(super) fn join(held: Vec<(u64, u64)>, new: &[Range<u64>]) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> =
        held.into_iter().chain(new.iter().map(|range| (range.start, range.end))).collect();
    all.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (from, to) in all {
        match joined.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn covered(held: &[(u64, u64)], length: u64) -> u64 {
    held.iter()
        .map(|(from, to)| (to * limits::GROUP).min(length).saturating_sub((from * limits::GROUP).min(length)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_group_is_shorter() {
        assert_eq!(covered(&[(0, 2)], limits::GROUP + 5), limits::GROUP + 5);
        assert_eq!(covered(&[(1, 2)], limits::GROUP + 5), 5);
    }
}
