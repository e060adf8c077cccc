//! Articles that share text: candidates, exact verification, groups without chains.
//!
//! Equal shingle sets are folded to one unit first, so that a thousand reprints cost as much as one. Units meet in the bands or in the
//! containment channel and are verified exactly. Then, by `--linkage`:
//!
//! * `average`: average linkage on resemblance; then a group of which most members hold another group's text joins it, each to the
//!   text it holds most of. A round-up that holds two wire items therefore joins one and never glues the two together.
//! * `single`: connected components of all copy links.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::band::{self, Banding, Candidates};
use crate::config::Linkage;
use crate::contain;
use crate::linkage::{self, Edge, Partition, Pins};
use crate::shingle::Shingles;
use crate::sketch::Sketcher;
use crate::verify::{CopyRule, Overlap};

/// Most units of a component whose pairs are all compared; larger components gather around leaders instead, in linear time, and there
/// every member has a copy link to its leader.
pub const DENSE: usize = 256;

/// Least mean resemblance inside a group, in percent of the least resemblance of a link. Below 100, because two texts that each change
/// 15 % of one item's words resemble it by .44 and each other by .23 only; above, because in a chain of texts that each share 60 % of
/// the next the mean is at 68 % and the ends have little in common.
pub const MEAN_PERCENT: u64 = 75;

/// How copies are found and grouped.
#[derive(Debug, Clone)]
pub struct CopyFinder {
    /// Makes the sketches.
    pub sketcher: Sketcher,
    /// Cuts them.
    pub banding: Banding,
    /// What makes a pair a copy.
    pub rule: CopyRule,
    /// How pairs become groups.
    pub linkage: Linkage,
}

/// Copy groups and how they were found.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    /// For each article the number of its group; groups are numbered by content.
    pub group_of: Vec<u32>,
    /// Members of each group, in input order.
    pub groups: Vec<Vec<ArticleId>>,
    /// Articles folded into another one with the same text.
    pub folded: u64,
    /// Pairs compared.
    pub candidates: u64,
    /// Pairs of distinct texts found to be copies.
    pub links: u64,
    /// Buckets with more than [`band::CROWDED`] members.
    pub crowded: u64,
    /// Components with more than [`DENSE`] units.
    pub large: u64,
}

/// A distinct text and who printed it.
struct Unit<'s> {
    shingles: &'s Shingles,
    articles: Vec<u32>,
    /// First and last day it was printed, when every printing is dated.
    days: Option<(i64, i64)>,
}

impl Unit<'_> {
    /// Days between the nearest printings of two texts, when all are dated.
    fn gap(&self, other: &Unit<'_>) -> Option<i64> {
        self.days.zip(other.days).map(|((a, z), (b, y))| (b - z).max(a - y).max(0))
    }
}

impl CopyFinder {
    /// Groups articles by their shingles; `rank` orders them by key, `days` are their dates where known, and `apart` are pairs that never
    /// share a group.
    #[must_use]
    pub fn find(&self, shingles: &[Shingles], rank: &[u32], days: &[Option<i64>], apart: &[(ArticleId, ArticleId)]) -> Copies {
        let units = fold(shingles, rank, days, apart);
        let mut unit_of = vec![0u32; shingles.len()];
        for (at, unit) in units.iter().enumerate() {
            for article in &unit.articles {
                unit_of[*article as usize] = at as u32;
            }
        }
        let apart: Vec<(u32, u32)> = apart.iter().map(|(a, b)| (unit_of[a.index()], unit_of[b.index()])).collect();
        let candidates = self.candidates(&units);
        let checked: Vec<(u32, u32, Overlap)> = candidates
            .pairs
            .par_iter()
            .map(|(a, b)| (*a, *b, Overlap::of(units[*a as usize].shingles, units[*b as usize].shingles)))
            .collect();
        let links: Vec<(u32, u32, Overlap)> = checked.into_iter().filter(|link| self.is_copy(&units, link)).collect();
        let mut found = Copies {
            folded: (shingles.len() - units.len()) as u64,
            candidates: candidates.pairs.len() as u64,
            links: links.len() as u64,
            crowded: candidates.crowded,
            ..Copies::default()
        };
        let labels = match self.linkage {
            Linkage::Single => {
                let mut partition = Partition::new(units.len(), &apart);
                for (a, b, _) in &links {
                    partition.join(*a, *b);
                }
                partition.labels()
            }
            Linkage::Average => self.average(&units, &links, &apart, &mut found.large),
        };
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        for label in &labels {
            let next = numbers.len() as u32;
            numbers.entry(*label).or_insert(next);
        }
        found.group_of = unit_of.iter().map(|unit| numbers[&labels[*unit as usize]]).collect();
        found.groups = vec![Vec::new(); numbers.len()];
        for (article, group) in found.group_of.iter().enumerate() {
            found.groups[*group as usize].push(ArticleId(article as u32));
        }
        found
    }

