//! The word being read: letters and digits go in, tokens come out (N6–N12).

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::Token;
use super::class::{self, Class};
use super::deobfuscate::TATWEEL;
use super::tables::{ARABIC, COMMON, LATIN, UNSPACED};

/// Why a word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A dot: the next single letter may belong to the same abbreviation.
    Dot,
    /// A digit or Latin letter follows: a clitic stub before it is dropped.
    Glued,
    /// Anything else.
    Separator,
}

/// Collects characters into words and gives finished tokens to the receiver.
pub(super) struct Words<F> {
    receive: F,
    word: Word,
    /// Single letters with dots after them, until it is known how many there are (N11): from the third on they are one word.
    chain: Vec<Word>,
    joined: bool,
}

#[derive(Default, Clone)]
struct Word {
    text: String,
    span: Range<usize>,
    /// Script of its letters, 0 while it has none.
    script: u16,
    letters: u32,
    digits: u32,
    /// Digits since the last separator inside the number.
    group: u32,
    grouped: bool,
    marks: bool,
    after_digit: bool,
    after_tatweel: bool,
    repaired: bool,
    /// In a script without word spaces: where the second character of the pair starts.
    second: usize,
    /// … and where that character starts in the input.
    second_at: usize,
    paired: bool,
}

impl Word {
    fn unspaced(&self) -> bool {
        UNSPACED.contains(&self.script)
    }

    fn clear(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        *self = Word { text, ..Word::default() };
    }

    /// N12: one or more of the particles that are written onto the next word.
    fn is_clitic(&self) -> bool {
        if self.script != ARABIC || self.digits > 0 || self.letters > 4 {
            return false;
        }
        let rest = self.text.strip_prefix(['و', 'ف']).unwrap_or(&self.text);
        let rest = rest.strip_prefix(['ب', 'ك', 'ل']).map_or(rest, |rest| if rest == "ل" { "" } else { rest });
        rest.is_empty() || rest == "ال"
    }
}

