//! Units among which candidates are looked for together: all of them, or where they are many parts of them, so that neither pairs nor sets
//! ever fill the memory.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::component::{Component, gather};
use super::fold::Units;
use super::{Copies, CopyFinder, Texts};
use crate::article::ArticleId;
use crate::band::{self, Candidates};
use crate::linkage::{self, Partition};
use crate::verify::Overlap;

/// Pairs of a huge component whose samples and sets are read together.
const AT_ONCE: usize = 1024;
/// … and of a crowd, whose samples are there.
const FEW: usize = 128;

/// Units among which candidates are looked for at once: of all components, or where there are many units of some.
pub(super) struct Part(Vec<u32>);

/// All units with text, in parts that never cut a component.
pub(super) fn parts(bands: usize, units: &Units, texts: &Texts<'_>) -> Vec<Part> {
    let all = Part((units.empty as u32..units.len() as u32).collect());
    if all.0.len() <= texts.at_once {
        return vec![all];
    }
    let firsts = all.firsts(units);
    let root = linkage::components(all.0.len(), band::chains(bands, |band| texts.source.rows(band, &firsts)));
    drop(firsts);
    let mut members: Vec<(u32, u32)> = root.into_iter().zip(all.0).collect();
    members.par_sort_unstable();
    let mut parts = vec![Part(Vec::new())];
    for component in members.chunk_by(|a, b| a.0 == b.0).filter(|component| component.len() > 1) {
        if parts.last().is_some_and(|part| part.0.len() + component.len() > texts.at_once) {
            parts.push(Part(Vec::new()));
        }
        if let Some(part) = parts.last_mut() {
            part.0.extend(component.iter().map(|member| member.1));
        }
    }
    parts.iter_mut().for_each(|part| part.0.sort_unstable());
    parts
}

impl Part {
    /// The article that stands for each unit, with the unit's number in the part: in the order in which the keys lie in memory.
    fn firsts(&self, units: &Units) -> Vec<(ArticleId, u32)> {
        let mut firsts: Vec<(ArticleId, u32)> = self.0.iter().map(|unit| units.first(*unit)).zip(0..).collect();
        firsts.par_sort_unstable();
        firsts
    }

    /// The unit of a number in the part.
    fn unit(&self, at: u32) -> u32 {
        self.0[at as usize]
    }

    /// The components of more than one unit, by their smallest units.
    pub(super) fn split(self, met: Candidates) -> Vec<Component> {
        let Part(units) = self;
        let in_crowds = met.crowded.iter().flat_map(|bucket| bucket[1..].iter().map(|unit| (bucket[0], *unit)));
        let root = linkage::components(units.len(), met.pairs.iter().copied().chain(in_crowds));
        let mut members: Vec<(u32, u32)> = root.iter().copied().zip(0..).collect();
        members.sort_unstable();
        let mut pairs: Vec<(u32, u32, u32)> = met.pairs.into_iter().map(|(a, b)| (root[a as usize], a, b)).collect();
        // Stable: what was found in crowds stays behind.
        pairs.par_sort_by_key(|pair| pair.0);
        let unit = |at: u32| units[at as usize];
        let mut crowded: BTreeMap<u32, Vec<Vec<u32>>> = BTreeMap::new();
        for bucket in met.crowded {
            crowded.entry(root[bucket[0] as usize]).or_default().push(bucket.into_iter().map(unit).collect());
        }
        let mut rest = pairs.as_slice();
        let several = members.chunk_by(|a, b| a.0 == b.0).filter(|members| members.len() > 1);
        several
            .map(|members| {
                let root = members[0].0;
                let (own, behind) = rest.split_at(rest.partition_point(|pair| pair.0 <= root));
                rest = behind;
                Component {
                    units: members.iter().map(|member| unit(member.1)).collect(),
                    pairs: own.iter().map(|pair| (unit(pair.1), unit(pair.2))).collect(),
                    crowded: crowded.remove(&root).unwrap_or_default(),
                }
            })
            .collect()
    }
}

