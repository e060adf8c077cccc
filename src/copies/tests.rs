use super::*;
use crate::hash;
use crate::verify::Ratio;
use proptest::prelude::*;

fn finder(resemblance: f64, containment: Option<f64>, linkage: Linkage) -> CopyFinder {
    CopyFinder {
        shingle: 3,
        sketcher: Sketcher::new(128),
        banding: Banding::for_threshold(resemblance, 128).expect("reachable"),
        rule: CopyRule { resemblance: Ratio::new(resemblance), containment: containment.map(Ratio::new) },
        linkage,
    }
}

fn set(range: std::ops::Range<u64>) -> Shingles {
    Shingles::from_hashes(range.map(hash::mix).collect())
}

/// Finds the copies among sets, as if they were articles.
fn find(finder: &CopyFinder, sets: &[Shingles], rank: &[u32], days: &[Option<i32>], apart: &[(ArticleId, ArticleId)]) -> Copies {
    let [found, parts] = [usize::MAX, 8].map(|at_once| find_at(finder, at_once, sets, rank, days, apart));
    // Whatever is looked for together.
    assert_eq!(parts.group_of, found.group_of);
    let counts = |copies: &Copies| [copies.folded, copies.candidates, copies.links, copies.crowded, copies.cut, copies.large];
    assert_eq!(counts(&parts), counts(&found));
    found
}

fn find_at(
    finder: &CopyFinder,
    at_once: usize,
    sets: &[Shingles],
    rank: &[u32],
    days: &[Option<i32>],
    apart: &[(ArticleId, ArticleId)],
) -> Copies {
    let bands = finder.banding.bands;
    let mut keys = vec![0; sets.len() * bands];
    let print = |(set, keys): (&Shingles, &mut [u32])| {
        let values = set.hashes().iter().map(|hash| (hash >> 32) as u32).collect();
        finder.print_of_values(&mut Scratch { values, ..Scratch::default() }, keys)
    };
    let prints: Vec<Print> = sets.iter().zip(keys.chunks_mut(bands)).map(print).collect();
    let shingles = |id: ArticleId| sets[id.index()].clone();
    let source = InMemory { prints: &prints, keys: &keys, days, shingles: &shingles };
    finder.find(&Texts { rank, apart, at_once, keep_overlaps: true, source: &source }, &mut |_| {})
}

fn groups(finder: &CopyFinder, sets: &[Shingles]) -> Vec<u32> {
    let rank: Vec<u32> = (0..sets.len() as u32).collect();
    let found = find(finder, sets, &rank, &vec![None; sets.len()], &[]).group_of;
    found.iter().map(|group| found.iter().position(|other| other == group).expect("itself") as u32).collect()
}

#[test]
fn a_chain_is_cut_and_single_linkage_is_not() {
    let sets = [set(0..100), set(40..140), set(80..180)];
    // Which end the middle goes with is decided by content.
    let found = groups(&finder(0.4, None, Linkage::Average), &sets);
    assert!(found == [0, 0, 2] || found == [0, 1, 1], "{found:?}");
    assert_eq!(groups(&finder(0.4, None, Linkage::Single), &sets), [0, 0, 0]);
}

#[test]
fn independent_edits_of_one_item_are_one_group() {
    // Of 300 words every eighth to twentieth is another one, at other places in each copy.
    let edited = |every: u64, shift: u64| -> Vec<u64> {
        (0..300).map(|at| if (at + shift).is_multiple_of(every) { 10_000 * every + at } else { at }).collect()
    };
    let copies = [(1000, 1), (20, 3), (14, 5), (10, 7), (8, 2)];
    let sets: Vec<Shingles> = copies
        .iter()
        .map(|(every, shift)| Shingles::new(&edited(*every, *shift).iter().map(|word| hash::mix(*word) & !1).collect::<Vec<_>>(), 3))
        .collect();
    assert_eq!(groups(&finder(0.4, None, Linkage::Average), &sets), [0; 5]);
}

#[test]
fn a_round_up_does_not_glue_the_items_it_holds() {
    let (first, second) = (set(0..60), set(100..150));
    let both = Shingles::from_hashes((0..60).chain(100..150).chain(200..300).map(hash::mix).collect());
    assert_eq!(groups(&finder(0.4, Some(0.7), Linkage::Average), &[first, second, both]), [0, 1, 0]);
}

#[test]
fn longer_pieces_around_one_item_are_one_group() {
    let around = |own: u64| Shingles::from_hashes((0..50).chain(own..own + 200).map(hash::mix).collect());
    let sets = [set(0..50), around(1000), around(2000), around(3000), around(4000), around(5000)];
    assert_eq!(groups(&finder(0.4, Some(0.7), Linkage::Average), &sets), [0; 6]);
}

