//! Pages: a document that is one article.

use std::io::Read;

use super::draft::Draft;
use super::format::Format;
use super::input::InputFile;
use super::{ReadOptions, charset, html, record, text, text_date};
use crate::article::{DateSource, Published};
use crate::error::Result;

/// No page or feed is longer, in bytes after decompression: news pages are below 5 MB, and a small file can unpack to anything.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// The whole of a document.
pub(super) fn whole(file: &InputFile, stream: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.size.min(MAX_BYTES)).unwrap_or(0) + 1);
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|source| file.io_error(source))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(file.error(None, format!("longer than {} MiB: not a page or feed", MAX_BYTES / 1024 / 1024)));
    }
    Ok(bytes)
}

/// Reads a page.
pub(super) fn article(file: &InputFile, format: Format, bytes: &[u8], options: &ReadOptions) -> Result<Draft> {
    let is_html = format == Format::Html;
    let text = charset::decode(bytes, is_html).map_err(|message| file.error(None, message))?;
    if text.trim().is_empty() {
        return Err(file.error(None, "empty"));
    }
    let mut article = if is_html {
        html::page(&text, options.latest)
    } else {
        let text = record::lines(text);
        let published = text_date::find(&text, None, options.latest).map(|when| Published { when, source: DateSource::Text });
        Draft { title: text::title(&text).map(str::to_string), published, text, ..Draft::default() }
    };
    if article.text.is_empty() {
        return Err(file.error(None, "no text"));
    }
    article.key.clone_from(&file.id);
    if file.is_address() {
        article.outlet = article.outlet.or_else(|| record::host(&file.id));
        article.url.get_or_insert_with(|| file.id.clone());
    }
    Ok(article)
}
