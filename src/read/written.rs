//! Dates as people write them: `3 كانون الأول/ديسمبر 2024`, `December 3rd, 2024`, `24.10.2023 19:55`.
//!
//! Only full dates count (day, month and a year of four digits, in digits of any script). Hijri and solar years are below
//! 1990 and fall out later.

use jiff::civil::{Date, DateTime};

use super::months;
use crate::date::When;

/// How many tokens may stand between a date and its clock time (`24.10.2023 | الساعة 19:55`).
const MAX_BEFORE_TIME: usize = 2;

/// A date found in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    /// The day, with the clock time when one follows.
    pub(super) when: When,
    /// How many words stand before it in the text.
    pub(super) words_before: usize,
    /// The byte after it in the text.
    pub(super) end: usize,
}

/// Tokens from the month to the number after it at most: `تشرين الثاني (تشرين الثاني).`
const MAX_MONTH: usize = 7;

#[derive(Debug)]
enum Kind<'a> {
    Number {
        value: i16,
        digits: usize,
    },
    /// A word as it stands; it is folded when it is compared.
    Word(&'a str),
    Mark(char),
}

#[derive(Debug)]
struct Token<'a> {
    kind: Kind<'a>,
    end: usize,
}

/// Every full date in `text`, in order.
///
/// `day_first` decides `03/12/2024` and `03-12-2024`, which are two dates each; without it such a date is left alone. With dots the day always
/// comes first.
pub(super) fn find(text: &str, day_first: bool) -> Vec<Written> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    let mut words_before = 0;
    while at < tokens.len() {
        if let Some((day, next)) = date_at(&tokens, at, day_first) {
            let (when, next) = match time_after(&tokens, next) {
                Some((time, after)) => (When::Local(DateTime::from_parts(day, time)), after),
                None => (When::Day(day), next),
            };
            found.push(Written { when, words_before, end: tokens[next - 1].end });
            words_before += next - at;
            at = next;
        } else {
            words_before += usize::from(!matches!(tokens[at].kind, Kind::Mark(_)));
            at += 1;
        }
    }
    found
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut open = false;
    let mut word_start = 0;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let last = tokens.last_mut().filter(|_| open);
        open = true;
        match (months::digit(c), last) {
            (Some(digit), Some(Token { kind: Kind::Number { value, digits }, end: last })) => {
                *value = value.saturating_mul(10).saturating_add(digit as i16);
                *digits += 1;
                *last = end;
            }
            (Some(digit), _) => tokens.push(Token { kind: Kind::Number { value: digit as i16, digits: 1 }, end }),
            (None, Some(Token { kind: Kind::Word(word), end: last })) if is_letter(c) => {
                *word = &text[word_start..end];
                *last = end;
            }
            (None, _) if is_letter(c) => {
                word_start = start;
                tokens.push(Token { kind: Kind::Word(&text[start..end]), end });
            }
            _ => {
                open = false;
                let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                if !c.is_whitespace() && !invisible {
                    tokens.push(Token { kind: Kind::Mark(c), end });
                }
            }
        }
    }
    tokens
}

/// Letters and the marks and joiners inside words.
fn is_letter(c: char) -> bool {
    // Latin, Arabic and Cyrillic without a look into the tables.
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{620}'..='\u{65f}' | 'А'..='я')
        || c.is_alphabetic()
        || matches!(c, '\u{670}' | '\u{307}' | '\u{200c}')
}

/// A word as months are compared.
fn folded(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    word.chars().for_each(|c| months::push_folded(&mut folded, c));
    folded
}

