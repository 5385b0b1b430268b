//! The journal: the truth of the store (DESIGN §5, PROTOCOL §2.10).
//!
//! ```text
//! journal/00000001.seg   rec ‖ rec ‖ rec …          each rec names the hash of the one before, across segments too
//! journal/00000002.seg   rec ‖ …                    appended to; fdatasync before anything is acknowledged
//! journal/head           the last sequence number known to be durable, and the first segment that counts
//! ```
//!
//! [`Journal`] is the writing end. [`Journal::append`] writes, [`Journal::sync`] makes all of it count, and
//! [`Journal::cut`] takes back what was not synced. Reading is [`replay`].

mod head;
mod replay;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) use head::Head;
pub(crate) use replay::{Outcome, replay};

use crate::store::disk::{Appender, Disk};
use crate::store::operations::Operations;
use crate::store::sealing::Sealing;
use crate::store::stats::Counters;

/// A segment that has reached this is followed by another. Small enough to be read whole.
pub(crate) const SEGMENT: u64 = 64 * 1024 * 1024;

/// A place between two records: where the next one starts, and what it must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// The segment's number, from 1.
    pub(crate) segment: u64,
    /// Bytes from its start.
    pub(crate) offset: u64,
    /// The sequence number of the record before; 0 at the very start.
    pub(crate) seq: u64,
    /// Its hash; zeros at the very start.
    pub(crate) chain: [u8; 32],
}

impl Position {
    /// The start of an empty journal.
    pub(crate) const START: Self = Self { segment: 1, offset: 0, seq: 0, chain: [0; 32] };
}

/// The name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:08}.seg")
}

/// Numbers and lengths of the segments on a disk.
pub(crate) fn segments(disk: &dyn Disk) -> io::Result<BTreeMap<u64, u64>> {
    let number = |name: &str| name.strip_suffix(".seg").and_then(|number| number.parse().ok());
    let found = disk.list()?;
    Ok(found.into_iter().filter_map(|(name, length)| Some((number(&name)?, length))).collect())
}

/// The writing end.
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
    sealing: Arc<Sealing>,
    counters: Arc<Counters>,
    segment_size: u64,
    /// Of the records, as `head` names it.
    schema: u32,
    file: Box<dyn Appender>,
    /// Up to here everything is durable.
    end: Position,
    /// Up to here everything is written.
    written: Position,
    lengths: BTreeMap<u64, u64>,
    /// What was to be cut off is still there: nothing may be written behind it.
    uncut: bool,
}

impl Journal {
    /// Goes on writing at `end`; what lies behind it is cut off: it could not be proved.
    pub(crate) fn resume(
        disk: Arc<dyn Disk>,
        sealing: Arc<Sealing>,
        counters: Arc<Counters>,
        segment_size: u64,
        end: Position,
        schema: u32,
    ) -> io::Result<Self> {
        let mut lengths = segments(disk.as_ref())?;
        for number in lengths.split_off(&end.segment.saturating_add(1)).keys() {
            disk.remove(&segment_name(*number))?;
        }
        let name = segment_name(end.segment);
        let file = if lengths.contains_key(&end.segment) {
            disk.resume(&name, end.offset)?
        } else {
            disk.create(&name)?
        };
        lengths.insert(end.segment, end.offset);
        Ok(Self {
            disk,
            sealing,
            counters,
            segment_size,
            schema,
            file,
            end,
            written: end,
            lengths,
            uncut: false,
        })
    }

    /// The place behind the last durable record.
    pub(crate) const fn end(&self) -> Position {
        self.end
    }

    /// The segment that is written to.
    pub(crate) const fn written_segment(&self) -> u64 {
        self.written.segment
    }

    /// Bytes of all segments.
    pub(crate) fn size(&self) -> u64 {
        self.lengths.values().sum()
    }

    /// The oldest segment.
    pub(crate) fn first_segment(&self) -> u64 {
        self.lengths.keys().next().copied().unwrap_or(self.end.segment)
    }

    /// Seals and writes one record. It does not count before [`Self::sync`].
    pub(crate) fn append(&mut self, operations: &Operations) -> io::Result<()> {
        if self.uncut {
            return Err(io::Error::other("what an earlier write left could not be cut off"));
        }
        if self.written.offset >= self.segment_size {
            self.rotate()?;
        }
        let seq = self.written.seq.saturating_add(1);
        let record = self.sealing.seal_record(seq, &self.written.chain, &operations.encode());
        self.file.write(record.as_bytes())?;
        let length = u64::try_from(record.as_bytes().len()).unwrap_or(u64::MAX);
        let offset = self.written.offset.saturating_add(length);
        self.written = Position { segment: self.written.segment, offset, seq, chain: record.hash() };
        self.lengths.insert(self.written.segment, offset);
        self.counters.journal_bytes.fetch_add(length, Ordering::Relaxed);
        Ok(())
    }

    /// Makes everything written durable.
    pub(crate) fn sync(&mut self) -> io::Result<Position> {
        self.sync_file()?;
        self.end = self.written;
        Ok(self.end)
    }

    /// Ends the segment and starts the next one.
    pub(crate) fn rotate(&mut self) -> io::Result<()> {
        self.sync_file()?;
        let segment = self.written.segment.saturating_add(1);
        self.file = self.disk.create(&segment_name(segment))?;
        self.written = Position { segment, offset: 0, ..self.written };
        self.lengths.insert(segment, 0);
        Ok(())
    }

    /// Takes back what was written and not synced, durably. A failed sync is never repeated: the data may be marked
    /// clean without being on disk, so it is cut off and, if still wanted, written anew.
    pub(crate) fn cut(&mut self) -> io::Result<()> {
        self.uncut = true;
        for (number, _) in segments(self.disk.as_ref())?.range(self.end.segment.saturating_add(1)..) {
            self.disk.remove(&segment_name(*number))?;
            self.lengths.remove(number);
        }
        self.lengths.retain(|number, _| *number <= self.end.segment);
        self.file = self.disk.resume(&segment_name(self.end.segment), self.end.offset)?;
        self.lengths.insert(self.end.segment, self.end.offset);
        self.written = self.end;
        self.uncut = false;
        Ok(())
    }

    /// Removes the segments before a number, oldest first, so that what stays is always an unbroken end.
    pub(crate) fn remove_before(&mut self, segment: u64) -> io::Result<()> {
        while let Some((number, _)) = self.lengths.first_key_value().map(|(n, l)| (*n, *l)) {
            if number >= segment {
                break;
            }
            self.disk.remove(&segment_name(number))?;
            self.lengths.remove(&number);
        }
        Ok(())
    }

    /// The records are of this schema from the next [`Self::note_head`] on.
    pub(crate) const fn set_schema(&mut self, schema: u32) {
        self.schema = schema;
    }

    /// Notes in `head` how far the journal is durable.
    pub(crate) fn note_head(&self) -> io::Result<()> {
        let head = Head { seq: self.end.seq, first_segment: self.first_segment(), schema: self.schema };
        head.write(self.disk.as_ref(), &self.sealing)
    }

    fn sync_file(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.counters.syncs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
