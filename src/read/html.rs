//! HTML pages and pieces: the main text, one paragraph a line, and what the page says about itself.
//!
//! The main text is dom_smoothie's (a port of Readability). Before it runs, elements that never hold the article are taken
//! out, because for short articles it otherwise falls back to the whole body, menus and comment forms included.

use std::panic::AssertUnwindSafe;

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability, TextMode};
use jiff::civil::Date;

use super::dom::MAX_DEPTH;
use super::draft::Draft;
use super::page_date::{self, Head};
use super::{dom, record, text_date};
use crate::article::{DateSource, Published};
use crate::language;

/// Elements in one page; a page with more is not scored (scoring is quadratic in depth) but read whole.
const MAX_ELEMENTS: usize = 100_000;

/// Levels above every byte of text, added up. Readability reads the text of an element again for every element around it:
/// 4 to 7 ns for a byte and a level, so this is two to four seconds, and a page with more (15 MB inside 500 levels take 29 s) is
/// treated as one that is too deep. The largest news pages (5 MB, 40 levels) stay below half of it.
const MAX_DEPTH_BYTES: usize = 512 * 1024 * 1024;

/// What an element counts beside its text, in bytes: about its markup.
const ELEMENT_BYTES: usize = 16;

/// Main text of at least this many characters is taken at once; for less, dom_smoothie tries again with weaker rules. Its own
/// value (500) sends every short agency report there.
const ENOUGH_CHARS: usize = 140;

/// Elements whose text nobody reads.
const NEVER_TEXT: &str = "script, style, noscript, template, iframe, svg, button, select, textarea, dialog";

/// Elements beside the article, unless the page forgot to close one and the article ended up inside.
const BESIDE: &str = "nav, aside, footer";

/// Whether a string is HTML: it starts with a tag or has paragraphs or line breaks of HTML.
pub(super) fn looks_like(text: &str) -> bool {
    if memchr::memchr(b'<', text.as_bytes()).is_none() {
        return false;
    }
    let start = text.trim_start().as_bytes();
    let tag = start.first() == Some(&b'<') && start.get(1).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'!') && text.contains('>');
    tag || ["<p>", "<p ", "</p>", "<br>", "<br/>", "<br />"].iter().any(|mark| text.contains(mark))
}

/// Whether there is a tag anywhere in a string.
pub(super) fn has_tag(text: &str) -> bool {
    let begins = |rest: &[u8]| rest.first().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, b'/' | b'!'));
    memchr::memrchr(b'>', text.as_bytes())
        .is_some_and(|last| memchr::memchr_iter(b'<', &text.as_bytes()[..last]).any(|at| begins(&text.as_bytes()[at + 1..])))
}

/// A text without tags, its entities decoded.
pub(super) fn unescaped(text: &str) -> String {
    Document::fragment(text.replace('<', "&lt;")).text().to_string()
}

/// Reads a field of a record that holds HTML: a whole page as one, a piece as the text it is.
pub(super) fn piece(html: &str, latest: Date) -> Draft {
    let head: String = html.chars().take(2048).collect::<String>().to_ascii_lowercase();
    if head.contains("<html") || head.contains("<body") || head.contains("<!doctype") {
        return page(html, latest);
    }
    Draft { text: visible_text(&dom::fragment(html)), ..Draft::default() }
}

