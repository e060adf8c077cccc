//! The fast paths. Words of ASCII and Arabic letters are read by [`wide`](super::wide); other words of plain letters and digits by one
//! table, one lookup a character; whatever needs more than its own character to be read goes to the rules of [`Walk`](super::Walk), from
//! the start of its word to the next white space.
//!
//! They give the tokens of `Walk` over the whole text (tested on any mixture of characters): a word starts clean, because the character
//! before it separates, and only tatweel reaches over white space.

use std::sync::LazyLock;

use super::class::{self, Class};
use super::deobfuscate::{self, TATWEEL};
use super::tables::{ARABIC, COMMON, LATIN, UNSPACED};
use super::wide::Stretch;
use super::{Receive, Token, Walk};
use crate::hash;

/// Characters of the table: all that UTF-8 writes in two bytes, then the block of dashes, quotes and invisible characters.
const ROWS: usize = 0x800 + 64;
/// The bytes before the last one in that block, U+2000 to U+203F.
const PUNCTUATION: [u8; 2] = [0xe2, 0x80];

/// What the table says of a character: the unit that stands for it in the lower 16 bits, and flags.
#[derive(Clone, Copy)]
struct Row(u32);

/// Stands for nothing: passed over.
const IGNORE: u32 = 1 << 20;
/// Ends a word.
const STOP: u32 = 1 << 21;
/// Needs its neighbors to be read.
const HARD: u32 = 1 << 22;
/// White space that every rule but the one on tatweel stops at.
const BREAK: u32 = 1 << 23;
/// May belong to a number, when digits stand on either side.
const NUMBER: u32 = 1 << 24;
/// May belong to an abbreviation, after a single letter.
const DOT: u32 = 1 << 25;
/// May hide a word, after an Arabic letter.
const HIDES: u32 = 1 << 26;
/// A digit.
const DIGIT: u32 = 1 << 27;
/// A letter of this script; two in one word are read by the rules.
const LATIN_LETTER: u32 = 1 << 28;
const ARABIC_LETTER: u32 = 1 << 29;
const CYRILLIC_LETTER: u32 = 1 << 30;
const GREEK_LETTER: u32 = 1 << 31;
/// What a plain word is made of.
const KINDS: u32 = DIGIT | LATIN_LETTER | ARABIC_LETTER | CYRILLIC_LETTER | GREEK_LETTER;

static ROWS_BY_CHARACTER: LazyLock<Box<[Row; ROWS]>> = LazyLock::new(|| {
    let mut rows = Box::new([Row(HARD | STOP); ROWS]);
    for (at, row) in rows.iter_mut().enumerate() {
        let code = if at < 0x800 { at as u32 } else { 0x2000 + (at as u32 - 0x800) };
        if let Some(c) = char::from_u32(code) {
            *row = Row::of(c);
        }
    }
    rows
});

impl Row {
    /// Derived from the tables and rules of the slow path, so that there is one truth.
    fn of(c: char) -> Row {
        let class = Class::of(c);
        let script = class.kind();
        let hard = Row(HARD | STOP);
        if class.kind() == class::IGNORED {
            return Row(IGNORE);
        }
        // The hamza that follows an alef is read with it.
        if class.continues() || matches!(c, TATWEEL | '\u{674}') {
            return hard;
        }
        match script {
            class::OTHER | class::SPACE | class::NEWLINE => Row::stop(c),
            class::DIGIT if c.is_ascii_digit() => Row::unit(c, DIGIT),
            class::DIGIT if !class.changes() => Row::unit(class::ascii_digit(c), DIGIT),
            class::DIGIT | class::MARK | class::DROPPED | COMMON => hard,
            script if class.changes() || UNSPACED.contains(&script) => hard,
            script => {
                let kind = match script {
                    LATIN => LATIN_LETTER,
                    ARABIC => ARABIC_LETTER,
                    script if script == Class::of('я').kind() => CYRILLIC_LETTER,
                    script if script == Class::of('ω').kind() => GREEK_LETTER,
                    _ => return hard,
                };
                match alone(c) {
                    Some(folded) => Row::unit(folded, kind),
                    None => hard,
                }
            }
        }
    }

    fn unit(c: char, kind: u32) -> Row {
        Row(c as u32 | kind)
    }

    fn stop(c: char) -> Row {
        let class = Class::of(c);
        // What NFKC makes of it may be letters or digits, or one of the characters below.
        if class.changes() && c != '\u{a0}' {
            return Row(HARD | STOP);
        }
        let flag = |is: bool, flag: u32| if is { flag } else { 0 };
        Row(STOP
            | flag(matches!(c, ' ' | '\n' | '\r' | '\t'), BREAK)
            | flag(matches!(c, '.' | ',' | '\'' | '’' | '٫' | '٬'), NUMBER)
            | flag(matches!(c, '.' | '٫'), DOT)
            | flag(deobfuscate::may_start(c), HIDES))
    }
}

