//! From a run to the page. A figure that the machine formats print as well is the same here.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::{Serde, Value};
use rayon::prelude::*;

use super::PageOptions;
use super::agencies;
use super::apart::{self, Leads};
use super::chart::{Matrix, Timeline};
use super::harmless::{self, line};
use super::model::{Alone, Beside, Count, Drawn, Named, Near, Page, ReportView, StoryView, Summary, Time};
use super::outlets::{Outlet, Outlets};
use super::passages::{Passages, Reference};
use super::sides::{self, Row};
use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::config::Level;
use crate::date::When;
use crate::link::{Clustering, CopyGroup, Story};
use crate::report::first::{First, dated};
use crate::report::plain::web;
use crate::report::ties::{Relation, Ties, groups};
use crate::report::words::{headline, is_certain, moment, outlet, percent};

/// Stories of several articles that are shown: a page of more takes a browser seconds to lay out.
const MOST_STORIES: usize = 1000;
/// Articles alone that are listed.
const MOST_ALONE: usize = 2000;
/// Reports that are shown of one story.
const MOST_REPORTS: usize = 100;
/// Reports whose texts are shown beside what they are compared with, those of the largest stories: more would leave each a few lines only in a page
/// of 2 MB.
const MOST_COMPARED: usize = 200;
/// Outlets that are named of one story, and of those that may have been first.
const MOST_OUTLETS: usize = 12;
const MOST_FIRST: usize = 3;
/// Bytes of all texts together, so that a page of 500 articles stays below 2 MB.
const TEXTS: usize = 700_000;
/// Least and most bytes of one text that are shown.
const TEXT: std::ops::RangeInclusive<usize> = 400..=12_000;
/// Stories nearby that are named; beside an article alone one.
const MOST_NEAR: usize = 3;
/// Longest address that is linked, in bytes: what browsers and servers take.
const LONGEST_LINK: usize = 2000;
/// Counts of the summary that say what did not take part.
const SKIPPED: [&str; 5] = ["bad_input", "skipped_files", "older", "without_text", "removed_lines"];

/// What all parts of the page look at.
struct Desk<'a> {
    run: &'a Run<'a>,
    found: &'a Clustering,
    /// Headlines and leads of the copy groups; none where stories were not looked for.
    leads: Option<Leads<'a>>,
    /// Bytes of each text that are shown.
    room: usize,
}

/// The texts of a story that others are compared with; none where texts are not shown.
type Texts<'a> = Option<BTreeMap<ArticleId, Reference<'a>>>;

/// The page of a run.
pub(super) fn page(run: &Run<'_>, found: &Clustering, options: &PageOptions) -> Page {
    let articles = run.articles;
    let (several, alone): (Vec<usize>, Vec<usize>) = (0..found.stories.len()).partition(|at| found.stories[*at].articles.len() > 1);
    let mut left = MOST_COMPARED;
    let compared = several.iter().map_while(|at| {
        left = left.checked_sub(found.stories[*at].articles.len().min(MOST_REPORTS))?;
        Some(())
    });
    let compared = compared.count();
    let read = alone.len().min(left);
    let room = (TEXTS / ((MOST_COMPARED - left) * 2 + read).max(1)).clamp(*TEXT.start(), *TEXT.end());
    let leads = (run.config.level == Level::Stories).then(|| Leads::of(run));
    let desk = Desk { run, found, leads, room };
    let shown = several.par_iter().enumerate().take(MOST_STORIES);
    let counts = || found.summary.counts.iter().filter(|(_, number)| *number > 0).map(|(name, number)| Count { name, number: *number });
    let outlets = Outlets::of(articles, found);
    let mut dates: Vec<&When> = articles.iter().filter_map(|article| Some(&article.published.as_ref()?.when)).collect();
    dates.sort_by_key(|when| when.order());
    let days: BTreeSet<_> = dates.iter().map(|when| when.date()).collect();
    let languages: BTreeSet<_> = found.placements.iter().filter_map(|at| at.lang).collect();
    Page {
        summary: Summary {
            articles: articles.len(),
            several: several.len(),
            alone: alone.len(),
            copies: found.placements.iter().filter(|at| !at.representative).count(),
            outlets: outlets.count,
            languages: languages.len(),
            days: days.len(),
            undated: articles.len() - dates.len(),
            first: dates.first().map(|when| time(when)),
            last: dates.last().map(|when| time(when)),
        },
        skipped: counts().filter(|count| SKIPPED.contains(&count.name)).collect(),
        counts: counts().collect(),
        problems: options.problems.iter().map(|problem| line(problem)).collect(),
        problem_count: options.problem_count.max(options.problems.len() as u64),
        outlets: outlets.shown.into_iter().map(|row| Outlet { name: harmless::name(&row.name), ..row }).collect(),
        most_original: outlets.most_original.iter().map(|outlet| harmless::name(outlet)).collect(),
        most_copied: outlets.most_copied.iter().map(|outlet| harmless::name(outlet)).collect(),
        stories: shown.map(|(place, at)| Value::from(Serde(desk.story(*at, place < compared)))).collect(),
        not_compared: several.len().min(MOST_STORIES) - compared,
        more_stories: several.len().saturating_sub(MOST_STORIES),
        alone: alone.par_iter().enumerate().take(MOST_ALONE).map(|(place, at)| Value::from(Serde(desk.alone(*at, place < read)))).collect(),
        more_alone: alone.len().saturating_sub(MOST_ALONE),
    }
}

