//! How likely two candidates report one event: an additive model, a sum of curves, one for each feature.
//!
//! The numbers are data, `data/model/story.tsv`, written by the training program beside it; here they are only looked up. A part's
//! millilogits are its share in the explanation.

use std::sync::LazyLock;

use super::snapshot::{TEN_THOUSAND, Weighed};

/// Fixed-point one of probabilities.
pub const PROBABILITY_ONE: u32 = 65_536;
/// Candidates that make up an article's neighborhood.
const AROUND: usize = 10;
/// Fewest candidates that make one.
const LEAST_AROUND: usize = 5;
/// Least neighborhood, of 10,000.
const AROUND_FLOOR: u64 = 500;

/// What the model sees of a pair; `None` says nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    /// Cosine of words, of 10,000.
    pub(super) words: u64,
    /// Cosine of character 4-grams of title and lead, of 10,000.
    pub(super) grams: u64,
    /// Share of what each is about that the other holds, of 10,000.
    pub(super) about: u64,
    /// Both cosines less those of the articles' own neighborhoods: lets one bound fit many corpora.
    /// Unknown where either has hardly any neighbor.
    pub(super) words_around: Option<i64>,
    pub(super) grams_around: Option<i64>,
    /// Days between the dates, when both are known.
    pub(super) gap: Option<i64>,
    /// How much an equal day says in this corpus, for dates at most a day apart.
    pub(super) burst: Option<u64>,
}

impl Features {
    /// The features by name, as in the model's table.
    pub(super) fn values(&self) -> [(&'static str, Option<i64>); 8] {
        [
            ("words", Some(self.words as i64)),
            ("chars", Some(self.grams as i64)),
            ("about", Some(self.about as i64)),
            ("words_around", self.words_around),
            ("chars_around", self.grams_around),
            ("lone", self.words_around.is_none().then_some(0)),
            ("gap", self.gap),
            ("burst", self.burst.map(|burst| burst as i64)),
        ]
    }
}

/// Mean cosines of a report's ten nearest candidates, words and 4-grams, a missing one counting 0; `None` where there are too few to say
/// what is usual.
pub(super) type Around = Option<(u64, u64)>;

/// The neighborhoods of copy groups of these sizes from the cosines of all candidate pairs. A group's copies are part of its
/// neighborhood: where true copies are near, a page that is only rather alike stands out as another story.
pub(super) fn around(sizes: &[u32], pairs: &[(u32, u32)], cosines: &[(u64, u64)]) -> Vec<Around> {
    let times = |size: u32| (size as usize).min(AROUND);
    let copies = |size: &u32| vec![TEN_THOUSAND; times(size - 1)];
    let mut near: Vec<(Vec<u64>, Vec<u64>)> = sizes.iter().map(|size| (copies(size), copies(size))).collect();
    for ((a, b), (words, grams)) in pairs.iter().zip(cosines) {
        for (report, other) in [(*a, *b), (*b, *a)] {
            let near = &mut near[report as usize];
            near.0.extend(std::iter::repeat_n(*words, times(sizes[other as usize])));
            near.1.extend(std::iter::repeat_n(*grams, times(sizes[other as usize])));
        }
    }
    let mean = |mut list: Vec<u64>| {
        list.sort_unstable_by(|a, b| b.cmp(a));
        (list.iter().take(AROUND).sum::<u64>() / AROUND as u64).max(AROUND_FLOOR)
    };
    near.into_iter().map(|(words, grams)| (words.len() >= LEAST_AROUND).then(|| (mean(words), mean(grams)))).collect()
}

/// The cosines of a pair: words, 4-grams.
pub(super) fn cosines(a: &Weighed, b: &Weighed) -> (u64, u64) {
    (a.words.cosine(&b.words), a.grams.cosine(&b.grams))
}

/// What the model sees of `a` and `b`.
pub(super) fn features(a: &Weighed, b: &Weighed, (words, grams): (u64, u64), around: (Around, Around), burst: u64) -> Features {
    let less = |cosine: u64, of: fn((u64, u64)) -> u64| around.0.zip(around.1).map(|(a, b)| cosine as i64 - ((of(a) + of(b)) / 2) as i64);
    let gap = a.day.zip(b.day).map(|(a, b)| (a - b).abs());
    Features {
        words,
        grams,
        about: (a.held_by(b) + b.held_by(a)) / 2,
        words_around: less(words, |around| around.0),
        grams_around: less(grams, |around| around.1),
        gap,
        burst: gap.filter(|gap| *gap <= 1).map(|_| burst),
    }
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

/// The curves.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    bias: i64,
    curves: std::collections::BTreeMap<String, Vec<(i64, i64)>>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("../../data/model/story.tsv")));

