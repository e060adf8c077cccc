//! What the flags of `report` do.

use dom_query::Document;

use super::{calls, page, text, texts};
use crate::util::{Dir, root};

const WIRE: &str = r#"{"id": "a", "title": "Bridge [opens]", "published": "2024-12-03T09:00:00Z", "outlet": "North *Wire*", "lang": "en", "url": "https://north.example/a", "text": "NORTHTOWN (Reuters) - The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute about its cost."}
{"id": "b", "title": "New bridge", "published": "2024-12-03T11:00:00Z", "outlet": "Mail", "lang": "en", "url": "javascript:alert(1)", "text": "The mayor opened the new bridge over the river on Tuesday after three years of work and a short dispute about its cost. Not everybody came to see it, said the harbour master."}
{"id": "c", "title": "Harvest", "outlet": "Mail", "lang": "en", "text": "Farmers in the south brought in the first wheat two weeks earlier than usual."}
"#;

#[test]
fn the_page_speaks_the_language_of_most_articles_or_the_one_asked_for() {
    let (dir, calls) = (Dir::with(&[("wire.jsonl", WIRE)]), calls());
    let lang = |args: &[&str]| {
        let page = page(&dir, args);
        let html = page.select("html");
        (html.attr("lang").expect("a language").to_string(), html.attr("dir").expect("a direction").to_string())
    };
    let is = |lang: &str, dir: &str| (lang.to_owned(), dir.to_owned());
    assert_eq!(lang(&[&calls]), is("ar", "rtl"));
    assert_eq!(lang(&["wire.jsonl"]), is("en", "ltr"));
    for code in ["ar", "en", "tr", "ru"] {
        assert_eq!(lang(&["wire.jsonl", "--lang", code]).0, code);
    }
    let wrong = dir.run(&["report", "wire.jsonl", "--lang", "xx"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn what_a_report_adds_and_who_it_credits_is_said() {
    let dir = Dir::with(&[("wire.jsonl", WIRE)]);
    let page = page(&dir, &["wire.jsonl", "--title", "Tuesday"]);
    assert_eq!((text(&page, "h1"), text(&page, "title")), ("Tuesday".to_owned(), "Tuesday".to_owned()));
    let story = page.select("article.story");
    assert_eq!(story.length(), 1);
    assert_eq!(texts(&story, "ul.only li"), ["Not everybody came to see it, said the harbour master."]);
    assert_eq!(texts(&story, ".agency bdi"), ["Reuters"]);
    let marked = texts(&story, ".sides mark.only");
    assert!(marked.contains(&"short".to_owned()) && marked.contains(&"long".to_owned()), "{marked:?}");
    assert_eq!(text(&page, "#single"), "1");
    assert!(texts(&story, "dl.facts dd").contains(&"North *Wire*, 2024-12-03 09:00Z".to_owned()));
}

#[test]
fn markdown_takes_no_sign_of_a_text_for_its_own() {
    let dir = Dir::with(&[("wire.jsonl", WIRE)]);
    let page = dir.run(&["report", "-q", "wire.jsonl", "--format", "md"]).good();
    assert!(page.contains("### Bridge \\[opens\\]\n"), "{page}");
    assert!(page.contains("[Bridge \\[opens\\]](<https://north.example/a>) · North \\*Wire\\*"), "{page}");
    assert!(!page.contains("javascript:") && page.contains("> Not everybody came to see it, said the harbour master."), "{page}");
}

#[test]
fn csv_and_json_are_those_of_cluster() {
    let (dir, calls) = (Dir::new(), calls());
    for format in ["csv", "json"] {
        let written = |command: &str| dir.run(&[command, &calls, "-q", "--format", format]).good();
        assert!(written("report") == written("cluster"), "{format}");
    }
}

#[test]
fn the_same_articles_give_the_same_page() {
    let dir = Dir::new();
    let calls = root().join("data/calls");
    let inputs: Vec<String> = ["ar-wire.jsonl", "tr-feed.jsonl", "ru-feed.tsv", "en-feed.json"]
        .map(|name| calls.join(name).to_str().expect("a path").to_owned())
        .into();
    let written = |inputs: &[&str], threads: &str| dir.run(&[&["report", "-q", "--threads", threads], inputs].concat()).good();
    let mut order: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let first = written(&order, "1");
    order.reverse();
    assert!(written(&order, "3") == first);
}

#[test]
fn templates_can_be_replaced_one_by_one() {
    let dir = Dir::with(&[
        ("wire.jsonl", WIRE),
        ("own/page.md", "{% for story in stories %}{{ story.size }}{% include 'tail.md' %}{% endfor %}\n"),
        ("own/tail.md", " of {{ story.title }}"),
        ("styled/style.css", "body { color: red }"),
        ("styled/notes.txt", "not a template"),
        ("broken/page.html", "fine\n{{ nowhere( }}\n"),
    ]);
    let run = |args: &[&str]| dir.run(&[&["report", "-q", "wire.jsonl"], args].concat());
    assert_eq!(run(&["--format", "md", "--template", "own"]).good(), "2 of Bridge \\[opens\\]");
    std::fs::write(dir.path("styled/logo.png"), [0x89, 0xff]).expect("a file");
    let styled = run(&["--template", "styled"]).good();
    assert!(styled.contains("<style>body { color: red }</style>"));
    // The policy names what stands in the page.
    let policy = |page: String| Document::from(page).select("meta[http-equiv]").attr("content").expect("a policy").to_string();
    assert_ne!(policy(styled), policy(run(&[]).good()));
    let broken = run(&["--template", "broken"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.stderr.contains("page.html:2"), "{}", broken.stderr);
    let missing = run(&["--template", "nowhere"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("nowhere"), "{}", missing.stderr);
}

#[test]
fn what_could_not_be_read_is_on_the_page() {
    let dir =
        Dir::with(&[("in/wire.jsonl", WIRE), ("in/bad.jsonl", "{\"id\": \"x\", \"text\": \"fine\"}\n{broken\n"), ("in/notes.docx", "x")]);
    let run = dir.run(&["report", "in"]);
    assert_eq!(run.code, Some(1));
    let page = Document::from(run.stdout);
    let left = texts(&page.select("section"), "ul.counts li");
    assert!(
        left.contains(&"Unusable input, named below: 1".to_owned()) && left.contains(&"Files of other kinds: 1".to_owned()),
        "{left:?}"
    );
    let problems = texts(&page.select("section"), "details li[dir]");
    assert!(problems.len() == 1 && problems[0].contains("bad.jsonl:2"), "{problems:?}");
}

#[test]
fn an_index_is_reported_on_from_a_day_on() {
    let dir = Dir::with(&[
        ("wire.jsonl", WIRE),
        (
            "later.jsonl",
            "{\"id\": \"d\", \"title\": \"Later\", \"published\": \"2024-12-05\", \"text\": \"The lighthouse was painted white again by volunteers.\"}\n",
        ),
    ]);
    dir.run(&["dedup", "--index", "ix", "-q", "wire.jsonl", "later.jsonl"]).good();
    let all = page(&dir, &["--index", "ix"]);
    assert_eq!((text(&all, "#articles"), text(&all, "#several")), ("4".to_owned(), "1".to_owned()));
    let new = page(&dir, &["--index", "ix", "--since", "2024-12-04"]);
    assert_eq!(text(&new, "#articles"), "1");
    assert!(texts(&new.select("section"), "ul.counts li").contains(&"Older articles, or without a date: 3".to_owned()));
    assert_eq!(dir.run(&["report", "wire.jsonl", "--since", "2024-12-04"]).code, Some(2));
    assert_eq!(dir.run(&["report", "--index", "nowhere"]).code, Some(1));
    assert_eq!(dir.run(&["report"]).code, Some(2));
}

#[test]
fn nothing_at_all_is_a_page_as_well() {
    let dir = Dir::with(&[("empty.jsonl", "")]);
    let page = Document::from(dir.run(&["report", "empty.jsonl"]).stdout);
    assert_eq!(text(&page, "#articles"), "0");
    assert!(!page.select("article.story").exists() && !page.select("time").exists());
    let copies = super::page(&Dir::with(&[("wire.jsonl", WIRE)]), &["wire.jsonl", "--level", "copies"]);
    assert_eq!(text(&copies, "#several"), "1");
}
