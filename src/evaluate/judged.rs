//! A run beside its labels: which articles of each copy group have which label, and in which story they ended.

use std::collections::{BTreeSet, HashMap};

use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::evaluate::calibration::Calibration;
use crate::evaluate::gold::GoldRow;
use crate::evaluate::mistakes::Mistakes;
use crate::evaluate::reach::{self, Reach};
use crate::link::{Clustering, Placement};

/// A labelled article; label and language are numbers in alphabetical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) article: ArticleId,
    pub(super) label: u32,
    pub(super) lang: Option<u32>,
}

/// What is labelled of a copy group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Group {
    /// Its story.
    pub(super) story: usize,
    /// The label of its representative.
    pub(super) stands_for: Option<u32>,
    /// The representative first, then by date and key.
    pub(super) members: Vec<Member>,
    /// Different labels of its members, ascending.
    pub(super) labels: Vec<u32>,
}

/// A run and its labels.
pub struct Judged<'r> {
    pub(super) run: &'r Run<'r>,
    /// The labels by number.
    pub(super) names: Vec<&'r str>,
    /// The languages by number.
    pub(super) langs: Vec<&'r str>,
    /// The copy groups by number.
    pub(super) groups: Vec<Group>,
}

/// Gives rows without a language that of the article: declared, or detected at [`Level::Stories`](crate::Level::Stories).
pub fn fill_languages(gold: &mut [GoldRow], articles: &[Article], placements: &[Placement]) {
    let langs: HashMap<&str, &Placement> = articles.iter().map(|article| article.key.as_str()).zip(placements).collect();
    for row in gold.iter_mut().filter(|row| row.lang.is_none()) {
        row.lang = langs.get(row.id.as_str()).and_then(|placement| placement.lang).map(|lang| lang.to_string());
    }
}

impl<'r> Judged<'r> {
    /// Looks up the labels in a run of [`Level::Stories`](crate::Level::Stories) and in what it found; labels without an article are
    /// left out.
    #[must_use]
    pub fn new(run: &'r Run<'r>, found: &'r Clustering, gold: &'r [GoldRow]) -> Judged<'r> {
        let rows: HashMap<&str, &GoldRow> = gold.iter().map(|row| (row.id.as_str(), row)).collect();
        let names: Vec<&str> = gold.iter().map(|row| row.gold.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
        let langs: Vec<&str> = gold.iter().filter_map(|row| row.lang.as_deref()).collect::<BTreeSet<_>>().into_iter().collect();
        let number = |of: &[&str], name: &str| of.binary_search(&name).ok().map(|at| at as u32);
        let member = |article: &ArticleId| {
            let row = rows.get(run.articles[article.index()].key.as_str())?;
            let lang = row.lang.as_deref().and_then(|lang| number(&langs, lang));
            Some(Member { article: *article, label: number(&names, &row.gold)?, lang })
        };
        let mut groups = vec![Group::default(); run.groups.len()];
        for (story, copies) in found.stories.iter().enumerate().flat_map(|(at, story)| story.copies.iter().map(move |copies| (at, copies)))
        {
            let members: Vec<Member> = copies.articles.iter().filter_map(member).collect();
            let stands_for = members.first().filter(|first| first.article == copies.representative).map(|first| first.label);
            groups[run.scores().0[copies.representative.index()] as usize] = Group::new(story, stands_for, members);
        }
        Judged { run, names, langs, groups }
    }

    /// How many pairs of one label had a chance to be found: all, and by kind when there are several languages.
    #[must_use]
    pub fn reach(&self) -> Vec<(&'static str, Reach)> {
        reach::reach(&self.groups, &self.run.scores().1.pairs)
    }

    /// How far the probabilities of the compared pairs can be taken at their word.
    #[must_use]
    pub fn calibration(&self) -> Calibration {
        let same = |a: u32, b: u32| Some(self.groups[a as usize].stands_for? == self.groups[b as usize].stands_for?);
        Calibration::new(self.run.scores().1.pairs.iter().filter_map(|(a, b, probability)| Some((*probability, same(*a, *b)?))))
    }

    /// The worst mistakes, at most `most` of each kind.
    #[must_use]
    pub fn mistakes(&self, most: usize) -> Mistakes {
        Mistakes::new(self, most)
    }
}

impl Group {
    pub(super) fn new(story: usize, stands_for: Option<u32>, members: Vec<Member>) -> Group {
        let labels = members.iter().map(|member| member.label).collect::<BTreeSet<_>>().into_iter().collect();
        Group { story, stands_for, members, labels }
    }

    /// Two articles of different labels.
    pub(super) fn unlike(&self, other: &Group) -> Option<(Member, Member)> {
        if self.labels.len() == 1 && self.labels == other.labels {
            return None;
        }
        let (a, b) = (self.members.first()?, other.members.first()?);
        let not = |group: &Group, label: u32| group.members.iter().find(|member| member.label != label).copied();
        not(other, a.label).map(|b| (*a, b)).or_else(|| not(self, b.label).map(|a| (a, *b)))
    }

    /// Two articles of one label.
    pub(super) fn alike(&self, other: &Group) -> Option<(Member, Member)> {
        let label = self.labels.iter().find(|label| other.labels.binary_search(label).is_ok())?;
        let of = |group: &Group| group.members.iter().find(|member| member.label == *label).copied();
        of(self).zip(of(other))
    }
}
