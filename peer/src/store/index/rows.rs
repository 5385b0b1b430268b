//! The rows of one database together with the account of them: what is read was counted first.

use std::ops::Range;
use std::path::Path;

use super::database::Database;
use super::leaves::{Divider, Leaves, Sum};
use super::tally::{Stated, Tally};
use super::{Rebuilt, Unusable};
use crate::record::Order;
use crate::store::journal::Position;
use crate::store::operations::Changes;
use crate::store::sealing::Sealing;

/// A database with its leaves and tally.
pub(super) struct Rows {
    pub(super) database: Database,
    leaves: Leaves,
    tally: Tally,
}

/// Changes with what stood in their places before.
pub(super) struct Replaced<'a> {
    pub(super) changes: &'a Changes,
    pub(super) olds: Vec<Option<Vec<u8>>>,
}

impl Rows {
    /// An empty database.
    pub(super) fn create(root: &Path, generation: u64, cache: u64) -> Result<Self, Unusable> {
        let database = Database::create(root, generation, cache)?;
        Ok(Self { database, leaves: Leaves::new(), tally: Tally::default() })
    }

    /// Takes a database whose leaves are there; their rows are counted later, when they are read.
    pub(super) fn load(database: Database, sealing: &Sealing) -> Result<(Self, Position), Rebuilt> {
        let checked = (|| {
            let row = database.position().map_err(|_| Rebuilt::Unreadable)?.ok_or(Rebuilt::Missing)?;
            let stated = Stated::open(&row, sealing).ok_or(Rebuilt::Unreadable)?;
            let leaves = Leaves::read(sealing, stated.written, stated.total, |place| database.get(place));
            let leaves = leaves.map_err(|_| Rebuilt::Unreadable)?.ok_or(Rebuilt::Short)?;
            Ok((leaves, stated.tally, stated.position))
        })();
        match checked {
            Ok((leaves, tally, position)) => Ok((Self { database, leaves, tally }, position)),
            Err(why) => {
                database.abandon();
                Err(why)
            }
        }
    }

    /// Records and bytes of all trees.
    pub(super) fn live(&self) -> (u64, u64) {
        self.tally.total()
    }

    /// The value at a place.
    pub(super) fn get(&self, place: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        self.count_around(place)?;
        self.database.get(place)
    }

    /// Visits the rows of a range in order, until the visitor returns false.
    pub(super) fn range(
        &self,
        range: Range<Vec<u8>>,
        order: Order,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), Unusable> {
        let Range { mut start, mut end } = range;
        let mut wanted = true;
        while wanted && start < end {
            // The stretch at the end that comes next; `end` itself is not in the range.
            let at = match order {
                Order::Ascending => start.clone(),
                Order::Descending => before(&end),
            };
            let (stretch, counted) = self.leaves.around(&at);
            if !counted {
                self.count(&stretch)?;
            }
            let (from, to) = (start.clone().max(stretch.start), end.clone().min(stretch.end));
            let mut each = |place: &[u8], value: &[u8]| {
                wanted = visit(place, value);
                wanted
            };
            self.database.range(from.clone()..to.clone(), order, &mut each)?;
            match order {
                Order::Ascending => start = to,
                Order::Descending => end = from,
            }
        }
        Ok(())
    }

    /// Counts one stretch that was not counted yet, at or after a place; the place to go on from, or nothing when
    /// there is none left behind it.
    pub(super) fn count_next(&self, from: &[u8]) -> Result<Option<Vec<u8>>, Unusable> {
        let Some(first) = self.leaves.uncounted(from) else { return Ok(None) };
        let (stretch, _) = self.leaves.around(&first);
        self.count(&stretch)?;
        Ok(Some(stretch.end))
    }

    /// What stands in the places of changes.
    pub(super) fn replaced<'a>(&self, changes: &'a Changes) -> Result<Replaced<'a>, Unusable> {
        let olds = changes.keys().map(|place| self.database.get(place)).collect::<Result<_, _>>()?;
        Ok(Replaced { changes, olds })
    }

    /// Applies changes, and the position they lead to if there is one, in one atomic step. After an error the rows
    /// are not to be used any more.
    pub(super) fn apply(
        &mut self,
        sealing: &Sealing,
        sets: &[Replaced<'_>],
        position: Option<Position>,
        whole: bool,
    ) -> Result<(), Unusable> {
        for Replaced { changes, olds } in sets {
            for ((place, new), old) in changes.iter().zip(olds) {
                self.tally.change(place, old.as_deref(), new.as_deref());
                if old.is_some() || new.is_some() {
                    self.leaves.change(place, old.as_deref(), new.as_deref());
                }
            }
        }
        let mut own = Vec::new();
        if let Some(position) = position {
            own = self.leaves.rows(sealing, whole);
            let stated = Stated {
                position,
                tally: self.tally.clone(),
                total: self.leaves.total(),
                written: self.leaves.written().clone(),
            };
            own.push((Database::POSITION.to_vec(), Some(stated.seal(sealing))));
        }
        let changes = sets.iter().flat_map(|set| set.changes);
        let own = own.iter().map(|(place, value)| (place, value));
        self.database.apply(changes.chain(own))?;
        self.divide()
    }

    /// Divides leaves that have become large.
    fn divide(&mut self) -> Result<(), Unusable> {
        while let Some(stretch) = self.leaves.next_large() {
            let mut divider = Divider::default();
            self.database.range(stretch.clone(), Order::Ascending, &mut |place, value| {
                divider.add(place, value);
                true
            })?;
            self.leaves.divide(&stretch.start, divider.parts)?;
        }
        Ok(())
    }

    fn count_around(&self, place: &[u8]) -> Result<(), Unusable> {
        if self.leaves.is_counted(place) {
            return Ok(());
        }
        let (stretch, _) = self.leaves.around(place);
        self.count(&stretch)
    }

    fn count(&self, stretch: &Range<Vec<u8>>) -> Result<(), Unusable> {
        let mut sum = Sum::default();
        self.database.range(stretch.clone(), Order::Ascending, &mut |_, value| {
            sum.add(value);
            true
        })?;
        self.leaves.compare(&stretch.start, sum)
    }
}

/// A place between every place below `end` and `end` itself, as far as stretches are concerned: no stretch begins
/// there, since places that begin stretches are those of rows, and no row's place is this long.
fn before(end: &[u8]) -> Vec<u8> {
    let mut place = end.to_vec();
    if let Some(last) = place.pop()
        && last > 0
    {
        place.push(last - 1);
        place.resize(place.len() + 64, 0xff);
    }
    place
}
