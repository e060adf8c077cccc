//! Grouping anew gives exactly what the batch run gives.

use super::{BRIDGE, BRIDGE_EDITED, FIRE, HARVEST, answers, dedup, export, item, lines, said, stream};
use serde_json::Value;

use crate::calls;
use crate::util::{Dir, column, rows};

const FORMATS: [&str; 4] = ["jsonl", "json", "csv", "text"];

/// The records of an export that no newer version has replaced.
fn current(export: &str) -> String {
    let kept = rows(export).into_iter().filter(|row| row["samestory"]["current"] == true);
    kept.map(|row| format!("{row}\n")).collect()
}

#[track_caller]
fn recluster(dir: &Dir, format: &str) -> String {
    dir.run(&["recluster", "--index", "ix", "-q", "--format", format]).good()
}

/// Reclusters, and compares with the batch run over the same records.
#[track_caller]
fn agrees(dir: &Dir, input: &str) {
    for format in FORMATS {
        let batch = dir.pipe(input, &["cluster", "-", "-q", "--format", format]).good();
        assert!(recluster(dir, format) == batch, "{format}: recluster is not cluster");
    }
}

#[test]
fn recluster_is_the_batch_run() {
    for input in [lines(calls::articles()), lines(&stream(32, 40))] {
        let dir = Dir::new();
        dedup(&dir, &input, &[]);
        assert_eq!(current(&export(&dir)).lines().count(), input.lines().count());
        agrees(&dir, &input);
        agrees(&dir, &current(&export(&dir)));
    }
}

#[test]
fn recluster_of_the_files_is_the_batch_run_over_them() {
    let (dir, calls) = (Dir::new(), crate::util::root().join("data/calls").display().to_string());
    dir.run(&["dedup", &calls, "--index", "ix", "-q"]).good();
    for format in FORMATS {
        assert!(recluster(&dir, format) == dir.run(&["cluster", &calls, "-q", "--format", format]).good(), "{format}");
    }
}

#[test]
fn the_nearest_article_suits_what_is_said() {
    for input in [lines(calls::articles()), lines(&stream(32, 40))] {
        let dir = Dir::new();
        let before = dedup(&dir, &input, &[]);
        recluster(&dir, "jsonl");
        let after = answers(&dir, &input);
        let group = |id: &Value| after.iter().find(|row| row["id"] == *id).expect("an answer")["copies"].clone();
        for row in &after {
            match row["verdict"].as_str().expect("a verdict") {
                "new" => assert!(row["nearest"].is_null(), "{row}"),
                "copy" => assert!(
                    !row["nearest"].is_null() && group(&row["nearest"]) == row["copies"] && row["resemblance"].as_f64() > Some(0.0),
                    "{row}"
                ),
                _ => assert!(row["nearest"].is_null() || group(&row["nearest"]) != row["copies"], "{row}"),
            }
        }
        assert_eq!(after.len(), rows(&before).len());
        assert!(after.iter().any(|row| row["verdict"] == "same_story" && !row["nearest"].is_null()));
    }
}

#[test]
fn recluster_is_the_batch_run_after_updates_and_forgetting() {
    let articles = stream(33, 40);
    let dir = Dir::new();
    dedup(&dir, &lines(&articles), &[]);
    // Every fifth article says what another one said, every seventh is gone.
    let updates: Vec<_> = (0..articles.len())
        .step_by(5)
        .map(|at| samestory::Article { text: articles[articles.len() - 1 - at].text.clone(), ..articles[at].clone() })
        .filter(|article| !article.text.is_empty())
        .collect();
    dedup(&dir, &lines(&updates), &[]);
    for article in articles.iter().step_by(7) {
        dir.run(&["forget", "--index", "ix", "--id", &article.key, "-q"]).good();
    }
    let kept = current(&export(&dir));
    assert!(kept.lines().count() < articles.len() && export(&dir).lines().count() > kept.lines().count());
    agrees(&dir, &kept);
    let after = export(&dir);
    agrees(&dir, &current(&after));
    assert_eq!(export(&dir), after, "grouping anew twice is grouping anew once");
}

#[test]
fn after_grouping_anew_ids_are_those_of_the_batch_run() {
    for input in [lines(calls::articles()), lines(&stream(34, 40))] {
        let dir = Dir::new();
        dedup(&dir, &input, &["--expiry", "365"]);
        let batch = recluster(&dir, "jsonl");
        let known = dedup(&dir, &input, &[]);
        for field in ["id", "story", "copies"] {
            assert_eq!(column(&known, field), column(&batch, field));
        }
        let kept = export(&dir);
        assert_eq!(column(&kept, "id"), column(&batch, "id"));
        assert_eq!(recluster(&dir, "jsonl"), batch);
        assert_eq!((export(&dir), dedup(&dir, &input, &[])), (kept, known), "a second time changes nothing");
    }
}

#[test]
fn an_updated_article_names_its_story_by_its_id() {
    let dir = Dir::new();
    dedup(&dir, &(item("a", 3, BRIDGE) + &item("b", 3, BRIDGE_EDITED)), &[]);
    assert_eq!(said(&answers(&dir, &item("a", 4, FIRE))[0]).1, "a#2");
    let batch = recluster(&dir, "jsonl");
    let known = dedup(&dir, &(item("b", 3, BRIDGE_EDITED) + &item("a", 4, FIRE)), &[]);
    assert_eq!((column(&known, "story"), column(&known, "story")), (column(&batch, "story"), vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(said(&answers(&dir, &item("c", 4, FIRE))[0]), ("copy", "a", Some("a")));
}

#[test]
fn new_articles_go_on_from_the_groups_of_the_batch_run() {
    let dir = Dir::new();
    // The smallest id names a story, not the first to come.
    dedup(&dir, &(item("m", 3, BRIDGE) + &item("b", 3, BRIDGE_EDITED) + &item("x", 3, FIRE)), &[]);
    recluster(&dir, "jsonl");
    let found = answers(&dir, &(item("n", 4, BRIDGE) + &item("o", 4, HARVEST) + &item("a", 4, FIRE) + &item("p", 4, HARVEST)));
    assert_eq!(found.iter().map(|answer| said(answer).1).collect::<Vec<_>>(), ["b", "o", "x", "o"]);
    assert_eq!(said(&found[0]), ("copy", "b", Some("m")));
    let older = answers(&dir, &item("q", 18, BRIDGE));
    assert_eq!(said(&older[0]), ("new", "q", None), "what is old is let go after grouping anew as well");
}
