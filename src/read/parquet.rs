//! Parquet files: tables of columns, a few rows at a time.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_json::WriterBuilder;
use arrow_json::writer::LineDelimited;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::columns::{self, Columns};
use super::draft::Draft;
use super::input::InputFile;
use super::record::{self, Place};
use super::{ReadOptions, open};
use crate::error::Result;

/// Rows of a table: of long articles some megabytes.
const ROWS: usize = 1024;

/// Bytes that a row counts for beside its texts, so that a row takes at least two on disk, which every article does: a damaged file can claim
/// any number of rows that say nothing, and each is a complaint.
const ROW_BYTES: u64 = 1024;

/// A file that is being read.
pub(super) struct Tables {
    batches: ParquetRecordBatchReader,
    /// Rows given.
    rows: u64,
    /// Bytes of the texts given.
    bytes: u64,
    size: u64,
    /// Set by the first error.
    ended: bool,
}

/// Some rows of a file.
pub(super) struct Rows {
    /// The number of the first, from 1.
    first: u64,
    table: RecordBatch,
    /// Bytes of their texts.
    pub(super) bytes: u64,
}

impl Tables {
    /// Reads what the file says of itself; the error is a message for the whole file.
    pub(super) fn open(file: &InputFile, options: &ReadOptions) -> std::result::Result<Tables, String> {
        let source = File::open(&file.path).map_err(|error| error.to_string())?;
        let size = source.metadata().map_err(|error| error.to_string())?.len();
        let wrong = |error: parquet::errors::ParquetError| format!("not a Parquet file that can be read: {error}");
        let told = ParquetRecordBatchReaderBuilder::try_new(source.try_clone().map_err(|error| error.to_string())?).map_err(wrong)?;
        let as_views = ArrowReaderOptions::new().with_schema(views(told.schema()));
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(source, as_views).map_err(wrong)?;
        let asked = |(at, field): (usize, &Arc<Field>)| (options.keep_records || columns::is_asked(field.name(), options)).then_some(at);
        let asked: Vec<usize> = builder.schema().fields().iter().enumerate().filter_map(asked).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), asked);
        let batches = builder.with_projection(mask).with_batch_size(ROWS).build().map_err(wrong)?;
        Ok(Tables { batches, rows: 0, bytes: 0, size, ended: false })
    }

    /// The next rows; the error is a message after which nothing more comes.
    pub(super) fn next(&mut self) -> Option<std::result::Result<Rows, String>> {
        if self.ended {
            return None;
        }
        let table = match self.batches.next()? {
            Ok(table) => table,
            Err(error) => {
                self.ended = true;
                return Some(Err(format!("cannot be read from row {} on: {error}", self.rows + 1)));
            }
        };
        // A text that a million rows share is on disk once.
        let bytes = table.columns().iter().map(|column| bytes(column)).sum::<u64>() + table.num_rows() as u64 * ROW_BYTES;
        self.bytes += bytes;
        if let Err(message) = open::in_proportion(self.bytes, self.size) {
            self.ended = true;
            return Some(Err(message));
        }
        let first = self.rows + 1;
        self.rows += table.num_rows() as u64;
        Some(Ok(Rows { first, table, bytes }))
    }
}

/// Reads rows.
pub(super) fn articles(file: &InputFile, Rows { first, table, .. }: &Rows, options: &ReadOptions, items: &mut Vec<Result<Draft>>) {
    let columns = Columns::of(table, options);
    let mut kept = match options.keep_records.then(|| json(table)).transpose() {
        Ok(lines) => lines.unwrap_or_default().into_iter(),
        Err(error) => return items.push(Err(file.error(Some(*first), format!("the records cannot be kept: {error}")))),
    };
    for (at, number) in (0..table.num_rows()).zip(*first..) {
        record::article(&columns.row(at), Place { file, line: number, number }, options, kept.next()).give(items);
    }
}

/// Each row as a JSON object on a line.
fn json(table: &RecordBatch) -> std::result::Result<Vec<Box<str>>, String> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(table).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
    let lines = String::from_utf8(writer.into_inner()).map_err(|error| error.to_string())?;
    Ok(lines.lines().map(Box::from).collect())
}

/// The schema with texts as views, which are not copied when many rows have one text.
fn views(schema: &SchemaRef) -> SchemaRef {
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        DataType::Binary | DataType::LargeBinary => Arc::new(field.as_ref().clone().with_data_type(DataType::BinaryView)),
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(view).collect::<Vec<_>>()))
}

