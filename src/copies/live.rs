//! Copies among articles as they come: each text is compared with those still held that share shingles with it.
//!
//! Of each text a sample of its shingles is indexed, those whose hashes are below a bound (FracMinHash: Irber et al. 2022), of a short one
//! all; it finds resemblance and containment alike, which bands do not. What is found is verified exactly, by the rule of the batch run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::component::MEAN_PERCENT;
use crate::band::CROWDED;
use crate::config::Linkage;
use crate::shingle::Shingles;
use crate::verify::{CopyRule, Overlap};

/// One in so many shingles of a long text is in its sample.
const SAMPLED: u64 = 4;
/// Shingles up to which a text is short: all are in its sample.
const SHORT: usize = 64;
/// A pair is compared when it shares this part of what the sample of a copy has in common on average: less than one copy in a hundred
/// has so little.
const LEAST_PART: usize = 3;
/// Most texts of a group that one is compared with: they resemble each other, so that a few tell what all hold.
const MEMBERS: usize = 8;

/// A distinct text.
struct Unit {
    set: Shingles,
    group: u32,
    /// Articles that print it, and their days.
    articles: Vec<(u32, Option<i32>)>,
    joined: Origin,
}

/// How a text came to its group, as far as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Its number: that of the first article that printed it.
    pub unit: u32,
    /// Whether it joined because it holds another text of the group.
    pub holds: bool,
    /// The text that holds it, when it joined for that.
    pub held_by: Option<u32>,
}

impl Unit {
    /// First and last day it was printed, when every printing is dated.
    fn days(&self) -> Option<(i32, i32)> {
        let mut days = self.articles.iter().map(|article| article.1);
        let first = days.next()??;
        days.try_fold((first, first), |(first, last), day| Some((first.min(day?), last.max(day?))))
    }
}

/// How an article came to its copy group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The group, as the number of the article that founded it.
    pub group: u32,
    /// The text it shares most with, as a number of [`LiveCopies`].
    pub unit: u32,
    /// An article that prints that text.
    pub nearest: u32,
    /// What the two share.
    pub overlap: Overlap,
    /// Which of the two holds the other, when that is why.
    pub holding: Option<Holding>,
}

/// Which of two texts holds the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// The one that came.
    Comer,
    /// The one that was there.
    Resident,
}

/// The texts that are held.
pub struct LiveCopies {
    rule: CopyRule,
    linkage: Linkage,
    units: AHashMap<u32, Unit>,
    /// Texts by a hash of their whole set.
    sets: AHashMap<u64, Vec<u32>>,
    /// Most shingles stand in one text.
    postings: AHashMap<u32, SmallVec<[u32; 4]>>,
    groups: BTreeMap<u32, BTreeSet<u32>>,
}

fn sample(set: &Shingles) -> impl Iterator<Item = u32> {
    let bound = if set.len() <= SHORT { u64::MAX } else { u64::MAX / SAMPLED };
    // Ascending, so that the sample stands first.
    set.hashes().iter().take_while(move |hash| **hash <= bound).map(|hash| (hash >> 32) as u32)
}

impl LiveCopies {
    /// No texts yet.
    #[must_use]
    pub fn new(rule: CopyRule, linkage: Linkage) -> LiveCopies {
        LiveCopies { rule, linkage, units: AHashMap::new(), sets: AHashMap::new(), postings: AHashMap::new(), groups: BTreeMap::new() }
    }

    /// The group that a text belongs to, if any; groups in `barred` are none of its.
    #[must_use]
    pub fn find(&self, set: &Shingles, day: Option<i32>, barred: &BTreeSet<u32>) -> Option<Joined> {
        if set.is_empty() {
            return None;
        }
        let same = self.sets.get(&set.fingerprint()).into_iter().flatten();
        let same = same.filter(|unit| self.units[unit].set == *set && !barred.contains(&self.units[unit].group)).min();
        if let Some(unit) = same {
            let overlap = Overlap { shared: set.len(), smaller: set.len(), larger: set.len() };
            return Some(self.joined(*unit, overlap, None));
        }
        let links: Vec<(u32, Overlap, CopyRule)> = self.links(set, day, barred);
        self.by_resemblance(set, &links).or_else(|| self.by_containment(set, &links))
    }

