//! Rows as tables of Arrow columns: the names and values of JSON Lines.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use crate::article::Article;
use crate::link::Clustering;
use crate::report::row::{Row, place};
use crate::report::{Only, check, kept};

/// Rows in a table: enough that what a table costs does not show, few enough that its texts stay far below the 2 GiB of a column.
const ROWS: usize = 1 << 16;

/// Bytes of texts from which on a table takes no more rows.
const BYTES: usize = 64 << 20;

/// The columns: `id`, `story`, `copies`, `score`, `representative`, `outlet`, `published`, `lang`, `title`.
#[must_use]
pub fn schema() -> SchemaRef {
    let kind = |name: &str| match name {
        "score" => DataType::Float64,
        "representative" => DataType::Boolean,
        _ => DataType::Utf8,
    };
    let known = ["id", "story", "copies", "representative"];
    let fields = Row::COLUMNS.map(|name| Field::new(name, kind(name), !known.contains(&name)));
    Arc::new(Schema::new(fields.to_vec()))
}

/// The rows of a result, in input order; every table has [`schema`]. O(articles).
///
/// # Errors
/// As [`write`](crate::report::write).
pub fn tables(articles: &[Article], clustering: &Clustering, only: Option<Only>) -> std::io::Result<Vec<RecordBatch>> {
    check(articles, clustering)?;
    let mut columns = Columns::default();
    let mut tables = Vec::new();
    for (article, at) in kept(articles, clustering, only) {
        columns.push(&Row::new(article, place(articles, clustering, at), at.lang.as_deref()));
        if columns.are_full() {
            tables.push(columns.take()?);
        }
    }
    if !columns.are_empty() {
        tables.push(columns.take()?);
    }
    Ok(tables)
}

/// Columns that are being filled.
#[derive(Default)]
pub(super) struct Columns {
    rows: usize,
    bytes: usize,
    id: StringBuilder,
    story: StringBuilder,
    copies: StringBuilder,
    score: Float64Builder,
    representative: BooleanBuilder,
    outlet: StringBuilder,
    published: StringBuilder,
    lang: StringBuilder,
    title: StringBuilder,
}

impl Columns {
    pub(super) fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.bytes += [row.id, row.place.story, row.place.copies].map(str::len).iter().sum::<usize>();
        self.bytes += [row.outlet, row.title].map(|text| text.map_or(0, str::len)).iter().sum::<usize>();
        self.id.append_value(row.id);
        self.story.append_value(row.place.story);
        self.copies.append_value(row.place.copies);
        self.score.append_option(row.place.score);
        self.representative.append_value(row.place.representative);
        self.outlet.append_option(row.outlet);
        self.published.append_option(row.published.as_deref());
        self.lang.append_option(row.lang);
        self.title.append_option(row.title);
    }

    pub(super) fn are_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }

    pub(super) fn are_empty(&self) -> bool {
        self.rows == 0
    }

    /// The table of all rows so far; the columns are empty after.
    pub(super) fn take(&mut self) -> std::io::Result<RecordBatch> {
        (self.rows, self.bytes) = (0, 0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.id.finish()),
            Arc::new(self.story.finish()),
            Arc::new(self.copies.finish()),
            Arc::new(self.score.finish()),
            Arc::new(self.representative.finish()),
            Arc::new(self.outlet.finish()),
            Arc::new(self.published.finish()),
            Arc::new(self.lang.finish()),
            Arc::new(self.title.finish()),
        ];
        RecordBatch::try_new(schema(), columns).map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, Options, sample, write};

    /// The rows of tables as JSON Lines, by a writer that is not ours.
    fn as_lines(tables: &[RecordBatch]) -> Vec<serde_json::Value> {
        let cell = |array: &ArrayRef, at: usize| {
            use arrow_array::{Array, cast::AsArray, types::Float64Type};
            match array.data_type() {
                _ if array.is_null(at) => serde_json::Value::Null,
                DataType::Utf8 => array.as_string::<i32>().value(at).into(),
                DataType::Boolean => array.as_boolean().value(at).into(),
                _ => array.as_primitive::<Float64Type>().value(at).into(),
            }
        };
        let row = |table: &RecordBatch, at: usize| {
            let schema = table.schema();
            let cells = schema.fields().iter().zip(table.columns()).map(|(field, array)| (field.name().clone(), cell(array, at)));
            serde_json::Value::Object(cells.collect())
        };
        tables.iter().flat_map(|table| (0..table.num_rows()).map(move |at| row(table, at))).collect()
    }

    #[test]
    fn rows_are_those_of_json_lines() {
        let (articles, clustering) = sample::result();
        for only in [None, Some(Only::Representatives), Some(Only::Stories)] {
            let lines = sample::text(|out| write(Format::Jsonl, &articles, &clustering, &Options { only, ..Options::default() }, out));
            let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
            let tables = tables(&articles, &clustering, only).expect("tables");
            assert_eq!(as_lines(&tables), lines);
        }
        assert!(tables(&articles[1..], &clustering, None).is_err());
        assert_eq!(tables(&[], &Clustering::default(), None).expect("none"), []);
    }

    #[test]
    fn long_texts_make_more_tables() {
        let (mut columns, title) = (Columns::default(), "t".repeat(BYTES / 4));
        let article = Article { key: "a".into(), title: Some(title.as_str().into()), ..Article::default() };
        let place = || crate::report::row::Place { story: "a", copies: "a", score: None, representative: true };
        for full in [false, false, false, true] {
            columns.push(&Row::new(&article, place(), None));
            assert_eq!(columns.are_full(), full);
        }
        assert_eq!(columns.take().expect("a table").num_rows(), 4);
        assert!(columns.are_empty() && !columns.are_full());
    }
}
