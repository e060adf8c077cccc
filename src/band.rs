//! Candidates by locality-sensitive hashing: two articles meet when all rows of one band of their sketches are equal
//! (Indyk and Motwani 1998; Leskovec, Rajaraman and Ullman, ch. 3).
//!
//! A pair of resemblance s meets with probability 1 - (1 - s^rows)^bands. Candidates are verified exactly, so a false one costs only
//! time and a missed one is lost: rows are chosen for recall at the threshold, not for balance.
//!
//! Bands are sorted, never hashed into a map: O(n log n) a band; 4 bytes a band and article, and 8 more for each band being sorted.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::hash;

/// Least probability to meet of a pair exactly at the threshold.
pub const RECALL: f64 = 0.995;

/// Most articles in one band bucket that are compared each with each; a larger bucket is handed over whole, for its members to gather
/// around a few of them, so that n near-equal articles cost O(n).
pub const CROWDED: usize = 128;

/// Bands whose pairs are held with their repeats.
const BANDS_AT_ONCE: usize = 8;

/// How a sketch is cut: `bands * rows` of its values are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    /// Chances to meet.
    pub bands: usize,
    /// Values that must be equal at one chance.
    pub rows: usize,
}

impl Banding {
    /// The most rows for which a pair at `threshold` meets with probability [`RECALL`].
    ///
    /// ```
    /// use samestory::band::Banding;
    /// assert_eq!(Banding::for_threshold(0.7, 128)?, Banding { bands: 32, rows: 4 });
    /// # Ok::<(), samestory::Error>(())
    /// ```
    ///
    /// # Errors
    /// When even one row does not reach it: more hashes or a higher threshold are needed.
    pub fn for_threshold(threshold: f64, num_hashes: usize) -> Result<Banding> {
        (1..=num_hashes)
            .rev()
            .map(|rows| Banding { bands: num_hashes / rows, rows })
            .find(|banding| banding.probability(threshold) >= RECALL)
            .ok_or_else(|| Error::Config {
                field: "resemblance",
                message: format!("pairs at {threshold} cannot be found with {num_hashes} hashes: raise either"),
            })
    }

    /// The chance that a pair of this resemblance becomes a candidate.
    #[must_use]
    pub fn probability(&self, resemblance: f64) -> f64 {
        let power = |base: f64, exponent: usize| (0..exponent).fold(1.0, |product, _| product * base);
        1.0 - power(1.0 - power(resemblance, self.rows), self.bands)
    }

    /// The key of each band of a sketch, into `keys`. 32 bits: that two bands share a key by chance costs a comparison, no more.
    pub fn keys(&self, sketch: &[u32], keys: &mut [u32]) {
        for (band, (rows, key)) in sketch.chunks_exact(self.rows).zip(keys).enumerate() {
            let sum = rows.iter().fold(band as u64, |sum, value| sum.wrapping_mul(hash::COMBINE).wrapping_add(u64::from(*value)));
            *key = (hash::mix(sum) >> 32) as u32;
        }
    }
}

/// What meets in the bands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Pairs of indices, smaller first, ascending, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Buckets of more than [`CROWDED`] members, each ascending.
    pub crowded: Vec<Vec<u32>>,
}

/// The key of a text in a band, and the text's number, in one.
#[must_use]
pub fn row(key: u32, text: u32) -> u64 {
    u64::from(key) << 32 | u64::from(text)
}

