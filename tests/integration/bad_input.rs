//! Bad input is named with its file and line, counted, and leaves everything else as it was.

use crate::util::{Dir, Output, column};

const GOOD: &str = r#"{"id": "1", "text": "The mayor opened the new bridge over the river on Tuesday after three years of work."}"#;
const COPY: &str = r#"{"id": "2", "text": "The mayor opened the new bridge over the river on Tuesday after three years of work!"}"#;

/// What the good records alone give.
const ROWS: &str = concat!(
    r#"{"id":"1","story":"1","copies":"1","score":1.0,"representative":true,"outlet":null,"published":null,"lang":null,"title":null}"#,
    "\n",
    r#"{"id":"2","story":"1","copies":"1","score":1.0,"representative":false,"outlet":null,"published":null,"lang":null,"title":null}"#,
    "\n",
);

/// A folder with the two good records and one bad file beside them.
fn with(name: &str, bytes: &[u8]) -> Dir {
    Dir::new().file("in/good.jsonl", format!("{GOOD}\n{COPY}\n")).file(&format!("in/{name}"), bytes)
}

/// Runs over the folder: the good rows must come out, and `bad` problems be named and counted. Gives what was named.
#[track_caller]
fn named(dir: &Dir, bad: usize) -> Vec<String> {
    let output = dir.run(&["cluster", "in", "--level", "copies", "--quiet"]);
    let text: String = output.stdout.lines().map(|line| format!("{}\n", line.replace("\"lang\":\"en\"", "\"lang\":null"))).collect();
    assert_eq!((text.as_str(), output.code), (ROWS, Some(1)), "{}", output.stderr);
    let json = dir.run(&["cluster", "in", "--level", "copies", "--quiet", "--format", "json"]);
    assert_eq!((&json.json()["summary"]["bad_input"], json.code), (&bad.into(), Some(1)));
    assert_eq!(json.stderr, output.stderr);
    let mut lines: Vec<String> = output.stderr.lines().map(str::to_owned).collect();
    let last = lines.pop().expect("a last line");
    let named = if bad == 1 { "problem is" } else { "problems are" };
    assert_eq!(last, format!("samestory: {bad} {named} named above; 2 articles were read"));
    lines
}

#[test]
fn each_kind_is_named_with_file_and_line() {
    let html = "<html><body><script>void 0</script></body></html>";
    let future = r#"{"id": "f"}"#;
    for (name, bytes, expected) in [
        (
            "broken.jsonl",
            &b"\n{\"id\": \"3\", \"text\": \"x\n"[..],
            "broken.jsonl:2: not a JSON record: EOF while parsing a string (column 22)",
        ),
        ("list.jsonl", b"[1, 2]\n", "list.jsonl:1: not a JSON record: "),
        ("type.jsonl", b"{\"id\": \"3\", \"text\": 5}\n", "type.jsonl:1: field \"text\": expected a string, found a number"),
        ("no-text.jsonl", future.as_bytes(), "no-text.jsonl:1: no text"),
        ("empty.txt", b"", "empty.txt: empty"),
        ("empty.jsonl", b"", "empty.jsonl: empty"),
        ("empty.csv", b"", "empty.csv: empty"),
        ("blank.txt", b" \n\t\n", "blank.txt: empty"),
        ("script.html", html.as_bytes(), "script.html: no text"),
        ("binary.txt", b"\x00\x01\x02\x03", "binary.txt: undecodable: not text in a charset that can be told"),
        ("row.csv", b"id,text\n3,x,y\n", "row.csv:2: the row has 3 fields, the header 2"),
        ("cut.json", b"[{\"id\": \"3\"", "cut.json:1: the input ends inside a JSON value"),
        ("cut.txt.gz", b"\x1f\x8b\x08\x00", "cut.txt.gz: "),
    ] {
        let found = named(&with(name, bytes), 1);
        assert!(found.len() == 1 && found[0].starts_with(&format!("samestory: in/{expected}")), "{name}: {found:?}");
    }
}

#[test]
fn several_problems_are_all_named_in_input_order() {
    let dir = with("a.txt", b"").file("in/b.jsonl", "nonsense\n{\"text\": 1}\n").file("in/z.html", "<p></p>");
    let found = named(&dir, 4);
    let places = ["in/a.txt: ", "in/b.jsonl:1: ", "in/b.jsonl:2: ", "in/z.html: "];
    assert_eq!(found.len(), places.len());
    for (line, place) in found.iter().zip(places) {
        assert!(line.starts_with(&format!("samestory: {place}")), "{found:?}");
    }
}

#[test]
fn a_broken_line_does_not_spoil_its_neighbors() {
    let dir = Dir::new().file("in/all.jsonl", format!("{GOOD}\n{{\"id\": \n{COPY}\n"));
    let found = named(&dir, 1);
    assert!(found[0].starts_with("samestory: in/all.jsonl:2: not a JSON record: "), "{found:?}");
}

