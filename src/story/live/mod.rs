//! Reports as they come: each is weighed by the document frequencies of its moment, compared with the nearest of those still held, and
//! then held itself. Scores are those of a batch run; what differs is only what is known when a report comes.
//!
//! State is of two kinds. Counters (document frequencies, bursts, the shift) only grow and are kept as [`Counters`]. Reports come and
//! go; each is kept as [`Kept`], from which it can be entered again, so that the state after a restart is the one before it.

mod learn;
mod numbered;
mod postings;
mod tongue;

use serde::{Deserialize, Serialize};

pub(crate) use numbered::Numbered;
pub(super) use postings::Postings;

use super::bridge::Bridged;
use super::bridge::live::{Across, AcrossRows, Foreign};
use super::candidates::{self, Choice};
use super::compare::Alike;
use super::resolution;
use super::score::{AROUND_FLOOR, Around, Features, LEAST_AROUND, Model, Neighbors};
use super::snapshot::Weighed;
use super::terms::{Term, Terms};
use super::{RELATED, Report};
use tongue::{Tongue, TongueRows};

/// A report near another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Near {
    other: u32,
    /// The two cosines that make neighborhoods.
    cosines: (u32, u32),
    /// Score in thousandths of a logit, without the shift.
    logit: i32,
}

/// Pairs within a language, and across two.
const WITHIN: usize = 0;
const ACROSS: usize = 1;

/// A report that was read and is not yet compared.
pub struct Unheld {
    tongue: usize,
    terms: Terms,
    across: Vec<Term>,
    day: Option<i64>,
}

/// All of a report that has to be kept to hold it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    lang: String,
    weighed: Weighed,
    bridged: Bridged,
    near: [Vec<Near>; 2],
}

struct Held {
    tongue: usize,
    weighed: Weighed,
    bridged: Bridged,
    near: [Vec<Near>; 2],
    /// Its neighborhoods, from the time they are asked for until they change.
    neighbors: [Option<Neighbors>; 2],
}

/// What grows with every article, without the reports themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Counters {
    tongues: Vec<TongueRows>,
    across: AcrossRows,
    shift: i64,
}

/// The reports that are held.
#[derive(Default)]
struct Pool {
    held: Numbered<Option<Box<Held>>>,
    /// Articles of each report, itself and its copies; 0 of those that are gone.
    sizes: Numbered<u32>,
}

/// Reports that are held, and what is counted of all that ever came.
pub struct Live {
    window: i64,
    tongues: Vec<Tongue>,
    across: Across,
    pool: Pool,
    count: usize,
    shift: i64,
}

impl Live {
    /// Nothing seen yet; dated reports more than `window` days apart are never compared.
    #[must_use]
    pub fn new(window: i64) -> Live {
        Live { window, tongues: Vec::new(), across: Across::default(), pool: Pool::default(), count: 0, shift: 0 }
    }

    /// Begins with these counters, and no reports.
    #[must_use]
    pub fn with(window: i64, counters: Counters) -> Live {
        Live {
            tongues: counters.tongues.into_iter().map(Tongue::of_rows).collect(),
            across: Across::of_rows(counters.across),
            shift: counters.shift,
            ..Live::new(window)
        }
    }

