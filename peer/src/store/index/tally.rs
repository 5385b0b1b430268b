//! The position row: how far the journal is applied, what every tree holds, and where the leaves are.
//!
//! ```text
//! row 0x00 = sealed value of tree 7 at "index" (
//!     ver u8 (3) ‖ segment u64 ‖ offset u64 ‖ seq u64 ‖ chain[32] ‖ per tree, by id: records u64 ‖ bytes u64
//!     ‖ rows u64 ‖ bytes u64 ‖ tags[16]                   of all leaves together
//!     ‖ chunks u64 ‖ log first u64 ‖ log end u64)         where the leaves are written
//! ```
//!
//! The index is made from the journal, so a version that this program does not know is simply made anew.

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;

use super::leaves::{Sum, Written};
use crate::record::{Key, Tree};
use crate::store::journal::Position;
use crate::store::operations::{PUT_OVERHEAD, split};
use crate::store::sealing::Sealing;

const VERSION: u8 = 3;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Live {
    records: u64,
    bytes: u64,
}

/// Records and bytes of every tree, as they lie in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally(BTreeMap<Tree, Live>);

/// What a position row says.
pub(super) struct Stated {
    pub(super) position: Position,
    pub(super) tally: Tally,
    pub(super) total: Sum,
    pub(super) written: Written,
}

impl Tally {
    /// A row comes in at a place, in the stead of an old one if there is one, or goes. Rows of no tree do not count.
    pub(super) fn change(&mut self, place: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        let Some((tree, _)) = split(place) else { return };
        let live = self.0.entry(tree).or_default();
        if let Some(old) = old {
            live.records = live.records.wrapping_sub(1);
            live.bytes = live.bytes.wrapping_sub(size(place, old));
        }
        if let Some(new) = new {
            live.records = live.records.wrapping_add(1);
            live.bytes = live.bytes.wrapping_add(size(place, new));
        }
    }

    /// Records and bytes of all trees.
    pub(super) fn total(&self) -> (u64, u64) {
        let records = self.0.values().fold(0_u64, |all, live| all.saturating_add(live.records));
        let bytes = self.0.values().fold(0_u64, |all, live| all.saturating_add(live.bytes));
        (records, bytes)
    }
}

impl Stated {
    /// The position row.
    pub(super) fn seal(&self, sealing: &Sealing) -> Vec<u8> {
        let position = &self.position;
        let mut writer = Writer::new();
        writer.u8(VERSION).u64(position.segment).u64(position.offset).u64(position.seq).raw(&position.chain);
        for tree in Tree::ALL {
            let live = self.tally.0.get(&tree).copied().unwrap_or_default();
            writer.u64(live.records).u64(live.bytes);
        }
        self.total.encode(&mut writer);
        writer.u64(self.written.chunks).u64(self.written.log.start).u64(self.written.log.end);
        sealing.seal(Tree::Journal, &key(sealing), &writer.finish())
    }

    /// Reads a position row; nothing if it is not one.
    pub(super) fn open(row: &[u8], sealing: &Sealing) -> Option<Self> {
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
            let mut trees = BTreeMap::new();
            for tree in Tree::ALL {
                let live = Live { records: reader.u64()?, bytes: reader.u64()? };
                if live != Live::default() {
                    trees.insert(tree, live);
                }
            }
            let total = Sum::decode(reader)?;
            let written = Written { chunks: reader.u64()?, log: reader.u64()?..reader.u64()? };
            Ok(Self { position, tally: Tally(trees), total, written })
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
