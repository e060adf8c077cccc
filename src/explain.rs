//! Why two articles are together, or apart: everything that was looked at, in words.

use std::io;

use serde_json::{Value, json};

use crate::article::{Article, ArticleId};
use crate::cluster::Run;
use crate::error::{Error, Result};
use crate::extract::Span;
use crate::normalize;
use crate::report::plain::{Paragraph, Setting, Style};
use crate::story::{self, Part, Reasons, Reference};
use crate::verify::{MIN_INSERT, Overlap};

/// Most removed lines and repaired words shown for an article.
const SHOWN: usize = 40;

/// What one of the two articles brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Its id.
    pub key: String,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// When, and where that was found.
    pub published: Option<(String, &'static str)>,
    /// Its language.
    pub lang: Option<String>,
    /// Shingles of its own words.
    pub shingles: usize,
    /// Lines that are not its own words, with the reason.
    pub removed: Vec<(String, &'static str)>,
    /// Obfuscated words as written and as read.
    pub repaired: Vec<(String, String)>,
}

/// Why two articles are together, or apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The two articles.
    pub sides: [Side; 2],
    /// Whether they share a copy group.
    pub copies: bool,
    /// Whether they share a story.
    pub story: bool,
    /// `Some(true)` when the configuration pins them together, `Some(false)` when apart.
    pub pinned: Option<bool>,
    /// What their shingles share.
    pub overlap: Overlap,
    /// Least shared shingles that would make them copies by resemblance.
    pub needed: usize,
    /// The story score and its parts; `None` when they are in two languages and share nothing specific, or stories were not looked for.
    pub reasons: Option<Reasons>,
    /// Whether word frequencies came from the background table alone.
    pub background_only: bool,
    /// The verdict and what would have to change, one sentence each.
    pub sentences: Vec<String>,
}

impl Run<'_> {
    /// Explains two articles of the run.
    ///
    /// # Errors
    /// When a key is not in the run.
    pub fn explain(&self, a: &str, b: &str) -> Result<Explanation> {
        let find = |key: &str| {
            let at = self.articles.iter().position(|article| article.key == key);
            at.map(|at| ArticleId(at as u32)).ok_or_else(|| Error::Input(format!("no article has the id {key:?}")))
        };
        let (a, b) = (find(a)?, find(b)?);
        let (group_a, group_b) = (self.group_of[a.index()], self.group_of[b.index()]);
        let overlap = Overlap::of(&self.shingles(a), &self.shingles(b));
        let together = self.is_among(&self.config.together, a, b);
        let pinned = if together { Some(true) } else { self.is_among(&self.config.apart, a, b).then_some(false) };
        let scored = self.config.level == crate::config::Level::Stories;
        let mut found = Explanation {
            sides: [self.side(a), self.side(b)],
            copies: group_a == group_b,
            story: self.story_of[group_a as usize] == self.story_of[group_b as usize],
            pinned,
            overlap,
            needed: needed(&overlap, self.config.resemblance),
            reasons: scored.then(|| self.scores.reasons(&self.reports(), group_a, group_b)).flatten(),
            background_only: self.reference == Reference::Background,
            sentences: Vec::new(),
        };
        found.sentences = self.sentences(&found, scored);
        Ok(found)
    }

    fn side(&self, id: ArticleId) -> Side {
        let (article, own) = (&self.articles[id.index()], &self.own[id.index()]);
        let line = |span: Span| span.of(&article.text).trim().to_owned();
        Side {
            key: article.key.to_string(),
            title: article.title.as_deref().map(str::to_owned).or_else(|| own.headline.map(line)),
            outlet: article.outlet.as_deref().map(str::to_owned),
            published: article.published.as_ref().map(|published| (published.when.to_string(), published.source.name())),
            lang: crate::language::of(article).map(|lang| lang.to_string()),
            shingles: self.shingles(id).len(),
            removed: own.removals.iter().map(|removal| (line(removal.span), removal.reason.name())).collect(),
            repaired: repaired(article, own.headline.is_some()),
        }
    }

    /// The verdict, its reason, and what would change it.
    fn sentences(&self, found: &Explanation, scored: bool) -> Vec<String> {
        let mut out = Vec::new();
        let percent = |millionths: u64| format!("{:.1} %", millionths as f64 / 1e4);
        out.push(match (found.copies, found.story, found.pinned) {
            (true, ..) => "They are copies: they share text, and so they are one story.".to_owned(),
            (false, true, Some(true)) => "They are one story because the configuration pins them together.".to_owned(),
            (false, true, _) => "They are one story in different words.".to_owned(),
            (false, false, Some(true)) => {
                "They are kept apart although the configuration pins them together: other pins or the level ask for it.".to_owned()
            }
            (false, false, Some(false)) => "They are kept apart because the configuration says so.".to_owned(),
            (false, false, _) if scored => "They are two different stories.".to_owned(),
            (false, false, _) => "They are not copies of each other.".to_owned(),
        });
        let overlap = &found.overlap;
        out.push(format!(
            "Of their text, {} of {} and {} runs of {} words are shared: resemblance {}, containment {}.",
            overlap.shared,
            overlap.smaller,
            overlap.larger,
            self.config.shingle,
            percent(overlap.resemblance()),
            percent(overlap.containment())
        ));
        if !found.copies {
            out.push(self.copy_sentence(found));
        }
        match &found.reasons {
            Some(reasons) => out.extend(story_sentences(found, reasons)),
            None if scored => out.push("They are in two languages and share no name, place or number.".to_owned()),
            None => {}
        }
        out
    }

    fn copy_sentence(&self, found: &Explanation) -> String {
        let overlap = &found.overlap;
        if overlap.smaller == 0 {
            return "A page without words of its own is nobody's copy.".to_owned();
        }
        let by_containment = match self.config.containment {
            Some(least) if overlap.smaller >= MIN_INSERT => {
                format!(", or the longer one would have to hold {:.0} % of the shorter", least * 100.0)
            }
            Some(_) => format!("; the shorter one has fewer than {MIN_INSERT} runs, too few to be a copy for standing inside a longer one"),
            None => String::new(),
        };
        let late = "; published days apart, more of it, as statements of one office share their formulas";
        let needed = format!("To be copies they would have to share {} runs{by_containment}", found.needed);
        let reaches = overlap.shared >= found.needed;
        if reaches { format!("{needed}{late}.") } else { format!("{needed}.") }
    }
}

