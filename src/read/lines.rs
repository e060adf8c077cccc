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
}
