//! Reports of one event: reference snapshot → signals → candidates → score. Linkage of the scores is the pipeline's.
//!
//! The units are copy groups, one vote each in the linkage; their size counts only in document frequencies and neighborhoods. Units of
//! one language are compared by their words, of two by what means the same in every language. Every number that decides is an integer;
//! the model's table, the background frequencies and the words of concepts are data.

mod background;
mod bridge;
mod candidates;
mod compare;
mod integer;
pub mod live;
mod resolution;
mod score;
mod snapshot;
pub(crate) mod spread;
mod stem;
mod terms;
mod time;
mod vocabulary;

use std::collections::BTreeMap;

use ahash::AHashMap;
use rayon::prelude::*;

pub(crate) use bridge::places;
pub use score::{PROBABILITY_ONE, Part};

use crate::link::Tier;
use crate::linkage::Edge;
use bridge::Bridge;
use compare::{Alike, Desk};
use resolution::Compared;
use score::{Around, Features, Model, Seen};
use snapshot::{Snapshot, Weighed};
use terms::Terms;
use time::Bursts;
use vocabulary::Reading;

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
    fn spellings(&self) -> AHashMap<u64, String> {
        terms::spellings(self.parts.iter().copied(), self.lang)
    }
}

/// All reports of a run, ordered by key, wherever their words are.
pub trait Reports: Sync {
    /// How many there are.
    fn count(&self) -> u32;

    /// One without its words.
    fn head(&self, report: u32) -> Report<'_>;

    /// Gives one to `read`.
    fn with(&self, report: u32, read: &mut dyn FnMut(&Report<'_>));
}

impl Reports for [Report<'_>] {
    fn count(&self) -> u32 {
        self.len() as u32
    }

    fn head(&self, report: u32) -> Report<'_> {
        Report { parts: Vec::new(), ..self[report as usize] }
    }

    fn with(&self, report: u32, read: &mut dyn FnMut(&Report<'_>)) {
        read(&self[report as usize]);
    }
}

/// The articles of one language under one snapshot, ordered by topic.
struct Corpus {
    snapshot: Snapshot,
    weighed: Vec<Weighed>,
    around: Vec<Around>,
    bursts: Bursts,
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
    /// What is added to every score, in thousandths of a logit: where stories are distinct here.
    shift: i64,
    corpora: Vec<Corpus>,
    /// What joins them, when there are several.
    bridge: Option<Bridge>,
    /// Where each report is: corpus, place.
    places: Vec<(u32, u32)>,
    /// Where the pairs of each report, as the first of the two, start in `pairs`; one more for the end.
    starts: Vec<u32>,
}

/// What document frequencies are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The reports themselves, mixed with the background table.
    Corpus,
    /// The background table alone: two pages say nothing about what is common.
    Background,
}

/// Scores reports against each other; every tie goes to the smaller key. Dated ones more than `window_days` apart are never candidates.
#[must_use]
pub fn score(reports: &(impl Reports + ?Sized), window_days: i64, reference: Reference) -> Scores {
    let mut languages: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for at in 0..reports.count() {
        languages.entry(reports.head(at).lang).or_default().push(at);
    }
    let mut compared: Vec<Compared> = Vec::new();
    let mut found = Scores { places: vec![(0, 0); reports.count() as usize], ..Scores::default() };
    for (lang, members) in languages {
        let mut corpus = Corpus::new(lang, reports, members, reference);
        for (at, member) in (0..).zip(&corpus.members) {
            found.places[*member as usize] = (found.corpora.len() as u32, at);
        }
        let near = match reference {
            Reference::Corpus => corpus.near(window_days),
            Reference::Background => candidates::all(corpus.weighed.len()),
        };
        found.long_postings += near.long_postings;
        let sizes: Vec<u32> = corpus.members.iter().map(|member| reports.head(*member).size).collect();
        compared.extend(corpus.score(&sizes, &near.pairs));
        found.corpora.push(corpus);
    }
    compared.par_sort_unstable();
    let model = Model::shipped();
    found.shift = resolution::shift(reports.count() as usize, &compared, model, MERGE, RELATED);
    let shift = found.shift;
    found.pairs = compared.par_iter().map(|pair| (pair.a, pair.b, model.probability(i64::from(pair.logit) + shift))).collect();
    if found.corpora.len() > 1 {
        let mut bridge = Bridge::new(reports, found.places.iter().map(|place| place.0).collect());
        let sizes: Vec<u32> = (0..reports.count()).map(|at| reports.head(at).size).collect();
        let (across, long_postings) = bridge.score(&sizes, window_days, reference == Reference::Background);
        found.long_postings += long_postings;
        found.pairs.extend(across);
        found.pairs.par_sort_unstable();
        found.bridge = Some(bridge);
    }
    found.starts = (0..=reports.count()).map(|report| found.pairs.partition_point(|pair| pair.0 < report) as u32).collect();
    found
}

impl Corpus {
    /// Weighs the reports numbered `members`.
    fn new(lang: &str, reports: &(impl Reports + ?Sized), members: Vec<u32>, reference: Reference) -> Corpus {
        let Reading { terms, lexis } = Reading::new(reports, &members, lang);
        let snapshot = Snapshot::new(lexis, lang, reference);
        let weigh = |(terms, report): (Terms, &u32)| snapshot.weigh(&terms, reports.head(*report).day);
        let weighed: Vec<Weighed> = terms.into_par_iter().zip(&members).map(weigh).collect();
        // What is compared with a report is mostly compared with the next one of its topic, too, and then still in the cache.
        let mut rows: Vec<(u32, Weighed)> = members.into_iter().zip(weighed).collect();
        rows.sort_by_cached_key(|row| row.1.topic());
        let (members, weighed): (Vec<u32>, Vec<Weighed>) = rows.into_iter().unzip();
        Corpus { snapshot, weighed, around: Vec::new(), bursts: Bursts::default(), members }
    }

