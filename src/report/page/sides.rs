//! Two texts side by side: what of each stands in the other.
//!
//! A word is shared when it stands in a shingle that the other text holds: what is marked is what the scores of copies count. Shared words
//! in the same order are lined up by a diff (Myers 1986, "An O(ND) difference algorithm"), the others have moved. Long passages that are
//! the same fold to their length.

use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::harmless;
use super::passages::{Part, Passages, Reference, What, is_of_word};
use crate::extract::Reason;

/// Fewest words of a passage that folds: below, the fold would hide less than it says.
const FOLD: usize = 24;
/// Words of a folded passage that stay at either end, for the eye to find its place.
const CONTEXT: usize = 8;
/// Most shared words that are lined up: a diff takes up to the square of their number. The others count as moved.
const ALIGNED: usize = 4000;
/// Bytes of a word, and of what stands between two, that are shown: real ones are far below.
const LONGEST_WORD: usize = 400;
/// Longest removed line and longest original of a repaired word that are shown, in characters.
const LONGEST_NOTE: usize = 160;

/// A piece of a text, of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    /// Empty, `only` (not in the other text), `moved` (elsewhere in it), `repaired` or `removed`.
    pub(super) mark: &'static str,
    pub(super) text: String,
    /// Why it was removed, or how a repaired word was written.
    pub(super) note: Option<String>,
}

impl Piece {
    fn removed(line: &str, reason: Reason) -> Piece {
        let text = harmless::shortened(&harmless::line(line), LONGEST_NOTE);
        Piece { mark: "removed", text, note: Some(reason.name().to_owned()) }
    }
}

/// The lines among some words of a text that are not its own.
fn removed(text: &Passages<'_>, words: Range<usize>) -> Vec<Piece> {
    let line = |part: &Part| match part.what {
        What::Removed(reason) => Some(Piece::removed(&text.text[part.span.clone()], reason)),
        _ => None,
    };
    text.parts(words).iter().filter_map(line).collect()
}

/// A passage of one of the texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Side {
    pub(super) pieces: Vec<Piece>,
    /// Words that are not shown.
    pub(super) cut: usize,
}

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Row {
    /// Passages that belong beside each other.
    Sides {
        /// Of the representative.
        left: Side,
        /// Of the article.
        right: Side,
    },
    /// A passage that is the same in both.
    Same {
        words: usize,
        /// Lines of the article in it that are not its own.
        removed: Vec<Piece>,
    },
}

/// What a word is to the other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Same,
    Moved,
    Only,
}

/// Compares an article with its representative: the lines to show, each side about `limit` bytes, and which words of the article are shared. O(words), and for shared words that changed their
/// order up to the square of [`ALIGNED`].
pub(super) fn compare(reference: &Reference<'_>, article: &Passages<'_>, limit: usize) -> (Vec<Row>, Vec<bool>) {
    let representative = &reference.passages;
    let [shared_left, shared] = reference.shared(article);
    let aligned = align(representative, &shared_left, article, &shared);
    let mut states = [states(&shared_left), states(&shared)];
    for (left, right, length) in &aligned {
        states[0][*left..left + length].fill(State::Same);
        states[1][*right..right + length].fill(State::Same);
    }
    let mut writer = Writer { texts: [representative, article], states: &states, left: [limit; 2], rows: Vec::new() };
    let (mut from_left, mut from_right) = (0, 0);
    for (left, right, length) in aligned {
        let (end_left, end_right) = (left + length, right + length);
        // At the edges of both texts there is no passage to lead into.
        let (head, tail) = (
            if (left, right) == (from_left, from_right) && left == 0 && right == 0 { 0 } else { CONTEXT },
            if end_left == representative.len() && end_right == article.len() { 0 } else { CONTEXT },
        );
        if length < FOLD.max(head + tail + 1) {
            continue;
        }
        if head > 0 {
            writer.row(from_left..left + head, from_right..right + head);
        }
        let (words, removed) = (length - head - tail, removed(article, right + head..end_right - tail));
        writer.rows.push(Row::Same { words, removed });
        (from_left, from_right) = (end_left - tail, end_right - tail);
    }
    writer.row(from_left..representative.len(), from_right..article.len());
    (writer.rows, shared)
}

