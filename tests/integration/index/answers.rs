//! Answers: the same for the same articles, however they are cut, whether asked for again, in the middle or at once.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use super::{BRIDGE, BRIDGE_EDITED, FIRE, HARVEST, answers, dedup, export, item, lines, said, stream};
use crate::calls;
use crate::goldens::compare;
use crate::util::{Dir, column, root, rows};

fn samples() -> [String; 2] {
    [lines(calls::articles()), lines(&stream(31, 40))]
}

#[test]
fn the_same_input_again_changes_nothing() {
    for input in samples() {
        let dir = Dir::new();
        let first = dedup(&dir, &input, &[]);
        let figures = |dir: &Dir| -> Vec<String> {
            let stats = dir.run(&["stats", "--index", "ix"]).good();
            stats.lines().filter(|line| !line.starts_with("bytes")).map(str::to_owned).collect()
        };
        let before = (export(&dir), figures(&dir));
        assert_eq!(dedup(&dir, &input, &[]), first);
        assert_eq!(dedup(&dir, &input, &["--batch", "7"]), first);
        assert_eq!((export(&dir), figures(&dir)), before);
        assert!(first.contains("\"new\"") && first.contains("\"copy\"") && first.contains("\"same_story\""), "{first}");
    }
}

#[test]
fn what_is_new_is_printed_once() {
    let dir = Dir::new();
    let new = |input: &str, more: &[&str]| -> Vec<String> {
        let printed = dedup(&dir, input, &[&["--new-only"], more].concat());
        rows(&printed).iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    };
    let first = item("a", 3, BRIDGE) + &item("b", 3, BRIDGE_EDITED) + &item("c", 3, FIRE);
    // Also where an item comes twice, in one batch and in two.
    assert_eq!(new(&(first.clone() + &item("a", 3, BRIDGE)), &[]), ["a", "c"]);
    assert_eq!(new(&(first.clone() + &item("d", 4, HARVEST) + &item("d", 4, HARVEST)), &["--batch", "1"]), ["d"]);
    assert_eq!(new(&first, &[]), [""; 0]);
    let again = dir.pipe(&first, &["dedup", "--index", "ix"]);
    assert_eq!(
        (rows(&again.stdout).len(), again.stderr.as_str()),
        (3, "samestory: articles: 3, known: 3, new: 0, copies: 0, same story: 0\n")
    );
    // Another text is said anew, and what was grouped anew is known.
    assert_eq!(new(&item("c", 5, "The town council met on Friday about the budget for the schools of the old town."), &[]), ["c"]);
    dir.run(&["recluster", "--index", "ix", "-q"]).good();
    assert_eq!(new(&first, &[]), [""; 0]);
}

#[test]
fn what_could_not_be_printed_is_said_again() {
    let (dir, input) = (Dir::new(), item("a", 3, BRIDGE) + &item("c", 3, FIRE));
    let mut command = dir.command(&["dedup", "--index", "ix", "--new-only"]);
    // Where there is such a device.
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut child = command.stdin(Stdio::piped()).stdout(full).stderr(Stdio::null()).spawn().expect("the command");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("a pipe");
    assert_eq!(child.wait().expect("its end").code(), Some(1));
    dir.run(&["recluster", "--index", "ix", "-q"]).good();
    assert_eq!(column(&dedup(&dir, &input, &["--new-only"]), "id"), ["a", "c"]);
}

#[test]
fn what_nobody_heard_is_said_again() {
    let articles: Vec<samestory::Article> = stream(35, 6);
    let (heard, last) = articles.split_at(articles.len() / 2);
    let folder = tempfile::tempdir().expect("a folder");
    let setup = samestory::index::Setup::default();
    let open = || samestory::index::Index::open(folder.path(), &setup).expect("an index");
    let again = |answers: Vec<samestory::index::Answer>| answers.iter().filter(|answer| answer.again).count();
    let mut index = open();
    assert_eq!(again(index.insert(heard).expect("answers")), 0);
    assert_eq!(again(index.insert(last).expect("answers")), 0);
    // As after a crash between the disk and the answer.
    drop(index);
    let mut index = open();
    // Whatever comes before it.
    assert_eq!(again(index.insert(heard).expect("answers")), heard.len());
    assert_eq!(again(index.insert(&articles).expect("answers")), heard.len());
    index.close().expect("closed");
    assert_eq!(again(open().insert(&articles).expect("answers")), articles.len());
}

