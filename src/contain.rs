//! Candidates for containment: a wire item inside a longer piece shares all of its own shingles and few of the longer one's, so that
//! bands, made for resemblance, pass it by.
//!
//! A prefix filter finds every such pair (Chaudhuri, Ganti and Kaushik 2006, "A primitive operator for similarity joins"): a text of n
//! shingles that is contained to at least t shares one of any n - ceil(t n) + 1 of them. A first look tells the texts too many of whose
//! shingles stand nowhere else: nothing holds those, and they are most. Of the others the rarest shingles are taken. Values that share a
//! place in the tables only make the choice a little worse, never lose a pair.
//!
//! Cost: O(shingles), four looks at most of them into tables of two bits a shingle and less, then the shared prefixes. Upper halves of the
//! hashes are enough to find candidates.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

use rayon::prelude::*;

use crate::band::CROWDED;
use crate::verify::{MIN_CONTAINED, Ratio};

/// Most counters, a power of two: 128 MiB.
const MAX_COUNTERS: usize = 1 << 26;
/// Most places where values are marked, a power of two: 256 MiB of two bits each.
const MAX_PLACES: usize = 1 << 30;

/// Neighbors on one side that a holder of a crowded shingle is compared with.
const NEIGHBORS: usize = 8;

/// Pairs and what the bound on crowded shingles did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contained {
    /// Pairs of indices, smaller first, ascending, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Shingles that too many texts hold: there each holder meets the first and its neighbors only.
    pub crowded: u64,
}

/// Every pair of which one text may hold at least `least` of the other's shingles, crowded ones aside. Each text is given as the upper
/// halves of its shingle hashes, in any order, with repeats; texts are distinct and numbered by content. `groups` names the group of each
/// text, ascending or not: pairs inside a group are known already and not looked for.
#[must_use]
pub fn candidates(texts: &[&[u32]], groups: &[u32], least: Ratio) -> Contained {
    let sources = Sources::new(texts, groups);
    let survivors = survivors(texts, &sources, least);
    if survivors.is_empty() {
        return Contained::default();
    }
    let counts = Counts::new(texts, &sources, &survivors);
    let of_one = |text: &u32| {
        let text = *text;
        prefix(texts[text as usize], least, &counts).into_iter().map(move |value| row(value, text))
    };
    let mut inner: Vec<u64> = survivors.par_iter().flat_map_iter(of_one).collect();
    inner.par_sort_unstable();
    let wanted = Marks::new(inner.len(), inner.iter().map(|row| value(*row)));
    let holds = |(text, values): (u32, &&[u32])| -> Vec<u64> {
        values.iter().filter(|value| wanted.may_hold(**value)).map(|value| row(*value, text)).collect()
    };
    let mut outer: Vec<u64> = (0..texts.len() as u32).into_par_iter().zip(texts).flat_map_iter(holds).collect();
    outer.par_sort_unstable();
    outer.dedup();
    meet(&inner, &outer)
}

/// The shingles of each group, each once, so that what stands in one group only is told from what another one has as well.
struct Sources<'t> {
    /// Texts that are groups of their own.
    alone: Vec<&'t [u32]>,
    /// What the texts of a larger group have together.
    together: Vec<Vec<u32>>,
}

