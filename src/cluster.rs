//! The batch run: articles in, stories out, each stage once.
//!
//! read lines → count what outlets repeat → clean → shingle → copies → stories → scores. Articles may come in any order and on any
//! number of threads; the result is the same.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;
use rayon::prelude::*;

use crate::article::{Article, ArticleId, Lang};
use crate::config::{Config, Level};
use crate::copies::{Copies, CopyFinder, InMemory, Texts};
use crate::error::{Error, Result};
use crate::extract::Own;
use crate::language::{self, Scripts};
use crate::link::{Clustering, CopyGroup, Members, Placement, Related, Stage, Story, Summary, Watch};
use crate::linkage::{self, Pins};
use crate::shingle::Shingles;
use crate::story::{self, Reference, Report, Scores};
use crate::verify::{CopyRule, Overlap};

mod assemble;
pub(crate) mod fragments;
mod pages;
mod unique;

use pages::Pages;

pub(crate) use unique::doubles;
pub use unique::unique;

/// A finished run and everything it was computed from, so that any pair can be explained.
pub struct Run<'a> {
    pub(crate) articles: &'a [Article],
    pub(crate) config: &'a Config,
    pub(crate) rule: CopyRule,
    /// What of each article is its own words.
    pub(crate) own: Vec<Own>,
    copies: Copies,
    pub(crate) langs: Vec<Option<Lang>>,
    /// The language each article is compared in.
    corpora: Vec<Option<Lang>>,
    /// Each article's place when sorted by key.
    pub(crate) rank: Vec<u32>,
    pub(crate) groups: Vec<CopyGroup>,
    pub(crate) group_of: Vec<u32>,
    pub(crate) scores: Scores,
    pub(crate) reference: Reference,
    /// Story of each copy group, as its smallest group.
    pub(crate) story_of: Vec<u32>,
    counts: Vec<(&'static str, u64)>,
}

/// Groups articles into stories.
///
/// ```
/// use samestory::{Article, Config, cluster};
/// let article = |key: &str, text: &str| Article { key: key.into(), text: text.into(), ..Article::default() };
/// let articles = [article("a", "The envoys met in the old town on Monday"), article("b", "The envoys met in the old town on Monday")];
/// let found = cluster(&articles, &Config::default())?;
/// assert_eq!(found.stories.len(), 1);
/// assert_eq!(found.placements[0].score, Some(1.0));
/// # Ok::<(), samestory::Error>(())
/// ```
///
/// # Errors
/// When the configuration is out of range, or two articles have one id (see [`unique`]).
pub fn cluster(articles: &[Article], config: &Config) -> Result<Clustering> {
    Ok(Run::new(articles, config)?.clustering())
}

