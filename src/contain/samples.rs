//! What is kept of texts to look for containment, and how it is asked for: one text, or all of them in the order in which they lie.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::verify::{ONE, Ratio};

/// Least share of the shingles in a sample, in millionths: a threshold near 1 leaves no room, and of a short text there has to be something.
const MIN_SAMPLE: u64 = ONE / 4;

/// Most shingles of a text that is kept whole: where texts are short there are many. Tests have texts on both sides.
const SHORT: usize = if cfg!(test) { 24 } else { 256 };

/// What is kept of a text.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Shingles of the text, repeats counted.
    pub(super) shingles: u32,
    /// How many of the values are the sample.
    sampled: u32,
    /// Those in the sample, repeats as well; of a short text the others behind them.
    values: Box<[u32]>,
}

impl Sample {
    /// The sample of a text, given by the upper halves of its shingle hashes, in any order, with repeats; they are moved about.
    #[must_use]
    pub fn new(values: &mut [u32], least: Ratio) -> Sample {
        let share = (2 * ONE.saturating_sub(least.millionths())).clamp(MIN_SAMPLE, ONE);
        let bound = (u64::from(u32::MAX) * share / ONE) as u32;
        let mut sampled = 0;
        for at in 0..values.len() {
            let is_sampled = values[at] <= bound;
            values.swap(sampled, at);
            sampled += usize::from(is_sampled);
        }
        let kept = if values.len() <= SHORT { values.len() } else { sampled };
        Sample { shingles: values.len() as u32, sampled: sampled as u32, values: values[..kept].into() }
    }

    /// Writes it behind other bytes.
    pub(crate) fn to_bytes(&self, out: &mut Vec<u8>) {
        out.extend([self.shingles, self.sampled].iter().chain(&self.values).flat_map(|number| number.to_le_bytes()));
    }

    /// What was written, up to the end of the bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Sample {
        let mut numbers = bytes.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number));
        let (shingles, sampled) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let values: Box<[u32]> = numbers.collect();
        Sample { shingles, sampled: sampled.min(values.len() as u32), values }
    }

    /// How many shingles the text has, repeats counted.
    pub(crate) fn shingles(&self) -> usize {
        self.shingles as usize
    }

    pub(crate) fn values(&self) -> &[u32] {
        &self.values[..self.sampled as usize]
    }

    fn into_values(self) -> Vec<u32> {
        let mut values = self.values.into_vec();
        values.truncate(self.sampled as usize);
        values
    }

    /// All values, ascending, if they are kept and no two are equal: then there are as many shingles.
    pub(crate) fn halves(&self) -> Option<Vec<u32>> {
        let values = distinct(self.whole()?);
        (values.len() == self.shingles as usize).then_some(values)
    }

    /// All values, if they are kept.
    pub(crate) fn whole(&self) -> Option<&[u32]> {
        (self.values.len() == self.shingles as usize).then_some(&self.values)
    }
}

/// The samples of texts, by their numbers: in memory, or wherever they are kept.
pub trait Samples: Sync {
    /// What is kept of a text.
    fn of(&self, text: u32) -> Cow<'_, Sample>;

    /// In how many blocks texts lie that are read together.
    fn blocks(&self) -> usize;

    /// The texts of a block, in any order: each text is in one.
    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, Sample>)>;
}

impl Samples for Vec<Sample> {
    fn of(&self, text: u32) -> Cow<'_, Sample> {
        Cow::Borrowed(&self[text as usize])
    }

    fn blocks(&self) -> usize {
        self.len()
    }

    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, Sample>)> {
        vec![(block as u32, Cow::Borrowed(&self[block]))]
    }
}

/// Some values of each text.
pub(super) trait Values: Sync {
    fn of(&self, text: u32) -> Cow<'_, [u32]>;
    fn blocks(&self) -> usize;
    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, [u32]>)>;
}

impl dyn Values + '_ {
    /// Every text with its values, on all threads, in the order in which they lie.
    pub(super) fn each(&self) -> impl ParallelIterator<Item = (u32, Cow<'_, [u32]>)> {
        (0..self.blocks()).into_par_iter().flat_map_iter(|block| self.block(block))
    }
}

