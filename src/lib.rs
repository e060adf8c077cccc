//! samestory groups reports of the same event: copies by shared text, stories by what the words say and when.

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
pub mod language;
pub mod link;
pub mod linkage;
pub mod normalize;
pub mod read;
pub mod report;
pub mod shingle;
pub mod sketch;
pub mod story;
pub mod verify;

pub use article::{Article, ArticleId, DateSource, Published};
pub use cluster::{Run, cluster, unique};
pub use config::{Config, Level, Linkage};
pub use date::When;
pub use error::{Error, Result};
pub use link::{Clustering, CopyGroup, Link, LinkKind, Placement, Related, Story, Summary, Tier};
