//! The schema of the records, and how a profile of an earlier release comes to this one (FEATURES C39, BARS F20).
//!
//! ```text
//! journal/head names the schema ── newer than this program's ──► refused (E-STORE-4), nothing is touched
//!                               └─ older ──► one migration after the other over every record, then the new number
//! ```
//!
//! What is derived (the index and its search) needs no migration: a version that is not known is made anew. A
//! migration looks at one record at a time and is harmless when done twice, so a crash in the middle costs nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use zeroize::Zeroizing;

use super::error::StoreError;
use super::index::{Index, Row};
use super::journal::Journal;
use super::operations::{Changes, Operations, Place, split};
use super::sealing::Sealing;
use crate::record::{Entry, Key, Order, Read, ReadError, Tree};
use crate::search::{Documents, nothing};

/// Bytes of records looked at before what they become is written.
const AT_ONCE: usize = 1024 * 1024;

/// One step from a schema to the next: what a record becomes, or nothing if it stays.
pub type Migration = fn(&dyn Read, Tree, &[u8]) -> Option<Zeroizing<Vec<u8>>>;

/// What the store must know of the records that others keep in it.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What of them can be found.
    pub documents: Documents,
    /// The step from schema 1 to 2 at the front.
    pub migrations: &'static [Migration],
}

impl Format {
    /// Records that never changed and are not searched.
    pub const PLAIN: Self = Self { documents: nothing, migrations: &[] };

    /// The schema that this program writes.
    pub(super) fn schema(&self) -> u32 {
        u32::try_from(self.migrations.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// Brings records from a schema to this program's. The index must have everything that the journal has.
pub(super) fn migrate(
    format: &Format,
    from: u32,
    index: &Index,
    sealing: &Sealing,
    journal: &mut Journal,
) -> Result<(), StoreError> {
    let doing = || StoreError::io("bringing the records up to date");
    let done = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
    for migration in format.migrations.iter().skip(done) {
        let mut next = Some(Place::new());
        while let Some(start) = next {
            let (rows, end) = index.page(&start, AT_ONCE).map_err(|_| StoreError::Index)?;
            let reader = Reader { index, sealing };
            let mut changes = Changes::new();
            for (place, sealed) in rows {
                let Some((tree, key)) = split(&place) else { continue };
                // What does not open is found damaged when it is read, not here.
                let Ok(open) = sealing.open(tree, key, &sealed) else { continue };
                if let Some(new) = migration(&reader, tree, &open) {
                    let sealed = sealing.seal(tree, key, &new);
                    changes.insert(place, Some(sealed));
                }
            }
            if !changes.is_empty() {
                let mut operations = Operations::Writes(changes);
                journal.append(&operations).map_err(doing())?;
                let position = journal.sync().map_err(doing())?;
                index.apply(&operations.take_changes(), position)?;
            }
            next = end;
        }
    }
    Ok(())
}

/// Reading before the store has its threads.
struct Reader<'a> {
    index: &'a Index,
    sealing: &'a Sealing,
}

impl Read for Reader<'_> {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        let key = self.sealing.record_key(tree, key);
        let sealed = self.index.get(tree, &key).map_err(|_| ReadError::Unavailable)?;
        sealed
            .map(|sealed| self.sealing.open(tree, &key, &sealed).map_err(|_| ReadError::Damaged))
            .transpose()
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let prefix = self.sealing.prefix(tree, group);
        let rows = self.index.scan(tree, &prefix, &range, order, limit, &BTreeMap::new());
        let mut found = Vec::new();
        for row in rows.map_err(|_| ReadError::Unavailable)? {
            let Row::Sealed(seq, sealed) = row else { continue };
            let key = self.sealing.record_key(tree, &Key::ordered(*group, seq));
            let open = self.sealing.open(tree, &key, &sealed).map_err(|_| ReadError::Damaged)?;
            found.push((seq, open));
        }
        Ok(found)
    }
}
