//! samestory groups reports of the same event: copies by shared text, stories by what the words say and when.

pub mod article;
pub mod config;
pub mod date;
pub mod error;
pub mod hash;
pub mod link;
pub mod read;

pub use article::{Article, ArticleId, DateSource, Published};
pub use config::{Config, Level, Linkage};
pub use date::When;
pub use error::{Error, Result};
pub use link::{Clustering, CopyGroup, Link, LinkKind, Placement, Related, Story, Summary, Tier};