    /// The counters as they are.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { tongues: self.tongues.iter().map(Tongue::rows).collect(), across: self.across.rows(), shift: self.shift }
    }

    /// How many reports are held.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Counts the terms of a report; `size` 0 reads it without counting.
    pub fn read(&mut self, report: &Report<'_>) -> Unheld {
        let tongue = self.tongue(report.lang);
        // Nothing is foreign before a second language comes.
        let across = if self.tongues.len() > 1 { self.across.read(report) } else { Vec::new() };
        Unheld { tongue, terms: self.tongues[tongue].read(report), across, day: report.day }
    }

    /// Compares a report without holding or counting it: nothing is left of it here.
    pub fn query(&mut self, report: &Report<'_>) -> Vec<(u32, u32)> {
        let (tongues, across) = (self.tongues.len(), self.across.size());
        let sizes: Vec<(usize, usize)> = self.tongues.iter().map(Tongue::size).collect();
        let unheld = self.read(&Report { size: 0, parts: report.parts.clone(), ..*report });
        let kept = self.compare(u32::MAX, &unheld);
        self.tongues.truncate(tongues);
        self.tongues.iter_mut().zip(sizes).for_each(|(tongue, size)| tongue.shrink(size));
        self.across.shrink(across);
        let model = Model::shipped();
        let of = |kind: usize, shift: i64| {
            kept.near[kind].iter().map(move |near| (near.other, model.probability(i64::from(near.logit) + shift)))
        };
        of(WITHIN, self.shift).chain(of(ACROSS, 0)).collect()
    }

    fn tongue(&mut self, lang: &str) -> usize {
        self.tongues.iter().position(|tongue| tongue.lang == lang).unwrap_or_else(|| {
            self.tongues.push(Tongue::new(lang));
            self.tongues.len() - 1
        })
    }

    /// Compares a report with those that are held, `number` itself left out. O(candidates · (terms + their neighbors)).
    pub fn compare(&mut self, number: u32, report: &Unheld) -> Kept {
        let Live { tongues, across, pool, window, .. } = self;
        let several = tongues.len() > 1;
        let tongue = &mut tongues[report.tongue];
        let weighed = tongue.weigh(&report.terms, report.day);
        let bridged = across.weigh(&report.across, report.day);
        let choice = |nearest| Choice::new(report.day, nearest, *window);
        let within = pool.within(number, tongue, &weighed, choice(candidates::NEAREST));
        let across = if several { pool.across(report.tongue, across, &bridged, choice(candidates::NEAREST_ACROSS)) } else { Vec::new() };
        Kept { lang: tongue.lang.clone(), weighed, bridged, near: [within, across] }
    }

    /// How many terms of all kinds were seen.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        let tongues = self.tongues.iter().map(Tongue::size).map(|(words, grams)| 1 + words + grams);
        tongues.sum::<usize>() + self.across.size()
    }

    /// Holds a report of so many articles. Reports that are entered again have to be held in the order in which they were.
    pub fn hold(&mut self, number: u32, kept: Kept, size: u32) {
        let tongue = self.tongue(&kept.lang);
        for (kind, list) in kept.near.iter().enumerate() {
            for near in list {
                if let Some(Some(other)) = self.pool.held.get_mut(near.other) {
                    other.near[kind].push(Near { other: number, ..*near });
                    other.neighbors[kind].iter_mut().for_each(|neighbors| neighbors.push(near.cosines, size));
                }
            }
        }
        self.tongues[tongue].postings.add(number, &kept.weighed.words);
        self.across.postings.add(number, &kept.bridged.terms);
        let Kept { weighed, bridged, mut near, .. } = kept;
        // Some may have gone since it was kept.
        near.iter_mut().for_each(|list| list.retain(|near| self.pool.size(near.other) > 0));
        self.pool.held.set(number, Some(Box::new(Held { tongue, weighed, bridged, near, neighbors: [None; 2] })));
        self.pool.sizes.set(number, size);
        self.count += 1;
    }

    /// Sets how many articles a report stands for.
    pub fn resize(&mut self, number: u32, size: u32) {
        let Pool { held, sizes } = &mut self.pool;
        let (Some(Some(of)), Some(place)) = (held.get_mut(number), sizes.get_mut(number)) else { return };
        *place = size;
        of.neighbors = [None; 2];
        let near: Vec<u32> = of.near.iter().flatten().map(|near| near.other).collect();
        for other in near {
            if let Some(Some(other)) = held.get_mut(other) {
                other.neighbors = [None; 2];
            }
        }
    }

    /// Lets a report go.
    pub fn release(&mut self, number: u32) {
        let Some(held) = self.pool.held.get_mut(number).and_then(Option::take) else { return };
        self.tongues[held.tongue].postings.remove(number, &held.weighed.words);
        self.across.postings.remove(number, &held.bridged.terms);
        self.pool.sizes.set(number, 0);
        for (kind, list) in held.near.iter().enumerate() {
            for near in list {
                if let Some(Some(other)) = self.pool.held.get_mut(near.other) {
                    other.near[kind].retain(|back| back.other != number);
                    other.neighbors[kind] = None;
                }
            }
        }
        self.count -= 1;
    }

    /// Forgets the numbers below `first`, all of which were let go.
    pub fn cut(&mut self, first: u32) {
        self.pool.held.cut(first);
        self.pool.sizes.cut(first);
        self.tongues.iter_mut().for_each(|tongue| tongue.postings.cut(first));
        self.across.postings.cut(first);
    }

    /// How many reports one was compared with, or they with it.
    #[must_use]
    pub fn degree(&self, number: u32) -> usize {
        self.pool.near(number, WITHIN).len() + self.pool.near(number, ACROSS).len()
    }

    /// The probability that two reports that are held are of one event, whether they were compared or not.
    pub fn probability(&mut self, a: u32, b: u32) -> u32 {
        let Live { tongues, across, pool, shift, .. } = self;
        let Some(is_within) = pool.get(a).zip(pool.get(b)).map(|(x, y)| x.tongue == y.tongue) else { return 0 };
        pool.look_around(&[a, b], if is_within { WITHIN } else { ACROSS });
        let (Some(x), Some(y)) = (pool.get(a), pool.get(b)) else { return 0 };
        let around = |kind: usize, cosines| (pool.around(a, kind, cosines), pool.around(b, kind, cosines));
        let score = if is_within {
            let tongue = &mut tongues[x.tongue];
            tongue.lay(&x.weighed);
            let alike = tongue.compare(&x.weighed, &y.weighed);
            tongue.clear(&x.weighed);
            Features::new(alike, x.weighed.beside(&y.weighed), around(WITHIN, (alike.words, alike.grams)), &tongue.bursts).seen().score()
                + *shift
        } else {
            across.lay(&x.bridged);
            let alike = across.compare(&x.bridged, &y.bridged);
            across.clear(&x.bridged);
            let Some(alike) = alike else { return 0 };
            alike.seen((&x.bridged, &y.bridged), around(ACROSS, alike.cosines), &across.bursts).score()
        };
        Model::shipped().probability(score)
    }

    /// The reports near one, with the probability of one event, of [`PROBABILITY_ONE`](super::PROBABILITY_ONE).
    pub fn pairs(&self, number: u32) -> impl Iterator<Item = (u32, u32)> {
        let model = Model::shipped();
        let of = move |kind: usize, shift: i64| {
            self.pool.near(number, kind).iter().map(move |near| (near.other, model.probability(i64::from(near.logit) + shift)))
        };
        of(WITHIN, self.shift).chain(of(ACROSS, 0))
    }
}

