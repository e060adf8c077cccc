//! Candidates for containment: a wire item inside a longer piece shares all of its own shingles and few of the longer one's, so that
//! bands, made for resemblance, pass it by.
//!
//! A prefix filter finds every such pair (Chaudhuri, Ganti and Kaushik 2006, "A primitive operator for similarity joins"): a text of n
//! shingles that is contained to at least t shares one of any n - ceil(t n) + 1 of them. The rarest are taken, by counts kept in a table
//! of bytes: a text most of whose shingles stand nowhere else is contained in nothing and costs nothing more. Collisions in the table
//! only make the choice a little worse, never lose a pair.
//!
//! Cost: O(shingles), one byte for each of about twice as many counters, then the shared prefixes.

use ahash::AHashSet;
use rayon::prelude::*;

use crate::band::{CROWDED, Candidates, meet};
use crate::shingle::Shingles;
use crate::verify::{MIN_CONTAINED, Ratio};

/// Most counters, a power of two: 64 MiB.
const MAX_COUNTERS: usize = 1 << 26;

/// Every pair of which one set may hold at least `least` of the other, crowded shingles aside. Sets are distinct and numbered by content.
#[must_use]
pub fn candidates(sets: &[&Shingles], least: Ratio) -> Candidates {
    let total: usize = sets.iter().map(|set| set.len()).sum();
    let mask = (total * 2).next_power_of_two().min(MAX_COUNTERS) - 1;
    let mut counts = vec![0u8; mask + 1];
    for hash in sets.iter().flat_map(|set| set.hashes()) {
        let count = &mut counts[*hash as usize & mask];
        *count = count.saturating_add(1);
    }
    let count = |hash: u64| counts[hash as usize & mask];
    let mut inner: Vec<(u64, u32)> = sets
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, set)| prefix(set, least, count).into_iter().map(move |hash| (hash, at as u32)))
        .collect();
    let wanted: AHashSet<u64> = inner.iter().map(|row| row.0).collect();
    let holds = |(at, set): (usize, &&Shingles)| -> Vec<(u64, u32)> {
        set.hashes().iter().filter(|hash| wanted.contains(hash)).map(|hash| (*hash, at as u32)).collect()
    };
    let mut outer: Vec<(u64, u32)> =
        if wanted.is_empty() { Vec::new() } else { sets.par_iter().enumerate().flat_map_iter(holds).collect() };
    inner.par_sort_unstable();
    outer.par_sort_unstable();
    // Holders of each wanted shingle; one with too many pairs is set aside and met like a crowded bucket.
    let mut found = Candidates::default();
    let mut holders: Vec<(u32, std::ops::Range<usize>)> = Vec::new();
    let mut start = 0;
    for group in inner.chunk_by(|a, b| a.0 == b.0) {
        start += outer[start..].partition_point(|row| row.0 < group[0].0);
        let end = start + outer[start..].partition_point(|row| row.0 == group[0].0);
        if group.len() * (end - start) > CROWDED * CROWDED {
            meet(&outer[start..end].iter().map(|row| row.1).collect::<Vec<u32>>(), &mut found);
        } else {
            holders.extend(group.iter().map(|(_, set)| (*set, start..end)));
        }
    }
    // One text's holders are collected over all its shingles before they become pairs, so that each pair is made once or twice.
    holders.par_sort_unstable_by_key(|(set, range)| (*set, range.start));
    let of_one: Vec<&[(u32, std::ops::Range<usize>)]> = holders.chunk_by(|a, b| a.0 == b.0).collect();
    let pairs = of_one.into_par_iter().flat_map_iter(|ranges| {
        let a = ranges[0].0;
        let mut larger: Vec<u32> = ranges.iter().flat_map(|(_, range)| outer[range.clone()].iter().map(|row| row.1)).collect();
        larger.sort_unstable();
        larger.dedup();
        larger.retain(|b| *b != a && sets[*b as usize].len() >= sets[a as usize].len());
        larger.into_iter().map(move |b| (a.min(b), a.max(b)))
    });
    found.pairs.par_extend(pairs);
    Candidates::collect([found])
}

/// The shingles of which a holder of `set` must have one; none when nothing can hold it.
fn prefix(set: &Shingles, least: Ratio, count: impl Fn(u64) -> u8) -> Vec<u64> {
    let need = least.least_of(set.len());
    let shared = set.hashes().iter().filter(|hash| count(**hash) > 1).count();
    if set.len() < MIN_CONTAINED || shared < need {
        return Vec::new();
    }
    let mut rarest: Vec<(u8, u64)> = set.hashes().iter().map(|hash| (count(*hash), *hash)).collect();
    rarest.sort_unstable();
    rarest.truncate(set.len() - need + 1);
    rarest.into_iter().filter(|(count, _)| *count > 1).map(|(_, hash)| hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Overlap;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_contained_pair_is_missed(starts in prop::collection::vec((0u64..120, 1u64..60), 2..24), percent in 5u64..=100) {
            let mut sets: Vec<Shingles> = starts.iter().map(|(start, len)| Shingles::from_hashes((*start..start + len).map(crate::hash::mix).collect())).collect();
            sets.sort_by(|a, b| a.hashes().cmp(b.hashes()));
            sets.dedup();
            let least = Ratio::new(percent as f64 / 100.0);
            let found = candidates(&sets.iter().collect::<Vec<_>>(), least);
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
