//! What the head of a page says, and the publication date among it: JSON-LD, meta elements, `<time>`, the address, and an
//! element that is named for a date.

use dom_query::{Document, NodeRef};
use jiff::civil::Date;
use serde_json::Value;

use super::{dates, record};
use crate::article::{DateSource, Published};
use crate::date::When;

/// Meta elements that carry the date of publication, best first.
const META: [&str; 18] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_time",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.created",
    "citation_publication_date",
    "date",
];

/// An element named for a date holds at most this many characters, or it is not the date alone.
const MAX_DATE_CHARS: usize = 80;

/// The elements of a page's head that are of use.
#[derive(Debug)]
pub(super) struct Head {
    /// Names in lower case and contents, in page order.
    metas: Vec<(String, String)>,
    canonical: Option<String>,
    json_ld: Vec<String>,
}

impl Head {
    pub(super) fn of(document: &Document) -> Head {
        let mut metas = Vec::new();
        for meta in document.select("meta[content]").nodes() {
            let content = meta.attr_or("content", "").trim().to_string();
            for attribute in ["property", "name", "itemprop"] {
                if let Some(name) = meta.attr(attribute).filter(|_| !content.is_empty()) {
                    metas.push((name.trim().to_ascii_lowercase(), content.clone()));
                }
            }
        }
        let canonical = document.select("link[rel=canonical]").attr("href").map(|href| href.trim().to_string());
        let scripts = document.select("script[type=\"application/ld+json\"]");
        let json_ld = scripts.nodes().iter().map(|script| script.text().to_string()).collect();
        Head { metas, canonical, json_ld }
    }

    /// The first of `names` that has a content.
    pub(super) fn meta(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.metas.iter().find(|(found, _)| found == name)).map(|(_, content)| content.clone())
    }

    /// The page's own address.
    pub(super) fn address(&self) -> Option<String> {
        let given = self.canonical.clone().into_iter().chain(self.meta(&["og:url"]));
        given.into_iter().find(|url| record::host(url).is_some())
    }
}

/// The date of publication, from the first source that gives one that can be true. Without `document` only the head and
/// the address are asked.
pub(super) fn find(document: Option<&Document>, head: &Head, url: Option<&str>, lang: Option<&str>, latest: Date) -> Option<Published> {
    let day_first = dates::day_first(lang, "");
    let believed = |text: &str| dates::parse(text, day_first).filter(|when| dates::plausible(when, latest));
    let json_ld = || head.json_ld.iter().find_map(|script| from_json_ld(script, &believed));
    let metas = || META.iter().find_map(|name| head.metas.iter().filter(|(found, _)| found == name).find_map(|(_, text)| believed(text)));
    let address = || url.and_then(dates::from_url).filter(|when| dates::plausible(when, latest));
    let published = |source: DateSource| move |when: When| Published { when, source };
    json_ld()
        .map(published(DateSource::JsonLd))
        .or_else(|| metas().map(published(DateSource::Meta)))
        .or_else(|| document.and_then(|document| from_time(document, &believed)).map(published(DateSource::Time)))
        .or_else(|| address().map(published(DateSource::Url)))
        .or_else(|| document.and_then(|document| from_named(document, &believed)).map(published(DateSource::Text)))
}

/// `datePublished` of an article in JSON-LD, else of anything at the top.
fn from_json_ld(script: &str, believed: &impl Fn(&str) -> Option<When>) -> Option<When> {
    let script = script.trim().trim_start_matches("<![CDATA[").trim_start_matches("<!--").trim_end_matches("-->").trim_end_matches("]]>");
    // Line breaks inside strings are no JSON but are common.
    let script = script.replace(|c: char| c.is_control(), " ");
    let Ok(value) = serde_json::from_str::<Value>(script.trim().trim_end_matches(';')) else {
        let (_, rest) = script.split_once("\"datePublished\"")?;
        return believed(rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next()?);
    };
    let mut nodes = Vec::new();
    collect(&value, &mut nodes);
    let date = |node: &&Value| match node.get("datePublished")? {
        Value::String(text) => believed(text),
        Value::Array(several) => several.iter().filter_map(Value::as_str).find_map(believed),
        Value::Number(number) => believed(&number.to_string()),
        _ => None,
    };
    nodes.iter().filter(|node| is_article(node)).find_map(date).or_else(|| nodes.iter().find_map(date))
}

