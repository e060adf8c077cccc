//! The iterator over articles: batches of raw bytes, parsed on all threads, handed out in input order.
//!
//! While one batch is parsed the next is read and decompressed, so at any time two batches of raw bytes (8 MiB each at most) and one of
//! articles are held. Pages are opened where they are parsed. Who follows standard input waits for no batch but the one it gets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::draft::{self, Draft};
use super::feeder::{Feeder, Job};
use super::format::Format;
use super::input::{self, InputFile};
use super::open::Stream;
use super::record::Place;
use super::{ReadOptions, Validators, charset, feed, json, lines, open, page, table};
use crate::article::Article;
use crate::error::Result;

/// Articles of several inputs, in input order.
///
/// Every item is an article or one thing that could not be read; after an error reading goes on. An error about a field
/// that an article was kept without, such as a date that was not understood, follows the article it belongs to.
pub struct Reader {
    feeder: Feeder,
    options: ReadOptions,
    /// Whether articles are handed out before the next batch is waited for.
    follow: bool,
    next_batch: Vec<Job>,
    ready: std::iter::Flatten<std::vec::IntoIter<Vec<Result<Article>>>>,
    /// Addresses that gave articles.
    fruitful: BTreeSet<String>,
    counter: Arc<AtomicU64>,
    total: Option<u64>,
    skipped: usize,
}

impl Reader {
    /// Lists the files behind `inputs` (files, folders, globs, `-`, `http://` and `https://` addresses); nothing is opened or fetched
    /// yet. An input that does not exist is an error item.
    #[must_use]
    pub fn open(inputs: &[String], options: ReadOptions) -> Reader {
        let found = input::resolve(inputs, options.format);
        let files = || found.entries.iter().flatten();
        let stdin = files().any(InputFile::is_stdin);
        let total = (!stdin && !files().any(InputFile::is_address)).then(|| files().map(|file| file.size).sum());
        let follow = options.follow && stdin;
        let counter = Arc::new(AtomicU64::new(0));
        let skipped = found.skipped;
        Reader {
            feeder: Feeder::new(found, Arc::clone(&counter), &options, follow),
            options,
            follow,
            fruitful: BTreeSet::new(),
            next_batch: Vec::new(),
            ready: Vec::new().into_iter().flatten(),
            counter,
            total,
            skipped,
        }
    }

    /// Bytes read so far, as they lie on disk.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counter.load(Ordering::Relaxed)
    }

    /// Bytes of all inputs as they lie on disk; `None` when standard input or an address is one of them.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// How many files of folders and globs are passed over because their extension does not say what they hold.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// What the answers of addresses read so far give to ask with the next time, by address as in the inputs; see
    /// [`ReadOptions::validators`]. An address that failed or gave nothing is missing.
    #[must_use]
    pub fn validators(&self) -> BTreeMap<String, Validators> {
        let is_read = |address: &String| self.fruitful.contains(address) || self.feeder.unchanged().contains(address);
        let given = self.feeder.validators().iter().filter(|(address, _)| is_read(address));
        given.map(|(address, validators)| (address.clone(), validators.clone())).collect()
    }

    /// How many addresses said that nothing has changed since the answer that [`ReadOptions::validators`] are of. They give no article.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.feeder.unchanged().len()
    }

    /// Parses a batch while the next one is read; false when there is none.
    fn parse_batch(&mut self) -> bool {
        let mut jobs = std::mem::take(&mut self.next_batch);
        if jobs.is_empty() {
            jobs = self.feeder.batch();
        }
        let (options, counter, feeder, follow) = (&self.options, &self.counter, &mut self.feeder, self.follow);
        let any = !jobs.is_empty();
        let parse = || -> Vec<Items> { jobs.into_par_iter().map(|job| items(job, options, counter)).collect() };
        let ahead = || if follow { Vec::new() } else { feeder.batch() };
        let (parsed, next_batch) = rayon::join(parse, ahead);
        self.next_batch = next_batch;
        let (mut ready, mut buffers) = (Vec::with_capacity(parsed.len()), Vec::with_capacity(parsed.len()));
        for Items { items, buffer, address } in parsed {
            self.fruitful.extend(address.filter(|_| items.iter().any(Result::is_ok)));
            ready.push(items);
            buffers.push(buffer);
        }
        self.ready = ready.into_iter().flatten();
        self.feeder.reuse(buffers);
        any
    }
}

impl Iterator for Reader {
    type Item = Result<Article>;

    fn next(&mut self) -> Option<Result<Article>> {
        loop {
            let item = self.ready.next();
            if item.is_some() || !self.parse_batch() {
                return item;
            }
        }
    }
}

/// What a job becomes.
struct Items {
    /// Articles and errors, each complaint after its article.
    items: Vec<Result<Article>>,
    /// The buffer it came in, to be filled again.
    buffer: Vec<u8>,
    /// The address it came from.
    address: Option<String>,
}

fn items(job: Job, options: &ReadOptions, counter: &Arc<AtomicU64>) -> Items {
    let (mut items, mut buffer) = (Vec::new(), Vec::new());
    let address = job.file().filter(|file| file.is_address()).map(|file| file.id.clone());
    match job {
        Job::Failed(error) => items.push(Err(error)),
        Job::Lines { file, first, bytes } => {
            for (line, record) in (first..).zip(lines::records(&bytes)).filter(|(_, record)| !record.is_empty()) {
                json::article(record, Place { file: &file, line, number: line }, options).give(&mut items);
            }
            buffer = bytes;
        }
        Job::Json { file, line, number, bytes } => {
            json::article(&bytes, Place { file: &file, line, number }, options).give(&mut items);
        }
        Job::Row { file, line, header, cells } => {
            table::article(&cells, &header, Place { file: &file, line, number: line }, options).give(&mut items);
        }
        #[cfg(feature = "parquet")]
        Job::Table { file, rows } => super::parquet::articles(&file, &rows, options, &mut items),
        Job::Page(file, format) => match open::open(&file, counter) {
            Ok(stream) => document(&file, format, stream, options, &mut items),
            Err(source) => items.push(Err(file.io_error(source))),
        },
        Job::OpenPage(file, format, stream) => document(&file, format, stream, options, &mut items),
    }
    Items { items: draft::share(items), buffer, address }
}

/// Reads what is one document: a page, or a feed of many articles.
fn document(file: &InputFile, format: Format, stream: Stream, options: &ReadOptions, items: &mut Vec<Result<Draft>>) {
    let mut bytes = match page::whole(file, stream) {
        Ok(bytes) => bytes,
        Err(error) => return items.push(Err(error)),
    };
    if let Some((kept, line)) = charset::without_nuls(&bytes) {
        items.push(Err(file.error(Some(line), "NUL bytes; it is read without them")));
        bytes = kept;
    }
    match format {
        Format::Feed => items.extend(feed::articles(file, &bytes, options)),
        _ => items.push(page::article(file, format, &bytes, options)),
    }
}

#[cfg(test)]
mod tests;
