use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    tokens(text, |token| out.push(token.text.to_owned()));
    out
}

fn joined(text: &str) -> String {
    words(text).join(" ")
}

#[test]
fn rules() {
    for (rule, text, expected) in [
        ("N1 presentation marks", "ﻣ\u{fe77}ﺮﺣﺒﺎ", "مرحبا"),
        ("N2 presentation forms", "ﷲ ﻻ ﬁn", "الله لا fin"),
        ("N2 fullwidth", "ＡＢＣ１２３", "abc123"),
        ("N2 decomposed", "cafe\u{301} CAFÉ", "café café"),
        ("N2 alef with a composing hamza", "ا\u{654}نقرة", "انقره"),
        ("N3 invisible", "soft\u{ad}hyphen می\u{200c}رود", "softhyphen ميرود"),
        ("N5 a", "التـ.ـوتر النـ.ار الـ.ـنار", "التوتر النار النار"),
        ("N5 a other signs", "قـ*ـصف دمـ•اء", "قصف دماء"),
        ("N5 b", "بــيـ,ــع", "بيع"),
        ("N5 b kept apart", "بـ-سوريا لـ'حماس'", "سوريا حماس"),
        ("N5 c", "القـ ـوات", "القوات"),
        ("N5 d after", "الصـ.ـوا.ريخ", "الصواريخ"),
        ("N5 d before", "مش.هـ.ـد", "مشهد"),
        ("N5 d never for a run that does not fire", "م.ل.ماــ ـد", "م ل ما د"),
        ("N5 never without tatweel", "أ.ف.ب د.ب.أ سوريا.وقال المغير…شرق وزير/وزيرة", "افب دبا سوريا وقال المغير شرق وزير وزيره"),
        ("N5 never over a quote", "بـ«داعش»", "داعش"),
        ("N5 presentation forms", "ﺍﻟﺘـ.ـﻮﺗﺮ", "التوتر"),
        ("N5 mark between", "الدَّمُـ.ـاء", "الدماء"),
        ("N6", "مُحَمَّدٌ ســـوريا", "محمد سوريا"),
        ("N6 Hebrew points", "שָׁלוֹם", "שלום"),
        ("N7", "أإآٱ ٵ مستشفى کتاب ہے مدرسة", "اااا ا مستشفي كتاب هي مدرسه"),
        ("N7 kept", "مسؤول سائل شيء پاکستان چين گاز", "مسؤول سائل شيء پاكستان چين گاز"),
        ("N8 digits", "٣٠ ۱۴۰۳ १२", "30 1403 12"),
        ("N8 separators", "١٬٥٠٠ ٣٫٥ 1,500,000 12,34 2020,300 1’500", "1500 3.5 1500000 12 34 2020 300 1500"),
        ("N9", "İSTANBUL ISPARTA ılık Straße ΣΊΣΥΦΟΣ", "istanbul isparta ilik strasse σίσυφοσ"),
        ("N10 apostrophes and dots", "don't Erdoğan'ın 3.5 1.500 end.Start 27.07.2020", "don t erdoğan in 3.5 1.500 end start 27.07.2020"),
        ("N6 between halves of a syllable", "ᄒـᅡ", "하"),
        ("N10 script change", "طريقm4الواصل COVIDكوفيد", "طريق m4 الواصل covid كوفيد"),
        ("N10 pairs", "中国人 東京タワー 人", "中国 国人 東京 京タ タワ ワー 人"),
        ("N10 Thai pairs keep their vowels", "กำลัง", "กํา าลั ลัง"),
        ("N10 Indic vowel signs stay", "हिन्दी में", "हिन्दी में"),
        ("N11", "U.S.A. J.R.R.Tolkien ق.م أ.ف.ب.", "usa jrr tolkien ق م افب"),
        ("N11 a hamza that follows an alef", "أ.أ.\u{674} أ.\u{674}.أ ب.\u{674}.أ", "اا اا ب\u{674}ا"),
        ("N12", "بـ * الـ100 بGoogle ال50 والـ m4 1442هـ. ال 5", "100 google 50 m4 1442ه ال 5"),
        ("nothing", " \t\n… !؟", ""),
    ] {
        assert_eq!(joined(text), expected, "{rule}: {text}");
    }
}

#[test]
fn repaired_words_are_counted_once_each() {
    let mut repaired = 0;
    tokens("خـ.ـروقات التـ.ـو.تـ.ـر عادية سـوريا", |token| repaired += u32::from(token.repaired));
    assert_eq!(repaired, 2);
}

#[test]
fn spans_point_at_the_word_as_it_was_written() {
    let text = "قال: التـ.ـوتر (أ.ف.ب) 1,500 ﷺ";
    let mut spans = Vec::new();
    tokens(text, |token| spans.push(&text[token.span]));
    assert_eq!(&spans[..4], ["قال", "التـ.ـوتر", "أ.ف.ب", "1,500"]);
    assert!(spans[4..].iter().all(|span| *span == "ﷺ"));
}

