//! What people read, in English and French (UI §3.F). Programs match on codes; these words may change.
//!
//! The texts are the Fluent files in `peer/i18n/<language>/`, built in. An error's text has the error's code as its
//! key; its attribute `plain` is said when a variable of the text is not known. Numbers among the details of a
//! [`Failure`] become words here: sizes in bytes, spans and times in milliseconds.

mod measure;

use std::borrow::Cow;
use std::collections::HashMap;
use std::str::FromStr;

use fluent_templates::Loader;
use fluent_templates::fluent_bundle::FluentValue;
use serde_json::Value;
use unic_langid::{LanguageIdentifier, langid};

use crate::model::Failure;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "en",
        // The marks that keep directions apart would stand in every JSON line and terminal.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static FRENCH: LanguageIdentifier = langid!("fr");

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// Text that names no language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are en and fr")]
pub struct NotALanguage;

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The language of a locale such as `fr_CH.UTF-8`; English when it is another one.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("fr") { Self::Fr } else { Self::En }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &ENGLISH,
            Self::Fr => &FRENCH,
        }
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        match text {
            "en" => Ok(Self::En),
            "fr" => Ok(Self::Fr),
            _ => Err(NotALanguage),
        }
    }
}

/// A text without variables; a key that does not exist is returned as it is.
#[must_use]
pub fn text(language: Language, key: &str) -> String {
    TEXTS.try_lookup(language.id(), key).unwrap_or_else(|| key.to_owned())
}

/// A text with its variables; a key that does not exist is returned as it is.
#[must_use]
pub fn text_with(language: Language, key: &str, variables: &[(&'static str, String)]) -> String {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    lookup(language, key, variables).unwrap_or_else(|| key.to_owned())
}

/// What an error means to a person: its text with the details it came with.
#[must_use]
pub fn failure(language: Language, failure: &Failure) -> String {
    let mut variables: Vec<(String, String)> = failure
        .details
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), word(language, name, value)?)))
        .collect();
    if let Some(wait) = failure.retry_after_ms {
        variables.push(("left".to_owned(), measure::span(language, wait)));
        if failure.code == conclave_proto::ErrorCode::ServerBusy {
            variables.push(("n".to_owned(), wait.div_ceil(1000).to_string()));
        }
    }
    let code = failure.code.text();
    // A clock far off is the one hint that this computer can give about a refused login.
    let skew = failure.details.get("clockSkewMs").and_then(Value::as_i64);
    let clock = skew.map(|skew| {
        variables.push(("n".to_owned(), skew.unsigned_abs().div_ceil(1000).to_string()));
        format!("{code}.clock")
    });
    clock
        .and_then(|key| lookup(language, &key, variables.iter().cloned()))
        .or_else(|| lookup(language, code, variables.into_iter()))
        .or_else(|| lookup(language, &format!("{code}.plain"), std::iter::empty()))
        .unwrap_or_else(|| code.to_owned())
}

/// A size in bytes, in words.
#[must_use]
pub fn size(language: Language, bytes: u64) -> String {
    measure::size(language, bytes)
}

/// A span of milliseconds, in words.
#[must_use]
pub fn span(language: Language, milliseconds: u64) -> String {
    measure::span(language, milliseconds)
}

/// A point in time, as this computer's zone writes it: `2026-11-22 14:05`.
#[must_use]
pub fn time(at: crate::model::Time) -> String {
    measure::time(at)
}

/// The words of one detail; `None` for what cannot stand in a sentence.
fn word(language: Language, name: &str, value: &Value) -> Option<String> {
    match (name, value) {
        ("need" | "free" | "size" | "max" | "done", Value::Number(bytes)) => {
            bytes.as_u64().map(|bytes| measure::size(language, bytes))
        }
        ("left", Value::Number(span)) => span.as_u64().map(|span| measure::span(language, span)),
        ("date" | "time", Value::Number(at)) => at.as_u64().map(measure::time),
        ("pct", Value::Number(n)) => Some(text_with(language, "percent", &[("n", n.to_string())])),
        ("reasons", Value::Array(reasons)) => {
            let said = reasons.iter().filter_map(|reason| reason_word(language, reason));
            Some(said.collect::<Vec<_>>().join(&text(language, "list-separator")))
        }
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// A reason is words already, or an object with its own `message`.
fn reason_word(_: Language, reason: &Value) -> Option<String> {
    reason.as_str().or_else(|| reason.get("message")?.as_str()).map(str::to_owned)
}

fn lookup(
    language: Language,
    key: &str,
    variables: impl Iterator<Item = (String, String)>,
) -> Option<String> {
    let variables: HashMap<Cow<'static, str>, FluentValue<'_>> =
        variables.map(|(name, value)| (Cow::Owned(name), FluentValue::from(value))).collect();
    TEXTS.try_lookup_with_args(language.id(), key, &variables)
}

#[cfg(test)]
mod tests;