impl<'a> Run<'a> {
    /// Runs every stage.
    ///
    /// # Errors
    /// When the configuration is out of range, or two articles have one id (see [`unique`]).
    pub fn new(articles: &'a [Article], config: &'a Config) -> Result<Run<'a>> {
        Run::with(articles, config, Reference::Corpus)
    }

    /// Runs every stage with document frequencies from `reference`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(articles: &'a [Article], config: &'a Config, reference: Reference) -> Result<Run<'a>> {
        Run::watched(articles, config, reference, &mut |_| {})
    }

    /// Runs every stage; `watch` hears of each when it ends.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn watched(articles: &'a [Article], config: &'a Config, reference: Reference, watch: Watch<'_>) -> Result<Run<'a>> {
        config.validate()?;
        let rank = rank(articles)?;
        let finder = CopyFinder::of(config)?;
        let Pages { own, prints, keys, read_again } = Pages::read(articles, config, &finder);
        let bytes = articles.iter().map(|article| article.text.len() as u64).sum();
        let removed = own.iter().map(|own| own.removals.len() as u64).sum();
        watch(Stage {
            name: "sketch",
            counts: vec![("bytes", bytes), ("articles", own.len() as u64), ("removed_lines", removed), ("read_again", read_again)],
        });
        let (together, apart) = (pinned(articles, &config.together), pinned(articles, &config.apart));
        let days: Vec<Option<i32>> = articles.iter().map(|article| article.day().map(|day| day as i32)).collect();
        let again = |id: ArticleId| shingles(&articles[id.index()], &own[id.index()], config.shingle);
        let source = InMemory { prints: &prints, keys: &keys, days: &days, shingles: &again };
        let texts = Texts { rank: &rank, apart: &apart, at_once: usize::MAX, keep_overlaps: true, source: &source };
        let copies = finder.find(&texts, watch);
        let without_text = prints.iter().filter(|print| print.is_empty()).count() as u64;
        drop((prints, keys));
        let mut run = Run::of_groups(articles, config, own, copies, rank);
        run.reference = reference;
        watch(Stage { name: "group", counts: vec![("copy_groups", run.groups.len() as u64)] });
        if config.level == Level::Stories {
            run.find_stories(watch);
        }
        run.count(without_text, together.len() + apart.len());
        Ok(run)
    }

    /// A run of copies that were found among more articles than these: whole groups, by number, and the distinct text of each article.
    /// `own` are their own words.
    pub(crate) fn of_copies(articles: &'a [Article], config: &'a Config, own: Vec<Own>, copies: Copies) -> Result<Run<'a>> {
        Ok(Run::of_groups(articles, config, own, copies, rank(articles)?))
    }

    /// A run whose stories are its copy groups.
    fn of_groups(articles: &'a [Article], config: &'a Config, own: Vec<Own>, copies: Copies, rank: Vec<u32>) -> Run<'a> {
        let mut run = Run {
            articles,
            config,
            rule: config.copy_rule(),
            own,
            copies,
            langs: articles.iter().map(language::declared_by).collect(),
            corpora: Vec::new(),
            rank,
            groups: Vec::new(),
            group_of: Vec::new(),
            scores: Scores::default(),
            reference: Reference::Corpus,
            story_of: Vec::new(),
            counts: Vec::new(),
        };
        run.set_groups();
        run.story_of = (0..run.groups.len() as u32).collect();
        run
    }

    /// Links the copy groups to stories, obeying pairs that are pinned together and apart.
    pub(crate) fn find_stories(&mut self, watch: Watch<'_>) {
        // Only stories need to know the language of a text that does not say it.
        self.set_languages(None);
        let pins = |pairs: &[(String, String)]| -> Vec<(u32, u32)> {
            pinned(self.articles, pairs).iter().map(|(a, b)| (self.group_of[a.index()], self.group_of[b.index()])).collect()
        };
        let pins = Pins { together: pins(&self.config.together), apart: pins(&self.config.apart) };
        self.scores = story::score(&*self.reports(), i64::from(self.config.window.div_ceil(24)), self.reference);
        let compared = self.scores.pairs.len() as u64;
        watch(Stage { name: "score", counts: vec![("story_candidates", compared), ("long_postings", self.scores.long_postings)] });
        self.story_of = link(self.groups.len(), &self.scores, story::MERGE, &pins);
        watch(Stage { name: "link", counts: vec![("pins", (pins.together.len() + pins.apart.len()) as u64)] });
    }

    /// Looks for the language of each article, and where it is unknown for the one most articles of the same script are in, so that a short
    /// flash meets the report of its event: of those here, or of more that were counted elsewhere.
    pub(crate) fn set_languages(&mut self, counted: Option<&Scripts>) {
        self.langs = self.articles.par_iter().map(language::of).collect();
        let here = match counted {
            None if self.langs.iter().any(Option::is_none) => scripts(self.articles, &self.langs),
            _ => Scripts::default(),
        };
        let scripts = counted.unwrap_or(&here);
        self.corpora = self.articles.iter().zip(&self.langs).map(|(article, lang)| lang.or_else(|| scripts.usual(article))).collect();
    }

    /// Takes stories that were found among more groups than these: the scores of those here, numbered as here, and the story of each, by one
    /// of its groups.
    pub(crate) fn set_stories(&mut self, scores: Scores, story_of: Vec<u32>) {
        (self.scores, self.story_of) = (scores, story_of);
    }

    /// The copy group of each article, and the scores of all pairs of groups that were compared.
    #[must_use]
    pub fn scores(&self) -> (&[u32], &Scores) {
        (&self.group_of, &self.scores)
    }

    /// Pairs pinned together that could not be: other pins keep parts of their copy groups apart, or only copies were looked for.
    #[must_use]
    pub fn unmet_pins(&self) -> Vec<(String, String)> {
        let story = |id: ArticleId| self.story_of[self.group_of[id.index()] as usize];
        let unmet = pinned(self.articles, &self.config.together).into_iter().filter(|(a, b)| story(*a) != story(*b));
        let key = |id: ArticleId| self.articles[id.index()].key.to_string();
        unmet.map(|(a, b)| (key(a), key(b))).collect()
    }

    /// Ids in pins that no article has, in the order of the pins.
    #[must_use]
    pub fn unknown_pins(&self) -> Vec<String> {
        let ids = || self.config.together.iter().chain(&self.config.apart).flat_map(|(a, b)| [a.as_str(), b.as_str()]);
        let mut unknown: BTreeSet<&str> = ids().collect();
        if !unknown.is_empty() {
            self.articles.iter().for_each(|article| {
                unknown.remove(article.key.as_str());
            });
        }
        ids().filter(|id| unknown.contains(id)).map(str::to_owned).collect()
    }

    /// The story number of each article if mean probabilities of at least `least` merged: what a sweep over thresholds looks at. Pins of the
    /// configuration do not count here.
    #[must_use]
    pub fn stories_at(&self, least: f64) -> Vec<u32> {
        let least = (least * f64::from(story::PROBABILITY_ONE)) as u32;
        let labels = link(self.groups.len(), &self.scores, least, &Pins::default());
        self.group_of.iter().map(|group| labels[*group as usize]).collect()
    }

    pub(crate) fn is_copy(&self, a: ArticleId, b: ArticleId, overlap: &Overlap) -> bool {
        let gap = self.articles[a.index()].day().zip(self.articles[b.index()].day()).map(|(a, b)| (a - b).abs());
        let rule = self.rule.after(gap);
        rule.resembles(overlap) || rule.contains(overlap)
    }

    /// Whether two articles are one of these pairs of ids.
    pub(crate) fn is_among(&self, pairs: &[(String, String)], a: ArticleId, b: ArticleId) -> bool {
        let (a, b) = (&*self.articles[a.index()].key, &*self.articles[b.index()].key);
        pairs.iter().any(|(x, y)| (&**x, &**y) == (a, b) || (&**y, &**x) == (a, b))
    }

    /// How alike two articles are, for ranking pairs: the probability of one event, and above all of those 1 and more for copies.
    #[must_use]
    pub fn likeness(&self, a: ArticleId, b: ArticleId) -> f64 {
        let overlap = Overlap::of(&self.shingles(a), &self.shingles(b));
        if self.is_copy(a, b, &overlap) {
            return 1.0 + overlap.resemblance().max(overlap.containment()) as f64 / 1e6;
        }
        f64::from(self.scores.probability_of_any(self.group_of[a.index()], self.group_of[b.index()])) / f64::from(story::PROBABILITY_ONE)
    }

    /// The shingles of an article's own words. O(its text).
    pub(crate) fn shingles(&self, id: ArticleId) -> Shingles {
        shingles(&self.articles[id.index()], &self.own[id.index()], self.config.shingle)
    }

    /// Copy groups in the order of their smallest keys, each with its representative.
    fn set_groups(&mut self) {
        let mut by_rank = vec![ArticleId(0); self.articles.len()];
        for (at, rank) in self.rank.iter().enumerate() {
            by_rank[*rank as usize] = ArticleId(at as u32);
        }
        let mut number: Vec<Option<u32>> = vec![None; self.articles.len()];
        let mut groups: Vec<Members> = Vec::new();
        self.group_of = vec![0; self.articles.len()];
        for article in by_rank {
            let group = *number[self.copies.group_of[article.index()] as usize].get_or_insert_with(|| {
                groups.push(Members::new());
                groups.len() as u32 - 1
            });
            groups[group as usize].push(article);
            self.group_of[article.index()] = group;
        }
        self.groups = groups.into_par_iter().map(|members| self.group(members)).collect();
    }

    /// What the story channel sees of each copy group.
    pub(crate) fn reports(&self) -> Vec<Report<'_>> {
        self.groups.iter().map(|group| self.report(group)).collect()
    }

    fn report(&self, group: &CopyGroup) -> Report<'_> {
        let (article, own) = (&self.articles[group.representative.index()], &self.own[group.representative.index()]);
        let day = |id: &ArticleId| self.articles[id.index()].day();
        Report {
            parts: own.parts(article),
            lang: self.corpora[group.representative.index()].as_deref().unwrap_or_default(),
            size: group.articles.len() as u32,
            day: group.articles.iter().filter_map(day).min(),
        }
    }

    fn count(&mut self, without_text: u64, pins: usize) {
        let copies = &self.copies;
        let sum = |of: fn(&Own) -> u64| self.own.iter().map(of).sum();
        self.counts = vec![
            ("articles", self.articles.len() as u64),
            ("without_text", without_text),
            ("undated", self.articles.iter().filter(|article| article.published.is_none()).count() as u64),
            ("repaired_words", sum(|own| u64::from(own.repaired))),
            ("removed_lines", sum(|own| own.removals.len() as u64)),
            ("cut_texts", sum(|own| u64::from(own.cut))),
            ("folded_equal_texts", copies.folded),
            ("copy_candidates", copies.candidates),
            ("copy_links", copies.links),
            ("crowded_buckets", copies.crowded),
            ("alone_in_crowds", copies.cut),
            ("large_copy_components", copies.large),
            ("copy_groups", self.groups.len() as u64),
            ("story_candidates", self.scores.pairs.len() as u64),
            ("long_postings", self.scores.long_postings),
            ("pins", pins as u64),
        ];
    }
}

