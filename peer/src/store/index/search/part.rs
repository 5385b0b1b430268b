//! A part of the search index: up to 4,096 messages and the terms they hold.
//!
//! ```text
//! summary   = messages u16 ‖ oldest u64 ‖ newest u64 ‖ written first u64 ‖ written last u64 ‖ buckets u64 (a bit each)
//! documents = groups list16<[16]> ‖ per message: group + 1 or 0 when gone ‖ seq ‖ kept − kept before ‖ written − kept
//! ```
//!
//! Numbers without a size are those of [`super::varint`].

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};

use super::postings::Postings;
use super::varint::{leb, unleb, unzigzag, zigzag};
use super::{DOCUMENTS, PART, PARTS, POSTINGS, RecordKey, bucket_of, own, read, seal};
use crate::store::index::Unusable;
use crate::store::index::rows::Rows;
use crate::store::operations::Changes;
use crate::store::sealing::Sealing;

/// A message of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doc {
    pub(super) key: RecordKey,
    /// When it was kept here.
    pub(super) at: u64,
    /// When its author says it was written.
    pub(super) time: u64,
}

/// What is known of a part without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) messages: u16,
    pub(super) oldest: u64,
    pub(super) newest: u64,
    pub(super) written_first: u64,
    pub(super) written_last: u64,
    /// Buckets that have a row.
    pub(super) buckets: u64,
}

impl Summary {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let read = Reader::all(bytes, |reader| {
            Ok(Self {
                messages: reader.u16()?,
                oldest: reader.u64()?,
                newest: reader.u64()?,
                written_first: reader.u64()?,
                written_last: reader.u64()?,
                buckets: reader.u64()?,
            })
        });
        read.ok()
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u16(self.messages).u64(self.oldest).u64(self.newest);
        writer.u64(self.written_first).u64(self.written_last).u64(self.buckets).finish()
    }
}

/// A part as it is made or changed: buckets that were not read stay as they are.
pub(super) struct Part {
    docs: Vec<Option<Doc>>,
    buckets: u64,
    open: BTreeMap<u8, Postings>,
    /// Terms of a new part, not sorted into buckets yet.
    fresh: Option<Postings>,
}

impl Part {
    pub(super) const fn new(docs: Vec<Option<Doc>>, postings: Postings) -> Self {
        Self { docs, buckets: 0, open: BTreeMap::new(), fresh: Some(postings) }
    }

    /// Reads the messages of a part.
    pub(super) fn read(rows: &Rows, sealing: &Sealing, number: u32) -> Result<Self, Unusable> {
        let summary = read(rows, sealing, PARTS, number.into())?.ok_or(Unusable)?;
        let summary = Summary::decode(&summary).ok_or(Unusable)?;
        let docs = read_docs(rows, sealing, number)?;
        Ok(Self { docs, buckets: summary.buckets, open: BTreeMap::new(), fresh: None })
    }

    pub(super) fn number_of(&self, key: &RecordKey) -> Option<u16> {
        let found = self.docs.iter().position(|doc| doc.as_ref().is_some_and(|doc| doc.key == *key))?;
        u16::try_from(found).ok()
    }

    pub(super) fn set(&mut self, number: u16, doc: Option<Doc>) {
        if let Some(there) = self.docs.get_mut(usize::from(number)) {
            *there = doc;
        }
    }

    /// The bucket of a term, read if it was not.
    pub(super) fn bucket(
        &mut self,
        rows: &Rows,
        sealing: &Sealing,
        number: u32,
        term: &[u8],
    ) -> Result<&mut Postings, Unusable> {
        let bucket = bucket_of(sealing, term);
        match self.open.entry(bucket) {
            std::collections::btree_map::Entry::Occupied(there) => Ok(there.into_mut()),
            std::collections::btree_map::Entry::Vacant(free) => {
                let postings = if self.buckets >> bucket & 1 == 1 {
                    let bytes = read(rows, sealing, POSTINGS, posting(bucket, number))?.ok_or(Unusable)?;
                    Postings::decode(&bytes).ok_or(Unusable)?
                } else {
                    Postings::default()
                };
                Ok(free.insert(postings))
            }
        }
    }

    /// Its rows that change; what is known of it from then on, or nothing if no message is left.
    pub(super) fn write(mut self, sealing: &Sealing, number: u32, out: &mut Changes) -> Option<Summary> {
        for (term, numbers) in self.fresh.take().unwrap_or_default().0 {
            let bucket = bucket_of(sealing, &term);
            self.open.entry(bucket).or_default().0.insert(term, numbers);
        }
        let whole = self.docs.iter().any(Option::is_some);
        let before = self.buckets;
        for (bucket, postings) in std::mem::take(&mut self.open) {
            let there = whole && !postings.0.is_empty();
            self.buckets = self.buckets & !(1 << bucket) | u64::from(there) << bucket;
            let place = own(sealing, POSTINGS, posting(bucket, number));
            let value = there.then(|| seal(sealing, &place, &postings.encode()));
            out.insert(place, value);
        }
        let summary = self.summary();
        if summary.is_none() {
            for bucket in (0..64_u8).filter(|bucket| before >> bucket & 1 == 1) {
                out.insert(own(sealing, POSTINGS, posting(bucket, number)), None);
            }
        }
        let place = own(sealing, DOCUMENTS, number.into());
        let value = whole.then(|| seal(sealing, &place, &encode_docs(&self.docs)));
        out.insert(place, value);
        let place = own(sealing, PARTS, number.into());
        let value = summary.map(|summary| seal(sealing, &place, &summary.encode()));
        out.insert(place, value);
        summary
    }

