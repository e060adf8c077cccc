//! Two reports side by side: cosines of their terms, and how much of what each is about the other holds.
//!
//! One report is laid out in arrays by term number; each other is then read through once, an addition a term. That beats a merge of two
//! sorted lists, whose every step is a branch nobody can predict, wherever one report is compared with a few others in a row.

use serde::{Deserialize, Serialize};

use super::snapshot::{Snapshot, TEN_THOUSAND, Vector, Weighed};
use super::time::days_between;

/// How alike two reports are, each of 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Alike {
    /// Cosine of words.
    pub(super) words: u32,
    /// Cosine of character 4-grams of title and lead.
    pub(super) grams: u32,
    /// Share of what each is about that the other holds, mean of both ways.
    pub(super) about: u32,
    /// Cosine of numbers; unknown where either has none.
    pub(super) numbers: Option<u32>,
}

impl Alike {
    /// Words and 4-grams in one figure, of 20,000.
    pub(super) fn both(&self) -> u32 {
        self.words + self.grams
    }
}

/// What there is to two reports beside their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beside {
    /// Tokens of the shorter.
    pub(super) length: u32,
    /// Days between the dates, when both are known.
    pub(super) gap: Option<i64>,
}

impl Beside {
    /// That of two reports with so many tokens and these days.
    pub(super) fn of(a: (u32, Option<i64>), b: (u32, Option<i64>)) -> Beside {
        Beside { length: a.0.min(b.0), gap: a.1.zip(b.1).map(|(a, b)| days_between(a, b)) }
    }
}

/// Marks the weight of a word that the report is about; weights are far below.
const ABOUT: u32 = 1 << 31;

/// Terms by number, with the weights that one report gives them.
#[derive(Debug, Default)]
pub(super) struct Table {
    words: Vec<u32>,
    grams: Vec<u32>,
}

impl Table {
    /// A place for reports of so many words and 4-grams: 4 bytes each.
    pub(super) fn new(words: usize, grams: usize) -> Table {
        Table { words: vec![0; words], grams: vec![0; grams] }
    }

    /// Makes room for terms that came later.
    pub(super) fn grow(&mut self, words: usize, grams: usize) {
        self.words.resize(words.max(self.words.len()), 0);
        self.grams.resize(grams.max(self.grams.len()), 0);
    }

    /// Lays out a report; another one has to be cleared away before.
    pub(super) fn lay(&mut self, report: &Weighed) {
        report.words.weights().for_each(|term| self.words[term.0 as usize] = term.1);
        report.grams.weights().for_each(|term| self.grams[term.0 as usize] = term.1);
        report.about.iter().for_each(|term| self.words[term.0 as usize] |= ABOUT);
    }

    /// Clears away the report that is laid out.
    pub(super) fn clear(&mut self, report: &Weighed) {
        report.words.weights().for_each(|term| self.words[term.0 as usize] = 0);
        report.grams.weights().for_each(|term| self.grams[term.0 as usize] = 0);
    }

    /// Compares the report that is laid out with another.
    pub(super) fn compare(&self, a: &Weighed, b: &Weighed) -> Alike {
        let (mut words, mut held) = (0u64, 0u64);
        b.words.weights().for_each(|(number, weight)| {
            let theirs = self.words[number as usize];
            words += u64::from(theirs & !ABOUT) * u64::from(weight);
            if theirs & ABOUT != 0 {
                held += a.about.iter().find(|term| term.0 == number).map_or(0, |term| u64::from(term.1));
            }
        });
        let grams = b.grams.weights().map(|(number, weight)| u64::from(self.grams[number as usize]) * u64::from(weight)).sum();
        let holds = b.about.iter().filter(|term| self.words[term.0 as usize] != 0).map(|term| u64::from(term.1)).sum();
        Alike {
            words: cosine(words, &a.words, &b.words),
            grams: cosine(grams, &a.grams, &b.grams),
            about: ((a.share(held) + b.share(holds)) / 2) as u32,
            numbers: self.numbers(a, b),
        }
    }

    /// The cosine of the numbers of the report that is laid out and of another.
    fn numbers(&self, a: &Weighed, b: &Weighed) -> Option<u32> {
        if a.numbers.is_empty() || b.numbers.is_empty() {
            return None;
        }
        let square = |of: &[(u32, u32)]| of.iter().map(|term| u64::from(term.1) * u64::from(term.1)).sum::<u64>();
        let both = b.numbers.iter().filter(|term| self.words[term.0 as usize] != 0).map(|term| u64::from(term.1) * u64::from(term.1)).sum();
        Some(quotient(both, square(&a.numbers), square(&b.numbers)))
    }
}

/// Compares reports of one snapshot, laying out each as it comes.
pub(super) struct Desk<'w> {
    table: Table,
    laid: Option<&'w Weighed>,
}

impl<'w> Desk<'w> {
    /// A place for reports of one snapshot.
    pub(super) fn new(snapshot: &Snapshot) -> Desk<'w> {
        Desk { table: Table::new(snapshot.lexis.words.keys.len(), snapshot.lexis.grams.keys.len()), laid: None }
    }

    /// Compares two reports; cheapest when the first is the one of the last call, and the longer.
    pub(super) fn compare(&mut self, a: &'w Weighed, b: &Weighed) -> Alike {
        if !self.laid.is_some_and(|laid| std::ptr::eq(laid, a)) {
            if let Some(last) = self.laid.replace(a) {
                self.table.clear(last);
            }
            self.table.lay(a);
        }
        self.table.compare(a, b)
    }
}

/// 10,000 times the cosine, rounded down.
fn cosine(dot: u64, a: &Vector, b: &Vector) -> u32 {
    quotient(dot, a.square, b.square)
}

/// 10,000 times the cosine of two vectors with these squared lengths.
pub(super) fn quotient(dot: u64, a: u64, b: u64) -> u32 {
    // Almost always the squares' product has 64 bits, whose root is many times cheaper than that of 128.
    let length = match a.checked_mul(b) {
        Some(product) => product.isqrt(),
        None => (u128::from(a) * u128::from(b)).isqrt() as u64,
    };
    match (length, dot.checked_mul(TEN_THOUSAND)) {
        (0, _) => 0,
        (_, Some(dot)) => (dot / length).min(TEN_THOUSAND) as u32,
        (_, None) => (u128::from(dot) * u128::from(TEN_THOUSAND) / u128::from(length)).min(u128::from(TEN_THOUSAND)) as u32,
    }
}