    /// Overlap of an article's text with another text; `None` when it is not held.
    #[must_use]
    pub fn overlap(&self, set: &Shingles, unit: u32) -> Option<Overlap> {
        Some(Overlap::of(set, &self.units.get(&unit)?.set))
    }

    fn joined(&self, unit: u32, overlap: Overlap, holding: Option<Holding>) -> Joined {
        let of = &self.units[&unit];
        Joined { group: of.group, unit, nearest: of.articles.first().map_or(unit, |article| article.0), overlap, holding }
    }

    /// The texts that are copies of one, ascending, each with the rule for their days.
    fn links(&self, set: &Shingles, day: Option<i32>, barred: &BTreeSet<u32>) -> Vec<(u32, Overlap, CopyRule)> {
        let mut hits: Vec<u32> =
            sample(set).filter_map(|value| self.postings.get(&value)).flat_map(|list| list.iter().rev().take(CROWDED)).copied().collect();
        hits.sort_unstable();
        let check = |hits: &[u32]| {
            let unit = &self.units[&hits[0]];
            let (smaller, larger) = (set.len().min(unit.set.len()), set.len().max(unit.set.len()));
            // By the rule without days, which make it stricter: who may be a copy is compared exactly.
            let least = self.rule.resemblance.least_of(larger);
            let least = least.min(self.rule.containment.map_or(usize::MAX, |least| least.least_of(smaller)));
            if hits.len() * SAMPLED as usize * LEAST_PART < least || barred.contains(&unit.group) {
                return None;
            }
            let rule = self.rule.after(day.zip(unit.days()).map(|(day, (first, last))| i64::from((first - day).max(day - last).max(0))));
            let overlap = Overlap::of(set, &unit.set);
            (rule.resembles(&overlap) || rule.contains(&overlap)).then_some((hits[0], overlap, rule))
        };
        hits.chunk_by(|a, b| a == b).filter_map(check).collect()
    }

    /// The group whose texts it resembles most, on average enough.
    fn by_resemblance(&self, set: &Shingles, links: &[(u32, Overlap, CopyRule)]) -> Option<Joined> {
        let mut best: BTreeMap<u32, (u64, Reverse<u32>, Overlap)> = BTreeMap::new();
        for (unit, overlap, _) in links.iter().filter(|link| link.2.resembles(&link.1)) {
            let row = (overlap.resemblance(), Reverse(*unit), *overlap);
            let entry = best.entry(self.units[unit].group).or_insert(row);
            if (row.0, row.1) > (entry.0, entry.1) {
                *entry = row;
            }
        }
        let least = self.rule.resemblance.millionths() * MEAN_PERCENT / 100;
        let mean = |group: u32| -> u64 {
            let members: Vec<&Unit> = self.groups[&group].iter().take(MEMBERS).map(|unit| &self.units[unit]).collect();
            members.iter().map(|unit| Overlap::of(set, &unit.set).resemblance()).sum::<u64>() / members.len().max(1) as u64
        };
        let means = best.into_iter().map(|(group, (alike, Reverse(unit), overlap))| match self.linkage {
            Linkage::Average => (mean(group), Reverse(group), unit, overlap),
            Linkage::Single => (alike.max(least), Reverse(group), unit, overlap),
        });
        let (_, _, unit, overlap) = means.filter(|row| row.0 >= least).max_by_key(|row| (row.0, row.1))?;
        Some(self.joined(unit, overlap, None))
    }

