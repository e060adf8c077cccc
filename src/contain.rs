//! Candidates for containment: a wire item inside a longer piece shares all of its own shingles and few of the longer one's, so that
//! bands, made for resemblance, pass it by.
//!
//! A prefix filter finds every such pair (Chaudhuri, Ganti and Kaushik 2006, "A primitive operator for similarity joins"): a text of n
//! shingles that is contained to at least t shares one of any n - ceil(t n) + 1 of them. The rarest are taken, by counts kept in a table
//! of bytes: a text most of whose shingles stand nowhere else is contained in nothing and costs nothing more. Collisions in the table
//! only make the choice a little worse, never lose a pair.
//!
//! Cost: O(shingles), one byte for each of about twice as many counters, then the shared prefixes. Upper halves of the hashes are enough to
//! find candidates.

use rayon::prelude::*;

use crate::band::CROWDED;
use crate::verify::{MIN_CONTAINED, Ratio};

/// Most counters, a power of two: 64 MiB.
const MAX_COUNTERS: usize = 1 << 26;

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
/// halves of its shingle hashes, in any order, with repeats; texts are distinct and numbered by content.
#[must_use]
pub fn candidates(texts: &[&[u32]], least: Ratio) -> Contained {
    let counts = Counts::new(texts);
    let mut inner: Vec<(u32, u32)> = texts
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, values)| prefix(values, least, &counts).into_iter().map(move |value| (value, at as u32)))
        .collect();
    if inner.is_empty() {
        return Contained::default();
    }
    inner.par_sort_unstable();
    let wanted = Wanted::new(inner.iter().map(|row| row.0), counts.0.len());
    let holds = |(at, values): (usize, &&[u32])| -> Vec<(u32, u32)> {
        values.iter().filter(|value| wanted.may_hold(**value)).map(|value| (*value, at as u32)).collect()
    };
    let mut outer: Vec<(u32, u32)> = texts.par_iter().enumerate().flat_map_iter(holds).collect();
    outer.par_sort_unstable();
    outer.dedup();
    // Holders of each wanted shingle; one with too many pairs is set aside.
    let mut found = Contained::default();
    let mut holders: Vec<(u32, std::ops::Range<usize>)> = Vec::new();
    let mut start = 0;
    for group in inner.chunk_by(|a, b| a.0 == b.0) {
        start += outer[start..].partition_point(|row| row.0 < group[0].0);
        let end = start + outer[start..].partition_point(|row| row.0 == group[0].0);
        if group.len() * (end - start) > CROWDED * CROWDED {
            found.crowded += 1;
            meet_some(&outer[start..end], &mut found.pairs);
        } else {
            holders.extend(group.iter().map(|(_, text)| (*text, start..end)));
        }
    }
    // One text's holders are collected over all its shingles before they become pairs, so that each pair is made once or twice.
    holders.par_sort_unstable_by_key(|(text, range)| (*text, range.start));
    let of_one: Vec<&[(u32, std::ops::Range<usize>)]> = holders.chunk_by(|a, b| a.0 == b.0).collect();
    let pairs = of_one.into_par_iter().flat_map_iter(|ranges| {
        let a = ranges[0].0;
        let mut larger: Vec<u32> = ranges.iter().flat_map(|(_, range)| outer[range.clone()].iter().map(|row| row.1)).collect();
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

/// How often each value stands in the texts, up to 255; some values share a counter.
struct Counts(Vec<u8>);

impl Counts {
    fn new(texts: &[&[u32]]) -> Counts {
        let total: usize = texts.iter().map(|values| values.len()).sum();
        let mut counts = Counts(vec![0; (total * 2).next_power_of_two().min(MAX_COUNTERS)]);
        for value in texts.iter().flat_map(|values| values.iter()) {
            let at = counts.place(*value);
            counts.0[at] = counts.0[at].saturating_add(1);
        }
        counts
    }

    #[inline]
    fn place(&self, value: u32) -> usize {
        value as usize & (self.0.len() - 1)
    }

    #[inline]
    fn of(&self, value: u32) -> u8 {
        self.0[self.place(value)]
    }
}

/// A bit for each counter: whether a wanted value shares it.
struct Wanted(Vec<u64>);

impl Wanted {
    fn new(values: impl Iterator<Item = u32>, counters: usize) -> Wanted {
        let mut bits = vec![0; counters.div_ceil(64)];
        let mask = counters - 1;
        for value in values {
            bits[(value as usize & mask) / 64] |= 1 << (value % 64);
        }
        Wanted(bits)
    }

    #[inline]
    fn may_hold(&self, value: u32) -> bool {
        let place = value as usize / 64 & (self.0.len() - 1);
        self.0[place] >> (value % 64) & 1 == 1
    }
}

/// The shingles of which a holder of the text must have one; none when nothing can hold it.
fn prefix(values: &[u32], least: Ratio, counts: &Counts) -> Vec<u32> {
    // A value that stands nowhere else stands once here, so repeats can only make the text look more shared than it is.
    let alone = values.iter().filter(|value| counts.of(**value) == 1).count();
    if alone > values.len() - least.least_of(values.len()) {
        return Vec::new();
    }
    let mut rarest: Vec<(u8, u32)> = values.iter().map(|value| (counts.of(*value), *value)).collect();
    rarest.sort_unstable();
    rarest.dedup();
    let need = least.least_of(rarest.len());
    if rarest.len() < MIN_CONTAINED || alone > rarest.len() - need {
        return Vec::new();
    }
    rarest.truncate(rarest.len() - need + 1);
    rarest.into_iter().filter(|(count, _)| *count > 1).map(|(_, value)| value).collect()
}

/// Each holder with the first one and with its neighbors.
fn meet_some(holders: &[(u32, u32)], pairs: &mut Vec<(u32, u32)>) {
    for (at, (_, a)) in holders.iter().enumerate() {
        pairs.extend(holders[at + 1..].iter().take(NEIGHBORS).map(|(_, b)| (*a, *b)));
        if at > NEIGHBORS {
            pairs.push((holders[0].1, *a));
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
        fn no_contained_pair_is_missed(starts in prop::collection::vec((0u64..120, 1u64..60), 2..24), percent in 5u64..=100) {
            let mut sets: Vec<Shingles> = starts.iter().map(|(start, len)| Shingles::from_hashes((*start..start + len).map(crate::hash::mix).collect())).collect();
            sets.sort_by(|a, b| a.hashes().cmp(b.hashes()));
            sets.dedup();
            let least = Ratio::new(percent as f64 / 100.0);
            // The set first to last, then its first half again.
            let halves = |set: &Shingles| set.hashes().iter().chain(&set.hashes()[..set.len() / 2]).map(|hash| (hash >> 32) as u32).collect();
            let values: Vec<Vec<u32>> = sets.iter().map(halves).collect();
            let found = candidates(&values.iter().map(Vec::as_slice).collect::<Vec<_>>(), least);
            for a in 0..sets.len() {
                for b in a + 1..sets.len() {
                    let overlap = Overlap::of(&sets[a], &sets[b]);
                    if overlap.smaller >= MIN_CONTAINED && overlap.shared >= least.least_of(overlap.smaller) {
                        prop_assert!(found.pairs.contains(&(a as u32, b as u32)), "{a} {b} {overlap:?}");
                    }
                }
            }
        }
    }
}
