//! What each stage costs: bytes of text or articles per second.
//!
//! The corpus is the text of `data/calls` repeated with other words mixed in, so that it is the same on every machine and holds copies
//! of every strength. `cargo bench --bench stages -- normalize` runs one group.

mod corpus;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use samestory::band::{self, Banding};
use samestory::contain::{self, Sample};
use samestory::copies::{CopyFinder, InMemory, Print, Scratch, Texts};
use samestory::normalize;
use samestory::shingle::{self, Shingles};
use samestory::sketch::Sketcher;
use samestory::verify::{CopyRule, Overlap, Ratio};
use samestory::{Article, ArticleId, Config};

/// Articles in the corpus.
const ARTICLES: usize = 2_000;

// The answers for this corpus: a bench that computes something else measures something else.
const TOKENS: usize = 388367;
const SHINGLES: usize = 383555;
/// Sketches whose first value is odd.
const ODD: u32 = 1005;
/// Pairs that meet in the bands, and pairs that may hold each other.
const CANDIDATES: usize = 4531;
const CONTAINED: usize = 2722;
/// Shingles that those of the bands share.
const SHARED: usize = 528382;
const GROUPS: usize = 1360;

/// What every stage takes from the one before.
struct Stages {
    articles: Vec<Article>,
    tokens: Vec<Vec<u64>>,
    /// The upper halves of the shingle hashes.
    values: Vec<Vec<u32>>,
    shingles: Vec<Shingles>,
    prints: Vec<Print>,
    keys: Vec<u32>,
    finder: CopyFinder,
}

impl Stages {
    fn new() -> Stages {
        let config = Config::default();
        let articles = corpus::articles(ARTICLES);
        let tokens: Vec<Vec<u64>> = articles.iter().map(|article| tokens(&article.text)).collect();
        let shingles: Vec<Shingles> = tokens.iter().map(|tokens| Shingles::new(tokens, config.shingle)).collect();
        let finder = CopyFinder {
            shingle: config.shingle,
            sketcher: Sketcher::new(config.num_hashes),
            banding: Banding::for_threshold(config.resemblance, config.num_hashes).expect("a good configuration"),
            rule: CopyRule { resemblance: Ratio::new(config.resemblance), containment: config.containment.map(Ratio::new) },
            linkage: config.linkage,
        };
        let mut keys = vec![0; articles.len() * finder.banding.bands];
        let mut scratch = Scratch::default();
        let each = tokens.iter().zip(keys.chunks_mut(finder.banding.bands));
        let prints = each.map(|(tokens, keys)| finder.print(tokens, &mut scratch, keys)).collect();
        let values = tokens.iter().map(|tokens| values(tokens, config.shingle)).collect();
        Stages { articles, tokens, values, shingles, prints, keys, finder }
    }

    fn bytes(&self) -> Throughput {
        Throughput::Bytes(self.articles.iter().map(|article| article.text.len() as u64).sum())
    }

    fn elements(&self) -> Throughput {
        Throughput::Elements(self.articles.len() as u64)
    }

    fn pairs(&self) -> Vec<(u32, u32)> {
        let bands = self.finder.banding.bands;
        band::candidates(bands, 0..self.articles.len() as u32, |band| {
            black_box(&self.keys).chunks(bands).zip(0..).map(|(keys, text)| band::row(keys[band], text)).collect()
        })
        .pairs
    }
}

fn values(tokens: &[u64], width: usize) -> Vec<u32> {
    let mut values = Vec::with_capacity(tokens.len());
    shingle::each(tokens, width, |hash| values.push((hash >> 32) as u32));
    values
}

fn tokens(text: &str) -> Vec<u64> {
    let mut tokens = Vec::new();
    normalize::hashes(text, |token, _| tokens.push(token));
    tokens
}

fn bench_normalize(c: &mut Criterion, stages: &Stages) {
    let count = || stages.articles.iter().map(|article| tokens(black_box(&article.text)).len()).sum::<usize>();
    assert_eq!(count(), TOKENS);
    let mut group = c.benchmark_group("normalize");
    group.throughput(stages.bytes()).bench_function("tokens of all languages", |b| b.iter(count));
    for lang in ["ar", "en", "ru", "tr"] {
        let texts: Vec<&str> =
            stages.articles.iter().filter(|article| article.lang.as_deref() == Some(lang)).map(|article| article.text.as_str()).collect();
        assert!(!texts.is_empty(), "{lang}");
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(format!("tokens of {lang}"), |b| {
            b.iter(|| texts.iter().map(|text| tokens(black_box(text)).len()).sum::<usize>());
        });
    }
    group.finish();
}

