//! Reports in two languages: what their words stand for, concepts, names and numbers, under one IDF over all languages.
//!
//! A word of a language we have a table for is its concept; any other is its consonants in Latin letters, which names keep in every script;
//! numbers are numbers. So a report in a language that nothing is known of can still meet others over names, numbers and days.

mod lexicon;
pub(super) mod live;
mod read;
mod skeleton;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Reports;
use super::candidates::{self, Near, Sought};
use super::compare::{Beside, quotient};
use super::score::{self, Around, Model, Seen};
use super::snapshot::{Vector, idf_of, tf, weight};
use super::terms::Term;
use super::time::Bursts;
use super::vocabulary::Vocabulary;
use crate::linkage::Edge;
use read::Reading;
pub(crate) use read::places;
pub(super) use read::{Kind, Reader, spellings};

/// One report as terms that mean the same in every language.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bridged {
    pub(super) terms: Vector,
    /// Squared lengths of its concepts and numbers, of its names, and of its numbers alone.
    concepts: u64,
    names: u64,
    numbers: u64,
    /// Its tokens.
    length: u32,
    pub(super) day: Option<i64>,
}

impl Bridged {
    /// Weighs the terms of a report; `known` gives the kind and the IDF of a term.
    pub(super) fn new(terms: &[Term], day: Option<i64>, known: impl Fn(u32) -> (Kind, u32)) -> Bridged {
        let mut found = Bridged { day, ..Bridged::default() };
        for term in terms {
            found.length += term.count;
            let (kind, idf) = known(term.number);
            let weight = weight(tf(term.count), idf);
            let square = u64::from(weight) * u64::from(weight);
            match kind {
                Kind::Name => found.names += square,
                Kind::Number => (found.concepts, found.numbers) = (found.concepts + square, found.numbers + square),
                Kind::Place | Kind::Notion => found.concepts += square,
            }
            if weight > 0 {
                found.terms.push(term.number, weight);
            }
        }
        found
    }

    /// The same one with other numbers of its terms; those that have none are left out.
    pub(super) fn renumbered(&self, number: impl Fn(u32) -> Option<u32>) -> Bridged {
        Bridged { terms: self.terms.renumbered(number), ..*self }
    }

    /// What there is beside the words of this report and another.
    pub(super) fn beside(&self, other: &Bridged) -> Beside {
        Beside::of((self.length, self.day), (other.length, other.day))
    }
}

/// All reports of a run in several languages.
pub(super) struct Bridge {
    vocabulary: Vocabulary,
    kinds: Vec<Kind>,
    idf: Vec<u32>,
    reports: Vec<Bridged>,
    /// By report, the number of its language.
    langs: Vec<u32>,
    around: Vec<Around>,
    bursts: Bursts,
}

/// How alike two reports are in what means the same in every language; cosines of 10,000.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Alike {
    concepts: u32,
    names: u32,
    all: u32,
    numbers: Option<u32>,
    /// Whether they share a name, a place or a number: the rest is too common to tell that two reports in different languages are of one event.
    pub(super) specific: bool,
}

impl Alike {
    /// Compares `x`, whose weights are laid out by term number, with `y`.
    pub(super) fn of(x: &Bridged, y: &Bridged, weights: &[u32], kinds: &[Kind]) -> Alike {
        let (mut concepts, mut names, mut numbers, mut specific) = (0, 0, 0, false);
        for (number, weight) in y.terms.weights() {
            let product = u64::from(weights[number as usize]) * u64::from(weight);
            let kind = kinds[number as usize];
            specific |= product > 0 && kind != Kind::Notion;
            match kind {
                Kind::Name => names += product,
                Kind::Number => (concepts, numbers) = (concepts + product, numbers + product),
                Kind::Place | Kind::Notion => concepts += product,
            }
        }
        Alike {
            concepts: quotient(concepts, x.concepts, y.concepts),
            names: quotient(names, x.names, y.names),
            all: quotient(concepts + names, x.terms.square, y.terms.square),
            numbers: (x.numbers > 0 && y.numbers > 0).then(|| quotient(numbers, x.numbers, y.numbers)),
            specific,
        }
    }

    /// Those that make neighborhoods: concepts, and all terms.
    pub(super) fn cosines(&self) -> (u32, u32) {
        (self.concepts, self.all)
    }

    /// What the model sees of two reports with these neighborhoods.
    pub(super) fn seen(&self, Beside { length, gap }: Beside, around: (Around, Around), bursts: &Bursts) -> Seen {
        let around = around.0.zip(around.1);
        let less = |cosine: u32, a: u64, b: u64| i64::from(cosine) - ((a + b) / 2) as i64;
        Seen::across([
            Some(self.concepts.into()),
            Some(self.names.into()),
            around.map(|(x, y)| less(self.concepts, x.0, y.0)),
            around.map(|(x, y)| less(self.all, x.1, y.1)),
            self.numbers.map(i64::from),
            Some(length.into()),
            gap,
            gap.and_then(|gap| bursts.of(gap)).map(|burst| burst as i64),
        ])
    }
}

