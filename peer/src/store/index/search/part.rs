//! A part of the search index: up to 4,096 messages and the terms they hold.
//!
//! ```text
//! summary   = messages u16 ‖ oldest u64 ‖ newest u64 ‖ written first u64 ‖ written last u64 ‖ buckets u64 (a bit each)
//! documents = groups list16<[16]> ‖ per message: group + 1 or 0 when gone ‖ seq ‖ kept − kept before ‖ written − kept
//! postings  = per term, ascending: bytes8(term) ‖ length ‖ numbers, each less the one before
//! ```
//!
//! Numbers without a size are LEB128, differences that may be negative are zigzag.

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};

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

/// Some messages of a part.
pub(super) struct Bitmap([u64; PART / 64]);

impl Bitmap {
    pub(super) const fn none() -> Self {
        Self([0; PART / 64])
    }

    pub(super) const fn all() -> Self {
        Self([u64::MAX; PART / 64])
    }

    pub(super) fn set(&mut self, number: u16) {
        if let Some(word) = self.0.get_mut(usize::from(number / 64)) {
            *word |= 1 << (number % 64);
        }
    }

    /// Keeps what is in both; false if that is nothing.
    pub(super) fn keep(&mut self, other: &Self) -> bool {
        let mut any = 0;
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word &= other;
            any |= *word;
        }
        any != 0
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        (0_u16..).zip(self.0).flat_map(|(n, word)| {
            (0..64_u16).filter(move |bit| word >> bit & 1 == 1).map(move |bit| n * 64 + bit)
        })
    }
}

/// Terms and who holds them.
#[derive(Default)]
pub(super) struct Postings(BTreeMap<Vec<u8>, Vec<u16>>);

impl Postings {
    pub(super) fn add(&mut self, term: Vec<u8>, number: u16) {
        let numbers = self.0.entry(term).or_default();
        match numbers.last() {
            Some(last) if *last >= number => {
                if let Err(at) = numbers.binary_search(&number) {
                    numbers.insert(at, number);
                }
            }
            _ => numbers.push(number),
        }
    }

    pub(super) fn remove(&mut self, term: &[u8], number: u16) {
        let Some(numbers) = self.0.get_mut(term) else { return };
        if let Ok(at) = numbers.binary_search(&number) {
            numbers.remove(at);
        }
        if numbers.is_empty() {
            self.0.remove(term);
        }
    }

    pub(super) fn find(&self, term: &[u8], open: bool, found: &mut Bitmap) {
        for (at, numbers) in self.0.range(term.to_vec()..) {
            if at != term && !(open && at.starts_with(term)) {
                break;
            }
            numbers.iter().for_each(|number| found.set(*number));
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut body = Vec::new();
        for (term, numbers) in &self.0 {
            body.clear();
            let mut before = 0;
            for number in numbers {
                leb(&mut body, u64::from(number.wrapping_sub(before)));
                before = *number;
            }
            out.push(u8::try_from(term.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(term);
            leb(&mut out, body.len() as u64);
            out.extend_from_slice(&body);
        }
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut all = BTreeMap::new();
        scan(bytes, &mut |term, numbers| {
            all.insert(term.to_vec(), numbers.collect());
            true
        })?;
        Some(Self(all))
    }
}

/// Finds a term in an encoded bucket without building it up.
pub(super) fn find(bytes: &[u8], term: &[u8], open: bool, found: &mut Bitmap) -> Result<(), Unusable> {
    scan(bytes, &mut |at, numbers| {
        if at == term || open && at.starts_with(term) {
            numbers.for_each(|number| found.set(number));
        }
        at <= term || at.starts_with(term)
    })
    .ok_or(Unusable)
}

type Visit<'v> = dyn FnMut(&[u8], &mut dyn Iterator<Item = u16>) -> bool + 'v;

fn scan(mut bytes: &[u8], visit: &mut Visit<'_>) -> Option<()> {
    while let Some((length, rest)) = bytes.split_first() {
        let (term, mut rest) = rest.split_at_checked(usize::from(*length))?;
        let body = usize::try_from(unleb(&mut rest)?).ok()?;
        let (mut body, rest) = rest.split_at_checked(body)?;
        bytes = rest;
        let mut before = 0_u16;
        let mut numbers = std::iter::from_fn(|| {
            before = before.wrapping_add(u16::try_from(unleb(&mut body)?).ok()?);
            Some(before)
        });
        if !visit(term, &mut numbers) {
            break;
        }
    }
    Some(())
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

/// `value − base`, small in either direction.
const fn zigzag(value: u64, base: u64) -> u64 {
    let difference = value.wrapping_sub(base).cast_signed();
    (difference << 1 ^ difference >> 63).cast_unsigned()
}

const fn unzigzag(coded: u64, base: u64) -> u64 {
    base.wrapping_add(coded >> 1 ^ (coded & 1).wrapping_neg())
}

fn leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn unleb(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_and_postings_come_back_as_they_were() {
        let doc = |group: u8, seq: u64, at, time| {
            let mut key = [group; 24];
            key[16..].copy_from_slice(&seq.to_be_bytes());
            Some(Doc { key, at, time })
        };
        let docs = vec![doc(1, 5, 100, 90), None, doc(2, u64::MAX, 50, u64::MAX), doc(1, 6, 0, 0)];
        assert_eq!(decode_docs(&encode_docs(&docs)).unwrap(), docs);
        let mut postings = Postings::default();
        for (term, number) in [("ab", 7), ("a", 0), ("ab", 3), ("ab", 255), ("b", 9), ("ab", 3)] {
            postings.add(term.as_bytes().to_vec(), number);
        }
        let bytes = postings.encode();
        assert_eq!(Postings::decode(&bytes).unwrap().0, postings.0);
        for (term, open, wanted) in [
            ("ab", false, vec![3, 7, 255]),
            ("a", true, vec![0, 3, 7, 255]),
            ("a", false, vec![0]),
            ("c", true, vec![]),
        ] {
            let (mut built, mut encoded) = (Bitmap::none(), Bitmap::none());
            postings.find(term.as_bytes(), open, &mut built);
            find(&bytes, term.as_bytes(), open, &mut encoded).unwrap();
            assert_eq!(built.numbers().collect::<Vec<_>>(), wanted);
            assert_eq!(encoded.numbers().collect::<Vec<_>>(), wanted);
        }
        postings.remove(b"a", 0);
        assert!(!postings.0.contains_key(b"a".as_slice()));
    }

    #[test]
    fn what_is_cut_short_does_not_parse_as_a_whole() {
        let mut postings = Postings::default();
        postings.add(b"word".to_vec(), 300);
        let bytes = postings.encode();
        for end in 1..bytes.len() {
            assert!(Postings::decode(&bytes[..end]).is_none(), "{end}");
        }
        let docs = encode_docs(&[Some(Doc { key: [1; 24], at: 1, time: 2 })]);
        assert!((1..docs.len()).all(|end| decode_docs(&docs[..end]).is_none_or(|docs| docs.is_empty())));
    }
}
