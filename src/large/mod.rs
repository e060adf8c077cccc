//! Copies in a corpus that does not fit into memory: the stages of a [`Run`] with what they keep of each article on disk, and the same rows out.
//!
//! Articles are read once and written to a temporary file. In memory stay numbers of each (its place, its day, its order, the hash of its
//! sketch, its group), the pairs to compare, the tables of one stage, and the texts that are being compared. Everything else is asked for
//! where it is needed: texts and samples one at a time, the keys of the bands one band after the other, ids in sorted pieces. Temporary files
//! take up to twice as much as the articles (1.3 to 1.7 times where it was measured) and have no name: the system lets them go with the process, however it ends.

mod articles;
mod lines;
mod order;
mod prints;
mod shelf;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::article::{Article, ArticleId, SharedText};
use crate::cluster::{self, Run};
use crate::config::{Config, Level};
use crate::copies::{Copies, CopyFinder, Scratch, Texts};
use crate::error::{Error, Result};
use crate::extract::{self, Lines};
use crate::language;
use crate::link::{Stage, Watch};
use crate::report::row::{Place, rounded};
use crate::report::{Format, Only, Rows};

use articles::Articles;
use lines::{Printed, Twice};
use order::Ids;
use prints::{OnDisk, Printing, Prints};
use shelf::Filling;

/// Articles that are prepared together, on all threads.
const BATCH: usize = 1024;
/// Articles of small groups that are looked at together.
const GROUPED: usize = 2048;
/// Bytes of memory for each article: what is given has to hold them. A million short articles took 430 each; beside that some
/// 50 MB are used, however few there are.
pub const PER_ARTICLE: u64 = 450;
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
    /// When the configuration is out of range or asks for stories, or no file can be made in the folder.
    pub fn new(config: &'c Config, memory: u64, folder: &Path) -> Result<Corpus<'c>> {
        config.validate()?;
        if config.level != Level::Copies {
            return Err(Error::Config {
                field: "memory",
                message: "only copies are found within a bound of memory, not stories".to_owned(),
            });
        }
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
        let needed = u64::from(self.count) * PER_ARTICLE;
        if needed > self.memory {
            let message = format!("{} articles need {} MiB at least, {} are given", self.count, needed >> 20, self.memory >> 20);
            return Err(Error::Config { field: "memory", message });
        }
        let Corpus { config, folder, articles, printed, ids, .. } = self;
        let mut articles = Articles::new(articles)?;
        let ordered = Ordered::new(&mut articles, ids, config)?;
        let counts = printed.counts(|piece| articles.number(piece).is_some())?;
        let finder = CopyFinder::of(config)?;
        let (prints, days) = print(&articles, &folder, config, &finder, &counts, watch)?;
        drop(counts);
        let error = OnceLock::new();
        let source = OnDisk { articles: &articles, prints: &prints, width: config.shingle, error: &error };
        let texts = Texts { rank: &ordered.rank, days: &days, apart: &ordered.apart, source: &source };
        let copies = finder.find(&texts, watch);
        if let Some(error) = error.into_inner() {
            return Err(error);
        }
        drop(days);
        let (placed, groups) = place(&articles, &prints, config, &ordered.rank, &copies)?;
        watch(Stage { name: "group", counts: vec![("copy_groups", groups)] });
        Ok(Grouped { config, articles, placed, problems: ordered.problems, groups })
    }
}

/// The articles by id.
struct Ordered {
    /// Each article's place.
    rank: Vec<u32>,
    apart: Vec<(ArticleId, ArticleId)>,
    problems: Vec<Error>,
}

impl Ordered {
    /// Puts the articles in order and leaves one of each id.
    fn new(articles: &mut Articles, ids: Ids, config: &Config) -> Result<Ordered> {
        let mut by_piece = vec![u32::MAX; articles.len()];
        let (mut next, mut dropped, mut problems) = (0, Vec::new(), Vec::new());
        let mut pinned: Vec<(SharedText, u32)> = Vec::new();
        let is_pinned = |id: &str| config.apart.iter().any(|(a, b)| a == id || b == id);
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
                    next += 1;
                    if is_pinned(id) {
                        pinned.push((id.into(), next - 1));
                    }
                    last = Some((id.to_owned(), piece, None));
                }
            }
            Ok(())
        })?;
        dropped.sort_unstable();
        articles.leave_out(&dropped);
        by_piece.retain(|rank| *rank != u32::MAX);
        let rank = by_piece;
        let number = |id: &String| {
            let wanted = pinned.iter().find(|row| row.0 == id.as_str())?.1;
            rank.iter().position(|rank| *rank == wanted).map(|at| ArticleId(at as u32))
        };
        let apart = config.apart.iter().filter_map(|(a, b)| number(a).zip(number(b))).collect();
        Ok(Ordered { rank, apart, problems })
    }
}

