//! Writing a result: one file per format, one entry for all.
//!
//! Machine formats keep every character of the input; only [`Format::Text`], which is meant for a terminal, removes
//! what could move the cursor or turn the reading order. The same result gives the same bytes on every machine.

#[cfg(feature = "arrow")]
mod columns;
mod csv;
mod feed;
mod first;
mod json;
mod jsonl;
mod page;
#[cfg(feature = "parquet")]
mod parquet;
pub(crate) mod plain;
mod records;
pub(crate) mod row;
#[cfg(test)]
mod sample;
mod text;
mod ties;
mod words;

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::article::{Article, ArticleId};
use crate::link::{Clustering, Placement, Story};

use row::{Place, Row};

#[cfg(feature = "arrow")]
pub use columns::{schema, tables};
pub use feed::{Entry, Feed, FeedFormat, Other, guid, write_feed};
pub use page::{PageFormat, PageOptions, Speech, Templates, write_page};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// What an editor reads in a terminal.
    Text,
    /// One object with summary, stories and links; one story a line.
    Json,
    /// One object per article, in input order.
    Jsonl,
    /// The columns of [`Format::Jsonl`], with a header.
    Csv,
    /// The input records, untouched, with a `samestory` field.
    Records,
    /// The columns of [`Format::Jsonl`] as a Parquet file; written with the feature `parquet`.
    Parquet,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: [Format; 6] = [Format::Text, Format::Json, Format::Jsonl, Format::Csv, Format::Records, Format::Parquet];

    /// The word used by the `--format` flag.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Records => "records",
            Format::Parquet => "parquet",
        }
    }

    /// Whether it has one row per article, so that [`Only`] can choose among them.
    #[must_use]
    pub fn has_rows(self) -> bool {
        matches!(self, Format::Jsonl | Format::Csv | Format::Records | Format::Parquet)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| format!("unknown format {name:?}: text, json, jsonl, csv, records or parquet"))
    }
}

/// Which articles keep their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// One per copy group: the article that stands for it.
    Representatives,
    /// One per story: the article that stands for it.
    Stories,
}

/// How a report looks.
///
/// ```
/// use samestory::report::Options;
/// assert_eq!(Options::default().width, 100);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Rows to keep; `None` keeps all. The formats without rows (`text`, `json`) always show everything.
    pub only: Option<Only>,
    /// Columns of the terminal, for [`Format::Text`]; lines break between words, a longer word stays whole.
    pub width: usize,
    /// Whether [`Format::Text`] may use ANSI colour.
    pub color: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { only: None, width: 100, color: false }
    }
}

/// Writes a result in one format; O(articles + links).
///
/// `articles` are those the result was made from, in the same order.
///
/// # Errors
/// What `out` says, and [`io::ErrorKind::InvalidInput`] when `articles` and `clustering` do not belong together or a
/// kept record is not a JSON object.
///
/// # Examples
/// ```
/// use samestory::Clustering;
/// use samestory::report::{Format, Options, write};
/// let mut out = Vec::new();
/// write(Format::Csv, &[], &Clustering::default(), &Options::default(), &mut out)?;
/// assert_eq!(out, b"id,story,copies,score,representative,outlet,published,lang,title\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(format: Format, articles: &[Article], clustering: &Clustering, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    check(articles, clustering)?;
    match format {
        Format::Text => text::write(articles, clustering, options, out),
        Format::Json => json::write(articles, clustering, out),
        Format::Jsonl | Format::Csv | Format::Records | Format::Parquet => {
            let mut rows = Rows::new(format, out)?;
            for (article, at) in kept(articles, clustering, options.only) {
                rows.push(article, row::place(articles, clustering, at), at.lang.as_deref())?;
            }
            rows.finish()
        }
    }
}

/// Writes one story, by its place in [`Clustering::stories`], as the JSON object that [`Format::Json`] has for it. O(its size).
///
/// # Errors
/// As [`write()`], and [`io::ErrorKind::InvalidInput`] when there is no such story.
pub fn write_story(articles: &[Article], clustering: &Clustering, story: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(found) = clustering.stories.get(story) else { return bad(format!("there is no story {story}")) };
    check_story(articles, clustering, found)?;
    json::write_story(articles, clustering, found, out)
}