#[test]
fn the_cut_into_batches_changes_nothing() {
    for input in samples() {
        let cut = |batch: &str| {
            let dir = Dir::new();
            (dedup(&dir, &input, &["--batch", batch]), export(&dir))
        };
        let expected = cut("100000");
        for batch in ["1", "2", "7", "100"] {
            assert_eq!(cut(batch), expected, "{batch}");
        }
    }
}

#[test]
fn another_text_under_one_id_is_a_new_version() {
    let dir = Dir::new();
    let first = answers(&dir, &(item("page", 3, BRIDGE) + &item("other", 3, HARVEST)));
    assert_eq!(said(&first[0]), ("new", "page", None));
    let longer = format!("{BRIDGE} The ferry stops at the end of the month.");
    let second = answers(&dir, &item("page", 3, &longer));
    let alone = |answer: &Value| (said(answer).0 == "new" && said(answer).1 == "page").then(|| answer["version"].clone());
    assert_eq!(alone(&second[0]), Some(2.into()), "what was alone stays its story");
    assert_eq!(answers(&dir, &item("page", 3, &longer)), second, "and is answered as before");

    let third = answers(&dir, &item("page", 3, FIRE));
    assert_eq!(alone(&third[0]), Some(3.into()));
    let copies = answers(&dir, &(item("late bridge", 4, BRIDGE) + &item("late fire", 4, FIRE)));
    assert_eq!((said(&copies[0]).0, said(&copies[0]).1), ("new", "late bridge"), "what a page no longer says attracts nothing");
    assert_eq!(said(&copies[1]), ("copy", "page", Some("page")));

    let kept = rows(&export(&dir));
    let of_page = kept.iter().filter(|row| row["id"] == "page");
    let versions: Vec<String> = of_page.map(|row| format!("{} {}", row["samestory"]["version"], row["samestory"]["current"])).collect();
    assert_eq!(versions, ["1 false", "2 false", "3 true"]);
    let figures = dir.run(&["stats", "--index", "ix", "--json"]).json();
    assert_eq!((&figures["articles"], &figures["older_versions"], &figures["held"]), (&4.into(), &2.into(), &4.into()));
}

#[test]
fn a_new_version_leaves_the_copies_of_the_old_one_behind() {
    let dir = Dir::new();
    let first = answers(&dir, &(item("page", 3, BRIDGE) + &item("copy", 3, BRIDGE_EDITED)));
    let changed = answers(&dir, &item("page", 3, FIRE));
    assert_eq!((said(&changed[0]).0, said(&changed[0]).1), ("new", "page#2"), "its old story goes on without it");
    assert_eq!(said(&answers(&dir, &item("late", 4, BRIDGE))[0]), ("copy", "page", Some("copy")));
    assert_eq!(said(&answers(&dir, &item("late fire", 4, FIRE))[0]), ("copy", "page#2", Some("page")));
    assert_eq!(answers(&dir, &item("page", 3, BRIDGE)), first[..1], "a text that it had before is answered as it was then");
}

#[test]
fn two_texts_under_one_id_may_come_again_and_again() {
    let dir = Dir::new();
    let input = item("page", 3, BRIDGE) + &item("page", 3, FIRE) + &item("copy", 3, BRIDGE_EDITED);
    let first = answers(&dir, &input);
    let exported = export(&dir);
    assert_eq!(first[1]["version"], 2);
    for _ in 0..2 {
        assert_eq!(answers(&dir, &input), first);
        assert_eq!(export(&dir), exported);
    }
}

