//! `samestory.toml`, `--config`, `--show-config` and what they change.

use serde_json::Value;

use super::sample;
use crate::util::{Dir, column};

#[test]
fn what_is_shown_reads_back() {
    let dir = sample().file(
        "mine.toml",
        "window = 48\nlevel = \"copies\"\ncontainment = \"off\"\nboilerplate = [\"subscribe *\"]\napart = [[\"a\", \"b\"]]\n\
         [fields]\nid = \"guid\"\n[outlet-aliases]\n\"BBC News\" = \"BBC\"\n",
    );
    for args in [&["cluster", "--show-config"][..], &["cluster", "--show-config", "--config", "mine.toml", "--shingle", "5"]] {
        let shown = dir.run(args).good();
        let again = Dir::with(&[("shown.toml", &shown)]).run(&["cluster", "--show-config", "--config", "shown.toml"]).good();
        assert_eq!(again, shown);
    }
    let shown = dir.run(&["cluster", "--show-config", "--config", "mine.toml", "--window", "24"]).good();
    for line in ["window = 24", "level = \"copies\"", "containment = \"off\"", "id = \"guid\"", "\"BBC News\" = \"BBC\""] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
    }
}

#[test]
fn the_file_of_the_current_folder_is_picked_up_and_flags_stand_above_it() {
    let dir = sample().file("samestory.toml", "level = \"copies\"\nformat = \"csv\"\nquiet = true\n");
    let csv = dir.run(&["cluster", "in"]).good();
    assert_eq!(csv, sample().run(&["cluster", "in", "--level", "copies", "--format", "csv", "-q"]).good());
    let jsonl = dir.run(&["cluster", "in", "--format", "jsonl"]).good();
    assert_eq!(jsonl, sample().run(&["cluster", "in", "--level", "copies", "-q"]).good());
}

#[test]
fn a_wrong_setting_is_named_with_file_and_line() {
    let dir = sample().file("samestory.toml", "quiet = true\nresemblence = 0.5\n");
    let output = dir.run(&["cluster", "in"]);
    assert!(output.stderr.starts_with("samestory: samestory.toml:2: unknown key `resemblence`, expected one of "), "{}", output.stderr);
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(2)));
}

#[test]
fn fields_boilerplate_and_aliases_arrive() {
    let line = "Subscribe to the morning letter of this paper and never miss a bridge again";
    let records: String = ["One", "Two"].iter().map(|own| format!("{{\"key\": \"{own}\", \"text\": \"{own}\\n{line}\"}}\n")).collect();
    let dir = Dir::with(&[("in.jsonl", &records), ("mine.toml", "boilerplate = [\"subscribe to *\"]\n[fields]\nid = \"key\"\n")]);
    let copies = |args: &[&str]| column(&dir.run(&[&["cluster", "in.jsonl", "-q", "--level", "copies"], args].concat()).good(), "copies");
    assert_eq!(copies(&["--id-field", "key"]), ["One", "One"]);
    assert_eq!(copies(&["--config", "mine.toml"]), ["One", "Two"]);

    let newsroom = "This paper belongs to nobody but its readers";
    let texts = ["Wheat came early", "The bridge is open", "A fire broke out", "Trees were planted", "The school got a roof"];
    let page = |at: usize, outlet: &str| {
        let text = format!("{} and many people came to look at it with great interest on that day\\n{newsroom}", texts[at]);
        format!("{{\"id\": \"{at}\", \"outlet\": \"{outlet}\", \"date\": \"2024-05-0{}\", \"text\": \"{text}\"}}\n", at + 1)
    };
    let records: String = (0..5).map(|at| page(at, if at % 2 == 0 { "Day" } else { "Daily" })).collect();
    let dir = Dir::with(&[("in.jsonl", &records), ("same.toml", "[outlet-aliases]\nDaily = \"Day\"\n")]);
    let removed = |args: &[&str]| {
        dir.run(&[&["cluster", "in.jsonl", "-q", "--format", "json"], args].concat()).json()["summary"]["removed_lines"].clone()
    };
    assert_eq!((removed(&[]), removed(&["--config", "same.toml"])), (3.into(), 5.into()), "a line counts for the outlet by any name");
}

