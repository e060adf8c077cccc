//! Lines of a stream, none longer than a record may be.

use std::io::{self, BufRead};

/// No record is longer, in bytes: a line without end must not fill the memory.
pub(super) const MAX_RECORD_BYTES: usize = 64 * 1024 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Its bytes, without white space at either end.
    Bytes(Vec<u8>),
    /// It was longer than allowed and was passed over.
    TooLong,
}

/// Reads the next line; `None` at the end.
pub(super) fn next(stream: &mut impl BufRead, max: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let buffer = match stream.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(buffer.len(), |end| end + 1);
        let at_end = buffer.is_empty();
        too_long |= line.len() + taken > max;
        if !too_long {
            line.extend_from_slice(&buffer[..taken]);
        }
        stream.consume(taken);
        if end.is_some() || at_end {
            return Ok(match (too_long, at_end && line.is_empty()) {
                (true, _) => Some(Line::TooLong),
                (false, true) => None,
                (false, false) => {
                    line.truncate(line.trim_ascii_end().len());
                    line.drain(..line.len() - line.trim_ascii_start().len());
                    Some(Line::Bytes(line))
                }
            });
        }
    }
}

/// Reads on until `head` holds the whole first line that is not blank, or the stream ends, or `head` has `max` bytes.
/// An array of records ends it too: its lines say nothing.
pub(super) fn complete_first(head: &mut Vec<u8>, stream: &mut impl BufRead, max: usize) -> io::Result<()> {
    let mut seen = 0;
    let mut begun = false;
    loop {
        for byte in &head[seen..] {
            if begun && *byte == b'\n' || !begun && *byte == b'[' {
                return Ok(());
            }
            begun |= !byte.is_ascii_whitespace();
        }
        seen = head.len();
        if seen >= max {
            return Ok(());
        }
        let buffer = match stream.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        if buffer.is_empty() {
            return Ok(());
        }
        let taken = buffer.len();
        head.extend_from_slice(buffer);
        stream.consume(taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_bounded() {
        let mut stream = io::BufReader::with_capacity(4, "one\r\n\n  two  \n0123456789ABCDEF\nthree".as_bytes());
        let mut lines = Vec::new();
        while let Some(line) = next(&mut stream, 12).expect("memory") {
            lines.push(match line {
                Line::Bytes(bytes) => String::from_utf8(bytes).expect("text"),
                Line::TooLong => "(too long)".into(),
            });
        }
        assert_eq!(lines, ["one", "", "two", "(too long)", "three"]);
    }

    #[test]
    fn the_first_line_is_completed() {
        for (text, expected) in [
            ("{\"a\": 1}\n{\"b\": 2}", 12),
            ("\n \n {\"a\": 1}\nrest", 16),
            (" [1, 2, 3, 4]", 4),
            ("no end", 6),
            ("0123456789ABCDEFGHIJ", 16),
        ] {
            let mut stream = io::BufReader::with_capacity(4, text.as_bytes());
            let mut head = Vec::new();
            complete_first(&mut head, &mut stream, 16).expect("memory");
            assert_eq!(String::from_utf8(head).expect("text"), text[..expected], "{text}");
        }
    }
}
