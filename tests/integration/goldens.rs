//! Tokens, shingles and sketches of texts in many scripts, compared with what they were when they were written down.
//!
//! These may only change together with `normalize::VERSION` or on purpose: whoever stored a sketch or compares two runs relies on
//! them. `UPDATE_GOLDENS=1 cargo test --test integration goldens` writes the files anew; read the difference before committing it.
//! The files hold for every machine and every set of compiler flags.

use std::fmt::Write;

use samestory::hash;
use samestory::normalize;
use samestory::shingle::Shingles;
use samestory::sketch::Sketcher;

use crate::util::root;

/// Values of a sketch that are written out; a hash stands for all of them.
const SHOWN: usize = 8;

/// The texts by name.
fn texts() -> Vec<(String, String)> {
    let file = std::fs::read_to_string(root().join("tests/goldens/texts.txt")).expect("the texts");
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split_once('\t').expect("a name and a text")).map(|(name, text)| (name.to_owned(), unescape(text))).collect()
}

/// Reads `\n`, `\r` and `\u{…}`.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix("u{") {
            let (code, rest) = rest.split_once('}').expect("a closing brace");
            out.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).expect("a character"));
            out.push_str(rest);
        } else if let Some(rest) = part.strip_prefix('n') {
            out.push('\n');
            out.push_str(rest);
        } else {
            out.push('\r');
            out.push_str(part.strip_prefix('r').expect("a known escape"));
        }
    }
    out
}

/// Compares with the file of this name, or writes it when asked to.
pub(crate) fn compare(name: &str, found: &str) {
    let path = root().join("tests/goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, found).expect("a golden file");
    }
    let expected = std::fs::read_to_string(&path).expect("a golden file");
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found, expected, "{name}");
}

#[test]
fn tokens_and_their_places() {
    let mut out = String::new();
    for (name, text) in texts() {
        writeln!(out, "# {name}").expect("memory");
        normalize::tokens(&text, |token| {
            let marks = [(token.pair, " pair"), (token.repaired, " repaired")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            writeln!(out, "{} {}..{}{marks}", token.text, token.span.start, token.span.end).expect("memory");
        });
    }
    compare("tokens.txt", &out);
}

#[test]
fn shingles_and_sketches() {
    let mut out = String::new();
    for (name, text) in texts() {
        let mut tokens = Vec::new();
        normalize::tokens(&text, |token| tokens.push(token.hash()));
        for width in [1, 3, 5] {
            let shingles = Shingles::new(&tokens, width);
            writeln!(out, "{name} shingle={width} count={} fingerprint={:016x}", shingles.len(), shingles.fingerprint()).expect("memory");
        }
        for num_hashes in [16, 100, 128, 256] {
            let sketch = Sketcher::new(num_hashes).sketch(&Shingles::new(&tokens, 3));
            let bytes: Vec<u8> = sketch.iter().flat_map(|value| value.to_le_bytes()).collect();
            let first: Vec<String> = sketch.iter().take(SHOWN).map(|value| format!("{value:08x}")).collect();
            writeln!(out, "{name} num-hashes={} first={} all={:016x}", sketch.len(), first.join(","), hash::bytes(&bytes)).expect("memory");
        }
    }
    compare("sketches.txt", &out);
}

#[test]
fn the_texts_cover_what_the_rules_speak_of() {
    let texts = texts();
    let mut names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), texts.len(), "a name stands twice");
    let (mut pairs, mut repaired) = (0, 0);
    for (_, text) in &texts {
        normalize::tokens(text, |token| {
            pairs += u32::from(token.pair);
            repaired += u32::from(token.repaired);
        });
    }
    assert!(pairs > 50 && repaired > 5, "{pairs} pairs, {repaired} repaired words");
}
