//! One report by one outlet, as read: nothing is cleaned yet.

use crate::date::When;

/// A text that shares its memory with those it was read with: the texts of a block of records are one piece, let go with the last of them.
/// Shorter than 4 GiB.
pub type SharedText = arcstr::Substr;

/// A language as ISO 639-1, or 639-3 where there is none, in lower case.
pub type Lang = tinystr::TinyAsciiStr<3>;

/// A dense number for an article inside one run, in input order.
///
/// 32 bits: four billion articles are past one machine's memory long before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleId(pub u32);

impl ArticleId {
    /// The id as an index into per-article vectors.
    #[must_use]
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a publication date was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSource {
    /// A date field of a JSON or CSV record, or of an item of a feed.
    Field,
    /// `datePublished` in JSON-LD.
    JsonLd,
    /// A meta element such as `article:published_time`.
    Meta,
    /// A `<time datetime>` element.
    Time,
    /// The page's address, such as `/2024/12/03/`.
    Url,
    /// A date written in the text.
    Text,
}

impl DateSource {
    /// The source in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DateSource::Field => "date field",
            DateSource::JsonLd => "JSON-LD datePublished",
            DateSource::Meta => "meta element",
            DateSource::Time => "time element",
            DateSource::Url => "address",
            DateSource::Text => "date in the text",
        }
    }
}

/// A publication date and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The date.
    pub when: When,
    /// Where it was found.
    pub source: DateSource,
}

/// One report by one outlet, as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// The id in the input; unique within a run.
    pub key: SharedText,
    /// The headline, when it is known apart from the text.
    pub title: Option<SharedText>,
    /// The text as it came: decoded, not normalized, boilerplate included, one paragraph a line.
    pub text: SharedText,
    /// Who published it: a name, or the host of its address.
    pub outlet: Option<SharedText>,
    /// Its address.
    pub url: Option<SharedText>,
    /// The language it says it is in.
    pub lang: Option<Lang>,
    /// When it was published; `None` is unknown, never "today".
    pub published: Option<Published>,
    /// A gold label that came with the record, for evaluation only.
    pub gold: Option<SharedText>,
    /// The input record as a JSON object, kept only when asked for.
    pub record: Option<SharedText>,
}

impl Article {
    /// Days since 1970 of its publication, when known.
    #[must_use]
    pub fn day(&self) -> Option<i64> {
        self.published.as_ref().map(|published| published.when.day_number())
    }
}
