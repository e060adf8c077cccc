//! `samestory explain`: what was removed, repaired and compared. Scores of stories are not pinned here.

use super::sample;
use crate::util::Dir;

/// Two Arabic reports of one fire, with obfuscated words and lines of the page around them, and an English one.
const FIRE: &str = concat!(
    r#"{"id": "a", "title": "حريق في الميناء", "published": "2024-05-02T07:30:00+03:00", "outlet": "المرفأ", "text": "اندلع حريق كبير في مستودع الأخشاب بالميناء الشرقي قبل الفجر وسط التـ.ـوتر وسقوط ضحـ ـايا بين العمال.\nاقرأ أيضا: افتتاح جسر جديد فوق النهر\nوسيطرت فرق الإطفاء على النيران بعد ثلاث ساعات."}"#,
    "\n",
    r#"{"id": "b", "published": "2024-05-02", "outlet": "الساحل", "text": "اندلع حريق كبير في مستودع الأخشاب بالميناء الشرقي قبل الفجر وسط التوتر وسقوط ضحايا بين العمال.\nوسيطرت فرق الإطفاء على النيران بعد أربع ساعات.\nشارك هذا الخبر"}"#,
    "\n",
    r#"{"id": "c", "lang": "en", "text": "The council voted on Monday to plant trees along the northern road."}"#,
    "\n",
);

#[test]
fn two_ids_of_an_input_are_explained_with_what_was_removed_and_repaired() {
    let dir = Dir::with(&[("fire.jsonl", FIRE)]);
    let expected = "\
They are copies: they share text, and so they are one story.
Of their text, 20 of 22 and 22 runs of 3 words are shared: resemblance 83.3 %, containment 90.9 %.

a
  headline: \u{2068}حريق في الميناء\u{2069}
  \u{2068}outlet المرفأ, language ar, 22 runs of words\u{2069}
  published: 2024-05-02T07:30:00+03:00 (date field)
  repaired words: 2
    \u{2068}التـ.ـوتر → التوتر\u{2069}
    \u{2068}ضحـ ـايا → ضحايا\u{2069}
  removed lines: 1
    [promo of another story] \u{2068}اقرأ أيضا: افتتاح جسر جديد فوق النهر\u{2069}

b
  \u{2068}outlet الساحل, language ar, 22 runs of words\u{2069}
  published: 2024-05-02 (date field)
  repaired words: 0
  removed lines: 1
    [share line] \u{2068}شارك هذا الخبر\u{2069}
";
    assert_eq!(dir.run(&["explain", "a", "b", "fire.jsonl", "--level", "copies"]).good(), expected);
    let stories = dir.run(&["explain", "a", "b", "fire.jsonl"]).good();
    let sides = |text: &str| text[text.find("\na\n").expect("the first side")..].to_owned();
    assert_eq!(sides(&stories), sides(expected));
}

#[test]
fn articles_apart_are_told_what_is_missing() {
    let dir = Dir::with(&[("fire.jsonl", FIRE)]);
    let expected = "\
They are not copies of each other.
Of their text, 0 of 10 and 22 runs of 3 words are shared: resemblance 0.0 %, containment 0.0 %.
To be copies they would have to share 10 runs; the shorter one has fewer than 24 runs, too few to be
a copy for standing inside a longer one.
";
    let text = dir.run(&["explain", "c", "b", "fire.jsonl", "--level", "copies"]).good();
    assert_eq!(text.split_inclusive("\n\n").next().map(str::trim_end), Some(expected.trim_end()));
    let stories = dir.run(&["explain", "c", "b", "fire.jsonl"]).good();
    assert!(stories.contains("\nThey are in two languages and share no name, place or number.\n"), "{stories}");
}

#[test]
fn two_files_are_explained_alone() {
    let dir = sample();
    let text = dir.run(&["explain", "in/harvest.txt", "in/page.html"]).good();
    assert!(text.starts_with("They are two different stories.\nOf their text, 0 of 16 and 21 runs of 3 words are shared: "), "{text}");
    assert!(text.contains("\nTwo pages alone say nothing about which words are rare: "), "{text}");
    let sides = "
harvest.txt
  headline: Harvest begins early
  outlet unknown, language en, 16 runs of words
  published: 2024-06-05 (date in the text)
  repaired words: 0
  removed lines: 1
    [headline] Harvest begins early

page.html
  headline: Bridge opens
  outlet Echo, language en, 21 runs of words
  published: 2024-12-03T11:00:00Z (meta element)
  repaired words: 0
  removed lines: 0
";
    assert!(text.ends_with(sides), "{text}");
}

#[test]
fn the_parts_of_a_story_score_sum_to_it() {
    let dir = sample();
    let value = dir.run(&["explain", "in/harvest.txt", "in/page.html", "--format", "json"]).json();
    let parts = value["score"]["parts"].as_array().expect("parts");
    let logit: f64 = parts.iter().filter_map(|part| part["logit"].as_f64()).sum();
    let probability = value["score"]["probability"].as_f64().expect("a probability");
    assert!((1.0 / (1.0 + (-logit).exp()) - probability).abs() < 1e-3, "{logit} {probability}");
    assert!(parts.len() > 3 && value["background_only"] == true, "{value}");
}

#[test]
fn json_says_the_same() {
    let dir = Dir::with(&[("fire.jsonl", FIRE)]);
    let value = dir.run(&["explain", "a", "b", "fire.jsonl", "--format", "json", "--level", "copies"]).json();
    assert_eq!(
        (&value["copies"], &value["story"], &value["pinned"], &value["score"]),
        (&true.into(), &true.into(), &().into(), &().into())
    );
    assert_eq!(value["a"]["repaired"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["b"]["removed"].as_array().map(Vec::len), Some(1));
    assert_eq!((&value["overlap"]["shared"], &value["overlap"]["resemblance"]), (&20.into(), &0.833_333.into()));
}

#[test]
fn pins_are_named_as_the_reason() {
    let dir = Dir::with(&[("fire.jsonl", FIRE), ("samestory.toml", "together = [[\"c\", \"a\"]]\napart = [[\"a\", \"b\"]]\n")]);
    let first = |a: &str, b: &str| dir.run(&["explain", a, b, "fire.jsonl"]).good().lines().next().map(str::to_owned);
    assert_eq!(first("a", "c").as_deref(), Some("They are one story because the configuration pins them together."));
    assert_eq!(first("a", "b").as_deref(), Some("They are kept apart because the configuration says so."));
}

#[test]
fn what_cannot_be_explained_is_named() {
    let dir = sample();
    for (args, expected) in [
        (&["explain", "wire", "nobody", "in"][..], "samestory: no article has the id \"nobody\"\n"),
        (
            &["explain", "in/wire.jsonl", "in/page.html"],
            "samestory: in/wire.jsonl and in/page.html hold 4 articles: name two files of one page each, or two ids and the input that holds them\n",
        ),
    ] {
        let output = dir.run(args);
        assert_eq!((output.stderr.as_str(), output.stdout.as_str(), output.code), (expected, "", Some(1)));
    }
}
