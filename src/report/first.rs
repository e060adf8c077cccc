//! Who reported a story first, as far as the dates can tell.

use crate::article::{Article, ArticleId};
use crate::date::When;
use crate::link::Story;

/// The first reports of a story: several when their dates are not precise enough to tell.
pub(super) struct First<'a> {
    /// The earliest date.
    pub(super) earliest: &'a When,
    /// Those that no other report surely precedes, by date, then key.
    pub(super) contenders: Vec<ArticleId>,
}

impl<'a> First<'a> {
    /// The first reports; none when no date is known.
    pub(super) fn of(articles: &'a [Article], story: &'a Story) -> Option<First<'a>> {
        let (_, earliest) = dated(articles, story).min_by_key(|(_, when)| when.order())?;
        let contenders = dated(articles, story).filter(|(_, when)| !is_after(when, earliest)).map(|(id, _)| id).collect();
        Some(First { earliest, contenders })
    }
}

/// The members of a story whose dates are known.
pub(super) fn dated<'a>(articles: &'a [Article], story: &'a Story) -> impl Iterator<Item = (ArticleId, &'a When)> {
    story.articles.iter().filter_map(|id| Some((*id, &articles[id.index()].published.as_ref()?.when)))
}

/// Whether `when` is surely after `earliest`: a bare day says nothing about the order within it.
pub(super) fn is_after(when: &When, earliest: &When) -> bool {
    match (when, earliest) {
        (When::Instant(..), When::Instant(..)) | (When::Local(_), When::Local(_)) => when.order() > earliest.order(),
        _ => when.date() > earliest.date(),
    }
}