impl Pool {
    fn get(&self, number: u32) -> Option<&Held> {
        self.held.get(number)?.as_deref()
    }

    fn within(&mut self, number: u32, tongue: &mut Tongue, weighed: &Weighed, choice: Choice) -> Vec<Near> {
        let day = |other: u32| self.get(other).filter(|_| other != number).map(|held| held.weighed.day);
        let chosen = tongue.nearest(weighed, choice, day);
        self.look_around(&chosen, WITHIN);
        tongue.lay(weighed);
        let of = |other: u32| self.get(other).map(|held| (other, tongue.compare(weighed, &held.weighed), &held.weighed));
        let met: Vec<(u32, Alike, &Weighed)> = chosen.into_iter().filter_map(of).collect();
        tongue.clear(weighed);
        let cosines = |alike: &Alike| (alike.words, alike.grams);
        let own = self.around_new(met.iter().map(|(other, alike, _)| (*other, cosines(alike))));
        let near = |(other, alike, theirs): (u32, Alike, &Weighed)| {
            let score = |around| Features::new(alike, weighed.beside(theirs), (own, around), &tongue.bursts).seen().score();
            // Most are hopeless whatever is usual around the other.
            let hopeless = own.is_some() && self.near(other, WITHIN).len() >= LEAST_AROUND && is_hopeless(score(LONELY));
            let logit = if hopeless { score(LONELY) } else { score(self.around(other, WITHIN, cosines(&alike))) };
            Near { other, cosines: cosines(&alike), logit: logit as i32 }
        };
        met.into_iter().map(near).collect()
    }

