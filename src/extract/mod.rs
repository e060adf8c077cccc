//! What the article says, apart from what its page adds: every removal keeps its reason and its place.
//!
//! In this order: lines that the outlet repeats, lines repeated inside the article and its headline, anchored patterns of six
//! languages, the tail after a related or comment heading with an author's biography before it. Template phrases that remain are
//! weighed down by IDF, not deleted. A short line is not boilerplate: subheads survive.

mod counts;
mod lines;
mod patterns;

use smallvec::SmallVec;

use crate::article::Article;
use crate::hash;
use crate::normalize;

pub(crate) use counts::line_keys;
pub use counts::{LineCounts, LineRows};
pub use lines::Lines;

use lines::Line;

/// Most tokens of a text that are compared, and of a headline: what stands behind them is kept, not looked at. A book of a thousand pages has
/// fewer. So many are 16 MB of tokens and shingles for each thread; a text as long as a record may be would be thirty times that.
const MAX_TOKENS: usize = if cfg!(test) { 5000 } else { 1_000_000 };
/// Longest line that counts as repeated by an outlet, in tokens.
const MAX_REPEATED: usize = 60;
/// Largest share of an article that rule 1 may take, in percent: beyond, the outlet has repeated the article, not a template.
const MAX_TEMPLATE_PERCENT: usize = 50;
/// Lines from the top among which a headline stands.
const TOP_LINES: usize = 8;
/// Largest share of an article that a tail may be, in percent.
const MAX_TAIL_PERCENT: usize = 25;
/// Most headlines that one label announces.
const MAX_ANNOUNCED: usize = 6;
/// Longest byline, in tokens.
const MAX_BYLINE: usize = 10;
/// Longest line that is only a name, in tokens.
const MAX_NAME: usize = 4;
/// Lines that a biography may have.
const MAX_BIO_LINES: usize = 3;
/// Longest line of a biography, in tokens.
const MAX_BIO: usize = 60;

/// Why a line is not part of the article's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The outlet prints it on many pages.
    Outlet,
    /// It stands in the article more than once.
    Repeated,
    /// It is the headline, which is kept apart from the text.
    Headline,
    /// A link past the navigation.
    SkipLink,
    /// Another story's headline.
    Promo,
    /// A heading over other stories.
    Related,
    /// A comment form.
    Comment,
    /// A link to the top.
    Top,
    /// Share and follow buttons.
    Share,
    /// Menus and section names.
    Navigation,
    /// Who wrote it.
    Byline,
    /// A script's error.
    Error,
    /// About the author.
    Bio,
    /// After a related or comment heading.
    Tail,
    /// A pattern of the configuration.
    Configured,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::Outlet => "repeated by the outlet",
            Reason::Repeated => "repeated in the article",
            Reason::Headline => "headline",
            Reason::SkipLink => "skip link",
            Reason::Promo => "promo of another story",
            Reason::Related => "related heading",
            Reason::Comment => "comment form",
            Reason::Top => "link to the top",
            Reason::Share => "share line",
            Reason::Navigation => "navigation",
            Reason::Byline => "byline",
            Reason::Error => "error message",
            Reason::Bio => "about the author",
            Reason::Tail => "after the article's end",
            Reason::Configured => "configured pattern",
        }
    }
}

/// A piece of a text, in bytes; no text is longer than 32 bits can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: u32,
    /// The byte behind its last one.
    pub end: u32,
}

impl Span {
    /// What stands there.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A removed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// Where it stands in [`Article::text`].
    pub span: Span,
    /// Why.
    pub reason: Reason,
}

/// An article's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    /// What was kept of [`Article::text`]: whole lines, those that follow each other in one piece.
    pub kept: SmallVec<[Span; 2]>,
    /// The headline, when it stands in the text.
    pub headline: Option<Span>,
    /// What was removed, in the order of the text.
    pub removals: Box<[Removal]>,
    /// Obfuscated words repaired in headline and text.
    pub repaired: u32,
    /// Whether text or headline is longer than what is compared of it.
    pub cut: bool,
}

impl Own {
    /// The article's headline, then its own lines: what the story channel reads.
    #[must_use]
    pub fn parts<'a>(&self, article: &'a Article) -> Vec<&'a str> {
        let headline = article.title.as_deref().map(compared).or(self.headline.map(|span| span.of(&article.text)));
        headline.into_iter().chain(self.kept.iter().map(|span| span.of(&article.text))).collect()
    }

    /// The hashes of the tokens of its body, headline and boilerplate left out.
    pub fn tokens(&self, text: &str, tokens: &mut Vec<u64>) {
        tokens.clear();
        for span in &self.kept {
            normalize::hashes(span.of(text), |token, _| tokens.push(token));
        }
    }
}

