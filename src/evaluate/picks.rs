//! Chooses the worst mistakes: pairs of copy groups that are one story and should not be, or the other way round.
//!
//! One pair stands for two copy groups, and only a few for one story, so that neither a wire item with thirty copies nor one story gone
//! wrong fills the list. Groups are numbered by their smallest keys, which settle every tie.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::evaluate::judged::{Group, Member};
use crate::linkage::Edge;

/// Most false merges shown of one story, and most misses of one label.
const OF_ONE: usize = 3;

/// What became of a pair of copy groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// They are one.
    Copies,
    /// They were compared and given a probability.
    Compared(u32),
    /// They were not.
    Never,
}

/// A mistake: two copy groups, and an article of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) groups: (u32, u32),
    pub(super) members: (Member, Member),
    pub(super) met: Met,
}

/// The groups of a run, and which of them were compared, ascending.
pub(super) struct Picker<'g> {
    pub(super) groups: &'g [Group],
    pub(super) compared: &'g [Edge],
}

impl Picker<'_> {
    /// Different labels in one story: copies first, then the highest probability, then pairs that were never compared.
    pub(super) fn false_merges(&self, most: usize) -> Vec<Pick> {
        let wrong = |a, b| self.merged(a, b);
        let copies =
            (0..self.groups.len() as u32).filter_map(|at| Some(Pick { groups: (at, at), members: wrong(at, at)?, met: Met::Copies }));
        let never = || self.never(&self.sets(|group| vec![group.story]), wrong);
        let picks = copies.chain(self.compared(Reverse, wrong)).chain(std::iter::once_with(never).flatten());
        few(picks, most, |pick| self.groups[pick.groups.0 as usize].story)
    }

    /// One label in different stories, compared: the lowest probability first.
    pub(super) fn misses(&self, most: usize) -> Vec<Pick> {
        few(self.compared(|probability| probability, |a, b| self.missed(a, b)).into_iter(), most, |pick| pick.members.0.label as usize)
    }

    /// One label in different stories, never compared: the first of each label, then the second.
    pub(super) fn not_compared(&self, most: usize) -> Vec<Pick> {
        let labels = |group: &Group| group.labels.iter().map(|label| *label as usize).collect();
        let mut picks = self.never(&self.sets(labels), |a, b| self.missed(a, b));
        // Groups of several labels meet under each.
        let mut seen = BTreeSet::new();
        picks.retain(|pick| seen.insert(pick.groups));
        picks.truncate(most);
        picks
    }

    /// Two articles of different labels that are in one story.
    fn merged(&self, a: u32, b: u32) -> Option<(Member, Member)> {
        let (a, b) = (&self.groups[a as usize], &self.groups[b as usize]);
        if a.story == b.story { a.unlike(b) } else { None }
    }

    /// Two articles of one label that are in different stories.
    fn missed(&self, a: u32, b: u32) -> Option<(Member, Member)> {
        let (a, b) = (&self.groups[a as usize], &self.groups[b as usize]);
        if a.story == b.story { None } else { a.alike(b) }
    }

    /// Mistakes among the pairs that were compared, in an order of their probabilities.
    fn compared<K: Ord>(&self, order: impl Fn(u32) -> K, wrong: impl Fn(u32, u32) -> Option<(Member, Member)>) -> Vec<Pick> {
        let pick = |(a, b, probability): &Edge| {
            Some((*probability, Pick { groups: (*a, *b), members: wrong(*a, *b)?, met: Met::Compared(*probability) }))
        };
        let mut picks: Vec<(u32, Pick)> = self.compared.iter().filter_map(pick).collect();
        picks.sort_by_key(|(probability, pick)| (order(*probability), pick.groups));
        picks.into_iter().map(|(_, pick)| pick).collect()
    }

    /// Mistakes among the pairs of each set that were not compared: the first of each set, then the second. O(pairs of a set) where there
    /// are hardly any.
    fn never(&self, sets: &[Vec<u32>], wrong: impl Fn(u32, u32) -> Option<(Member, Member)>) -> Vec<Pick> {
        let is_compared = |a: u32, b: u32| self.compared.binary_search_by_key(&(a, b), |edge| (edge.0, edge.1)).is_ok();
        let mut picks: Vec<(usize, Pick)> = Vec::new();
        for set in sets {
            let pairs = set.iter().enumerate().flat_map(|(at, a)| set[at + 1..].iter().map(move |b| (*a, *b)));
            let of_set = pairs.filter_map(|(a, b)| {
                let members = wrong(a, b)?;
                (!is_compared(a, b)).then_some(Pick { groups: (a, b), members, met: Met::Never })
            });
            picks.extend(of_set.take(OF_ONE).enumerate());
        }
        picks.sort_by_key(|(place, _)| *place);
        picks.into_iter().map(|(_, pick)| pick).collect()
    }

    /// The labelled groups by story or by label.
    fn sets(&self, keys: impl Fn(&Group) -> Vec<usize>) -> Vec<Vec<u32>> {
        let mut sets: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (group, at) in self.groups.iter().zip(0..).filter(|(group, _)| !group.members.is_empty()) {
            for key in keys(group) {
                sets.entry(key).or_default().push(at);
            }
        }
        sets.into_values().collect()
    }
}