impl dyn Samples + '_ {
    pub(super) fn each(&self) -> impl ParallelIterator<Item = (u32, Cow<'_, Sample>)> {
        (0..self.blocks()).into_par_iter().flat_map_iter(|block| self.block(block))
    }
}

/// Those of the sample.
pub(super) struct Sampled<'s>(pub(super) &'s dyn Samples);

fn values_of(sample: Cow<'_, Sample>) -> Cow<'_, [u32]> {
    match sample {
        Cow::Borrowed(sample) => Cow::from(sample.values()),
        Cow::Owned(sample) => Cow::from(sample.into_values()),
    }
}

impl Values for Sampled<'_> {
    fn of(&self, text: u32) -> Cow<'_, [u32]> {
        values_of(self.0.of(text))
    }

    fn blocks(&self) -> usize {
        self.0.blocks()
    }

    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, [u32]>)> {
        self.0.block(block).into_iter().map(|(text, sample)| (text, values_of(sample))).collect()
    }
}

/// Those that were chosen, a text and a value of it in one number, ascending.
pub(super) struct Chosen(Vec<u64>);

/// Rows of a block, and those of the text it ends in.
const ROWS: usize = if cfg!(test) { 4 } else { 4096 };

impl Chosen {
    pub(super) fn new(mut rows: Vec<u64>) -> Chosen {
        rows.par_sort_unstable();
        Chosen(rows)
    }

    pub(super) fn row(text: u32, value: u32) -> u64 {
        u64::from(text) << 32 | u64::from(value)
    }

    /// Where a text's rows begin, or would.
    fn start(&self, text: u32) -> usize {
        self.0.partition_point(|row| *row < Chosen::row(text, 0))
    }

    /// Where the text ends that a row is of.
    fn end(&self, row: usize) -> usize {
        let text = self.0[row] >> 32;
        row + self.0[row..].partition_point(|row| *row >> 32 == text)
    }
}

impl Values for Chosen {
    fn of(&self, text: u32) -> Cow<'_, [u32]> {
        self.0[self.start(text)..].iter().take_while(|row| **row >> 32 == u64::from(text)).map(|row| *row as u32).collect()
    }

    fn blocks(&self) -> usize {
        self.0.len().div_ceil(ROWS)
    }

    fn block(&self, block: usize) -> Vec<(u32, Cow<'_, [u32]>)> {
        // A text that began in the block before is there.
        let from = |row: usize| if row == 0 { 0 } else { self.end(row - 1) };
        let rows = from(block * ROWS)..from(((block + 1) * ROWS).min(self.0.len()));
        let texts = self.0[rows.start.min(rows.end)..rows.end].chunk_by(|a, b| a >> 32 == b >> 32);
        texts.map(|rows| ((rows[0] >> 32) as u32, rows.iter().map(|row| *row as u32).collect())).collect()
    }
}

/// Values in ascending order, each once.
pub(super) fn distinct(values: &[u32]) -> Vec<u32> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_values_are_those_of_each_text() {
        let texts: [(u32, &[u32]); 6] =
            [(0, &[3]), (2, &[1, 1, 9]), (3, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), (7, &[5]), (8, &[2]), (u32::MAX, &[u32::MAX])];
        let rows = texts.iter().rev().flat_map(|(text, values)| values.iter().map(|value| Chosen::row(*text, *value)));
        let chosen = Chosen::new(rows.collect());
        let each: Vec<(u32, Vec<u32>)> =
            (0..chosen.blocks()).flat_map(|block| chosen.block(block)).map(|(text, values)| (text, values.into_owned())).collect();
        assert_eq!(each, texts.map(|(text, values)| (text, values.to_vec())));
        for (text, values) in texts {
            assert_eq!(*chosen.of(text), *values);
        }
        assert_eq!((chosen.of(1).len(), chosen.of(9).len()), (0, 0));
        let none = Chosen::new(Vec::new());
        assert_eq!((none.blocks(), none.of(0).len()), (0, 0));
    }
}
