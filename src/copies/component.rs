//! One connected component of candidates: its pairs are verified and its groups made, with nothing from outside.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::fold::{Days, Units};
use super::{CopyFinder, Texts};
use crate::config::Linkage;
use crate::linkage::{self, Partition, Pins};
use crate::shingle::Shingles;
use crate::verify::Overlap;

/// Most units of a component whose pairs are all compared; in larger ones units gather around leaders instead, in linear time, and there
/// every member has a copy link to its leader.
const DENSE: usize = 256;

/// Least mean resemblance inside a group, in percent of the least resemblance of a link. Below 100, because two texts that each change
/// 15 % of one item's words resemble it by .44 and each other by .23 only; above, because in a chain of texts that each share 60 % of
/// the next the mean is at 68 % and the ends have little in common.
pub(super) const MEAN_PERCENT: u64 = 75;

/// Members of a crowded bucket that all others are compared with, one after the other, while some are still alone.
const HOSTS: usize = 16;

/// A leader that gathers fewer than one in so many of those left ends the gathering: what is left has no crowd in it.
const FRUITFUL: usize = 64;

/// Most units of a group whose overlaps are all kept for the report.
const KEPT: usize = 64;

/// Units that candidates connect.
pub(super) struct Component {
    /// Ascending.
    pub(super) units: Vec<u32>,
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) crowded: Vec<Vec<u32>>,
}

/// What became of a component.
#[derive(Default)]
pub(super) struct Solved {
    /// Each unit with the smallest unit of its group.
    pub(super) labels: Vec<(u32, u32)>,
    /// Overlaps inside small groups.
    pub(super) overlaps: Vec<(u32, u32, Overlap)>,
    /// Links by containment across groups, the longer text first.
    pub(super) contained: Vec<(u32, u32, Overlap)>,
    /// Pairs compared beside the candidates.
    pub(super) compared: u64,
    pub(super) links: u64,
    pub(super) cut: u64,
    pub(super) large: u64,
}

/// Links the members of a crowded bucket with a few hosts among them; `link` gives those of some pairs that are copies. Who is connected
/// already, by `groups`, need not be compared again. Returns how many pairs were compared and how many members are still alone.
pub(crate) fn gather(bucket: &[u32], groups: &mut Partition, mut link: impl FnMut(&[(u32, u32)]) -> Vec<(u32, u32)>) -> (u64, u64) {
    let (mut compared, mut alone) = (0, bucket.to_vec());
    for _ in 0..HOSTS {
        let Some(host) = alone.first().copied() else { break };
        let of_host = groups.root(host);
        let others: Vec<(u32, u32)> =
            bucket.iter().filter(|unit| groups.root(**unit) != of_host).map(|unit| (host.min(*unit), host.max(*unit))).collect();
        compared += others.len() as u64;
        for (a, b) in link(&others) {
            groups.join(a, b);
        }
        let of_host = groups.root(host);
        alone.retain(|unit| groups.root(*unit) != of_host);
    }
    (compared, alone.len() as u64)
}

/// A component while it is solved; its units are numbered from 0, in their order.
pub(crate) struct Work<'w> {
    pub(crate) finder: &'w CopyFinder,
    pub(crate) days: Vec<Days>,
    pub(crate) sets: Vec<Shingles>,
    /// Pairs pinned apart.
    pub(crate) apart: Vec<(u32, u32)>,
}

pub(crate) type Link = (u32, u32, Overlap);

