//! How many articles hold a word when nothing else is known: document frequencies per language, from `data/background/`.
//!
//! With two articles the corpus itself knows nothing; with many the corpus outweighs the table.

use std::sync::OnceLock;

use ahash::AHashMap;

use super::stem::Stemmer;
use super::terms::{grams, term};

/// Articles that a frequency is counted in.
pub(super) const MILLION: u64 = 1_000_000;

static TABLES: [(&str, &str, OnceLock<Background>); 8] = [
    ("ar", include_str!("../../data/background/ar.tsv"), OnceLock::new()),
    ("de", include_str!("../../data/background/de.tsv"), OnceLock::new()),
    ("en", include_str!("../../data/background/en.tsv"), OnceLock::new()),
    ("es", include_str!("../../data/background/es.tsv"), OnceLock::new()),
    ("fa", include_str!("../../data/background/fa.tsv"), OnceLock::new()),
    ("fr", include_str!("../../data/background/fr.tsv"), OnceLock::new()),
    ("ru", include_str!("../../data/background/ru.tsv"), OnceLock::new()),
    ("tr", include_str!("../../data/background/tr.tsv"), OnceLock::new()),
];

/// Document frequencies per million articles of stems and of character 4-grams.
#[derive(Debug, Default)]
pub(super) struct Background {
    pub(super) stems: AHashMap<u64, u32>,
    pub(super) grams: AHashMap<u64, u32>,
}

impl Background {
    /// The table of a language; empty where there is none.
    pub(super) fn of(lang: &str) -> &'static Background {
        static EMPTY: OnceLock<Background> = OnceLock::new();
        match TABLES.iter().find(|row| row.0 == lang) {
            Some((lang, text, table)) => table.get_or_init(|| Background::parse(text, lang)),
            None => EMPTY.get_or_init(Background::default),
        }
    }

    fn parse(text: &str, lang: &str) -> Background {
        let stemmer = Stemmer::of(lang);
        let mut found = Background::default();
        let mut add = |map: fn(&mut Background) -> &mut AHashMap<u64, u32>, key: u64, df: u32| {
            let sum = map(&mut found).entry(key).or_default();
            *sum = sum.saturating_add(df).min(MILLION as u32);
        };
        for (word, df) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')) {
            let Ok(df) = df.parse::<u32>() else { continue };
            add(|table| &mut table.stems, term(&stemmer.stem(word)), df);
            let mut distinct = Vec::new();
            grams(word, |gram| distinct.push(gram));
            distinct.sort_unstable();
            distinct.dedup();
            for gram in distinct {
                add(|table| &mut table.grams, gram, df);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_whole_and_sorted_by_frequency() {
        for (lang, text, _) in &TABLES {
            let rows: Vec<(&str, u32)> = text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .map(|line| line.split_once('\t').expect("two columns"))
                .map(|(word, df)| (word, df.parse().expect("a count")))
                .collect();
            assert!(rows.len() > 10_000, "{lang} has {}", rows.len());
            assert!(rows.iter().all(|row| row.1 >= 1 && row.1 <= MILLION as u32), "{lang}");
            assert!(rows.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{lang}");
            let odd: Vec<&str> = rows.iter().map(|row| row.0).filter(|word| crate::normalize::line(word) != *word).take(5).collect();
            assert!(odd.is_empty(), "{lang}: not normalized: {odd:?}");
        }
        assert!(Background::of("ar").stems[&term(&Stemmer::of("ar").stem("في"))] > 900_000);
        assert!(Background::of("xx").stems.is_empty());
    }
}
