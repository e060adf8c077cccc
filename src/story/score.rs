//! How likely two candidates report one event: an additive model, a sum of curves, one for each feature.
//!
//! The numbers are data, `data/model/story.tsv`, written by the training program beside it; here they are only looked up. A part's
//! millilogits are its share in the explanation.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use smallvec::SmallVec;

use super::compare::{Alike, Beside};
use super::snapshot::TEN_THOUSAND;
use super::time::Bursts;

/// Fixed-point one of probabilities.
pub const PROBABILITY_ONE: u32 = 65_536;
/// Candidates that make up an article's neighborhood.
const AROUND: usize = 10;
/// Fewest candidates that make one.
pub(super) const LEAST_AROUND: usize = 5;
/// Least neighborhood, of 10,000.
pub(super) const AROUND_FLOOR: u64 = 500;

/// What the model sees of a pair in one language, in the order of its values.
const WITHIN: [&str; 10] = ["words", "chars", "about", "words_around", "chars_around", "lone", "numbers", "length", "gap", "burst"];
/// … and of a pair in two.
pub(super) const ACROSS: [&str; 8] = ["concepts", "names", "concepts_around", "all_around", "numbers", "length", "gap", "burst"];

/// A pair as a model sees it: a value for each of its curves; `None` says nothing either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    values: SmallVec<[Option<i64>; WITHIN.len()]>,
    model: &'static Model,
}

impl Seen {
    /// A pair in two languages, by the values of [`ACROSS`].
    pub(super) fn across(values: [Option<i64>; ACROSS.len()]) -> Seen {
        Seen { values: SmallVec::from_slice(&values), model: Model::across() }
    }

    /// The score, in thousandths of a logit.
    pub(super) fn score(&self) -> i64 {
        self.model.score(&self.values)
    }

    /// The values by name, as in the model's table.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, Option<i64>)> {
        self.model.names.iter().copied().zip(self.values.iter().copied())
    }
}

/// What the model sees of a pair; `None` says nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) alike: Alike,
    /// Both cosines less those of the articles' own neighborhoods: lets one bound fit many corpora.
    /// Unknown where either has hardly any neighbor.
    pub(super) words_around: Option<i64>,
    pub(super) grams_around: Option<i64>,
    /// Days between the dates, when both are known.
    pub(super) gap: Option<i64>,
    /// Tokens of the shorter: short reports have fewer words in common.
    pub(super) length: u32,
    /// How much so many days between say in this corpus.
    pub(super) burst: Option<u64>,
}

impl Features {
    /// What the model sees of two reports with these neighborhoods.
    pub(super) fn new(alike: Alike, beside: Beside, around: (Around, Around), bursts: &Bursts) -> Features {
        let around = around.0.zip(around.1);
        let less = |cosine: u32, a: u64, b: u64| i64::from(cosine) - ((a + b) / 2) as i64;
        let Beside { length, gap } = beside;
        Features {
            alike,
            words_around: around.map(|(a, b)| less(alike.words, a.0, b.0)),
            grams_around: around.map(|(a, b)| less(alike.grams, a.1, b.1)),
            gap,
            length,
            burst: gap.and_then(|gap| bursts.of(gap)),
        }
    }

    /// The features in the order of [`WITHIN`].
    pub(super) fn values(&self) -> [Option<i64>; WITHIN.len()] {
        [
            Some(self.alike.words.into()),
            Some(self.alike.grams.into()),
            Some(self.alike.about.into()),
            self.words_around,
            self.grams_around,
            self.words_around.is_none().then_some(0),
            self.alike.numbers.map(i64::from),
            Some(self.length.into()),
            self.gap,
            self.burst.map(|burst| burst as i64),
        ]
    }

    /// The features as the model sees them.
    pub(super) fn seen(&self) -> Seen {
        Seen { values: SmallVec::from_slice(&self.values()), model: Model::shipped() }
    }
}

/// Mean cosines of a report's ten nearest candidates, words and 4-grams, a missing one counting 0; `None` where there are too few to say
/// what is usual.
pub(super) type Around = Option<(u64, u64)>;

/// The largest cosines of one report's candidates.
#[derive(Clone, Copy, Default)]
pub(super) struct Largest {
    /// Largest first.
    list: [u32; AROUND],
    pushed: usize,
}

impl Largest {
    /// Puts a cosine in its place, `times` times.
    pub(super) fn push(&mut self, cosine: u32, times: usize) {
        self.pushed += times;
        // Mostly it is none of them.
        if cosine <= self.least() {
            return;
        }
        for _ in 0..times.min(AROUND) {
            let mut carried = cosine;
            for place in &mut self.list {
                (*place, carried) = ((*place).max(carried), (*place).min(carried));
            }
        }
    }

    /// The least of them.
    pub(super) fn least(&self) -> u32 {
        self.list[AROUND - 1]
    }

    fn mean(&self) -> u64 {
        (self.list.iter().map(|cosine| u64::from(*cosine)).sum::<u64>() / AROUND as u64).max(AROUND_FLOOR)
    }
}

