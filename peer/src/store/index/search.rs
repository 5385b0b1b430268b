//! The search index: which messages hold which term, sealed like everything else (DESIGN §5, FEATURES M31).
//!
//! ```text
//! arrivals      n                     -> record key of a message that is in no part yet, in order of arrival
//! parts         part                  -> how many messages, between which times
//! documents     part                  -> record key, time kept, time written of up to 4,096 messages
//! postings      bucket ‖ part         -> term -> numbers of messages; a bucket holds what begins with one of some
//!                                        characters, chosen by a keyed hash
//! row = place 0x80 ‖ ordered key of tree 7, value sealed under tree 7
//! ```
//!
//! It is derived from the records of tree `history`: every change of a message's record changes it in the same atomic
//! batch, so edits, deletions and expiry need nothing else, and a rebuild of the index makes it anew. Terms lie inside
//! sealed rows only; what the disk shows is how many messages there are and how large the buckets of each part are,
//! not how often any word occurs. The newest messages, at most one part of them, are indexed in memory.

mod lookup;
mod part;
mod postings;
mod recent;
mod varint;

use std::collections::BTreeMap;

use super::Unusable;
use super::rows::Rows;
use crate::record::{Key, Tree};
use crate::search::{Document, Documents, terms};
use crate::store::operations::{Changes, Place, place, split};
use crate::store::sealing::Sealing;
use part::{Doc, Part, Summary};
use recent::Recent;

/// No tree has this id: the rows of the search.
const OWN: u8 = 0x80;
/// Where they begin.
pub(super) const BEGIN: [u8; 1] = [OWN];
/// Messages in a part. Tests have few messages, and want many parts.
const PART: usize = if cfg!(test) { 256 } else { 4096 };

const ARRIVALS: [u8; 16] = *b"search arrivals ";
const PARTS: [u8; 16] = *b"search parts    ";
const DOCUMENTS: [u8; 16] = *b"search documents";
const POSTINGS: [u8; 16] = *b"search postings ";

/// The key of a message's record: a group and a number.
type RecordKey = [u8; 24];

/// The search index of one database.
pub(super) struct Search {
    documents: Documents,
    parts: BTreeMap<u32, Summary>,
    /// Numbers of the arrivals that are in no part yet.
    arrivals: std::ops::Range<u64>,
    /// Their terms; read when they are first needed.
    recent: Option<Recent>,
}

/// A change of a message's record.
pub(super) struct Update {
    key: RecordKey,
    old: Option<Document>,
    new: Option<Document>,
}

impl Search {
    pub(super) const fn new(documents: Documents) -> Self {
        Self { documents, parts: BTreeMap::new(), arrivals: 0..0, recent: None }
    }

    /// Reads what is needed to go on: the summaries of the parts and the numbers of the arrivals.
    pub(super) fn load(documents: Documents, rows: &Rows, sealing: &Sealing) -> Result<Self, Unusable> {
        let mut search = Self::new(documents);
        let mut damaged = false;
        each(rows, sealing, PARTS, &mut |number, opened| match (
            u32::try_from(number),
            Summary::decode(opened),
        ) {
            (Ok(number), Some(summary)) => drop(search.parts.insert(number, summary)),
            _ => damaged = true,
        })?;
        let mut numbers: Option<(u64, u64)> = None;
        each(rows, sealing, ARRIVALS, &mut |number, _| {
            let first = numbers.map_or(number, |(first, _)| first);
            numbers = Some((first, number.saturating_add(1)));
        })?;
        search.arrivals = numbers.map_or(0..0, |(first, end)| first..end);
        if damaged { Err(Unusable) } else { Ok(search) }
    }

