//! `samestory evaluate`: labels from the records or from a file, for copies, by language and for pairs.

use samestory::evaluate::{GoldRow, Judged, fill_languages, read_gold};
use samestory::{Article, Config, Level, Run};

use super::{WIRE, sample};
use crate::calls;
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

/// Pairs of copies by language.
const KINDS: &str = "within languages: gold pairs 3, found 3  pair P/R/F1 1.000/1.000/1.000\n\
    across languages: gold pairs 0, found 0  pair P/R/F1 1.000/1.000/1.000\n";

#[test]
fn copies_are_judged_by_the_labels_of_copies() {
    let dir = sample().file("gold.jsonl", GOLD);
    let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies"]).good();
    assert_eq!(text, format!("{PERFECT}{KINDS}"));
    let by_lang = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies", "--by-lang"]).good();
    let english = "en     n=4 gold=2 found=2  ARI 1.000  pair P/R/F1 1.000/1.000/1.000  B3 P/R/F1 1.000/1.000/1.000  (all alone 0.667)\n";
    assert_eq!(by_lang, format!("{PERFECT}{english}{KINDS}"));
}

#[test]
fn stories_are_judged_by_the_labels_of_stories() {
    let dir = sample().file("gold.jsonl", GOLD);
    let text = dir.run(&["evaluate", "in", "--gold", "gold.jsonl"]).good();
    assert!(text.starts_with("all    n=5 gold=2 found="), "{text}");
    // The Arabic report is of the story of the three copies: three pairs within English, three across.
    assert!(
        text.contains("\nwithin languages: gold pairs 3, found 3  pair P/R/F1 1.000/1.000/1.000\nacross languages: gold pairs 3, "),
        "{text}"
    );
    let reach = text.lines().last().expect("a line");
    assert!(reach.starts_with("gold pairs that are copies or were compared: all "), "{reach}");
    assert!(reach.contains(" of 6, within 1.000 of 3, across "), "{reach}");
}

#[test]
fn the_language_of_a_label_is_that_of_the_article_unless_it_says_its_own() {
    let gold = GOLD.replace(", \"lang\": \"ar\"", "").replace("\"copies\": \"harvest\", \"lang\": \"en\"", "\"lang\": \"xx\"");
    let dir = sample().file("gold.jsonl", gold);
    let value = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--by-lang", "--json"]).json();
    assert_eq!(
        value["scores"].as_object().map(|parts| parts.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["all".to_owned(), "en".into()])
    );
    assert_eq!((&value["pairs"]["within"]["gold_pairs"], &value["pairs"]["across"]["gold_pairs"]), (&3.into(), &3.into()));
}

#[test]
fn mistakes_and_calibration_look_at_stories_with_labels() {
    let dir = sample().file("gold.jsonl", GOLD).file("pairs.jsonl", "{\"a\": \"wire\", \"b\": \"site\", \"label\": \"OK\"}");
    for flag in [&["--calibration"][..], &["--errors", "2"]] {
        let output = dir.run(&[&["evaluate", "in", "--gold", "gold.jsonl", "--level", "copies"], flag].concat());
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""));
        assert_eq!(output.stderr, "samestory: --calibration and --errors look at stories, and the level is copies\n");
        let output = dir.run(&[&["evaluate", "in", "--pairs", "pairs.jsonl"], flag].concat());
        assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""));
        assert_eq!(
            output.stderr,
            "samestory: --calibration and --errors need labels: a gold field of the articles, or a file named by --gold\n"
        );
    }
    let output = dir.run(&["evaluate", "in", "--gold", "gold.jsonl", "--errors", "0"]);
    assert!(output.code == Some(2) && output.stderr.contains("0 is not between 1 and 1000"), "{}", output.stderr);
}

#[test]
fn mistakes_are_listed_pair_by_pair() {
    // Two copies have labels of their own: the article that stands for them is wrongly with the first other one.
    let gold = "{\"id\": \"wire\", \"gold\": \"bridge\"}\n{\"id\": \"site\", \"gold\": \"other\"}\n{\"id\": \"page.html\", \"gold\": \"harvest\"}\n\
        {\"id\": \"harvest.txt\", \"gold\": \"harvest\"}\n";
    let dir = sample().file("gold.jsonl", gold);
    let run = |more: &[&str]| dir.run(&[&["evaluate", "in", "--gold", "gold.jsonl", "--errors", "5"], more].concat());
    let text = run(&[]).good();
    let list = text.split_once("false merges, the surest first:\n").expect("a list").1;
    let (merges, misses) = list.split_once("misses that were compared, the least likely first:").expect("two lists");
    let lines: Vec<&str> = merges.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "  copies"), "one pair for the copy group: {merges}");
    assert!(lines[1].contains("Bridge opens") || lines[1].contains("New bridge, at last"), "{merges}");
    assert_eq!(misses.matches("harvest.txt · harvest · 2024-06-05 · en · Harvest begins early").count(), 1, "{misses}");
    let errors = run(&["--json"]).json()["errors"].clone();
    assert_eq!(errors["false_merges"].as_array().map(Vec::len), Some(1));
    assert_eq!((&errors["false_merges"][0]["copies"], &errors["false_merges"][0]["probability"]), (&true.into(), &serde_json::Value::Null));
    let missed = [&errors["misses"], &errors["not_compared"]].map(|list| list.as_array().map_or(0, Vec::len));
    assert_eq!(missed.iter().sum::<usize>(), 1, "{errors}");
}

