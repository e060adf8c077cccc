//! The publication date of a text that says it somewhere itself.
//!
//! A date in running text is often not the date of publication (`the agreement of 5 March 2020`), so places are tried from
//! the surest to the weakest: a short line near the top, a short line at the end that is little but a date, a dateline, and
//! only then the one full date of the opening.

use jiff::civil::Date;

use super::{dates, written};
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

/// The date a text gives for itself.
pub(super) fn find(text: &str, lang: Option<&str>, latest: Date) -> Option<When> {
    let day_first = dates::day_first(lang, text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words = |line: &str| line.split_whitespace().count();
    let dates_of = |line: &str| {
        let mut found = written::find(line, day_first);
        found.retain(|date| dates::plausible(&date.when, latest));
        found
    };
    let top = lines.iter().take(TOP_LINES).take_while(|line| words(line) <= MAX_HEADLINE_WORDS);
    let byline = top.filter(|line| words(line) <= MAX_BYLINE_WORDS);
    if let Some(date) = byline.filter_map(|line| dates_of(line).into_iter().next()).next() {
        return Some(date.when);
    }
    for line in lines.iter().rev().take(END_LINES) {
        // A written date is three words or one.
        if words(line) <= MAX_WORDS_BESIDE + 3
            && let Some(date) = dates_of(line).into_iter().next()
        {
            return Some(date.when);
        }
    }
    let opening: Vec<&&str> = lines.iter().filter(|line| words(line) > MAX_BYLINE_WORDS).take(OPENING).collect();
    for line in &opening {
        if let Some(date) = dates_of(line).into_iter().next()
            && date.words_before <= MAX_DATELINE_WORDS
            && line[date.end..].trim_start().starts_with(['-', '–', '—', '(', ':', ')', '/', '|'])
        {
            return Some(date.when);
        }
    }
    let found: Vec<When> = opening.iter().flat_map(|line| dates_of(line)).map(|date| date.when).collect();
    let first = found.first()?;
    found.iter().all(|when| when.date() == first.date()).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        "The mayor opened the new bridge over the river on Monday in front of several hundred people who had come from both banks.";

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
