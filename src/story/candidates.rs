//! Which articles are worth comparing: the nearest by their heaviest terms, through an inverted index. Never all pairs.

use std::cmp::Reverse;
use std::ops::Range;

use rayon::prelude::*;

use super::snapshot::{Vector, keep_first};
use super::time::days_between;
use super::vocabulary::Vocabulary;

/// Heaviest terms of an article that look for candidates.
pub(super) const HEAVY: usize = 30;
/// A term in more articles than this looks for none: its posting would be most of the work and says little.
pub(super) const LONG_POSTING: u32 = 1000;
/// Candidates of an article by words …
pub(super) const NEAREST: usize = 40;
/// … and in other languages, where less tells them apart,
pub(super) const NEAREST_ACROSS: usize = 70;
/// and as many more among those close in time,
const NEAREST_IN_TIME: usize = 10;
/// that is, so many days away at most.
const DAYS_IN_TIME: i64 = 2;

/// Pairs of articles (longer first, ascending, each once) and how many postings were too long to use.
pub(super) struct Near {
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) long_postings: u64,
}

/// Every pair: for the few pages of an explanation, which share no document frequencies to search by.
pub(super) fn all(count: usize) -> Near {
    let pairs = (0..count as u32).flat_map(|a| (a + 1..count as u32).map(move |b| (a, b))).collect();
    Near { pairs, long_postings: 0 }
}

/// What is looked for, and among what.
pub(super) struct Sought<'s> {
    /// The terms.
    pub(super) vocabulary: &'s Vocabulary,
    pub(super) idf: &'s [u32],
    /// The reports: their vectors, how much there is to compare, their days and their order by key.
    pub(super) vectors: Vec<&'s Vector>,
    pub(super) sizes: Vec<usize>,
    pub(super) days: Vec<Option<i64>>,
    pub(super) ranks: &'s [u32],
    /// Reports of one kin are never candidates: their languages, when only pairs in two are wanted.
    pub(super) kin: Option<&'s [u32]>,
    /// Candidates of a report by terms.
    pub(super) nearest: usize,
    /// Dated reports further apart are never candidates.
    pub(super) window: i64,
}

/// The candidates; ties go to the smaller rank. O(reports · HEAVY · LONG_POSTING) at worst.
pub(super) fn near(sought: &Sought<'_>) -> Near {
    let postings = Postings::new(sought);
    let roots = sought.vectors.iter().map(|vector| vector.square.isqrt().max(1) as u32).collect();
    let search = Search { sought, postings: &postings, roots };
    let count = sought.vectors.len();
    let of = |sums: &mut Sums, at: usize| -> Vec<(u32, u32)> {
        let longer_first = |other: u32| {
            let length = |at: u32| (Reverse(sought.sizes[at as usize]), sought.ranks[at as usize]);
            let (at, other) = (at as u32, other);
            if length(at) < length(other) { (at, other) } else { (other, at) }
        };
        search.nearest(at as u32, sums).into_iter().map(longer_first).collect()
    };
    let sums = || Sums { dots: vec![0; count], touched: vec![0; count + 1] };
    let mut pairs: Vec<(u32, u32)> = (0..count).into_par_iter().map_init(sums, of).flatten_iter().collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let long = (0..postings.numbers.start as usize).filter(|number| sought.idf[*number] > 0).count();
    Near { pairs, long_postings: long as u64 }
}

/// For each term that can look for candidates the articles that hold it, and its weights there, one list after the other.
struct Postings {
    /// The terms: all in at most `LONG_POSTING` articles and in more than one.
    numbers: Range<u32>,
    starts: Vec<u32>,
    rows: Vec<(u32, u32)>,
}

impl Postings {
    fn new(sought: &Sought<'_>) -> Postings {
        let words = sought.vocabulary;
        let numbers = words.held_by_at_most(LONG_POSTING)..words.held_by_at_most(1);
        let mut end = 0;
        let mut starts: Vec<u32> = vec![0];
        for held in &words.held[numbers.start as usize..numbers.end as usize] {
            end += held.reports;
            starts.push(end);
        }
        let mut rows = vec![(0, 0); end as usize];
        let mut next = starts.clone();
        for (at, vector) in (0..).zip(&sought.vectors) {
            for (number, weight) in vector.weights().filter(|term| numbers.contains(&term.0)) {
                let next = &mut next[(number - numbers.start) as usize];
                rows[*next as usize] = (at, weight);
                *next += 1;
            }
        }
        Postings { numbers, starts, rows }
    }

