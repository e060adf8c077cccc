//! Which language a text is in (N13): used by the story channel only, never by tokens or shingles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::article::{Article, Lang};

/// Fewest letters for statistical detection; below, only letters that belong to one language speak.
const ENOUGH_LETTERS: usize = 200;
/// Letters looked at: more change nothing.
const MOST_LETTERS: usize = 4000;
/// Least share of a language's own letters among all, in permille.
const OWN_LETTERS: usize = 10;

/// The language of `text`, or `None` when it does not say.
///
/// ```
/// use samestory::language::detect;
/// assert_eq!(detect("گفت‌وگوی تلفنی پوتین و اردوغان").as_deref(), Some("fa"));
/// assert_eq!(detect("مكالمة هاتفية بين بوتين وأردوغان").as_deref(), Some("ar"));
/// assert_eq!(detect("12345"), None);
/// ```
#[must_use]
pub fn detect(text: &str) -> Option<Lang> {
    let letters = Letters::of(text);
    let has = |own: &str| letters.has(own);
    if letters.all == 0 {
        return None;
    }
    if letters.arabic * 2 > letters.all {
        let own = [("ckb", "ڵڕێۆ"), ("ps", "ټډړښڼځڅ"), ("ur", "ٹڈڑںے"), ("fa", "پچژگکی")];
        return lang(own.iter().find(|(_, letters)| has(letters)).map_or("ar", |(lang, _)| lang));
    }
    if letters.all >= ENOUGH_LETTERS {
        let end = text.char_indices().nth(MOST_LETTERS * 2).map_or(text.len(), |(at, _)| at);
        let found = whatlang::detect_lang(&text[..end]);
        // Statistics take some Russian for Bulgarian or Macedonian, which lack these letters.
        let russian = matches!(found, Some(whatlang::Lang::Bul | whatlang::Lang::Mkd)) && has("ыэЫЭ");
        return if russian { lang("ru") } else { found.and_then(code) };
    }
    let cyrillic = letters.special.iter().filter(|c| matches!(c, '\u{400}'..='\u{4ff}')).count();
    if cyrillic * 2 > letters.all {
        let own = [("uk", "іїєґІЇЄҐ"), ("be", "ўЎ"), ("sr", "ђјљњћџ"), ("mk", "ѓќѕ"), ("kk", "әқңұ")];
        return lang(own.iter().find(|(_, letters)| has(letters)).map_or("ru", |(lang, _)| lang));
    }
    if has("əƏ") {
        return lang("az");
    }
    if has("ğışĞİŞ") {
        return lang("tr");
    }
    whatlang::detect(text).filter(whatlang::Info::is_reliable).and_then(|info| code(info.lang()))
}

/// The first letters of a text.
#[derive(Default)]
struct Letters {
    all: usize,
    /// Of the Arabic script.
    arabic: usize,
    /// Those that may belong to one language: neither ASCII nor the letters that all languages in Arabic script share.
    special: Vec<char>,
}

impl Letters {
    fn of(text: &str) -> Letters {
        let mut found = Letters::default();
        for c in text.chars() {
            match c {
                'a'..='z' | 'A'..='Z' => {}
                // Most of a long Arabic text, so that the tables are asked for few letters.
                '\u{620}'..='\u{64a}' => found.arabic += 1,
                _ if c.is_ascii() || !c.is_alphabetic() => continue,
                _ => found.special.push(c),
            }
            found.all += 1;
            if found.all == MOST_LETTERS {
                break;
            }
        }
        let arabic =
            |c: &&char| matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
        found.arabic += found.special.iter().filter(arabic).count();
        found
    }

    /// Whether enough of the letters are among `own`, which are all special.
    fn has(&self, own: &str) -> bool {
        self.special.iter().filter(|c| own.contains(**c)).count() * 1000 >= self.all * OWN_LETTERS
    }
}

/// The script that most of the first letters are in, as a number; `None` without letters.
fn script(text: &str) -> Option<u16> {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for script in text.chars().filter_map(crate::normalize::script).take(ENOUGH_LETTERS) {
        *counts.entry(script).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(script, count)| (*count, std::cmp::Reverse(*script))).map(|(script, _)| script)
}

/// The language that an article declares …
pub(crate) fn declared_by(article: &Article) -> Option<Lang> {
    article.lang.as_deref().and_then(declared)
}

/// … or else the one that its text is in.
pub(crate) fn of(article: &Article) -> Option<Lang> {
    declared_by(article).or_else(|| detect(&article.text)).or_else(|| detect(article.title.as_deref()?))
}

/// How many articles of each script are in which language.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Scripts(BTreeMap<u16, BTreeMap<Lang, u32>>);

impl Scripts {
    /// Counts an article whose language is known.
    pub(crate) fn add(&mut self, article: &Article, lang: Lang) {
        if let Some(script) = script_of(article) {
            *self.0.entry(script).or_default().entry(lang).or_default() += 1;
        }
    }

    /// Takes in what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: Scripts) {
        for (script, langs) in other.0 {
            let counts = self.0.entry(script).or_default();
            langs.into_iter().for_each(|(lang, count)| *counts.entry(lang).or_default() += count);
        }
    }

    /// The language that most articles of the same script are in.
    pub(crate) fn usual(&self, article: &Article) -> Option<Lang> {
        let counts = self.0.get(&script_of(article)?)?;
        counts.iter().max_by_key(|(lang, count)| (**count, std::cmp::Reverse(**lang))).map(|(lang, _)| *lang)
    }
}

fn script_of(article: &Article) -> Option<u16> {
    script(&article.text).or_else(|| script(article.title.as_deref()?))
}

