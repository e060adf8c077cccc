//! Rule N5: what hides a word is deleted, and what may stand between two words never is.
//!
//! The oracle is the rule as it is written down, over an alphabet in which every character is of one kind. Each byte of the input is a
//! character of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory::normalize::{Token, tokens};

const TATWEEL: char = 'ـ';
const LETTERS: &str = "ابتجدسلمنهوﻣﺮﺣﺒﺎپچ";
const MARKS: &str = "\u{64e}\u{651}\u{200c}\u{200f}";
const STRONG: &str = ".·•∙⋅‧․…*_~|/\\^˙=+٭#@";
const WEAK: &str = ",،;؛:!؟?-‐–—'’`";
const OTHERS: &str = "«»“”\"‹›()[]{}<>  \n5٣ab€";
/// Longest run that hides anything, in characters.
const LONGEST: usize = 12;

/// The character that a byte stands for: letters and tatweel are common.
fn character(byte: u8, alphabet: &[char]) -> char {
    match byte {
        0..64 => LETTERS.chars().cycle().nth(byte.into()).unwrap_or(TATWEEL),
        64..112 => TATWEEL,
        _ => alphabet[usize::from(byte - 112) % alphabet.len()],
    }
}

/// N5 a to c: whether a run that stands between two letters is deleted.
fn is_hidden(run: &[char]) -> bool {
    let (mut tatweels, mut strong, mut weak, mut spaces) = (0, 0, 0, 0);
    for c in run {
        match c {
            &TATWEEL => tatweels += 1,
            ' ' => spaces += 1,
            c if STRONG.contains(*c) => strong += 1,
            c if WEAK.contains(*c) => weak += 1,
            _ => return false,
        }
    }
    let between = run.first() == Some(&TATWEEL) && run.last() == Some(&TATWEEL);
    run.len() <= LONGEST
        && match (spaces, weak) {
            (0, 0) => tatweels > 0 && strong > 0,
            (0, _) => between,
            (1 | 2, 0) => between && tatweels == 2 && strong == 0,
            _ => false,
        }
}

/// The runs between two letters in a piece of text, those with a digit apart: numbers have rules of their own.
fn runs(piece: &str) -> Vec<Vec<char>> {
    let (mut runs, mut run, mut open) = (Vec::new(), Vec::new(), false);
    for c in piece.chars().filter(|c| !MARKS.contains(*c)) {
        if LETTERS.contains(c) {
            if open && !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
            (open, run) = (true, Vec::new());
        } else {
            open &= !c.is_numeric();
            run.push(c);
        }
    }
    runs
}

/// N11: single letters with a dot behind each but the last.
fn is_abbreviation(piece: &str) -> bool {
    let bare: String = piece.chars().filter(|c| !MARKS.contains(*c)).collect();
    let letters: Vec<&str> = bare.split(['.', '․']).collect();
    letters.len() >= 3 && letters.iter().all(|letter| letter.chars().filter(|c| *c != TATWEEL).count() == 1)
}

fn check(token: &Token<'_>, piece: &str) {
    for run in runs(piece) {
        let stretched = run.iter().all(|c| *c == TATWEEL);
        let hidden = is_hidden(&run) || run == ['.'];
        assert!(stretched || (hidden && token.repaired) || is_abbreviation(piece), "{piece:?} was joined over {run:?}: {token:?}");
    }
}

/// Whether a text is read as one word.
fn is_one(text: &str) -> Option<(String, bool)> {
    let mut found = Vec::new();
    tokens(text, |token| found.push((token.text.to_owned(), token.repaired)));
    found.pop().filter(|_| found.is_empty())
}

fuzz_target!(|data: &[u8]| {
    let alphabet: Vec<char> = [MARKS, STRONG, WEAK, OTHERS].iter().flat_map(|kind| kind.chars()).collect();
    let text: String = data.iter().map(|byte| character(*byte, &alphabet)).collect();
    tokens(&text, |token| check(&token, &text[token.span.clone()]));

    // A run alone between two words: joined if and only if the rule says so.
    let run: Vec<char> =
        text.chars().filter(|c| !LETTERS.contains(*c) && !MARKS.contains(*c) && !c.is_alphanumeric() || *c == TATWEEL).collect();
    let hidden = is_hidden(&run);
    let between = format!("سلام{}كتاب", run.iter().collect::<String>());
    match is_one(&between) {
        Some((word, repaired)) => {
            assert_eq!((word.as_str(), repaired), ("سلامكتاب", hidden), "{between:?}");
            assert!(hidden || run.iter().all(|c| *c == TATWEEL), "{between:?} was joined");
        }
        None => assert!(!hidden, "{between:?} was not joined"),
    }
});