    fn of(&self, number: u32) -> &[(u32, u32)] {
        let at = (number - self.numbers.start) as usize;
        &self.rows[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// The products of one article with others.
struct Sums {
    /// By article.
    dots: Vec<u64>,
    /// The articles whose product is not 0 stand first; one place more than there are articles.
    touched: Vec<u32>,
}

struct Search<'s> {
    sought: &'s Sought<'s>,
    postings: &'s Postings,
    /// Lengths of the vectors.
    roots: Vec<u32>,
}

impl Search<'_> {
    /// The reports nearest to the one numbered `at`; some twice.
    fn nearest(&self, at: u32, sums: &mut Sums) -> Vec<u32> {
        let Sought { ranks, days, kin, window, nearest, .. } = self.sought;
        let stranger = |other: u32| other != at && kin.is_none_or(|kin| kin[other as usize] != kin[at as usize]);
        let touched = self.add(at, sums);
        let mut choice = Choice::new(days[at as usize], *nearest, *window);
        for other in sums.touched[..touched].iter().copied() {
            let dot = std::mem::take(&mut sums.dots[other as usize]);
            let root = u64::from(self.roots[other as usize]);
            if choice.may_take(dot, root) && stranger(other) {
                choice.push(dot, root, days[other as usize], ranks[other as usize], other);
            }
        }
        choice.finish()
    }

    /// Adds up the products of the heaviest terms; returns how many articles have one.
    fn add(&self, at: u32, sums: &mut Sums) -> usize {
        let searched = |term: &(u32, u32)| self.postings.numbers.contains(&term.0);
        let mut heavy: Vec<(u32, u32)> = self.sought.vectors[at as usize].weights().filter(searched).collect();
        keep_first(&mut heavy, HEAVY, |term| (Reverse(term.1), self.sought.vocabulary.keys[term.0 as usize]));
        let mut touched = 0;
        for (number, weight) in heavy {
            for (other, theirs) in self.postings.of(number) {
                let dot = &mut sums.dots[*other as usize];
                // Written always and kept where it is new: whether it is nobody can predict, and a branch would cost more.
                sums.touched[touched] = *other;
                touched += usize::from(*dot == 0);
                *dot += u64::from(weight) * u64::from(*theirs);
            }
        }
        touched
    }
}

/// The nearest of those that share terms with a report of some day: by terms alone, and among those close in time.
pub(super) struct Choice {
    day: Option<i64>,
    window: i64,
    by_words: Nearest,
    in_time: Nearest,
    least: u64,
}

impl Choice {
    /// Chooses so many by terms; dated ones further than `window` days apart are left out.
    pub(super) fn new(day: Option<i64>, nearest: usize, window: i64) -> Choice {
        Choice { day, window, by_words: Nearest::new(nearest), in_time: Nearest::new(NEAREST_IN_TIME), least: 0 }
    }

    /// Whether a report with this product and length can still be chosen.
    pub(super) fn may_take(&self, dot: u64, root: u64) -> bool {
        takes(self.least, dot, root)
    }

    /// Takes a report in; ties go to the smaller rank.
    pub(super) fn push(&mut self, dot: u64, root: u64, day: Option<i64>, rank: u32, other: u32) {
        let gap = self.day.zip(day).map(|(a, b)| days_between(a, b));
        if takes(self.by_words.least, dot, root) && gap.is_none_or(|gap| gap <= self.window) {
            self.by_words.push(dot, root, rank, other);
        }
        if takes(self.in_time.least, dot, root) && gap.is_some_and(|gap| gap <= self.window.min(DAYS_IN_TIME)) {
            self.in_time.push(dot, root, rank, other);
        }
        self.least = self.by_words.least.min(self.in_time.least);
    }