impl Bridge {
    /// Reads the reports, which are in these languages. O(tokens).
    pub(super) fn new(reports: &(impl Reports + ?Sized), langs: Vec<u32>) -> Bridge {
        let Reading { terms, vocabulary, kinds, articles } = Reading::new(reports);
        let idf: Vec<u32> = vocabulary.held.iter().zip(&kinds).map(|(held, kind)| idf_of(articles, held.articles, kind.usual())).collect();
        let bridged = |(terms, report): (Vec<Term>, u32)| {
            Bridged::new(&terms, reports.head(report).day, |number| (kinds[number as usize], idf[number as usize]))
        };
        let reports = terms.into_par_iter().zip(0..reports.count()).map(bridged).collect();
        Bridge { vocabulary, kinds, idf, reports, langs, around: Vec::new(), bursts: Bursts::default() }
    }

    /// Candidate pairs of different languages, scored; `all` is for a few reports, of which every pair is one.
    pub(super) fn score(&mut self, sizes: &[u32], window: i64, all: bool) -> (Vec<Edge>, u64) {
        let near = if all { self.all() } else { self.near(window) };
        let desk = || Desk { weights: vec![0; self.kinds.len()], laid: None };
        let alike: Vec<Alike> = near.pairs.par_iter().map_init(desk, |desk, (a, b)| self.compare(desk, *a, *b)).collect();
        let met: Vec<((u32, u32), Alike)> = near.pairs.into_iter().zip(alike).filter(|row| row.1.specific).collect();
        let pairs: Vec<(u32, u32)> = met.iter().map(|row| row.0).collect();
        self.around = score::around(sizes, &pairs, met.iter().map(|row| (row.1.concepts, row.1.all)));
        let days: Vec<Option<i64>> = self.reports.iter().map(|report| report.day).collect();
        self.bursts = Bursts::new(&days, &pairs, met.iter().map(|row| row.1.all));
        let model = Model::shipped();
        let edge = |((a, b), alike): &((u32, u32), Alike)| (*a.min(b), *a.max(b), model.probability(self.seen(*a, *b, alike).score()));
        (met.par_iter().map(edge).collect(), near.long_postings)
    }

    fn all(&self) -> Near {
        let mut near = candidates::all(self.reports.len());
        near.pairs.retain(|(a, b)| self.langs[*a as usize] != self.langs[*b as usize]);
        near
    }

    fn near(&self, window: i64) -> Near {
        candidates::near(&Sought {
            vocabulary: &self.vocabulary,
            idf: &self.idf,
            vectors: self.reports.iter().map(|report| &report.terms).collect(),
            sizes: self.reports.iter().map(|report| report.terms.len()).collect(),
            days: self.reports.iter().map(|report| report.day).collect(),
            ranks: &(0..self.reports.len() as u32).collect::<Vec<_>>(),
            kin: Some(&self.langs),
            nearest: candidates::NEAREST_ACROSS,
            window,
        })
    }

    /// What the model sees of two reports; `None` when they share nothing specific.
    pub(super) fn seen_any(&self, desk: &mut Option<Desk>, a: u32, b: u32) -> Option<Seen> {
        let desk = desk.get_or_insert_with(|| Desk { weights: vec![0; self.kinds.len()], laid: None });
        let alike = self.compare(desk, a, b);
        alike.specific.then(|| self.seen(a, b, &alike))
    }

    fn seen(&self, a: u32, b: u32, alike: &Alike) -> Seen {
        let around = |of: u32| self.around.get(of as usize).copied().flatten();
        alike.seen(self.reports[a as usize].beside(&self.reports[b as usize]), (around(a), around(b)), &self.bursts)
    }

    fn compare(&self, desk: &mut Desk, a: u32, b: u32) -> Alike {
        desk.lay(self, a);
        Alike::of(&self.reports[a as usize], &self.reports[b as usize], &desk.weights, &self.kinds)
    }

    /// The terms of both reports by key, each with its share of the cosine; heaviest first.
    pub(super) fn shared(&self, a: u32, b: u32) -> Vec<(u64, f64)> {
        let (x, y) = (&self.reports[a as usize].terms, &self.reports[b as usize].terms);
        let length = (x.square as f64 * y.square as f64).sqrt().max(1.0);
        let theirs: std::collections::BTreeMap<u32, u32> = y.weights().collect();
        let both = x.weights().filter_map(|(number, weight)| Some((number, f64::from(weight) * f64::from(*theirs.get(&number)?) / length)));
        let mut shared: Vec<(u64, f64)> = both.map(|(number, share)| (self.vocabulary.keys[number as usize], share)).collect();
        shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shared
    }
}

/// A report laid out by term number, for comparison with others.
pub(super) struct Desk {
    weights: Vec<u32>,
    laid: Option<u32>,
}

impl Desk {
    fn lay(&mut self, bridge: &Bridge, report: u32) {
        if self.laid == Some(report) {
            return;
        }
        let terms = |report: u32| bridge.reports[report as usize].terms.weights();
        if let Some(last) = self.laid.replace(report) {
            terms(last).for_each(|term| self.weights[term.0 as usize] = 0);
        }
        terms(report).for_each(|term| self.weights[term.0 as usize] = term.1);
    }
}