/// The labels of the sample in `data/calls`, without languages.
fn labels() -> Vec<GoldRow> {
    let rows = read_gold(&root().join("data/calls.gold.jsonl"), Level::Stories).expect("labels");
    rows.into_iter().map(|row| GoldRow { lang: None, ..row }).collect()
}

#[test]
fn what_a_run_says_of_itself_does_not_depend_on_order_or_threads() {
    let judge = |articles: &[Article], threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let config = Config::default();
            let run = Run::new(articles, &config).expect("a good configuration");
            let (found, mut gold) = (run.clustering(), labels());
            fill_languages(&mut gold, articles, &found.placements);
            let judged = Judged::new(&run, &found, &gold);
            (judged.reach(), judged.calibration(), judged.mistakes(20))
        })
    };
    let mut articles = calls::articles().to_vec();
    let expected = judge(&articles, 1);
    articles.reverse();
    assert_eq!(judge(&articles, 2), expected);
}

#[test]
fn what_a_run_says_of_the_labelled_sample_agrees_with_itself() {
    let (input, gold) = (root().join("data/calls"), root().join("data/calls.gold.jsonl"));
    let (input, gold) = (input.display().to_string(), gold.display().to_string());
    let value = Dir::new().run(&["evaluate", &input, "--gold", &gold, "--calibration", "--errors", "6", "--json"]).json();
    // Calibration: ten bins that sum to the pairs, each mean between its ends.
    let calibration = &value["calibration"];
    let bins = calibration["bins"].as_array().expect("bins");
    assert_eq!(bins.len(), 10);
    assert_eq!(bins.iter().filter_map(|bin| bin["pairs"].as_u64()).sum::<u64>(), calibration["pairs"].as_u64().expect("pairs"));
    for bin in bins.iter().filter(|bin| bin["mean"].is_number()) {
        assert!((bin["from"].as_f64()..=bin["to"].as_f64()).contains(&bin["mean"].as_f64()), "{bin}");
    }
    assert!(calibration["ece"].as_f64().is_some_and(|ece| ece < 0.05), "{calibration}");
    // Within and across are all there is.
    let (pairs, candidates) = (&value["pairs"], &value["candidates"]);
    let of = |part: &serde_json::Value, field: &str| part[field].as_u64().expect("a count");
    assert_eq!(of(&pairs["within"], "gold_pairs") + of(&pairs["across"], "gold_pairs"), of(&candidates["all"], "gold_pairs"));
    assert_eq!(of(&candidates["within"], "reached") + of(&candidates["across"], "reached"), of(&candidates["all"], "reached"));
    // Mistakes are in their order, and are what they say.
    let probabilities = |list: &str| -> Vec<f64> {
        let list = value["errors"][list].as_array().expect("a list");
        list.iter().filter(|mistake| mistake["compared"] == true).filter_map(|mistake| mistake["probability"].as_f64()).collect()
    };
    let (merges, misses) = (probabilities("false_merges"), probabilities("misses"));
    assert!(merges.is_sorted_by(|a, b| a >= b) && misses.is_sorted(), "{merges:?}, {misses:?}");
    assert!(merges.len() + misses.len() > 1, "the sample is too hard to be without mistakes");
    for (list, same) in [("false_merges", false), ("misses", true), ("not_compared", true)] {
        for mistake in value["errors"][list].as_array().expect("a list") {
            assert_eq!(mistake["a"]["gold"] == mistake["b"]["gold"], same, "{mistake}");
        }
    }
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
    let by_lang = dir.run(&["evaluate", "in", "--pairs", "pairs.jsonl", "--by-lang"]).good();
    assert_eq!(by_lang, format!("{text}en     n=3 same=2  AUC 1.000\n"));
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
    assert_eq!(parts, ["all", "ar", "en", "ru", "tr", "within", "across"]);
}