/// Writes row after row in one of the formats that have rows.
pub(crate) enum Rows<'o> {
    Jsonl(&'o mut dyn io::Write),
    Csv(Box<csv::Table<'o>>),
    Records(&'o mut dyn io::Write),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Table<'o>>),
}

impl<'o> Rows<'o> {
    pub(crate) fn new(format: Format, out: &'o mut dyn io::Write) -> io::Result<Rows<'o>> {
        Ok(match format {
            Format::Csv => Rows::Csv(Box::new(csv::Table::new(out)?)),
            Format::Records => Rows::Records(out),
            Format::Jsonl => Rows::Jsonl(out),
            #[cfg(feature = "parquet")]
            Format::Parquet => Rows::Parquet(Box::new(parquet::Table::new(out)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => return Err(io::Error::new(io::ErrorKind::InvalidInput, crate::error::NO_PARQUET)),
            Format::Json | Format::Text => {
                let message = format!("{format} is not written row by row: jsonl, csv, records or parquet are");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
        })
    }

    pub(crate) fn push(&mut self, article: &Article, place: Place<'_>, lang: Option<&str>) -> io::Result<()> {
        match self {
            Rows::Jsonl(out) => jsonl::write(&Row::new(article, place, lang), *out),
            Rows::Csv(table) => table.write(&Row::new(article, place, lang)),
            Rows::Records(out) => records::write(article, &place, *out),
            #[cfg(feature = "parquet")]
            Rows::Parquet(table) => table.write(&Row::new(article, place, lang)),
        }
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Rows::Csv(mut table) => table.finish(),
            #[cfg(feature = "parquet")]
            Rows::Parquet(mut table) => table.finish(),
            Rows::Jsonl(_) | Rows::Records(_) => Ok(()),
        }
    }
}

/// Makes sure that every index of the result is inside its list, so that the formats may index freely.
fn check(articles: &[Article], clustering: &Clustering) -> io::Result<()> {
    if clustering.placements.len() != articles.len() {
        return bad(format!("{} articles but {} placements", articles.len(), clustering.placements.len()));
    }
    for (article, at) in articles.iter().zip(&clustering.placements) {
        if clustering.stories.get(at.story).is_none_or(|story| at.copies >= story.copies.len()) {
            return bad(format!("article {:?} is placed in no story", article.key));
        }
    }
    clustering.stories.iter().try_for_each(|story| check_story(articles, clustering, story))
}

/// The same for what one story names. O(its size), so that stories can be written one by one.
fn check_story(articles: &[Article], clustering: &Clustering, story: &Story) -> io::Result<()> {
    let inside = |id: &ArticleId| id.index() < articles.len();
    let placed = |id: &ArticleId| {
        let at = clustering.placements.get(id.index());
        at.is_some_and(|at| at.copies < story.copies.len() && clustering.stories.get(at.story).is_some_and(|at| std::ptr::eq(at, story)))
    };
    let members = story.articles.iter().all(|id| inside(id) && placed(id)) && inside(&story.id) && inside(&story.representative);
    let groups = story.copies.iter().all(|group| inside(&group.id) && inside(&group.representative) && group.articles.iter().all(inside));
    let links = story.links.iter().all(|link| inside(&link.a) && inside(&link.b));
    let related = story.related.iter().all(|near| clustering.stories.get(near.story).is_some_and(|near| inside(&near.id)));
    if members && groups && links && related {
        return Ok(());
    }
    bad(format!("story {:?} names an article or a story that is not there", story.id))
}

fn bad(message: String) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// The articles that keep their row, in input order, each with its place.
fn kept<'a>(articles: &'a [Article], clustering: &'a Clustering, only: Option<Only>) -> impl Iterator<Item = (&'a Article, &'a Placement)> {
    articles.iter().zip(&clustering.placements).enumerate().filter_map(move |(number, (article, at))| {
        let keep = match only {
            None => true,
            Some(Only::Representatives) => at.representative,
            Some(Only::Stories) => clustering.stories[at.story].representative.index() == number,
        };
        keep.then_some((article, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_names_read_back() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(serde_json::to_value(format).expect("a name"), format.name());
        }
        assert!("xml".parse::<Format>().is_err());
    }

    #[test]
    fn articles_and_result_must_belong_together() {
        let (articles, clustering) = sample::result();
        for format in Format::ALL {
            assert!(write(format, &articles[1..], &clustering, &Options::default(), &mut Vec::new()).is_err(), "{format}");
        }
        let breaks: [fn(&mut Clustering); 7] = [
            |broken| broken.stories[0].links[0].b = ArticleId(99),
            |broken| broken.stories[0].id = ArticleId(99),
            |broken| broken.stories[0].copies[1].id = ArticleId(99),
            |broken| broken.stories[0].articles[2] = ArticleId(99),
            |broken| broken.stories[0].related[0].story = 2,
            |broken| broken.placements[0].story = 1,
            |broken| broken.placements[1].copies = 3,
        ];
        for (number, edit) in breaks.into_iter().enumerate() {
            let mut broken = clustering.clone();
            edit(&mut broken);
            assert!(write(Format::Json, &articles, &broken, &Options::default(), &mut Vec::new()).is_err(), "{number}");
            assert!(write_story(&articles, &broken, 0, &mut Vec::new()).is_err(), "{number}");
        }
    }

    #[test]
    fn a_story_is_what_it_is_among_all() {
        let (articles, clustering) = sample::result();
        let mut whole = Vec::new();
        write(Format::Json, &articles, &clustering, &Options::default(), &mut whole).expect("memory");
        let mut each = Vec::new();
        for story in 0..clustering.stories.len() {
            each.push(Vec::new());
            write_story(&articles, &clustering, story, &mut each[story]).expect("memory");
        }
        assert!(whole.ends_with(&[b"\n".as_slice(), &each.join(b",\n".as_slice()), b"]}\n"].concat()));
        assert!(write_story(&articles, &clustering, clustering.stories.len(), &mut Vec::new()).is_err());
    }
}
