//! RSS 2.0 (rssboard.org), with `content:encoded` for the text, Dublin Core for outlet and language, and what Atom adds.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::report::feed::atom::{self, tag};
use crate::report::feed::content::{html, line, name};
use crate::report::feed::dates::{rfc2822, rfc3339};
use crate::report::feed::{Entry, Feed, guid};
use crate::report::plain::web;

/// The module that RSS 2.0 has no word of its own for: `content:encoded`.
const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";

/// Dublin Core.
const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";

/// RSS wants a description of the feed.
const DESCRIPTION: &str = "One entry for each story, with the other reports of it.";

/// Writes the feed.
pub(super) fn write(feed: &Feed, out: &mut dyn io::Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml.create_element("rss").with_attributes([
        ("version", "2.0"),
        ("xmlns:atom", atom::NAMESPACE),
        ("xmlns:content", CONTENT),
        ("xmlns:dc", DUBLIN_CORE),
    ]);
    root.write_inner_content(|xml| xml.create_element("channel").write_inner_content(|xml| channel(feed, xml)).map(drop))?;
    out.write_all(b"\n")
}

fn channel<W: io::Write>(feed: &Feed, xml: &mut Writer<W>) -> io::Result<()> {
    tag(xml, "title", &line(&feed.title))?;
    if let Some(link) = feed.link.as_deref().and_then(web) {
        tag(xml, "link", link)?;
    }
    tag(xml, "description", DESCRIPTION)?;
    if let Some(address) = feed.address.as_deref().and_then(web) {
        let link = xml.create_element("atom:link");
        link.with_attributes([("rel", "self"), ("type", "application/rss+xml"), ("href", address)]).write_empty()?;
    }
    if let Some(lang) = &feed.lang {
        tag(xml, "language", lang)?;
    }
    if let Some(updated) = feed.updated.as_ref().and_then(rfc2822) {
        tag(xml, "lastBuildDate", &updated)?;
    }
    feed.entries.iter().try_for_each(|entry| xml.create_element("item").write_inner_content(|xml| item(entry, xml)).map(drop))
}

fn item<W: io::Write>(entry: &Entry, xml: &mut Writer<W>) -> io::Result<()> {
    tag(xml, "title", &line(&entry.title))?;
    if let Some(link) = entry.link.as_deref().and_then(web) {
        tag(xml, "link", link)?;
    }
    xml.create_element("guid").with_attribute(("isPermaLink", "false")).write_text_content(BytesText::new(&guid(&entry.story)))?;
    if let Some(outlet) = name(entry.outlet.as_deref()) {
        tag(xml, "dc:creator", &outlet)?;
    }
    if let Some(lang) = &entry.lang {
        tag(xml, "dc:language", lang)?;
    }
    if let Some(published) = entry.published.as_ref().and_then(rfc2822) {
        tag(xml, "pubDate", &published)?;
    }
    if let Some(updated) = entry.updated.as_ref().and_then(rfc3339) {
        tag(xml, "atom:updated", &updated)?;
    }
    let html = html(entry)?;
    if html.is_empty() { Ok(()) } else { tag(xml, "content:encoded", &html) }
}