    /// What a change of rows means for the search; nothing if no message is among them.
    pub(super) fn updates(
        &self,
        sealing: &Sealing,
        changes: &Changes,
        olds: &[Option<Vec<u8>>],
    ) -> Result<Vec<Update>, Unusable> {
        let mut updates = Vec::new();
        for ((place, new), old) in changes.iter().zip(olds) {
            let Some((Tree::History, key)) = split(place) else { continue };
            let Ok(key) = RecordKey::try_from(key) else { continue };
            let document = |sealed: &Option<Vec<u8>>| -> Result<Option<Document>, Unusable> {
                let Some(sealed) = sealed else { return Ok(None) };
                let opened = sealing.open(Tree::History, &key, sealed).map_err(|_| Unusable)?;
                Ok((self.documents)(Tree::History, &opened))
            };
            // An old record that does not open is known to no search either.
            let (old, new) = (document(old).unwrap_or_default(), document(new)?);
            if old != new {
                updates.push(Update { key, old, new });
            }
        }
        Ok(updates)
    }

    /// Takes updates in and says which rows change with them. `rows` is as it was before the updates.
    pub(super) fn update(
        &mut self,
        rows: &Rows,
        sealing: &Sealing,
        updates: Vec<Update>,
    ) -> Result<Changes, Unusable> {
        let mut out = Changes::new();
        let (changed, arrived): (Vec<Update>, Vec<Update>) =
            updates.into_iter().partition(|update| update.old.is_some());
        // What is there already comes first: its rows are on disk, and those of arrivals are not.
        let mut open: BTreeMap<u32, Part> = BTreeMap::new();
        for Update { key, old, new } in changed {
            let Some(old) = old else { continue };
            self.warm(rows, sealing)?;
            let recent = self.recent.as_mut().ok_or(Unusable)?;
            if let Some(number) = recent.number_of(&key) {
                recent.replace(number, &key, &old, new.as_ref());
                if new.is_none() {
                    out.insert(own(sealing, ARRIVALS, self.arrivals.start + u64::from(number)), None);
                }
            } else {
                self.replace_in_part(rows, sealing, &key, &old, new.as_ref(), &mut open)?;
            }
        }
        for (number, part) in open {
            match part.write(sealing, number, &mut out) {
                Some(summary) => drop(self.parts.insert(number, summary)),
                None => drop(self.parts.remove(&number)),
            }
        }
        let waiting = self.arrivals.end - self.arrivals.start;
        if waiting == 0 {
            self.recent.get_or_insert_default();
        } else if waiting + arrived.len() as u64 >= PART as u64 {
            self.warm(rows, sealing)?;
        }
        for Update { key, new, .. } in arrived {
            if let Some(new) = new {
                self.arrive(sealing, key, &new, &mut out);
            }
        }
        Ok(out)
    }

    /// Reads the recent messages, if that was not done yet.
    pub(super) fn warm(&mut self, rows: &Rows, sealing: &Sealing) -> Result<(), Unusable> {
        if self.recent.is_some() {
            return Ok(());
        }
        let mut recent = Recent::default();
        let mut keys: BTreeMap<u64, RecordKey> = BTreeMap::new();
        each(rows, sealing, ARRIVALS, &mut |number, opened| {
            keys.extend(RecordKey::try_from(opened).ok().map(|key| (number, key)));
        })?;
        for number in self.arrivals.clone() {
            let found = keys.get(&number).map(|key| -> Result<_, Unusable> {
                let Some(sealed) = rows.get(&place(Tree::History, key))? else { return Ok(None) };
                let opened = sealing.open(Tree::History, key, &sealed).map_err(|_| Unusable)?;
                Ok((self.documents)(Tree::History, &opened).map(|document| (*key, document)))
            });
            recent.push(found.transpose()?.flatten().as_ref().map(|(key, document)| (key, document)));
        }
        self.recent = Some(recent);
        Ok(())
    }

    /// Whether [`Self::warm`] was done.
    pub(super) const fn is_warm(&self) -> bool {
        self.recent.is_some()
    }