/// The nearest of a copy group's neighbors, words and 4-grams. A group's copies are part of its neighborhood: where true copies are near, a
/// page that is only rather alike stands out as another story.
#[derive(Clone, Copy, Default)]
pub(super) struct Neighbors([Largest; 2]);

impl Neighbors {
    /// Those of a group of this size alone.
    pub(super) fn of_copies(size: u32) -> Neighbors {
        let mut found = Neighbors::default();
        found.0.iter_mut().for_each(|largest| largest.push(TEN_THOUSAND as u32, times(size.saturating_sub(1))));
        found
    }

    /// Takes in a group of this size, so much alike.
    pub(super) fn push(&mut self, cosines: (u32, u32), size: u32) {
        let [words, grams] = &mut self.0;
        words.push(cosines.0, times(size));
        grams.push(cosines.1, times(size));
    }

    /// What is usual there.
    pub(super) fn around(&self) -> Around {
        let [words, grams] = &self.0;
        (words.pushed >= LEAST_AROUND).then(|| (words.mean(), grams.mean()))
    }
}

fn times(size: u32) -> usize {
    (size as usize).min(AROUND)
}

/// The neighborhoods of copy groups of these sizes from the cosines of all candidate pairs.
pub(super) fn around(sizes: &[u32], pairs: &[(u32, u32)], cosines: impl Iterator<Item = (u32, u32)>) -> Vec<Around> {
    let mut near: Vec<Neighbors> = sizes.iter().map(|size| Neighbors::of_copies(*size)).collect();
    for ((a, b), cosines) in pairs.iter().zip(cosines) {
        for (report, other) in [(*a, *b), (*b, *a)] {
            near[report as usize].push(cosines, sizes[other as usize]);
        }
    }
    near.iter().map(Neighbors::around).collect()
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What was looked at.
    pub name: &'static str,
    /// What was found, as printed.
    pub value: String,
    /// What it adds, in thousandths of a logit.
    pub millilogits: i64,
    /// The most it could add.
    pub most: i64,
}

/// A curve at every whole number between its ends; flat beyond them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Curve {
    first: i64,
    values: Vec<i32>,
}

impl Curve {
    /// The curve that is straight between its points.
    fn new(points: &[(i64, i64)]) -> Curve {
        let line = |pair: &[(i64, i64)], x: i64| pair[0].1 + ((pair[1].1 - pair[0].1) * (x - pair[0].0)).div_euclid(pair[1].0 - pair[0].0);
        let lines = points.windows(2).flat_map(|pair| (pair[0].0..pair[1].0).map(move |x| line(pair, x) as i32));
        Curve { first: points.first().map_or(0, |point| point.0), values: lines.chain(points.last().map(|point| point.1 as i32)).collect() }
    }

    fn at(&self, x: i64) -> i64 {
        let last = self.values.len().saturating_sub(1) as i64;
        self.values.get((x - self.first).clamp(0, last) as usize).copied().unwrap_or(0).into()
    }

    fn most(&self) -> i64 {
        self.values.iter().copied().max().unwrap_or(0).into()
    }
}

/// The curves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Model {
    bias: i64,
    names: &'static [&'static str],
    /// In the order of the names.
    curves: Vec<Curve>,
    /// From millilogits to the probability.
    squash: Curve,
}

const TABLE: &str = include_str!("../../data/model/story.tsv");
static SHIPPED: LazyLock<Model> = LazyLock::new(|| Model::parse(TABLE, "", &WITHIN));
static SHIPPED_ACROSS: LazyLock<Model> = LazyLock::new(|| Model::parse(TABLE, "across:", &ACROSS));

impl Model {
    /// The model that the product ships, for pairs in one language …
    pub(super) fn shipped() -> &'static Model {
        &SHIPPED
    }

    /// … and for pairs in two.
    pub(super) fn across() -> &'static Model {
        &SHIPPED_ACROSS
    }

    /// The curves whose names stand in the table after `prefix`.
    fn parse(text: &str, prefix: &str, names: &'static [&'static str]) -> Model {
        let mut points: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut row = line.split('\t');
            let (Some(name), Some(x), Some(y)) =
                (row.next(), row.next().and_then(|x| x.parse().ok()), row.next().and_then(|y| y.parse().ok()))
            else {
                continue;
            };
            points.entry(name).or_default().push((x, y));
        }
        let curve = |name: &str| points.get(name).map_or_else(Curve::default, |points| Curve::new(points));
        let of = |name: &str| curve(&format!("{prefix}{name}"));
        Model { bias: of("bias").at(0), names, curves: names.iter().map(|name| of(name)).collect(), squash: curve("squash") }
    }

    /// The score, in thousandths of a logit.
    pub(super) fn score(&self, values: &[Option<i64>]) -> i64 {
        let parts = values.iter().zip(&self.curves);
        self.bias + parts.map(|(value, curve)| value.map_or(0, |value| curve.at(value))).sum::<i64>()
    }

    /// The probability of a score, of [`PROBABILITY_ONE`].
    pub(super) fn probability(&self, score: i64) -> u32 {
        self.squash.at(score).clamp(0, i64::from(PROBABILITY_ONE)) as u32
    }

    /// The least score whose probability reaches `probability`.
    pub(super) fn bound(&self, probability: u32) -> i64 {
        let (mut low, mut high) = (self.squash.first, self.squash.first + self.squash.values.len().saturating_sub(1) as i64);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.squash.at(middle) >= i64::from(probability) { high = middle } else { low = middle + 1 }
        }
        low
    }
}

