//! `samestory dedup` and `samestory query`: articles in, one line for each as soon as its answer is on disk.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;

use anyhow::{Context, Result, bail};
use samestory::index::{Answer, Index, Setup, Verdict};
use samestory::read::{Reader, Validators};
use samestory::{Article, Error};

use crate::commands::with_threads;
use crate::index_args::{Dedup, Place, Query};
use crate::input;
use crate::output::Output;
use crate::settings::{Run, Settings, Wrong};

/// Articles that are written together when nothing is said: the disk is asked to be sure once for all of them.
const BATCH: usize = 100;
/// Articles read ahead of those that are being placed.
const AHEAD: usize = 1024;

/// Standard input where nothing is named.
pub(crate) fn or_stdin(inputs: &[String]) -> Vec<String> {
    if inputs.is_empty() { vec!["-".to_owned()] } else { inputs.to_vec() }
}

/// Opens the index of the flags, or makes it, with the settings it has or shall have.
pub(crate) fn open_index(place: &Place, said: Settings) -> Result<(Index, Run)> {
    let folder = place.index.as_deref().context("--index is missing")?;
    let (settings, made) = in_force(Some(folder), said)?;
    let (config, run) = settings.resolve()?;
    let setup = Setup { config, expiry: place.expiry.map_or(made, |days| days.0) };
    Ok((Index::open(folder, &setup)?, run))
}

/// What was said over what an index was made with, and its expiry in days; over the usual where there is none.
pub(crate) fn in_force(folder: Option<&Path>, said: Settings) -> Result<(Settings, u32)> {
    let made = folder.map(Index::peek).transpose()?.flatten().unwrap_or_default();
    Ok((said.over(Settings::of_config(&made.config)), made.expiry))
}

/// How many articles got which answer.
#[derive(Default)]
struct Tally {
    known: u64,
    new: u64,
    copies: u64,
    same_story: u64,
    bad: u64,
}

impl Tally {
    fn add(&mut self, answer: &Answer) {
        match answer.verdict {
            _ if answer.again => self.known += 1,
            Verdict::New => self.new += 1,
            Verdict::Copy => self.copies += 1,
            Verdict::SameStory => self.same_story += 1,
        }
    }

    fn bad(&mut self, error: &Error) {
        self.bad += 1;
        input::say(&error.to_string());
    }

    fn close(&self, run: &Run) -> bool {
        if !run.quiet {
            let articles = self.known + self.new + self.copies + self.same_story;
            let known = if self.known > 0 { format!(", known: {}", self.known) } else { String::new() };
            input::say(&format!(
                "articles: {articles}{known}, new: {}, copies: {}, same story: {}",
                self.new, self.copies, self.same_story
            ));
        }
        if self.bad > 0 {
            input::say(&format!("{} {} named above", self.bad, if self.bad == 1 { "problem is" } else { "problems are" }));
        }
        self.bad == 0
    }
}

/// `samestory dedup`; true when all input was good.
pub(crate) fn dedup(args: &Dedup, said: Settings) -> Result<bool> {
    let inputs = or_stdin(&args.inputs);
    if let Some(other) = inputs.iter().find(|input| args.follow && *input != "-") {
        bail!(Wrong(format!("{other}: only standard input can be followed")));
    }
    let (mut index, run) = open_index(&args.place, said)?;
    let is_output = |input: &&String| run.output.as_deref().is_some_and(|output| is_same(Path::new(input.as_str()), output));
    if let Some(input) = inputs.iter().find(is_output) {
        bail!(Wrong(format!("{input}: is both an input and the output")));
    }
    let mut out = Output::stream(run.output.as_deref())?;
    let batch = args.batch.map_or(BATCH, |batch| batch.0 as usize);
    let good = insert(&mut index, &inputs, &run, Pace { batch, follow: args.follow }, |answers| {
        let is_asked = |answer: &&Answer| !args.new_only || (answer.verdict == Verdict::New && !answer.again);
        for answer in answers.iter().filter(is_asked) {
            serde_json::to_writer(&mut out, answer).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    });
    // What was taken in stays, also when nobody reads the answers any more; but these count as unheard.
    let good = good?;
    index.close()?;
    Ok(good)
}

/// Whether two names are of one file that is there.
fn is_same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok().filter(|path| path.is_file());
    whole(a).is_some_and(|a| whole(b) == Some(a))
}

