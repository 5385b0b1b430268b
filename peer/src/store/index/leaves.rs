//! What the database must hold, stretch by stretch, so that a short one is noticed without reading all of it.
//!
//! ```text
//! places  ├── leaf ──┼── leaf ──┼─ leaf ─┤      a leaf: its first place, rows, bytes, and the sum of their tags
//! rows    0x00 'c' n    chunk n of all leaves        written when the log has grown as long as it
//!         0x00 'l' n    the leaves that the n-th change touched, in the same atomic batch as that change
//! tags  = Σ (last 16 bytes of the sealed value, as a number) mod 2^128
//! ```
//!
//! The tag of a sealed value depends on its place and its random nonce, so a missing row, a surplus row or an older
//! version of a row changes the sum. Opening reads the leaves alone, and their sum must be the one that the position
//! row states; a leaf's rows are counted when it is first read from, and all of them bit by bit in idle moments. It
//! finds damage, not an attacker who puts a whole older index back: that one is simply behind the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;

use super::Unusable;
use crate::record::{Key, Tree};
use crate::store::sealing::Sealing;

/// A leaf with more rows or bytes is divided. Counting one is what the first read of a place may cost.
const MAX_ROWS: u64 = 256;
const MAX_BYTES: u64 = 256 * 1024;
/// What the parts of a divided leaf have.
const PART_ROWS: u64 = 160;
const PART_BYTES: u64 = 128 * 1024;
/// Leaves in one chunk row.
const CHUNK: usize = 512;
/// The log may always grow to this before all leaves are written, in bytes.
const MIN_LOG: usize = 64 * 1024;

const CHUNKS: [u8; 2] = [0, b'c'];
const LOG: [u8; 2] = [0, b'l'];
const CHUNK_GROUP: [u8; 16] = *b"index leaves   c";
const LOG_GROUP: [u8; 16] = *b"index leaves   l";

/// The sum of some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) tags: u128,
}

impl Sum {
    pub(super) fn add(&mut self, value: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(length(value));
        self.tags = self.tags.wrapping_add(tag(value));
    }

    fn remove(&mut self, value: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.bytes = self.bytes.wrapping_sub(length(value));
        self.tags = self.tags.wrapping_sub(tag(value));
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows.wrapping_add(other.rows),
            bytes: self.bytes.wrapping_add(other.bytes),
            tags: self.tags.wrapping_add(other.tags),
        }
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u64(self.rows).u64(self.bytes).raw(&self.tags.to_be_bytes());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { rows: reader.u64()?, bytes: reader.u64()?, tags: u128::from_be_bytes(reader.array()?) })
    }
}

#[derive(Debug, Default)]
struct Leaf {
    sum: Sum,
    /// Its rows were counted since the database was opened.
    counted: AtomicBool,
}

/// Where the leaves are written: part of the position row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) chunks: u64,
    pub(super) log: Range<u64>,
}

/// All leaves of one database.
#[derive(Debug)]
pub(super) struct Leaves {
    leaves: BTreeMap<Vec<u8>, Leaf>,
    total: Sum,
    written: Written,
    /// Bytes of the chunks and of the log.
    chunk_bytes: usize,
    log_bytes: usize,
    /// First places of leaves that are not written as they are.
    touched: BTreeSet<Vec<u8>>,
    /// First places of leaves that are to be divided.
    large: BTreeSet<Vec<u8>>,
}

impl Leaves {
    /// Of an empty database.
    pub(super) fn new() -> Self {
        let first = Leaf { sum: Sum::default(), counted: AtomicBool::new(true) };
        Self {
            leaves: BTreeMap::from([(Vec::new(), first)]),
            total: Sum::default(),
            written: Written::default(),
            chunk_bytes: 0,
            log_bytes: 0,
            touched: BTreeSet::new(),
            large: BTreeSet::new(),
        }
    }

