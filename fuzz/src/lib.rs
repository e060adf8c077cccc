//! What the targets share: a folder is read as the command reads it, and whatever comes out of it is looked at.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use samestory::read::{ReadOptions, Reader};
use samestory::{Article, Error, Result, When};
use serde_json::value::RawValue;

/// Today, for the readers.
pub const LATEST: Date = date(2026, 1, 1);

/// A sound record of JSON Lines.
#[must_use]
pub fn record(id: &str) -> String {
    format!("{{\"id\": \"{id}\", \"text\": \"{}\"}}", text(id))
}

/// The text of a sound record.
#[must_use]
pub fn text(id: &str) -> String {
    format!("The ferry {id} left the old harbour at noon")
}

/// Whether this is the sound record.
#[must_use]
pub fn is(item: Option<&Result<Article>>, id: &str) -> bool {
    item.is_some_and(|item| item.as_ref().is_ok_and(|article| *article.key == *id && *article.text == *text(id)))
}

/// Whether an error only says what an article was kept without.
#[must_use]
pub fn is_complaint(error: &Error) -> bool {
    error.to_string().contains("the article is kept")
}

/// Reads a file that stands in a folder between two sound ones. These must be read whatever is in it; what comes of it is returned.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Vec<Result<Article>> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file");
    write("a.jsonl", record("before").as_bytes());
    write(name, bytes);
    write("z.jsonl", record("behind").as_bytes());
    let options = ReadOptions { keep_records: true, ..ReadOptions::new(LATEST) };
    let mut reader = Reader::open(&[folder.path().display().to_string()], options);
    let mut items: Vec<_> = reader.by_ref().collect();
    assert_eq!(Some(reader.bytes_read()).max(reader.total_bytes()), reader.total_bytes(), "more was read than there is");
    assert!(is(items.first(), "before") && is(items.last(), "behind"), "a sound file beside it is lost");
    items.pop();
    drop(items.remove(0));
    items.iter().flatten().for_each(check);
    items
}

/// What holds of every article that was read.
fn check(article: &Article) {
    assert!(!article.key.is_empty());
    assert!(!article.text.trim().is_empty() || article.title.is_some(), "an article that says nothing");
    assert!(!article.text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']), "a line end that is none of ours");
    if let Some(published) = &article.published {
        assert!(published.when.date() >= date(1990, 1, 1) && published.when.date() <= date(2026, 1, 2));
        assert_eq!(When::parse_iso(&published.when.to_string()).as_ref(), Some(&published.when));
    }
    if let Some(record) = &article.record {
        let read = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(record);
        assert!(read.is_ok() && !record.contains('\n'), "a record that is no object on a line: {record}");
    }
}
