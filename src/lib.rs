//! samestory groups reports of the same event: copies by shared text, stories by what the words say and when.
//!
//! Read articles with [`read::Reader`], leave one of each id with [`unique`], group them with [`cluster()`], write the result with
//! [`report::write`], or as a feed of stories with [`report::write_feed`]. [`Run`] keeps everything a result was computed from and explains
//! any pair; [`evaluate`] compares with labels.
//!
//! ```
//! use samestory::report::{Format, Options, write};
//! use samestory::{Article, Config, cluster};
//!
//! let article = |key: &str, text: &str| Article { key: key.into(), text: text.into(), ..Article::default() };
//! let articles = [
//!     article("wire", "The envoys met in the old town on Monday and agreed to open the bridge."),
//!     article("site", "The envoys met in the old town on Monday and agreed to open the bridge."),
//!     article("other", "Wheat prices fell for a third week as harvests came in early."),
//! ];
//! let found = cluster(&articles, &Config::default())?;
//! assert_eq!(found.stories.len(), 2);
//! let mut out = Vec::new();
//! write(Format::Jsonl, &articles, &found, &Options::default(), &mut out)?;
//! assert_eq!(out.split(|byte| *byte == b'\n').count(), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The other modules are the stages that data walks through, in the order of the walk: [`normalize`], [`extract`], [`shingle`],
//! [`sketch`], [`band`], [`contain`], [`verify`], [`copies`], [`story`], [`linkage`]. They are public for benchmarks and for those who
//! study or reuse one stage; nobody else needs them.

pub mod article;
pub mod band;
pub mod cluster;
pub mod config;
pub mod contain;
pub mod copies;
pub mod date;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod extract;
pub mod hash;
pub mod index;
mod kernel;
pub mod language;
pub mod large;
pub mod link;
pub mod linkage;
pub mod normalize;
pub mod read;
pub mod report;
pub mod shingle;
pub mod shuffle;
pub mod sketch;
pub mod story;
pub mod verify;

pub use article::{Article, ArticleId, DateSource, Lang, Published, SharedText};
pub use cluster::{Run, cluster, unique};
pub use config::{Config, Level, Linkage};
pub use date::When;
pub use error::{Error, Result};
pub use link::{Clustering, CopyGroup, Link, LinkKind, Placement, Related, Stage, Story, Summary, Tier, Watch};