    /// Reads them back; nothing if a row is missing or the sum is not the one stated.
    pub(super) fn read(
        sealing: &Sealing,
        written: Written,
        stated: Sum,
        get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, Unusable>,
    ) -> Result<Option<Self>, Unusable> {
        let mut all = Self { written: written.clone(), ..Self::new() };
        let chunks = (0..written.chunks).map(|n| (CHUNKS, CHUNK_GROUP, n));
        let log = written.log.clone().map(|n| (LOG, LOG_GROUP, n));
        for (kind, group, n) in chunks.chain(log) {
            let Some(row) = get(&place(kind, n))? else { return Ok(None) };
            if kind == CHUNKS {
                all.chunk_bytes += row.len();
            } else {
                all.log_bytes += row.len();
            }
            let Ok(opened) = sealing.open(Tree::Journal, &key(sealing, group, n), &row) else {
                return Ok(None);
            };
            if Reader::all(&opened, |reader| all.take(reader)).is_err() {
                return Ok(None);
            }
        }
        all.total = all.leaves.values().fold(Sum::default(), |total, leaf| total.plus(leaf.sum));
        for leaf in all.leaves.values() {
            leaf.counted.store(leaf.sum == Sum::default() && all.total == Sum::default(), Ordering::Relaxed);
        }
        Ok((all.total == stated && all.leaves.contains_key(&Vec::new())).then_some(all))
    }

    pub(super) const fn total(&self) -> Sum {
        self.total
    }

    pub(super) const fn written(&self) -> &Written {
        &self.written
    }

    /// A row comes in at a place, in the stead of an old one if there is one, or goes.
    pub(super) fn change(&mut self, at: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        let Some((first, leaf)) = self.leaves.range_mut::<[u8], _>(up_to(at)).next_back() else { return };
        for sum in [&mut leaf.sum, &mut self.total] {
            if let Some(old) = old {
                sum.remove(old);
            }
            if let Some(new) = new {
                sum.add(new);
            }
        }
        if !self.touched.contains(first) {
            self.touched.insert(first.clone());
        }
        if (leaf.sum.rows > MAX_ROWS || leaf.sum.bytes > MAX_BYTES && leaf.sum.rows > 1)
            && !self.large.contains(first)
        {
            self.large.insert(first.clone());
        }
    }

    /// The stretch around a place, and whether its rows were counted.
    pub(super) fn around(&self, at: &[u8]) -> (Range<Vec<u8>>, bool) {
        let found = self.leaves.range::<[u8], _>(up_to(at)).next_back();
        let (first, counted) = found.map_or((Vec::new(), false), |(first, leaf)| {
            (first.clone(), leaf.counted.load(Ordering::Relaxed))
        });
        (first..self.end_after(at), counted)
    }

    /// Whether the rows around a place were counted.
    pub(super) fn is_counted(&self, at: &[u8]) -> bool {
        let found = self.leaves.range::<[u8], _>(up_to(at)).next_back();
        found.is_some_and(|(_, leaf)| leaf.counted.load(Ordering::Relaxed))
    }

    /// Compares what was counted in the stretch that begins at `first` with what must be there.
    pub(super) fn compare(&self, first: &[u8], counted: Sum) -> Result<(), Unusable> {
        let leaf = self.leaves.get(first).ok_or(Unusable)?;
        if leaf.sum == counted {
            leaf.counted.store(true, Ordering::Relaxed);
            Ok(())
        } else {
            Err(Unusable)
        }
    }

    /// The first place at or after one whose stretch was not counted yet.
    pub(super) fn uncounted(&self, from: &[u8]) -> Option<Vec<u8>> {
        let at = self.leaves.range::<[u8], _>((Bound::Included(from), Bound::Unbounded));
        at.filter(|(_, leaf)| !leaf.counted.load(Ordering::Relaxed)).map(|(first, _)| first.clone()).next()
    }

    /// The next leaf that is to be divided.
    pub(super) fn next_large(&mut self) -> Option<Range<Vec<u8>>> {
        let first = self.large.pop_first()?;
        let end = self.end_after(&first);
        Some(first..end)
    }

    /// Puts parts in the place of a leaf, whose rows were counted on the way.
    pub(super) fn divide(&mut self, first: &[u8], parts: Vec<(Vec<u8>, Sum)>) -> Result<(), Unusable> {
        let whole = self.leaves.get(first).map(|leaf| leaf.sum).ok_or(Unusable)?;
        let sum = parts.iter().fold(Sum::default(), |sum, (_, part)| sum.plus(*part));
        if sum != whole {
            return Err(Unusable);
        }
        for (n, (start, sum)) in parts.into_iter().enumerate() {
            let start = if n == 0 { first.to_vec() } else { start };
            self.touched.insert(start.clone());
            self.leaves.insert(start, Leaf { sum, counted: AtomicBool::new(true) });
        }
        Ok(())
    }

