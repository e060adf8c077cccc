//! The labelled sample of `data/calls`.

use std::sync::LazyLock;

use samestory::evaluate::{Evaluation, read_gold};
use samestory::read::{ReadOptions, Reader};
use samestory::{Article, Clustering, Config, Level, cluster};

use crate::util::root;

/// Its articles, in input order.
pub(crate) fn articles() -> &'static [Article] {
    static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(|| {
        let inputs = [root().join("data/calls").display().to_string()];
        let read: Result<Vec<_>, _> = Reader::open(&inputs, ReadOptions::new(jiff::civil::date(2025, 1, 1))).collect();
        read.expect("a sample without bad input")
    });
    &ARTICLES
}

/// What a run finds in it.
pub(crate) fn found(level: Level) -> Clustering {
    cluster(articles(), &Config { level, ..Config::default() }).expect("a good configuration")
}

/// A run judged against the labels of its level, by language.
pub(crate) fn evaluation(level: Level) -> Evaluation {
    let found = found(level);
    let gold = read_gold(&root().join("data/calls.gold.jsonl"), level).expect("labels");
    let label = |at: usize| {
        let place = &found.placements[at];
        let story = &found.stories[place.story];
        let id = if level == Level::Copies { story.copies[place.copies].id } else { story.id };
        articles()[id.index()].key.as_str()
    };
    let labels = articles().iter().enumerate().map(|(at, article)| (article.key.as_str(), label(at))).collect();
    Evaluation::new(&gold, &labels, true)
}
