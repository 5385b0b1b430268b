//! The Merkle tree over the leaves (RFC 6962 §2.1), SHA-256.
//!
//! ```text
//! leaf hash = SHA-256(0x00 ‖ leaf)     node = SHA-256(0x01 ‖ left ‖ right)     empty tree = SHA-256("")
//! level k holds the roots of all complete subtrees of 2^k leaves:
//!   level 2   [    abcd    ]
//!   level 1   [ ab ] [ cd ] [ ef ]
//!   level 0   a  b   c  d   e  f  g         root of the first 7 = node(abcd, node(ef, g))
//! ```
//!
//! Appending costs O(log n) at worst, O(1) on average; the root of any prefix costs O(log n).

use crate::primitives::sha256;

/// Hash of one leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> [u8; 32] {
    sha256(&[&[0], leaf])
}

fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left, right])
}

/// A growing tree; about 64 bytes per leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merkle {
    levels: Vec<Vec<[u8; 32]>>,
}

impl Merkle {
    /// The empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Appends a leaf.
    pub fn append(&mut self, leaf: &[u8]) {
        let mut hash = leaf_hash(leaf);
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.push(hash);
            match nodes.as_slice() {
                [pairs @ .., left, right] if pairs.len() % 2 == 0 => hash = node_hash(left, right),
                _ => return,
            }
            level += 1;
        }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Root of the whole tree.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.root_at(self.size()).unwrap_or_else(|| sha256(&[]))
    }

    /// Root of the first `size` leaves; none if there are fewer.
    #[must_use]
    pub fn root_at(&self, size: usize) -> Option<[u8; 32]> {
        if size > self.size() {
            return None;
        }
        // The complete subtrees of a prefix are the set bits of its size; joined from the smallest, the last.
        let mut root: Option<[u8; 32]> = None;
        for (level, nodes) in self.levels.iter().enumerate() {
            let width = size >> level;
            if width % 2 == 1 {
                let left = nodes.get(width - 1)?;
                root = Some(root.map_or(*left, |right| node_hash(left, &right)));
            }
        }
        Some(root.unwrap_or_else(|| sha256(&[])))
    }

    /// Forgets all but the first `size` leaves.
    pub fn truncate(&mut self, size: usize) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(size >> level);
        }
        self.levels.retain(|nodes| !nodes.is_empty());
    }
}
