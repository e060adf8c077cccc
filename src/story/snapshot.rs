//! The reference snapshot: document frequencies of one language's articles mixed with the background table, and the articles weighed
//! by them. Computed once for a run; every score is a function of it.

use ahash::AHashMap;

use super::background::{Background, MILLION};
use super::integer::ln256;
use super::terms::{Term, Terms};

/// Articles that the background table counts for.
const PRIOR: u64 = 20;
/// Articles per million that hold a stem which the table does not have.
const UNKNOWN_STEM: u32 = 300;
/// … and a character 4-gram.
const UNKNOWN_GRAM: u32 = 1000;
/// Most articles of one copy group that count in document frequencies: a wire item that a hundred outlets print does not make its own
/// words common.
const MOST_COPIES: u32 = 10;
/// Terms that an article is about.
const SALIENT: usize = 10;
/// Fixed-point one of cosines and shares.
pub(super) const TEN_THOUSAND: u64 = 10_000;
/// Days between two dates that still count as one burst, and the days around that it is compared with.
const BURST_DAYS: std::ops::RangeInclusive<i64> = 2..=15;

/// A weighted term vector, by key, with its squared length.
#[derive(Debug, Clone, Default)]
pub(super) struct Vector {
    pub(super) weights: Vec<(u64, u32)>,
    pub(super) square: u64,
}

impl Vector {
    /// 10,000 times the cosine, rounded down.
    pub(super) fn cosine(&self, other: &Vector) -> u64 {
        let length = u128::from(self.square) * u128::from(other.square);
        let Some(length) = std::num::NonZero::new(length.isqrt()) else { return 0 };
        let mut dot = 0u64;
        shared(&self.weights, &other.weights, |_, a, b| dot += u64::from(a) * u64::from(b));
        (u128::from(dot) * u128::from(TEN_THOUSAND) / length).min(u128::from(TEN_THOUSAND)) as u64
    }
}

/// Calls `each` with the key and both weights of every term in both lists.
pub(super) fn shared(a: &[(u64, u32)], b: &[(u64, u32)], mut each: impl FnMut(u64, u32, u32)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        if x.0 == y.0 {
            each(x.0, x.1, y.1);
        }
        i += usize::from(x.0 <= y.0);
        j += usize::from(y.0 <= x.0);
    }
}

/// One article as the snapshot weighs it.
#[derive(Debug, Clone, Default)]
pub(super) struct Weighed {
    pub(super) words: Vector,
    pub(super) grams: Vector,
    /// What it is about: its heaviest terms, heaviest first.
    pub(super) about: Vec<(u64, u64)>,
    pub(super) day: Option<i64>,
}

impl Weighed {
    /// The share of what this article is about that `other` holds, of 10,000.
    pub(super) fn held_by(&self, other: &Weighed) -> u64 {
        let whole: u64 = self.about.iter().map(|term| term.1).sum();
        let holds = |key: u64| other.words.weights.binary_search_by_key(&key, |term| term.0).is_ok();
        let held: u64 = self.about.iter().filter(|term| holds(term.0)).map(|term| term.1).sum();
        (held * TEN_THOUSAND).checked_div(whole).unwrap_or(0)
    }
}

/// Document frequencies of the articles of one language.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    articles: u64,
    words: AHashMap<u64, u32>,
    grams: AHashMap<u64, u32>,
    lang: String,
}

impl Snapshot {
    /// Counts the reports' terms, each as often as its copy group has articles, up to ten times; with no report it is the background table alone.
    pub(super) fn new<'t>(lang: &str, articles: impl IntoIterator<Item = (&'t Terms, u32)>) -> Snapshot {
        let mut found = Snapshot { lang: lang.to_owned(), ..Snapshot::default() };
        for (terms, size) in articles {
            let size = size.min(MOST_COPIES);
            found.articles += u64::from(size);
            terms.words.iter().for_each(|term| *found.words.entry(term.key).or_default() += size);
            terms.grams.iter().for_each(|term| *found.grams.entry(term.key).or_default() += size);
        }
        found
    }

    /// 256 times the IDF of a stem.
    pub(super) fn idf(&self, stem: u64) -> u64 {
        self.mixed(
            self.words.get(&stem).copied().unwrap_or(0),
            Background::of(&self.lang).stems.get(&stem).copied().unwrap_or(UNKNOWN_STEM),
        )
    }

    /// 256 ln((articles + PRIOR) / (df + PRIOR * background)).
    fn mixed(&self, df: u32, background: u32) -> u64 {
        ln256((self.articles + PRIOR) * MILLION, u64::from(df) * MILLION + PRIOR * u64::from(background))
    }

    /// Weighs one article.
    pub(super) fn weigh(&self, terms: &Terms, day: Option<i64>) -> Weighed {
        let background = Background::of(&self.lang);
        let gram =
            |key: u64| self.mixed(self.grams.get(&key).copied().unwrap_or(0), background.grams.get(&key).copied().unwrap_or(UNKNOWN_GRAM));
        let mut about: Vec<(u64, u64)> = terms
            .words
            .iter()
            .filter(|term| term.salient)
            .map(|term| (term.key, u64::from(term.count) * self.idf(term.key)))
            .filter(|term| term.1 > 0)
            .collect();
        about.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        about.truncate(SALIENT);
        Weighed { words: vector(&terms.words, |key| self.idf(key)), grams: vector(&terms.grams, gram), about, day }
    }
}

