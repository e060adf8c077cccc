//! Containment: a group that holds another one's text joins it.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::component::longer_first;
use super::fold::Units;
use super::{Copies, CopyFinder, Source, Texts};
use crate::config::Linkage;
use crate::contain::{self, Sample, Samples};
use crate::linkage::Partition;
use crate::shingle::Shingles;
use crate::verify::Overlap;

/// Most members of a group that are looked at: they resemble each other, so that a few tell what all hold.
pub(crate) const SAMPLE: usize = 8;

/// Articles whose samples are read together.
const BLOCK: usize = 256;

/// Pairs whose sets are computed together.
const AT_ONCE: usize = 1024;

/// The samples of some units.
struct Sampled<'s> {
    source: &'s dyn Source,
    units: &'s Units,
    sampled: &'s [u32],
    /// For each article the text it stands for, or [`NONE`].
    text_of: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'s> Sampled<'s> {
    fn new(texts: &Texts<'s>, units: &'s Units, sampled: &'s [u32]) -> Sampled<'s> {
        let mut text_of = vec![NONE; texts.rank.len()];
        sampled.iter().zip(0..).for_each(|(unit, text)| text_of[units.first(*unit).index()] = text);
        Sampled { source: texts.source, units, sampled, text_of }
    }
}

impl Samples for Sampled<'_> {
    fn of(&self, text: u32) -> Cow<'_, Sample> {
        self.source.sample(self.units.first(self.sampled[text as usize]))
    }

    fn blocks(&self) -> usize {
        self.text_of.len().div_ceil(BLOCK)
    }

    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, Sample>)> {
        let articles = block * BLOCK..((block + 1) * BLOCK).min(self.text_of.len());
        let texts = self.text_of[articles.clone()].iter().copied();
        texts.zip(self.source.samples(articles)).filter(|row| row.0 != NONE).collect()
    }
}

impl CopyFinder {
    /// Joins groups over containment; `known` are links by containment that were found on the way, the longer text first.
    pub(super) fn attach(&self, units: &Units, texts: &Texts<'_>, labels: &mut [u32], known: Vec<(u32, u32, Overlap)>, found: &mut Copies) {
        let Some(least) = self.rule.containment else { return };
        let mut taken: Vec<u8> = vec![0; labels.len()];
        let sampled: Vec<u32> = (0..labels.len() as u32)
            .filter(|unit| {
                let taken = &mut taken[labels[*unit as usize] as usize];
                *taken = (*taken + 1).min(SAMPLE as u8 + 1);
                *taken as usize <= SAMPLE
            })
            .collect();
        let samples = Sampled::new(texts, units, &sampled);
        let groups: Vec<u32> = sampled.iter().map(|unit| labels[*unit as usize]).collect();
        let whole = |text: u32| {
            let shingles = texts.source.shingles(units.first(sampled[text as usize]));
            shingles.hashes().iter().map(|hash| (hash >> 32) as u32).collect()
        };
        let met = contain::candidates(&samples, &groups, least, &whole);
        found.crowded += met.crowded;
        let pairs: Vec<(u32, u32)> = met.pairs.into_iter().map(|(a, b)| (sampled[a as usize], sampled[b as usize])).collect();
        found.candidates += pairs.len() as u64;
        let is_sampled = |unit: &u32| sampled.binary_search(unit).is_ok();
        let mut links: Vec<(u32, u32, Overlap)> = known;
        links.retain(|(a, b, _)| labels[*a as usize] != labels[*b as usize] && is_sampled(a) && is_sampled(b));
        links.par_extend(pairs.par_chunks(AT_ONCE).flat_map_iter(|pairs| self.compare(pairs, units, texts).into_iter().flatten()));
        links.par_sort_unstable_by_key(|link| (link.0, link.1));
        links.dedup_by_key(|link| (link.0, link.1));
        found.links += links.len() as u64;
        let joins: Vec<(u32, u32)> = match self.linkage {
            Linkage::Single => links.iter().map(|link| (labels[link.0 as usize], labels[link.1 as usize])).collect(),
            Linkage::Average => self.held(labels, &links),
        };
        join(labels, &joins, &units.apart);
    }

    /// For each of the pairs the link, the longer text first, if they are copies; the sets are read for these pairs alone.
    pub(super) fn compare(&self, pairs: &[(u32, u32)], units: &Units, texts: &Texts<'_>) -> Vec<Option<(u32, u32, Overlap)>> {
        let mut needed: Vec<u32> = pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect();
        needed.sort_unstable();
        needed.dedup();
        let sets: Vec<Shingles> = needed.iter().map(|unit| texts.source.shingles(units.first(*unit))).collect();
        let set = |unit: u32| needed.binary_search(&unit).ok().map(|at| &sets[at]);
        let link = |(a, b): &(u32, u32)| {
            let overlap = Overlap::of(set(*a)?, set(*b)?);
            let copy = self.is_copy(units.days(*a), units.days(*b), &overlap);
            copy.then(|| Some(longer_first((*a, set(*a)?), (*b, set(*b)?), overlap)))?
        };
        pairs.iter().map(link).collect()
    }

    /// Each group of which most members hold another group's text, with the one it holds most of.
    fn held(&self, labels: &[u32], links: &[(u32, u32, Overlap)]) -> Vec<(u32, u32)> {
        let mut size: BTreeMap<u32, usize> =
            links.iter().flat_map(|link| [link.0, link.1]).map(|unit| (labels[unit as usize], 0)).collect();
        for label in labels {
            if let Some(size) = size.get_mut(label) {
                *size = (*size + 1).min(SAMPLE);
            }
        }
        // (longer group, shorter group) → units of the longer one that hold the shorter one's text, and the most they share.
        let mut holds: BTreeMap<(u32, u32), (Vec<u32>, usize)> = BTreeMap::new();
        for (longer, shorter, overlap) in links.iter().filter(|link| self.rule.contains(&link.2)) {
            let (holders, most) = holds.entry((labels[*longer as usize], labels[*shorter as usize])).or_default();
            holders.push(*longer);
            *most = (*most).max(overlap.shared);
        }
        let mut parent: BTreeMap<u32, (usize, Reverse<u32>)> = BTreeMap::new();
        for ((longer, shorter), (mut holders, most)) in holds {
            holders.sort_unstable();
            holders.dedup();
            if holders.len() * 2 > size[&longer] {
                let choice = (most, Reverse(shorter));
                let best = parent.entry(longer).or_insert(choice);
                *best = (*best).max(choice);
            }
        }
        parent.into_iter().map(|(longer, (_, shorter))| (longer, shorter.0)).collect()
    }
}

/// Joins groups, given by their labels, unless units in them are pinned apart.
fn join(labels: &mut [u32], joins: &[(u32, u32)], apart: &[(u32, u32)]) {
    let mut groups: Vec<u32> = joins.iter().flat_map(|pair| [pair.0, pair.1]).collect();
    groups.sort_unstable();
    groups.dedup();
    let place = |label: u32| groups.binary_search(&label).ok().map(|at| at as u32);
    let pair = |(a, b): &(u32, u32)| place(*a).zip(place(*b));
    let apart: Vec<(u32, u32)> = apart.iter().filter_map(|(a, b)| pair(&(labels[*a as usize], labels[*b as usize]))).collect();
    let mut partition = Partition::new(groups.len(), &apart);
    for (a, b) in joins.iter().filter_map(pair) {
        partition.join(a, b);
    }
    let roots = partition.labels();
    for label in labels {
        if let Some(at) = place(*label) {
            *label = groups[roots[at as usize] as usize];
        }
    }
}
