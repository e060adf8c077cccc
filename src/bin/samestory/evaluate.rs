//! `samestory evaluate`: read, run the library, judge, write.

use std::collections::HashMap;

use anyhow::{Result, bail};
use samestory::evaluate::{Evaluation, GoldRow, Judged, Pair, PairReport, Sweep, fill_languages, gold_of, read_gold, read_pairs};
use samestory::{Article, ArticleId, Config, Level};

use crate::args::Evaluate;
use crate::commands::with_threads;
use crate::input::{self, Input};
use crate::output::Output;
use crate::settings::{Settings, Wrong};

/// Thresholds of a sweep, in twentieths.
const SWEEP: std::ops::RangeInclusive<u32> = 1..=19;

/// `samestory evaluate`.
pub(crate) fn evaluate(args: &Evaluate, settings: Settings) -> Result<bool> {
    let (config, run) = settings.resolve()?;
    let looks_into_stories = args.calibration || args.errors.is_some();
    if looks_into_stories && config.level == Level::Copies {
        bail!(Wrong("--calibration and --errors look at stories, and the level is copies".into()));
    }
    let mut out = Output::whole(run.output.as_deref())?;
    let input = with_threads(&run, || input::read(&args.inputs, &run, false))?;
    let mut gold = match &args.gold {
        Some(path) => read_gold(path, config.level)?,
        None => gold_of(&input.articles),
    };
    if gold.is_empty() && looks_into_stories {
        bail!("--calibration and --errors need labels: a gold field of the articles, or a file named by --gold");
    }
    if gold.is_empty() && args.pairs.is_none() {
        bail!("no labels: the articles have no gold field, and neither --gold nor --pairs names a file");
    }
    let found = with_threads(&run, || samestory::Run::new(&input.articles, &config))??;
    let clustering = found.clustering();
    fill_languages(&mut gold, &input.articles, &clustering.placements);
    if !gold.is_empty() {
        let label = |at: usize| {
            let place = &clustering.placements[at];
            let story = &clustering.stories[place.story];
            let id = if config.level == Level::Copies { story.copies[place.copies].id } else { story.id };
            input.articles[id.index()].key.as_str()
        };
        let labels: HashMap<&str, &str> =
            input.articles.iter().enumerate().map(|(at, article)| (article.key.as_str(), label(at))).collect();
        let mut evaluation = Evaluation::new(&gold, &labels, args.by_lang);
        if config.level == Level::Stories {
            let judged = Judged::new(&found, &clustering, &gold);
            evaluation.reach = judged.reach();
            evaluation.calibration = args.calibration.then(|| judged.calibration());
            evaluation.mistakes = args.errors.map(|most| judged.mistakes(most.0 as usize));
        }
        if args.json {
            evaluation.write_json(&mut out)?
        } else {
            evaluation.write_text("the input", &mut out)?
        }
        if args.sweep {
            let sweep = sweep(&input, &config, &found, &gold)?;
            if args.json { sweep.write_json(&mut out)? } else { sweep.write_text(&mut out)? }
        }
    }
    if let Some(path) = &args.pairs {
        let at: HashMap<&str, u32> = input.articles.iter().zip(0..).map(|(article, at)| (article.key.as_str(), at)).collect();
        let pairs = read_pairs(path)?;
        let score = |pair: &Pair| Some(found.likeness(ArticleId(*at.get(pair.a.as_str())?), ArticleId(*at.get(pair.b.as_str())?)));
        let lang = |id: &str| Some(clustering.placements[*at.get(id)? as usize].lang?.to_string());
        let report = if args.by_lang { PairReport::with_languages(&pairs, lang, score) } else { PairReport::new(&pairs, score) };
        if args.json { report.write_json(&mut out)? } else { report.write_text(&mut out)? }
    }
    out.finish()?;
    Ok(input.close(run.quiet))
}

/// Stories at other bounds, or copies at other thresholds.
fn sweep(input: &Input, config: &Config, found: &samestory::Run<'_>, gold: &[GoldRow]) -> Result<Sweep> {
    let at: HashMap<&str, usize> = input.articles.iter().enumerate().map(|(at, article)| (article.key.as_str(), at)).collect();
    let labels = |of: &[u32]| -> Vec<String> {
        gold.iter().map(|row| at.get(row.id.as_str()).map_or_else(|| format!("missing:{}", row.id), |at| of[*at].to_string())).collect()
    };
    let mut rows = Vec::new();
    for step in SWEEP {
        let threshold = f64::from(step) / 20.0;
        rows.push((
            threshold,
            match config.level {
                Level::Stories => labels(&found.stories_at(threshold)),
                Level::Copies => labels(&copies_at(&input.articles, config, threshold)?),
            },
        ));
    }
    Ok(Sweep::new(&gold.iter().map(|row| row.gold.as_str()).collect::<Vec<_>>(), rows))
}

fn copies_at(articles: &[Article], config: &Config, resemblance: f64) -> Result<Vec<u32>> {
    // At low thresholds more hashes are needed to find every pair.
    let num_hashes = if resemblance < 0.2 { config.num_hashes.max(512) } else { config.num_hashes };
    let found = samestory::cluster(articles, &Config { resemblance, num_hashes, ..config.clone() })?;
    Ok(found.placements.iter().map(|place| place.story as u32).collect())
}
