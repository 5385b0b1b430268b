//! Answering a query, newest first.
//!
//! ```text
//! parts by their newest message ─► those whose postings hold all terms ─► candidates, newest on top
//!                                                     └─ each is opened and matched itself ─► hits
//! ```
//!
//! A part is read only when nothing newer than its newest message is left, so a query for a common word ends after the
//! newest parts, and the order holds however the parts came about.

use std::collections::{BTreeMap, BinaryHeap};

use super::part::{Doc, Summary, posting, read_docs};
use super::postings::{Bitmap, find};
use super::recent::Recent;
use super::{POSTINGS, RecordKey, Search, bucket_of, read};
use crate::record::Tree;
use crate::search::{Cursor, Found, Hit, Lookup, Query};
use crate::store::index::Unusable;
use crate::store::index::rows::Rows;
use crate::store::operations::place;
use crate::store::sealing::Sealing;

/// Where a candidate stands in the order: by the time it was kept, then by its key.
type Rank = (u64, RecordKey);

impl Search {
    /// Up to `limit` hits after a place. The recent messages must have been read.
    pub(in crate::store::index) fn find(
        &self,
        rows: &Rows,
        sealing: &Sealing,
        query: &Query,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Found, Unusable> {
        let lookups = lookups(sealing, query);
        let after = after.map(|cursor| (cursor.at, cursor.key));
        let mut candidates: BinaryHeap<Rank> = BinaryHeap::new();
        let take = |candidates: &mut BinaryHeap<Rank>, docs: &[Option<Doc>], found: &Bitmap| {
            let found = found.numbers().filter_map(|number| docs.get(usize::from(number)).copied().flatten());
            let wanted = found.filter(|doc| query.covers(doc.time)).map(|doc| (doc.at, doc.key));
            candidates.extend(wanted.filter(|rank| after.is_none_or(|after| *rank < after)));
        };
        if let Some(recent) = &self.recent {
            take(&mut candidates, recent.docs(), &among(recent, &lookups));
        }
        let mut parts: Vec<(u32, Summary)> = self.parts.iter().map(|(n, part)| (*n, *part)).collect();
        parts.retain(|(_, part)| {
            query.may_cover(part.written_first, part.written_last)
                && after.is_none_or(|(at, _)| part.oldest <= at)
        });
        // The next one to read is the last of the list.
        parts.sort_unstable_by_key(|(number, part)| (part.newest, *number));

        let mut hits = Vec::new();
        let mut last: Option<Rank> = None;
        loop {
            while let Some((number, part)) = parts.last().copied() {
                if candidates.peek().is_some_and(|(at, _)| *at > part.newest) {
                    break;
                }
                parts.pop();
                let Some(found) = holding(rows, sealing, number, &part, &lookups)? else { continue };
                take(&mut candidates, &read_docs(rows, sealing, number)?, &found);
            }
            let Some(rank) = candidates.pop() else { return Ok(Found { hits, cursor: None }) };
            if last == Some(rank) {
                continue;
            }
            if let Some(hit) = self.judge(rows, sealing, query, rank)? {
                if hits.len() == limit {
                    let cursor = last.map(|(at, key)| Cursor { at, key });
                    return Ok(Found { hits, cursor });
                }
                hits.push(hit);
                last = Some(rank);
            }
        }
    }

    /// How many messages hold what a query of filters alone looks up. No message is opened: what the index has of a
    /// filter is exact. The recent messages must have been read.
    pub(in crate::store::index) fn count(
        &self,
        rows: &Rows,
        sealing: &Sealing,
        query: &Query,
    ) -> Result<u64, Unusable> {
        let lookups = lookups(sealing, query);
        let mut all = self.recent.as_ref().map_or(0, |recent| among(recent, &lookups).count());
        for (number, part) in &self.parts {
            let found = holding(rows, sealing, *number, part, &lookups)?;
            all = all.saturating_add(found.map_or(0, |found| found.count()));
        }
        Ok(all)
    }

    /// Opens a candidate and matches it.
    fn judge(
        &self,
        rows: &Rows,
        sealing: &Sealing,
        query: &Query,
        (at, key): Rank,
    ) -> Result<Option<Hit>, Unusable> {
        let Some(sealed) = rows.get(&place(Tree::History, &key))? else { return Ok(None) };
        let value = sealing.open(Tree::History, &key, &sealed).map_err(|_| Unusable)?;
        let Some(document) = (self.documents)(Tree::History, &value) else { return Ok(None) };
        let Some(ranges) = query.matches(&document) else { return Ok(None) };
        let seq = key.last_chunk().map_or(0, |seq| u64::from_be_bytes(*seq));
        Ok(Some(Hit { seq, place: Cursor { at, key }, value, ranges }))
    }
}

/// What a query looks up, each with its bucket.
fn lookups(sealing: &Sealing, query: &Query) -> Vec<(u8, Lookup)> {
    query.lookups().into_iter().map(|lookup| (bucket_of(sealing, &lookup.term), lookup)).collect()
}

/// The recent messages that hold every term.
fn among(recent: &Recent, lookups: &[(u8, Lookup)]) -> Bitmap {
    let mut found = Bitmap::all();
    for (_, Lookup { term, open }) in lookups {
        let mut holds = Bitmap::none();
        recent.find(term, *open, &mut holds);
        found.keep(&holds);
    }
    found
}

/// The messages of a part that hold every term; nothing if there is none.
fn holding(
    rows: &Rows,
    sealing: &Sealing,
    number: u32,
    part: &Summary,
    lookups: &[(u8, Lookup)],
) -> Result<Option<Bitmap>, Unusable> {
    if lookups.iter().any(|(bucket, _)| part.buckets >> bucket & 1 == 0) {
        return Ok(None);
    }
    let mut buckets: BTreeMap<u8, zeroize::Zeroizing<Vec<u8>>> = BTreeMap::new();
    let mut found = Bitmap::all();
    for (bucket, Lookup { term, open }) in lookups {
        if !buckets.contains_key(bucket) {
            // The summary says that it is there.
            let row = read(rows, sealing, POSTINGS, posting(*bucket, number))?.ok_or(Unusable)?;
            buckets.insert(*bucket, row);
        }
        let mut holds = Bitmap::none();
        find(buckets.get(bucket).map_or(&[], |row| row.as_slice()), term, *open, &mut holds)?;
        if !found.keep(&holds) {
            return Ok(None);
        }
    }
    Ok(Some(found))
}