    fn is_copy(&self, units: &[Unit<'_>], (a, b, overlap): &(u32, u32, Overlap)) -> bool {
        let rule = self.rule.after(units[*a as usize].gap(&units[*b as usize]));
        rule.resembles(overlap) || rule.contains(overlap)
    }

    /// Resemblance in millionths; of a pair that its dates rule out, 0.
    fn alike(&self, a: &Unit<'_>, b: &Unit<'_>) -> u32 {
        let overlap = Overlap::of(a.shingles, b.shingles);
        let rule = self.rule.after(a.gap(b));
        if rule == self.rule || rule.resembles(&overlap) { overlap.resemblance() as u32 } else { 0 }
    }

    fn candidates(&self, units: &[Unit<'_>]) -> Candidates {
        let sketch = |unit: &Unit<'_>| (!unit.shingles.is_empty()).then(|| self.sketcher.sketch(unit.shingles));
        let sketches: Vec<Option<Vec<u32>>> = units.par_iter().map(sketch).collect();
        let resembling = band::candidates(&sketches, self.banding);
        let contained = self.rule.containment.map(|least| {
            let sets: Vec<&Shingles> = units.iter().map(|unit| unit.shingles).collect();
            contain::candidates(&sets, least)
        });
        Candidates::collect(std::iter::once(resembling).chain(contained))
    }

    fn average(&self, units: &[Unit<'_>], links: &[(u32, u32, Overlap)], apart: &[(u32, u32)], large: &mut u64) -> Vec<u32> {
        let alike: Vec<&(u32, u32, Overlap)> = links.iter().filter(|link| self.rule.resembles(&link.2)).collect();
        let components = linkage::components(units.len(), alike.iter().map(|link| (link.0, link.1)));
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (unit, component) in components.iter().enumerate() {
            members.entry(*component).or_default().push(unit as u32);
        }
        members.retain(|_, units| units.len() > 1);
        let dense = |units_of: &Vec<u32>| units_of.len() <= DENSE;
        let edges: Vec<Edge> = members
            .par_iter()
            .filter(|(_, of)| dense(of))
            .flat_map_iter(|(_, of)| {
                let pairs = of.iter().enumerate().flat_map(move |(at, a)| of[at + 1..].iter().map(move |b| (*a, *b)));
                pairs.map(|(a, b)| (a, b, self.alike(&units[a as usize], &units[b as usize])))
            })
            .filter(|edge| edge.2 > 0)
            .collect();
        *large = members.values().filter(|of| !dense(of)).count() as u64;
        let in_large = alike.into_iter().filter(|link| members.get(&components[link.0 as usize]).is_some_and(|of| !dense(of)));
        let least = (self.rule.resemblance.millionths() * MEAN_PERCENT / 100) as u32;
        let mut labels = linkage::average(units.len(), &edges, |_| least, &Pins { together: Vec::new(), apart: apart.to_vec() });
        for (unit, leader) in leaders(in_large, apart) {
            labels[unit as usize] = leader;
        }
        self.attach(units, labels, links, apart)
    }

    /// Joins a group that holds another one's text to it.
    fn attach(&self, units: &[Unit<'_>], labels: Vec<u32>, links: &[(u32, u32, Overlap)], apart: &[(u32, u32)]) -> Vec<u32> {
        let mut size: BTreeMap<u32, usize> = BTreeMap::new();
        for label in &labels {
            *size.entry(*label).or_default() += 1;
        }
        // (longer group, shorter group) → units of the longer one that hold the shorter one's text, and the most they share.
        let mut holds: BTreeMap<(u32, u32), (Vec<u32>, usize)> = BTreeMap::new();
        for (a, b, overlap) in links.iter().filter(|link| self.rule.contains(&link.2)) {
            let length = |unit: u32| (units[unit as usize].shingles.len(), unit);
            let (longer, shorter) = if length(*a) > length(*b) { (*a, *b) } else { (*b, *a) };
            let (a, b) = (labels[longer as usize], labels[shorter as usize]);
            if a != b {
                let (holders, most) = holds.entry((a, b)).or_default();
                holders.push(longer);
                *most = (*most).max(overlap.shared);
            }
        }
        let mut parent: BTreeMap<u32, (usize, std::cmp::Reverse<u32>)> = BTreeMap::new();
        for ((longer, shorter), (mut holders, most)) in holds {
            holders.sort_unstable();
            holders.dedup();
            if holders.len() * 2 > size[&longer] {
                let choice = (most, std::cmp::Reverse(shorter));
                let best = parent.entry(longer).or_insert(choice);
                *best = (*best).max(choice);
            }
        }
        let mut partition = Partition::new(units.len(), apart);
        for (node, label) in labels.iter().enumerate() {
            partition.join(node as u32, *label);
        }
        for (longer, (_, shorter)) in parent {
            partition.join(longer, shorter.0);
        }
        partition.labels()
    }
}

/// Articles with equal shingle sets, by content. Texts without tokens and articles pinned apart stay alone.
fn fold<'s>(shingles: &'s [Shingles], rank: &[u32], days: &[Option<i64>], apart: &[(ArticleId, ArticleId)]) -> Vec<Unit<'s>> {
    let mut alone = vec![false; shingles.len()];
    for (a, b) in apart {
        alone[a.index()] = true;
        alone[b.index()] = true;
    }
    let mut order: Vec<(u64, u32, u32)> =
        shingles.par_iter().enumerate().map(|(at, set)| (set.fingerprint(), rank[at], at as u32)).collect();
    order.par_sort_unstable();
    let mut units: Vec<Unit<'s>> = Vec::new();
    for (_, _, article) in order {
        let set = &shingles[article as usize];
        let single = set.is_empty() || alone[article as usize];
        match units.last_mut() {
            Some(unit) if !single && unit.shingles == set && !alone[unit.articles[0] as usize] => unit.articles.push(article),
            _ => units.push(Unit { shingles: set, articles: vec![article], days: None }),
        }
    }
    for unit in &mut units {
        let known: Option<Vec<i64>> = unit.articles.iter().map(|article| days[*article as usize]).collect();
        unit.days = known.and_then(|days| Some((*days.iter().min()?, *days.iter().max()?)));
    }
    units
}

/// In a component too large to compare all pairs: units with most links lead, and each unit follows the first leader it is linked with.
/// Members of a group are alike because each is like the leader.
fn leaders<'l>(links: impl Iterator<Item = &'l (u32, u32, Overlap)>, apart: &[(u32, u32)]) -> BTreeMap<u32, u32> {
    let apart: BTreeSet<(u32, u32)> = apart.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect();
    let mut neighbors: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (a, b, _) in links {
        neighbors.entry(*a).or_default().push(*b);
        neighbors.entry(*b).or_default().push(*a);
    }
    let mut order: Vec<(usize, u32)> = neighbors.iter().map(|(unit, others)| (others.len(), *unit)).collect();
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut led: BTreeMap<u32, u32> = BTreeMap::new();
    for (_, leader) in order {
        if let std::collections::btree_map::Entry::Vacant(place) = led.entry(leader) {
            place.insert(leader);
            for other in neighbors[&leader].iter().filter(|other| !apart.contains(&(leader, **other))) {
                led.entry(*other).or_insert(leader);
            }
        }
    }
    led
}

#[cfg(test)]
mod tests;
