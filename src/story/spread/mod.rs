//! The story channel for reports that lie in many places: each function sees one report, the holders of one term, the candidates of one
//! report, or a pair. Together they answer as [`score`](super::score) does, with the same weights, cosines and curves.
//!
//! say → weigh → search → choose → meet → look around → score. Terms go by their keys here, as nobody knows all of them: those that two
//! reports share are told by those who count them. A report is weighed in two corpora, its language's and the one of all languages.

mod choose;
mod meet;
mod said;
mod weigh;

pub(crate) use crate::story::resolution::{CUTS, silhouette};
pub(crate) use crate::story::terms::Held;
pub(crate) use choose::{Posting, Search, nearest, searches};
pub(crate) use meet::{Desk, Gaps, Met, Settled, Side, look_around};
pub(crate) use said::{Said, Speaker};
pub(crate) use weigh::{Census, Entry};

use super::MERGE;
use super::resolution;
use super::score::Model;
use crate::linkage::Edge;

/// The corpus of all languages, where concepts are compared: no language has this name.
pub(crate) const ACROSS: &str = "*";
/// A term in more reports than this looks for no candidates.
pub(crate) const COMMON: u32 = super::candidates::LONG_POSTING;

/// A term: a word or a 4-gram, and its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) is_gram: bool,
    pub(crate) key: u64,
}

/// The probability of a score, of [`PROBABILITY_ONE`](super::PROBABILITY_ONE); of two reports in one language after the shift of all.
pub(crate) fn probability(logit: i32, across: bool, shift: i64) -> u32 {
    Model::shipped().probability(i64::from(logit) + if across { 0 } else { shift })
}

/// The least probability, before the shift, of a pair in one language that merges at some shift.
pub(crate) fn lowest() -> u32 {
    resolution::bounds(Model::shipped(), MERGE)[CUTS - 1]
}

/// The story of a report at one cut, by its smallest report, and how many reports that story has.
pub(crate) type Cut = (u32, u32);

/// The cuts of a component of so many reports that pairs of at least [`lowest`] connect, with all pairs worth showing.
pub(crate) fn cuts(reports: usize, edges: &[Edge]) -> Vec<[Cut; CUTS]> {
    let mut found = vec![[(0, 0); CUTS]; reports];
    let mut at = 0;
    resolution::cut(reports, edges, &resolution::bounds(Model::shipped(), MERGE), |labels| {
        let mut sizes = vec![0; reports];
        labels.iter().for_each(|label| sizes[*label as usize] += 1);
        found.iter_mut().zip(labels).for_each(|(cuts, label)| cuts[at] = (label, sizes[label as usize]));
        at += 1;
    });
    found
}

/// What is added to all scores in one language, where so many reports have silhouettes of such sums.
pub(crate) fn shift(reports: u64, silhouettes: [i64; CUTS]) -> i64 {
    resolution::best(usize::try_from(reports).unwrap_or(usize::MAX), silhouettes.into_iter().map(|sum| sum.max(0) as u64))
}
