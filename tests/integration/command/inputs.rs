//! What may stand as INPUT.

use super::{HARVEST, IDS, PAGE, WIRE, sample};
use crate::util::{Dir, column, gzip, zstd};

const CLUSTER: [&str; 4] = ["cluster", "--level", "copies", "--quiet"];

fn ids(dir: &Dir, inputs: &[&str]) -> Vec<String> {
    column(&dir.run(&[&CLUSTER[..], inputs].concat()).good(), "id")
}

#[test]
fn a_folder_a_file_or_several() {
    let dir = sample();
    assert_eq!(ids(&dir, &["in"]), IDS);
    assert_eq!(ids(&dir, &["in/"]), IDS);
    assert_eq!(ids(&dir, &["in/page.html"]), ["page.html"]);
    assert_eq!(ids(&dir, &["in/wire.jsonl", "in/harvest.txt"]), ["wire", "site", "ar", "harvest.txt"]);
}

#[test]
fn a_glob_is_expanded_by_the_command() {
    let dir = sample().file("more/b/page.html", PAGE).file("more/notes.md", "not read");
    assert_eq!(ids(&dir, &["in/*.jsonl"]), ["wire", "site", "ar"]);
    assert_eq!(ids(&dir, &["in/{page,harvest}.*"]), ["harvest.txt", "page.html"]);
    assert_eq!(ids(&dir, &["**/p*.html"]), ["in/page.html", "more/b/page.html"]);
}

#[test]
fn pages_of_one_name_get_their_input_in_front() {
    let dir = Dir::with(&[("a/page.txt", HARVEST), ("b/page.txt", HARVEST), ("b/other.txt", HARVEST)]);
    assert_eq!(ids(&dir, &["a", "b"]), ["a/page.txt", "other.txt", "b/page.txt"]);
    assert_eq!(ids(&dir, &["a/page.txt", "b/page.txt"]), ["a/page.txt", "b/page.txt"]);
}

#[test]
fn standard_input_is_told_by_its_first_bytes() {
    let dir = Dir::new();
    let array = format!("[{}]", WIRE.trim_end().replace('\n', ","));
    let csv = "id,text\n1,The mayor opened the bridge\n2,Wheat came early\n";
    for (name, bytes, expected) in [
        ("json lines", WIRE.as_bytes().to_vec(), vec!["wire", "site", "ar"]),
        ("a json array", array.into_bytes(), vec!["wire", "site", "ar"]),
        ("a page", PAGE.into(), vec!["-"]),
        ("a text", HARVEST.into(), vec!["-"]),
        ("a table", csv.into(), vec!["1", "2"]),
        ("a table with tabs", csv.replace(',', "\t").into_bytes(), vec!["1", "2"]),
        ("gzip", gzip(WIRE.as_bytes()), vec!["wire", "site", "ar"]),
        ("zstd", zstd(PAGE.as_bytes()), vec!["-"]),
    ] {
        let output = dir.pipe(bytes, &[&CLUSTER[..], &["-"]].concat()).good();
        assert_eq!(column(&output, "id"), expected, "{name}");
    }
}

#[test]
fn standard_input_stands_among_files() {
    let dir = sample();
    let output = dir.pipe(WIRE, &[&CLUSTER[..], &["in/harvest.txt", "-", "in/page.html"]].concat()).good();
    assert_eq!(column(&output, "id"), ["harvest.txt", "wire", "site", "ar", "page.html"]);
}

#[test]
fn input_format_says_what_the_name_does_not() {
    let dir = Dir::with(&[("feed.data", WIRE), ("table.txt", "id,text\n1,a b c\n"), ("page.data", PAGE)]);
    assert_eq!(ids(&dir, &["feed.data", "--input-format", "jsonl"]), ["wire", "site", "ar"]);
    assert_eq!(ids(&dir, &["table.txt"]), ["table.txt"]);
    assert_eq!(ids(&dir, &["table.txt", "--input-format", "csv"]), ["1"]);
    assert_eq!(ids(&dir, &["feed.data", "--input-format", "text"]), ["feed.data"]);
    let titles = |format: &str| column(&dir.run(&[&CLUSTER[..], &["page.data", "--input-format", format]].concat()).good(), "title");
    assert_eq!(titles("html"), ["Bridge opens"]);
    assert_ne!(titles("text"), ["Bridge opens"]);
}

