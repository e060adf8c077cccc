//! Agreement of two groupings of the same articles.
//!
//! Adjusted Rand index: Hubert and Arabie 1985, equation 5. B-cubed: Bagga and Baldwin 1998, every article weighted alike.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// How well a grouping agrees with labels; every score is 1 for perfect agreement.
///
/// Two of them guard against easy praise: [`ari`](Self::ari) is 0 for a grouping no better than chance, and
/// [`b3_f1_all_alone`](Self::b3_f1_all_alone) is what doing nothing would have got.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// Articles compared.
    pub articles: u64,
    /// Groups by label.
    pub gold_clusters: u64,
    /// Groups found.
    pub found_clusters: u64,
    /// Adjusted Rand index: pairs agreed on, corrected for chance; may be below 0.
    pub ari: f64,
    /// Of the pairs put together, the share that belongs together; 1 when no pair was.
    pub pair_p: f64,
    /// Of the pairs that belong together, the share put together; 1 when there are none.
    pub pair_r: f64,
    /// Harmonic mean of the two.
    pub pair_f1: f64,
    /// B-cubed precision: per article, how pure its group is.
    pub b3_p: f64,
    /// B-cubed recall: per article, how much of its label its group holds.
    pub b3_r: f64,
    /// Harmonic mean of the two.
    pub b3_f1: f64,
    /// B-cubed F1 of putting every article alone: a score below it is worse than doing nothing.
    pub b3_f1_all_alone: f64,
}

impl fmt::Display for Scores {
    /// One line, three decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "n={} gold={} found={}  ARI {:.3}  pair P/R/F1 {:.3}/{:.3}/{:.3}  B3 P/R/F1 {:.3}/{:.3}/{:.3}  (all alone {:.3})",
            self.articles,
            self.gold_clusters,
            self.found_clusters,
            self.ari,
            self.pair_p,
            self.pair_r,
            self.pair_f1,
            self.b3_p,
            self.b3_r,
            self.b3_f1,
            self.b3_f1_all_alone
        )
    }
}

/// Compares two lists of labels: article `i` has label `gold[i]` and was put in group `found[i]`; O(n log n).
///
/// Only which labels are equal matters, not what they say. Lists of different length are compared up to the end of the
/// shorter one; no articles agree perfectly.
///
/// ```
/// use samestory::evaluate::scores;
/// let scores = scores(&["x", "x", "y"], &["1", "1", "1"]);
/// assert_eq!((scores.ari, scores.pair_r), (0.0, 1.0));
/// assert_eq!(scores.pair_p, 1.0 / 3.0);
/// ```
#[must_use]
pub fn scores(gold: &[&str], found: &[&str]) -> Scores {
    let mut by_gold: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_found: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_both: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut articles = 0;
    for (gold, found) in gold.iter().copied().zip(found.iter().copied()) {
        *by_gold.entry(gold).or_default() += 1;
        *by_found.entry(found).or_default() += 1;
        *by_both.entry((gold, found)).or_default() += 1;
        articles += 1;
    }
    let both = pairs(by_both.values());
    let in_gold = pairs(by_gold.values());
    let in_found = pairs(by_found.values());
    let pair_p = share(both, in_found);
    let pair_r = share(both, in_gold);
    let purity = |of: &dyn Fn(&(&str, &str)) -> u64| {
        let sum: f64 = by_both.iter().map(|(labels, count)| (count * count) as f64 / of(labels) as f64).sum();
        if articles == 0 { 1.0 } else { sum / articles as f64 }
    };
    let b3_p = purity(&|(_, found)| by_found.get(found).copied().unwrap_or(1));
    let b3_r = purity(&|(gold, _)| by_gold.get(gold).copied().unwrap_or(1));
    Scores {
        articles,
        gold_clusters: by_gold.len() as u64,
        found_clusters: by_found.len() as u64,
        ari: adjusted_rand(both, in_gold, in_found, articles),
        pair_p,
        pair_r,
        pair_f1: harmonic(pair_p, pair_r),
        b3_p,
        b3_r,
        b3_f1: harmonic(b3_p, b3_r),
        b3_f1_all_alone: harmonic(1.0, share(by_gold.len() as u128, articles.into())),
    }
}

