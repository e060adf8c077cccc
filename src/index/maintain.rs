//! Changes to the index as a whole: grouping anew, forgetting, and taking in what another index gave out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::placed::{Near, Placed, Verdict};
use super::state::State;
use super::store::{Batch, Look, Named, Row};
use super::{Index, Record};
use crate::article::{Article, ArticleId, SharedText};
use crate::cluster::cluster;
use crate::error::{Error, Result};
use crate::link::Clustering;

/// Articles that are imported in one transaction.
const AT_ONCE: usize = 1000;

/// What an import has heard of so far.
#[derive(Default)]
struct Names {
    /// Numbers of copy groups and stories by their ids: those of the first articles that are part of them.
    groups: BTreeMap<String, u32>,
    stories: BTreeMap<String, u32>,
    /// Articles whose nearest one comes later, by its id.
    awaited: BTreeMap<String, Vec<u32>>,
}

impl Index {
    /// Groups all articles anew, exactly as a batch run does, and writes it down. Returns the articles, in the order they came, and what the run found.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn recluster(&mut self) -> Result<(Vec<Article>, Clustering)> {
        let view = self.store.view()?;
        let (mut numbers, mut rows, mut articles, mut old) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // The number of the first version of each id.
        let mut first: BTreeMap<SharedText, u32> = BTreeMap::new();
        for (number, row) in view.rows()? {
            let Some(article) = view.article(number)? else { continue };
            first.entry(article.key.clone()).or_insert(number);
            if row.current {
                numbers.push(number);
                rows.push(row);
                articles.push(article);
            } else {
                old.push((number, row, article.key));
            }
        }
        drop(view);
        let found = cluster(&articles, &self.setup().config)?;
        let nearest = nearest(&found);
        // Groups and stories are numbered as if their first article had founded them, and named as the batch run names them.
        let founder = |ids: &[ArticleId]| ids.iter().map(|id| first[&articles[id.index()].key]).min().unwrap_or(0);
        let places: Vec<(u32, Vec<u32>)> = found
            .stories
            .iter()
            .map(|story| (founder(&story.articles), story.copies.iter().map(|group| founder(&group.articles)).collect()))
            .collect();
        let next = self.state.progress.next;
        // What nobody heard has still to be said.
        self.returned.clear();
        self.write(|index, batch| {
            batch.clear_places()?;
            index.merged.clear();
            index.state = State::new(index.setup().clone());
            let mut seen: BTreeSet<ArticleId> = BTreeSet::new();
            let mut now: BTreeMap<&str, Placed> = BTreeMap::new();
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
                let near = match verdict {
                    Verdict::New => None,
                    _ => nearest.get(&(ArticleId(at as u32), verdict == Verdict::Copy)),
                };
                let near = near.map(|near| Near { number: numbers[near.number as usize], ..*near });
                index.state.progress.next = *number;
                let (in_story, groups) = &places[place.story];
                let outcome = index.state.arrive(article, Some((groups[place.copies], *in_story)));
                let placed = Placed { verdict, near, ..outcome.placed };
                batch.put_row(*number, &Row { placed, clock: outcome.entry.clock, ..*row })?;
                batch.put_entry(*number, &outcome.entry)?;
                outcome.expired.iter().try_for_each(|number| batch.take_entry(*number))?;
                now.insert(&article.key, placed);
            }
            // An older version is where the newest one is.
            for (number, row, key) in &old {
                let Placed { story, group, .. } = now.get(key.as_str()).copied().unwrap_or(row.placed);
                batch.put_row(*number, &Row { placed: Placed { story, group, ..row.placed }, ..*row })?;
            }
            for (story, (number, groups)) in found.stories.iter().zip(&places) {
                batch.put_name(Named::Story, *number, &articles[story.id.index()].key)?;
                for (group, number) in story.copies.iter().zip(groups) {
                    batch.put_name(Named::Group, *number, &articles[group.id.index()].key)?;
                }
            }
            index.state.progress.next = next;
            index.put_unheard(batch)?;
            index.count(batch)
        })?;
        Ok((articles, found))
    }

    /// Takes in articles with what another index had said of them, in the order in which it gave them out; of one id the last version is
    /// the current one, and a version that is known is left as it is. Returns how many were taken.
    ///
    /// # Errors
    /// As [`insert`](Self::insert), and what the articles bring.
    pub fn import<E: From<Error>>(
        &mut self,
        records: impl IntoIterator<Item = std::result::Result<Record, E>>,
    ) -> std::result::Result<u64, E> {
        let mut records = records.into_iter();
        let mut names = Names::default();
        let mut taken = 0;
        loop {
            let batch: Vec<Record> = records.by_ref().take(AT_ONCE).collect::<std::result::Result<_, E>>()?;
            if batch.is_empty() {
                return Ok(taken);
            }
            taken +=
                self.write(|index, to| batch.iter().try_fold(0, |taken, record| Ok(taken + index.take_over(record, &mut names, to)?)))?;
        }
    }

    fn take_over(&mut self, record: &Record, names: &mut Names, batch: &Batch<'_>) -> Result<u64> {
        let Record { article, answer, story, .. } = record;
        let before = batch.number(&article.key)?;
        if let Some(before) = before
            && let Some(row) = batch.row(before)?
        {
            if row.version >= answer.version {
                return Ok(0);
            }
            self.retire(before, &row, batch)?;
        }
        let number = self.state.progress.next;
        let own = if answer.version > 1 { format!("{}#{}", article.key, answer.version) } else { article.key.to_string() };
        let number_of = |named: Named, known: &mut BTreeMap<String, u32>, name: &str| -> Result<u32> {
            if let Some(number) = known.get(name) {
                return Ok(*number);
            }
            let there = self.there(named, name, batch)?;
            if there.is_none() && name != own {
                batch.put_name(named, number, name)?;
            }
            Ok(*known.entry(name.to_owned()).or_insert(there.unwrap_or(number)))
        };
        let group = number_of(Named::Group, &mut names.groups, &answer.copies)?;
        let story = number_of(Named::Story, &mut names.stories, story)?;
        let millionths = |ratio: Option<f64>| (ratio.unwrap_or(0.0) * 1e6).round() as u64;
        let mut near = answer.nearest.as_ref().map(|_| Near {
            number,
            score: millionths(answer.score),
            resemblance: millionths(answer.resemblance),
            containment: millionths(answer.containment),
        });
        if let (Some(near), Some(key)) = (&mut near, &answer.nearest) {
            match batch.number(key)? {
                Some(number) => near.number = number,
                None => names.awaited.entry(key.clone()).or_default().push(number),
            }
        }
        let outcome = self.state.arrive(article, Some((group, story)));
        let placed = Placed { verdict: answer.verdict, near, ..outcome.placed };
        let row = Row { placed, version: answer.version, before, current: true, clock: outcome.entry.clock };
        self.keep(article, &row, &outcome, batch)?;
        for waiting in names.awaited.remove(article.key.as_str()).unwrap_or_default() {
            if let Some(row) = batch.row(waiting)? {
                let near = row.placed.near.map(|near| Near { number, ..near });
                batch.put_row(waiting, &Row { placed: Placed { near, ..row.placed }, ..row })?;
            }
        }
        Ok(1)
    }

    /// The number of a copy group or story that was here before, by its id.
    fn there(&self, named: Named, name: &str, batch: &Batch<'_>) -> Result<Option<u32>> {
        let Some(row) = batch.number(name)?.map(|number| batch.row(number)).transpose()?.flatten() else { return Ok(None) };
        let number = match named {
            Named::Group => row.placed.group,
            Named::Story => super::follow(&self.merged, row.placed.story),
        };
        Ok((self.name(named, number, batch)? == name).then_some(number))
    }

    /// Forgets articles by their ids, all versions: their texts are gone from the file, and what was their story stays. Returns the ids that
    /// were there. O(articles on record), however many ids.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn forget(&mut self, ids: &BTreeSet<&str>) -> Result<BTreeSet<String>> {
        let view = self.store.view()?;
        let known = |id: &&str| view.number(id).map(|number| number.map(|_| (*id).to_owned())).transpose();
        let there: BTreeSet<String> = ids.iter().filter_map(known).collect::<Result<_>>()?;
        drop(view);
        if !there.is_empty() {
            self.forget_where(|article, _| ids.contains(article.key.as_str()))?;
        }
        Ok(there)
    }

    /// Forgets all articles published before a day, undated ones by the newest day when they came; with an article its older versions.
    /// Returns how many.
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
        // No older version stays of an article that is gone: nothing would lead to it.
        let current = rows.iter().filter(|(number, row)| row.current && forgotten.contains_key(number));
        let mut older: Vec<(u32, String)> = Vec::new();
        for (number, row) in current {
            let mut before = row.before;
            while let Some(version) = before {
                older.push((version, forgotten[number].clone()));
                before = rows.binary_search_by_key(&version, |row| row.0).ok().and_then(|at| rows[at].1.before);
            }
        }
        forgotten.extend(older);
        // Groups and stories keep the id of who founded them.
        let mut named: BTreeMap<(Named, u32), String> = BTreeMap::new();
        for (_, Row { placed, .. }) in rows.iter().filter(|row| !forgotten.contains_key(&row.0)) {
            let stories = [placed.story, super::follow(&self.merged, placed.story)].map(|story| (Named::Story, story));
            for (kind, number) in stories.into_iter().chain([(Named::Group, placed.group)]).filter(|row| forgotten.contains_key(&row.1)) {
                named.insert((kind, number), self.name(kind, number, &view)?);
            }
        }
        drop(view);
        if forgotten.is_empty() {
            return Ok(0);
        }
        self.write(|index, batch| {
            for (number, key) in &forgotten {
                batch.forget(*number, key)?;
                index.release(*number, batch)?;
            }
            named.iter().try_for_each(|((kind, number), name)| batch.put_name(*kind, *number, name))?;
            index.count(batch)
        })?;
        if let Some(store) = Arc::get_mut(&mut self.store) {
            store.compact()?;
        }
        Ok(forgotten.len() as u64)
    }
}

/// The strongest link of each article inside its copy group (true) and to other ones of its story, to an earlier article where there is one;
/// articles by their places in the list.
fn nearest(found: &Clustering) -> BTreeMap<(ArticleId, bool), Near> {
    let mut best: BTreeMap<(ArticleId, bool), Near> = BTreeMap::new();
    let millionths = |ratio: f64| (ratio * 1e6).round() as u64;
    let group = |id: ArticleId| found.placements[id.index()].copies;
    for link in found.stories.iter().flat_map(|story| &story.links) {
        for (article, other) in [(link.a, link.b), (link.b, link.a)] {
            let (resemblance, containment) = (millionths(link.resemblance), millionths(link.containment));
            let near = Near { number: other.0, score: millionths(link.score), resemblance, containment };
            let entry = best.entry((article, group(article) == group(other))).or_insert(near);
            let rank = |near: &Near| (near.number < article.0, near.score);
            if rank(&near) > rank(entry) {
                *entry = near;
            }
        }
    }
    best
}
