//! The terms of a document: what the index keeps.
//!
//! ```text
//! word of letters          its folded form, at most 64 bytes
//! run without spaces       every pair of neighbours, and the last character alone
//! 0x01 'c' conversation    filters: a character below 0x20 begins no word
//! 0x01 'a' author
//! 0x01 'k' kind u8         one for everything it is found as
//! ```

use std::collections::BTreeSet;

use super::fold::{Class, Folded, fold};
use super::{Document, DocumentKind, MAX_TERM};

/// A term as the index keeps it.
pub(crate) type Term = Vec<u8>;

const FILTER: u8 = 1;

/// Every term of a document, once each.
#[must_use]
pub fn terms(document: &Document) -> BTreeSet<Term> {
    let mut terms = BTreeSet::from([conversation(&document.conversation), author(&document.author)]);
    terms.extend(document.kinds().map(kind));
    for text in [&document.text, &document.file_name] {
        for run in runs(&fold(text)) {
            match run.class {
                Class::Unspaced => {
                    for pair in run.chars.windows(2) {
                        terms.insert(encode(pair));
                    }
                    terms.extend(run.chars.last().map(|last| encode(std::slice::from_ref(last))));
                }
                Class::Letter => drop(terms.insert(encode(run.chars))),
                Class::Gap => {}
            }
        }
    }
    terms
}

/// Characters of one class side by side.
pub(super) struct Run<'a> {
    pub(super) class: Class,
    pub(super) chars: &'a [Folded],
}

/// The words and runs of a folded text; gaps are left out.
pub(super) fn runs(folded: &[Folded]) -> impl Iterator<Item = Run<'_>> {
    folded
        .chunk_by(|a, b| a.class == b.class)
        .filter_map(|chars| Some(Run { class: chars.first()?.class, chars }))
        .filter(|run| run.class != Class::Gap)
}

/// The term of some characters, cut at [`MAX_TERM`].
pub(super) fn encode(chars: &[Folded]) -> Term {
    let mut term = Vec::with_capacity(chars.len());
    let mut utf8 = [0; 4];
    for folded in chars {
        let next = folded.ch.encode_utf8(&mut utf8).as_bytes();
        if term.len() + next.len() > MAX_TERM {
            break;
        }
        term.extend_from_slice(next);
    }
    term
}

pub(super) fn conversation(id: &[u8; 16]) -> Term {
    [&[FILTER, b'c'], id.as_slice()].concat()
}

pub(super) fn author(id: &[u8; 16]) -> Term {
    [&[FILTER, b'a'], id.as_slice()].concat()
}

pub(super) fn kind(kind: DocumentKind) -> Term {
    let kind = match kind {
        DocumentKind::Text => 0,
        DocumentKind::File => 1,
        DocumentKind::Media => 2,
        DocumentKind::Audio => 3,
        DocumentKind::Document => 4,
        DocumentKind::Link => 5,
    };
    vec![FILTER, b'k', kind]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let document = Document {
            conversation: [1; 16],
            author: [2; 16],
            kind: DocumentKind::Text,
            links: false,
            at: 0,
            time: 0,
            text: text.to_owned(),
            file_name: String::new(),
        };
        let words = terms(&document).into_iter().filter(|term| term.first() != Some(&FILTER));
        words.map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn words_end_at_what_is_no_letter() {
        assert_eq!(
            words("L’homme d'État—e-mail, 3.14!"),
            ["14", "3", "d", "e", "etat", "homme", "l", "mail"]
        );
        assert_eq!(words("  \u{1f600}  …"), Vec::<String>::new());
    }

    #[test]
    fn runs_without_spaces_become_pairs() {
        assert_eq!(words("東京都"), ["京都", "東京", "都"]);
        assert_eq!(words("東京tower"), ["tower", "京", "東京"]);
        assert_eq!(words("서울"), ["서울", "울"]);
    }

    #[test]
    fn a_long_word_is_cut_between_characters() {
        let word = "é".repeat(10) + &"ж".repeat(60);
        let found = words(&word);
        assert_eq!(found.len(), 1);
        assert!(found[0].len() <= MAX_TERM && found[0].starts_with("eeeeeeeeee"), "{found:?}");
    }
}