impl<'t> Sources<'t> {
    fn new(texts: &[&'t [u32]], groups: &[u32]) -> Sources<'t> {
        let mut order: Vec<(u32, u32)> = groups.iter().copied().zip(0..).collect();
        order.par_sort_unstable();
        let runs: Vec<&[(u32, u32)]> = order.chunk_by(|a, b| a.0 == b.0).collect();
        let alone = runs.iter().filter(|run| run.len() == 1).map(|run| texts[run[0].1 as usize]).collect();
        let union = |run: &&&[(u32, u32)]| {
            let mut values: Vec<u32> = run.iter().flat_map(|row| texts[row.1 as usize]).copied().collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        Sources { alone, together: runs.par_iter().filter(|run| run.len() > 1).map(|run| union(&run)).collect() }
    }

    fn par_iter(&self) -> impl ParallelIterator<Item = &[u32]> {
        self.alone.par_iter().copied().chain(self.together.par_iter().map(Vec::as_slice))
    }

    fn len(&self) -> usize {
        self.alone.iter().map(|values| values.len()).chain(self.together.iter().map(Vec::len)).sum()
    }
}

/// The pairs of which one has a row of `inner` and the other one with the same value in `outer`; both are ascending.
fn meet(inner: &[u64], outer: &[u64]) -> Contained {
    let mut found = Contained::default();
    // Holders of each wanted shingle; one with too many pairs is set aside.
    let mut holders: Vec<(u32, std::ops::Range<usize>)> = Vec::new();
    let mut start = 0;
    for group in inner.chunk_by(|a, b| value(*a) == value(*b)) {
        let of_group = value(group[0]);
        start += outer[start..].iter().take_while(|row| value(**row) < of_group).count();
        let end = start + outer[start..].iter().take_while(|row| value(**row) == of_group).count();
        if group.len() * (end - start) > CROWDED * CROWDED {
            found.crowded += 1;
            meet_some(&outer[start..end], &mut found.pairs);
        } else {
            holders.extend(group.iter().map(|row| (*row as u32, start..end)));
        }
    }
    // One text's holders are collected over all its shingles before they become pairs, so that each pair is made once or twice.
    holders.par_sort_unstable_by_key(|(text, range)| (*text, range.start));
    let of_one: Vec<&[(u32, std::ops::Range<usize>)]> = holders.chunk_by(|a, b| a.0 == b.0).collect();
    let pairs = of_one.into_par_iter().flat_map_iter(|ranges| {
        let a = ranges[0].0;
        let mut larger: Vec<u32> = ranges.iter().flat_map(|(_, range)| outer[range.clone()].iter().map(|row| *row as u32)).collect();
        larger.sort_unstable();
        larger.dedup();
        larger.retain(|b| *b != a);
        larger.into_iter().map(move |b| (a.min(b), a.max(b)))
    });
    found.pairs.par_extend(pairs);
    found.pairs.par_sort_unstable();
    found.pairs.dedup();
    found
}

/// A shingle and a text that has it, in one number.
fn row(value: u32, text: u32) -> u64 {
    u64::from(value) << 32 | u64::from(text)
}

fn value(row: u64) -> u32 {
    (row >> 32) as u32
}

/// Texts that another may hold: not too many of their shingles stand nowhere else. Most texts are told from half of theirs, in one look
/// at a small table, and need not be looked at again.
fn survivors(texts: &[&[u32]], sources: &Sources<'_>, least: Ratio) -> Vec<u32> {
    // Half of the shingles are enough to exceed what may stand alone only when that is well below half.
    let counted = |value: &&u32| least < Ratio::new(0.6) || **value >> 31 == 0;
    let seen = Seen::new(sources.len());
    sources.par_iter().for_each(|values| values.iter().filter(counted).for_each(|value| seen.add(*value)));
    let survives = |values: &[u32]| {
        // A shingle that no other group has stands once in this one's list, so repeats only make a text look more shared than it is.
        let room = values.len() - least.least_of(values.len());
        values.iter().filter(counted).filter(|value| !seen.twice(**value)).nth(room).is_none()
    };
    (0..texts.len() as u32)
        .into_par_iter()
        .filter(|text| texts[*text as usize].len() >= MIN_CONTAINED && survives(texts[*text as usize]))
        .collect()
}

/// Whether values were seen at least twice; some values share a place, and then it is yes sooner. The answer does not depend on the
/// order in which threads add.
struct Seen(Vec<AtomicU64>);

/// Places in one word: two bits each, one for the first time and one for the second.
const PLACES: usize = 32;

impl Seen {
    fn new(values: usize) -> Seen {
        let places = values.next_power_of_two().clamp(PLACES, MAX_PLACES);
        Seen((0..places / PLACES).map(|_| AtomicU64::new(0)).collect())
    }

    #[inline]
    fn place(&self, value: u32) -> (&AtomicU64, u32) {
        (&self.0[(value as usize / PLACES) & (self.0.len() - 1)], value % PLACES as u32 * 2)
    }

    #[inline]
    fn add(&self, value: u32) {
        let (word, bit) = self.place(value);
        if word.load(Relaxed) >> bit & 2 == 0 && word.fetch_or(1 << bit, Relaxed) >> bit & 1 == 1 {
            word.fetch_or(2 << bit, Relaxed);
        }
    }

    #[inline]
    fn twice(&self, value: u32) -> bool {
        let (word, bit) = self.place(value);
        word.load(Relaxed) >> bit & 2 == 2
    }
}

/// Values, some of which share a place: a value that is marked is never denied.
struct Marks(Vec<u64>);

impl Marks {
    fn new(count: usize, values: impl Iterator<Item = u32>) -> Marks {
        let mut words = vec![0; (count * 16).next_power_of_two().clamp(64, MAX_PLACES) / 64];
        let mask = words.len() - 1;
        for value in values {
            words[(value as usize / 64) & mask] |= 1u64 << (value % 64);
        }
        Marks(words)
    }

    #[inline]
    fn may_hold(&self, value: u32) -> bool {
        (self.0[(value as usize / 64) & (self.0.len() - 1)] >> (value % 64)) & 1 == 1
    }
}

/// How often the values of some texts stand in all texts; some values share a counter.
struct Counts(Vec<AtomicU16>);

/// Counting ends here, well before a counter is full, whatever the number of threads.
const MANY: u16 = 1 << 15;

impl Counts {
    fn new(texts: &[&[u32]], sources: &Sources<'_>, of: &[u32]) -> Counts {
        let values = || of.iter().flat_map(|text| texts[*text as usize].iter().copied());
        let wanted = Marks::new(values().count(), values());
        let counters = (values().count() * 2).next_power_of_two().min(MAX_COUNTERS);
        let counts = Counts((0..counters).map(|_| AtomicU16::new(0)).collect());
        sources.par_iter().for_each(|values| {
            for value in values.iter().filter(|value| wanted.may_hold(**value)) {
                let counter = &counts.0[*value as usize & (counters - 1)];
                if counter.load(Relaxed) < MANY {
                    counter.fetch_add(1, Relaxed);
                }
            }
        });
        counts
    }

    /// Up to 255.
    #[inline]
    fn of(&self, value: u32) -> u8 {
        self.0[value as usize & (self.0.len() - 1)].load(Relaxed).min(255) as u8
    }
}

/// The shingles of which a holder of the text must have one; none when nothing can hold it.
fn prefix(values: &[u32], least: Ratio, counts: &Counts) -> Vec<u32> {
    // Now that all of its shingles are counted, most texts that came so far are told without being sorted.
    if values.iter().filter(|value| counts.of(**value) <= 1).count() > values.len() - least.least_of(values.len()) {
        return Vec::new();
    }
    let mut rarest: Vec<(u8, u32)> = values.iter().map(|value| (counts.of(*value), *value)).collect();
    rarest.sort_unstable();
    rarest.dedup();
    let alone = rarest.partition_point(|row| row.0 <= 1);
    let need = least.least_of(rarest.len());
    if rarest.len() < MIN_CONTAINED || alone > rarest.len() - need {
        return Vec::new();
    }
    rarest.truncate(rarest.len() - need + 1);
    rarest.split_off(alone).into_iter().map(|(_, value)| value).collect()
}

/// Each holder with the first one and with its neighbors.
fn meet_some(holders: &[u64], pairs: &mut Vec<(u32, u32)>) {
    for (at, a) in holders.iter().enumerate() {
        pairs.extend(holders[at + 1..].iter().take(NEIGHBORS).map(|b| (*a as u32, *b as u32)));
        if at > NEIGHBORS {
            pairs.push((holders[0] as u32, *a as u32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::Shingles;
    use crate::verify::Overlap;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_contained_pair_is_missed(starts in prop::collection::vec((0u64..120, 1u64..60), 2..24), percent in 5u64..=100, group in 1u32..4) {
            let mut sets: Vec<Shingles> = starts.iter().map(|(start, len)| Shingles::from_hashes((*start..start + len).map(crate::hash::mix).collect())).collect();
            sets.sort_by(|a, b| a.hashes().cmp(b.hashes()));
            sets.dedup();
            let least = Ratio::new(percent as f64 / 100.0);
            // The set first to last, then its first half again.
            let halves = |set: &Shingles| set.hashes().iter().chain(&set.hashes()[..set.len() / 2]).map(|hash| (hash >> 32) as u32).collect();
            let values: Vec<Vec<u32>> = sets.iter().map(halves).collect();
            let groups: Vec<u32> = (0..sets.len() as u32).map(|at| at / group).collect();
            let found = candidates(&values.iter().map(Vec::as_slice).collect::<Vec<_>>(), &groups, least);
            for a in 0..sets.len() {
                for b in (a + 1..sets.len()).filter(|b| groups[a] != groups[*b]) {
                    let overlap = Overlap::of(&sets[a], &sets[b]);
                    if overlap.smaller >= MIN_CONTAINED && overlap.shared >= least.least_of(overlap.smaller) {
                        prop_assert!(found.pairs.contains(&(a as u32, b as u32)), "{a} {b} {overlap:?}");
                    }
                }
            }
        }
    }
}
