//! Which articles are worth comparing: the nearest by their heaviest terms, through an inverted index. Never all pairs.

use ahash::AHashMap;
use rayon::prelude::*;

use super::snapshot::Weighed;

/// Heaviest terms of an article that look for candidates.
const HEAVY: usize = 30;
/// A term in more articles than this looks for none: its posting would be most of the work and says little.
const LONG_POSTING: usize = 1000;
/// Candidates of an article by words.
const NEAREST: usize = 40;
/// … and as many more among those close in time,
const NEAREST_IN_TIME: usize = 10;
/// that is, so many days away at most.
const DAYS_IN_TIME: i64 = 2;

/// Pairs of articles (smaller first, ascending, each once) and how many postings were too long to use.
pub(super) struct Near {
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) long_postings: u64,
}

/// Every pair: for the few pages of an explanation, which share no document frequencies to search by.
pub(super) fn all(count: usize) -> Near {
    let pairs = (0..count as u32).flat_map(|a| (a + 1..count as u32).map(move |b| (a, b))).collect();
    Near { pairs, long_postings: 0 }
}

/// The candidates among `articles`, which are ordered by key: ties go to the smaller. Dated articles more than `window` days apart are
/// never candidates.
pub(super) fn near(articles: &[Weighed], window: i64) -> Near {
    let mut postings: AHashMap<u64, Vec<(u32, u32)>> = AHashMap::new();
    for (at, article) in articles.iter().enumerate() {
        for (key, weight) in &article.words.weights {
            postings.entry(*key).or_default().push((at as u32, *weight));
        }
    }
    let all = postings.len();
    postings.retain(|_, posting| posting.len() <= LONG_POSTING);
    let long_postings = (all - postings.len()) as u64;
    postings.retain(|_, posting| posting.len() > 1);
    let roots: Vec<u64> = articles.iter().map(|article| article.words.square.isqrt().max(1)).collect();
    let of = |sums: &mut (Vec<u64>, Vec<u32>), at: usize| -> Vec<(u32, u32)> {
        let (dots, touched) = sums;
        let article = &articles[at];
        let mut heavy: Vec<(u64, u32)> = article.words.weights.iter().filter(|term| postings.contains_key(&term.0)).copied().collect();
        heavy.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        for (key, weight) in heavy.iter().take(HEAVY) {
            for (other, theirs) in &postings[key] {
                if *other as usize != at {
                    if dots[*other as usize] == 0 {
                        touched.push(*other);
                    }
                    dots[*other as usize] += u64::from(*weight) * u64::from(*theirs);
                }
            }
        }
        let gap = |other: u32| article.day.zip(articles[other as usize].day).map(|(a, b)| (a - b).abs());
        let mut order: Vec<(std::cmp::Reverse<u64>, u32)> = touched
            .iter()
            .filter(|other| gap(**other).is_none_or(|gap| gap <= window))
            .map(|other| (std::cmp::Reverse((dots[*other as usize] << 8).div_ceil(roots[*other as usize])), *other))
            .collect();
        for other in touched.drain(..) {
            dots[other as usize] = 0;
        }
        order.sort_unstable();
        let in_time = order.iter().filter(|row| gap(row.1).is_some_and(|gap| gap <= DAYS_IN_TIME)).take(NEAREST_IN_TIME);
        let chosen = order.iter().take(NEAREST).chain(in_time);
        chosen.map(|row| ((at as u32).min(row.1), (at as u32).max(row.1))).collect()
    };
    let mut pairs: Vec<(u32, u32)> =
        (0..articles.len()).into_par_iter().map_init(|| (vec![0u64; articles.len()], Vec::new()), of).flatten_iter().collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    Near { pairs, long_postings }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::snapshot::Snapshot;
    use crate::story::terms::Terms;

    fn weigh(texts: &[&str], days: &[Option<i64>]) -> Vec<Weighed> {
        let terms: Vec<Terms> = texts.iter().map(|text| Terms::read([*text], "en")).collect();
        let snapshot = Snapshot::new("en", terms.iter().map(|terms| (terms, 1)));
        terms.iter().zip(days).map(|(terms, day)| snapshot.weigh(terms, *day)).collect()
    }

    #[test]
    fn articles_meet_over_terms_they_share_and_inside_the_window() {
        let texts = ["grain corridor extended again", "corridor for grain kept open", "wildfire near the coast", "grain corridor in doubt"];
        let weighed = weigh(&texts, &[Some(0), Some(1), Some(1), Some(100)]);
        assert_eq!(near(&weighed, 30).pairs, [(0, 1)]);
        assert_eq!(near(&weighed, 365).pairs, [(0, 1), (0, 3), (1, 3)]);
        let undated = weigh(&texts, &[None; 4]);
        assert_eq!(near(&undated, 30).pairs.len(), 3, "an unknown date keeps nobody out");
    }

    #[test]
    fn a_common_term_looks_for_nobody() {
        let texts = vec!["standing phrase"; LONG_POSTING + 1];
        let weighed = weigh(&texts, &vec![None; texts.len()]);
        let found = near(&weighed, 30);
        assert_eq!((found.pairs.len(), found.long_postings), (0, 2));
    }
}