    fn summary(&self) -> Option<Summary> {
        let mut docs = self.docs.iter().flatten();
        let first = docs.next()?;
        let mut summary = Summary {
            messages: 1,
            oldest: first.at,
            newest: first.at,
            written_first: first.time,
            written_last: first.time,
            buckets: self.buckets,
        };
        for doc in docs {
            summary.messages = summary.messages.saturating_add(1);
            summary.oldest = summary.oldest.min(doc.at);
            summary.newest = summary.newest.max(doc.at);
            summary.written_first = summary.written_first.min(doc.time);
            summary.written_last = summary.written_last.max(doc.time);
        }
        Some(summary)
    }
}

/// The number of a row of postings: parts side by side in a bucket.
pub(super) fn posting(bucket: u8, part: u32) -> u64 {
    u64::from(bucket) << 32 | u64::from(part)
}

/// The messages of a part.
pub(super) fn read_docs(rows: &Rows, sealing: &Sealing, number: u32) -> Result<Vec<Option<Doc>>, Unusable> {
    let bytes = read(rows, sealing, DOCUMENTS, number.into())?.ok_or(Unusable)?;
    decode_docs(&bytes).ok_or(Unusable)
}

fn encode_docs(docs: &[Option<Doc>]) -> Vec<u8> {
    let mut groups: BTreeMap<&[u8], u64> = BTreeMap::new();
    let mut order = Vec::new();
    for doc in docs.iter().flatten() {
        let group = doc.key.get(..16).unwrap_or_default();
        groups.entry(group).or_insert_with(|| {
            order.push(group);
            order.len() as u64
        });
    }
    let mut out = Vec::new();
    leb(&mut out, order.len() as u64);
    for group in &order {
        out.extend_from_slice(group);
    }
    let mut before = 0;
    for doc in docs {
        let Some(doc) = doc else {
            out.push(0);
            continue;
        };
        leb(&mut out, groups.get(doc.key.get(..16).unwrap_or_default()).copied().unwrap_or(0));
        leb(&mut out, doc.key.last_chunk().map_or(0, |seq| u64::from_be_bytes(*seq)));
        leb(&mut out, zigzag(doc.at, before));
        leb(&mut out, zigzag(doc.time, doc.at));
        before = doc.at;
    }
    out
}

fn decode_docs(mut bytes: &[u8]) -> Option<Vec<Option<Doc>>> {
    let count = usize::try_from(unleb(&mut bytes)?).ok().filter(|count| *count <= PART)?;
    let mut groups: Vec<[u8; 16]> = Vec::with_capacity(count);
    for _ in 0..count {
        let (group, rest) = bytes.split_first_chunk::<16>()?;
        groups.push(*group);
        bytes = rest;
    }
    let mut docs = Vec::new();
    let mut before = 0;
    while !bytes.is_empty() && docs.len() < PART {
        let group = unleb(&mut bytes)?;
        let Some(group) = group.checked_sub(1) else {
            docs.push(None);
            continue;
        };
        let mut key = [0; 24];
        let group = groups.get(usize::try_from(group).ok()?)?;
        let seq = unleb(&mut bytes)?.to_be_bytes();
        key.iter_mut().zip(group.iter().chain(&seq)).for_each(|(to, from)| *to = *from);
        let at = unzigzag(unleb(&mut bytes)?, before);
        let time = unzigzag(unleb(&mut bytes)?, at);
        before = at;
        docs.push(Some(Doc { key, at, time }));
    }
    bytes.is_empty().then_some(docs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back_as_they_were() {
        let doc = |group: u8, seq: u64, at, time| {
            let mut key = [group; 24];
            key[16..].copy_from_slice(&seq.to_be_bytes());
            Some(Doc { key, at, time })
        };
        let docs = vec![doc(1, 5, 100, 90), None, doc(2, u64::MAX, 50, u64::MAX), doc(1, 6, 0, 0)];
        assert_eq!(decode_docs(&encode_docs(&docs)).unwrap(), docs);
        let docs = encode_docs(&[Some(Doc { key: [1; 24], at: 1, time: 2 })]);
        assert!((1..docs.len()).all(|end| decode_docs(&docs[..end]).is_none_or(|docs| docs.is_empty())));
    }
}
