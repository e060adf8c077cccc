//! What outlets print on many pages.

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use crate::hash;

/// Fewest articles of an outlet that must hold a line, whatever its size.
const MIN_REPEATS: u32 = 3;
/// … or this share of them, in percent.
const REPEATS_PERCENT: u32 = 3;
/// Fewest undated articles that must hold it, as "on two days" cannot be checked.
const MIN_UNDATED: u32 = 5;

/// How often each outlet prints each line: rule 1. Addition in any order gives equal counts.
#[derive(Debug, Clone, Default)]
pub struct LineCounts {
    outlets: AHashMap<u64, u32>,
    lines: AHashMap<u64, Count>,
}

/// [`LineCounts`] as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LineRows {
    outlets: Vec<(u64, u32)>,
    lines: Vec<(u64, Count)>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Count {
    dated: u32,
    undated: u32,
    first_day: i64,
    last_day: i64,
}

impl LineCounts {
    /// Counts each line of an article once. `outlet` is its canonical name; without one nothing is counted.
    pub fn add(&mut self, outlet: Option<&str>, day: Option<i64>, templates: impl IntoIterator<Item = u64>) {
        let Some(outlet) = outlet.map(|outlet| hash::bytes(outlet.as_bytes())) else { return };
        self.add_keys(outlet, day, &line_keys(outlet, templates));
    }

    /// Counts an article of the outlet with this hash, and some of its [lines](line_keys).
    pub(crate) fn add_keys(&mut self, outlet: u64, day: Option<i64>, keys: &[u64]) {
        *self.outlets.entry(outlet).or_default() += 1;
        for key in keys {
            let count = self.lines.entry(*key).or_insert(Count { dated: 0, undated: 0, first_day: i64::MAX, last_day: i64::MIN });
            match day {
                Some(day) => {
                    count.dated += 1;
                    count.first_day = count.first_day.min(day);
                    count.last_day = count.last_day.max(day);
                }
                None => count.undated += 1,
            }
        }
    }

    /// Whether the outlet repeats any of these lines.
    #[must_use]
    pub fn is_any_template(&self, outlet: Option<&str>, templates: impl IntoIterator<Item = u64>) -> bool {
        let outlet = outlet.map(|outlet| hash::bytes(outlet.as_bytes()));
        outlet.is_some_and(|outlet| templates.into_iter().any(|template| self.is_template(outlet, template)))
    }

    /// Forgets lines that a single article printed, before `day` or undated: a template comes more often.
    pub fn forget_single(&mut self, day: i64) {
        self.lines.retain(|_, count| count.dated + count.undated > 1 || (count.dated > 0 && count.last_day >= day));
    }

    /// All that is counted, in one order.
    #[must_use]
    pub fn rows(&self) -> LineRows {
        let mut outlets: Vec<(u64, u32)> = self.outlets.iter().map(|(outlet, articles)| (*outlet, *articles)).collect();
        let mut lines: Vec<(u64, Count)> = self.lines.iter().map(|(line, count)| (*line, *count)).collect();
        outlets.sort_unstable();
        lines.sort_unstable_by_key(|row| row.0);
        LineRows { outlets, lines }
    }

    /// The counts that gave these rows.
    #[must_use]
    pub fn of_rows(rows: LineRows) -> LineCounts {
        LineCounts { outlets: rows.outlets.into_iter().collect(), lines: rows.lines.into_iter().collect() }
    }

    /// What says of these [lines](line_keys) that they are repeated, and of no other.
    pub(crate) fn of_repeated(keys: impl Iterator<Item = u64>) -> LineCounts {
        let count = Count { dated: MIN_REPEATS, undated: 0, first_day: 0, last_day: 1 };
        LineCounts { outlets: AHashMap::new(), lines: keys.map(|key| (key, count)).collect() }
    }

    pub(super) fn is_template(&self, outlet: u64, template: u64) -> bool {
        self.is_repeated_among(self.outlets.get(&outlet).copied().unwrap_or(0), key(outlet, template))
    }

    /// Whether an outlet of so many articles repeats one of its [lines](line_keys).
    pub(crate) fn is_repeated_among(&self, articles: u32, key: u64) -> bool {
        let Some(count) = self.lines.get(&key) else { return false };
        let least = u64::from(MIN_REPEATS).max((u64::from(articles) * u64::from(REPEATS_PERCENT)).div_ceil(100));
        u64::from(count.dated) + u64::from(count.undated) >= least && (count.first_day < count.last_day || count.undated >= MIN_UNDATED)
    }
}

/// The lines of an article of the outlet with this hash, each once.
pub(crate) fn line_keys(outlet: u64, templates: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut keys: Vec<u64> = templates.into_iter().map(|template| key(outlet, template)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn key(outlet: u64, template: u64) -> u64 {
    hash::combine(&[outlet, template])
}