/// The story of each of so many copy groups, by one of them, when mean probabilities of at least `least` merge.
pub(crate) fn link(groups: usize, scores: &Scores, least: u32, pins: &Pins) -> Vec<u32> {
    let edges: Vec<linkage::Edge> = scores.pairs.iter().filter(|edge| edge.2 >= story::RELATED).copied().collect();
    fragments::join(linkage::average(groups, &edges, |_| least, pins), scores, pins)
}

/// Each article's place by key.
fn rank(articles: &[Article]) -> Result<Vec<u32>> {
    let mut order: Vec<u32> = (0..articles.len() as u32).collect();
    order.par_sort_unstable_by(|a, b| articles[*a as usize].key.cmp(&articles[*b as usize].key));
    if let Some(pair) = order.windows(2).find(|pair| articles[pair[0] as usize].key == articles[pair[1] as usize].key) {
        let key = articles[pair[0] as usize].key.to_string();
        return Err(Error::DuplicateId { key, message: "ids must be unique within a run".to_owned() });
    }
    let mut rank = vec![0; order.len()];
    for (place, article) in order.into_iter().enumerate() {
        rank[article as usize] = place as u32;
    }
    Ok(rank)
}

/// The articles behind pairs of ids; pairs of which one is not there are left out.
fn pinned(articles: &[Article], pairs: &[(String, String)]) -> Vec<(ArticleId, ArticleId)> {
    let mut found: AHashMap<&str, Option<ArticleId>> = pairs.iter().flat_map(|(a, b)| [(a.as_str(), None), (b.as_str(), None)]).collect();
    if found.is_empty() {
        return Vec::new();
    }
    for (article, at) in articles.iter().zip(0..) {
        if let Some(place) = found.get_mut(&*article.key) {
            *place = Some(ArticleId(at));
        }
    }
    let id = |key: &String| found.get(key.as_str()).copied().flatten();
    pairs.iter().filter_map(|(a, b)| id(a).zip(id(b))).collect()
}

fn shingles(article: &Article, own: &Own, width: usize) -> Shingles {
    let mut tokens = Vec::new();
    own.tokens(&article.text, &mut tokens);
    Shingles::new(&tokens, width)
}

/// What most articles of each script are in.
fn scripts(articles: &[Article], langs: &[Option<Lang>]) -> Scripts {
    let mut scripts = Scripts::default();
    articles.iter().zip(langs).for_each(|(article, lang)| lang.iter().for_each(|lang| scripts.add(article, *lang)));
    scripts
}
