//! `samestory cluster` in every format.

use super::{HARVEST, IDS, WIRE, sample};
use crate::util::{Output, column, rows};

fn clustered(format: &str, more: &[&str]) -> String {
    sample().run(&[&["cluster", "in", "--level", "copies", "--quiet", "--format", format], more].concat()).good()
}

const ROWS: [&str; 5] = [
    r#"{"id":"harvest.txt","story":"harvest.txt","copies":"harvest.txt","score":null,"representative":true,"outlet":null,"published":"2024-06-05","lang":null,"title":"Harvest begins early"}"#,
    r#"{"id":"page.html","story":"page.html","copies":"page.html","score":0.9286,"representative":false,"outlet":"Echo","published":"2024-12-03T11:00:00Z","lang":"en","title":"Bridge opens"}"#,
    r#"{"id":"wire","story":"page.html","copies":"page.html","score":0.9286,"representative":true,"outlet":"North Wire","published":"2024-12-03T09:00:00Z","lang":"en","title":"Bridge opens"}"#,
    r#"{"id":"site","story":"page.html","copies":"page.html","score":0.8571,"representative":false,"outlet":"Harbour \"Mail\"","published":"2024-12-03","lang":"en","title":"New bridge, at last"}"#,
    r#"{"id":"ar","story":"ar","copies":"ar","score":null,"representative":true,"outlet":"النهر","published":"2024-12-04","lang":null,"title":null}"#,
];

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn jsonl_is_a_row_for_each_article_in_input_order() {
    assert_eq!(clustered("jsonl", &[]), lines(&ROWS));
}

#[test]
fn a_pipe_gets_jsonl_and_a_summary_beside_it() {
    let output = sample().run(&["cluster", "in", "--level", "copies"]);
    let expected = Output { stdout: lines(&ROWS), stderr: "samestory: articles: 5, copy groups: 3\n".to_owned(), code: Some(0) };
    assert_eq!(output, expected);
}

#[test]
fn csv_has_the_same_columns() {
    let expected = "\
id,story,copies,score,representative,outlet,published,lang,title
harvest.txt,harvest.txt,harvest.txt,,true,,2024-06-05,,Harvest begins early
page.html,page.html,page.html,0.9286,false,Echo,2024-12-03T11:00:00Z,en,Bridge opens
wire,page.html,page.html,0.9286,true,North Wire,2024-12-03T09:00:00Z,en,Bridge opens
site,page.html,page.html,0.8571,false,\"Harbour \"\"Mail\"\"\",2024-12-03,en,\"New bridge, at last\"
ar,ar,ar,,true,النهر,2024-12-04,,
";
    assert_eq!(clustered("csv", &[]), expected);
}

#[test]
fn json_is_one_object_with_a_story_a_line() {
    let text = clustered("json", &[]);
    let (head, stories) = text.split_once("\"stories\":[").expect("stories");
    let head: serde_json::Value = serde_json::from_str(&format!("{head}\"stories\":[]}}")).expect("an object");
    assert_eq!(head["version"], env!("CARGO_PKG_VERSION"));
    for (name, count) in
        [("bad_input", 0), ("cut_texts", 0), ("articles", 5), ("copy_groups", 3), ("stories", 3), ("folded_equal_texts", 1), ("undated", 0)]
    {
        assert_eq!(head["summary"][name], count, "{name}");
    }
    let group = concat!(
        r#"{"id":"page.html","size":3,"score":0.9048,"languages":["en"],"outlets":["Echo","Harbour \"Mail\"","North Wire"],"#,
        r#""first":"2024-12-03","last":"2024-12-03T11:00:00Z","representative":"wire","#,
        r#""copies":[{"id":"page.html","representative":"wire","articles":["wire","site","page.html"]}],"#,
    );
    let links = concat!(
        r#""links":[{"a":"page.html","b":"site","kind":"copy","score":0.8571,"resemblance":0.75,"containment":0.8571},"#,
        r#"{"a":"page.html","b":"wire","kind":"copy","score":1.0,"resemblance":1.0,"containment":1.0},"#,
        r#"{"a":"site","b":"wire","kind":"copy","score":0.8571,"resemblance":0.75,"containment":0.8571}],"related":[]},"#,
    );
    let alone = |id: &str, outlets: &str, date: &str, row: &str| {
        format!(
            r#"{{"id":"{id}","size":1,"score":null,"languages":[],"outlets":[{outlets}],"first":"{date}","last":"{date}","representative":"{id}","copies":[{{"id":"{id}","representative":"{id}","articles":["{id}"]}}],"articles":[{row}],"links":[],"related":[]}}"#
        )
    };
    let expected = format!(
        "\n{group}\"articles\":[{},{},{}],{links}\n{},\n{}]}}\n",
        ROWS[3],
        ROWS[2],
        ROWS[1],
        alone("ar", "\"النهر\"", "2024-12-04", ROWS[4]),
        alone("harvest.txt", "", "2024-06-05", ROWS[0]),
    );
    assert_eq!(stories, expected);
}

