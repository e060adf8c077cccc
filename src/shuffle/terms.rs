//! From what reports say to what they weigh.
//!
//! A report has the name of its copy group, eight bytes that sort as its smallest article does, and behind them the corpus. A term is named
//! by its kind, its key, and the corpus. Terms that very many reports hold are told to all tasks; who holds a rarer one comes together.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::wire::{self, Bytes};
use super::{Emit, Group, Shared, Step};
use crate::error::Result;
use crate::story::spread::{ACROSS, COMMON, Census, Held, Name, Said};

/// Terms that a task counts before it tells them: some hundred megabytes.
const COUNTED: usize = 1 << 21;

const GRAM: u8 = b'g';
const WORD: u8 = b'w';
/// A day instead of a term, and how many reports are of none.
const DAY: u8 = b'd';
const UNDATED: u8 = b'u';

/// The bytes of a report's name before its corpus.
pub(super) const REPORT: usize = 8;

/// The report and the corpus of a name.
pub(super) fn parts(name: &[u8]) -> Result<([u8; REPORT], &[u8])> {
    name.split_first_chunk().map(|(report, corpus)| (*report, corpus)).ok_or_else(wire::foreign)
}

/// Whether a corpus is the one of all languages.
pub(super) fn is_across(corpus: &[u8]) -> bool {
    corpus == ACROSS.as_bytes()
}

fn term(name: Name, corpus: &[u8]) -> Vec<u8> {
    named(if name.is_gram { GRAM } else { WORD }, name.key, corpus)
}

fn named(kind: u8, number: u64, corpus: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.extend(number.to_be_bytes());
    out.extend(corpus);
    out
}

/// The kind, the number and the corpus of a term's name.
fn of_name(bytes: &[u8]) -> Result<(u8, u64, &[u8])> {
    let (kind, rest) = bytes.split_first().ok_or_else(wire::foreign)?;
    let (number, corpus) = parts(rest)?;
    Ok((*kind, u64::from_be_bytes(number), corpus))
}

/// No corpus has more articles: a million times as many stay below 2^63.
pub(super) const MOST: u64 = 1 << 40;

/// Counts of reports and articles.
#[derive(Clone, Copy, Default)]
struct Count(u64, u64);

impl Count {
    fn of(bytes: &[u8]) -> Result<Count> {
        let mut bytes = Bytes(bytes);
        Ok(Count(bytes.u64()?.min(MOST), bytes.u64()?.min(MOST)))
    }

    fn add(&mut self, other: Count) {
        (self.0, self.1) = ((self.0 + other.0).min(MOST), (self.1 + other.1).min(MOST));
    }

    fn to_bytes(self) -> Vec<u8> {
        [self.0, self.1].into_iter().flat_map(u64::to_le_bytes).collect()
    }

    fn held(self) -> Held {
        let small = |count: u64| count.min(u32::MAX.into()) as u32;
        Held { reports: small(self.0), articles: small(self.1) }
    }
}

/// How many reports hold each term, and how many are of each day, as far as one task sees.
#[derive(Default)]
pub(super) struct Counts(AHashMap<Vec<u8>, Count>);

impl Counts {
    fn tell(&mut self, emit: &mut Emit<'_>) {
        std::mem::take(&mut self.0).iter().for_each(|(name, count)| emit(&[name, &count.to_bytes()]));
    }
}

impl Step for Counts {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (_, corpus) = parts(row[0])?;
        let said: Said = wire::of_bytes(row[1])?;
        let count = Count(1, said.articles().into());
        let day = said.day().map_or_else(|| named(UNDATED, 0, corpus), |day| named(DAY, day as u64, corpus));
        for name in said.names().into_iter().map(|name| term(name, corpus)).chain([day]) {
            self.0.entry(name).or_default().add(count);
        }
        if self.0.len() >= COUNTED {
            self.tell(emit);
        }
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.tell(emit);
        Ok(())
    }
}

/// What everyone has to know: the days, and terms that very many reports hold.
#[derive(Default)]
pub(super) struct Commons(Count);

