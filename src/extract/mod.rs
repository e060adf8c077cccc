//! What the article says, apart from what its page adds: every removal keeps its reason and its place.
//!
//! In this order: lines that the outlet repeats, lines repeated inside the article and its headline, anchored patterns of six
//! languages, the tail after a related or comment heading with an author's biography before it. Template phrases that remain are
//! weighed down by IDF, not deleted. A short line is not boilerplate: subheads survive.

mod patterns;

use std::ops::Range;

use ahash::AHashMap;

use crate::article::Article;
use crate::hash;
use crate::normalize;

/// Longest line that counts as repeated by an outlet, in tokens.
const MAX_REPEATED: usize = 60;
/// Fewest articles of an outlet that must hold a line, whatever its size.
const MIN_REPEATS: u32 = 3;
/// … or this share of them, in percent.
const REPEATS_PERCENT: u32 = 3;
/// Fewest undated articles that must hold it, as "on two days" cannot be checked.
const MIN_UNDATED: u32 = 5;
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

/// A removed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Bytes of [`Article::text`].
    pub span: Range<usize>,
    /// Why.
    pub reason: Reason,
}

/// One line that holds tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    span: Range<usize>,
    /// Places in [`Lines::tokens`].
    tokens: Range<usize>,
    /// Equal for lines that read alike.
    hash: u64,
    /// The same with digits as 0: dates and counters do not hide a template.
    template: u64,
    repaired: u32,
}

/// An article's lines as tokens, before anything is removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    lines: Vec<Line>,
    tokens: Vec<u64>,
    title: Option<u64>,
    repaired_in_title: u32,
}

impl Lines {
    /// Reads every line of the article once.
    #[must_use]
    pub fn read(article: &Article) -> Lines {
        let mut found = Lines::default();
        if let Some(title) = &article.title {
            let mut hashes = Vec::new();
            normalize::tokens(title, |token| {
                found.repaired_in_title += u32::from(token.repaired);
                hashes.push(token.hash());
            });
            found.title = Some(hash::combine(&hashes));
        }
        for raw in article.text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            let at = raw.as_ptr() as usize - article.text.as_ptr() as usize;
            let first = found.tokens.len();
            let (mut repaired, mut template) = (0, 0u64);
            normalize::tokens(raw, |token| {
                repaired += u32::from(token.repaired);
                let hash = token.hash();
                let digits = token.text.bytes().any(|byte| byte.is_ascii_digit());
                let masked = if digits { mask(token.text) } else { hash };
                template = hash::mix(template ^ masked);
                found.tokens.push(hash);
            });
            let tokens = first..found.tokens.len();
            if !tokens.is_empty() {
                let hash = hash::combine(&found.tokens[tokens.clone()]);
                found.lines.push(Line { span: at..at + raw.len(), tokens, hash, template, repaired });
            }
        }
        found
    }
}

fn mask(token: &str) -> u64 {
    let masked: Vec<u8> = token.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect();
    hash::bytes(&masked)
}

/// How often each outlet prints each line: rule 1. Addition in any order gives equal counts.
#[derive(Debug, Clone, Default)]
pub struct LineCounts {
    outlets: AHashMap<u64, u32>,
    lines: AHashMap<u64, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    dated: u32,
    undated: u32,
    first_day: i64,
    last_day: i64,
}

impl LineCounts {
    /// Counts each line of an article once. `outlet` is its canonical name; without one nothing is counted.
    pub fn add(&mut self, outlet: Option<&str>, day: Option<i64>, lines: &Lines) {
        let Some(outlet) = outlet.map(|outlet| hash::bytes(outlet.as_bytes())) else { return };
        *self.outlets.entry(outlet).or_default() += 1;
        let mut keys: Vec<u64> =
            lines.lines.iter().filter(|line| line.tokens.len() <= MAX_REPEATED).map(|line| key(outlet, line)).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let count = self.lines.entry(key).or_insert(Count { dated: 0, undated: 0, first_day: i64::MAX, last_day: i64::MIN });
            match day {
                Some(day) => {
                    count.dated += 1;
                    count.first_day = count.first_day.min(day);
                    count.last_day = count.last_day.max(day);
                }
                None => count.undated += 1,
            }
        }
    }

    fn is_template(&self, outlet: u64, line: &Line) -> bool {
        let Some(count) = self.lines.get(&key(outlet, line)).filter(|_| line.tokens.len() <= MAX_REPEATED) else { return false };
        let articles = self.outlets.get(&outlet).copied().unwrap_or(0);
        let least = MIN_REPEATS.max((articles * REPEATS_PERCENT).div_ceil(100));
        count.dated + count.undated >= least && (count.first_day < count.last_day || count.undated >= MIN_UNDATED)
    }
}

fn key(outlet: u64, line: &Line) -> u64 {
    hash::combine(&[outlet, line.template])
}

/// An article's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    /// Token hashes of the body, headline and boilerplate left out.
    pub tokens: Vec<u64>,
    /// The kept lines, as bytes of [`Article::text`].
    pub lines: Vec<Range<usize>>,
    /// The headline, when it stands in the text: bytes of [`Article::text`].
    pub headline: Option<Range<usize>>,
    /// What was removed, in the order of the text.
    pub removals: Vec<Removal>,
    /// Obfuscated words repaired in headline and text.
    pub repaired: u32,
}

