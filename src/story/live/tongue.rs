//! The reports of one language as they come: a vocabulary that grows, and what is compared within it.

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use super::postings::Postings;
use crate::story::Report;
use crate::story::background::Background;
use crate::story::candidates::Choice;
use crate::story::compare::{Alike, Table};
use crate::story::snapshot::{Known, UNKNOWN_GRAM, UNKNOWN_STEM, Weighed, idf_of, weigh};
use crate::story::terms::{Kind, Lexicon, Reader, Terms};
use crate::story::time::Bursts;
use crate::story::vocabulary::MOST_COPIES;

/// Spellings of words whose stems are remembered: tens of megabytes.
const SPELLINGS: usize = 1 << 19;

/// One language.
pub(super) struct Tongue {
    pub(super) lang: String,
    spoken: Spoken,
    pub(super) postings: Postings,
    pub(super) bursts: Bursts,
    table: Table,
}

/// Its words so far.
struct Spoken {
    reader: Reader,
    /// Articles that were counted.
    articles: u64,
    background: &'static Background,
    /// Of a million articles those that hold each word in general, by number …
    words: Vec<u32>,
    /// … and each 4-gram.
    grams: Vec<u32>,
    /// IDFs of terms that the background table does not know, by how many articles hold them.
    rare_words: Vec<u32>,
    rare_grams: Vec<u32>,
}

/// Counts whose IDFs are looked up: most terms are rare.
const RARE: u32 = 32;

/// What has to be kept of one, beside its reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TongueRows {
    pub(super) lang: String,
    articles: u64,
    words: Vec<(u64, u32)>,
    kinds: Vec<Kind>,
    grams: Vec<(u64, u32)>,
    bursts: Bursts,
}

impl Tongue {
    pub(super) fn new(lang: &str) -> Tongue {
        Tongue {
            lang: lang.to_owned(),
            spoken: Spoken {
                reader: Reader::new(lang),
                articles: 0,
                background: Background::of(lang),
                words: Vec::new(),
                grams: Vec::new(),
                rare_words: Vec::new(),
                rare_grams: Vec::new(),
            },
            postings: Postings::default(),
            bursts: Bursts::default(),
            table: Table::default(),
        }
    }

    pub(super) fn of_rows(rows: TongueRows) -> Tongue {
        let mut found = Tongue { bursts: rows.bursts, ..Tongue::new(&rows.lang) };
        found.spoken.reader.words = Lexicon::of_rows(rows.words);
        found.spoken.reader.kinds = rows.kinds;
        found.spoken.reader.grams = Lexicon::of_rows(rows.grams);
        found.spoken.articles = rows.articles;
        found.spoken.look_up();
        found
    }

    pub(super) fn rows(&self) -> TongueRows {
        let Spoken { reader, articles, .. } = &self.spoken;
        TongueRows {
            lang: self.lang.clone(),
            articles: *articles,
            words: reader.words.rows(),
            kinds: reader.kinds.clone(),
            grams: reader.grams.rows(),
            bursts: self.bursts,
        }
    }

    /// Counts the terms of a report.
    pub(super) fn read(&mut self, report: &Report<'_>) -> Terms {
        let spoken = &mut self.spoken;
        let size = report.size.min(MOST_COPIES);
        spoken.reader.forget(SPELLINGS);
        spoken.articles += u64::from(size);
        let terms = spoken.reader.read(report.parts.iter().copied(), size);
        spoken.look_up();
        terms
    }

    /// How many words and 4-grams were seen.
    pub(super) fn size(&self) -> (usize, usize) {
        let Reader { words, grams, .. } = &self.spoken.reader;
        (words.entries.len(), grams.entries.len())
    }

    /// Forgets the terms that were seen since the vocabulary had this size.
    pub(super) fn shrink(&mut self, (words, grams): (usize, usize)) {
        if self.size() != (words, grams) {
            let reader = &mut self.spoken.reader;
            reader.forget(0);
            reader.words.truncate(words);
            reader.grams.truncate(grams);
            reader.kinds.truncate(words);
            self.spoken.look_up();
        }
    }

    /// Weighs a report by what is counted so far.
    pub(super) fn weigh(&self, terms: &Terms, day: Option<i64>) -> Weighed {
        weigh(&self.spoken, terms, day)
    }

    /// The reports nearest to one, by `choice`; `day` tells whether and when a report may be chosen.
    pub(super) fn nearest(&mut self, to: &Weighed, choice: Choice, day: impl Fn(u32) -> Option<Option<i64>>) -> Vec<u32> {
        let spoken = &self.spoken;
        self.postings.nearest(&to.words, choice, |word| spoken.key(word), day)
    }

    /// Lays a report out, for comparison with others.
    pub(super) fn lay(&mut self, report: &Weighed) {
        let Reader { words, grams, .. } = &self.spoken.reader;
        self.table.grow(words.entries.len(), grams.entries.len());
        self.table.lay(report);
    }

    /// Compares the report that is laid out with another.
    pub(super) fn compare(&self, a: &Weighed, b: &Weighed) -> Alike {
        self.table.compare(a, b)
    }

    /// Clears away the report that is laid out.
    pub(super) fn clear(&mut self, report: &Weighed) {
        self.table.clear(report);
    }
}

impl Spoken {
    /// Looks up the terms that are new, and what is rare among so many articles.
    fn look_up(&mut self) {
        let Spoken { reader, articles, background, words, grams, rare_words, rare_grams } = self;
        words.truncate(reader.words.entries.len());
        grams.truncate(reader.grams.entries.len());
        let usual = |table: &AHashMap<u64, u32>, key: u64, unknown: u32| table.get(&key).copied().unwrap_or(unknown);
        let new = &reader.words.entries[words.len()..];
        words.extend(new.iter().map(|entry| usual(&background.stems, entry.key, UNKNOWN_STEM)));
        let new = &reader.grams.entries[grams.len()..];
        grams.extend(new.iter().map(|entry| usual(&background.grams, entry.key, UNKNOWN_GRAM)));
        for (rare, unknown) in [(rare_words, UNKNOWN_STEM), (rare_grams, UNKNOWN_GRAM)] {
            rare.clear();
            rare.extend((0..RARE).map(|df| idf_of(*articles, df, unknown)));
        }
    }
}

impl Known for Spoken {
    fn key(&self, word: u32) -> u64 {
        self.reader.words.entries[word as usize].key
    }

    fn kind(&self, word: u32) -> Kind {
        self.reader.kinds[word as usize]
    }

    fn word_idf(&self, word: u32) -> u32 {
        let (df, usual) = (self.reader.words.entries[word as usize].held.articles, self.words[word as usize]);
        match self.rare_words.get(df as usize) {
            Some(idf) if usual == UNKNOWN_STEM => *idf,
            _ => idf_of(self.articles, df, usual),
        }
    }

    fn gram_idf(&self, gram: u32) -> u32 {
        let (df, usual) = (self.reader.grams.entries[gram as usize].held.articles, self.grams[gram as usize]);
        match self.rare_grams.get(df as usize) {
            Some(idf) if usual == UNKNOWN_GRAM => *idf,
            _ => idf_of(self.articles, df, usual),
        }
    }
}
