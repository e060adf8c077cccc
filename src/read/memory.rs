//! Records that a program already holds become articles as those of a file do.

use rayon::prelude::*;

use super::ReadOptions;
use super::draft;
use super::input::InputFile;
use super::record::{self, Fields, Place};
use crate::article::Article;
use crate::error::Result;

/// Records whose articles share memory: as many as a usual block of lines holds.
const BLOCK: usize = 64;

/// Reads records from memory, on all threads; O(bytes). What comes out is what a file of the same records gives: the article or what is
/// wrong with it, in their order, each followed by complaints about fields it was kept without.
///
/// `source` names the records in messages and makes the ids of those that have none, with their number from `first` on (`source:17`).
/// Records are not kept, whatever `options` says.
///
/// ```
/// use rayon::prelude::*;
/// use samestory::read::{Fields, ReadOptions, Value, records};
///
/// struct Row(&'static str, &'static str);
/// impl Fields for Row {
///     fn value(&self, name: &str) -> Result<Option<Value<'_>>, String> {
///         let value = |text: &'static str| Some(Value::Text(text.into()));
///         Ok(match name {
///             "title" => value(self.0),
///             "text" => value(self.1),
///             _ => None,
///         })
///     }
/// }
///
/// let rows = vec![Row("Bridge opens", "The new bridge was opened on Monday."), Row("", "")];
/// let read = records("rows", 1, rows.into_par_iter(), &ReadOptions::new(jiff::civil::date(2024, 12, 31)));
/// assert_eq!(read[0].as_ref().map(|article| article.key.as_str()).ok(), Some("rows:1"));
/// assert_eq!(read[1].as_ref().err().map(ToString::to_string).as_deref(), Some("rows:2: no text"));
/// ```
pub fn records<F: Fields + Send>(
    source: &str,
    first: u64,
    rows: impl IndexedParallelIterator<Item = F>,
    options: &ReadOptions,
) -> Vec<Result<Article>> {
    let file = InputFile { path: source.into(), id: source.into(), format: None, size: 0 };
    let blocks = rows.enumerate().chunks(BLOCK).map(|block| {
        let mut items = Vec::with_capacity(block.len());
        for (at, row) in block {
            let number = first + at as u64;
            record::article(&row, Place { file: &file, line: number, number }, options, None).give(&mut items);
        }
        draft::share(items)
    });
    blocks.collect::<Vec<_>>().into_iter().flatten().collect()
}
