//! The normalizer: tokens are stable, spans are true, hashes are those of the tokens, lines stand for themselves, and spelling a character
//! composed or decomposed changes nothing.

#![no_main]

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use libfuzzer_sys::fuzz_target;
use samestory::normalize::{hashes, line, tokens};

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    tokens(text, |token| words.push(token.text.to_owned()));
    words
}

fuzz_target!(|text: &str| {
    let once = words(text);
    for word in &once {
        assert_eq!(words(word), [word.as_str()], "a token is not stable");
    }
    let joined = once.join(" ");
    assert_eq!(words(&joined), once, "the joined tokens are not stable");
    assert_eq!(line(text), joined);

    let (mut spelled, mut last, mut repaired) = (Vec::new(), 0, 0);
    tokens(text, |token| {
        assert!(!token.text.is_empty() && text.get(token.span.clone()).is_some_and(|span| !span.is_empty()), "{token:?}");
        assert!(token.span.start >= last, "{token:?} stands before the token before it");
        last = token.span.start;
        repaired += u32::from(token.repaired);
        spelled.push((token.hash(), token.span.start));
    });
    let mut hashed = Vec::new();
    assert_eq!(hashes(text, |hash, at| hashed.push((hash, at))), repaired);
    assert_eq!(hashed.len(), spelled.len());
    for (hashed, spelled) in hashed.iter().zip(&spelled) {
        assert!(hashed.0 == spelled.0 && hashed.1 <= spelled.1 && text.is_char_boundary(hashed.1), "{hashed:?} is not {spelled:?}");
    }

    assert_eq!(text.split('\n').flat_map(words).collect::<Vec<_>>(), once, "a line is not read as it is alone");

    // N5 and N8 look at the characters as they came.
    let plain = text.replace(['ـ', '.', ',', '\'', '’'], "");
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&plain).into_owned();
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&plain).into_owned();
    assert_eq!(words(&composed), words(&decomposed));
});
