//! The text of an article as words, what stands between them, and lines that were removed: whatever is marked is marked on whole words.

use std::ops::Range;

use ahash::{AHashMap, AHashSet};

use crate::article::Article;
use crate::extract::{Own, Reason};
use crate::hash;
use crate::normalize;

/// A part of a text. The parts follow each other and leave nothing out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) span: Range<usize>,
    pub(super) what: What,
}

/// What a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A word of its own, by its number.
    Word(usize),
    /// An obfuscated word, by its number.
    Repaired(usize),
    /// White space and punctuation.
    Between,
    /// A line that is not the article's own.
    Removed(Reason),
}

/// The own words of an article, to be compared and shown.
pub(super) struct Passages<'a> {
    pub(super) text: &'a str,
    pub(super) parts: Vec<Part>,
    /// The part of each word.
    places: Vec<usize>,
    /// The hash of each word.
    pub(super) hashes: Vec<u64>,
}

impl<'a> Passages<'a> {
    /// Reads an article's own words. O(its text).
    pub(super) fn of(article: &'a Article, own: &Own) -> Passages<'a> {
        let text: &str = &article.text;
        let mut found: Vec<Part> = Vec::new();
        let mut hashes = Vec::new();
        for kept in &own.kept {
            let start = kept.start as usize;
            normalize::tokens(kept.of(text), |token| {
                let what = if token.repaired { What::Repaired(hashes.len()) } else { What::Word(hashes.len()) };
                hashes.push(token.hash());
                found.push(Part { span: start + token.span.start..start + token.span.end, what });
            });
        }
        widen(text, &mut found);
        found.extend(
            own.removals
                .iter()
                .map(|removal| Part { span: removal.span.start as usize..removal.span.end as usize, what: What::Removed(removal.reason) }),
        );
        found.sort_by_key(|part| part.span.start);
        let mut parts = Vec::with_capacity(found.len() * 2 + 1);
        let mut places = vec![0; hashes.len()];
        let mut at = 0;
        for part in found {
            if part.span.start > at {
                parts.push(Part { span: at..part.span.start, what: What::Between });
            }
            if let What::Word(number) | What::Repaired(number) = part.what {
                places[number] = parts.len();
            }
            at = part.span.end;
            parts.push(part);
        }
        if at < text.len() {
            parts.push(Part { span: at..text.len(), what: What::Between });
        }
        Passages { text, parts, places, hashes }
    }

    /// Words of its own.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The parts of some words: with all that follows each, and for the first word what stands before it.
    pub(super) fn parts(&self, words: Range<usize>) -> &[Part] {
        let place = |word: usize| self.places.get(word).copied().unwrap_or(self.parts.len());
        let start = if words.start == 0 { 0 } else { place(words.start) };
        let end = if words.is_empty() && !self.places.is_empty() { start } else { place(words.end) };
        self.parts.get(start..end.max(start)).unwrap_or_default()
    }

    /// Where a word stands in the text.
    pub(super) fn span(&self, word: usize) -> Range<usize> {
        self.places.get(word).map_or(self.text.len()..self.text.len(), |place| self.parts[*place].span.clone())
    }
}

/// A text that others are compared with: its words, and its runs of as many words as a shingle has.
pub(super) struct Reference<'a> {
    pub(super) passages: Passages<'a>,
    vocabulary: AHashSet<u64>,
    /// The first run of each hash, and for each run the next one with its hash.
    first: AHashMap<u64, u32>,
    next: Vec<u32>,
    width: usize,
}

/// No further run.
const LAST: u32 = u32::MAX;

impl<'a> Reference<'a> {
    /// Prepares a text; runs are of `width` words, those of a shorter text of as many as it has. O(words).
    pub(super) fn new(passages: Passages<'a>, width: usize) -> Reference<'a> {
        let vocabulary = passages.hashes.iter().copied().collect();
        let width = width.min(passages.len()).max(1);
        let mut first = AHashMap::with_capacity(passages.len());
        let mut next = vec![LAST; passages.len()];
        for (at, run) in runs(&passages.hashes, width).enumerate() {
            next[at] = first.insert(run, at as u32).unwrap_or(LAST);
        }
        Reference { passages, vocabulary, first, next, width }
    }

    /// Whether it says a word at all.
    pub(super) fn says(&self, word: u64) -> bool {
        self.vocabulary.contains(&word)
    }

    /// Which words of this text, and which of another, stand in a run that both hold. O(words).
    pub(super) fn shared(&self, other: &Passages<'_>) -> [Vec<bool>; 2] {
        let mut shared = [vec![false; self.passages.len()], vec![false; other.len()]];
        if other.len() < self.width {
            // Shorter than a shingle: it is one run.
            let narrow = other.len().max(1);
            for at in 0..self.passages.len().saturating_sub(narrow - 1) {
                if !other.hashes.is_empty() && self.passages.hashes[at..at + narrow] == other.hashes[..] {
                    shared[0][at..at + narrow].fill(true);
                    shared[1].fill(true);
                }
            }
            return shared;
        }
        let mut marked = vec![false; self.passages.len()];
        for (at, run) in runs(&other.hashes, self.width).enumerate() {
            let Some(first) = self.first.get(&run) else { continue };
            shared[1][at..at + self.width].fill(true);
            // A run is marked with all its equals, once.
            let mut place = if std::mem::replace(&mut marked[*first as usize], true) { LAST } else { *first };
            while place != LAST {
                shared[0][place as usize..place as usize + self.width].fill(true);
                place = self.next[place as usize];
            }
        }
        shared
    }
}

/// The hashes of all runs of `width` words, by their first.
fn runs(hashes: &[u64], width: usize) -> impl Iterator<Item = u64> {
    hashes.windows(width).map(hash::combine)
}

/// Widens words to the letters and marks that touch them, so that no mark ends inside a word. Scripts without word spaces give pairs of
/// characters that overlap: there each keeps what the one before has left.
fn widen(text: &str, words: &mut [Part]) {
    let mut before = 0;
    for at in 0..words.len() {
        let next = words.get(at + 1).map_or(text.len(), |next| next.span.start);
        let span = &mut words[at].span;
        span.start = span.start.max(before);
        span.end = span.end.max(span.start);
        if next < span.end {
            span.end = next.max(span.start);
        }
        let left = text[before..span.start].chars().rev().take_while(|c| is_of_word(*c)).map(char::len_utf8).sum::<usize>();
        span.start -= left;
        if next > span.end {
            span.end += text[span.end..next].chars().take_while(|c| is_of_word(*c)).map(char::len_utf8).sum::<usize>();
        }
        before = span.end;
    }
}

/// Letters, digits, marks above and below them, the lengthening stroke and joiners.
pub(super) fn is_of_word(c: char) -> bool {
    let is_mark = matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}' | '\u{200c}' | '\u{200d}');
    c.is_alphanumeric() || is_mark
}
