//! Rule N5: outlets hide words from filters with tatweel and dots (`التـ.ـوتر`); here the run is found.

use super::class::{Class, IGNORED, SPACE};
use super::tables::ARABIC;

/// Longest run that is looked at, in characters; real ones have two to five.
const MAX_RUN: usize = 12;
/// How far a bare dot looks ahead for a repaired run in its word, in characters: no word is longer, and it keeps the cost linear.
const MAX_WORD: usize = 64;
/// The lengthening stroke.
pub(super) const TATWEEL: char = '\u{640}';

/// What stands between two Arabic letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Obfuscation: delete so many bytes.
    Hidden(usize),
    /// One dot and nothing else, so many bytes long: obfuscation only in a word that hides more.
    Dot(usize),
    /// To be read as it is.
    Plain,
}

fn strong(c: char) -> bool {
    matches!(
        c,
        '.' | '·' | '•' | '∙' | '⋅' | '‧' | '․' | '…' | '*' | '_' | '~' | '|' | '/' | '\\' | '^' | '˙' | '=' | '+' | '٭' | '#' | '@'
    )
}

fn weak(c: char) -> bool {
    matches!(c, ',' | '،' | ';' | '؛' | ':' | '!' | '؟' | '?' | '-' | '‐' | '–' | '—' | '\'' | '’' | '`')
}

/// Whether `c` may stand in a run: asked first, so that ordinary text pays one comparison.
#[inline]
pub(super) fn may_start(c: char) -> bool {
    c == TATWEEL || strong(c)
}

/// Reads the run at the start of `rest`, which follows a letter and its marks.
pub(super) fn run(rest: &str) -> Run {
    let (mut len, mut tatweels, mut strongs, mut weaks, mut spaces) = (0usize, 0usize, 0usize, 0usize, 0usize);
    let (mut first, mut last) = (None, ' ');
    for (at, c) in rest.char_indices() {
        let kind = Class::of(c).kind();
        if kind == IGNORED {
            continue;
        }
        if c == TATWEEL {
            tatweels += 1;
        } else if strong(c) {
            strongs += 1;
        } else if weak(c) {
            weaks += 1;
        } else if kind == SPACE {
            spaces += 1;
        } else {
            if kind != ARABIC {
                return Run::Plain;
            }
            let edges = first == Some(TATWEEL) && last == TATWEEL;
            return match (spaces, weaks) {
                (0, 0) if tatweels > 0 && strongs > 0 => Run::Hidden(at),
                (0, 0) if len == 1 && last == '.' => Run::Dot(at),
                (0, 1..) if edges => Run::Hidden(at),
                (1 | 2, 0) if edges && tatweels == 2 && strongs == 0 => Run::Hidden(at),
                _ => Run::Plain,
            };
        }
        first = first.or(Some(c));
        last = c;
        len += 1;
        if len > MAX_RUN {
            return Run::Plain;
        }
    }
    Run::Plain
}

/// Whether a hidden run follows in the word that `rest` begins inside, at the start of a letter.
pub(super) fn hides_more(rest: &str) -> bool {
    let (mut at, mut after_letter) = (0, false);
    for _ in 0..MAX_WORD {
        let Some(c) = rest[at..].chars().next() else { return false };
        let kind = Class::of(c).kind();
        let mut bytes = c.len_utf8();
        if kind == ARABIC {
            after_letter = true;
        } else if after_letter && may_start(c) {
            // Behind what was read here no other run begins before the next letter.
            after_letter = false;
            match run(&rest[at..]) {
                Run::Hidden(_) => return true,
                Run::Dot(dot) => bytes = dot,
                Run::Plain if c == TATWEEL => {}
                Run::Plain => return false,
            }
        } else if kind != IGNORED && kind != super::class::DROPPED {
            return false;
        }
        at += bytes;
    }
    false
}
