//! A report weighed by what others say.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::said::{Said, Spoken};
use super::{COMMON, Held, Name, Posting};
use crate::story::background::Background;
use crate::story::bridge::{self, Bridged};
use crate::story::candidates::HEAVY;
use crate::story::snapshot::{self, Known, UNKNOWN_GRAM, UNKNOWN_STEM, Vector, Weighed, idf_of, keep_first};
use crate::story::terms::{Kind, Term, Terms};

/// The reports of one corpus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Census {
    pub(crate) reports: u64,
    /// Articles that they count for.
    pub(crate) articles: u64,
    /// How many are of each day.
    pub(crate) days: BTreeMap<i64, u64>,
}

/// No term weighs so much: 256 times 1 + ln of a count of 32 bits, times an IDF of 64.
pub(super) const MOST_WEIGHT: u32 = 1 << 24;

/// A report that can be compared: terms that others hold too, numbered from 0 in lists of their keys, and those that it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(super) lang: String,
    pub(super) size: u32,
    /// How much there is to compare, with what nobody else says.
    pub(super) extent: u32,
    pub(super) words: Vec<u64>,
    pub(super) grams: Vec<u64>,
    pub(super) of: Terrain,
}

/// What is compared in a language, and what in all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Terrain {
    Within(Weighed),
    Across(Bridged, Vec<bridge::Kind>),
}

/// What is known of one report's words, by their places there.
struct Places<'s> {
    words: &'s [(u64, u32, Kind)],
    word_idf: Vec<u32>,
    gram_idf: Vec<u32>,
}

impl Known for Places<'_> {
    fn key(&self, word: u32) -> u64 {
        self.words[word as usize].0
    }

    fn kind(&self, word: u32) -> Kind {
        self.words[word as usize].2
    }

    fn word_idf(&self, word: u32) -> u32 {
        self.word_idf[word as usize]
    }

    fn gram_idf(&self, gram: u32) -> u32 {
        self.gram_idf[gram as usize]
    }
}

/// Old numbers that stay, and their keys.
struct Kept {
    new: Vec<Option<u32>>,
    keys: Vec<u64>,
}

impl Kept {
    fn of(keys: impl Iterator<Item = u64>, stays: impl Fn(u32, u64) -> bool) -> Kept {
        let mut found = Kept { new: Vec::new(), keys: Vec::new() };
        for (at, key) in (0..).zip(keys) {
            let stays = stays(at, key);
            found.new.push(stays.then_some(found.keys.len() as u32));
            if stays {
                found.keys.push(key);
            }
        }
        found
    }

    fn number(&self, old: u32) -> Option<u32> {
        self.new[old as usize]
    }
}

fn terms(counts: impl Iterator<Item = u32>) -> Vec<Term> {
    (0..).zip(counts).map(|(number, count)| Term { number, count }).collect()
}

