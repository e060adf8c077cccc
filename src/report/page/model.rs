//! The page as plain values: the names that the templates use.

use minijinja::Value;
use serde::Serialize;

use super::apart::Why;
use super::chart::{Matrix, Timeline};
use super::outlets::Outlet;
use super::sides::{Row, Side};

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    pub(super) summary: Summary,
    pub(super) outlets: Vec<Outlet>,
    pub(super) most_original: Vec<String>,
    pub(super) most_copied: Vec<String>,
    pub(super) skipped: Vec<Count>,
    pub(super) problems: Vec<String>,
    pub(super) problem_count: u64,
    pub(super) counts: Vec<Count>,
    /// [`StoryView`]s and [`Alone`]s, ready for the template as soon as each is known: all of them in both forms would be twice the page.
    pub(super) stories: Vec<Value>,
    /// Stories whose texts and charts are not shown.
    pub(super) not_compared: usize,
    pub(super) more_stories: usize,
    pub(super) alone: Vec<Value>,
    pub(super) more_alone: usize,
}

/// The figures on top.
#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) articles: usize,
    pub(super) several: usize,
    pub(super) alone: usize,
    pub(super) copies: usize,
    pub(super) outlets: usize,
    pub(super) languages: usize,
    pub(super) days: usize,
    pub(super) undated: usize,
    pub(super) first: Option<Time>,
    pub(super) last: Option<Time>,
}

/// A count of the run.
#[derive(Serialize)]
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) number: u64,
}

/// A moment.
#[derive(Serialize)]
pub(super) struct Time {
    pub(super) iso: String,
    pub(super) text: String,
    /// Seconds since 1970, for sorting only.
    pub(super) order: i64,
}

/// A story of several articles.
#[derive(Serialize)]
pub(super) struct StoryView {
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) link: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) tier: &'static str,
    pub(super) score: f64,
    pub(super) percent: String,
    pub(super) size: usize,
    pub(super) group_count: usize,
    pub(super) languages: Vec<String>,
    pub(super) outlets: Vec<String>,
    pub(super) more_outlets: usize,
    pub(super) first: Option<Time>,
    pub(super) last: Option<Time>,
    pub(super) first_by: Vec<String>,
    pub(super) more_first: usize,
    pub(super) first_time: Option<Time>,
    pub(super) drawn: Option<Drawn>,
    /// Article by article: those that stand for copy groups, each before its copies.
    pub(super) reports: Vec<ReportView>,
    pub(super) more_reports: usize,
    pub(super) related: Vec<Near>,
    pub(super) id: String,
}

/// The drawings of a story, and the text of the article that stands for it.
#[derive(Serialize)]
pub(super) struct Drawn {
    pub(super) timeline: Option<Timeline>,
    pub(super) matrix: Option<Matrix>,
    pub(super) face: String,
    pub(super) text: Side,
}

/// An article of a story.
#[derive(Serialize, Default)]
pub(super) struct ReportView {
    /// `lead`, `copy`, `rewrite` or `own`, and the phrase that says so.
    pub(super) kind: &'static str,
    pub(super) role: &'static str,
    pub(super) anchor: String,
    pub(super) number: usize,
    /// What it is a copy of.
    pub(super) of: Option<Named>,
    pub(super) percent: Option<String>,
    pub(super) link: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) title: String,
    pub(super) outlet: Option<String>,
    pub(super) time: Option<Time>,
    pub(super) agencies: Vec<&'static str>,
    pub(super) beside: Option<Beside>,
    pub(super) name: String,
    pub(super) id: String,
}

/// An article beside what it is compared with.
#[derive(Serialize)]
pub(super) struct Beside {
    pub(super) against: Named,
    /// Words are compared within a language only.
    pub(super) other_language: bool,
    pub(super) words: usize,
    pub(super) shared: usize,
    pub(super) sentences: usize,
    pub(super) sentences_shared: usize,
    /// Sentences that only it has.
    pub(super) only: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// An article as it is called in its story.
#[derive(Serialize, Clone, Default)]
pub(super) struct Named {
    pub(super) anchor: String,
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) lang: Option<String>,
}

/// An article alone.
#[derive(Serialize)]
pub(super) struct Alone {
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) link: Option<String>,
    pub(super) outlet: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) time: Option<Time>,
    pub(super) text: Option<Side>,
    pub(super) related: Vec<Near>,
    pub(super) id: String,
}

/// A story nearby.
#[derive(Serialize)]
pub(super) struct Near {
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) lang: Option<String>,
    pub(super) percent: String,
    pub(super) reasons: Vec<Why>,
}
