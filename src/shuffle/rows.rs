//! Whole copy groups, as reports and as rows of the result.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::wire;
use super::{Emit, Group, Shared, Step, texts};
use crate::article::Article;
use crate::cluster::Run;
use crate::config::Config;
use crate::copies::Copies;
use crate::error::Result;
use crate::extract::Own;
use crate::language::{self, Scripts};
use crate::link::Placement;
use crate::linkage::Edge;
use crate::report::row::{self, Row};
use crate::story::Scores;
use crate::story::spread::Speaker;

/// Articles of small groups that are looked at together.
const TOGETHER: usize = 1024;

/// The articles of some copy groups.
struct Gathered {
    config: Config,
    articles: Vec<Article>,
    own: Vec<Own>,
    /// Of each article, by number.
    groups: Vec<u32>,
    units: Vec<u32>,
    /// The numbers of texts.
    texts: AHashMap<Vec<u8>, u32>,
    /// What each group is called.
    names: Vec<Vec<u8>>,
}

impl Gathered {
    fn new(config: &Config) -> Gathered {
        Gathered {
            config: config.clone(),
            articles: Vec::new(),
            own: Vec::new(),
            groups: Vec::new(),
            units: Vec::new(),
            texts: AHashMap::new(),
            names: Vec::new(),
        }
    }

    /// Takes an article of a group; those of one come one after the other.
    fn push(&mut self, name: &[u8], [unit, own, article]: [&[u8]; 3]) -> Result<()> {
        if self.names.last().is_none_or(|last| last != name) {
            self.names.push(name.to_vec());
        }
        let next = self.texts.len() as u32;
        self.groups.push(self.names.len() as u32 - 1);
        self.units.push(*self.texts.entry(unit.to_vec()).or_insert(next));
        self.own.push(wire::own_of(own)?);
        self.articles.push(texts::article_of(article, &self.config)?);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.articles.len() >= TOGETHER
    }

    /// Hands out a run over the groups, and their names as the run numbers them.
    fn run(&mut self, read: impl FnOnce(&mut Run<'_>, Vec<Vec<u8>>) -> Result<()>) -> Result<()> {
        let Gathered { articles, own, groups, units, names, config, .. } = std::mem::replace(self, Gathered::new(&self.config));
        if articles.is_empty() {
            return Ok(());
        }
        let mut run = Run::of_copies(&articles, &config, own, Copies::of_groups(groups.clone(), units))?;
        let mut named = vec![Vec::new(); names.len()];
        run.group_of.iter().zip(groups).for_each(|(to, from)| named[*to as usize].clone_from(&names[from as usize]));
        read(&mut run, named)
    }
}

/// Tells the rows of a run.
fn tell(run: &Run<'_>, lang: impl Fn(&Article, &Placement) -> Option<crate::article::Lang>, emit: &mut Emit<'_>) {
    let found = run.clustering();
    for (article, placement) in run.articles.iter().zip(&found.placements) {
        // Unknown values are empty.
        let lang = lang(article, placement);
        let cells = Row::new(article, row::place(run.articles, &found, placement), lang.as_deref()).cells();
        emit(&cells.each_ref().map(|cell| cell.as_bytes()));
    }
}

/// The rows of copy groups.
pub(super) struct Places(Gathered);

impl Places {
    pub(super) fn new(config: &Config) -> Places {
        Places(Gathered::new(config))
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.0.run(|run, _| {
            tell(run, |_, placement| placement.lang, emit);
            Ok(())
        })
    }
}

impl Group for Places {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [label, _, unit, own, article] = row else { return Err(wire::foreign()) };
        self.0.push(label, [unit, own, article])
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        if self.0.is_full() { self.tell(emit) } else { Ok(()) }
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.tell(emit)
    }
}

/// What articles of each script are in.
pub(super) struct Languages {
    config: Config,
    scripts: Scripts,
}

impl Languages {
    pub(super) fn new(config: &Config) -> Languages {
        Languages { config: config.clone(), scripts: Scripts::default() }
    }
}

