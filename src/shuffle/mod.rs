//! The stages of a run as streams of rows, for who keeps and sorts the rows between them: Apache Spark, or anything that shuffles (Dean and
//! Ghemawat 2004, MapReduce).
//!
//! A [`Stage`] reads rows of bytes and writes rows of bytes. Most take them in any order; others want them [`sorted`](Spec::sorted) by their
//! first columns and check that they are. Whoever runs them sees to it that rows which are equal in the first column of a sorted stage
//! come to one place, and to nothing else: what is decided is decided here, by the functions of the run on one machine, and the answer is
//! the same, however rows are cut and spread. What a task holds at once: the texts of one sketch that are not the first one's, those of a
//! component that resemble each other, those of crowded buckets that hang together, the articles of a copy group or of a story, the pairs of
//! reports that hang together, the names of who has one shingle, at most a thousand holders of a term, and the tables; `components` holds all
//! of its rows. Buckets of bands are read through.
//!
//! | stage | from | to |
//! |---|---|---|
//! | `lines` | articles | lines, and how many articles each outlet has |
//! | `templates` | lines by key | those that their outlet repeats |
//! | `print` | articles | what is kept of each: sketch, band keys, shingles |
//! | `fold` | prints by sketch and id | distinct texts |
//! | `bands` | texts | their band keys |
//! | `meet` | band keys | pairs, and members of crowded buckets |
//! | `link` | pairs with their texts | copies |
//! | `crowd` | crowded buckets with their texts | copies in them |
//! | `forest`, `components` | edges | fewer edges; the component of each node |
//! | `large`, `small` | edges by node | the same, where components are too large for one place: by turns until nothing changes |
//! | `group` | components with their texts | copy groups |
//! | `sample` | texts by group | the few of each group that containment looks at |
//! | `size`, `count`, `add` | these | how common their shingles are |
//! | `look`, `mark`, `join`, `hold`, `near` | these | pairs of which one may hold the other |
//! | `contain` | pairs with their texts | those that do |
//! | `held` | these by group | groups that join others |
//! | `place` | articles by group | the rows of the result, where copies are all that is looked for |
//! | `languages` | articles | what articles of each script are in |
//! | `report` | articles by group | what each copy group says: in its language, and in what means the same in every one |
//! | `terms`, `common` | reports, each in both corpora | terms that very many hold, and how many reports are of each day |
//! | `rare`, `holders` | these | how many hold a rarer term, to each of them |
//! | `weigh` | reports with that | what each weighs, and its place in the lists of terms |
//! | `search`, `choose` | places by term, findings by report | candidates |
//! | `compare` | candidates with what they weigh | how alike they are |
//! | `around`, `settle` | these by report, then by pair | what is usual around each of the two |
//! | `score` | these | the score of each pair |
//! | `cut`, `silhouette` | components of scores, neighbors by report | how distinct stories are at each of the bounds that are tried |
//! | `edge` | scores | the probability of each pair |
//! | `story` | components of edges | the stories |
//! | `full`, `fragments` | edges by report, parts of large stories | the same, put together |
//! | `stories` | articles and edges by story | the rows of the result |

mod candidates;
mod containment;
mod events;
mod groups;
mod pairs;
mod rows;
mod terms;
mod texts;
mod wire;

pub use texts::article_to_bytes;

use crate::config::Config;
use crate::copies::CopyFinder;
use crate::error::{Error, Result};
use crate::report::row::Row;

/// Takes a row.
pub type Emit<'e> = dyn FnMut(&[&[u8]]) + 'e;

/// What all tasks of a stage are given: keys and values.
pub type Shared<'s> = [(&'s [u8], &'s [u8])];

/// What goes into a stage and comes out, by the names of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The stage.
    pub name: &'static str,
    /// How many of the first columns rows are sorted by: 0 is in any order.
    pub sorted: usize,
    /// What it reads.
    pub reads: &'static [&'static str],
    /// What it writes.
    pub writes: &'static [&'static str],
}

