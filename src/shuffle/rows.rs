//! The rows of the result.

use ahash::AHashMap;

use super::wire;
use super::{Emit, Step, texts};
use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::config::Config;
use crate::copies::Copies;
use crate::error::{Error, Result};
use crate::extract::Own;
use crate::report::row::{Place, Row, rounded};

/// The columns of the result, as text; unknown ones are empty.
pub(super) const COLUMNS: &[&str] = &["id", "story", "copies", "score", "representative", "outlet", "published", "lang", "title"];

/// Articles of small groups that are placed together.
const TOGETHER: usize = 1024;

/// Most articles among which stories are looked for: they are held by one task, with 7 KB for each text of its own and what it is compared with.
const MOST: usize = 2_000_000;

/// Whole copy groups, each of which becomes a part of the result; or all of them, among which stories are looked for.
pub(super) struct Places {
    config: Config,
    stories: bool,
    label: Vec<u8>,
    articles: Vec<Article>,
    own: Vec<Own>,
    /// Of each article, by number.
    groups: Vec<u32>,
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
            label: Vec::new(),
            articles: Vec::new(),
            own: Vec::new(),
            groups: Vec::new(),
            units: Vec::new(),
            texts: AHashMap::new(),
        }
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        let articles = std::mem::take(&mut self.articles);
        self.texts.clear();
        let copies = Copies::of_groups(std::mem::take(&mut self.groups), std::mem::take(&mut self.units));
        let mut run = Run::of_copies(&articles, &self.config, std::mem::take(&mut self.own), copies)?;
        if self.stories {
            run.find_stories(&mut |_| {});
        }
        let found = run.clustering();
        for (article, placement) in articles.iter().zip(&found.placements) {
            let story = &found.stories[placement.story];
            let key = |id: ArticleId| articles[id.index()].key.as_str();
            let place = Place {
                story: key(story.id),
                copies: key(story.copies[placement.copies].id),
                score: placement.score.map(rounded),
                representative: placement.representative,
            };
            let cells = Row::new(article, place, placement.lang.as_deref()).cells();
            emit(&cells.each_ref().map(|cell| cell.as_bytes()));
        }
        Ok(())
    }
}

impl Step for Places {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        let [label, _, unit, own, article] = row else { return Err(wire::foreign()) };
        let is_new = *label != self.label || self.articles.is_empty();
        if is_new {
            if self.articles.len() >= TOGETHER && !self.stories {
                self.tell(emit)?;
            }
            self.label = label.to_vec();
        }
        let group = self.groups.last().map_or(0, |last| last + u32::from(is_new));
        if self.articles.len() >= MOST && self.stories {
            let message =
                format!("stories are found among {MOST} articles at most: look for copies, and for stories among their representatives");
            return Err(Error::Config { field: "level", message });
        }
        let next = self.texts.len() as u32;
        self.groups.push(group);
        self.units.push(*self.texts.entry(unit.to_vec()).or_insert(next));
        self.own.push(wire::own_of(own)?);
        self.articles.push(texts::article_of(article, &self.config)?);
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        if self.articles.is_empty() { Ok(()) } else { self.tell(emit) }
    }
}
