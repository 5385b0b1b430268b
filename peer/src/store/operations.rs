//! What a journal record holds, before it is sealed as a whole. Values in it are sealed already, so that dropping an
//! epoch key also kills what the journal keeps under it (PROTOCOL §2.10).
//!
//! ```text
//! operations = kind u8 ‖ body
//! 1 writes            changes of whole batches, in any order: at most one per record key
//! 2 checkpoint start  from here on the live records follow; what lies before is superseded at the end
//! 3 checkpoint part   some of them
//! 4 checkpoint end    records u64: how many there were
//! change     = 1 ‖ tree u8 ‖ bytes8(record key) ‖ bytes32(sealed value)        put
//!            | 2 ‖ tree u8 ‖ bytes8(record key)                                delete
//! ```

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;

use crate::record::Tree;

const WRITES: u8 = 1;
const START: u8 = 2;
const PART: u8 = 3;
const END: u8 = 4;
const PUT: u8 = 1;
const DELETE: u8 = 2;

/// Bytes of a put besides its record key and its value.
pub(crate) const PUT_OVERHEAD: u64 = 7;

/// The place of a record in the index: `tree u8 ‖ record key`.
pub(crate) type Place = Vec<u8>;

/// Changes by place: a sealed value, or nothing where the record is gone.
pub(crate) type Changes = BTreeMap<Place, Option<Vec<u8>>>;

/// The content of one journal record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operations {
    Writes(Changes),
    Start,
    Part(Changes),
    End { records: u64 },
}

/// `tree u8 ‖ record key`.
pub(crate) fn place(tree: Tree, key: &[u8]) -> Place {
    let mut place = Vec::with_capacity(1 + key.len());
    place.push(tree.id());
    place.extend_from_slice(key);
    place
}

/// The tree and the record key of a place.
pub(crate) fn split(place: &[u8]) -> Option<(Tree, &[u8])> {
    let (tree, key) = place.split_first()?;
    Some((Tree::from_id(*tree)?, key))
}

impl Operations {
    /// Takes the changes out, to apply them; none in a start or an end.
    pub(crate) fn take_changes(&mut self) -> Changes {
        match self {
            Self::Writes(changes) | Self::Part(changes) => std::mem::take(changes),
            Self::Start | Self::End { .. } => Changes::new(),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self {
            Self::Writes(changes) => encode_changes(writer.u8(WRITES), changes),
            Self::Start => {
                writer.u8(START);
            }
            Self::Part(changes) => encode_changes(writer.u8(PART), changes),
            Self::End { records } => {
                writer.u8(END).u64(*records);
            }
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| match reader.u8()? {
            WRITES => Ok(Self::Writes(decode_changes(reader)?)),
            START => Ok(Self::Start),
            PART => Ok(Self::Part(decode_changes(reader)?)),
            END => Ok(Self::End { records: reader.u64()? }),
            _ => Err(DecodeError::Version),
        })
    }
}

fn encode_changes(writer: &mut Writer, changes: &Changes) {
    for (place, value) in changes {
        let (tree, key) = place.split_first().unwrap_or((&0, &[]));
        writer.u8(if value.is_some() { PUT } else { DELETE }).u8(*tree).bytes8(key);
        if let Some(value) = value {
            writer.bytes32(value);
        }
    }
}

fn decode_changes(reader: &mut Reader<'_>) -> Result<Changes, DecodeError> {
    let mut changes = Changes::new();
    while !reader.rest().is_empty() {
        let kind = reader.u8()?;
        let tree = Tree::from_id(reader.u8()?).ok_or(DecodeError::Range)?;
        let place = place(tree, reader.bytes8()?);
        let value = match kind {
            PUT => Some(reader.bytes32()?.to_vec()),
            DELETE => None,
            _ => return Err(DecodeError::Version),
        };
        changes.insert(place, value);
    }
    Ok(changes)
}
