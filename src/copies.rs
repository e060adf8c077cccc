//! Articles that share text: candidates, exact verification, groups without chains.
//!
//! Of each article only the keys of its bands and one number are kept; its shingles are computed again where they are compared. Equal
//! shingle sets are folded to one unit first, so that a thousand reprints cost as much as one. Units that meet in the bands are verified
//! exactly, one connected component at a time. Then, by `--linkage`:
//!
//! * `average`: average linkage on resemblance; then a group of which most members hold another group's text joins it, each to the
//!   text it holds most of. A round-up that holds two wire items therefore joins one and never glues the two together.
//! * `single`: connected components of all copy links.

mod attach;
mod component;
mod fold;
pub mod live;
mod part;

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::article::ArticleId;
use crate::band::{self, Banding};
use crate::config::{Config, Linkage};
use crate::contain::Sample;
use crate::error::Result;
use crate::hash;
use crate::link::{Stage, Watch};
use crate::shingle::{self, Shingles};
use crate::sketch::Sketcher;
use crate::verify::{CopyRule, Overlap};

use component::Component;
use fold::Units;

pub(crate) use attach::SAMPLE;
pub(crate) use component::{Link, Work, gather, longer_first};
pub(crate) use fold::Days;

/// How copies are found and grouped.
#[derive(Debug, Clone)]
pub struct CopyFinder {
    /// Tokens in a shingle.
    pub shingle: usize,
    /// Makes the sketches.
    pub sketcher: Sketcher,
    /// Cuts them.
    pub banding: Banding,
    /// What makes a pair a copy.
    pub rule: CopyRule,
    /// How pairs become groups.
    pub linkage: Linkage,
}

/// What is kept of each article to find its copies.
#[derive(Debug, Clone, Default)]
pub struct Print {
    /// A hash of the whole sketch, 0 for a text without tokens.
    pub(crate) sketch: u64,
    /// What is kept of the shingles, when containment is looked for.
    pub(crate) sample: Sample,
}

impl Print {
    /// Whether the text has no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sketch == 0
    }
}

/// What one thread needs to make [`Print`]s.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    values: Vec<u32>,
    sketch: Vec<u32>,
}

/// The articles whose copies are looked for.
pub struct Texts<'t> {
    /// Each article's place by key.
    pub rank: &'t [u32],
    /// Pairs that never share a group.
    pub apart: &'t [(ArticleId, ArticleId)],
    /// Distinct texts among which candidates are looked for together, about: of more, first only what is connected is found, so that pairs
    /// never fill the memory.
    pub at_once: usize,
    /// Whether overlaps inside small groups are kept for who asks for them next.
    pub keep_overlaps: bool,
    /// Where all else is.
    pub source: &'t dyn Source,
}

/// What is kept of the articles' texts, wherever it is kept.
pub trait Source: Sync {
    /// Gives the hash of each article's whole sketch, 0 for a text without tokens, and its day, where known.
    fn each(&self, receive: &mut dyn FnMut(u64, Option<i32>));

    /// The rows of one band: `key << 32 | number` for each of these articles, which are ascending, with the numbers given to them.
    fn rows(&self, band: usize, articles: &[(ArticleId, u32)]) -> Vec<u64>;

    /// What is kept of an article's shingles to look for containment.
    fn sample(&self, article: ArticleId) -> Cow<'_, Sample>;

    /// … of some articles in a row.
    fn samples(&self, articles: Range<usize>) -> Vec<Cow<'_, Sample>>;

    /// The shingles of an article.
    fn shingles(&self, article: ArticleId) -> Shingles;
}

/// A [`Source`] in memory.
pub struct InMemory<'t> {
    /// One for each article.
    pub prints: &'t [Print],
    /// The keys of all bands, article by article.
    pub keys: &'t [u32],
    /// Days of publication, where known.
    pub days: &'t [Option<i32>],
    /// Computes the shingles of an article.
    pub shingles: &'t (dyn Fn(ArticleId) -> Shingles + Sync),
}

impl Source for InMemory<'_> {
    fn each(&self, receive: &mut dyn FnMut(u64, Option<i32>)) {
        self.prints.iter().zip(self.days).for_each(|(print, day)| receive(print.sketch, *day));
    }

    fn rows(&self, band: usize, articles: &[(ArticleId, u32)]) -> Vec<u64> {
        let bands = self.keys.len() / self.prints.len().max(1);
        articles.iter().map(|(article, number)| band::row(self.keys[article.index() * bands + band], *number)).collect()
    }

    fn sample(&self, article: ArticleId) -> Cow<'_, Sample> {
        Cow::Borrowed(&self.prints[article.index()].sample)
    }

    fn samples(&self, articles: Range<usize>) -> Vec<Cow<'_, Sample>> {
        self.prints[articles].iter().map(|print| Cow::Borrowed(&print.sample)).collect()
    }

    fn shingles(&self, article: ArticleId) -> Shingles {
        (self.shingles)(article)
    }
}

/// Copy groups and how they were found.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    /// For each article the number of its group; groups are numbered by content.
    pub group_of: Vec<u32>,
    /// Articles folded into another one with the same text.
    pub folded: u64,
    /// Pairs compared.
    pub candidates: u64,
    /// Pairs of distinct texts found to be copies.
    pub links: u64,
    /// Buckets and shingles that too many texts share to compare all pairs.
    pub crowded: u64,
    /// Texts that found nobody in a crowded bucket, where not all pairs were compared.
    pub cut: u64,
    /// Components too large to compare all pairs.
    pub large: u64,
    /// For each article the number of its distinct text.
    unit_of: Vec<u32>,
    /// Overlaps inside small groups, by the numbers of the texts.
    overlaps: Vec<(u32, u32, Overlap)>,
}

