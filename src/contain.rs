//! Candidates for containment: a wire item inside a longer piece shares all of its own shingles and few of the longer one's, so that
//! bands, made for resemblance, pass it by.
//!
//! Of each text a sample is kept: the shingles whose hashes are below a bound, the same one for all texts. A text of n shingles that is
//! contained to at least t lacks no more than n - ceil(t n) of them in the text that holds it: that is its room. So, whatever is sampled:
//!
//! * Where more than its room of a text's sample stand nowhere else, nothing holds it. Most texts are told by a look at little more values
//!   than that in a table of bits.
//! * Of any room + 1 values of the sample one is in the text that holds it (a prefix filter: Chaudhuri, Ganti and Kaushik 2006, "A primitive
//!   operator for similarity joins"). The rarest are taken.
//! * Texts that meet so are a pair if one lacks no more than its room of the other's sample.
//!
//! Samples have twice the room, on average. A text that has no more than its room in its sample, by chance or because it repeats itself, is
//! looked for by all of its shingles, for which the texts that are not kept whole are read once more.
//!
//! Values that share a place in the tables only make the choice a little worse, never lose a pair. Upper halves of the hashes are enough to
//! find candidates.

mod samples;
mod sources;
mod tables;

pub use samples::{Sample, Samples};

use std::borrow::Cow;
use std::ops::Range;

use rayon::iter::Either;
use rayon::prelude::*;

use crate::band::CROWDED;
use crate::verify::{MIN_CONTAINED, Ratio};

use samples::{Chosen, Sampled, Values, distinct};
use sources::Sources;
pub(crate) use sources::union;
pub(crate) use tables::{Filling, Marks, Tables};

/// Places for each value where many are marked.
pub(crate) const COARSE: usize = 16;
/// Places for each value of one text: few share one.
pub(crate) const FINE: usize = 256;

/// Neighbors on one side that a holder of a crowded shingle is compared with.
const NEIGHBORS: usize = 8;

/// Pairs and what the bound on crowded shingles did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contained {
    /// Pairs of indices, smaller first, ascending, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Shingles that too many texts hold: there each holder meets the first and its neighbors only.
    pub crowded: u64,
}

/// Every pair of texts from different groups of which one may hold at least `least` of the other's shingles, crowded ones aside. Texts are
/// distinct and numbered by content; `groups` names the group of each, ascending or not, and `whole` gives the upper halves of all of a
/// text's shingle hashes. What is kept of a text is asked for again and again, and never held.
#[must_use]
pub fn candidates(samples: &dyn Samples, groups: &[u32], least: Ratio, whole: &(dyn Fn(u32) -> Vec<u32> + Sync)) -> Contained {
    let whole = |text: u32, sample: &Sample| sample.whole().map_or_else(|| whole(text), <[u32]>::to_vec);
    let sampled = Sampled(samples);
    let search = Search::new(&sampled, samples, groups);
    let told = |(text, sample): (u32, Cow<'_, Sample>)| {
        if sample.shingles < MIN_CONTAINED as u32 || !search.tables.may_be_held(&sample, least) {
            return None;
        }
        let (room, suffices) = sample.room(least, || whole(text, &sample));
        Some((Inner { text, room }, suffices))
    };
    let (mut inner, mut thin): (Vec<Inner>, Vec<Inner>) = samples
        .each()
        .filter_map(told)
        .partition_map(|(inner, suffices)| if suffices { Either::Left(inner) } else { Either::Right(inner) });
    inner.par_sort_unstable_by_key(|inner| inner.text);
    thin.par_sort_unstable_by_key(|inner| inner.text);
    let mut found = search.run(&inner);
    if !thin.is_empty() {
        drop(search);
        let values: Vec<u32> = thin.par_iter().flat_map_iter(|inner| whole(inner.text, &samples.of(inner.text))).collect();
        // Of every text so many values are kept as share a place with one of these.
        let wanted = Marks::new(&values, FINE);
        drop(values);
        let of_one = |(text, sample): (u32, Cow<'_, Sample>)| {
            whole(text, &sample).into_iter().filter(|value| wanted.may_hold(*value)).map(move |value| Chosen::row(text, value))
        };
        let chosen = Chosen::new(samples.each().flat_map_iter(of_one).collect());
        drop(wanted);
        let more = Search::new(&chosen, samples, groups).run(&thin);
        found.crowded += more.crowded;
        found.pairs.extend(more.pairs);
        found.pairs.par_sort_unstable();
        found.pairs.dedup();
    }
    found
}