impl Model {
    /// The model that the product ships.
    pub(super) fn shipped() -> &'static Model {
        &MODEL
    }

    fn parse(text: &str) -> Model {
        let mut model = Model::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut row = line.split('\t');
            let (Some(name), Some(x), Some(y)) =
                (row.next(), row.next().and_then(|x| x.parse().ok()), row.next().and_then(|y| y.parse().ok()))
            else {
                continue;
            };
            if name == "bias" {
                model.bias = y;
            } else {
                model.curves.entry(name.to_owned()).or_default().push((x, y));
            }
        }
        model
    }

    /// The curve's value at `x`: straight between its points, flat beyond them.
    fn curve(&self, name: &str, x: i64) -> i64 {
        let Some(points) = self.curves.get(name) else { return 0 };
        let at = points.partition_point(|point| point.0 < x);
        match (at.checked_sub(1).map(|at| points[at]), points.get(at).copied()) {
            (None, Some((_, y))) | (Some((_, y)), None) => y,
            (Some((x0, y0)), Some((x1, y1))) => y0 + ((y1 - y0) * (x - x0)).div_euclid(x1 - x0),
            (None, None) => 0,
        }
    }

    /// The probability, of [`PROBABILITY_ONE`].
    pub(super) fn probability(&self, features: &Features) -> u32 {
        let sum: i64 = features.values().iter().map(|(name, value)| value.map_or(0, |value| self.curve(name, value))).sum();
        self.curve("squash", self.bias + sum).clamp(0, i64::from(PROBABILITY_ONE)) as u32
    }

    /// The least sum of parts whose probability reaches `probability`, in steps of one.
    pub(super) fn logit(&self, probability: u32) -> i64 {
        let ends = self.curves.get("squash").and_then(|curve| Some((curve.first()?.0, curve.last()?.0)));
        let (mut low, mut high) = ends.unwrap_or_default();
        while low < high {
            let middle = low + (high - low) / 2;
            if self.curve("squash", middle) >= i64::from(probability) { high = middle } else { low = middle + 1 }
        }
        low
    }

    /// What the probability is made of; the parts sum to its logit.
    pub(super) fn parts(&self, features: &Features) -> Vec<Part> {
        let share = |value: i64| format!("{:.3}", value as f64 / TEN_THOUSAND as f64);
        let mut parts = vec![Part { name: "two articles at random", value: String::new(), millilogits: self.bias, most: self.bias }];
        for (feature, value) in features.values() {
            let (name, show): (_, &dyn Fn(i64) -> String) = match feature {
                "words" => ("words in common", &share),
                "chars" => ("spelling of title and lead", &share),
                "about" => ("what each is about", &share),
                "words_around" => ("words against neighbors", &share),
                "chars_around" => ("title and lead against neighbors", &share),
                "lone" => ("no neighbors to compare with", &|_| "yes".to_owned()),
                "gap" => ("days between", &|days| days.to_string()),
                _ => ("how much the day says here", &|burst| format!("{:.2}", burst as f64 / 256.0)),
            };
            if feature == "lone" && value.is_none() {
                continue;
            }
            let millilogits = value.map_or(0, |value| self.curve(feature, value));
            let most = self.curves.get(feature).and_then(|curve| curve.iter().map(|point| point.1).max()).unwrap_or(0);
            parts.push(Part { name, value: value.map_or_else(|| "unknown".to_owned(), show), millilogits, most });
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIKE: Features = Features {
        words: 9000,
        grams: 9000,
        about: 9500,
        words_around: Some(4000),
        grams_around: Some(4000),
        gap: Some(0),
        burst: Some(300),
    };

    #[test]
    fn the_shipped_model_is_whole_and_sane() {
        let model = Model::shipped();
        for name in ["words", "chars", "about", "words_around", "chars_around", "gap", "burst", "squash"] {
            let curve = &model.curves[name];
            assert!(curve.len() > 1 && curve.windows(2).all(|pair| pair[0].0 < pair[1].0), "{name} ascends");
            let rising = curve.windows(2).all(|pair| pair[0].1 <= pair[1].1);
            let falling = curve.windows(2).all(|pair| pair[0].1 >= pair[1].1);
            assert!(if name == "gap" { falling } else { rising }, "{name} is monotone");
        }
        let unlike =
            Features { words: 100, grams: 50, about: 0, words_around: Some(-3000), grams_around: Some(-3000), gap: Some(60), burst: None };
        assert!(model.probability(&ALIKE) > 60_000 && model.probability(&unlike) < 1_000);
        let undated = Features { gap: None, burst: None, ..ALIKE };
        assert!(model.probability(&undated) <= model.probability(&ALIKE), "an unknown date is no evidence");
    }

    #[test]
    fn the_parts_are_the_score() {
        let model = Model::shipped();
        let sum: i64 = model.parts(&ALIKE).iter().map(|part| part.millilogits).sum();
        assert_eq!(model.curve("squash", sum) as u32, model.probability(&ALIKE));
    }

    #[test]
    fn curves_are_straight_between_points_and_flat_beyond() {
        let model = Model::parse("# note\nbias\t0\t5\nx\t0\t0\nx\t10\t-100\n");
        assert_eq!([-5, 0, 1, 5, 10, 99].map(|x| model.curve("x", x)), [0, 0, -10, -50, -100, -100]);
        assert_eq!((model.bias, model.curve("none", 3)), (5, 0));
    }
}
