//! Live copies against all pairs, and what a text of several groups, days and pins becomes.

use super::*;
use crate::hash;
use crate::verify::Ratio;

const RULE: (f64, f64) = (0.4, 0.7);

fn live(linkage: Linkage) -> LiveCopies {
    LiveCopies::new(CopyRule { resemblance: Ratio::new(RULE.0), containment: Some(Ratio::new(RULE.1)) }, linkage)
}

fn set(range: std::ops::Range<u64>) -> Shingles {
    Shingles::from_hashes(range.map(hash::mix).collect())
}

/// Finds and holds a text; gives its group.
fn take(live: &mut LiveCopies, article: u32, set: &Shingles, day: Option<i32>) -> u32 {
    let joined = live.find(set, day, &BTreeSet::new());
    let group = joined.as_ref().map_or(article, |joined| joined.group);
    let origin = live.origin(article, set, group, joined.as_ref());
    live.hold(article, set, day, group, origin);
    group
}

fn groups(sets: &[Shingles], linkage: Linkage) -> Vec<u32> {
    let mut live = live(linkage);
    sets.iter().zip(0..).map(|(set, article)| take(&mut live, article, set, None)).collect()
}

/// A 64-bit generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash::mix(self.0) % end
    }
}

/// Items of 8 to 600 words, each edited, cut, and put into longer pieces.
fn texts(seed: u64, items: u64) -> Vec<Shingles> {
    let mut random = Random(seed);
    let mut found = Vec::new();
    for item in 0..items {
        let words = |of: u64, len: u64| -> Vec<u64> { (0..len).map(|at| hash::mix(of << 32 | at) & !1).collect() };
        let len = 8 + random.below(593).min(random.below(593));
        let base = words(item, len);
        found.push(base.clone());
        for version in 1..6 {
            let (own, every) = (item << 8 | version << 24, 3 + random.below(40));
            let mut text: Vec<u64> = base.iter().map(|word| if random.below(every) == 0 { *word + own } else { *word }).collect();
            match random.below(3) {
                0 => text.truncate((len / 4 + random.below(len)) as usize),
                1 => text.extend(words(own, random.below(600 - len.min(599)))),
                _ => {}
            }
            found.push(text);
        }
    }
    found.iter().map(|words| Shingles::new(words, 3)).collect()
}

#[test]
fn few_links_of_all_pairs_are_missed() {
    let rule = CopyRule { resemblance: Ratio::new(RULE.0), containment: Some(Ratio::new(RULE.1)) };
    let is_copy = |a: &Shingles, b: &Shingles| {
        let overlap = Overlap::of(a, b);
        rule.resembles(&overlap) || rule.contains(&overlap)
    };
    let (mut links, mut missed, mut short) = (0, 0, (0, 0));
    for seed in 0..8 {
        let sets = texts(seed, 60);
        let mut live = live(Linkage::Average);
        for (at, set) in sets.iter().enumerate() {
            let found: BTreeSet<u32> = live.links(set, None, &BTreeSet::new()).iter().map(|link| link.0).collect();
            let all = sets[..at].iter().zip(0u32..).filter(|(other, _)| is_copy(set, other));
            for (other, number) in all {
                // Of equal texts one unit is kept.
                let unit = sets.iter().position(|first| first == other).map_or(number, |first| first as u32);
                let miss = usize::from(!found.contains(&unit));
                links += 1;
                missed += miss;
                if set.len().min(other.len()) < 40 {
                    short = (short.0 + 1, short.1 + miss);
                }
            }
            assert!(found.iter().all(|unit| is_copy(set, &sets[*unit as usize])), "what is found is verified");
            take(&mut live, at as u32, set, None);
        }
    }
    assert!(links > 4_000 && short.0 > 400, "{links} links, {} of texts of less than 40 shingles", short.0);
    assert!(
        missed * 500 <= links && short.1 * 100 <= short.0,
        "{missed} of {links} links were missed, {} of {} of short texts",
        short.1,
        short.0
    );
}

#[test]
fn a_round_up_does_not_glue_the_items_it_holds() {
    let both = Shingles::from_hashes((0..60).chain(100..150).chain(200..300).map(hash::mix).collect());
    assert_eq!(groups(&[set(0..60), set(100..150), both], Linkage::Average), [0, 1, 0]);
    let both = Shingles::from_hashes((0..60).chain(100..160).chain(200..400).map(hash::mix).collect());
    assert_eq!(groups(&[both, set(0..60), set(100..160)], Linkage::Average), [0, 0, 2], "it takes one of those that it holds");
}

#[test]
fn a_chain_is_cut_and_single_linkage_is_not() {
    let sets = [set(0..100), set(40..140), set(80..180)];
    assert_eq!(groups(&sets, Linkage::Average), [0, 0, 2]);
    assert_eq!(groups(&sets, Linkage::Single), [0, 0, 0]);
}

#[test]
fn texts_without_tokens_are_nobodys_copies() {
    assert_eq!(groups(&[set(0..0), set(0..0), set(0..9), set(0..9)], Linkage::Average), [0, 1, 2, 2]);
}

#[test]
fn a_text_partly_shared_is_a_copy_only_within_days() {
    let found = |first: Option<i32>, second: Option<i32>, text: Shingles| {
        let mut live = live(Linkage::Average);
        [(set(0..100), first), (text, second)].iter().zip(0..).map(|((set, day), at)| take(&mut live, at, set, *day)).collect::<Vec<_>>()
    };
    assert_eq!(found(Some(0), Some(3), set(30..130)), [0, 0]);
    assert_eq!(found(Some(4), Some(0), set(30..130)), [0, 1], "formulas of an office");
    assert_eq!(found(Some(0), None, set(30..130)), [0, 0]);
    assert_eq!(found(Some(0), Some(400), set(3..103)), [0, 0], "the text itself, printed again");
}

#[test]
fn a_barred_group_is_none_of_its() {
    let mut live = live(Linkage::Average);
    take(&mut live, 0, &set(0..100), None);
    assert_eq!(live.find(&set(0..100), None, &BTreeSet::from([0])), None);
    assert_eq!(live.find(&set(0..90), None, &BTreeSet::from([0])), None);
    assert_eq!(live.find(&set(0..90), None, &BTreeSet::from([1])).map(|joined| joined.group), Some(0));
}

#[test]
fn what_is_released_leaves_nothing_behind() {
    let mut live = live(Linkage::Average);
    let mut sets = texts(3, 10);
    sets.dedup();
    for (set, at) in sets.iter().zip(0..) {
        take(&mut live, at, set, None);
    }
    // Equal texts are one unit: it goes with the last article that prints it.
    take(&mut live, 1_000, &set(0..50), None);
    take(&mut live, 1_001, &set(0..50), None);
    live.release(1_000, 1_000);
    assert_eq!(live.find(&set(0..50), None, &BTreeSet::new()).map(|joined| joined.nearest), Some(1_001));
    live.release(1_001, 1_000);
    assert_eq!(live.find(&set(0..50), None, &BTreeSet::new()), None);
    for (set, at) in sets.iter().zip(0..) {
        let unit = sets.iter().position(|first| first == set).map_or(at, |first| first as u32);
        live.release(at, unit);
    }
    assert!(live.units.is_empty() && live.sets.is_empty() && live.postings.is_empty() && live.groups.is_empty());
}