impl CopyFinder {
    /// What meets in the bands, by numbers in the part. Of a component that is too large to be held these are the copies among its candidates,
    /// so that it falls into components that can be.
    pub(super) fn meet(&self, part: &Part, units: &Units, texts: &Texts<'_>, found: &mut Copies) -> Candidates {
        let (bands, firsts) = (self.banding.bands, part.firsts(units));
        let candidates = |range| band::candidates(bands, range, |band| texts.source.rows(band, &firsts));
        let count = part.0.len();
        if count <= texts.at_once {
            let met = candidates(0..count as u32);
            found.candidates += met.pairs.len() as u64;
            found.crowded += met.crowded.len() as u64;
            return met;
        }
        let (mut pairs, mut crowded) = (Vec::new(), Vec::new());
        for first in (0..count).step_by(texts.at_once) {
            let met = candidates(first as u32..count.min(first + texts.at_once) as u32);
            found.candidates += met.pairs.len() as u64;
            // The same ones every time.
            crowded = met.crowded;
            pairs.extend(self.copies_among(&met.pairs, part, units, texts));
        }
        found.crowded += crowded.len() as u64;
        let mut groups = Partition::new(count, &[]);
        for (a, b) in &pairs {
            groups.join(*a, *b);
        }
        for bucket in crowded {
            // Compared over and over, and read but once where there is room.
            let halves = (bucket.len() <= texts.at_once).then(|| Halves::read(bucket.clone(), part, units, texts));
            let (compared, cut) = gather(&bucket, &mut groups, |others| {
                let new = match &halves {
                    Some(halves) => {
                        let of_some = |others: &[(u32, u32)]| self.copies_by(halves, others, part, units, texts);
                        others.par_chunks(FEW).flat_map_iter(of_some).collect()
                    }
                    None => self.copies_among(others, part, units, texts),
                };
                pairs.extend_from_slice(&new);
                new
            });
            found.candidates += compared;
            found.cut += cut;
        }
        Candidates { pairs, crowded: Vec::new() }
    }

    /// Those of the pairs that are copies, by numbers in the part.
    fn copies_among(&self, pairs: &[(u32, u32)], part: &Part, units: &Units, texts: &Texts<'_>) -> Vec<(u32, u32)> {
        let of_some = |pairs: &[(u32, u32)]| {
            let halves = Halves::read(pairs.iter().flat_map(|pair| [pair.0, pair.1]).collect(), part, units, texts);
            self.copies_by(&halves, pairs, part, units, texts)
        };
        pairs.par_chunks(AT_ONCE).flat_map_iter(of_some).collect()
    }

    /// … of which the halves were read.
    fn copies_by(&self, halves: &Halves, pairs: &[(u32, u32)], part: &Part, units: &Units, texts: &Texts<'_>) -> Vec<(u32, u32)> {
        let global = |(a, b): &(u32, u32)| (part.unit(*a), part.unit(*b));
        let may = |pair: &&(u32, u32)| {
            let (a, b) = global(pair);
            halves.overlap(pair.0, pair.1).is_none_or(|most| self.is_copy(units.days(a), units.days(b), &most))
        };
        let pairs: Vec<(u32, u32)> = pairs.iter().filter(may).copied().collect();
        let are = self.compare(&pairs.iter().map(global).collect::<Vec<_>>(), units, texts);
        pairs.into_iter().zip(are).filter(|row| row.1.is_some()).map(|row| row.0).collect()
    }
}

/// What is kept of some texts to look for containment, where it is half of every hash: in short texts. What two of them share is no more than
/// what these have in common, and it is read sooner than a text is shingled.
struct Halves {
    texts: Vec<u32>,
    values: Vec<Option<Vec<u32>>>,
}

impl Halves {
    /// Of numbers in the part, in any order.
    fn read(mut numbers: Vec<u32>, part: &Part, units: &Units, texts: &Texts<'_>) -> Halves {
        numbers.sort_unstable();
        numbers.dedup();
        let halves = |at: &u32| texts.source.sample(units.first(part.unit(*at))).halves();
        Halves { values: numbers.par_iter().with_min_len(AT_ONCE).map(halves).collect(), texts: numbers }
    }

    fn of(&self, text: u32) -> Option<&[u32]> {
        self.values[self.texts.binary_search(&text).ok()?].as_deref()
    }

    /// The most that two texts can have in common.
    fn overlap(&self, a: u32, b: u32) -> Option<Overlap> {
        Some(Overlap::of_sorted(self.of(a)?, self.of(b)?))
    }
}
