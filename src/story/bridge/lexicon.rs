//! Words of many languages for the concepts of news, from `data/concepts/`: what lets reports in two languages meet over more than names.

use std::sync::{LazyLock, OnceLock};

use ahash::AHashMap;
use smallvec::SmallVec;

use crate::normalize;
use crate::story::terms::term;

/// Name of a language, its table, and the table read.
type Row = (&'static str, &'static str, OnceLock<Lexicon>);

macro_rules! tables {
    ($($lang:literal)*) => { [$(($lang, include_str!(concat!("../../../data/concepts/", $lang, ".tsv")), OnceLock::new())),*] };
}

static TABLES: [Row; 31] = tables! {
    "ar" "az" "bg" "cs" "de" "el" "en" "es" "fa" "fr" "he" "hi" "hu" "hy" "id" "it" "ka" "kk" "ku" "mk" "nl" "pl" "pt" "ro" "ru" "sq" "sr" "sv"
    "tr" "uk" "ur"
};

/// Codes of languages that share a table with another.
const SHARED: [(&str, &str); 6] = [("ckb", "ku"), ("kmr", "ku"), ("hr", "sr"), ("bs", "sr"), ("sk", "cs"), ("ms", "id")];

/// Every concept by name: its number, and whether it is a place.
static CONCEPTS: LazyLock<AHashMap<&'static str, Concept>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/concepts/concepts.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |(number, (name, kind)): (u16, (&'static str, &str))| (name, Concept { number, place: kind == "place" });
    (0..).zip(lines.filter_map(|line| line.split_once('\t'))).map(row).collect()
});

/// What a word can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Concept {
    pub(super) number: u16,
    /// Places are specific, most other concepts are not.
    pub(super) place: bool,
}

/// Fewest letters of a stem that stands for all words that begin so.
const LEAST_STEM: usize = 3;

/// What stands for a concept: a word, or all words that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    text: String,
    open: bool,
}

impl Form {
    fn is(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// The words of one language.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    words: AHashMap<u64, Concept>,
    stems: AHashMap<u64, Concept>,
    /// Two words in a row: by the first, or its stem, the second.
    pairs: AHashMap<u64, Vec<(bool, Form, Concept)>>,
    /// Letters of the longest form: what is longer is cut before it is looked up.
    longest: usize,
    /// Particles that are written together with the next word.
    prefixes: &'static [&'static str],
}

