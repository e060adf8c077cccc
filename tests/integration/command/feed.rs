//! `samestory feed`: the sample of calls, formats, limits, wrong usage.

use std::collections::BTreeSet;

use feed_rs::model::Feed;
use samestory::Level;
use serde_json::Value;

use super::sample;
use crate::calls;
use crate::util::{Dir, Output, root};

fn parsed(text: &str) -> Feed {
    feed_rs::parser::parse(text.as_bytes()).expect("a feed")
}

#[test]
fn every_story_of_the_calls_is_an_entry_and_every_outlet_is_named() {
    let calls = root().join("data/calls").display().to_string();
    let dir = Dir::new();
    let run = |args: &[&str]| dir.run(&[&["feed", "-q"], args].concat()).good();
    let text = run(&[&calls]);
    let feed = parsed(&text);
    let found = calls::found(Level::Stories);
    assert_eq!(feed.entries.len(), found.stories.len());
    let content = |entry: &feed_rs::model::Entry| entry.content.clone().and_then(|content| content.body).expect("a text");
    let html = unescaped(&feed.entries.iter().map(content).collect::<String>());
    let authors: BTreeSet<&str> =
        feed.entries.iter().flat_map(|entry| &entry.authors).filter_map(|author| author.name.as_deref()).collect();
    for outlet in calls::articles().iter().filter_map(|article| article.outlet.as_deref()) {
        assert!(authors.contains(outlet) || html.contains(outlet), "{outlet}");
    }
    let listed: usize = feed.entries.iter().map(|entry| content(entry).matches("<li>").count()).sum();
    assert_eq!(listed + feed.entries.len(), calls::articles().len());
    let dates: Vec<_> = feed.entries.iter().map(|entry| entry.published).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");

    // The same bytes on one thread, and in another order of the inputs.
    assert_eq!(run(&[&calls, "--threads", "1"]), text);
    let files = ["en-feed.json", "tr-feed.jsonl", "ar-wire.jsonl"].map(|name| format!("{calls}/{name}"));
    let [a, b, c] = &files;
    assert_eq!(run(&[a, b, c]), run(&[c, b, a]));
}

/// The text of a piece of HTML without its escapes.
fn unescaped(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn the_format_is_that_of_the_name_or_of_the_flag() {
    let dir = sample();
    for (name, flags, start) in [
        ("a.json", &[][..], "{\n  \"version\": \"https://jsonfeed.org/version/1.1\",\n  \"title\": \"samestory\""),
        ("a.atom", &[], "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\""),
        ("a.xml", &[], "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\""),
        ("b.xml", &["--format", "atom"], "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\""),
    ] {
        let args = [&["feed", "in", "-q", "--level", "copies", "-o", name], flags].concat();
        assert_eq!(dir.run(&args).good(), "");
        let text = dir.read(name);
        assert!(text.starts_with(start), "{name}: {text}");
        assert_eq!(parsed(&text).entries.len(), 3);
    }
}

#[test]
fn a_copy_is_folded_into_the_entry_of_what_it_copies() {
    let output = sample().run(&["feed", "in", "-q", "--level", "copies", "--format", "json", "--title", "Bridges"]);
    let feed = output.json();
    assert_eq!(feed["title"], "Bridges");
    let item = feed["items"].as_array().expect("items").iter().find(|item| item["title"] == "Bridge opens").expect("the wire item");
    let others: Vec<(&Value, &Value, &Value)> = item["_samestory"]["others"]
        .as_array()
        .expect("others")
        .iter()
        .map(|other| (&other["article"], &other["copy_of"], &other["score"]))
        .collect();
    let (site, page, wire) = (Value::from("site"), Value::from("page.html"), Value::from("wire"));
    assert_eq!(others, [(&site, &wire, &Value::from(0.8571)), (&page, &wire, &Value::from(1.0))]);
    assert_eq!(item["date_published"], "2024-12-03T09:00:00Z");
    assert_eq!(item["date_modified"], "2024-12-03T11:00:00Z");
}

#[test]
fn older_stories_are_left_out_and_counted() {
    let dir = sample();
    let output = dir.run(&["feed", "in", "--level", "copies", "--most", "2", "-o", "f.xml"]);
    let stderr = "samestory: articles: 5, copy groups: 3, 1 older ones left out (--most)\n".to_owned();
    assert_eq!(output, Output { stdout: String::new(), stderr, code: Some(0) });
    let ids: Vec<Option<String>> =
        parsed(&dir.read("f.xml")).entries.into_iter().map(|entry| entry.title.map(|title| title.content)).collect();
    // The harvest of June is the oldest.
    assert_eq!(ids.len(), 2);
    assert!(!ids.contains(&Some("Harvest begins early".to_owned())));
}

#[test]
fn bad_input_is_named_and_the_rest_is_written() {
    let output = sample().file("in/bad.jsonl", "{\"id\": 1\n").run(&["feed", "in", "-q", "--level", "copies"]);
    assert_eq!((output.code, parsed(&output.stdout).entries.len()), (Some(1), 3));
    assert!(output.stderr.contains("bad.jsonl"), "{}", output.stderr);
}

#[test]
fn wrong_usage_is_refused() {
    for args in
        [&["feed"][..], &["feed", "in", "--link", "javascript:x"], &["feed", "in", "--most", "0"], &["feed", "in", "--format", "csv"]]
    {
        let output = sample().run(args);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{args:?}");
    }
}

#[test]
fn atom_without_any_date_says_when_it_was_made() {
    let dir = Dir::with(&[("a.jsonl", "{\"id\": \"a\", \"text\": \"The mayor opened the new bridge over the river\"}\n")]);
    let before = jiff::Timestamp::now().as_second();
    let feed = parsed(&dir.run(&["feed", "-q", "a.jsonl", "--format", "atom"]).good());
    let updated = feed.updated.expect("a date").timestamp();
    assert!((before..=jiff::Timestamp::now().as_second()).contains(&updated));
    assert_eq!((feed.entries[0].updated, feed.entries[0].published), (feed.updated, None));
}
