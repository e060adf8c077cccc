//! Rows of a CSV or TSV file.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use csv::ByteRecord;
use serde_json::{Map, Value as Json};

use super::open::Stream;
use super::record::{self, Fields, Outcome, Place, Value};
use super::{ReadOptions, charset, format};

/// A table that is being read: its header and its rows.
pub(super) struct Table {
    rows: csv::Reader<Bounded>,
    pub(super) header: Arc<[String]>,
    /// What is wrong with the header, until it is said.
    wrong: Option<&'static str>,
    /// What a quote that was never closed had swallowed, read again without quotes.
    rest: Option<csv::Reader<Bounded>>,
    delimiter: u8,
    /// The most bytes of a row.
    max: usize,
    done: bool,
}

/// A stream that gives only so many bytes until more are allowed: a quote that is never closed would make one row of the rest
/// of the file, which can unpack to anything. It knows the lines of the rows, which the parser miscounts after blank lines and `\r`.
struct Bounded {
    stream: Stream,
    left: usize,
    delimiter: u8,
    /// Whether quotes mean anything.
    quotes: bool,
    /// Where in a cell the bytes read so far end.
    at: At,
    ended: bool,
    line: u64,
    /// Whether the last byte was `\r`.
    returned: bool,
    /// The lines on which rows start that are read ahead.
    starts: VecDeque<u64>,
}

/// Where in a cell a byte stands, as the parser sees it: to count quotes is not enough, as they mean nothing inside a plain cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first cell of a row.
    Row,
    Start,
    Plain,
    Quoted,
    /// Behind a quote that ends the cell, unless another follows.
    Quote,
}

impl At {
    fn behind(self, byte: u8, delimiter: u8) -> At {
        match (self, byte) {
            (At::Row | At::Start | At::Quote, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (_, b'\n' | b'\r') => At::Row,
            _ if byte == delimiter => At::Start,
            _ => At::Plain,
        }
    }
}

impl Bounded {
    fn new(stream: Stream, left: usize, delimiter: u8) -> Bounded {
        Bounded { stream, left, delimiter, quotes: true, at: At::Row, ended: false, line: 1, returned: false, starts: VecDeque::new() }
    }

    fn pass(&mut self, byte: u8) {
        if self.at == At::Row && !matches!(byte, b'\n' | b'\r') {
            self.starts.push_back(self.line);
        }
        self.line += u64::from(byte == b'\r' || byte == b'\n' && !self.returned);
        self.returned = byte == b'\r';
        self.at = if self.quotes || byte != b'"' { self.at.behind(byte, self.delimiter) } else { At::Plain };
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("a row is too long (a quote that is not closed?): the rest of the file is not read"));
        }
        let most = buffer.len().min(self.left);
        let read = self.stream.read(&mut buffer[..most])?;
        self.left -= read;
        self.ended = read == 0;
        buffer[..read].iter().for_each(|byte| self.pass(*byte));
        Ok(read)
    }
}

/// One row or what is wrong with it, and the line it starts on.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Result<ByteRecord, String>,
}

impl Table {
    /// Reads the header; the error is a message for the whole file. No row may have many more than `max` bytes (what the
    /// parser has read ahead is not counted).
    pub(super) fn open(mut stream: Stream, tabs: bool, max: usize) -> Result<Table, String> {
        let delimiter = if tabs { '\t' } else { first_line_delimiter(&mut stream)? };
        let (head, wrong) = closed_header(&mut stream, delimiter as u8, max).map_err(|error| error.to_string())?;
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter as u8).flexible(true).from_reader(Bounded::new(
            Box::new(io::Cursor::new(head).chain(stream)),
            max,
            delimiter as u8,
        ));
        let names = rows.byte_headers().map_err(|error| message(&error))?.clone();
        rows.get_mut().starts.pop_front();
        let names = decode(&names)?;
        let header: Vec<String> = names.iter().map(|name| name.trim().to_string()).collect();
        for (at, name) in header.iter().enumerate() {
            if !name.is_empty() && header[..at].iter().any(|before| before.eq_ignore_ascii_case(name)) {
                return Err(format!("the header names {name:?} twice"));
            }
        }
        Ok(Table { rows, rest: None, delimiter: delimiter as u8, header: header.into(), max, done: false, wrong })
    }

    /// The next row; `None` at the end, an `io::Error` when the file cannot be read on.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        if self.done {
            return Ok(None);
        }
        if let Some(wrong) = self.wrong.take() {
            return Ok(Some(Row { line: 1, cells: Err(wrong.to_string()) }));
        }
        let mut cells = ByteRecord::new();
        if let Some(rest) = &mut self.rest {
            let is_there = rest.read_byte_record(&mut cells)?;
            let line = next_line(rest);
            return Ok(is_there.then(|| self.row(line, cells)));
        }
        self.rows.get_mut().left = self.max;
        let found = self.rows.read_byte_record(&mut cells);
        let line = next_line(&mut self.rows);
        match found {
            Ok(false) => Ok(None),
            Ok(true) => {
                if let Some(rest) = self.swallowed(&cells) {
                    let mut plain = csv::ReaderBuilder::new();
                    plain.delimiter(self.delimiter).has_headers(false).flexible(true).quoting(false);
                    let max = rest.len() + 1;
                    let rest = Bounded::new(Box::new(io::Cursor::new(rest)), max, self.delimiter);
                    self.rest = Some(plain.from_reader(Bounded { quotes: false, line: line + 1, ..rest }));
                    let message = "a quote is not closed; the rows after this one are read without quotes".to_string();
                    return Ok(Some(Row { line, cells: Err(message) }));
                }
                Ok(Some(self.row(line, cells)))
            }
            Err(error) => {
                let message = message(&error);
                self.done = self.rows.get_ref().left == 0;
                match error.into_kind() {
                    csv::ErrorKind::Io(error) if !self.done => Err(error),
                    _ => Ok(Some(Row { line, cells: Err(message) })),
                }
            }
        }
    }
}

