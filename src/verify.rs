//! Exact overlap of two shingle sets: every candidate goes through here, and only this decides.

use crate::shingle::Shingles;

/// Fixed-point one for thresholds: a ratio is compared as `shared * ONE >= threshold * whole`, in integers.
pub(crate) const ONE: u64 = 1_000_000;

/// A ratio between 0 and 1 in millionths, so that comparing it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(u64);

impl Ratio {
    /// The nearest millionth.
    #[must_use]
    pub fn new(value: f64) -> Ratio {
        Ratio((value * ONE as f64).round() as u64)
    }

    /// In millionths.
    #[must_use]
    pub fn millionths(self) -> u64 {
        self.0
    }

    /// The least count out of `whole` that reaches this ratio.
    #[must_use]
    pub fn least_of(self, whole: usize) -> usize {
        (whole as u64 * self.0).div_ceil(ONE) as usize
    }
}

/// How much two sets share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Shingles in both.
    pub shared: usize,
    /// Shingles in the smaller set.
    pub smaller: usize,
    /// Shingles in the larger set.
    pub larger: usize,
}

impl Overlap {
    /// Counts what two sets share. O(a + b).
    #[must_use]
    pub fn of(a: &Shingles, b: &Shingles) -> Overlap {
        Overlap::of_sorted(a.hashes(), b.hashes())
    }

    /// … of two lists in ascending order, in which nothing stands twice.
    pub(crate) fn of_sorted<T: Copy + Ord>(a: &[T], b: &[T]) -> Overlap {
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i], b[j]);
            shared += usize::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        Overlap { shared, smaller: a.len().min(b.len()), larger: a.len().max(b.len()) }
    }

    /// Jaccard: shared over all, in millionths, rounded down; two empty sets have 0.
    #[must_use]
    pub fn resemblance(&self) -> u64 {
        ratio(self.shared, self.smaller + self.larger - self.shared)
    }

    /// Share of the smaller set that the larger one holds, in millionths, rounded down.
    #[must_use]
    pub fn containment(&self) -> u64 {
        ratio(self.shared, self.smaller)
    }
}

fn ratio(part: usize, whole: usize) -> u64 {
    (part as u64 * ONE).checked_div(whole as u64).unwrap_or(0)
}

/// Days between two publications after which a text that is only partly shared is no copy: within them an item is reprinted and edited.
pub const REPRINT_DAYS: i64 = 3;
/// Least resemblance and containment of a copy published later than that: above, the text itself was printed again; below, two statements
/// of one office share their formulas.
pub const LATE: (f64, f64) = (0.7, 0.9);

/// What makes a pair a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyRule {
    /// Least resemblance.
    pub resemblance: Ratio,
    /// Least containment; `None` is off.
    pub containment: Option<Ratio>,
}

/// Fewest shingles of a text that can be a copy by containment alone: below, a stock phrase would make one.
pub const MIN_CONTAINED: usize = 8;
/// Fewest shingles when the text is less than a third of its holder: a sentence that an agency puts under every item has fewer.
pub const MIN_INSERT: usize = 24;
/// Most times that a holder may be longer: a live page or an archive is no copy of each item it holds.
pub const MAX_TIMES: usize = 20;

impl CopyRule {
    /// The rule for two texts whose publications are so many days apart, when both are known.
    #[must_use]
    pub fn after(&self, days: Option<i64>) -> CopyRule {
        if days.is_none_or(|days| days <= REPRINT_DAYS) {
            return *self;
        }
        CopyRule {
            resemblance: self.resemblance.max(Ratio::new(LATE.0)),
            containment: self.containment.map(|least| least.max(Ratio::new(LATE.1))),
        }
    }

    /// Whether the pair is a copy by resemblance.
    #[must_use]
    pub fn resembles(&self, overlap: &Overlap) -> bool {
        let union = overlap.smaller + overlap.larger - overlap.shared;
        overlap.shared > 0 && overlap.shared >= self.resemblance.least_of(union)
    }

    /// Whether the smaller text is contained in the larger one.
    #[must_use]
    pub fn contains(&self, overlap: &Overlap) -> bool {
        let (smaller, larger) = (overlap.smaller, overlap.larger);
        let long_enough = smaller >= MIN_INSERT || (smaller >= MIN_CONTAINED && smaller * 3 >= larger);
        self.containment.is_some_and(|least| long_enough && larger <= smaller * MAX_TIMES && overlap.shared >= least.least_of(smaller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(range: std::ops::Range<u64>) -> Shingles {
        Shingles::from_hashes(range.collect())
    }

    #[test]
    fn overlap_is_exact() {
        let overlap = Overlap::of(&set(0..10), &set(5..25));
        assert_eq!(overlap, Overlap { shared: 5, smaller: 10, larger: 20 });
        assert_eq!((overlap.resemblance(), overlap.containment()), (200_000, 500_000));
        assert_eq!(Overlap::of(&set(0..0), &set(0..0)).resemblance(), 0);
    }

    #[test]
    fn thresholds_hold_exactly_at_the_value() {
        let rule = CopyRule { resemblance: Ratio::new(0.2), containment: Some(Ratio::new(0.5)) };
        let at = Overlap { shared: 5, smaller: 10, larger: 20 };
        assert!(rule.resembles(&at) && rule.contains(&at));
        let below = Overlap { shared: 4, ..at };
        assert!(!rule.resembles(&below) && !rule.contains(&below));
        assert!(!rule.contains(&Overlap { shared: 7, smaller: 7, larger: 7 }), "too short to say anything");
        assert!(!rule.contains(&Overlap { shared: 12, smaller: 12, larger: 200 }), "a stock sentence under an item");
        assert!(rule.contains(&Overlap { shared: 30, smaller: 30, larger: 300 }), "an item in a longer piece");
        assert!(!rule.contains(&Overlap { shared: 30, smaller: 30, larger: 3000 }), "an item in an archive");
        assert!(!rule.resembles(&Overlap { shared: 0, smaller: 0, larger: 0 }), "two empty texts are not copies");
    }
}
