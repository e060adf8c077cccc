//! Writes `src/normalize/tables.rs`: `cargo run --example unicode_tables > src/normalize/tables.rs`.
//!
//! The tables are frozen: running this with newer Unicode data changes tokens, and so the format version.

// A generator: its output is what it prints.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{GeneralCategory as Gc, GeneralCategoryGroup as Group, Script, WhiteSpace};
use icu_properties::{CodePointMapData, CodePointSetData, PropertyNamesLong};

const FIRST: [Script; 3] = [Script::Arabic, Script::Latin, Script::Cyrillic];
const UNSPACED: [&[Script]; 5] = [
    &[Script::Han, Script::Hiragana, Script::Katakana, Script::Bopomofo],
    &[Script::Thai],
    &[Script::Lao],
    &[Script::Khmer],
    &[Script::Myanmar],
];

fn main() {
    let names = PropertyNamesLong::<Script>::new();
    let name = |script: Script| names.get(script).unwrap_or("?");
    let mut scripts: BTreeMap<&'static str, u8> = BTreeMap::new();
    for (at, script) in FIRST.iter().enumerate() {
        scripts.insert(name(*script), 8 + at as u8);
    }
    for (at, group) in UNSPACED.iter().enumerate() {
        for script in *group {
            scripts.insert(name(*script), 11 + at as u8);
        }
    }
    let (gc, script) = (CodePointMapData::<Gc>::new(), CodePointMapData::<Script>::new());
    let space = CodePointSetData::new::<WhiteSpace>();
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let mut next = 16u8;
    let mut listed = Vec::new();
    let mut classes = Vec::with_capacity(0x110000);
    let mut zeros = Vec::new();
    let mut folds = Vec::new();
    let mapper = CaseMapper::new();
    for code in 0..0x110000u32 {
        let Some(c) = char::from_u32(code) else {
            classes.push(0);
            continue;
        };
        let category = gc.get(c);
        let of = script.get(c);
        let arabic_block = matches!(code, 0x600..=0x6FF | 0x750..=0x77F | 0x870..=0x8FF | 0x10EC0..=0x10EFF);
        let class = if matches!(code, 0xFE70..=0xFE7F | 0xFC5E..=0xFC63 | 0xFCF2..=0xFCF4)
            || matches!(code, 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF)
            || matches!(code, 0x64B..=0x652 | 0x670)
        {
            5
        } else if matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            2
        } else if space.contains(c) {
            1
        } else if code == 0x640 || matches!(code, 0x6E5 | 0x6E6) {
            4
        } else if Group::Mark.contains(category) {
            if arabic_block || matches!(code, 0x591..=0x5C7 | 0x730..=0x74A) { 4 } else { 3 }
        } else if category == Gc::DecimalNumber {
            if !matches!(zeros.last(), Some(zero) if code - zero < 10) {
                zeros.push(code);
            }
            6
        } else if Group::Letter.contains(category) || matches!(category, Gc::LetterNumber | Gc::OtherNumber) {
            if of == Script::Common || of == Script::Inherited {
                // The long vowel mark and its kin live inside Japanese words.
                if matches!(code, 0x3000..=0x30FF) { 11 } else { 7 }
            } else {
                *scripts.entry(name(of)).or_insert_with(|| {
                    listed.push((next, name(of)));
                    next += 1;
                    next - 1
                })
            }
        } else {
            0
        };
        let text = c.to_string();
        let continuing = Group::Mark.contains(category)
            || matches!(code, 0x1160..=0x11FF | 0xD7B0..=0xD7FF | 0xFF9E | 0xFF9F | 0xFFA0..=0xFFDC | 0x16D63..=0x16D6A);
        let changes = nfkc.normalize(&text) != text;
        let mut entry = u16::from(class);
        if continuing && class != 5 {
            entry |= 1 << 8;
        }
        if changes && class != 5 {
            entry |= 1 << 9;
        }
        classes.push(entry);
        let folded = mapper.fold_string(&text);
        if folded != text && !changes {
            folds.push((code, folded.into_owned()));
        }
    }
    let mut pages: Vec<&[u16]> = Vec::new();
    let mut index = Vec::new();
    for page in classes.chunks(256) {
        let at = pages.iter().position(|known| *known == page).unwrap_or_else(|| {
            pages.push(page);
            pages.len() - 1
        });
        index.push(at as u8);
    }
    assert!(pages.len() <= 256, "page numbers are bytes");
    println!("//! Frozen tables of Unicode properties, written by `data/unicode/unicode_tables.rs`. Do not edit.");
    println!("//!\n//! Derived from the Unicode Character Database (Unicode License v3) as carried by ICU4X.\n");
    println!("/// Letters whose script is common or inherited: they never break a token.\npub(super) const COMMON: u16 = 7;");
    println!("/// The Arabic script.\npub(super) const ARABIC: u16 = 8;\n/// The Latin script.\npub(super) const LATIN: u16 = 9;");
    println!(
        "/// Scripts written without spaces between words: Chinese and Japanese, Thai, Lao, Khmer, Burmese.\npub(super) const UNSPACED: std::ops::RangeInclusive<u16> = 11..=15;\n"
    );
    println!("// Other scripts: {}.\n", listed.iter().map(|(id, name)| format!("{id} {name}")).collect::<Vec<_>>().join(", "));
    println!(
        "/// Zeros of the decimal digits that NFKC leaves alone, ascending.\n#[rustfmt::skip]\npub(super) static ZEROS: [u32; {}] = {zeros:?};\n",
        zeros.len()
    );
    println!(
        "/// Full case folding of characters that NFKC leaves alone, ascending.\n#[rustfmt::skip]\npub(super) static FOLDS: [(u32, &str); {}] = [",
        folds.len()
    );
    for row in folds.chunks(8) {
        println!("    {}", row.iter().map(|(code, text)| format!("(0x{code:x}, \"{}\"),", text.escape_unicode())).collect::<String>());
    }
    println!("];\n\n/// Page of each 256 characters.\n#[rustfmt::skip]\npub(super) static INDEX: [u8; {}] = {index:?};\n", index.len());
    println!(
        "/// Class of each character by page; see `Class`.\n#[rustfmt::skip]\npub(super) static PAGES: [[u16; 256]; {}] = [",
        pages.len()
    );
    for page in pages {
        println!("    {page:?},");
    }
    println!("];");
}
