//! Why two stories that are near each other were kept apart, in what they say themselves.

use serde::Serialize;

use super::harmless;
use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::link::{Clustering, Related, Story};
use crate::story::Report;

/// Words of either story that are named.
const NAMED: usize = 4;

/// A reason, by its phrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Why {
    kind: &'static str,
    /// What only this story says.
    here: Vec<String>,
    /// What only the other one says.
    there: Vec<String>,
    /// Days between the two.
    days: Option<i64>,
}

impl Why {
    fn of(kind: &'static str) -> Why {
        Why { kind, here: Vec::new(), there: Vec::new(), days: None }
    }
}

/// The reasons, strongest first: pins, days, places, then what either is about. Places and words are those of headline and lead, and are
/// looked for in `leads` where no day tells the two apart.
pub(super) fn reasons(run: &Run<'_>, found: &Clustering, leads: Option<&[Report<'_>]>, story: &Story, near: &Related) -> Vec<Why> {
    let other = &found.stories[near.story];
    let mut reasons = Vec::new();
    if near.pinned {
        reasons.push(Why::of("pinned_apart"));
    }
    if let Some(days) = days_between(run.articles, story, other).filter(|days| *days > 0) {
        reasons.push(Why { days: Some(days), ..Why::of("other_day") });
    }
    if let Some(leads) = leads.filter(|_| reasons.is_empty()) {
        let group = |id: ArticleId| run.group_of[id.index()];
        let (a, b) = (group(story.representative), group(other.representative));
        let (here, there) = crate::story::places_apart(&leads[a as usize], &leads[b as usize]);
        let places: Vec<String> = here.iter().chain(&there).cloned().collect();
        if !places.is_empty() {
            reasons.push(Why { here: shown(here), there: shown(there), ..Why::of("other_place") });
        }
        let (mut here, mut there) = run.scores.only(leads, a, b);
        for words in [&mut here, &mut there] {
            words.retain(|word| !word.is_empty() && !places.contains(word));
        }
        if !here.is_empty() || !there.is_empty() {
            reasons.push(Why { here: shown(here), there: shown(there), ..Why::of("other_words") });
        }
    }
    if reasons.is_empty() {
        reasons.push(Why::of("other_words"));
    }
    reasons
}

/// Bytes of a lead: a paragraph or two.
const LEAD: usize = 500;

/// The headlines and leads of reports.
pub(super) fn leads<'a>(mut reports: Vec<Report<'a>>) -> Vec<Report<'a>> {
    for report in &mut reports {
        let mut room = LEAD;
        for part in &mut report.parts {
            *part = &part[..part.floor_char_boundary(room)];
            room -= part.len();
        }
        report.parts.retain(|part| !part.is_empty());
    }
    reports
}

fn shown(words: Vec<String>) -> Vec<String> {
    words.iter().take(NAMED).map(|word| harmless::line(word)).collect()
}

/// Days from the last report of the earlier story to the first of the later one; 0 when they overlap, none when days are not known.
fn days_between(articles: &[Article], a: &Story, b: &Story) -> Option<i64> {
    let days = |story: &Story| {
        let days = || story.articles.iter().filter_map(|id| articles[id.index()].day());
        Some((days().min()?, days().max()?))
    };
    let ((first_a, last_a), (first_b, last_b)) = (days(a)?, days(b)?);
    Some((first_b - last_a).max(first_a - last_b).max(0))
}
