//! JSON Feed 1.1 (jsonfeed.org), with what samestory found under `_samestory` as well.

use std::io;

use serde::Serialize;

use crate::report::feed::content::{html, line, name};
use crate::report::feed::dates::rfc3339;
use crate::report::feed::{Entry, Feed, Other, guid};
use crate::report::plain::web;
use crate::report::row::rounded;

/// Writes the feed.
pub(super) fn write(feed: &Feed, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: line(&feed.title),
        home_page_url: feed.link.as_deref().and_then(web),
        feed_url: feed.address.as_deref().and_then(web),
        language: feed.lang.as_deref(),
        items: feed.entries.iter().map(item).collect::<io::Result<_>>()?,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// The feed; the order of the fields is the order of the keys.
#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: String,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(rename = "_samestory")]
    found: Found<'a>,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

/// What samestory found, for programs: ids as they came, unknown values `null`.
#[derive(Serialize)]
struct Found<'a> {
    story: &'a str,
    article: &'a str,
    score: Option<f64>,
    others: Vec<Report<'a>>,
}

#[derive(Serialize)]
struct Report<'a> {
    article: &'a str,
    title: String,
    url: Option<&'a str>,
    outlet: Option<String>,
    language: Option<&'a str>,
    published: Option<String>,
    copy_of: Option<&'a str>,
    score: Option<f64>,
}

fn item(entry: &Entry) -> io::Result<Item<'_>> {
    Ok(Item {
        id: guid(&entry.story),
        url: entry.link.as_deref().and_then(web),
        title: line(&entry.title),
        content_html: html(entry)?,
        date_published: entry.published.as_ref().and_then(rfc3339),
        date_modified: entry.updated.as_ref().and_then(rfc3339),
        authors: name(entry.outlet.as_deref()).map(|name| Author { name }).into_iter().collect(),
        language: entry.lang.as_deref(),
        found: Found {
            story: &entry.story,
            article: &entry.article,
            score: entry.score.map(rounded),
            others: entry.others.iter().map(report).collect(),
        },
    })
}

fn report(other: &Other) -> Report<'_> {
    Report {
        article: &other.article,
        title: line(&other.title),
        url: other.link.as_deref().and_then(web),
        outlet: name(other.outlet.as_deref()),
        language: other.lang.as_deref(),
        // As precise as it came: a day stays a day.
        published: other.published.as_ref().map(ToString::to_string),
        copy_of: other.copy_of.as_deref(),
        score: other.score.map(rounded),
    }
}
