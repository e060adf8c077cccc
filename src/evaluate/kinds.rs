//! Pairs of articles counted by kind: of one language, and of two.
//!
//! An article of unknown language counts as one of any language, so that pairs across languages are only those that surely are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::evaluate::scores::{harmonic, pairs, share};

/// Pairs within one language.
pub const WITHIN: &str = "within";
/// Pairs of two known, different languages.
pub const ACROSS: &str = "across";

/// How well some pairs of articles were put together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairScores {
    /// Pairs of one label.
    pub gold_pairs: u64,
    /// Pairs put together.
    pub found_pairs: u64,
    /// Pairs that are both.
    pub both: u64,
    /// Of the pairs put together, the share of one label; 1 when no pair was.
    pub pair_p: f64,
    /// Of the pairs of one label, the share put together; 1 when there are none.
    pub pair_r: f64,
    /// Harmonic mean of the two.
    pub pair_f1: f64,
}

impl PairScores {
    fn new(gold_pairs: u64, found_pairs: u64, both: u64) -> PairScores {
        let (pair_p, pair_r) = (share(both.into(), found_pairs.into()), share(both.into(), gold_pairs.into()));
        PairScores { gold_pairs, found_pairs, both, pair_p, pair_r, pair_f1: harmonic(pair_p, pair_r) }
    }
}

/// A count of pairs, and what of it is across languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) all: u64,
    pub(super) across: u64,
}

impl Counts {
    /// Pairs of rows with equal keys; a row is its key and its language.
    pub(super) fn of<K: Ord + Copy, L: Ord + Copy>(rows: impl Iterator<Item = (K, Option<L>)>) -> Counts {
        let (mut all, mut known, mut alike) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (key, lang) in rows {
            *all.entry(key).or_insert(0_u64) += 1;
            if let Some(lang) = lang {
                *known.entry(key).or_insert(0_u64) += 1;
                *alike.entry((key, lang)).or_insert(0_u64) += 1;
            }
        }
        Counts { all: pairs(all.values()) as u64, across: (pairs(known.values()) - pairs(alike.values())) as u64 }
    }

    pub(super) fn within(self) -> u64 {
        self.all - self.across
    }
}

/// Whether rows are of more than one known language.
pub(super) fn are_several<L: Ord>(langs: impl Iterator<Item = Option<L>>) -> bool {
    langs.flatten().collect::<BTreeSet<L>>().len() > 1
}

/// Scores of the pairs within one language and of those across; empty when there is but one. Rows are label, group and language.
pub(super) fn scores_by_kind(rows: &[(&str, &str, Option<&str>)]) -> Vec<(&'static str, PairScores)> {
    if !are_several(rows.iter().map(|row| row.2)) {
        return Vec::new();
    }
    let gold = Counts::of(rows.iter().map(|(gold, _, lang)| (*gold, *lang)));
    let found = Counts::of(rows.iter().map(|(_, found, lang)| (*found, *lang)));
    let both = Counts::of(rows.iter().map(|(gold, found, lang)| ((*gold, *found), *lang)));
    vec![
        (WITHIN, PairScores::new(gold.within(), found.within(), both.within())),
        (ACROSS, PairScores::new(gold.across, found.across, both.across)),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_counted_by_hand() {
        // Label x: three English, two Arabic, one unknown: 15 pairs, 6 across. Label y: one of each language, a pair across.
        // Group 1 holds two English x, one Arabic x and the unknown x (6 pairs, 2 across), group 2 the other English x and both y
        // (3 pairs; the Arabic y is across to both English ones), group 3 the other Arabic x.
        let (en, ar) = (Some("en"), Some("ar"));
        let rows = [
            ("x", "1", en),
            ("x", "1", en),
            ("x", "1", ar),
            ("x", "1", None),
            ("x", "2", en),
            ("x", "3", ar),
            ("y", "2", en),
            ("y", "2", ar),
        ];
        let expected = [(WITHIN, PairScores::new(9, 5, 4)), (ACROSS, PairScores::new(7, 4, 3))];
        assert_eq!(scores_by_kind(&rows), expected);
        assert_eq!((expected[1].1.pair_p, expected[1].1.pair_r, expected[1].1.pair_f1), (0.75, 3.0 / 7.0, 6.0 / 11.0));
    }

    #[test]
    fn one_language_has_no_kinds() {
        assert_eq!(scores_by_kind(&[("x", "1", Some("en")), ("x", "1", Some("en")), ("x", "1", None)]), []);
        assert_eq!(scores_by_kind(&[]), []);
    }

    proptest! {
        #[test]
        fn counting_is_what_comparing_every_pair_finds(rows in proptest::collection::vec((0_u8..4, 0_u8..4), 0..30)) {
            let rows: Vec<(u8, Option<u8>)> = rows.into_iter().map(|(key, lang)| (key, (lang > 0).then_some(lang))).collect();
            let mut expected = Counts::default();
            for (at, a) in rows.iter().enumerate() {
                for b in rows[..at].iter().filter(|b| b.0 == a.0) {
                    expected.all += 1;
                    expected.across += u64::from(a.1.zip(b.1).is_some_and(|(a, b)| a != b));
                }
            }
            let counts = Counts::of(rows.iter().copied());
            prop_assert_eq!(counts, expected);
            prop_assert_eq!(counts.within() + counts.across, counts.all);
        }
    }
}
