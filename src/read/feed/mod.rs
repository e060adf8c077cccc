//! Feeds: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed. A feed is one document, each of its items a record.
//!
//! The items are cut one by one, so a bad one harms no other, and of a feed that is broken off everything before the break is read.
//! (feed-rs gives up a whole feed for one bad item and says neither which source an item names nor how an unread date was written.)
//!
//! | article | RSS | Atom | JSON Feed |
//! |---|---|---|---|
//! | key | `guid`, `rdf:about`, else the link, else `file:number` | `id` | `id` |
//! | text | `content:encoded`, else `description` | `content`, else `summary` | `content_html`, `content_text`, else `summary` |
//! | url | `link`, else a `guid` that is an address | `link` (alternate) | `url`, else `external_url` |
//! | published | `pubDate`, `dc:date`, else when it was changed | `published`, else `updated` | `date_published`, else `date_modified` |
//! | outlet | `source`, `dc:publisher`, else the link's host, else the feed's title | the same | the link's host, else the feed's title |
//! | lang | `dc:language`, `xml:lang`, else the feed's | the same | `language`, else the feed's |
//!
//! An id that is no address, `tag:` or `urn:` is unique in its feed at best. It is written behind the host of the item's link (else of
//! the feed's, else the feed's own id, else the input's name): `news.example#1`.

mod json;
#[cfg(test)]
mod tests;
mod xml;

use serde_json::{Map, Value as Json};
use url::Url;

use super::draft::Draft;
use super::input::InputFile;
use super::record::{self, Fields, Place, Value};
use super::{ReadOptions, charset, dates, html};
use crate::error::Result;
use crate::hash;

/// A content that is shorter than the summary by this factor is a teaser, and the summary the text.
const TEASER: usize = 2;

/// What a feed holds, as it stands there.
#[derive(Debug, Default)]
struct Feed {
    id: String,
    title: Words,
    link: String,
    lang: String,
    items: Vec<Item>,
    /// What makes the rest unreadable, and its line.
    broken: Option<(u64, String)>,
}

/// One item, as it stands in its feed; what it does not name is empty.
#[derive(Debug, Default)]
struct Item {
    line: u64,
    id: String,
    title: Words,
    content: Words,
    summary: Words,
    link: String,
    /// What its link is relative to, where the item says it.
    base: Option<Url>,
    source: Words,
    published: String,
    updated: String,
    lang: String,
    /// Fields it had to be read without.
    wrong: Vec<String>,
    /// The item itself, when it is JSON and records are kept.
    record: Option<Box<str>>,
}

/// A text that may hold markup.
#[derive(Debug, Default)]
struct Words {
    text: String,
    /// Whether the feed says that there is no markup in it, whatever it looks like.
    plain: bool,
}

impl Words {
    /// The text without markup, one paragraph a line.
    fn lines(&self, options: &ReadOptions) -> String {
        let text = self.text.as_str();
        if self.plain || !text.contains(['<', '&']) {
            record::lines(text.into()).trim().to_string()
        } else if html::has_tag(text) {
            html::piece(text, options.latest).text
        } else {
            record::lines(html::unescaped(text).into()).trim().to_string()
        }
    }

