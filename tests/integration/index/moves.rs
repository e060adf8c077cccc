//! Export and import: an index in a file that everybody can read, and the same index again.

use super::{BRIDGE, BRIDGE_EDITED, FIRE, HARVEST, answers, dedup, export, item, lines, said, stream};
use crate::calls;
use crate::util::{Dir, column};

/// A new index with what another one gave out.
#[track_caller]
fn moved(exported: &str) -> Dir {
    let dir = Dir::new();
    dir.pipe(exported, &["import", "--index", "ix", "-q"]).good();
    dir
}

#[test]
fn an_index_comes_back_from_its_export() {
    for articles in [calls::articles().to_vec(), stream(35, 50)] {
        let (first, later) = articles.split_at(articles.len() * 2 / 3);
        let dir = Dir::new();
        dedup(&dir, &lines(first), &[]);
        let exported = export(&dir);
        let again = moved(&exported);
        assert_eq!(export(&again), exported);
        assert_eq!(dedup(&again, &lines(later), &[]), dedup(&dir, &lines(later), &[]));
        assert_eq!(export(&again), export(&dir));
    }
}

#[test]
fn an_index_with_updates_comes_back_from_its_export() {
    let articles = stream(36, 50);
    let (first, later) = articles.split_at(articles.len() * 2 / 3);
    let dir = Dir::new();
    dedup(&dir, &lines(first), &[]);
    let updates: Vec<_> = (0..first.len())
        .step_by(5)
        .map(|at| samestory::Article { text: first[first.len() - 1 - at].text.clone(), ..first[at].clone() })
        .filter(|article| !article.text.is_empty())
        .collect();
    dedup(&dir, &lines(&updates), &[]);
    let exported = export(&dir);
    let again = moved(&exported);
    assert_eq!(export(&again), exported);
    assert_eq!(dedup(&again, &lines(later), &[]), dedup(&dir, &lines(later), &[]));
    assert_eq!(export(&again), export(&dir));
}

#[test]
fn an_index_grouped_anew_comes_back_from_its_export() {
    let articles = stream(37, 50);
    let (first, later) = articles.split_at(articles.len() * 2 / 3);
    let dir = Dir::new();
    dedup(&dir, &lines(first), &[]);
    dir.run(&["recluster", "--index", "ix", "-q"]).good();
    let exported = export(&dir);
    let again = moved(&exported);
    assert_eq!(export(&again), exported, "the nearest article may come later");
    assert_eq!(dedup(&again, &lines(later), &[]), dedup(&dir, &lines(later), &[]));
}

#[test]
fn what_was_founded_by_forgotten_articles_keeps_its_name() {
    let dir = Dir::new();
    let told = "Oda Brandt, the engineer of the new bridge over the Ena, said that the long dispute about its cost is over; the mayor opened it \
                to cars on Tuesday evening, three years after the work began.";
    let input = item("a", 3, BRIDGE) + &item("b", 3, told) + &item("c", 3, BRIDGE_EDITED) + &item("d", 3, FIRE);
    dedup(&dir, &input, &[]);
    dir.run(&["forget", "--index", "ix", "--id", "a", "-q"]).good();
    let exported = export(&dir);
    let again = moved(&exported);
    assert_eq!(export(&again), exported);
    let late = item("e", 4, BRIDGE) + &item("f", 4, told);
    assert_eq!(dedup(&again, &late, &[]), dedup(&dir, &late, &[]));
}

#[test]
fn importing_twice_changes_nothing() {
    let dir = Dir::new();
    dedup(&dir, &lines(calls::articles()), &[]);
    let exported = export(&dir);
    let again = moved(&exported);
    let output = again.pipe(&exported, &["import", "--index", "ix"]);
    assert_eq!((output.stderr.as_str(), output.code), ("samestory: articles: 0\n", Some(0)));
    assert_eq!(export(&again), exported);
}

#[test]
fn only_exports_are_imported() {
    let dir = Dir::new();
    let output = dir.pipe(item("a", 3, BRIDGE), &["import", "--index", "ix", "-q"]);
    assert_eq!(
        (output.stderr.as_str(), output.code),
        ("samestory: \"a\" has no samestory field as export writes it: not imported\n", Some(1))
    );
    assert_eq!(said(&answers(&dir, &item("b", 3, BRIDGE))[0]), ("new", "b", None));
}

#[test]
fn an_export_is_an_input() {
    let dir = Dir::new();
    let articles = calls::articles();
    dedup(&dir, &lines(articles), &[]);
    dir.run(&["export", "--index", "ix", "-o", "all.jsonl"]).good();
    assert_eq!(dir.read("all.jsonl"), export(&dir));
    let of_export = dir.run(&["cluster", "all.jsonl", "-q"]).good();
    assert_eq!(of_export, dir.pipe(lines(articles), &["cluster", "-", "-q"]).good());
    assert_eq!(column(&of_export, "id").len(), articles.len());
    assert_eq!(said(&answers(&dir, &item("new", 3, HARVEST))[0]).0, "new");
    assert_eq!(said(&answers(&dir, &item("fire", 3, FIRE))[0]).0, "new");
}

#[test]
fn an_export_is_read_by_its_own_field_names() {
    let dir = Dir::new().file("samestory.toml", "[fields]\ntext = \"body\"\nid = \"key\"\n");
    let record = item("a", 1, BRIDGE).replace("\"text\"", "\"body\"").replace("\"id\"", "\"key\"");
    dedup(&dir, &record, &[]);
    let exported = export(&dir);
    let moved = dir.file("export.jsonl", &exported);
    moved.run(&["import", "export.jsonl", "--index", "other", "-q"]).good();
    assert_eq!(moved.run(&["export", "--index", "other"]).good(), exported);
}
