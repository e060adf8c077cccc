//! Atom 1.0 (RFC 4287).

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::report::feed::content::{html, line, name};
use crate::report::feed::dates::rfc3339;
use crate::report::feed::{Entry, Feed, guid};
use crate::report::plain::web;

/// The namespace of all its elements.
pub(super) const NAMESPACE: &str = "http://www.w3.org/2005/Atom";

/// Writes the feed.
pub(super) fn write(feed: &Feed, out: &mut dyn io::Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut root = xml.create_element("feed").with_attribute(("xmlns", NAMESPACE));
    if let Some(lang) = &feed.lang {
        root = root.with_attribute(("xml:lang", lang.as_str()));
    }
    root.write_inner_content(|xml| head(feed, xml))?;
    out.write_all(b"\n")
}

fn head<W: io::Write>(feed: &Feed, xml: &mut Writer<W>) -> io::Result<()> {
    let title = line(&feed.title);
    let (link, address) = (feed.link.as_deref().and_then(web), feed.address.as_deref().and_then(web));
    // Every feed has an id: its address if it is known, else one made of its name.
    tag(xml, "id", address.or(link).unwrap_or(&guid(&title)))?;
    tag(xml, "title", &title)?;
    if let Some(link) = link {
        xml.create_element("link").with_attribute(("href", link)).write_empty()?;
    }
    if let Some(address) = address {
        let link = xml.create_element("link");
        link.with_attributes([("rel", "self"), ("type", "application/atom+xml"), ("href", address)]).write_empty()?;
    }
    if let Some(updated) = feed.updated.as_ref().and_then(rfc3339) {
        tag(xml, "updated", &updated)?;
    }
    // Every entry has an author: its outlet if it is known, else the feed.
    author(xml, &title)?;
    for entry in &feed.entries {
        let mut element = xml.create_element("entry");
        if let Some(lang) = &entry.lang {
            element = element.with_attribute(("xml:lang", lang.as_str()));
        }
        element.write_inner_content(|xml| item(feed, entry, xml))?;
    }
    Ok(())
}

fn item<W: io::Write>(feed: &Feed, entry: &Entry, xml: &mut Writer<W>) -> io::Result<()> {
    tag(xml, "id", &guid(&entry.story))?;
    tag(xml, "title", &line(&entry.title))?;
    if let Some(link) = entry.link.as_deref().and_then(web) {
        xml.create_element("link").with_attribute(("href", link)).write_empty()?;
    }
    if let Some(outlet) = name(entry.outlet.as_deref()) {
        author(xml, &outlet)?;
    }
    if let Some(published) = entry.published.as_ref().and_then(rfc3339) {
        tag(xml, "published", &published)?;
    }
    let known = [&entry.updated, &entry.published, &feed.updated];
    if let Some(updated) = known.into_iter().flatten().find_map(rfc3339) {
        tag(xml, "updated", &updated)?;
    }
    let html = html(entry)?;
    if !html.is_empty() {
        xml.create_element("content").with_attribute(("type", "html")).write_text_content(BytesText::new(&html))?;
    }
    Ok(())
}

fn author<W: io::Write>(xml: &mut Writer<W>, name: &str) -> io::Result<()> {
    xml.create_element("author").write_inner_content(|xml| tag(xml, "name", name)).map(drop)
}

/// An element that holds a text.
pub(super) fn tag<W: io::Write>(xml: &mut Writer<W>, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text)).map(drop)
}
