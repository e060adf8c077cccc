//! What ties the members of a story together, as a reader is told.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::article::ArticleId;
use crate::link::{Clustering, CopyGroup, Link, LinkKind, Story};
use crate::report::words::percent;

/// From this share of shared text on (containment), a report in another copy group is called a rewrite.
const REWRITE: f64 = 0.2;

/// What the links of a story say about its groups and copies, gathered in one pass.
pub(super) struct Ties<'a> {
    /// For each group, the strongest link to another group.
    pub(super) outward: Vec<Option<&'a Link>>,
    /// For each group, the largest share of text that a link to another group shows.
    pub(super) shared: Vec<f64>,
    /// For each copy, how alike it is: to the article that stands for its group (true), else to another member.
    pub(super) likeness: BTreeMap<ArticleId, (bool, f64)>,
}

impl<'a> Ties<'a> {
    pub(super) fn of(story: &'a Story, clustering: &Clustering) -> Ties<'a> {
        let mut ties = Ties { outward: vec![None; story.copies.len()], shared: vec![0.0; story.copies.len()], likeness: BTreeMap::new() };
        let group = |id: ArticleId| clustering.placements[id.index()].copies;
        for link in &story.links {
            if group(link.a) != group(link.b) {
                for end in [group(link.a), group(link.b)] {
                    if let (Some(strongest), Some(shared)) = (ties.outward.get_mut(end), ties.shared.get_mut(end)) {
                        if strongest.is_none_or(|so_far| link.score > so_far.score) {
                            *strongest = Some(link);
                        }
                        *shared = shared.max(link.containment).max(link.resemblance);
                    }
                }
            } else if link.kind == LinkKind::Copy {
                for (end, other) in [(link.a, link.b), (link.b, link.a)] {
                    let direct = story.copies.get(group(end)).is_some_and(|group| group.representative == other);
                    let so_far = ties.likeness.entry(end).or_insert((direct, link.score));
                    if (direct, link.score) > *so_far {
                        *so_far = (direct, link.score);
                    }
                }
            }
        }
        ties
    }

    /// What ties a group to the rest of its story.
    pub(super) fn relation(&self, group: usize) -> Relation {
        if self.shared[group] >= REWRITE {
            return Relation::Rewrite(self.shared[group]);
        }
        match self.outward[group] {
            Some(link) if link.kind == LinkKind::Pinned => Relation::Pinned,
            link => Relation::OwnWords(link.map(|link| link.score)),
        }
    }
}

/// What ties a copy group to the rest of its story.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Relation {
    /// It shares so much text with another group, without being its copy.
    Rewrite(f64),
    /// The configuration pins it to the story.
    Pinned,
    /// It reports the event in words of its own, with this probability when it was compared.
    OwnWords(Option<f64>),
}

impl Relation {
    /// In which way two members of a story are linked, where `link` says so.
    pub(super) fn of(link: &Link) -> Relation {
        let shared = link.containment.max(link.resemblance);
        match link.kind {
            LinkKind::Pinned => Relation::Pinned,
            _ if shared >= REWRITE => Relation::Rewrite(shared),
            _ => Relation::OwnWords(Some(link.score)),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Relation::Rewrite(shared) => write!(f, "rewrite {}", percent(*shared)),
            Relation::Pinned => f.write_str("pinned"),
            Relation::OwnWords(Some(score)) => write!(f, "own words {}", percent(*score)),
            Relation::OwnWords(None) => f.write_str("own words"),
        }
    }
}

/// The copy groups with their numbers: that of the representative, then the others by their first member.
pub(super) fn groups<'a>(clustering: &Clustering, story: &'a Story) -> Vec<(usize, &'a CopyGroup)> {
    let number = |id: ArticleId| clustering.placements[id.index()].copies;
    let mut seen = HashSet::new();
    let numbers = std::iter::once(story.representative).chain(story.articles.iter().copied()).map(number);
    numbers.filter(|number| seen.insert(*number)).filter_map(|number| Some((number, story.copies.get(number)?))).collect()
}