impl Said {
    /// Weighs the report in a corpus of so many articles; `held` knows of terms that somebody else holds. Beside it, what it is searched
    /// by: terms, and its place in their lists.
    pub(crate) fn weigh(&self, articles: u64, held: impl Fn(Name) -> Option<Held>) -> (Entry, Vec<(u64, Posting)>) {
        let known = |name: Name| held(name).unwrap_or(Held { reports: 1, articles: self.articles() });
        let word = |key: u64| known(Name { is_gram: false, key });
        let is_shared = |is_gram: bool, key: u64| known(Name { is_gram, key }).reports > 1;
        let (entry, vector) = match &self.terms {
            Spoken::Within { words, grams } => {
                let background = Background::of(&self.lang);
                let usual = |key: &u64| background.stems.get(key).copied().unwrap_or(UNKNOWN_STEM);
                let usual_gram = |key: &u64| background.grams.get(key).copied().unwrap_or(UNKNOWN_GRAM);
                let gram = |key: u64| known(Name { is_gram: true, key });
                let places = Places {
                    words,
                    word_idf: words.iter().map(|term| idf_of(articles, word(term.0).articles, usual(&term.0))).collect(),
                    gram_idf: grams.iter().map(|term| idf_of(articles, gram(term.0).articles, usual_gram(&term.0))).collect(),
                };
                let counts = Terms { words: terms(words.iter().map(|term| term.1)), grams: terms(grams.iter().map(|term| term.1)) };
                let weighed = snapshot::weigh(&places, &counts, self.day);
                let is_told = |at: u32| weighed.about.iter().chain(&weighed.numbers).any(|term| term.0 == at);
                let kept = Kept::of(words.iter().map(|term| term.0), |at, key| is_shared(false, key) || is_told(at));
                let kept_grams = Kept::of(grams.iter().map(|term| term.0), |_, key| is_shared(true, key));
                let extent = weighed.terms() as u32;
                let mut new = Weighed {
                    words: weighed.words.renumbered(|old| kept.number(old)),
                    grams: weighed.grams.renumbered(|old| kept_grams.number(old)),
                    ..weighed
                };
                for term in new.about.iter_mut().chain(&mut new.numbers) {
                    term.0 = kept.number(term.0).unwrap_or_default();
                }
                let vector = new.words.clone();
                (self.entry(extent, kept.keys, kept_grams.keys, Terrain::Within(new)), vector)
            }
            Spoken::Across(words) => {
                let of = |at: u32| {
                    let (key, _, kind) = words[at as usize];
                    (kind, idf_of(articles, word(key).articles, kind.usual()))
                };
                let bridged = Bridged::new(&terms(words.iter().map(|term| term.1)), self.day, of);
                let kept = Kept::of(words.iter().map(|term| term.0), |_, key| is_shared(false, key));
                let kinds = words.iter().zip(&kept.new).filter(|row| row.1.is_some()).map(|row| row.0.2).collect();
                let extent = bridged.terms.len() as u32;
                let new = bridged.renumbered(|old| kept.number(old));
                let vector = new.terms.clone();
                (self.entry(extent, kept.keys, Vec::new(), Terrain::Across(new, kinds)), vector)
            }
        };
        let postings = entry.postings(&vector, self.day, word);
        (entry, postings)
    }

    fn entry(&self, extent: u32, words: Vec<u64>, grams: Vec<u64>, of: Terrain) -> Entry {
        Entry { lang: self.lang.clone(), size: self.size, extent, words, grams, of }
    }
}

impl Entry {
    /// Whether its numbers are those of its terms; bytes that nobody here has written may say anything.
    pub(crate) fn is_sound(&self) -> bool {
        let below = |count: usize| move |(number, weight): (u32, u32)| (number as usize) < count && weight < MOST_WEIGHT;
        match &self.of {
            Terrain::Within(of) => {
                let told = of.about.iter().chain(&of.numbers).copied();
                of.words.weights().chain(told).all(below(self.words.len())) && of.grams.weights().all(below(self.grams.len()))
            }
            Terrain::Across(of, kinds) => kinds.len() == self.words.len() && of.terms.weights().all(below(kinds.len())),
        }
    }

    /// The language of the report.
    pub(crate) fn lang(&self) -> &str {
        &self.lang
    }

    /// Where a search can find the report, and which of its terms search.
    fn postings(&self, vector: &Vector, day: Option<i64>, held: impl Fn(u64) -> Held) -> Vec<(u64, Posting)> {
        let root = vector.square.isqrt().max(1) as u32;
        let named = vector.weights().map(|(number, weight)| (self.words[number as usize], weight));
        let mut searched: Vec<(u64, u32)> = named.filter(|term| (2..=COMMON).contains(&held(term.0).reports)).collect();
        let mut heavy = searched.clone();
        keep_first(&mut heavy, HEAVY, |term| (Reverse(term.1), term.0));
        heavy.sort_unstable();
        searched.sort_unstable();
        let posting = |(key, weight): (u64, u32)| {
            let seeks = heavy.binary_search(&(key, weight)).is_ok();
            (key, Posting { weight, root, day, extent: self.extent, lang: self.lang.clone(), seeks })
        };
        searched.into_iter().map(posting).collect()
    }
}
