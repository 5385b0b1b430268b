//! Exit codes of the command (ADMIN §4) and the error that carries one to `main`.

use std::fmt;

use serde_json::{Value, json};

use crate::words::Sentence;

/// Why the process ends, as a number a script can test (ADMIN §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or nothing to do.
    Done,
    /// 1: failed for another reason.
    Failed,
    /// 2: wrong usage.
    Usage,
    /// 3: partly done; the details are in the output.
    Partly,
    /// 4: there is no such user, ban, session, …
    NotFound,
    /// 5: refused: role, policy, wrong passphrase.
    Refused,
    /// 6: it exists already.
    Conflict,
    /// 7: the server cannot be reached.
    Unreachable,
    /// 8: a confirmation is needed or was declined.
    Unconfirmed,
    /// 9: timed out.
    TimedOut,
    /// 10: the configuration is invalid.
    Config,
    /// 11: the store is locked by another process.
    Locked,
    /// 12: the store or the log is damaged.
    Damaged,
    /// 13: an address cannot be listened on.
    Listen,
    /// 75: try later.
    Later,
}

impl Exit {
    /// The number given to the operating system.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partly => 3,
            Self::NotFound => 4,
            Self::Refused => 5,
            Self::Conflict => 6,
            Self::Unreachable => 7,
            Self::Unconfirmed => 8,
            Self::TimedOut => 9,
            Self::Config => 10,
            Self::Locked => 11,
            Self::Damaged => 12,
            Self::Listen => 13,
            Self::Later => 75,
        }
    }

    /// The stable word of the error object in JSON output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Partly => "partly",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Unreachable => "unreachable",
            Self::Unconfirmed => "unconfirmed",
            Self::TimedOut => "timed_out",
            Self::Config => "config",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::Listen => "listen",
            Self::Later => "later",
        }
    }

    /// The exit code of a stable word; an unknown word is a plain failure.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        const ALL: [Exit; 14] = [
            Exit::Usage,
            Exit::Partly,
            Exit::NotFound,
            Exit::Refused,
            Exit::Conflict,
            Exit::Unreachable,
            Exit::Unconfirmed,
            Exit::TimedOut,
            Exit::Config,
            Exit::Locked,
            Exit::Damaged,
            Exit::Listen,
            Exit::Later,
            Exit::Done,
        ];
        ALL.into_iter().find(|exit| exit.word() == word).unwrap_or(Self::Failed)
    }
}

/// Longest sentence, in characters: names that somebody made up may be a megabyte.
const LONGEST: usize = 400;

/// A failure told to the administrator: an exit code, a sentence and, if there is one, the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong, in one sentence without a full stop.
    pub message: Sentence,
    /// What to do about it.
    pub hint: Option<Sentence>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<Sentence>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Sentence>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What went wrong, in the language of the process.
    pub(crate) fn text(&self) -> String {
        cut(self.message.text())
    }

    /// What went wrong, in English.
    pub(crate) fn english(&self) -> String {
        cut(self.message.english())
    }

    /// The error object of the JSON formats (ADMIN §3); its words are English whatever people read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let retryable = matches!(self.exit, Exit::Unreachable | Exit::TimedOut | Exit::Later);
        let hint = self.hint.as_ref().map(Sentence::english);
        json!({
            "schema": 1,
            "error": { "code": self.exit.word(), "message": self.english(), "hint": hint, "retryable": retryable },
        })
    }
}

/// The text, cut to the longest that is said.
pub(crate) fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for Failure {}