#[test]
fn texts_without_tokens_are_nobodys_copies() {
    assert_eq!(groups(&finder(0.4, Some(0.7), Linkage::Average), &[set(0..0), set(0..0), set(0..9), set(0..9)]), [0, 1, 2, 2]);
}

#[test]
fn a_text_partly_shared_is_a_copy_only_within_days() {
    let sets = [set(0..100), set(30..130), set(3..103)];
    let labels = |days: [Option<i32>; 3]| find(&finder(0.4, Some(0.7), Linkage::Average), &sets, &[0, 1, 2], &days, &[]).group_of;
    let same = |days, a: usize, b: usize| labels(days)[a] == labels(days)[b];
    assert!(same([Some(0), Some(3), Some(1)], 0, 1) && same([Some(0), None, None], 0, 1));
    assert!(!same([Some(0), Some(4), Some(0)], 0, 1), "formulas of an office");
    assert!(same([Some(0), Some(4), Some(900)], 0, 2), "the text itself, printed again");
}

#[test]
fn pairs_pinned_apart_are_split_even_when_equal() {
    let sets = [set(0..50), set(0..50), set(0..50)];
    let apart = [(ArticleId(0), ArticleId(1))];
    let found = find(&finder(0.4, Some(0.7), Linkage::Average), &sets, &[0, 1, 2], &[None; 3], &apart);
    assert_ne!(found.group_of[0], found.group_of[1]);
}

#[test]
fn a_crowd_of_near_copies_is_one_group() {
    let sets: Vec<Shingles> = (0..2000u64).map(|at| Shingles::from_hashes((0..80).chain([10_000 + at]).map(hash::mix).collect())).collect();
    let rank: Vec<u32> = (0..2000).collect();
    for linkage in [Linkage::Average, Linkage::Single] {
        let found = find(&finder(0.4, Some(0.7), linkage), &sets, &rank, &[None; 2000], &[]);
        assert_eq!(found.group_of, [0; 2000]);
        assert!(found.candidates < 4 * 2000, "{} pairs were compared", found.candidates);
    }
}

/// Families of texts: a base with words replaced, cut, and extended.
fn corpus() -> impl Strategy<Value = Vec<Shingles>> {
    let text = (0u64..6, 0u64..40, 20u64..120, 1u64..12, 0u64..80).prop_map(|(family, start, len, every, own)| {
        let base = (start..start + len)
            .map(move |at| if every > 1 && at % (every * 7) == 0 { family * 1_000 + 500 + at * every } else { family * 1_000 + at });
        Shingles::from_hashes(base.chain((0..own).map(|at| 1_000_000 + start * 1_000 + len * 100_000 + at)).map(hash::mix).collect())
    });
    prop::collection::vec(text, 2..30)
}

proptest! {
    // A pair at the very threshold is missed once in 200: one fixed seed, one answer.
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn links_agree_with_all_pairs(sets in corpus(), resemblance in 0.3f64..0.95, containment in 0.4f64..1.0) {
        let finder = finder(resemblance, Some(containment), Linkage::Single);
        let mut labels: Vec<u32> = (0..sets.len() as u32).collect();
        let mut oracle = Vec::new();
        for a in 0..sets.len() {
            for b in a + 1..sets.len() {
                let overlap = Overlap::of(&sets[a], &sets[b]);
                if finder.rule.resembles(&overlap) || finder.rule.contains(&overlap) {
                    oracle.push((a as u32, b as u32));
                }
            }
        }
        for _ in 0..sets.len() {
            for (a, b) in &oracle {
                let least = labels[*a as usize].min(labels[*b as usize]);
                labels[*a as usize] = least;
                labels[*b as usize] = least;
            }
        }
        prop_assert_eq!(groups(&finder, &sets), labels);
    }

    #[test]
    fn groups_do_not_depend_on_the_order(sets in corpus(), turn in 0usize..30) {
        let finder = finder(0.4, Some(0.7), Linkage::Average);
        let keys: Vec<u32> = (0..sets.len() as u32).collect();
        let turn = turn % sets.len();
        let days = vec![None; sets.len()];
        let (mut turned, mut rank) = (sets.clone(), keys.clone());
        turned.rotate_left(turn);
        rank.rotate_left(turn);
        let (plain, mut other) = (find(&finder, &sets, &keys, &days, &[]).group_of, find(&finder, &turned, &rank, &days, &[]).group_of);
        other.rotate_right(turn);
        prop_assert_eq!(plain, other);
    }
}
