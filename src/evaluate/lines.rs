//! JSON Lines of labels: small files written by people, read strictly.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// One object and the line it stands on.
pub(super) struct Line<'a> {
    path: &'a Path,
    number: u64,
    fields: Map<String, Value>,
}

/// Calls `each` with every object of a file, and stops at the first error; empty lines are skipped.
pub(super) fn read(path: &Path, each: impl FnMut(&Line<'_>) -> Result<()>) -> Result<()> {
    let file = File::open(path).map_err(|source| Error::Io { path: path.into(), source })?;
    read_from(BufReader::new(file), path, each)
}

/// [`read`] for what is open already.
pub(super) fn read_from(reader: impl BufRead, path: &Path, mut each: impl FnMut(&Line<'_>) -> Result<()>) -> Result<()> {
    for (number, line) in (1..).zip(reader.lines()) {
        let line = line.map_err(|source| match source.kind() {
            std::io::ErrorKind::InvalidData => Error::Record { path: path.into(), line: Some(number), message: "not UTF-8".into() },
            _ => Error::Io { path: path.into(), source },
        })?;
        // A byte order mark may stand before the first line.
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(fields) => each(&Line { path, number, fields })?,
            Err(error) => {
                // What serde_json adds about "line 1" would contradict ours.
                let message = error.to_string();
                let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message);
                return Err(Error::Record {
                    path: path.into(),
                    line: Some(number),
                    message: format!("not a JSON object: {message} at column {}", error.column()),
                });
            }
        }
    }
    Ok(())
}

impl Line<'_> {
    /// An error about this line.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::Record { path: self.path.into(), line: Some(self.number), message: message.into() }
    }

    /// The first of some fields that is there and not null.
    pub(super) fn field(&self, names: &[&str]) -> Option<&Value> {
        names.iter().filter_map(|name| self.fields.get(*name)).find(|value| !value.is_null())
    }

    /// A text or a number, as text; `None` when none of the fields is there or the text is empty.
    pub(super) fn text(&self, names: &[&str]) -> Result<Option<String>> {
        match self.field(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.error(format!("field {} is neither text nor a number", names.join(" or ")))),
        }
    }

    /// [`text`](Self::text) that must be there.
    pub(super) fn needed(&self, names: &[&str]) -> Result<String> {
        self.text(names)?.ok_or_else(|| self.error(format!("no field {}", names.join(" or "))))
    }
}