impl Step for Languages {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let article = texts::article_of(row[1], &self.config)?;
        language::of(&article).iter().for_each(|lang| self.scripts.add(&article, *lang));
        Ok(())
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        emit(&[b"", &wire::to_bytes(&self.scripts)?]);
        Ok(())
    }
}

/// Copy groups as the story channel sees them: in their languages, and in what means the same in every one. Shared is what articles of each
/// script are in.
pub(super) struct Reports {
    gathered: Gathered,
    scripts: Scripts,
    speaker: Speaker,
}

impl Reports {
    pub(super) fn new(config: &Config, shared: &Shared<'_>) -> Result<Reports> {
        let mut scripts = Scripts::default();
        for (_, counted) in shared {
            scripts.merge(wire::of_bytes(counted)?);
        }
        Ok(Reports { gathered: Gathered::new(config), scripts, speaker: Speaker::default() })
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        let Reports { gathered, scripts, speaker } = self;
        gathered.run(|run, labels| {
            run.set_languages(Some(scripts));
            for ((report, group), label) in run.reports().iter().zip(&run.groups).zip(labels) {
                let first = run.articles[group.id.index()].key.as_bytes();
                let (within, across) = speaker.say(report);
                emit(&[first, &label, report.lang.as_bytes(), &wire::to_bytes(&within)?, &wire::to_bytes(&across)?]);
            }
            Ok(())
        })
    }
}

impl Group for Reports {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [label, _, unit, own, article] = row else { return Err(wire::foreign()) };
        self.gathered.push(label, [unit, own, article])
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        if self.gathered.is_full() { self.tell(emit) } else { Ok(()) }
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.tell(emit)
    }
}

/// The rows of whole stories: of each its reports' articles, and the pairs of them that were compared, which have two reports for a name and
/// their probability for a text.
pub(super) struct Stories {
    gathered: Gathered,
    pairs: Vec<(Vec<u8>, u32)>,
    /// The story of each report.
    story_of: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Stories {
    pub(super) fn new(config: &Config) -> Stories {
        Stories { gathered: Gathered::new(config), pairs: Vec::new(), story_of: BTreeMap::new() }
    }

    fn tell(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        let (pairs, story_of) = (std::mem::take(&mut self.pairs), std::mem::take(&mut self.story_of));
        self.gathered.run(|run, reports| {
            let number = |report: &[u8]| reports.binary_search_by(|other| other.as_slice().cmp(report)).map_err(|_| wire::foreign());
            let edge = |(pair, probability): &(Vec<u8>, u32)| -> Result<Edge> {
                let (a, b) = pair.split_at_checked(pair.len() / 2).ok_or_else(wire::foreign)?;
                Ok((number(a)? as u32, number(b)? as u32, *probability))
            };
            let mut first: BTreeMap<&[u8], u32> = BTreeMap::new();
            let story = |(at, report): (u32, &Vec<u8>)| story_of.get(report).map(|story| *first.entry(story).or_insert(at));
            let labels = (0..).zip(&reports).map(story).collect::<Option<Vec<u32>>>().ok_or_else(wire::foreign)?;
            let scores = Scores::of_pairs(reports.len() as u32, pairs.iter().map(edge).collect::<Result<_>>()?);
            run.set_stories(scores, labels);
            tell(run, |article, _| language::of(article), emit);
            Ok(())
        })
    }
}

impl Group for Stories {
    fn row(&mut self, row: &[&[u8]], _: &mut Emit<'_>) -> Result<()> {
        let [story, report, id, unit, own, article] = row else { return Err(wire::foreign()) };
        if id.is_empty() {
            self.pairs.push((report.to_vec(), wire::Bytes(unit).u32()?));
            return Ok(());
        }
        self.story_of.entry(report.to_vec()).or_insert_with(|| story.to_vec());
        self.gathered.push(report, [unit, own, article])
    }

    fn close(&mut self, _: &[u8], emit: &mut Emit<'_>) -> Result<()> {
        if self.gathered.is_full() { self.tell(emit) } else { Ok(()) }
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.tell(emit)
    }
}
