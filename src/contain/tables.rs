//! Tables of shingle hashes in which values may share a place: that makes a text look more shared than it is, and never less.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

use super::room;
use super::samples::Sample;
use super::sources::Sources;
use crate::hash;
use crate::verify::Ratio;

/// Most values that are counted: of more, texts are left out. 8 MiB of counters.
const COUNTED: usize = if cfg!(test) { 1 << 8 } else { 1 << 22 };
/// Most places where values are marked, a power of two: 128 MiB.
const MAX_PLACES: usize = 1 << 30;

/// What tells shared values from others, over all groups.
pub(crate) struct Tables {
    pub(super) twice: Twice,
    pub(super) counts: Counts,
}

impl Tables {
    pub(super) fn new(sources: &Sources<'_>) -> Tables {
        let filling = Filling::new(sources.size);
        sources.each(|values| filling.add(values));
        sources.firsts(|values| filling.count(values));
        filling.finish()
    }

    /// Whether not too many of a text's values stand nowhere else.
    pub(crate) fn may_be_held(&self, sample: &Sample, least: Ratio) -> bool {
        let room = room(sample.shingles as usize, least);
        sample.values().iter().filter(|value| !self.twice.holds(**value)).nth(room as usize).is_none()
    }

    /// The values of which a holder of the text must have one, the rarest: as many as may be missing and one, less those that are.
    pub(crate) fn prefix(&self, room: u32, values: &[u32]) -> Vec<u32> {
        let alone = values.iter().filter(|value| !self.twice.holds(**value)).count();
        let shared = values.iter().copied().filter(|value| self.twice.holds(*value));
        let mut rarest: Vec<u64> = shared.map(|value| u64::from(self.counts.of(value)) << 32 | u64::from(value)).collect();
        rarest.sort_unstable();
        rarest.dedup();
        rarest.truncate((room as usize + 1).saturating_sub(alone));
        rarest.into_iter().map(|row| row as u32).collect()
    }
}

/// [`Tables`] while they are filled, from all groups or from some. What is filled does not depend on the order in which threads add.
pub(crate) struct Filling {
    once: Vec<AtomicU64>,
    twice: Twice,
    counts: Counts,
    /// One in so many groups is counted.
    step: u64,
}

impl Filling {
    /// For all groups together, with so many values in all their texts.
    pub(crate) fn new(values: usize) -> Filling {
        let words = (values.min(MAX_PLACES) * 2).next_power_of_two().clamp(64, MAX_PLACES) / 64;
        let table = || (0..words).map(|_| AtomicU64::new(0)).collect();
        let step = values.div_ceil(COUNTED).max(1);
        let counters = (values / step).next_power_of_two();
        let counts = Counts((0..counters).map(|_| AtomicU16::new(0)).collect());
        Filling { once: table(), twice: Twice(table()), counts, step: step as u64 }
    }

    /// Adds what the texts of a group have together.
    pub(crate) fn add(&self, values: &[u32]) {
        for value in values {
            let (at, bit) = self.twice.place(*value);
            let is_new = |table: &[AtomicU64]| table[at].load(Relaxed) & bit == 0 && table[at].fetch_or(bit, Relaxed) & bit == 0;
            if !is_new(&self.once) {
                is_new(&self.twice.0);
            }
        }
    }

    /// Counts what the first text of a group has, if it is one that is counted: by what it says, so that nothing else decides it.
    pub(crate) fn count(&self, values: &[u32]) {
        if values.first().is_none_or(|first| !hash::mix(u64::from(*first)).is_multiple_of(self.step)) {
            return;
        }
        for value in values {
            let counter = self.counts.counter(*value);
            if counter.load(Relaxed) < MANY {
                counter.fetch_add(1, Relaxed);
            }
        }
    }

    pub(crate) fn finish(self) -> Tables {
        Tables { twice: self.twice, counts: self.counts }
    }

    /// What was filled, piece by piece, pieces without anything left out: to be [merged](Filling::merge) elsewhere.
    pub(crate) fn pieces(&self, mut give: impl FnMut(u32, &[u8])) {
        let word = |word: &AtomicU64| word.load(Relaxed).to_le_bytes();
        for (at, (once, twice)) in (0..).zip(self.once.chunks(PIECE).zip(self.twice.0.chunks(PIECE))) {
            if once.iter().any(|word| word.load(Relaxed) != 0) {
                give(at, &once.iter().chain(twice).flat_map(word).collect::<Vec<u8>>());
            }
        }
        for (at, counts) in (0..).zip(self.counts.0.chunks(PIECE)) {
            if counts.iter().any(|count| count.load(Relaxed) != 0) {
                give(at | OF_COUNTS, &counts.iter().flat_map(|count| count.load(Relaxed).min(MANY).to_le_bytes()).collect::<Vec<u8>>());
            }
        }
    }

