//! HTML to a tree, at a price that its bytes are worth.
//!
//! A parser looks through the open elements for most tags, and opens again what a paragraph has closed: 100,000 `<div>` inside each other
//! take minutes, and half a megabyte of unclosed `<font>` becomes a tree of gigabytes. The parser is therefore fed a piece at a time, and
//! when the tree is out of bounds, what is left is given to it as text without tags.

use dom_query::{Document, NodeRef};
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, Parser, QualName, local_name, ns, parse_document, parse_fragment};

/// Levels of elements inside each other at which tags are no longer read. Browsers stop at 512.
pub(super) const MAX_DEPTH: usize = 512;

/// Nodes of a tree at which tags are no longer read: some 200 MB, and ten times the largest news pages.
const MAX_NODES: usize = 1_000_000;

/// Bytes that are parsed between two looks at the tree: each may open no more elements again than there are levels.
const STEP: usize = 1024;

/// Elements whose content is no markup, and would be taken for text.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// The tree of a page.
pub(super) fn document(html: &str) -> Document {
    fill(parse_document(Document::default(), options()), html)
}

/// The tree of a piece of a page.
pub(super) fn fragment(html: &str) -> Document {
    let body = QualName::new(None, ns!(html), local_name!("body"));
    fill(parse_fragment(Document::fragment_sink(), options(), body, Vec::new(), false), html)
}

/// As dom_query has it.
fn options() -> ParseOpts {
    ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled: false, drop_doctype: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    }
}

fn fill(mut parser: Parser<Document>, html: &str) -> Document {
    let mut rest = html;
    while !rest.is_empty() {
        let end = (0..=rest.len().min(STEP)).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (now, later) = rest.split_at(end);
        parser.process(now.into());
        rest = later;
        let document = &parser.tokenizer.sink.sink;
        if document.tree.len() > MAX_NODES || is_deep(document.root()) {
            parser.process(without_tags(rest).into());
            break;
        }
    }
    parser.finish()
}

/// Whether the newest element is too deep: it is the last child of the last child, or stands before a table that it cannot be in.
fn is_deep(root: NodeRef<'_>) -> bool {
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return true;
        }
        let Some(last) = node.last_child() else { continue };
        let before = last.has_name("table").then(|| last.prev_sibling()).flatten();
        open.extend(before.into_iter().chain([last]).map(|node| (node, depth + 1)));
    }
    false
}

/// What is left of a page without its tags, scripts and styles. The tag it begins inside of, and ends of what may be open, stay.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let begun = html.find('>').map_or(html.len(), |end| end + 1);
    out.push_str(&html[..begun]);
    let mut rest = &html[begun..];
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest[1..].split(|c: char| !c.is_ascii_alphanumeric() && c != '/').next().unwrap_or_default().to_ascii_lowercase();
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        if matches!(name.as_str(), "script" | "style") {
            let end = format!("</{name}");
            rest = rest
                .as_bytes()
                .windows(end.len())
                .position(|found| found.eq_ignore_ascii_case(end.as_bytes()))
                .map_or("", |at| &rest[at..]);
            continue;
        }
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let closes = name.strip_prefix('/').is_some_and(|name| RAW.contains(&name));
        out.push_str(if closes { &rest[..end] } else { "\n" });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_that_of_the_whole_however_it_is_cut() {
        let text = "<p class=\"a b\">كلام &amp; more &lt;words&gt; é</p>\r\n<ul><li>one<li>two</ul><table><tr><td>x</table>".repeat(60);
        let page = format!("<!DOCTYPE html><html><head><title>T</title><script>if (a < b) {{}}</script></head><body>{text}</body></html>");
        assert_eq!(document(&page).html(), Document::from(page.as_str()).html());
        assert_eq!(fragment(&text).html(), Document::fragment(text.as_str()).html());
    }

    #[test]
    fn what_is_too_deep_or_too_much_goes_on_as_text() {
        let paragraph = "<p>words of the page, again and again, until there are enough of them</p>";
        let fonts: String = (0..1_000).map(|size| format!("<font size={size}>")).collect();
        for (name, html) in [
            ("levels", format!("{}here{}", "<div>".repeat(100_000), "</div>".repeat(100_000))),
            ("beside a table", format!("{}here", "<table><b>".repeat(50_000))),
            ("opened again", format!("<p>{fonts}</p>{}here", paragraph.repeat(20_000))),
            ("a script behind", format!("{}<script>let no = 1;</script>here", "<i>".repeat(2_000))),
        ] {
            let tree = document(&html);
            assert!(tree.tree.len() < 3 * MAX_NODES, "{name}: {}", tree.tree.len());
            let text = tree.text();
            let text = text.trim_end();
            assert!(text.ends_with("here") && !text.contains("let no"), "{name}: {:?}", text.get(text.len().saturating_sub(80)..));
        }
    }

    #[test]
    fn tags_are_taken_off_but_for_ends_of_what_may_be_open() {
        let rest = "class=x>one <b>two</b> <3 <!-- no --><style>p { }</style></title>three</p";
        assert_eq!(without_tags(rest), "class=x>one \ntwo\n <3 \n</style></title>three\n");
    }
}
