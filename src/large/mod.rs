//! A corpus that does not fit into memory: the stages of a [`Run`](crate::Run) with what they keep of each article on disk, and the same rows out.
//!
//! Articles are read once and written to a temporary file. In memory stay numbers of each (its place, its order, its group), some pairs to
//! compare, the tables of one stage, and the texts that are being compared. Everything else is asked for where it is needed: texts one at a
//! time, samples one or all in the order in which they lie, the keys of the bands one band after the other, ids in sorted pieces. For stories
//! it is the words that are read one report after the other; what is kept of each report to be compared, and the pairs, are held. Temporary
//! files take up to twice as much as the articles (1.3 to 1.8 times where it was measured) and have no name: the system lets them go with the
//! process, however it ends.

mod articles;
mod lines;
mod order;
mod ordered;
mod place;
mod prints;
mod shelf;
mod stories;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ahash::AHashSet;
use rayon::prelude::*;

use crate::article::{Article, ArticleId, Lang, SharedText};
use crate::config::{Config, Level};
use crate::copies::{CopyFinder, Scratch, Texts};
use crate::error::{Error, Result};
use crate::extract::{self, Lines};
use crate::language;
use crate::link::{Stage, Watch};
use crate::report::row::Place;
use crate::report::{Format, Only, Rows};

use articles::Articles;
use lines::{Printed, Twice};
use order::Ids;
use ordered::Ordered;
use place::Placed;
use prints::{OnDisk, Printing, Prints};
use shelf::Filling;
use stories::{Pinned, languages};

/// Articles that are prepared together, on all threads.
const BATCH: usize = 1024;
/// Distinct texts whose pairs are held together: some 100 MB.
const TEXTS_AT_ONCE: usize = 1 << 18;
/// Bytes of memory for each article, and for the tables of one stage: for each article, and of many.
const PER_ARTICLE: u64 = 70;
const TABLES_PER_ARTICLE: u64 = 350;
const TABLES: u64 = 300_000_000;
/// Bytes of memory for each copy group when stories are looked for: its words and those it is compared with.
const PER_GROUP: u64 = 7000;
/// Parts of the memory for sorting ids, and for telling lines that come once; more than so much is of no use.
const FOR_IDS: u64 = 4;
const FOR_LINES: u64 = 8;
const MOST: u64 = 1 << 30;

/// A corpus that is being read, article by article.
pub struct Corpus<'c> {
    config: &'c Config,
    memory: u64,
    folder: PathBuf,
    waiting: Vec<Article>,
    articles: Filling,
    printed: Printed,
    ids: Ids,
    count: u32,
}