#[test]
fn an_unreadable_date_leaves_the_article() {
    let dir = Dir::with(&[("in.jsonl", r#"{"id": "1", "date": "the day before", "text": "The mayor opened the bridge"}"#)]);
    let output = dir.run(&["cluster", "in.jsonl", "--quiet"]);
    let expected =
        "samestory: in.jsonl:1: field \"date\": the date \"the day before\" is not understood; the article is kept, its date is unknown\n";
    assert!(output.stderr.starts_with(expected), "{}", output.stderr);
    assert_eq!((column(&output.stdout, "id"), output.code), (vec!["1".to_owned()], Some(1)));
}

#[test]
fn a_field_of_the_wrong_type_is_named_and_leaves_the_article() {
    let record = r#"{"id": "1", "title": [1], "url": 2, "outlet": {}, "lang": true, "date": [], "text": "The mayor opened the bridge"}"#;
    let output = Dir::with(&[("in.jsonl", record)]).run(&["cluster", "in.jsonl", "--quiet"]);
    let fields = ["title", "url", "outlet", "lang", "date"];
    assert_eq!(output.stderr.lines().count(), fields.len() + 1, "{}", output.stderr);
    for (line, field) in output.stderr.lines().zip(fields) {
        assert!(line.starts_with(&format!("samestory: in.jsonl:1: field \"{field}\": expected a ")), "{line}");
        assert!(line.contains("; the article is kept"), "{line}");
    }
    assert_eq!((column(&output.stdout, "id"), output.code), (vec!["1".to_owned()], Some(1)));
}

#[test]
fn a_missing_file_or_pattern_is_named() {
    let dir = with("more.txt", b"").file("in/more.txt", "More wheat was brought in this year than ever before");
    let output = dir.run(&["cluster", "in/good.jsonl", "gone.jsonl", "none/*.txt", "--quiet"]);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert!(lines[0].starts_with("samestory: gone.jsonl: "), "{}", output.stderr);
    assert_eq!(lines[1], "samestory: none/*.txt: no such file, and no file matches it as a pattern");
    assert_eq!((lines.len(), column(&output.stdout, "id"), output.code), (3, vec!["1".to_owned(), "2".to_owned()], Some(1)));
}

#[cfg(unix)]
#[test]
fn a_folder_that_holds_itself_is_named_and_not_followed() {
    let dir = with("below/note.md", b"");
    std::os::unix::fs::symlink(dir.path("in"), dir.path("in/below/again")).expect("a link");
    let found = named(&dir, 1);
    assert!(found[0].starts_with("samestory: in/below/again: a link back to in, which holds it: not followed"), "{found:?}");
}

#[test]
fn control_characters_in_a_message_stay_out_of_the_terminal() {
    let dir = Dir::with(&[("in.jsonl", "{\"id\": \"\\u001b[31m\", \"text\": \"a b\"}\n{\"id\": \"\\u001b[31m\", \"text\": \"c d\"}\n")]);
    let stderr = dir.run(&["cluster", "in.jsonl", "--quiet"]).stderr;
    assert!(stderr.contains("is used twice") && !stderr.contains('\u{1b}'), "{stderr:?}");
}

/// Two records with one id, in both orders.
fn twice(a: &str, b: &str) -> [Output; 2] {
    [[a, b], [b, a]].map(|lines| Dir::new().pipe(lines.join("\n"), &["cluster", "-", "--level", "copies", "-q", "--format", "records"]))
}

#[test]
fn of_two_articles_with_one_id_the_same_is_kept_in_any_order() {
    let record = |text: &str, date: &str| {
        let date = if date.is_empty() { String::new() } else { format!("\"date\": \"{date}\", ") };
        format!("{{\"id\": \"x\", {date}\"text\": \"{text}\"}}")
    };
    let bridge = "The mayor opened the new bridge over the river";
    let wheat = "Farmers in the south brought in the first wheat";
    for (name, a, b, kept, why) in [
        ("same text", record(bridge, ""), record(bridge, ""), Some(bridge), "the texts are equal, one is kept"),
        (
            "other text, newer date",
            record(bridge, "2024-05-01"),
            record(wheat, "2024-05-02"),
            Some(wheat),
            "the newer one is kept, the other is left out",
        ),
        (
            "other text, one date",
            record(bridge, "2024-05-01"),
            record(wheat, ""),
            Some(bridge),
            "the newer one is kept, the other is left out",
        ),
        ("other text, no date", record(bridge, ""), record(wheat, ""), None, "one is kept by text hash, the other is left out"),
        (
            "other text, one day",
            record(bridge, "2024-05-01"),
            record(wheat, "2024-05-01"),
            None,
            "one is kept by text hash, the other is left out",
        ),
    ] {
        let [there, back] = twice(&a, &b);
        assert_eq!(there, back, "{name}");
        assert_eq!(there.code, Some(1), "{name}");
        let stderr = format!("samestory: id \"x\" is used twice: {why}\nsamestory: 1 problem is named above; 1 articles were read\n");
        assert_eq!(there.stderr, stderr, "{name}");
        let texts = column(&there.stdout, "text");
        assert_eq!(texts.len(), 1, "{name}");
        assert!(kept.map_or(texts[0] == bridge || texts[0] == wheat, |kept| texts[0] == kept), "{name}: {texts:?}");
    }
}

#[test]
fn three_articles_with_one_id_give_one_whatever_their_order() {
    let records = ["2024-05-03\", \"text\": \"one", "2024-05-01\", \"text\": \"two", "2024-05-02\", \"text\": \"three"];
    let lines = records.map(|record| format!("{{\"id\": \"x\", \"date\": \"{record}\"}}\n"));
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let input: String = order.iter().map(|at| lines[*at].as_str()).collect();
        let output = Dir::new().pipe(input, &["cluster", "-", "-q", "--format", "records"]);
        assert_eq!((column(&output.stdout, "text"), output.code), (vec!["one".to_owned()], Some(1)), "{order:?}");
    }
}
