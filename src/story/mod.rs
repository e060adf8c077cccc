//! Reports of one event: reference snapshot → signals → candidates → score. Linkage of the scores is the pipeline's.
//!
//! The units are copy groups, one vote each in the linkage; their size counts only in document frequencies and neighborhoods. Units of different languages are not compared yet. Every number that
//! decides is an integer; the model's table and the background frequencies are data.

mod background;
mod candidates;
mod integer;
mod score;
mod snapshot;
mod stem;
mod terms;

use std::collections::BTreeMap;

use ahash::AHashMap;
use rayon::prelude::*;

pub use score::{PROBABILITY_ONE, Part};

use crate::link::Tier;
use crate::linkage::Edge;
use score::{Around, Features, Model};
use snapshot::{Snapshot, Weighed};
use terms::Terms;

/// Least mean probability between two groups that makes them one story, of [`PROBABILITY_ONE`]: .35. The labelled sets together are
/// flat from .25 to .40; an open stream of news wants the higher end. Below one half because a mean over a growing story counts pairs
/// that never met as 0.
pub const MERGE: u32 = 22_938;
/// Least probability of a certain pair: .80.
pub const CERTAIN: u32 = 52_429;
/// Least probability of a pair worth showing when it is kept apart: .02, also the least that makes an edge.
pub const RELATED: u32 = 1_311;

/// How sure a probability is; `None` when it is not worth showing.
#[must_use]
pub fn tier(probability: u32) -> Option<Tier> {
    match probability {
        CERTAIN.. => Some(Tier::Certain),
        MERGE.. => Some(Tier::Probable),
        RELATED.. => Some(Tier::Related),
        _ => None,
    }
}

/// A copy group as the story channel sees it: its representative's words.
#[derive(Debug, Clone, Default)]
pub struct Report<'t> {
    /// Headline, then the article's own lines.
    pub parts: Vec<&'t str>,
    /// Its language; empty when unknown.
    pub lang: &'t str,
    /// Days since 1970 of its first publication, when known.
    pub day: Option<i64>,
    /// Articles of the copy group.
    pub size: u32,
}

impl Report<'_> {
    fn terms(&self, lang: &str) -> Terms {
        Terms::read(self.parts.iter().copied(), lang)
    }

    fn spellings(&self) -> AHashMap<u64, String> {
        terms::spellings(self.parts.iter().copied(), self.lang)
    }
}

/// The articles of one language under one snapshot.
struct Corpus {
    weighed: Vec<Weighed>,
    around: Vec<Around>,
    burst: u64,
    /// Number of each member among all reports.
    members: Vec<u32>,
}

/// Scores of all candidates, and what they were computed from.
#[derive(Default)]
pub struct Scores {
    /// Candidate pairs of reports and their probability, of [`PROBABILITY_ONE`]; ascending by pair.
    pub pairs: Vec<Edge>,
    /// Terms that stood in too many articles to look for candidates.
    pub long_postings: u64,
    corpora: Vec<Corpus>,
    /// Where each report is: corpus, place.
    places: Vec<(u32, u32)>,
    scored: AHashMap<(u32, u32), u32>,
}

/// What document frequencies are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The reports themselves, mixed with the background table.
    Corpus,
    /// The background table alone: two pages say nothing about what is common.
    Background,
}

/// Scores reports against each other. They are ordered by key, so that every tie goes to the smaller key; dated ones more than
/// `window_days` apart are never candidates.
#[must_use]
pub fn score(reports: &[Report<'_>], window_days: i64, reference: Reference) -> Scores {
    let mut languages: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        languages.entry(report.lang).or_default().push(at as u32);
    }
    let mut found = Scores { places: vec![(0, 0); reports.len()], ..Scores::default() };
    for (lang, members) in languages {
        let corpus_at = found.corpora.len() as u32;
        for (at, member) in members.iter().enumerate() {
            found.places[*member as usize] = (corpus_at, at as u32);
        }
        let terms: Vec<Terms> = members.par_iter().map(|member| reports[*member as usize].terms(lang)).collect();
        let sizes: Vec<u32> = members.iter().map(|member| reports[*member as usize].size).collect();
        let counted = if reference == Reference::Corpus { &terms[..] } else { &[] };
        let snapshot = Snapshot::new(lang, counted.iter().zip(sizes.iter().copied()));
        let weighed: Vec<Weighed> =
            terms.par_iter().zip(&members).map(|(terms, member)| snapshot.weigh(terms, reports[*member as usize].day)).collect();
        let near = match reference {
            Reference::Corpus => candidates::near(&weighed, window_days),
            Reference::Background => candidates::all(weighed.len()),
        };
        found.long_postings += near.long_postings;
        let cosines: Vec<(u64, u64)> =
            near.pairs.par_iter().map(|(a, b)| score::cosines(&weighed[*a as usize], &weighed[*b as usize])).collect();
        let around = score::around(&sizes, &near.pairs, &cosines);
        let burst = snapshot::burst(weighed.iter().filter_map(|article| article.day));
        let corpus = Corpus { weighed, around, burst, members };
        let probability = |((a, b), cosines): (&(u32, u32), &(u64, u64))| {
            let features = corpus.features(*a, *b, *cosines);
            (corpus.members[*a as usize], corpus.members[*b as usize], Model::shipped().probability(&features))
        };
        let scored: Vec<Edge> = near.pairs.par_iter().zip(&cosines).map(probability).collect();
        found.pairs.extend(scored);
        found.corpora.push(corpus);
    }
    found.pairs.sort_unstable();
    found.scored = found.pairs.iter().map(|(a, b, probability)| ((*a, *b), *probability)).collect();
    found
}

