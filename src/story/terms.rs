//! What an article says, as counted terms: stems of all words, character 4-grams of title and lead.

use ahash::AHashMap;

use crate::hash;
use crate::normalize;

use super::stem::Stemmer;

/// Tokens of title and text that give character 4-grams.
const LEAD: usize = 75;
/// Fewest characters of a stem that an article can be about.
const LEAST_SALIENT: usize = 3;

/// The key of a stem.
pub(super) fn term(text: &str) -> u64 {
    hash::bytes(text.as_bytes())
}

/// The character 4-grams of a word with a space on either side.
pub(super) fn grams(word: &str, mut push: impl FnMut(u64)) {
    let padded = format!(" {word} ");
    let ends: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
    if ends.len() <= 5 {
        return push(term(&padded));
    }
    for window in ends.windows(5) {
        push(term(&padded[window[0]..window[4]]));
    }
}

/// A term of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) key: u64,
    /// Times it stands there.
    pub(super) count: u32,
    /// Whether it can be what the article is about: no number and not too short.
    pub(super) salient: bool,
}

/// The counted terms of one article, by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    pub(super) words: Vec<Term>,
    pub(super) grams: Vec<Term>,
}

impl Terms {
    /// Counts the terms of `parts` (headline, then the article's own lines) in a language.
    pub(super) fn read<'t>(parts: impl IntoIterator<Item = &'t str>, lang: &str) -> Terms {
        let stemmer = Stemmer::of(lang);
        let mut words: AHashMap<u64, (u32, bool)> = AHashMap::new();
        let mut chars: AHashMap<u64, (u32, bool)> = AHashMap::new();
        let mut seen = 0;
        for part in parts {
            normalize::tokens(part, |token| {
                let stem = stemmer.stem(token.text);
                let salient = stem.chars().count() >= LEAST_SALIENT && !stem.bytes().all(|byte| byte.is_ascii_digit());
                words.entry(term(&stem)).or_insert((0, salient)).0 += 1;
                if seen < LEAD {
                    grams(token.text, |gram| chars.entry(gram).or_default().0 += 1);
                }
                seen += 1;
            });
        }
        Terms { words: sorted(words), grams: sorted(chars) }
    }
}

fn sorted(counts: AHashMap<u64, (u32, bool)>) -> Vec<Term> {
    let mut out: Vec<Term> = counts.into_iter().map(|(key, (count, salient))| Term { key, count, salient }).collect();
    out.sort_unstable_by_key(|term| term.key);
    out
}

/// The spelling of each stem in `parts`, for showing.
pub(super) fn spellings<'t>(parts: impl IntoIterator<Item = &'t str>, lang: &str) -> AHashMap<u64, String> {
    let stemmer = Stemmer::of(lang);
    let mut out: AHashMap<u64, String> = AHashMap::new();
    for part in parts {
        normalize::tokens(part, |token| {
            out.entry(term(&stemmer.stem(token.text))).or_insert_with(|| part[token.span.clone()].to_owned());
        });
    }
    out
}