/// Removes what the page added. `own` holds normalized patterns of the configuration, see [`pattern`].
#[must_use]
pub fn clean(article: &Article, outlet: Option<&str>, lines: &Lines, counts: &LineCounts, own: &[String]) -> Own {
    let mut reasons: Vec<Option<Reason>> = vec![None; lines.lines.len()];
    by_outlet(outlet, lines, counts, &mut reasons);
    let headline = headline(lines, &mut reasons);
    by_pattern(article, lines, own, &mut reasons);
    tail(article, lines, &mut reasons);
    announced(article, lines, &mut reasons);
    let mut found = Own { repaired: lines.lines.iter().map(|line| line.repaired).sum(), ..Own::default() };
    found.headline = headline.map(|at| lines.lines[at].span.clone());
    if found.headline.is_none() {
        found.repaired += lines.repaired_in_title;
    }
    for (line, reason) in lines.lines.iter().zip(reasons) {
        match reason {
            Some(reason) => found.removals.push(Removal { span: line.span.clone(), reason }),
            None => {
                found.tokens.extend_from_slice(&lines.tokens[line.tokens.clone()]);
                found.lines.push(line.span.clone());
            }
        }
    }
    found
}

/// A configured pattern as [`clean`] takes it: normalized, a final `*` kept.
#[must_use]
pub fn pattern(text: &str) -> String {
    let line = normalize::line(text);
    if text.trim_end().ends_with('*') { format!("{line}*") } else { line }
}

fn by_outlet(outlet: Option<&str>, lines: &Lines, counts: &LineCounts, reasons: &mut [Option<Reason>]) {
    let Some(outlet) = outlet.map(|outlet| hash::bytes(outlet.as_bytes())) else { return };
    let template: Vec<bool> = lines.lines.iter().map(|line| counts.is_template(outlet, line)).collect();
    let tokens: usize = lines.lines.iter().zip(&template).filter(|(_, template)| **template).map(|(line, _)| line.tokens.len()).sum();
    if tokens * 100 > lines.tokens.len() * MAX_TEMPLATE_PERCENT {
        return;
    }
    for (reason, _) in reasons.iter_mut().zip(template).filter(|(_, template)| *template) {
        *reason = Some(Reason::Outlet);
    }
}

/// Repeated lines are kept once; the headline, repeated or given, is kept apart. Returns the headline's line.
fn headline(lines: &Lines, reasons: &mut [Option<Reason>]) -> Option<usize> {
    let mut seen: AHashMap<u64, usize> = AHashMap::new();
    let mut headline = lines.title.and_then(|title| lines.lines.iter().take(TOP_LINES).position(|line| line.hash == title));
    for (at, line) in lines.lines.iter().enumerate() {
        match seen.get(&line.hash) {
            Some(first) if lines.title.is_none() && headline.is_none() && at < TOP_LINES && line.tokens.len() <= patterns::MAX_TOKENS => {
                headline = Some(*first)
            }
            Some(_) => reasons[at] = reasons[at].or(Some(Reason::Repeated)),
            None => {
                seen.insert(line.hash, at);
            }
        }
    }
    let hash = lines.title.or(headline.map(|at| lines.lines[at].hash))?;
    for (_, reason) in lines.lines.iter().zip(reasons).filter(|(line, _)| line.hash == hash) {
        *reason = Some(Reason::Headline);
    }
    headline
}

fn by_pattern(article: &Article, lines: &Lines, own: &[String], reasons: &mut [Option<Reason>]) {
    let count = lines.lines.len();
    for (at, line) in lines.lines.iter().enumerate() {
        let raw = &article.text[line.span.clone()];
        if reasons[at].is_none() && !own.is_empty() && patterns::is_own(&normalize::line(raw), own) {
            reasons[at] = Some(Reason::Configured);
        }
        if reasons[at].is_some() || line.tokens.len() > patterns::MAX_TOKENS {
            continue;
        }
        // A script's `error:` is often glued to the line after it.
        let raw = raw.trim_start().strip_prefix("error:").filter(|rest| !rest.trim().is_empty()).unwrap_or(raw);
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
    let Some(first) =
        (0..reasons.len()).find(|at| anchor(&reasons[*at]) && after(lines, *at) * 100 <= lines.tokens.len() * MAX_TAIL_PERCENT)
    else {
        return;
    };
    for reason in &mut reasons[first..] {
        *reason = reason.or(Some(Reason::Tail));
    }
    let kept: Vec<usize> = (0..first).rev().filter(|at| reasons[*at].is_none()).take(MAX_BIO_LINES + 1).collect();
    let text = |at: usize| normalize::line(&article.text[lines.lines[at].span.clone()]);
    for (back, name) in kept.iter().enumerate().skip(1) {
        let bio = &kept[..back];
        let short = bio.iter().all(|at| lines.lines[*at].tokens.len() <= MAX_BIO);
        let raw = |at: usize| &article.text[lines.lines[at].span.clone()];
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
fn announced(article: &Article, lines: &Lines, reasons: &mut [Option<Reason>]) {
    for at in 0..reasons.len() {
        let raw = |line: &Line| &article.text[line.span.clone()];
        let label = lines.lines[at].tokens.len() <= MAX_NAME && matches!(reasons[at], None | Some(Reason::Promo | Reason::Related));
        if !label || !patterns::is_label_alone(&normalize::line(raw(&lines.lines[at]))) {
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
    lines.tokens.len() - lines.lines[at].tokens.end
}

#[cfg(test)]
mod tests;
