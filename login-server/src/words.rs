//! What administrators read, in English and French (ADMIN §2, `--lang`). Programs match on codes and JSON, which are
//! the same in every language.
//!
//! The texts are the Fluent files in `login-server/i18n/<language>/`, built in. The running server knows no language:
//! its failures travel as a key with what stands in it, beside the English words, and the command says them. Help
//! pages, the log of the process and what the system says about a file stay English.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::sync::OnceLock;

use fluent_templates::Loader;
use fluent_templates::fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};
use unic_langid::{LanguageIdentifier, langid};

use crate::exit::cut;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "en",
        // The marks that keep directions apart would stand in every line of a terminal.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static FRENCH: LanguageIdentifier = langid!("fr");

/// The language of this process: a command is one act of one person.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language of the environment, as `LC_ALL`, `LC_MESSAGES` and `LANG` say it in this order; English when it
    /// is another one.
    pub(crate) fn of_environment() -> Self {
        let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("fr") { Self::Fr } else { Self::En }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &ENGLISH,
            Self::Fr => &FRENCH,
        }
    }
}

/// Chooses the language of the process; the first choice stays.
pub(crate) fn choose(language: Language) {
    CHOSEN.get_or_init(|| language);
}

fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or_default()
}

/// A sentence that can be said in each language: its key, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    key: Cow<'static, str>,
    with: BTreeMap<Cow<'static, str>, String>,
}

/// The sentence of a key.
pub(crate) fn said(key: &'static str) -> Said {
    Said { key: Cow::Borrowed(key), with: BTreeMap::new() }
}

/// A text without variables, in the chosen language; a key that does not exist is returned as it is.
pub(crate) fn word(key: &str) -> String {
    TEXTS.try_lookup(chosen().id(), key).unwrap_or_else(|| key.to_owned())
}

/// The text of a key that not every caller has, in the chosen language.
pub(crate) fn known(key: &str) -> Option<String> {
    TEXTS.try_lookup(chosen().id(), key)
}

impl Said {
    /// Puts something into the sentence.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.with.insert(Cow::Borrowed(name), value.to_string());
        self
    }

    /// In the chosen language.
    pub(crate) fn text(&self) -> String {
        self.in_language(chosen())
    }

    /// In English, as programs get it.
    pub(crate) fn english(&self) -> String {
        self.in_language(Language::En)
    }

    fn in_language(&self, language: Language) -> String {
        self.looked_up(language).unwrap_or_else(|| self.key.to_string())
    }

    fn is_known(&self) -> bool {
        self.looked_up(Language::En).is_some()
    }

    fn looked_up(&self, language: Language) -> Option<String> {
        let with: HashMap<Cow<'static, str>, FluentValue<'_>> =
            self.with.iter().map(|(name, value)| (name.clone(), FluentValue::from(value.as_str()))).collect();
        TEXTS.try_lookup_with_args(language.id(), &self.key, &with)
    }
}

impl From<Said> for String {
    fn from(said: Said) -> Self {
        said.text()
    }
}

/// A sentence for people: one of the Fluent files, or words of the system that exist in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(Words);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Words {
    Plain(String),
    Said(Said),
}

impl Sentence {
    /// The English words, which programs get.
    #[must_use]
    pub fn english(&self) -> String {
        self.in_language(Language::En)
    }

    /// The words in the chosen language.
    pub(crate) fn text(&self) -> String {
        self.in_language(chosen())
    }

    fn in_language(&self, language: Language) -> String {
        match &self.0 {
            Words::Plain(text) => text.clone(),
            Words::Said(said) => said.in_language(language),
        }
    }

    /// The key with what stands in it, for the way to another process; a value may be a megabyte that somebody typed
    /// and is cut.
    pub(crate) fn keyed(&self) -> Option<Said> {
        match &self.0 {
            Words::Plain(_) => None,
            Words::Said(said) => {
                let with = said.with.iter().map(|(name, value)| (name.clone(), cut(value.clone())));
                Some(Said { key: said.key.clone(), with: with.collect() })
            }
        }
    }

    /// What came from another process: English words, and the key unless it is of another version.
    pub(crate) fn received(english: String, said: Option<Said>) -> Self {
        match said.filter(Said::is_known) {
            Some(said) => said.into(),
            None => Self(Words::Plain(english)),
        }
    }
}

impl From<Said> for Sentence {
    fn from(said: Said) -> Self {
        Self(Words::Said(said))
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self(Words::Plain(text))
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        Self(Words::Plain(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
