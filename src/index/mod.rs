//! The only lasting state: what came before, so that each article is answered at once — new, copy of, or same story as — for months.
//!
//! An index is a folder with one file. Every article is written with its answer in one transaction; what is returned is on disk. Articles of
//! the last days ([`Setup::expiry`]) are compared with new ones, by the rules and the model of the batch run, one at a time, in the order of
//! their arrival: an answer depends on what came before it and on nothing else. It never changes until [`Index::recluster`], which gives
//! exactly the answer of the batch run on all articles.
//!
//! ```
//! use samestory::index::{Index, Setup, Verdict};
//! use samestory::{Article, Config};
//!
//! let folder = tempfile::tempdir()?;
//! let mut index = Index::open(folder.path(), &Setup { config: Config::default(), expiry: 7 })?;
//! let article = |key: &str| Article { key: key.into(), text: "The envoys met in the old town on Monday.".into(), ..Article::default() };
//! let answers = index.insert(&[article("wire"), article("site")])?;
//! assert_eq!((answers[0].verdict, answers[1].verdict), (Verdict::New, Verdict::Copy));
//! assert_eq!(answers[1].story, "wire");
//! let again = index.insert(&[article("site")])?;
//! assert_eq!((again[0].story.as_str(), again[0].again), ("wire", true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod maintain;
pub(crate) mod pack;
mod placed;
mod setup;
mod shadow;
mod state;
mod store;
mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub use answer::{Answer, Record, Stats};
pub use placed::Verdict;
pub use setup::Setup;
pub use state::MOST_HELD;

use crate::article::Article;
use crate::error::{Error, Result};
use crate::normalize;
use placed::{Counted, Outcome, Placed, Progress};
use state::State;
use store::{Batch, Look, Named, Row, Store};

/// The layout of the file; a change of what is stored, or of how it is read, is a change of this.
pub const FORMAT: u32 = 1;
/// Articles after which counters are written again; they are counted anew from the texts of those that came later.
const RECOUNTED: u32 = 1000;

/// Names in the table `meta`.
const VERSIONS: &str = "versions";
const SETUP: &str = "setup";
const PROGRESS: &str = "progress";
const COUNTED: &str = "counted";
const FEEDS: &str = "feeds";
const UNHEARD: &str = "unheard";

/// An open index.
pub struct Index {
    store: Arc<Store>,
    state: State,
    /// Where the counters on disk are.
    counted: u32,
    /// Stories that became part of others.
    merged: BTreeMap<u32, u32>,
    /// Articles that were written and perhaps never answered, as a process was killed between.
    unheard: BTreeSet<u32>,
    /// Articles whose answers were returned last: who comes back has heard them.
    returned: Vec<u32>,
    /// Set while memory is ahead of the disk: after a failure only opening again helps.
    ahead: bool,
}

impl Index {
    /// Opens the index in a folder to write to it, and makes it where there is none. One process may write at a time. Pairs pinned together
    /// or apart are those of `setup`, all else must be as it was when the index was made.
    ///
    /// # Errors
    /// [`Error::Config`] for a setting out of range; [`Error::Index`] when somebody else writes, the file is damaged, or it was made with
    /// another setup or version; [`Error::Io`].
    pub fn open(folder: &Path, setup: &Setup) -> Result<Index> {
        setup.validate()?;
        if !Store::is_there(folder) {
            Store::make(folder, |batch| {
                batch.prepare()?;
                batch.put_meta(VERSIONS, &(FORMAT, normalize::VERSION))?;
                batch.put_meta(SETUP, &setup.to_json())
            })?;
        }
        Index::load(Store::open(folder)?, |made| made.with_pins_of(setup))
    }

    /// How the index in a folder was set up; `None` where there is none.
    ///
    /// # Errors
    /// When there is one and it cannot be read.
    pub fn peek(folder: &Path) -> Result<Option<Setup>> {
        if !Store::is_there(folder) {
            return Ok(None);
        }
        let store = Store::open_read(folder)?;
        let made: Option<String> = store.view()?.meta(SETUP)?;
        Ok(made.and_then(|json| Setup::of_json(&json)))
    }

    /// Opens an index that is there with the setup it was made with, to write to it.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when there is none.
    pub fn reopen(folder: &Path) -> Result<Index> {
        Index::load(Store::open(folder)?, Ok)
    }

    /// Opens an index only to read: any number of processes may, also while one writes.
    ///
    /// # Errors
    /// As [`reopen`](Self::reopen).
    pub fn read(folder: &Path) -> Result<Index> {
        Index::load(Store::open_read(folder)?, Ok)
    }

