//! Walks the inputs in order and cuts them into jobs: pages, feeds and records as raw bytes, still to be parsed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use csv::ByteRecord;

use super::fetch::Fetcher;
use super::format::Format;
use super::input::{InputFile, Inputs};
use super::json;
use super::lines::{self, BLOCK_BYTES, Block, Blocks, MAX_RECORD_BYTES};
use super::open::{self, Stream};
use super::table::Table;
use super::values::{Piece, Values};
use super::{ReadOptions, Validators};
use crate::error::{Error, Result};

/// Raw bytes in one batch: enough work for many threads, little beside the articles it becomes.
const BATCH_BYTES: u64 = 8 * 1024 * 1024;
/// Blocks of lines in one batch for each thread: they are parsed about as fast as they are read, so more would only take memory.
const THREAD_BLOCKS: u64 = 4;
/// Pages or records in one batch, for inputs of very small ones.
const BATCH_JOBS: usize = 4096;
/// How many bytes of an input without a telling name are looked at.
const SNIFF_BYTES: usize = 4096;

/// A page, feed or record that is still to be parsed.
pub(super) enum Job {
    /// A page or feed in a file of its own, not yet opened.
    Page(Arc<InputFile>, Format),
    /// A page or feed whose stream had to be opened to know what it is.
    OpenPage(Arc<InputFile>, Format, Stream),
    /// JSON records on the lines from `first` on.
    Lines { file: Arc<InputFile>, first: u64, bytes: Vec<u8> },
    /// A JSON record with its line and number.
    Json { file: Arc<InputFile>, line: u64, number: u64, bytes: Vec<u8> },
    /// A table row.
    Row { file: Arc<InputFile>, line: u64, header: Arc<[String]>, cells: ByteRecord },
    /// Rows of a Parquet file.
    #[cfg(feature = "parquet")]
    Table { file: Arc<InputFile>, rows: super::parquet::Rows },
    /// What could not even be cut.
    Failed(Error),
}

impl Job {
    /// Where it comes from, when that could be read.
    pub(super) fn file(&self) -> Option<&InputFile> {
        match self {
            Job::Page(file, _) | Job::OpenPage(file, ..) => Some(file),
            Job::Lines { file, .. } | Job::Json { file, .. } | Job::Row { file, .. } => Some(file),
            #[cfg(feature = "parquet")]
            Job::Table { file, .. } => Some(file),
            Job::Failed(_) => None,
        }
    }
}

enum Records {
    Lines(Blocks<Stream>),
    Values {
        stream: Stream,
        values: Values,
        number: u64,
        array: bool,
    },
    Rows(Box<Table>),
    #[cfg(feature = "parquet")]
    Tables(Box<super::parquet::Tables>),
}

/// Cuts inputs into jobs.
pub(super) struct Feeder {
    entries: std::vec::IntoIter<Result<InputFile>>,
    current: Option<(Arc<InputFile>, Records)>,
    counter: Arc<AtomicU64>,
    fetcher: Fetcher,
    /// Whether standard input is followed: a batch is one job, so that none waits for another.
    follow: bool,
    /// Buffers of blocks that are parsed.
    spare: Vec<Vec<u8>>,
    #[cfg(feature = "parquet")]
    options: ReadOptions,
}

impl Feeder {
    pub(super) fn new(found: Inputs, counter: Arc<AtomicU64>, options: &ReadOptions, follow: bool) -> Feeder {
        let fetcher = Fetcher::new(found.addresses, options.validators.clone());
        let entries = found.entries.into_iter();
        #[cfg(feature = "parquet")]
        let options = options.clone();
        Feeder {
            entries,
            current: None,
            counter,
            fetcher,
            follow,
            spare: Vec::new(),
            #[cfg(feature = "parquet")]
            options,
        }
    }

    pub(super) fn validators(&self) -> &BTreeMap<String, Validators> {
        self.fetcher.validators()
    }

    pub(super) fn unchanged(&self) -> &[String] {
        self.fetcher.unchanged()
    }

