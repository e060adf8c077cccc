//! What an editor reads, to the letter.

use super::*;
use crate::report::sample;

fn written(width: usize, color: bool) -> String {
    let (articles, clustering) = sample::result();
    sample::text(|out| write(&articles, &clustering, &Options { width, color, ..Options::default() }, out))
}

#[test]
fn an_editor_reads_stories_then_the_articles_alone() {
    let expected = "\
5 articles: 1 story of several articles, 1 alone; 1 copy (● stands for its group, ○ is a copy)
articles 5 · stories 2 · long lines cut 3

Earthquake shakes the coast
  4 articles · certain 91% · ar, en · 2024-12-03 – 2024-12-04 01:00+03:00
  outlets: Daily, the \"best\", Reuters, \u{2068}الجزيرة\u{2069}
  first: Daily, the \"best\" or Reuters, 2024-12-03
  ● stands for 2   2024-12-03 16:44Z Reuters: Earthquake shakes the coast · wire
  ○ copy 98%       2024-12-03 Daily, the \"best\": Earthquake shakes [31mcoast · site
  ● own words 87%  2024-12-04 01:00+03:00 \u{2068}الجزيرة\u{2069}: \u{2068}زلزال يضرب الساحل\u{2069} · \u{2068}خبر-1\u{2069}
  ● rewrite 40%    The ground moved. · blog
  near, kept apart (41%): Elections, at last · alone

Alone (1)
  Elections, at last · alone
    pinned apart: Earthquake shakes the coast · wire
";
    assert_eq!(written(120, false), expected);
}

#[test]
fn a_narrow_terminal_breaks_between_words() {
    let text = written(40, false);
    let group = "\
  ● stands for 2   2024-12-03 16:44Z
    Reuters: Earthquake shakes the coast
    · wire
";
    assert!(text.contains(group), "{text}");
    for line in text.lines().filter(|line| !line.contains("\u{2068}")) {
        assert!(line.chars().count() <= 40, "{line}");
    }
}

#[test]
fn color_changes_nothing_but_color() {
    let plain = written(120, false);
    let mut colored = written(120, true);
    assert!(colored.contains("\u{1b}[1mEarthquake shakes the coast\u{1b}[0m\n"));
    assert!(colored.contains("\u{1b}[32mcertain 91%\u{1b}[0m"));
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[32m", "\u{1b}[33m"] {
        colored = colored.replace(code, "");
    }
    assert_eq!(colored, plain);
}

#[test]
fn who_was_first_is_said_only_when_dates_tell() {
    let first = |dates: [Option<&str>; 4]| {
        let (mut articles, clustering) = sample::result();
        for (article, date) in articles.iter_mut().zip(dates) {
            let when = date.and_then(When::parse_iso);
            article.published = when.map(|when| crate::article::Published { when, source: crate::article::DateSource::Field });
        }
        let text = sample::text(|out| write(&articles, &clustering, &Options { width: 200, ..Options::default() }, out));
        text.lines().find_map(|line| line.strip_prefix("  first: ")).map(str::to_owned)
    };
    let day = Some("2024-12-03");
    assert_eq!(first([None; 4]), None);
    assert_eq!(first([day, None, None, Some("2024-12-04")]).as_deref(), Some("Reuters, 2024-12-03"));
    assert_eq!(
        first([Some("2024-12-03T10:00:00Z"), Some("2024-12-03T10:00:01Z"), None, None]).as_deref(),
        Some("Reuters, 2024-12-03 10:00Z")
    );
    assert_eq!(
        first([day, day, day, day]).as_deref(),
        Some("Daily, the \"best\" or Reuters or \u{2068}الجزيرة\u{2069} or 1 more, 2024-12-03")
    );
}

#[test]
fn a_missing_headline_is_the_start_of_the_text_or_the_id() {
    let (mut articles, clustering) = sample::result();
    articles[4].title = Some("\u{1b}\n".into());
    let last = |articles: &[Article]| {
        let text = sample::text(|out| write(articles, &clustering, &Options { width: 200, ..Options::default() }, out));
        text.lines().rev().nth(1).map(str::to_owned)
    };
    assert_eq!(last(&articles).as_deref(), Some("  alone"));
    articles[4].text = "word ".repeat(40).into();
    assert_eq!(last(&articles), Some(format!("  {}… · alone", "word ".repeat(16).trim_end())));
}

proptest::proptest! {
    #[test]
    fn no_source_text_reaches_the_terminal_raw(title in ".{0,30}", evil in "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}ש a]{0,30}", width in 0_usize..90) {
        let (mut articles, clustering) = sample::result();
        let lines = written(usize::MAX, false).lines().count();
        for article in &mut articles {
            article.title = Some(format!("t{title}{evil}").into());
            article.outlet = Some(evil.as_str().into());
            article.key = format!("k{evil}{title}").into();
        }
        let report = |width| sample::text(|out| write(&articles, &clustering, &Options { width, ..Options::default() }, out));
        let text = report(width);
        let raw = text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
        proptest::prop_assert!(!raw, "{text:?}");
        for line in text.lines() {
            proptest::prop_assert_eq!(line.matches('\u{2068}').count(), line.matches('\u{2069}').count());
            let foreign = line.contains(['\u{2066}', '\u{2067}']);
            proptest::prop_assert!(!foreign, "{line:?}");
        }
        // A headline cannot make a line of its own; an outlet without a letter has no line.
        proptest::prop_assert!(report(usize::MAX).lines().count() <= lines);
    }
}

#[test]
fn no_articles_are_said_in_one_line() {
    let text = sample::text(|out| write(&[], &Clustering::default(), &Options::default(), out));
    assert_eq!(text, "0 articles: 0 stories of several articles, 0 alone\n");
}

#[test]
fn percent_keeps_a_hundred_for_all() {
    for (share, printed) in [(1.0, "100%"), (0.999, "99%"), (0.984, "98%"), (0.0, "0%")] {
        assert_eq!(percent(share), printed);
    }
}
