//! Whether a text or a line of it can hold a date at all: it must name a year, which most do not.
//!
//! Reading text as dates costs some 50 times as much as this look at its bytes.

use std::ops::RangeInclusive;

use super::months;

/// Whether `text` has a number of four digits within `years`, or digits of other scripts (they are not read here).
pub(super) fn may_hold(text: &str, years: &RangeInclusive<i16>) -> bool {
    names_year(text.as_bytes(), years) || (may_have_other_digits(text.as_bytes()) && has_other_digits(text))
}

/// Whether there is a year in ASCII digits.
fn names_year(text: &[u8], years: &RangeInclusive<i16>) -> bool {
    // Other years than these begin with other digits.
    if !(1000..=2999).contains(years.start()) || !(1000..=2999).contains(years.end()) {
        return true;
    }
    memchr::memchr2_iter(b'1', b'2', text).any(|at| {
        let starts = at == 0 || !text[at - 1].is_ascii_digit();
        let ends = !text.get(at + 4).is_some_and(u8::is_ascii_digit);
        let value = || std::str::from_utf8(text.get(at..at + 4)?).ok()?.parse().ok();
        starts && ends && value().is_some_and(|year| years.contains(&year))
    })
}

/// Whether a byte pair begins a digit of another script, or a byte a block that has some. One pass without branches.
fn may_have_other_digits(text: &[u8]) -> bool {
    let pairs = text.iter().zip(text.get(1..).unwrap_or_default());
    pairs.fold(false, |found, (a, b)| {
        let arabic = (*a == 0xd9) & (b.wrapping_sub(0xa0) < 10);
        let persian = (*a == 0xdb) & (b.wrapping_sub(0xb0) < 10);
        let other = (*a == 0xdf) | (*a == 0xe0) | (*a == 0xe1) | (*a == 0xef);
        found | arabic | persian | other
    })
}

fn has_other_digits(text: &str) -> bool {
    text.chars().any(|c| !c.is_ascii() && months::digit(c).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_seen_in_every_script() {
        for (line, expected) in [
            ("3 December 2024", true),
            ("2024", true),
            ("03.12.1990", true),
            ("in 1989 and 2026", false),
            ("20240 12024 124 x", false),
            ("٣ ديسمبر ٢٠٢٤", true),
            ("۱۲ ژوئیه ۲۰۲۳", true),
            ("２０２４", true),
            ("२०२४", true),
            ("ngày thế kỷ", false),
            ("مكالمة هاتفية بين بوتين وأردوغان", false),
            ("", false),
            ("1", false),
        ] {
            assert_eq!(may_hold(line, &(1990..=2025)), expected, "{line}");
        }
        assert!(may_hold("", &(1990..=3000)), "years that are not looked for may be anywhere");
    }
}
