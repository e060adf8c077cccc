//! Rows of a CSV or TSV file.

use std::borrow::Cow;
use std::sync::Arc;

use csv::ByteRecord;
use serde_json::{Map, Value as Json};

use super::open::Stream;
use super::record::{self, Fields, Outcome, Place, Value};
use super::{ReadOptions, charset, format};

/// A table that is being read: its header and its rows.
pub(super) struct Table {
    rows: csv::Reader<Stream>,
    pub(super) header: Arc<[String]>,
}

/// One row or what is wrong with it, and the line it starts on.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Result<ByteRecord, String>,
}

impl Table {
    /// Reads the header; the error is a message for the whole file.
    pub(super) fn open(mut stream: Stream, tabs: bool) -> Result<Table, String> {
        let delimiter = if tabs { '\t' } else { first_line_delimiter(&mut stream)? };
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter as u8).from_reader(stream);
        let names = rows.byte_headers().map_err(|error| message(&error))?.clone();
        let names = decode(&names)?;
        let header: Vec<String> = names.iter().map(|name| name.trim().to_string()).collect();
        for (at, name) in header.iter().enumerate() {
            if !name.is_empty() && header[..at].iter().any(|before| before.eq_ignore_ascii_case(name)) {
                return Err(format!("the header names {name:?} twice"));
            }
        }
        Ok(Table { rows, header: header.into() })
    }

    /// The next row; `None` at the end, an `io::Error` when the file cannot be read on.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Row>> {
        let mut cells = ByteRecord::new();
        let line = self.rows.position().line();
        match self.rows.read_byte_record(&mut cells) {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(Row { line: cells.position().map_or(line, csv::Position::line), cells: Ok(cells) })),
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                let message = message(&error);
                match error.into_kind() {
                    csv::ErrorKind::Io(error) => Err(error),
                    _ => Ok(Some(Row { line, cells: Err(message) })),
                }
            }
        }
    }
}

fn first_line_delimiter(stream: &mut Stream) -> Result<char, String> {
    let head = stream.fill_buf().map_err(|error| error.to_string())?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(format::delimiter(&String::from_utf8_lossy(line)))
}

fn message(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("the row has {len} fields, the header {expected_len}"),
        _ => error.to_string(),
    }
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
