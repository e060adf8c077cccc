//! Labelled pairs: does a score rank the pairs of one story above the others?

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::error::Result;
use crate::evaluate::UNKNOWN;
use crate::evaluate::lines::{self, Line};

/// Pairs rated up to this `overall` count as one story: the scale of SemEval-2022 task 8, 1 the same to 4 different.
const SAME_OVERALL: f64 = 2.0;

/// Two articles, and whether they report one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The id of one.
    pub a: String,
    /// The id of the other.
    pub b: String,
    /// Whether they belong to one story.
    pub same: bool,
}

/// Reads a JSON Lines file of pairs.
///
/// The ids are `id1` and `id2`, or `a` and `b`. The label is the first of `same_story` (true or false), `label` (true,
/// false, or `OK` for the same and `BAD` or `MINOR` for not, in any case) and `overall` (a number, 2 and below the same).
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Record`](crate::Error::Record) with the line
/// of the first row that lacks an id or a label.
pub fn read_pairs(path: &Path) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    lines::read(path, |line| {
        pairs.push(pair(line)?);
        Ok(())
    })?;
    Ok(pairs)
}

fn pair(line: &Line<'_>) -> Result<Pair> {
    let same = if let Some(value) = line.field(&["same_story"]) {
        value.as_bool().ok_or_else(|| line.error(format!("same_story is {value}, not true or false")))?
    } else if let Some(value) = line.field(&["label"]) {
        let word = value.as_str().map(str::to_ascii_uppercase);
        match (value, word.as_deref()) {
            (Value::Bool(same), _) => *same,
            (_, Some("OK")) => true,
            (_, Some("BAD" | "MINOR")) => false,
            _ => return Err(line.error(format!("label is {value}, not OK, BAD, MINOR, true or false"))),
        }
    } else if let Some(value) = line.field(&["overall"]) {
        value.as_f64().ok_or_else(|| line.error(format!("overall is {value}, not a number")))? <= SAME_OVERALL
    } else {
        return Err(line.error("no field same_story or label or overall"));
    };
    Ok(Pair { a: line.needed(&["id1", "a"])?, b: line.needed(&["id2", "b"])?, same })
}

/// Area under the ROC curve: the chance that a pair of one story scores higher than another pair, ties counted half.
///
/// `None` when there are no pairs of one kind. O(n log n); no threshold is involved, so it judges the score alone.
///
/// ```
/// use samestory::evaluate::auc;
/// assert_eq!(auc(&[(0.9, true), (0.4, false), (0.4, true), (0.1, false)]), Some(0.875));
/// assert_eq!(auc(&[(0.9, true)]), None);
/// ```
#[must_use]
pub fn auc(pairs: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = pairs.to_vec();
    // Adding zero makes -0 and 0 one score.
    sorted.sort_by(|a, b| (a.0 + 0.0).total_cmp(&(b.0 + 0.0)));
    let (mut same, mut other, mut halves) = (0_u128, 0_u128, 0_u128);
    for tied in sorted.chunk_by(|a, b| (a.0 + 0.0).total_cmp(&(b.0 + 0.0)).is_eq()) {
        let here = tied.iter().filter(|(_, same)| *same).count() as u128;
        let others = tied.len() as u128 - here;
        halves += here * (2 * other + others);
        same += here;
        other += others;
    }
    (same > 0 && other > 0).then(|| halves as f64 / (2 * same * other) as f64)
}

/// How well scores rank labelled pairs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairReport {
    /// Pairs judged.
    pub pairs: u64,
    /// Those of one story.
    pub same: u64,
    /// Pairs left out because an id is not in the input.
    pub missing: u64,
    /// [`auc`] of the pairs judged.
    pub auc: Option<f64>,
    /// The same by the languages of the pair, `ar` or `de-en`; empty unless it was asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_lang: BTreeMap<String, PairReport>,
}