impl Seen {
    /// What the probability is made of, in a corpus whose scores are shifted so; the parts sum to its logit.
    pub(super) fn parts(&self, shift: i64) -> Vec<Part> {
        let share = |value: i64| format!("{:.3}", value as f64 / TEN_THOUSAND as f64);
        let model = self.model;
        let mut parts = vec![Part { name: "two articles at random", value: String::new(), millilogits: model.bias, most: model.bias }];
        for ((feature, value), curve) in self.named().zip(&model.curves) {
            let (name, show): (_, &dyn Fn(i64) -> String) = match feature {
                "words" => ("words in common", &share),
                "chars" => ("spelling of title and lead", &share),
                "about" => ("what each is about", &share),
                "words_around" => ("words against neighbors", &share),
                "chars_around" => ("title and lead against neighbors", &share),
                "lone" => ("no neighbors to compare with", &|_| "yes".to_owned()),
                "concepts" => ("concepts and numbers in common", &share),
                "names" => ("names and other words in common", &share),
                "concepts_around" => ("concepts against neighbors", &share),
                "all_around" => ("both against neighbors", &share),
                "numbers" => ("numbers in common", &share),
                "length" => ("words of the shorter", &|tokens| tokens.to_string()),
                "gap" => ("days between", &|days| days.to_string()),
                _ => ("how much the day says here", &|burst| format!("{:.2}", burst as f64 / 256.0)),
            };
            if feature == "lone" && value.is_none() {
                continue;
            }
            let millilogits = value.map_or(0, |value| curve.at(value));
            parts.push(Part { name, value: value.map_or_else(|| "unknown".to_owned(), show), millilogits, most: curve.most() });
        }
        if shift != 0 {
            parts.push(Part { name: "how distinct stories are here", value: String::new(), millilogits: shift, most: shift });
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIKE: Features = Features {
        alike: Alike { words: 9000, grams: 9000, about: 9500, numbers: Some(9000) },
        words_around: Some(4000),
        grams_around: Some(4000),
        gap: Some(0),
        length: 200,
        burst: Some(300),
    };

    #[test]
    fn the_shipped_model_is_whole_and_sane() {
        let model = Model::shipped();
        let shaped = |row: &(&&str, &Curve)| !["lone", "length"].contains(row.0);
        let across = Model::across();
        let curves = WITHIN.iter().zip(&model.curves).chain(ACROSS.iter().zip(&across.curves)).filter(shaped);
        let curves = curves.chain([(&"squash", &model.squash)]);
        for (name, curve) in curves {
            assert!((2..100_000).contains(&curve.values.len()), "{name} has {} values", curve.values.len());
            let rising = curve.values.is_sorted();
            let falling = curve.values.iter().rev().is_sorted();
            assert!(if *name == "gap" { falling } else { rising }, "{name} is monotone");
        }
        let unlike = Features {
            alike: Alike { words: 100, grams: 50, about: 0, numbers: Some(0) },
            words_around: Some(-3000),
            grams_around: Some(-3000),
            gap: Some(60),
            length: 200,
            burst: None,
        };
        let probability = |features: &Features| model.probability(model.score(&features.values()));
        assert!(probability(&ALIKE) > 60_000 && probability(&unlike) < 1_000);
        let undated = Features { gap: None, burst: None, ..ALIKE };
        assert!(probability(&undated) <= probability(&ALIKE), "an unknown date is no evidence");
    }

    #[test]
    fn the_parts_are_the_score() {
        let model = Model::shipped();
        for shift in [0, 500] {
            let sum: i64 = ALIKE.seen().parts(shift).iter().map(|part| part.millilogits).sum();
            assert_eq!(sum, model.score(&ALIKE.values()) + shift);
        }
    }

    #[test]
    fn curves_are_straight_between_points_and_flat_beyond() {
        let model = Model::parse("# note\nbias\t0\t5\nwords\t0\t0\nwords\t10\t-100\n", "", &WITHIN);
        assert_eq!([-5, 0, 1, 5, 10, 99].map(|x| model.curves[0].at(x)), [0, 0, -10, -50, -100, -100]);
        assert_eq!(Curve::new(&[(0, 0), (3, -1)]).values, [0, -1, -1, -1], "rounded down");
        assert_eq!((model.bias, model.curves[1].at(3)), (5, 0));
    }

    #[test]
    fn a_neighborhood_is_the_mean_of_the_ten_largest() {
        let mut largest = Largest::default();
        for (cosine, times) in [(100, 3), (9000, 2), (500, 1), (700, 9), (600, 1)] {
            largest.push(cosine, times);
        }
        assert_eq!((largest.list, largest.pushed), ([9000, 9000, 700, 700, 700, 700, 700, 700, 700, 700], 16));
        assert_eq!(largest.mean(), (2 * 9000 + 8 * 700) / 10);
    }
}
