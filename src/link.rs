//! What a run finds: links between articles, copy groups and stories.

use smallvec::SmallVec;

use crate::article::{ArticleId, Lang};

/// Articles of a group or story; most are few and stand in place.
pub type Members = SmallVec<[ArticleId; 4]>;

/// Why two articles are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// They share text.
    Copy,
    /// They report one event.
    Event,
    /// The configuration pins them together.
    Pinned,
}

impl LinkKind {
    /// The word used in every output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LinkKind::Copy => "copy",
            LinkKind::Event => "event",
            LinkKind::Pinned => "pinned",
        }
    }
}

/// How sure an event link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Shown, never merged.
    Related,
    /// Merged.
    Probable,
    /// Merged; hardly ever wrong on the labelled sets.
    Certain,
}

impl Tier {
    /// The word used in every output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tier::Related => "related",
            Tier::Probable => "probable",
            Tier::Certain => "certain",
        }
    }
}

/// A candidate that was checked and holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The article with the smaller key.
    pub a: ArticleId,
    /// The article with the larger key.
    pub b: ArticleId,
    /// Why they are linked.
    pub kind: LinkKind,
    /// max(resemblance, containment) of a copy, the calibrated probability of an event, 1 when pinned.
    pub score: f64,
    /// Exact Jaccard of the shingle sets.
    pub resemblance: f64,
    /// Exact share of the shorter shingle set that the longer one holds.
    pub containment: f64,
}

/// Articles that share text.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyGroup {
    /// The member with the smallest key, which is the id.
    pub id: ArticleId,
    /// The member that stands for the group.
    pub representative: ArticleId,
    /// All members: representative first, then by date and key.
    pub articles: Members,
}

/// Articles about one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The member with the smallest key, which is the id.
    pub id: ArticleId,
    /// The member that stands for the story.
    pub representative: ArticleId,
    /// Copy groups, largest first, then by id.
    pub copies: SmallVec<[CopyGroup; 1]>,
    /// All members by date (unknown last), then key.
    pub articles: Members,
    /// Links between members, by key of `a`, then `b`.
    pub links: Box<[Link]>,
    /// Mean of the members' scores; `None` for an article alone.
    pub score: Option<f64>,
    /// Stories about something near that were kept apart, nearest first.
    pub related: Box<[Related]>,
}

/// A story that is near another one without being the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Index of the other story in [`Clustering::stories`].
    pub story: usize,
    /// The best probability between members of the two.
    pub score: f64,
    /// True when the configuration pins the two apart.
    pub pinned: bool,
}

/// Where one article ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Index of its story in [`Clustering::stories`].
    pub story: usize,
    /// Index of its copy group in that story's [`Story::copies`].
    pub copies: usize,
    /// Mean link score to the other members of its story, no link counting 0; `None` when alone.
    pub score: Option<f64>,
    /// Whether it stands for its copy group.
    pub representative: bool,
    /// Language, declared or detected.
    pub lang: Option<Lang>,
    /// Words whose obfuscation was repaired.
    pub repaired: u32,
    /// Boilerplate lines removed.
    pub removed: u32,
}

/// Counts of a run; every bound that cut something is here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Named counts in a fixed order, as printed: `("articles", 100)`.
    pub counts: Vec<(&'static str, u64)>,
}

/// A stage of a run that has just ended, with what it counted: for whoever wants to know where the time goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// Named counts, in a fixed order.
    pub counts: Vec<(&'static str, u64)>,
}

/// Is told of every stage when it ends.
pub type Watch<'w> = &'w mut dyn FnMut(Stage);

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clustering {
    /// Stories, largest first, then by id.
    pub stories: Vec<Story>,
    /// One per article, in input order.
    pub placements: Vec<Placement>,
    /// Counts for the summary.
    pub summary: Summary,
}
