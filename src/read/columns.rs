//! Tables of Arrow columns: each row is a record.

use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch, StringViewArray, StructArray};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use jiff::tz::Offset;
use rayon::prelude::*;

use super::ReadOptions;
use super::fields::Role;
use super::memory::records;
use super::record::{Fields, Value, field};
use crate::article::Article;
use crate::date::When;
use crate::error::Result;

/// Reads the rows of a table as [`records`](super::records); columns that no field of an article is looked for in are not touched.
///
/// Texts may be of any string or binary type, also by dictionary; dates of a date or timestamp type, or what a date field may hold. A
/// timestamp in a zone with a name is an instant, in UTC: what a name means depends on the machine.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Date32Array, RecordBatch, StringArray};
/// use samestory::read::{ReadOptions, columns};
///
/// let text: ArrayRef = Arc::new(StringArray::from(vec!["The bridge was opened."]));
/// let date: ArrayRef = Arc::new(Date32Array::from(vec![20_060]));
/// let table = RecordBatch::try_from_iter([("text", text), ("date", date)])?;
/// let read = columns("table", 1, &table, &ReadOptions::new(jiff::civil::date(2024, 12, 31)));
/// let published = read[0].as_ref().ok().and_then(|article| article.published.as_ref());
/// assert_eq!(published.map(|date| date.when.to_string()).as_deref(), Some("2024-12-03"));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
pub fn columns(source: &str, first: u64, table: &RecordBatch, options: &ReadOptions) -> Vec<Result<Article>> {
    let columns = Columns::of(table, options);
    records(source, first, (0..table.num_rows()).into_par_iter().map(|at| columns.row(at)), options)
}

/// Whether a field of an article is looked for in a column of this name.
#[must_use]
pub fn is_asked(name: &str, options: &ReadOptions) -> bool {
    let named = |other: &str| other.eq_ignore_ascii_case(name);
    Role::ALL.iter().any(|role| options.fields.mapped(*role).map_or_else(|| role.names().iter().any(|usual| named(usual)), named))
}

/// The columns of a table that are asked for, by name.
pub(super) struct Columns(Vec<(String, Column)>);

impl Columns {
    pub(super) fn of(table: &RecordBatch, options: &ReadOptions) -> Columns {
        let schema = table.schema();
        let columns = schema.fields().iter().zip(table.columns()).filter(|(field, _)| is_asked(field.name(), options));
        Columns(columns.map(|(field, array)| (field.name().clone(), Column::of(array))).collect())
    }

    pub(super) fn row(&self, at: usize) -> Row<'_> {
        Row { columns: &self.0, at }
    }
}

/// A column as what a field may be.
enum Column {
    Text(StringViewArray),
    Number(StringViewArray),
    /// The member of an object that stands for it.
    Named(StructArray, Box<Column>),
    Other(ArrayRef, &'static str),
}

impl Column {
    fn of(array: &ArrayRef) -> Column {
        let as_text = |array: &ArrayRef| cast(array, &DataType::Utf8View).ok().and_then(|texts| texts.as_string_view_opt().cloned());
        let other = |what| Column::Other(ArrayRef::clone(array), what);
        let plain = |kind: &DataType| cast(array, kind).map_or_else(|_| other("a value that cannot be read"), |array| Column::of(&array));
        match array.data_type() {
            DataType::Timestamp(unit, zone) => Column::Text(moments(array, *unit, zone.as_deref())),
            DataType::Date64 => match cast(array, &DataType::Timestamp(TimeUnit::Millisecond, None)) {
                Ok(array) => Column::Text(moments(&array, TimeUnit::Millisecond, None)),
                Err(_) => other("a date that cannot be read"),
            },
            DataType::Dictionary(_, value) => plain(value),
            DataType::RunEndEncoded(_, value) => plain(value.data_type()),
            DataType::Struct(_) => {
                let object = array.as_struct();
                match object.column_names().iter().position(|name| matches!(*name, "name" | "rendered")) {
                    Some(member) => Column::Named(object.clone(), Box::new(Column::of(object.column(member)))),
                    None => other("an object"),
                }
            }
            DataType::Boolean => other("true or false"),
            kind if kind.is_numeric() => as_text(array).map_or_else(|| other("a number that cannot be read"), Column::Number),
            kind if kind.is_nested() => other("an array"),
            _ => as_text(array).map_or_else(|| other("a value that cannot be read"), Column::Text),
        }
    }

