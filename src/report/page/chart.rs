//! The geometry of the two drawings of a story: when its reports came, and how alike they are. The template draws them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::article::{Article, ArticleId};
use crate::date::When;
use crate::link::{LinkKind, Story};
use crate::report::ties::Relation;
use crate::report::words::percent;

/// Units of the timeline from the first report to the last.
const WIDTH: i64 = 300;
/// Units that a mark takes, and the height of a row of marks.
const MARK: i64 = 10;
/// Rows of marks; where more come at once they overlap.
const ROWS: usize = 8;
/// Units of a cell of the matrix.
const CELL: usize = 18;
/// Most reports of a matrix: beyond, cells are too small for a finger.
const MOST: usize = 16;
/// Fewest reports that are drawn.
const LEAST: usize = 3;

const SECONDS_PER_DAY: i64 = 86_400;

/// When the reports of a story came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Timeline {
    width: i64,
    height: i64,
    marks: Vec<Mark>,
    /// Reports without a date.
    undated: usize,
}

/// A report on the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Mark {
    /// Its number in the story.
    number: usize,
    /// `lead` stands for its copy group, `copy` does not.
    kind: &'static str,
    x: i64,
    y: i64,
    /// A report of which only the day is known may stand anywhere along this.
    width: i64,
}

impl Timeline {
    /// The timeline of a story; none for two reports, whose dates stand beside them, and where there is only one date.
    pub(super) fn of(articles: &[Article], story: &Story, leads: impl Fn(ArticleId) -> bool) -> Option<Timeline> {
        if story.articles.len() < LEAST {
            return None;
        }
        let seconds = |when: &When| (when.order(), if matches!(when, When::Day(_)) { SECONDS_PER_DAY } else { 0 });
        let dated: Vec<(usize, ArticleId, (i64, i64))> = (1..)
            .zip(&story.articles)
            .filter_map(|(number, id)| Some((number, *id, seconds(&articles[id.index()].published.as_ref()?.when))))
            .collect();
        let first = dated.iter().map(|row| row.2.0).min()?;
        let span = dated.iter().map(|row| row.2.0 + row.2.1 - first).max().filter(|span| *span > 0)?;
        let place = |seconds: i64| (i128::from(seconds) * i128::from(WIDTH) / i128::from(span)) as i64;
        let mut ends = [i64::MIN; ROWS];
        let mut marks = Vec::new();
        for (number, id, (at, length)) in &dated {
            let (x, width) = (place(at - first), place(*length));
            let row = ends.iter().position(|end| *end <= x).unwrap_or(ROWS - 1);
            ends[row] = x + width.max(MARK) + 2;
            let kind = if leads(*id) { "lead" } else { "copy" };
            marks.push(Mark { number: *number, kind, x: x + MARK, y: row as i64 * (MARK + 2) + MARK, width });
        }
        let rows = ends.iter().filter(|end| **end > i64::MIN).count() as i64;
        let undated = story.articles.len() - dated.len();
        Some(Timeline { width: WIDTH + 2 * MARK, height: rows * (MARK + 2) + MARK, marks, undated })
    }
}

/// How alike the reports of a story are, pair by pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Matrix {
    size: usize,
    labels: Vec<Label>,
    copies: Vec<Cell>,
    rewrites: Vec<Cell>,
    own: Vec<Cell>,
    /// Reports that found no place.
    more: usize,
}

/// The number of a report beside its row and above its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Label {
    number: usize,
    at: usize,
}

/// A pair of reports, where it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Cell {
    x: usize,
    y: usize,
    /// Four shades.
    shade: usize,
    /// The two numbers and the figure.
    title: String,
}

impl Matrix {
    /// The matrix of a story; none for two reports, whose one figure stands beside them. Of a story of more than [`MOST`] the reports that
    /// stand for its copy groups come first.
    pub(super) fn of(story: &Story, leads: impl Fn(ArticleId) -> bool) -> Option<Matrix> {
        if story.articles.len() < LEAST {
            return None;
        }
        let numbered = (1..).zip(story.articles.iter().copied());
        let mut shown: Vec<(usize, ArticleId)> = if story.articles.len() > MOST {
            let (mut first, rest): (Vec<_>, Vec<_>) = numbered.partition(|(_, id)| leads(*id));
            first.extend(rest);
            first.truncate(MOST);
            first
        } else {
            numbered.collect()
        };
        shown.sort_unstable();
        let place: BTreeMap<ArticleId, usize> = shown.iter().enumerate().map(|(at, (_, id))| (*id, at)).collect();
        let mut matrix = Matrix {
            size: (shown.len() + 1) * CELL,
            labels: shown.iter().enumerate().map(|(at, (number, _))| Label { number: *number, at: (at + 1) * CELL }).collect(),
            copies: Vec::new(),
            rewrites: Vec::new(),
            own: Vec::new(),
            more: story.articles.len() - shown.len(),
        };
        for link in &story.links {
            let (Some(a), Some(b)) = (place.get(&link.a), place.get(&link.b)) else { continue };
            let (a, b) = (*a.min(b), *a.max(b));
            let cells = match (link.kind, Relation::of(link)) {
                (LinkKind::Copy, _) => &mut matrix.copies,
                (_, Relation::Rewrite(_)) => &mut matrix.rewrites,
                _ => &mut matrix.own,
            };
            cells.push(Cell {
                x: (a + 1) * CELL,
                y: (b + 1) * CELL,
                shade: ((link.score * 4.0) as usize).min(3) + 1,
                title: format!("{} – {}: {}", shown[a].0, shown[b].0, percent(link.score)),
            });
        }
        Some(matrix)
    }
}
