//! Writes that were staged and are not in the index yet: reads look here first, so the core sees its own writes at
//! once and before they are durable.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::record::{Key, Tree, Write};

/// A value shared by the overlay and the queue; nothing where the record is deleted.
pub(crate) type Value = Option<Arc<Zeroizing<Vec<u8>>>>;

/// A write on its way.
#[derive(Debug, Clone)]
pub(crate) struct Staged {
    pub(crate) tree: Tree,
    pub(crate) key: Key,
    pub(crate) value: Value,
}

impl From<Write> for Staged {
    fn from(write: Write) -> Self {
        match write {
            Write::Put { tree, key, value } => Self { tree, key, value: Some(Arc::new(value)) },
            Write::Delete { tree, key } => Self { tree, key, value: None },
        }
    }
}

impl Staged {
    /// Bytes of the key and the value.
    pub(crate) fn size(&self) -> usize {
        let key = match &self.key {
            Key::Named(name) => name.len(),
            Key::Ordered { .. } => 24,
        };
        key.saturating_add(self.value.as_ref().map_or(0, |value| value.len()))
    }
}

/// The newest staged write of each record, with the number of the batch it came in.
#[derive(Default)]
pub(crate) struct Overlay(BTreeMap<(Tree, Key), (u64, Value)>);

impl Overlay {
    pub(crate) fn stage(&mut self, batch: u64, writes: &[Staged]) {
        for write in writes {
            self.0.insert((write.tree, write.key.clone()), (batch, write.value.clone()));
        }
    }

    /// Nothing if no write of this record is staged.
    pub(crate) fn get(&self, tree: Tree, key: &Key) -> Option<Value> {
        self.0.get(&(tree, key.clone())).map(|(_, value)| value.clone())
    }

    /// The staged writes of a group.
    pub(crate) fn range(&self, tree: Tree, group: &[u8; 16], range: &Range<u64>) -> BTreeMap<u64, Value> {
        if range.is_empty() {
            return BTreeMap::new();
        }
        let from = (tree, Key::ordered(*group, range.start));
        let to = (tree, Key::ordered(*group, range.end));
        let found = self.0.range(from..to).filter_map(|((_, key), (_, value))| match key {
            Key::Ordered { seq, .. } => Some((*seq, value.clone())),
            Key::Named(_) => None,
        });
        found.collect()
    }

    /// Forgets writes that the index has, unless a later batch wrote the record again.
    pub(crate) fn applied(&mut self, batch: u64, keys: &[(Tree, Key)]) {
        for key in keys {
            if self.0.get(key).is_some_and(|(staged, _)| *staged <= batch) {
                self.0.remove(key);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
