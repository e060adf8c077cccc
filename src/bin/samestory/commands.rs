//! One short function for each subcommand: read, run the library, write.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use samestory::band::Banding;
use samestory::large::Corpus;
use samestory::report::{self, Format, Options};
use samestory::story::Reference;
use samestory::{Config, Level, Stage};

use crate::args::{Cluster, Explain};
use crate::input;
use crate::output::Output;
use crate::settings::{Run, Settings, Wrong};
use crate::stats::Stats;
use crate::values::Color;

/// Resemblances at which the banding curve is printed, in twentieths.
const CURVE: std::ops::RangeInclusive<u32> = 1..=20;

/// `samestory cluster`; true when all input was good.
pub(crate) fn cluster(args: &Cluster, settings: Settings) -> Result<bool> {
    let (config, run) = settings.resolve()?;
    let mut out = Output::whole(run.output.as_deref())?;
    if args.explain_banding {
        explain_banding(&config, out)?;
        return Ok(true);
    }
    if let Some(memory) = args.memory {
        return large(args, memory, &config, &run, out);
    }
    let terminal = run.output.is_none() && io::stdout().is_terminal();
    let format = run.format(terminal);
    let mut stats = Stats::start();
    let mut input = with_threads(&run, || input::read(&args.inputs, &run, format == Format::Records))?;
    input.rename(&config.outlet_aliases);
    let read = input.articles.len() as u64;
    stats.end(Stage { name: "read", counts: vec![("articles", read), ("bad_input", input.bad), ("skipped_files", input.skipped)] });
    let spinner = input::working(&run, format!("grouping {} articles", input.articles.len()));
    let (mut found, unknown, unmet) = with_threads(&run, || -> samestory::Result<_> {
        let done = samestory::Run::watched(&input.articles, &config, Reference::Corpus, &mut |stage| stats.end(stage))?;
        Ok((done.clustering(), done.unknown_pins(), done.unmet_pins()))
    })??;
    spinner.finish_and_clear();
    stats.end(Stage { name: "assemble", counts: vec![("stories", found.stories.len() as u64)] });
    found.summary.counts.insert(0, ("bad_input", input.bad));
    found.summary.counts.insert(1, ("skipped_files", input.skipped));
    let options = Options { only: run.only, width: width(run.output.as_deref()), color: color(&run, terminal) };
    report::write(format, &input.articles, &found, &options, &mut out)?;
    out.finish_of(&input, input.articles.len())?;
    stats.end(Stage { name: "report", counts: Vec::new() });
    if args.stats {
        input::say_lines(&stats.table());
    }
    say_pins(&unknown, &unmet);
    if !run.quiet && format != Format::Text {
        say_counts(&config, input.articles.len() as u64, found.stories.len() as u64);
    }
    Ok(input.close(run.quiet))
}

/// … within a bound of memory.
fn large(args: &Cluster, memory: u64, config: &Config, run: &Run, mut out: Output) -> Result<bool> {
    let format = run.format(false);
    if !format.has_rows() {
        let asked = if run.format.is_none() { ", which the name of the output asks for" } else { "" };
        return Err(Wrong(format!("--memory writes rows: jsonl, csv, records or parquet, not {format}{asked}")).into());
    }
    let mut stats = Stats::start();
    let folder = args.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let (mut input, found) = with_threads(run, || -> samestory::Result<_> {
        let mut corpus = Corpus::new(config, memory, &folder)?;
        let input = input::each(&args.inputs, run, format == Format::Records, |article| corpus.push(article))?;
        stats.end(Stage { name: "read", counts: vec![("bad_input", input.bad), ("skipped_files", input.skipped)] });
        let spinner = input::working(run, "grouping articles".to_owned());
        let found = corpus.group(&mut |stage| stats.end(stage))?;
        spinner.finish_and_clear();
        Ok((input, found))
    })??;
    input.name(found.problems());
    found.write(format, run.only, &mut out)?;
    out.finish_of(&input, found.articles() as usize)?;
    stats.end(Stage { name: "report", counts: Vec::new() });
    if args.stats {
        input::say_lines(&stats.table());
    }
    say_pins(found.unknown_pins(), found.unmet_pins());
    if !run.quiet {
        say_counts(config, found.articles(), found.stories());
    }
    Ok(input.close_with(found.articles(), run.quiet))
}

