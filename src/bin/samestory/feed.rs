//! `samestory feed`: several feeds in, one feed out with an entry for each story.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::Offset;
use samestory::report::{Feed, FeedFormat, write_feed};
use samestory::{Level, When};

use crate::args;
use crate::commands::{say_pins, with_threads};
use crate::dedup::{Pace, insert, open_index};
use crate::input;
use crate::output::Output;
use crate::settings::{Run, Settings, extension};

/// The name of a feed that was given none.
const TITLE: &str = "samestory";

/// Entries that are kept when nothing is said: a few days of some dozen outlets, and still a file that every reader takes.
const MOST: usize = 500;

/// `samestory feed`; true when all input was good.
pub(crate) fn feed(args: &args::Feed) -> Result<bool> {
    let most = args.most.map_or(MOST, |most| most.0 as usize);
    if args.place.index.is_some() {
        return of_index(args, most);
    }
    let (config, run) = Settings::of_others(&args.shared)?.resolve()?;
    let out = Output::whole(run.output.as_deref())?;
    let mut input = with_threads(&run, || input::read(&args.inputs, &run, false))?;
    input.rename(&config.outlet_aliases);
    let spinner = input::working(&run, format!("grouping {} articles", input.articles.len()));
    let (found, unknown, unmet) = with_threads(&run, || -> samestory::Result<_> {
        let done = samestory::Run::new(&input.articles, &config)?;
        Ok((done.clustering(), done.unknown_pins(), done.unmet_pins()))
    })??;
    spinner.finish_and_clear();
    let feed = Feed::newest(&input.articles, &found, most)?;
    let entries = feed.entries.len();
    written(args, &run, feed, out)?.finish_of(&input, input.articles.len())?;
    say_pins(&unknown, &unmet);
    if !run.quiet {
        let groups = if config.level == Level::Copies { "copy groups" } else { "stories" };
        let left = match found.stories.len() - entries {
            0 => String::new(),
            older => format!(", {older} older ones left out (--most)"),
        };
        input::say(&format!("articles: {}, {groups}: {}{left}", input.articles.len(), found.stories.len()));
    }
    Ok(input.close(run.quiet))
}

/// Takes the inputs into an index, and writes the newest stories that it has.
fn of_index(args: &args::Feed, most: usize) -> Result<bool> {
    let (mut index, run) = open_index(&args.place, Settings::said(&args.shared)?)?;
    let out = Output::whole(run.output.as_deref())?;
    let good = if args.inputs.is_empty() { true } else { insert(&mut index, &args.inputs, &run, Pace::default(), |_| Ok(()))? };
    let feed = Feed::of_index(&index.newest(most)?);
    index.close()?;
    let nothing = !good && feed.entries.is_empty();
    written(args, &run, feed, out)?.finish_unless(nothing)?;
    Ok(good)
}

fn written(args: &args::Feed, run: &Run, mut feed: Feed, mut out: Output) -> Result<Output> {
    let format = args.format.unwrap_or_else(|| format_of(run.output.as_deref()));
    feed.title = args.title.clone().unwrap_or_else(|| TITLE.to_owned());
    feed.link.clone_from(&args.link);
    feed.address.clone_from(&args.address);
    // Atom wants a date: where the articles have none, it is that of the feed.
    if format == FeedFormat::Atom && feed.updated.is_none() {
        feed.updated = Timestamp::from_second(Timestamp::now().as_second()).ok().map(|now| When::Instant(now, Offset::UTC));
    }
    write_feed(format, &feed, &mut out)?;
    Ok(out)
}

/// The format that a file's name asks for.
fn format_of(output: Option<&Path>) -> FeedFormat {
    match extension(output) {
        Some("json") => FeedFormat::Json,
        Some("atom") => FeedFormat::Atom,
        _ => FeedFormat::Rss,
    }
}
