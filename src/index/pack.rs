//! Articles and values as bytes.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::article::{Article, DateSource, Lang, Published, SharedText};
use crate::date::When;
use crate::error::{Error, Result};

/// Level of compression: news shrinks to 40 %, at hundreds of megabytes a second.
const ZSTD_LEVEL: i32 = 1;
/// No article of ours is longer when it is unpacked.
const MAX_ARTICLE_BYTES: usize = 1 << 30;

/// Compresses one article after the other.
pub(super) type Compressor = zstd::bulk::Compressor<'static>;

/// To be kept between articles: to set it up costs more than to compress one.
pub(super) fn compressor(path: &Path) -> Result<Compressor> {
    Compressor::new(ZSTD_LEVEL).map_err(|source| Error::Io { path: path.to_path_buf(), source })
}

/// An [`Article`] as it is kept.
#[derive(Serialize, Deserialize)]
struct Text {
    key: String,
    title: Option<String>,
    text: String,
    outlet: Option<String>,
    url: Option<String>,
    lang: Option<Lang>,
    published: Option<(String, u8)>,
    gold: Option<String>,
}

const SOURCES: [DateSource; 6] =
    [DateSource::Field, DateSource::JsonLd, DateSource::Meta, DateSource::Time, DateSource::Url, DateSource::Text];

/// What is said of a file that cannot be read.
pub(super) fn damaged(path: &Path, what: impl std::fmt::Display) -> Error {
    let message = format!("the file is damaged ({what}): restore it from a copy, or import an export into a new index");
    Error::Index { path: path.to_path_buf(), message }
}

/// A value as it is stored.
pub(super) fn pack<T: Serialize>(path: &Path, value: &T) -> Result<Vec<u8>> {
    postcard::to_allocvec(value).map_err(|error| damaged(path, error))
}

/// A value that was stored.
pub(super) fn unpack<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|error| damaged(path, error))
}

/// An article as it is stored: compressed.
pub(super) fn pack_article(path: &Path, article: &Article, zstd: &mut Compressor) -> Result<Vec<u8>> {
    zstd.compress(&to_bytes(path, article)?).map_err(|source| Error::Io { path: path.to_path_buf(), source })
}

/// An article as bytes, without its record.
pub(crate) fn to_bytes(path: &Path, article: &Article) -> Result<Vec<u8>> {
    let owned = |text: &Option<SharedText>| text.as_ref().map(|text| text.to_string());
    let source = |source: DateSource| SOURCES.iter().position(|other| *other == source).unwrap_or(0) as u8;
    let text = Text {
        key: article.key.to_string(),
        title: owned(&article.title),
        text: article.text.to_string(),
        outlet: owned(&article.outlet),
        url: owned(&article.url),
        lang: article.lang,
        published: article.published.as_ref().map(|published| (published.when.to_string(), source(published.source))),
        gold: owned(&article.gold),
    };
    pack(path, &text)
}

/// An article that was stored.
pub(super) fn unpack_article(path: &Path, bytes: &[u8]) -> Result<Article> {
    let size = zstd::bulk::Decompressor::upper_bound(bytes).unwrap_or(MAX_ARTICLE_BYTES).min(MAX_ARTICLE_BYTES);
    let bytes = zstd::bulk::decompress(bytes, size).map_err(|error| damaged(path, error))?;
    of_bytes(path, &bytes).map(|found| found.0)
}

/// An article that was made into bytes, and what stands behind them.
pub(crate) fn of_bytes<'b>(path: &Path, bytes: &'b [u8]) -> Result<(Article, &'b [u8])> {
    let (text, rest): (Text, _) = postcard::take_from_bytes(bytes).map_err(|error| damaged(path, error))?;
    let published = match text.published {
        None => None,
        Some((when, source)) => {
            let when = When::parse_iso(&when).ok_or_else(|| damaged(path, format!("no date: {when}")))?;
            let source = SOURCES.get(source as usize).copied().unwrap_or(DateSource::Field);
            Some(Published { when, source })
        }
    };
    let shared = |text: Option<String>| text.map(Into::into);
    let article = Article {
        key: text.key.into(),
        title: shared(text.title),
        text: text.text.into(),
        outlet: shared(text.outlet),
        url: shared(text.url),
        lang: text.lang,
        published,
        gold: shared(text.gold),
        record: None,
    };
    Ok((article, rest))
}
