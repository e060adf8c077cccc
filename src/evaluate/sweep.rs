//! The same labels against groupings at several thresholds.

use std::io;

use serde::Serialize;

use crate::evaluate::scores::{Scores, scores};

/// Scores at each threshold.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Sweep {
    /// Thresholds and their scores, in the order they were given.
    pub rows: Vec<SweepRow>,
}

/// One threshold and its scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SweepRow {
    /// The threshold.
    pub threshold: f64,
    /// How well the grouping at it agrees with the labels.
    #[serde(flatten)]
    pub scores: Scores,
}

impl Sweep {
    /// Judges the grouping at each threshold: `found` holds, for each, the group of every article of `gold`.
    ///
    /// An iterator may compute the groupings as they are asked for, so that one is in memory at a time.
    ///
    /// ```
    /// use samestory::evaluate::Sweep;
    /// let sweep = Sweep::new(&["x", "x", "y"], [(0.3, vec!["1", "1", "1"]), (0.6, vec!["1", "1", "2"])]);
    /// assert_eq!(sweep.best().map(|row| row.threshold), Some(0.6));
    /// ```
    pub fn new<L: AsRef<str>>(gold: &[&str], found: impl IntoIterator<Item = (f64, Vec<L>)>) -> Sweep {
        let row = |(threshold, labels): (f64, Vec<L>)| {
            let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
            SweepRow { threshold, scores: scores(gold, &labels) }
        };
        Sweep { rows: found.into_iter().map(row).collect() }
    }

    /// The row with the highest ARI, the first of equals.
    #[must_use]
    pub fn best(&self) -> Option<&SweepRow> {
        self.rows.iter().rev().max_by(|a, b| a.scores.ari.total_cmp(&b.scores.ari))
    }

    /// Writes a table; the best ARI is starred, and the last line says what doing nothing would get.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "threshold    found     ARI    pair P      R     F1      B3 P      R     F1")?;
        let best = self.best().map(|row| row.threshold);
        for SweepRow { threshold, scores } in &self.rows {
            writeln!(
                out,
                "{threshold:9.3} {:8} {:7.3}{} {:8.3} {:6.3} {:6.3}  {:8.3} {:6.3} {:6.3}",
                scores.found_clusters,
                scores.ari,
                if best == Some(*threshold) { '*' } else { ' ' },
                scores.pair_p,
                scores.pair_r,
                scores.pair_f1,
                scores.b3_p,
                scores.b3_r,
                scores.b3_f1
            )?;
        }
        if let Some(row) = self.rows.first() {
            let Scores { articles, gold_clusters, b3_f1_all_alone, .. } = row.scores;
            writeln!(out, "n={articles} gold={gold_clusters}  (all alone B3 F1 {b3_f1_all_alone:.3})")?;
        }
        Ok(())
    }

    /// Writes a list of objects, `threshold` and the scores, on one line.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep() -> Sweep {
        let found = [(0.2, ["1", "1", "1", "1"]), (0.5, ["1", "1", "2", "2"]), (0.8, ["1", "2", "3", "4"])];
        Sweep::new(&["x", "x", "y", "y"], found.map(|(threshold, labels)| (threshold, labels.to_vec())))
    }

    #[test]
    fn a_table_with_the_best_starred() {
        let mut out = Vec::new();
        sweep().write_text(&mut out).expect("writing to memory");
        let expected = "\
threshold    found     ARI    pair P      R     F1      B3 P      R     F1
    0.200        1   0.000     0.333  1.000  0.500     0.500  1.000  0.667
    0.500        2   1.000*    1.000  1.000  1.000     1.000  1.000  1.000
    0.800        4   0.000     1.000  0.000  0.000     1.000  0.500  0.667
n=4 gold=2  (all alone B3 F1 0.667)
";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn json_has_a_row_per_threshold() {
        let mut out = Vec::new();
        sweep().write_json(&mut out).expect("writing to memory");
        let rows: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(rows[1]["threshold"], 0.5);
        assert_eq!(rows[1]["ari"], 1.0);
        assert_eq!(rows[2]["found_clusters"], 4);
    }

    #[test]
    fn the_first_of_equals_is_best() {
        let equal = Sweep::new(&["x", "y"], [(0.1, vec!["1", "1"]), (0.2, vec!["2", "2"])]);
        assert_eq!(equal.best().map(|row| row.threshold), Some(0.1));
        assert_eq!(Sweep::default().best(), None);
    }
}