/// Removes what the page added, from `tokens` as well. `own` holds normalized patterns of the configuration, see [`pattern`].
#[must_use]
pub fn clean(article: &Article, outlet: Option<&str>, lines: &Lines, counts: &LineCounts, own: &[String], tokens: &mut Vec<u64>) -> Own {
    let mut reasons: Vec<Option<Reason>> = vec![None; lines.lines.len()];
    by_outlet(outlet, lines, counts, &mut reasons);
    let headline = headline(lines, &mut reasons);
    by_pattern(article, lines, own, tokens, &mut reasons);
    tail(article, lines, &mut reasons);
    announced(article, lines, tokens, &mut reasons);
    let headline = headline.map(|at| lines.lines[at].span);
    let repaired = lines.repaired + if headline.is_none() { lines.repaired_in_title } else { 0 };
    let (mut kept, mut removals) = (SmallVec::<[Span; 2]>::new(), Vec::new());
    let (mut joins, mut length) = (false, 0);
    for (line, reason) in lines.lines.iter().zip(reasons) {
        if let Some(reason) = reason {
            removals.push(Removal { span: line.span, reason });
            joins = false;
            continue;
        }
        tokens.copy_within(line.tokens.clone(), length);
        length += line.tokens.len();
        match kept.last_mut() {
            Some(last) if joins => last.end = line.span.end,
            _ => kept.push(line.span),
        }
        joins = true;
    }
    tokens.truncate(length);
    Own { kept, headline, removals: removals.into(), repaired, cut: lines.cut }
}

/// The part of a text that is compared: up to [`MAX_TOKENS`] tokens.
fn compared(text: &str) -> &str {
    // No character becomes two tokens for each of its bytes.
    if text.len() <= MAX_TOKENS / 2 {
        return text;
    }
    let (mut count, mut end) = (0, text.len());
    normalize::hashes(text, |_, at| {
        count += 1;
        if count == MAX_TOKENS + 1 {
            end = at;
        }
    });
    &text[..end]
}

/// A configured pattern as [`clean`] takes it: normalized, a final `*` kept.
#[must_use]
pub fn pattern(text: &str) -> String {
    let line = normalize::line(text);
    if text.trim_end().ends_with('*') { format!("{line}*") } else { line }
}

fn by_outlet(outlet: Option<&str>, lines: &Lines, counts: &LineCounts, reasons: &mut [Option<Reason>]) {
    let Some(outlet) = outlet.map(|outlet| hash::bytes(outlet.as_bytes())) else { return };
    let is_template = |line: &Line| line.tokens.len() <= MAX_REPEATED && counts.is_template(outlet, line.template);
    let template: Vec<bool> = lines.lines.iter().map(is_template).collect();
    let tokens: usize = lines.lines.iter().zip(&template).filter(|(_, template)| **template).map(|(line, _)| line.tokens.len()).sum();
    if tokens * 100 > length(lines) * MAX_TEMPLATE_PERCENT {
        return;
    }
    for (reason, _) in reasons.iter_mut().zip(template).filter(|(_, template)| *template) {
        *reason = Some(Reason::Outlet);
    }
}

/// Tokens of all lines.
fn length(lines: &Lines) -> usize {
    lines.lines.last().map_or(0, |line| line.tokens.end)
}

/// Repeated lines are kept once; the headline, repeated or given, is kept apart. Returns the headline's line.
fn headline(lines: &Lines, reasons: &mut [Option<Reason>]) -> Option<usize> {
    let mut headline = lines.title.and_then(|title| lines.lines.iter().take(TOP_LINES).position(|line| line.hash == title));
    let mut order: Vec<(u64, usize)> = lines.lines.iter().enumerate().map(|(at, line)| (line.hash, at)).collect();
    order.sort_unstable();
    let mut repeats: Vec<(usize, usize)> =
        order.chunk_by(|a, b| a.0 == b.0).flat_map(|equal| equal[1..].iter().map(|(_, at)| (*at, equal[0].1))).collect();
    repeats.sort_unstable();
    for (at, first) in repeats {
        let short = lines.lines[at].tokens.len() <= patterns::MAX_TOKENS;
        if lines.title.is_none() && headline.is_none() && at < TOP_LINES && short {
            headline = Some(first);
        } else {
            reasons[at] = reasons[at].or(Some(Reason::Repeated));
        }
    }
    let hash = lines.title.or(headline.map(|at| lines.lines[at].hash))?;
    for (_, reason) in lines.lines.iter().zip(reasons).filter(|(line, _)| line.hash == hash) {
        *reason = Some(Reason::Headline);
    }
    headline
}

