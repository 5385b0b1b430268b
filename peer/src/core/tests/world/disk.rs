//! A disk that loses power: what is durable, and what the store shows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::core::input::Token;
use crate::record::{Batch, Entry, Key, MemoryRecords, Order, Read, ReadError, Tree};

/// A disk: what is durable, and what the store shows.
#[derive(Default)]
pub(in crate::core::tests) struct Disk {
    pub(super) durable: MemoryRecords,
    pub(super) shown: MemoryRecords,
    pub(super) staged: VecDeque<(Token, Batch)>,
    /// There is no room: every write fails.
    pub(super) full: bool,
}

#[derive(Clone)]
pub(in crate::core::tests) struct Shown(pub(super) Rc<RefCell<Disk>>);

impl Read for Shown {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        self.0.borrow().shown.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.0.borrow().shown.scan(tree, group, range, order, limit)
    }
}