    fn value(&self, at: usize) -> Option<Value<'_>> {
        match self {
            Column::Text(texts) => texts.is_valid(at).then(|| Value::Text(texts.value(at).into())),
            Column::Number(numbers) => numbers.is_valid(at).then(|| Value::Number(numbers.value(at).into())),
            Column::Named(object, member) => object.is_valid(at).then(|| member.value(at)).flatten(),
            Column::Other(array, what) => array.is_valid(at).then_some(Value::Other(what)),
        }
    }
}

/// Instants in seconds or finer as ISO 8601: with the offset of `zone`, in UTC where it is a name, without where there is none.
fn moments(array: &ArrayRef, unit: TimeUnit, zone: Option<&str>) -> StringViewArray {
    let offset = zone.map(|zone| offset(zone).unwrap_or(Offset::UTC));
    match unit {
        TimeUnit::Second => written::<TimestampSecondType>(array, 1_000_000_000, offset),
        TimeUnit::Millisecond => written::<TimestampMillisecondType>(array, 1_000_000, offset),
        TimeUnit::Microsecond => written::<TimestampMicrosecondType>(array, 1_000, offset),
        TimeUnit::Nanosecond => written::<TimestampNanosecondType>(array, 1, offset),
    }
}

/// The offset that a zone is: `+03:00`.
fn offset(zone: &str) -> Option<Offset> {
    let When::Instant(_, offset) = When::parse_iso(&format!("2000-01-01T00:00:00{zone}"))? else { return None };
    Some(offset)
}

/// Instants of `nanoseconds` each since 1970.
fn written<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, nanoseconds: i128, offset: Option<Offset>) -> StringViewArray {
    let written = |count: i64| {
        let stamp = Timestamp::from_nanosecond(i128::from(count) * nanoseconds).ok()?;
        let when = match offset {
            Some(offset) => When::Instant(stamp, offset),
            None => When::Local(Offset::UTC.to_datetime(stamp)),
        };
        Some(when.to_string())
    };
    // What no calendar holds is spelled as it is, so that the complaint shows it.
    array.as_primitive::<T>().iter().map(|count| count.map(|count| written(count).unwrap_or_else(|| count.to_string()))).collect()
}

/// A row of a table.
pub(super) struct Row<'t> {
    columns: &'t [(String, Column)],
    at: usize,
}