impl CopyFinder {
    pub(super) fn solve(&self, component: &Component, all: &Units, texts: &Texts<'_>) -> Solved {
        let local = |unit: &u32| component.units.binary_search(unit).ok().map(|at| at as u32);
        let work = Work {
            finder: self,
            days: component.units.iter().map(|unit| all.days(*unit)).collect(),
            sets: component.units.par_iter().with_min_len(64).map(|unit| texts.source.shingles(all.first(*unit))).collect(),
            apart: all.apart.iter().filter_map(|(a, b)| local(a).zip(local(b))).collect(),
        };
        let mut found = Solved::default();
        let pairs: Vec<(u32, u32)> = component.pairs.iter().filter_map(|(a, b)| local(a).zip(local(b))).collect();
        let mut links = work.links(&pairs);
        if !component.crowded.is_empty() {
            let mut groups = Partition::new(work.sets.len(), &[]);
            for (a, b, _) in &links {
                groups.join(*a, *b);
            }
            for bucket in &component.crowded {
                let bucket: Vec<u32> = bucket.iter().filter_map(local).collect();
                let (compared, cut) = gather(&bucket, &mut groups, |pairs| {
                    let new = work.links(pairs);
                    links.extend_from_slice(&new);
                    new.into_iter().map(|link| (link.0, link.1)).collect()
                });
                found.compared += compared;
                found.cut += cut;
            }
        }
        found.links = links.len() as u64;
        let labels = match self.linkage {
            Linkage::Single => {
                let mut partition = Partition::new(work.sets.len(), &work.apart);
                for (a, b, _) in &links {
                    partition.join(*a, *b);
                }
                partition.labels()
            }
            Linkage::Average => work.average(&links, &mut found.large),
        };
        let unit = |at: u32| component.units[at as usize];
        let contained = links.into_iter().filter(|link| labels[link.0 as usize] != labels[link.1 as usize] && self.rule.contains(&link.2));
        found.contained = contained
            .map(|(a, b, overlap)| longer_first((unit(a), &work.sets[a as usize]), (unit(b), &work.sets[b as usize]), overlap))
            .collect();
        if texts.keep_overlaps {
            found.overlaps = work.inside(&labels).into_iter().map(|(a, b, overlap)| (unit(a), unit(b), overlap)).collect();
        }
        found.labels = labels.iter().enumerate().map(|(at, label)| (component.units[at], unit(*label))).collect();
        found
    }
}

/// A link with the longer text first, of two equally long the one that comes later.
pub(crate) fn longer_first<T: Ord + Copy>(a: (T, &Shingles), b: (T, &Shingles), overlap: Overlap) -> (T, T, Overlap) {
    if (a.1.len(), a.0) > (b.1.len(), b.0) { (a.0, b.0, overlap) } else { (b.0, a.0, overlap) }
}