fn by_pattern(article: &Article, lines: &Lines, own: &[String], tokens: &[u64], reasons: &mut [Option<Reason>]) {
    let count = lines.lines.len();
    for (at, line) in lines.lines.iter().enumerate() {
        let raw = line.span.of(&article.text);
        if reasons[at].is_none() && !own.is_empty() && patterns::is_own(&normalize::line(raw), own) {
            reasons[at] = Some(Reason::Configured);
        }
        if reasons[at].is_some() || line.tokens.len() > patterns::MAX_TOKENS {
            continue;
        }
        let error = raw.trim_start().strip_prefix("error:").filter(|rest| !rest.trim().is_empty());
        if error.is_none() && !patterns::may_match(&tokens[line.tokens.clone()]) {
            continue;
        }
        // A script's `error:` is often glued to the line after it.
        let raw = error.unwrap_or(raw);
        let text = normalize::line(raw);
        let near_edge = at < TOP_LINES || at + TOP_LINES >= count;
        reasons[at] =
            patterns::reason(&text, raw).filter(|reason| *reason != Reason::Byline || (near_edge && line.tokens.len() <= MAX_BYLINE));
        if reasons[at].is_none() && near_edge && line.tokens.len() <= MAX_BYLINE && patterns::ends_byline(&text) {
            reasons[at] = Some(Reason::Byline);
        }
    }
}

/// Cuts after the first related or comment heading when little follows, and an author's biography before it.
fn tail(article: &Article, lines: &Lines, reasons: &mut [Option<Reason>]) {
    let anchor = |reason: &Option<Reason>| matches!(reason, Some(Reason::Related | Reason::Comment));
    let Some(first) = (0..reasons.len()).find(|at| anchor(&reasons[*at]) && after(lines, *at) * 100 <= length(lines) * MAX_TAIL_PERCENT)
    else {
        return;
    };
    for reason in &mut reasons[first..] {
        *reason = reason.or(Some(Reason::Tail));
    }
    let kept: Vec<usize> = (0..first).rev().filter(|at| reasons[*at].is_none()).take(MAX_BIO_LINES + 1).collect();
    let text = |at: usize| normalize::line(lines.lines[at].span.of(&article.text));
    for (back, name) in kept.iter().enumerate().skip(1) {
        let bio = &kept[..back];
        let short = bio.iter().all(|at| lines.lines[*at].tokens.len() <= MAX_BIO);
        let raw = |at: usize| lines.lines[at].span.of(&article.text);
        if lines.lines[*name].tokens.len() <= MAX_NAME
            && short
            && is_name(raw(*name), raw(kept[back - 1]))
            && patterns::is_bio(&text(kept[back - 1]))
        {
            for at in bio.iter().chain([name]) {
                reasons[*at] = Some(Reason::Bio);
            }
            return;
        }
    }
}

/// After a promo or related label alone on its line, the headlines that it announces.
fn announced(article: &Article, lines: &Lines, tokens: &[u64], reasons: &mut [Option<Reason>]) {
    for at in 0..reasons.len() {
        let raw = |line: &Line| line.span.of(&article.text);
        let label = lines.lines[at].tokens.len() <= MAX_NAME && matches!(reasons[at], None | Some(Reason::Promo | Reason::Related));
        if !label
            || !patterns::may_match(&tokens[lines.lines[at].tokens.clone()])
            || !patterns::is_label_alone(&normalize::line(raw(&lines.lines[at])))
        {
            continue;
        }
        reasons[at] = reasons[at].or(Some(Reason::Promo));
        let next = lines.lines[at + 1..].iter().take(MAX_ANNOUNCED);
        let headlines = next.take_while(|line| is_headline(raw(line), line.tokens.len())).count();
        for reason in &mut reasons[at + 1..at + 1 + headlines] {
            *reason = reason.or(Some(Reason::Promo));
        }
    }
}

/// Whether a line can be another story's headline: short, and not closed like a sentence.
fn is_headline(line: &str, tokens: usize) -> bool {
    tokens <= patterns::MAX_TOKENS && !line.trim_end().ends_with(['.', '۔', '。', '।'])
}

/// Whether a short line can be a person's name: two words or more, no sentence, capitals where the script has them. A name in
/// another alphabet than the line after it needs none.
fn is_name(line: &str, next: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let capital = |word: &&str| !word.chars().next().is_some_and(char::is_lowercase);
    let ends = line.trim_end().ends_with(['.', ':', '؟', '?', '!', '،', ',']);
    words.len() >= 2 && !ends && (line.is_ascii() != next.is_ascii() || words.iter().filter(|word| !capital(word)).count() == 0)
}

/// Tokens after a line.
fn after(lines: &Lines, at: usize) -> usize {
    length(lines) - lines.lines[at].tokens.end
}

#[cfg(test)]
mod tests;