    /// The group over whose text it holds most of, or that holds it. A text that is in its group for what it holds or was given takes no
    /// other: a round-up never glues two items together.
    fn by_containment(&self, set: &Shingles, links: &[(u32, Overlap, CopyRule)]) -> Option<Joined> {
        let mut holders: BTreeMap<u32, usize> = BTreeMap::new();
        let contained = || links.iter().filter(|link| link.2.contains(&link.1));
        for (unit, _, _) in contained().filter(|link| self.units[&link.0].set.len() > set.len()) {
            *holders.entry(self.units[unit].group).or_default() += 1;
        }
        let of = |(unit, overlap, _): &(u32, Overlap, CopyRule)| {
            let resident = &self.units[unit];
            if resident.set.len() <= set.len() {
                return Some((overlap.shared, Reverse(*unit), *overlap, Holding::Comer));
            }
            let most = holders[&resident.group] * 2 > self.groups[&resident.group].len().min(MEMBERS);
            (most && !self.is_holder(*unit)).then_some((overlap.shared, Reverse(*unit), *overlap, Holding::Resident))
        };
        let (_, Reverse(unit), overlap, holding) = contained().filter_map(of).max_by_key(|row| (row.0, row.1))?;
        Some(self.joined(unit, overlap, Some(holding)))
    }

    /// Whether a text is in its group for what it holds, or another one for being held by it.
    fn is_holder(&self, unit: u32) -> bool {
        let of = &self.units[&unit];
        of.joined.holds || self.groups[&of.group].iter().any(|other| self.units[other].joined.held_by == Some(unit))
    }

    /// How the text of a new article comes to a group.
    #[must_use]
    pub fn origin(&self, article: u32, set: &Shingles, group: u32, joined: Option<&Joined>) -> Origin {
        let equal = self.sets.get(&set.fingerprint()).into_iter().flatten();
        let equal = equal.filter(|unit| self.units[unit].set == *set && self.units[unit].group == group && !set.is_empty()).min();
        if let Some(unit) = equal {
            return self.units[unit].joined;
        }
        let holding = joined.and_then(|joined| Some((joined.unit, joined.holding?)));
        Origin {
            unit: article,
            holds: matches!(holding, Some((_, Holding::Comer))),
            held_by: holding.filter(|row| row.1 == Holding::Resident).map(|row| row.0),
        }
    }

    /// Holds an article's text in a group.
    pub fn hold(&mut self, article: u32, set: &Shingles, day: Option<i32>, group: u32, joined: Origin) {
        if let Some(unit) = self.units.get_mut(&joined.unit) {
            return unit.articles.push((article, day));
        }
        for value in sample(set) {
            let list = self.postings.entry(value).or_default();
            let at = list.partition_point(|other| *other < joined.unit);
            list.insert(at, joined.unit);
        }
        self.sets.entry(set.fingerprint()).or_default().push(joined.unit);
        self.groups.entry(group).or_default().insert(joined.unit);
        self.units.insert(joined.unit, Unit { set: set.clone(), group, articles: vec![(article, day)], joined });
    }

    /// Lets an article go, and its text with the last that prints it.
    pub fn release(&mut self, article: u32, unit: u32) {
        let Some(of) = self.units.get_mut(&unit) else { return };
        of.articles.retain(|row| row.0 != article);
        if !of.articles.is_empty() {
            return;
        }
        let Some(of) = self.units.remove(&unit) else { return };
        for value in sample(&of.set) {
            if let Some(list) = self.postings.get_mut(&value) {
                if let Some(at) = list.iter().position(|other| *other == unit) {
                    list.remove(at);
                }
                if list.is_empty() {
                    self.postings.remove(&value);
                }
            }
        }
        let print = of.set.fingerprint();
        if let Some(units) = self.sets.get_mut(&print) {
            units.retain(|other| *other != unit);
            if units.is_empty() {
                self.sets.remove(&print);
            }
        }
        if let Some(units) = self.groups.get_mut(&of.group) {
            units.remove(&unit);
            if units.is_empty() {
                self.groups.remove(&of.group);
            }
        }
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