    fn load(store: Store, setup: impl FnOnce(Setup) -> std::result::Result<Setup, String>) -> Result<Index> {
        let wrong = |message: String| Error::Index { path: store.path.clone(), message };
        let view = store.view()?;
        let versions: (u32, u32) = view.meta(VERSIONS)?.ok_or_else(|| wrong("this is no index of samestory".to_owned()))?;
        if versions != (FORMAT, normalize::VERSION) {
            let (format, tokens) = versions;
            return Err(wrong(format!(
                "was made with format {format} and tokens {tokens}, this version has {FORMAT} and {}: export it with the version that made it, \
                 and import it into a new index",
                normalize::VERSION
            )));
        }
        let made: Option<String> = view.meta(SETUP)?;
        let made = made.and_then(|json| Setup::of_json(&json)).ok_or_else(|| wrong("its setup cannot be read".to_owned()))?;
        let setup = setup(made).map_err(wrong)?;
        let progress: Option<Progress> = view.meta(PROGRESS)?;
        let counted: Option<Counted> = view.meta(COUNTED)?;
        let upto = counted.as_ref().map_or(0, |counted| counted.upto);
        let mut state = match (counted, progress) {
            (Some(counted), Some(progress)) => State::with(setup, counted, progress),
            (_, progress) => State::new(setup).at(progress),
        };
        let merged: BTreeMap<u32, u32> = view.merged()?.into_iter().collect();
        for number in upto..state.progress.next {
            if let (Some(article), Some(row)) = (view.article(number)?, view.row(number)?) {
                state.recount(&article, row.placed.counted);
            }
        }
        let mut standing = Vec::new();
        view.entries(|number, mut entry| {
            entry.story = follow(&merged, entry.story);
            standing.extend(entry.kept.take().map(|(turn, kept)| (turn, number, entry.group, kept)));
            state.enter(number, &entry);
        })?;
        standing.sort_unstable_by_key(|row| row.0);
        standing.into_iter().for_each(|(_, number, group, kept)| state.stand(number, group, kept));
        let unheard = view.meta::<Vec<u32>>(UNHEARD)?.unwrap_or_default().into_iter().collect();
        drop(view);
        Ok(Index { store: Arc::new(store), state, counted: upto, merged, unheard, returned: Vec::new(), ahead: false })
    }