    /// The next batch; empty at the end.
    pub(super) fn batch(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        let mut bytes = 0;
        let block = BATCH_BYTES / (THREAD_BLOCKS * rayon::current_num_threads() as u64);
        let most = if self.follow { 1 } else { BATCH_JOBS };
        while bytes < BATCH_BYTES && jobs.len() < most {
            let Some(job) = self.next() else { break };
            bytes += match &job {
                Job::Page(file, _) => file.size,
                Job::OpenPage(..) => BATCH_BYTES,
                Job::Lines { bytes, .. } => (bytes.len() as u64).max(block),
                Job::Json { bytes, .. } => bytes.len() as u64,
                Job::Row { cells, .. } => cells.as_slice().len() as u64,
                #[cfg(feature = "parquet")]
                Job::Table { rows, .. } => rows.bytes,
                Job::Failed(_) => 0,
            };
            jobs.push(job);
        }
        jobs
    }

    /// Takes buffers back, so that the system need not find new pages for every block. One that a long line made grow is let go.
    pub(super) fn reuse(&mut self, buffers: Vec<Vec<u8>>) {
        self.spare.extend(buffers.into_iter().filter(|buffer| (1..=BLOCK_BYTES).contains(&buffer.capacity())));
    }

    fn next(&mut self) -> Option<Job> {
        loop {
            if let Some((file, records)) = &mut self.current {
                match records.next(file, &mut self.spare) {
                    Ok(Some(job)) => return Some(job),
                    Ok(None) => {
                        let empty = records.are_blank().then(|| Job::Failed(file.error(None, "empty")));
                        self.current = None;
                        if empty.is_some() {
                            return empty;
                        }
                    }
                    Err(source) => {
                        let path = file.path.clone();
                        self.current = None;
                        return Some(Job::Failed(Error::Io { path, source }));
                    }
                }
                continue;
            }
            let file = match self.entries.next()? {
                Ok(file) => Arc::new(file),
                Err(error) => return Some(Job::Failed(error)),
            };
            match self.start(&file) {
                Ok(Some(job)) => return Some(job),
                Ok(None) => {}
                Err(source) => return Some(Job::Failed(file.io_error(source))),
            }
        }
    }

    /// Begins an input: a page or feed is a job of its own, records become `current`. An address that has not changed is neither.
    fn start(&mut self, file: &Arc<InputFile>) -> io::Result<Option<Job>> {
        let is_page = |format| matches!(format, Format::Text | Format::Html | Format::Feed);
        let in_file = !file.is_stdin() && !file.is_address();
        if let Some(format) = file.format.filter(|format| is_page(*format) && in_file) {
            return Ok(Some(Job::Page(Arc::clone(file), format)));
        }
        if file.format == Some(Format::Parquet) {
            return Ok(self.tables(file));
        }
        let failed = |message: &str| Ok(Some(Job::Failed(file.error(None, message))));
        let mut stream = if file.is_address() {
            match self.fetcher.next() {
                Err(message) => return failed(&message),
                Ok(None) => return Ok(None),
                Ok(Some(body)) => open::body(body, &self.counter)?,
            }
        } else {
            open::open(file, &self.counter)?
        };
        if self.follow && file.is_stdin() && file.format.is_none_or(|format| format == Format::JsonLines) {
            self.current = Some((Arc::clone(file), Records::Lines(Blocks::eager(open::without_mark(stream)?))));
            return Ok(None);
        }
        let raw = open::peek(&mut stream, SNIFF_BYTES)?;
        let whole: Stream = Box::new(io::Cursor::new(raw.clone()).chain_boxed(stream));
        let format = file.format.unwrap_or_else(|| Format::sniff(&open::readable(&raw)));
        if format == Format::Parquet {
            return Ok(self.tables(file));
        }
        if is_page(format) {
            return Ok(Some(Job::OpenPage(Arc::clone(file), format, whole)));
        }
        let mut stream = open::without_mark(whole)?;
        let mut head = open::peek(&mut stream, SNIFF_BYTES)?;
        if head.len() < SNIFF_BYTES && head.trim_ascii().is_empty() {
            return failed("empty");
        }
        if format == Format::Json {
            lines::complete_first(&mut head, &mut stream, MAX_RECORD_BYTES)?;
        }
        let stream: Stream = Box::new(io::Cursor::new(head.clone()).chain_boxed(stream));
        if format == Format::Json && json::is_feed(&head) {
            return Ok(Some(Job::OpenPage(Arc::clone(file), Format::Feed, stream)));
        }
        let records = match format {
            Format::Csv | Format::Tsv => match Table::open(stream, format == Format::Tsv, MAX_RECORD_BYTES) {
                Ok(table) => Records::Rows(Box::new(table)),
                Err(message) => return failed(&message),
            },
            Format::Json if !is_json_lines(&head) => {
                let array = head.trim_ascii_start().starts_with(b"[");
                Records::Values { stream, values: Values::default(), number: 0, array }
            }
            _ => Records::Lines(Blocks::new(stream)),
        };
        self.current = Some((Arc::clone(file), records));
        Ok(None)
    }
}

