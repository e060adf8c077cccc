//! Text for a terminal: source text made harmless, and lines that break between words.
//!
//! A headline comes from a stranger. It must not move the cursor (control characters), turn the reading order of what
//! follows (bidi overrides and isolates), or make two lines of one. What is right-to-left is wrapped in an isolate of
//! our own (Unicode TR 9, FSI … PDI), so that a terminal that knows bidi keeps the order of the pieces of a line.

use std::io;

use unicode_width::UnicodeWidthStr;

/// Where right-to-left letters live: the blocks whose default bidi class is R or AL (DerivedBidiClass.txt).
const RIGHT_TO_LEFT: [(char, char); 5] =
    [('\u{0590}', '\u{08ff}'), ('\u{fb1d}', '\u{fdff}'), ('\u{fe70}', '\u{feff}'), ('\u{10800}', '\u{10fff}'), ('\u{1e800}', '\u{1efff}')];

/// First strong isolate and its end.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// Columns in front of the further lines of a paragraph when a third of the width is not enough for its full indent.
const NARROW_INDENT: usize = 4;

/// Source text on one line without control characters, bidi overrides, embeddings and isolates; runs of white space become one space.
pub(crate) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
        } else if !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
            if gap && !line.is_empty() {
                line.push(' ');
            }
            gap = false;
            line.push(c);
        }
    }
    line
}

/// A link that may be written: http or https, and nothing in it that is not part of an address.
pub(crate) fn web(link: &str) -> Option<&str> {
    let link = link.trim();
    let after = |scheme: &str| link.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).and(link.get(scheme.len()..));
    let rest = after("http://").or_else(|| after("https://"))?;
    let is_address = !rest.is_empty()
        && !rest.starts_with('/')
        && !rest.contains([' ', '"', '<', '>', '\\'])
        && clean(link) == link
        && !rest.contains(['\u{fffe}', '\u{ffff}']);
    is_address.then_some(link)
}

/// Whether a text holds a right-to-left letter.
fn is_right_to_left(text: &str) -> bool {
    text.chars().any(|c| c.is_alphabetic() && RIGHT_TO_LEFT.iter().any(|(first, last)| (*first..=*last).contains(&c)))
}

/// How a piece of a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
}

impl Style {
    /// The ANSI code that starts it; code 0 ends every style.
    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Bold => "\u{1b}[1m",
            Style::Dim => "\u{1b}[2m",
            Style::Green => "\u{1b}[32m",
            Style::Yellow => "\u{1b}[33m",
        }
    }
}

/// A piece of a paragraph.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    style: Style,
    /// Whether it follows the piece before it without a space.
    glued: bool,
    /// Whether it is source text, to be isolated when it is right-to-left.
    source: bool,
}

/// Pieces that are set as lines of one width.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paragraph {
    pieces: Vec<Piece>,
}

impl Paragraph {
    /// Adds words of our own.
    pub(crate) fn say(mut self, style: Style, text: impl Into<String>) -> Paragraph {
        self.pieces.push(Piece { text: text.into(), style, glued: false, source: false });
        self
    }

    /// Adds words of our own right behind what stands before.
    pub(crate) fn glue(mut self, style: Style, text: impl Into<String>) -> Paragraph {
        self.pieces.push(Piece { text: text.into(), style, glued: true, source: false });
        self
    }

    /// Adds source text, cleaned.
    pub(crate) fn quote(mut self, style: Style, text: &str) -> Paragraph {
        self.pieces.push(Piece { text: clean(text), style, glued: false, source: true });
        self
    }

    /// Writes the lines: the first after `first`, the others after as many spaces as `first` is wide.
    pub(crate) fn write(&self, first: &str, setting: &Setting, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(first.as_bytes())?;
        // In a narrow terminal a deep indent would leave no room for words.
        let indent = if first.width() * 3 > setting.width { first.width().min(NARROW_INDENT) } else { first.width() };
        // The words of the line so far, as (piece, text) runs.
        let mut line: Vec<(usize, String)> = Vec::new();
        let mut column = first.width();
        for word in self.words() {
            let width: usize = word.iter().map(|(_, text)| text.width()).sum();
            if !line.is_empty() && column + 1 + width > setting.width {
                self.write_line(&line, setting, out)?;
                write!(out, "\n{:indent$}", "")?;
                line.clear();
                column = indent;
            }
            if let Some((piece, text)) = line.last_mut() {
                column += 1;
                if word.first().is_some_and(|(next, _)| next == piece) {
                    text.push(' ');
                } else {
                    line.push((usize::MAX, " ".to_owned()));
                }
            }
            column += width;
            for (piece, text) in word {
                match line.last_mut() {
                    Some((last, so_far)) if *last == piece => so_far.push_str(text),
                    _ => line.push((piece, text.to_owned())),
                }
            }
        }
        self.write_line(&line, setting, out)?;
        out.write_all(b"\n")
    }