    /// Adds a piece of what was filled from other groups.
    pub(crate) fn merge(&self, piece: u32, bytes: &[u8]) {
        let from = (piece & !OF_COUNTS) as usize * PIECE;
        if piece & OF_COUNTS != 0 {
            for (counter, count) in self.counts.0.iter().skip(from).zip(bytes.as_chunks().0) {
                counter.store(counter.load(Relaxed).saturating_add(u16::from_le_bytes(*count)).min(MANY), Relaxed);
            }
            return;
        }
        let (once, twice) = bytes.split_at(bytes.len() / 2);
        let mine = self.once.iter().zip(&self.twice.0).skip(from);
        for ((my_once, my_twice), (once, twice)) in mine.zip(once.as_chunks().0.iter().zip(twice.as_chunks().0)) {
            let (once, twice) = (u64::from_le_bytes(*once), u64::from_le_bytes(*twice));
            my_twice.fetch_or(twice | (my_once.load(Relaxed) & once), Relaxed);
            my_once.fetch_or(once, Relaxed);
        }
    }
}

/// Words or counters of a piece: a mebibyte of each table at most.
const PIECE: usize = 1 << 17;
/// What marks the number of a piece of counters.
const OF_COUNTS: u32 = 1 << 31;

/// Whether values were seen at least twice; some values share a place, and then it is yes sooner.
pub(super) struct Twice(Vec<AtomicU64>);

impl Twice {
    #[inline]
    fn place(&self, value: u32) -> (usize, u64) {
        ((value as usize / 64) & (self.0.len() - 1), 1 << (value % 64))
    }

    #[inline]
    pub(super) fn holds(&self, value: u32) -> bool {
        let (at, bit) = self.place(value);
        self.0[at].load(Relaxed) & bit != 0
    }
}

/// Values, some of which share a place: a value that is marked is never denied.
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    pub(super) fn new(values: &[u32], places: usize) -> Marks {
        let mut marks = Marks::none(values.len() * places);
        values.iter().for_each(|value| marks.add(*value));
        marks
    }

    /// For about so many places.
    pub(crate) fn none(places: usize) -> Marks {
        Marks(vec![0; places.min(MAX_PLACES).next_power_of_two().max(64) / 64])
    }

    pub(crate) fn add(&mut self, value: u32) {
        let mask = self.0.len() - 1;
        self.0[(value as usize / 64) & mask] |= 1u64 << (value % 64);
    }

    /// What is marked, piece by piece, pieces without a mark left out: to be [merged](Marks::merge) elsewhere.
    pub(crate) fn pieces(&self, mut give: impl FnMut(u32, &[u8])) {
        for (at, words) in (0..).zip(self.0.chunks(PIECE)).filter(|(_, words)| words.iter().any(|word| *word != 0)) {
            give(at, &words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
        }
    }

    /// Adds a piece of what was marked elsewhere.
    pub(crate) fn merge(&mut self, piece: u32, bytes: &[u8]) {
        let mine = self.0.iter_mut().skip(piece as usize * PIECE);
        mine.zip(bytes.as_chunks().0).for_each(|(mine, word)| *mine |= u64::from_le_bytes(*word));
    }

    /// Places that are marked: no more than there are distinct values.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    #[inline]
    pub(crate) fn may_hold(&self, value: u32) -> bool {
        (self.0[(value as usize / 64) & (self.0.len() - 1)] >> (value % 64)) & 1 == 1
    }
}

/// How often values stand in some of the texts, about; some values share a counter. It only says which ones to try first.
pub(super) struct Counts(Vec<AtomicU16>);

/// Counting ends here, well before a counter is full, whatever the number of threads.
const MANY: u16 = if cfg!(test) { 8 } else { 1 << 15 };

impl Counts {
    #[inline]
    fn counter(&self, value: u32) -> &AtomicU16 {
        &self.0[value as usize & (self.0.len() - 1)]
    }

    #[inline]
    pub(super) fn of(&self, value: u32) -> u16 {
        self.counter(value).load(Relaxed).min(MANY)
    }
}
