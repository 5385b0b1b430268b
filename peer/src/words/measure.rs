//! Sizes, spans and times in words. Sizes count in thousands, as disks are sold and file managers show.

use super::{Language, text_with};
use crate::model::Time;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `3.2 MB`, « 3,2 Mo »: one decimal below ten, none above.
pub(super) fn size(language: Language, bytes: u64) -> String {
    let (key, unit) = match bytes {
        0..1_000 => return text_with(language, "size-bytes", &[("n", bytes.to_string())]),
        1_000..1_000_000 => ("size-kilo", 1_000),
        1_000_000..1_000_000_000 => ("size-mega", 1_000_000),
        _ => ("size-giga", 1_000_000_000),
    };
    let tenths = bytes / (unit / 10);
    let number = if tenths < 100 {
        let point = if language == Language::Fr { ',' } else { '.' };
        format!("{}{point}{}", tenths / 10, tenths % 10)
    } else {
        (tenths / 10).to_string()
    };
    text_with(language, key, &[("n", number)])
}

/// The largest unit that fits, rounded up: who waits that long has waited long enough.
pub(super) fn span(language: Language, milliseconds: u64) -> String {
    let (key, unit) = match milliseconds {
        0..MINUTE => ("span-seconds", SECOND),
        MINUTE..HOUR => ("span-minutes", MINUTE),
        HOUR..DAY => ("span-hours", HOUR),
        _ => ("span-days", DAY),
    };
    text_with(language, key, &[("n", milliseconds.div_ceil(unit).to_string())])
}

/// Local time to the minute; a time that no calendar holds is shown as its number.
pub(super) fn time(at: Time) -> String {
    i64::try_from(at)
        .ok()
        .and_then(|at| jiff::Timestamp::from_millisecond(at).ok())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_else(|| at.to_string())
}