impl Lexicon {
    /// The words of a language; none where there is no table.
    pub(super) fn of(lang: &str) -> &'static Lexicon {
        static EMPTY: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
        let lang = SHARED.iter().find(|row| row.0 == lang).map_or(lang, |row| row.1);
        match TABLES.iter().find(|row| row.0 == lang) {
            Some((lang, text, table)) => table.get_or_init(|| Lexicon::parse(text, lang)),
            None => &EMPTY,
        }
    }

    fn parse(text: &str, lang: &str) -> Lexicon {
        let prefixes: &[&str] = match lang {
            "ar" => &["وبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال", "و", "ب", "ل", "ك", "ف"],
            "he" => &["וה", "וב", "ול", "ומ", "מה", "שה", "ה", "ו", "ב", "ל", "מ", "ש"],
            _ => &[],
        };
        let mut found = Lexicon { prefixes, ..Lexicon::default() };
        for (name, forms) in text.lines().filter_map(|line| line.split_once('\t')) {
            let Some(concept) = CONCEPTS.get(name) else { continue };
            forms.split(' ').for_each(|form| found.add(form, *concept));
        }
        found
    }

    /// Adds a form as the table writes it, if it is one or two words as they are read from a text.
    fn add(&mut self, form: &str, concept: Concept) {
        // What an apostrophe cuts off a word would be read as a word of its own.
        if form.contains(['\'', '’']) {
            return;
        }
        let mut words: SmallVec<[Form; 3]> = SmallVec::new();
        for part in form.split('_') {
            let start = words.len();
            normalize::tokens(part, |token| words.push(Form { text: token.text.to_owned(), open: false }));
            if let Some(last) = words[start..].last_mut() {
                last.open = part.ends_with('*');
            }
        }
        if words.iter().any(|form| form.open && form.text.chars().nth(LEAST_STEM - 1).is_none()) {
            return;
        }
        self.longest = words.iter().map(|form| form.text.chars().count()).fold(self.longest, usize::max);
        match &words[..] {
            [word] if word.open => drop(self.stems.entry(term(&word.text)).or_insert(concept)),
            [word] => drop(self.words.entry(term(&word.text)).or_insert(concept)),
            [first, second] => self.pairs.entry(term(&first.text)).or_default().push((first.open, second.clone(), concept)),
            _ => {}
        }
    }

    /// The concept of one word: a word goes before a stem, a long stem before a short one.
    pub(super) fn word(&self, word: &str) -> Option<Concept> {
        let stem = |form| self.starts(form).find_map(|start| self.stems.get(&term(start)).copied());
        self.forms(word).find_map(|form| self.words.get(&term(form)).copied()).or_else(|| self.forms(word).find_map(stem))
    }

    /// Whether a word can be the first of two that stand for a concept together.
    pub(super) fn opens(&self, word: &str) -> bool {
        !self.pairs.is_empty() && self.forms(word).any(|form| self.starts(form).any(|start| self.pairs.contains_key(&term(start))))
    }

    /// The concept of two words in a row, which goes before that of either.
    pub(super) fn pair(&self, word: &str, next: &str) -> Option<Concept> {
        self.forms(word).find_map(|word| self.bare_pair(word, next))
    }

    /// A name as it stands without an article, as far as that can be told.
    pub(super) fn bare<'w>(&self, word: &'w str) -> &'w str {
        let article = |prefix: &&&str| prefix.chars().count() > 1;
        let bare = self.prefixes.iter().filter(article).filter_map(|prefix| word.strip_prefix(prefix));
        bare.into_iter().find(|rest| rest.chars().nth(1).is_some()).unwrap_or(word)
    }

    /// A word, and what is left of it without particles.
    fn forms<'w>(&self, word: &'w str) -> impl Iterator<Item = &'w str> {
        let bare = self.prefixes.iter().filter_map(move |prefix| word.strip_prefix(prefix)).filter(|rest| rest.chars().nth(1).is_some());
        std::iter::once(word).chain(bare)
    }

    fn bare_pair(&self, word: &str, next: &str) -> Option<Concept> {
        self.starts(word).find_map(|start| {
            let fits = |row: &&(bool, Form, Concept)| (row.0 || start == word) && self.forms(next).any(|next| row.1.is(next));
            self.pairs.get(&term(start))?.iter().find(fits).map(|row| row.2)
        })
    }

    /// The beginnings of a word that are no longer than any form, longest first.
    fn starts<'w>(&self, word: &'w str) -> impl Iterator<Item = &'w str> + use<'w> {
        let end = word.char_indices().nth(self.longest).map_or(word.len(), |(at, _)| at);
        word[..end].char_indices().rev().map(|(at, letter)| &word[..at + letter.len_utf8()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concepts(lang: &str, text: &str) -> Vec<&'static str> {
        let name = |number: u16| CONCEPTS.iter().find(|row| row.1.number == number).map_or("", |row| *row.0);
        let mut words = Vec::new();
        normalize::tokens(text, |token| words.push(token.text.to_owned()));
        let lexicon = Lexicon::of(lang);
        let of = |at: usize| words.get(at + 1).and_then(|next| lexicon.pair(&words[at], next)).or_else(|| lexicon.word(&words[at]));
        (0..words.len()).filter_map(of).map(|concept| name(concept.number)).collect()
    }

    #[test]
    fn words_of_many_languages_stand_for_one_concept() {
        for (lang, text) in [
            ("ar", "الرئيس التركي"),
            ("en", "the Turkish president"),
            ("ru", "президента Турции"),
            ("tr", "Türkiye’nin cumhurbaşkanı"),
            ("de", "der türkische Präsident"),
            ("ckb", "سەرۆککۆماری تورکیا"),
        ] {
            let mut found = concepts(lang, text);
            found.sort_unstable();
            assert_eq!(found, ["president", "turkey"], "{lang}: {text}");
        }
        assert_eq!(concepts("xx", "the Turkish president"), Vec::<&str>::new());
    }

    #[test]
    fn two_words_go_before_one() {
        assert_eq!(concepts("en", "Black Sea")[0], "black-sea");
        assert_eq!(concepts("ar", "في البحر الأسود")[0], "black-sea");
        assert_eq!(concepts("ru", "в Черном море")[0], "black-sea");
    }

    #[test]
    fn a_word_without_end_is_looked_up_by_its_beginning() {
        let lexicon = Lexicon::of("en");
        let endless = "a".repeat(1 << 20);
        assert_eq!(lexicon.starts(&endless).map(str::len).max(), Some(lexicon.longest));
        assert_eq!(concepts("en", &format!("ukrainian{endless}")), ["ukraine"]);
    }

    #[test]
    fn what_is_read_like_a_form_but_says_something_else_stands_for_nothing() {
        for (lang, text) in [
            ("ar", "هناك هنا باب بعيد عين صوت وقع اجتماعية ذهب عمره"),
            ("az", "kriminal"),
            ("fa", "کرد استاندارد"),
            ("ru", "следовательно"),
            ("tr", "katıldı katılan sözcük"),
        ] {
            assert_eq!(concepts(lang, text), Vec::<&str>::new(), "{lang}");
        }
    }

    #[test]
    fn a_word_that_is_cut_at_its_apostrophe_is_two_in_a_row() {
        for text in ["прем'єр", "прем’єра"] {
            assert_eq!(concepts("uk", text), ["prime-minister"], "{text}");
        }
    }

    #[test]
    fn every_table_names_known_concepts_once() {
        assert_eq!(CONCEPTS.len(), 463);
        for (lang, text, _) in &TABLES {
            let mut names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
            assert!(names.len() > 440, "{lang} has {}", names.len());
            assert!(names.iter().all(|name| CONCEPTS.contains_key(name)), "{lang}");
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), text.lines().count(), "{lang}");
            assert!(Lexicon::of(lang).words.len() + Lexicon::of(lang).stems.len() > 700, "{lang}");
        }
    }
}