/// Says how many articles there are, and of what.
fn say_counts(config: &Config, articles: u64, stories: u64) {
    let groups = if config.level == Level::Copies { "copy groups" } else { "stories" };
    input::say(&format!("articles: {articles}, {groups}: {stories}"));
}

/// Says which pins could not be followed.
pub(crate) fn say_pins(unknown: &[String], unmet: &[(String, String)]) {
    for id in unknown {
        input::say(&format!("pinned id {id:?} is not in the input"));
    }
    for (a, b) in unmet {
        input::say(&format!("{a:?} and {b:?} are pinned together but stay apart, as pins or the level ask for it"));
    }
}

/// `samestory explain`.
pub(crate) fn explain(args: &Explain, settings: Settings) -> Result<bool> {
    let (config, run) = settings.resolve()?;
    let mut out = Output::whole(run.output.as_deref())?;
    let alone = args.inputs.is_empty();
    let (input, a, b, reference) = if alone {
        let input = with_threads(&run, || input::read(&[args.a.clone(), args.b.clone()], &run, false))?;
        if args.a == args.b {
            bail!("{} is named twice: name two pages", args.a);
        }
        let [a, b] = &input.articles[..] else {
            bail!(
                "{} and {} hold {} articles: name two files of one page each, or two ids and the input that holds them",
                args.a,
                args.b,
                input.articles.len()
            )
        };
        let keys = (a.key.to_string(), b.key.to_string());
        (input, keys.0, keys.1, Reference::Background)
    } else {
        (with_threads(&run, || input::read(&args.inputs, &run, false))?, args.a.clone(), args.b.clone(), Reference::Corpus)
    };
    let explanation =
        with_threads(&run, || samestory::Run::with(&input.articles, &config, reference).and_then(|found| found.explain(&a, &b)))??;
    let terminal = run.output.is_none() && io::stdout().is_terminal();
    match args.format {
        Some(Format::Json) => explanation.write_json(&mut out)?,
        _ => explanation.write_text(width(run.output.as_deref()), color(&run, terminal), &mut out)?,
    }
    out.finish()?;
    Ok(input.close(run.quiet))
}

fn explain_banding(config: &Config, mut out: Output) -> Result<()> {
    let banding = Banding::for_threshold(config.resemblance, config.num_hashes)?;
    writeln!(
        out,
        "{} bands of {} rows from {} hashes, for a resemblance of {}",
        banding.bands, banding.rows, config.num_hashes, config.resemblance
    )?;
    writeln!(out, "resemblance  found")?;
    for step in CURVE {
        let resemblance = f64::from(step) / 20.0;
        writeln!(out, "{resemblance:>11.2}  {:.4}", banding.probability(resemblance))?;
    }
    match config.containment {
        Some(least) => writeln!(
            out,
            "containment of {least} and more is looked for by shared rare shingles, not by bands: no pair is missed outside crowded places, which the summary counts"
        )?,
        None => writeln!(out, "containment is off")?,
    }
    out.finish()
}

/// Runs on as many threads as were asked for.
pub(crate) fn with_threads<T: Send>(run: &Run, work: impl FnOnce() -> T + Send) -> Result<T> {
    pool(run.threads, work)
}

/// Runs on so many threads.
pub(crate) fn pool<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    match threads {
        None => Ok(work()),
        Some(threads) => {
            Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("the threads cannot be started")?.install(work))
        }
    }
}

fn color(run: &Run, terminal: bool) -> bool {
    match run.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Columns of the terminal that is written to; elsewhere the usual width of a page.
pub(crate) fn width(output: Option<&Path>) -> usize {
    let terminal = output.map_or_else(|| terminal_size::terminal_size_of(io::stdout()), |_| None);
    let columns = terminal.map(|(columns, _)| usize::from(columns.0));
    columns.unwrap_or_else(|| Options::default().width).max(40)
}
