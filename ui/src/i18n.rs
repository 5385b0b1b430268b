//! Every word of the window, in English and French: the Fluent files of `ui/i18n/<language>/`, built in.
//!
//! Variables are wrapped in the marks that keep writing directions apart, so a name inside a sentence cannot turn
//! the rest of it around. Words of errors come from the engine (`conclave_peer::words`).

use std::borrow::Cow;
use std::collections::HashMap;

use conclave_peer::model::{Failure, Time};
use conclave_peer::words;
use fluent_templates::Loader;
use fluent_templates::fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use unic_langid::{LanguageIdentifier, langid};

use crate::dates::{self, Age, Day, Hours};

pub use conclave_peer::words::Language;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "en",
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static FRENCH: LanguageIdentifier = langid!("fr");

/// A variable of a text: a name, or a number that decides plurals.
pub type Variable<'a> = FluentValue<'a>;

/// The words of one language, and the clock that goes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words(pub Language, pub Hours);

impl Words {
    /// The words of a language, with the usual clock.
    #[must_use]
    pub const fn of(language: Language) -> Self {
        Self(language, Hours::TwentyFour)
    }

    /// The time of day.
    #[must_use]
    pub fn clock(self, at: Time, zone: &TimeZone) -> String {
        dates::clock(at, zone, self.1)
    }

    /// A text without variables; a key that does not exist is returned as it is.
    #[must_use]
    pub fn say(self, key: &str) -> String {
        TEXTS.try_lookup(self.id(), key).unwrap_or_else(|| key.to_owned())
    }

    /// A text with its variables; a key that does not exist is returned as it is.
    #[must_use]
    pub fn with(self, key: &str, variables: &[(&'static str, Variable<'_>)]) -> String {
        let variables: HashMap<Cow<'static, str>, FluentValue<'_>> =
            variables.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        TEXTS.try_lookup_with_args(self.id(), key, &variables).unwrap_or_else(|| key.to_owned())
    }

    /// What an error means to a person.
    #[must_use]
    pub fn failure(self, failure: &Failure) -> String {
        words::failure(self.0, failure)
    }

    /// A size in bytes.
    #[must_use]
    pub fn size(self, bytes: u64) -> String {
        words::size(self.0, bytes)
    }

    /// The label of a day in the timeline.
    #[must_use]
    pub fn day(self, day: Day) -> String {
        match day {
            Day::Today => self.say("today"),
            Day::Yesterday => self.say("yesterday"),
            Day::Weekday(n) => self.say(&format!("weekday-{n}")),
            Day::Date { year: None, month, day } => self
                .with("date", &[("day", day.into()), ("month", self.say(&format!("month-{month}")).into())]),
            Day::Date { year: Some(year), month, day } => self.with(
                "date-year",
                &[
                    ("day", day.into()),
                    ("month", self.say(&format!("month-{month}")).into()),
                    ("year", year.to_string().into()),
                ],
            ),
        }
    }

    /// A day in the middle of a sentence.
    #[must_use]
    pub fn day_within(self, day: Day) -> String {
        match day {
            Day::Today => self.say("today-within"),
            Day::Yesterday => self.say("yesterday-within"),
            Day::Weekday(n) => self.say(&format!("weekday-within-{n}")),
            Day::Date { .. } => self.day(day),
        }
    }

    /// Until when: the time of day if that is today, or the day.
    #[must_use]
    pub fn until(self, at: Time, now: Time, zone: &TimeZone) -> String {
        match dates::day(at, now, zone) {
            Day::Today => self.clock(at, zone),
            day => self.day_within(day),
        }
    }

    /// How long ago, as a list says it.
    #[must_use]
    pub fn age(self, at: Time, now: Time, zone: &TimeZone) -> String {
        match dates::age(at, now, zone) {
            Age::Now => self.say("age-now"),
            Age::Minutes(n) => self.with("age-minutes", &[("n", n.into())]),
            Age::Clock => self.clock(at, zone),
            Age::Day(Day::Weekday(n)) => self.say(&format!("weekday-short-{n}")),
            Age::Day(Day::Date { year: None, month, day }) => self.with(
                "date",
                &[("day", day.into()), ("month", self.say(&format!("month-short-{month}")).into())],
            ),
            Age::Day(day) => self.day(day),
        }
    }

    /// A day and a time of day: `Today, 14:05`.
    #[must_use]
    pub fn moment(self, at: Time, now: Time, zone: &TimeZone) -> String {
        let day = self.day(dates::day(at, now, zone));
        self.with("day-and-time", &[("day", day.into()), ("time", self.clock(at, zone).into())])
    }

    /// The same in the middle of a sentence: `today, 14:05`.
    #[must_use]
    pub fn moment_within(self, at: Time, now: Time, zone: &TimeZone) -> String {
        let day = self.day_within(dates::day(at, now, zone));
        self.with("day-and-time", &[("day", day.into()), ("time", self.clock(at, zone).into())])
    }

    /// When a person was last connected.
    #[must_use]
    pub fn seen(self, at: Time, now: Time, zone: &TimeZone) -> String {
        match dates::day(at, now, zone) {
            Day::Today => self.with("last-seen", &[("time", self.clock(at, zone).into())]),
            day => self.with("last-seen-day", &[("day", self.day_within(day).into())]),
        }
    }

    /// The name of this language in itself.
    #[must_use]
    pub fn own_name(self) -> String {
        self.say("language-name")
    }

    /// `en` or `fr`, for the `lang` attribute.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self.0 {
            Language::En => "en",
            Language::Fr => "fr",
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self.0 {
            Language::En => &ENGLISH,
            Language::Fr => &FRENCH,
        }
    }
}
