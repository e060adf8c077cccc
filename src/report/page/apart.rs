//! Why two stories that are near each other were kept apart, in what they say themselves.

use std::sync::OnceLock;

use serde::Serialize;

use super::harmless;
use crate::article::Article;
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

/// Bytes of a headline and lead: a paragraph.
const LEAD: usize = 400;

/// What the headline and lead of a report name.
struct Lead {
    /// Places by concept, and what the report is about by term.
    places: Vec<(u16, String)>,
    about: Vec<(u32, String)>,
}

/// Headlines and leads of the reports of a run, read when they are asked for.
pub(super) struct Leads<'a> {
    run: &'a Run<'a>,
    reports: Vec<Report<'a>>,
    read: Vec<OnceLock<Lead>>,
}

impl<'a> Leads<'a> {
    /// The leads of a run in which stories were looked for.
    pub(super) fn of(run: &'a Run<'a>) -> Leads<'a> {
        let mut reports = run.reports();
        for report in &mut reports {
            let mut room = LEAD;
            for part in &mut report.parts {
                *part = harmless::head(part, room);
                room -= part.len();
            }
            report.parts.retain(|part| !part.is_empty());
        }
        Leads { run, read: reports.iter().map(|_| OnceLock::new()).collect(), reports }
    }

    fn lead(&self, report: u32) -> &Lead {
        let text = &self.reports[report as usize];
        self.read[report as usize].get_or_init(|| Lead { places: crate::story::places(text), about: self.run.scores.about(text, report) })
    }

    /// The places that one report names and the other does not, and what it is about and the other does not say.
    fn only(&self, report: u32, other: u32) -> (Vec<String>, Vec<String>) {
        let (own, theirs) = (self.lead(report), self.lead(other));
        let absent = |place: &&(u16, String)| theirs.places.iter().all(|known| known.0 != place.0);
        let places: Vec<String> = own.places.iter().filter(absent).map(|place| harmless::line(&place.1)).take(NAMED).collect();
        let new = |term: &&(u32, String)| self.run.scores.holds(other, report, term.0) == Some(false);
        let named = |word: &String| own.places.iter().any(|place| place.1 == *word);
        let words = own.about.iter().filter(new).map(|term| &term.1).filter(|word| !named(word));
        (places, words.map(|word| harmless::line(word)).take(NAMED).collect())
    }
}

/// The reasons, strongest first: pins, days, else places and what either is about, where there are `leads` to look into.
pub(super) fn reasons(run: &Run<'_>, found: &Clustering, leads: Option<&Leads<'_>>, story: &Story, near: &Related) -> Vec<Why> {
    let other = &found.stories[near.story];
    let mut reasons = Vec::new();
    if near.pinned {
        reasons.push(Why::of("pinned_apart"));
    }
    if let Some(days) = days_between(run.articles, story, other).filter(|days| *days > 0) {
        reasons.push(Why { days: Some(days), ..Why::of("other_day") });
    }
    if let Some(leads) = leads.filter(|_| reasons.is_empty()) {
        let (a, b) = (run.group_of[story.representative.index()], run.group_of[other.representative.index()]);
        let ((places_here, here), (places_there, there)) = (leads.only(a, b), leads.only(b, a));
        for (kind, here, there) in [("other_place", places_here, places_there), ("other_words", here, there)] {
            if !here.is_empty() || !there.is_empty() {
                reasons.push(Why { here, there, ..Why::of(kind) });
            }
        }
    }
    if reasons.is_empty() {
        reasons.push(Why::of("other_words"));
    }
    reasons
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