fn time(when: &When) -> Time {
    Time { iso: when.to_string(), text: moment(when), order: when.order() }
}

/// The address of an article, if a browser can follow it.
fn link(article: &Article) -> Option<String> {
    article.url.as_deref().filter(|link| link.len() <= LONGEST_LINK).and_then(web).map(str::to_owned)
}

/// The anchor of a story by its place.
fn anchor(at: usize) -> String {
    format!("s{}", at + 1)
}

impl<'a> Desk<'a> {
    fn article(&self, id: ArticleId) -> &'a Article {
        &self.run.articles[id.index()]
    }

    fn lang(&self, id: ArticleId) -> Option<String> {
        self.found.placements[id.index()].lang.map(|lang| lang.to_string())
    }

    fn leads(&self, id: ArticleId) -> bool {
        self.found.placements[id.index()].representative
    }

    fn title(&self, id: ArticleId) -> String {
        let article = self.article(id);
        let title = article.title.as_deref().map(str::to_owned);
        // A headline that stands in the text was found there.
        let own = || self.run.own[id.index()].headline.map(|span| span.of(&article.text).to_owned());
        title.or_else(own).map(|title| line(&title)).filter(|title| !title.is_empty()).unwrap_or_else(|| line(&headline(article)))
    }

    /// An article by its outlet, or by its id.
    fn name(&self, id: ArticleId) -> String {
        let article = self.article(id);
        harmless::name(&outlet(article).unwrap_or_else(|| article.key.to_string()))
    }

    fn named(&self, story: &Story, id: ArticleId) -> Named {
        let number = story.articles.iter().position(|member| *member == id).map_or(0, |at| at + 1);
        let anchor = format!("{}-{number}", anchor(self.found.placements[id.index()].story));
        Named { anchor, number, name: self.name(id), lang: self.lang(id) }
    }

    /// An article alone; with its text where it is to be `read`.
    fn alone(&self, at: usize, read: bool) -> Alone {
        let story = &self.found.stories[at];
        let (id, article) = (story.representative, self.article(story.representative));
        Alone {
            anchor: anchor(at),
            id: harmless::name(&article.key),
            title: self.title(id),
            link: link(article),
            outlet: outlet(article).map(|outlet| harmless::name(&outlet)),
            lang: self.lang(id),
            time: article.published.as_ref().map(|published| time(&published.when)),
            text: read.then(|| sides::alone(&self.passages(id), self.room)),
            related: self.related(story, self.leads.as_ref().filter(|_| read)),
        }
    }

    /// A story; with texts only where they are `compared`.
    fn story(&self, at: usize, compared: bool) -> StoryView {
        let story = &self.found.stories[at];
        let articles = self.run.articles;
        let outlets: BTreeSet<String> = story.articles.iter().filter_map(|id| outlet(self.article(*id))).collect();
        let languages: BTreeSet<String> = story.articles.iter().filter_map(|id| self.lang(*id)).collect();
        let first = First::of(articles, story);
        let contenders: BTreeSet<String> = first.iter().flat_map(|first| first.contenders.iter().map(|id| self.name(*id))).collect();
        let mut texts = compared.then(BTreeMap::new);
        let reports = self.reports(story, &mut texts);
        let drawn = |mut texts: BTreeMap<ArticleId, Reference<'a>>| {
            let passages = texts.remove(&story.representative).map(|text| text.passages);
            Drawn {
                timeline: Timeline::of(articles, story, |id| self.leads(id)),
                matrix: Matrix::of(story, |id| self.leads(id)),
                face: self.name(story.representative),
                text: sides::alone(&passages.unwrap_or_else(|| self.passages(story.representative)), self.room),
            }
        };
        let date = |when: Option<&When>| when.map(time);
        StoryView {
            anchor: anchor(at),
            id: harmless::name(&self.article(story.id).key),
            title: self.title(story.representative),
            link: link(self.article(story.representative)),
            lang: self.lang(story.representative),
            tier: if story.score.is_some_and(is_certain) { "certain" } else { "probable" },
            score: story.score.unwrap_or(0.0),
            percent: percent(story.score.unwrap_or(0.0)),
            size: story.articles.len(),
            group_count: story.copies.len(),
            languages: languages.into_iter().collect(),
            more_outlets: outlets.len().saturating_sub(MOST_OUTLETS),
            outlets: outlets.iter().take(MOST_OUTLETS).map(|outlet| harmless::name(outlet)).collect(),
            first: date(dated(articles, story).map(|row| row.1).min_by_key(|when| when.order())),
            last: date(dated(articles, story).map(|row| row.1).max_by_key(|when| when.order())),
            // Several may have been first where only the day is known.
            first_time: first
                .map(|first| if first.contenders.len() > 1 { time(&When::Day(first.earliest.date())) } else { time(first.earliest) }),
            more_first: contenders.len().saturating_sub(MOST_FIRST),
            first_by: contenders.into_iter().take(MOST_FIRST).collect(),
            drawn: texts.map(drawn),
            more_reports: story.articles.len() - reports.len(),
            reports,
            related: self.related(story, self.leads.as_ref().filter(|_| compared)),
        }
    }

    fn passages(&self, id: ArticleId) -> Passages<'a> {
        Passages::of(self.article(id), &self.run.own[id.index()])
    }

    fn reference(&self, id: ArticleId) -> Reference<'a> {
        Reference::new(self.passages(id), self.run.config.shingle)
    }

    /// The reports by copy group, that of the story's representative first, then by date.
    fn reports(&self, story: &'a Story, texts: &mut Texts<'a>) -> Vec<ReportView> {
        let ties = Ties::of(story, self.found);
        let mut views = Vec::new();
        for (number, group) in groups(self.found, story) {
            if views.len() >= MOST_REPORTS {
                break;
            }
            views.push(self.lead(story, group, &ties, number, texts));
            let members = group.articles.iter().filter(|id| **id != group.representative);
            for id in members.take(MOST_REPORTS - views.len()) {
                let view = ReportView {
                    kind: "copy",
                    role: "role_copy",
                    of: Some(self.named(story, group.representative)),
                    percent: ties.likeness.get(id).map(|(_, score)| percent(*score)),
                    ..self.report(story, *id)
                };
                views.push(self.beside(story, view, group.representative, *id, texts));
            }
        }
        views
    }

    /// The article that stands for a copy group, and what ties it to the story.
    fn lead(&self, story: &'a Story, group: &CopyGroup, ties: &Ties<'_>, number: usize, texts: &mut Texts<'a>) -> ReportView {
        let id = group.representative;
        let view = self.report(story, id);
        if id == story.representative {
            return ReportView { kind: "lead", role: "role_lead", ..view };
        }
        let (kind, role, share) = match ties.relation(number) {
            Relation::Rewrite(shared) => ("rewrite", "role_rewrite", Some(shared)),
            Relation::Pinned => ("own", "role_pinned", None),
            Relation::OwnWords(score) => ("own", "role_own", score),
        };
        self.beside(story, ReportView { kind, role, percent: share.map(percent), ..view }, story.representative, id, texts)
    }

    fn report(&self, story: &Story, id: ArticleId) -> ReportView {
        let article = self.article(id);
        let Named { anchor, number, name, lang } = self.named(story, id);
        ReportView {
            anchor,
            number,
            id: harmless::name(&article.key),
            name,
            title: self.title(id),
            link: link(article),
            outlet: outlet(article).map(|outlet| harmless::name(&outlet)),
            lang,
            time: article.published.as_ref().map(|published| time(&published.when)),
            agencies: agencies::credited(article),
            ..ReportView::default()
        }
    }

    /// Puts an article beside what it is compared with.
    fn beside(&self, story: &Story, view: ReportView, against: ArticleId, id: ArticleId, texts: &mut Texts<'a>) -> ReportView {
        let Some(texts) = texts else { return view };
        let article = self.passages(id);
        let representative = &*texts.entry(against).or_insert_with(|| self.reference(against));
        let against = self.named(story, against);
        let other_language = view.lang.as_ref().zip(against.lang.as_ref()).is_some_and(|(a, b)| a != b) && view.kind != "copy";
        let beside = if other_language {
            let rows = sides::beside(&representative.passages, &article, self.room);
            Beside { against, other_language, words: article.len(), shared: 0, sentences: 0, sentences_shared: 0, only: Vec::new(), rows }
        } else {
            let (rows, shared) = sides::compare(representative, &article, self.room);
            let said = sides::says(&article, &shared, representative);
            // Where all is the same there is nothing to look at.
            let same = |row: &Row| matches!(row, Row::Same { removed, .. } if removed.is_empty());
            Beside {
                against,
                other_language,
                words: article.len(),
                shared: shared.iter().filter(|shared| **shared).count(),
                sentences: said.sentences,
                sentences_shared: said.shared,
                only: said.only,
                rows: if rows.iter().all(same) { Vec::new() } else { rows },
            }
        };
        ReportView { beside: Some(beside), ..view }
    }

    /// The nearest stories, told apart by words where there are `leads`.
    fn related(&self, story: &Story, leads: Option<&Leads<'_>>) -> Vec<Near> {
        let near = story.related.iter().take(if leads.is_some() { MOST_NEAR } else { 1 }).map(|near| {
            let other = self.found.stories[near.story].representative;
            Near {
                anchor: anchor(near.story),
                title: self.title(other),
                lang: self.lang(other),
                percent: percent(near.score),
                reasons: apart::reasons(self.run, self.found, leads, story, near),
            }
        });
        near.collect()
    }
}