    fn near(&self, window: i64) -> candidates::Near {
        candidates::near(&candidates::Sought {
            vocabulary: &self.snapshot.lexis.words,
            idf: &self.snapshot.word_idf,
            vectors: self.weighed.iter().map(|report| &report.words).collect(),
            sizes: self.weighed.iter().map(Weighed::terms).collect(),
            days: self.weighed.iter().map(|report| report.day).collect(),
            ranks: &self.members,
            kin: None,
            nearest: candidates::NEAREST,
            window,
        })
    }

    /// Learns what is usual around each report from its candidates, and scores them.
    fn score(&mut self, sizes: &[u32], pairs: &[(u32, u32)]) -> Vec<Compared> {
        let weighed = &self.weighed;
        let desk = || Desk::new(&self.snapshot);
        let alike: Vec<Alike> =
            pairs.par_iter().map_init(desk, |desk, (a, b)| desk.compare(&weighed[*a as usize], &weighed[*b as usize])).collect();
        self.around = score::around(sizes, pairs, alike.iter().map(|alike| (alike.words, alike.grams)));
        let days: Vec<Option<i64>> = self.weighed.iter().map(|report| report.day).collect();
        self.bursts = Bursts::new(&days, pairs, alike.iter().map(Alike::both));
        let score = |((a, b), alike): (&(u32, u32), &Alike)| {
            let logit = Model::shipped().score(&self.features(*a, *b, *alike).values()) as i32;
            let (a, b) = (self.members[*a as usize], self.members[*b as usize]);
            Compared { a: a.min(b), b: a.max(b), logit, alike: alike.both() }
        };
        pairs.par_iter().zip(&alike).map(score).collect()
    }

