//! Lines of a stream, cut into blocks of whole lines, none longer than a record may be.
//!
//! A block is read in one go and handed to one thread; no line is copied but the one that a block's end cuts.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// No record is longer, in bytes: a line without end must not fill the memory.
pub(super) const MAX_RECORD_BYTES: usize = 64 * 1024 * 1024;

/// How many times as long as a record a line may be that is passed over, and blank lines in a row: 1 GiB. A small archive unpacks to either
/// without end, which must not take all day.
const PASSED: u64 = 16;

/// Bytes of a block that no line outgrows: work for a thread for a tenth of a millisecond, and still in its cache.
pub(super) const BLOCK_BYTES: usize = 128 * 1024;

/// What is cut off a stream at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Whole lines and the number of the first.
    Lines { bytes: Vec<u8>, first: u64 },
    /// One line that was longer than allowed and was passed over.
    TooLong { line: u64 },
}

/// Cuts a stream into blocks.
#[derive(Debug)]
pub(super) struct Blocks<S> {
    stream: S,
    /// The first bytes of a line whose end is not read yet.
    begun: Vec<u8>,
    /// Lines given so far.
    lines: u64,
    /// Bytes since the last line that is not blank.
    blank: u64,
    /// Whether there was such a line.
    any: bool,
    /// What the stream said after the lines given last.
    fault: Option<io::Error>,
    ended: bool,
    /// Whether a block is given as soon as it has a whole line.
    eager: bool,
}

impl<S: Read> Blocks<S> {
    pub(super) fn new(stream: S) -> Blocks<S> {
        Blocks { stream, begun: Vec::new(), lines: 0, blank: 0, any: false, fault: None, ended: false, eager: false }
    }

    /// Blocks that do not wait until they are full: for a stream whose writer pauses.
    pub(super) fn eager(stream: S) -> Blocks<S> {
        Blocks { eager: true, ..Blocks::new(stream) }
    }

    /// Whether all lines that were read are blank.
    pub(super) fn are_blank(&self) -> bool {
        self.blank > 0 && !self.any
    }

    /// The next block, in `buffer`, of `size` bytes or one line of at most `max`; `None` at the end. `size` is at most `max`.
    /// Blocks of blank lines are passed over.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>, size: usize, max: usize) -> io::Result<Option<Block>> {
        loop {
            match self.cut(buffer, size, max)? {
                Some(Block::Lines { bytes, .. }) if bytes.trim_ascii_start().is_empty() => {
                    self.blank += bytes.len() as u64;
                    if self.blank > PASSED * max as u64 {
                        self.ended = true;
                        let message = format!("more than {} MiB of blank lines up to line {}: the rest is not read", mib(max), self.lines);
                        return Err(io::Error::other(message));
                    }
                    buffer = bytes;
                }
                Some(found) => {
                    (self.blank, self.any) = (0, true);
                    return Ok(Some(found));
                }
                None => return Ok(None),
            }
        }
    }

    fn cut(&mut self, mut buffer: Vec<u8>, size: usize, max: usize) -> io::Result<Option<Block>> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if self.ended {
            return Ok(None);
        }
        let mut filled = self.begun.len();
        buffer.resize(size.max(2 * filled).min(max + 1), 0);
        buffer[..filled].copy_from_slice(&self.begun);
        self.begun.clear();
        loop {
            // What a line that was passed over left may be whole lines.
            let waiting = self.eager && memchr(b'\n', &buffer[..filled]).is_some();
            let more = if waiting { Ok(true) } else { fill(&mut self.stream, &mut buffer, &mut filled, self.eager) };
            // A line of exactly `max` bytes has its line end among them.
            if let Some(end) = memrchr(b'\n', &buffer[..filled.min(max)]) {
                self.begun.extend_from_slice(&buffer[end + 1..filled]);
                match more {
                    Ok(more) => self.ended = !more && self.begun.is_empty(),
                    Err(fault) => self.fault = Some(fault),
                }
                buffer.truncate(end + 1);
                return Ok(Some(self.lines(buffer)));
            }
            let more = more?;
            if filled > max {
                return self.pass_over(buffer, filled, max).map(Some);
            }
            if !more {
                self.ended = true;
                buffer.truncate(filled);
                return Ok((filled > 0).then(|| self.lines(buffer)));
            }
            if filled == buffer.len() {
                buffer.resize((2 * filled).min(max + 1), 0);
            }
        }
    }

    fn lines(&mut self, bytes: Vec<u8>) -> Block {
        let first = self.lines + 1;
        self.lines += memchr_iter(b'\n', &bytes).count() as u64;
        Block::Lines { bytes, first }
    }

    /// Drops what is left of the line that fills `buffer`, up to [`PASSED`] times `max` bytes.
    fn pass_over(&mut self, mut buffer: Vec<u8>, mut filled: usize, max: usize) -> io::Result<Block> {
        self.lines += 1;
        let mut passed = 0;
        loop {
            passed += filled as u64;
            if passed > PASSED * max as u64 {
                self.ended = true;
                let message = format!("line {} goes on for more than {} MiB: the rest is not read", self.lines, mib(max));
                return Err(io::Error::other(message));
            }
            if let Some(end) = memchr(b'\n', &buffer[..filled]) {
                self.begun.extend_from_slice(&buffer[end + 1..filled]);
                break;
            }
            filled = 0;
            if !fill(&mut self.stream, &mut buffer, &mut filled, self.eager)? && filled == 0 {
                break;
            }
        }
        Ok(Block::TooLong { line: self.lines })
    }
}

/// What is passed over where a record may have `max` bytes, in MiB.
fn mib(max: usize) -> u64 {
    PASSED * max as u64 / 1024 / 1024
}