    fn arrive(&mut self, sealing: &Sealing, key: RecordKey, document: &Document, out: &mut Changes) {
        let row = own(sealing, ARRIVALS, self.arrivals.end);
        self.arrivals.end += 1;
        let sealed = seal(sealing, &row, &key);
        out.insert(row, Some(sealed));
        if let Some(recent) = &mut self.recent {
            recent.push(Some((&key, document)));
            if recent.len() >= PART {
                self.close_part(sealing, out);
            }
        }
    }

    /// The recent messages become a part.
    fn close_part(&mut self, sealing: &Sealing, out: &mut Changes) {
        let Some(recent) = self.recent.replace(Recent::default()) else { return };
        let number = self.parts.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
        if let Some(summary) = recent.into_part().write(sealing, number, out) {
            self.parts.insert(number, summary);
        }
        for arrival in self.arrivals.clone() {
            out.insert(own(sealing, ARRIVALS, arrival), None);
        }
        self.arrivals.start = self.arrivals.end;
    }

    fn replace_in_part(
        &self,
        rows: &Rows,
        sealing: &Sealing,
        key: &RecordKey,
        old: &Document,
        new: Option<&Document>,
        open: &mut BTreeMap<u32, Part>,
    ) -> Result<(), Unusable> {
        let around = self.parts.iter().filter(|(_, part)| part.oldest <= old.at && old.at <= part.newest);
        for number in around.map(|(number, _)| *number) {
            let part = match open.entry(number) {
                std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(Part::read(rows, sealing, number)?)
                }
            };
            let Some(doc) = part.number_of(key) else { continue };
            for term in terms(old) {
                part.bucket(rows, sealing, number, &term)?.remove(&term, doc);
            }
            part.set(doc, new.map(|new| Doc { key: *key, at: new.at, time: new.time }));
            for term in new.map(terms).unwrap_or_default() {
                part.bucket(rows, sealing, number, &term)?.add(term, doc);
            }
            return Ok(());
        }
        // A record whose old content could not be read when it came in: as good as new.
        Ok(())
    }
}

/// The bucket of a term: by a keyed hash of its first character, so that beginnings of words stay together.
fn bucket_of(sealing: &Sealing, term: &[u8]) -> u8 {
    /// Buckets: most letters have their own.
    const BUCKETS: u8 = 64;
    let width = match term.first() {
        Some(0xf0..) => 4,
        Some(0xe0..) => 3,
        Some(0xc0..) => 2,
        _ => 1,
    };
    sealing.search_bucket(term.get(..width).unwrap_or(term)) % BUCKETS
}

/// The place of a row of the search.
fn own(sealing: &Sealing, group: [u8; 16], number: u64) -> Place {
    let mut place = vec![OWN];
    place.extend(sealing.record_key(Tree::Journal, &Key::ordered(group, number)));
    place
}

fn seal(sealing: &Sealing, place: &[u8], value: &[u8]) -> Vec<u8> {
    sealing.seal(Tree::Journal, place.get(1..).unwrap_or_default(), value)
}

/// The opened value of a row of the search.
fn read(
    rows: &Rows,
    sealing: &Sealing,
    group: [u8; 16],
    number: u64,
) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Unusable> {
    let place = own(sealing, group, number);
    let Some(sealed) = rows.get(&place)? else { return Ok(None) };
    let key = place.get(1..).unwrap_or_default();
    sealing.open(Tree::Journal, key, &sealed).map(Some).map_err(|_| Unusable)
}

/// Visits the opened rows of a group in order.
fn each(
    rows: &Rows,
    sealing: &Sealing,
    group: [u8; 16],
    visit: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), Unusable> {
    let range = own(sealing, group, 0)..own(sealing, group, u64::MAX);
    let mut damaged = false;
    rows.range(range, crate::record::Order::Ascending, &mut |place, sealed| {
        let key = place.get(1..).unwrap_or_default();
        match (key.last_chunk::<8>(), sealing.open(Tree::Journal, key, sealed)) {
            (Some(number), Ok(opened)) => visit(u64::from_be_bytes(*number), &opened),
            _ => damaged = true,
        }
        !damaged
    })?;
    if damaged { Err(Unusable) } else { Ok(()) }
}
