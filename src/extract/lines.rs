//! An article as lines of tokens.

use std::ops::Range;

use super::{MAX_REPEATED, Span, compared};
use crate::article::Article;
use crate::hash;
use crate::normalize::{self, DIGITS};

/// One line that holds tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) span: Span,
    /// Places among the article's tokens.
    pub(super) tokens: Range<usize>,
    /// Equal for lines that read alike.
    pub(super) hash: u64,
    /// The same but for what is in numbers: dates and counters do not hide a template. Of lines that an outlet may repeat only.
    pub(super) template: u64,
}

/// An article's lines, before anything is removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    pub(super) lines: Vec<Line>,
    pub(super) title: Option<u64>,
    pub(super) repaired: u32,
    pub(super) repaired_in_title: u32,
    /// Whether there is more of text or headline than these.
    pub(super) cut: bool,
}

impl Lines {
    /// Reads every line of the article once, as far as it is compared; `tokens` becomes the hashes of its tokens.
    #[must_use]
    pub fn read(article: &Article, tokens: &mut Vec<u64>) -> Lines {
        let mut found = Lines::default();
        tokens.clear();
        let (title, text) = (article.title.as_deref().map(compared), compared(&article.text));
        found.cut = text.len() < article.text.len() || title.map(str::len) < article.title.as_deref().map(str::len);
        if let Some(title) = title {
            found.repaired_in_title = normalize::hashes(title, |token, _| tokens.push(token));
            found.title = Some(hash::combine(tokens));
            tokens.clear();
        }
        let mut ends = memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).chain([text.len()]);
        let (mut start, mut end) = (0, ends.next().unwrap_or(0));
        let mut first = 0;
        let counted = article.outlet.is_some();
        let mut close = |span: Range<usize>, tokens: &[u64], places: Range<usize>| {
            if !places.is_empty() {
                let of_line = &tokens[places.clone()];
                let template = if counted && of_line.len() <= MAX_REPEATED { template(of_line) } else { 0 };
                let span = Span { start: span.start as u32, end: span.end as u32 };
                found.lines.push(Line { span, tokens: places, hash: hash::combine(of_line), template });
            }
        };
        found.repaired = normalize::hashes(text, |token, at| {
            while at > end {
                close(start..end, tokens, first..tokens.len());
                first = tokens.len();
                start = end + 1;
                end = ends.next().unwrap_or(text.len());
            }
            tokens.push(token);
        });
        close(start..end, tokens, first..tokens.len());
        found
    }

    /// Which lines an outlet may repeat, for [`LineCounts`](super::LineCounts).
    pub fn templates(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().filter(|line| line.tokens.len() <= MAX_REPEATED).map(|line| line.template)
    }
}

fn template(tokens: &[u64]) -> u64 {
    let in_template = |token: &u64| if token & DIGITS != 0 { DIGITS } else { *token };
    hash::mix(tokens.iter().fold(0, |sum, token| hash::COMBINE.wrapping_mul(sum).wrapping_add(in_template(token))))
}
