//! What the index holds at one moment, and how changes come in: rows, search and position in one atomic step.

use super::checkpoint::Fresh;
use super::database::Database;
use super::rows::Rows;
use super::search::Search;
use super::{Rebuilt, Unusable};
use crate::search::Documents;
use crate::store::journal::Position;
use crate::store::operations::Changes;
use crate::store::sealing::Sealing;

/// One database in use, and the one that a checkpoint fills beside it.
pub(super) struct State {
    /// Nothing after it failed or was closed.
    pub(super) rows: Option<Rows>,
    pub(super) search: Search,
    pub(super) generation: u64,
    pub(super) position: Position,
    pub(super) fresh: Option<Fresh>,
    /// The profile is given back: nothing more may be made in its folder.
    pub(super) closed: bool,
}

impl State {
    /// An empty database.
    pub(super) const fn empty(rows: Rows, generation: u64, documents: Documents) -> Self {
        Self {
            rows: Some(rows),
            search: Search::new(documents),
            generation,
            position: Position::START,
            fresh: None,
            closed: false,
        }
    }

    /// Takes a database that is whole as far as can be told without reading all of it.
    pub(super) fn load(
        database: Result<Database, Unusable>,
        generation: u64,
        sealing: &Sealing,
        documents: Documents,
    ) -> Result<Self, Rebuilt> {
        let (rows, position) = Rows::load(database.map_err(|_| Rebuilt::Unreadable)?, sealing)?;
        match Search::load(documents, &rows, sealing) {
            Ok(search) => {
                Ok(Self { rows: Some(rows), search, generation, position, fresh: None, closed: false })
            }
            Err(Unusable) => {
                rows.database.abandon();
                Err(Rebuilt::Short)
            }
        }
    }

    pub(super) fn rows(&self) -> Result<&Rows, Unusable> {
        self.rows.as_ref().ok_or(Unusable)
    }

    /// Applies changes and what they mean for the search, with the position they lead to.
    pub(super) fn apply(
        &mut self,
        sealing: &Sealing,
        changes: &Changes,
        position: Position,
    ) -> Result<(), Unusable> {
        let rows = self.rows.as_mut().ok_or(Unusable)?;
        let records = rows.replaced(changes)?;
        let updates = self.search.updates(sealing, changes, &records.olds)?;
        let searched = self.search.update(rows, sealing, updates)?;
        let derived = rows.replaced(&searched)?;
        if let Some(fresh) = &mut self.fresh {
            // A database being filled that fails is given up, and the checkpoint with it.
            if fresh.follow(sealing, changes).and_then(|()| fresh.follow(sealing, &searched)).is_err() {
                self.fresh = None;
            }
        }
        rows.apply(sealing, &[records, derived], Some(position), false)?;
        self.position = position;
        Ok(())
    }
}
