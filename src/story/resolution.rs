//! How fine this corpus is cut: a shift of all scores that makes its stories most distinct.
//!
//! One bound on a probability does not fit every corpus: where a story has many reports their neighborhood is the story itself, and where
//! all reports are of one kind even those of two events are near. So the corpus is cut at several bounds, and each cut judged by its mean
//! silhouette (Rousseeuw 1987): how much nearer a report is to its own story than to the next one, a report alone counting 0. The prior says
//! that the model is right, the more firmly the smaller the corpus; a few reports tell nothing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::integer::ln256;
use super::score::Model;
use super::snapshot::TEN_THOUSAND;
use crate::linkage::{self, Edge, Partition};

/// Shifts that are tried: so many steps of half a logit down and up. Further up pairs would merge that are not even worth showing.
const STEPS: std::ops::RangeInclusive<i64> = -4..=5;
/// How many they are.
pub(crate) const CUTS: usize = (*STEPS.end() - *STEPS.start() + 1) as usize;
/// Thousandths of a logit in a step.
const STEP: i64 = 500;
/// The largest shift.
pub(super) const MOST: i64 = *STEPS.end() * STEP;
/// What a step off the model costs, squared, in 1/25600 of a logarithm of the silhouette: .045 a squared logit.
const PRIOR: i64 = 288;
/// Reports that weigh as much as the prior.
const FEW: i64 = 100;

/// A compared pair: two reports, their score in thousandths of a logit, and how alike they are, of 20,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Compared {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) logit: i32,
    pub(super) alike: u32,
}

/// The best shift, in thousandths of a logit, where pairs of at least `merge` merge. Of equal ones the smaller, then the lower.
/// O(pairs · steps) beside the linkage.
pub(super) fn shift(reports: usize, pairs: &[Compared], model: &Model, merge: u32, least: u32) -> i64 {
    let edges: Vec<Edge> =
        pairs.iter().map(|pair| (pair.a, pair.b, model.probability(pair.logit.into()))).filter(|edge| edge.2 >= least).collect();
    let near = Near::new(reports, pairs);
    let mut silhouettes = Vec::with_capacity(CUTS);
    cut(reports, &edges, &bounds(model, merge), |labels| silhouettes.push(near.silhouettes(&labels)));
    best(reports, silhouettes)
}

/// The least probability that merges at each shift, highest first.
pub(super) fn bounds(model: &Model, merge: u32) -> [u32; CUTS] {
    let bound = model.bound(merge);
    std::array::from_fn(|at| model.probability(bound - (STEPS.start() + at as i64) * STEP))
}

/// The reports' stories at each of the bounds, by their smallest members.
pub(super) fn cut(reports: usize, edges: &[Edge], bounds: &[u32; CUTS], mut judge: impl FnMut(Vec<u32>)) {
    let merges = linkage::merges(reports, edges, bounds[CUTS - 1]);
    let mut partition = Partition::new(reports, &[]);
    let mut next = 0;
    for least in bounds {
        while let Some(merge) = merges.get(next).filter(|merge| merge.2 >= *least) {
            partition.join(merge.0, merge.1);
            next += 1;
        }
        judge(partition.clone().labels());
    }
}

/// The shift with the best cut, whose silhouettes sum to so much.
pub(super) fn best(reports: usize, silhouettes: impl IntoIterator<Item = u64>) -> i64 {
    let judged = STEPS.zip(silhouettes).map(|(step, sum)| (value(sum, reports, step), step));
    judged.max_by_key(|(value, step)| (*value, -step.abs(), -step)).map_or(0, |(_, step)| step * STEP)
}

/// What a cut is worth: 100 · 256 times the logarithm of the sum of silhouettes, less the prior.
fn value(silhouettes: u64, reports: usize, step: i64) -> i64 {
    let reports = (reports as i64).max(1);
    let firmness = 100 + 100 * FEW * FEW / (reports * reports);
    100 * ln256(silhouettes.max(1), 1) as i64 - PRIOR * step * step * firmness / 100
}

/// The compared pairs by report.
struct Near {
    starts: Vec<u32>,
    /// The other, and how alike it is.
    rows: Vec<(u32, u32)>,
}