/// The nodes at the top: the value, its elements, its graph and its main entity, but not what is nested deeper (comments,
/// related articles, updates of a live page).
fn collect<'a>(value: &'a Value, nodes: &mut Vec<&'a Value>) {
    match value {
        Value::Array(several) => several.iter().for_each(|one| collect(one, nodes)),
        Value::Object(object) => {
            nodes.push(value);
            for key in ["@graph", "mainEntity"] {
                match object.get(key) {
                    Some(Value::Array(several)) => nodes.extend(several),
                    Some(one) => nodes.push(one),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

fn is_article(node: &Value) -> bool {
    let named = |name: &Value| name.as_str().is_some_and(|name| ["Article", "Posting", "Report"].iter().any(|kind| name.ends_with(kind)));
    match node.get("@type") {
        Some(Value::Array(several)) => several.iter().any(named),
        Some(one) => named(one),
        None => false,
    }
}

/// The `<time>` of the article: one marked as its publication, else the first inside `article` or `main`.
fn from_time(document: &Document, believed: &impl Fn(&str) -> Option<When>) -> Option<When> {
    let value = |time: &NodeRef<'_>| {
        let given = time.attr("datetime").or_else(|| time.attr("content")).filter(|given| !given.trim().is_empty());
        believed(given.as_deref().unwrap_or(&time.text()))
    };
    let marked =
        document.select("time[pubdate], time[itemprop=datePublished], [itemprop=datePublished][datetime], time.published, time.entry-date");
    if let Some(when) = marked.nodes().iter().filter(|time| !is_beside(time)).find_map(value) {
        return Some(when);
    }
    let inside = document.select("article time, main time, [role=main] time, [itemprop=articleBody] time");
    let times = inside.nodes().iter().filter(|time| !is_beside(time));
    let published = times.filter(|time| !is_modification(time));
    published.take(1).find_map(value)
}

/// Whether an element is marked as the date of a change.
fn is_modification(node: &NodeRef<'_>) -> bool {
    let mark = format!("{} {} {}", node.attr_or("class", ""), node.attr_or("id", ""), node.attr_or("itemprop", "")).to_ascii_lowercase();
    mark.contains("updat") || mark.contains("modif")
}

/// A short element whose class or id is named for a date (`<span class="post-date">`).
fn from_named(document: &Document, believed: &impl Fn(&str) -> Option<When>) -> Option<When> {
    let named = document.select("[class*=date], [class*=Date], [id*=date], [class*=publish], [class*=time], [itemprop=datePublished]");
    let mut texts = named.nodes().iter().filter(|node| !is_beside(node) && !is_modification(node)).map(|node| node.text());
    texts.find_map(|text| Some(text).filter(|text| text.chars().count() <= MAX_DATE_CHARS).and_then(|text| believed(&text)))
}

/// Whether an element stands beside the article: in a menu, a column, the footer, a list of other stories or the comments.
fn is_beside(node: &NodeRef<'_>) -> bool {
    node.ancestors_it(None).any(|ancestor| {
        let named = |name: &str| ancestor.has_name(name);
        let class = format!("{} {}", ancestor.attr_or("class", ""), ancestor.attr_or("id", "")).to_ascii_lowercase();
        let beside = ["comment", "related", "sidebar", "widget", "most-read", "recommend"].iter().any(|word| class.contains(word));
        named("aside") || named("nav") || named("footer") || (beside && !named("body") && !named("html"))
    })
}
