//! The simulator's store: records in a map, without a disk.

use std::collections::BTreeMap;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::record::{Batch, Entry, Key, Order, Read, ReadError, Tree, Write};

/// Records in memory, for simulations of the core. A batch is durable when it is applied; cloning the value before
/// and going on from the clone is how a simulation loses power.
#[derive(Clone, Default)]
pub struct MemoryRecords(BTreeMap<(Tree, Key), Zeroizing<Vec<u8>>>);

impl std::fmt::Debug for MemoryRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemoryRecords({} records)", self.0.len())
    }
}

impl MemoryRecords {
    /// Without records.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Applies every change of a batch, in order.
    pub fn apply(&mut self, batch: &Batch) {
        for write in batch {
            match write {
                Write::Put { tree, key, value } => {
                    self.0.insert((*tree, key.clone()), value.clone());
                }
                Write::Delete { tree, key } => {
                    self.0.remove(&(*tree, key.clone()));
                }
            }
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every record, in order of tree and key.
    pub fn iter(&self) -> impl Iterator<Item = (Tree, &Key, &[u8])> {
        self.0.iter().map(|((tree, key), value)| (*tree, key, value.as_slice()))
    }
}

impl Read for MemoryRecords {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        Ok(self.0.get(&(tree, key.clone())).cloned())
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let from = (tree, Key::ordered(*group, range.start));
        let to = (tree, Key::ordered(*group, range.end));
        let found = self.0.range(from..to).filter_map(|((_, key), value)| match key {
            Key::Ordered { seq, .. } => Some((*seq, value.clone())),
            Key::Named(_) => None,
        });
        Ok(match order {
            Order::Ascending => found.take(limit).collect(),
            Order::Descending => found.rev().take(limit).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_changes_win_and_scans_keep_to_their_group_and_range() {
        let (a, b) = ([1; 16], [2; 16]);
        let mut batch = Batch::new();
        for seq in 0..10 {
            batch.put(Tree::History, Key::ordered(a, seq), vec![1, seq as u8]);
            batch.put(Tree::History, Key::ordered(b, seq), vec![2, seq as u8]);
            batch.put(Tree::Outbox, Key::ordered(a, seq), vec![3, seq as u8]);
        }
        batch.put(Tree::History, Key::named(*b"name"), vec![9]);
        batch.delete(Tree::History, Key::ordered(a, 4));
        batch.put(Tree::History, Key::ordered(a, 5), vec![5, 5]);
        let mut records = MemoryRecords::new();
        records.apply(&batch);

        let numbers = |order, range: Range<u64>, limit| -> Vec<u64> {
            let found = records.scan(Tree::History, &a, range, order, limit).unwrap();
            found.into_iter().map(|(seq, _)| seq).collect()
        };
        assert_eq!(numbers(Order::Ascending, 2..7, 10), [2, 3, 5, 6]);
        assert_eq!(numbers(Order::Descending, 0..u64::MAX, 3), [9, 8, 7]);
        assert!(numbers(Order::Ascending, 7..7, 3).is_empty());
        assert_eq!(records.get(Tree::History, &Key::ordered(a, 5)).unwrap().unwrap().as_slice(), [5, 5]);
        assert!(records.get(Tree::History, &Key::ordered(a, 4)).unwrap().is_none());
        assert!(records.get(Tree::Settings, &Key::named(*b"name")).unwrap().is_none());
    }

    #[test]
    fn debug_shows_no_content() {
        let mut batch = Batch::new();
        batch.put(Tree::History, Key::named(*b"secret name"), b"secret content".to_vec());
        let shown = format!("{batch:?}");
        assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    }
}
