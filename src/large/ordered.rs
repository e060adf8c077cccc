//! One article of each id, in the order of ids.

use ahash::AHashSet;

use super::articles::Articles;
use super::order::Ids;
use crate::article::{Article, ArticleId};
use crate::cluster;
use crate::config::Config;
use crate::error::{Error, Result};

/// The articles by id.
pub(super) struct Ordered {
    /// Each article's place.
    pub(super) rank: Vec<u32>,
    /// Those with pins, by id.
    pinned: Vec<(String, ArticleId)>,
    /// What was left out.
    pub(super) problems: Vec<Error>,
}

impl Ordered {
    /// Puts the articles in order and leaves one of each id.
    pub(super) fn new(articles: &mut Articles, ids: Ids, config: &Config) -> Result<Ordered> {
        let mut by_piece = vec![u32::MAX; articles.len()];
        let (mut next, mut dropped, mut problems) = (0, Vec::new(), Vec::new());
        let wanted: AHashSet<&str> = config.together.iter().chain(&config.apart).flat_map(|(a, b)| [&**a, &**b]).collect();
        // Each with its rank at first.
        let mut pinned: Vec<(String, ArticleId)> = Vec::new();
        // The article that stands for the last id, read only where another one has it.
        let mut last: Option<(String, u32, Option<Article>)> = None;
        ids.merge(|id, piece| {
            match &mut last {
                Some((key, best, article)) if key == id => {
                    let pair = [article.take().map_or_else(|| articles.get(ArticleId(*best)), Ok)?, articles.get(ArticleId(piece))?];
                    let (lost, mut found) = cluster::doubles(&pair, 0..2);
                    problems.append(&mut found);
                    let [first, second] = pair;
                    if lost[0] {
                        dropped.push(*best);
                        by_piece[piece as usize] = std::mem::replace(&mut by_piece[*best as usize], u32::MAX);
                        (*best, *article) = (piece, Some(second));
                    } else {
                        dropped.push(piece);
                        *article = Some(first);
                    }
                }
                _ => {
                    by_piece[piece as usize] = next;
                    if wanted.contains(id) {
                        pinned.push((id.to_owned(), ArticleId(next)));
                    }
                    next += 1;
                    last = Some((id.to_owned(), piece, None));
                }
            }
            Ok(())
        })?;
        dropped.sort_unstable();
        articles.leave_out(&dropped);
        by_piece.retain(|rank| *rank != u32::MAX);
        let rank = by_piece;
        if !pinned.is_empty() {
            // Ids come in order, and so do their ranks.
            let places: Vec<u32> = pinned.iter().map(|row| row.1.0).collect();
            for (place, at) in rank.iter().zip(0..) {
                if let Ok(found) = places.binary_search(place) {
                    pinned[found].1 = ArticleId(at);
                }
            }
        }
        Ok(Ordered { rank, pinned, problems })
    }

    /// The article of a pinned id.
    fn number(&self, id: &str) -> Option<ArticleId> {
        self.pinned.binary_search_by(|row| row.0.as_str().cmp(id)).ok().map(|at| self.pinned[at].1)
    }

    /// The articles behind pairs of ids; pairs of which one is not there are left out.
    pub(super) fn pairs(&self, pairs: &[(String, String)]) -> Vec<(ArticleId, ArticleId)> {
        pairs.iter().filter_map(|(a, b)| self.number(a).zip(self.number(b))).collect()
    }

    /// Whether a pinned id is that of an article.
    pub(super) fn holds(&self, id: &str) -> bool {
        self.number(id).is_some()
    }
}
