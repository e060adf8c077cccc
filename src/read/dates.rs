//! Publication dates from a date field or an address, and which dates are believed.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::{months, written};
use crate::date::When;

/// Nothing is published before this: older dates are empty fields (1970-01-01), other calendars, or the event's own.
const EARLIEST: Date = jiff::civil::date(1990, 1, 1);

/// How many days after the latest date a date may lie: time zones and scheduled articles.
const MAX_DAYS_AHEAD: i64 = 1;

/// Numbers from here on count milliseconds since 1970, from [`MICROSECONDS`] on microseconds; below, seconds.
const MILLISECONDS: i64 = 100_000_000_000;
const MICROSECONDS: i64 = 100_000_000_000_000;

/// Whether a publication date can be true.
pub(super) fn plausible(when: &When, latest: Date) -> bool {
    let last = latest.checked_add(MAX_DAYS_AHEAD.days()).unwrap_or(latest);
    (EARLIEST..=last).contains(&when.date())
}

/// The years that a plausible date can lie in.
pub(super) fn plausible_years(latest: Date) -> RangeInclusive<i16> {
    EARLIEST.year()..=latest.year().saturating_add(1)
}

/// Whether `03/12/2024` is 3 December: everywhere we read but in English, and unknown languages in Latin letters.
pub(super) fn day_first(lang: Option<&str>, text: &str) -> bool {
    match lang {
        Some(lang) => lang != "en",
        None => text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| c > '\u{24f}'),
    }
}

/// Reads a date field: ISO 8601, RFC 2822, a written date, seconds or milliseconds since 1970.
pub(super) fn parse(text: &str, day_first: bool) -> Option<When> {
    let text = text.trim();
    if let Some(when) = When::parse_iso(text) {
        return Some(when);
    }
    if let Some(when) = number(text) {
        return Some(when);
    }
    let rfc2822 = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    // Zones that RFC 2822 does not name are read as UTC there; an hour without a zone is the better guess.
    let named = |zone: &str| !zone.ends_with(|c: char| c.is_ascii_alphabetic()) || is_utc(zone);
    if let Ok(zoned) = rfc2822.parse_zoned(text)
        && (!zoned.offset().is_zero() || text.rsplit(' ').next().is_some_and(named))
    {
        return Some(When::Instant(zoned.timestamp(), zoned.offset()));
    }
    // `2024-12-03 16:44:44 +0300`, `2024-12-03 16:44:44 UTC`
    if let Some((time, zone)) = text.rsplit_once(' ')
        && time.len() > 10
    {
        let zone = if is_utc(zone) { "Z" } else { zone };
        if matches!(zone.as_bytes().first(), Some(b'Z' | b'+' | b'-'))
            && let Some(when) = When::parse_iso(&format!("{time}{zone}"))
        {
            return Some(when);
        }
    }
    let written = written::find(text, day_first).into_iter().next()?.when;
    let instant = match (&written, offset(text)) {
        (When::Local(time), Some(offset)) => offset.to_timestamp(*time).ok().map(|stamp| When::Instant(stamp, offset)),
        _ => None,
    };
    instant.or(Some(written))
}

fn is_utc(zone: &str) -> bool {
    ["UTC", "GMT", "UT", "Z"].iter().any(|utc| utc.eq_ignore_ascii_case(zone))
}

/// The offset that a written date ends with: `Sal, 03 Ara 2024 16:44 +0300`, `… GMT`.
fn offset(text: &str) -> Option<Offset> {
    let zone = text.rsplit(' ').next()?;
    if is_utc(zone) {
        return Some(Offset::UTC);
    }
    let (sign, digits) = zone.strip_prefix('+').map(|rest| (1, rest)).or_else(|| zone.strip_prefix('-').map(|rest| (-1, rest)))?;
    let digits = digits.replacen(':', "", 1);
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i32>().ok();
    let seconds = (number(0..2)? * 60 + number(2..4)?) * 60;
    Offset::from_seconds(sign * seconds).ok().filter(|_| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Seconds, milliseconds or microseconds since 1970, or `20241203164444`.
fn number(text: &str) -> Option<When> {
    let whole = text.split_once('.').map_or(text, |(whole, part)| if part.bytes().all(|b| b.is_ascii_digit()) { whole } else { text });
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if whole.len() == 14 && (whole.starts_with("19") || whole.starts_with("20")) {
        let part = |range: std::ops::Range<usize>| whole.get(range)?.parse::<i8>().ok();
        let date = Date::new(whole.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?).ok()?;
        let time = Time::new(part(8..10)?, part(10..12)?, part(12..14)?, 0).ok()?;
        return Some(When::Local(DateTime::from_parts(date, time)));
    }
    let value: i64 = whole.parse().ok()?;
    let stamp = match value {
        MICROSECONDS.. => Timestamp::from_microsecond(value),
        MILLISECONDS.. => Timestamp::from_millisecond(value),
        _ => Timestamp::from_second(value),
    };
    // Anything shorter is a year, a day count or an id, not a moment after 1990.
    stamp.ok().filter(|_| whole.len() >= 9).map(|stamp| When::Instant(stamp, Offset::UTC))
}

/// The day in an address: `/2024/12/03/`, `/2024/dec/03/`, `/2024-12-03-slug`, `/20241203/`.
pub(super) fn from_url(url: &str) -> Option<When> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next()?;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let next = |ahead: usize| segments.get(at + ahead).copied().unwrap_or_default();
        let found = day(segment, next(1), next(2)).or_else(|| in_segment(segment));
        if found.is_some() {
            return found.map(When::Day);
        }
    }
    None
}

