//! What stands behind "Technical details": the code, when it was said, what it is about, and numbers (UI, "Words that
//! never change"). An administrator is sent it, so nothing that somebody wrote or named is in it: no name, no path, no
//! address, no key; people, messages and files are there by their ids alone.

use std::fmt;

use conclave_peer::model::{Failure, FileId, MessageId, Time, UserId};
use jiff::tz::TimeZone;

use crate::dates;
use crate::i18n::Words;

/// Details of an error whose text is the program's own.
const OWN_WORDS: [&str; 4] = ["code", "field", "method", "state"];
/// Characters at most of such a word.
const LONGEST: usize = 40;
/// Hex digits of an id.
const ID: usize = 32;

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A message.
    Message(MessageId),
    /// A file.
    File(FileId),
    /// A person.
    Person(UserId),
}

impl Subject {
    fn row(self, words: Words) -> Row {
        match self {
            Self::Message(id) => Row::new(words.say("technical-message"), &id),
            Self::File(id) => Row::new(words.say("technical-file"), &id),
            Self::Person(id) => Row::new(words.say("technical-person"), &id),
        }
    }
}

/// A line of the details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Row {
    fn new(name: impl Into<String>, value: &impl fmt::Display) -> Self {
        Self { name: name.into(), value: value.to_string() }
    }
}

/// The details of an error that was said at a time.
#[must_use]
pub fn rows(words: Words, failure: &Failure, at: Time, zone: &TimeZone, about: &[Subject]) -> Vec<Row> {
    let mut rows = vec![
        Row::new(words.say("technical-code"), &failure.code),
        Row::new(words.say("technical-time"), &dates::exact(at, zone)),
    ];
    rows.extend(about.iter().map(|subject| subject.row(words)));
    rows.extend(failure.retry_after_ms.map(|wait| Row::new("retryAfterMs", &wait)));
    rows.extend(failure.details.iter().filter_map(|(name, value)| match value.as_str() {
        Some(text) => nobodys(name, text).then(|| Row::new(name, &text)),
        None => value.is_number().then(|| Row::new(name, value)),
    }));
    rows
}

/// All lines as one text, for the clipboard.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    rows.iter().map(|row| format!("{}: {}\n", row.name, row.value)).collect()
}

/// Whether nobody wrote this detail: an id, or a word of the program.
fn nobodys(name: &str, text: &str) -> bool {
    let id = text.len() == ID && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.');
    id || (OWN_WORDS.contains(&name) && text.len() <= LONGEST && text.chars().all(word))
}
