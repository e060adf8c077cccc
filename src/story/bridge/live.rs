//! Reports in several languages as they come.

use serde::{Deserialize, Serialize};

use super::read::{Kind, Reader};
use super::{Alike, Bridged};
use crate::story::Report;
use crate::story::candidates::Choice;
use crate::story::live::Postings;
use crate::story::score::{Around, Seen};
use crate::story::snapshot::idf_of;
use crate::story::terms::{Lexicon, Term};
use crate::story::time::Bursts;
use crate::story::vocabulary::MOST_COPIES;

/// Spellings of words whose terms are remembered: tens of megabytes.
const SPELLINGS: usize = 1 << 19;

/// What all languages share.
#[derive(Default)]
pub(in crate::story) struct Across {
    reader: Reader,
    /// Articles that were counted.
    articles: u64,
    pub(in crate::story) postings: Postings,
    pub(in crate::story) bursts: Bursts,
    weights: Vec<u32>,
}

/// What has to be kept of it, beside the reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::story) struct AcrossRows {
    articles: u64,
    terms: Vec<(u64, u32)>,
    kinds: Vec<Kind>,
    bursts: Bursts,
}

/// How alike two reports are, as far as it is kept: concepts, all terms.
pub(in crate::story) struct Foreign {
    alike: Alike,
    pub(in crate::story) cosines: (u32, u32),
}

impl Foreign {
    /// What the model sees.
    pub(in crate::story) fn seen(&self, reports: (&Bridged, &Bridged), around: (Around, Around), bursts: &Bursts) -> Seen {
        self.alike.seen(reports.0.beside(reports.1), around, bursts)
    }
}

impl Across {
    pub(in crate::story) fn of_rows(rows: AcrossRows) -> Across {
        let mut found = Across { articles: rows.articles, bursts: rows.bursts, ..Across::default() };
        found.reader.lexicon = Lexicon::of_rows(rows.terms);
        found.reader.kinds = rows.kinds;
        found
    }

    pub(in crate::story) fn rows(&self) -> AcrossRows {
        AcrossRows { articles: self.articles, terms: self.reader.lexicon.rows(), kinds: self.reader.kinds.clone(), bursts: self.bursts }
    }

    /// Counts the terms of a report.
    pub(in crate::story) fn read(&mut self, report: &Report<'_>) -> Vec<Term> {
        self.articles += u64::from(report.size.min(MOST_COPIES));
        self.reader.forget(SPELLINGS);
        self.reader.read(report)
    }

    /// How many terms were seen.
    pub(in crate::story) fn size(&self) -> usize {
        self.reader.kinds.len()
    }

    /// Forgets the terms that were seen since the vocabulary had this size.
    pub(in crate::story) fn shrink(&mut self, size: usize) {
        if self.size() != size {
            self.reader.forget(0);
            self.reader.lexicon.truncate(size);
            self.reader.kinds.truncate(size);
        }
    }

    /// Weighs a report by what is counted so far.
    pub(in crate::story) fn weigh(&self, terms: &[Term], day: Option<i64>) -> Bridged {
        Bridged::new(terms, day, |number| {
            let kind = self.reader.kinds[number as usize];
            let held = self.reader.lexicon.entries[number as usize].held.articles;
            (kind, idf_of(self.articles, held, kind.usual()))
        })
    }

    /// The reports nearest to one, by `choice`; `day` tells whether and when a report may be chosen.
    pub(in crate::story) fn nearest(&mut self, to: &Bridged, choice: Choice, day: impl Fn(u32) -> Option<Option<i64>>) -> Vec<u32> {
        let entries = &self.reader.lexicon.entries;
        self.postings.nearest(&to.terms, choice, |number| entries[number as usize].key, day)
    }

    /// Lays a report out, for comparison with others.
    pub(in crate::story) fn lay(&mut self, report: &Bridged) {
        self.weights.resize(self.reader.kinds.len().max(self.weights.len()), 0);
        report.terms.weights().for_each(|term| self.weights[term.0 as usize] = term.1);
    }

    /// Clears away the report that is laid out.
    pub(in crate::story) fn clear(&mut self, report: &Bridged) {
        report.terms.weights().for_each(|term| self.weights[term.0 as usize] = 0);
    }

    /// Compares the report that is laid out with another; nothing when they share nothing specific.
    pub(in crate::story) fn compare(&self, a: &Bridged, b: &Bridged) -> Option<Foreign> {
        let alike = Alike::of(a, b, &self.weights, &self.reader.kinds);
        alike.specific.then_some(Foreign { cosines: (alike.concepts, alike.all), alike })
    }
}
