//! Which pairs of one label the story channel had a chance on: copies, and pairs that were compared at all.
//!
//! What is never compared can only be found through others, so this is nearly the most that recall can be, whatever the scores say.

use serde::Serialize;

use crate::evaluate::ALL;
use crate::evaluate::judged::Group;
use crate::evaluate::kinds::{ACROSS, Counts, WITHIN, are_several};
use crate::evaluate::scores::share;
use crate::linkage::Edge;

/// How many pairs of one label had a chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reach {
    /// Pairs of articles with one label.
    pub gold_pairs: u64,
    /// Those in one copy group or in two that were compared.
    pub reached: u64,
    /// Their share, the recall of candidates; 1 when there are no pairs.
    pub recall: f64,
}

impl Reach {
    fn new(gold_pairs: u64, reached: u64) -> Reach {
        Reach { gold_pairs, reached, recall: share(reached.into(), gold_pairs.into()) }
    }
}

/// Articles of a copy group with one label and one language: label, language, count.
type Cell = (u32, Option<u32>, u64);

/// Reach of all pairs, then within and across languages when there are several. O(articles + compared pairs · labels in a group).
pub(super) fn reach(groups: &[Group], compared: &[Edge]) -> Vec<(&'static str, Reach)> {
    let members = || groups.iter().flat_map(|group| &group.members);
    let gold = Counts::of(members().map(|member| (member.label, member.lang)));
    let mut reached = Counts::of(
        groups.iter().zip(0_u32..).flat_map(|(group, at)| group.members.iter().map(move |member| ((at, member.label), member.lang))),
    );
    let cells: Vec<Vec<Cell>> = groups.iter().map(cells).collect();
    for (a, b, _) in compared {
        for (label_a, lang_a, count_a) in &cells[*a as usize] {
            for (_, lang_b, count_b) in cells[*b as usize].iter().filter(|cell| cell.0 == *label_a) {
                reached.all += count_a * count_b;
                if lang_a.zip(*lang_b).is_some_and(|(a, b)| a != b) {
                    reached.across += count_a * count_b;
                }
            }
        }
    }
    let mut parts = vec![(ALL, Reach::new(gold.all, reached.all))];
    if are_several(members().map(|member| member.lang)) {
        parts.push((WITHIN, Reach::new(gold.within(), reached.within())));
        parts.push((ACROSS, Reach::new(gold.across, reached.across)));
    }
    parts
}

fn cells(group: &Group) -> Vec<Cell> {
    let mut keys: Vec<(u32, Option<u32>)> = group.members.iter().map(|member| (member.label, member.lang)).collect();
    keys.sort_unstable();
    keys.chunk_by(|a, b| a == b).map(|run| (run[0].0, run[0].1, run.len() as u64)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::article::ArticleId;
    use crate::evaluate::judged::Member;

    /// Groups of (label, language) members; language 0 is unknown.
    fn groups(of: &[Vec<(u32, u32)>]) -> Vec<Group> {
        let member = |(label, lang): &(u32, u32)| Member { article: ArticleId(0), label: *label, lang: (*lang > 0).then_some(*lang) };
        of.iter().map(|members| Group::new(0, None, members.iter().map(member).collect())).collect()
    }

    #[test]
    fn pairs_counted_by_hand() {
        // Label 7: two English copies, an English and an Arabic article, six pairs; label 8: one of each language, a pair. The copies
        // are a pair reached, comparing the copies with the other English article reaches two more, comparing the last two one across.
        let groups = groups(&[vec![(7, 1), (7, 1)], vec![(7, 1)], vec![(7, 2)], vec![(8, 1)], vec![(8, 2)]]);
        let found = reach(&groups, &[(0, 1, 9), (0, 3, 9), (3, 4, 0)]);
        assert_eq!(found, [(ALL, Reach::new(7, 4)), (WITHIN, Reach::new(3, 3)), (ACROSS, Reach::new(4, 1))]);
        assert_eq!((found[0].1.recall, found[2].1.recall), (4.0 / 7.0, 0.25));
        let alone = reach(&groups[..2], &[]);
        assert_eq!(alone, [(ALL, Reach::new(3, 1))]);
    }

    proptest! {
        #[test]
        fn counting_is_what_looking_at_every_pair_finds(
            groups_of in proptest::collection::vec(proptest::collection::vec((0_u32..3, 0_u32..3), 0..4), 2..7),
            chosen in proptest::collection::vec(any::<bool>(), 21),
        ) {
            let groups = groups(&groups_of);
            let pairs = (0..groups.len() as u32).flat_map(|a| (a + 1..groups_of.len() as u32).map(move |b| (a, b, 1)));
            let compared: Vec<Edge> = pairs.zip(&chosen).filter(|(_, chosen)| **chosen).map(|(edge, _)| edge).collect();
            let members: Vec<(u32, Member)> = (0..).zip(&groups).flat_map(|(at, group)| group.members.iter().map(move |member| (at, *member))).collect();
            let (mut gold, mut reached) = (Counts::default(), Counts::default());
            for (at, (group_b, b)) in members.iter().enumerate() {
                for (group_a, a) in members[..at].iter().filter(|(_, a)| a.label == b.label) {
                    let across = u64::from(a.lang.zip(b.lang).is_some_and(|(a, b)| a != b));
                    let met = u64::from(group_a == group_b || compared.contains(&(*group_a, *group_b, 1)));
                    gold = Counts { all: gold.all + 1, across: gold.across + across };
                    reached = Counts { all: reached.all + met, across: reached.across + met * across };
                }
            }
            let mut expected = vec![(ALL, Reach::new(gold.all, reached.all))];
            if are_several(members.iter().map(|(_, member)| member.lang)) {
                expected.extend([(WITHIN, Reach::new(gold.within(), reached.within())), (ACROSS, Reach::new(gold.across, reached.across))]);
            }
            prop_assert_eq!(reach(&groups, &compared), expected);
        }
    }
}
