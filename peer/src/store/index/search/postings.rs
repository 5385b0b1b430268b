//! Which messages of a part hold which term.
//!
//! ```text
//! per term, ascending: bytes8(term) ‖ length ‖ numbers, each less the one before
//! ```
//!
//! Numbers without a size are those of [`super::varint`].

use std::collections::BTreeMap;

use super::PART;
use super::varint::{leb, unleb};
use crate::store::index::Unusable;

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

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        (0_u16..).zip(self.0).flat_map(|(n, word)| {
            (0..64_u16).filter(move |bit| word >> bit & 1 == 1).map(move |bit| n * 64 + bit)
        })
    }
}

/// Terms and who holds them.
#[derive(Default)]
pub(super) struct Postings(pub(super) BTreeMap<Vec<u8>, Vec<u16>>);

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

    pub(super) fn encode(&self) -> Vec<u8> {
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

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_come_back_and_are_found_without_being_built_up() {
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
    }
}
