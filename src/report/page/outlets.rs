//! Which outlets write their own reports, and whom others copy.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::article::{Article, ArticleId};
use crate::link::{Clustering, CopyGroup};
use crate::report::first::is_after;
use crate::report::words::outlet;

/// Outlets that are shown.
const SHOWN: usize = 12;
/// Outlets that are named as the most original and the most copied.
const NAMED: usize = 3;

/// What an outlet did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Outlet {
    pub(super) name: String,
    /// Its articles.
    pub(super) articles: usize,
    /// Those that copy nobody else.
    pub(super) own: usize,
    /// Copies that other outlets published of them.
    pub(super) copied: usize,
    /// Its articles that copy another outlet.
    pub(super) copies: usize,
}

/// The outlets, those with most own reports and copies of them first.
pub(super) struct Outlets {
    pub(super) shown: Vec<Outlet>,
    /// All there are.
    pub(super) count: usize,
    pub(super) most_original: Vec<String>,
    pub(super) most_copied: Vec<String>,
}

impl Outlets {
    /// Counts what each outlet did. The article that a group copies is the one that surely came first, else the one that stands for the
    /// group. O(articles).
    pub(super) fn of(articles: &[Article], found: &Clustering) -> Outlets {
        let names: Vec<Option<String>> = articles.iter().map(outlet).collect();
        let mut rows: BTreeMap<&str, Outlet> = BTreeMap::new();
        for group in found.stories.iter().flat_map(|story| &story.copies) {
            let source = names[source(articles, group).index()].as_deref();
            for id in &group.articles {
                let Some(name) = names[id.index()].as_deref() else { continue };
                let row = rows.entry(name).or_default();
                row.articles += 1;
                if source.is_none_or(|source| source == name) {
                    row.own += 1;
                    continue;
                }
                row.copies += 1;
                if let Some(source) = source {
                    rows.entry(source).or_default().copied += 1;
                }
            }
        }
        let mut shown: Vec<Outlet> = rows.into_iter().map(|(name, row)| Outlet { name: name.to_owned(), ..row }).collect();
        let count = shown.len();
        shown.sort_by_key(|row| (Reverse((row.own, row.copied)), row.copies));
        let named = |by: fn(&Outlet) -> usize| {
            let mut order: Vec<&Outlet> = shown.iter().filter(|row| by(row) > 0).collect();
            order.sort_by_key(|row| Reverse(by(row)));
            order.iter().take(NAMED).map(|row| row.name.clone()).collect()
        };
        let (most_original, most_copied) = (named(|row| row.own), named(|row| row.copied));
        shown.truncate(SHOWN);
        Outlets { shown, count, most_original, most_copied }
    }
}

/// The article of a copy group that the others copy, as far as dates tell.
fn source(articles: &[Article], group: &CopyGroup) -> ArticleId {
    let when = |id: &ArticleId| articles[id.index()].published.as_ref().map(|published| &published.when);
    let dated = || group.articles.iter().filter_map(|id| Some((*id, when(id)?)));
    let Some((first, earliest)) = dated().min_by_key(|(_, when)| when.order()) else { return group.representative };
    let alone = dated().all(|(id, when)| id == first || is_after(when, earliest));
    if alone && dated().count() == group.articles.len() { first } else { group.representative }
}
