//! What is said of an article, and of the index as a whole.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::placed::{Near, Verdict};
use super::store::{Look, Named, Row};
use super::{Index, follow};
use crate::article::Article;
use crate::error::Result;

/// Decimals of a printed score, as in every output.
const SCORE_STEPS: f64 = 10_000.0;

/// What an article turned out to be; as JSON, the row that is printed for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Its id.
    pub id: String,
    /// Which version of it, from 1.
    pub version: u32,
    /// New, a copy, or of a known story.
    pub verdict: Verdict,
    /// Its story, by the id of the article that founded it.
    pub story: String,
    /// Its copy group, likewise.
    pub copies: String,
    /// The nearest article: of its copy group or its story where it has one, else any that is worth showing.
    pub nearest: Option<String>,
    /// How near: max(resemblance, containment) of a copy, the probability of one event otherwise.
    pub score: Option<f64>,
    /// Exact Jaccard of the shingle sets of the two.
    pub resemblance: Option<f64>,
    /// Exact share of the shorter one's shingles that the longer one holds.
    pub containment: Option<f64>,
    /// Set by [`Index::insert`] alone: whether an earlier call, or this one, has said it already, and whoever asked came back. Is not printed.
    #[serde(skip)]
    pub again: bool,
}

/// An article on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// As it was read.
    pub article: Article,
    /// What was said of it.
    pub answer: Answer,
    /// The story it is part of now, which may have become part of an older one.
    pub story: String,
    /// Whether no newer version has taken its place.
    pub current: bool,
}

/// An index in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Articles on record, newest versions only …
    pub articles: u64,
    /// … and older versions.
    pub older_versions: u64,
    /// Stories and copy groups of the articles.
    pub stories: u64,
    /// …
    pub copy_groups: u64,
    /// Articles that are compared with new ones.
    pub held: u64,
    /// Articles that are no longer compared, before their time, because too many were held.
    pub cut: u64,
    /// Stories that became part of others.
    pub merged_stories: u64,
    /// The newest day seen.
    pub newest: Option<String>,
    /// Days after which an article is compared with no new one.
    pub expiry_days: u32,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Index {
    /// The id of a copy group or story: that of the article of its number, of a later version with the version behind it.
    pub(super) fn name(&self, named: Named, number: u32, look: &impl Look) -> Result<String> {
        if let Some(name) = look.name(named, number)? {
            return Ok(name);
        }
        let version = look.row(number)?.map_or(1, |row| row.version);
        let key = match self.state.key(number) {
            Some(key) => key.to_owned(),
            None => look.article(number)?.map_or_else(|| format!("#{number}"), |article| article.key.to_string()),
        };
        Ok(if version > 1 { format!("{key}#{version}") } else { key })
    }

    pub(super) fn answer(&self, key: &str, row: &Row, look: &impl Look) -> Result<Answer> {
        let placed = &row.placed;
        let place = (placed.verdict, self.name(Named::Story, placed.story, look)?, self.name(Named::Group, placed.group, look)?);
        self.answer_of(key, row.version, place, placed.near, look)
    }

    pub(super) fn answer_of(
        &self,
        key: &str,
        version: u32,
        (verdict, story, copies): (Verdict, String, String),
        near: Option<Near>,
        look: &impl Look,
    ) -> Result<Answer> {
        let known = match near {
            Some(near) => look.row(near.number)?.is_some().then_some(near),
            None => None,
        };
        let nearest = known.map(|near| self.key(near.number, look)).transpose()?.flatten();
        let ratio = |millionths: u64| (millionths as f64 / 1e6 * SCORE_STEPS).round() / SCORE_STEPS;
        Ok(Answer {
            id: key.to_owned(),
            version,
            verdict,
            story,
            copies,
            nearest,
            score: known.map(|near| ratio(near.score)),
            resemblance: known.map(|near| ratio(near.resemblance)),
            containment: known.map(|near| ratio(near.containment)),
            again: false,
        })
    }

    fn key(&self, number: u32, look: &impl Look) -> Result<Option<String>> {
        if let Some(key) = self.state.key(number) {
            return Ok(Some(key.to_owned()));
        }
        Ok(look.article(number)?.map(|article| article.key.to_string()))
    }

    /// The newest version of an article by its id.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<Record>> {
        let view = self.store.view()?;
        let Some(number) = view.number(id)? else { return Ok(None) };
        let Some(row) = view.row(number)? else { return Ok(None) };
        self.record(number, &row, &view)
    }

    fn record(&self, number: u32, row: &Row, look: &impl Look) -> Result<Option<Record>> {
        let Some(article) = look.article(number)? else { return Ok(None) };
        let answer = self.answer(&article.key, row, look)?;
        let story = self.name(Named::Story, follow(&self.merged, row.placed.story), look)?;
        Ok(Some(Record { article, answer, story, current: row.current }))
    }

    /// Every article on record, all versions, in the order they came.
    ///
    /// # Errors
    /// When the file cannot be read, or what `receive` says.
    pub fn each<E: From<crate::error::Error>>(
        &self,
        mut receive: impl FnMut(Record) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let view = self.store.view()?;
        for (number, row) in view.rows()? {
            if let Some(record) = self.record(number, &row, &view)? {
                receive(record)?;
            }
        }
        Ok(())
    }

    /// The stories founded last, each as the newest versions of its articles in the order their first ones came. O(articles on record).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn newest(&self, most: usize) -> Result<Vec<Vec<Record>>> {
        let view = self.store.view()?;
        let rows = view.rows()?;
        // A new version stands where the first one stood.
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        let mut stories: BTreeMap<u32, Vec<(u32, u32, Row)>> = BTreeMap::new();
        for (number, row) in rows {
            let came = row.before.and_then(|before| first.get(&before).copied()).unwrap_or(number);
            first.insert(number, came);
            if row.current {
                stories.entry(follow(&self.merged, row.placed.story)).or_default().push((came, number, row));
            }
        }
        let mut stories: Vec<Vec<(u32, u32, Row)>> = stories.into_values().collect();
        stories.iter_mut().for_each(|rows| rows.sort_by_key(|row| row.0));
        // A story may have been named after an article that came later.
        stories.sort_by_key(|rows| Reverse(rows[0].0));
        stories.truncate(most);
        let records = |rows: Vec<(u32, u32, Row)>| -> Result<Vec<Record>> {
            rows.iter().filter_map(|(_, number, row)| self.record(*number, row, &view).transpose()).collect()
        };
        stories.into_iter().map(records).collect()
    }

    /// The index in figures. O(articles).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stats(&self) -> Result<Stats> {
        let rows = self.store.view()?.rows()?;
        let current: Vec<&Row> = rows.iter().map(|row| &row.1).filter(|row| row.current).collect();
        let stories: BTreeSet<u32> = current.iter().map(|row| follow(&self.merged, row.placed.story)).collect();
        let groups: BTreeSet<u32> = current.iter().map(|row| row.placed.group).collect();
        let newest = self.state.progress.clock.map(|day| crate::date::of_day_number(day).to_string());
        Ok(Stats {
            articles: current.len() as u64,
            older_versions: (rows.len() - current.len()) as u64,
            stories: stories.len() as u64,
            copy_groups: groups.len() as u64,
            held: self.state.count() as u64,
            cut: self.state.progress.cut,
            merged_stories: self.merged.len() as u64,
            newest,
            expiry_days: self.setup().expiry,
            bytes: self.store.bytes(),
        })
    }
}
