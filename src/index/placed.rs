//! What is said and kept of an article that was placed.

use serde::{Deserialize, Serialize};

use crate::copies::live::{Joined, Origin};
use crate::extract::LineRows;
use crate::language::Scripts;
use crate::shingle::Shingles;
use crate::story::PROBABILITY_ONE;
use crate::story::live::{Counters, Kept};
use crate::verify::Overlap;

/// What an article turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing that is held is its story.
    New,
    /// It shares text with an article that is held.
    Copy,
    /// It reports an event that is known, in words of its own.
    SameStory,
}

impl Verdict {
    /// The word used in every output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::New => "new",
            Verdict::Copy => "copy",
            Verdict::SameStory => "same_story",
        }
    }
}

/// The article nearest to one, by number, and how near; in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Near {
    pub(super) number: u32,
    pub(super) score: u64,
    pub(super) resemblance: u64,
    pub(super) containment: u64,
}

impl Near {
    pub(super) fn copy(joined: &Joined) -> Near {
        let (resemblance, containment) = (joined.overlap.resemblance(), joined.overlap.containment());
        Near { number: joined.nearest, score: resemblance.max(containment), resemblance, containment }
    }

    pub(super) fn event(number: u32, probability: u32, overlap: Option<Overlap>) -> Near {
        let share = |of: fn(&Overlap) -> u64| overlap.as_ref().map_or(0, of);
        let score = u64::from(probability) * 1_000_000 / u64::from(PROBABILITY_ONE);
        Near { number, score, resemblance: share(Overlap::resemblance), containment: share(Overlap::containment) }
    }
}

/// Where an article went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) verdict: Verdict,
    /// Story and copy group, by the numbers of the articles that founded them.
    pub(super) story: u32,
    pub(super) group: u32,
    pub(super) near: Option<Near>,
    /// Whether its words counted in document frequencies.
    pub(super) counted: bool,
}

/// All of an article that has to be kept to hold it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) key: Box<str>,
    pub(super) day: Option<i64>,
    /// The newest day when it came.
    pub(super) clock: Option<i64>,
    pub(super) group: u32,
    pub(super) story: u32,
    pub(super) origin: Origin,
    /// Its shingles.
    #[serde(with = "bytes")]
    pub(super) set: Shingles,
    /// Its words, when it stands for its group, and the turn at which it began to.
    pub(super) kept: Option<(u64, Kept)>,
}

/// Hashes as the bytes they are: nothing makes them shorter.
mod bytes {
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    use crate::shingle::Shingles;

    pub(super) fn serialize<S: Serializer>(set: &Shingles, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = set.hashes().iter().flat_map(|hash| hash.to_le_bytes()).collect();
        to.serialize_bytes(&bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Shingles, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Shingles;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("eight bytes for each hash")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Shingles, E> {
                let (hashes, rest) = bytes.as_chunks();
                if !rest.is_empty() {
                    return Err(E::invalid_length(bytes.len(), &self));
                }
                Ok(Shingles::from_hashes(hashes.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// What the coming of an article changed.
pub(super) struct Outcome {
    pub(super) number: u32,
    pub(super) entry: Entry,
    pub(super) placed: Placed,
    /// Stories that became part of others.
    pub(super) merged: Vec<(u32, u32)>,
    /// Articles that were let go.
    pub(super) expired: Vec<u32>,
    /// Whether counters changed that cannot be counted again from the texts.
    pub(super) learned: bool,
}

/// Where an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The number of the next article.
    pub(super) next: u32,
    /// The newest day seen, and the first that was the newest.
    pub(super) clock: Option<i64>,
    pub(super) first: Option<i64>,
    /// Articles from which on bursts and the shift are learned anew.
    pub(super) learn_at: u32,
    /// How many articles began to stand for their groups.
    pub(super) turns: u64,
    /// Articles let go before their time because too many were held.
    pub(super) cut: u64,
}

impl Progress {
    /// The next turn of an article to stand for its group.
    pub(super) fn turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns
    }
}

/// Counters as they were after the articles below a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) upto: u32,
    pub(super) lines: LineRows,
    pub(super) scripts: Scripts,
    pub(super) live: Counters,
}