/// The one UTF-16 unit that a letter becomes, when it is one.
fn alone(c: char) -> Option<char> {
    let mut folded = Vec::new();
    let mut text = [0; 4];
    Walk::part(c.encode_utf8(&mut text), 0..c.len_utf8(), |token: Token<'_>| folded.extend(token.text.chars()));
    match folded[..] {
        [one] if (one as u32) < 0x1_0000 && !Class::of(one).continues() => Some(one),
        _ => None,
    }
}

/// Gives the tokens of `text` to `receiver`.
pub(super) fn scan<R: Receive>(text: &str, receiver: &mut R) {
    let bytes = text.as_bytes();
    let mut stretch = Stretch::new();
    let mut spelled = String::new();
    let mut start = 0;
    while start < bytes.len() {
        stretch.load(bytes, start);
        let mut at = start;
        for gap in stretch.gaps() {
            let end = start + usize::from(*gap);
            while at < end {
                let found = stretch.read(at - start, end - start);
                // Before white space only the dot after a single letter can belong to a word.
                let sign = found.signed && (end - at <= 2 || !bytes.get(end + 1).is_none_or(u8::is_ascii_whitespace));
                if found.is_other() || (sign && is_hard_end(bytes, at, end, found.digits(), found.arabic())) {
                    at = by_table(text, at, &mut spelled, receiver);
                } else {
                    receiver.plain(stretch.word(at - start, end - start), found.hash, at..end, found.digits());
                    at = end;
                }
            }
            at = at.max(end + 1);
        }
        if at == start {
            // No gap in sight.
            at = by_table(text, at, &mut spelled, receiver);
        }
        start = at;
    }
}

/// Reads what stands at `start`, by the table or by the rules; gives where to go on.
fn by_table<R: Receive>(text: &str, start: usize, spelled: &mut String, receiver: &mut R) -> usize {
    let (rows, bytes): (&[Row; ROWS], _) = (&ROWS_BY_CHARACTER, text.as_bytes());
    let (mut at, mut kinds) = (start, 0);
    spelled.clear();
    let (stop, next) = loop {
        let (row, next) = row(bytes, at, rows);
        if row & STOP != 0 {
            break (row, next);
        }
        kinds |= row & KINDS;
        // The table holds no half of a surrogate pair.
        spelled.extend(char::from_u32(row & 0xffff).filter(|_| row & IGNORE == 0));
        at = next;
    };
    if kinds == 0 && stop & HARD == 0 {
        return next;
    }
    let mixed = !kinds.is_power_of_two() && kinds != DIGIT | LATIN_LETTER && kinds != DIGIT | CYRILLIC_LETTER;
    let (digits, arabic) = (kinds & DIGIT != 0, kinds & ARABIC_LETTER != 0);
    if stop & HARD != 0 || mixed || (stop & BREAK == 0 && is_hard_end(bytes, start, at, digits, arabic)) {
        let end = slow_end(bytes, start);
        Walk::part(text, start..end, |token| receiver.token(token));
        return end;
    }
    receiver.plain(spelled.as_bytes(), hash::word(spelled), start..at, digits);
    next
}

/// The row of the character at `at`, and where the next one starts. Past the end of the text there is white space.
#[inline(always)]
fn row(bytes: &[u8], at: usize, rows: &[Row; ROWS]) -> (u32, usize) {
    let Some(first) = bytes.get(at).copied() else { return (STOP | BREAK, at) };
    if first < 0x80 {
        return (rows[usize::from(first)].0, at + 1);
    }
    let second = usize::from(bytes.get(at + 1).copied().unwrap_or(0) & 0x3f);
    if first < 0xe0 {
        return (rows[usize::from(first & 0x1f) << 6 | second].0, at + 2);
    }
    if bytes[at..].starts_with(&PUNCTUATION) {
        let third = usize::from(bytes.get(at + 2).copied().unwrap_or(0) & 0x3f);
        return (rows[0x800 + third].0, at + 3);
    }
    (HARD | STOP, at + 1)
}

/// Whether the character at `end` may belong to the word before it: in a number, an abbreviation, a hidden word.
fn is_hard_end(bytes: &[u8], start: usize, end: usize, digits: bool, arabic: bool) -> bool {
    let (stop, next) = row(bytes, end, &ROWS_BY_CHARACTER);
    let after = bytes.get(next).copied().unwrap_or(b' ');
    let is_letter = |byte: &&u8| byte.is_ascii_alphabetic() || **byte >= 0xc0;
    let single = || bytes[start..end].iter().filter(is_letter).count() == 1;
    (digits && stop & NUMBER != 0 && (after.is_ascii_digit() || !after.is_ascii()))
        || (!digits && stop & DOT != 0 && single())
        || (arabic && stop & HIDES != 0 && !after.is_ascii_whitespace())
}

/// Where the rules may stop that begin at `from`: at white space, unless the piece before it has tatweel, which reaches over it.
fn slow_end(bytes: &[u8], from: usize) -> usize {
    let mut start = from;
    loop {
        let is_break = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let end = bytes[start..].iter().position(is_break).map_or(bytes.len(), |length| start + length);
        let has_tatweel = bytes[start..end].windows(2).any(|pair| pair == [0xd9, 0x80]);
        if end == bytes.len() || (!has_tatweel && end > start) {
            return end;
        }
        start = end + 1;
    }
}