#[test]
fn feeds_are_told_from_pages_and_records() {
    let rss = "<rss version=\"2.0\"><channel><item><guid>tag:r</guid><title>Bridge opens</title></item></channel></rss>";
    let atom = "<feed><entry><id>1</id><link href=\"https://a.example/x\"/><title>Wheat came early</title></entry></feed>";
    let json = r#"{"version": "https:\/\/jsonfeed.org\/version\/1.1", "items": [{"id": "tag:j", "content_text": "Rain came late"}]}"#;
    let dir = Dir::with(&[("in/a.rss", rss), ("in/c.json", json), ("d.data", rss), ("in/e.jsonl", r#"{"id": "l", "text": "x"}"#)])
        .file("in/b.xml.gz", gzip(atom.as_bytes()));
    assert_eq!(ids(&dir, &["in"]), ["tag:r", "a.example#1", "tag:j", "l"]);
    assert_eq!(ids(&dir, &["d.data"]), ["tag:r"]);
    for (input, key) in [(rss, "tag:r"), (atom, "a.example#1"), (json, "tag:j")] {
        for format in [&[][..], &["--input-format", "feed"]] {
            let output = dir.pipe(input, &[&CLUSTER[..], &["-"], format].concat()).good();
            assert_eq!(column(&output, "id"), [key], "{input}");
        }
    }
    let records = dir.run(&[&CLUSTER[..], &["in/a.rss", "--format", "records"]].concat()).good();
    assert!(records.starts_with(r#"{"id":"tag:r","title":"Bridge opens","text":"Bridge opens","samestory":"#), "{records}");
}

#[test]
fn compressed_files_are_read_like_others() {
    let plain = sample().run(&[&CLUSTER[..], &["in"]].concat()).good();
    let dir = Dir::new()
        .file("in/wire.jsonl.zst", zstd(WIRE.as_bytes()))
        .file("in/page.html.gz", gzip(PAGE.as_bytes()))
        .file("in/harvest.txt.gz", gzip(HARVEST.as_bytes()));
    let packed = dir.run(&[&CLUSTER[..], &["in"]].concat()).good();
    let expected = plain.replace("page.html", "page.html.gz").replace("harvest.txt", "harvest.txt.gz");
    assert_eq!(packed, expected);
}

#[test]
fn fields_are_found_under_usual_names_and_mapped_ones() {
    let usual = r#"{"guid": "g", "headline": "h", "body": "The mayor opened the bridge", "pubDate": "Tue, 03 Dec 2024 09:00:00 GMT", "source": "s", "language": "en-GB"}"#;
    let row = r#"{"id":"g","story":"g","copies":"g","score":null,"representative":true,"outlet":"s","published":"2024-12-03T09:00:00Z","lang":"en","title":"h"}"#;
    let dir = Dir::new();
    assert_eq!(dir.pipe(usual, &[&CLUSTER[..], &["-"]].concat()).good(), format!("{row}\n"));
    let own = r#"{"id": "not this", "k": "g", "t": "h", "x": "The mayor opened the bridge", "d": "2024-12-03T09:00:00Z", "o": "s", "l": "en", "u": "https://a.example/"}"#;
    let flags = [
        "--id-field",
        "k",
        "--title-field",
        "t",
        "--text-field",
        "x",
        "--date-field",
        "d",
        "--outlet-field",
        "o",
        "--lang-field",
        "l",
        "--url-field",
        "u",
    ];
    assert_eq!(dir.pipe(own, &[&CLUSTER[..], &["-"], &flags].concat()).good(), format!("{row}\n"));
}

#[test]
fn files_of_other_kinds_are_left_aside_and_counted() {
    let dir = sample().file("in/notes.md", "# Notes").file("in/image.png", [0x89, b'P']);
    let output = dir.run(&["cluster", "in", "--level", "copies"]);
    assert_eq!(output.stderr, "samestory: articles: 5, copy groups: 3\nsamestory: 2 files of other kinds were left aside\n");
    assert_eq!(column(&output.done(), "id"), IDS);
    let json = dir.run(&["cluster", "in", "--level", "copies", "--format", "json"]).json();
    assert_eq!((&json["summary"]["skipped_files"], &json["summary"]["bad_input"]), (&2.into(), &0.into()));
}

#[test]
fn a_date_is_taken_from_where_it_is_surest() {
    let head = |extra: &str| {
        format!(
            "<html><head><title>Bridge opens</title>{extra}</head><body><article><p>The mayor opened the new bridge over the river on 5 May 2024 after three years.</p></article></body></html>"
        )
    };
    let ld = r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-05-01T08:00:00Z"}</script>"#;
    let meta = r#"<meta property="article:published_time" content="2024-05-02T08:00:00Z">"#;
    let url = r#"<link rel="canonical" href="https://a.example/2024/05/04/bridge">"#;
    for (name, page, expected) in [
        ("JSON-LD", head(&format!("{url}{meta}{ld}")), "2024-05-01T08:00:00Z"),
        ("a meta element", head(&format!("{url}{meta}")), "2024-05-02T08:00:00Z"),
        ("the address", head(url), "2024-05-04"),
        ("the text", head(""), "2024-05-05"),
    ] {
        let dir = Dir::new().file("page.html", page);
        assert_eq!(column(&dir.run(&[&CLUSTER[..], &["page.html"]].concat()).good(), "published"), [expected], "{name}");
    }
}