#[test]
fn new_only_prints_what_is_new() {
    for input in samples() {
        let all = dedup(&Dir::new(), &input, &[]);
        let new: String = all.lines().filter(|line| line.contains("\"verdict\":\"new\"")).map(|line| format!("{line}\n")).collect();
        assert_eq!(dedup(&Dir::new(), &input, &["--new-only"]), new);
        assert!(!new.is_empty() && new.len() < all.len());
    }
}

#[test]
fn the_summary_counts_the_answers() {
    let dir = Dir::new();
    let input = item("a", 3, BRIDGE) + &item("b", 3, BRIDGE_EDITED) + "nonsense\n" + &item("c", 3, FIRE);
    let output = dir.pipe(&input, &["dedup", "--index", "ix"]);
    assert_eq!((column(&output.stdout, "id"), output.code), (["a", "b", "c"].map(str::to_owned).to_vec(), Some(1)));
    let last: Vec<&str> = output.stderr.lines().skip(1).collect();
    assert_eq!(last, ["samestory: articles: 3, new: 2, copies: 1, same story: 0", "samestory: 1 problem is named above"]);
}

#[test]
fn an_article_that_is_old_is_compared_with_nothing_new() {
    let dir = Dir::new();
    let input = item("first", 1, BRIDGE) + &item("undated", 0, FIRE) + &item("next", 9, BRIDGE) + &item("fire", 9, FIRE);
    let found = answers(&dir, &input);
    assert_eq!(found.iter().map(said).collect::<Vec<_>>(), ["first", "undated", "next", "fire"].map(|id| ("new", id, None)));
    let figures = dir.run(&["stats", "--index", "ix", "--json"]).json();
    let of = |name: &str| figures[name].clone();
    assert_eq!((of("held"), of("articles"), of("newest"), of("cut")), (2.into(), 4.into(), "2024-05-09".into(), 0.into()));

    let within = Dir::new();
    let input = item("undated", 0, FIRE) + &item("first", 1, BRIDGE) + &item("next", 8, BRIDGE) + &item("fire", 8, FIRE);
    let found = answers(&within, &input);
    assert_eq!(said(&found[2]), ("copy", "first", Some("first")), "seven days are within seven days");
    assert_eq!(said(&found[3]), ("copy", "undated", Some("undated")), "an undated article has the newest day when it came");
    assert_eq!(said(&answers(&within, &item("last", 16, FIRE))[0]), ("new", "last", None));
}

#[test]
fn expiry_is_a_setting() {
    let dir = Dir::new();
    let found = dedup(&dir, &(item("first", 1, BRIDGE) + &item("next", 3, BRIDGE)), &["--expiry", "1"]);
    assert_eq!(column(&found, "verdict"), ["new", "new"]);
    let found = dedup(&Dir::new(), &(item("first", 1, BRIDGE) + &item("next", 28, BRIDGE)), &["--expiry", "27"]);
    assert_eq!(column(&found, "verdict"), ["new", "copy"]);
}