/// Reads a page: what it holds and says, but for a key. The text is one paragraph a line, empty when there is none.
pub(super) fn page(html: &str, latest: Date) -> Draft {
    let document = dom::document(html);
    let head = Head::of(&document);
    let deep = is_deep(&document);
    let url = head.address();
    let lang = document.select("html[lang]").attr("lang").and_then(|lang| language::declared(&lang));
    let published = page_date::find(Some(&document).filter(|_| !deep), &head, url.as_deref(), lang.as_deref(), latest);
    let first_heading = document.select_single("h1").text().trim().to_string();
    prune(&document);
    let config =
        Config { max_elements_to_parse: MAX_ELEMENTS, char_threshold: ENOUGH_CHARS, text_mode: TextMode::Formatted, ..Config::default() };
    // A page must not end the run: whatever goes wrong in there, its visible text is still read.
    let parse = AssertUnwindSafe(|| {
        let mut page = Readability::with_document(document, None, Some(config)).ok().filter(|_| !deep)?;
        page.parse().ok()
    });
    let main = std::panic::catch_unwind(parse).ok().flatten();
    let mut text = main.as_ref().map(|main| one_paragraph_a_line(&main.text_content)).unwrap_or_default();
    if text.is_empty() {
        text = visible_text(&dom::document(html));
    }
    let clean = |text: &str| Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty());
    let title = main
        .as_ref()
        .and_then(|main| clean(&main.title))
        .or_else(|| head.meta(&["og:title", "twitter:title"]))
        .or_else(|| clean(&first_heading));
    let site = main.as_ref().and_then(|main| main.site_name.as_deref().and_then(clean));
    let outlet = site.or_else(|| head.meta(&["og:site_name", "application-name"])).or_else(|| url.as_deref().and_then(record::host));
    let published =
        published.or_else(|| text_date::find(&text, lang.as_deref(), latest).map(|when| Published { when, source: DateSource::Text }));
    Draft { title, text, outlet, url, lang, published, ..Draft::default() }
}

/// Takes out what never holds the article: menus, asides, forms, the header of the site.
fn prune(document: &Document) {
    document.select(NEVER_TEXT).remove();
    if is_deep(document) {
        return;
    }
    let holds = |node: &NodeRef<'_>, names: &[&str]| node.descendants_it().any(|inner| names.iter().any(|name| inner.has_name(name)));
    for beside in document.select(BESIDE).nodes() {
        if !holds(beside, &["h1", "main"]) {
            beside.remove_from_parent();
        }
    }
    // Some systems wrap the whole page in a form.
    for form in document.select("form").nodes() {
        if !holds(form, &["h1"]) || !holds(form, &["article", "main", "p"]) {
            form.remove_from_parent();
        }
    }
    for header in document.select("header").nodes() {
        let of_article = header.ancestors_it(None).any(|node| node.has_name("article") || node.has_name("main"));
        if !of_article && !holds(header, &["h1", "main"]) {
            header.remove_from_parent();
        }
    }
}

/// Whether elements stand more than [`MAX_DEPTH`] inside each other (Readability walks up from every element, so that such a page is read
/// whole too, and only its head is asked for a date), or too much text too deep ([`MAX_DEPTH_BYTES`]).
fn is_deep(document: &Document) -> bool {
    let (mut depth, mut depth_bytes) = (0, 0);
    let mut node = document.root();
    loop {
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
        } else {
            while node.next_sibling().is_none() {
                let Some(parent) = node.parent() else { return false };
                (node, depth) = (parent, depth - 1);
            }
            let Some(next) = node.next_sibling() else { return false };
            node = next;
        }
        depth_bytes += depth * if node.is_text() { node.text().len() } else { ELEMENT_BYTES };
        if depth > MAX_DEPTH || depth_bytes > MAX_DEPTH_BYTES {
            return true;
        }
    }
}

/// All text of a document or piece but what is never text.
fn visible_text(document: &Document) -> String {
    prune(document);
    document.select("head").remove();
    let root: NodeRef<'_> = document.body().unwrap_or_else(|| document.root());
    one_paragraph_a_line(&root.formatted_text())
}

