//! A query: what to look up in the index, and the match against the text itself.
//!
//! Every word must be there; the last one may be the beginning of a word, unless something follows it. A run without
//! spaces must be there as it is written. What the index proposes is always matched again, so a hit is never wrong.

use super::fold::{Class, Folded, fold};
use super::terms::{Term, author, conversation, encode, kind, runs};
use super::{Document, DocumentKind, MAX_TERM, MAX_WORDS};

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Range {
    /// First byte of its UTF-8.
    pub start: u32,
    /// How many bytes.
    pub len: u32,
}

/// What a hit must be besides its words. `since` and `until` are compared with the author's time, both included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this conversation.
    pub conversation: Option<[u8; 16]>,
    /// By this person.
    pub author: Option<[u8; 16]>,
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// Not before, ms UTC.
    pub since: Option<u64>,
    /// Not after, ms UTC.
    pub until: Option<u64>,
}

/// One word of the query.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    class: Class,
    chars: Vec<char>,
    /// It may be the beginning of a longer word.
    open: bool,
    /// What the index has of it: all of these.
    lookups: Vec<Lookup>,
}

/// What to look up: a term, or every term that begins so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lookup {
    pub(crate) term: Term,
    pub(crate) open: bool,
}

/// A parsed query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<Word>,
    filter: Filter,
}

impl Query {
    /// Parses a query; nothing if it has neither words nor a filter by conversation, person or kind, or more than
    /// [`MAX_WORDS`] words.
    #[must_use]
    pub fn parse(text: &str, filter: Filter) -> Option<Self> {
        let folded = fold(text);
        let ends_open = folded.last().is_some_and(|last| last.class != Class::Gap);
        let mut words: Vec<Word> = runs(&folded).map(|run| Word::of(run.class, run.chars)).collect();
        if let Some(last) = words.last_mut()
            && ends_open
        {
            last.leave_open();
        }
        let filtered = filter.conversation.is_some() || filter.author.is_some() || filter.kind.is_some();
        let asks = !words.is_empty() || filtered;
        (asks && words.len() <= MAX_WORDS).then_some(Self { words, filter })
    }

    /// All of these must be among a document's terms.
    pub(crate) fn lookups(&self) -> Vec<Lookup> {
        let exact = |term| Lookup { term, open: false };
        let mut all: Vec<Lookup> = self.words.iter().flat_map(|word| word.lookups.iter().cloned()).collect();
        all.extend(self.filter.conversation.as_ref().map(|id| exact(conversation(id))));
        all.extend(self.filter.author.as_ref().map(|id| exact(author(id))));
        all.extend(self.filter.kind.map(|of| exact(kind(of))));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether a message of this time is asked for.
    pub(crate) fn covers(&self, time: u64) -> bool {
        self.filter.since.is_none_or(|since| time >= since)
            && self.filter.until.is_none_or(|until| time <= until)
    }

    /// Whether messages between two times may be asked for.
    pub(crate) fn may_cover(&self, oldest: u64, newest: u64) -> bool {
        self.filter.since.is_none_or(|since| newest >= since)
            && self.filter.until.is_none_or(|until| oldest <= until)
    }

    /// Matches a document: where its words are, or nothing if it is no hit.
    #[must_use]
    pub fn matches(&self, document: &Document) -> Option<Vec<Range>> {
        let filter = &self.filter;
        let fits = filter.conversation.is_none_or(|id| id == document.conversation)
            && filter.author.is_none_or(|id| id == document.author)
            && filter.kind.is_none_or(|kind| document.kinds().any(|one| one == kind))
            && self.covers(document.time);
        if !fits {
            return None;
        }
        let (text, name) = (fold(&document.text), fold(&document.file_name));
        let mut ranges = Vec::new();
        for word in &self.words {
            let before = ranges.len();
            word.find(&text, &mut ranges);
            if ranges.len() == before {
                let mut elsewhere = Vec::new();
                word.find(&name, &mut elsewhere);
                if elsewhere.is_empty() {
                    return None;
                }
            }
        }
        Some(joined(ranges))
    }
}

impl Word {
    fn of(class: Class, folded: &[Folded]) -> Self {
        let chars: Vec<char> = folded.iter().map(|folded| folded.ch).collect();
        let exact = |term| Lookup { term, open: false };
        let lookups = match (class, folded) {
            // One character of a run: alone at its end, or the beginning of a pair.
            (Class::Unspaced, [_]) => vec![Lookup { term: encode(folded), open: true }],
            (Class::Unspaced, _) => folded.windows(2).map(|pair| exact(encode(pair))).collect(),
            _ => vec![exact(encode(folded))],
        };
        Self { class, chars, open: false, lookups }
    }

    fn leave_open(&mut self) {
        self.open = true;
        if self.class == Class::Letter {
            for lookup in &mut self.lookups {
                lookup.open = true;
            }
        }
    }

    fn find(&self, text: &[Folded], ranges: &mut Vec<Range>) {
        for run in runs(text).filter(|run| run.class == self.class) {
            match self.class {
                Class::Unspaced => {
                    for place in run.chars.windows(self.chars.len()) {
                        if same(place, &self.chars) {
                            ranges.extend(range(place));
                        }
                    }
                }
                _ => {
                    let Some(start) = run.chars.get(..self.chars.len()) else { continue };
                    if (self.open || run.chars.len() == self.chars.len() || self.is_cut())
                        && same(start, &self.chars)
                    {
                        ranges.extend(range(start));
                    }
                }
            }
        }
    }