    /// The chosen ones, some twice.
    pub(super) fn finish(self) -> Vec<u32> {
        self.by_words.finish().chain(self.in_time.finish()).collect()
    }
}

/// Whether a row can still be among the nearest: its rounded quotient against the least of them, without the division.
fn takes(least: u64, dot: u64, root: u64) -> bool {
    (dot << 8) > least.saturating_sub(1) * root
}

/// The articles with the largest dot / root, rounded up to 1/256, ties to the smaller rank.
struct Nearest {
    most: usize,
    /// Quotient, rank, number.
    rows: Vec<(Reverse<u64>, u32, u32)>,
    /// What a row must reach to be among them.
    least: u64,
}

impl Nearest {
    fn new(most: usize) -> Nearest {
        Nearest { most, rows: Vec::with_capacity(2 * most), least: 0 }
    }

    fn push(&mut self, dot: u64, root: u64, rank: u32, other: u32) {
        self.rows.push((Reverse((dot << 8).div_ceil(root)), rank, other));
        if self.rows.len() == 2 * self.most {
            keep_first(&mut self.rows, self.most, |row| *row);
            self.least = self.rows.iter().map(|row| row.0.0).min().unwrap_or(0);
        }
    }

    fn finish(mut self) -> impl Iterator<Item = u32> {
        keep_first(&mut self.rows, self.most, |row| *row);
        self.rows.into_iter().map(|row| row.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::snapshot::{Snapshot, Weighed};
    use crate::story::vocabulary::Reading;
    use crate::story::{Reference, Report};

    fn near_texts(texts: &[&str], days: &[Option<i64>], window: i64) -> Near {
        let reports: Vec<Report<'_>> = texts.iter().map(|text| Report { parts: vec![*text], size: 1, ..Report::default() }).collect();
        let reading = Reading::new(&*reports, &(0..reports.len() as u32).collect::<Vec<_>>(), "en");
        let snapshot = Snapshot::new(reading.lexis, "en", Reference::Corpus);
        let weighed: Vec<Weighed> = reading.terms.iter().zip(days).map(|(terms, day)| snapshot.weigh(terms, *day)).collect();
        near(&Sought {
            vocabulary: &snapshot.lexis.words,
            idf: &snapshot.word_idf,
            vectors: weighed.iter().map(|report| &report.words).collect(),
            sizes: weighed.iter().map(Weighed::terms).collect(),
            days: days.to_vec(),
            ranks: &(0..weighed.len() as u32).collect::<Vec<_>>(),
            kin: None,
            nearest: NEAREST,
            window,
        })
    }

    #[test]
    fn articles_meet_over_terms_they_share_and_inside_the_window() {
        let texts = ["grain corridor extended again", "corridor for grain kept open", "wildfire near the coast", "grain corridor in doubt"];
        let days = [Some(0), Some(1), Some(1), Some(100)];
        assert_eq!(near_texts(&texts, &days, 30).pairs, [(0, 1)]);
        assert_eq!(near_texts(&texts, &days, 365).pairs, [(0, 1), (0, 3), (1, 3)]);
        assert_eq!(near_texts(&texts, &[None; 4], 30).pairs.len(), 3, "an unknown date keeps nobody out");
    }

    #[test]
    fn a_common_term_looks_for_nobody() {
        let texts = vec!["standing phrase"; LONG_POSTING as usize + 1];
        let found = near_texts(&texts, &vec![None; texts.len()], 30);
        assert_eq!((found.pairs.len(), found.long_postings), (0, 2));
    }

    #[test]
    fn the_nearest_are_those_of_a_full_sort() {
        let rows: Vec<(u64, u64, u32)> = (0..300u64).map(|at| (at * 7919 % 101, 1 + at % 5, at as u32)).collect();
        let mut sorted: Vec<(Reverse<u64>, u32)> = rows.iter().map(|row| (Reverse((row.0 << 8).div_ceil(row.1)), row.2)).collect();
        sorted.sort_unstable();
        let mut nearest = Nearest::new(10);
        for (dot, root, other) in &rows {
            if takes(nearest.least, *dot, *root) {
                nearest.push(*dot, *root, *other, *other);
            }
        }
        let mut found: Vec<u32> = nearest.finish().collect();
        found.sort_unstable();
        let mut expected: Vec<u32> = sorted[..10].iter().map(|row| row.1).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