    fn features(&self, a: u32, b: u32, alike: Alike) -> Features {
        let (a, b) = (a as usize, b as usize);
        Features::new(alike, self.weighed[a].beside(&self.weighed[b]), (self.around[a], self.around[b]), &self.bursts)
    }
}

/// Scores any two reports, candidates or not; cheapest when the first is the one of the last call.
pub struct Comparer<'s> {
    scores: &'s Scores,
    /// For each corpus, from its first comparison on.
    desks: Vec<Option<Desk<'s>>>,
    /// … and for pairs of two languages.
    bridge: Option<bridge::Desk>,
}

impl<'s> Comparer<'s> {
    /// The probability of two reports, of [`PROBABILITY_ONE`]; 0 when they are in two languages and share nothing specific.
    pub fn probability(&mut self, a: u32, b: u32) -> u32 {
        self.seen(a, b).map_or(0, |(seen, shift)| Model::shipped().probability(seen.score() + shift))
    }

    /// What the model sees of two reports, and how much is added to its score.
    fn seen(&mut self, a: u32, b: u32) -> Option<(Seen, i64)> {
        let scores = self.scores;
        let ((corpus_a, at_a), (corpus_b, at_b)) = (scores.places[a as usize], scores.places[b as usize]);
        if corpus_a != corpus_b {
            return Some((scores.bridge.as_ref()?.seen_any(&mut self.bridge, a, b)?, 0));
        }
        let corpus = &scores.corpora[corpus_a as usize];
        let desk = self.desks[corpus_a as usize].get_or_insert_with(|| Desk::new(&corpus.snapshot));
        let alike = desk.compare(&corpus.weighed[at_a as usize], &corpus.weighed[at_b as usize]);
        Some((corpus.features(at_a, at_b, alike).seen(), scores.shift))
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
        self.candidate(a, b).unwrap_or(0)
    }

    /// The probability of a pair if it is a candidate.
    fn candidate(&self, a: u32, b: u32) -> Option<u32> {
        let (a, b) = (a.min(b), a.max(b));
        let pairs = &self.pairs[*self.starts.get(a as usize)? as usize..*self.starts.get(a as usize + 1)? as usize];
        pairs.binary_search_by_key(&b, |pair| pair.1).ok().map(|at| pairs[at].2)
    }

    /// Those of candidates that were compared elsewhere: pairs of so many reports, the smaller first.
    pub(crate) fn of_pairs(reports: u32, mut pairs: Vec<Edge>) -> Scores {
        pairs.sort_unstable();
        let starts = (0..=reports).map(|report| pairs.partition_point(|pair| pair.0 < report) as u32).collect();
        Scores { pairs, starts, ..Scores::default() }
    }

    /// Those of some reports, ascending, numbered from 0: candidates only.
    pub(crate) fn among(&self, reports: &[u32]) -> Scores {
        let mut found = Scores { starts: vec![0], ..Scores::default() };
        for (report, at) in reports.iter().zip(0..) {
            let pairs = &self.pairs[self.starts[*report as usize] as usize..self.starts[*report as usize + 1] as usize];
            let local = |pair: &Edge| Some((at, reports.binary_search(&pair.1).ok()? as u32, pair.2));
            found.pairs.extend(pairs.iter().filter_map(local));
            found.starts.push(found.pairs.len() as u32);
        }
        found
    }

