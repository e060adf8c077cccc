use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::article::Article;
use crate::extract::{self, LineCounts, Lines};

const WIDTH: usize = 3;
const ALL: usize = usize::MAX;

fn article(text: &str) -> Article {
    Article { text: text.into(), ..Article::default() }
}

fn passages(article: &Article) -> Passages<'_> {
    let mut tokens = Vec::new();
    let lines = Lines::read(article, &mut tokens);
    let own = extract::clean(article, None, &lines, &LineCounts::default(), &[], &mut tokens);
    Passages::of(article, &own)
}

/// Both sides of a comparison, marks in brackets.
fn rows(a: &str, b: &str) -> Vec<String> {
    let (a, b) = (article(a), article(b));
    let reference = Reference::new(passages(&a), WIDTH);
    let (compared, _) = compare(&reference, &passages(&b), ALL);
    let piece = |piece: &Piece| if piece.mark.is_empty() { piece.text.clone() } else { format!("[{}:{}]", piece.mark, piece.text) };
    let side = |side: &Side| side.pieces.iter().map(piece).collect::<String>();
    let row = |row: &Row| match row {
        Row::Sides { left, right } => format!("{} | {}", side(left), side(right)),
        Row::Same { words, .. } => format!("same {words}"),
    };
    compared.iter().map(row).collect()
}

fn numbered(range: std::ops::Range<u32>) -> String {
    range.map(|number| format!("word{number} ")).collect()
}

#[test]
fn differences_are_marked_on_whole_words() {
    assert_eq!(
        rows("The two leaders spoke on Monday about grain", "The two leaders spoke on Tuesday, about grain and gas"),
        ["The two leaders spoke on [only:Monday about grain] | The two leaders spoke on [only:Tuesday, about grain and gas]"],
        "two words alone are no shingle"
    );
    assert_eq!(
        rows("تحدث الرئيسان هاتفيا اليوم عن سوريا وإدلب", "تحدث الرئيسان هاتفياً أمس عن سوريا وإدلب."),
        ["تحدث الرئيسان هاتفيا [only:اليوم] عن سوريا وإدلب | تحدث الرئيسان هاتفياً [only:أمس] عن سوريا وإدلب."]
    );
}

#[test]
fn what_changed_its_place_has_moved() {
    assert_eq!(rows("a b c d. x y z", "x y z. a b c d"), ["a b c d. [moved:x y z] | [moved:x y z]. a b c d"]);
}

#[test]
fn long_passages_fold_and_keep_their_edges() {
    let same = numbered(0..100);
    assert_eq!(rows(&same, &same), ["same 100"]);
    let rows = rows(&format!("{same}then this"), &format!("First that. {same}"));
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].ends_with("| [only:First that]. word0 word1 word2 word3 word4 word5 word6 word7 "), "{}", rows[0]);
    assert_eq!(rows[1], "same 84");
    assert!(rows[2].starts_with("word92 "), "{}", rows[2]);
}

#[test]
fn removed_lines_and_repaired_words_are_shown_with_what_they_were() {
    let text = "اقرأ أيضاً: أسعار القمح تعود إلى ما كانت عليه\nتحدث الرئيسان عن التـ.ـوتر في إدلب والساحل\n";
    let article = article(text);
    let side = alone(&passages(&article), ALL);
    let notes: Vec<(&str, &str)> = side.pieces.iter().filter_map(|piece| Some((piece.mark, piece.note.as_deref()?))).collect();
    assert_eq!(notes, [("removed", "promo of another story"), ("repaired", "التـ.ـوتر")]);
    assert!(side.pieces.iter().any(|piece| piece.text == "التوتر"));
}

#[test]
fn what_only_one_says_is_quoted_in_its_own_sentences() {
    let wire = article("The mayor opened the bridge on Tuesday. It took three years to build.");
    let more = article(
        "The mayor opened the bridge on Tuesday. \"Nobody asked the fishermen before,\" said Mr. Gull. It took three years to build.",
    );
    let reference = Reference::new(passages(&wire), WIDTH);
    let passages = passages(&more);
    let (_, shared) = compare(&reference, &passages, ALL);
    let said = says(&passages, &shared, &reference);
    assert_eq!((said.shared, said.only), (2, vec!["Nobody asked the fishermen before,\" said Mr.".to_owned()]));
}

#[test]
fn a_side_ends_where_its_room_does_and_says_so() {
    let article = article(&numbered(0..1000));
    let side = alone(&passages(&article), 70);
    assert_eq!(side.cut, 988);
    let shown: String = side.pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(shown, numbered(0..12).trim_end());
}

/// Words shared by runs, looked up one by one.
fn oracle(a: &[u64], b: &[u64]) -> Vec<bool> {
    let width = WIDTH.min(a.len()).min(b.len());
    let mut shared = vec![false; b.len()];
    if width > 0 {
        let runs: BTreeSet<&[u64]> = a.windows(width).collect();
        for (at, run) in b.windows(width).enumerate().filter(|(_, run)| runs.contains(run)) {
            shared[at..at + run.len()].fill(true);
        }
    }
    shared
}

/// A letter; the stroke that lengthens one may stand between a Latin and an Arabic word.
fn arabic_letter(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{66e}'..='\u{6d3}')
}

proptest! {
    #[test]
    fn shared_words_are_those_of_shared_runs(a in "[a-d]( [a-d]){0,12}", b in "[a-d]( [a-d]){0,12}") {
        let (a, b) = (article(&a), article(&b));
        let (a, b) = (passages(&a), passages(&b));
        let (left, right) = (oracle(&b.hashes, &a.hashes), oracle(&a.hashes, &b.hashes));
        prop_assert_eq!(Reference::new(a, WIDTH).shared(&b), [left, right]);
    }

    #[test]
    fn nothing_of_a_text_is_lost(text in "[a-c ,.\\nابتـ\u{64b}\u{200c}ぁ中国0-9\\-]{0,40}") {
        let article = article(&text);
        let side = alone(&passages(&article), ALL);
        let folded = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let shown: String = side.pieces.iter().map(|piece| if piece.mark == "repaired" { piece.note.as_deref().unwrap_or_default() } else { &piece.text }).collect();
        prop_assert_eq!(folded(&shown), folded(&text));
    }

    #[test]
    fn no_mark_ends_inside_an_arabic_word(a in "[ابتك ,.ـ\u{64b}\u{64e}0-9a-b]{0,30}", b in "[ابتك ,.ـ\u{64b}\u{64e}0-9a-b]{0,30}") {
        let (a, b) = (article(&a), article(&b));
        let (compared, _) = compare(&Reference::new(passages(&a), WIDTH), &passages(&b), ALL);
        for row in compared {
            let Row::Sides { left, right } = row else { continue };
            for pieces in [left.pieces, right.pieces] {
                for pair in pieces.windows(2) {
                    let inside = pair[0].text.chars().next_back().is_some_and(arabic_letter) && pair[1].text.chars().next().is_some_and(arabic_letter);
                    prop_assert!(!inside, "{:?}", pair);
                }
            }
        }
    }
}