/// Articles on three events, far apart in words.
const EVENTS: &str = r#"{"id": "a", "lang": "en", "text": "The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute."}
{"id": "b", "lang": "en", "text": "Farmers in the south brought in the first wheat of the season, two weeks earlier than they usually do."}
{"id": "c", "lang": "en", "text": "Farmers in the south brought in the first wheat of the season, two weeks earlier than they used to do."}
"#;

fn pinned(settings: &str) -> Value {
    let dir = Dir::with(&[("in.jsonl", EVENTS), ("samestory.toml", settings)]);
    let output = dir.run(&["cluster", "in.jsonl", "--format", "json", "--quiet"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    output.json()
}

/// The articles of each story.
fn members(found: &Value) -> Vec<Vec<&str>> {
    let stories = found["stories"].as_array().expect("stories");
    stories
        .iter()
        .map(|story| {
            let mut ids: Vec<&str> =
                story["articles"].as_array().into_iter().flatten().filter_map(|article| article["id"].as_str()).collect();
            ids.sort_unstable();
            ids
        })
        .collect()
}

#[test]
fn pairs_pinned_together_are_one_story_and_say_so() {
    assert_eq!(members(&pinned("")), [vec!["b", "c"], vec!["a"]]);
    let found = pinned("together = [[\"b\", \"a\"]]\n");
    assert_eq!(members(&found), [["a", "b", "c"]]);
    let links = found["stories"][0]["links"].as_array().expect("links");
    let link = links.iter().find(|link| link["a"] == "a" && link["b"] == "b").expect("the pinned link");
    assert_eq!((&link["kind"], &link["score"]), (&"pinned".into(), &1.0.into()));
    assert_eq!(found["summary"]["pins"], 1);
}

#[test]
fn pairs_pinned_apart_are_two_stories_and_say_so() {
    let found = pinned("apart = [[\"c\", \"b\"]]\n");
    assert_eq!(members(&found), [["a"], ["b"], ["c"]]);
    for (story, other) in [(1, "c"), (2, "b")] {
        let related = found["stories"][story]["related"].as_array().expect("related stories");
        assert_eq!((&related[0]["id"], &related[0]["pinned"]), (&other.into(), &true.into()), "{related:?}");
    }
}

#[test]
fn equal_texts_can_be_pinned_apart() {
    let twice = format!("{EVENTS}{}\n", EVENTS.lines().next().unwrap_or_default().replace("\"a\"", "\"d\""));
    let dir = Dir::with(&[("in.jsonl", &twice), ("apart.toml", "apart = [[\"a\", \"d\"]]\n")]);
    for level in ["copies", "stories"] {
        let stories = |args: &[&str]| column(&dir.run(&[&["cluster", "in.jsonl", "-q", "--level", level], args].concat()).good(), "story");
        assert_eq!(stories(&[]), ["a", "b", "b", "a"]);
        assert_eq!(stories(&["--config", "apart.toml"]), ["a", "b", "b", "d"], "{level}");
    }
}

#[test]
fn pins_that_name_nobody_are_said() {
    let dir = Dir::with(&[("in.jsonl", EVENTS), ("samestory.toml", "together = [[\"a\", \"nobody\"]]\n")]);
    let output = dir.run(&["cluster", "in.jsonl", "--quiet"]);
    assert_eq!(output.stderr, "samestory: pinned id \"nobody\" is not in the input\n");
    assert_eq!(output.code, Some(0));
}

#[test]
fn pins_that_contradict_each_other_are_an_error() {
    let dir = Dir::with(&[("in.jsonl", EVENTS), ("samestory.toml", "together = [[\"a\", \"b\"]]\napart = [[\"b\", \"a\"]]\n")]);
    let output = dir.run(&["cluster", "in.jsonl"]);
    assert_eq!(output.stderr, "samestory: apart: \"b\" and \"a\" are also pinned together\n");
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(2)));
}