/// All stages, in the order in which they first run.
pub const STAGES: &[Spec] = &[
    Spec { name: "lines", sorted: 0, reads: &["id", "article"], writes: &["key", "value"] },
    Spec { name: "templates", sorted: 1, reads: &["key", "value"], writes: &["key"] },
    Spec { name: "print", sorted: 0, reads: &["id", "article"], writes: &["sketch", "id", "print"] },
    Spec { name: "fold", sorted: 2, reads: &["sketch", "id", "print"], writes: &["unit", "id", "own", "keys", "text"] },
    Spec { name: "bands", sorted: 0, reads: &["unit", "keys"], writes: &["key", "unit"] },
    Spec { name: "meet", sorted: 2, reads: &["key", "unit"], writes: &["a", "b", "crowd"] },
    Spec { name: "link", sorted: 0, reads: &["a", "b", "text_a", "text_b"], writes: LINK },
    Spec { name: "crowd", sorted: 3, reads: &["cluster", "crowd", "unit", "root", "text"], writes: LINK },
    Spec { name: "forest", sorted: 0, reads: &["a", "b"], writes: &["a", "b"] },
    Spec { name: "components", sorted: 0, reads: &["a", "b"], writes: &["node", "root"] },
    Spec { name: "large", sorted: 2, reads: STAR, writes: &["a", "b"] },
    Spec { name: "small", sorted: 2, reads: STAR, writes: &["a", "b"] },
    Spec { name: "group", sorted: 3, reads: &["root", "a", "b", "value"], writes: &["unit", "label"] },
    Spec { name: "sample", sorted: 2, reads: TEXT, writes: TEXT },
    Spec { name: "size", sorted: 0, reads: TEXT, writes: &["key", "value"] },
    Spec { name: "count", sorted: 2, reads: TEXT, writes: &["key", "value"] },
    Spec { name: "add", sorted: 1, reads: &["key", "value"], writes: &["key", "value"] },
    Spec { name: "look", sorted: 0, reads: TEXT, writes: NEAR },
    Spec { name: "mark", sorted: 0, reads: NEAR, writes: &["key", "value"] },
    Spec { name: "join", sorted: 1, reads: &["key", "value"], writes: &["key", "value"] },
    Spec { name: "hold", sorted: 0, reads: TEXT, writes: NEAR },
    Spec { name: "near", sorted: 3, reads: NEAR, writes: &["a", "b"] },
    Spec { name: "contain", sorted: 0, reads: &["a", "b", "text_a", "text_b"], writes: LINK },
    Spec { name: "held", sorted: 3, reads: &["longer", "shorter", "a", "b", "overlap", "kind", "size"], writes: &["a", "b"] },
    Spec { name: "place", sorted: 2, reads: PLACE, writes: &Row::COLUMNS },
    Spec { name: "languages", sorted: 0, reads: &["id", "article"], writes: &["key", "value"] },
    Spec { name: "report", sorted: 2, reads: PLACE, writes: &["first", "label", "lang", "within", "across"] },
    Spec { name: "terms", sorted: 0, reads: &["report", "said"], writes: &["term", "value"] },
    Spec { name: "common", sorted: 1, reads: &["term", "value"], writes: &["term", "value"] },
    Spec { name: "rare", sorted: 0, reads: &["report", "said"], writes: TERM },
    Spec { name: "holders", sorted: 2, reads: TERM, writes: OF_REPORT },
    Spec { name: "weigh", sorted: 2, reads: OF_REPORT, writes: TERM },
    Spec { name: "search", sorted: 2, reads: TERM, writes: OF_REPORT },
    Spec { name: "choose", sorted: 2, reads: OF_REPORT, writes: &["a", "b"] },
    Spec { name: "compare", sorted: 2, reads: PAIR, writes: PAIR },
    Spec { name: "around", sorted: 3, reads: &["report", "pair", "side", "value"], writes: SIDES },
    Spec { name: "settle", sorted: 2, reads: SIDES, writes: PAIR },
    Spec { name: "score", sorted: 0, reads: PAIR, writes: &["a", "b", "value", "kind"] },
    Spec { name: "cut", sorted: 3, reads: &["root", "a", "b", "value"], writes: &["node", "root", "cuts"] },
    Spec { name: "silhouette", sorted: 2, reads: &["report", "other", "value", "root", "cuts"], writes: &["key", "value"] },
    Spec { name: "edge", sorted: 0, reads: PAIR, writes: &["a", "b", "value", "kind"] },
    Spec { name: "story", sorted: 3, reads: &["root", "a", "b", "value"], writes: &["node", "story"] },
    Spec { name: "full", sorted: 2, reads: &["report", "other"], writes: &["report"] },
    Spec { name: "fragments", sorted: 3, reads: &["root", "report", "other", "value"], writes: &["node", "story"] },
    Spec { name: "stories", sorted: 3, reads: &["story", "report", "id", "unit", "own", "article"], writes: &Row::COLUMNS },
];