/// All pairs of texts that meet in at least one of so many bands, the first of them in `firsts`. `rows` gives the [`row`]s of all texts in a band; a text without tokens
/// has none and meets nobody. The numbering is by content, so that what is done with crowded buckets does not depend on arrival; the order
/// in which they are given is of no account.
#[must_use]
pub fn candidates(bands: usize, firsts: Range<u32>, rows: impl Fn(usize) -> Vec<u64> + Sync) -> Candidates {
    let of_band = |band: usize| {
        let mut rows = rows(band);
        keep_shared(&mut rows);
        rows.sort_unstable();
        let mut found = Candidates::default();
        for bucket in rows.chunk_by(|a, b| a >> 32 == b >> 32).filter(|bucket| bucket.len() > 1) {
            if bucket.len() > CROWDED {
                found.crowded.push(bucket.iter().map(|row| *row as u32).collect());
                continue;
            }
            for (at, a) in bucket.iter().enumerate().filter(|row| firsts.contains(&(*row.1 as u32))) {
                found.pairs.extend(bucket[at + 1..].iter().map(|b| (*a as u32, *b as u32)));
            }
        }
        found
    };
    // Alike pairs meet in most bands: repeats go after every few, not at the end.
    let mut all = Candidates::default();
    for first in (0..bands).step_by(BANDS_AT_ONCE) {
        let parts: Vec<Candidates> = (first..bands.min(first + BANDS_AT_ONCE)).into_par_iter().map(of_band).collect();
        for mut part in parts {
            all.pairs.append(&mut part.pairs);
            all.crowded.append(&mut part.crowded);
        }
        all.pairs.par_sort_unstable();
        all.pairs.dedup();
    }
    // Texts that are equal but for a word meet in the same crowd over and over.
    all.crowded.sort_unstable();
    all.crowded.dedup();
    all
}

/// Of each bucket every text with the next one: what connects the texts that all [`candidates`] connect. `rows` is as there.
pub fn chains(bands: usize, rows: impl Fn(usize) -> Vec<u64> + Sync) -> impl Iterator<Item = (u32, u32)> {
    let of_band = move |band: usize| -> Vec<(u32, u32)> {
        let mut rows = rows(band);
        keep_shared(&mut rows);
        rows.sort_unstable();
        rows.windows(2).filter(|pair| pair[0] >> 32 == pair[1] >> 32).map(|pair| (pair[0] as u32, pair[1] as u32)).collect()
    };
    (0..bands).step_by(BANDS_AT_ONCE).flat_map(move |first| {
        let parts: Vec<Vec<(u32, u32)>> = (first..bands.min(first + BANDS_AT_ONCE)).into_par_iter().map(&of_band).collect();
        parts.into_iter().flatten()
    })
}

/// Drops most rows whose key no other row has: sorting what is left is little work. Keys that share a place are kept.
fn keep_shared(rows: &mut Vec<u64>) {
    let words = (rows.len() * 8).next_power_of_two().max(64) / 64;
    let (mut once, mut twice) = (vec![0u64; words], vec![0u64; words]);
    let place = |row: u64| ((row >> 38) as usize & (words - 1), 1u64 << (row >> 32 & 63));
    for row in rows.iter() {
        let (word, bit) = place(*row);
        twice[word] |= once[word] & bit;
        once[word] |= bit;
    }
    rows.retain(|row| {
        let (word, bit) = place(*row);
        twice[word] & bit != 0
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_the_published_one() {
        for (bands, rows, at, probability) in [(64, 2, 0.2, 0.927), (32, 4, 0.5, 0.873), (25, 5, 0.7, 0.990), (16, 8, 0.8, 0.947)] {
            let found = Banding { bands, rows }.probability(at);
            assert!((found - probability).abs() < 0.001, "{bands} bands of {rows} at {at}: {found}");
        }
    }

    #[test]
    fn rows_are_chosen_for_recall_at_the_threshold() {
        for threshold in [0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0] {
            let banding = Banding::for_threshold(threshold, 128).expect("reachable");
            assert!(banding.probability(threshold) >= RECALL && banding.bands * banding.rows <= 128, "{threshold}");
            let more = Banding { bands: 128 / (banding.rows + 1), rows: banding.rows + 1 };
            assert!(more.bands == 0 || threshold == 1.0 || more.probability(threshold) < RECALL, "{threshold} could take more rows");
        }
        assert!(Banding::for_threshold(0.05, 64).is_err());
    }

    #[test]
    fn small_buckets_give_pairs_and_crowds_are_handed_over_once() {
        let key = |text: usize, band: usize| match (text, band) {
            (0..200, _) => Some(7),
            (200..204, 1) => Some(9),
            (299, _) => None,
            _ => Some(1000 + text as u32),
        };
        let found = candidates(3, 0..300, |band| (0..300).rev().filter_map(|text| Some(row(key(text, band)?, text as u32))).collect());
        assert_eq!(found.pairs, [(200, 201), (200, 202), (200, 203), (201, 202), (201, 203), (202, 203)]);
        assert_eq!(found.crowded, [(0..200).collect::<Vec<u32>>()]);
    }
}
