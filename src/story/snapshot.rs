//! The reference snapshot: document frequencies of one language's articles mixed with the background table, and the articles weighed
//! by them. Computed once for a run; every score is a function of it.

use std::cmp::Reverse;
use std::sync::LazyLock;

use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Reference;
use super::background::{Background, MILLION};
use super::compare::Beside;
use super::integer::ln256;
use super::terms::{Held, Kind, Term, Terms};
use super::vocabulary::{Lexis, Vocabulary};

/// Articles that the background table counts for.
const PRIOR: u64 = 20;
/// Articles per million that hold a stem which the table does not have.
pub(super) const UNKNOWN_STEM: u32 = 300;
/// … and a character 4-gram.
pub(super) const UNKNOWN_GRAM: u32 = 1000;
/// Terms that an article is about.
const SALIENT: usize = 10;
/// Counts whose logarithms are looked up; larger ones are computed.
const SMALL_COUNTS: u32 = 64;
/// Fixed-point one of cosines and shares.
pub(super) const TEN_THOUSAND: u64 = 10_000;
/// Numbers of an article that are compared; a table of results has more than it says.
const NUMBERS: usize = 32;

/// A weighted term vector: numbers and weights, in no order, with its squared length.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Vector {
    /// Almost all: those with numbers and weights of 16 bits, as vectors are read from memory far more often than written.
    pub(super) short: Vec<(u16, u16)>,
    pub(super) long: Vec<(u32, u32)>,
    pub(super) square: u64,
}

impl Vector {
    pub(super) fn push(&mut self, number: u32, weight: u32) {
        match (u16::try_from(number), u16::try_from(weight)) {
            (Ok(number), Ok(weight)) => self.short.push((number, weight)),
            _ => self.long.push((number, weight)),
        }
        self.square += u64::from(weight) * u64::from(weight);
    }

    /// Numbers and weights.
    pub(super) fn weights(&self) -> impl Iterator<Item = (u32, u32)> {
        self.short.iter().map(|(number, weight)| (u32::from(*number), u32::from(*weight))).chain(self.long.iter().copied())
    }

    pub(super) fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// The same one with other numbers, as long as it was; terms that have none are left out.
    pub(super) fn renumbered(&self, number: impl Fn(u32) -> Option<u32>) -> Vector {
        let mut found = Vector::default();
        self.weights().filter_map(|term| Some((number(term.0)?, term.1))).for_each(|term| found.push(term.0, term.1));
        Vector { square: self.square, ..found }
    }
}

/// One article as the snapshot weighs it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Weighed {
    pub(super) words: Vector,
    pub(super) grams: Vector,
    /// What it is about: its heaviest terms, heaviest first.
    pub(super) about: SmallVec<[(u32, u32); SALIENT]>,
    /// Numbers of two digits and more that it gives, and their IDF; the rarest.
    pub(super) numbers: SmallVec<[(u32, u32); 4]>,
    /// Its tokens.
    pub(super) length: u32,
    pub(super) day: Option<i64>,
}

impl Weighed {
    /// What there is beside the words of this article and another.
    pub(super) fn beside(&self, other: &Weighed) -> Beside {
        Beside::of((self.length, self.day), (other.length, other.day))
    }

    /// How much there is to compare.
    pub(super) fn terms(&self) -> usize {
        self.words.len() + self.grams.len()
    }

    /// The numbers of what it is about, most common term first: in the order of these, reports of one topic lie together.
    pub(super) fn topic(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.about.iter().map(|term| term.0).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The share that `held` is of what this article is about, of 10,000.
    pub(super) fn share(&self, held: u64) -> u64 {
        let whole: u64 = self.about.iter().map(|term| u64::from(term.1)).sum();
        (held * TEN_THOUSAND).checked_div(whole).unwrap_or(0)
    }
}

/// The terms of one language's articles and what they weigh.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) lexis: Lexis,
    /// 256 times the IDF of each word …
    pub(super) word_idf: Vec<u32>,
    /// … and of each 4-gram.
    gram_idf: Vec<u32>,
}

