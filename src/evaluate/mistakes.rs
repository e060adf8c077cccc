//! The worst mistakes as pairs to read.

use std::io;

use serde::Serialize;
use unicode_width::UnicodeWidthChar;

use crate::evaluate::judged::{Judged, Member};
use crate::evaluate::picks::{Met, Pick, Picker};
use crate::report::plain::{Paragraph, Setting, Style, clean};
use crate::story::PROBABILITY_ONE;

/// Most shared words shown of a pair.
const WORDS: usize = 8;
/// Most columns of a headline, an outlet or a label in the text.
const COLUMNS: usize = 100;
/// An article is one line, however wide the terminal.
const ONE_LINE: Setting = Setting { width: usize::MAX, color: false };

/// The worst mistakes of a run, at most so many of each kind as were asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Mistakes {
    /// Pairs of different labels in one story: copies first, then the highest probability, then those that were never compared.
    pub false_merges: Vec<Mistake>,
    /// Pairs of one label in different stories that were compared, the lowest probability first.
    pub misses: Vec<Mistake>,
    /// Pairs of one label in different stories that were never compared: the first of each label, then the second.
    pub not_compared: Vec<Mistake>,
}

/// Two articles that are together and should not be, or the other way round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// One article: of the copy group with the smaller key.
    pub a: Brief,
    /// The other.
    pub b: Brief,
    /// Whether they are in one copy group.
    pub copies: bool,
    /// Whether their copy groups were compared.
    pub compared: bool,
    /// The probability they were given, or would have been given had they been compared; `None` for copies, and when they cannot be.
    pub probability: Option<f64>,
    /// Words of both, the weightiest first; `None` for copies, and when they cannot be compared.
    pub shared: Option<Vec<String>>,
}

/// An article in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// Its id.
    pub id: String,
    /// Its label.
    pub gold: String,
    /// Who published it.
    pub outlet: Option<String>,
    /// When.
    pub published: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Its headline, or how it begins, on one line and cut.
    pub headline: String,
}

impl Mistakes {
    pub(super) fn new(judged: &Judged<'_>, most: usize) -> Mistakes {
        let (_, scores) = judged.run.scores();
        let picker = Picker { groups: &judged.groups, compared: &scores.pairs };
        let reports = judged.run.reports();
        let written = |Pick { groups, members, met }| {
            let reasons = if met == Met::Copies { None } else { scores.reasons(&reports, groups.0, groups.1) };
            let probability = match met {
                Met::Compared(probability) => Some(probability),
                Met::Copies | Met::Never => reasons.as_ref().map(|reasons| reasons.probability),
            };
            Mistake {
                a: judged.brief(members.0),
                b: judged.brief(members.1),
                copies: met == Met::Copies,
                compared: matches!(met, Met::Compared(_)),
                probability: probability.map(|probability| f64::from(probability) / f64::from(PROBABILITY_ONE)),
                shared: reasons.map(|reasons| reasons.shared.into_iter().take(WORDS).map(|(word, _)| word).collect()),
            }
        };
        let all = |picks: Vec<Pick>| picks.into_iter().map(written).collect();
        Mistakes {
            false_merges: all(picker.false_merges(most)),
            misses: all(picker.misses(most)),
            not_compared: all(picker.not_compared(most)),
        }
    }

    /// Writes the lists, three lines a pair.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for (title, list) in [
            ("false merges, the surest first", &self.false_merges),
            ("misses that were compared, the least likely first", &self.misses),
            ("misses that were never compared", &self.not_compared),
        ] {
            writeln!(out, "{title}:{}", if list.is_empty() { " none" } else { "" })?;
            for mistake in list {
                mistake.write_text(out)?;
            }
        }
        Ok(())
    }
}