impl PairReport {
    /// Judges pairs by `score`, which says `None` when an id is not in the input.
    pub fn new(pairs: &[Pair], mut score: impl FnMut(&Pair) -> Option<f64>) -> PairReport {
        let scored: Vec<(f64, bool)> = pairs.iter().filter_map(|pair| Some((score(pair)?, pair.same))).collect();
        PairReport::of(&scored, pairs.len())
    }

    /// Judges pairs by `score`, all and by language; `lang` says the language of an id, if it is known.
    ///
    /// ```
    /// use samestory::evaluate::{Pair, PairReport};
    /// let pair = |a: &str, same| Pair { a: a.into(), b: "en".into(), same };
    /// let report = PairReport::with_languages(&[pair("en", true), pair("de", false)], |id| Some(id.into()), |_| Some(0.5));
    /// assert_eq!(report.by_lang.keys().collect::<Vec<_>>(), ["de-en", "en"]);
    /// ```
    pub fn with_languages(
        pairs: &[Pair],
        lang: impl Fn(&str) -> Option<String>,
        mut score: impl FnMut(&Pair) -> Option<f64>,
    ) -> PairReport {
        let lang = |id: &str| lang(id).unwrap_or_else(|| UNKNOWN.to_owned());
        let mut sets: BTreeMap<String, Vec<(f64, bool)>> = BTreeMap::new();
        let mut all = Vec::new();
        for pair in pairs {
            let Some(score) = score(pair) else { continue };
            let (a, b) = (lang(&pair.a), lang(&pair.b));
            let name = if a == b { a } else { format!("{}-{}", (&a).min(&b), (&a).max(&b)) };
            sets.entry(name).or_default().push((score, pair.same));
            all.push((score, pair.same));
        }
        let by_lang = sets.into_iter().map(|(name, scored)| (name, PairReport::of(&scored, scored.len()))).collect();
        PairReport { by_lang, ..PairReport::of(&all, pairs.len()) }
    }

    fn of(scored: &[(f64, bool)], pairs: usize) -> PairReport {
        PairReport {
            pairs: scored.len() as u64,
            same: scored.iter().filter(|(_, same)| *same).count() as u64,
            missing: (pairs - scored.len()) as u64,
            auc: auc(scored),
            by_lang: BTreeMap::new(),
        }
    }

