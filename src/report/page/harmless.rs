//! Strings of strangers as the page shows them: nothing hidden acts, and what was hidden is seen.

use crate::report::plain::clean;

/// Longest headline, and longest name or id that is shown, in characters: a word of ten megabytes is neither.
const LONGEST: usize = 300;
const LONGEST_NAME: usize = 80;

/// The name of a character that turns the reading order of what follows. Marks (LRM, RLM, ALM) belong to ordinary Arabic and Hebrew text
/// and act on their neighbors only; they stay.
fn bidi_name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{202a}' => "⟦LRE⟧",
        '\u{202b}' => "⟦RLE⟧",
        '\u{202c}' => "⟦PDF⟧",
        '\u{202d}' => "⟦LRO⟧",
        '\u{202e}' => "⟦RLO⟧",
        '\u{2066}' => "⟦LRI⟧",
        '\u{2067}' => "⟦RLI⟧",
        '\u{2068}' => "⟦FSI⟧",
        '\u{2069}' => "⟦PDI⟧",
        _ => return None,
    })
}

/// Bytes that are told together: without a way out in between they are told sixteen and more at once.
const TOLD: usize = 64;

/// Whether a text surely holds nothing but letters, marks and spaces, told by the bytes that all else begins with.
fn is_harmless(text: &str) -> bool {
    let strange = |byte: u8| byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xe1..=0xe3 | 0xef);
    text.as_bytes().chunks(TOLD).all(|bytes| !bytes.iter().fold(false, |found, byte| found | strange(*byte)))
}

/// A text with its controls made visible; line breaks stay, several in a row become one.
pub(super) fn text(text: &str) -> String {
    if is_harmless(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match (c, bidi_name(c)) {
            (_, Some(name)) => out.push_str(name),
            ('\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}', _) => {
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
            ('\t', _) => out.push(' '),
            // The picture of a control character.
            ('\0'..'\u{20}', _) => out.extend(char::from_u32(0x2400 + u32::from(c))),
            ('\u{7f}'..'\u{a0}' | '\u{fffe}' | '\u{ffff}', _) => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// A headline or a sentence of ours: on one line, and not longer than anybody reads.
pub(super) fn line(line: &str) -> String {
    let line = head(line, LONGEST * 4);
    if is_harmless(line) && !line.contains("  ") { shortened(line.trim(), LONGEST) } else { shortened(&clean(&text(line)), LONGEST) }
}

/// A name or an id, on one line.
pub(super) fn name(name: &str) -> String {
    shortened(&line(name), LONGEST_NAME)
}

/// At most so many bytes from the start of a text, whole characters.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// At most so many bytes from the end of a text, whole characters.
pub(super) fn tail(text: &str, bytes: usize) -> &str {
    let start = (text.len().saturating_sub(bytes)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(text.len())..]
}

/// The first `most` characters, cut between words where there are any.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let end = if text.len() > most { text.char_indices().nth(most) } else { None };
    let Some((end, _)) = end else { return text.to_owned() };
    let head = &text[..end];
    let words = head.rsplit_once(char::is_whitespace).map(|(words, _)| words).filter(|words| words.len() * 2 > head.len());
    format!("{}…", words.unwrap_or(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_seen_and_do_nothing() {
        for (given, shown) in [
            ("a\u{202e}b\u{202c}c", "a⟦RLO⟧b⟦PDF⟧c"),
            ("\u{2067}x\u{2069}", "⟦RLI⟧x⟦PDI⟧"),
            ("a\u{1b}[31mb", "a␛[31mb"),
            ("a\0b", "a␀b"),
            ("a\u{9b}b\u{ffff}", "a\u{fffd}b\u{fffd}"),
            ("a\r\n\n\tb", "a\n b"),
            ("a  b", "a  b"),
            ("عربي\u{200f}.", "عربي\u{200f}."),
        ] {
            assert_eq!(text(given), shown);
        }
        assert_eq!(line(" a\n\u{202e}b "), "a ⟦RLO⟧b");
    }

    #[test]
    fn heads_and_tails_are_whole_characters() {
        for (bytes, first, last) in [(0, "", ""), (1, "", ""), (2, "أ", "ب"), (3, "أ", "ب"), (4, "أب", "أب"), (9, "أب", "أب")] {
            assert_eq!((head("أب", bytes), tail("أب", bytes)), (first, last), "{bytes}");
        }
    }

    #[test]
    fn long_lines_are_cut_between_words_if_there_are_any() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("one two", 9), "one two");
        assert_eq!(line(&"w".repeat(1000)).chars().count(), LONGEST + 1);
    }
}
