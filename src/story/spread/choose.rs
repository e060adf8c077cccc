//! Who is worth comparing with a report: the holders of its heaviest terms, of which the nearest are kept.

use serde::{Deserialize, Serialize};

use super::weigh::MOST_WEIGHT;
use crate::story::candidates::{Choice, NEAREST, NEAREST_ACROSS};
use crate::story::time::days_between;

/// A report in the list of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Posting {
    pub(super) weight: u32,
    /// Length of its vector.
    pub(super) root: u32,
    pub(super) day: Option<i64>,
    pub(super) extent: u32,
    pub(super) lang: String,
    /// Whether the term looks for candidates of this report.
    pub(super) seeks: bool,
}

impl Posting {
    /// Whether it can be one.
    pub(crate) fn is_sound(&self) -> bool {
        self.weight < MOST_WEIGHT && self.root > 0
    }
}

/// What one term finds for one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Search {
    weight: u32,
    day: Option<i64>,
    extent: u32,
    others: Vec<Other>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Other {
    report: [u8; 8],
    weight: u32,
    root: u32,
    day: Option<i64>,
    extent: u32,
}

impl Search {
    /// Whether it can be one.
    pub(crate) fn is_sound(&self) -> bool {
        self.weight < MOST_WEIGHT && self.others.iter().all(|other| other.weight < MOST_WEIGHT && other.root > 0)
    }
}

/// What a term finds, given all who hold it: nothing that is further than `window` days away, and in the corpus of all languages nothing in
/// the same one.
pub(crate) fn searches(holders: &[([u8; 8], Posting)], window: i64, across: bool) -> impl Iterator<Item = ([u8; 8], Search)> {
    let seekers = holders.iter().filter(|holder| holder.1.seeks);
    seekers.filter_map(move |(report, seeker)| {
        let far = |day: Option<i64>| seeker.day.zip(day).is_some_and(|(a, b)| days_between(a, b) > window);
        let other = |(other, of): &([u8; 8], Posting)| {
            let is_kin = across && of.lang == seeker.lang;
            let found = Other { report: *other, weight: of.weight, root: of.root, day: of.day, extent: of.extent };
            (other != report && !is_kin && !far(of.day)).then_some(found)
        };
        let others: Vec<Other> = holders.iter().filter_map(other).collect();
        let search = Search { weight: seeker.weight, day: seeker.day, extent: seeker.extent, others };
        (!search.others.is_empty()).then_some((*report, search))
    })
}

/// The candidates of a report by what its terms have found: pairs, the longer report first; of equal ones the smaller.
pub(crate) fn nearest(report: [u8; 8], searches: &[Search], window: i64, across: bool) -> Vec<([u8; 8], [u8; 8])> {
    let Some(Search { day, extent, .. }) = searches.first() else { return Vec::new() };
    let product = |weight: u32, other: &Other| (u64::from(weight) * u64::from(other.weight), *other);
    let mut found: Vec<(u64, Other)> =
        searches.iter().flat_map(|search| search.others.iter().map(|other| product(search.weight, other))).collect();
    found.sort_unstable_by_key(|row| row.1.report);
    found.dedup_by(|row, first| {
        let is_same = row.1.report == first.1.report;
        first.0 += if is_same { row.0 } else { 0 };
        is_same
    });
    let mut choice = Choice::new(*day, if across { NEAREST_ACROSS } else { NEAREST }, window);
    for (at, (dot, other)) in (0..).zip(&found) {
        if choice.may_take(*dot, other.root.into()) {
            choice.push(*dot, other.root.into(), other.day, at, at);
        }
    }
    let mut chosen = choice.finish();
    chosen.sort_unstable();
    chosen.dedup();
    let longer_first = |at: u32| {
        let other = &found[at as usize].1;
        let is_first = (std::cmp::Reverse(*extent), report) < (std::cmp::Reverse(other.extent), other.report);
        if is_first { (report, other.report) } else { (other.report, report) }
    };
    chosen.into_iter().map(longer_first).collect()
}