const STAR: &[&str] = &["node", "other"];
const LINK: &[&str] = &["a", "b", "overlap", "kind"];
const TEXT: &[&str] = &["label", "unit", "text"];
const PLACE: &[&str] = &["label", "id", "unit", "own", "article"];
const TERM: &[&str] = &["term", "report", "value"];
const OF_REPORT: &[&str] = &["report", "term", "value"];
const PAIR: &[&str] = &["a", "b", "value"];
const SIDES: &[&str] = &["pair", "side", "value"];
const NEAR: &[&str] = &["value", "side", "unit", "label"];

/// What a stage does with its rows.
trait Step: Send + Sync {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()>;

    /// After the last row.
    fn end(&mut self, _: &mut Emit<'_>) -> Result<()> {
        Ok(())
    }
}

/// A step of rows that come group by group, each with a first column of its own.
trait Group: Send + Sync {
    /// The next row of the group.
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()>;

    /// After the last row of the group with this first column.
    fn close(&mut self, key: &[u8], emit: &mut Emit<'_>) -> Result<()>;

    /// After the last group.
    fn end(&mut self, _: &mut Emit<'_>) -> Result<()> {
        Ok(())
    }
}

/// The groups of a sorted stage.
struct Grouped<G> {
    group: G,
    key: Option<Vec<u8>>,
}

/// A step by groups.
fn grouped<G: Group + 'static>(group: G) -> Box<dyn Step> {
    Box::new(Grouped { group, key: None })
}

impl<G: Group> Step for Grouped<G> {
    fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        if self.key.as_deref() != Some(row[0])
            && let Some(key) = self.key.replace(row[0].to_vec())
        {
            self.group.close(&key, emit)?;
        }
        self.group.row(row, emit)
    }

    fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        if let Some(key) = self.key.take() {
            self.group.close(&key, emit)?;
        }
        self.group.end(emit)
    }
}

/// One task of a stage.
pub struct Stage {
    spec: Spec,
    /// The first columns of the last row, where order counts.
    last: Vec<Vec<u8>>,
    step: Box<dyn Step>,
}

