//! `samestory report`: the editorial report of articles, or of those that an index holds.

use std::io::Write;

use anyhow::{Context, Result, bail};
use samestory::index::{Index, Record};
use samestory::report::{self, Format, Options, PageFormat, PageOptions, Templates};
use samestory::{Article, Config};

use crate::args::Report;
use crate::commands::{say_pins, with_threads};
use crate::input::{self, Input};
use crate::output::Output;
use crate::settings::{Run, Settings, Wrong, extension};
use crate::values::ReportFormat;

/// `samestory report`; true when all input was good.
pub(crate) fn report(args: &Report) -> Result<bool> {
    // clap does not ask for the index where inputs exclude it.
    if args.since.is_some() && args.index.is_none() {
        bail!(Wrong("--since: needs --index".to_owned()));
    }
    let (config, run, input, older, mut out) = match &args.index {
        None => {
            let (config, run) = Settings::of_others(&args.shared)?.resolve()?;
            let out = Output::whole(run.output.as_deref())?;
            let mut input = with_threads(&run, || input::read(&args.inputs, &run, false))?;
            input.rename(&config.outlet_aliases);
            (config, run, input, 0, out)
        }
        Some(folder) => {
            let index = Index::read(folder)?;
            let (settings, _) = crate::dedup::in_force(Some(folder), Settings::said(&args.shared)?)?;
            let (config, run) = settings.resolve()?;
            let out = Output::whole(run.output.as_deref())?;
            let (articles, older) = since(&index, args.since)?;
            (config, run, Input { articles, ..Input::default() }, older, out)
        }
    };
    let format = args.format.unwrap_or_else(|| match extension(run.output.as_deref()) {
        Some("md") => ReportFormat::Md,
        Some("csv") => ReportFormat::Csv,
        Some("json") => ReportFormat::Json,
        _ => ReportFormat::Html,
    });
    let templates = args.template.as_deref().map(Templates::read).transpose()?.unwrap_or_default();
    out.write_all(&written(args, &config, &run, &input, older, format, templates)?)?;
    out.finish_of(&input, input.articles.len())?;
    Ok(input.close(run.quiet))
}

/// The current articles of an index from a day on, and how many are older or have no date.
fn since(index: &Index, first: Option<jiff::civil::Date>) -> Result<(Vec<Article>, u64)> {
    let (mut articles, mut older) = (Vec::new(), 0);
    index.each(|Record { article, current, .. }| -> Result<()> {
        let day = article.published.as_ref().map(|published| published.when.date());
        match first {
            _ if !current => {}
            Some(first) if day.is_none_or(|day| day < first) => older += 1,
            _ => articles.push(article),
        }
        Ok(())
    })?;
    Ok((articles, older))
}

/// The report as it will be written.
fn written(
    args: &Report,
    config: &Config,
    run: &Run,
    input: &Input,
    older: u64,
    format: ReportFormat,
    templates: Templates,
) -> Result<Vec<u8>> {
    let spinner = input::working(run, format!("grouping {} articles", input.articles.len()));
    let (written, unknown, unmet) = with_threads(run, || -> Result<_> {
        let done = samestory::Run::new(&input.articles, config)?;
        let mut found = done.clustering();
        // As `cluster` counts, so that csv and json are the same.
        found.summary.counts.splice(0..0, [("bad_input", input.bad), ("skipped_files", input.skipped)]);
        if older > 0 {
            found.summary.counts.insert(2, ("older", older));
        }
        let mut out = Vec::new();
        let page = |format| PageOptions {
            format,
            speech: args.lang,
            title: args.title.clone(),
            templates,
            problems: input.problems.clone(),
            problem_count: input.bad,
        };
        match format {
            ReportFormat::Html => report::write_page(&done, &found, &page(PageFormat::Html), &mut out),
            ReportFormat::Md => report::write_page(&done, &found, &page(PageFormat::Md), &mut out),
            ReportFormat::Csv => report::write(Format::Csv, &input.articles, &found, &Options::default(), &mut out),
            ReportFormat::Json => report::write(Format::Json, &input.articles, &found, &Options::default(), &mut out),
        }
        .context("the report cannot be written")?;
        Ok((out, done.unknown_pins(), done.unmet_pins()))
    })??;
    spinner.finish_and_clear();
    say_pins(&unknown, &unmet);
    Ok(written)
}
