//! Dates as feeds write them.

use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::date::When;

/// Years that both formats can say.
const YEARS: std::ops::RangeInclusive<i16> = 0..=9999;

/// `Tue, 3 Dec 2024 16:44:00 +0300`, for RSS.
pub(super) fn rfc2822(when: &When) -> Option<String> {
    rfc2822::DateTimePrinter::new().zoned_to_string(&zoned(when)?).ok()
}

/// `2024-12-03T16:44:00+03:00`, for Atom and JSON Feed.
pub(super) fn rfc3339(when: &When) -> Option<String> {
    let zoned = zoned(when)?;
    Some(When::Instant(zoned.timestamp(), zoned.offset()).to_string())
}

/// The moment: a day from its midnight, a time without zone in UTC.
fn zoned(when: &When) -> Option<Zoned> {
    let zoned = match when {
        When::Day(date) => date.to_zoned(TimeZone::UTC).ok()?,
        When::Local(time) => time.to_zoned(TimeZone::UTC).ok()?,
        // Neither format knows seconds of an offset.
        When::Instant(stamp, offset) if offset.seconds() % 60 != 0 => utc(*stamp),
        When::Instant(stamp, offset) => stamp.to_zoned(offset.to_time_zone()),
    };
    (YEARS.contains(&zoned.year())).then_some(zoned)
}

fn utc(stamp: Timestamp) -> Zoned {
    stamp.to_zoned(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::Offset;

    use super::*;

    #[test]
    fn dates_are_moments_in_the_zone_they_were_given_in() {
        for (given, mail, iso) in [
            ("2024-12-03", "Tue, 3 Dec 2024 00:00:00 +0000", "2024-12-03T00:00:00Z"),
            ("2024-12-03T16:44:00", "Tue, 3 Dec 2024 16:44:00 +0000", "2024-12-03T16:44:00Z"),
            ("2024-12-03T16:44:00Z", "Tue, 3 Dec 2024 16:44:00 +0000", "2024-12-03T16:44:00Z"),
            ("2024-12-13T01:00:00.5+03:30", "Fri, 13 Dec 2024 01:00:00 +0330", "2024-12-13T01:00:00.5+03:30"),
            ("0000-02-29", "Tue, 29 Feb 0000 00:00:00 +0000", "0000-02-29T00:00:00Z"),
        ] {
            let when = When::parse_iso(given).expect("a date");
            assert_eq!((rfc2822(&when).as_deref(), rfc3339(&when).as_deref()), (Some(mail), Some(iso)), "{given}");
        }
    }

    #[test]
    fn what_the_formats_cannot_say() {
        let before = When::Day(date(-1, 1, 1));
        assert_eq!((rfc2822(&before), rfc3339(&before)), (None, None));
        let odd = When::Instant(Timestamp::UNIX_EPOCH, Offset::from_seconds(-3601).expect("an offset"));
        assert_eq!(rfc3339(&odd).as_deref(), Some("1970-01-01T00:00:00Z"));
    }
}
