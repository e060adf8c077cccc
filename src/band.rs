//! Candidates by locality-sensitive hashing: two articles meet when all rows of one band of their sketches are equal
//! (Indyk and Motwani 1998; Leskovec, Rajaraman and Ullman, ch. 3).
//!
//! A pair of resemblance s meets with probability 1 - (1 - s^rows)^bands. Candidates are verified exactly, so a false one costs only
//! time and a missed one is lost: rows are chosen for recall at the threshold, not for balance.
//!
//! Bands are sorted, never hashed into a map: O(n log n) a band, 16 bytes an article.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::hash;

/// Least probability to meet of a pair exactly at the threshold.
pub const RECALL: f64 = 0.995;

/// Most articles in one band bucket that are compared each with each; above, members are compared with the bucket's first
/// and with their neighbors, by content order, so that n near-equal articles cost O(n).
pub const CROWDED: usize = 128;

/// Bands whose pairs are held with their repeats.
const BANDS_AT_ONCE: usize = 8;

/// Neighbors on one side that a member of a crowded bucket is compared with.
const NEIGHBORS: usize = 8;

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

    /// The key of one band of a sketch.
    #[must_use]
    pub fn key(&self, sketch: &[u32], band: usize) -> u64 {
        let rows = sketch[band * self.rows..(band + 1) * self.rows].iter();
        hash::mix(rows.fold(band as u64, |sum, value| hash::mix(sum).wrapping_add(u64::from(*value))))
    }
}

/// Candidate pairs and what the bound on crowded buckets did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Pairs of indices, smaller first, ascending, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Buckets of more than [`CROWDED`] articles.
    pub crowded: u64,
}

impl Candidates {
    /// Sorts and removes repeats.
    #[must_use]
    pub fn collect(parts: impl IntoIterator<Item = Candidates>) -> Candidates {
        let mut all = Candidates::default();
        for mut part in parts {
            all.pairs.append(&mut part.pairs);
            all.crowded += part.crowded;
        }
        all.pairs.par_sort_unstable();
        all.pairs.dedup();
        all
    }
}

/// All pairs that meet in at least one band. `sketches[i]` is `None` for a text without tokens, which meets nobody; the numbering is by
/// content, so that the bound on crowded buckets does not depend on arrival.
#[must_use]
pub fn candidates(sketches: &[Option<Vec<u32>>], banding: Banding) -> Candidates {
    let of_band = |band: usize| {
        let with_key = |(at, sketch): (usize, &Option<Vec<u32>>)| sketch.as_ref().map(|sketch| (banding.key(sketch, band), at as u32));
        let mut keys: Vec<(u64, u32)> = sketches.iter().enumerate().filter_map(with_key).collect();
        keys.sort_unstable();
        let mut found = Candidates::default();
        for bucket in keys.chunk_by(|a, b| a.0 == b.0) {
            meet(&bucket.iter().map(|row| row.1).collect::<Vec<u32>>(), &mut found);
        }
        found
    };
    // Alike pairs meet in most bands: repeats go after every few, not at the end.
    let bands: Vec<usize> = (0..banding.bands).collect();
    bands.chunks(BANDS_AT_ONCE).fold(Candidates::default(), |all, bands| {
        let parts: Vec<Candidates> = bands.par_iter().map(|band| of_band(*band)).collect();
        Candidates::collect(std::iter::once(all).chain(parts))
    })
}

/// Adds the pairs of one bucket, whose members are ascending.
pub(crate) fn meet(bucket: &[u32], found: &mut Candidates) {
    let crowded = bucket.len() > CROWDED;
    found.crowded += u64::from(crowded);
    for (at, a) in bucket.iter().enumerate() {
        let others = if crowded { &bucket[at + 1..(at + 1 + NEIGHBORS).min(bucket.len())] } else { &bucket[at + 1..] };
        found.pairs.extend(others.iter().map(|b| (*a, *b)));
        if crowded && at > NEIGHBORS {
            found.pairs.push((bucket[0], *a));
        }
    }
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
    fn a_crowded_bucket_costs_linear_work_and_stays_connected() {
        let sketches = vec![Some(vec![7u32; 16]); 5000];
        let found = candidates(&sketches, Banding { bands: 1, rows: 16 });
        assert!(found.pairs.len() < 5000 * (NEIGHBORS + 2) && found.crowded == 1);
        assert!((1..5000).all(|b| found.pairs.binary_search(&(0, b)).is_ok()), "all meet the first");
    }

    #[test]
    fn texts_without_tokens_meet_nobody() {
        assert_eq!(candidates(&[None, None, Some(vec![1; 4])], Banding { bands: 2, rows: 2 }), Candidates::default());
    }
}