impl Snapshot {
    /// Weighs each term by how many articles hold it, or, with `Reference::Background`, by the background table alone.
    pub(super) fn new(lexis: Lexis, lang: &str, reference: Reference) -> Snapshot {
        let background = Background::of(lang);
        let articles = (reference == Reference::Corpus).then_some(lexis.articles);
        let (word_idf, gram_idf) = rayon::join(
            || idf(&lexis.words, &background.stems, UNKNOWN_STEM, articles),
            || idf(&lexis.grams, &background.grams, UNKNOWN_GRAM, articles),
        );
        Snapshot { lexis, word_idf, gram_idf }
    }

    /// Weighs one article.
    pub(super) fn weigh(&self, terms: &Terms, day: Option<i64>) -> Weighed {
        weigh(self, terms, day)
    }
}

/// What is known of terms by their numbers.
pub(super) trait Known {
    fn key(&self, word: u32) -> u64;
    fn kind(&self, word: u32) -> Kind;
    /// 256 times the IDF of a word …
    fn word_idf(&self, word: u32) -> u32;
    /// … and of a 4-gram.
    fn gram_idf(&self, gram: u32) -> u32;
}

impl Known for Snapshot {
    fn key(&self, word: u32) -> u64 {
        self.lexis.words.keys[word as usize]
    }

    fn kind(&self, word: u32) -> Kind {
        self.lexis.kinds[word as usize]
    }

    fn word_idf(&self, word: u32) -> u32 {
        self.word_idf[word as usize]
    }

    fn gram_idf(&self, gram: u32) -> u32 {
        self.gram_idf[gram as usize]
    }
}

/// Weighs one article by what is known of its terms.
pub(super) fn weigh(known: &impl Known, terms: &Terms, day: Option<i64>) -> Weighed {
    let idf: Vec<u32> = terms.words.iter().map(|term| known.word_idf(term.number)).collect();
    let words = || terms.words.iter().zip(&idf);
    let is = |kind: Kind| move |(term, _): &(&Term, &u32)| known.kind(term.number) == kind;
    let order = |term: &(u32, u32)| (Reverse(term.1), known.key(term.0));
    let mut about: Vec<(u32, u32)> = words()
        .filter(is(Kind::Salient))
        .map(|(term, idf)| (term.number, term.count.saturating_mul(*idf)))
        .filter(|term| term.1 > 0)
        .collect();
    keep_first(&mut about, SALIENT, order);
    about.sort_unstable_by_key(order);
    let mut numbers: Vec<(u32, u32)> =
        words().filter(is(Kind::Number)).map(|(term, idf)| (term.number, *idf)).filter(|term| term.1 > 0).collect();
    keep_first(&mut numbers, NUMBERS, order);
    Weighed {
        words: vector(words().map(|(term, idf)| (*term, *idf))),
        grams: vector(terms.grams.iter().map(|term| (*term, known.gram_idf(term.number)))),
        about: SmallVec::from_slice(&about),
        numbers: SmallVec::from_slice(&numbers),
        length: terms.words.iter().map(|term| term.count).sum(),
        day,
    }
}

/// Weights (1 + ln count) · idf, in 1/256.
fn vector(terms: impl ExactSizeIterator<Item = (Term, u32)>) -> Vector {
    let mut vector = Vector { short: Vec::with_capacity(terms.len()), ..Vector::default() };
    for (term, idf) in terms {
        let weight = weight(tf(term.count), idf);
        if weight > 0 {
            vector.push(term.number, weight);
        }
    }
    vector
}

/// 256 times 1 + ln of a count.
pub(super) fn tf(count: u32) -> u64 {
    static SMALL: LazyLock<Vec<u64>> = LazyLock::new(|| (0..SMALL_COUNTS).map(|count| 256 + ln256(u64::from(count), 1)).collect());
    SMALL.get(count as usize).copied().unwrap_or_else(|| 256 + ln256(u64::from(count), 1))
}

/// What a term weighs, in 1/256.
pub(super) fn weight(tf: u64, idf: u32) -> u32 {
    ((tf * u64::from(idf) + 128) >> 8) as u32
}