/// A text that another may hold.
struct Inner {
    text: u32,
    /// The most of its shingles that may be missing there.
    room: u32,
}

/// The most of so many shingles that may be missing in a text that holds them.
fn room(shingles: usize, least: Ratio) -> u32 {
    (shingles - least.least_of(shingles)) as u32
}

impl Sample {
    /// The room of a text, and whether one that holds it has at least one value of its sample; `whole` gives the upper halves of all its
    /// shingles.
    pub(crate) fn room(&self, least: Ratio, whole: impl FnOnce() -> Vec<u32>) -> (u32, bool) {
        let is_told = |room: u32| Marks::new(self.values(), FINE).count() > room as usize;
        let mut of_text = room(self.shingles as usize, least);
        let mut suffices = is_told(of_text);
        if !suffices {
            // Perhaps only because repeats were counted.
            of_text = room(distinct(&whole()).len(), least);
            suffices = is_told(of_text);
        }
        (of_text, suffices)
    }
}

/// Most rows of values that are looked for at once, about: what meets is found part by part of all values, so that the rows never fill the memory.
const ROWS_AT_ONCE: usize = if cfg!(test) { 256 } else { 1 << 23 };

/// Texts as some of their values, among which others are looked for.
struct Search<'t> {
    values: &'t dyn Values,
    samples: &'t dyn Samples,
    groups: &'t [u32],
    tables: Tables,
}