/// Reads every text again, without what its outlet repeats, and keeps what its copies are found by; and its day.
fn print(
    articles: &Articles,
    folder: &Path,
    config: &Config,
    finder: &CopyFinder,
    counts: &extract::LineCounts,
    watch: Watch<'_>,
) -> Result<(Prints, Vec<Option<i32>>)> {
    let patterns: Vec<String> = config.boilerplate.iter().map(|line| extract::pattern(line)).collect();
    let bands = finder.banding.bands;
    let mut printing = Printing::new(folder, bands)?;
    let mut days = Vec::with_capacity(articles.len());
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
            printing.push(folder, &own, &print, &keys)?;
            days.push(day);
            bytes += length;
            removed += own.removals.len() as u64;
        }
    }
    let prints = printing.finish(folder)?;
    watch(Stage { name: "sketch", counts: vec![("bytes", bytes), ("articles", articles.len() as u64), ("removed_lines", removed)] });
    Ok((prints, days))
}

/// The place of an article that has copies.
struct Placed {
    article: u32,
    /// The article whose id is the group's.
    group: u32,
    score: Option<f64>,
    representative: bool,
}

/// The places of all articles that have copies, by article, and how many groups there are.
fn place(articles: &Articles, prints: &Prints, config: &Config, rank: &[u32], copies: &Copies) -> Result<(Vec<Placed>, u64)> {
    let groups = copies.group_of.iter().max().map_or(0, |last| *last as usize + 1);
    let mut size = vec![0u32; groups];
    copies.group_of.iter().for_each(|group| size[*group as usize] += 1);
    let with_copies = copies.group_of.iter().zip(0..).filter(|(group, _)| size[**group as usize] > 1);
    let mut members: Vec<(u32, u32, u32)> = with_copies.map(|(group, at)| (*group, rank[at as usize], at)).collect();
    drop(size);
    members.par_sort_unstable();
    let mut batches: Vec<&[(u32, u32, u32)]> = Vec::new();
    let mut rest = members.as_slice();
    while !rest.is_empty() {
        let last = rest[rest.len().min(GROUPED) - 1].0;
        let (batch, behind) = rest.split_at(rest.partition_point(|row| row.0 <= last));
        batches.push(batch);
        rest = behind;
    }
    let of_batch = |batch: &&[(u32, u32, u32)]| -> Result<Vec<Placed>> {
        let of_each = |row: &(u32, u32, u32)| Ok((articles.get(ArticleId(row.2))?, prints.own(ArticleId(row.2))?));
        let (texts, own): (Vec<Article>, Vec<_>) = batch.iter().map(of_each).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let run = Run::of_copies(&texts, config, own, copies.of(batch.iter().map(|row| ArticleId(row.2))))?;
        let found = run.clustering();
        let placed = batch.iter().zip(&found.placements).map(|(row, at)| {
            let group = batch[found.stories[at.story].id.index()].2;
            Placed { article: row.2, group, score: at.score.map(rounded), representative: at.representative }
        });
        Ok(placed.collect())
    };
    let placed: Vec<Vec<Placed>> = batches.par_iter().map(of_batch).collect::<Result<_>>()?;
    let mut placed: Vec<Placed> = placed.into_iter().flatten().collect();
    placed.par_sort_unstable_by_key(|row| row.article);
    Ok((placed, groups as u64))
}

/// A corpus that was grouped.
pub struct Grouped<'c> {
    config: &'c Config,
    articles: Articles,
    placed: Vec<Placed>,
    problems: Vec<Error>,
    groups: u64,
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

    /// Articles that were left out because another one has their id.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        &self.problems
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
                if only.is_some() && at.is_some_and(|row| !row.representative) {
                    continue;
                }
                let other = at.filter(|row| row.group != row.article).map(|row| self.articles.get(ArticleId(row.group)));
                let group = other.transpose().map_err(io::Error::other)?.map(|other| other.key);
                let group = group.as_deref().unwrap_or(&article.key);
                let place = Place {
                    story: group,
                    copies: group,
                    score: at.and_then(|row| row.score),
                    representative: at.is_none_or(|row| row.representative),
                };
                rows.push(article, place, language::declared_by(article).as_deref())?;
            }
        }
        rows.finish()
    }
}