    /// The rows that make the changed leaves durable together with the change; `all` writes every one anew.
    pub(super) fn rows(&mut self, sealing: &Sealing, all: bool) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        self.drop_empty();
        let mut rows = Vec::new();
        if all || self.log_bytes > self.chunk_bytes.max(MIN_LOG) {
            let old = std::mem::take(&mut self.written);
            rows.extend(old.log.map(|n| (place(LOG, n), None)));
            self.log_bytes = 0;
            self.chunk_bytes = 0;
            let every: Vec<(&Vec<u8>, Option<Sum>)> =
                self.leaves.iter().map(|(first, leaf)| (first, Some(leaf.sum))).collect();
            for chunk in every.chunks(CHUNK) {
                let n = self.written.chunks;
                let row = sealing.seal(Tree::Journal, &key(sealing, CHUNK_GROUP, n), &encode(chunk));
                self.chunk_bytes += row.len();
                rows.push((place(CHUNKS, n), Some(row)));
                self.written.chunks += 1;
            }
            rows.extend((self.written.chunks..old.chunks).map(|n| (place(CHUNKS, n), None)));
        } else if !self.touched.is_empty() {
            let n = self.written.log.end;
            let some: Vec<(&Vec<u8>, Option<Sum>)> = self
                .touched
                .iter()
                .map(|first| (first, self.leaves.get(first).map(|leaf| leaf.sum)))
                .collect();
            let row = sealing.seal(Tree::Journal, &key(sealing, LOG_GROUP, n), &encode(&some));
            self.log_bytes += row.len();
            rows.push((place(LOG, n), Some(row)));
            self.written.log.end += 1;
        }
        self.touched.clear();
        rows
    }

    /// Leaves without rows join the one before.
    fn drop_empty(&mut self) {
        for first in &self.touched {
            let empty = self.leaves.get(first).is_some_and(|leaf| leaf.sum == Sum::default());
            if empty && !first.is_empty() {
                self.leaves.remove(first);
                if let Some((_, before)) = self.leaves.range::<[u8], _>(up_to(first)).next_back() {
                    before.counted.store(false, Ordering::Relaxed);
                }
            }
        }
    }

    fn end_after(&self, at: &[u8]) -> Vec<u8> {
        let after = self.leaves.range::<[u8], _>((Bound::Excluded(at), Bound::Unbounded)).next();
        after.map_or_else(|| vec![0xff], |(first, _)| first.clone())
    }

    fn take(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        while !reader.rest().is_empty() {
            let first = reader.bytes8()?.to_vec();
            match reader.u8()? {
                0 => drop(self.leaves.remove(&first)),
                1 => {
                    let leaf = Leaf { sum: Sum::decode(reader)?, counted: AtomicBool::new(false) };
                    self.leaves.insert(first, leaf);
                }
                _ => return Err(DecodeError::Version),
            }
        }
        Ok(())
    }
}

/// Divides rows that come in the order of their places into parts of a leaf's size.
#[derive(Default)]
pub(super) struct Divider {
    pub(super) parts: Vec<(Vec<u8>, Sum)>,
}

impl Divider {
    pub(super) fn add(&mut self, at: &[u8], value: &[u8]) {
        let full = |sum: &Sum| sum.rows >= PART_ROWS || sum.bytes >= PART_BYTES;
        match self.parts.last_mut() {
            Some((_, sum)) if !full(sum) => sum.add(value),
            _ => {
                let mut sum = Sum::default();
                sum.add(value);
                self.parts.push((at.to_vec(), sum));
            }
        }
    }
}

const fn up_to(at: &[u8]) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (Bound::Unbounded, Bound::Included(at))
}

fn encode(leaves: &[(&Vec<u8>, Option<Sum>)]) -> Vec<u8> {
    let mut writer = Writer::new();
    for (first, sum) in leaves {
        writer.bytes8(first).u8(u8::from(sum.is_some()));
        if let Some(sum) = sum {
            sum.encode(&mut writer);
        }
    }
    writer.finish()
}

fn place(kind: [u8; 2], n: u64) -> Vec<u8> {
    [kind.as_slice(), &n.to_be_bytes()].concat()
}

fn key(sealing: &Sealing, group: [u8; 16], n: u64) -> Vec<u8> {
    sealing.record_key(Tree::Journal, &Key::ordered(group, n))
}

fn length(value: &[u8]) -> u64 {
    u64::try_from(value.len()).unwrap_or(u64::MAX)
}

fn tag(value: &[u8]) -> u128 {
    value.last_chunk().map_or(0, |tag| u128::from_be_bytes(*tag))
}