impl Group for Commons {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.0.add(Count::of(row[1])?);
        Ok(())
    }

    fn close(&mut self, name: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let count = std::mem::take(&mut self.0);
        if matches!(of_name(name)?.0, DAY | UNDATED) || count.0 > u64::from(COMMON) {
            emit(&[name, &count.to_bytes()]);
        }
        Ok(())
    }
}

/// The same, in a task that was told.
pub(super) struct Common {
    terms: AHashMap<Vec<u8>, Held>,
    census: BTreeMap<Vec<u8>, Census>,
}

impl Common {
    /// Of the shared rows those that [`Commons`] has written, under `count` and their names.
    pub(super) fn new(shared: &Shared<'_>) -> Result<Common> {
        let mut found = Common { terms: AHashMap::new(), census: BTreeMap::new() };
        for (name, count) in shared {
            let Some(name) = name.strip_prefix(b"count") else { continue };
            let ((kind, number, corpus), count) = (of_name(name)?, Count::of(count)?);
            if matches!(kind, GRAM | WORD) {
                found.terms.insert(name.to_vec(), count.held());
                continue;
            }
            let census = found.census.entry(corpus.to_vec()).or_default();
            census.reports = (census.reports + count.0).min(MOST);
            census.articles = (census.articles + count.1).min(MOST);
            if kind == DAY {
                *census.days.entry(number as i64).or_default() += count.0;
            }
        }
        Ok(found)
    }

    /// The reports of a corpus.
    pub(super) fn census(&self, corpus: &[u8]) -> Result<&Census> {
        self.census.get(corpus).ok_or_else(wire::foreign)
    }

    /// The names of all corpora.
    pub(super) fn corpora(&self) -> impl Iterator<Item = &[u8]> {
        self.census.keys().map(Vec::as_slice)
    }

    /// How many reports there are in all languages.
    pub(super) fn reports(&self) -> u64 {
        self.census.iter().filter(|row| !is_across(row.0)).map(|row| row.1.reports).sum()
    }
}

/// The rarer terms of a report.
pub(super) struct Rare(pub(super) Common);

impl Step for Rare {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let (_, corpus) = parts(row[0])?;
        let said: Said = wire::of_bytes(row[1])?;
        let count = Count(1, said.articles().into()).to_bytes();
        for name in said.names().into_iter().map(|name| term(name, corpus)).filter(|name| !self.0.terms.contains_key(name)) {
            emit(&[&name, row[0], &count]);
        }
        Ok(())
    }
}

/// How many hold a rarer term, to each of them; who holds one alone knows by hearing nothing.
#[derive(Default)]
pub(super) struct Holders {
    reports: Vec<Vec<u8>>,
    count: Count,
}

impl Group for Holders {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        self.reports.push(row[1].to_vec());
        self.count.add(Count::of(row[2])?);
        Ok(())
    }

    fn close(&mut self, name: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let (reports, count) = (std::mem::take(&mut self.reports), std::mem::take(&mut self.count).to_bytes());
        if reports.len() > 1 {
            reports.iter().for_each(|report| emit(&[report, name, &count]));
        }
        Ok(())
    }
}

/// Reports by what they weigh, which have no term for a name, and the lists of terms that they stand in.
pub(super) struct Weights {
    common: Common,
    said: Option<Said>,
    held: AHashMap<Vec<u8>, Held>,
}

impl Weights {
    pub(super) fn new(common: Common) -> Weights {
        Weights { common, said: None, held: AHashMap::new() }
    }
}

impl Group for Weights {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        if row[1].is_empty() {
            self.said = Some(wire::of_bytes(row[2])?);
        } else {
            self.held.insert(row[1].to_vec(), Count::of(row[2])?.held());
        }
        Ok(())
    }

    fn close(&mut self, report: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        let Some(said) = self.said.take() else { return Err(wire::foreign()) };
        let (_, corpus) = parts(report)?;
        let articles = self.common.census(corpus)?.articles;
        let known = |name: Name| {
            let name = term(name, corpus);
            held.get(&name).or_else(|| self.common.terms.get(&name)).copied()
        };
        let (entry, postings) = said.weigh(articles, known);
        emit(&[&[], report, &wire::to_bytes(&entry)?]);
        for (key, posting) in postings {
            emit(&[&named(WORD, key, corpus), report, &wire::to_bytes(&posting)?]);
        }
        Ok(())
    }
}