impl Work<'_> {
    fn overlap(&self, a: u32, b: u32) -> Overlap {
        Overlap::of(&self.sets[a as usize], &self.sets[b as usize])
    }

    /// Those of the pairs that are copies.
    pub(crate) fn links(&self, pairs: &[(u32, u32)]) -> Vec<Link> {
        let check = |(a, b): &(u32, u32)| {
            let overlap = self.overlap(*a, *b);
            self.finder.is_copy(self.days[*a as usize], self.days[*b as usize], &overlap).then_some((*a, *b, overlap))
        };
        pairs.par_iter().with_min_len(256).filter_map(check).collect()
    }

    /// Resemblance in millionths; of a pair that its dates rule out, 0.
    fn alike(&self, a: u32, b: u32) -> u32 {
        let overlap = self.overlap(a, b);
        let rule = self.finder.rule.after(self.days[a as usize].gap(self.days[b as usize]));
        if rule == self.finder.rule || rule.resembles(&overlap) { overlap.resemblance() as u32 } else { 0 }
    }

    /// Groups by average linkage, each labelled by its smallest member; `large` counts components too large to compare all pairs.
    pub(crate) fn average(&self, links: &[Link], large: &mut u64) -> Vec<u32> {
        let alike: Vec<&Link> = links.iter().filter(|link| self.finder.rule.resembles(&link.2)).collect();
        let roots = linkage::components(self.sets.len(), alike.iter().map(|link| (link.0, link.1)));
        let mut members: Vec<(u32, u32)> = roots.iter().zip(0..).map(|(root, at)| (*root, at)).collect();
        members.sort_unstable();
        let mut labels: Vec<u32> = (0..self.sets.len() as u32).collect();
        for members in members.chunk_by(|a, b| a.0 == b.0).filter(|members| members.len() > 1) {
            let root = members[0].0;
            let members: Vec<u32> = members.iter().map(|member| member.1).collect();
            let of_members = if members.len() <= DENSE {
                self.dense(&members)
            } else {
                *large += 1;
                self.led(&members, alike.iter().filter(|link| roots[link.0 as usize] == root))
            };
            for (unit, label) in members.iter().zip(of_members) {
                labels[*unit as usize] = label;
            }
        }
        labels
    }

    /// Average linkage on all pairs.
    fn dense(&self, members: &[u32]) -> Vec<u32> {
        let pairs: Vec<(u32, u32)> = (0..members.len() as u32).flat_map(|a| (a + 1..members.len() as u32).map(move |b| (a, b))).collect();
        let edge = |(a, b): &(u32, u32)| (*a, *b, self.alike(members[*a as usize], members[*b as usize]));
        let edges: Vec<linkage::Edge> = pairs.par_iter().with_min_len(256).map(edge).filter(|edge| edge.2 > 0).collect();
        let least = (self.finder.rule.resemblance.millionths() * MEAN_PERCENT / 100) as u32;
        let local = |unit: &u32| members.binary_search(unit).ok().map(|at| at as u32);
        let apart = self.apart.iter().filter_map(|(a, b)| local(a).zip(local(b))).collect();
        let labels = linkage::average(members.len(), &edges, |_| least, &Pins { together: Vec::new(), apart });
        labels.into_iter().map(|label| members[label as usize]).collect()
    }

    /// In a component too large to compare all pairs: units with most links lead, and each unit follows the first leader it is like.
    /// Members of a group are alike because each is like the leader.
    fn led<'l>(&self, members: &[u32], links: impl Iterator<Item = &'l &'l Link>) -> Vec<u32> {
        let mut neighbors: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b, _) in links {
            neighbors.entry(*a).or_default().push(*b);
            neighbors.entry(*b).or_default().push(*a);
        }
        let apart: BTreeSet<(u32, u32)> = self.apart.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect();
        let mut order: Vec<(usize, u32)> = neighbors.iter().map(|(unit, others)| (others.len(), *unit)).collect();
        order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let least = self.finder.rule.resemblance.millionths() as u32;
        let mut left: Vec<u32> = order.iter().map(|row| row.1).collect();
        let mut leader_of: BTreeMap<u32, u32> = BTreeMap::new();
        while let Some(leader) = left.first().copied() {
            let follows = |unit: &u32| *unit == leader || (!apart.contains(&(leader, *unit)) && self.alike(leader, *unit) >= least);
            let (followers, others): (Vec<u32>, Vec<u32>) = left.par_iter().with_min_len(256).partition(|unit| follows(unit));
            let fruitful = followers.len() * FRUITFUL > left.len();
            leader_of.extend(followers.into_iter().map(|unit| (unit, leader)));
            left = others;
            if !fruitful {
                break;
            }
        }
        for leader in left {
            if let std::collections::btree_map::Entry::Vacant(place) = leader_of.entry(leader) {
                place.insert(leader);
                for other in neighbors[&leader].iter().filter(|other| !apart.contains(&(leader, **other))) {
                    leader_of.entry(*other).or_insert(leader);
                }
            }
        }
        let mut smallest: BTreeMap<u32, u32> = BTreeMap::new();
        for (unit, leader) in &leader_of {
            smallest.entry(*leader).or_insert(*unit);
        }
        members.iter().map(|unit| leader_of.get(unit).map_or(*unit, |leader| smallest[leader])).collect()
    }

    /// The overlaps inside small groups.
    fn inside(&self, labels: &[u32]) -> Vec<Link> {
        let mut members: Vec<(u32, u32)> = labels.iter().zip(0..).map(|(label, at)| (*label, at)).collect();
        members.sort_unstable();
        let groups = members.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() <= KEPT);
        let pairs = groups.flat_map(|group| group.iter().enumerate().flat_map(|(at, a)| group[at + 1..].iter().map(|b| (a.1, b.1))));
        pairs.map(|(a, b)| (a, b, self.overlap(a, b))).collect()
    }
}
