//! Every format: exact output, hostile strings, and what a reader of feeds gets back.

use proptest::prelude::*;

use super::content::{html, line};
use super::*;
use crate::article::{Article, ArticleId};
use crate::link::Clustering;
use crate::report::plain::web;
use crate::report::sample;

/// The sample with texts and addresses.
fn result() -> (Vec<Article>, Clustering) {
    let (mut articles, clustering) = sample::result();
    articles[0].text = "Earthquake shakes the coast\n\nHouses fell & roads broke, \u{202e}say < 3 \"witnesses\".\nNobody was hurt.".into();
    articles[0].url = Some("https://wire.example/1?a=1&b=2".into());
    articles[1].url = Some("javascript:alert(1)".into());
    articles[2].url = Some("https://ar.example/زلزال".into());
    (articles, clustering)
}

fn feed() -> Feed {
    let (articles, clustering) = result();
    let feed = Feed::newest(&articles, &clustering, 500).expect("a good result");
    Feed { title: "Coast & sea".into(), link: Some("https://a.example/".into()), address: Some("https://a.example/feed".into()), ..feed }
}

fn written(format: FeedFormat, feed: &Feed) -> String {
    sample::text(|out| write_feed(format, feed, out))
}

const ALL: [FeedFormat; 3] = [FeedFormat::Rss, FeedFormat::Atom, FeedFormat::Json];

#[test]
fn rss_is_written_like_this() {
    assert_eq!(written(FeedFormat::Rss, &feed()), include_str!("../../../tests/goldens/feed.rss"));
}

#[test]
fn atom_is_written_like_this() {
    assert_eq!(written(FeedFormat::Atom, &feed()), include_str!("../../../tests/goldens/feed.atom"));
}

#[test]
fn json_feed_is_written_like_this() {
    assert_eq!(written(FeedFormat::Json, &feed()), include_str!("../../../tests/goldens/feed.json"));
}

#[test]
fn an_empty_feed_is_still_a_feed() {
    for format in ALL {
        let read = feed_rs::parser::parse(written(format, &Feed { title: "t".into(), ..Feed::default() }).as_bytes()).expect("a feed");
        assert_eq!((read.title.map(|title| title.content).as_deref(), read.entries.len(), read.updated), (Some("t"), 0, None));
    }
}

#[test]
fn the_newest_stories_are_kept() {
    let (articles, clustering) = result();
    let stories = |most| -> Vec<String> {
        let feed = Feed::newest(&articles, &clustering, most).expect("a good result");
        feed.entries.iter().map(|entry| entry.story.to_string()).collect()
    };
    assert_eq!(stories(2), ["blog", "alone"]);
    assert_eq!(stories(1), ["blog"]);
    assert!(stories(0).is_empty());
    assert!(Feed::newest(&articles[1..], &clustering, 2).is_err());
}

#[test]
fn copies_at_one_address_of_one_outlet_are_listed_once() {
    let (mut articles, clustering) = result();
    let listed = |articles: &[Article]| -> Vec<String> {
        let feed = Feed::newest(articles, &clustering, 1).expect("a good result");
        feed.entries[0].others.iter().map(|other| other.article.to_string()).collect()
    };
    assert_eq!(listed(&articles), ["site", "خبر-1", "blog"]);
    (articles[1].outlet, articles[1].url) = (articles[0].outlet.clone(), articles[0].url.clone());
    assert_eq!(listed(&articles), ["خبر-1", "blog"]);
    // Reports in words of their own are always listed.
    (articles[2].outlet, articles[2].url) = (articles[0].outlet.clone(), articles[0].url.clone());
    assert_eq!(listed(&articles), ["خبر-1", "blog"]);
}

#[test]
fn a_copy_of_another_report_says_of_which() {
    let (articles, mut clustering) = result();
    let story = &mut clustering.stories[0];
    // The report that stands for the story is now the Arabic one, and the copy group of the wire item is one of the others.
    story.representative = ArticleId(2);
    let feed = Feed::newest(&articles, &clustering, 1).expect("a good result");
    let html = html(&feed.entries[0]).expect("memory");
    let list = html.split("<ul>").nth(1).expect("a list");
    let expected = concat!(
        "<li><a href=\"https://wire.example/1?a=1&amp;b=2\"><bdi>Earthquake shakes the coast</bdi></a> · <bdi>Reuters</bdi> · ",
        "2024-12-03 16:44Z · same story 87%</li>",
        "<li><bdi>Earthquake shakes [31mcoast</bdi> · <bdi>Daily, the &quot;best&quot;</bdi> · 2024-12-03 · copy of <bdi>Reuters</bdi> 98%</li>",
        "<li><bdi>The ground moved.</bdi> · same story 75%</li></ul>"
    );
    assert_eq!(list, expected);
}

