//! One article of each id.

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use crate::article::Article;
use crate::error::Error;
use crate::hash;

/// Of articles with one id, keeps one: of equal texts any, else the newer by date, else the one with the smaller text hash.
///
/// What is left out is named; order in the input decides nothing but the wording.
#[must_use]
pub fn unique(articles: Vec<Article>) -> (Vec<Article>, Vec<Error>) {
    let doubtful = with_equal_hashes(&articles);
    if doubtful.is_empty() {
        return (articles, Vec::new());
    }
    let (dropped, problems) = doubles(&articles, doubtful);
    let mut dropped = dropped.into_iter();
    let kept = articles.into_iter().filter(|_| !dropped.next().unwrap_or(false)).collect();
    (kept, problems)
}

/// Which articles [`unique`] leaves out, and why, of those that may have the id of another one.
pub(crate) fn doubles(articles: &[Article], doubtful: impl IntoIterator<Item = usize>) -> (Vec<bool>, Vec<Error>) {
    let mut best: AHashMap<&str, usize> = AHashMap::new();
    let mut dropped = vec![false; articles.len()];
    let mut problems = Vec::new();
    for at in doubtful {
        let article = &articles[at];
        let Some(other) = best.insert(&article.key, at) else { continue };
        let (kept, lost, why) = prefer(articles, other, at);
        dropped[lost] = true;
        best.insert(&article.key, kept);
        problems.push(Error::DuplicateId { key: article.key.to_string(), message: why.to_owned() });
    }
    (dropped, problems)
}

/// The articles whose id may stand twice, in input order. Most inputs have none, which eight bytes an article are enough to tell.
fn with_equal_hashes(articles: &[Article]) -> Vec<usize> {
    let hash = |article: &Article| hash::bytes(article.key.as_bytes());
    let mut hashes: Vec<u64> = articles.par_iter().map(hash).collect();
    hashes.par_sort_unstable();
    let twice: AHashSet<u64> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    if twice.is_empty() {
        return Vec::new();
    }
    (0..articles.len()).filter(|at| twice.contains(&hash(&articles[*at]))).collect()
}

fn prefer(articles: &[Article], a: usize, b: usize) -> (usize, usize, &'static str) {
    let date = |at: usize| articles[at].published.as_ref().map(|published| published.when.order());
    let text = |at: usize| {
        let article = &articles[at];
        let published = article.published.as_ref().map(|published| format!("{} {}", published.when, published.source.name()));
        let Article { title, outlet, url, lang, gold, .. } = article;
        let named = [title.as_deref(), outlet.as_deref(), url.as_deref(), lang.as_deref(), gold.as_deref(), published.as_deref()];
        let rest = named.map(|field| field.map_or(0, |field| hash::bytes(field.as_bytes())));
        (hash::bytes(article.text.as_bytes()), hash::combine(&rest))
    };
    if articles[a].text == articles[b].text && articles[a].title == articles[b].title && date(a) == date(b) {
        let (kept, lost) = if text(a) <= text(b) { (a, b) } else { (b, a) };
        return (kept, lost, "the texts are equal, one is kept");
    }
    let why =
        if date(a) != date(b) { "the newer one is kept, the other is left out" } else { "one is kept by text hash, the other is left out" };
    let newer = |at: usize| (date(at), std::cmp::Reverse(text(at)));
    if newer(b) > newer(a) { (b, a, why) } else { (a, b, why) }
}
