//! Large stories: a report has a few dozen candidates, so that of an event with hundreds of wordings most pairs never meet, count 0 in
//! the mean, and leave the story in fragments. Here fragments that hold likely pairs are compared for themselves, by a sample of their
//! reports, each pair of it scored exactly.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::linkage::{self, Edge, Pins};
use crate::story::{PROBABILITY_ONE, Scores};

/// Candidates from which on a report's list was surely cut.
pub(crate) const FULL: usize = 40;
/// Reports of a fragment that are compared with those of another.
const SAMPLE: usize = 4;
/// Least mean probability over the sample: one half, above the bound of a pair, as a sample is less than all.
pub(crate) const LEAST: u32 = PROBABILITY_ONE / 2;
/// Most times that fragments are brought together; each at least halves them where there is one story.
const ROUNDS: usize = 8;

/// Joins fragments of one story; `labels` and the result name the story of each report by one of its reports.
pub(super) fn join(labels: Vec<u32>, scores: &Scores, pins: &Pins) -> Vec<u32> {
    let mut degree = vec![0usize; labels.len()];
    for (a, b, _) in &scores.pairs {
        degree[*a as usize] += 1;
        degree[*b as usize] += 1;
    }
    let full = |report: u32| degree[report as usize] >= FULL;
    let likely: Vec<(u32, u32)> =
        scores.pairs.iter().filter(|(a, b, p)| *p >= LEAST && full(*a) && full(*b)).map(|(a, b, _)| (*a, *b)).collect();
    let comparer = || {
        let mut comparer = scores.comparer();
        move |a, b| comparer.probability(a, b)
    };
    together(labels, &likely, comparer, pins)
}

/// Joins fragments that hold likely pairs; `comparer` makes what tells the probability of any two reports.
pub(crate) fn together<C: FnMut(u32, u32) -> u32>(
    mut labels: Vec<u32>,
    likely: &[(u32, u32)],
    comparer: impl Fn() -> C + Sync + Send,
    pins: &Pins,
) -> Vec<u32> {
    // Most fragments stay as they are from one round to the next, and so do their means.
    let mut means: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let label = |report: u32| labels[report as usize];
        let near = |(a, b): &(u32, u32)| (label(*a).min(label(*b)), label(*a).max(label(*b)));
        let mut new: Vec<(u32, u32)> = likely.iter().map(near).filter(|pair| pair.0 != pair.1 && !means.contains_key(pair)).collect();
        new.sort_unstable();
        new.dedup();
        means.extend(compare(&new, &labels, &comparer));
        let edges: Vec<Edge> = means.iter().filter(|row| *row.1 >= LEAST).map(|((a, b), mean)| (*a, *b, *mean)).collect();
        let apart = pins.apart.iter().map(|(a, b)| (label(*a), label(*b))).collect();
        let joined = linkage::average(labels.len(), &edges, |_| LEAST, &Pins { together: Vec::new(), apart });
        let moved = |label: u32| joined[label as usize] != label;
        let grown: BTreeSet<u32> = (0..joined.len() as u32).filter(|label| moved(*label)).map(|label| joined[label as usize]).collect();
        if grown.is_empty() {
            break;
        }
        means.retain(|(a, b), _| [a, b].iter().all(|label| !moved(**label) && !grown.contains(label)));
        labels = labels.iter().map(|label| joined[*label as usize]).collect();
    }
    labels
}

/// Mean probabilities of pairs of fragments.
fn compare<C: FnMut(u32, u32) -> u32>(
    pairs: &[(u32, u32)],
    labels: &[u32],
    comparer: &(impl Fn() -> C + Sync + Send),
) -> Vec<((u32, u32), u32)> {
    let mut members: BTreeMap<u32, Vec<u32>> = pairs.iter().flat_map(|(a, b)| [(*a, Vec::new()), (*b, Vec::new())]).collect();
    for (report, label) in labels.iter().enumerate() {
        if let Some(members) = members.get_mut(label) {
            members.push(report as u32);
        }
    }
    let mean = |compare: &mut C, (a, b): &(u32, u32)| ((*a, *b), mean(&sample(&members[a]), &sample(&members[b]), compare));
    pairs.par_iter().map_init(comparer, mean).collect()
}

/// Some of the members, evenly spread.
fn sample(members: &[u32]) -> Vec<u32> {
    let count = members.len().min(SAMPLE);
    (0..count).map(|at| members[at * members.len() / count]).collect()
}

fn mean(a: &[u32], b: &[u32], mut compare: impl FnMut(u32, u32) -> u32) -> u32 {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b)));
    let sum: u64 = pairs.map(|(a, b)| u64::from(compare(a, b))).sum();
    (sum / (a.len() * b.len()) as u64) as u32
}