#[test]
fn ids_of_entries_depend_on_the_story_alone() {
    let ids = ["a", "b", "", "\0", "a\0", "خبر-1", "https://a.example/1", &"long".repeat(50_000)];
    let guids: std::collections::BTreeSet<String> = ids.iter().map(|id| guid(id)).collect();
    assert_eq!(guids.len(), ids.len());
    for guid in guids {
        let digits = guid.strip_prefix("urn:uuid:").expect("a UUID");
        assert_eq!((digits.len(), &digits[14..15]), (36, "8"), "{guid}");
        assert!(matches!(&digits[19..20], "8" | "9" | "a" | "b"), "{guid}");
    }
}

#[test]
fn hostile_strings_come_through_as_text() {
    let hostile = [
        "]]>".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "&lt;b&gt; &amp;amp; &#0; &nope;".to_owned(),
        "<![CDATA[x]]><!-- --><?php ?>".to_owned(),
        "a\0b\u{1}c\u{b}d\u{1f}e\u{7f}f\u{85}g\u{9b}h\u{fffe}i\u{ffff}j".to_owned(),
        "\u{202e}gpj.exe\u{202c} \u{2066}x \u{2067}y\u{2069}".to_owned(),
        "👩‍👩‍👧 🇶🇦 é 漢字".to_owned(),
        "word ".repeat(20_000),
    ];
    let entries = hostile.iter().map(|text| Entry {
        story: text.as_str().into(),
        title: text.clone(),
        link: Some("javascript:alert(1)".into()),
        outlet: Some(text.as_str().into()),
        text: format!("{text}\nand {text}").into(),
        others: vec![Other {
            article: text.as_str().into(),
            title: text.clone(),
            link: Some("data:text/html,x".into()),
            ..Other::default()
        }],
        ..Entry::default()
    });
    let feed = Feed { title: hostile[1].clone(), entries: entries.collect(), ..Feed::default() };
    for format in ALL {
        let text = written(format, &feed);
        for bad in ["javascript:", "data:", "<script", "\u{202e}", "\u{2066}", "\u{fffe}", "<a ", "]]>"] {
            // JSON needs no escape for what would end a piece of XML; its ids are as they came.
            let is_json = format == FeedFormat::Json;
            assert!(is_json || !text.contains(bad), "{format:?}: {bad:?}");
        }
        check(format, &feed);
    }
}

/// What is expected of the HTML of an entry: the paragraphs as an HTML reader sees them.
fn paragraphs(entry: &Entry) -> Vec<String> {
    let mut lines: Vec<String> = entry.text.lines().map(line).filter(|line| !line.is_empty()).collect();
    if lines.len() > 1 && lines[0] == line(&entry.title) {
        lines.remove(0);
    }
    lines.extend((!entry.others.is_empty()).then(|| "Other reports:".to_owned()));
    lines
}

