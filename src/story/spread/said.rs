//! What a report says, before anything is known of others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Name;
use crate::story::Report;
use crate::story::bridge;
use crate::story::terms::{Kind, Lexicon, Reader, Term};
use crate::story::vocabulary::MOST_COPIES;

/// Terms that a task remembers of those it has read: tens of megabytes.
const REMEMBERED: usize = 1 << 20;

/// A report in one corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(super) lang: String,
    pub(super) day: Option<i64>,
    pub(super) size: u32,
    pub(super) terms: Spoken,
}

/// Keys of terms, with how often each stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Spoken {
    Within { words: Vec<(u64, u32, Kind)>, grams: Vec<(u64, u32)> },
    Across(Vec<(u64, u32, bridge::Kind)>),
}

impl Said {
    /// Articles that the report counts for.
    pub(crate) fn articles(&self) -> u32 {
        self.size.min(MOST_COPIES)
    }

    /// The day of its first publication.
    pub(crate) fn day(&self) -> Option<i64> {
        self.day
    }

    /// Its terms, each once.
    pub(crate) fn names(&self) -> Vec<Name> {
        let word = |key: u64| Name { is_gram: false, key };
        match &self.terms {
            Spoken::Across(terms) => terms.iter().map(|term| word(term.0)).collect(),
            Spoken::Within { words, grams } => {
                let grams = grams.iter().map(|term| Name { is_gram: true, key: term.0 });
                words.iter().map(|term| word(term.0)).chain(grams).collect()
            }
        }
    }
}

/// Reads reports.
#[derive(Default)]
pub(crate) struct Speaker {
    tongues: BTreeMap<String, Reader>,
    across: bridge::Reader,
}

impl Speaker {
    /// What a report says in its language, and in what is the same in every one.
    pub(crate) fn say(&mut self, report: &Report<'_>) -> (Said, Said) {
        let lexicons = self.tongues.values().flat_map(|reader| [&reader.words, &reader.grams]);
        if lexicons.chain([&self.across.lexicon]).map(|lexicon| lexicon.entries.len()).sum::<usize>() > REMEMBERED {
            *self = Speaker::default();
        }
        let reader = self.tongues.entry(report.lang.to_owned()).or_insert_with(|| Reader::new(report.lang));
        let found = reader.read(report.parts.iter().copied(), 0);
        let within = Spoken::Within {
            words: found.words.iter().map(|term| (key(&reader.words, term), term.count, reader.kinds[term.number as usize])).collect(),
            grams: found.grams.iter().map(|term| (key(&reader.grams, term), term.count)).collect(),
        };
        let found = self.across.read(&Report { size: 0, parts: report.parts.clone(), ..*report });
        let bridge::Reader { lexicon, kinds, .. } = &self.across;
        let across = found.iter().map(|term| (key(lexicon, term), term.count, kinds[term.number as usize])).collect();
        let said = |terms| Said { lang: report.lang.to_owned(), day: report.day, size: report.size, terms };
        (said(within), said(Spoken::Across(across)))
    }
}

fn key(lexicon: &Lexicon, term: &Term) -> u64 {
    lexicon.entries[term.number as usize].key
}