impl<F: FnMut(Token<'_>)> Words<F> {
    pub(super) fn new(receive: F) -> Words<F> {
        Words { receive, word: Word::default(), chain: Vec::new(), joined: false }
    }

    pub(super) fn mark_repaired(&mut self) {
        self.word.repaired = true;
    }

    pub(super) fn is_repaired(&self) -> bool {
        self.word.repaired
    }

    pub(super) fn after_digit(&self) -> bool {
        self.word.after_digit
    }

    /// Whether a thousands separator may stand here: up to three digits before the first, exactly three before each later one.
    pub(super) fn may_group(&self) -> bool {
        self.word.after_digit && if self.word.grouped { self.word.group == 3 } else { self.word.group <= 3 }
    }

    pub(super) fn group(&mut self) {
        self.word.grouped = true;
        self.word.group = 0;
    }

    pub(super) fn decimal_dot(&mut self) {
        self.word.text.push('.');
        self.word.group = 0;
        self.word.after_digit = false;
    }

    /// Takes one character after NFKC, read from `span` of the input.
    #[inline]
    pub(super) fn feed(&mut self, c: char, span: Range<usize>) {
        match Class::of(c).kind() {
            class::IGNORED => {}
            class::DROPPED => self.word.after_tatweel |= c == TATWEEL,
            class::MARK => self.mark(c, span.end),
            class::DIGIT => self.digit(class::ascii_digit(c), span),
            class::OTHER | class::SPACE | class::NEWLINE => self.end(End::Separator),
            script => self.letter(c, script, span),
        }
    }

    fn mark(&mut self, c: char, end: usize) {
        let word = &mut self.word;
        // N9: what is left of a dotted capital I.
        if word.letters == 0 || (c == '\u{307}' && word.text.ends_with('i')) {
            return;
        }
        word.text.push(c);
        word.marks = true;
        word.after_digit = false;
        word.span.end = end;
    }

    fn digit(&mut self, c: char, span: Range<usize>) {
        if self.word.unspaced() {
            self.end(End::Separator);
        } else if self.word.is_clitic() {
            self.end(End::Glued);
        }
        self.start(&span);
        let word = &mut self.word;
        word.text.push(c);
        word.span.end = span.end;
        word.digits += 1;
        word.group += 1;
        word.after_digit = true;
        word.after_tatweel = false;
    }

    fn letter(&mut self, c: char, script: u16, span: Range<usize>) {
        // The compatibility form of alef with high hamza leaves its hamza behind.
        if c == '\u{674}' && self.word.text.ends_with('ا') {
            return;
        }
        let unspaced = UNSPACED.contains(&script);
        let word = &self.word;
        if (script != COMMON || word.unspaced()) && script != word.script && (word.script != 0 || unspaced) {
            self.end(if script == LATIN { End::Glued } else { End::Separator });
        }
        self.start(&span);
        if unspaced && self.word.letters > 0 {
            self.pair();
            self.word.second = self.word.text.len();
            self.word.second_at = span.start;
        }
        let word = &mut self.word;
        class::fold(c, |c| {
            if c != '\u{307}' || !word.text.ends_with('i') {
                word.text.push(c);
                // What may compose with the letter before it stands behind a dropped character here.
                word.marks |= Class::of(c).continues();
            }
        });
        if script != COMMON {
            word.script = script;
        }
        word.span.end = span.end;
        word.letters += 1;
        word.after_digit = false;
        word.after_tatweel = false;
    }

    fn start(&mut self, span: &Range<usize>) {
        if self.word.text.is_empty() {
            self.word.span = span.clone();
        }
    }

    /// Emits the pair that is complete and keeps its second half as the first of the next.
    fn pair(&mut self) {
        let word = &mut self.word;
        if word.second == 0 {
            return;
        }
        emit(&mut self.receive, word, true);
        word.text.drain(..word.second);
        word.span.start = word.second_at;
        word.paired = true;
    }

    /// Ends the word, if there is one.
    pub(super) fn end(&mut self, why: End) {
        if self.word.text.is_empty() {
            self.word.clear();
            return self.flush();
        }
        let single = self.word.letters == 1 && self.word.digits == 0 && !self.word.unspaced();
        if self.word.unspaced() {
            self.flush();
            let pair = self.word.second > 0;
            if pair || !self.word.paired {
                emit(&mut self.receive, &self.word, pair);
            }
        } else if self.word.is_clitic() && (self.word.after_tatweel || why == End::Glued) {
            self.flush();
        } else if single && (why == End::Dot || !self.chain.is_empty()) {
            if self.chain.first().is_some_and(|first| first.script != self.word.script) {
                self.flush();
            }
            self.chain.push(self.word.clone());
            if self.joined || self.chain.len() == 3 {
                self.join();
            }
            if why != End::Dot {
                self.flush();
            }
        } else {
            self.flush();
            emit(&mut self.receive, &self.word, false);
        }
        self.word.clear();
    }

    /// N11: three or more single letters are one token, fewer stay apart.
    pub(super) fn flush(&mut self) {
        self.joined = false;
        for word in self.chain.drain(..) {
            emit(&mut self.receive, &word, false);
        }
    }

    fn join(&mut self) {
        self.joined = true;
        let mut words = self.chain.drain(..);
        let Some(mut whole) = words.next() else { return };
        for word in words {
            // As in `letter`: the hamza that follows an alef is read with it.
            let text = word.text.strip_prefix('\u{674}').filter(|_| whole.text.ends_with('ا')).unwrap_or(&word.text);
            whole.text.push_str(text);
            whole.span.end = word.span.end;
            whole.marks |= word.marks;
        }
        self.chain.push(whole);
    }
}

fn emit(receive: &mut impl FnMut(Token<'_>), word: &Word, pair: bool) {
    if word.marks {
        // Folding and dropping may have brought a letter and its mark together.
        let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&word.text).into_owned();
        if composed != word.text {
            let token = Token { text: &composed, span: word.span.clone(), pair, repaired: word.repaired };
            return receive(token);
        }
    }
    receive(Token { text: &word.text, span: word.span.clone(), pair, repaired: word.repaired });
}
