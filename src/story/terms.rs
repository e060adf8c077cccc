//! What an article says, as counted terms: stems of all words, character 4-grams of title and lead.
//!
//! A word is stemmed and cut into 4-grams where it first stands; from then on its hash leads to their numbers, and an article is counted
//! in arrays by number: no text is allocated for a token. Look-ups are made for a whole article at once, as most wait for memory, and
//! so they wait together.

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::normalize;

use super::stem::Stemmer;

/// Tokens of title and text that give character 4-grams.
const LEAD: usize = 75;
/// Characters of a gram.
const GRAM: usize = 4;
/// Fewest characters of a stem that an article can be about.
const LEAST_SALIENT: usize = 3;

/// The key of a stem.
pub(super) fn term(text: &str) -> u64 {
    hash::bytes(text.as_bytes())
}

/// The character 4-grams of a word with a space on either side.
pub(super) fn grams(word: &str, mut push: impl FnMut(u64)) {
    let padded = format!(" {word} ");
    let starts = padded.char_indices().map(|(at, _)| at);
    let ends = starts.clone().skip(GRAM).chain([padded.len()]);
    if starts.clone().nth(GRAM).is_none() {
        return push(term(&padded));
    }
    starts.zip(ends).for_each(|(start, end)| push(term(&padded[start..end])));
}

/// What a stem can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Kind {
    /// An article can be about it.
    Salient,
    /// A number of two digits and more.
    Number,
    /// Neither: too short.
    #[default]
    Short,
}

impl Kind {
    fn of(stem: &str) -> Kind {
        match (stem.bytes().all(|byte| byte.is_ascii_digit()), stem.chars().take(LEAST_SALIENT).count()) {
            (true, 2..) => Kind::Number,
            (false, LEAST_SALIENT..) => Kind::Salient,
            _ => Kind::Short,
        }
    }
}

/// A term of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    /// Its place in the vocabulary.
    pub(super) number: u32,
    /// Times it stands there.
    pub(super) count: u32,
}

/// The counted terms of one article, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    pub(super) words: Vec<Term>,
    pub(super) grams: Vec<Term>,
}

/// How many hold a term.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Reports.
    pub(crate) reports: u32,
    /// Articles, as far as the copies of a report count.
    pub(crate) articles: u32,
}

/// A term of a lexicon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: u64,
    pub(super) held: Held,
}

/// Terms numbered as they come, and how many articles hold each.
pub(super) struct Lexicon {
    numbers: AHashMap<u64, u32>,
    pub(super) entries: Vec<Entry>,
    /// Times each stands in the article being read.
    counts: Vec<u32>,
    /// The terms of that article stand first; one place more than there are terms.
    seen: Vec<u32>,
    distinct: usize,
}

impl Default for Lexicon {
    fn default() -> Lexicon {
        Lexicon { numbers: AHashMap::new(), entries: Vec::new(), counts: Vec::new(), seen: vec![0], distinct: 0 }
    }
}

impl Lexicon {
    /// The number of a term.
    pub(super) fn number(&mut self, key: u64) -> u32 {
        let next = self.entries.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.entries.push(Entry { key, held: Held::default() });
            self.counts.push(0);
            self.seen.push(0);
        }
        number
    }

    /// Counts a term of the article being read.
    pub(super) fn count(&mut self, number: u32) {
        let count = &mut self.counts[number as usize];
        // Written always and kept where it is new: nobody can predict whether it is.
        self.seen[self.distinct] = number;
        self.distinct += usize::from(*count == 0);
        *count += 1;
    }

    /// The terms of the article that ends here, which stands for `articles`.
    pub(super) fn end(&mut self, articles: u32) -> Vec<Term> {
        let of = |number: &u32| {
            let held = &mut self.entries[*number as usize].held;
            held.reports += 1;
            held.articles += articles;
            Term { number: *number, count: std::mem::take(&mut self.counts[*number as usize]) }
        };
        self.seen[..std::mem::take(&mut self.distinct)].iter().map(of).collect()
    }
}

impl Lexicon {
    /// Terms with the articles that hold each, by number: all that has to be kept of a lexicon.
    pub(super) fn rows(&self) -> Vec<(u64, u32)> {
        self.entries.iter().map(|entry| (entry.key, entry.held.articles)).collect()
    }

    /// Forgets the terms from `count` on, which nothing refers to.
    pub(super) fn truncate(&mut self, count: usize) {
        for entry in self.entries.drain(count.min(self.entries.len())..) {
            self.numbers.remove(&entry.key);
        }
        self.counts.truncate(count);
        self.seen.truncate(count + 1);
    }

    /// The lexicon that gave these rows.
    pub(super) fn of_rows(rows: Vec<(u64, u32)>) -> Lexicon {
        let mut found = Lexicon::default();
        for (key, articles) in rows {
            let number = found.number(key);
            found.entries[number as usize].held.articles = articles;
        }
        found
    }
}

/// What is known of a word that was seen.
#[derive(Debug, Clone, Copy)]
struct Word {
    stem: u32,
    /// Which of [`Spelled`] its grams are, once it stood in a lead.
    grams: u32,
}

