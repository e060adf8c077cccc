//! Which format a file has: by its extension, else by how it begins.

use std::path::Path;

use super::fields::Role;

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
}

/// What an extension says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extension {
    /// A format that is read.
    Known(Format),
    /// XML, a feed most likely.
    Xml,
    /// Nothing.
    Unknown,
}

impl Format {
    /// Every format with the name it has on the command line.
    pub const NAMES: [(&'static str, Format); 6] = [
        ("text", Format::Text),
        ("html", Format::Html),
        ("jsonl", Format::JsonLines),
        ("json", Format::Json),
        ("csv", Format::Csv),
        ("tsv", Format::Tsv),
    ];

    /// Guesses the format of content from its first bytes; `None` is XML, which is not read.
    pub(super) fn sniff(head: &[u8]) -> Option<Format> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match head.first() {
            Some(b'{' | b'[') => Some(Format::Json),
            Some(b'<') => {
                let head = String::from_utf8_lossy(head).to_ascii_lowercase();
                let xml = ["<?xml", "<rss", "<feed", "<rdf"].iter().any(|start| head.starts_with(start));
                if xml && !head.contains("<html") { None } else { Some(Format::Html) }
            }
            _ => Some(sniff_table(head).unwrap_or(Format::Text)),
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let known = Format::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, format)| *format).ok_or_else(|| format!("unknown input format {name:?}: one of text, html, jsonl, json, csv, tsv"))
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

/// What the extension of `path` says, a compression suffix apart.
pub(super) fn by_extension(path: &Path) -> Extension {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => Extension::Known(Format::Text),
        Some("html" | "htm" | "xhtml") => Extension::Known(Format::Html),
        Some("jsonl" | "ndjson") => Extension::Known(Format::JsonLines),
        Some("json") => Extension::Known(Format::Json),
        Some("csv") => Extension::Known(Format::Csv),
        Some("tsv") => Extension::Known(Format::Tsv),
        Some("xml" | "rss" | "atom" | "rdf") => Extension::Xml,
        _ => Extension::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_read_through_compression() {
        for (name, expected) in [
            ("a.txt", Extension::Known(Format::Text)),
            ("a.HTM.gz", Extension::Known(Format::Html)),
            ("x/a.ndjson.zst", Extension::Known(Format::JsonLines)),
            ("a.tsv", Extension::Known(Format::Tsv)),
            ("feed.rss", Extension::Xml),
            ("a.gz", Extension::Unknown),
            ("README", Extension::Unknown),
        ] {
            assert_eq!(by_extension(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn content_is_sniffed() {
        for (head, expected) in [
            ("{\"id\": 1}", Some(Format::Json)),
            ("\u{feff} \n[", Some(Format::Json)),
            ("<!DOCTYPE html><p>", Some(Format::Html)),
            ("<p>just a piece", Some(Format::Html)),
            ("<?xml version=\"1.0\"?><!DOCTYPE html><html>", Some(Format::Html)),
            ("<?xml version=\"1.0\"?><rss>", None),
            ("id,title,text\n1,a,b", Some(Format::Csv)),
            ("id;\"body\"\n1;b", Some(Format::Csv)),
            ("headline\tbody\nx\ty", Some(Format::Tsv)),
            ("The text, they say, has an id.\nMore.", Some(Format::Text)),
            ("", Some(Format::Text)),
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
