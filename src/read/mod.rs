//! Reading: files, folders and standard input become [`Article`](crate::Article)s, in input order.
//!
//! An input is a file, a folder, a glob or `-`; a file is a page (text, HTML) or a file of records (JSON Lines, JSON, CSV,
//! TSV), each also compressed with gzip or zstd. What is unusable comes out as one [`Error`](crate::Error) in its place, and
//! reading goes on: nothing is dropped silently.
//!
//! Files are walked one after the other; pages and records are parsed in batches on all threads, so the order never
//! depends on how many there are. Memory is two batches of raw bytes, 8 MiB each at most, and the articles of one. Articles of one block
//! of lines (128 KiB) share its memory, see [`SharedText`](crate::SharedText): who keeps one of them for long should copy what is needed.
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
mod dates;
mod draft;
mod feeder;
mod fields;
mod format;
mod html;
mod input;
mod json;
mod lines;
mod months;
mod open;
mod page_date;
mod reader;
mod record;
mod strings;
mod table;
mod text;
mod text_date;
mod values;
mod written;
mod years;

use jiff::civil::Date;

pub use self::fields::FieldMap;
pub use self::format::Format;
pub use self::reader::Reader;

/// How inputs are to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// The format of standard input and of files given by name; `None` goes by extension, then by content.
    /// Files found in a folder or by a glob always go by their extension.
    pub format: Option<Format>,
    /// Names of record fields that differ from the usual ones.
    pub fields: FieldMap,
    /// Whether every article that came as a record keeps it ([`Article::record`](crate::Article::record)), which doubles its
    /// memory.
    pub keep_records: bool,
    /// Today, in effect: a publication date more than a day after this is not believed. The library never reads the clock.
    pub latest: Date,
}

impl ReadOptions {
    /// Usual field names, formats by extension or content, no records kept.
    #[must_use]
    pub fn new(latest: Date) -> ReadOptions {
        ReadOptions { format: None, fields: FieldMap::default(), keep_records: false, latest }
    }
}