/// 256 times the IDF of every term: 256 ln((articles + PRIOR) / (df + PRIOR * background)).
fn idf(terms: &Vocabulary, background: &AHashMap<u64, u32>, unknown: u32, articles: Option<u64>) -> Vec<u32> {
    // Most terms are rare and unknown to the table: few of the logarithms differ.
    let mut known: AHashMap<(u32, u32), u32> = AHashMap::new();
    let of = |(key, held): (&u64, &Held)| {
        let df = if articles.is_some() { held.articles } else { 0 };
        let background = background.get(key).copied().unwrap_or(unknown);
        *known.entry((df, background)).or_insert_with(|| idf_of(articles.unwrap_or(0), df, background))
    };
    terms.keys.iter().zip(&terms.held).map(of).collect()
}

/// 256 times the IDF of a term that `df` of `articles` hold, and in general so many of a million.
pub(super) fn idf_of(articles: u64, df: u32, background: u32) -> u32 {
    ln256((articles + PRIOR) * MILLION, u64::from(df) * MILLION + PRIOR * u64::from(background)) as u32
}

/// Keeps the `most` first in an order, in no order.
pub(super) fn keep_first<T, K: Ord>(list: &mut Vec<T>, most: usize, order: impl Fn(&T) -> K) {
    if list.len() > most {
        list.select_nth_unstable_by_key(most, order);
        list.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Report;
    use crate::story::compare::Desk;
    use crate::story::terms::term;
    use crate::story::vocabulary::Reading;

    fn read(texts: &[&str], size: u32) -> Reading {
        let reports: Vec<Report<'_>> = texts.iter().map(|text| Report { parts: vec![*text], size, ..Report::default() }).collect();
        Reading::new(&*reports, &(0..reports.len() as u32).collect::<Vec<_>>(), "en")
    }

    #[test]
    fn a_cosine_is_that_of_the_definition() {
        let reading = read(&["ceasefire in the corridor and talks", "talks on the corridor", "rain"], 1);
        let snapshot = Snapshot::new(reading.lexis, "en", Reference::Corpus);
        let weighed: Vec<Weighed> = reading.terms.iter().map(|terms| snapshot.weigh(terms, None)).collect();
        let mut desk = Desk::new(&snapshot);
        let (a, b) = (&weighed[0].words, &weighed[1].words);
        let weight = |of: &Vector, number: u32| of.weights().find(|term| term.0 == number).map_or(0.0, |term| f64::from(term.1));
        let dot: f64 = a.weights().map(|term| f64::from(term.1) * weight(b, term.0)).sum();
        let exact = dot / (a.square as f64 * b.square as f64).sqrt() * 1e4;
        assert!((f64::from(desk.compare(&weighed[0], &weighed[1]).words) - exact).abs() <= 1.0);
        assert_eq!(desk.compare(&weighed[0], &weighed[1]), desk.compare(&weighed[1], &weighed[0]));
        assert_eq!(desk.compare(&weighed[0], &weighed[0]).words, 10_000);
        assert_eq!(desk.compare(&weighed[0], &weighed[2]).words, 0);
        assert_eq!(desk.compare(&Weighed::default(), &weighed[2]).words, 0);
    }

    #[test]
    fn frequencies_are_mixed_with_the_background() {
        let idf = |reading: Reading, reference: Reference, word: &str| {
            let snapshot = Snapshot::new(reading.lexis, "en", reference);
            let number = snapshot.lexis.words.keys.iter().position(|key| *key == term(word));
            snapshot.word_idf[number.expect("a word that was read")]
        };
        let texts = ["zzyzx"; 500];
        assert!(idf(read(&["the"], 1), Reference::Background, "the") < 10, "the background speaks when nothing else does");
        assert!(idf(read(&["zzyzx"], 1), Reference::Background, "zzyzx") > 1000);
        assert!(idf(read(&texts, 1), Reference::Corpus, "zzyzx") < 20, "the corpus outweighs it when it is large");
        let copies = |size| idf(read(&["zzyzx"], size), Reference::Corpus, "zzyzx");
        let few = idf(read(&texts[..10], 1), Reference::Corpus, "zzyzx");
        assert!(copies(10) == few && copies(500) == few, "copies count as articles, up to ten");
    }
}