impl Near {
    fn new(reports: usize, pairs: &[Compared]) -> Near {
        let mut starts = vec![0u32; reports + 1];
        for pair in pairs {
            starts[pair.a as usize + 1] += 1;
            starts[pair.b as usize + 1] += 1;
        }
        for at in 0..reports {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut rows = vec![(0, 0); 2 * pairs.len()];
        for pair in pairs {
            for (report, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
                rows[next[report as usize] as usize] = (other, pair.alike);
                next[report as usize] += 1;
            }
        }
        Near { starts, rows }
    }

    /// The sum of all silhouettes above 0, in 1/10000; reports that were not compared are not alike at all.
    fn silhouettes(&self, labels: &[u32]) -> u64 {
        let mut sizes = vec![0u32; labels.len()];
        labels.iter().for_each(|label| sizes[*label as usize] += 1);
        let of = |sums: &mut Vec<u64>, report: usize| self.silhouette(report, labels, &sizes, sums);
        let sum: i64 = (0..labels.len()).into_par_iter().map_init(|| vec![0; labels.len()], of).sum();
        sum.max(0) as u64
    }

    fn silhouette(&self, report: usize, labels: &[u32], sizes: &[u32], sums: &mut [u64]) -> i64 {
        let own = labels[report];
        if sizes[own as usize] == 1 {
            return 0;
        }
        let rows = &self.rows[self.starts[report] as usize..self.starts[report + 1] as usize];
        rows.iter().for_each(|(other, alike)| sums[labels[*other as usize] as usize] += u64::from(*alike));
        let inside = mean(sums[own as usize], sizes[own as usize] - 1);
        let mut outside = 0;
        for (other, _) in rows {
            let label = labels[*other as usize];
            let sum = std::mem::take(&mut sums[label as usize]);
            if label != own {
                outside = outside.max(mean(sum, sizes[label as usize]));
            }
        }
        quotient(inside, outside)
    }
}

fn mean(sum: u64, of: u32) -> u64 {
    sum / u64::from(of)
}

/// How much nearer `inside` is than `outside`, in 1/10000.
fn quotient(inside: u64, outside: u64) -> i64 {
    let (inside, outside, whole) = (inside as i64, outside as i64, TEN_THOUSAND as i64);
    (inside - outside) * whole / (2 * whole - inside.min(outside)).max(1)
}

/// The silhouette of one report by what it was compared with: the story of each other, its size, and how alike they are.
pub(crate) fn silhouette<L: Ord + Copy>(own: (L, u32), near: impl Iterator<Item = (L, u32, u32)>) -> i64 {
    if own.1 == 1 {
        return 0;
    }
    let mut sums: BTreeMap<L, (u64, u32)> = BTreeMap::from([(own.0, (0, own.1 - 1))]);
    for (label, size, alike) in near {
        sums.entry(label).or_insert((0, size)).0 += u64::from(alike);
    }
    let means = |own_only: bool| sums.iter().filter(move |row| (*row.0 == own.0) == own_only).map(|row| mean(row.1.0, row.1.1));
    quotient(means(true).max().unwrap_or(0), means(false).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::{MERGE, RELATED};

    /// Stories of `size` reports, alike inside by `inside`, and each to the first of the next story by `outside`; scores are `logit`
    /// inside and far less outside.
    fn corpus(stories: u32, size: u32, inside: u32, outside: u32, logit: i32) -> (usize, Vec<Compared>) {
        let mut pairs = Vec::new();
        for story in 0..stories {
            let reports = story * size..(story + 1) * size;
            for a in reports.clone() {
                pairs.extend((a + 1..reports.end).map(|b| Compared { a, b, logit, alike: inside }));
                if story + 1 < stories {
                    pairs.push(Compared { a, b: reports.end, logit: logit - 4000, alike: outside });
                }
            }
        }
        ((stories * size) as usize, pairs)
    }

    fn shift_of((reports, pairs): (usize, Vec<Compared>)) -> i64 {
        shift(reports, &pairs, Model::shipped(), MERGE, RELATED)
    }

    #[test]
    fn scores_that_are_too_low_rise_until_the_stories_stand_out() {
        assert_eq!(shift_of(corpus(100, 5, 12_000, 2_000, 0)), 0, "right as they are");
        assert!(shift_of(corpus(100, 5, 12_000, 2_000, -2500)) >= 2000, "too low");
        assert_eq!(shift_of(corpus(2, 5, 12_000, 2_000, -2500)), 0, "ten reports tell nothing");
        assert_eq!(shift_of((0, Vec::new())), 0);
    }

    #[test]
    fn a_silhouette_is_that_of_the_definition() {
        let pairs = [(0, 1, 10_000), (0, 2, 4_000), (1, 2, 0)].map(|(a, b, alike)| Compared { a, b, logit: 0, alike });
        let near = Near::new(4, &pairs);
        // Of 0: inside .5, outside .2, (.5 - .2) / (1 - .2); of 1: (.5 - 0) / 1; the others are alone.
        assert_eq!(near.silhouettes(&[0, 0, 2, 3]), 3750 + 5000);
        assert_eq!(near.silhouettes(&[0, 1, 2, 3]), 0);
        assert_eq!(near.silhouettes(&[0, 1, 0, 3]), 0, "worse than nothing counts as nothing");
    }
}
