//! The library's index: its pairs are those of the batch run, and asking in between changes nothing.

use std::collections::BTreeMap;

use samestory::index::{Answer, Index, Setup, Verdict};
use samestory::{Article, Config, LinkKind, Run};

use super::stream;
use crate::calls;

fn open(folder: &tempfile::TempDir) -> Index {
    Index::open(folder.path(), &Setup::default()).expect("an index")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The sample in the order of its days, and generated articles.
fn samples() -> Vec<Vec<Article>> {
    let mut calls = calls::articles().to_vec();
    calls.sort_by_key(Article::day);
    vec![calls, stream(41, 60), stream(42, 60)]
}

#[test]
fn every_copy_keeps_the_rule_of_the_batch_run() {
    let (mut copies, mut exact) = (0, 0);
    for articles in samples() {
        let folder = folder();
        let answers = open(&folder).insert(&articles).expect("answers");
        let config = Config::default();
        let batch = Run::new(&articles, &config).expect("a good configuration");
        let days: BTreeMap<&str, Option<i64>> = articles.iter().map(|article| (&*article.key, article.day())).collect();
        for answer in &answers {
            let (Some(nearest), Some(resemblance), Some(containment)) = (&answer.nearest, answer.resemblance, answer.containment) else {
                assert_ne!(answer.verdict, Verdict::Copy, "{answer:?}");
                continue;
            };
            let explained = batch.explain(&answer.id, nearest).expect("both are in the run");
            // The batch run knows more lines that stand in many articles.
            if explained.sides.iter().all(|side| side.removed.is_empty()) {
                let shown = |millionths: u64| (millionths as f64 / 100.0).round() / 1e4;
                let overlap = (shown(explained.overlap.resemblance()), shown(explained.overlap.containment()));
                assert_eq!((resemblance, containment), overlap, "{answer:?}");
                exact += 1;
            }
            if answer.verdict == Verdict::Copy {
                copies += 1;
                let apart = days[&*answer.id].zip(days[nearest.as_str()]).map_or(0, |(a, b)| (a - b).abs());
                let least = if apart > 3 { (0.7, 0.9) } else { (0.4, 0.7) };
                assert!(resemblance >= least.0 || containment >= least.1, "{answer:?}");
                assert_eq!(answer.score, Some(resemblance.max(containment)));
            }
        }
    }
    assert!(copies > 100 && exact > 100, "{copies} copies, {exact} overlaps");
}

#[test]
fn pairs_of_the_batch_run_are_copies_of_the_index() {
    let (mut pairs, mut kept) = (0, 0);
    for articles in samples() {
        let folder = folder();
        let setup = Setup { expiry: 365, ..Setup::default() };
        let answers = Index::open(folder.path(), &setup).expect("an index").insert(&articles).expect("answers");
        let found = samestory::cluster(&articles, &Config::default()).expect("a good configuration");
        for link in found.stories.iter().flat_map(|story| &story.links).filter(|link| link.kind == LinkKind::Copy) {
            pairs += 1;
            kept += usize::from(answers[link.a.index()].copies == answers[link.b.index()].copies);
        }
    }
    assert!(pairs > 100 && kept * 100 >= pairs * 95, "{kept} of {pairs} pairs");
}

#[test]
fn asking_in_between_changes_no_answer() {
    for articles in samples() {
        let (asked, plain) = (folder(), folder());
        let mut index = open(&asked);
        let mut answers: Vec<Answer> = Vec::new();
        for (at, article) in articles.iter().enumerate() {
            let expected = index.query(article).expect("an answer");
            // Others, later ones, in whatever language.
            for other in articles.iter().skip(at * 7 % articles.len()).step_by(23) {
                index.query(other).expect("an answer");
            }
            assert_eq!(index.query(article).expect("an answer"), expected);
            answers.extend(index.insert(std::slice::from_ref(article)).expect("an answer"));
        }
        assert_eq!(open(&plain).insert(&articles).expect("answers"), answers);
        let mut again = open(&folder());
        assert_eq!(again.insert(&articles).expect("answers"), answers);
    }
}

#[test]
fn an_answer_foretold_is_the_answer_given() {
    let (mut agreed, mut all) = (0, 0);
    for articles in samples() {
        let folder = folder();
        let mut index = open(&folder);
        let mut newest = None;
        for article in &articles {
            // A newer day lets go of some first, which asking does not.
            let moves = article.day() > newest;
            newest = newest.max(article.day());
            let foretold = index.query(article).expect("an answer");
            let given = index.insert(std::slice::from_ref(article)).expect("an answer").remove(0);
            if !moves && (given.verdict == Verdict::Copy || foretold.verdict == Verdict::Copy) {
                assert_eq!(foretold, Answer { story: foretold.story.clone(), ..given.clone() });
            }
            all += 1;
            agreed += usize::from(foretold.verdict == given.verdict);
        }
    }
    assert!(agreed * 100 >= all * 95, "{agreed} of {all} answers");
}