/// Reads until `buffer` is full, or once when `eager`; false at the end of the stream. What was read before a fault counts.
fn fill(stream: &mut impl Read, buffer: &mut [u8], filled: &mut usize, eager: bool) -> io::Result<bool> {
    while *filled < buffer.len() {
        match stream.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(false),
            Ok(read) => {
                *filled += read;
                if eager {
                    return Ok(true);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// The lines of a block, without white space at either end.
pub(super) fn records(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b'\n', block).chain(std::iter::once(block.len()));
    ends.scan(0, |start, end| {
        let line = &block[*start..end];
        *start = end + 1;
        Some(line.trim_ascii())
    })
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

    /// Every line with its number, `!` for one that was too long, and the fault at the end.
    fn cut(stream: impl Read, size: usize) -> Vec<String> {
        cut_blocks(Blocks::new(stream), size)
    }

    fn cut_blocks(mut blocks: Blocks<impl Read>, size: usize) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            match blocks.next(vec![b'x'; 3], size, 12) {
                Ok(Some(Block::TooLong { line })) => found.push(format!("{line}!")),
                Ok(Some(Block::Lines { bytes, first })) => {
                    let lines = (first..).zip(records(&bytes)).filter(|(_, line)| !line.is_empty());
                    found.extend(lines.map(|(number, line)| format!("{number}:{}", String::from_utf8_lossy(line))));
                }
                Ok(None) => return found,
                Err(fault) => {
                    found.push(fault.to_string());
                    return found;
                }
            }
        }
    }

    #[test]
    fn lines_are_trimmed_numbered_and_bounded() {
        for (text, expected) in [
            ("one\r\n\n  two  \n0123456789ABCDEF\nthree", vec!["1:one", "3:two", "4!", "5:three"]),
            ("0123456789A\n0123456789AB\n\nx\n", vec!["1:0123456789A", "2!", "4:x"]),
            ("0123456789AB", vec!["1:0123456789AB"]),
            ("0123456789ABC", vec!["1!"]),
            ("a\n0123456789ABC0123456789ABC0123456789ABC\nb\n", vec!["1:a", "2!", "3:b"]),
            ("\n\n\n", vec![]),
            ("", vec![]),
            // 16 times the longest record is passed over, and no more.
            (&*format!("{}\nb\n", "x".repeat(180)), vec!["1!", "2:b"]),
            (&*format!("a\n{}\nb\n", "x".repeat(220)), vec!["1:a", "line 2 goes on for more than 0 MiB: the rest is not read"]),
            // Blank lines are too, but they begin anew after every other line.
            (&*format!("a\n{}b\n{}c", "\n".repeat(150), " \n".repeat(75)), vec!["1:a", "152:b", "228:c"]),
        ] {
            for size in [1, 2, 4, 7, 12] {
                let dripping = io::BufReader::with_capacity(3, text.as_bytes());
                assert_eq!(cut(text.as_bytes(), size), expected, "{text:?} by {size}");
                assert_eq!(cut(dripping, size), expected, "{text:?} by {size} in threes");
                let dripping = io::BufReader::with_capacity(3, text.as_bytes());
                assert_eq!(cut_blocks(Blocks::eager(dripping), size), expected, "{text:?} by {size} in threes, eagerly");
            }
        }
    }

    #[test]
    fn blank_lines_without_end_are_named() {
        let mut blocks = Blocks::new(io::Cursor::new(" \n".repeat(500)));
        let fault = blocks.next(Vec::new(), 12, 12).expect_err("too many");
        assert_eq!(fault.to_string(), "more than 0 MiB of blank lines up to line 102: the rest is not read");
        assert!(matches!(blocks.next(Vec::new(), 12, 12), Ok(None)) && blocks.are_blank());
        for (text, blank) in [(" \n\n", true), ("\n", true), (" ", true), ("", false), ("\na\n", false)] {
            let mut blocks = Blocks::new(text.as_bytes());
            while blocks.next(Vec::new(), 1, 12).expect("memory").is_some() {}
            assert_eq!(blocks.are_blank(), blank, "{text:?}");
        }
    }

    #[test]
    fn an_eager_block_does_not_wait_for_what_is_not_written_yet() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let mut blocks = Blocks::eager(reader);
        let long = "x".repeat(20);
        // Each is read before the next is written: a block that waited would wait for ever.
        for (written, expected) in [
            ("a\n".to_string(), vec![("a\n", 1)]),
            ("b\nc\nbegun".to_string(), vec![("b\nc\n", 2)]),
            (" ended\n".to_string(), vec![("begun ended\n", 4)]),
            (format!("{long}\nd\n"), vec![("", 5), ("d\n", 6)]),
        ] {
            io::Write::write_all(&mut writer, written.as_bytes()).expect("a pipe");
            for (lines, number) in expected {
                let expected = match lines {
                    "" => Block::TooLong { line: number },
                    lines => Block::Lines { bytes: lines.into(), first: number },
                };
                assert_eq!(blocks.next(Vec::new(), 8, 12).expect("a pipe"), Some(expected));
            }
        }
        drop(writer);
        assert_eq!(blocks.next(Vec::new(), 8, 12).expect("a pipe"), None);
    }

    #[test]
    fn whole_lines_before_a_fault_are_given() {
        struct Fault;
        impl Read for Fault {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("cut"))
            }
        }
        for size in [2, 12] {
            assert_eq!(cut("a\nb\nc".as_bytes().chain(Fault), size), ["1:a", "2:b", "cut"]);
            assert_eq!(cut("0123456789ABCDEF".as_bytes().chain(Fault), size), ["cut"]);
        }
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
