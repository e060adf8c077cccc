//! The distinct terms of a corpus. Reports are read in as many parts as there are threads, each with numbers of its own; here the parts
//! become one.
//!
//! The final numbers go from the most common term to the rarest: those that most look-ups are for lie together, and terms too common or
//! too rare for a purpose are told by a bound. They depend on the reports alone, not on the parts.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::terms::{Entry, Held, Kind, Lexicon, Reader, Term, Terms};
use super::{Report, Reports};

/// Most articles of one copy group that count in document frequencies: a wire item that a hundred outlets print does not make its own
/// words common.
pub(super) const MOST_COPIES: u32 = 10;

/// Terms by number.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) keys: Vec<u64>,
    pub(super) held: Vec<Held>,
}

impl Vocabulary {
    /// The number of the first term that at most so many reports hold.
    pub(super) fn held_by_at_most(&self, reports: u32) -> u32 {
        self.held.partition_point(|held| held.reports > reports) as u32
    }
}

/// The terms of a corpus.
#[derive(Debug, Default)]
pub(super) struct Lexis {
    pub(super) words: Vocabulary,
    pub(super) grams: Vocabulary,
    /// What a word can say, by number.
    pub(super) kinds: Vec<Kind>,
    /// Articles that the reports count for.
    pub(super) articles: u64,
}

/// Reports as numbered terms.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) terms: Vec<Terms>,
    pub(super) lexis: Lexis,
}

impl Reading {
    /// Reads those of the reports that are of one language. O(tokens); a word is stemmed once in each part.
    pub(super) fn new(reports: &(impl Reports + ?Sized), members: &[u32], lang: &str) -> Reading {
        let part = members.len().div_ceil(rayon::current_num_threads()).max(1);
        let articles = |report: &Report<'_>| report.size.min(MOST_COPIES);
        let read = |part: &[u32]| -> (Vec<Terms>, Reader) {
            let mut reader = Reader::new(lang);
            let mut terms = Vec::with_capacity(part.len());
            let mut read = |report: &Report<'_>| terms.push(reader.read(report.parts.iter().copied(), articles(report)));
            part.iter().for_each(|report| reports.with(*report, &mut read));
            (terms, reader)
        };
        let (mut parts, readers): (Vec<Vec<Terms>>, Vec<Reader>) = members.par_chunks(part).map(read).unzip();
        let (mut words, mut grams, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
        for reader in readers {
            words.push(reader.words);
            grams.push(reader.grams);
            kinds.push(reader.kinds);
        }
        let ((words, word_numbers), (grams, gram_numbers)) = rayon::join(|| merge(words), || merge(grams));
        let kinds = by_number(&kinds, &word_numbers, words.keys.len());
        parts.par_iter_mut().zip(word_numbers).zip(gram_numbers).for_each(|((part, words), grams)| {
            for terms in part {
                renumber(&mut terms.words, &words);
                renumber(&mut terms.grams, &grams);
            }
        });
        let articles = members.iter().map(|report| u64::from(articles(&reports.head(*report)))).sum();
        Reading { terms: parts.into_iter().flatten().collect(), lexis: Lexis { words, grams, kinds, articles } }
    }
}

/// What the parts say of their terms, by number.
pub(super) fn by_number<T: Copy + Default>(parts: &[Vec<T>], numbers: &[Vec<u32>], count: usize) -> Vec<T> {
    let mut all = vec![T::default(); count];
    for (value, number) in parts.iter().flatten().zip(numbers.iter().flatten()) {
        all[*number as usize] = *value;
    }
    all
}

pub(super) fn renumber(terms: &mut [Term], numbers: &[u32]) {
    terms.iter_mut().for_each(|term| term.number = numbers[term.number as usize]);
}

/// One vocabulary of many, and for each of them its terms' numbers there.
pub(super) fn merge(parts: Vec<Lexicon>) -> (Vocabulary, Vec<Vec<u32>>) {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    let mut numbers: Vec<Vec<u32>> = vec![(0..all.entries.len() as u32).collect()];
    for part in parts {
        let add = |entry: &Entry| {
            let number = all.number(entry.key);
            let held = &mut all.entries[number as usize].held;
            held.reports += entry.held.reports;
            held.articles += entry.held.articles;
            number
        };
        numbers.push(part.entries.iter().map(add).collect());
    }
    let mut order: Vec<(Reverse<u32>, u64, u32)> =
        (0..).zip(&all.entries).map(|(old, entry)| (Reverse(entry.held.reports), entry.key, old)).collect();
    order.sort_unstable();
    let mut new = vec![0; order.len()];
    for (number, row) in (0..).zip(&order) {
        new[row.2 as usize] = number;
    }
    numbers.iter_mut().flatten().for_each(|number| *number = new[*number as usize]);
    let held = order.iter().map(|row| all.entries[row.2 as usize].held).collect();
    (Vocabulary { keys: order.iter().map(|row| row.1).collect(), held }, numbers)
}