/// Writes a feed, reads it with feed-rs and compares every field.
fn check(format: FeedFormat, feed: &Feed) {
    let text = written(format, feed);
    let read = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
    let some = |text: String| (!text.is_empty()).then_some(text);
    assert_eq!(read.title.and_then(|title| some(title.content)), some(line(&feed.title)), "{text}");
    let links: Vec<&str> = read.links.iter().map(|link| link.href.as_str()).collect();
    let expected: Vec<&str> = [&feed.link, &feed.address].into_iter().filter_map(|link| web(link.as_deref()?)).collect();
    assert_eq!(links, expected);
    assert_eq!(read.entries.len(), feed.entries.len());
    // Seconds: RSS says no parts of them.
    let seconds = |when: &When| dates::rfc3339(when).and_then(|text| When::parse_iso(&text)).map(|when| when.order());
    for (read, entry) in read.entries.iter().zip(&feed.entries) {
        assert_eq!(read.id, guid(&entry.story));
        assert_eq!(read.title.clone().and_then(|title| some(title.content)), some(line(&entry.title)), "{text}");
        let links: Vec<&str> = read.links.iter().map(|link| link.href.as_str()).collect();
        assert_eq!(links, Vec::from_iter(entry.link.as_deref().and_then(web)));
        assert_eq!(read.published.map(|date| date.timestamp()), entry.published.as_ref().and_then(seconds), "{text}");
        let updated = match format {
            FeedFormat::Rss => entry.updated.as_ref().or(entry.published.as_ref()),
            FeedFormat::Atom => entry.updated.as_ref().or(entry.published.as_ref()).or(feed.updated.as_ref()),
            FeedFormat::Json => entry.updated.as_ref(),
        };
        assert_eq!(read.updated.map(|date| date.timestamp()), updated.and_then(seconds), "{text}");
        let outlet = entry.outlet.as_deref().map(line).filter(|name| !name.is_empty());
        // feed-rs takes names with an at sign apart.
        if outlet.as_ref().is_none_or(|name| !name.contains('@')) {
            assert_eq!(read.authors.first().and_then(|author| author.name.clone()), outlet, "{text}");
        }
        let body = read.content.as_ref().and_then(|content| content.body.clone()).unwrap_or_default();
        assert_eq!(body, html(entry).expect("memory"));
        let document = dom_query::Document::from(body.as_str());
        let texts = |selector: &str| -> Vec<String> { document.select(selector).iter().map(|found| found.text().to_string()).collect() };
        assert_eq!(texts("p"), paragraphs(entry));
        assert_eq!(texts("li").len(), entry.others.len());
        let hrefs: Vec<String> = document.select("a").iter().filter_map(|link| link.attr("href").map(|href| href.to_string())).collect();
        let expected: Vec<&str> = entry.others.iter().filter_map(|other| web(other.link.as_deref()?)).collect();
        assert_eq!(hrefs, expected);
        for (item, other) in texts("li").iter().zip(&entry.others) {
            assert!(item.starts_with(&line(&other.title)), "{item}");
        }
        assert_eq!(document.select("script").length(), 0);
    }
}

/// Anything, and what is special to one of the formats or to a terminal.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "([<>&'\"\\[\\]!;#-]|]]>|&lt;|<p>|[\0\u{1}\u{b}\r\n\t \u{85}\u{a0}\u{202e}\u{2066}\u{2069}\u{fffe}]|[aش😀@:/]){0,12}"
    ]
}

fn link() -> impl Strategy<Value = Option<SharedText>> {
    let links = ["https://a.example/", "http://b.example/1?x=%20&y=~", "javascript:alert(1)", "https://a.example/\" x=\"", "b.html", ""];
    proptest::option::of(proptest::sample::select(links.to_vec()).prop_map(SharedText::from))
}

fn when() -> impl Strategy<Value = Option<When>> {
    let dates = ["2024-12-03", "1999-12-31T23:59:59", "2024-02-29T16:44:00.25Z", "2024-12-03T01:00:00+13:45", "2024-12-03T01:00:00-11:00"];
    proptest::option::of(proptest::sample::select(dates.to_vec()).prop_map(|date| When::parse_iso(date).expect("a date")))
}

fn other() -> impl Strategy<Value = Other> {
    let names = (text(), text(), link(), proptest::option::of(text()), when());
    (names, proptest::option::of(text()), proptest::option::of(0.0..=1.0)).prop_map(|(names, copy_of, score)| {
        let (article, title, link, outlet, published) = names;
        let (outlet, copy_of) = (outlet.map(SharedText::from), copy_of.map(SharedText::from));
        Other { article: article.into(), title, link, outlet, lang: None, published, copy_of, score }
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let names = (text(), text(), link(), proptest::option::of(text()), proptest::collection::vec(text(), 0..4));
    (names, when(), when(), proptest::collection::vec(other(), 0..3)).prop_map(|(names, published, updated, others)| {
        let (story, title, link, outlet, lines) = names;
        let (outlet, text) = (outlet.map(SharedText::from), lines.join("\n").into());
        Entry { story: story.into(), title, link, outlet, text, published, updated, others, ..Entry::default() }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        title in text(),
        links in (link(), link()),
        updated in when(),
        entries in proptest::collection::vec(entry(), 0..4),
    ) {
        let (link, address) = (links.0.map(|link| link.to_string()), links.1.map(|link| link.to_string()));
        let feed = Feed { title, link, address, lang: None, updated, entries };
        for format in ALL {
            check(format, &feed);
        }
    }
}