/// A declared language as we write it: `AR-eg`, `ara` and `ar` are all `ar`.
#[must_use]
pub fn declared(tag: &str) -> Option<Lang> {
    let primary = lang(tag.trim().split(['-', '_']).next()?)?.to_ascii_lowercase();
    let known = primary.len() >= 2 && primary.is_ascii_alphabetic() && primary != "und";
    known.then(|| shortest(&primary)).flatten()
}

fn code(lang: whatlang::Lang) -> Option<Lang> {
    shortest(lang.code())
}

fn shortest(code: &str) -> Option<Lang> {
    lang(SHORT.iter().find(|row| row.0 == code).map_or(code, |row| row.1))
}

fn lang(code: &str) -> Option<Lang> {
    code.parse().ok()
}

/// ISO 639-3, and 639-2 where it has another code for the same language, → 639-1, for the languages that detection knows.
#[rustfmt::skip]
const SHORT: &[(&str, &str)] = &[
    ("epo", "eo"), ("eng", "en"), ("rus", "ru"), ("cmn", "zh"), ("zho", "zh"), ("spa", "es"), ("por", "pt"), ("ita", "it"), ("ben", "bn"), ("fra", "fr"),
    ("deu", "de"), ("ukr", "uk"), ("kat", "ka"), ("ara", "ar"), ("arb", "ar"), ("hin", "hi"), ("jpn", "ja"), ("heb", "he"), ("yid", "yi"), ("pol", "pl"),
    ("amh", "am"), ("jav", "jv"), ("kor", "ko"), ("nob", "nb"), ("dan", "da"), ("swe", "sv"), ("fin", "fi"), ("tur", "tr"), ("nld", "nl"), ("hun", "hu"),
    ("ces", "cs"), ("ell", "el"), ("bul", "bg"), ("bel", "be"), ("mar", "mr"), ("kan", "kn"), ("ron", "ro"), ("slv", "sl"), ("hrv", "hr"), ("srp", "sr"),
    ("mkd", "mk"), ("lit", "lt"), ("lav", "lv"), ("est", "et"), ("tam", "ta"), ("vie", "vi"), ("urd", "ur"), ("tha", "th"), ("guj", "gu"), ("uzb", "uz"),
    ("pan", "pa"), ("aze", "az"), ("ind", "id"), ("tel", "te"), ("pes", "fa"), ("fas", "fa"), ("mal", "ml"), ("ori", "or"), ("mya", "my"), ("nep", "ne"),
    ("sin", "si"), ("khm", "km"), ("tuk", "tk"), ("aka", "ak"), ("zul", "zu"), ("sna", "sn"), ("afr", "af"), ("lat", "la"), ("slk", "sk"), ("cat", "ca"),
    ("tgl", "tl"), ("hye", "hy"),
    ("arm", "hy"), ("bur", "my"), ("chi", "zh"), ("cze", "cs"), ("dut", "nl"), ("fre", "fr"), ("geo", "ka"), ("ger", "de"), ("gre", "el"), ("mac", "mk"),
    ("per", "fa"), ("rum", "ro"), ("slo", "sk"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts() {
        let long = |sentence: &str| sentence.repeat(6);
        for (text, expected) in [
            ("Erdoğan ve Putin telefonda görüştü".to_owned(), Some("tr")),
            ("Президенты поговорили по телефону".to_owned(), Some("ru")),
            ("Президенти поговорили телефоном і домовилися".to_owned(), Some("uk")),
            ("صدر نے فون پر بات کی اور دونوں ملکوں کے تعلقات پر گفتگو ہوئی".to_owned(), Some("ur")),
            ("سەرۆکەکان بە تەلەفۆن قسەیان کرد".to_owned(), Some("ckb")),
            (long("The presidents spoke on the phone about the situation in the north. "), Some("en")),
            (long("Cumhurbaşkanları telefonda kuzeydeki durumu ele aldı. "), Some("tr")),
            (
                "Пламя вспыхнуло до рассвета среди штабелей досок и перекинулось на два причала, пока его не сбили пожарные. Никто из рабочих \
                 не пострадал; хозяин оценил убытки в сотни тысяч, полиция начала проверку."
                    .to_owned(),
                Some("ru"),
            ),
            (long("ناقش الرئيسان عبر الهاتف تطورات الوضع في الشمال. "), Some("ar")),
            (long("رؤسای جمهور دربارهٔ وضعیت شمال تلفنی گفتگو کردند. "), Some("fa")),
            ("… 2020".to_owned(), None),
        ] {
            assert_eq!(detect(&text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_special_is_told_by_range() {
        assert!(('\u{620}'..='\u{64a}').all(char::is_alphabetic));
        let letters = Letters::of("ab 12, éя ابتثـ پ َ");
        assert_eq!((letters.all, letters.arabic), (11, 7));
        assert_eq!(letters.special, ['é', 'я', 'پ', 'َ']);
    }

    #[test]
    fn declared_languages_are_read_in_any_form() {
        for (tag, expected) in [
            ("AR-eg", Some("ar")),
            ("ara", Some("ar")),
            ("TR", Some("tr")),
            ("rus", Some("ru")),
            ("fas", Some("fa")),
            ("per", Some("fa")),
            ("deu", Some("de")),
            ("ger", Some("de")),
            ("ckb", Some("ckb")),
            ("en_US", Some("en")),
            ("und", None),
            ("", None),
            ("x", None),
            ("english", None),
        ] {
            assert_eq!(declared(tag).as_deref(), expected, "{tag}");
        }
    }
}
