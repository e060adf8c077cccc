//! The text of an entry as HTML, and strings of strangers made harmless.
//!
//! The HTML is paragraphs and a list of links, well-formed as XML. Paragraphs and names find their own direction (`dir="auto"`, `<bdi>`).

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesText, Event};

use crate::report::feed::{Entry, Other};
use crate::report::plain::{clean, web};
use crate::report::words::{moment, percent};

/// What stands between the parts of a list item.
const DOT: &str = " · ";

/// A string on one line, without what the module above names.
pub(super) fn line(text: &str) -> String {
    clean(&text.replace(['\u{fffe}', '\u{ffff}'], ""))
}

/// The name of an outlet, when it says anything.
pub(super) fn name(outlet: Option<&str>) -> Option<String> {
    outlet.map(line).filter(|name| !name.is_empty())
}

/// The paragraphs of an entry and the list of the other reports; empty when there is neither.
pub(super) fn html(entry: &Entry) -> io::Result<String> {
    let mut html = Writer::new(Vec::new());
    let mut paragraphs: Vec<String> = entry.text.lines().map(line).filter(|line| !line.is_empty()).collect();
    if paragraphs.len() > 1 && paragraphs[0] == line(&entry.title) {
        paragraphs.remove(0);
    }
    for paragraph in paragraphs {
        html.create_element("p").with_attribute(("dir", "auto")).write_text_content(BytesText::new(&paragraph))?;
    }
    if !entry.others.is_empty() {
        html.create_element("p").write_text_content(BytesText::new("Other reports:"))?;
        html.create_element("ul").write_inner_content(|list| {
            let mut leader = None;
            for other in &entry.others {
                if other.copy_of.is_none() {
                    leader = Some(other);
                }
                list.create_element("li").write_inner_content(|item| self::item(item, other, leader))?;
            }
            Ok(())
        })?;
    }
    String::from_utf8(html.into_inner()).map_err(io::Error::other)
}

/// Headline, outlet, date, and what ties it to the story; `leader` is the last report so far with words of its own.
fn item(item: &mut Writer<Vec<u8>>, other: &Other, leader: Option<&Other>) -> io::Result<()> {
    match other.link.as_deref().and_then(web) {
        Some(link) => {
            item.create_element("a").with_attribute(("href", link)).write_inner_content(|item| isolated(item, &line(&other.title)))?;
        }
        None => isolated(item, &line(&other.title))?,
    }
    if let Some(outlet) = name(other.outlet.as_deref()) {
        say(item, DOT)?;
        isolated(item, &outlet)?;
    }
    if let Some(published) = &other.published {
        say(item, DOT)?;
        say(item, &moment(published))?;
    }
    say(item, DOT)?;
    match &other.copy_of {
        None => say(item, "same story")?,
        Some(copied) => {
            say(item, "copy")?;
            if let Some(copied) = leader.filter(|leader| leader.article == *copied) {
                say(item, " of ")?;
                isolated(item, &name(copied.outlet.as_deref()).unwrap_or_else(|| line(&copied.title)))?;
            }
        }
    }
    match other.score {
        Some(score) => say(item, &format!(" {}", percent(score))),
        None => Ok(()),
    }
}

fn say(html: &mut Writer<Vec<u8>>, words: &str) -> io::Result<()> {
    html.write_event(Event::Text(BytesText::new(words)))
}

/// Source text inside a line of ours.
fn isolated(html: &mut Writer<Vec<u8>>, text: &str) -> io::Result<()> {
    html.create_element("bdi").write_text_content(BytesText::new(text)).map(drop)
}
