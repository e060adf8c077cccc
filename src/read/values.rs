//! Top-level values of a JSON stream, cut out one by one without holding the rest.
//!
//! For arrays of records and for records that are printed over several lines. Only brackets and strings are looked at;
//! what lies between is judged when the record is parsed, so one bad record does not harm the next while its brackets match.

use std::io::{self, BufRead};

/// One value or what stood in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The bytes of a value and the line it starts on.
    Value { bytes: Vec<u8>, line: u64 },
    /// Something that makes the rest unreadable, and its line.
    Broken { message: &'static str, line: u64 },
}

/// Cuts a stream into values: the elements of an array, or values one after the other.
#[derive(Debug, Default)]
pub(super) struct Values {
    line: u64,
    in_array: bool,
    started: bool,
    done: bool,
}

impl Values {
    /// Whether an array is open whose elements are given.
    pub(super) fn in_array(&self) -> bool {
        self.in_array
    }

    /// The next value of `stream`, at most `max` bytes long; `None` at the end.
    pub(super) fn next(&mut self, stream: &mut impl BufRead, max: usize) -> io::Result<Option<Piece>> {
        let mut value = Vec::new();
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        let mut start = 0;
        while !self.done {
            let buffer = match stream.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                self.done = true;
                let broken = depth > 0 || in_string || self.in_array;
                let message = "the input ends inside a JSON value";
                return Ok(match value.is_empty() {
                    _ if broken => Some(Piece::Broken { message, line: if depth > 0 { start } else { self.line + 1 } }),
                    true => None,
                    false => Some(Piece::Value { bytes: value, line: start }),
                });
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in buffer {
                used += 1;
                self.line += u64::from(byte == b'\n');
                if in_string {
                    value.push(byte);
                    in_string = escaped || byte != b'"';
                    escaped = byte == b'\\' && !escaped;
                    continue;
                }
                match byte {
                    b'[' if depth == 0 && value.is_empty() && !self.started => {
                        (self.in_array, self.started) = (true, true);
                        continue;
                    }
                    b']' if depth == 0 && self.in_array => {
                        self.in_array = false;
                        ended = true;
                    }
                    b',' if depth == 0 => ended = true,
                    _ if depth == 0 && byte.is_ascii_whitespace() => ended = !value.is_empty() && !self.in_array,
                    _ => {
                        if value.is_empty() {
                            start = self.line + 1;
                        }
                        self.started = true;
                        value.push(byte);
                        in_string = byte == b'"';
                        match byte {
                            b'{' | b'[' => depth += 1,
                            b'}' | b']' => {
                                depth = depth.saturating_sub(1);
                                ended = depth == 0;
                            }
                            _ => {}
                        }
                    }
                }
                if ended && !value.is_empty() {
                    break;
                }
                ended = false;
            }
            stream.consume(used);
            if ended {
                return Ok(Some(Piece::Value { bytes: value, line: start }));
            }
            if value.len() > max {
                self.done = true;
                return Ok(Some(Piece::Broken { message: "a JSON value is too long", line: start }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let mut stream = io::BufReader::with_capacity(3, text.as_bytes());
        let mut values = Values::default();
        let mut found = Vec::new();
        while let Some(piece) = values.next(&mut stream, 60).expect("memory") {
            found.push(match piece {
                Piece::Value { bytes, line } => format!("{line}:{}", String::from_utf8(bytes).expect("text")),
                Piece::Broken { message, line } => format!("{line}!{message}"),
            });
        }
        found
    }

    #[test]
    fn values_are_cut_out() {
        for (text, expected) in [
            ("[]", vec![]),
            (" \n", vec![]),
            ("[{\"a\": 1},\n{\"b\": [2, 3]}]\n", vec!["1:{\"a\": 1}", "2:{\"b\": [2, 3]}"]),
            ("{\n \"a\": \"}\\\"{\"\n}\n{\"b\":{}}", vec!["1:{\n \"a\": \"}\\\"{\"\n}", "4:{\"b\":{}}"]),
            ("[1, \"x, y\", null]", vec!["1:1", "1:\"x, y\"", "1:null"]),
            ("[{\"a\": bad}, {\"b\": 1}]", vec!["1:{\"a\": bad}", "1:{\"b\": 1}"]),
            ("[{\"a\": 1},\n{\"b\": ", vec!["1:{\"a\": 1}", "2!the input ends inside a JSON value"]),
            ("[{\"a\": 1}", vec!["1:{\"a\": 1}", "1!the input ends inside a JSON value"]),
            ("[[1], [2]]", vec!["1:[1]", "1:[2]"]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
        assert_eq!(cut(&format!("[\"{}\"]", "x".repeat(100))), ["1!a JSON value is too long"]);
    }
}