/// The line of the row that was just read.
fn next_line(rows: &mut csv::Reader<Bounded>) -> u64 {
    let bytes = rows.get_mut();
    bytes.starts.pop_front().unwrap_or(bytes.line)
}

impl Table {
    fn row(&self, line: u64, cells: ByteRecord) -> Row {
        let (expected, found) = (self.header.len(), cells.len());
        let cells = if expected == found { Ok(cells) } else { Err(format!("the row has {found} fields, the header {expected}")) };
        Row { line, cells }
    }

    /// The lines after the first of a last cell that an unclosed quote ran through to the end of the file.
    fn swallowed(&self, cells: &ByteRecord) -> Option<Vec<u8>> {
        let open = self.rows.get_ref().ended && self.rows.get_ref().at == At::Quoted;
        let last = cells.iter().next_back().filter(|_| open)?;
        let end = last.iter().position(|byte| *byte == b'\n')?;
        Some(last[end + 1..].to_vec())
    }
}

/// Takes the header off a stream, up to `max` bytes. Of one that a quote carries over its line, never closed or only in the middle of a cell,
/// that quote is left out, so that it ends with its line; and that is said.
fn closed_header(stream: &mut Stream, delimiter: u8, max: usize) -> io::Result<(Vec<u8>, Option<&'static str>)> {
    let (mut head, mut at, mut quote) = (Vec::new(), At::Row, 0);
    let torn = 'header: loop {
        let line = head.len();
        stream.by_ref().take((max - line) as u64).read_until(b'\n', &mut head)?;
        for (place, byte) in (line..).zip(&head[line..]) {
            let before = at;
            at = at.behind(*byte, delimiter);
            match (before, at) {
                (At::Row | At::Start, At::Quoted) if line == 0 => quote = place,
                (At::Quote, At::Plain) if line > 0 => break 'header true,
                (_, At::Row | At::Start) if line > 0 || *byte != delimiter => break 'header false,
                _ => {}
            }
        }
        if head.len() == line {
            break at == At::Quoted;
        }
    };
    if torn {
        head.remove(quote);
    }
    Ok((head, torn.then_some("a quote in the header is not closed; the header is read without it, as one line")))
}

fn first_line_delimiter(stream: &mut Stream) -> Result<char, String> {
    let head = stream.fill_buf().map_err(|error| error.to_string())?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(format::delimiter(&String::from_utf8_lossy(line)))
}

fn message(error: &csv::Error) -> String {
    error.to_string()
}

/// The cells of a row as text, decoded together so that detection has all of it.
fn decode(cells: &ByteRecord) -> Result<Vec<String>, String> {
    if let Ok(cells) = cells.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() {
        return Ok(cells.into_iter().map(str::to_string).collect());
    }
    let joined = cells.iter().collect::<Vec<_>>().join(&b'\n');
    charset::decode(&joined, false)?;
    let encoding = charset::guess(&joined);
    Ok(cells.iter().map(|cell| encoding.decode_without_bom_handling(cell).0.into_owned()).collect())
}

struct Cells<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl Fields for Cells<'_> {
    fn value(&self, name: &str) -> Result<Option<Value<'_>>, String> {
        let at = self.header.iter().position(|found| found == name);
        let at = at.or_else(|| self.header.iter().position(|found| found.eq_ignore_ascii_case(name)));
        let cell = at.and_then(|at| self.cells.get(at)).filter(|cell| !cell.trim().is_empty());
        Ok(cell.map(|cell| Value::Text(Cow::Borrowed(cell.as_str()))))
    }
}

