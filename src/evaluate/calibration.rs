//! Reliability: of the pairs that were given 30 %, are 30 % one story?
//!
//! A pair is one of copy groups, as the linkage sees it; thirty copies of a wire item are one voice here, too. Both sides are judged by
//! the label of the article that stands for the group, since its words are what was compared. Expected calibration error: Naeini,
//! Cooper and Hauskrecht 2015, ten bins of equal width. Brier score: Brier 1950, for two outcomes.

use std::io;

use serde::Serialize;

use crate::story::PROBABILITY_ONE;

/// Bins of a reliability table.
const BINS: u32 = 10;

/// One bin of a reliability table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Least probability in it.
    pub from: f64,
    /// Its end, which belongs to the next bin, but for the last.
    pub to: f64,
    /// Pairs in it.
    pub pairs: u64,
    /// Their mean probability; `None` when there are none.
    pub mean: Option<f64>,
    /// The share of them that is one story by label.
    pub same: Option<f64>,
}

/// Probabilities of compared pairs against their labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Pairs of copy groups that were compared and whose representatives both have a label.
    pub pairs: u64,
    /// Expected calibration error: mean distance of probability and truth over the bins, weighted by pairs; `None` without pairs.
    pub ece: Option<f64>,
    /// Brier score: mean squared distance of probability and truth over the pairs; 0 is perfect.
    pub brier: Option<f64>,
    /// The table.
    pub bins: Vec<Bin>,
}

/// Whole numbers of a bin.
#[derive(Clone, Copy, Default)]
struct Sums {
    pairs: u64,
    same: u64,
    probability: u64,
}

impl Calibration {
    /// From probabilities, of [`PROBABILITY_ONE`], and whether the two are one story.
    pub(super) fn new(pairs: impl Iterator<Item = (u32, bool)>) -> Calibration {
        let one = u64::from(PROBABILITY_ONE);
        let mut sums = [Sums::default(); BINS as usize];
        let mut squares = 0_u128;
        for (probability, same) in pairs {
            let bin = &mut sums[(probability * BINS / PROBABILITY_ONE).min(BINS - 1) as usize];
            bin.pairs += 1;
            bin.same += u64::from(same);
            bin.probability += u64::from(probability);
            squares += u128::from(if same { PROBABILITY_ONE.abs_diff(probability) } else { probability }).pow(2);
        }
        let count: u64 = sums.iter().map(|bin| bin.pairs).sum();
        let off: u64 = sums.iter().map(|bin| bin.probability.abs_diff(bin.same * one)).sum();
        let mean = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
        let bin = |(at, bin): (u32, &Sums)| Bin {
            from: f64::from(at) / f64::from(BINS),
            to: f64::from(at + 1) / f64::from(BINS),
            pairs: bin.pairs,
            mean: mean(bin.probability as f64 / one as f64, bin.pairs),
            same: mean(bin.same as f64, bin.pairs),
        };
        Calibration {
            pairs: count,
            ece: mean(off as f64 / one as f64, count),
            brier: mean(squares as f64 / (one * one) as f64, count),
            bins: (0..).zip(&sums).map(bin).collect(),
        }
    }

    /// Writes the table under a line that sums it up.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let three = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
        let (ece, brier) = (three(self.ece), three(self.brier));
        writeln!(
            out,
            "calibration of {} labelled pairs of copy groups that were compared: expected error {ece}, Brier score {brier}",
            self.pairs
        )?;
        writeln!(out, "probability     pairs   mean  one story")?;
        for Bin { from, to, pairs, mean, same } in &self.bins {
            writeln!(out, "  {from:.1} - {to:.1} {pairs:9}  {:>5}      {:>5}", three(*mean), three(*same))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_computed_by_hand() {
        // Of 65,536: a quarter, a half, three quarters, one; the edges of the bins are 6,553.6 and so on.
        let pairs =
            [(16_384, false), (16_384, true), (32_768, true), (49_152, true), (65_536, true), (6_553, false), (6_554, false), (0, false)];
        let found = Calibration::new(pairs.into_iter());
        let counts: Vec<u64> = found.bins.iter().map(|bin| bin.pairs).collect();
        assert_eq!(counts, [2, 1, 2, 0, 0, 1, 0, 1, 0, 1]);
        assert_eq!((found.bins[2].mean, found.bins[2].same), (Some(0.25), Some(0.5)));
        assert_eq!((found.bins[3].mean, found.bins[3].same), (None, None));
        assert_eq!((found.bins[9].from, found.bins[9].to, found.bins[9].mean), (0.9, 1.0, Some(1.0)));
        // Bins are off by 6,553 and 6,554, by two quarters less one, by a half, by a quarter, and by nothing.
        let off = (6_553.0 + 6_554.0) / 65_536.0 + 0.5 + 0.5 + 0.25;
        assert_eq!((found.pairs, found.ece), (8, Some(off / 8.0)));
        let squares = (6_553.0_f64.powi(2) + 6_554.0_f64.powi(2)) / 65_536.0_f64.powi(2) + 1.0 / 16.0 + 9.0 / 16.0 + 0.25 + 1.0 / 16.0;
        assert!(found.brier.is_some_and(|brier| (brier - squares / 8.0).abs() < 1e-12), "{:?}", found.brier);
    }

    #[test]
    fn nothing_compared_is_no_perfection() {
        let found = Calibration::new(std::iter::empty());
        assert_eq!((found.pairs, found.ece, found.brier), (0, None, None));
        let mut out = Vec::new();
        found.write_text(&mut out).expect("writing to memory");
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.starts_with("calibration of 0 labelled pairs of copy groups that were compared: expected error -, Brier score -\n"),
            "{text}"
        );
        assert!(text.ends_with("  0.9 - 1.0         0      -          -\n"), "{text}");
    }
}
