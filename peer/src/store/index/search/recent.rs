//! The newest messages, indexed in memory until there are enough for a part.

use std::collections::BTreeMap;

use super::part::{Doc, Part};
use super::postings::{Bitmap, Postings};
use super::{PART, RecordKey};
use crate::search::{Document, terms};

/// Messages that are in no part yet, by order of arrival.
#[derive(Default)]
pub(super) struct Recent {
    docs: Vec<Option<Doc>>,
    postings: Postings,
    numbers: BTreeMap<RecordKey, u16>,
}

impl Recent {
    /// Takes the next arrival; nothing for one that is gone again.
    pub(super) fn push(&mut self, arrival: Option<(&RecordKey, &Document)>) {
        let number = u16::try_from(self.docs.len()).unwrap_or(u16::MAX);
        self.docs.push(arrival.map(|(key, document)| Doc {
            key: *key,
            at: document.at,
            time: document.time,
        }));
        if let Some((key, document)) = arrival {
            self.numbers.insert(*key, number);
            for term in terms(document) {
                self.postings.add(term, number);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.docs.len().min(PART)
    }

    pub(super) fn docs(&self) -> &[Option<Doc>] {
        &self.docs
    }

    pub(super) fn number_of(&self, key: &RecordKey) -> Option<u16> {
        self.numbers.get(key).copied()
    }

    /// Another document in the place of one, or none.
    pub(super) fn replace(&mut self, number: u16, key: &RecordKey, old: &Document, new: Option<&Document>) {
        for term in terms(old) {
            self.postings.remove(&term, number);
        }
        if let Some(doc) = self.docs.get_mut(usize::from(number)) {
            *doc = new.map(|new| Doc { key: *key, at: new.at, time: new.time });
        }
        match new {
            Some(new) => terms(new).into_iter().for_each(|term| self.postings.add(term, number)),
            None => drop(self.numbers.remove(key)),
        }
    }

    pub(super) fn find(&self, term: &[u8], open: bool, found: &mut Bitmap) {
        self.postings.find(term, open, found);
    }

    pub(super) fn into_part(self) -> Part {
        Part::new(self.docs, self.postings)
    }
}