impl<'t> Search<'t> {
    fn new(values: &'t dyn Values, samples: &'t dyn Samples, groups: &'t [u32]) -> Search<'t> {
        let sources = Sources::new(values, groups);
        Search { values, samples, groups, tables: Tables::new(&sources) }
    }

    /// The pairs of one of `inner`, which are ascending, and a text that may hold it.
    fn run(&self, inner: &[Inner]) -> Contained {
        let rows: usize = inner.iter().map(|inner| inner.room as usize + 1).sum();
        let parts = rows.div_ceil(ROWS_AT_ONCE).max(1) as u32;
        let mut found = Contained::default();
        for part in 0..parts {
            let is_here = |value: u32| value % parts == part;
            // Read with all others: in the order in which they lie.
            let of_one = |(text, values): (u32, Cow<'_, [u32]>)| {
                let inner = inner.binary_search_by_key(&text, |inner| inner.text).ok().map(|at| &inner[at]);
                inner
                    .map_or_else(Vec::new, |inner| self.tables.prefix(inner.room, &values))
                    .into_iter()
                    .filter(|value| is_here(*value))
                    .map(move |value| row(value, text))
            };
            let mut wanted: Vec<u64> = self.values.each().flat_map_iter(of_one).collect();
            wanted.par_sort_unstable();
            let marks = Marks::new(&wanted.iter().map(|row| value(*row)).collect::<Vec<u32>>(), COARSE);
            let holds = |(text, values): (u32, Cow<'_, [u32]>)| -> Vec<u64> {
                values.iter().filter(|value| is_here(**value) && marks.may_hold(**value)).map(|value| row(*value, text)).collect()
            };
            let mut holders: Vec<u64> = self.values.each().flat_map_iter(holds).collect();
            holders.par_sort_unstable();
            holders.dedup();
            let met = self.meet(inner, &wanted, &holders);
            found.crowded += met.crowded;
            found.pairs.extend(met.pairs);
        }
        if parts > 1 {
            found.pairs.par_sort_unstable();
            found.pairs.dedup();
        }
        found
    }

    /// The pairs of which one has a row of `wanted` and the other one with the same value in `holders`; both are ascending.
    fn meet(&self, inner: &[Inner], wanted: &[u64], holders: &[u64]) -> Contained {
        let mut found = Contained::default();
        // Places of the holders of each wanted value.
        let mut places: Vec<(u32, Range<usize>)> = Vec::new();
        let mut start = 0;
        for group in wanted.chunk_by(|a, b| value(*a) == value(*b)) {
            let of_group = value(group[0]);
            start += holders[start..].iter().take_while(|row| value(**row) < of_group).count();
            let end = start + holders[start..].iter().take_while(|row| value(**row) == of_group).count();
            let of_row = |text: u32, near: Range<usize>| places.push((text, start + near.start..start + near.end));
            found.crowded += u64::from(near(group, &holders[start..end], of_row));
        }
        // One text's holders are collected over all its values before they become pairs, so that each pair is made once or twice.
        places.par_sort_unstable_by_key(|(text, range)| (*text, range.start));
        let of_one: Vec<&[(u32, Range<usize>)]> = places.chunk_by(|a, b| a.0 == b.0).collect();
        // Each thread remembers for whom a text was last met.
        let met_by = || vec![u32::MAX; self.groups.len()];
        let pairs = of_one.into_par_iter().map_init(met_by, |met_by, places| {
            let a = places[0].0;
            let room = inner.binary_search_by_key(&a, |inner| inner.text).map_or(0, |at| inner[at].room);
            let met = places.iter().flat_map(|(_, range)| holders[range.clone()].iter().map(|row| *row as u32));
            let mut larger: Vec<u32> = met.filter(|b| std::mem::replace(&mut met_by[*b as usize], a) != a).collect();
            let wanted = Wanted::new(&self.values.of(a), &self.samples.of(a), room);
            let holds = |b: u32| wanted.may_be_in(&self.values.of(b), &self.samples.of(b));
            larger.retain(|b| self.groups[*b as usize] != self.groups[a as usize] && holds(*b));
            larger.into_iter().map(move |b| (a.min(b), a.max(b)))
        });
        let pairs = pairs.flatten_iter();
        found.pairs = pairs.collect();
        found.pairs.par_sort_unstable();
        found.pairs.dedup();
        found
    }
}

/// Gives the holders of a value that each text which looks for it meets: all, or where that are too many pairs the first and its neighbors.
/// All rows are of one value and ascending; whether it is crowded.
pub(crate) fn near(wanted: &[u64], holders: &[u64], mut give: impl FnMut(u32, Range<usize>)) -> bool {
    let is_crowded = wanted.len() * holders.len() > CROWDED * CROWDED;
    for row in wanted {
        if is_crowded {
            let at = holders.partition_point(|holder| holder < row);
            give(*row as u32, 0..1);
            give(*row as u32, at.saturating_sub(NEIGHBORS)..(at + NEIGHBORS + 1).min(holders.len()));
        } else {
            give(*row as u32, 0..holders.len());
        }
    }
    is_crowded
}

/// A text that another may hold, as it is looked for in one.
pub(crate) struct Wanted {
    own: Own,
    /// All of its values, where they are kept.
    whole: Option<Own>,
}

impl Wanted {
    /// A text by some of its values.
    pub(crate) fn new(values: &[u32], sample: &Sample, room: u32) -> Wanted {
        let own = |values: &[u32]| Own::new(values, room as usize);
        Wanted { own: own(values), whole: sample.whole().map(own) }
    }

    /// Whether it may be in a text with these of the values.
    pub(crate) fn may_be_in(&self, values: &[u32], sample: &Sample) -> bool {
        let of_whole = |own: &Own| sample.whole().is_none_or(|values| own.is_near(values));
        self.own.is_near(values) && self.whole.as_ref().is_none_or(of_whole)
    }
}

/// The values of a text that another may hold.
struct Own {
    /// Ascending, each once.
    values: Vec<u32>,
    marks: Marks,
    /// The fewest that the other has to have.
    least: usize,
}

impl Own {
    fn new(values: &[u32], room: usize) -> Own {
        let values = distinct(values);
        Own { marks: Marks::new(&values, FINE), least: values.len().saturating_sub(room), values }
    }