/// Two texts of which nothing can be compared, such as two languages.
pub(super) fn beside(representative: &Passages<'_>, article: &Passages<'_>, limit: usize) -> Vec<Row> {
    let states = [vec![State::Same; representative.len()], vec![State::Same; article.len()]];
    let mut writer = Writer { texts: [representative, article], states: &states, left: [limit; 2], rows: Vec::new() };
    writer.row(0..representative.len(), 0..article.len());
    writer.rows
}

/// A text alone, about `limit` bytes of it.
pub(super) fn alone(text: &Passages<'_>, limit: usize) -> Side {
    let mut left = limit;
    side(text, 0..text.len(), &vec![State::Same; text.len()], &mut left)
}

fn states(shared: &[bool]) -> Vec<State> {
    shared.iter().map(|shared| if *shared { State::Moved } else { State::Only }).collect()
}

/// Passages that both texts have in the same order: first word in either, and length.
fn align(left: &Passages<'_>, shared_left: &[bool], right: &Passages<'_>, shared_right: &[bool]) -> Vec<(usize, usize, usize)> {
    let places = |shared: &[bool]| -> Vec<usize> { (0..shared.len()).filter(|at| shared[*at]).take(ALIGNED).collect() };
    let (places_left, places_right) = (places(shared_left), places(shared_right));
    let hashes = |text: &Passages<'_>, places: &[usize]| -> Vec<u64> { places.iter().map(|at| text.hashes[*at]).collect() };
    let found = capture_diff_slices(Algorithm::Myers, &hashes(left, &places_left), &hashes(right, &places_right));
    let mut aligned: Vec<(usize, usize, usize)> = Vec::new();
    for op in found {
        let DiffOp::Equal { old_index, new_index, len } = op else { continue };
        for step in 0..len {
            let (a, b) = (places_left[old_index + step], places_right[new_index + step]);
            match aligned.last_mut() {
                Some((left, right, length)) if *left + *length == a && *right + *length == b => *length += 1,
                _ => aligned.push((a, b, 1)),
            }
        }
    }
    aligned
}

/// Writes rows until the room is used up.
struct Writer<'w, 't> {
    texts: [&'w Passages<'t>; 2],
    states: &'w [Vec<State>; 2],
    /// Bytes that each side may still show.
    left: [usize; 2],
    rows: Vec<Row>,
}

impl Writer<'_, '_> {
    fn row(&mut self, left: Range<usize>, right: Range<usize>) {
        if left.is_empty() && right.is_empty() {
            return;
        }
        let [room_left, room_right] = &mut self.left;
        self.rows.push(Row::Sides {
            left: side(self.texts[0], left, &self.states[0], room_left),
            right: side(self.texts[1], right, &self.states[1], room_right),
        });
    }
}

/// The pieces of some words of a text, as long as there is room.
fn side(text: &Passages<'_>, words: Range<usize>, states: &[State], room: &mut usize) -> Side {
    let mut pieces = Pieces { text: text.text, mark: "", run: 0..0, found: Vec::new() };
    let (mut last, mut cut) = (words.start, 0);
    for part in text.parts(words.clone()) {
        if *room == 0 {
            cut = words.end - last;
            break;
        }
        *room = room.saturating_sub(part.span.len());
        let whole = &text.text[part.span.clone()];
        let raw = harmless::head(whole, LONGEST_WORD);
        let span = part.span.start..part.span.start + raw.len();
        match part.what {
            What::Word(number) => {
                last = number + 1;
                pieces.source(mark(states[number]), span);
            }
            What::Repaired(number) => {
                last = number + 1;
                let read = raw.chars().filter(|c| is_of_word(*c) && *c != '\u{640}').collect();
                let note = Some(harmless::shortened(&harmless::line(raw), LONGEST_NOTE));
                pieces.push(Piece { mark: "repaired", text: read, note });
            }
            What::Removed(reason) => pieces.push(Piece::removed(raw, reason)),
            What::Between => {
                // Inside a marked passage the mark goes on.
                let next = states.get(last).filter(|_| last > words.start && last < words.end && !raw.contains('\n'));
                pieces.source(next.filter(|next| **next == states[last - 1]).map_or("", |next| mark(*next)), span);
            }
        }
        if raw.len() < whole.len() && !matches!(part.what, What::Removed(_)) {
            pieces.push(Piece { mark: "", text: "…".to_owned(), note: None });
        }
    }
    pieces.close();
    Side { pieces: pieces.found, cut }
}