impl Corpus {
    fn features(&self, a: u32, b: u32, cosines: (u64, u64)) -> Features {
        let (a, b) = (a as usize, b as usize);
        score::features(&self.weighed[a], &self.weighed[b], cosines, (self.around[a], self.around[b]), self.burst)
    }
}

/// Why two reports have the score they have.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    /// Whether they were compared at all, or are only compared here.
    pub candidates: bool,
    /// The probability, of [`PROBABILITY_ONE`].
    pub probability: u32,
    /// What it is made of; the parts sum to its logit.
    pub parts: Vec<Part>,
    /// Thousandths of a logit that are missing to reach [`MERGE`]; negative when there are some to spare.
    pub missing: i64,
    /// Terms of both, by weight: spelling in the first, share of the word cosine.
    pub shared: Vec<(String, f64)>,
    /// What the first is about and the second does not say.
    pub only_a: Vec<String>,
    /// What the second is about and the first does not say.
    pub only_b: Vec<String>,
}

/// Most terms shown of each kind.
const SHOWN: usize = 12;

impl Scores {
    /// The probability of a candidate pair, 0 when the two are none.
    #[must_use]
    pub fn probability(&self, a: u32, b: u32) -> u32 {
        self.scored.get(&(a.min(b), a.max(b))).copied().unwrap_or(0)
    }

    /// The probability of any two reports, candidates or not; 0 when their languages differ.
    #[must_use]
    pub fn probability_of_any(&self, a: u32, b: u32) -> u32 {
        let ((corpus_a, at_a), (corpus_b, at_b)) = (self.places[a as usize], self.places[b as usize]);
        if corpus_a != corpus_b {
            return 0;
        }
        let corpus = &self.corpora[corpus_a as usize];
        let cosines = score::cosines(&corpus.weighed[at_a as usize], &corpus.weighed[at_b as usize]);
        Model::shipped().probability(&corpus.features(at_a, at_b, cosines))
    }

    /// Names and values of what the model sees of each candidate pair, in the order of [`pairs`](Self::pairs): what it is trained on.
    pub fn features(&self) -> impl Iterator<Item = Vec<(&'static str, Option<i64>)>> + '_ {
        self.pairs.iter().map(|(a, b, _)| {
            let ((corpus, at_a), (_, at_b)) = (self.places[*a as usize], self.places[*b as usize]);
            let corpus = &self.corpora[corpus as usize];
            let cosines = score::cosines(&corpus.weighed[at_a as usize], &corpus.weighed[at_b as usize]);
            corpus.features(at_a, at_b, cosines).values().to_vec()
        })
    }

    /// Explains the score of two reports; `None` when their languages differ.
    #[must_use]
    pub fn reasons(&self, reports: &[Report<'_>], a: u32, b: u32) -> Option<Reasons> {
        let ((corpus_a, at_a), (corpus_b, at_b)) = (self.places[a as usize], self.places[b as usize]);
        if corpus_a != corpus_b {
            return None;
        }
        let corpus = &self.corpora[corpus_a as usize];
        let (x, y) = (&corpus.weighed[at_a as usize], &corpus.weighed[at_b as usize]);
        let features = corpus.features(at_a, at_b, score::cosines(x, y));
        let (spell_a, spell_b) = (reports[a as usize].spellings(), reports[b as usize].spellings());
        let length = (x.words.square as f64 * y.words.square as f64).sqrt().max(1.0);
        let mut shared: Vec<(String, f64)> = Vec::new();
        snapshot::shared(&x.words.weights, &y.words.weights, |key, a, b| {
            shared.push((spell_a.get(&key).cloned().unwrap_or_default(), f64::from(a) * f64::from(b) / length));
        });
        shared.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        shared.truncate(SHOWN);
        let only = |of: &Weighed, other: &Weighed, spell: &AHashMap<u64, String>| -> Vec<String> {
            let absent = |key: &u64| other.words.weights.binary_search_by_key(key, |term| term.0).is_err();
            of.about.iter().filter(|term| absent(&term.0)).take(SHOWN).filter_map(|term| spell.get(&term.0).cloned()).collect()
        };
        let parts = Model::shipped().parts(&features);
        let sum: i64 = parts.iter().map(|part| part.millilogits).sum();
        Some(Reasons {
            missing: Model::shipped().logit(MERGE) - sum,
            candidates: self.scored.contains_key(&(a.min(b), a.max(b))),
            probability: Model::shipped().probability(&features),
            parts,
            shared,
            only_a: only(x, y, &spell_a),
            only_b: only(y, x, &spell_b),
        })
    }
}