    /// A word as long as what the index keeps of one is found by its beginning.
    fn is_cut(&self) -> bool {
        self.chars.iter().map(|ch| ch.len_utf8()).sum::<usize>() >= MAX_TERM
    }
}

fn same(folded: &[Folded], chars: &[char]) -> bool {
    folded.iter().map(|folded| folded.ch).eq(chars.iter().copied())
}

fn range(place: &[Folded]) -> Option<Range> {
    let (first, last) = (place.first()?, place.last()?);
    let start = u32::try_from(first.from).ok()?;
    Some(Range { start, len: u32::try_from(last.to).ok()?.saturating_sub(start) })
}

fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.start.saturating_add(last.len) => {
                let end = range.start.saturating_add(range.len).max(last.start.saturating_add(last.len));
                last.len = end.saturating_sub(last.start);
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::terms;
    use super::*;

    fn document(text: &str) -> Document {
        Document {
            conversation: [1; 16],
            author: [2; 16],
            kind: DocumentKind::Text,
            links: false,
            at: 5,
            time: 5,
            text: text.to_owned(),
            file_name: "budget 2026.ods".to_owned(),
        }
    }

    /// The stretches that match, and whether the index would have proposed the document.
    fn found(query: &str, text: &str) -> Option<Vec<String>> {
        let (query, document) = (Query::parse(query, Filter::default()).unwrap(), document(text));
        let places = query.matches(&document)?;
        let kept = terms(&document);
        for Lookup { term, open } in query.lookups() {
            let there = kept.iter().any(|kept| *kept == term || open && kept.starts_with(&term));
            assert!(there, "{query:?} matches {text}, and the index would not find it");
        }
        let cut = |range: &Range| text[range.start as usize..(range.start + range.len) as usize].to_owned();
        Some(places.iter().map(cut).collect())
    }

    #[test]
    fn every_word_must_be_there_and_the_last_may_be_a_beginning() {
        let text = "Le Café ouvre à l’aube, le café ferme tard.";
        assert_eq!(found("cafe", text).unwrap(), ["Café", "café"]);
        assert_eq!(found("CAFÉ ferm", text).unwrap(), ["Café", "café", "ferm"]);
        assert_eq!(found("ferm cafe", text), None, "only the last word is open");
        assert_eq!(found("ferm ", text), None, "what is followed by a gap is a whole word");
        assert_eq!(found("aube!", text).unwrap(), ["aube"]);
        assert_eq!(found("café bière", text), None);
    }

    #[test]
    fn a_part_of_a_run_without_spaces_is_found_as_it_is_written() {
        let text = "明日は東京都で会いましょう。東京";
        assert_eq!(found("東京", text).unwrap(), ["東京", "東京"]);
        assert_eq!(found("京都", text).unwrap(), ["京都"]);
        assert_eq!(found("都", text).unwrap(), ["都"]);
        assert_eq!(found("京明", text), None);
        assert_eq!(found("明京", "明 京明東京"), None, "pairs in another order are no match");
        assert_eq!(found("학교", "학교에서 만나요").unwrap(), ["학교"]);
    }

    #[test]
    fn names_of_files_are_found_without_a_place_in_the_text() {
        assert_eq!(found("budget", "the figures").unwrap(), Vec::<String>::new());
        assert_eq!(found("figures ods", "the figures").unwrap(), ["figures"]);
    }

    #[test]
    fn filters_hold_and_an_empty_query_needs_one() {
        assert_eq!(Query::parse(" … ", Filter::default()), None);
        assert_eq!(Query::parse("", Filter { since: Some(1), ..Filter::default() }), None);
        assert_eq!(Query::parse(&"a ".repeat(MAX_WORDS + 1), Filter::default()), None);
        let with = |filter| Query::parse("", filter).unwrap().matches(&document("x"));
        assert!(with(Filter { conversation: Some([1; 16]), ..Filter::default() }).is_some());
        assert!(with(Filter { conversation: Some([2; 16]), ..Filter::default() }).is_none());
        assert!(
            with(Filter { author: Some([2; 16]), since: Some(5), until: Some(5), ..Filter::default() })
                .is_some()
        );
        assert!(with(Filter { author: Some([2; 16]), since: Some(6), ..Filter::default() }).is_none());
        assert!(with(Filter { kind: Some(DocumentKind::File), ..Filter::default() }).is_none());
        let of = |kind, document: &Document| {
            Query::parse("", Filter { kind: Some(kind), ..Filter::default() }).unwrap().matches(document)
        };
        let picture = Document { kind: DocumentKind::of_type("image/png"), ..document("x") };
        assert!(of(DocumentKind::Media, &picture).is_some() && of(DocumentKind::File, &picture).is_some());
        assert!(of(DocumentKind::Audio, &picture).is_none() && of(DocumentKind::Link, &picture).is_none());
        assert!(of(DocumentKind::Link, &Document { links: true, ..picture }).is_some());
    }

    #[test]
    fn very_long_words_are_found_by_what_is_kept_of_them() {
        let word = "a".repeat(200);
        assert!(found(&word, &word).is_some());
        assert!(found(&format!("{word} "), &word).is_some());
    }
}