impl Stage {
    /// The task of a stage with this [name](STAGES).
    ///
    /// # Errors
    /// When there is no such stage, the configuration is out of range or asks for what is done on one machine only, or what is shared is
    /// not what the stage before has written.
    pub fn new(name: &str, config: &Config, shared: &Shared<'_>) -> Result<Stage> {
        config.validate()?;
        if let Some(field) = [("together", &config.together), ("apart", &config.apart)].iter().find(|pins| !pins.1.is_empty()) {
            return Err(Error::Config { field: field.0, message: "pairs are pinned on one machine".to_owned() });
        }
        let finder = CopyFinder::of(config)?;
        let step: Box<dyn Step> = match name {
            "lines" => Box::new(texts::PrintedLines::new(config)),
            "templates" => grouped(texts::Templates::new(shared)?),
            "print" => Box::new(texts::Prints::new(config, finder, shared)?),
            "fold" => grouped(texts::Fold::default()),
            "bands" => Box::new(pairs::Bands),
            "meet" => grouped(pairs::Meet::default()),
            "link" => Box::new(pairs::Links(finder)),
            "crowd" => grouped(pairs::Crowds::new(finder)),
            "forest" => Box::new(groups::Forest::default()),
            "components" => Box::new(groups::Components::default()),
            "large" => grouped(groups::Star::large()),
            "small" => grouped(groups::Star::small()),
            "group" => grouped(groups::Groups::new(finder)),
            "sample" => grouped(containment::Samples::default()),
            "size" => Box::new(containment::Size::new(shared)?),
            "count" => grouped(containment::Count::new(shared)?),
            "add" => Box::new(containment::Add::new(shared)?),
            "look" => Box::new(containment::Look::new(config, shared)?),
            "mark" => Box::new(containment::Mark::new(shared)?),
            "join" => Box::new(containment::Join::new(shared)?),
            "hold" => Box::new(containment::Hold::new(shared)?),
            "near" => grouped(containment::Near::default()),
            "contain" => Box::new(containment::Contain(finder)),
            "held" => grouped(containment::Held::new(config)),
            "place" => grouped(rows::Places::new(config)),
            "languages" => Box::new(rows::Languages::new(config)),
            "report" => grouped(rows::Reports::new(config, shared)?),
            "terms" => Box::new(terms::Counts::default()),
            "common" => grouped(terms::Commons::default()),
            "rare" => Box::new(terms::Rare(terms::Common::new(shared)?)),
            "holders" => grouped(terms::Holders::default()),
            "weigh" => grouped(terms::Weights::new(terms::Common::new(shared)?)),
            "search" => grouped(candidates::Searches::new(config)),
            "choose" => grouped(candidates::Chosen::new(config)),
            "compare" => grouped(candidates::Compared::default()),
            "around" => grouped(candidates::Around::default()),
            "settle" => grouped(candidates::Settle::default()),
            "score" => Box::new(candidates::Scored::new(candidates::AllGaps::new(&terms::Common::new(shared)?, shared)?)),
            "cut" => grouped(events::Cuts::default()),
            "silhouette" => grouped(events::Silhouettes::default()),
            "edge" => Box::new(events::Edges::new(&terms::Common::new(shared)?, shared)?),
            "story" => grouped(events::Linked::default()),
            "full" => grouped(events::Full::default()),
            "fragments" => grouped(events::Fragments::new(&terms::Common::new(shared)?, shared)?),
            "stories" => grouped(rows::Stories::new(config)),
            _ => return Err(Error::Input(format!("there is no stage {name:?}"))),
        };
        let spec = STAGES.iter().find(|spec| spec.name == name);
        let spec = *spec.ok_or_else(|| Error::Input(format!("there is no stage {name:?}")))?;
        Ok(Stage { spec, last: Vec::new(), step })
    }

    /// Takes the next row, a value for each column that it [reads](Spec::reads).
    ///
    /// # Errors
    /// When the row is not in order or not what the stage before has written.
    pub fn row(&mut self, row: &[&[u8]], emit: &mut Emit<'_>) -> Result<()> {
        if row.len() != self.spec.reads.len() {
            return Err(Error::Input(format!("stage {}: a row of {} columns", self.spec.name, row.len())));
        }
        let place = &row[..self.spec.sorted];
        if place < self.last.iter().map(Vec::as_slice).collect::<Vec<_>>().as_slice() {
            let columns = self.spec.reads[..self.spec.sorted].join(", ");
            return Err(Error::Input(format!("stage {}: rows are not sorted by {columns}", self.spec.name)));
        }
        self.last.resize_with(place.len(), Vec::new);
        for (last, value) in self.last.iter_mut().zip(place) {
            last.clear();
            last.extend_from_slice(value);
        }
        self.step.row(row, emit)
    }

    /// Ends the task.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub fn end(&mut self, emit: &mut Emit<'_>) -> Result<()> {
        self.step.end(emit)
    }
}

/// What is shared under a key.
fn shared_value<'s>(shared: &Shared<'s>, key: &str) -> Option<&'s [u8]> {
    shared.iter().find(|row| row.0 == key.as_bytes()).map(|row| row.1)
}

#[cfg(test)]
mod tests;
