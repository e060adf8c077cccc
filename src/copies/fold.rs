//! Articles with equal shingle sets become one unit.

use rayon::prelude::*;

use super::Texts;
use crate::article::ArticleId;
use crate::shingle::Shingles;

/// Distinct texts, each with the articles that print it, numbered by content.
pub(super) struct Units {
    /// Articles, unit by unit, in each by key.
    articles: Vec<u32>,
    /// Where each unit begins, and the end.
    starts: Vec<u32>,
    days: Vec<Days>,
    /// How many have no token; they come first.
    pub(super) empty: usize,
    /// Pairs of units pinned apart.
    pub(super) apart: Vec<(u32, u32)>,
}

/// First and last day a text was printed; [`UNDATED`](Days::UNDATED) unless every printing is dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) i32, pub(crate) i32);

impl Days {
    pub(crate) const UNDATED: Days = Days(i32::MAX, i32::MIN);

    pub(crate) fn of(mut days: impl Iterator<Item = Option<i32>>) -> Days {
        let widen = |Days(first, last), day: Option<i32>| day.map(|day| Days(day.min(first), day.max(last)));
        days.try_fold(Days::UNDATED, widen).unwrap_or(Days::UNDATED)
    }

    /// Days between the nearest printings of two texts, when all are dated.
    pub(crate) fn gap(self, other: Days) -> Option<i64> {
        let (Days(a, z), Days(b, y)) = (self, other);
        (self != Days::UNDATED && other != Days::UNDATED).then(|| (i64::from(b) - i64::from(z)).max(i64::from(a) - i64::from(y)).max(0))
    }
}

impl Units {
    /// Folds articles with equal sets. Texts without tokens and articles pinned apart stay alone.
    pub(super) fn fold(texts: &Texts<'_>) -> Units {
        let mut alone = vec![false; texts.rank.len()];
        for (a, b) in texts.apart {
            alone[a.index()] = true;
            alone[b.index()] = true;
        }
        let mut order: Vec<(u64, u32, u32)> = Vec::with_capacity(texts.rank.len());
        let mut days: Vec<Option<i32>> = Vec::with_capacity(texts.rank.len());
        texts.source.each(&mut |sketch, day| {
            order.push((sketch, texts.rank[order.len()], order.len() as u32));
            days.push(day);
        });
        order.par_sort_unstable();
        let runs = || order.chunk_by(|a, b| a.0 == b.0);
        let folds = |run: &[(u64, u32, u32)]| {
            let (alone, mut folding): (Vec<u32>, Vec<u32>) =
                run.iter().map(|row| row.2).partition(|at| run[0].0 == 0 || alone[*at as usize]);
            let mut units: Vec<Vec<u32>> = alone.into_iter().map(|at| vec![at]).collect();
            match folding.len() {
                0 => {}
                1 => units.push(std::mem::take(&mut folding)),
                _ => units.extend(equal(&folding, texts)),
            }
            units
        };
        // Most articles have a text of their own: only runs of several are looked into.
        let several: Vec<&[(u64, u32, u32)]> = runs().filter(|run| run.len() > 1).collect();
        let several: Vec<Vec<Vec<u32>>> = several.into_par_iter().map(folds).collect();
        let mut several = several.into_iter();
        let empty = order.partition_point(|row| row.0 == 0);
        let mut found = Units { articles: Vec::with_capacity(order.len()), starts: vec![0], days: Vec::new(), empty, apart: Vec::new() };
        for run in runs() {
            if run.len() == 1 {
                found.push(&[run[0].2]);
            } else {
                several.next().unwrap_or_default().iter().for_each(|unit| found.push(unit));
            }
        }
        drop(order);
        found.date(&days);
        let unit_of = if texts.apart.is_empty() { Vec::new() } else { found.of_articles() };
        found.apart = texts.apart.iter().map(|(a, b)| (unit_of[a.index()], unit_of[b.index()])).collect();
        found
    }

    fn push(&mut self, articles: &[u32]) {
        self.articles.extend_from_slice(articles);
        self.starts.push(self.articles.len() as u32);
    }

    fn date(&mut self, days: &[Option<i32>]) {
        self.days =
            (0..self.len()).map(|unit| Days::of(self.articles(unit as u32).iter().map(|article| days[*article as usize]))).collect();
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn articles(&self, unit: u32) -> &[u32] {
        &self.articles[self.starts[unit as usize] as usize..self.starts[unit as usize + 1] as usize]
    }

    /// The article that stands for a unit.
    pub(super) fn first(&self, unit: u32) -> ArticleId {
        ArticleId(self.articles[self.starts[unit as usize] as usize])
    }

    /// When a unit was printed.
    pub(super) fn days(&self, unit: u32) -> Days {
        self.days[unit as usize]
    }

    /// The unit of each article.
    pub(super) fn of_articles(&self) -> Vec<u32> {
        let mut unit_of = vec![0; self.articles.len()];
        for unit in 0..self.len() as u32 {
            for article in self.articles(unit) {
                unit_of[*article as usize] = unit;
            }
        }
        unit_of
    }
}

/// Parts articles of equal sketches by their sets. Most often all are equal to the first.
fn equal(articles: &[u32], texts: &Texts<'_>) -> Vec<Vec<u32>> {
    let set = |article: u32| texts.source.shingles(ArticleId(article));
    let as_first =
        |articles: &[u32], first: &Shingles| -> Vec<bool> { articles.par_iter().map(|article| set(*article) == *first).collect() };
    let first = set(articles[0]);
    let same = as_first(&articles[1..], &first);
    let (unit, rest) = part(articles, &same);
    let mut units = vec![unit];
    // The rest by a hash of the whole set, and then by the sets themselves.
    let mut order: Vec<(u64, u32, u32)> =
        rest.par_iter().map(|article| (set(*article).fingerprint(), texts.rank[*article as usize], *article)).collect();
    order.sort_unstable();
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let run: Vec<u32> = run.iter().map(|row| row.2).collect();
        let same = if run.len() > 1 { as_first(&run[1..], &set(run[0])) } else { Vec::new() };
        let (unit, rest) = part(&run, &same);
        units.push(unit);
        units.extend(rest.into_iter().map(|article| vec![article]));
    }
    units
}

/// The first of the articles with those that are the same, and the others.
fn part(articles: &[u32], same: &[bool]) -> (Vec<u32>, Vec<u32>) {
    let (mut equal, mut rest) = (vec![articles[0]], Vec::new());
    for (article, same) in articles[1..].iter().zip(same) {
        if *same { equal.push(*article) } else { rest.push(*article) }
    }
    (equal, rest)
}
