//! The publication date of a text that says it somewhere itself.
//!
//! A date in running text is often not the date of publication (`the agreement of 5 March 2020`), so places are tried from
//! the surest to the weakest: a short line near the top, a short line at the end that is little but a date, a dateline, and
//! only then the one full date of the opening.

use jiff::civil::Date;

use super::written::{self, Written};
use super::{dates, years};
use crate::date::When;

/// Lines from the top that may be a byline: behind a skip link, a section, the headline twice and the author.
const TOP_LINES: usize = 6;
/// A line of more words is a paragraph; what follows it is not near the top any more.
const MAX_HEADLINE_WORDS: usize = 20;
/// Lines from the end that may carry the date.
const END_LINES: usize = 3;
/// A byline has at most this many words.
const MAX_BYLINE_WORDS: usize = 12;
/// At the end, where related stories stand with their own dates, a line has at most this many words beside its date.
const MAX_WORDS_BESIDE: usize = 4;
/// How many paragraphs are the opening.
const OPENING: usize = 3;
/// A dateline (`ANKARA, 3 December 2024 (Agency) –`) has its date after at most this many words.
const MAX_DATELINE_WORDS: usize = 4;

/// Most words are shorter, with the space behind them.
const USUAL_WORD_BYTES: usize = 16;

/// The date a text gives for itself.
///
/// Most texts name no year, which a look at their bytes tells; of the others only lines that do are read as dates.
pub(super) fn find(text: &str, lang: Option<&str>, latest: Date) -> Option<When> {
    let years = dates::plausible_years(latest);
    if !years::may_hold(text, &years) {
        return None;
    }
    let day_first = dates::day_first(lang, text);
    let dates_of = |line: &str| {
        let mut found = if years::may_hold(line, &years) { written::find(line, day_first) } else { Vec::new() };
        found.retain(|date| dates::plausible(&date.when, latest));
        found
    };
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let top = lines().take(TOP_LINES).take_while(|line| !is_longer(line, MAX_HEADLINE_WORDS));
    let byline = top.filter(|line| !is_longer(line, MAX_BYLINE_WORDS));
    if let Some(date) = byline.filter_map(|line| dates_of(line).into_iter().next()).next() {
        return Some(date.when);
    }
    // A written date is three words or one.
    let end = lines().rev().take(END_LINES).filter(|line| !is_longer(line, MAX_WORDS_BESIDE + 3));
    if let Some(date) = end.filter_map(|line| dates_of(line).into_iter().next()).next() {
        return Some(date.when);
    }
    let opening = lines().filter(|line| is_longer(line, MAX_BYLINE_WORDS)).take(OPENING);
    let opening: Vec<(&str, Vec<Written>)> = opening.map(|line| (line, dates_of(line))).filter(|(_, dates)| !dates.is_empty()).collect();
    let dateline = |(line, date): (&str, &Written)| {
        date.words_before <= MAX_DATELINE_WORDS && line[date.end..].trim_start().starts_with(['-', '–', '—', '(', ':', ')', '/', '|'])
    };
    let mut first_dates = opening.iter().filter_map(|(line, dates)| Some((*line, dates.first()?)));
    if let Some((_, date)) = first_dates.find(|first| dateline(*first)) {
        return Some(date.when.clone());
    }
    let mut found = opening.iter().flat_map(|(_, dates)| dates).map(|date| &date.when);
    let first = found.next()?;
    found.all(|when| when.date() == first.date()).then(|| first.clone())
}

/// Whether `line` has more than `most` words.
fn is_longer(line: &str, most: usize) -> bool {
    sure_words(line.as_bytes(), most) > most || line.split_whitespace().nth(most).is_some()
}

/// Words near the start of a trimmed `line` that show without reading its characters: those behind a space that begin with a byte
/// below U+0800 and with no byte that a wide space begins with. Never too many.
fn sure_words(line: &[u8], most: usize) -> usize {
    let head = &line[..line.len().min(USUAL_WORD_BYTES * (most + 1))];
    let starts = |(before, first): (&u8, &u8)| u16::from((*before == b' ') & (*first > b' ') & (*first != 0xc2) & (*first < 0xe0));
    1 + usize::from(head.iter().zip(head.get(1..).unwrap_or_default()).map(starts).sum::<u16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        "The mayor opened the new bridge over the river on Monday in front of several hundred people who had come from both banks.";

    #[test]
    fn words_are_counted_up_to_a_bound() {
        for line in ["one", "one two  three", "a\u{a0}b c", "a \u{a0} b", "a \u{2003}b", "a \u{7f}b", "كلمة ثم كلمة", "a \t b", "一 二"]
        {
            let words = line.split_whitespace().count();
            assert!(sure_words(line.as_bytes(), 9) <= words, "{line:?}");
            assert!((0..9).all(|most| is_longer(line, most) == (words > most)), "{line:?}");
        }
    }

    #[test]
    fn places_are_tried_from_the_surest_to_the_weakest() {
        for (name, text, expected) in [
            ("byline", format!("Bridge opens\nBy our staff, 3 December 2024\n{BODY}"), "2024-12-03"),
            ("byline before running text", format!("Bridge opens\n3 December 2024\nThe contract of 5 March 2020 {BODY}"), "2024-12-03"),
            ("end", format!("Bridge opens\n{BODY}\nPublished: 03.12.2024 16:44"), "2024-12-03T16:44:00"),
            ("related story at the end", format!("Bridge opens\n{BODY}\nCity signs the long awaited bridge contract 5 March 2020"), ""),
            (
                "dateline",
                format!("Bridge opens\nRIVERTON, 3 December 2024 (Agency) - {BODY} It was ordered on 5 March 2020."),
                "2024-12-03",
            ),
            ("only date of the opening", format!("Bridge opens\n{BODY} It was ordered on 5 March 2020."), "2020-03-05"),
            ("two dates of the opening", format!("Bridge opens\n{BODY} It took from 5 March 2020 to 1 May 2024."), ""),
            ("in the future", format!("Bridge opens\n3 December 2031\n{BODY}"), ""),
            ("deep in the text", format!("Bridge opens\n{BODY}\n{BODY}\n{BODY}\n{BODY} It was ordered on 5 March 2020."), ""),
            ("no year", format!("Bridge opens\n3 December\n{BODY}"), ""),
            ("nothing", String::new(), ""),
        ] {
            let found = find(&text, None, jiff::civil::date(2024, 12, 31));
            assert_eq!(found.map(|when| when.to_string()).unwrap_or_default(), expected, "{name}");
        }
    }
}
