//! JSON Feed, versions 1 and 1.1.

use super::{Feed, Item, Words};
use crate::read::json::{self, Object};
use crate::read::record::{self, Fields};
use crate::read::values::{Piece, Values};

/// The name of the field that holds the items, as it stands in a feed.
const ITEMS: &str = "\"items\"";

/// Reads a feed; one that is no JSON as a whole by the items that can be told by their brackets.
pub(super) fn read(text: &str, keep_records: bool) -> Result<Feed, String> {
    match json::object(text) {
        Ok(object) => whole(&object, text, keep_records),
        Err(message) => {
            let message = format!("not a JSON Feed: {message}");
            pieces(text, &message, keep_records).ok_or(message)
        }
    }
}

fn whole(object: &Object<'_>, text: &str, keep_records: bool) -> Result<Feed, String> {
    let mut wrong = Vec::new();
    if !field(object, "version", &mut wrong).starts_with(json::FEED) {
        return Err(format!("not a feed: a JSON object whose version does not begin with {}", json::FEED));
    }
    let items = object.list("items").map_err(|message| format!("not a JSON Feed: {message}"))?;
    let mut line = Lines { text, at: 0, line: 1 };
    let items = items.into_iter().map(|raw| item(raw, line.of(raw), keep_records)).collect();
    let id = field(object, "feed_url", &mut wrong);
    let title = words(object, "title", true, &mut wrong);
    Ok(Feed {
        id,
        title,
        link: field(object, "home_page_url", &mut wrong),
        lang: field(object, "language", &mut wrong),
        items,
        broken: None,
    })
}

/// What is said before the items, and the items one by one; `None` where that is no feed either.
fn pieces(text: &str, message: &str, keep_records: bool) -> Option<Feed> {
    let at = text.find(ITEMS)?;
    let list = at + text[at..].find('[')?;
    let head = format!("{}{ITEMS}: []}}", &text[..at]);
    let mut feed = whole(&json::object(&head).ok()?, &head, false).ok()?;
    feed.broken = Some((1, format!("{message}; its items are read one by one")));
    let before = memchr::memchr_iter(b'\n', &text.as_bytes()[..list]).count() as u64;
    let (mut stream, mut values) = (&text.as_bytes()[list..], Values::default());
    while let Ok(Some(Piece::Value { bytes, line })) = values.next(&mut stream, text.len())
        && values.in_array()
    {
        feed.items.push(item(std::str::from_utf8(&bytes).ok()?, before + line, keep_records));
    }
    Some(feed)
}

fn item(raw: &str, line: u64, keep_records: bool) -> Item {
    let object = match json::object(raw) {
        Ok(object) => object,
        Err(message) => return Item { line, wrong: vec![message], ..Item::default() },
    };
    let mut wrong = Vec::new();
    let mut first = |names: [&str; 2]| {
        let first = field(&object, names[0], &mut wrong);
        if first.is_empty() { field(&object, names[1], &mut wrong) } else { first }
    };
    let [id, link, lang] = [["id", "guid"], ["url", "external_url"], ["language", "lang"]].map(&mut first);
    let published = field(&object, "date_published", &mut wrong);
    let updated = field(&object, "date_modified", &mut wrong);
    let html = words(&object, "content_html", false, &mut wrong);
    let content = if html.text.is_empty() { words(&object, "content_text", true, &mut wrong) } else { html };
    let title = words(&object, "title", true, &mut wrong);
    let summary = words(&object, "summary", true, &mut wrong);
    let record = keep_records.then(|| json::one_line(raw).into());
    Item { line, id, title, content, summary, link, published, updated, lang, wrong, record, ..Item::default() }
}

/// A string, or a whole number as it was spelled; empty when there is none, and a complaint when it is something else.
fn field(object: &Object<'_>, name: &str, wrong: &mut Vec<String>) -> String {
    let text = object.value(name).and_then(|value| value.map(|value| record::text_of(name, value, true)).transpose());
    match text {
        Ok(text) => text.unwrap_or_default().trim().to_string(),
        Err(message) => {
            wrong.push(message);
            String::new()
        }
    }
}

fn words(object: &Object<'_>, name: &str, plain: bool, wrong: &mut Vec<String>) -> Words {
    Words { text: field(object, name, wrong), plain }
}

/// Tells the lines of slices that follow each other in a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line `slice` starts on.
    fn of(&mut self, slice: &str) -> u64 {
        let start = slice.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let passed = self.text.as_bytes().get(self.at..start).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = start.max(self.at);
        self.line
    }
}