/// Bytes of a column's texts, one by one.
fn bytes(column: &dyn Array) -> u64 {
    let lengths = |lengths: &mut dyn Iterator<Item = u32>| lengths.map(u64::from).sum();
    // The lower half of a view is its length.
    match column.data_type() {
        DataType::Utf8View => lengths(&mut column.as_string_view().lengths()),
        DataType::BinaryView => lengths(&mut column.as_binary_view().lengths()),
        _ => column.get_array_memory_size() as u64,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use parquet::arrow::ArrowWriter;

    use crate::read::{ReadOptions, Reader};

    fn write(path: &Path, rows: Vec<(i64, Option<String>)>) {
        let (ids, texts): (Vec<i64>, Vec<Option<String>>) = rows.into_iter().unzip();
        let columns: [(&str, ArrayRef); 3] = [
            ("id", super::Arc::new(Int64Array::from(ids.clone()))),
            ("text", super::Arc::new(StringArray::from(texts))),
            ("more", super::Arc::new(Int64Array::from(ids))),
        ];
        save(path, &super::RecordBatch::try_from_iter(columns).expect("a table"));
    }

    fn save(path: &Path, table: &super::RecordBatch) {
        let mut writer = ArrowWriter::try_new(std::fs::File::create(path).expect("a file"), table.schema(), None).expect("a writer");
        writer.write(table).and_then(|()| writer.close()).expect("a file");
    }

    fn read(path: &Path, keep_records: bool) -> Vec<String> {
        let options = ReadOptions { keep_records, ..ReadOptions::new(jiff::civil::date(2024, 12, 31)) };
        let mut reader = Reader::open(&[path.display().to_string()], options);
        let shown = reader.by_ref().map(|item| match item {
            Ok(article) => format!("{}|{}|{}", article.key, article.text, article.record.unwrap_or_default()),
            Err(error) => format!("!{}", error.to_string().replace(&path.parent().expect("a folder").display().to_string(), "")),
        });
        let shown = shown.collect();
        assert_eq!(Some(reader.bytes_read()), reader.total_bytes());
        shown
    }

    #[test]
    fn rows_are_read_in_order_and_bad_ones_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["rows.parquet", "rows.pq", "rows"] {
            let path = folder.path().join(name);
            write(&path, (1..=3000).map(|id| (id, (id != 2).then(|| format!("text {id}")))).collect());
            let found = read(&path, false);
            assert_eq!(found[..3], ["1|text 1|".to_owned(), format!("!/{name}:2: no text"), "3|text 3|".to_owned()]);
            assert_eq!((found.len(), found[2999].as_str()), (3000, "3000|text 3000|"));
            assert_eq!(read(&path, true)[2], r#"3|text 3|{"id":3,"text":"text 3","more":3}"#);
        }
    }

    #[test]
    fn files_that_lie_or_are_cut_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        write(&path, vec![(1, Some("text".to_owned()))]);
        let whole = std::fs::read(&path).expect("a file");
        for cut in [0, 4, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..cut]).expect("a file");
            let found = read_any(&path);
            assert!(matches!(&found[..], [one] if one.starts_with("!/a.parquet: not a Parquet file that can be read")), "{found:?}");
        }
    }

    /// A file that is not opened is not counted as read.
    fn read_any(path: &Path) -> Vec<String> {
        let options = ReadOptions::new(jiff::civil::date(2024, 12, 31));
        let folder = path.parent().expect("a folder").display().to_string();
        let items = Reader::open(&[path.display().to_string()], options);
        items
            .map(|item| item.map_or_else(|error| format!("!{}", error.to_string().replace(&folder, "")), |article| article.key.to_string()))
            .collect()
    }

    #[test]
    fn damaged_files_are_read_or_named_and_others_survive() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        write(&path("a.parquet"), vec![(-1, Some("before".to_owned()))]);
        write(&path("b.parquet"), (0..200).map(|id| (id, Some(format!("the ferry {} left at noon", id % 7)))).collect());
        write(&path("c.parquet"), vec![(-2, Some("behind".to_owned()))]);
        let whole = std::fs::read(path("b.parquet")).expect("a file");
        let mut state = 1u64;
        let mut complaints = 0;
        for _ in 0..200 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                state = crate::hash::mix(state);
                let at = state as usize % bytes.len();
                match (state >> 56) % 4 {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = (state >> 48) as u8,
                    2 => bytes.splice(at..at, whole[at.min(whole.len() - 1)..].iter().take(16).copied()).for_each(drop),
                    _ => bytes[at] ^= 1 << (state >> 61),
                }
            }
            std::fs::write(path("b.parquet"), &bytes).expect("a file");
            let found = read_any(folder.path());
            assert_eq!((found[0].as_str(), found[found.len() - 1].as_str()), ("-1", "-2"));
            // All rows, or the word for those that are missing.
            let complained = found.iter().any(|item| item.starts_with("!"));
            assert!(complained || found.len() == 202, "{found:?}");
            complaints += usize::from(complained);
        }
        assert!((100..200).contains(&complaints), "{complaints}");
    }

    #[test]
    fn a_million_empty_rows_are_out_of_proportion() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let texts: ArrayRef = super::Arc::new(StringArray::from_iter_values((0..1_000_000).map(|_| "")));
        save(&path, &super::RecordBatch::try_from_iter([("text", texts)]).expect("a table"));
        let mut rows = Reader::open(&[path.display().to_string()], ReadOptions::new(jiff::civil::date(2024, 12, 31)));
        assert!((65_000..67_000).contains(&rows.by_ref().count()));
    }

    #[test]
    fn one_text_in_a_hundred_thousand_rows_is_out_of_proportion() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let texts: ArrayRef = super::Arc::new(StringArray::from_iter_values((0..100_000).map(|_| "word ".repeat(200))));
        save(&path, &super::RecordBatch::try_from_iter([("text", texts)]).expect("a table"));
        let found = read(&path, false);
        let last = found.last().expect("something");
        assert!(last.ends_with("unpacks to more than 500 times its size: the rest is not read"), "{last}");
        assert!((30_000..36_000).contains(&found.len()), "what is within bounds is read: {}", found.len());
    }
}
