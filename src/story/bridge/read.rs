//! Reports as terms that mean the same in every language.

use ahash::AHashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::lexicon::{Concept, Lexicon};
use super::skeleton::skeleton;
use crate::hash;
use crate::normalize;
use crate::story::terms::{self, Term, term};
use crate::story::vocabulary::{self, MOST_COPIES, Vocabulary};
use crate::story::{Report, Reports};

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::story) enum Kind {
    /// A concept that is a place.
    Place,
    /// Any other concept.
    Notion,
    /// A number of two digits and more.
    Number,
    /// A word without a concept, by its consonants.
    #[default]
    Name,
}

impl Kind {
    /// In how many of a million articles such a term stands.
    pub(in crate::story) fn usual(self) -> u32 {
        match self {
            Kind::Place | Kind::Notion => 10_000,
            Kind::Number | Kind::Name => 3_000,
        }
    }
}

/// A term before it has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    key: u64,
    kind: Kind,
}

impl Found {
    fn concept(concept: Concept) -> Found {
        Found { key: hash::combine(&[u64::from(concept.number)]), kind: if concept.place { Kind::Place } else { Kind::Notion } }
    }

    /// The term of one word; nothing where it says nothing.
    fn word(lexicon: &Lexicon, word: &str) -> Option<Found> {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return (word.len() > 1).then(|| Found { key: term(word), kind: Kind::Number });
        }
        let name = || Some(Found { key: term(&skeleton(lexicon.bare(word))?), kind: Kind::Name });
        lexicon.word(word).map(Found::concept).or_else(name)
    }
}

/// What is known of a word that was seen.
#[derive(Debug, Clone, Copy)]
struct Word {
    found: Option<Found>,
    /// Whether it can be the first of two.
    opens: bool,
}

/// Calls `receive` with each term of some lines, and where it stands: the line, and the bytes there.
fn each(parts: &[&str], lexicon: &Lexicon, seen: &mut AHashMap<u64, Word>, mut receive: impl FnMut(Found, usize, std::ops::Range<usize>)) {
    let (mut text, mut rows): (String, Vec<(usize, std::ops::Range<usize>)>) = (String::new(), Vec::new());
    for (line, part) in parts.iter().enumerate() {
        text.clear();
        rows.clear();
        normalize::tokens(part, |token| {
            text.push_str(token.text);
            rows.push((text.len(), token.span));
        });
        let word = |at: usize| &text[at.checked_sub(1).map_or(0, |before| rows[before].0)..rows[at].0];
        let mut at = 0;
        while at < rows.len() {
            let learn = || Word { found: Found::word(lexicon, word(at)), opens: lexicon.opens(word(at)) };
            let known = *seen.entry(term(word(at))).or_insert_with(learn);
            let pair = (known.opens && at + 1 < rows.len()).then(|| lexicon.pair(word(at), word(at + 1))).flatten();
            if let Some(found) = pair.map(Found::concept).or(known.found) {
                receive(found, line, rows[at].1.start..rows[at + usize::from(pair.is_some())].1.end);
            }
            at += 1 + usize::from(pair.is_some());
        }
    }
}

/// Reports as numbered terms.
pub(super) struct Reading {
    pub(super) terms: Vec<Vec<Term>>,
    pub(super) vocabulary: Vocabulary,
    pub(super) kinds: Vec<Kind>,
    /// Articles that the reports count for.
    pub(super) articles: u64,
}

/// One part of the reports.
#[derive(Default)]
pub(in crate::story) struct Reader {
    pub(in crate::story) lexicon: terms::Lexicon,
    pub(in crate::story) kinds: Vec<Kind>,
    /// By language.
    seen: AHashMap<String, AHashMap<u64, Word>>,
}

impl Reader {
    /// Forgets what words stand for once more than `most` were seen.
    pub(super) fn forget(&mut self, most: usize) {
        if self.seen.values().map(|words| words.len()).sum::<usize>() > most {
            self.seen.clear();
        }
    }

    pub(in crate::story) fn read(&mut self, report: &Report<'_>) -> Vec<Term> {
        let Reader { lexicon, kinds, seen } = self;
        let seen = seen.entry(report.lang.to_owned()).or_default();
        each(&report.parts, Lexicon::of(report.lang), seen, |found, _, _| {
            let number = lexicon.number(found.key);
            if number as usize == kinds.len() {
                kinds.push(found.kind);
            }
            lexicon.count(number);
        });
        lexicon.end(report.size.min(MOST_COPIES))
    }
}

