//! What the days between two reports say in this corpus.
//!
//! Near reports of one event come in a burst: many more pairs of near neighbors lie so many days apart than a little further. Where a
//! storyline runs on, or nothing is dated by the event, there is no such step, and the day says little.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::integer::ln256;
use super::score::Largest;

/// Gaps that are looked at, in days: 0 to one less.
const GAPS: usize = 8;
/// How many times the pairs of one gap are looked at beyond it.
const FURTHER: u64 = 3;
/// Days beyond which no pair tells what is usual.
const FURTHEST: usize = 400;
/// Near pairs that each gap has to begin with.
const PRIOR: u64 = 3;

/// Days between two dates.
pub(super) fn days_between(a: i64, b: i64) -> i64 {
    a.saturating_sub(b).saturating_abs()
}

/// For each gap, 256 ln of how many times more of its pairs are near than of those a little further apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Bursts([u64; GAPS]);

/// Pairs of reports so many days apart: near neighbors, and all.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    near: u64,
    all: u64,
}

impl Bursts {
    /// Learns them from the compared pairs of reports with these days, and how alike they are. O(pairs + distinct days).
    pub(super) fn new(days: &[Option<i64>], pairs: &[(u32, u32)], alike: impl Iterator<Item = u32> + Clone) -> Bursts {
        let gap = |(a, b): &(u32, u32)| days[*a as usize].zip(days[*b as usize]).map(|(a, b)| days_between(a, b));
        let mut nearest = vec![Largest::default(); days.len()];
        for ((a, b), alike) in pairs.iter().zip(alike.clone()) {
            [a, b].into_iter().for_each(|report| nearest[*report as usize].push(alike, 1));
        }
        let near = |(pair, alike): (&(u32, u32), u32)| {
            let near = [pair.0, pair.1].iter().any(|report| alike >= nearest[*report as usize].least());
            Some((gap(pair).filter(|_| near)?, 1))
        };
        let mut reports: BTreeMap<i64, u64> = BTreeMap::new();
        for day in days.iter().flatten() {
            *reports.entry(*day).or_default() += 1;
        }
        Bursts::of_counts(&reports, pairs.iter().zip(alike).filter_map(near))
    }

    /// Those of so many reports on each day, of which so many near pairs lie so many days apart.
    pub(super) fn of_counts(reports: &BTreeMap<i64, u64>, near: impl Iterator<Item = (i64, u64)>) -> Bursts {
        let mut gaps = all_pairs(reports);
        for (gap, count) in near {
            if let Some(gap) = usize::try_from(gap).ok().and_then(|gap| gaps.get_mut(gap)) {
                gap.near += count;
            }
        }
        Bursts(std::array::from_fn(|gap| burst(gaps[gap], &gaps[gap + 1..])))
    }

    /// What a gap says; nothing when it is long.
    pub(super) fn of(&self, gap: i64) -> Option<u64> {
        self.0.get(usize::try_from(gap).ok()?).copied()
    }
}

/// How many pairs of reports lie so many days apart, with so many on each day; more than 64 bits hold are as good as the most.
fn all_pairs(reports: &BTreeMap<i64, u64>) -> Vec<Gap> {
    let mut gaps = vec![Gap::default(); FURTHEST];
    for (day, count) in reports {
        gaps[0].all = gaps[0].all.saturating_add(count.saturating_mul(count.saturating_sub(1)) / 2);
        for (other, theirs) in reports.range(day.saturating_add(1)..day.saturating_add(FURTHEST as i64)) {
            let all = &mut gaps[(other - day) as usize].all;
            *all = all.saturating_add(count.saturating_mul(*theirs));
        }
    }
    gaps
}

/// 256 ln of the share of pairs that are near against that of the next pairs beyond, three times as many; what lacks of those is taken to be
/// like the gap itself, so that a corpus of two days says nothing about days.
fn burst(gap: Gap, beyond: &[Gap]) -> u64 {
    let (mut near, mut wanted) = (0, gap.all.saturating_mul(FURTHER));
    for further in beyond.iter().filter(|further| further.all > 0) {
        let taken = further.all.min(wanted);
        near += share(further.near, taken, further.all);
        wanted -= taken;
    }
    near += share(gap.near, wanted, gap.all);
    ln256((gap.near + PRIOR) * FURTHER, near + PRIOR * FURTHER)
}

/// `part / whole` of `near`: a million reports of one day are more pairs than 64 bits hold times the near ones.
fn share(near: u64, part: u64, whole: u64) -> u64 {
    (u128::from(near) * u128::from(part)).checked_div(u128::from(whole)).unwrap_or(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports of these days, all equally alike where `near` says so of the gap.
    fn bursts(days: &[i64], near: fn(i64) -> bool) -> Bursts {
        let pairs = (0..days.len() as u32).flat_map(|a| (a + 1..days.len() as u32).map(move |b| (a, b)));
        let pairs: Vec<(u32, u32)> = pairs.filter(|(a, b)| near((days[*a as usize] - days[*b as usize]).abs())).collect();
        Bursts::new(&days.iter().map(|day| Some(*day)).collect::<Vec<_>>(), &pairs, std::iter::repeat(0))
    }

    #[test]
    fn a_gap_says_much_only_where_it_is_usual() {
        let stream: Vec<i64> = (0..300).map(|at| at % 60).collect();
        assert!((0..GAPS as i64).all(|gap| bursts(&stream, |_| true).of(gap) < Some(20)));
        let events: Vec<i64> = (0..60).map(|at| at / 6 * 10 + at % 2).collect();
        let found = bursts(&events, |gap| gap <= 1);
        assert!(found.of(0) > Some(100) && found.of(1) > Some(256));
        assert_eq!((found.of(2), found.of(GAPS as i64)), (Some(0), None));
        assert_eq!(bursts(&[], |_| true), Bursts::default());
        let two_days: Vec<i64> = (0..60).map(|at| at % 2).collect();
        assert!(bursts(&two_days, |_| true).of(0) < Some(20), "there is nothing to compare with");
    }

    #[test]
    fn a_million_reports_of_one_day_say_nothing_either() {
        let pairs = 1_000_000 * 999_999 / 2;
        assert_eq!(burst(Gap { near: 20_000_000, all: pairs }, &[]), 0);
    }

    #[test]
    fn unknown_days_say_nothing() {
        assert_eq!(Bursts::new(&[None, Some(3)], &[(0, 1)], std::iter::once(0)), Bursts::default());
    }
}