/// A day at the start or the end of one path segment.
fn in_segment(segment: &str) -> Option<Date> {
    let stem = segment.split('.').next()?;
    let parts: Vec<&str> = stem.split(['-', '_']).collect();
    let compact = |part: &str| day(part.get(..4)?, part.get(4..6)?, part.get(6..)?);
    let edge = |parts: &[&str]| match parts {
        [year, month, number, ..] => day(year, month, number),
        _ => None,
    };
    edge(&parts)
        .or_else(|| edge(&parts[parts.len().saturating_sub(3)..]))
        .or_else(|| compact(parts.first()?))
        .or_else(|| compact(parts.last()?))
}

fn day(year: &str, month: &str, number: &str) -> Option<Date> {
    let digits =
        |text: &str, length: std::ops::RangeInclusive<usize>| length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(year, 4..=4) || !digits(number, 1..=2) {
        return None;
    }
    let month = if digits(month, 1..=2) { month.parse().ok()? } else { months::single(&month.to_ascii_lowercase())? };
    Date::new(year.parse().ok()?, month, number.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_kept_as_precise_as_they_came() {
        for (text, expected) in [
            ("2024-12-03", "2024-12-03"),
            ("2015-07-26 16:44:44", "2015-07-26T16:44:44"),
            ("2024-12-03T16:44:44.000+03:00", "2024-12-03T16:44:44+03:00"),
            ("2024-12-03 16:44:44 +0300", "2024-12-03T16:44:44+03:00"),
            ("2024-12-03 16:44:44 UTC", "2024-12-03T16:44:44Z"),
            ("Tue, 03 Dec 2024 16:44:44 +0300", "2024-12-03T16:44:44+03:00"),
            ("Tue, 03 Dec 2024 16:44:44 GMT", "2024-12-03T16:44:44Z"),
            ("Mon, 03 Dec 2024 16:44:44 GMT", "2024-12-03T16:44:44Z"),
            ("Tue, 03 Dec 2024 16:44:44 PST", "2024-12-03T16:44:44-08:00"),
            ("Tue, 03 Dec 2024 16:44:44 MSK", "2024-12-03T16:44:44"),
            ("03.12.2024", "2024-12-03"),
            ("03.12.2024 16:44", "2024-12-03T16:44:00"),
            ("3 ديسمبر 2024", "2024-12-03"),
            ("3 ديسمبر 2024 16:44 +03:00", "2024-12-03T16:44:00+03:00"),
            ("3 ديسمبر 2024 16:44 GMT", "2024-12-03T16:44:00Z"),
            ("3 ديسمبر 2024 16:44 +9999", "2024-12-03T16:44:00"),
            ("1733244284", "2024-12-03T16:44:44Z"),
            ("1733244284000", "2024-12-03T16:44:44Z"),
            ("1733244284.5", "2024-12-03T16:44:44Z"),
            ("20241203", "2024-12-03"),
            ("20241203164444", "2024-12-03T16:44:44"),
            ("yesterday", ""),
            ("2024", ""),
            ("12345", ""),
            ("", ""),
            ("99999999999999999999", ""),
        ] {
            assert_eq!(parse(text, false).map(|when| when.to_string()).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_name_days() {
        for (url, expected) in [
            ("https://a.example/2024/12/03/title", "2024-12-03"),
            ("https://a.example/world/2024/dec/3/title", "2024-12-03"),
            ("https://a.example/2024-12-03/title", "2024-12-03"),
            ("https://a.example/2024-12-03-title.html", "2024-12-03"),
            ("https://a.example/news/title-2024-12-03.html", "2024-12-03"),
            ("https://a.example/20241203/", "2024-12-03"),
            ("https://a.example/20241203_title?d=2020/01/01", "2024-12-03"),
            ("https://a.example/2024/12/title", ""),
            ("https://a.example/2024/13/03/", ""),
            ("https://a.example/news-54563845", ""),
            ("https://a.example/عنوان/أخبار", ""),
            ("https://2024-12-03.example/", ""),
            ("", ""),
        ] {
            assert_eq!(from_url(url).map(|when| when.to_string()).unwrap_or_default(), expected, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_true_is_not_believed() {
        let latest = jiff::civil::date(2024, 12, 3);
        for (day, believed) in
            [("1989-12-31", false), ("1990-01-01", true), ("2024-12-04", true), ("2024-12-05", false), ("9999-12-31", false)]
        {
            assert_eq!(When::parse_iso(day).map(|when| plausible(&when, latest)), Some(believed), "{day}");
        }
    }
}