impl<'c> Corpus<'c> {
    /// An empty corpus that is to be grouped within about so many bytes of memory, with temporary files in `folder`.
    ///
    /// # Errors
    /// When the configuration is out of range or no file can be made in the folder.
    pub fn new(config: &'c Config, memory: u64, folder: &Path) -> Result<Corpus<'c>> {
        config.validate()?;
        Ok(Corpus {
            config,
            memory,
            folder: folder.to_owned(),
            waiting: Vec::new(),
            articles: Filling::new(folder)?,
            printed: Printed::new(Filling::new(folder)?, Twice::new((memory / FOR_LINES).min(MOST) as usize)),
            ids: Ids::new(folder, (memory / FOR_IDS).min(MOST) as usize),
            count: 0,
        })
    }

    /// Adds an article.
    ///
    /// # Errors
    /// When the temporary files cannot be written, as when the disk is full.
    pub fn push(&mut self, article: Article) -> Result<()> {
        self.waiting.push(article);
        if self.waiting.len() >= BATCH { self.put_away() } else { Ok(()) }
    }

    fn put_away(&mut self) -> Result<()> {
        let pieces = self.waiting.par_iter().map_init(Vec::new, |tokens, article| {
            let lines = Lines::read(article, tokens);
            Ok((articles::to_bytes(&self.folder, article)?, lines::to_bytes(article, self.config, &lines)))
        });
        let pieces: Vec<(Vec<u8>, Vec<u8>)> = pieces.collect::<Result<_>>()?;
        for (article, (bytes, lines)) in self.waiting.drain(..).zip(pieces) {
            self.articles.push(&bytes)?;
            self.printed.push(&lines)?;
            self.ids.push(&article.key, self.count)?;
            self.count += 1;
        }
        Ok(())
    }

    /// Groups the articles; `watch` hears of each stage.
    ///
    /// # Errors
    /// When the temporary files cannot be written or read, or the memory does not hold what is kept of each article.
    pub fn group(mut self, watch: Watch<'_>) -> Result<Grouped<'c>> {
        self.put_away()?;
        suffices(self.memory, needed(self.count.into()), self.count.into(), "articles")?;
        let Corpus { config, memory, folder, articles, printed, ids, .. } = self;
        let mut articles = Articles::new(articles)?;
        let ordered = Ordered::new(&mut articles, ids, config)?;
        let counts = printed.counts(|piece| articles.number(piece).is_some())?;
        let finder = CopyFinder::of(config)?;
        let prints = print(&articles, &folder, config, &finder, &counts, watch)?;
        drop(counts);
        let error = OnceLock::new();
        let source = OnDisk { articles: &articles, prints: &prints, width: config.shingle, error: &error };
        let pinned = Pinned { together: ordered.pairs(&config.together), apart: ordered.pairs(&config.apart) };
        let texts = Texts { rank: &ordered.rank, apart: &pinned.apart, at_once: TEXTS_AT_ONCE, keep_overlaps: false, source: &source };
        let copies = finder.find(&texts, watch);
        let groups = copies.group_of.iter().max().map_or(0, |last| u64::from(*last) + 1);
        let members = place::members(&copies.group_of, groups as usize, &ordered.rank);
        let mut placed = place::place((&articles, &prints, &copies), config, &members, |_, _| {})?;
        drop(members);
        watch(Stage { name: "group", counts: vec![("copy_groups", groups)] });
        let (mut stories, mut langs, mut story_of) = (groups, None, None);
        if config.level == Level::Stories {
            suffices(memory, needed_for_stories(groups), groups, "copy groups")?;
            let (known, scripts) = languages(&articles)?;
            let (found, labels) = stories::find(&source, config, (&copies, &ordered.rank, &placed), (&known, &scripts), &pinned, watch)?;
            stories = labels.iter().collect::<AHashSet<_>>().len() as u64;
            (placed, langs, story_of) = (found, Some(known), Some(labels));
        }
        if let Some(error) = error.into_inner() {
            return Err(error);
        }
        let set_of = story_of.as_ref().unwrap_or(&copies.group_of);
        let is_met = |(a, b): &&(String, String)| {
            ordered.pairs(&[(a.clone(), b.clone())]).iter().all(|(a, b)| set_of[a.index()] == set_of[b.index()])
        };
        let unmet_pins = config.together.iter().filter(|pair| !is_met(pair)).cloned().collect();
        let ids = config.together.iter().chain(&config.apart).flat_map(|(a, b)| [a, b]);
        let unknown_pins = ids.filter(|id| !ordered.holds(id)).cloned().collect();
        Ok(Grouped { config, placed, langs, problems: ordered.problems, unmet_pins, unknown_pins, groups, stories, articles })
    }
}

/// Bytes of memory that so many articles need, as far as short ones were measured: a million 370 MB, ten million 1 GB. Beside it some 50 MB
/// are used, however few there are.
#[must_use]
pub fn needed(articles: u64) -> u64 {
    articles * PER_ARTICLE + (articles * TABLES_PER_ARTICLE).min(TABLES)
}

/// Bytes of memory that the stories of so many copy groups need.
#[must_use]
pub fn needed_for_stories(copy_groups: u64) -> u64 {
    copy_groups * PER_GROUP
}

/// Refuses what the memory does not hold.
fn suffices(memory: u64, bytes: u64, count: u64, what: &str) -> Result<()> {
    if bytes <= memory {
        return Ok(());
    }
    let message = format!("{count} {what} need {} MiB at least, {} are given", bytes >> 20, memory >> 20);
    Err(Error::Config { field: "memory", message })
}

/// Reads every text again, without what its outlet repeats, and keeps what its copies are found by.
fn print(
    articles: &Articles,
    folder: &Path,
    config: &Config,
    finder: &CopyFinder,
    counts: &extract::LineCounts,
    watch: Watch<'_>,
) -> Result<Prints> {
    let patterns: Vec<String> = config.boilerplate.iter().map(|line| extract::pattern(line)).collect();
    let bands = finder.banding.bands;
    let mut printing = Printing::new(folder, bands)?;
    let (mut bytes, mut removed) = (0, 0);
    for block in articles.blocks() {
        let block = block?;
        let one = |(tokens, scratch): &mut (Vec<u64>, Scratch), at: usize| {
            articles.of_block(&block, at).map(|article| {
                let article = article?;
                let lines = Lines::read(&article, tokens);
                let own = extract::clean(&article, config.outlet(&article), &lines, counts, &patterns, tokens);
                let mut keys = vec![0; bands];
                let print = finder.print(tokens, scratch, &mut keys);
                Ok((own, print, keys, article.day().map(|day| day as i32), article.text.len() as u64))
            })
        };
        let found: Vec<_> = (0..block.len()).into_par_iter().map_init(Default::default, one).collect();
        for row in found.into_iter().flatten() {
            let (own, print, keys, day, length) = row?;
            printing.push(folder, &own, day, &print, &keys)?;
            bytes += length;
            removed += own.removals.len() as u64;
        }
    }
    let prints = printing.finish(folder)?;
    watch(Stage { name: "sketch", counts: vec![("bytes", bytes), ("articles", articles.len() as u64), ("removed_lines", removed)] });
    Ok(prints)
}

/// A corpus that was grouped.
pub struct Grouped<'c> {
    config: &'c Config,
    articles: Articles,
    /// The articles that are not alone.
    placed: Vec<Placed>,
    /// The language of each article, where stories were looked for.
    langs: Option<Vec<Option<Lang>>>,
    problems: Vec<Error>,
    unmet_pins: Vec<(String, String)>,
    unknown_pins: Vec<String>,
    groups: u64,
    stories: u64,
}

impl Grouped<'_> {
    /// Articles, one of each id.
    #[must_use]
    pub fn articles(&self) -> u64 {
        self.articles.len() as u64
    }

