//! What kind of character this is, from the frozen tables.

use super::tables::{FOLDS, INDEX, PAGES, ZEROS};

/// Breaks tokens and is nothing else.
pub(super) const OTHER: u16 = 0;
/// White space inside a line.
pub(super) const SPACE: u16 = 1;
/// Ends a line.
pub(super) const NEWLINE: u16 = 2;
/// A combining mark that belongs to its word (Indic vowel signs, what NFKC could not compose).
pub(super) const MARK: u16 = 3;
/// Tatweel and the marks that readers leave out (N6).
pub(super) const DROPPED: u16 = 4;
/// Deleted before anything else looks (N1, N3), with the harakat, which compose with nothing.
pub(super) const IGNORED: u16 = 5;
/// A decimal digit.
pub(super) const DIGIT: u16 = 6;

/// A character's row in the tables.
#[derive(Clone, Copy)]
pub(super) struct Class(u16);

impl Class {
    #[inline]
    pub(super) fn of(c: char) -> Class {
        let code = c as usize;
        // Every char is below 0x110000 = INDEX.len() * 256, and INDEX holds page numbers only.
        Class(PAGES[usize::from(INDEX[code >> 8])][code & 0xff])
    }

    /// One of the constants above, or the letter's script.
    #[inline]
    pub(super) fn kind(self) -> u16 {
        self.0 & 0xff
    }

    /// Whether it may compose with the character before it.
    #[inline]
    pub(super) fn continues(self) -> bool {
        self.0 & 0x100 != 0
    }

    /// Whether NFKC changes it when it stands alone.
    #[inline]
    pub(super) fn changes(self) -> bool {
        self.0 & 0x200 != 0
    }
}

/// The value of a decimal digit, as ASCII.
pub(super) fn ascii_digit(c: char) -> char {
    if c.is_ascii_digit() {
        return c;
    }
    let at = ZEROS.partition_point(|zero| *zero <= c as u32);
    let value = at.checked_sub(1).map_or(0, |at| c as u32 - ZEROS[at]);
    char::from(b'0' + value.min(9) as u8)
}

/// Letters that are one letter to a reader (N7), then the full case fold (N9).
#[inline]
pub(super) fn fold(c: char, mut push: impl FnMut(char)) {
    match c {
        'a'..='z' => push(c),
        'A'..='Z' => push(c.to_ascii_lowercase()),
        'أ' | 'إ' | 'آ' | 'ٱ' | 'ٲ' | 'ٳ' | 'ٵ' => push('ا'),
        'ى' | 'ی' | 'ې' | 'ے' | 'ۓ' => push('ي'),
        'ک' | 'ڪ' => push('ك'),
        'ہ' | 'ھ' | 'ە' | 'ۀ' | 'ۂ' | 'ة' | 'ۃ' => push('ه'),
        'ı' => push('i'),
        '\u{600}'..='\u{6ff}' => push(c),
        _ => match FOLDS.binary_search_by_key(&(c as u32), |row| row.0) {
            Ok(at) => FOLDS[at].1.chars().for_each(push),
            Err(_) => push(c),
        },
    }
}
