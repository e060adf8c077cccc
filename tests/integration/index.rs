//! The index as its user meets it: articles one at a time, answers that stay, and what is done to the index as a whole.

mod answers;
mod feeds;
mod forget;
mod moves;
mod recluster;
mod same;
mod settings;

use serde_json::Value;

use samestory::Article;

use crate::generate::{self, Random, record};
use crate::util::{Dir, rows};

/// Articles as a file.
fn lines(articles: &[Article]) -> String {
    articles.iter().map(|article| record(article) + "\n").collect()
}

/// Generated articles in the order of their days, undated ones among them; those that say nothing are left out, as no reader gives them.
fn stream(seed: u64, events: usize) -> Vec<Article> {
    let mut random = Random(seed);
    let mut articles: Vec<(i64, Article)> = generate::articles(seed, events)
        .into_iter()
        .filter(|article| !article.text.is_empty() || article.title.as_deref().is_some_and(|title| title.contains(' ')))
        .map(|article| (article.day().unwrap_or(19_844 + random.below(28) as i64), article))
        .collect();
    articles.sort_by_key(|row| row.0);
    articles.into_iter().map(|row| row.1).collect()
}

/// One invented article, dated in May 2024 unless the day is 0.
fn item(id: &str, day: u32, text: &str) -> String {
    let date = if day == 0 { String::new() } else { format!(r#""published": "2024-05-{day:02}", "#) };
    format!("{{\"id\": \"{id}\", {date}\"lang\": \"en\", \"text\": \"{text}\"}}\n")
}

/// The bridge, as the wire has it.
const BRIDGE: &str = "The mayor opened the new bridge over the river Ena on Tuesday after three years of work and a long dispute about its cost. \
                      Cars may use it from the evening, the engineer Oda Brandt said, and walkers get a shaded lane of their own.";
/// A copy of it, lightly edited.
const BRIDGE_EDITED: &str = "The mayor opened the new bridge over the river Ena on Tuesday after three years of work and a short dispute about its cost. \
                             Cars may use it from the evening, the engineer Oda Brandt said, and walkers get a shaded lane of their own.";
/// Another event.
const FIRE: &str = "Flames broke out before dawn in a timber store of the harbour and spread to two quays until crews brought them under control. \
                    No worker was hurt; the owner put his losses at several hundred thousand and detectives began an inquiry.";
/// A third one.
const HARVEST: &str = "Farmers in the south brought in the first wheat two weeks earlier than usual. The cooperative expects a record, \
                       its chairman said, if the dry weather holds until the end of the month.";

/// Runs `dedup` on these lines.
#[track_caller]
fn dedup(dir: &Dir, input: &str, more: &[&str]) -> String {
    dir.pipe(input, &[&["dedup", "--index", "ix", "-q"], more].concat()).good()
}

/// The answers of `dedup`.
#[track_caller]
fn answers(dir: &Dir, input: &str) -> Vec<Value> {
    rows(&dedup(dir, input, &[]))
}

#[track_caller]
fn export(dir: &Dir) -> String {
    dir.run(&["export", "--index", "ix"]).good()
}

/// Verdict, story and nearest of an answer.
fn said(answer: &Value) -> (&str, &str, Option<&str>) {
    (answer["verdict"].as_str().expect("a verdict"), answer["story"].as_str().expect("a story"), answer["nearest"].as_str())
}