/// No grams yet.
const UNSPELLED: u32 = u32::MAX;

/// Grams of words, one list after the other.
#[derive(Default)]
struct Spelled {
    ends: Vec<u32>,
    grams: Vec<u32>,
}

impl Spelled {
    fn of(&self, place: u32) -> &[u32] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.grams[start as usize..self.ends[place as usize] as usize]
    }
}

/// The tokens of one article.
#[derive(Default)]
struct Tokens {
    text: String,
    /// Their hashes, and where each ends in `text`.
    rows: Vec<(u64, u32)>,
    words: Vec<Word>,
}

impl Tokens {
    fn read<'t>(&mut self, parts: impl IntoIterator<Item = &'t str>) {
        self.text.clear();
        self.rows.clear();
        self.words.clear();
        for part in parts {
            normalize::tokens(part, |token| {
                self.text.push_str(token.text);
                self.rows.push((term(token.text), self.text.len() as u32));
            });
        }
    }

    fn text(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.rows[before].1);
        &self.text[start as usize..self.rows[at].1 as usize]
    }
}

/// Reads articles of one language.
pub(super) struct Reader {
    stemmer: Stemmer,
    seen: AHashMap<u64, Word>,
    spelled: Spelled,
    tokens: Tokens,
    pub(super) words: Lexicon,
    pub(super) grams: Lexicon,
    /// What a stem can say, by number.
    pub(super) kinds: Vec<Kind>,
}

impl Reader {
    pub(super) fn new(lang: &str) -> Reader {
        Reader {
            stemmer: Stemmer::of(lang),
            seen: AHashMap::new(),
            spelled: Spelled::default(),
            tokens: Tokens::default(),
            words: Lexicon::default(),
            grams: Lexicon::default(),
            kinds: Vec::new(),
        }
    }

    /// Counts the terms of `parts` (headline, then the article's own lines), which stand for so many articles.
    pub(super) fn read<'t>(&mut self, parts: impl IntoIterator<Item = &'t str>, articles: u32) -> Terms {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokens.read(parts);
        for (at, (key, _)) in tokens.rows.iter().enumerate() {
            let known = self.seen.get(key).copied();
            tokens.words.push(known.unwrap_or_else(|| self.learn(*key, tokens.text(at))));
        }
        tokens.words.iter().for_each(|word| self.words.count(word.stem));
        for at in 0..tokens.rows.len().min(LEAD) {
            let grams = match tokens.words[at].grams {
                UNSPELLED => self.spell(tokens.rows[at].0, tokens.text(at)),
                grams => grams,
            };
            self.spelled.of(grams).iter().for_each(|gram| self.grams.count(*gram));
        }
        self.tokens = tokens;
        Terms { words: self.words.end(articles), grams: self.grams.end(articles) }
    }

    /// Forgets how words are cut once more than `most` were seen: they are cut again where they come again.
    pub(super) fn forget(&mut self, most: usize) {
        if self.seen.len() > most {
            self.seen.clear();
            self.spelled = Spelled::default();
        }
    }

    fn learn(&mut self, key: u64, token: &str) -> Word {
        let stem = self.stemmer.stem(token);
        let number = self.words.number(term(&stem));
        if number as usize == self.kinds.len() {
            self.kinds.push(Kind::of(&stem));
        }
        let word = Word { stem: number, grams: UNSPELLED };
        self.seen.insert(key, word);
        word
    }

    /// The grams of a word that had none when its article began.
    fn spell(&mut self, key: u64, token: &str) -> u32 {
        let mut word = self.seen.get(&key).copied().unwrap_or_else(|| self.learn(key, token));
        if word.grams == UNSPELLED {
            word.grams = self.spelled.ends.len() as u32;
            grams(token, |gram| self.spelled.grams.push(self.grams.number(gram)));
            self.spelled.ends.push(self.spelled.grams.len() as u32);
            self.seen.insert(key, word);
        }
        word.grams
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_are_four_characters_of_the_padded_word() {
        for (word, expected) in
            [("a", vec![" a "]), ("ab", vec![" ab "]), ("abc", vec![" abc", "abc "]), ("été1", vec![" été", "été1", "té1 "])]
        {
            let mut found = Vec::new();
            grams(word, |gram| found.push(gram));
            assert_eq!(found, expected.into_iter().map(term).collect::<Vec<u64>>(), "{word}");
        }
    }

    #[test]
    fn a_term_has_one_number_in_all_articles() {
        let mut reader = Reader::new("en");
        let first = reader.read(["Talks on talks", "33"], 3);
        let second = reader.read(["talking"], 1);
        let counts: Vec<u32> = first.words.iter().map(|term| term.count).collect();
        assert_eq!(counts, [2, 1, 1]);
        assert_eq!(second.words, [Term { number: first.words[0].number, count: 1 }]);
        assert_eq!(reader.words.entries[0].held, Held { reports: 2, articles: 4 });
        assert_eq!(reader.kinds, [Kind::Salient, Kind::Short, Kind::Number]);
    }
}
