//! The subcommands that look after an index: `recluster`, `export`, `import`, `stats`, `forget`.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use samestory::index::{Answer, Index, Record};
use samestory::read::Reader;
use samestory::report::{self, Format, Options};
use serde::{Deserialize, Serialize};

use crate::commands::{pool, width};
use crate::dedup::{open_index, or_stdin};
use crate::index_args::{Export, Forget, Import, IndexStats, Recluster};
use crate::input;
use crate::output::Output;
use crate::settings::{Settings, named_format};

/// `samestory recluster`.
pub(crate) fn recluster(args: &Recluster) -> Result<bool> {
    let mut index = Index::reopen(&args.index)?;
    let mut out = Output::whole(args.output.as_deref())?;
    let (articles, mut found) = pool(args.threads.map(|threads| threads.0 as usize), || index.recluster())??;
    // As `cluster` counts: what was bad never came into the index.
    found.summary.counts.splice(0..0, [("bad_input", 0), ("skipped_files", 0)]);
    let terminal = args.output.is_none() && io::stdout().is_terminal();
    let usual = if terminal { Format::Text } else { Format::Jsonl };
    let format = args.format.or_else(|| named_format(args.output.as_deref())).unwrap_or(usual);
    report::write(format, &articles, &found, &Options { width: width(args.output.as_deref()), ..Options::default() }, &mut out)?;
    out.finish()?;
    if !args.quiet && format != Format::Text {
        input::say(&format!("articles: {}, stories: {}", articles.len(), found.stories.len()));
    }
    Ok(true)
}

/// One line of an export: an article that `cluster` reads as well, and what is said of it.
#[derive(Serialize)]
struct Line<'r> {
    id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'r str>,
    text: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outlet: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gold: Option<&'r str>,
    samestory: Said,
}

/// What an index said of an article.
#[derive(Serialize, Deserialize)]
struct Said {
    #[serde(flatten)]
    answer: Answer,
    current: bool,
}

/// `samestory export`.
pub(crate) fn export(args: &Export) -> Result<bool> {
    let index = Index::read(&args.index)?;
    let mut out = Output::whole(args.output.as_deref())?;
    index.each(|Record { article, answer, story, current }| -> Result<()> {
        let line = Line {
            id: &article.key,
            title: article.title.as_deref(),
            text: &article.text,
            url: article.url.as_deref(),
            published: article.published.as_ref().map(|published| published.when.to_string()),
            outlet: article.outlet.as_deref(),
            lang: article.lang.as_deref(),
            gold: article.gold.as_deref(),
            samestory: Said { answer: Answer { story, ..answer }, current },
        };
        serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    })?;
    out.finish()?;
    Ok(true)
}

/// `samestory import`; true when all input was good.
pub(crate) fn import(args: &Import, said: Settings) -> Result<bool> {
    #[derive(Deserialize)]
    struct Told {
        samestory: Said,
    }
    let (mut index, run) = open_index(&args.place, said)?;
    let mut bad = 0u64;
    let mut complain = |message: String| {
        bad += 1;
        input::say(&message);
    };
    let reader = Reader::open(&or_stdin(&args.inputs), input::with_records(&run));
    let records = reader.filter_map(|item| {
        let mut article = item.map_err(|error| complain(error.to_string())).ok()?;
        let told = article.record.take().map(|record| serde_json::from_str::<Told>(&record));
        match told {
            Some(Ok(Told { samestory: Said { answer, current } })) => {
                Some(Ok::<_, samestory::Error>(Record { story: answer.story.clone(), article, answer, current }))
            }
            _ => {
                complain(format!("{:?} has no samestory field as export writes it: not imported", article.key));
                None
            }
        }
    });
    let taken = index.import(records)?;
    index.close()?;
    if !run.quiet {
        input::say(&format!("articles: {taken}"));
    }
    Ok(bad == 0)
}

/// `samestory stats`.
pub(crate) fn stats(args: &IndexStats) -> Result<bool> {
    let stats = Index::read(&args.index)?.stats()?;
    let mut out = Output::whole(None)?;
    if args.json {
        serde_json::to_writer(&mut out, &stats).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let value = serde_json::to_value(&stats)?;
        for (name, value) in value.as_object().into_iter().flatten() {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            writeln!(out, "{:<16}{shown}", name.replace('_', " "))?;
        }
    }
    out.finish()?;
    Ok(true)
}

/// `samestory forget`; true when every id was there.
pub(crate) fn forget(args: &Forget) -> Result<bool> {
    let mut index = Index::reopen(&args.index)?;
    let ids: BTreeSet<&str> = args.id.iter().map(String::as_str).collect();
    let there = index.forget(&ids)?;
    let mut forgotten = there.len() as u64;
    let unknown: Vec<&&str> = ids.iter().filter(|id| !there.contains(**id)).collect();
    unknown.iter().for_each(|id| input::say(&format!("id {id:?} is not in the index")));
    let good = unknown.is_empty();
    if let Some(day) = args.before {
        forgotten += index.forget_before(day)?;
    }
    if !args.quiet {
        input::say(&format!("forgotten: {forgotten}"));
    }
    Ok(good)
}
