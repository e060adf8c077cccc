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

/// Gives the shingle hashes of `width` tokens each to `push`, in the order of the text, repeated ones as well. O(n) for n tokens.
///
/// A shingle's hash is [`hash::combine`] of its tokens, computed from the hash of the one before it.
#[inline]
pub fn each(tokens: &[u64], width: usize, mut push: impl FnMut(u64)) {
    let pairs = tokens.iter().fold(0, |flags, token| flags | token) & PAIR != 0;
    if tokens.len() <= width {
        if !tokens.is_empty() {
            push(hash::combine(tokens));
        }
    } else if pairs {
        each_of_pairs(tokens, width, push);
    } else {
        let power = |exponent: usize| (0..exponent).fold(1u64, |power, _| power.wrapping_mul(hash::COMBINE));
        let (gone_weight, length) = (power(width), power(width).wrapping_mul(width as u64));
        let mut sum = tokens[..width].iter().fold(0u64, |sum, token| sum.wrapping_mul(hash::COMBINE).wrapping_add(*token));
        push(hash::mix(sum.wrapping_add(length)));
        for (gone, come) in tokens.iter().zip(&tokens[width..]) {
            // What does not wait for the sum before it is in brackets.
            sum = sum.wrapping_mul(hash::COMBINE).wrapping_add(come.wrapping_sub(gone.wrapping_mul(gone_weight)));
            push(hash::mix(sum.wrapping_add(length)));
        }
    }
}

/// Where some tokens are pairs of characters, each shingle has the width that its first token asks for.
fn each_of_pairs(tokens: &[u64], width: usize, mut push: impl FnMut(u64)) {
    let mut any = false;
    for (at, token) in tokens.iter().enumerate() {
        let width = width + usize::from(token & PAIR != 0);
        if let Some(shingle) = tokens.get(at..at + width) {
            push(hash::combine(shingle));
            any = true;
        }
    }
    if !any {
        push(hash::combine(tokens));
    }
}

/// A set of shingle hashes, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shingles(Box<[u64]>);

impl Shingles {
    /// The shingles of `width` tokens each. O(n log n) for n tokens, 8 bytes a shingle.
    #[must_use]
    pub fn new(tokens: &[u64], width: usize) -> Shingles {
        let mut hashes = Vec::with_capacity(tokens.len());
        each(tokens, width, |hash| hashes.push(hash));
        Shingles::from_hashes(hashes)
    }

    /// A set from hashes in any order, repeated or not.
    #[must_use]
    pub fn from_hashes(mut hashes: Vec<u64>) -> Shingles {
        hashes.sort_unstable();
        hashes.dedup();
        Shingles(hashes.into_boxed_slice())
    }

    /// A set from hashes that are ascending, each once.
    pub(crate) fn of_ascending(hashes: Vec<u64>) -> Shingles {
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
    use proptest::prelude::*;

    fn shingles(text: &str, width: usize) -> Shingles {
        let mut hashes = Vec::new();
        normalize::hashes(text, |hash, _| hashes.push(hash));
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

    proptest! {
        #[test]
        fn a_shingle_is_the_combination_of_its_tokens(tokens in prop::collection::vec(any::<u64>(), 0..20), width in 1usize..8, pairs in any::<bool>()) {
            let tokens: Vec<u64> = tokens.iter().map(|token| if pairs { *token } else { token & !PAIR }).collect();
            let mut found = Vec::new();
            each(&tokens, width, |hash| found.push(hash));
            let long = |at: usize| width + (tokens[at] & PAIR) as usize;
            let mut expected: Vec<u64> = (0..tokens.len()).filter_map(|at| tokens.get(at..at + long(at))).map(hash::combine).collect();
            if expected.is_empty() && !tokens.is_empty() {
                expected.push(hash::combine(&tokens));
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn order_inside_a_shingle_counts_and_order_of_shingles_does_not() {
        assert_ne!(shingles("a b c", 3), shingles("c b a", 3));
        assert_eq!(shingles("a b a c", 1), shingles("c b a", 1));
    }
}
