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
use tables::{Counts, Marks, Twice};

/// Places for each value where many are marked.
const COARSE: usize = 16;
/// Places for each value of one text: few share one.
const FINE: usize = 256;

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
        let (shingles, values) = (sample.shingles as usize, sample.values());
        let mut inner = Inner::new(text, shingles, least);
        if shingles < MIN_CONTAINED || !search.may_be_held(&inner, values) {
            return None;
        }
        let mut suffices = inner.is_told_by(values);
        if !suffices {
            // Perhaps only because repeats were counted.
            inner = Inner::new(text, distinct(&whole(text, &sample)).len(), least);
            suffices = inner.is_told_by(values);
        }
        Some((inner, suffices))
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

impl Inner {
    fn new(text: u32, shingles: usize, least: Ratio) -> Inner {
        Inner { text, room: (shingles - least.least_of(shingles)) as u32 }
    }

    /// Whether a text that holds this one has at least one of these values of it.
    fn is_told_by(&self, values: &[u32]) -> bool {
        Marks::new(values, FINE).count() > self.room as usize
    }
}

/// Most rows of values that are looked for at once, about: what meets is found part by part of all values, so that the rows never fill the memory.
const ROWS_AT_ONCE: usize = if cfg!(test) { 256 } else { 1 << 23 };

/// Texts as some of their values, among which others are looked for.
struct Search<'t> {
    values: &'t dyn Values,
    samples: &'t dyn Samples,
    groups: &'t [u32],
    twice: Twice,
    counts: Counts,
}

impl<'t> Search<'t> {
    fn new(values: &'t dyn Values, samples: &'t dyn Samples, groups: &'t [u32]) -> Search<'t> {
        let sources = Sources::new(values, groups);
        Search { values, samples, groups, twice: Twice::new(&sources), counts: Counts::new(&sources) }
    }

    /// Whether not too many of its values stand nowhere else.
    fn may_be_held(&self, inner: &Inner, values: &[u32]) -> bool {
        values.iter().filter(|value| !self.twice.holds(**value)).nth(inner.room as usize).is_none()
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
                    .map_or_else(Vec::new, |inner| self.prefix(inner, &values))
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

    /// The values of which a holder of the text must have one, the rarest: as many as may be missing and one, less those that are.
    fn prefix(&self, inner: &Inner, values: &[u32]) -> Vec<u32> {
        let alone = values.iter().filter(|value| !self.twice.holds(**value)).count();
        let shared = values.iter().copied().filter(|value| self.twice.holds(*value));
        let mut rarest: Vec<u64> = shared.map(|value| u64::from(self.counts.of(value)) << 32 | u64::from(value)).collect();
        rarest.sort_unstable();
        rarest.dedup();
        rarest.truncate((inner.room as usize + 1).saturating_sub(alone));
        rarest.into_iter().map(|row| row as u32).collect()
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
            if group.len() * (end - start) > CROWDED * CROWDED {
                found.crowded += 1;
                for row in group {
                    let at = start + holders[start..end].partition_point(|holder| holder < row);
                    let near = at.saturating_sub(NEIGHBORS).max(start)..(at + NEIGHBORS + 1).min(end);
                    places.extend([(*row as u32, start..start + 1), (*row as u32, near)]);
                }
            } else {
                places.extend(group.iter().map(|row| (*row as u32, start..end)));
            }
        }
        // One text's holders are collected over all its values before they become pairs, so that each pair is made once or twice.
        places.par_sort_unstable_by_key(|(text, range)| (*text, range.start));
        let of_one: Vec<&[(u32, Range<usize>)]> = places.chunk_by(|a, b| a.0 == b.0).collect();
        // Each thread remembers for whom a text was last met.
        let met_by = || vec![u32::MAX; self.groups.len()];
        let pairs = of_one.into_par_iter().map_init(met_by, |met_by, places| {
            let a = places[0].0;
            let room = inner.binary_search_by_key(&a, |inner| inner.text).map_or(0, |at| inner[at].room as usize);
            let met = places.iter().flat_map(|(_, range)| holders[range.clone()].iter().map(|row| *row as u32));
            let mut larger: Vec<u32> = met.filter(|b| std::mem::replace(&mut met_by[*b as usize], a) != a).collect();
            let own = Own::new(&self.values.of(a), room);
            let whole = self.samples.of(a).whole().map(|values| Own::new(values, room));
            let holds = |b: u32| {
                let of_whole = |own: &Own| self.samples.of(b).whole().is_none_or(|values| own.is_near(values));
                own.is_near(&self.values.of(b)) && whole.as_ref().is_none_or(of_whole)
            };
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
