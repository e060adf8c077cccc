//! From articles to distinct texts.

use std::collections::BTreeMap;
use std::path::Path;

use ahash::AHashMap;

use super::wire::{self, Bytes, Print};
use super::{Emit, Group, Shared, Step};
use crate::article::Article;
use crate::config::Config;
use crate::copies::{CopyFinder, Days, Scratch};
use crate::error::Result;
use crate::extract::{self, LineCounts, Lines};
use crate::hash;
use crate::index::pack;
use crate::shingle::Shingles;

/// An article as the stages read it.
///
/// # Errors
/// Never, for any article.
pub fn article_to_bytes(article: &Article) -> Result<Vec<u8>> {
    pack::to_bytes(Path::new("article"), article)
}

/// An article of these bytes, its outlet under the name that the configuration gives it.
pub(super) fn article_of(bytes: &[u8], config: &Config) -> Result<Article> {
    let (article, _) = pack::of_bytes(Path::new("article"), bytes)?;
    Ok(Article { outlet: config.outlet(&article).map(Into::into), ..article })
}

fn outlet(config: &Config, article: &Article) -> Option<u64> {
    config.outlet(article).map(|outlet| hash::bytes(outlet.as_bytes()))
}

const UNDATED: i64 = i64::MIN;

/// The lines that may be repeated, each with its outlet and day, and how many articles each outlet has: rows with a count alone.
pub(super) struct PrintedLines {
    config: Config,
    tokens: Vec<u64>,
    outlets: BTreeMap<u64, u32>,
}

impl PrintedLines {
    pub(super) fn new(config: &Config) -> PrintedLines {
        PrintedLines { config: config.clone(), tokens: Vec::new(), outlets: BTreeMap::new() }
    }
}

impl Step for PrintedLines {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let article = article_of(row[1], &self.config)?;
        let Some(outlet) = outlet(&self.config, &article) else { return Ok(()) };
        *self.outlets.entry(outlet).or_default() += 1;
        let lines = Lines::read(&article, &mut self.tokens);
        let value: Vec<u8> = [outlet, article.day().unwrap_or(UNDATED) as u64].into_iter().flat_map(u64::to_le_bytes).collect();
        extract::line_keys(outlet, lines.templates()).into_iter().for_each(|key| emit(&[&key.to_be_bytes(), &value]));
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.outlets.iter().for_each(|(outlet, articles)| emit(&[&outlet.to_be_bytes(), &articles.to_le_bytes()]));
        Ok(())
    }
}

/// The lines that their outlets repeat; shared are the counts of the outlets.
pub(super) struct Templates {
    outlets: AHashMap<u64, u32>,
    outlet: u64,
    counts: LineCounts,
}

impl Templates {
    pub(super) fn new(shared: &Shared<'_>) -> Result<Templates> {
        let mut outlets: AHashMap<u64, u32> = AHashMap::new();
        for (outlet, articles) in shared {
            let count = outlets.entry(key_of(outlet)?).or_default();
            *count = count.saturating_add(Bytes(articles).u32()?);
        }
        Ok(Templates { outlets, outlet: 0, counts: LineCounts::default() })
    }
}

fn key_of(bytes: &[u8]) -> Result<u64> {
    bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)).ok_or_else(wire::foreign)
}

impl Group for Templates {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let mut value = Bytes(row[1]);
        self.outlet = value.u64()?;
        let day = Some(value.u64()? as i64).filter(|day| *day != UNDATED);
        self.counts.add_keys(self.outlet, day, &[key_of(row[0])?]);
        Ok(())
    }

    fn close(&mut self, key: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let articles = self.outlets.get(&self.outlet).copied().unwrap_or(0);
        if self.counts.is_repeated_among(articles, key_of(key)?) {
            emit(&[key]);
        }
        self.counts = LineCounts::default();
        Ok(())
    }
}

/// What is kept of each article; shared are the lines that outlets repeat.
pub(super) struct Prints {
    config: Config,
    finder: CopyFinder,
    repeated: LineCounts,
    patterns: Vec<String>,
    tokens: Vec<u64>,
    scratch: Scratch,
    keys: Vec<u32>,
}

impl Prints {
    pub(super) fn new(config: &Config, finder: CopyFinder, shared: &Shared<'_>) -> Result<Prints> {
        let repeated: Vec<u64> = shared.iter().map(|row| key_of(row.0)).collect::<Result<_>>()?;
        Ok(Prints {
            config: config.clone(),
            keys: vec![0; finder.banding.bands],
            finder,
            repeated: LineCounts::of_repeated(repeated.into_iter()),
            patterns: config.boilerplate.iter().map(|line| extract::pattern(line)).collect(),
            tokens: Vec::new(),
            scratch: Scratch::default(),
        })
    }
}