#[test]
fn following_answers_before_the_input_ends() {
    let dir = Dir::new();
    let mut command = dir.command(&["dedup", "--index", "ix", "--follow", "-q"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    for (id, text, verdict) in [("a", BRIDGE, "new"), ("b", BRIDGE_EDITED, "copy"), ("c", FIRE, "new")] {
        stdin.write_all(item(id, 3, text).as_bytes()).expect("a reader of the pipe");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("an answer");
        assert_eq!((column(&line, "id"), column(&line, "verdict")), (vec![id.to_owned()], vec![verdict.to_owned()]));
        let seen = dir.run(&["query", "--index", "ix", "--id", id]).good();
        assert_eq!(seen, line, "what is answered is on disk");
    }
    drop(stdin);
    assert!(child.wait().expect("its end").success());
}

#[test]
fn asking_changes_nothing() {
    for input in samples() {
        let (asked, plain) = (Dir::new(), Dir::new());
        let all: Vec<&str> = input.lines().collect();
        let file = |dir: &Dir| std::fs::read(dir.path("ix/index.redb")).expect("the index");
        for part in all.chunks(all.len().div_ceil(3)) {
            let part = part.join("\n");
            assert_eq!(dedup(&asked, &part, &[]), dedup(&plain, &part, &[]));
            let bytes = file(&asked);
            let ask = || asked.pipe(&input, &["query", "--index", "ix", "-q"]).good();
            assert_eq!(ask(), ask());
            assert!(file(&asked) == bytes, "a query has written");
        }
        assert_eq!(export(&asked), export(&plain));
    }
}

#[test]
fn asking_tells_of_known_ids_and_of_new_texts() {
    let dir = Dir::new();
    let first = dedup(&dir, &(item("a", 3, BRIDGE) + &item("b", 3, FIRE)), &[]);
    let id = |id: &str| dir.run(&["query", "--index", "ix", "--id", id]);
    assert_eq!(id("a").good() + &id("b").good(), first);
    let unknown = id("z");
    assert_eq!((unknown.stderr.as_str(), unknown.code), ("samestory: id \"z\" is not in the index\n", Some(1)));
    let query = dir.pipe(item("c", 4, BRIDGE_EDITED), &["query", "--index", "ix", "-q"]).good();
    assert_eq!(said(&rows(&query)[0]), ("copy", "a", Some("a")));
    assert_eq!(id("c").code, Some(1), "it was not taken in");
    assert_eq!(dedup(&dir, &item("c", 4, BRIDGE_EDITED), &[]), query);
    let new = dir.pipe(item("d", 4, HARVEST), &["query", "--index", "ix", "-q"]).good();
    assert_eq!(said(&rows(&new)[0]), ("new", "d", None));
    let missing = Dir::new().run(&["query", "--index", "none", "--id", "a"]);
    assert_eq!((missing.stderr.as_str(), missing.code), ("samestory: none/index.redb: there is no index here\n", Some(1)));
}

#[test]
fn answers_on_the_sample_are_what_they_were() {
    let dir = Dir::new();
    let calls = root().join("data/calls").display().to_string();
    let found = dir.run(&["dedup", &calls, "--index", "ix", "-q"]).good();
    assert_eq!(column(&found, "id").len(), calls::articles().len());
    compare("dedup.jsonl", &found);
}

#[test]
fn an_output_that_is_an_input_and_a_file_that_is_followed_are_refused() {
    let dir = Dir::new().file("a.jsonl", item("a", 1, BRIDGE));
    for (args, message) in [
        (["dedup", "./a.jsonl", "--index", "ix", "-o", "a.jsonl"].as_slice(), "is both an input and the output"),
        (["dedup", "a.jsonl", "--index", "ix", "--follow"].as_slice(), "only standard input can be followed"),
    ] {
        let output = dir.run(args);
        assert_eq!(output.code, Some(2));
        assert!(output.stderr.contains(message), "{}", output.stderr);
    }
    assert_eq!(std::fs::read_to_string(dir.path("a.jsonl")).ok(), Some(item("a", 1, BRIDGE)));
}

#[test]
fn two_that_make_one_index_lose_nothing() {
    for _ in 0..5 {
        let dir = Dir::new().file("a.jsonl", item("a", 1, BRIDGE)).file("b.jsonl", item("b", 1, FIRE));
        let run = |input: &str| dir.run(&["dedup", input, "--index", "ix", "-q"]);
        let (a, b) = std::thread::scope(|scope| {
            let other = scope.spawn(|| run("b.jsonl"));
            (run("a.jsonl"), other.join().expect("no panic"))
        });
        let mut said = String::new();
        for output in [a, b] {
            match output.code {
                Some(0) => said += &output.stdout,
                _ => assert!(output.stderr.contains("another process is writing"), "{}", output.stderr),
            }
        }
        let ids = |lines: &str| -> std::collections::BTreeSet<String> { rows(lines).iter().map(|row| row["id"].to_string()).collect() };
        assert_eq!(ids(&export(&dir)), ids(&said));
        assert!(!said.is_empty());
    }
}
