//! From text to canonical tokens, with a map back to the text.
//!
//! Two pages that a reader would call the same must give the same tokens: presentation forms, invisible characters, tatweel, harakat,
//! digits of any script, letter case, and words that were hidden from filters with tatweel and dots. Nothing here knows a language:
//! a token never depends on which other articles there are.
//!
//! Rules, by the names used in this module (their effect is in this order):
//!
//! | rule | effect |
//! |---|---|
//! | N1 N3 | presentation-form marks and invisible characters are deleted |
//! | N5 | `التـ.ـوتر` is read as `التوتر`, `أ.ف.ب` and `سوريا.وقال` stay as they are |
//! | N2 | NFKC |
//! | N6 | tatweel and Arabic, Hebrew and Syriac marks are dropped |
//! | N7 | alef, ya, kaf and ha shapes are folded; hamza seats and Persian or Urdu letters are kept |
//! | N8 | digits become ASCII, thousands separators go |
//! | N9 | full case fold; dotless and dotted i meet |
//! | N10 | tokens are runs of letters and digits; Chinese, Japanese, Thai, Lao, Khmer and Burmese give overlapping pairs |
//! | N11 | three or more single letters with dots are one token |
//! | N12 | clitic stubs left before a digit, a Latin letter or after tatweel are dropped |
//!
//! One pass, O(bytes), one buffer. Changing one token of any text is a change of [`VERSION`].

mod class;
mod deobfuscate;
mod scan;
mod tables;
mod wide;
mod word;

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::hash;

use class::{Class, DIGIT, IGNORED, MARK};
use deobfuscate::{Run, TATWEEL};
use tables::ARABIC;
use word::{End, Words};

/// The version of the token stream; results of different versions must not be compared.
pub const VERSION: u32 = 1;

/// One canonical token and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// The canonical form.
    pub text: &'a str,
    /// The bytes of the input it was read from.
    pub span: Range<usize>,
    /// Whether it is a pair of characters of a script without word spaces.
    pub pair: bool,
    /// Whether an obfuscated word was repaired to read it.
    pub repaired: bool,
}

/// Gives every token of `text` to `receive`, in order.
///
/// The receiver is compiled in: one that only hashes keeps nothing, one that keeps spans pays for them.
///
/// ```
/// let mut words = Vec::new();
/// samestory::normalize::tokens("التـ.ـوتر في إدلب، 1,500 شخص", |token| words.push(token.text.to_owned()));
/// assert_eq!(words, ["التوتر", "في", "ادلب", "1500", "شخص"]);
/// ```
pub fn tokens(text: &str, receive: impl FnMut(Token<'_>)) {
    scan::scan(text, &mut Spelled { text, receive });
}

/// Gives the [hash](Token::hash) of every token of `text` to `receive`, in order, with the byte it begins at or after, and returns how many
/// words were repaired.
///
/// Nothing is allocated for words of plain letters and digits: this is the hot path.
///
/// ```
/// let (mut hashes, mut same) = (Vec::new(), Vec::new());
/// samestory::normalize::hashes("التـ.ـوتر في إدلب", |hash, _| hashes.push(hash));
/// samestory::normalize::tokens("التوتر في إدلب", |token| same.push(token.hash()));
/// assert_eq!(hashes, same);
/// ```
pub fn hashes(text: &str, receive: impl FnMut(u64, usize)) -> u32 {
    let mut receiver = Hashed { repaired: 0, receive };
    scan::scan(text, &mut receiver);
    receiver.repaired
}

/// The lowest bit of a token hash: the token is a pair of characters.
pub(crate) const PAIR: u64 = 1;
/// The bit above it: a digit is in it.
pub(crate) const DIGITS: u64 = 2;

impl Token<'_> {
    /// The hash of the token: [`hash::word`] of its form, but for the two lowest bits, which say whether it is a pair of characters and
    /// whether it holds a digit.
    ///
    /// ```
    /// let mut hashes = Vec::new();
    /// samestory::normalize::tokens("Putin 中国 2024", |token| hashes.push(token.hash()));
    /// assert_eq!(hashes, [10257814562322128380, 16081081968023476989, 7236656007680014094]);
    /// ```
    #[must_use]
    pub fn hash(&self) -> u64 {
        flagged(hash::word(self.text), self.pair, self.text.bytes().any(|byte| byte.is_ascii_digit()))
    }
}

#[inline]
fn flagged(hash: u64, pair: bool, digits: bool) -> u64 {
    hash & !(PAIR | DIGITS) | if pair { PAIR } else { 0 } | if digits { DIGITS } else { 0 }
}

/// What is done with the tokens of a text.
trait Receive {
    /// A plain word in its canonical form, with its [`hash::word`]; it stands in `span`, which may begin or end with ignored characters.
    fn plain(&mut self, word: &[u8], hash: u64, span: Range<usize>, digits: bool);
    /// A token of the rules.
    fn token(&mut self, token: Token<'_>);
}

struct Hashed<F> {
    repaired: u32,
    receive: F,
}

impl<F: FnMut(u64, usize)> Receive for Hashed<F> {
    #[inline(always)]
    fn plain(&mut self, _: &[u8], hash: u64, span: Range<usize>, digits: bool) {
        (self.receive)(flagged(hash, false, digits), span.start);
    }

