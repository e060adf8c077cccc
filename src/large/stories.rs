//! Stories of a large corpus: the words of each copy group are read from disk, one after the other. What the groups weigh and the pairs of
//! them are in memory.

use rayon::prelude::*;

use super::articles::Articles;
use super::place::{self, Member, Placed};
use super::prints::OnDisk;
use crate::article::{Article, ArticleId, Lang};
use crate::cluster;
use crate::config::Config;
use crate::copies::{Copies, Source};
use crate::error::Result;
use crate::language::{self, Scripts};
use crate::link::{Stage, Watch};
use crate::linkage::Pins;
use crate::story::{self, Reference, Report, Reports};

/// The copy groups, numbered by their smallest ids.
struct Groups<'d> {
    source: &'d OnDisk<'d>,
    /// The group of each article.
    of: Vec<u32>,
    /// The article that stands for each group.
    face: Vec<u32>,
    size: Vec<u32>,
    /// When each was first published.
    day: Vec<Option<i32>>,
    lang: Vec<Option<Lang>>,
}

impl<'d> Groups<'d> {
    /// `placed` are the articles with copies, `langs` the languages of all articles.
    fn new(
        source: &'d OnDisk<'d>,
        copies: &Copies,
        rank: &[u32],
        placed: &[Placed],
        langs: &[Option<Lang>],
        scripts: &Scripts,
    ) -> Result<Groups<'d>> {
        let count = copies.group_of.iter().max().map_or(0, |last| *last as usize + 1);
        let mut least = vec![u32::MAX; count];
        copies.group_of.iter().zip(rank).for_each(|(group, rank)| least[*group as usize] = least[*group as usize].min(*rank));
        let mut order: Vec<(u32, u32)> = least.into_iter().zip(0..).collect();
        order.par_sort_unstable();
        let mut number = vec![0; count];
        order.iter().zip(0..).for_each(|(row, at)| number[row.1 as usize] = at);
        drop(order);
        let of: Vec<u32> = copies.group_of.iter().map(|group| number[*group as usize]).collect();
        let (mut face, mut size, mut day) = (number, vec![0; count], vec![None; count]);
        let mut article = 0;
        source.each(&mut |_, when| {
            let group = of[article] as usize;
            face[group] = article as u32;
            size[group] += 1;
            day[group] = [day[group], when].into_iter().flatten().min();
            article += 1;
        });
        placed.iter().filter(|row| row.representative).for_each(|row| face[of[row.article as usize] as usize] = row.article);
        let known = |face: &u32| match langs[*face as usize] {
            None => source.articles.get(ArticleId(*face)).map(|article| scripts.usual(&article)),
            lang => Ok(lang),
        };
        let lang = face.par_iter().map(known).collect::<Result<_>>()?;
        Ok(Groups { source, of, face, size, day, lang })
    }

    /// Pairs of articles as pairs of groups.
    fn pairs(&self, pairs: &[(ArticleId, ArticleId)]) -> Vec<(u32, u32)> {
        pairs.iter().map(|(a, b)| (self.of[a.index()], self.of[b.index()])).collect()
    }
}

impl Reports for Groups<'_> {
    fn count(&self) -> u32 {
        self.face.len() as u32
    }

    fn head(&self, report: u32) -> Report<'_> {
        let at = report as usize;
        let lang = self.lang[at].as_deref().unwrap_or_default();
        Report { parts: Vec::new(), lang, size: self.size[at], day: self.day[at].map(i64::from) }
    }

    fn with(&self, report: u32, read: &mut dyn FnMut(&Report<'_>)) {
        let (article, own) = self.source.text(ArticleId(self.face[report as usize]));
        read(&Report { parts: own.parts(&article), ..self.head(report) });
    }
}

/// The language of each article, and what most articles of each script are in.
pub(super) fn languages(articles: &Articles) -> Result<(Vec<Option<Lang>>, Scripts)> {
    let (mut langs, mut scripts) = (Vec::with_capacity(articles.len()), Scripts::default());
    for block in articles.blocks() {
        let block = block?;
        let read = (0..block.len()).into_par_iter().filter_map(|at| articles.of_block(&block, at));
        let of = |article: Result<Article>| article.map(|article| (language::of(&article), article));
        for row in read.map(of).collect::<Vec<_>>() {
            let (lang, article) = row?;
            lang.into_iter().for_each(|lang| scripts.add(&article, lang));
            langs.push(lang);
        }
    }
    Ok((langs, scripts))
}

/// Pairs of articles that the configuration pins.
pub(super) struct Pinned {
    pub(super) together: Vec<(ArticleId, ArticleId)>,
    pub(super) apart: Vec<(ArticleId, ArticleId)>,
}

/// The articles that are not alone in their stories, and the story of each article, by one of the copy groups.
pub(super) fn find(
    source: &OnDisk<'_>,
    config: &Config,
    (copies, rank, placed): (&Copies, &[u32], &[Placed]),
    (langs, scripts): (&[Option<Lang>], &Scripts),
    pinned: &Pinned,
    watch: Watch<'_>,
) -> Result<(Vec<Placed>, Vec<u32>)> {
    let groups = Groups::new(source, copies, rank, placed, langs, scripts)?;
    let scores = story::score(&groups, i64::from(config.window.div_ceil(24)), Reference::Corpus);
    watch(Stage { name: "score", counts: vec![("story_candidates", scores.pairs.len() as u64), ("long_postings", scores.long_postings)] });
    let pins = Pins { together: groups.pairs(&pinned.together), apart: groups.pairs(&pinned.apart) };
    let story_of = cluster::link(groups.count() as usize, &scores, story::MERGE, &pins);
    watch(Stage { name: "link", counts: vec![("pins", (pins.together.len() + pins.apart.len()) as u64)] });
    let stories: Vec<u32> = groups.of.iter().map(|group| story_of[*group as usize]).collect();
    let members = place::members(&stories, groups.count() as usize, rank);
    let complete = |run: &mut cluster::Run<'_>, batch: &[Member]| {
        let mut here: Vec<u32> = batch.iter().map(|row| groups.of[row.2 as usize]).collect();
        here.sort_unstable();
        here.dedup();
        let local = |label: u32| here.binary_search(&label).map_or(0, |at| at as u32);
        let labels = here.iter().map(|group| local(story_of[*group as usize])).collect();
        run.set_stories(scores.among(&here), labels);
    };
    let placed = place::place((source.articles, source.prints, copies), config, &members, complete)?;
    Ok((placed, stories))
}