    /// Whether a text has enough of these values.
    fn is_near(&self, other: &[u32]) -> bool {
        let shared = other.iter().copied().filter(|value| self.marks.may_hold(*value));
        // Most texts have too few of them even with repeats.
        shared.clone().count() >= self.least
            && distinct(&shared.filter(|value| self.values.binary_search(value).is_ok()).collect::<Vec<u32>>()).len() >= self.least
    }
}

/// A shingle and a text that has it, in one number.
fn row(value: u32, text: u32) -> u64 {
    u64::from(value) << 32 | u64::from(text)
}

fn value(row: u64) -> u32 {
    (row >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::Shingles;
    use crate::verify::Overlap;
    use proptest::prelude::*;

    /// Two texts a block, the last ones first.
    struct Few(Vec<Sample>);

    impl Samples for Few {
        fn of(&self, text: u32) -> Cow<'_, Sample> {
            Cow::Borrowed(&self.0[text as usize])
        }

        fn blocks(&self) -> usize {
            self.0.len().div_ceil(2)
        }

        fn block(&self, block: usize) -> Vec<(u32, Cow<'_, Sample>)> {
            (0..self.0.len() as u32).rev().skip(block * 2).take(2).map(|text| (text, self.of(text))).collect()
        }
    }

    fn find(texts: &[Vec<u32>], groups: &[u32], least: Ratio) -> Contained {
        let samples: Vec<Sample> = texts.iter().map(|values| Sample::new(&mut values.clone(), least)).collect();
        candidates(&Few(samples), groups, least, &|text| texts[text as usize].clone())
    }

    #[test]
    fn what_a_text_repeats_does_not_tell_it_from_others() {
        // One shingle of ten, five times over, is not in the text that holds the other nine; a third one is in its group.
        let own: Vec<u32> = [7; 4].into_iter().chain((0..10).map(|at| at * 1000 + 7)).collect();
        let longer: Vec<u32> = (1..40).map(|at| at * 1000 + 7).collect();
        let texts = [own, (0..6).map(|at| at * 1000 + 7).collect(), longer];
        assert!(find(&texts, &[0, 0, 1], Ratio::new(0.7)).pairs.contains(&(0, 2)));
    }

    proptest! {
        #[test]
        fn no_contained_pair_is_missed(starts in prop::collection::vec((0u64..120, 1u64..60), 2..24), percent in 5u64..=100, group in 1u32..4) {
            let mut sets: Vec<Shingles> = starts.iter().map(|(start, len)| Shingles::from_hashes((*start..start + len).map(crate::hash::mix).collect())).collect();
            sets.sort_by(|a, b| a.hashes().cmp(b.hashes()));
            sets.dedup();
            let least = Ratio::new(percent as f64 / 100.0);
            // The set first to last, then its first half again.
            let halves = |set: &Shingles| set.hashes().iter().chain(&set.hashes()[..set.len() / 2]).map(|hash| (hash >> 32) as u32).collect();
            let values: Vec<Vec<u32>> = sets.iter().map(halves).collect();
            let groups: Vec<u32> = (0..sets.len() as u32).map(|at| at / group).collect();
            let found = find(&values, &groups, least);
            for a in 0..sets.len() {
                for b in (a + 1..sets.len()).filter(|b| groups[a] != groups[*b]) {
                    let overlap = Overlap::of(&sets[a], &sets[b]);
                    if overlap.smaller >= MIN_CONTAINED && overlap.shared >= least.least_of(overlap.smaller) {
                        prop_assert!(found.pairs.contains(&(a as u32, b as u32)), "{a} {b} {overlap:?}");
                    }
                }
            }
        }
    }
}