impl Reading {
    pub(super) fn new(reports: &(impl Reports + ?Sized)) -> Reading {
        let all: Vec<u32> = (0..reports.count()).collect();
        let part = all.len().div_ceil(rayon::current_num_threads()).max(1);
        let read = |part: &[u32]| {
            let mut reader = Reader::default();
            let mut terms: Vec<Vec<Term>> = Vec::with_capacity(part.len());
            part.iter().for_each(|report| reports.with(*report, &mut |report| terms.push(reader.read(report))));
            (terms, (reader.lexicon, reader.kinds))
        };
        let (mut parts, readers): (Vec<Vec<Vec<Term>>>, Vec<_>) = all.par_chunks(part).map(read).unzip();
        let (lexicons, kinds): (Vec<terms::Lexicon>, Vec<Vec<Kind>>) = readers.into_iter().unzip();
        let (vocabulary, numbers) = vocabulary::merge(lexicons);
        let kinds = vocabulary::by_number(&kinds, &numbers, vocabulary.keys.len());
        for (part, numbers) in parts.iter_mut().zip(&numbers) {
            part.iter_mut().for_each(|terms| vocabulary::renumber(terms, numbers));
        }
        let articles = all.iter().map(|report| u64::from(reports.head(*report).size.min(MOST_COPIES))).sum();
        Reading { terms: parts.into_iter().flatten().collect(), vocabulary, kinds, articles }
    }
}

/// How a report spells each of its terms, where it first stands.
pub(in crate::story) fn spellings(report: &Report<'_>) -> AHashMap<u64, String> {
    let mut found: AHashMap<u64, String> = AHashMap::new();
    each(&report.parts, Lexicon::of(report.lang), &mut AHashMap::new(), |term, line, span| {
        found.entry(term.key).or_insert_with(|| report.parts[line][span].to_owned());
    });
    found
}

/// The places that a report names, by concept, as it spells them, in the order of its text.
pub(crate) fn places(report: &Report<'_>) -> Vec<(u16, String)> {
    let lexicon = Lexicon::of(report.lang);
    let mut found: Vec<(u16, String)> = Vec::new();
    for part in &report.parts {
        let mut words: Vec<(String, std::ops::Range<usize>)> = Vec::new();
        normalize::tokens(part, |token| words.push((token.text.to_owned(), token.span)));
        let mut at = 0;
        while let Some((word, span)) = words.get(at) {
            let next = words.get(at + 1).filter(|_| lexicon.opens(word));
            let pair = next.and_then(|next| Some((lexicon.pair(word, &next.0)?, &next.1)));
            at += 1 + usize::from(pair.is_some());
            let (concept, end) = match pair {
                Some((concept, next)) => (Some(concept), next.end),
                None => (lexicon.word(word), span.end),
            };
            if let Some(place) = concept.filter(|concept| concept.place && found.iter().all(|place| place.0 != concept.number)) {
                found.push((place.number, part[span.start..end].to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lang: &str, text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        each(&[text], Lexicon::of(lang), &mut AHashMap::new(), |term, _, _| found.push(term.key));
        found.sort_unstable();
        found
    }

    #[test]
    fn one_event_has_the_same_terms_in_two_languages() {
        let arabic = keys("ar", "أردوغان وبوتين: 33 صاروخا في البحر الأسود");
        let russian = keys("ru", "Эрдоган Путин 33 ракеты в Чёрном море");
        assert_eq!(arabic.iter().filter(|key| russian.contains(key)).count(), 5);
    }

    #[test]
    fn a_language_without_a_table_keeps_its_names() {
        let shared = keys("xx", "Putin Erdoğan");
        assert!(shared.iter().all(|key| keys("ru", "Путин и Эрдоган").contains(key)));
    }

    #[test]
    fn places_are_the_same_in_every_language() {
        let of = |lang, text| places(&Report { parts: vec![text], lang, ..Report::default() });
        let (arabic, english) = (of("ar", "تركيا وسوريا والعراق"), of("en", "Turkey, Syria, the Black Sea, and Syrians"));
        let spelled: Vec<&str> = english.iter().map(|place| &*place.1).collect();
        assert_eq!(spelled, ["Turkey", "Syria", "Black Sea"]);
        assert_eq!(arabic.iter().filter(|place| english.iter().all(|other| other.0 != place.0)).count(), 1);
    }

    #[test]
    fn spellings_are_those_of_the_text() {
        let report = Report { parts: vec!["Vladimir PUTIN on the Black Sea"], lang: "en", ..Report::default() };
        let found = spellings(&report);
        assert_eq!(found[&term("btn")], "PUTIN");
        assert!(found.values().any(|spelling| spelling == "Black Sea"), "both words of two");
    }
}