fn bench_shingle(c: &mut Criterion, stages: &Stages) {
    let width = Config::default().shingle;
    let count = || stages.tokens.iter().map(|tokens| Shingles::new(black_box(tokens), width).len()).sum::<usize>();
    assert_eq!(count(), SHINGLES);
    let mut group = c.benchmark_group("shingle");
    let each = || stages.tokens.iter().map(|tokens| values(black_box(tokens), width).len()).sum::<usize>();
    group.throughput(stages.bytes()).bench_function("hashes", |b| b.iter(each));
    group.throughput(stages.bytes()).bench_function("sets", |b| b.iter(count));
    group.throughput(stages.elements()).bench_function("sets of articles", |b| b.iter(count));
    group.finish();
}

fn bench_sketch(c: &mut Criterion, stages: &Stages) {
    let mut group = c.benchmark_group("sketch");
    for num_hashes in [128, 256] {
        let sketcher = Sketcher::new(num_hashes);
        let mut out = Vec::new();
        let mut sketch = || {
            let first = |values: &Vec<u32>| {
                sketcher.sketch_values(black_box(values), &mut out);
                out[0] & 1
            };
            stages.values.iter().map(first).sum::<u32>()
        };
        // The first values do not depend on how many there are.
        assert_eq!(sketch(), ODD);
        group.throughput(Throughput::Elements(stages.values.iter().map(|values| values.len() as u64).sum()));
        group.bench_function(format!("shingles at {num_hashes} values"), |b| b.iter(&mut sketch));
    }
    group.finish();
}

fn bench_band(c: &mut Criterion, stages: &Stages) {
    let candidates = || stages.pairs().len();
    assert_eq!(candidates(), CANDIDATES);
    let mut group = c.benchmark_group("band");
    group.throughput(stages.elements()).bench_function("articles", |b| b.iter(candidates));
    group.finish();
}

fn bench_contain(c: &mut Criterion, stages: &Stages) {
    let groups: Vec<u32> = (0..stages.values.len() as u32).collect();
    let least = Ratio::new(Config::default().containment.expect("on"));
    let samples: Vec<Sample> = stages.values.iter().map(|values| Sample::new(&mut values.clone(), least)).collect();
    let whole = |text: u32| stages.values[text as usize].clone();
    let candidates = || contain::candidates(black_box(&samples), &groups, least, &whole).pairs.len();
    assert_eq!(candidates(), CONTAINED);
    let mut group = c.benchmark_group("contain");
    group.throughput(Throughput::Elements(stages.values.iter().map(|values| values.len() as u64).sum()));
    group.bench_function("shingles", |b| b.iter(candidates));
    group.finish();
}

fn bench_verify(c: &mut Criterion, stages: &Stages) {
    let pairs = stages.pairs();
    let shared = || {
        let overlap = |(a, b): &(u32, u32)| Overlap::of(&stages.shingles[*a as usize], &stages.shingles[*b as usize]).shared;
        black_box(&pairs).iter().map(overlap).sum::<usize>()
    };
    assert_eq!(shared(), SHARED);
    let mut group = c.benchmark_group("verify");
    group.throughput(Throughput::Elements(pairs.len() as u64)).bench_function("pairs", |b| b.iter(shared));
    group.finish();
}

fn bench_copies(c: &mut Criterion, stages: &Stages) {
    let rank: Vec<u32> = (0..stages.articles.len() as u32).collect();
    let days = vec![None; stages.shingles.len()];
    let shingles = |id: ArticleId| stages.shingles[id.index()].clone();
    let find = || {
        let (prints, keys) = (black_box(&stages.prints), &stages.keys);
        let source = InMemory { prints, keys, days: &days, shingles: &shingles };
        let texts = Texts { rank: &rank, apart: &[], at_once: usize::MAX, keep_overlaps: true, source: &source };
        let found = stages.finder.find(&texts, &mut |_| {});
        found.group_of.into_iter().max().map_or(0, |last| last as usize + 1)
    };
    assert_eq!(find(), GROUPS);
    let mut group = c.benchmark_group("copies");
    group.throughput(stages.elements()).bench_function("articles", |b| b.iter(find));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let stages = Stages::new();
    for bench in [bench_normalize, bench_shingle, bench_sketch, bench_band, bench_contain, bench_verify, bench_copies] {
        bench(&mut criterion, &stages);
    }
    criterion.final_summary();
}