impl Copies {
    /// The overlap of two articles of one group, when it is known: `None` has to be computed.
    #[must_use]
    pub fn overlap(&self, a: ArticleId, b: ArticleId) -> Option<Overlap> {
        let (a, b) = (self.unit_of[a.index()], self.unit_of[b.index()]);
        let pair = (a.min(b), a.max(b));
        self.overlaps.binary_search_by_key(&pair, |row| (row.0, row.1)).ok().map(|at| self.overlaps[at].2)
    }

    /// Of some articles, in the order given; their overlaps are not taken along.
    pub(crate) fn of(&self, articles: impl Iterator<Item = ArticleId>) -> Copies {
        let (groups, unit_of): (Vec<u32>, Vec<u32>) = articles.map(|id| (self.group_of[id.index()], self.unit_of[id.index()])).unzip();
        let mut numbers = groups.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let group_of = groups.iter().map(|group| numbers.partition_point(|number| number < group) as u32).collect();
        Copies::of_groups(group_of, unit_of)
    }

    /// Groups that were found elsewhere, in one of which texts have different numbers.
    pub(crate) fn of_groups(group_of: Vec<u32>, unit_of: Vec<u32>) -> Copies {
        Copies { group_of, unit_of, ..Copies::default() }
    }

    /// Whether two articles have the same text.
    #[must_use]
    pub fn is_same_text(&self, a: ArticleId, b: ArticleId) -> bool {
        self.unit_of[a.index()] == self.unit_of[b.index()]
    }
}

impl CopyFinder {
    /// As a configuration asks.
    ///
    /// # Errors
    /// When its hashes are too few to find pairs at its resemblance.
    pub fn of(config: &Config) -> Result<CopyFinder> {
        Ok(CopyFinder {
            shingle: config.shingle,
            sketcher: Sketcher::new(config.num_hashes),
            banding: Banding::for_threshold(config.resemblance, config.num_hashes)?,
            rule: config.copy_rule(),
            linkage: config.linkage,
        })
    }

    /// Sketches a text, given by its token hashes: its band keys go to `keys`, one for each band.
    #[must_use]
    pub fn print(&self, tokens: &[u64], scratch: &mut Scratch, keys: &mut [u32]) -> Print {
        scratch.values.clear();
        shingle::each(tokens, self.shingle, |hash| scratch.values.push((hash >> 32) as u32));
        self.print_of_values(scratch, keys)
    }

    fn print_of_values(&self, scratch: &mut Scratch, keys: &mut [u32]) -> Print {
        if scratch.values.is_empty() {
            return Print::default();
        }
        self.sketcher.sketch_values(&scratch.values, &mut scratch.sketch);
        self.banding.keys(&scratch.sketch, keys);
        let sum = hash::mix(keys.iter().fold(0u64, |sum, key| sum.wrapping_mul(hash::COMBINE).wrapping_add(u64::from(*key))));
        let sample = self.rule.containment.map(|least| Sample::new(&mut scratch.values, least)).unwrap_or_default();
        Print { sketch: sum.max(1), sample }
    }

    /// Groups articles; `watch` hears of each stage.
    #[must_use]
    pub fn find(&self, texts: &Texts<'_>, watch: Watch<'_>) -> Copies {
        let mut done = |name, counts: &[(&'static str, u64)]| watch(Stage { name, counts: counts.to_vec() });
        let units = Units::fold(texts);
        done("fold", &[("distinct_texts", units.len() as u64)]);
        let mut found = Copies { folded: (texts.rank.len() - units.len()) as u64, ..Copies::default() };
        let mut labels: Vec<u32> = (0..units.len() as u32).collect();
        let mut contained = Vec::new();
        for part in part::parts(self.banding.bands, &units, texts) {
            let met = self.meet(&part, &units, texts, &mut found);
            done("band", &[("pairs", found.candidates), ("crowded_buckets", found.crowded)]);
            let solved: Vec<component::Solved> =
                part.split(met).into_par_iter().map(|component: Component| self.solve(&component, &units, texts)).collect();
            for mut solved in solved {
                for (unit, label) in solved.labels {
                    labels[unit as usize] = label;
                }
                found.overlaps.append(&mut solved.overlaps);
                contained.append(&mut solved.contained);
                found.candidates += solved.compared;
                found.links += solved.links;
                found.cut += solved.cut;
                found.large += solved.large;
            }
        }
        found.overlaps.sort_unstable_by_key(|row| (row.0, row.1));
        done("verify", &[("compared", found.candidates), ("copy_links", found.links), ("alone_in_crowds", found.cut)]);
        if self.rule.containment.is_some() {
            self.attach(&units, texts, &mut labels, contained, &mut found);
            done("containment", &[("compared", found.candidates), ("copy_links", found.links)]);
        }
        found.unit_of = units.of_articles();
        found.group_of = numbered(&labels, &found.unit_of);
        found
    }

    /// Whether a pair is a copy, given when its texts were printed and its overlap.
    pub(crate) fn is_copy(&self, a: Days, b: Days, overlap: &Overlap) -> bool {
        let rule = self.rule.after(a.gap(b));
        rule.resembles(overlap) || rule.contains(overlap)
    }
}

/// Dense numbers for the groups, in the order of their smallest units.
fn numbered(labels: &[u32], unit_of: &[u32]) -> Vec<u32> {
    let mut number = vec![0u32; labels.len()];
    let mut next = 0;
    // A label is the smallest unit of its group, and so comes first.
    for (unit, label) in labels.iter().enumerate() {
        if *label as usize == unit {
            number[unit] = next;
            next += 1;
        }
    }
    unit_of.iter().map(|unit| number[labels[*unit as usize] as usize]).collect()
}

#[cfg(test)]
mod tests;
