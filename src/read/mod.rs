//! Reading: files, folders, standard input and addresses become [`Article`](crate::Article)s, in input order.
//!
//! An input is a file, a folder, a glob, `-` or an `http://` or `https://` address; it holds a page (text, HTML), a feed (RSS, Atom,
//! JSON Feed) or records (JSON Lines, JSON, CSV, TSV), each also compressed with gzip or zstd. What is unusable comes out as one
//! [`Error`](crate::Error) in its place, and reading goes on: nothing is dropped silently.
//!
//! Addresses are fetched a few at a time (with the feature `fetch`, on by default), files are walked one after the other; pages and
//! records are parsed in batches on all threads, so the order never depends on how many there are. Memory is two batches of raw bytes,
//! 8 MiB each at most, the articles of one, and the bodies of addresses that wait for their turn, eight of 32 MiB at most. Articles of
//! one block of lines (128 KiB) share its memory, see [`SharedText`](crate::SharedText): who keeps one of them for long should copy what
//! is needed.
//!
//! ```
//! use samestory::read::{ReadOptions, Reader};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("one.txt"), "Bridge opens to traffic\n\nThe new bridge was opened on Monday.")?;
//! let inputs = [folder.path().display().to_string()];
//! let articles: Vec<_> = Reader::open(&inputs, ReadOptions::new(jiff::civil::date(2024, 12, 31))).collect::<Result<_, _>>()?;
//! assert_eq!(articles[0].key, "one.txt");
//! assert_eq!(articles[0].title.as_deref(), Some("Bridge opens to traffic"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod charset;
#[cfg(feature = "arrow")]
mod columns;
mod dates;
mod dom;
mod draft;
mod feed;
mod feeder;
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(not(feature = "fetch"))]
#[path = "no_fetch.rs"]
mod fetch;
mod fields;
mod format;
mod html;
#[cfg(feature = "fetch")]
mod http;
mod input;
mod json;
mod lines;
mod memory;
mod months;
mod open;
mod page;
mod page_date;
#[cfg(feature = "parquet")]
mod parquet;
mod reader;
mod record;
mod strings;
mod table;
mod text;
mod text_date;
mod values;
mod written;
mod years;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[cfg(feature = "arrow")]
pub use self::columns::{columns, is_asked};
pub use self::fields::FieldMap;
pub use self::format::Format;
pub use self::memory::records;
pub use self::reader::Reader;
pub use self::record::{Fields, Value, field};

/// How inputs are to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// The format of standard input, addresses and files given by name; `None` goes by extension, then by content.
    /// Files found in a folder or by a glob always go by their extension.
    pub format: Option<Format>,
    /// Names of record fields that differ from the usual ones.
    pub fields: FieldMap,
    /// Whether every article that came as a record keeps it ([`Article::record`](crate::Article::record)), which doubles its
    /// memory.
    pub keep_records: bool,
    /// Today, in effect: a publication date more than a day after this is not believed. The library never reads the clock.
    pub latest: Date,
    /// What earlier answers of addresses gave ([`Reader::validators`]), by address as in the inputs: an address that has not changed
    /// since is not read again, and gives neither articles nor an error ([`Reader::unchanged`]).
    pub validators: BTreeMap<String, Validators>,
    /// Whether records on standard input (JSON Lines) are handed out as soon as their line is whole, for a writer that pauses. Nothing
    /// is then read ahead, and standard input is not sniffed but taken for JSON Lines.
    pub follow: bool,
}

impl ReadOptions {
    /// Usual field names, formats by extension or content, no records kept, every address read, in batches.
    #[must_use]
    pub fn new(latest: Date) -> ReadOptions {
        ReadOptions { format: None, fields: FieldMap::default(), keep_records: false, latest, validators: BTreeMap::new(), follow: false }
    }
}

/// What a server said about the state of an answer, to ask later whether it has changed. Both are opaque and kept as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The `Last-Modified` header.
    pub last_modified: Option<String>,
}