#[test]
fn a_word_of_dots_and_letters_costs_linear_time() {
    let text = "ا.ب.".repeat(20_000);
    assert_eq!(words(&text).len(), 1);
}

/// Text that is likely to meet the rules: letters of many scripts, marks, digits, separators.
fn mixed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["ا", "ب", "أ", "ل", "و", "ـ", ".", "ـ.ـ", "َ", "\u{654}", "\u{674}", "ى", " ", "\n", "،", "'"]),
        3 => prop::sample::select(vec!["a", "B", "İ", "ı", "ß", "é", "e\u{301}", "i\u{307}", "\u{301}", "\u{323}", "К", "ё", "σ", "Σ"]),
        3 => prop::sample::select(vec!["1", "٢", "３", ",", "٬", "٫", ".", "000", "²", "½", "…"]),
        2 => prop::sample::select(vec!["中", "国", "ー", "ク", "ﾞ", "ก", "ำ", "ั", "हि", "न्", "한", "ᄒ", "ᅡ", "ᆫ", "ﷺ", "ﻻ", "\u{200d}", "😀", "ᾳ", "ΐ"]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn tokens_are_stable(text in prop_oneof![mixed(), any::<String>()]) {
        let once = words(&text);
        for token in &once {
            prop_assert_eq!(words(token), vec![token.clone()], "of {:?}", text);
        }
    }

    #[test]
    fn spans_are_inside_the_text_and_in_order(text in prop_oneof![mixed(), any::<String>()]) {
        let mut last = 0;
        let mut bad = false;
        tokens(&text, |token| {
            bad |= text.get(token.span.clone()).is_none_or(str::is_empty) || token.span.start < last || token.text.is_empty();
            last = token.span.start;
        });
        prop_assert!(!bad, "{:?}", text);
    }

    #[test]
    fn lines_can_be_read_one_by_one(text in mixed()) {
        let whole = words(&text);
        let apart: Vec<String> = text.split('\n').flat_map(words).collect();
        prop_assert_eq!(whole, apart);
    }

    #[test]
    fn canonically_equal_texts_give_equal_tokens(text in any::<String>()) {
        use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
        // N5 and N8 look at the characters as they came, so texts are held to this without their signs.
        let text = text.replace(['ـ', '.', ',', '\'', '’'], "");
        let nfc = ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
        let nfd = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
        prop_assert_eq!(words(&nfc), words(&nfd));
    }
}

/// What the rules alone give.
fn by_rules(text: &str) -> Vec<(String, Range<usize>, bool, bool)> {
    let mut out = Vec::new();
    Walk::part(text, 0..text.len(), |token| out.push((token.text.to_owned(), token.span, token.pair, token.repaired)));
    out
}

/// Text in which anything may stand beside anything.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-zA-Zğışİßéñ]{1,6}",
        6 => "[اأإآٱبتثةىيكگپچوهلنمء]{1,6}",
        2 => "[а-яёЁІїΑ-Ωα-ωςשלוםﻣﺮﺣﺒﺎﷲﬁＡ１]{1,4}",
        3 => "[0-9٠-٩۰-۹²½]{1,4}",
        6 => Just(" ".to_owned()),
        4 => "[-.,;:!?'’\"“”«»،؛؟…*_/|()٫٬%#@\u{2024}\u{66a}]{1,2}",
        3 => "[ـ\u{64b}\u{64e}\u{651}\u{653}\u{654}\u{674}\u{670}\u{301}\u{307}\u{308}\u{5b8}]{1,2}",
        2 => "[\u{200b}\u{200c}\u{ad}\u{feff}\u{a0}\t\n\r\u{85}\u{2028}\u{3000}]{1,2}",
        1 => "[中国人กำहिन्दी한국😀ªµ№™]{1,3}",
    ];
    prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_fast_paths_read_what_the_rules_read(text in any_text(), before in 0usize..80, more in any_text()) {
        // Plain words before it, so that it stands at any place of a stretch, or over its end.
        let text = format!("{}{text}{more}", "كلمة ab, ".repeat(before));
        let mut fast = Vec::new();
        tokens(&text, |token| fast.push((token.text.to_owned(), token.span, token.pair, token.repaired)));
        prop_assert_eq!(&fast, &by_rules(&text));
        let (mut spelled, mut hashed) = (Vec::new(), Vec::new());
        tokens(&text, |token| spelled.push(token.hash()));
        let repaired = hashes(&text, |hash, _| hashed.push(hash));
        prop_assert_eq!(hashed, spelled);
        prop_assert_eq!(repaired as usize, fast.iter().filter(|token| token.3).count());
    }
}