/// Formatted text without its empty lines and with single spaces.
fn one_paragraph_a_line(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(first);
        for word in words {
            lines.push(' ');
            lines.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATEST: Date = jiff::civil::date(2024, 12, 31);
    const LEAD: &str = "The mayor opened the new bridge over the river on Monday in front of several hundred people.";
    const SECOND: &str =
        "It took the city four years and two contractors to build it, and the old ferry is to stop at the end of the month.";

    /// A page as a content system makes it, with `head` and with `meta` under its headline.
    fn made(head: &str, meta: &str) -> String {
        format!(
            "<!DOCTYPE html><html lang=\"en-GB\"><head><title>Bridge opens to traffic at last | The Riverton Echo</title>{head}</head><body>
            <a class=\"skip-link\" href=\"#c\">Skip to content</a><header><a href=\"/\">The Riverton Echo</a><nav><ul><li>Sports</li></ul></nav></header>
            <main id=\"c\"><article><h1>Bridge opens to traffic at last</h1>{meta}
            <div class=\"body\"><p>{LEAD}</p><h3>A long wait</h3><p>{SECOND}<br>Tolls&nbsp;are  not\nplanned.</p>
            <ul><li>Length: 300 metres</li><li>Lanes: four</li></ul><noscript><p>Enable scripts</p></noscript></div></article>
            <aside><h3>Most read</h3><time datetime=\"2019-01-01\">then</time><p>Ferry captain retires after forty years on the water, and he is not sad.</p></aside>
            <section class=\"comments\" id=\"comments\"><h3>Leave a comment</h3><form><p>Your address will not be published.</p><textarea></textarea></form></section>
            </main><footer><p>All rights reserved.</p></footer><script>track()</script></body></html>"
        )
    }

    #[test]
    fn the_main_text_is_a_paragraph_a_line() {
        let page = page(&made("", ""), LATEST);
        let expected = [LEAD, "A long wait", SECOND, "Tolls are not planned.", "Length: 300 metres", "Lanes: four"].join("\n");
        assert_eq!(page.text, expected);
        assert_eq!(page.title.as_deref(), Some("Bridge opens to traffic at last"));
        assert_eq!((page.lang.as_deref(), page.outlet, page.url, page.published), (Some("en"), None, None, None));
    }

    #[test]
    fn the_head_names_outlet_and_address() {
        let canonical =
            "<link rel=canonical href=\"https://www.echo.example/a\"><meta property=\"og:url\" content=\"https://m.echo.example/b\">";
        let found = page(&made(canonical, ""), LATEST);
        assert_eq!((found.outlet.as_deref(), found.url.as_deref()), (Some("echo.example"), Some("https://www.echo.example/a")));
        let site = "<meta property=\"og:site_name\" content=\"Echo\"><link rel=canonical href=\"/relative\">";
        let found = page(&made(site, ""), LATEST);
        assert_eq!((found.outlet.as_deref(), found.url), (Some("Echo"), None));
    }

    #[test]
    fn the_date_comes_from_the_best_source() {
        let ld = |json: &str| format!("<script type=\"application/ld+json\">{json}</script>");
        let url = "<link rel=canonical href=\"https://echo.example/2024/05/04/bridge\">";
        for (name, head, meta, expected) in [
            (
                "article",
                ld(r#"{"@type":"NewsArticle","datePublished":"2024-05-01T10:00:00+03:00"}"#),
                "",
                "2024-05-01T10:00:00+03:00 JSON-LD datePublished",
            ),
            (
                "graph",
                ld(r#"{"@graph":[{"@type":"WebPage","datePublished":"2024-01-01"},{"@type":["Article"],"datePublished":"2024-05-01"}]}"#),
                "",
                "2024-05-01 JSON-LD datePublished",
            ),
            (
                "array",
                ld(r#"[{"@type":"WebSite"},{"@type":"BlogPosting","datePublished":["2024-05-01"]}]"#),
                "",
                "2024-05-01 JSON-LD datePublished",
            ),
            (
                "line break in a string",
                ld("{\"@type\":\"Article\",\"name\":\"a\nb\",\"datePublished\":\"2024-05-01\"}"),
                "",
                "2024-05-01 JSON-LD datePublished",
            ),
            ("broken JSON", ld(r#"{"@type":"Article","datePublished":"2024-05-01",}"#), "", "2024-05-01 JSON-LD datePublished"),
            ("a comment's date", ld(r#"{"@type":"Article","comment":[{"datePublished":"2024-05-09"}]}"#), "", ""),
            (
                "meta",
                format!("<meta property=\"article:published_time\" content=\"2024-05-02\">{url}"),
                "<time datetime=\"2024-05-03\">x</time>",
                "2024-05-02 meta element",
            ),
            ("kin", "<meta name=\"DC.date.issued\" content=\"2024-05-02\">".into(), "", "2024-05-02 meta element"),
            (
                "future JSON-LD",
                format!(
                    "{}<meta itemprop=datePublished content=\"2024-05-02\">",
                    ld(r#"{"@type":"Article","datePublished":"2031-05-01"}"#)
                ),
                "",
                "2024-05-02 meta element",
            ),
            ("time", url.into(), "<time datetime=\"2024-05-03T08:00\">this morning</time>", "2024-05-03T08:00:00 time element"),
            ("time in words", String::new(), "<time>3 May 2024</time>", "2024-05-03 time element"),
            (
                "marked time",
                String::new(),
                "<time datetime=\"2024-05-08\" class=updated></time><time itemprop=datePublished datetime=\"2024-05-03\"></time>",
                "2024-05-03 time element",
            ),
            ("address", url.into(), "<span class=date>5 May 2024</span>", "2024-05-04 address"),
            (
                "named for a change",
                String::new(),
                "<span class=updated-date>9 May 2024</span><span class=date>5 May 2024</span>",
                "2024-05-05 date in the text",
            ),
            ("named element", String::new(), "<span class=post-date>5 May 2024, 10:20</span>", "2024-05-05T10:20:00 date in the text"),
        ] {
            let published = page(&made(&head, meta), LATEST).published;
            let found = published.map(|published| format!("{} {}", published.when, published.source.name())).unwrap_or_default();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn pages_without_an_article_are_read_whole() {
        for (html, expected) in [
            ("<html><body><div>Short note.</div><div>Another.</div></body></html>", "Short note.\nAnother."),
            ("<p>Only a piece", "Only a piece"),
            ("<nav><a>Menu</a><main><h1>Unclosed menu</h1><p>Text.</p></main>", "Menu\nUnclosed menu\nText."),
            ("<form><h1>All in a form</h1><p>Text.</p><button>Go</button></form>", "All in a form\nText."),
            ("<html><head><title>T</title></head><body><nav>Menu</nav><script>x</script></body></html>", ""),
            ("", ""),
        ] {
            assert_eq!(page(html, LATEST).text, expected, "{html}");
        }
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = format!("{}text{}", "<div>".repeat(3_000), "</div>".repeat(3_000));
        assert_eq!(page(&deep, LATEST).text, "text");
    }

    #[test]
    fn much_text_inside_many_levels_is_read_whole() {
        let nested = |levels: usize, paragraphs: usize| {
            let paragraphs = format!("<p>{LEAD}</p>").repeat(paragraphs);
            format!("<title>Bridge opens</title>{}{paragraphs}{}", "<div>".repeat(levels), "</div>".repeat(levels))
        };
        for (levels, paragraphs, expected) in [(400, 100, false), (10, 20_000, false), (400, 20_000, true)] {
            let html = nested(levels, paragraphs);
            assert_eq!(is_deep(&Document::from(html.as_str())), expected, "{levels} levels, {paragraphs} paragraphs");
            if expected {
                assert_eq!(page(&html, LATEST).text.lines().count(), paragraphs);
            }
        }
    }

    #[test]
    fn pieces_are_told_from_text() {
        for (text, expected) in [
            ("<div>x</div>", true),
            (" <!-- a --><p>x", true),
            ("a<br/>b", true),
            ("a < b > c", false),
            ("<3 you > me", false),
            ("", false),
        ] {
            assert_eq!(looks_like(text), expected, "{text}");
        }
        assert_eq!(piece("<p>One <b>word</b>.</p><ul><li>a</li></ul>", LATEST).text, "One word.\na");
        assert_eq!(piece(&made("", ""), LATEST).title.as_deref(), Some("Bridge opens to traffic at last"));
    }
}