/// Begins a Parquet file.
#[cfg(feature = "parquet")]
impl Feeder {
    fn tables(&mut self, file: &Arc<InputFile>) -> Option<Job> {
        if file.is_stdin() || file.is_address() {
            return Some(Job::Failed(file.error(None, "Parquet is read from its end: save it to a file and name that")));
        }
        match super::parquet::Tables::open(file, &self.options) {
            Ok(tables) => {
                self.counter.fetch_add(file.size, std::sync::atomic::Ordering::Relaxed);
                self.current = Some((Arc::clone(file), Records::Tables(Box::new(tables))));
                None
            }
            Err(message) => Some(Job::Failed(file.error(None, message))),
        }
    }
}

#[cfg(not(feature = "parquet"))]
impl Feeder {
    fn tables(&mut self, file: &Arc<InputFile>) -> Option<Job> {
        Some(Job::Failed(file.error(None, crate::error::NO_PARQUET)))
    }
}

/// Whether JSON has a record a line: it is no array, and its first line, which `head` has to hold, is not cut off inside a
/// value. An object on a line without end may have others after it.
fn is_json_lines(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    if head.starts_with(b"[") {
        return false;
    }
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else { return !head.starts_with(b"{") };
    match serde_json::from_slice::<serde::de::IgnoredAny>(&head[..end]) {
        Ok(_) => true,
        Err(error) => !error.is_eof(),
    }
}

/// `Read::chain` that keeps to `Stream`'s bounds.
trait ChainBoxed: io::BufRead + Send + Sized + 'static {
    fn chain_boxed(self, rest: Stream) -> io::Chain<Self, Stream> {
        io::Read::chain(self, rest)
    }
}
impl ChainBoxed for io::Cursor<Vec<u8>> {}

impl Records {
    /// Whether nothing but blank lines was found.
    fn are_blank(&self) -> bool {
        matches!(self, Records::Lines(blocks) if blocks.are_blank())
    }

    /// The next record of `file`, or lines of them in one of the `spare` buffers; `None` at its end.
    fn next(&mut self, file: &Arc<InputFile>, spare: &mut Vec<Vec<u8>>) -> io::Result<Option<Job>> {
        match self {
            Records::Lines(blocks) => {
                let buffer = spare.pop().unwrap_or_default();
                Ok(blocks.next(buffer, BLOCK_BYTES, MAX_RECORD_BYTES)?.map(|block| match block {
                    Block::Lines { bytes, first } => Job::Lines { file: Arc::clone(file), first, bytes },
                    Block::TooLong { line } => Job::Failed(file.error(Some(line), too_long())),
                }))
            }
            Records::Values { stream, values, number, array } => Ok(match values.next(stream, MAX_RECORD_BYTES)? {
                None => None,
                Some(Piece::Broken { message, line }) => Some(Job::Failed(file.error(Some(line), message))),
                Some(Piece::Value { bytes, line }) => {
                    *number += 1;
                    let number = if *array { *number } else { line };
                    Some(Job::Json { file: Arc::clone(file), line, number, bytes })
                }
            }),
            #[cfg(feature = "parquet")]
            Records::Tables(tables) => Ok(tables.next().map(|table| match table {
                Ok(rows) => Job::Table { file: Arc::clone(file), rows },
                Err(message) => Job::Failed(file.error(None, message)),
            })),
            Records::Rows(table) => Ok(match table.next()? {
                None => None,
                Some(row) => Some(match row.cells {
                    Ok(cells) => Job::Row { file: Arc::clone(file), line: row.line, header: Arc::clone(&table.header), cells },
                    Err(message) => Job::Failed(file.error(Some(row.line), message)),
                }),
            }),
        }
    }
}

fn too_long() -> String {
    format!("longer than {} MiB, passed over", MAX_RECORD_BYTES / 1024 / 1024)
}