/// Reads one row.
pub(super) fn article(row: &ByteRecord, header: &[String], place: Place<'_>, options: &ReadOptions) -> Outcome {
    let cells = match decode(row) {
        Ok(cells) => cells,
        Err(message) => return place.file.error(Some(place.line), message).into(),
    };
    let record = options.keep_records.then(|| {
        let object: Map<String, Json> = header.iter().cloned().zip(cells.iter().cloned().map(Json::String)).collect();
        Json::Object(object).to_string().into()
    });
    record::article(&Cells { header, cells: &cells }, place, options, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let mut table = match Table::open(Box::new(io::Cursor::new(text.to_string())), false, 100) {
            Ok(table) => table,
            Err(message) => return vec![format!("!{message}")],
        };
        let rows = std::iter::from_fn(|| table.next().expect("memory"));
        rows.map(|row| match row.cells {
            Ok(cells) => format!("{}:{}", row.line, cells.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join("|")),
            Err(message) => format!("{}!{message}", row.line),
        })
        .collect()
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_row_only() {
        let broken = "3!a quote is not closed; the rows after this one are read without quotes";
        assert_eq!(
            rows("id,text\n1,a\n2,\"b\n3,c\n4,d,e\n5,f\n"),
            ["2:1|a", broken, "4:3|c", "5!the row has 3 fields, the header 2", "6:5|f"]
        );
        assert_eq!(rows("id,text\n1,a\n2,b 5\" pipe\n3,c\n"), ["2:1|a", "3:2|b 5\" pipe", "4:3|c"]);
        // An even number of quotes, the last of them open.
        assert_eq!(rows("id,text\n1,a\n5\",\"\n3,c\n"), ["2:1|a", broken, "4:3|c"]);
        assert_eq!(rows("id,text\n1,a\n\"5\"\"\",\"b\"\"\n3,c\n"), ["2:1|a", broken, "4:3|c"]);
        assert_eq!(rows("id,text\n1,\"a\nb\"\n"), ["2:1|a\nb"]);
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "id,text", "", "1,\"a", "b\"", "2,\"\"", "", "", "3", "4,c\"d"].join(end);
            let short = "9!the row has 1 fields, the header 2".to_string();
            assert_eq!(rows(&text), [format!("4:1|a{end}b"), "6:2|".into(), short, "10:4|c\"d".into()], "{end:?}");
        }
        let broken = "3!a quote is not closed; the rows after this one are read without quotes";
        assert_eq!(rows("id,text\r\n1,a\r\n2,\"b\r\n3,c\r\n\r\n4,d\"\"e\r\n5,f\r\n"), ["2:1|a", broken, "4:3|c", "6:4|d\"e", "7:5|f"]);
    }

    #[test]
    fn a_quote_that_the_header_leaves_open_costs_no_row() {
        let wrong = "1!a quote in the header is not closed; the header is read without it, as one line";
        for rest in ["\n1,a\n2,\"b\"\n", "\n1,\"a\"\n\"2\",b\n", "\n\"1\",a\n2,\"b\""] {
            for header in ["id,\"text", "\"id,text", "\"id\",\"text"] {
                assert_eq!(rows(&format!("{header}{rest}")), [wrong, "2:1|a", "3:2|b"], "{header:?} {rest:?}");
            }
        }
        assert_eq!(rows("id,\"text\r\n1,a\r\n2,b\r\n"), [wrong, "2:1|a", "3:2|b"]);
        assert_eq!(rows(&format!("\"a,b\",\"text\n{}", "2,z\n".repeat(100))).len(), 101, "more than a row may have");
        // A header may have several lines.
        assert_eq!(rows("id,\"text\nof the \"\"article\"\"\"\n1,a\n"), ["3:1|a"]);
        assert_eq!(rows("\"i\nd\",\"te\"xt\n1,a\n"), ["3:1|a"]);
        assert_eq!(rows("id,\"text"), [wrong]);
        assert_eq!(rows("id,\"text\""), [""; 0]);
    }

    #[test]
    fn a_row_is_bounded_and_what_stands_before_it_is_read() {
        let too_long = "a row is too long (a quote that is not closed?): the rest of the file is not read";
        let short = "id,text\n1,\"x\ny\"\n";
        let many = |rows: usize| "2,z\n".repeat(rows);
        assert_eq!(rows(short), ["2:1|x\ny"]);
        assert_eq!(rows(&format!("{short}{}", many(100))).len(), 101);
        assert_eq!(rows(&format!("{short}3,\"{}", many(100))), ["2:1|x\ny".to_string(), format!("4!{too_long}")]);
        assert_eq!(rows(&format!("id,{}", "x".repeat(100))), [format!("!{too_long}")]);
    }
}