/// Shared shingles that reach a resemblance, the sizes being what they are: s / (a + b - s) ≥ t.
fn needed(overlap: &Overlap, resemblance: f64) -> usize {
    (((overlap.smaller + overlap.larger) as f64) * resemblance / (1.0 + resemblance)).ceil() as usize
}

fn story_sentences(found: &Explanation, reasons: &Reasons) -> Vec<String> {
    let mut out = Vec::new();
    let percent = |probability: u32| f64::from(probability) * 100.0 / f64::from(story::PROBABILITY_ONE);
    out.push(format!(
        "That they report one event is given {:.0} %{}; articles are merged from {:.0} % on, on average over the story.",
        percent(reasons.probability),
        story::tier(reasons.probability).map_or(String::new(), |tier| format!(" ({})", tier.name())),
        percent(story::MERGE)
    ));
    if found.background_only {
        out.push(
            "Two pages alone say nothing about which words are rare: that comes from the background table of the language only.".to_owned(),
        );
    }
    if !found.copies && !found.story {
        let words = |list: &[String]| list.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        for (side, only) in found.sides.iter().zip([&reasons.only_a, &reasons.only_b]) {
            if !only.is_empty() {
                out.push(format!("Only {} speaks of: {}.", side.key, words(only)));
            }
        }
        let dates = found.sides.iter().filter(|side| side.published.is_some()).count();
        if dates < 2 {
            out.push("When both were published is not known, so the day cannot speak for one story.".to_owned());
        }
        let mut room: Vec<&Part> = reasons.parts.iter().filter(|part| part.most > part.millilogits).collect();
        room.sort_by_key(|part| (part.millilogits - part.most, part.name));
        if reasons.missing > 0 {
            let listed =
                room.iter().take(3).map(|part| format!("{} (up to {:+.1})", part.name, (part.most - part.millilogits) as f64 / 1000.0));
            out.push(format!(
                "To be one story the score would have to rise by {:.1}; most room is in: {}.",
                reasons.missing as f64 / 1000.0,
                listed.collect::<Vec<_>>().join(", ")
            ));
        } else {
            out.push("Their own score would merge them, but not that of the articles around them on average.".to_owned());
        }
    } else if found.story && !found.copies && reasons.missing < 0 {
        out.push(format!("To be apart the score would have to fall by {:.1}.", -reasons.missing as f64 / 1000.0));
    } else if found.story && !found.copies && found.pinned.is_none() {
        out.push("Their own score would not merge them, but that of the articles around them does on average.".to_owned());
    }
    out
}

/// Repaired words of the text, and of the headline when it does not stand there.
fn repaired(article: &Article, headline_in_text: bool) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for part in article.title.iter().filter(|_| !headline_in_text).chain([&article.text]) {
        normalize::tokens(part, |token| {
            if token.repaired {
                out.push((part[token.span].to_owned(), token.text.to_owned()));
            }
        });
    }
    out
}