/// The date that starts at token `at`, and the token after it.
fn date_at(tokens: &[Token<'_>], at: usize, day_first: bool) -> Option<(Date, usize)> {
    let Kind::Number { value, digits } = tokens[at].kind else {
        return month_first(tokens, at);
    };
    numeric(tokens, at, day_first).or_else(|| {
        let mut next = at + 1;
        if digits > 2 || value > 31 {
            return None;
        }
        next = skip(tokens, next, &["st", "nd", "rd", "th"], &['.']);
        next = skip(tokens, next, &["of", "من"], &[]);
        let (month, next) = month_at(tokens, next)?;
        let next = skip(tokens, next, &["عام", "سنه", "لعام", "yili"], &[',', '،', '.']);
        let year = number(tokens, next, 4)?;
        Some((Date::new(year, month, value as i8).ok()?, next + 1))
    })
}

/// `2024-12-03`, `03.12.2024`, `3/12/2024` with one kind of separator.
fn numeric(tokens: &[Token<'_>], at: usize, day_first: bool) -> Option<(Date, usize)> {
    let before = at.checked_sub(1).map(|before| &tokens[before].kind);
    let Kind::Mark(separator @ ('-' | '/' | '.' | '–' | '\\')) = tokens.get(at + 1)?.kind else { return None };
    let same = matches!(tokens.get(at + 3)?.kind, Kind::Mark(mark) if mark == separator);
    if !same || matches!(before, Some(Kind::Mark(mark)) if *mark == separator) {
        return None;
    }
    let short = |at: usize| number(tokens, at, 1).or_else(|| number(tokens, at, 2)).and_then(|value| i8::try_from(value).ok());
    if let Some(year) = number(tokens, at, 4) {
        return Some((Date::new(year, short(at + 2)?, short(at + 4)?).ok()?, at + 5));
    }
    let (a, b, year) = (short(at)?, short(at + 2)?, number(tokens, at + 4, 4)?);
    let date = match (Date::new(year, b, a).ok(), Date::new(year, a, b).ok()) {
        (Some(date), other) if day_first || separator == '.' || other.is_none() || other == Some(date) => date,
        (None, Some(date)) if separator != '.' => date,
        _ => return None,
    };
    Some((date, at + 5))
}

/// `December 3rd, 2024`.
fn month_first(tokens: &[Token<'_>], at: usize) -> Option<(Date, usize)> {
    let near = &tokens[at..tokens.len().min(at + MAX_MONTH + 1)];
    if !near.iter().any(|token| matches!(token.kind, Kind::Number { .. })) {
        return None;
    }
    let (month, next) = month_at(tokens, at)?;
    let next = skip(tokens, next, &[], &['.']);
    let day = number(tokens, next, 1).or_else(|| number(tokens, next, 2)).and_then(|day| i8::try_from(day).ok())?;
    let next = skip(tokens, next + 1, &["st", "nd", "rd", "th"], &[',', '،']);
    let next = skip(tokens, next, &[], &[',']);
    let year = number(tokens, next, 4)?;
    Some((Date::new(year, month, day).ok()?, next + 1))
}

/// A month by name at `at`, its second name after a slash or in brackets included (`آذار/مارس`, `آذار (مارس)`).
fn month_at(tokens: &[Token<'_>], at: usize) -> Option<(i8, usize)> {
    let (month, next) = month_name(tokens, at)?;
    if matches!(tokens.get(next).map(|token| &token.kind), Some(Kind::Mark('/' | '(' | '-')))
        && let Some((again, after)) = month_name(tokens, next + 1)
        && again == month
    {
        return Some((month, skip(tokens, after, &[], &[')'])));
    }
    Some((month, next))
}

fn month_name(tokens: &[Token<'_>], at: usize) -> Option<(i8, usize)> {
    let Kind::Word(word) = tokens.get(at)?.kind else { return None };
    let word = folded(word);
    if let Some(Token { kind: Kind::Word(second), .. }) = tokens.get(at + 1)
        && months::is_double(&word)
        && let Some(month) = months::double(&word, &folded(second))
    {
        return Some((month, at + 2));
    }
    months::single(&word).map(|month| (month, at + 1))
}

/// The token after at most one of the words or marks at `at`.
fn skip(tokens: &[Token<'_>], at: usize, words: &[&str], marks: &[char]) -> usize {
    let skipped = match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Word(word)) => !words.is_empty() && words.contains(&folded(word).as_str()),
        Some(Kind::Mark(mark)) => marks.contains(mark),
        _ => false,
    };
    at + usize::from(skipped)
}

/// The number of exactly `digits` digits at `at`.
fn number(tokens: &[Token<'_>], at: usize, digits: usize) -> Option<i16> {
    match tokens.get(at)?.kind {
        Kind::Number { value, digits: found } if found == digits => Some(value),
        _ => None,
    }
}

/// A clock time that follows a date within a few tokens, and the token after it.
fn time_after(tokens: &[Token<'_>], at: usize) -> Option<(jiff::civil::Time, usize)> {
    let start = (at..=at + MAX_BEFORE_TIME).find(|at| matches!(tokens.get(*at).map(|token| &token.kind), Some(Kind::Number { .. })))?;
    let short = |at: usize| number(tokens, at, 2).and_then(|value| i8::try_from(value).ok());
    let colon = |at: usize| matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::Mark(':')));
    let mut hour = short(start).or_else(|| number(tokens, start, 1).and_then(|value| i8::try_from(value).ok()))?;
    let minute = short(start + 2).filter(|_| colon(start + 1))?;
    let mut next = start + 3;
    let mut second = 0;
    if let Some(seconds) = short(next + 1).filter(|_| colon(next)) {
        (second, next) = (seconds, next + 2);
    }
    if let Some(Kind::Word(word)) = tokens.get(next).map(|token| &token.kind) {
        let half = match folded(word).as_str() {
            "am" | "ص" | "صباحا" => Some(0),
            "pm" | "م" | "مساء" => Some(12),
            _ => None,
        };
        if let Some(half) = half.filter(|_| hour <= 12) {
            (hour, next) = (hour % 12 + half, next + 1);
        }
    }
    Some((jiff::civil::Time::new(hour, minute, second, 0).ok()?, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_language_we_read() {
        for (text, expected) in [
            ("أنقرة، 3 كانون الأول 2024", "2024-12-03"),
            ("٥ آذار/مارس ٢٠٢٠", "2020-03-05"),
            ("في 10 تشرين الثاني (نوفمبر) 2020", "2020-11-10"),
            ("الثلاثاء 24 أكتوبر من العام", ""),
            ("6 مارس، 2022", "2022-03-06"),
            ("7 جويلية 2021", "2021-07-07"),
            ("1 غشت 2019", "2019-08-01"),
            ("۱۲ ژوئیه ۲۰۲۳", "2023-07-12"),
            ("6 Mart 2022 Pazar", "2022-03-06"),
            ("30 MAYIS 2022'de", "2022-05-30"),
            ("24 октября 2023 года", "2023-10-24"),
            ("24 окт. 2023", "2023-10-24"),
            ("3rd of December 2024", "2024-12-03"),
            ("Dec. 3, 2024", "2024-12-03"),
            ("December 3rd, 2024", "2024-12-03"),
            ("2024-12-03", "2024-12-03"),
            ("2024/12/3", "2024-12-03"),
            ("03.12.2024", "2024-12-03"),
            ("31/12/2024", "2024-12-31"),
            ("12/31/2024", "2024-12-31"),
            ("03/12/2024", ""),
            ("03-12-2024", ""),
            ("05/05/2024", "2024-05-05"),
            ("24.10.2023 19:55", "2023-10-24T19:55:00"),
            ("6 مارس 2022 - 5:20 م", "2022-03-06T17:20:00"),
            ("6 Mart 2022, saat 09:05:30", "2022-03-06T09:05:30"),
            ("5 آذار الفائت", ""),
            ("1.2.3.2024", ""),
            ("30 февраля 2023", ""),
            ("in 2020 there were 3 of 12", ""),
            ("12345678901234567890", ""),
        ] {
            let found = find(text, false);
            assert!(found.len() <= 1, "{text}");
            assert_eq!(found.first().map(|date| date.when.to_string()).unwrap_or_default(), expected, "{text}");
        }
        assert_eq!(find("03/12/2024", true)[0].when.to_string(), "2024-12-03");
    }

    #[test]
    fn places_are_told() {
        let text = "ANKARA, 3 December 2024 (Agency) and again 4 December 2024";
        let found = find(text, false);
        assert_eq!(found.iter().map(|date| date.words_before).collect::<Vec<_>>(), [1, 7]);
        assert_eq!(&text[..found[0].end], "ANKARA, 3 December 2024");
    }
}