    /// Copy groups; an article without copies is one.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// Stories; where only copies were looked for, as many as there are groups.
    #[must_use]
    pub fn stories(&self) -> u64 {
        self.stories
    }

    /// Articles that were left out because another one has their id.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }

    /// Pairs pinned together that are not: [`Run::unmet_pins`](crate::Run::unmet_pins).
    #[must_use]
    pub fn unmet_pins(&self) -> &[(String, String)] {
        &self.unmet_pins
    }

    /// Pinned ids that no article has, in the order of the configuration.
    #[must_use]
    pub fn unknown_pins(&self) -> &[String] {
        &self.unknown_pins
    }

    /// Writes the rows, in input order: the bytes of [`write`](crate::report::write).
    ///
    /// # Errors
    /// What `out` says, what the temporary files say, and [`io::ErrorKind::InvalidInput`] for a format without rows.
    pub fn write(&self, format: Format, only: Option<Only>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut rows = Rows::new(format, out)?;
        let mut placed = self.placed.iter().peekable();
        let mut number = 0;
        for block in self.articles.blocks() {
            let block = block.map_err(io::Error::other)?;
            let named = |article: Article| Article { outlet: self.config.outlet(&article).map(SharedText::from), ..article };
            let read = (0..block.len()).into_par_iter().filter_map(|at| self.articles.of_block(&block, at));
            let read: Vec<Article> = read.map(|article| article.map(named)).collect::<Result<_>>().map_err(io::Error::other)?;
            for article in &read {
                let at = placed.next_if(|row| row.article == number);
                number += 1;
                let is_kept = |row: &&Placed| match only {
                    None => true,
                    Some(Only::Representatives) => row.representative,
                    Some(Only::Stories) => row.face,
                };
                if at.as_ref().is_some_and(|row| !is_kept(row)) {
                    continue;
                }
                let id = |of: u32| -> io::Result<SharedText> {
                    if of == number - 1 {
                        return Ok(article.key.clone());
                    }
                    Ok(self.articles.get(ArticleId(of)).map_err(io::Error::other)?.key)
                };
                let (story, group) = at.map_or((number - 1, number - 1), |row| (row.story, row.group));
                let copies = id(group)?;
                let story = if story == group { copies.clone() } else { id(story)? };
                let place = Place {
                    story: &story,
                    copies: &copies,
                    score: at.and_then(|row| row.score),
                    representative: at.is_none_or(|row| row.representative),
                };
                let lang = self.langs.as_ref().map_or_else(|| language::declared_by(article), |langs| langs[number as usize - 1]);
                rows.push(article, place, lang.as_deref())?;
            }
        }
        rows.finish()
    }
}
