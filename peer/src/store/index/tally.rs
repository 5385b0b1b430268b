//! What the index must hold: per tree the number of rows, their bytes, and the sum of their tags.
//!
//! ```text
//! position row = sealed value of tree 7 at "index" (
//!     ver u8 (1) ‖ segment u64 ‖ offset u64 ‖ seq u64 ‖ chain[32] ‖ per tree, by id: records u64 ‖ bytes u64 ‖ tags[16])
//! tags = Σ (last 16 bytes of the sealed value, as a number) mod 2^128
//! ```
//!
//! The tag of a sealed value depends on its place and its random nonce, so a missing row, a surplus row or an older
//! version of a row changes the sum. It finds damage, not an attacker who puts a whole older index back: that one is
//! simply behind the journal, and caught up.

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;

use crate::record::{Key, Tree};
use crate::store::journal::Position;
use crate::store::operations::PUT_OVERHEAD;
use crate::store::sealing::Sealing;

const VERSION: u8 = 1;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    records: u64,
    bytes: u64,
    tags: u128,
}

/// Sums of all trees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<Tree, Sum>);

impl Tally {
    pub(crate) fn add(&mut self, tree: Tree, place: &[u8], value: &[u8]) {
        let sum = self.0.entry(tree).or_default();
        sum.records = sum.records.wrapping_add(1);
        sum.bytes = sum.bytes.wrapping_add(size(place, value));
        sum.tags = sum.tags.wrapping_add(tag(value));
    }

    pub(crate) fn remove(&mut self, tree: Tree, place: &[u8], value: &[u8]) {
        let sum = self.0.entry(tree).or_default();
        sum.records = sum.records.wrapping_sub(1);
        sum.bytes = sum.bytes.wrapping_sub(size(place, value));
        sum.tags = sum.tags.wrapping_sub(tag(value));
        if *sum == Sum::default() {
            self.0.remove(&tree);
        }
    }

    /// Records and bytes of all trees.
    pub(crate) fn total(&self) -> (u64, u64) {
        let records = self.0.values().fold(0_u64, |all, sum| all.saturating_add(sum.records));
        let bytes = self.0.values().fold(0_u64, |all, sum| all.saturating_add(sum.bytes));
        (records, bytes)
    }

    /// The position row.
    pub(crate) fn seal(&self, position: &Position, sealing: &Sealing) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u64(position.segment).u64(position.offset).u64(position.seq).raw(&position.chain);
        for tree in Tree::ALL {
            let sum = self.0.get(&tree).copied().unwrap_or_default();
            writer.u64(sum.records).u64(sum.bytes).raw(&sum.tags.to_be_bytes());
        }
        sealing.seal(Tree::Journal, &key(sealing), &writer.finish())
    }

    /// Reads a position row; nothing if it is not one.
    pub(crate) fn open(row: &[u8], sealing: &Sealing) -> Option<(Position, Self)> {
        let opened = sealing.open(Tree::Journal, &key(sealing), row).ok()?;
        let parsed = Reader::all(&opened, |reader| {
            if reader.u8()? != VERSION {
                return Err(DecodeError::Version);
            }
            let position = Position {
                segment: reader.u64()?,
                offset: reader.u64()?,
                seq: reader.u64()?,
                chain: reader.array()?,
            };
            let mut sums = BTreeMap::new();
            for tree in Tree::ALL {
                let (records, bytes) = (reader.u64()?, reader.u64()?);
                let sum = Sum { records, bytes, tags: u128::from_be_bytes(reader.array()?) };
                if sum != Sum::default() {
                    sums.insert(tree, sum);
                }
            }
            Ok((position, Self(sums)))
        });
        parsed.ok()
    }
}

fn key(sealing: &Sealing) -> Vec<u8> {
    sealing.record_key(Tree::Journal, &Key::named(*b"index"))
}

/// Bytes of a put in the journal.
fn size(place: &[u8], value: &[u8]) -> u64 {
    let bytes = u64::try_from(place.len().saturating_add(value.len())).unwrap_or(u64::MAX);
    bytes.saturating_add(PUT_OVERHEAD).saturating_sub(1)
}

fn tag(value: &[u8]) -> u128 {
    value.last_chunk().map_or(0, |tag| u128::from_be_bytes(*tag))
}