impl Step for Prints {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let article = article_of(row[1], &self.config)?;
        let lines = Lines::read(&article, &mut self.tokens);
        let own = extract::clean(&article, self.config.outlet(&article), &lines, &self.repeated, &self.patterns, &mut self.tokens);
        let found = self.finder.print(&self.tokens, &mut self.scratch, &mut self.keys);
        let shingles = Shingles::new(&self.tokens, self.finder.shingle);
        let keys: Vec<u8> = self.keys.iter().flat_map(|key| key.to_be_bytes()).collect();
        let print = Print {
            day: article.day().map(|day| day as i32),
            own: &wire::own_to_bytes(&own),
            keys: if found.is_empty() { &[] } else { &keys },
            text: &wire::text(&shingles, &found.sample),
        };
        emit(&[&found.sketch.to_be_bytes(), row[0], &print.to_bytes()]);
        Ok(())
    }
}

/// Articles of equal shingle sets become one text, named by its sketch and a number.
#[derive(Default)]
pub(super) struct Fold {
    /// The first text of the sketch …
    first: Option<Distinct>,
    /// … and others that have the same one: their sets' hashes and prints.
    others: Vec<(u64, Vec<u8>, Vec<u8>)>,
    /// Articles without words, each alone.
    empty: u32,
}

/// A text while articles that print it come.
struct Distinct {
    print: Vec<u8>,
    id: Vec<u8>,
    shingles: Shingles,
    days: Vec<Option<i32>>,
}

impl Distinct {
    fn new(id: &[u8], bytes: &[u8]) -> Result<Distinct> {
        let print = Print::of(bytes)?;
        Ok(Distinct { shingles: wire::shingles(&mut Bytes(print.text))?, days: vec![print.day], id: id.to_vec(), print: bytes.to_vec() })
    }

    /// Tells the first article's text, with the days of all.
    fn tell(&self, unit: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let print = Print::of(&self.print)?;
        let text =
            if print.keys.is_empty() { Vec::new() } else { [&*wire::days(Days::of(self.days.iter().copied())), print.text].concat() };
        emit(&[unit, &self.id, print.own, print.keys, &text]);
        Ok(())
    }

    /// Takes another article if it prints the same text.
    fn takes(&mut self, unit: &[u8], id: &[u8], print: &Print<'_>, emit: &mut Emit<'_>) -> Result<bool> {
        let is_same = wire::shingles(&mut Bytes(print.text))? == self.shingles;
        if is_same {
            // Days that say nothing new are not kept: a text may be printed without end.
            if !self.days.contains(&print.day) {
                self.days.push(print.day);
            }
            emit(&[unit, id, print.own, &[], &[]]);
        }
        Ok(is_same)
    }
}

/// The name of a text.
fn unit(sketch: &[u8], at: u32) -> Vec<u8> {
    [sketch, &at.to_be_bytes()].concat()
}

impl Group for Fold {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let print = Print::of(row[2])?;
        if print.keys.is_empty() {
            let unit = unit(row[0], self.empty);
            self.empty += 1;
            return Distinct::new(row[1], row[2])?.tell(&unit, emit);
        }
        match &mut self.first {
            None => self.first = Some(Distinct::new(row[1], row[2])?),
            Some(first) => {
                if !first.takes(&unit(row[0], 0), row[1], &print, emit)? {
                    let hash = wire::shingles(&mut Bytes(print.text))?.fingerprint();
                    self.others.push((hash, row[1].to_vec(), row[2].to_vec()));
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, sketch: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        let Some(first) = self.first.take() else { return Ok(()) };
        first.tell(&unit(sketch, 0), emit)?;
        let mut others = std::mem::take(&mut self.others);
        others.sort_unstable();
        let mut at = 0;
        for equal in others.chunk_by(|a, b| a.0 == b.0) {
            at += 1;
            let (name, mut text) = (unit(sketch, at), Distinct::new(&equal[0].1, &equal[0].2)?);
            for (_, id, print) in &equal[1..] {
                if !text.takes(&name, id, &Print::of(print)?, emit)? {
                    // Sets that differ and share a hash of 64 bits: each is a text of its own.
                    at += 1;
                    Distinct::new(id, print)?.tell(&unit(sketch, at), emit)?;
                }
            }
            text.tell(&name, emit)?;
        }
        Ok(())
    }
}