#[test]
fn records_are_the_input_with_one_field_more() {
    let text = clustered("records", &[]);
    let found: Vec<&str> = text.lines().collect();
    assert_eq!(found.len(), IDS.len());
    let places = [
        r#""samestory":{"story":"page.html","copies":"page.html","score":0.9286,"representative":true}"#,
        r#""samestory":{"story":"page.html","copies":"page.html","score":0.8571,"representative":false}"#,
        r#""samestory":{"story":"ar","copies":"ar","score":null,"representative":true}"#,
    ];
    for ((record, found), place) in WIRE.lines().zip(&found[2..]).zip(places) {
        assert_eq!(*found, format!("{},{place}}}", record.strip_suffix('}').expect("an object")));
    }
    let page = &rows(&text)[0];
    assert_eq!((page["id"].as_str(), page["text"].as_str(), page["published"].as_str()), (Some(IDS[0]), Some(HARVEST), Some("2024-06-05")));
}

#[test]
fn records_of_a_table_keep_every_column() {
    let table = "guid;note;body\n7;\"a; b\";The mayor opened the new bridge over the river\n8;;Wheat was brought in early this year\n";
    let found = sample().file("t.csv", table).run(&["cluster", "t.csv", "--level", "copies", "-q", "--format", "records"]).good();
    let expected = concat!(
        r#"{"guid":"7","note":"a; b","body":"The mayor opened the new bridge over the river","samestory":{"story":"7","copies":"7","score":null,"representative":true}}"#,
        "\n",
        r#"{"guid":"8","note":"","body":"Wheat was brought in early this year","samestory":{"story":"8","copies":"8","score":null,"representative":true}}"#,
        "\n"
    );
    assert_eq!(found, expected);
}

#[test]
fn records_that_went_through_once_go_through_again() {
    let dir = sample();
    let once = dir.run(&["cluster", "in", "--level", "copies", "-q", "--format", "records"]).good();
    let again = dir.pipe(&once, &["cluster", "-", "--level", "copies", "-q", "--format", "records"]).good();
    assert_eq!(again, once);
}

#[test]
fn text_is_what_an_editor_reads() {
    let expected = "\
5 articles: 1 story of several articles, 2 alone; 2 copies (● stands for its group, ○ is a copy)
articles 5 · removed_lines 1 · folded_equal_texts 1 · copy_candidates 1 · copy_links 1 · copy_groups
3 · stories 3

Bridge opens
  3 articles · certain 90% · en · 2024-12-03 – 2024-12-03 11:00Z
  outlets: Echo, Harbour \"Mail\", North Wire
  first: Harbour \"Mail\" or North Wire or Echo, 2024-12-03
  ● stands for 3   2024-12-03 09:00Z North Wire: Bridge opens · wire
  ○ copy 86%       2024-12-03 Harbour \"Mail\": New bridge, at last · site
  ○ copy 100%      2024-12-03 11:00Z Echo: Bridge opens · page.html

Alone (2)
  \u{2068}افتتح رئيس البلدية الجسر الجديد فوق النهر يوم الثلاثاء بعد ثلاث سنوات من العمل…\u{2069} · ar
  Harvest begins early · harvest.txt
";
    assert_eq!(clustered("text", &[]), expected);
}

#[test]
fn only_keeps_one_row_for_each_group_or_story() {
    for only in ["representatives", "stories"] {
        let kept = ["harvest.txt", "wire", "ar"];
        assert_eq!(clustered("jsonl", &["--only", only]), lines(&[ROWS[0], ROWS[2], ROWS[4]]));
        assert_eq!(column(&clustered("records", &["--only", only]), "id"), kept);
        let csv = clustered("csv", &["--only", only]);
        let ids: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(ids, kept);
    }
}

#[test]
fn only_without_rows_is_an_error() {
    for format in ["text", "json"] {
        let output = sample().run(&["cluster", "in", "--format", format, "--only", "stories"]);
        let stderr = format!("samestory: only: needs the format jsonl, csv, records or parquet, not {format}\n");
        assert_eq!(output, Output { stdout: String::new(), stderr, code: Some(2) });
    }
}

#[test]
fn at_level_copies_a_story_is_its_copy_group() {
    for row in rows(&clustered("jsonl", &[])) {
        assert_eq!(row["story"], row["copies"]);
    }
}

#[test]
fn nothing_at_all_is_an_empty_result() {
    let dir = sample().file("none.json", "[]");
    let run = |format: &str| dir.run(&["cluster", "none.json", "--quiet", "--format", format]).good();
    assert_eq!((run("jsonl"), run("records")), (String::new(), String::new()));
    assert_eq!(run("csv"), "id,story,copies,score,representative,outlet,published,lang,title\n");
    assert!(run("json").ends_with("\"stories\":[]}\n"));
}
