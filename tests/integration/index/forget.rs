//! What is forgotten is gone, and what it founded goes on.

use std::path::Path;

use super::{BRIDGE, BRIDGE_EDITED, FIRE, HARVEST, answers, dedup, export, item, lines, said, stream};
use crate::generate::Random;
use crate::util::{Dir, column, rows};

#[track_caller]
fn forget(dir: &Dir, args: &[&str]) {
    dir.run(&[&["forget", "--index", "ix", "-q"], args].concat()).good();
}

/// A line that no compression makes shorter: each of its characters stands for six random bits.
fn noise(random: &mut Random, len: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..len).map(|_| char::from(LETTERS[random.below(64)])).collect()
}

/// How often some bytes stand in the files of an index.
fn count(folder: &Path, bytes: &[u8]) -> usize {
    let files = std::fs::read_dir(folder).expect("the index").map(|entry| entry.expect("an entry").path());
    files.map(|path| std::fs::read(path).expect("a file").windows(bytes.len()).filter(|part| *part == bytes).count()).sum()
}

#[test]
fn a_forgotten_article_leaves_no_trace_in_the_file() {
    let (dir, mut random) = (Dir::new(), Random(5));
    // So little stands in the file as it is, compressed or not.
    let items: Vec<(String, String)> = (0..40).map(|_| (noise(&mut random, 12), noise(&mut random, 24))).collect();
    let input: String = items.iter().map(|(id, text)| item(id, 3, text)).collect();
    dedup(&dir, &input, &["--batch", "3"]);
    for (id, text) in &items[..8] {
        let traces = || [id, text].map(|mark| count(&dir.path("ix"), mark.as_bytes()) > 0);
        assert_eq!(traces(), [true, true], "the test looks for what can be found");
        forget(&dir, &["--id", id]);
        assert_eq!(traces(), [false, false], "{id}");
        assert!(!export(&dir).contains(id));
        assert_eq!(dir.run(&["query", "--index", "ix", "--id", id]).code, Some(1));
    }
    assert_eq!(export(&dir).lines().count(), 32);
}

#[test]
fn others_keep_what_was_said_of_them() {
    let dir = Dir::new();
    let articles = stream(38, 40);
    dedup(&dir, &lines(&articles), &[]);
    let before = export(&dir);
    let (gone, kept): (Vec<_>, Vec<_>) = articles.iter().enumerate().partition(|(at, _)| at % 4 == 0);
    let args: Vec<&str> = gone.iter().flat_map(|(_, article)| ["--id", &*article.key]).collect();
    forget(&dir, &args);
    let after = export(&dir);
    let of = |export: &str, id: &str| -> Vec<String> {
        let rows = crate::util::rows(export);
        let row = rows.iter().find(|row| row["id"] == id).expect("the article");
        ["verdict", "story", "copies", "version"].iter().map(|field| row["samestory"][field].to_string()).collect()
    };
    assert_eq!(column(&after, "id"), kept.iter().map(|row| row.1.key.to_string()).collect::<Vec<_>>());
    for (_, article) in &kept {
        assert_eq!(of(&after, &article.key), of(&before, &article.key));
    }
    let figures = dir.run(&["stats", "--index", "ix", "--json"]).json();
    assert_eq!(figures["articles"], kept.len());
    let kept: Vec<_> = kept.into_iter().map(|row| row.1.clone()).collect();
    assert_eq!(column(&dedup(&dir, &lines(&kept), &[]), "id").len(), kept.len());
    assert_eq!(export(&dir), after, "they are known");
}

#[test]
fn the_copies_of_a_forgotten_founder_go_on_attracting() {
    let dir = Dir::new();
    dedup(&dir, &(item("founder", 3, BRIDGE) + &item("copy", 3, BRIDGE_EDITED) + &item("fire", 3, FIRE)), &[]);
    let told = "Oda Brandt, the engineer of the new bridge over the Ena, said that the long dispute about its cost is over; the mayor opened it \
                to cars on Tuesday evening, three years after the work began.";
    let whole = Dir::new();
    dedup(&whole, &item("founder", 3, BRIDGE), &[]);
    assert_eq!(said(&answers(&whole, &item("told", 4, told))[0]).0, "same_story", "the test needs a report in other words");

    forget(&dir, &["--id", "founder"]);
    let asked = dir.pipe(item("told", 4, told), &["query", "--index", "ix", "-q"]).json();
    assert_eq!(said(&asked), ("same_story", "founder", Some("copy")));
    let found = answers(&dir, &(item("late", 4, BRIDGE) + &item("told", 4, told)));
    assert_eq!(said(&found[0]), ("copy", "founder", Some("copy")));
    assert_eq!(said(&found[1]), ("same_story", "founder", Some("copy")));
    assert_eq!(said(&answers(&dir, &item("founder", 4, FIRE))[0]), ("copy", "fire", Some("fire")), "its id is free");
}

