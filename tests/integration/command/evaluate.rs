//! `samestory evaluate`: labels from the records or from a file, for copies, by language and for pairs.

use super::{WIRE, sample};
use crate::util::{Dir, root};

/// Labels of the sample: its copies are all found, its stories would also need the Arabic report.
const GOLD: &str = r#"{"id": "wire", "gold": "bridge", "copies": "item", "lang": "en"}
{"id": "site", "gold": "bridge", "copies": "item", "lang": "en"}
{"id": "page.html", "gold": "bridge", "copies": "item", "lang": "en"}
{"id": "ar", "gold": "bridge", "copies": "ar", "lang": "ar"}
{"id": "harvest.txt", "gold": "harvest", "copies": "harvest", "lang": "en"}
"#;

const PERFECT: &str =
    "all    n=5 gold=3 found=3  ARI 1.000  pair P/R/F1 1.000/1.000/1.000  B3 P/R/F1 1.000/1.000/1.000  (all alone 0.750)\n";

#[test]
fn copies_are_judged_by_the_labels_of_copies() {
    let dir = sample().file("gold.jsonl", GOLD);
    let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies"]).good();
    assert_eq!(text, PERFECT);
    let by_lang = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies", "--by-lang"]).good();
    let english = "en     n=4 gold=2 found=2  ARI 1.000  pair P/R/F1 1.000/1.000/1.000  B3 P/R/F1 1.000/1.000/1.000  (all alone 0.667)\n";
    assert_eq!(by_lang, format!("{PERFECT}{english}"));
}

#[test]
fn stories_are_judged_by_the_labels_of_stories() {
    let dir = sample().file("gold.jsonl", GOLD);
    let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl"]).good();
    assert!(text.starts_with("all    n=5 gold=2 found="), "{text}");
}

#[test]
fn labels_may_come_with_the_articles() {
    let labelled = WIRE.replace("\"lang\"", "\"gold\": \"bridge\", \"lang\"");
    let dir = Dir::new();
    let text = dir.pipe(&labelled, &["evaluate", "-", "--level", "copies"]).good();
    assert_eq!(
        text,
        "all    n=2 gold=1 found=1  ARI 1.000  pair P/R/F1 1.000/1.000/1.000  B3 P/R/F1 1.000/1.000/1.000  (all alone 0.667)\n"
    );
    let output = dir.pipe(WIRE, &["evaluate", "-"]);
    assert_eq!(output.stderr, "samestory: no labels: the articles have no gold field, and neither --gold nor --pairs names a file\n");
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(1)));
}

#[test]
fn labels_without_an_article_are_named_and_count() {
    let dir = sample().file("gold.jsonl", format!("{GOLD}{{\"id\": \"gone\", \"gold\": \"bridge\", \"copies\": \"item\"}}\n"));
    let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies"]).good();
    let (first, second) = text.split_once('\n').expect("two lines");
    assert_eq!(first, "missing: 1 of 6 gold articles are not in the input, e.g. gone");
    assert!(second.starts_with("all    n=6 gold=3 found=4 "), "{second}");
}

#[test]
fn a_broken_label_is_named_with_its_line() {
    for (line, expected) in [
        ("{\"gold\": \"x\"}", "gold.jsonl:6: "),
        ("nonsense", "gold.jsonl:6: "),
        ("{\"id\": \"wire\", \"gold\": \"x\"}", "gold.jsonl:6: id \"wire\" is labelled twice"),
    ] {
        let dir = sample().file("gold.jsonl", format!("{GOLD}{line}\n"));
        let output = dir.run(&["evaluate", "in", "--gold", "gold.jsonl"]);
        assert!(output.stderr.starts_with(&format!("samestory: {expected}")), "{}", output.stderr);
        assert_eq!((output.stdout.as_str(), output.code), ("", Some(1)));
    }
}

#[test]
fn pairs_are_ranked() {
    let pairs = r#"{"id1": "wire", "id2": "site", "same_story": true}
{"a": "wire", "b": "page.html", "overall": 1.0}
{"id1": "wire", "id2": "harvest.txt", "label": "BAD"}
{"id1": "wire", "id2": "gone", "same_story": false}
"#;
    let dir = sample().file("pairs.jsonl", pairs);
    let text = dir.run(&["evaluate", "in", "--pairs", "pairs.jsonl"]).good();
    assert_eq!(text, "missing: 1 of 4 pairs name an id that is not in the input\npairs  n=3 same=2  AUC 1.000\n");
    let json = dir.run(&["evaluate", "in", "--pairs", "pairs.jsonl", "--json"]).good();
    assert_eq!(json, "{\"pairs\":3,\"same\":2,\"missing\":1,\"auc\":1.0}\n");
}

#[test]
fn json_holds_the_same_figures() {
    let dir = sample().file("gold.jsonl", GOLD);
    let value = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies", "--by-lang", "--json"]).json();
    assert_eq!(value["missing"], 0);
    for (part, articles) in [("all", 5), ("en", 4)] {
        assert_eq!((&value["scores"][part]["ari"], &value["scores"][part]["articles"]), (&1.0.into(), &articles.into()), "{part}");
    }
    assert_eq!(value["scores"].as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn a_sweep_has_a_row_for_each_threshold() {
    let dir = sample().file("gold.jsonl", GOLD);
    for level in ["copies", "stories"] {
        let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", level, "--sweep"]).good();
        let rows: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("threshold")).skip(1).collect();
        let thresholds: Vec<&str> = rows.iter().filter_map(|row| row.split_whitespace().next()).take(19).collect();
        assert_eq!((thresholds.first(), thresholds.last(), rows.len()), (Some(&"0.050"), Some(&"0.950"), 20), "{level}: {text}");
        assert_eq!(text.matches('*').count(), 1, "one row is the best");
    }
}

#[test]
fn the_labelled_sample_is_evaluated_from_its_files() {
    let (input, gold) = (root().join("data/calls"), root().join("data/calls.gold.jsonl"));
    let (input, gold) = (input.display().to_string(), gold.display().to_string());
    let text = Dir::new().run(&["evaluate", &input, "--gold", &gold, "--level", "copies", "--by-lang"]).good();
    let parts: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(parts, ["all", "ar", "en", "ru", "tr"]);
}