    /// Writes one line, and one for each language.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.missing > 0 {
            writeln!(out, "missing: {} of {} pairs name an id that is not in the input", self.missing, self.pairs + self.missing)?;
        }
        self.write_line("pairs", out)?;
        self.by_lang.iter().try_for_each(|(name, part)| part.write_line(&name.escape_debug().to_string(), out))
    }

    fn write_line(&self, name: &str, out: &mut dyn io::Write) -> io::Result<()> {
        write!(out, "{name:6} n={} same={}  AUC ", self.pairs, self.same)?;
        match self.auc {
            Some(auc) => writeln!(out, "{auc:.3}"),
            None => writeln!(out, "unknown: it takes pairs of both kinds"),
        }
    }

    /// Writes `{"pairs", "same", "missing", "auc"}` on one line, with `by_lang` if it was asked for.
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
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<bool>> {
        let mut pairs = Vec::new();
        lines::read_from(text.as_bytes(), Path::new("pairs.jsonl"), |line| {
            pairs.push(pair(line)?);
            Ok(())
        })?;
        assert!(pairs.iter().all(|pair| pair.a == "x" && pair.b == "7"));
        Ok(pairs.into_iter().map(|pair| pair.same).collect())
    }

    #[test]
    fn labels_of_every_kind() {
        for (label, same) in [
            ("\"same_story\": true", true),
            ("\"same_story\": false, \"overall\": 1", false),
            ("\"label\": \"OK\"", true),
            ("\"label\": \"minor\"", false),
            ("\"label\": \"BAD\"", false),
            ("\"label\": true", true),
            ("\"same_story\": null, \"overall\": 2.0", true),
            ("\"overall\": 2.01", false),
        ] {
            assert_eq!(read(&format!("{{\"id1\": \"x\", \"id2\": 7, {label}}}")).expect(label), [same], "{label}");
        }
        assert_eq!(read("{\"a\": \"x\", \"b\": \"7\", \"label\": \"ok\"}").expect("a pair"), [true]);
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, message) in [
            ("{\"a\": \"x\", \"label\": \"OK\"}", "pairs.jsonl:1: no field id2 or b"),
            ("\n{\"a\": \"x\", \"b\": \"y\"}", "pairs.jsonl:2: no field same_story or label or overall"),
            ("{\"label\": \"good\"}", "pairs.jsonl:1: label is \"good\", not OK, BAD, MINOR, true or false"),
            ("{\"same_story\": 1}", "pairs.jsonl:1: same_story is 1, not true or false"),
            ("{\"overall\": \"1\"}", "pairs.jsonl:1: overall is \"1\", not a number"),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), message);
        }
    }

    #[test]
    fn the_report_counts_what_it_left_out() {
        let pair = |a: &str, same| Pair { a: a.into(), b: "z".into(), same };
        let pairs = [pair("a", true), pair("b", false), pair("?", true)];
        let report = PairReport::new(&pairs, |pair| (pair.a != "?").then_some(if pair.same { 0.9 } else { 0.1 }));
        let mut out = Vec::new();
        report.write_text(&mut out).expect("writing to memory");
        report.write_json(&mut out).expect("writing to memory");
        PairReport::new(&pairs[..1], |_| Some(1.0)).write_text(&mut out).expect("writing to memory");
        let expected = "\
missing: 1 of 3 pairs name an id that is not in the input
pairs  n=2 same=1  AUC 1.000
{\"pairs\":2,\"same\":1,\"missing\":1,\"auc\":1.0}
pairs  n=1 same=1  AUC unknown: it takes pairs of both kinds
";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn languages_of_a_pair_have_no_order() {
        let pair = |a: &str, b: &str, same| Pair { a: a.into(), b: b.into(), same };
        let pairs =
            [pair("en", "de", true), pair("de", "en", false), pair("ar", "ar", true), pair("ar", "?", false), pair("gone", "ar", true)];
        let lang = |id: &str| Some(id.to_owned()).filter(|id| id != "?");
        let report = PairReport::with_languages(&pairs, lang, |pair| (pair.a != "gone").then_some(if pair.same { 0.9 } else { 0.1 }));
        let mut out = Vec::new();
        report.write_text(&mut out).expect("writing to memory");
        let expected = "\
missing: 1 of 5 pairs name an id that is not in the input
pairs  n=4 same=2  AUC 1.000
?-ar   n=1 same=0  AUC unknown: it takes pairs of both kinds
ar     n=1 same=1  AUC unknown: it takes pairs of both kinds
de-en  n=2 same=1  AUC 1.000
";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
        assert_eq!(serde_json::to_value(&report).expect("JSON")["by_lang"]["de-en"]["auc"], 1.0);
    }

    proptest! {
        #[test]
        fn auc_is_the_share_of_pairs_in_order(pairs in proptest::collection::vec((0_u8..5, any::<bool>()), 0..30)) {
            let scored: Vec<(f64, bool)> = pairs.iter().map(|(score, same)| (f64::from(*score) - 0.0, *same)).collect();
            let (mut points, mut all) = (0.0, 0.0);
            for (high, _) in pairs.iter().filter(|(_, same)| *same) {
                for (low, _) in pairs.iter().filter(|(_, same)| !*same) {
                    points += if high > low { 1.0 } else if high == low { 0.5 } else { 0.0 };
                    all += 1.0;
                }
            }
            prop_assert_eq!(auc(&scored), (all > 0.0).then(|| points / all));
        }
    }
}