impl Mistake {
    fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let met = match (self.copies, self.compared, self.probability) {
            (true, ..) => "copies".to_owned(),
            (_, true, Some(probability)) => format!("{probability:.3}"),
            (_, _, Some(probability)) => format!("not compared, would be {probability:.3}"),
            (_, _, None) => "not compared".to_owned(),
        };
        let shared = self.shared.as_ref().map_or_else(String::new, |words| words.join(", "));
        let line = Paragraph::default().say(Style::Plain, met);
        let line = if shared.is_empty() { line } else { line.glue(Style::Plain, "; both say:").quote(Style::Plain, &shared) };
        line.write("  ", &ONE_LINE, out)?;
        self.a.write_text(out)?;
        self.b.write_text(out)
    }
}

impl Brief {
    /// Id, label, outlet, date, language, headline; what is unknown is left out.
    fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut line = Paragraph::default().quote(Style::Plain, &self.id);
        let facts = [Some(&self.gold), self.outlet.as_ref(), self.published.as_ref(), self.lang.as_ref(), Some(&self.headline)];
        for fact in facts.into_iter().flatten() {
            line = line.say(Style::Plain, "·").quote(Style::Plain, &cut(fact));
        }
        line.write("    ", &ONE_LINE, out)
    }
}

impl Judged<'_> {
    fn brief(&self, member: Member) -> Brief {
        let at = member.article.index();
        let (article, own) = (&self.run.articles[at], &self.run.own[at]);
        let lines = article.title.as_deref().into_iter().chain(own.headline.map(|span| span.of(&article.text))).chain(article.text.lines());
        Brief {
            id: article.key.to_string(),
            gold: self.names[member.label as usize].to_owned(),
            outlet: article.outlet.as_deref().map(str::to_owned),
            published: article.published.as_ref().map(|published| published.when.to_string()),
            lang: member.lang.map(|lang| self.langs[lang as usize].to_owned()),
            headline: lines.map(cut).find(|line| !line.is_empty()).unwrap_or_default(),
        }
    }
}

/// Source text on one line of at most [`COLUMNS`] columns, without control characters.
fn cut(text: &str) -> String {
    let text = clean(text);
    let mut column = 0;
    let end = text.find(|c: char| {
        column += c.width().unwrap_or(0);
        column > COLUMNS
    });
    match end {
        Some(end) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_one_harmless_line() {
        assert_eq!(cut(" a\u{1b}[2J\n b "), "a[2J b");
        assert_eq!(cut(&"x".repeat(COLUMNS)), "x".repeat(COLUMNS));
        assert_eq!(cut(&"x".repeat(COLUMNS + 1)), format!("{}…", "x".repeat(COLUMNS)));
        assert_eq!(cut(&"語".repeat(COLUMNS)), format!("{}…", "語".repeat(COLUMNS / 2)));
    }

    #[test]
    fn pairs_read_as_three_lines() {
        let brief = |id: &str, outlet: Option<&str>, headline: &str| Brief {
            id: id.into(),
            gold: "x".into(),
            outlet: outlet.map(str::to_owned),
            published: Some("2024-12-03".into()),
            lang: Some("ar".into()),
            headline: headline.into(),
        };
        let mistake = Mistake {
            a: brief("a\u{7}", Some("North\nWire"), "Bridge opens"),
            b: brief("b", None, "افتتح الجسر"),
            copies: false,
            compared: true,
            probability: Some(0.98765),
            shared: Some(vec!["bridge".into(), "جسر".into()]),
        };
        let never = |probability| Mistake { compared: false, probability, shared: None, ..mistake.clone() };
        let mistakes = Mistakes {
            false_merges: vec![mistake.clone(), Mistake { copies: true, ..never(None) }],
            misses: vec![],
            not_compared: vec![never(None), never(Some(0.25))],
        };
        let mut out = Vec::new();
        mistakes.write_text(&mut out).expect("writing to memory");
        let sides = "    a · x · North Wire · 2024-12-03 · ar · Bridge opens\n    b · x · 2024-12-03 · ar · \u{2068}افتتح الجسر\u{2069}\n";
        let expected = format!(
            "false merges, the surest first:\n  0.988; both say: \u{2068}bridge, جسر\u{2069}\n{sides}  copies\n{sides}\
             misses that were compared, the least likely first: none\n\
             misses that were never compared:\n  not compared\n{sides}  not compared, would be 0.250\n{sides}"
        );
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
