//! Reading the inputs: a progress bar on a terminal, every problem named and counted.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use samestory::read::{FieldMap, Format, ReadOptions, Reader, Validators};
use samestory::{Article, Error, Result, SharedText};

use crate::settings::Run;
use crate::values::InputFormat;

/// Articles between two movements of the progress bar.
const STEP: usize = 256;

/// How often a bar or spinner moves.
const TICK: Duration = Duration::from_millis(200);

/// Problems whose words are kept for a report: all are counted, and named on standard error.
const KEPT: usize = 100;

/// What was read, and how much of it was bad.
#[derive(Default)]
pub(crate) struct Input {
    /// Articles with unique ids, in input order.
    pub(crate) articles: Vec<Article>,
    /// Records, pages and files that were unusable, all named on standard error.
    pub(crate) bad: u64,
    /// What was wrong with the first of them.
    pub(crate) problems: Vec<String>,
    /// Files left aside because of their extension.
    pub(crate) skipped: u64,
}

/// Reads every input. Problems are named as they come up; reading goes on.
pub(crate) fn read(inputs: &[String], run: &Run, keep_records: bool) -> Input {
    let mut articles = Vec::new();
    let read = each(inputs, run, keep_records, |article| {
        articles.push(article);
        Ok(())
    });
    // Memory takes every article.
    let mut input = read.unwrap_or_default();
    let (articles, problems) = samestory::unique(articles);
    input.articles = articles;
    input.name(&problems);
    input
}

/// Gives every article of the inputs to `receive`, whatever its id; ends when that fails.
pub(crate) fn each(inputs: &[String], run: &Run, keep_records: bool, mut receive: impl FnMut(Article) -> Result<()>) -> Result<Input> {
    let mut reader = Reader::open(inputs, options(run, keep_records));
    let bar = bar(&reader, run.quiet);
    let mut input = Input::default();
    let mut read: usize = 0;
    while let Some(item) = reader.next() {
        match item {
            Ok(article) => {
                receive(article)?;
                read += 1;
            }
            Err(error) => input.bad(&error, &bar),
        }
        if read.is_multiple_of(STEP) {
            bar.set_position(reader.bytes_read());
        }
    }
    input.skipped = reader.skipped() as u64;
    bar.finish_and_clear();
    Ok(input)
}

impl Input {
    /// Gives outlets their names.
    pub(crate) fn rename(&mut self, aliases: &BTreeMap<String, String>) {
        let aliases: BTreeMap<&str, SharedText> = aliases.iter().map(|(alias, name)| (alias.as_str(), name.into())).collect();
        for outlet in self.articles.iter_mut().filter_map(|article| article.outlet.as_mut()) {
            if let Some(name) = aliases.get(outlet.as_str()) {
                outlet.clone_from(name);
            }
        }
    }

    /// Names problems that were found among all articles.
    pub(crate) fn name(&mut self, problems: &[Error]) {
        problems.iter().for_each(|error| self.bad(error, &ProgressBar::hidden()));
    }

    fn bad(&mut self, error: &Error, bar: &ProgressBar) {
        self.bad += 1;
        if self.problems.len() < KEPT {
            self.problems.push(error.to_string());
        }
        bar.suspend(|| say(&error.to_string()));
    }

    /// Says what was left out, and whether all was well.
    pub(crate) fn close(&self, quiet: bool) -> bool {
        self.close_with(self.articles.len() as u64, quiet)
    }

    /// … of so many articles that were not kept here.
    pub(crate) fn close_with(&self, read: u64, quiet: bool) -> bool {
        if !quiet && self.skipped > 0 {
            say(&format!("{} files of other kinds were left aside", self.skipped));
        }
        if self.bad > 0 {
            let problems = if self.bad == 1 { "problem is" } else { "problems are" };
            say(&format!("{} {problems} named above; {read} articles were read", self.bad));
        }
        self.bad == 0
    }
}

/// A line on standard error; nothing is left to do when that is gone as well.
pub(crate) fn say(line: &str) {
    let shown: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(io::stderr().lock(), "samestory: {shown}");
}

/// A table on standard error, as it is.
pub(crate) fn say_lines(table: &str) {
    let _ = io::stderr().lock().write_all(table.as_bytes());
}

fn options(run: &Run, keep_records: bool) -> ReadOptions {
    let fields = run.fields.clone();
    ReadOptions {
        format: run.input_format.map(|format| match format {
            InputFormat::Text => Format::Text,
            InputFormat::Html => Format::Html,
            InputFormat::Jsonl => Format::JsonLines,
            InputFormat::Json => Format::Json,
            InputFormat::Csv => Format::Csv,
            InputFormat::Tsv => Format::Tsv,
            InputFormat::Feed => Format::Feed,
            InputFormat::Parquet => Format::Parquet,
        }),
        fields: FieldMap {
            id: fields.id,
            text: fields.text,
            title: fields.title,
            published: fields.date,
            outlet: fields.outlet,
            lang: fields.lang,
            url: fields.url,
            ..FieldMap::default()
        },
        keep_records,
        ..ReadOptions::new(jiff::Zoned::now().date())
    }
}

/// How an index reads: addresses are asked only for what changed, and standard input may be followed.
pub(crate) fn following(run: &Run, validators: BTreeMap<String, Validators>, follow: bool) -> ReadOptions {
    ReadOptions { validators, follow, ..options(run, false) }
}

/// How an import reads: fields are named as an export names them, and each record stays beside its article.
pub(crate) fn with_records(run: &Run) -> ReadOptions {
    ReadOptions { fields: FieldMap::default(), format: None, ..options(run, true) }
}

/// Gives the outlet of an article its name.
pub(crate) fn rename(article: &mut Article, aliases: &BTreeMap<String, String>) {
    if let Some(name) = article.outlet.as_deref().and_then(|outlet| aliases.get(outlet)) {
        article.outlet = Some(name.as_str().into());
    }
}

/// A spinner beside work that follows the reading; none unless a person is watching.
pub(crate) fn working(run: &Run, message: String) -> ProgressBar {
    if run.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(message);
    bar.enable_steady_tick(TICK);
    bar
}

/// A bar over the bytes of all files, or a count where the size is not known; none unless a person is watching.
fn bar(reader: &Reader, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match reader.total_bytes() {
        Some(total) => (ProgressBar::new(total), "reading {wide_bar} {bytes}/{total_bytes} {eta}"),
        None => (ProgressBar::new_spinner(), "reading {spinner} {bytes}"),
    };
    bar.enable_steady_tick(TICK);
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