/// Gathers the pieces of a text; source text of one kind that stands together is one.
struct Pieces<'t> {
    text: &'t str,
    /// Source text that is not yet a piece.
    mark: &'static str,
    run: Range<usize>,
    found: Vec<Piece>,
}

impl Pieces<'_> {
    fn source(&mut self, mark: &'static str, span: Range<usize>) {
        if mark != self.mark || span.start != self.run.end {
            self.close();
            (self.mark, self.run.start) = (mark, span.start);
        }
        self.run.end = span.end;
    }

    fn push(&mut self, piece: Piece) {
        self.close();
        self.found.push(piece);
    }

    fn close(&mut self) {
        if !self.run.is_empty() {
            self.found.push(Piece { mark: self.mark, text: harmless::text(&self.text[self.run.clone()]), note: None });
            self.run.start = self.run.end;
        }
    }
}

fn mark(state: State) -> &'static str {
    match state {
        State::Same => "",
        State::Moved => "moved",
        State::Only => "only",
    }
}

/// What only one of two texts says, in its own sentences.
pub(super) struct Says {
    /// Sentences, and how many of them the other text shares by half of their words and more.
    pub(super) sentences: usize,
    pub(super) shared: usize,
    /// The sentences with the most words that the other text does not say at all, in their order.
    pub(super) only: Vec<String>,
}

/// Sentences that are quoted as an article's own.
const QUOTED: usize = 3;
/// Fewest words of its own that make a sentence worth quoting.
const LEAST_NEW: usize = 4;
/// Longest quotation, in characters.
const LONGEST_QUOTED: usize = 280;

/// What an article says that its representative does not; `shared` marks its words as [`compare`] does.
pub(super) fn says(article: &Passages<'_>, shared: &[bool], representative: &Reference<'_>) -> Says {
    let mut found = Says { sentences: 0, shared: 0, only: Vec::new() };
    let mut new: Vec<(usize, Range<usize>)> = Vec::new();
    for words in sentences(article) {
        found.sentences += 1;
        let held = shared[words.clone()].iter().filter(|shared| **shared).count();
        if held * 2 >= words.len() {
            found.shared += 1;
            continue;
        }
        let own = article.hashes[words.clone()].iter().filter(|word| !representative.says(**word)).count();
        if own >= LEAST_NEW {
            new.push((own, words));
        }
    }
    new.sort_by_key(|(own, words)| (std::cmp::Reverse(*own), words.start));
    new.truncate(QUOTED);
    new.sort_by_key(|(_, words)| words.start);
    found.only = new.into_iter().map(|(_, words)| quoted(article, words)).collect();
    found
}

fn quoted(text: &Passages<'_>, words: Range<usize>) -> String {
    let mut said = String::new();
    for Part { span, what } in text.parts(words.clone()) {
        if !matches!(what, What::Removed(_)) && (span.start >= text.span(words.start).start) {
            said.push_str(harmless::head(&text.text[span.clone()], LONGEST_WORD));
        }
        if said.len() > LONGEST_QUOTED * 4 {
            break;
        }
    }
    harmless::shortened(&harmless::line(&said), LONGEST_QUOTED)
}

/// The words of each sentence: up to a full stop, a question or exclamation mark before white space, or the end of the line.
fn sentences(text: &Passages<'_>) -> Vec<Range<usize>> {
    let ends = |between: &str| {
        if between == " " {
            return false;
        }
        let mut after = between.trim_start_matches(|c: char| !c.is_whitespace() && !is_stop(c)).chars();
        between.contains(['\n', '\r', '。', '！', '？']) || (after.any(is_stop) && between.contains(char::is_whitespace))
    };
    let mut found = Vec::new();
    let (mut start, mut words) = (0, 0);
    for part in &text.parts {
        match part.what {
            What::Word(number) | What::Repaired(number) => words = number + 1,
            What::Between if !ends(&text.text[part.span.clone()]) => continue,
            _ if words > start => {
                found.push(start..words);
                start = words;
            }
            _ => {}
        }
    }
    if words > start {
        found.push(start..words);
    }
    found
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '؟' | '۔' | '।' | '…')
}

#[cfg(test)]
#[path = "sides_tests.rs"]
mod tests;
