//! Which format a file has: by its extension, else by how it begins.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::fields::Role;

/// How a Parquet file begins.
const PARQUET: &[u8] = b"PAR1";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One page of plain text.
    Text,
    /// One HTML page.
    Html,
    /// A JSON record a line.
    JsonLines,
    /// A JSON array of records, one record, or JSON Lines.
    Json,
    /// Comma-separated rows under a header row (semicolons when the header has no comma).
    Csv,
    /// Tab-separated rows under a header row.
    Tsv,
    /// A feed of many articles: RSS, Atom or JSON Feed.
    Feed,
    /// A Parquet file: a record a row. It is read with the feature `parquet`, and by name: not from standard input or an address.
    Parquet,
}

impl Format {
    /// Every format with the name it has on the command line.
    pub const NAMES: [(&'static str, Format); 8] = [
        ("text", Format::Text),
        ("html", Format::Html),
        ("jsonl", Format::JsonLines),
        ("json", Format::Json),
        ("csv", Format::Csv),
        ("tsv", Format::Tsv),
        ("feed", Format::Feed),
        ("parquet", Format::Parquet),
    ];

    /// Guesses the format of content from its first bytes. A JSON Feed is JSON here.
    pub(super) fn sniff(head: &[u8]) -> Format {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match head.first() {
            Some(b'{' | b'[') => Format::Json,
            Some(b'<') => sniff_markup(&String::from_utf8_lossy(head).to_ascii_lowercase()),
            _ if head.starts_with(PARQUET) => Format::Parquet,
            _ => sniff_table(head).unwrap_or(Format::Text),
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let known = Format::NAMES.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, format)| *format)
            .ok_or_else(|| format!("unknown input format {name:?}: one of text, html, jsonl, json, csv, tsv, feed, parquet"))
    }
}

/// By the first element; XML that begins with another than `<html>` is a feed, or the reader of feeds says what it is not.
fn sniff_markup(head: &str) -> Format {
    let mut rest = head;
    while let Some((_, end)) = [("<?", "?>"), ("<!--", "-->"), ("<!", ">")].iter().find(|(start, _)| rest.starts_with(start)) {
        rest = rest.split_once(end).map_or("", |(_, rest)| rest).trim_start();
    }
    let name = rest.strip_prefix('<').and_then(|rest| rest.split(|c: char| c.is_whitespace() || "/>".contains(c)).next());
    match name.map(|name| name.rsplit(':').next().unwrap_or(name)) {
        Some("rss" | "feed" | "rdf" | "entry") => Format::Feed,
        Some("html") => Format::Html,
        _ if head.starts_with("<?xml") => Format::Feed,
        _ => Format::Html,
    }
}

/// A table when the first line is a header that names a text and something else.
fn sniff_table(head: &[u8]) -> Option<Format> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let (separator, format) = if line.contains('\t') { ('\t', Format::Tsv) } else { (delimiter(line), Format::Csv) };
    let cells: Vec<&str> = line.split(separator).map(|cell| cell.trim().trim_matches('"')).collect();
    let named = |role: Role| cells.iter().any(|cell| role.names().iter().any(|name| name.eq_ignore_ascii_case(cell)));
    let other = [Role::Id, Role::Title, Role::Published].into_iter().any(named);
    (cells.len() > 1 && named(Role::Text) && other).then_some(format)
}

/// The separator of a CSV header: a semicolon when there are some and no comma, as spreadsheets write it in many countries.
pub(super) fn delimiter(header: &str) -> char {
    if !header.contains(',') && header.contains(';') { ';' } else { ',' }
}

/// What the extension of `path` says, a compression suffix apart; `None` is nothing.
pub(super) fn by_extension(path: &Path) -> Option<Format> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => Some(Format::Text),
        Some("html" | "htm" | "xhtml") => Some(Format::Html),
        Some("jsonl" | "ndjson") => Some(Format::JsonLines),
        Some("json") => Some(Format::Json),
        Some("csv") => Some(Format::Csv),
        Some("tsv") => Some(Format::Tsv),
        Some("parquet" | "pq") => Some(Format::Parquet),
        Some("xml" | "rss" | "atom" | "rdf") => Some(Format::Feed),
        _ => None,
    }
}

/// Whether a file begins as Parquet, which is not read as a stream and so has to be known before it is one.
pub(super) fn by_start(path: &Path) -> Option<Format> {
    let mut start = [0; PARQUET.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).ok()?;
    (start == *PARQUET).then_some(Format::Parquet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_read_through_compression() {
        for (name, expected) in [
            ("a.txt", Some(Format::Text)),
            ("a.HTM.gz", Some(Format::Html)),
            ("x/a.ndjson.zst", Some(Format::JsonLines)),
            ("a.tsv", Some(Format::Tsv)),
            ("feed.rss", Some(Format::Feed)),
            ("feed.XML.zst", Some(Format::Feed)),
            ("a.gz", None),
            ("README", None),
        ] {
            assert_eq!(by_extension(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn content_is_sniffed() {
        for (head, expected) in [
            ("{\"id\": 1}", Format::Json),
            ("\u{feff} \n[", Format::Json),
            ("<!DOCTYPE html><p>", Format::Html),
            ("<p>just a piece", Format::Html),
            ("<?xml version=\"1.0\"?><!DOCTYPE html><html>", Format::Html),
            ("<?xml version=\"1.0\"?><rss>", Format::Feed),
            ("<RSS version=\"2.0\">", Format::Feed),
            ("<?xml version=\"1.0\"?>\n<!-- made -->\n<!DOCTYPE rss><rdf:RDF xmlns=\"x\">", Format::Feed),
            ("<!-- <html> --><feed><entry><content>&lt;html>", Format::Feed),
            ("<?xml version=\"1.0\"?><opml>", Format::Feed),
            ("<?xml version=\"1.0\"?><xhtml:html>", Format::Html),
            ("<!-- never closed", Format::Html),
            ("id,title,text\n1,a,b", Format::Csv),
            ("id;\"body\"\n1;b", Format::Csv),
            ("headline\tbody\nx\ty", Format::Tsv),
            ("The text, they say, has an id.\nMore.", Format::Text),
            ("", Format::Text),
        ] {
            assert_eq!(Format::sniff(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for (name, format) in Format::NAMES {
            assert_eq!(name.parse::<Format>(), Ok(format));
        }
        assert!("xml".parse::<Format>().is_err());
    }
}
