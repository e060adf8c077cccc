//! The rows of the result.

use ahash::AHashMap;

use super::wire;
use super::{Emit, Group, texts};
use crate::article::Article;
use crate::cluster::Run;
use crate::config::Config;
use crate::copies::Copies;
use crate::error::{Error, Result};
use crate::extract::Own;
use crate::report::row::{self, Row};

/// Articles of small groups that are placed together.
const TOGETHER: usize = 1024;

/// Most articles among which stories are looked for: they are held by one task, with 7 KB for each text of its own and what it is compared with.
const MOST: usize = 2_000_000;

/// Whole copy groups, each of which becomes a part of the result; or all of them, among which stories are looked for.
pub(super) struct Places {
    config: Config,
    stories: bool,
    articles: Vec<Article>,
    own: Vec<Own>,
    /// Of each article, by number.
    groups: Vec<u32>,
    group: u32,
    units: Vec<u32>,
    /// The numbers of texts.
    texts: AHashMap<Vec<u8>, u32>,
}

impl Places {
    pub(super) fn new(config: &Config, stories: bool) -> Places {
        let config = config.clone();
        Places {
            config,
            stories,
            articles: Vec::new(),
            own: Vec::new(),
            groups: Vec::new(),
            group: 0,
            units: Vec::new(),
            texts: AHashMap::new(),
        }
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        let articles = std::mem::take(&mut self.articles);
        self.texts.clear();
        self.group = 0;
        let copies = Copies::of_groups(std::mem::take(&mut self.groups), std::mem::take(&mut self.units));
        let mut run = Run::of_copies(&articles, &self.config, std::mem::take(&mut self.own), copies)?;
        if self.stories {
            run.find_stories(&mut |_| {});
        }
        let found = run.clustering();
        for (article, placement) in articles.iter().zip(&found.placements) {
            // Unknown values are empty.
            let cells = Row::new(article, row::place(&articles, &found, placement), placement.lang.as_deref()).cells();
            emit(&cells.each_ref().map(|cell| cell.as_bytes()));
        }
        Ok(())
    }
}

impl Group for Places {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [_, _, unit, own, article] = row else { return Err(wire::foreign()) };
        if self.articles.len() >= MOST && self.stories {
            let message =
                format!("stories are found among {MOST} articles at most: look for copies, and for stories among their representatives");
            return Err(Error::Config { field: "level", message });
        }
        let next = self.texts.len() as u32;
        self.groups.push(self.group);
        self.units.push(*self.texts.entry(unit.to_vec()).or_insert(next));
        self.own.push(wire::own_of(own)?);
        self.articles.push(texts::article_of(article, &self.config)?);
        Ok(())
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        self.group += 1;
        if self.articles.len() >= TOGETHER && !self.stories { self.tell(emit) } else { Ok(()) }
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        if self.articles.is_empty() { Ok(()) } else { self.tell(emit) }
    }
}
