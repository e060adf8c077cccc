//! Tables of shingle hashes in which values may share a place: that makes a text look more shared than it is, and never less.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

use super::sources::Sources;

/// Most values that are counted: of more, texts are left out. 8 MiB of counters.
const COUNTED: usize = 1 << 22;
/// Most places where values are marked, a power of two: 128 MiB.
const MAX_PLACES: usize = 1 << 30;

/// Whether values were seen at least twice; some values share a place, and then it is yes sooner. The answer does not depend on the
/// order in which threads add.
pub(super) struct Twice(Vec<AtomicU64>);

impl Twice {
    pub(super) fn new(sources: &Sources<'_>) -> Twice {
        let words = (sources.size * 2).next_power_of_two().clamp(64, MAX_PLACES) / 64;
        let table = || (0..words).map(|_| AtomicU64::new(0)).collect();
        let (once, twice): (Vec<AtomicU64>, _) = (table(), Twice(table()));
        let add = |value: &u32| {
            let (at, bit) = twice.place(*value);
            let is_new = |table: &[AtomicU64]| table[at].load(Relaxed) & bit == 0 && table[at].fetch_or(bit, Relaxed) & bit == 0;
            if !is_new(&once) {
                is_new(&twice.0);
            }
        };
        sources.each(|values| values.iter().for_each(add));
        twice
    }

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
pub(super) struct Marks(Vec<u64>);

impl Marks {
    pub(super) fn new(values: &[u32], places: usize) -> Marks {
        let mut words = vec![0; (values.len() * places).next_power_of_two().clamp(64, MAX_PLACES) / 64];
        let mask = words.len() - 1;
        for value in values {
            words[(*value as usize / 64) & mask] |= 1u64 << (value % 64);
        }
        Marks(words)
    }

    /// Places that are marked: no more than there are distinct values.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    #[inline]
    pub(super) fn may_hold(&self, value: u32) -> bool {
        (self.0[(value as usize / 64) & (self.0.len() - 1)] >> (value % 64)) & 1 == 1
    }
}

/// How often values stand in some of the texts, about; some values share a counter. It only says which ones to try first.
pub(super) struct Counts(Vec<AtomicU16>);

/// Counting ends here, well before a counter is full, whatever the number of threads.
const MANY: u16 = 1 << 15;

impl Counts {
    pub(super) fn new(sources: &Sources<'_>) -> Counts {
        let step = sources.size.div_ceil(COUNTED).max(1);
        let counters = (sources.size / step).next_power_of_two();
        let counts = Counts((0..counters).map(|_| AtomicU16::new(0)).collect());
        sources.firsts(step, |values| {
            for value in values {
                let counter = &counts.0[*value as usize & (counters - 1)];
                if counter.load(Relaxed) < MANY {
                    counter.fetch_add(1, Relaxed);
                }
            }
        });
        counts
    }

    #[inline]
    pub(super) fn of(&self, value: u32) -> u16 {
        self.0[value as usize & (self.0.len() - 1)].load(Relaxed).min(MANY)
    }
}
