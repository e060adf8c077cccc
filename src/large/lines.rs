//! What outlets repeat, counted without holding every line that was ever printed: of a line that comes twice at least the counts are
//! exact, of others none is needed.

use super::shelf::{Filling, Shelf};
use crate::article::Article;
use crate::config::Config;
use crate::error::Result;
use crate::extract::{self, LineCounts, Lines};
use crate::hash;

/// The lines of one article: the hash of its outlet, its day or [`UNDATED`], and the keys of its lines.
pub(super) fn to_bytes(article: &Article, config: &Config, lines: &Lines) -> Vec<u8> {
    let Some(outlet) = config.outlet(article).map(|outlet| hash::bytes(outlet.as_bytes())) else { return Vec::new() };
    let day = article.day().unwrap_or(UNDATED) as u64;
    let keys = extract::line_keys(outlet, lines.templates());
    [outlet, day].into_iter().chain(keys).flat_map(u64::to_le_bytes).collect()
}

const UNDATED: i64 = i64::MIN;

/// Which lines came at least twice; others that share a place with one count as well.
pub(super) struct Twice {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Twice {
    /// Takes so many bytes at most, or a little.
    pub(super) fn new(bytes: usize) -> Twice {
        let words = 1 << (bytes / 16).max(64).ilog2();
        Twice { once: vec![0; words], twice: vec![0; words] }
    }

    fn place(&self, key: u64) -> (usize, u64) {
        ((key >> 6) as usize & (self.once.len() - 1), 1 << (key % 64))
    }

    pub(super) fn add(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn holds(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.twice[word] & bit != 0
    }
}

/// The lines of all articles, while they are read.
pub(super) struct Printed {
    filling: Filling,
    twice: Twice,
}

impl Printed {
    pub(super) fn new(filling: Filling, twice: Twice) -> Printed {
        Printed { filling, twice }
    }

    /// Adds the lines of the next article.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        numbers(bytes).skip(2).for_each(|key| self.twice.add(key));
        self.filling.push(bytes)
    }

    /// The counts over all articles that `is_kept`, by number.
    pub(super) fn counts(self, is_kept: impl Fn(usize) -> bool) -> Result<LineCounts> {
        let Printed { filling, twice } = self;
        let shelf: Shelf = filling.finish()?;
        let mut counts = LineCounts::default();
        for block in shelf.blocks() {
            let block = block?;
            for at in (0..block.len()).filter(|at| is_kept(block.first + at)) {
                let mut numbers = numbers(block.get(at));
                let (Some(outlet), Some(day)) = (numbers.next(), numbers.next()) else { continue };
                let keys: Vec<u64> = numbers.filter(|key| twice.holds(*key)).collect();
                counts.add_keys(outlet, Some(day as i64).filter(|day| *day != UNDATED), &keys);
            }
        }
        Ok(counts)
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.as_chunks().0.iter().map(|number| u64::from_le_bytes(*number))
}