    /// How the index was set up.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        self.state.setup()
    }

    /// Takes articles in, in their order, in one transaction: when this returns, all are on disk. An article whose id and text are known, of
    /// whichever version, is answered as before; one with another text or title is a new version, which is answered anew. O(articles held near each).
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Index`]: then none of them was taken in, and the index has to be opened again.
    pub fn insert(&mut self, articles: &[Article]) -> Result<Vec<Answer>> {
        self.returned.clear();
        self.write(|index, batch| {
            let answers = articles.iter().map(|article| index.take_in(article, batch)).collect::<Result<_>>()?;
            index.put_unheard(batch)?;
            Ok(answers)
        })
    }

    /// Runs a change of memory and disk, which happens on both or leaves the index closed.
    fn write<T>(&mut self, change: impl FnOnce(&mut Index, &Batch<'_>) -> Result<T>) -> Result<T> {
        if self.ahead {
            let message = "an earlier change failed: open the index again".to_owned();
            return Err(Error::Index { path: self.store.path.clone(), message });
        }
        let store = Arc::clone(&self.store);
        self.ahead = true;
        let done = store.begin().and_then(|batch| {
            let done = change(self, &batch)?;
            batch.put_meta(PROGRESS, &self.state.progress)?;
            batch.commit()?;
            Ok(done)
        });
        self.ahead = done.is_err();
        done
    }

    /// Writes which answers may be lost if this process ends before it comes back.
    fn put_unheard(&self, batch: &Batch<'_>) -> Result<()> {
        batch.put_meta(UNHEARD, &self.unheard.iter().chain(&self.returned).collect::<Vec<_>>())
    }

    fn take_in(&mut self, article: &Article, batch: &Batch<'_>) -> Result<Answer> {
        let newest = batch.number(&article.key)?;
        let (mut version, mut place, mut earlier) = (1, None, newest);
        while let Some(number) = earlier
            && let (Some(row), Some(old)) = (batch.row(number)?, batch.article(number)?)
        {
            if old.text == article.text && old.title == article.title {
                let again = !self.unheard.remove(&number);
                if !again {
                    self.returned.push(number);
                }
                return Ok(Answer { again, ..self.answer(&article.key, &row, batch)? });
            }
            earlier = row.before;
        }
        if let Some(number) = newest
            && let Some(row) = batch.row(number)?
        {
            place = self.retire(number, &row, batch)?;
            version = row.version.saturating_add(1);
        }
        let outcome = match place {
            // What was alone stays the story it is.
            Some(place) if self.state.query(article).0 == Verdict::New => {
                let outcome = self.state.arrive(article, Some(place));
                Outcome { placed: Placed { verdict: Verdict::New, ..outcome.placed }, ..outcome }
            }
            _ => self.state.arrive(article, None),
        };
        let row = Row { placed: outcome.placed, version, before: newest, current: true, clock: outcome.entry.clock };
        self.keep(article, &row, &outcome, batch)?;
        self.returned.push(outcome.number);
        self.answer(&article.key, &row, batch)
    }

    /// Writes an article that was placed.
    fn keep(&mut self, article: &Article, row: &Row, outcome: &Outcome, batch: &Batch<'_>) -> Result<()> {
        batch.put_article(outcome.number, article)?;
        batch.put_row(outcome.number, row)?;
        batch.put_entry(outcome.number, &outcome.entry)?;
        // Of its own story nobody has heard yet.
        for (from, into) in outcome.merged.iter().filter(|merged| merged.0 != outcome.number) {
            self.merged.insert(*from, *into);
            batch.put_merged(*from, *into)?;
        }
        outcome.expired.iter().try_for_each(|number| batch.take_entry(*number))?;
        if outcome.learned || outcome.number + 1 - self.counted >= RECOUNTED {
            self.count(batch)?;
        }
        Ok(())
    }

    /// Writes the counters as they are now.
    fn count(&mut self, batch: &Batch<'_>) -> Result<()> {
        self.counted = self.state.progress.next;
        batch.put_meta(COUNTED, &self.state.counted())
    }

    /// Takes a version of an article out of comparison; returns its group and story when it was alone there.
    fn retire(&mut self, number: u32, row: &Row, batch: &Batch<'_>) -> Result<Option<(u32, u32)>> {
        let place = self.state.alone(number);
        self.release(number, batch)?;
        batch.put_row(number, &Row { current: false, ..*row })?;
        Ok(place)
    }

    /// Takes an article out of comparison; another one of its group stands for it, if there is one.
    fn release(&mut self, number: u32, batch: &Batch<'_>) -> Result<()> {
        batch.take_entry(number)?;
        if let Some(next) = self.state.release(number)
            && let (Some(article), Some(mut entry)) = (batch.article(next)?, batch.entry(next)?)
        {
            let learned = self.state.promote(next, &article, &mut entry);
            batch.put_entry(next, &entry)?;
            if learned {
                self.count(batch)?;
            }
        }
        Ok(())
    }

    /// What would be said of an article now, without taking it in. One that is known is answered as it was, whatever its text. It is compared
    /// with all that is held, also when its day would let some of it go.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Index`] when the file cannot be read.
    pub fn query(&mut self, article: &Article) -> Result<Answer> {
        let known = self.find(&article.key)?;
        if let Some(record) = known {
            return Ok(record.answer);
        }
        let (verdict, place, near) = self.state.query(article);
        let view = self.store.view()?;
        let own = || article.key.to_string();
        let (story, copies) = match place {
            Some((story, group)) => {
                let copies = if verdict == Verdict::Copy { self.name(Named::Group, group, &view)? } else { own() };
                (self.name(Named::Story, story, &view)?, copies)
            }
            None => (own(), own()),
        };
        self.answer_of(&article.key, 1, (verdict, story, copies), near, &view)
    }

    /// What servers said of feeds when they were last asked: kept for whoever asks them again.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Index`] when the file cannot be read.
    pub fn feeds(&self) -> Result<Option<String>> {
        self.store.view()?.meta(FEEDS)
    }

    /// Keeps what servers said of feeds.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn set_feeds(&mut self, feeds: &str) -> Result<()> {
        self.write(|_, batch| batch.put_meta(FEEDS, &feeds))
    }

    /// Writes what saves the next opening some counting, and that all answers were heard. Nothing is lost without.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn close(mut self) -> Result<()> {
        if self.counted == self.state.progress.next && self.returned.is_empty() {
            return Ok(());
        }
        self.returned.clear();
        self.write(|index, batch| {
            index.put_unheard(batch)?;
            index.count(batch)
        })
    }
}

/// The story that a story is part of now.
fn follow(merged: &BTreeMap<u32, u32>, mut story: u32) -> u32 {
    // Always into an older one, so that it ends.
    while let Some(into) = merged.get(&story).filter(|into| **into < story) {
        story = *into;
    }
    story
}