    /// For scoring any pairs of reports.
    #[must_use]
    pub fn comparer(&self) -> Comparer<'_> {
        Comparer { scores: self, desks: self.corpora.iter().map(|_| None).collect(), bridge: None }
    }

    /// The probability of any two reports, candidates or not; 0 when they are in two languages and share nothing specific.
    #[must_use]
    pub fn probability_of_any(&self, a: u32, b: u32) -> u32 {
        self.comparer().probability(a, b)
    }

    /// Names and values of what the model sees of each candidate pair, in the order of [`pairs`](Self::pairs): what it is trained on.
    pub fn features(&self) -> impl Iterator<Item = Vec<(&'static str, Option<i64>)>> + '_ {
        let mut comparer = self.comparer();
        self.pairs.iter().map(move |(a, b, _)| comparer.seen(*a, *b).map_or_else(Vec::new, |(seen, _)| seen.named().collect()))
    }

    /// Explains the score of two reports; `None` when they are in two languages and share nothing specific.
    #[must_use]
    pub fn reasons(&self, reports: &[Report<'_>], a: u32, b: u32) -> Option<Reasons> {
        let (seen, shift) = self.comparer().seen(a, b)?;
        let model = Model::shipped();
        let parts = seen.parts(shift);
        let sum: i64 = parts.iter().map(|part| part.millilogits).sum();
        let (shared, only_a, only_b) = self.terms(reports, a, b);
        Some(Reasons {
            missing: model.bound(MERGE) - sum,
            candidates: self.candidate(a, b).is_some(),
            probability: model.probability(sum),
            parts,
            shared,
            only_a,
            only_b,
        })
    }

    /// The terms that a report is about, most telling first, each with the word of `lead` that spells it; those not spelled there are left
    /// out.
    pub(crate) fn about(&self, lead: &Report<'_>, report: u32) -> Vec<(u32, String)> {
        let (corpus, at) = self.places[report as usize];
        let corpus = &self.corpora[corpus as usize];
        let spell = lead.spellings();
        let spelled = |number: u32| Some((number, spell.get(&corpus.snapshot.lexis.words.keys[number as usize])?.clone()));
        corpus.weighed[at as usize].about.iter().filter_map(|term| spelled(term.0)).collect()
    }

    /// Whether a report holds a term that another one [is about](Self::about); `None` for two languages, whose terms cannot be compared.
    pub(crate) fn holds(&self, report: u32, other: u32, term: u32) -> Option<bool> {
        let ((corpus, at), (others, _)) = (self.places[report as usize], self.places[other as usize]);
        (corpus == others).then(|| self.corpora[corpus as usize].weighed[at as usize].words.weights().any(|held| held.0 == term))
    }

    /// The terms of both reports with their shares, and what only one of them is about.
    fn terms(&self, reports: &[Report<'_>], a: u32, b: u32) -> (Vec<(String, f64)>, Vec<String>, Vec<String>) {
        let ((corpus, at_a), (other, at_b)) = (self.places[a as usize], self.places[b as usize]);
        if corpus != other {
            let spell = bridge::spellings(&reports[a as usize]);
            let shared = self.bridge.iter().flat_map(|bridge| bridge.shared(a, b)).take(SHOWN);
            return (shared.map(|(key, share)| (spell.get(&key).cloned().unwrap_or_default(), share)).collect(), Vec::new(), Vec::new());
        }
        let corpus = &self.corpora[corpus as usize];
        let (x, y) = (&corpus.weighed[at_a as usize], &corpus.weighed[at_b as usize]);
        let (spell_a, spell_b) = (reports[a as usize].spellings(), reports[b as usize].spellings());
        let length = (x.words.square as f64 * y.words.square as f64).sqrt().max(1.0);
        let key = |number: u32| corpus.snapshot.lexis.words.keys[number as usize];
        let theirs: AHashMap<u32, u32> = y.words.weights().collect();
        let both = x.words.weights().filter_map(|(number, weight)| Some((number, weight, *theirs.get(&number)?)));
        let mut shared: Vec<(String, f64)> = both
            .map(|(number, a, b)| (spell_a.get(&key(number)).cloned().unwrap_or_default(), f64::from(a) * f64::from(b) / length))
            .collect();
        shared.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        shared.truncate(SHOWN);
        let only = |of: &Weighed, other: &Weighed, spell: &AHashMap<u64, String>| -> Vec<String> {
            let absent = |number: u32| other.words.weights().all(|term| term.0 != number);
            of.about.iter().filter(|term| absent(term.0)).take(SHOWN).filter_map(|term| spell.get(&key(term.0)).cloned()).collect()
        };
        let (only_a, only_b) = (only(x, y, &spell_a), only(y, x, &spell_b));
        (shared, only_a, only_b)
    }
}