/// How articles are cut into batches.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) batch: usize,
    /// Whether a batch ends where the input pauses.
    pub(crate) follow: bool,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { batch: BATCH, follow: false }
    }
}

/// Reads the inputs into an index; `receive` is given the answers of each batch when it is on disk. True when all input was good.
pub(crate) fn insert(
    index: &mut Index,
    inputs: &[String],
    run: &Run,
    pace: Pace,
    mut receive: impl FnMut(&[Answer]) -> Result<()>,
) -> Result<bool> {
    let known: BTreeMap<String, Validators> = match index.feeds()? {
        Some(json) => serde_json::from_str(&json).unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let aliases = index.setup().config.outlet_aliases.clone();
    let mut tally = Tally::default();
    let validators = std::thread::scope(|scope| -> Result<BTreeMap<String, Validators>> {
        let (give, take) = mpsc::sync_channel::<samestory::Result<Article>>(AHEAD);
        let options = input::following(run, known.clone(), pace.follow);
        let reading = scope.spawn(move || {
            with_threads(run, || {
                let mut reader = Reader::open(inputs, options);
                // An error here means that nobody takes them any more.
                while let Some(item) = reader.next()
                    && give.send(item).is_ok()
                {}
                reader.validators()
            })
        });
        let mut batch: Vec<Article> = Vec::with_capacity(pace.batch);
        loop {
            // Following, what is there is answered before more is waited for.
            let waits = batch.is_empty() || !pace.follow;
            let item = if waits { take.recv().ok() } else { take.try_recv().ok() };
            let ended = item.is_none();
            match item {
                Some(Ok(mut article)) => {
                    input::rename(&mut article, &aliases);
                    batch.push(article);
                }
                Some(Err(error)) => tally.bad(&error),
                None if batch.is_empty() => break,
                None => {}
            }
            if batch.len() == pace.batch || (ended && !batch.is_empty()) {
                let answers = index.insert(&batch)?;
                batch.clear();
                answers.iter().for_each(|answer| tally.add(answer));
                receive(&answers)?;
            }
        }
        reading.join().map_err(|_| anyhow::anyhow!("the reading of the input broke off"))?
    })?;
    let mut kept = known;
    kept.extend(validators);
    if !kept.is_empty() {
        index.set_feeds(&serde_json::to_string(&kept)?)?;
    }
    Ok(tally.close(run))
}

/// `samestory query`; true when all input was good and every id is known.
pub(crate) fn query(args: &Query, said: Settings) -> Result<bool> {
    let folder = args.index.as_deref().context("--index is missing")?;
    let (settings, _) = in_force(Some(folder), said)?;
    let (config, run) = settings.resolve()?;
    let mut index = Index::read(folder)?;
    let made = index.setup();
    if let Some(differs) = made.differs(&Setup { config, expiry: made.expiry }) {
        bail!(Wrong(format!("{}: {differs}", folder.display())));
    }
    let mut out = Output::whole(run.output.as_deref())?;
    let (mut good, mut written) = (true, 0);
    let mut write = |answer: &Answer| -> Result<()> {
        written += 1;
        serde_json::to_writer(&mut out, answer).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    };
    for id in &args.id {
        match index.find(id)? {
            Some(record) => write(&Answer { story: record.story, ..record.answer })?,
            None => {
                good = false;
                input::say(&format!("id {id:?} is not in the index"));
            }
        }
    }
    if args.id.is_empty() || !args.inputs.is_empty() {
        let mut read = with_threads(&run, || input::read(&or_stdin(&args.inputs), &run, false))?;
        read.rename(&index.setup().config.outlet_aliases);
        for article in &read.articles {
            write(&index.query(article)?)?;
        }
        good &= read.close(run.quiet);
        out.finish_of(&read, written)?;
    } else {
        out.finish()?;
    }
    Ok(good)
}
