//! When an article was published, as precisely as its source said.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// A moment as it was given: a day, a clock time without zone, or an instant with its offset.
///
/// Printed in ISO 8601 without inventing what was not given.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// A calendar day.
    Day(Date),
    /// A day and a clock time, zone unknown.
    Local(DateTime),
    /// An instant with its offset.
    Instant(Timestamp, Offset),
}

impl When {
    /// Reads ISO 8601 and its usual variations (`2024-12-03`, `2024-12-03 16:44:44`, `2024-12-03T16:44:44+03:00`).
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<When> {
        let text = text.trim();
        // A day with a zone (`2024-12-03+03:00`, XML Schema) is still only a day.
        let text = if is_zoned_day(text) { &text[..10] } else { text };
        let pieces = jiff::fmt::temporal::DateTimeParser::new();
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Some(When::Instant(stamp, offset_of(text)));
        }
        if text.len() > 10 {
            return pieces.parse_datetime(text).ok().map(When::Local);
        }
        pieces.parse_date(text).ok().map(When::Day)
    }

    /// The calendar day, at the offset it was given with.
    #[must_use]
    pub fn date(&self) -> Date {
        match self {
            When::Day(date) => *date,
            When::Local(time) => time.date(),
            When::Instant(stamp, offset) => offset.to_datetime(*stamp).date(),
        }
    }

    /// Days since 1970-01-01 of [`date`](Self::date).
    #[must_use]
    pub fn day_number(&self) -> i64 {
        const EPOCH: Date = jiff::civil::date(1970, 1, 1);
        i64::from((self.date() - EPOCH).get_days())
    }

    /// Hours between two moments: exact when both are instants, else 24 for each calendar day.
    #[must_use]
    pub fn gap_hours(&self, other: &When) -> i64 {
        match (self, other) {
            (When::Instant(a, _), When::Instant(b, _)) => (a.as_second() - b.as_second()).abs() / 3600,
            _ => (self.day_number() - other.day_number()).abs() * 24,
        }
    }

    /// Seconds since 1970, for ordering only: a day counts from its midnight.
    #[must_use]
    pub fn order(&self) -> i64 {
        match self {
            When::Instant(stamp, _) => stamp.as_second(),
            When::Local(time) => {
                self.day_number() * 86_400 + i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
            }
            When::Day(_) => self.day_number() * 86_400,
        }
    }
}

/// The day so many days after 1970-01-01; the nearest there is, for what is past the calendar.
#[must_use]
pub fn of_day_number(day: i64) -> Date {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    // As far as a span goes, which is further than the calendar.
    EPOCH.saturating_add(jiff::Span::new().days(day.clamp(-7_000_000, 7_000_000)))
}

fn is_zoned_day(text: &str) -> bool {
    text.get(..10).is_some_and(|day| day.bytes().filter(|byte| *byte == b'-').count() == 2)
        && text.get(10..).is_some_and(|zone| zone == "Z" || (zone.starts_with(['+', '-']) && zone.len() <= 6))
}

/// The fixed offset written at the end of an RFC 3339 instant, `Z` as UTC. In whole minutes, as it is printed: the instant stays the same.
fn offset_of(text: &str) -> Offset {
    let offset = jiff::fmt::temporal::Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
    offset.and_then(|offset| Offset::from_seconds(offset.seconds() / 60 * 60).ok()).unwrap_or(Offset::UTC)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Day(date) => write!(f, "{date}"),
            When::Local(time) => write!(f, "{time}"),
            When::Instant(stamp, offset) if offset.is_zero() => write!(f, "{stamp}"),
            When::Instant(stamp, offset) => write!(f, "{}", stamp.display_with_offset(*offset)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_is_kept_as_precise_as_it_came() {
        for (given, printed) in [
            ("2024-12-03", "2024-12-03"),
            ("2015-07-26 16:44:44", "2015-07-26T16:44:44"),
            ("2024-12-03T16:44:44Z", "2024-12-03T16:44:44Z"),
            ("2024-12-03T16:44:44+00:00", "2024-12-03T16:44:44Z"),
            ("2024-12-03T16:44:44+03:00", "2024-12-03T16:44:44+03:00"),
            ("2024-12-03T16:44:44+03:00:30", "2024-12-03T16:44:14+03:00"),
            (" 20241203 ", "2024-12-03"),
            ("2024-12-03+03:00", "2024-12-03"),
            ("2024-12-03Z", "2024-12-03"),
        ] {
            let when = When::parse_iso(given).expect(given);
            assert_eq!(when.to_string(), printed, "{given}");
            assert_eq!(When::parse_iso(printed), Some(when), "{given}");
        }
        for bad in ["", "yesterday", "2024-13-01", "12"] {
            assert_eq!(When::parse_iso(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_number_is_that_of_one_day() {
        for day in [Date::MIN, jiff::civil::date(-2032, 3, 22), jiff::civil::date(1970, 1, 1), jiff::civil::date(2024, 12, 3), Date::MAX] {
            assert_eq!(of_day_number(When::Day(day).day_number()), day);
        }
        assert_eq!((of_day_number(i64::MIN), of_day_number(i64::MAX)), (Date::MIN, Date::MAX));
    }

    #[test]
    fn gaps_are_exact_between_instants_and_whole_days_otherwise() {
        let at = |text: &str| When::parse_iso(text).expect("a date");
        assert_eq!(at("2024-12-03T23:00:00Z").gap_hours(&at("2024-12-04T01:00:00Z")), 2);
        assert_eq!(at("2024-12-03").gap_hours(&at("2024-12-04T01:00:00Z")), 24);
        assert_eq!(at("2024-12-03T23:00:00").gap_hours(&at("2024-12-03")), 0);
    }
}
