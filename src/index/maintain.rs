//! Changes to the index as a whole: grouping anew, forgetting, and taking in what another index gave out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::placed::{Near, Placed, Verdict};
use super::state::State;
use super::store::{Batch, Look, Row};
use super::{Index, Record};
use crate::article::{Article, ArticleId};
use crate::cluster::cluster;
use crate::error::{Error, Result};
use crate::link::Clustering;

/// Articles that are imported in one transaction.
const AT_ONCE: usize = 1000;

impl Index {
    /// Groups all articles anew, exactly as a batch run does, and writes it down. Returns the articles, in the order they came, and what the run found.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn recluster(&mut self) -> Result<(Vec<Article>, Clustering)> {
        let view = self.store.view()?;
        let mut numbers = Vec::new();
        let mut rows = Vec::new();
        let mut articles = Vec::new();
        for (number, row) in view.rows()?.into_iter().filter(|row| row.1.current) {
            if let Some(article) = view.article(number)? {
                numbers.push(number);
                rows.push(row);
                articles.push(article);
            }
        }
        drop(view);
        let found = cluster(&articles, &self.setup().config)?;
        let nearest = nearest(&found);
        let next = self.state.progress.next;
        self.write(|index, batch| {
            batch.clear_places()?;
            index.merged.clear();
            index.state = State::new(index.setup().clone());
            let mut seen: BTreeSet<ArticleId> = BTreeSet::new();
            for (at, ((article, row), number)) in articles.iter().zip(&rows).zip(&numbers).enumerate() {
                let place = &found.placements[at];
                let story = &found.stories[place.story];
                let group = &story.copies[place.copies];
                let verdict = match (
                    group.articles.iter().any(|other| seen.contains(other)),
                    story.articles.iter().any(|other| seen.contains(other)),
                ) {
                    (true, _) => Verdict::Copy,
                    (false, true) => Verdict::SameStory,
                    (false, false) => Verdict::New,
                };
                seen.insert(ArticleId(at as u32));
                let near = nearest.get(&ArticleId(at as u32)).map(|near| Near { number: numbers[near.number as usize], ..*near });
                index.state.progress.next = *number;
                let of = |id: ArticleId| numbers[id.index()];
                let outcome = index.state.arrive(article, Some((of(group.id), of(story.id))));
                let placed = Placed { verdict, near, ..outcome.placed };
                batch.put_row(*number, &Row { placed, clock: outcome.entry.clock, ..*row })?;
                batch.put_entry(*number, &outcome.entry)?;
                outcome.expired.iter().try_for_each(|number| batch.take_entry(*number))?;
            }
            index.state.progress.next = next;
            index.count(batch)
        })?;
        Ok((articles, found))
    }

    /// Takes in articles with what another index had said of them, in the order in which it gave them out. A version of an id that is known
    /// is left as it is. Returns how many were taken.
    ///
    /// # Errors
    /// As [`insert`](Self::insert), and what the articles bring.
    pub fn import<E: From<Error>>(
        &mut self,
        records: impl IntoIterator<Item = std::result::Result<Record, E>>,
    ) -> std::result::Result<u64, E> {
        let mut records = records.into_iter();
        let mut known = BTreeMap::new();
        let mut taken = 0;
        loop {
            let batch: Vec<Record> = records.by_ref().take(AT_ONCE).collect::<std::result::Result<_, E>>()?;
            if batch.is_empty() {
                return Ok(taken);
            }
            taken += self.write(|index, to| {
                let taken = batch.iter().try_fold(0, |taken, record| Ok::<_, Error>(taken + index.take_over(record, &mut known, to)?))?;
                // Older versions are not counted here, and would be when the index is opened.
                if batch.iter().any(|record| !record.current) {
                    index.count(to)?;
                }
                Ok(taken)
            })?;
        }
    }

    /// `known` are the numbers behind names of groups and stories.
    fn take_over(&mut self, record: &Record, known: &mut BTreeMap<String, u32>, batch: &Batch<'_>) -> Result<u64> {
        let Record { article, answer, current, .. } = record;
        if let Some(number) = batch.number(&article.key)?
            && batch.row(number)?.is_some_and(|row| row.version >= answer.version)
        {
            return Ok(0);
        }
        let number = self.state.progress.next;
        let own = if answer.version > 1 { format!("{}#{}", article.key, answer.version) } else { article.key.to_string() };
        known.entry(own.clone()).or_insert(number);
        let mut of_name = |name: &str| -> Result<u32> {
            if !known.contains_key(name) {
                batch.put_name(number, name)?;
            }
            Ok(*known.entry(name.to_owned()).or_insert(number))
        };
        let (group, story) = (of_name(&answer.copies)?, of_name(&record.story)?);
        let millionths = |ratio: Option<f64>| (ratio.unwrap_or(0.0) * 1e6).round() as u64;
        let near = match &answer.nearest {
            Some(key) => batch.number(key)?.map(|number| Near {
                number,
                score: millionths(answer.score),
                resemblance: millionths(answer.resemblance),
                containment: millionths(answer.containment),
            }),
            None => None,
        };
        if !current {
            let placed = Placed { verdict: answer.verdict, story, group, near, counted: false };
            self.state.progress.next += 1;
            batch.put_article(number, article)?;
            batch.put_row(number, &Row { placed, version: answer.version, current: false, clock: self.state.progress.clock })?;
            return Ok(1);
        }
        let outcome = self.state.arrive(article, Some((group, story)));
        let placed = Placed { verdict: answer.verdict, near, ..outcome.placed };
        let row = Row { placed, version: answer.version, current: true, clock: outcome.entry.clock };
        self.keep(article, &row, &outcome, batch)?;
        Ok(1)
    }

    /// Forgets an article by its id, all versions: its text is gone from the file, and what was its story stays. False when there is none.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn forget(&mut self, id: &str) -> Result<bool> {
        Ok(self.forget_where(|article, _| article.key == id)? > 0)
    }

    /// Forgets all articles published before a day, undated ones by the newest day when they came. Returns how many.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn forget_before(&mut self, day: Date) -> Result<u64> {
        let day = crate::date::When::Day(day).day_number();
        self.forget_where(|article, row| article.day().or(row.clock).is_some_and(|of| of < day))
    }

    fn forget_where(&mut self, gone: impl Fn(&Article, &Row) -> bool) -> Result<u64> {
        let view = self.store.view()?;
        let rows = view.rows()?;
        let mut forgotten: BTreeMap<u32, String> = BTreeMap::new();
        for (number, row) in &rows {
            if let Some(article) = view.article(*number)?
                && gone(&article, row)
            {
                forgotten.insert(*number, article.key.to_string());
            }
        }
        // Groups and stories keep the id of who founded them.
        let kept = rows.iter().filter(|row| !forgotten.contains_key(&row.0));
        let named: BTreeSet<u32> =
            kept.flat_map(|(_, row)| [row.placed.group, row.placed.story, super::follow(&self.merged, row.placed.story)]).collect();
        let names: Vec<(u32, String)> = named
            .into_iter()
            .filter(|number| forgotten.contains_key(number))
            .map(|number| Ok((number, self.name(number, &view)?)))
            .collect::<Result<_>>()?;
        drop(view);
        if forgotten.is_empty() {
            return Ok(0);
        }
        self.write(|index, batch| {
            for (number, key) in &forgotten {
                batch.forget(*number, key)?;
                index.release(*number, batch)?;
            }
            names.iter().try_for_each(|(number, name)| batch.put_name(*number, name))?;
            index.count(batch)
        })?;
        if let Some(store) = Arc::get_mut(&mut self.store) {
            store.compact()?;
        }
        Ok(forgotten.len() as u64)
    }
}

/// The strongest link of each article, by the article's place in the list.
fn nearest(found: &Clustering) -> BTreeMap<ArticleId, Near> {
    let mut best: BTreeMap<ArticleId, Near> = BTreeMap::new();
    let millionths = |ratio: f64| (ratio * 1e6).round() as u64;
    for link in found.stories.iter().flat_map(|story| &story.links) {
        for (article, other) in [(link.a, link.b), (link.b, link.a)] {
            let (resemblance, containment) = (millionths(link.resemblance), millionths(link.containment));
            let near = Near { number: other.0, score: millionths(link.score), resemblance, containment };
            let entry = best.entry(article).or_insert(near);
            if near.score > entry.score {
                *entry = near;
            }
        }
    }
    best
}
