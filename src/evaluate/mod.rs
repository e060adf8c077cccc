//! How good a grouping is: agreement with labels, by language, over thresholds, and the ranking of labelled pairs.
//!
//! [`scores()`] is the heart: two lists of labels in, ARI, pairwise and B-cubed out. [`Evaluation`] looks ids up and splits
//! by language, [`Sweep`] repeats it over thresholds, [`auc`] judges scores of pairs without any threshold. Counts are
//! integers until the last division, and sums run in the order of the labels, so the figures do not depend on input order.

mod gold;
mod lines;
mod pairs;
mod scores;
mod sweep;

use std::collections::{BTreeMap, HashMap};
use std::io;

pub use gold::{GoldRow, gold_of, read_gold};
pub use pairs::{Pair, PairReport, auc, read_pairs};
pub use scores::{Scores, scores};
use serde::Serialize;
pub use sweep::{Sweep, SweepRow};

/// The part of an [`Evaluation`] that holds all rows.
pub const ALL: &str = "all";

/// Languages that are not known, in the split by language.
const UNKNOWN: &str = "?";

/// A grouping judged against labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// How many labelled articles there are.
    pub labelled: usize,
    /// Ids that have a label but were not in the input, in the order of the labels; each counts as a group of its own.
    pub missing: Vec<String>,
    /// Scores of all rows under [`ALL`], then by language; parts of fewer than two articles have none.
    pub parts: Vec<(String, Scores)>,
}

impl Evaluation {
    /// Judges `found`, the group of each id, against labelled rows; O(n log n).
    ///
    /// ```
    /// use samestory::evaluate::{Evaluation, GoldRow};
    /// let gold = [("a", "x"), ("b", "x"), ("c", "y")].map(|(id, gold)| GoldRow { id: id.into(), gold: gold.into(), lang: None });
    /// let found = [("a", "1"), ("b", "1")].into_iter().collect();
    /// let evaluation = Evaluation::new(&gold, &found, false);
    /// assert_eq!(evaluation.parts[0].1.ari, 1.0);
    /// assert_eq!(evaluation.missing, ["c"]);
    /// ```
    #[must_use]
    pub fn new(gold: &[GoldRow], found: &HashMap<&str, &str>, by_lang: bool) -> Evaluation {
        let missing = gold.iter().filter(|row| !found.contains_key(row.id.as_str())).map(|row| row.id.clone()).collect();
        let mut sets: BTreeMap<&str, Vec<&GoldRow>> = BTreeMap::new();
        if by_lang {
            for row in gold {
                sets.entry(row.lang.as_deref().unwrap_or(UNKNOWN)).or_default().push(row);
            }
        }
        let all = std::iter::once((ALL, gold.iter().collect::<Vec<_>>()));
        let parts = all.chain(sets).filter(|(_, rows)| rows.len() > 1);
        let parts = parts.map(|(name, rows)| (name.to_owned(), part(&rows, found))).collect();
        Evaluation { labelled: gold.len(), missing, parts }
    }

    /// Writes one line per part, after a line about what is missing; `place` says where it is missing. Control
    /// characters in ids and languages are escaped.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, place: &str, out: &mut dyn io::Write) -> io::Result<()> {
        if let Some(first) = self.missing.first() {
            writeln!(
                out,
                "missing: {} of {} gold articles are not in {place}, e.g. {}",
                self.missing.len(),
                self.labelled,
                first.escape_debug()
            )?;
        }
        for (name, scores) in &self.parts {
            writeln!(out, "{:6} {scores}", name.escape_debug().to_string())?;
        }
        Ok(())
    }

    /// Writes `{"missing": count, "scores": {part: {…}}}` on one line.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Object {
            missing: usize,
            scores: serde_json::Map<String, serde_json::Value>,
        }
        let mut scores = serde_json::Map::new();
        for (name, part) in &self.parts {
            scores.insert(name.clone(), serde_json::to_value(part)?);
        }
        serde_json::to_writer(&mut *out, &Object { missing: self.missing.len(), scores })?;
        out.write_all(b"\n")
    }
}

/// Scores of some rows. A missing id gets a label that no other row has.
fn part(rows: &[&GoldRow], found: &HashMap<&str, &str>) -> Scores {
    let gold: Vec<&str> = rows.iter().map(|row| row.gold.as_str()).collect();
    let labels: Vec<String> = rows
        .iter()
        .map(|row| match found.get(row.id.as_str()) {
            Some(label) => format!("found:{label}"),
            None => format!("missing:{}", row.id),
        })
        .collect();
    scores(&gold, &labels.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<GoldRow> {
        [("a", "x", "en"), ("b", "x", "en"), ("c", "y", "ar"), ("d", "y", "ar"), ("e", "z", "")]
            .map(|(id, gold, lang)| GoldRow { id: id.into(), gold: gold.into(), lang: Some(lang.to_owned()).filter(|l| !l.is_empty()) })
            .to_vec()
    }

    fn text(evaluation: &Evaluation) -> String {
        let mut out = Vec::new();
        evaluation.write_text("news.jsonl", &mut out).expect("writing to memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn parts_are_all_then_languages_of_two_and_more() {
        let found = [("a", "1"), ("b", "1"), ("c", "1"), ("e", "2")].into_iter().collect();
        let evaluation = Evaluation::new(&rows(), &found, true);
        let expected = "\
missing: 1 of 5 gold articles are not in news.jsonl, e.g. d
all    n=5 gold=3 found=3  ARI 0.211  pair P/R/F1 0.333/0.500/0.400  B3 P/R/F1 0.733/0.800/0.765  (all alone 0.750)
ar     n=2 gold=1 found=2  ARI 0.000  pair P/R/F1 1.000/0.000/0.000  B3 P/R/F1 1.000/0.500/0.667  (all alone 0.667)
en     n=2 gold=1 found=1  ARI 1.000  pair P/R/F1 1.000/1.000/1.000  B3 P/R/F1 1.000/1.000/1.000  (all alone 0.667)
";
        assert_eq!(text(&evaluation), expected);
        assert_eq!(Evaluation::new(&rows(), &found, false).parts.len(), 1);
    }

    #[test]
    fn json_says_the_same() {
        let found = rows().iter().map(|_| ("a", "1")).collect();
        let mut out = Vec::new();
        Evaluation::new(&rows()[..2], &found, false).write_json(&mut out).expect("writing to memory");
        let expected = concat!(
            r#"{"missing":1,"scores":{"all":{"articles":2,"gold_clusters":1,"found_clusters":2,"ari":0.0,"pair_p":1.0,"pair_r":0.0,"#,
            r#""pair_f1":0.0,"b3_p":1.0,"b3_r":0.5,"b3_f1":0.6666666666666666,"b3_f1_all_alone":0.6666666666666666}}}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn a_label_that_looks_missing_is_not() {
        let found = [("a", "missing:b")].into_iter().collect();
        assert_eq!(Evaluation::new(&rows()[..2], &found, false).parts[0].1.found_clusters, 2);
    }
}