#[test]
fn all_versions_are_forgotten() {
    let dir = Dir::new();
    dedup(&dir, &(item("page", 3, BRIDGE) + &item("page", 3, FIRE) + &item("other", 3, BRIDGE)), &["--batch", "1"]);
    forget(&dir, &["--id", "page"]);
    assert_eq!(column(&export(&dir), "id"), ["other"]);
    let again = answers(&dir, &item("page", 3, FIRE));
    assert_eq!((said(&again[0]), &again[0]["version"]), (("new", "page", None), &1.into()));
    let unknown = dir.run(&["forget", "--index", "ix", "--id", "none", "--id", "other"]);
    assert_eq!(unknown.stderr, "samestory: id \"none\" is not in the index\nsamestory: forgotten: 1\n");
    assert_eq!(unknown.code, Some(1));
}

#[test]
fn forgetting_the_old_frees_space_and_keeps_the_rest() {
    let (dir, mut random) = (Dir::new(), Random(9));
    let mut text = |day: u32| item(&format!("{day}-{:016x}", random.next()), day, &noise(&mut random, 2000));
    let old: String = (0..400).map(|at| text(1 + at / 200)).collect();
    let new: String = (0..40).map(|_| text(20)).collect::<String>() + &item("bridge", 20, BRIDGE) + &item("undated", 0, FIRE);
    dedup(&dir, &(old + &new), &[]);
    let bytes = |dir: &Dir| std::fs::metadata(dir.path("ix/index.redb")).expect("the index").len();
    let (before, kept) = (bytes(&dir), export(&dir).lines().skip(400).map(|line| format!("{line}\n")).collect::<String>());
    forget(&dir, &["--before", "2024-05-20"]);
    assert!(bytes(&dir) * 2 < before, "{} bytes of {before}", bytes(&dir));
    assert_eq!(export(&dir), kept);
    assert_eq!(said(&answers(&dir, &item("late", 20, BRIDGE_EDITED))[0]), ("copy", "bridge", Some("bridge")));
    assert_eq!(said(&answers(&dir, &item("fire", 20, FIRE))[0]), ("copy", "undated", Some("undated")));
    let nothing = dir.run(&["forget", "--index", "ix", "--before", "2024-05-20"]);
    assert_eq!((nothing.stderr.as_str(), nothing.code), ("samestory: forgotten: 0\n", Some(0)));
}

#[test]
fn an_article_goes_with_its_older_versions() {
    let dir = Dir::new();
    dedup(&dir, &(item("a", 10, BRIDGE) + &item("z", 10, FIRE)), &[]);
    dedup(&dir, &item("a", 1, HARVEST), &[]);
    forget(&dir, &["--before", "2024-05-05"]);
    let left = rows(&export(&dir));
    assert_eq!(left.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["z"]);
    assert_eq!(rows(&dedup(&dir, &item("a", 10, BRIDGE), &[]))[0]["version"], 1);
    // Of one that stays, an old version may go.
    dedup(&dir, &item("z", 20, HARVEST), &[]);
    forget(&dir, &["--before", "2024-05-15"]);
    assert_eq!(rows(&export(&dir)).iter().map(|row| row["samestory"]["version"].clone()).collect::<Vec<_>>(), [2]);
}

#[test]
fn several_ids_are_forgotten_at_once() {
    let dir = Dir::new();
    dedup(&dir, &(item("a", 10, BRIDGE) + &item("b", 10, FIRE) + &item("c", 10, HARVEST)), &[]);
    let output = dir.run(&["forget", "--index", "ix", "--id", "a", "--id", "none", "--id", "c", "--id", "a"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), "samestory: id \"none\" is not in the index\nsamestory: forgotten: 2\n"));
    assert_eq!(column(&export(&dir), "id"), ["b"]);
}