impl Explanation {
    /// Writes the explanation for a reader, in lines of `width` columns.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_text(&self, width: usize, color: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let setting = Setting { width, color };
        for sentence in &self.sentences {
            Paragraph::default().quote(Style::Plain, sentence).write("", &setting, out)?;
        }
        if let Some(reasons) = &self.reasons {
            writeln!(out)?;
            Paragraph::default().say(Style::Bold, "The story score").write("", &setting, out)?;
            for part in &reasons.parts {
                writeln!(
                    out,
                    "  {:>+7.2}  {}{}{}",
                    part.millilogits as f64 / 1000.0,
                    part.name,
                    if part.value.is_empty() { "" } else { ": " },
                    part.value
                )?;
            }
            let sum: i64 = reasons.parts.iter().map(|part| part.millilogits).sum();
            writeln!(
                out,
                "  {:>+7.2}  sum, a probability of {:.3}",
                sum as f64 / 1000.0,
                f64::from(reasons.probability) / f64::from(story::PROBABILITY_ONE)
            )?;
            let shared: Vec<String> = reasons.shared.iter().map(|(word, share)| format!("{word} {share:.3}")).collect();
            Paragraph::default().quote(Style::Plain, &shared.join(", ")).write("  shared words: ", &setting, out)?;
            for (side, only) in self.sides.iter().zip([&reasons.only_a, &reasons.only_b]) {
                if !only.is_empty() {
                    Paragraph::default()
                        .quote(Style::Plain, &format!("only {}: {}", side.key, only.join(", ")))
                        .write("  ", &setting, out)?;
                }
            }
        }
        for side in &self.sides {
            writeln!(out)?;
            side.write_text(&setting, out)?;
        }
        Ok(())
    }

    /// Writes the explanation as one JSON object.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let ratio = |millionths: u64| millionths as f64 / 1e6;
        let parts = |reasons: &Reasons| -> Vec<Value> {
            reasons
                .parts
                .iter()
                .map(|part| json!({"name": part.name, "value": part.value, "logit": part.millilogits as f64 / 1000.0}))
                .collect()
        };
        let reasons = self.reasons.as_ref().map(|reasons| {
            json!({
                "probability": (f64::from(reasons.probability) / f64::from(story::PROBABILITY_ONE) * 1e4).round() / 1e4,
                "candidates": reasons.candidates,
                "parts": parts(reasons),
                "missing": reasons.missing as f64 / 1000.0,
                "shared": reasons.shared.iter().map(|(word, share)| json!({"word": word, "share": (share * 1e4).round() / 1e4})).collect::<Vec<_>>(),
                "only_a": reasons.only_a,
                "only_b": reasons.only_b,
            })
        });
        let value = json!({
            "a": self.sides[0].json(),
            "b": self.sides[1].json(),
            "copies": self.copies,
            "story": self.story,
            "pinned": self.pinned,
            "overlap": {
                "shared": self.overlap.shared, "smaller": self.overlap.smaller, "larger": self.overlap.larger, "needed": self.needed,
                "resemblance": ratio(self.overlap.resemblance()), "containment": ratio(self.overlap.containment()),
            },
            "score": reasons,
            "background_only": self.background_only,
            "sentences": self.sentences,
        });
        writeln!(out, "{value}")
    }
}

impl Side {
    fn write_text(&self, setting: &Setting, out: &mut dyn io::Write) -> io::Result<()> {
        Paragraph::default().quote(Style::Bold, &self.key).write("", setting, out)?;
        if let Some(title) = &self.title {
            Paragraph::default().quote(Style::Plain, title).write("  headline: ", setting, out)?;
        }
        let outlet = self.outlet.as_deref().unwrap_or("unknown");
        let lang = self.lang.as_deref().unwrap_or("unknown");
        Paragraph::default()
            .quote(Style::Plain, &format!("outlet {outlet}, language {lang}, {} runs of words", self.shingles))
            .write("  ", setting, out)?;
        match &self.published {
            Some((when, source)) => writeln!(out, "  published: {when} ({source})")?,
            None => writeln!(out, "  published: unknown")?,
        }
        writeln!(out, "  repaired words: {}", self.repaired.len())?;
        for (written, read) in self.repaired.iter().take(SHOWN) {
            Paragraph::default().quote(Style::Plain, &format!("{written} → {read}")).write("    ", setting, out)?;
        }
        writeln!(out, "  removed lines: {}", self.removed.len())?;
        for (line, reason) in self.removed.iter().take(SHOWN) {
            Paragraph::default().say(Style::Dim, format!("[{reason}]")).quote(Style::Plain, line).write("    ", setting, out)?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "id": self.key, "title": self.title, "outlet": self.outlet, "lang": self.lang,
            "published": self.published.as_ref().map(|published| &published.0),
            "date_source": self.published.as_ref().map(|published| published.1),
            "shingles": self.shingles,
            "removed": self.removed.iter().map(|(line, reason)| json!({"line": line, "reason": reason})).collect::<Vec<_>>(),
            "repaired": self.repaired.iter().map(|(written, read)| json!({"written": written, "read": read})).collect::<Vec<_>>(),
        })
    }
}
