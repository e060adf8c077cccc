//! Pairs of reports: how alike they are, what is usual around each, and what that says.

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use super::weigh::{Census, Entry, Terrain};
use crate::story::bridge;
use crate::story::compare::{self, Beside, Table};
use crate::story::score::{Around, Features, Largest, Neighbors};
use crate::story::snapshot::{TEN_THOUSAND, Weighed};
use crate::story::time::Bursts;

/// How alike two reports are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Alike {
    Within(compare::Alike),
    Across(bridge::Alike),
}

/// Two reports that were compared.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Met {
    alike: Alike,
    beside: Beside,
    /// Articles of each.
    pub(crate) sizes: (u32, u32),
}

impl Met {
    /// Whether it can be one: bytes that nobody here has written may say anything.
    pub(crate) fn is_sound(&self) -> bool {
        let (first, second) = self.cosines();
        self.beside.gap.is_none_or(|gap| gap >= 0) && [first, second].into_iter().all(|cosine| u64::from(cosine) <= TEN_THOUSAND)
    }

    /// The cosines that neighborhoods are made of.
    fn cosines(&self) -> (u32, u32) {
        match &self.alike {
            Alike::Within(alike) => (alike.words, alike.grams),
            Alike::Across(alike) => alike.cosines(),
        }
    }

    /// All in one figure: of 20,000 in one language, of 10,000 across two.
    pub(crate) fn all(&self) -> u32 {
        match &self.alike {
            Alike::Within(alike) => alike.both(),
            Alike::Across(alike) => alike.cosines().1,
        }
    }
}

/// A report laid out, for comparison with others.
pub(crate) struct Desk {
    entry: Entry,
    words: AHashMap<u64, u32>,
    grams: AHashMap<u64, u32>,
    /// In one language, …
    table: Table,
    /// … and across two.
    weights: Vec<u32>,
}

impl Desk {
    /// Lays out a report. O(its terms).
    pub(crate) fn new(entry: Entry) -> Desk {
        let numbers = |keys: &[u64]| keys.iter().copied().zip(0..).collect();
        // One number more is that of all terms which are not here.
        let mut table = Table::new(entry.words.len() + 1, entry.grams.len() + 1);
        let mut weights = Vec::new();
        match &entry.of {
            Terrain::Within(weighed) => table.lay(weighed),
            Terrain::Across(bridged, _) => {
                weights.resize(entry.words.len(), 0);
                bridged.terms.weights().for_each(|term| weights[term.0 as usize] = term.1);
            }
        }
        Desk { words: numbers(&entry.words), grams: numbers(&entry.grams), table, weights, entry }
    }

    /// Compares the report with another one of its corpus; nothing where they share too little to be compared.
    pub(crate) fn meet(&self, other: &Entry) -> Option<Met> {
        let word = |theirs: u32| self.words.get(&other.words[theirs as usize]).copied();
        let gram = |theirs: u32| self.grams.get(&other.grams[theirs as usize]).copied();
        let sizes = (self.entry.size, other.size);
        match (&self.entry.of, &other.of) {
            (Terrain::Within(a), Terrain::Within(b)) => {
                let nobody = self.entry.words.len() as u32;
                let mut theirs = Weighed { words: b.words.renumbered(word), grams: b.grams.renumbered(gram), ..b.clone() };
                for term in theirs.about.iter_mut().chain(&mut theirs.numbers) {
                    term.0 = word(term.0).unwrap_or(nobody);
                }
                Some(Met { alike: Alike::Within(self.table.compare(a, &theirs)), beside: a.beside(b), sizes })
            }
            (Terrain::Across(a, kinds), Terrain::Across(b, _)) => {
                let theirs = b.renumbered(word);
                let alike = bridge::Alike::of(a, &theirs, &self.weights, kinds);
                alike.specific.then(|| Met { alike: Alike::Across(alike), beside: a.beside(b), sizes })
            }
            _ => None,
        }
    }
}

/// What is known of one report from all that it was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Side {
    around: Around,
    /// What another one is alike at least that is among the nearest.
    least: u32,
}

impl Side {
    /// Whether it can be one.
    pub(crate) fn is_sound(&self) -> bool {
        is_sound(self.around)
    }
}

fn is_sound(around: Around) -> bool {
    around.is_none_or(|means| means.0.max(means.1) <= TEN_THOUSAND)
}

/// What is usual around a report of so many articles, by what it was compared with and how many articles those are.
pub(crate) fn look_around<'m>(size: u32, met: impl Iterator<Item = (&'m Met, u32)>) -> Side {
    let (mut neighbors, mut nearest) = (Neighbors::of_copies(size), Largest::default());
    for (met, size) in met {
        neighbors.push(met.cosines(), size);
        nearest.push(met.all(), 1);
    }
    Side { around: neighbors.around(), least: nearest.least() }
}

/// Two reports, and what is usual around them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Settled {
    met: Met,
    around: (Around, Around),
}

impl Settled {
    pub(crate) fn new(met: Met, sides: (Side, Side)) -> Settled {
        Settled { met, around: (sides.0.around, sides.1.around) }
    }

    /// Whether they can be.
    pub(crate) fn is_sound(&self) -> bool {
        self.met.is_sound() && is_sound(self.around.0) && is_sound(self.around.1)
    }

    /// How many days lie between the two, where one is among the nearest of the other.
    pub(crate) fn near_gap(met: &Met, sides: (Side, Side)) -> Option<i64> {
        met.beside.gap.filter(|_| met.all() >= sides.0.least.min(sides.1.least))
    }

    /// How alike they are in all.
    pub(crate) fn all(&self) -> u32 {
        self.met.all()
    }

    /// The score, in thousandths of a logit.
    pub(crate) fn logit(&self, gaps: &Gaps) -> i32 {
        let Settled { met: Met { alike, beside, .. }, around } = self;
        let seen = match alike {
            Alike::Within(alike) => Features::new(*alike, *beside, *around, &gaps.0).seen(),
            Alike::Across(alike) => alike.seen(*beside, *around, &gaps.0),
        };
        seen.score() as i32
    }
}

/// What the days between two reports say in one corpus.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gaps(Bursts);

impl Gaps {
    /// Of so many near pairs of each gap.
    pub(crate) fn new(census: &Census, near: impl Iterator<Item = (i64, u64)>) -> Gaps {
        Gaps(Bursts::of_counts(&census.days, near))
    }
}