    fn token(&mut self, token: Token<'_>) {
        self.repaired += u32::from(token.repaired);
        (self.receive)(token.hash(), token.span.start);
    }
}

struct Spelled<'t, F> {
    text: &'t str,
    receive: F,
}

impl<F: FnMut(Token<'_>)> Receive for Spelled<'_, F> {
    fn plain(&mut self, word: &[u8], _: u64, span: Range<usize>, _: bool) {
        let ignored = |c: char| Class::of(c).kind() == IGNORED;
        let inside = &self.text[span.clone()];
        let start = span.start + inside.len() - inside.trim_start_matches(ignored).len();
        let span = start..start + inside.trim_matches(ignored).len();
        // Whole characters became whole characters.
        let text = std::str::from_utf8(word).unwrap_or_default();
        (self.receive)(Token { text, span, pair: false, repaired: false });
    }

    fn token(&mut self, token: Token<'_>) {
        (self.receive)(token);
    }
}

/// The tokens of `text` joined by single spaces: a key under which lines that read alike are equal.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    tokens(text, |token| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token.text);
    });
    out
}

/// The script of a letter, as a number of the tables; `None` for anything else.
pub(crate) fn script(c: char) -> Option<u16> {
    Some(Class::of(c).kind()).filter(|kind| *kind > tables::COMMON)
}

/// The rules, character by character, for any text.
struct Walk<'t, F> {
    text: &'t str,
    at: usize,
    /// Whether the last character, marks aside, was an Arabic letter: only there can N5 apply.
    after_letter: bool,
    words: Words<F>,
}

impl<'t, F: FnMut(Token<'_>)> Walk<'t, F> {
    /// Reads the part of `text` in `range`, as if white space stood around it.
    fn part(text: &'t str, range: Range<usize>, receive: F) {
        Walk { text: &text[..range.end], at: range.start, after_letter: false, words: Words::new(receive) }.run();
    }

    fn run(mut self) {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        let mut segment = String::new();
        while let Some(c) = self.text[self.at..].chars().next() {
            let class = Class::of(c);
            let start = self.at;
            if class.kind() == IGNORED {
                self.at += c.len_utf8();
                continue;
            }
            if self.after_letter && deobfuscate::may_start(c) && self.repair() {
                continue;
            }
            self.at += c.len_utf8();
            let mark = class.kind() == MARK || (class.kind() == class::DROPPED && c != TATWEEL);
            self.after_letter = class.kind() == ARABIC || (self.after_letter && mark);
            if self.punctuation(c, class) {
                continue;
            }
            let end = self.segment_end();
            if end == self.at && !class.changes() {
                self.words.feed(c, start..end);
                continue;
            }
            segment.clear();
            segment.push(c);
            segment.extend(self.text[self.at..end].chars().filter(|c| Class::of(*c).kind() != IGNORED));
            if end > self.at && class.kind() == ARABIC {
                self.after_letter = true;
            }
            self.at = end;
            for c in nfkc.normalize(&segment).chars() {
                self.words.feed(c, start..end);
            }
        }
        self.words.end(End::Separator);
        self.words.flush();
    }

    /// The end of the characters that may compose with the one just read.
    fn segment_end(&self) -> usize {
        let mut end = self.at;
        for (at, c) in self.text[self.at..].char_indices() {
            let class = Class::of(c);
            if class.continues() {
                end = self.at + at + c.len_utf8();
            } else if class.kind() != IGNORED {
                break;
            }
        }
        end
    }

    /// N5 at the current place; true when something was deleted.
    fn repair(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let bytes = match deobfuscate::run(rest) {
            Run::Hidden(bytes) => {
                self.words.mark_repaired();
                bytes
            }
            Run::Dot(bytes) if self.words.is_repaired() || deobfuscate::hides_more(&rest[bytes..]) => bytes,
            _ => return false,
        };
        self.at += bytes;
        self.after_letter = false;
        true
    }

    /// Dots and thousands separators, which mean something between digits or letters; true when `c` was one and is done with.
    fn punctuation(&mut self, c: char, class: Class) -> bool {
        if class.kind() != class::OTHER {
            return false;
        }
        match c {
            '.' | '٫' | '\u{2024}' | '\u{fe52}' | '\u{ff0e}' => {
                if self.words.after_digit() && self.digits_ahead(1) >= 1 {
                    self.words.decimal_dot();
                } else {
                    self.words.end(End::Dot);
                }
                true
            }
            '٬' if self.words.after_digit() && self.digits_ahead(1) >= 1 => true,
            ',' | '\'' | '’' | '\u{fe50}' | '\u{ff0c}' | '\u{ff07}' => {
                let inside = self.words.may_group() && self.digits_ahead(4) == 3;
                if inside {
                    self.words.group();
                }
                inside
            }
            _ => false,
        }
    }

    /// How many digits follow directly, counted up to `most`.
    fn digits_ahead(&self, most: usize) -> usize {
        let classes = self.text[self.at..].chars().map(|c| Class::of(c).kind());
        classes.filter(|kind| *kind != IGNORED).take(most).take_while(|kind| *kind == DIGIT).count()
    }
}

#[cfg(test)]
mod tests;
