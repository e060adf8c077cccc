//! Which story each copy group that is held belongs to: average linkage, a group at a time.
//!
//! A new group joins the story with the highest mean probability, and stories that it brings near enough merge. Nothing is ever taken apart
//! again, so that what was said stays true.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;

use crate::story::live::Live;
use crate::story::{PROBABILITY_ONE, RELATED};

/// Least mean probability that makes one story: .65, above that of a batch run, because what comes is compared only with what came before:
/// its neighborhood is not yet known in full, and makes it stand nearer to others than it will. On the labelled sets in the order of their dates
/// the bound of the batch run gives a mean ARI of .69, this one .74, .8 gives .73.
pub(super) const JOIN: u32 = 42_598;
/// Candidates from which on a report's list was surely cut, so that most pairs of a large story never meet.
const FULL: usize = 40;
/// Reports of such a story that are compared with those of another, and the least mean probability among them.
const SAMPLE: usize = 4;
const LEAST: u32 = JOIN;

/// The stories of the groups that are held.
#[derive(Debug, Default)]
pub(super) struct Stories {
    of_group: AHashMap<u32, u32>,
    groups: BTreeMap<u32, BTreeSet<u32>>,
}

/// A story that became part of an older one.
pub(super) type Merged = (u32, u32);

impl Stories {
    /// The story of a group.
    pub(super) fn of(&self, group: u32) -> Option<u32> {
        self.of_group.get(&group).copied()
    }

    /// Puts a group into a story.
    pub(super) fn put(&mut self, group: u32, story: u32) {
        self.of_group.insert(group, story);
        self.groups.entry(story).or_default().insert(group);
    }

    /// Takes a group out.
    pub(super) fn remove(&mut self, group: u32) {
        let Some(story) = self.of_group.remove(&group) else { return };
        if let Some(groups) = self.groups.get_mut(&story) {
            groups.remove(&group);
            if groups.is_empty() {
                self.groups.remove(&story);
            }
        }
    }

    /// The groups of a story.
    pub(super) fn groups(&self, story: u32) -> impl Iterator<Item = u32> {
        self.groups.get(&story).into_iter().flatten().copied()
    }

    /// Makes one story of two: of both, the older.
    pub(super) fn merge(&mut self, a: u32, b: u32) -> Merged {
        let (into, from) = (a.min(b), a.max(b));
        for group in self.groups.remove(&from).unwrap_or_default() {
            self.put(group, into);
        }
        (from, into)
    }

    /// Merges a story with those it belongs with, as long as there are any. `report_of` and `group_of` lead from a group to the article that
    /// stands for it and back; `barred` tells pairs of stories that stay apart.
    pub(super) fn settle(
        &mut self,
        mut story: u32,
        live: &mut Live,
        report_of: &impl Fn(u32) -> Option<u32>,
        group_of: &impl Fn(u32) -> Option<u32>,
        barred: &impl Fn(&Stories, u32, u32) -> bool,
    ) -> Vec<Merged> {
        let mut merged = Vec::new();
        loop {
            let Some(other) = self.nearest(story, live, report_of, group_of, barred) else { return merged };
            let done = self.merge(story, other);
            story = done.1;
            merged.push(done);
        }
    }

    fn nearest(
        &self,
        story: u32,
        live: &mut Live,
        report_of: &impl Fn(u32) -> Option<u32>,
        group_of: &impl Fn(u32) -> Option<u32>,
        barred: &impl Fn(&Stories, u32, u32) -> bool,
    ) -> Option<u32> {
        let own: Vec<u32> = self.groups(story).filter_map(report_of).collect();
        // By story: the sum of probabilities, and whether full lists meet in a likely pair.
        let mut sums: BTreeMap<u32, (u64, bool)> = BTreeMap::new();
        for report in &own {
            let full = live.degree(*report) >= FULL;
            // What is less likely counts nothing in a batch run, either.
            for (other, probability) in live.pairs(*report).filter(|pair| pair.1 >= RELATED) {
                let Some(theirs) = group_of(other).and_then(|group| self.of(group)).filter(|theirs| *theirs != story) else { continue };
                let row = sums.entry(theirs).or_default();
                row.0 += u64::from(probability);
                row.1 |= full && probability >= LEAST && live.degree(other) >= FULL;
            }
        }
        let size = |story: u32| self.groups.get(&story).map_or(0, BTreeSet::len) as u64;
        let mean = |(theirs, row): (&u32, &(u64, bool))| {
            (row.0 * u64::from(PROBABILITY_ONE) / (size(story) * size(*theirs)).max(1), Reverse(*theirs))
        };
        let least = u64::from(JOIN) * u64::from(PROBABILITY_ONE);
        let best = sums.iter().filter(|row| !barred(self, story, *row.0)).map(mean).filter(|row| row.0 >= least).max();
        best.map(|row| row.1.0).or_else(|| {
            let members = |of: u32| -> Vec<u32> { self.groups(of).filter_map(report_of).collect() };
            let large = sums.iter().filter(|row| row.1.1 && !barred(self, story, *row.0)).map(|row| *row.0);
            large.into_iter().find(|theirs| mean_of(&sample(&own), &sample(&members(*theirs)), live) >= LEAST)
        })
    }
}

/// Some of the members, evenly spread.
fn sample(members: &[u32]) -> Vec<u32> {
    let count = members.len().min(SAMPLE);
    (0..count).map(|at| members[at * members.len() / count]).collect()
}

fn mean_of(a: &[u32], b: &[u32], live: &mut Live) -> u32 {
    let pairs: Vec<(u32, u32)> = a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b))).collect();
    let sum: u64 = pairs.iter().map(|(a, b)| u64::from(live.probability(*a, *b))).sum();
    (sum / pairs.len().max(1) as u64) as u32
}
