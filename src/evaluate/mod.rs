//! How good a grouping is: agreement with labels, by language, over thresholds, and the ranking of labelled pairs.
//!
//! [`scores()`] is the heart: two lists of labels in, ARI, pairwise and B-cubed out. [`Evaluation`] looks ids up and splits
//! by language, [`Sweep`] repeats it over thresholds, [`auc`] judges scores of pairs without any threshold. [`Judged`] looks into the
//! run that made the grouping: what was compared, how true its probabilities are, and which pairs went wrong. Counts are
//! integers until the last division, and sums run in the order of the labels, so the figures do not depend on input order.

mod calibration;
mod gold;
mod judged;
mod kinds;
mod lines;
mod mistakes;
mod pairs;
mod picks;
mod reach;
mod scores;
mod sweep;

use std::collections::{BTreeMap, HashMap};
use std::io;

pub use calibration::{Bin, Calibration};
pub use gold::{GoldRow, gold_of, read_gold};
pub use judged::{Judged, fill_languages};
pub use kinds::{ACROSS, PairScores, WITHIN};
pub use mistakes::{Brief, Mistake, Mistakes};
pub use pairs::{Pair, PairReport, auc, read_pairs};
pub use reach::Reach;
pub use scores::{Scores, scores};
use serde::Serialize;
use serde_json::{Map, Value};
pub use sweep::{Sweep, SweepRow};

/// The part of an [`Evaluation`] that holds all rows.
pub const ALL: &str = "all";

/// Languages that are not known, in the split by language.
const UNKNOWN: &str = "?";

/// A grouping judged against labels. What only a [`Judged`] run can tell is empty until it is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// How many labelled articles there are.
    pub labelled: usize,
    /// Ids that have a label but were not in the input, in the order of the labels; each counts as a group of its own.
    pub missing: Vec<String>,
    /// Scores of all rows under [`ALL`], then by language; parts of fewer than two articles have none.
    pub parts: Vec<(String, Scores)>,
    /// Scores of the pairs [`WITHIN`] one language and [`ACROSS`] languages, when the rows are of several.
    pub pairs: Vec<(&'static str, PairScores)>,
    /// [`Judged::reach`].
    pub reach: Vec<(&'static str, Reach)>,
    /// [`Judged::calibration`].
    pub calibration: Option<Calibration>,
    /// [`Judged::mistakes`].
    pub mistakes: Option<Mistakes>,
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
        let labels: Vec<String> = gold.iter().map(|row| label(row, found)).collect();
        let rows: Vec<(&str, &str, Option<&str>)> =
            gold.iter().zip(&labels).map(|(row, label)| (row.gold.as_str(), label.as_str(), row.lang.as_deref())).collect();
        let pairs = kinds::scores_by_kind(&rows);
        Evaluation { labelled: gold.len(), missing, parts, pairs, ..Evaluation::default() }
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
        for (kind, PairScores { gold_pairs, found_pairs, pair_p, pair_r, pair_f1, .. }) in &self.pairs {
            let pairs = format!("gold pairs {gold_pairs}, found {found_pairs}");
            writeln!(out, "{kind:6} languages: {pairs}  pair P/R/F1 {pair_p:.3}/{pair_r:.3}/{pair_f1:.3}")?;
        }
        if !self.reach.is_empty() {
            let part = |(kind, reach): &(&str, Reach)| format!("{kind} {:.3} of {}", reach.recall, reach.gold_pairs);
            writeln!(out, "gold pairs that are copies or were compared: {}", self.reach.iter().map(part).collect::<Vec<_>>().join(", "))?;
        }
        if let Some(calibration) = &self.calibration {
            calibration.write_text(out)?;
        }
        self.mistakes.iter().try_for_each(|mistakes| mistakes.write_text(out))
    }

    /// Writes `{"missing": count, "scores": {part: {…}}}` on one line, with `pairs`, `candidates`, `calibration` and `errors` if they
    /// are there.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Object<'e> {
            missing: usize,
            scores: Map<String, Value>,
            #[serde(skip_serializing_if = "Map::is_empty")]
            pairs: Map<String, Value>,
            #[serde(skip_serializing_if = "Map::is_empty")]
            candidates: Map<String, Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            calibration: Option<&'e Calibration>,
            #[serde(skip_serializing_if = "Option::is_none")]
            errors: Option<&'e Mistakes>,
        }
        let object = Object {
            missing: self.missing.len(),
            scores: named(&self.parts)?,
            pairs: named(&self.pairs)?,
            candidates: named(&self.reach)?,
            calibration: self.calibration.as_ref(),
            errors: self.mistakes.as_ref(),
        };
        serde_json::to_writer(&mut *out, &object)?;
        out.write_all(b"\n")
    }
}

/// Parts as an object, in their order.
fn named(parts: &[(impl AsRef<str>, impl Serialize)]) -> serde_json::Result<Map<String, Value>> {
    parts.iter().map(|(name, part)| Ok((name.as_ref().to_owned(), serde_json::to_value(part)?))).collect()
}

/// The group of a row; a missing id gets one that no other row has.
fn label(row: &GoldRow, found: &HashMap<&str, &str>) -> String {
    match found.get(row.id.as_str()) {
        Some(label) => format!("found:{label}"),
        None => format!("missing:{}", row.id),
    }
}

/// Scores of some rows.
fn part(rows: &[&GoldRow], found: &HashMap<&str, &str>) -> Scores {
    let gold: Vec<&str> = rows.iter().map(|row| row.gold.as_str()).collect();
    let labels: Vec<String> = rows.iter().map(|row| label(row, found)).collect();
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
within languages: gold pairs 2, found 1  pair P/R/F1 1.000/0.500/0.667
across languages: gold pairs 0, found 2  pair P/R/F1 0.000/1.000/0.000
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
