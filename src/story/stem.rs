//! Word stems, by language: for the story channel only.
//!
//! Arabic is stemmed by light10 (Larkey, Ballesteros and Connell 2007), sixteen languages by Snowball (Porter 2001), others not at all. The apostrophe of Turkish names is already a token break.

use rust_stemmers::Algorithm;

/// Stems words of one language.
pub(super) enum Stemmer {
    Light10,
    Snowball(rust_stemmers::Stemmer),
    Identity,
}

const SNOWBALL: [(&str, Algorithm); 16] = [
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("en", Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hu", Algorithm::Hungarian),
    ("it", Algorithm::Italian),
    ("nl", Algorithm::Dutch),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
];
const PREFIXES: [&str; 6] = ["وال", "بال", "كال", "فال", "ال", "لل"];
const SUFFIXES: [&str; 8] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];
/// Fewest letters that stripping leaves.
const LEAST: usize = 2;

impl Stemmer {
    pub(super) fn of(lang: &str) -> Stemmer {
        match lang {
            "ar" => Stemmer::Light10,
            _ => SNOWBALL
                .iter()
                .find(|row| row.0 == lang)
                .map_or(Stemmer::Identity, |row| Stemmer::Snowball(rust_stemmers::Stemmer::create(row.1))),
        }
    }

    /// The stem of a normalized token; numbers stay as they are.
    pub(super) fn stem<'w>(&self, word: &'w str) -> std::borrow::Cow<'w, str> {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return word.into();
        }
        match self {
            Stemmer::Light10 => light10(word).into(),
            Stemmer::Snowball(stemmer) => stemmer.stem(word),
            Stemmer::Identity => word.into(),
        }
    }
}

fn light10(word: &str) -> &str {
    let long = |rest: &str, least: usize| rest.chars().count() >= least;
    let mut word = word.strip_prefix('و').filter(|rest| long(rest, 3)).unwrap_or(word);
    word = PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix).filter(|rest| long(rest, LEAST))).unwrap_or(word);
    for suffix in SUFFIXES {
        word = word.strip_suffix(suffix).filter(|rest| long(rest, LEAST)).unwrap_or(word);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_family_meet() {
        for (lang, words, stem) in [
            ("ar", vec!["الرييس", "والرييس", "رييس"], "رييس"),
            ("ar", vec!["المحادثات", "محادثات", "بالمحادثات"], "محادث"),
            ("ar", vec!["بوتين"], "بوت"),
            ("ar", vec!["له"], "له"),
            ("en", vec!["talks", "talk", "talking"], "talk"),
            ("ru", vec!["переговоры", "переговоров"], "переговор"),
            ("de", vec!["gespräche", "gespräch"], "gesprach"),
            ("ka", vec!["მოლაპარაკება"], "მოლაპარაკება"),
            ("en", vec!["2020"], "2020"),
        ] {
            for word in words {
                assert_eq!(Stemmer::of(lang).stem(word), stem, "{word}");
            }
        }
    }
}
