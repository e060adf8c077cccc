//! Runs of k tokens, hashed: the sets on which copies are decided.
//!
//! | tokens, k = 3 | shingles |
//! |---|---|
//! | a b c d | (a b c) (b c d) |
//! | a b | (a b): a text shorter than k still gives one |
//! | none | none |
//!
//! In scripts without word spaces tokens are overlapping pairs of characters; there a shingle takes one token more, so that k = 3
//! spans five characters.

use crate::hash;
use crate::normalize::PAIR;

/// A set of shingle hashes, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shingles(Box<[u64]>);

impl Shingles {
    /// The shingles of `width` tokens each. O(n log n) for n tokens, 8 bytes a shingle.
    #[must_use]
    pub fn new(tokens: &[u64], width: usize) -> Shingles {
        let mut hashes: Vec<u64> = (0..tokens.len())
            .filter_map(|at| {
                let width = width + usize::from(tokens[at] & PAIR != 0);
                tokens.get(at..at + width).map(hash::combine)
            })
            .collect();
        if hashes.is_empty() && !tokens.is_empty() {
            hashes.push(hash::combine(tokens));
        }
        Shingles::from_hashes(hashes)
    }

    /// A set from hashes in any order, repeated or not.
    #[must_use]
    pub fn from_hashes(mut hashes: Vec<u64>) -> Shingles {
        hashes.sort_unstable();
        hashes.dedup();
        Shingles(hashes.into_boxed_slice())
    }

    /// The hashes, ascending.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none: the text has no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One hash for the whole set, to fold equal sets.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        hash::combine(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize;

    fn shingles(text: &str, width: usize) -> Shingles {
        let mut hashes = Vec::new();
        normalize::hashes(text, |hash| hashes.push(hash));
        Shingles::new(&hashes, width)
    }

    #[test]
    fn a_text_gives_one_shingle_for_each_place() {
        for (text, width, count) in
            [("a b c d", 3, 2), ("a b", 3, 1), ("a", 3, 1), ("", 3, 0), ("a b a b a b", 2, 2), ("中国人民日报", 3, 2), ("中国", 3, 1)]
        {
            assert_eq!(shingles(text, width).len(), count, "{text} by {width}");
        }
    }

    #[test]
    fn order_inside_a_shingle_counts_and_order_of_shingles_does_not() {
        assert_ne!(shingles("a b c", 3), shingles("c b a", 3));
        assert_eq!(shingles("a b a c", 1), shingles("c b a", 1));
    }
}