/// Pairs inside groups of these sizes.
pub(super) fn pairs<'a>(sizes: impl Iterator<Item = &'a u64>) -> u128 {
    sizes.map(|size| u128::from(*size) * u128::from(size.saturating_sub(1)) / 2).sum()
}

fn adjusted_rand(both: u128, in_gold: u128, in_found: u128, articles: u64) -> f64 {
    let all = pairs([articles].iter());
    // The best possible equals the expected: both sides are all alone or all together. Whole numbers decide.
    if all == 0 || (in_gold + in_found) * all == 2 * in_gold * in_found {
        return 1.0;
    }
    let expected = (in_gold * in_found) as f64 / all as f64;
    let best = (in_gold + in_found) as f64 / 2.0;
    (both as f64 - expected) / (best - expected)
}

/// A share, 1 of nothing.
pub(super) fn share(part: u128, whole: u128) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

pub(super) fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(gold: &str, found: &str) -> Scores {
        scores(&gold.split(' ').collect::<Vec<_>>(), &found.split(' ').collect::<Vec<_>>())
    }

    fn near(scores: &Scores, expected: [f64; 8]) -> bool {
        let Scores { ari, pair_p, pair_r, pair_f1, b3_p, b3_r, b3_f1, b3_f1_all_alone, .. } = *scores;
        [ari, pair_p, pair_r, pair_f1, b3_p, b3_r, b3_f1, b3_f1_all_alone].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn scores_computed_by_hand() {
        // 6 articles, 15 pairs; gold pairs 3 + 1 = 4, found pairs 1 + 3 = 4, both 1 + 1 = 2.
        // Expected 16/15, best 4: ARI (2 - 16/15) / (4 - 16/15) = 14/44.
        // B-cubed precision: aa in group 1 (2·1), a in group 2 (1/3), bb in group 2 (2·2/3), c alone (1) = (2 + 1/3 + 4/3 + 1) / 6.
        // B-cubed recall: aa (2·2/3), a (1/3), bb (2·1), c (1) = the same.
        let b3 = 14.0 / 18.0;
        let scores = of("a a a b b c", "1 1 2 2 2 3");
        assert_eq!((scores.articles, scores.gold_clusters, scores.found_clusters), (6, 3, 3));
        assert!(near(&scores, [14.0 / 44.0, 0.5, 0.5, 0.5, b3, b3, b3, 2.0 / 3.0]), "{scores:?}");
    }

    #[test]
    fn extremes() {
        for (name, gold, found, expected) in [
            ("perfect", "a a b c", "1 1 2 3", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 6.0 / 7.0]),
            ("all alone", "a a b b", "1 2 3 4", [0.0, 1.0, 0.0, 0.0, 1.0, 0.5, 2.0 / 3.0, 2.0 / 3.0]),
            ("all together", "a a b b", "1 1 1 1", [0.0, 1.0 / 3.0, 1.0, 0.5, 0.5, 1.0, 2.0 / 3.0, 2.0 / 3.0]),
            ("all alone, rightly", "a b c", "1 2 3", [1.0; 8]),
            ("all together, rightly", "a a", "1 1", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0 / 3.0]),
            ("worse than chance", "a a b b", "1 2 1 2", [-0.5, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 2.0 / 3.0]),
            ("one", "a", "1", [1.0; 8]),
        ] {
            let scores = of(gold, found);
            assert!(near(&scores, expected), "{name}: {scores:?}");
        }
        assert!(near(&scores(&[], &[]), [1.0; 8]));
    }

    /// Labels by a 64-bit linear congruential generator: three in four articles are grouped as they are labelled.
    fn random(seed: u64, articles: usize, labels: u64, groups: u64) -> Scores {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let (gold, found): (Vec<String>, Vec<String>) = (0..articles)
            .map(|_| {
                let (label, group, as_labelled) = (next() % labels, next() % groups, next() % 4 != 0);
                (format!("g{label}"), format!("f{}", if as_labelled { label } else { group }))
            })
            .unzip();
        scores(&gold.iter().map(String::as_str).collect::<Vec<_>>(), &found.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn figures_of_an_independent_program() {
        let third = 0.333_333_333_333_333_37;
        for (scores, clusters, expected) in [
            (
                random(1, 50, 10, 10),
                (10, 10),
                [
                    0.580_517_076_909_279_1,
                    0.623_853_211_009_174_3,
                    0.612_612_612_612_612_6,
                    0.618_181_818_181_818_2,
                    0.703_619_047_619_047_7,
                    0.700_142_857_142_857_1,
                    0.701_876_648_267_774_2,
                    third,
                ],
            ),
            (
                random(2, 200, 40, 25),
                (40, 40),
                [
                    0.536_596_220_322_493_9,
                    0.550_403_225_806_451_6,
                    0.546,
                    0.548_192_771_084_337_3,
                    0.662_072_510_822_510_6,
                    0.642_870_129_870_130_1,
                    0.652_330_037_724_869_4,
                    third,
                ],
            ),
            (
                random(3, 300, 90, 120),
                (83, 98),
                [
                    0.599_904_951_896_335,
                    0.648_769_574_944_071_6,
                    0.565_302_144_249_512_6,
                    0.604_166_666_666_666_6,
                    0.760_277_777_777_777_5,
                    0.695_912_698_412_698_4,
                    0.726_672_737_567_521_4,
                    0.433_420_365_535_248_04,
                ],
            ),
        ] {
            assert_eq!((scores.gold_clusters, scores.found_clusters), clusters);
            assert!(near(&scores, expected), "{scores:?}");
        }
    }

    proptest! {
        #[test]
        fn names_and_order_of_labels_do_not_matter(labels in proptest::collection::vec((0_u8..6, 0_u8..6), 1..40), shift in 0_usize..40) {
            let write = |rename: &dyn Fn(u8) -> String, labels: &[(u8, u8)]| {
                let gold: Vec<String> = labels.iter().map(|(gold, _)| rename(*gold)).collect();
                let found: Vec<String> = labels.iter().map(|(_, found)| rename(*found)).collect();
                scores(&gold.iter().map(String::as_str).collect::<Vec<_>>(), &found.iter().map(String::as_str).collect::<Vec<_>>())
            };
            let plain = write(&|label| format!("a{label}"), &labels);
            let renamed = write(&|label| format!("{}", 9 - label), &labels);
            let Scores { ari, pair_p, pair_r, pair_f1, b3_p, b3_r, b3_f1, b3_f1_all_alone, .. } = plain;
            prop_assert!(near(&renamed, [ari, pair_p, pair_r, pair_f1, b3_p, b3_r, b3_f1, b3_f1_all_alone]));
            let mut turned = labels.clone();
            turned.rotate_left(shift % labels.len());
            prop_assert_eq!(write(&|label| format!("a{label}"), &turned), plain);
        }

        #[test]
        fn scores_stay_in_range(labels in proptest::collection::vec((0_u8..6, 0_u8..6), 1..40)) {
            let gold: Vec<String> = labels.iter().map(|(gold, _)| gold.to_string()).collect();
            let found: Vec<String> = labels.iter().map(|(_, found)| found.to_string()).collect();
            let gold: Vec<&str> = gold.iter().map(String::as_str).collect();
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            let there = scores(&gold, &found);
            let back = scores(&found, &gold);
            prop_assert!((-1.0..=1.0 + 1e-12).contains(&there.ari));
            prop_assert!((there.pair_f1 - back.pair_f1).abs() < 1e-12 && (there.b3_p - back.b3_r).abs() < 1e-12);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&there.b3_f1));
            prop_assert_eq!(scores(&gold, &gold).ari, 1.0);
        }
    }
}
