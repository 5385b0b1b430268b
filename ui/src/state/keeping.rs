//! Recovery codes while a person stores them: copied, written to a file, or typed back (UI §3.A, A6).
//!
//! They are not printed: a printing system keeps what it prints in files of its own, some of them for a day, and nobody
//! here could take them away again.

use conclave_peer::model::Failure;

use crate::command::{Command, Typed};
use crate::i18n::Words;

use super::Effect;

/// Bytes that codes and key take with their words, and more.
const WRITTEN: usize = 2_048;

/// How far the storing has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Keeping {
    /// Whether the person says so, or has typed one back.
    pub stored: bool,
    /// Whether they are on the clipboard.
    pub copied: bool,
    /// Whether the person is asked about a file that is not encrypted.
    pub warned: bool,
    /// The file they were written to.
    pub saved: Option<String>,
    /// Why they were not written.
    pub failure: Option<Failure>,
    /// Whether what was typed is none of them.
    pub wrong: bool,
    copying: bool,
    saving: bool,
}

/// What a person does with them.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The tick beside "I have stored them".
    Stored(bool),
    /// One of them is typed back.
    TypeBack(Typed),
    /// To the clipboard.
    Copy,
    /// Shows the warning before a file, or takes it away.
    Warn(bool),
    /// To a file, whatever the warning says.
    Save,
}

/// What is stored.
#[derive(Debug, Clone, Copy)]
pub struct Codes<'a> {
    /// Ten codes, each for one time.
    pub codes: &'a [String],
    /// The recovery key, when it comes with them.
    pub key: Option<&'a str>,
}

impl Codes<'_> {
    fn all(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(String::as_str).chain(self.key)
    }

    /// The codes, an empty line, the key.
    fn plain(&self) -> Typed {
        self.written("", "", "")
    }

    /// With what each is for: the file is read years later.
    fn explained(&self, words: Words) -> Typed {
        let head = |name: &str, what: &str| format!("{} ({})\n", words.say(name), words.say(what));
        let title = format!("{}\n\n", words.say("recovery-file-title"));
        let codes = head("recovery-codes", "recovery-codes-for");
        self.written(&title, &codes, &head("recovery-key", "recovery-key-for"))
    }

    fn written(&self, title: &str, codes: &str, key: &str) -> Typed {
        // Room for all of it: a text that grows leaves pieces of itself behind.
        let mut text = String::with_capacity(WRITTEN);
        text.push_str(title);
        text.push_str(codes);
        for code in self.codes {
            text.push_str(code);
            text.push('\n');
        }
        if let Some(secret) = self.key {
            text.push('\n');
            text.push_str(key);
            text.push_str(secret);
            text.push('\n');
        }
        Typed::new(text)
    }
}

impl Keeping {
    /// They were stored before.
    #[must_use]
    pub fn done() -> Self {
        Self { stored: true, ..Self::default() }
    }

    pub(super) fn act(&mut self, act: Act, codes: Codes<'_>, words: Words) -> Vec<Effect> {
        match act {
            Act::Stored(stored) => self.stored = stored,
            Act::TypeBack(typed) => {
                let typed = letters(typed.text());
                let right = codes.all().any(|code| letters(code) == typed);
                let shortest = codes.all().map(|code| letters(code).len()).min().unwrap_or_default();
                self.stored |= right;
                self.wrong = !right && typed.len() >= shortest;
            }
            Act::Copy => {
                self.copying = true;
                return vec![Effect::Ask(Command::Copy(codes.plain()))];
            }
            Act::Warn(warned) => self.warned = warned,
            Act::Save if self.saving => {}
            Act::Save => {
                self.saving = true;
                self.warned = false;
                self.failure = None;
                let (name, text) = (words.say("recovery-file"), codes.explained(words));
                return vec![Effect::Ask(Command::SaveText { name, text })];
            }
        }
        Vec::new()
    }

    /// Whether the answer was awaited here.
    pub(super) fn copied(&mut self, done: bool) -> bool {
        let mine = std::mem::take(&mut self.copying);
        if mine {
            self.copied = done;
        }
        mine
    }

    pub(super) fn written(&mut self, result: Result<Option<String>, Failure>) {
        self.saving = false;
        match result {
            Ok(name) => self.saved = name.or(self.saved.take()),
            Err(failure) => self.failure = Some(failure),
        }
    }
}

/// As people copy them from paper: dashes, spaces and small letters do not count.
fn letters(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}