    /// The same on one line.
    fn line(&self, options: &ReadOptions) -> String {
        self.lines(options).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Reads a feed: an article or an error for each item, complaints behind their article.
pub(super) fn articles(file: &InputFile, bytes: &[u8], options: &ReadOptions) -> Vec<Result<Draft>> {
    let text = match charset::decode(bytes, true) {
        Ok(text) => text,
        Err(message) => return vec![Err(file.error(None, message))],
    };
    let address = Url::parse(&file.id).ok().filter(|_| file.is_address());
    let read = match text.trim_start().as_bytes().first() {
        None => Err("empty".to_string()),
        Some(b'{') => json::read(&text, options.keep_records),
        Some(_) => xml::read(&text, address.as_ref()),
    };
    let mut feed = match read {
        Ok(feed) => feed,
        Err(message) => return vec![Err(file.error(None, message))],
    };
    let items = std::mem::take(&mut feed.items);
    let base = absolute(&feed.link, address.as_ref()).and_then(|link| Url::parse(&link).ok()).or(address);
    // Field names are mapped for records, not for feeds, which have their own.
    let options = ReadOptions { keep_records: options.keep_records, ..ReadOptions::new(options.latest) };
    let mut drafts = Vec::with_capacity(items.len());
    for (number, item) in (1..).zip(items) {
        let place = Place { file, line: item.line, number };
        let error = |message: String| Err(place.file.error(Some(place.line), format!("item {number}: {message}")));
        match article(item, &feed, base.as_ref(), place, &options) {
            Err(message) => drafts.push(error(message)),
            Ok((draft, complaints)) => {
                drafts.push(Ok(draft));
                drafts.extend(complaints.into_iter().map(error));
            }
        }
    }
    drafts.extend(feed.broken.map(|(line, message)| Err(file.error(Some(line), message))));
    drafts
}

/// The fields of an item under the names that records have them.
struct Record(Vec<(&'static str, String)>);

impl Fields for Record {
    fn value(&self, name: &str) -> std::result::Result<Option<Value<'_>>, String> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        Ok(found.map(|(_, text)| Value::Text(text.as_str().into())))
    }
}

/// The article of an item and complaints about it, or why it is none.
fn article(
    item: Item,
    feed: &Feed,
    base: Option<&Url>,
    place: Place<'_>,
    options: &ReadOptions,
) -> std::result::Result<(Draft, Vec<String>), String> {
    let mut wrong: Vec<String> = item.wrong.iter().map(|wrong| format!("{wrong}; the article is kept without it")).collect();
    let url = absolute(&item.link, item.base.as_ref().or(base)).unwrap_or_default();
    if url.is_empty() && !item.link.is_empty() {
        wrong.push(format!("the link {:?} is no http address; the article is kept without it", record::shortened(&item.link)));
    }
    let title = item.title.line(options);
    let [content, summary] = [&item.content, &item.summary].map(|words| words.lines(options));
    let full = !content.is_empty() && content.len().saturating_mul(TEASER) >= summary.len();
    let text = if full { content } else { summary };
    let text = if text.is_empty() { title.clone() } else { text };
    let mut outlet = item.source.line(options);
    if outlet.is_empty() && url.is_empty() {
        outlet = feed.title.line(options);
    }
    // Without id and link it is known by its text: the next time it may stand elsewhere in the feed.
    let nameless = item.id.is_empty() && url.is_empty();
    let own = if nameless { format!("{:016x}", hash::bytes(format!("{title}\n{text}").as_bytes())) } else { item.id };
    let id = scoped(&own, &url, feed, base, place);
    let lang = if item.lang.is_empty() { feed.lang.clone() } else { item.lang };
    let believed = |date: &&String| dates::parse(date, true).is_some_and(|when| dates::plausible(&when, options.latest));
    let dated = [&item.published, &item.updated];
    let date = dated.into_iter().find(believed).or_else(|| dated.into_iter().find(|date| !date.is_empty()));
    let published = date.cloned().unwrap_or_default();
    let fields = [("id", id), ("title", title), ("text", text), ("url", url), ("outlet", outlet), ("lang", lang), ("published", published)];
    let record = Record(fields.into_iter().filter(|(_, text)| !text.is_empty()).collect());
    let spoiled = |message: String| [&[message], item.wrong.as_slice()].concat().join("; ");
    let (mut draft, complaints) = record::build(&record, place, options).map_err(spoiled)?;
    if options.keep_records {
        let own = || Json::Object(record.0.into_iter().map(|(name, text)| (name.into(), text.into())).collect::<Map<_, _>>()).to_string();
        draft.record = Some(item.record.unwrap_or_else(|| own().into()));
    }
    wrong.extend(complaints);
    Ok((draft, wrong))
}

/// A link as an http address; `None` when it is none.
fn absolute(link: &str, base: Option<&Url>) -> Option<String> {
    let link = link.trim();
    let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
    match Url::parse(link) {
        // As it was written: readers of the feed know it so.
        Ok(url) => is_http(&url).then(|| link.to_string()),
        Err(_) if link.is_empty() => None,
        Err(_) => base?.join(link).ok().filter(is_http).map(String::from),
    }
}

/// An id that is unique beyond its feed; empty when the item has none.
fn scoped(id: &str, url: &str, feed: &Feed, base: Option<&Url>, place: Place<'_>) -> String {
    let unique = ["http:", "https:", "tag:", "urn:"]
        .iter()
        .any(|scheme| id.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && id.len() > scheme.len());
    if id.is_empty() || unique {
        return id.to_string();
    }
    let host = record::host(url).or_else(|| base.and_then(|base| record::host(base.as_str())));
    let scope = host.unwrap_or_else(|| if feed.id.is_empty() { place.file.id.clone() } else { feed.id.clone() });
    format!("{scope}#{id}")
}