/// The first picks, [`OF_ONE`] of one kind.
fn few(picks: impl Iterator<Item = Pick>, most: usize, kind: impl Fn(&Pick) -> usize) -> Vec<Pick> {
    let mut taken: HashMap<usize, usize> = HashMap::new();
    let is_new = |pick: &Pick| {
        let count = taken.entry(kind(pick)).or_default();
        *count += 1;
        *count <= OF_ONE
    };
    picks.filter(is_new).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::ArticleId;

    /// Groups of (story, labels of the members), articles numbered throughout.
    fn groups(of: &[(usize, &[u32])]) -> Vec<Group> {
        let mut articles = (0..).map(ArticleId);
        let mut member = |label: &u32| articles.next().map(|article| Member { article, label: *label, lang: None });
        of.iter()
            .map(|(story, labels)| Group::new(*story, labels.first().copied(), labels.iter().filter_map(&mut member).collect()))
            .collect()
    }

    /// Groups, articles and what became of them.
    type Seen = ((u32, u32), (u32, u32), Met);

    fn seen(picks: Vec<Pick>) -> Vec<Seen> {
        picks.into_iter().map(|pick| (pick.groups, (pick.members.0.article.0, pick.members.1.article.0), pick.met)).collect()
    }

    #[test]
    fn false_merges_are_sorted_and_few_of_one_story() {
        // Story 0: five groups of different labels, all wrong together. Story 1: right. Story 2: a wrong copy, and a wrong pair that was
        // never compared. Story 3: a group without a label between two others.
        let groups = groups(&[
            (0, &[0]),
            (0, &[1]),
            (0, &[2]),
            (0, &[3]),
            (1, &[4]),
            (1, &[4]),
            (2, &[5, 5, 6]),
            (2, &[5]),
            (3, &[7]),
            (3, &[]),
            (3, &[8]),
        ]);
        let compared = [(0, 1, 30), (0, 2, 50), (0, 3, 50), (1, 2, 40), (4, 5, 60), (8, 9, 60), (9, 10, 60)];
        let picker = Picker { groups: &groups, compared: &compared };
        let expected = [
            ((6, 6), (6, 8), Met::Copies),
            ((0, 2), (0, 2), Met::Compared(50)),
            ((0, 3), (0, 3), Met::Compared(50)),
            ((1, 2), (1, 2), Met::Compared(40)),
            ((6, 7), (8, 9), Met::Never),
            ((8, 10), (10, 11), Met::Never),
        ];
        assert_eq!(seen(picker.false_merges(10)), expected);
        assert_eq!(seen(picker.false_merges(2)), expected[..2]);
        assert_eq!(picker.misses(10), []);
        assert_eq!(picker.not_compared(10), []);
    }

    #[test]
    fn misses_tell_low_probabilities_from_pairs_never_compared() {
        // Label 0 in five stories, label 1 in two; the first group holds copies of both.
        let groups = groups(&[(0, &[0, 1]), (1, &[0, 0]), (2, &[0]), (3, &[0]), (4, &[0]), (5, &[1])]);
        let compared = [(0, 1, 9), (0, 2, 5), (0, 5, 5), (1, 2, 2), (1, 3, 1)];
        let picker = Picker { groups: &groups, compared: &compared };
        let misses = [
            ((1, 3), (2, 5), Met::Compared(1)),
            ((1, 2), (2, 4), Met::Compared(2)),
            ((0, 2), (0, 4), Met::Compared(5)),
            ((0, 5), (1, 7), Met::Compared(5)),
        ];
        assert_eq!(seen(picker.misses(10)), misses);
        assert_eq!(seen(picker.misses(1)), misses[..1]);
        assert_eq!(
            seen(picker.not_compared(10)),
            [((0, 3), (0, 5), Met::Never), ((0, 4), (0, 6), Met::Never), ((1, 4), (2, 6), Met::Never)]
        );
        assert_eq!(picker.false_merges(10).len(), 1);
    }

    #[test]
    fn the_first_of_every_label_comes_before_the_second_of_any() {
        let groups = groups(&[(0, &[0]), (1, &[0]), (2, &[0]), (3, &[1]), (4, &[1])]);
        let picks = seen(Picker { groups: &groups, compared: &[] }.not_compared(3));
        let order: Vec<(u32, u32)> = picks.into_iter().map(|pick| pick.0).collect();
        assert_eq!(order, [(0, 1), (3, 4), (0, 2)]);
    }
}
