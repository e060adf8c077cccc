//! Figures of the page, recomputed from the JSON output.

use std::collections::{BTreeMap, BTreeSet};

use dom_query::Document;
use serde_json::Value;

use super::{calls, page, text, texts};
use crate::util::Dir;

/// A score as the page prints it: 100 % is kept for what is all of it.
fn percent(score: &Value) -> String {
    let score = score.as_f64().expect("a score");
    let rounded = (score * 100.0).round();
    format!("{}%", if score < 1.0 { rounded.min(99.0) } else { rounded })
}

fn both() -> (Document, Value) {
    let (dir, calls) = (Dir::new(), calls());
    (page(&dir, &[&calls, "--lang", "en"]), dir.run(&["report", &calls, "-q", "--format", "json"]).json())
}

fn stories(json: &Value) -> Vec<&Value> {
    let several = |story: &&Value| story["size"].as_u64() > Some(1);
    json["stories"].as_array().expect("stories").iter().filter(several).collect()
}

fn articles(json: &Value) -> Vec<&Value> {
    json["stories"].as_array().expect("stories").iter().flat_map(|story| story["articles"].as_array().expect("articles")).collect()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().expect("a list")
}

#[test]
fn the_figures_on_top_are_those_of_the_json_output() {
    let (page, json) = both();
    let articles = articles(&json);
    let all = list(&json, "stories");
    let copies: usize = all.iter().flat_map(|story| list(story, "copies")).map(|group| list(group, "articles").len() - 1).sum();
    let set = |field: &str| articles.iter().filter_map(|article| article[field].as_str()).collect::<BTreeSet<_>>();
    let days: BTreeSet<&str> = set("published").into_iter().map(|when| &when[..10]).collect();
    let undated = articles.iter().filter(|article| article["published"].is_null()).count();
    for (id, figure) in [
        ("articles", articles.len()),
        ("several", stories(&json).len()),
        ("single", all.len() - stories(&json).len()),
        ("copies", copies),
        ("outlets", set("outlet").len()),
        ("languages", set("lang").len()),
        ("days", days.len()),
        ("undated", undated),
    ] {
        assert_eq!(text(&page, &format!("#{id}")), figure.to_string(), "{id}");
    }
    assert!(copies > 0 && undated > 0, "the sample has both");
    let removed = json["summary"]["removed_lines"].to_string();
    assert!(texts(&page.select("section"), "ul.counts li").iter().any(|line| line.ends_with(&format!(": {removed}"))));
}

#[test]
fn every_story_shows_the_figures_of_its_json() {
    let (page, json) = both();
    let shown = page.select("article.story");
    let stories = stories(&json);
    assert_eq!(shown.length(), stories.len());
    for (shown, story) in shown.iter().zip(stories) {
        let facts = texts(&shown, "ul.facts li");
        let tier = if story["score"].as_f64() >= Some(0.8) { "Certain" } else { "Probable" };
        assert_eq!(facts[0], format!("{tier} {}", percent(&story["score"])));
        assert_eq!(facts[1], format!("Articles: {}", story["size"]));
        assert_eq!(facts[2], format!("Different texts: {}", list(story, "copies").len()));
        let languages: Vec<&str> = list(story, "languages").iter().filter_map(Value::as_str).collect();
        assert_eq!(facts[3], format!("Languages: {}", languages.join(", ")));
        let times: Vec<String> =
            shown.select("dl.facts time").iter().filter_map(|time| time.attr("datetime")).map(|when| when.to_string()).collect();
        assert_eq!(times.last().map(String::as_str), story["last"].as_str());
        assert_eq!(texts(&shown, "li.report").len() as u64, story["size"].as_u64().expect("a size"));
        let near: Vec<String> = list(story, "related").iter().take(3).map(|near| percent(&near["score"])).collect();
        assert_eq!(texts(&shown, "ul.near li .why > bdi:last-child"), near);
    }
}

#[test]
fn what_is_said_of_copies_is_what_the_links_say() {
    let (page, json) = both();
    let mut seen = BTreeMap::new();
    for (shown, story) in page.select("article.story").iter().zip(stories(&json)) {
        let links = list(story, "links");
        let number: BTreeMap<&str, usize> =
            list(story, "articles").iter().zip(1..).map(|(article, number)| (article["id"].as_str().expect("an id"), number)).collect();
        let between = |a: &Value, b: &Value| {
            links.iter().find(|link| [(&link["a"], &link["b"]), (&link["b"], &link["a"])].contains(&(a, b))).expect("copies are linked")
        };
        for group in list(story, "copies") {
            let representative = &group["representative"];
            for copy in list(group, "articles").iter().filter(|id| *id != representative) {
                let row = shown.select(&format!("li.report.copy[id$='-{}']", number[copy.as_str().expect("an id")]));
                assert_eq!(row.length(), 1, "{copy}");
                let said = text(&Document::from(row.html()), ".role b");
                let link = between(representative, copy);
                if link["kind"] == "copy" {
                    assert_eq!(said, percent(&link["score"]), "{copy}");
                    *seen.entry("copy").or_insert(0) += 1;
                }
            }
        }
        // The drawing counts every link once, by kind.
        if let Some(label) = shown.select_single("figure.matrix svg").attr("aria-label") {
            let kind = |link: &Value| match link["kind"].as_str() {
                Some("copy") => "copy",
                _ if ["containment", "resemblance"].iter().any(|share| link[share].as_f64() >= Some(0.2)) => "rewrite",
                _ => "own",
            };
            let count = |name: &str| links.iter().filter(|link| kind(link) == name).count();
            let expected = format!("Similarity: copy {}, rewrite {}, own words {}", count("copy"), count("rewrite"), count("own"));
            assert_eq!(*label, *expected);
            *seen.entry("matrix").or_insert(0) += 1;
        }
    }
    assert!(seen["copy"] > 10 && seen["matrix"] > 5, "{seen:?}");
}

#[test]
fn outlets_are_counted_as_the_rows_are() {
    let (page, json) = both();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for outlet in articles(&json).iter().filter_map(|article| article["outlet"].as_str()) {
        *count.entry(outlet).or_default() += 1;
    }
    let rows = page.select("tbody tr");
    assert!(rows.length() > 5);
    for row in rows.iter() {
        let (name, cells) = (texts(&row, "th").remove(0), texts(&row, "td"));
        let figure = |at: usize| cells[at].parse::<usize>().expect("a figure");
        assert_eq!(figure(0), count[name.as_str()], "{name}");
        assert_eq!(figure(0), figure(1) + figure(3), "{name}: what copies nobody and what copies others is all");
    }
}
