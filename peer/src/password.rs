//! The rules of a new password (UI §3.A4): length and strength, and no name in it. All reasons are given together.
//!
//! A password protects two things at once: the login (OPAQUE, throttled by the server) and the vault (Argon2id,
//! where a thief may guess as fast as hardware allows). The second one sets the bar.

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::feedback::Warning;

use crate::model::{EnrolRules, Failure};
use crate::words::{self, Language};

/// Characters of a password after NFKC, at least.
pub const SHORTEST: usize = 10;
/// Characters of a password after NFKC, at most: beyond it only a paste by mistake.
pub const LONGEST: usize = 256;
/// The strength a password must have, by zxcvbn's scale of 0 to 4.
pub const LEAST_SCORE: u8 = 3;
/// The strength is judged by so many characters: the estimate takes quadratic time.
const JUDGED: usize = 100;
/// A name shorter than this may stand in a password by chance.
const SHORTEST_NAME: usize = 3;

/// The rules, for the form of a newcomer.
pub const RULES: EnrolRules = EnrolRules {
    name_min: 3,
    name_max: 32,
    password_min: SHORTEST,
    password_max: LONGEST,
    score_min: LEAST_SCORE,
};

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] characters.
    TooLong,
    /// Weaker than [`LEAST_SCORE`]; the hint is a key of the Fluent files.
    Guessable(&'static str),
    /// It contains the user name or the display name.
    ContainsName,
}

/// The judgement on a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Strength, 0 to 4.
    pub score: u8,
    /// Every rule it breaks; empty for a good one.
    pub reasons: Vec<Reason>,
}

impl Reason {
    /// What a program matches on.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "tooShort",
            Self::TooLong => "tooLong",
            Self::Guessable(_) => "guessable",
            Self::ContainsName => "containsName",
        }
    }

    /// What a person reads: part of a sentence.
    #[must_use]
    pub fn message(self, language: Language) -> String {
        match self {
            Self::TooShort => words::text_with(language, "password-short", &[("n", SHORTEST.to_string())]),
            Self::TooLong => words::text_with(language, "password-long", &[("n", LONGEST.to_string())]),
            Self::Guessable(hint) => {
                words::text_with(language, "password-guessable", &[("hint", words::text(language, hint))])
            }
            Self::ContainsName => words::text(language, "password-name"),
        }
    }

    /// `{code, message}`, as `enrol.check` and `details.reasons` give it.
    #[must_use]
    pub fn to_json(self, language: Language) -> Value {
        json!({ "code": self.code(), "message": self.message(language) })
    }
}

impl Verdict {
    /// Whether the password may be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.reasons.is_empty()
    }

    /// `E-ACC-3` with all reasons, or nothing for a good password.
    ///
    /// # Errors
    /// `E-ACC-3`.
    pub fn into_result(self, language: Language) -> Result<(), Failure> {
        if self.is_good() {
            return Ok(());
        }
        let reasons: Vec<Value> = self.reasons.iter().map(|reason| reason.to_json(language)).collect();
        Err(Failure::new(conclave_proto::ErrorCode::AccountPassword).with("reasons", reasons))
    }
}

/// Judges what was typed. `names` are the person's own: user name, display name.
#[must_use]
pub fn judge(typed: &str, names: &[&str]) -> Verdict {
    // The same form as all derivations see; wiped like the password itself.
    let password: Zeroizing<String> = Zeroizing::new(typed.nfkc().collect());
    let length = password.chars().count();
    let judged: Zeroizing<String> = Zeroizing::new(password.chars().take(JUDGED).collect());
    let strength = zxcvbn::zxcvbn(&judged, names);
    let score = u8::from(strength.score());

    let mut reasons = Vec::new();
    if length < SHORTEST {
        reasons.push(Reason::TooShort);
    }
    if length > LONGEST {
        reasons.push(Reason::TooLong);
    }
    if score < LEAST_SCORE {
        reasons
            .push(Reason::Guessable(hint(strength.feedback().and_then(zxcvbn::feedback::Feedback::warning))));
    }
    let lower = Zeroizing::new(password.to_lowercase());
    if names.iter().any(|name| name.chars().count() >= SHORTEST_NAME && lower.contains(&name.to_lowercase()))
    {
        reasons.push(Reason::ContainsName);
    }
    Verdict { score, reasons }
}

fn hint(warning: Option<Warning>) -> &'static str {
    use Warning as W;
    match warning {
        Some(W::StraightRowsOfKeysAreEasyToGuess | W::ShortKeyboardPatternsAreEasyToGuess) => "guess-keys",
        Some(W::RepeatsLikeAaaAreEasyToGuess | W::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => {
            "guess-repeat"
        }
        Some(
            W::ThisIsATop10Password
            | W::ThisIsATop100Password
            | W::ThisIsACommonPassword
            | W::ThisIsSimilarToACommonlyUsedPassword,
        ) => "guess-common",
        Some(W::SequencesLikeAbcAreEasyToGuess) => "guess-sequence",
        Some(W::RecentYearsAreEasyToGuess | W::DatesAreOftenEasyToGuess) => "guess-year",
        Some(W::AWordByItselfIsEasyToGuess) => "guess-word",
        Some(W::NamesAndSurnamesByThemselvesAreEasyToGuess | W::CommonNamesAndSurnamesAreEasyToGuess) => {
            "guess-names"
        }
        None => "guess-more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(typed: &str, names: &[&str]) -> Vec<&'static str> {
        judge(typed, names).reasons.iter().map(|reason| reason.code()).collect()
    }

    #[test]
    fn a_good_password_passes() {
        assert!(judge("velvet otter piano 41", &["marie"]).is_good());
        assert!(judge("長い合言葉は雨の夜に読む", &["marie"]).is_good());
    }

    #[test]
    fn all_reasons_come_together() {
        assert_eq!(codes("marie", &["marie"]), ["tooShort", "guessable", "containsName"]);
        assert_eq!(codes("password123", &["marie"]), ["guessable"]);
        assert_eq!(codes(&"x7 Qf-".repeat(50), &[]).first(), Some(&"tooLong"));
    }

    #[test]
    fn nine_characters_are_too_few_and_ten_are_not() {
        assert_eq!(codes("xQ7#vL2!p", &[]), ["tooShort"]);
        assert!(judge("xQ7#vL2!pZ", &[]).is_good());
    }

    #[test]
    fn length_counts_characters_after_normalisation() {
        // Nine letters, one of them typed as letter and accent.
        assert!(codes("xQ7#vL2!e\u{301}", &[]).contains(&"tooShort"));
    }

    #[test]
    fn a_name_is_found_whatever_its_case() {
        assert_eq!(codes("velvet MARIE piano 41", &["marie"]), ["containsName"]);
    }

    #[test]
    fn every_hint_has_words_in_both_languages() {
        for typed in ["asdfghjkl;", "aaaaaaaaaaaa", "password", "abcdefghijk", "1987198719", "mendozamendoza"]
        {
            for reason in judge(typed, &[]).reasons {
                for language in Language::ALL {
                    assert!(!reason.message(language).contains("guess-"), "{typed}");
                }
            }
        }
    }
}
