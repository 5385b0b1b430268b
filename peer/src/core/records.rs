//! Reading and writing the core's records: protobuf inside, one reader that sees what the step itself has staged.

use std::ops::Range;

use conclave_proto::ErrorCode;
use prost::Message;
use zeroize::Zeroizing;

use super::Core;
use super::gate::{Staged, Step};
use crate::model::Failure;
use crate::record::{Entry, Key, Order, Read, ReadError, Tree};

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(ErrorCode::StoreDamaged).with("reason", error.to_string())
    }
}

/// A record that does not parse.
pub(super) fn damaged() -> Failure {
    ReadError::Damaged.into()
}

impl<R: Read> Core<R> {
    /// The bytes of a record.
    pub(super) fn get(
        &self,
        step: &Staged,
        tree: Tree,
        key: &Key,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        match step.record(tree, key) {
            Some(staged) => Ok(staged.cloned()),
            None => Ok(self.records.get(tree, key)?),
        }
    }

    /// A record as the message it holds.
    pub(super) fn load<M: Message + Default>(
        &self,
        step: &Staged,
        tree: Tree,
        key: &Key,
    ) -> Result<Option<M>, Failure> {
        self.get(step, tree, key)?.map(|bytes| parse(&bytes)).transpose()
    }

    /// Entries of an ordered group, with what the step has staged laid over them.
    pub(super) fn scan(
        &self,
        step: &Staged,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let mut staged = step.group(tree, group).filter(|(seq, _)| range.contains(seq)).peekable();
        if staged.peek().is_none() {
            return Ok(self.records.scan(tree, group, range, order, limit)?);
        }
        let over: std::collections::BTreeMap<u64, Option<&Zeroizing<Vec<u8>>>> = staged.collect();
        let found = self.records.scan(tree, group, range, order, limit.saturating_add(over.len()))?;
        let mut all: Vec<Entry> = found.into_iter().filter(|(seq, _)| !over.contains_key(seq)).collect();
        all.extend(over.into_iter().filter_map(|(seq, value)| value.map(|value| (seq, value.clone()))));
        match order {
            Order::Ascending => all.sort_by_key(|(seq, _)| *seq),
            Order::Descending => all.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq)),
        }
        all.truncate(limit);
        Ok(all)
    }
}

impl Step<'_> {
    /// Stages a message as a record.
    pub(super) fn save(&mut self, tree: Tree, key: Key, message: &impl Message) {
        self.put(tree, key, Zeroizing::new(message.encode_to_vec()));
    }
}

/// A record's bytes as the message they hold.
pub(super) fn parse<M: Message + Default>(bytes: &[u8]) -> Result<M, Failure> {
    M::decode(bytes).map_err(|_| damaged())
}

/// A name made of a letter and ids.
pub(super) fn name(letter: u8, parts: &[&[u8]]) -> Key {
    let mut name = vec![letter];
    for part in parts {
        name.extend_from_slice(part);
    }
    Key::Named(name)
}
