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
        let mut words = Words { text, found: Vec::new(), hashes: Vec::new() };
        own.kept.iter().for_each(|kept| words.read(kept.start as usize..kept.end as usize));
        let Words { mut found, hashes, .. } = words;
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

/// The words of a text.
struct Words<'a> {
    text: &'a str,
    found: Vec<Part>,
    hashes: Vec<u64>,
}

impl Words<'_> {
    /// Reads a piece of the text. A word goes from where its token begins to the last letter before the next token, so that no mark ends
    /// inside a word; where characters give overlapping pairs each is one character long.
    fn read(&mut self, piece: Range<usize>) {
        let (first, text) = (self.found.len(), self.text.get(piece.clone()).unwrap_or_default());
        let repaired = normalize::hashes(text, |hash, at| {
            self.found.push(Part { span: piece.start + at..piece.end, what: What::Word(self.hashes.len()) });
            self.hashes.push(hash);
        });
        let mut next = piece.end;
        for part in self.found[first..].iter_mut().rev() {
            let start = part.span.start.min(next);
            let word = self.text[start..next].trim_end_matches(|c| !is_of_word(c));
            // Some begin with characters that are ignored, and some behind a stroke that belongs to no other word.
            let begin = start + word.len() - word.trim_start_matches(|c| !is_of_word(c)).len();
            let strokes = |c: char| is_of_word(c) && !c.is_alphanumeric() || c == '\u{640}';
            let before = self.text[piece.start..begin].trim_end_matches(strokes);
            let begin = if before.ends_with(is_of_word) { begin } else { piece.start + before.len() };
            part.span = begin..start + word.len();
            next = begin;
        }
        if repaired > 0 {
            let mut at = first;
            normalize::tokens(text, |token| {
                if let Some(part) = self.found.get_mut(at).filter(|_| token.repaired) {
                    part.what = What::Repaired(at);
                }
                at += 1;
            });
        }
    }
}

/// Letters, digits, marks above and below them, the lengthening stroke and joiners.
pub(super) fn is_of_word(c: char) -> bool {
    match c {
        ' ' | '\n' => false,
        'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{620}'..='\u{65f}' => true,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{670}' => true,
        '\u{6d6}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}' | '\u{200c}' | '\u{200d}' => true,
        _ => c.is_alphanumeric(),
    }
}
