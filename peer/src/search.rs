//! Words of the history: how a text becomes terms, and how a query meets them (FEATURES M31).
//!
//! ```text
//! text ─► fold (case, diacritics, width) ─► words ─► terms       kept, sealed, by the store's search index
//! query ─► fold ─► words ─► Query ─► terms to look up; then the text itself is matched, and the places are told
//! ```
//!
//! A word is a run of letters and digits. Scripts that write without spaces (Han, kana, Hangul, Thai, Khmer, Lao,
//! Burmese) are indexed by pairs of characters, so that any part of a run is found. Nothing here touches a disk; which
//! records are documents is said by whoever opens the store ([`Documents`]).
//!
//! What it does not do: stems, synonyms, spelling.

mod fold;
mod query;
mod terms;

use crate::record::Tree;

pub(crate) use query::Lookup;
pub use query::{Filter, Query, Range};
pub use terms::terms;

/// Bytes of a term that count; longer words are found by their beginning.
pub(crate) const MAX_TERM: usize = 64;
/// Words in a query: each costs a look into every part of the index.
pub const MAX_WORDS: usize = 16;
/// Longest query, in bytes.
pub const MAX_QUERY: usize = 1024;

/// What of a record can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The conversation it is in.
    pub conversation: [u8; 16],
    /// Who wrote it.
    pub author: [u8; 16],
    /// What it is, closest.
    pub kind: DocumentKind,
    /// Whether an address of the web is in its text.
    pub links: bool,
    /// When it was kept here, ms UTC: found messages are ordered by it, newest first.
    pub at: u64,
    /// When its author says it was written, ms UTC.
    pub time: u64,
    /// Its words.
    pub text: String,
    /// The name of its file; found, but no place of the text.
    pub file_name: String,
}

impl Document {
    /// Everything it is found as.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = DocumentKind> {
        let file = matches!(self.kind, DocumentKind::Media | DocumentKind::Audio | DocumentKind::Document);
        let also = [(file, DocumentKind::File), (self.links, DocumentKind::Link)];
        std::iter::once(self.kind).chain(also.into_iter().filter_map(|(is, kind)| is.then_some(kind)))
    }
}

/// What a found message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DocumentKind {
    /// Words alone.
    Text,
    /// A file, with or without words.
    File,
    /// A file that is a picture or a film.
    Media,
    /// A file that is a sound.
    Audio,
    /// Any other file.
    Document,
    /// Words with an address of the web, alone or beside a file.
    Link,
}

impl DocumentKind {
    /// What a file is, by the type its content was found to have.
    #[must_use]
    pub fn of_type(mime: &str) -> Self {
        match mime.split_once('/') {
            Some(("image" | "video", _)) => Self::Media,
            Some(("audio", _)) => Self::Audio,
            _ => Self::Document,
        }
    }
}

/// Says what of a record's content can be found; nothing for records that are no messages.
pub type Documents = fn(Tree, &[u8]) -> Option<Document>;

/// Nothing can be found: for stores of other content.
#[must_use]
pub fn nothing(_tree: Tree, _value: &[u8]) -> Option<Document> {
    None
}

/// A found record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its number in its group.
    pub seq: u64,
    /// Its place in the order.
    pub place: Cursor,
    /// Its content.
    pub value: zeroize::Zeroizing<Vec<u8>>,
    /// Where the words are, in bytes of the text's UTF-8, ascending, without overlaps.
    pub ranges: Vec<Range>,
}

/// Some of what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// Where to go on; nothing at the end.
    pub cursor: Option<Cursor>,
}

/// A place between two hits: the order key of the last one given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// [`Document::at`].
    pub at: u64,
    /// The record's key on disk, which decides between equal times.
    pub key: [u8; 24],
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [self.at.to_be_bytes().as_slice(), &self.key].concat();
        f.write_str(&data_encoding::HEXLOWER.encode(&bytes))
    }
}

/// Text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of a search")]
pub struct NotACursor;

impl std::str::FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| NotACursor)?;
        let (at, key) = bytes.split_first_chunk::<8>().ok_or(NotACursor)?;
        let key = key.try_into().map_err(|_| NotACursor)?;
        Ok(Self { at: u64::from_be_bytes(*at), key })
    }
}