/// Weights (1 + ln count) * idf, in 1/256.
fn vector(terms: &[Term], idf: impl Fn(u64) -> u64) -> Vector {
    let weigh = |term: &Term| (term.key, (((256 + ln256(u64::from(term.count), 1)) * idf(term.key) + 128) >> 8) as u32);
    let weights: Vec<(u64, u32)> = terms.iter().map(weigh).filter(|term| term.1 > 0).collect();
    let square = weights.iter().map(|term| u64::from(term.1) * u64::from(term.1)).sum();
    Vector { weights, square }
}

/// 256 ln of how many times more often two dated articles lie 0–1 days apart than the 2–15 days around say they would: in a stream of
/// news an equal day says little, in a collection of events it says much.
pub(super) fn burst(days: impl IntoIterator<Item = i64>) -> u64 {
    let mut per: std::collections::BTreeMap<i64, u64> = std::collections::BTreeMap::new();
    for day in days {
        *per.entry(day).or_default() += 1;
    }
    let at = |gap: i64| -> u64 { per.iter().map(|(day, count)| count * per.get(&(day + gap)).copied().unwrap_or(0)).sum() };
    let same: u64 = per.values().map(|count| count * (count - 1) / 2).sum();
    let around: u64 = BURST_DAYS.map(at).sum();
    // Means of 1.5 near and 14 far gaps, each with a prior of one pair a gap and more.
    ln256((same + at(1) + 3) * 28, 3 * (around + 28))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::terms::term;

    fn terms(text: &str) -> Terms {
        Terms::read([text], "en")
    }

    #[test]
    fn a_cosine_is_that_of_the_definition() {
        let texts = ["ceasefire in the corridor and talks", "talks on the corridor", "rain"].map(terms);
        let snapshot = Snapshot::new("en", texts.iter().map(|terms| (terms, 1)));
        let weighed: Vec<Weighed> = texts.iter().map(|terms| snapshot.weigh(terms, None)).collect();
        let (a, b) = (&weighed[0].words, &weighed[1].words);
        let mut dot = 0.0;
        shared(&a.weights, &b.weights, |_, x, y| dot += f64::from(x) * f64::from(y));
        let exact = dot / (a.square as f64 * b.square as f64).sqrt() * 1e4;
        assert!((a.cosine(b) as f64 - exact).abs() <= 1.0);
        assert_eq!(a.cosine(b), b.cosine(a));
        assert!(a.cosine(a) >= 9_999);
        assert_eq!(a.cosine(&weighed[2].words), 0);
        assert_eq!(Vector::default().cosine(a), 0);
    }

    #[test]
    fn frequencies_are_mixed_with_the_background() {
        let key = term("the");
        let rare = term("zzyzx");
        let alone = Snapshot::new("en", std::iter::empty());
        assert!(alone.idf(key) < 10 && alone.idf(rare) > 1000, "the background speaks when nothing else does");
        let texts: Vec<Terms> = (0..500).map(|_| terms("zzyzx")).collect();
        let corpus = Snapshot::new("en", texts.iter().map(|terms| (terms, 1)));
        assert!(corpus.idf(rare) < 20, "the corpus outweighs it when it is large");
        let copies = |size| Snapshot::new("en", texts.iter().take(1).map(|terms| (terms, size))).idf(rare);
        let few = Snapshot::new("en", texts.iter().take(10).map(|terms| (terms, 1))).idf(rare);
        assert!(copies(10) == few && copies(500) == few, "copies count as articles, up to ten");
    }

    #[test]
    fn an_equal_day_says_much_only_where_days_are_scattered() {
        let stream = (0..3000).map(|at| at % 60);
        let events = (0..60).map(|at| (at / 6) * 100);
        assert!(burst(stream) < 100);
        assert!(burst(events) > 400);
        assert_eq!(burst(std::iter::empty()), 0);
    }
}
