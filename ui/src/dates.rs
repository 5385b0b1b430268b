//! Days and times as a messenger says them. Pure: the time of now and the zone are arguments.

use conclave_peer::model::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Timestamp, Unit, Zoned, ZonedRound};

/// Younger than this is "now", milliseconds.
const NOW: u64 = 60_000;
/// Younger than this is said in minutes, milliseconds.
const MINUTES: u64 = 3_600_000;
/// An end sooner than this is none, minutes.
const SOON: i64 = 30;
/// The hour at which the next morning begins.
const MORNING: i8 = 8;

/// A day, named from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// Today.
    Today,
    /// The day before.
    Yesterday,
    /// Two to six days ago: 1 is Monday, 7 is Sunday.
    Weekday(i8),
    /// Earlier, or in the future: the year only when it is another one.
    Date {
        /// The year, when it is not this one.
        year: Option<i16>,
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
}

/// How long ago, as the list of people says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Age {
    /// In the last minute.
    Now,
    /// In the last hour.
    Minutes(u64),
    /// Today, earlier.
    Clock,
    /// Before today.
    Day(Day),
}

/// How the hours of a day are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hours {
    /// From 0 to 23: `14:05`.
    #[default]
    TwentyFour,
    /// Twice from 1 to 12: `2:05 PM`.
    Twelve,
}

/// The time of day.
#[must_use]
pub fn clock(at: Time, zone: &TimeZone, hours: Hours) -> String {
    let format = match hours {
        Hours::TwentyFour => "%H:%M",
        // The two parts stay in one line.
        Hours::Twelve => "%-I:%M\u{202f}%p",
    };
    zoned(at, zone).strftime(format).to_string()
}

/// A time to the second, with the distance of the zone: what two people can compare.
#[must_use]
pub fn exact(at: Time, zone: &TimeZone) -> String {
    zoned(at, zone).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// The calendar day of a time; equal for two times of one day.
#[must_use]
pub fn date(at: Time, zone: &TimeZone) -> Date {
    zoned(at, zone).date()
}

/// A day as seen from now.
#[must_use]
pub fn day(at: Time, now: Time, zone: &TimeZone) -> Day {
    let (then, today) = (date(at, zone), date(now, zone));
    let ago = then.until(today).map_or(i32::MAX, |span| span.get_days());
    match ago {
        0 => Day::Today,
        1 => Day::Yesterday,
        2..=6 => Day::Weekday(then.weekday().to_monday_one_offset()),
        _ => Day::Date {
            year: (then.year() != today.year()).then_some(then.year()),
            month: then.month(),
            day: then.day(),
        },
    }
}

/// How long ago.
#[must_use]
pub fn age(at: Time, now: Time, zone: &TimeZone) -> Age {
    match now.saturating_sub(at) {
        ago if ago < NOW && day(at, now, zone) == Day::Today => Age::Now,
        ago if ago < MINUTES && day(at, now, zone) == Day::Today => Age::Minutes(ago / NOW),
        _ => match day(at, now, zone) {
            Day::Today => Age::Clock,
            day => Age::Day(day),
        },
    }
}

/// The full hour that is at least half an hour away, and the next morning: ends that a person chooses with one click.
#[must_use]
pub fn ends(now: Time, zone: &TimeZone) -> Option<(Time, Time)> {
    let here = zoned(now, zone);
    let hour = here.checked_add(Span::new().minutes(SOON)).ok()?;
    let hour = hour.round(ZonedRound::new().smallest(Unit::Hour).mode(RoundMode::Ceil)).ok()?;
    let morning = here.date().tomorrow().ok()?.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    let at = |end: &Zoned| Time::try_from(end.timestamp().as_millisecond()).ok();
    Some((at(&hour)?, at(&morning)?))
}

/// Times beyond the calendar are shown at its end: they can only come from a false clock.
fn zoned(at: Time, zone: &TimeZone) -> Zoned {
    let stamp = i64::try_from(at).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    stamp.unwrap_or(Timestamp::MAX).to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 14:05:00 UTC, a Sunday.
    const AT: Time = 1_795_356_300_000;
    const DAY: Time = 86_400_000;

    #[test]
    fn days_are_named_from_today() {
        let of = |ago| day(AT - ago * DAY, AT, &TimeZone::UTC);
        assert_eq!(of(0), Day::Today);
        assert_eq!(of(1), Day::Yesterday);
        assert_eq!(of(2), Day::Weekday(5));
        assert_eq!(of(6), Day::Weekday(1));
        assert_eq!(of(7), Day::Date { year: None, month: 11, day: 15 });
        assert_eq!(of(365), Day::Date { year: Some(2025), month: 11, day: 22 });
        assert_eq!(day(AT + DAY, AT, &TimeZone::UTC), Day::Date { year: None, month: 11, day: 23 });
    }

    #[test]
    fn ages_grow_coarser() {
        let of = |ago| age(AT - ago, AT, &TimeZone::UTC);
        assert_eq!(of(0), Age::Now);
        assert_eq!(of(5 * 60_000), Age::Minutes(5));
        assert_eq!(of(2 * 3_600_000), Age::Clock);
        assert_eq!(of(DAY), Age::Day(Day::Yesterday));
    }

    #[test]
    fn a_message_of_yesterday_is_not_minutes_old() {
        let midnight = AT - (14 * 60 + 5) * 60_000;
        assert_eq!(age(midnight - 1_000, midnight + 1_000, &TimeZone::UTC), Age::Day(Day::Yesterday));
    }

    #[test]
    fn an_end_is_a_full_hour_or_the_next_morning() {
        let (hour, morning) = ends(AT, &TimeZone::UTC).unwrap();
        assert_eq!(
            (hour - AT, clock(hour, &TimeZone::UTC, Hours::TwentyFour).as_str()),
            (55 * 60_000, "15:00")
        );
        let late = AT + 30 * 60_000;
        assert_eq!(
            clock(ends(late, &TimeZone::UTC).unwrap().0, &TimeZone::UTC, Hours::TwentyFour),
            "16:00",
            "not in 25 minutes"
        );
        assert_eq!(clock(morning, &TimeZone::UTC, Hours::TwentyFour), "08:00");
        assert_eq!(day(AT, morning, &TimeZone::UTC), Day::Yesterday);
        let east = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(clock(ends(AT, &east).unwrap().1, &east, Hours::TwentyFour), "08:00");
    }

    #[test]
    fn hours_are_counted_as_the_person_likes() {
        let of = |at, hours| clock(at, &TimeZone::UTC, hours);
        let midnight = AT - (14 * 60 + 5) * 60_000;
        assert_eq!(
            (of(AT, Hours::TwentyFour), of(AT, Hours::Twelve)),
            ("14:05".into(), "2:05\u{202f}PM".into())
        );
        assert_eq!(
            (of(midnight, Hours::TwentyFour), of(midnight, Hours::Twelve)),
            ("00:00".into(), "12:00\u{202f}AM".into())
        );
    }

    #[test]
    fn a_false_clock_does_no_harm() {
        assert_eq!(ends(u64::MAX, &TimeZone::UTC), None);
        assert_eq!(clock(u64::MAX, &TimeZone::UTC, Hours::TwentyFour).len(), 5);
        assert!(matches!(day(u64::MAX, AT, &TimeZone::UTC), Day::Date { .. }));
    }
}
