//! What each stage costs: bytes of text or articles per second.
//!
//! The corpus is the text of `data/calls` repeated with other words mixed in, so that it is the same on every machine and holds copies
//! of every strength. `cargo bench --bench stages -- normalize` runs one group.

mod corpus;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use samestory::band::{self, Banding};
use samestory::copies::CopyFinder;
use samestory::normalize;
use samestory::shingle::Shingles;
use samestory::sketch::Sketcher;
use samestory::verify::{CopyRule, Ratio};
use samestory::{Article, Config};

/// Articles in the corpus.
const ARTICLES: usize = 2_000;

// The answers for this corpus: a bench that computes something else measures something else.
const TOKENS: usize = 388367;
const SHINGLES: usize = 383555;
/// Sketches whose first value is odd.
const ODD: u32 = 1033;
const CANDIDATES: usize = 4679;
const GROUPS: usize = 1360;

/// What every stage takes from the one before.
struct Stages {
    articles: Vec<Article>,
    tokens: Vec<Vec<u64>>,
    shingles: Vec<Shingles>,
    sketches: Vec<Option<Vec<u32>>>,
    finder: CopyFinder,
}

impl Stages {
    fn new() -> Stages {
        let config = Config::default();
        let articles = corpus::articles(ARTICLES);
        let tokens: Vec<Vec<u64>> = articles.iter().map(|article| tokens(&article.text)).collect();
        let shingles: Vec<Shingles> = tokens.iter().map(|tokens| Shingles::new(tokens, config.shingle)).collect();
        let finder = CopyFinder {
            sketcher: Sketcher::new(config.num_hashes),
            banding: Banding::for_threshold(config.resemblance, config.num_hashes).expect("a good configuration"),
            rule: CopyRule { resemblance: Ratio::new(config.resemblance), containment: config.containment.map(Ratio::new) },
            linkage: config.linkage,
        };
        let sketches = shingles.iter().map(|shingles| Some(finder.sketcher.sketch(shingles))).collect();
        Stages { articles, tokens, shingles, sketches, finder }
    }

    fn bytes(&self) -> Throughput {
        Throughput::Bytes(self.articles.iter().map(|article| article.text.len() as u64).sum())
    }

    fn elements(&self) -> Throughput {
        Throughput::Elements(self.articles.len() as u64)
    }
}

fn tokens(text: &str) -> Vec<u64> {
    let mut tokens = Vec::new();
    normalize::tokens(text, |token| tokens.push(token.hash()));
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
    group.throughput(stages.bytes()).bench_function("bytes", |b| b.iter(count));
    group.throughput(stages.elements()).bench_function("articles", |b| b.iter(count));
    group.finish();
}

fn bench_sketch(c: &mut Criterion, stages: &Stages) {
    let mut group = c.benchmark_group("sketch");
    for num_hashes in [128, 256] {
        let sketcher = Sketcher::new(num_hashes);
        let sketch = || stages.shingles.iter().map(|shingles| sketcher.sketch(black_box(shingles))[0] & 1).sum::<u32>();
        // The first values do not depend on how many there are.
        assert_eq!(sketch(), ODD);
        group.throughput(Throughput::Elements(stages.shingles.iter().map(|shingles| shingles.len() as u64).sum()));
        group.bench_function(format!("shingles at {num_hashes} values"), |b| b.iter(sketch));
    }
    group.finish();
}

fn bench_band(c: &mut Criterion, stages: &Stages) {
    let candidates = || band::candidates(black_box(&stages.sketches), stages.finder.banding);
    assert_eq!(candidates().pairs.len(), CANDIDATES);
    let mut group = c.benchmark_group("band");
    group.throughput(stages.elements()).bench_function("articles", |b| b.iter(candidates));
    group.finish();
}

fn bench_copies(c: &mut Criterion, stages: &Stages) {
    let rank: Vec<u32> = (0..stages.articles.len() as u32).collect();
    let days = vec![None; stages.shingles.len()];
    let find = || stages.finder.find(black_box(&stages.shingles), &rank, &days, &[]);
    assert_eq!(find().groups.len(), GROUPS);
    let mut group = c.benchmark_group("copies");
    group.throughput(stages.elements()).bench_function("articles", |b| b.iter(find));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let stages = Stages::new();
    for bench in [bench_normalize, bench_shingle, bench_sketch, bench_band, bench_copies] {
        bench(&mut criterion, &stages);
    }
    criterion.final_summary();
}
