//! A feed of stories: RSS 2.0, Atom 1.0 or JSON Feed 1.1, one entry for each story.
//!
//! An entry has the headline, the text and the outlet of the article that stands for the story; every other report is listed below the
//! text with its link and score, copies behind what they copy. [`Feed::newest`] makes the entries of a result, [`write_feed`] writes any.
//!
//! Titles, names and texts come from strangers and are shown in somebody's reader, so the same is removed in every format: control
//! characters, bidi embeddings, overrides and isolates, and U+FFFE and U+FFFF, which XML cannot say; white space within a line becomes
//! one space. Text is escaped, never passed on as HTML. Only http and https links are written. Ids are kept as they came.

mod atom;
mod content;
mod dates;
mod entries;
mod json;
mod rss;
#[cfg(test)]
mod tests;

use std::io;

use serde::{Deserialize, Serialize};

use crate::article::{Lang, SharedText};
use crate::date::When;
use crate::hash;

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedFormat {
    /// RSS 2.0, with the text in `content:encoded`.
    Rss,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1; what samestory found stands under `_samestory` as well.
    Json,
}

/// A feed to be written.
///
/// Its [`Default`] is empty and has no title.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feed {
    /// Its name.
    pub title: String,
    /// The page that it belongs to. RSS wants one; without it the element is left out.
    pub link: Option<String>,
    /// Where the feed itself will be found.
    pub address: Option<String>,
    /// The language of all entries, when there is only one.
    pub lang: Option<Lang>,
    /// When anything in it last changed.
    pub updated: Option<When>,
    /// Its entries, in the order they are written.
    pub entries: Vec<Entry>,
}

/// One story.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// The story's id; [`guid`] makes of it the id of the entry.
    pub story: SharedText,
    /// The id of the article that stands for the story; the next fields are that article's.
    pub article: SharedText,
    /// Its headline.
    pub title: String,
    /// Its address.
    pub link: Option<SharedText>,
    /// Who published it.
    pub outlet: Option<SharedText>,
    /// Its language.
    pub lang: Option<Lang>,
    /// Its text, one paragraph a line. A first paragraph that only repeats the headline is not written.
    pub text: SharedText,
    /// When the story was first reported.
    pub published: Option<When>,
    /// When it was last reported.
    pub updated: Option<When>,
    /// The story's score; `None` for an article alone.
    pub score: Option<f64>,
    /// The other reports; a copy of one of them stands behind it.
    pub others: Vec<Other>,
}

/// Another report of an entry's story.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Other {
    /// Its id.
    pub article: SharedText,
    /// Its headline.
    pub title: String,
    /// Its address.
    pub link: Option<SharedText>,
    /// Who published it.
    pub outlet: Option<SharedText>,
    /// Its language.
    pub lang: Option<Lang>,
    /// When it was published.
    pub published: Option<When>,
    /// The id of the article that it shares its text with: that of the entry or of one of the others. `None`: it has words of its own.
    pub copy_of: Option<SharedText>,
    /// How alike a copy is to what it copies, or else the probability that it reports the same event; `None` when nobody computed it.
    pub score: Option<f64>,
}

/// The id of the entry for a story: a UUID made of the story's id alone, so that a reader that has seen the story knows it again.
///
/// ```
/// assert_eq!(samestory::report::guid("blog"), "urn:uuid:38995fda-6e08-8c79-9fa7-2f3b0d3bb567");
/// ```
#[must_use]
pub fn guid(story: &str) -> String {
    let first = hash::bytes(story.as_bytes());
    let second = hash::combine(&[first, hash::bytes(&[story.as_bytes(), b"\0"].concat())]);
    // Version 8 (made in a way of one's own) and the variant of RFC 9562.
    let (high, low) = (first & !0xf000 | 0x8000, second & !(0b11 << 62) | 0b10 << 62);
    format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// Writes a feed.
///
/// A day counts from its midnight, and a clock time without zone, in UTC; years outside 0 to 9999 cannot be written and count as unknown.
/// No date is made up: an unknown one is left out. Only Atom wants `updated` everywhere: it is the entry's latest date, else that of the
/// feed, and is left out when both are unknown, which strict readers may refuse.
///
/// # Errors
/// What `out` says.
///
/// # Examples
/// ```
/// use samestory::report::{Entry, Feed, FeedFormat, write_feed};
/// let entry = Entry { story: "wire-1".into(), title: "Bridge opens".into(), text: "At noon, at last.".into(), ..Entry::default() };
/// let mut out = Vec::new();
/// write_feed(FeedFormat::Rss, &Feed { title: "Stories".into(), entries: vec![entry], ..Feed::default() }, &mut out)?;
/// let text = String::from_utf8_lossy(&out);
/// assert!(text.contains("<title>Bridge opens</title>"));
/// assert!(text.contains("&lt;p dir=&quot;auto&quot;&gt;At noon, at last.&lt;/p&gt;"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_feed(format: FeedFormat, feed: &Feed, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        FeedFormat::Rss => rss::write(feed, out),
        FeedFormat::Atom => atom::write(feed, out),
        FeedFormat::Json => json::write(feed, out),
    }
}