    /// The words: parts of pieces that no line break may separate.
    fn words(&self) -> Vec<Vec<(usize, &str)>> {
        let mut words: Vec<Vec<(usize, &str)>> = Vec::new();
        for (number, piece) in self.pieces.iter().enumerate() {
            for (place, text) in piece.text.split(' ').filter(|text| !text.is_empty()).enumerate() {
                match words.last_mut() {
                    Some(word) if piece.glued && place == 0 => word.push((number, text)),
                    _ => words.push(vec![(number, text)]),
                }
            }
        }
        words
    }

    fn write_line(&self, line: &[(usize, String)], setting: &Setting, out: &mut dyn io::Write) -> io::Result<()> {
        for (number, text) in line {
            let (style, source) = self.pieces.get(*number).map_or((Style::Plain, false), |piece| (piece.style, piece.source));
            let styled = setting.color && style != Style::Plain;
            if styled {
                out.write_all(style.code().as_bytes())?;
            }
            if source && is_right_to_left(text) {
                write!(out, "{}{text}{}", ISOLATE.0, ISOLATE.1)?;
            } else {
                out.write_all(text.as_bytes())?;
            }
            if styled {
                out.write_all(b"\x1b[0m")?;
            }
        }
        Ok(())
    }
}

/// What lines are set for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Columns of a line.
    pub(crate) width: usize,
    /// Whether styles are written.
    pub(crate) color: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn source_text_is_harmless() {
        for (name, given, printed) in [
            ("escape sequence", "a\u{1b}[31mb\u{7}", "a[31mb"),
            ("C1 control", "a\u{9b}2Jb", "a2Jb"),
            ("line breaks", "\r\na\n\tb\u{2029}c \u{85}", "a b c"),
            ("overrides", "\u{202e}abc\u{202c}", "abc"),
            ("isolates", "\u{2067}שלום\u{2069}", "שלום"),
            ("marks stay", "ab\u{200f}", "ab\u{200f}"),
            ("nothing", "\u{1b}\n", ""),
        ] {
            assert_eq!(clean(given), printed, "{name}");
        }
    }

    #[test]
    fn right_to_left_letters_are_those_of_unicode() {
        use icu_properties::CodePointMapData;
        use icu_properties::props::BidiClass;
        let classes = CodePointMapData::<BidiClass>::new();
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphabetic()) {
            let class = classes.get(c);
            let strong = class == BidiClass::RightToLeft || class == BidiClass::ArabicLetter;
            // Inside the blocks a letter may also be a mark that takes the direction of its base.
            let mark = class == BidiClass::NonspacingMark;
            assert!(strong == is_right_to_left(c.encode_utf8(&mut [0; 4])) || mark, "{c:?}");
        }
    }

    fn set(paragraph: &Paragraph, width: usize, color: bool) -> String {
        sample::text(|out| paragraph.write("* ", &Setting { width, color }, out))
    }

    #[test]
    fn lines_break_between_words_and_hang() {
        let paragraph =
            Paragraph::default().say(Style::Plain, "one two three").glue(Style::Plain, ",").quote(Style::Bold, "incomprehensibilities");
        assert_eq!(set(&paragraph, 80, false), "* one two three, incomprehensibilities\n");
        assert_eq!(set(&paragraph, 9, false), "* one two\n  three,\n  incomprehensibilities\n");
        assert_eq!(set(&paragraph, 15, false), "* one two\n  three,\n  incomprehensibilities\n");
        assert_eq!(set(&paragraph, 16, true), "* one two three,\n  \u{1b}[1mincomprehensibilities\u{1b}[0m\n");
        assert_eq!(set(&Paragraph::default(), 0, true), "* \n");
    }

    #[test]
    fn right_to_left_source_text_is_isolated_on_each_line() {
        let paragraph = Paragraph::default().quote(Style::Plain, "زلزال يضرب").say(Style::Plain, "·").quote(Style::Plain, "coast");
        assert_eq!(set(&paragraph, 80, false), "* \u{2068}زلزال يضرب\u{2069} · coast\n");
        assert_eq!(set(&paragraph, 8, false), "* \u{2068}زلزال\u{2069}\n  \u{2068}يضرب\u{2069} ·\n  coast\n");
    }

    #[test]
    fn wide_letters_count_twice() {
        let paragraph = Paragraph::default().quote(Style::Plain, "地震 地震");
        assert_eq!(set(&paragraph, 11, false), "* 地震 地震\n");
        assert_eq!(set(&paragraph, 10, false), "* 地震\n  地震\n");
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for good in ["http://a.example", "HTTPS://a.example/خبر?x=1&y='2'#z", "https://[::1]/", " https://a.example/ "] {
            assert_eq!(web(good), Some(good.trim()), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://a.example/",
            "a.html",
            "https:",
            "https://",
            "https:///a",
            "//a.example/",
            "https://a.example/\" onclick=\"x",
            "https://a.example/a b",
            "https://a.example/a\nb",
            "https://a.example/\u{0}",
            "https://a.example/\u{202e}fdp",
            "httpsé://a.example/",
        ] {
            assert_eq!(web(bad), None, "{bad:?}");
        }
    }
}