impl Fields for Row<'_> {
    fn value(&self, name: &str) -> std::result::Result<Option<Value<'_>>, String> {
        Ok(field(self.columns, name).and_then(|column| column.value(self.at)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::StringDictionaryBuilder;
    use arrow_array::types::Int32Type;
    use arrow_array::*;
    use arrow_schema::Field;

    use super::*;

    fn read(columns: Vec<(&str, ArrayRef)>) -> Vec<String> {
        let table =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).expect("columns");
        let read = super::columns("t", 1, &table, &ReadOptions::new(jiff::civil::date(2024, 12, 31)));
        let shown = read.into_iter().map(|item| match item {
            Ok(article) => {
                let date = article.published.map(|date| date.when.to_string());
                let or = |text: Option<crate::article::SharedText>| text.map_or("-".into(), |text| text.to_string());
                format!("{}|{}|{}|{}|{}", article.key, or(article.title), article.text, date.unwrap_or("-".into()), or(article.outlet))
            }
            Err(error) => format!("!{error}"),
        });
        shown.collect()
    }

    fn texts(texts: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(texts.to_vec()))
    }

    #[test]
    fn texts_of_every_type_are_read() {
        let rows = [Some("one"), None, Some("نص")];
        let mut by_dictionary = StringDictionaryBuilder::<Int32Type>::new();
        rows.iter().for_each(|row| by_dictionary.append_option(*row));
        let bytes: Vec<Option<&[u8]>> = rows.iter().map(|row| row.map(str::as_bytes)).collect();
        let ends = PrimitiveArray::<Int32Type>::from(vec![1, 2, 3]);
        let kinds: Vec<ArrayRef> = vec![
            texts(&rows),
            Arc::new(LargeStringArray::from(rows.to_vec())),
            Arc::new(StringViewArray::from(rows.to_vec())),
            Arc::new(by_dictionary.finish()),
            Arc::new(BinaryArray::from(bytes.clone())),
            Arc::new(LargeBinaryArray::from(bytes)),
            Arc::new(RunArray::try_new(&ends, &StringArray::from(rows.to_vec())).expect("runs")),
        ];
        for kind in kinds {
            let name = format!("{:?}", kind.data_type());
            assert_eq!(read(vec![("text", kind)]), ["t:1|-|one|-|-", "!t:2: no text", "t:3|-|نص|-|-"], "{name}");
        }
    }

    #[test]
    fn dates_of_every_type_are_read() {
        let seconds = 1_733_244_284_i64;
        let text = texts(&[Some("x")]);
        let stamp = |array: ArrayRef, expected: &str| {
            let name = format!("{:?}", array.data_type());
            assert_eq!(read(vec![("text", text.clone()), ("date", array)]), [format!("t:1|-|x|{expected}|-")], "{name}");
        };
        let plain = "2024-12-03T16:44:44";
        stamp(Arc::new(TimestampSecondArray::from(vec![seconds])), plain);
        stamp(Arc::new(TimestampMillisecondArray::from(vec![seconds * 1_000])), plain);
        stamp(Arc::new(TimestampMicrosecondArray::from(vec![seconds * 1_000_000])), plain);
        stamp(Arc::new(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000])), plain);
        let zoned = |zone: &str| Arc::new(TimestampSecondArray::from(vec![seconds]).with_timezone(zone.to_owned()));
        stamp(zoned("UTC"), "2024-12-03T16:44:44Z");
        stamp(zoned("+03:00"), "2024-12-03T19:44:44+03:00");
        stamp(zoned("Europe/Istanbul"), "2024-12-03T16:44:44Z");
        stamp(Arc::new(Date32Array::from(vec![20_060])), "2024-12-03");
        stamp(Arc::new(Date64Array::from(vec![seconds * 1_000])), plain);
        stamp(Arc::new(Int64Array::from(vec![seconds])), "2024-12-03T16:44:44Z");
        stamp(texts(&[Some("3 December 2024")]), "2024-12-03");
    }

    #[test]
    fn other_values_are_named_and_the_rest_is_read() {
        let object = StructArray::from(vec![(Arc::new(Field::new("name", DataType::Utf8, true)), texts(&[Some("Daily"), None]))]);
        let found = read(vec![
            ("ID", Arc::new(Int64Array::from(vec![7, 8]))),
            ("text", texts(&[Some("x"), Some("y")])),
            ("title", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("outlet", Arc::new(object)),
            ("ignored", Arc::new(NullArray::new(2))),
        ]);
        let complaint = "!t:1: field \"title\": expected a string, found true or false; the article is kept without it";
        assert_eq!(found, ["7|-|x|-|Daily", complaint, "8|-|y|-|-"]);
    }

    #[test]
    fn names_are_told_apart_as_in_json() {
        let text = |text| texts(&[Some(text)]);
        assert_eq!(read(vec![("text", text("a")), ("TEXT", text("b")), ("Text", text("c"))]), ["t:1|-|a|-|-"]);
        assert_eq!(read(vec![("TEXT", text("b")), ("Text", text("c"))]), ["t:1|-|c|-|-"]);
    }
}
