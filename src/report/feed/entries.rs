//! From a result to the entries of a feed.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::io;

use crate::article::{Article, ArticleId, SharedText};
use crate::date::When;
use crate::index::{Record, Verdict};
use crate::language;
use crate::link::{Clustering, Story};
use crate::report::check;
use crate::report::feed::{Entry, Feed, Other};
use crate::report::ties::{Ties, groups};
use crate::report::words::headline;

impl Feed {
    /// A feed without a name of the `most` newest stories of a result, by their first publication; unknown dates last, then by id.
    ///
    /// `articles` are those the result was made from, in the same order. Of several copies at one address of one outlet the first is
    /// listed. The feed was last changed at the latest date in it. O(articles + links).
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] when `articles` and `clustering` do not belong together.
    ///
    /// # Examples
    /// ```
    /// use samestory::report::Feed;
    /// use samestory::{Article, Config, cluster};
    /// let article = |key: &str, text: &str| Article { key: key.into(), text: text.into(), ..Article::default() };
    /// let articles = [article("a", "The envoys met in the old town on Monday"), article("b", "The envoys met in the old town on Monday")];
    /// let feed = Feed::newest(&articles, &cluster(&articles, &Config::default())?, 500)?;
    /// assert_eq!((feed.entries.len(), feed.entries[0].others.len()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn newest(articles: &[Article], clustering: &Clustering, most: usize) -> io::Result<Feed> {
        check(articles, clustering)?;
        let mut stories: Vec<(Option<&When>, &Story)> = clustering.stories.iter().map(|story| (first(articles, story), story)).collect();
        // An unknown date is less than any.
        stories.sort_by_key(|(first, story)| (Reverse(first.map(When::order)), &articles[story.id.index()].key));
        let entries: Vec<Entry> = stories.iter().take(most).map(|(_, story)| entry(articles, clustering, story)).collect();
        Ok(Feed::of(entries))
    }
}

impl Feed {
    /// A feed without a name of stories as an index gives them ([`Index::newest`](crate::index::Index::newest)), by their first publication as
    /// in [`newest`](Self::newest). A story is shown by the first of its articles: its entry stays what it was while others join.
    ///
    /// Scores are those of the answers; an entry has none.
    #[must_use]
    pub fn of_index(stories: &[Vec<Record>]) -> Feed {
        let mut entries: Vec<Entry> = stories.iter().filter_map(|records| known_entry(records)).collect();
        entries.sort_by(|a, b| {
            let first = |entry: &Entry| Reverse(entry.published.as_ref().map(When::order));
            first(a).cmp(&first(b)).then_with(|| a.story.cmp(&b.story))
        });
        Feed::of(entries)
    }

    /// What the entries have in common.
    fn of(entries: Vec<Entry>) -> Feed {
        let lang = entries.first().and_then(|entry| entry.lang).filter(|lang| entries.iter().all(|entry| entry.lang == Some(*lang)));
        let updated = entries.iter().filter_map(|entry| entry.updated.as_ref()).max_by_key(|when| when.order()).cloned();
        Feed { lang, updated, entries, ..Feed::default() }
    }
}

fn known_entry(records: &[Record]) -> Option<Entry> {
    let (shown, others) = records.split_first()?;
    let article = &shown.article;
    let when = |record: &Record| record.article.published.as_ref().map(|published| published.when.clone());
    let dates = || records.iter().filter_map(when);
    let mut seen: HashSet<(Option<&str>, &str)> = HashSet::new();
    seen.extend(article.url.as_deref().map(|url| (article.outlet.as_deref(), url)));
    let other = |record: &Record| Other {
        article: record.article.key.clone(),
        title: headline(&record.article),
        link: record.article.url.clone(),
        outlet: record.article.outlet.clone(),
        lang: language::of(&record.article),
        published: when(record),
        copy_of: (record.answer.verdict == Verdict::Copy).then(|| record.answer.nearest.as_deref().unwrap_or(&record.answer.copies).into()),
        score: record.answer.score.filter(|_| record.answer.verdict != Verdict::New),
    };
    let mut listed = Vec::new();
    for record in others {
        let article = &record.article;
        let first = article.url.as_deref().is_none_or(|url| seen.insert((article.outlet.as_deref(), url)));
        if first || record.answer.verdict != Verdict::Copy {
            listed.push(other(record));
        }
    }
    Some(Entry {
        story: shown.story.as_str().into(),
        article: article.key.clone(),
        title: headline(article),
        link: article.url.clone(),
        outlet: article.outlet.clone(),
        lang: language::of(article),
        text: article.text.clone(),
        published: dates().min_by_key(When::order),
        updated: dates().max_by_key(When::order),
        score: None,
        others: listed,
    })
}

/// The known dates of a story.
fn dates<'a>(articles: &'a [Article], story: &Story) -> impl Iterator<Item = &'a When> {
    story.articles.iter().filter_map(|id| Some(&articles[id.index()].published.as_ref()?.when))
}

/// The first date of a story. A bare day says nothing about the hour, so a moment of that day is taken if there is one.
fn first<'a>(articles: &'a [Article], story: &Story) -> Option<&'a When> {
    let earliest = dates(articles, story).min_by_key(|when| when.order())?;
    let When::Day(day) = earliest else { return Some(earliest) };
    let moments = dates(articles, story).filter(|when| !matches!(when, When::Day(_)) && when.date() == *day);
    moments.min_by_key(|when| when.order()).or(Some(earliest))
}

fn entry(articles: &[Article], clustering: &Clustering, story: &Story) -> Entry {
    let article = &articles[story.representative.index()];
    Entry {
        story: articles[story.id.index()].key.clone(),
        article: article.key.clone(),
        title: headline(article),
        link: article.url.clone(),
        outlet: article.outlet.clone(),
        lang: clustering.placements[story.representative.index()].lang,
        text: article.text.clone(),
        published: first(articles, story).cloned(),
        updated: dates(articles, story).max_by_key(|when| when.order()).cloned(),
        score: story.score,
        others: others(articles, clustering, story),
    }
}

/// All but the representative: first its copies, then the other copy groups by their first publication, each led by the report that
/// stands for it.
fn others(articles: &[Article], clustering: &Clustering, story: &Story) -> Vec<Other> {
    let ties = Ties::of(story, clustering);
    let other = |id: ArticleId, copy_of: Option<SharedText>, score: Option<f64>| {
        let article = &articles[id.index()];
        Other {
            article: article.key.clone(),
            title: headline(article),
            link: article.url.clone(),
            outlet: article.outlet.clone(),
            lang: clustering.placements[id.index()].lang,
            published: article.published.as_ref().map(|published| published.when.clone()),
            copy_of,
            score,
        }
    };
    let mut found = Vec::new();
    let mut seen: HashSet<(Option<&str>, &str)> = HashSet::new();
    for (number, group) in groups(clustering, story) {
        let leader = &articles[group.representative.index()];
        seen.extend(leader.url.as_deref().map(|url| (leader.outlet.as_deref(), url)));
        if group.representative != story.representative {
            found.push(other(group.representative, None, ties.outward[number].map(|link| link.score)));
        }
        for id in group.articles.iter().filter(|id| **id != group.representative) {
            let article = &articles[id.index()];
            if article.url.as_deref().is_none_or(|url| seen.insert((article.outlet.as_deref(), url))) {
                found.push(other(*id, Some(leader.key.clone()), ties.likeness.get(id).map(|(_, score)| *score)));
            }
        }
    }
    found
}