    fn across(&mut self, tongue: usize, across: &mut Across, bridged: &Bridged, choice: Choice) -> Vec<Near> {
        let day = |other: u32| self.get(other).filter(|held| held.tongue != tongue).map(|held| held.bridged.day);
        let chosen = across.nearest(bridged, choice, day);
        self.look_around(&chosen, ACROSS);
        across.lay(bridged);
        let of = |other: u32| {
            let theirs = &self.get(other)?.bridged;
            Some((other, across.compare(bridged, theirs)?, theirs))
        };
        let met: Vec<(u32, Foreign, &Bridged)> = chosen.into_iter().filter_map(of).collect();
        across.clear(bridged);
        let own = self.around_new(met.iter().map(|(other, alike, _)| (*other, alike.cosines)));
        let near = |(other, alike, theirs): (u32, Foreign, &Bridged)| {
            let score = |around| alike.seen((bridged, theirs), (own, around), &across.bursts).score();
            let hopeless = own.is_some() && self.near(other, ACROSS).len() >= LEAST_AROUND && is_hopeless(score(LONELY));
            let logit = if hopeless { score(LONELY) } else { score(self.around(other, ACROSS, alike.cosines)) };
            Near { other, cosines: alike.cosines, logit: logit as i32 }
        };
        met.into_iter().map(near).collect()
    }

    fn size(&self, number: u32) -> u32 {
        self.sizes.get(number).copied().unwrap_or(0)
    }

    /// The neighborhood of a report that comes, alone so far.
    fn around_new(&self, near: impl Iterator<Item = (u32, (u32, u32))>) -> Around {
        let mut found = Neighbors::of_copies(1);
        near.for_each(|(other, cosines)| found.push(cosines, self.size(other)));
        found.around()
    }

    /// The neighborhood of a report that is held, with one more that comes.
    fn around(&self, number: u32, kind: usize, more: (u32, u32)) -> Around {
        let known = self.get(number).and_then(|held| held.neighbors[kind]);
        let mut found = known.unwrap_or_else(|| self.neighbors(number, kind));
        found.push(more, 1);
        found.around()
    }

    /// Keeps what is around these reports for the next time it is asked for.
    fn look_around(&mut self, numbers: &[u32], kind: usize) {
        for number in numbers {
            if self.get(*number).is_some_and(|held| held.neighbors[kind].is_none()) {
                let found = self.neighbors(*number, kind);
                self.held.get_mut(*number).into_iter().flatten().for_each(|held| held.neighbors[kind] = Some(found));
            }
        }
    }

    fn neighbors(&self, number: u32, kind: usize) -> Neighbors {
        let mut found = Neighbors::of_copies(self.size(number));
        for near in self.near(number, kind) {
            found.push(near.cosines, self.size(near.other));
        }
        found
    }

    /// The reports that are near one.
    fn near(&self, number: u32, kind: usize) -> &[Near] {
        self.get(number).map_or(&[], |held| &held.near[kind])
    }
}

/// The least that can be usual around a report.
const LONELY: Around = Some((AROUND_FLOOR, AROUND_FLOOR));

/// Whether a score is too low for the pair to count, whatever the shift.
fn is_hopeless(score: i64) -> bool {
    Model::shipped().probability(score + resolution::MOST) < RELATED
}
