//! Articles per second from the file to the result, and of the pipeline alone.

mod corpus;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use samestory::read::{ReadOptions, Reader};
use samestory::report::{self, Format, Options, PageOptions};
use samestory::{Article, Config, Level, Run, cluster};

/// Articles in the corpus.
const ARTICLES: usize = 2_000;

/// The articles as a JSON Lines file.
fn file(articles: &[Article]) -> tempfile::NamedTempFile {
    let lines: String = articles
        .iter()
        .map(|article| {
            let published = article.published.as_ref().map(|published| published.when.to_string());
            serde_json::json!({
                "id": article.key, "title": article.title, "text": article.text, "outlet": article.outlet, "lang": article.lang,
                "published": published,
            })
            .to_string()
                + "\n"
        })
        .collect();
    let file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a temporary file");
    std::fs::write(file.path(), lines).expect("a temporary file");
    file
}

fn read(inputs: &[String]) -> Vec<Article> {
    let read: Result<Vec<Article>, _> = Reader::open(inputs, ReadOptions::new(jiff::civil::date(2025, 1, 1))).collect();
    read.expect("good records")
}

/// Reads, clusters and writes; gives the bytes of the result.
fn rows(inputs: &[String], level: Level) -> Vec<u8> {
    let articles = read(inputs);
    let found = cluster(&articles, &Config { level, ..Config::default() }).expect("a good configuration");
    let mut out = Vec::new();
    report::write(Format::Jsonl, &articles, &found, &Options::default(), &mut out).expect("memory");
    out
}

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let articles = corpus::articles(ARTICLES);
    let file = file(&articles);
    let inputs = [file.path().display().to_string()];
    let expected = rows(&inputs, Level::Stories);
    assert_eq!(expected.iter().filter(|byte| **byte == b'\n').count(), ARTICLES);
    assert_eq!(rows(&inputs, Level::Stories), expected);

    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(ARTICLES as u64));
    group.bench_function("read", |b| b.iter(|| read(black_box(&inputs)).len()));
    for level in [Level::Copies, Level::Stories] {
        let config = Config { level, ..Config::default() };
        group.bench_function(format!("cluster, {level:?}"), |b| {
            b.iter(|| cluster(black_box(&articles), &config).map(|found| found.stories.len()))
        });
        group.bench_function(format!("file to rows, {level:?}"), |b| b.iter(|| rows(black_box(&inputs), level).len()));
    }
    let config = Config::default();
    let done = Run::new(&articles, &config).expect("a good configuration");
    let (found, page) = (done.clustering(), PageOptions::default());
    group.bench_function("editorial report", |b| {
        b.iter(|| {
            let mut out = Vec::new();
            report::write_page(&done, &found, &page, &mut out).map(|()| out.len())
        })
    });
    group.finish();
    criterion.final_summary();
}
