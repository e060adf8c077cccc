//! Articles from what Python gives: rows of fields, or Arrow tables.

use arrow_array::RecordBatch;
use jiff::civil::Date;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PyString};
use pyo3_arrow::PyRecordBatchReader;
use rayon::prelude::*;
use samestory::Article;
use samestory::read::{FieldMap, Fields, ReadOptions, Value, columns, field, records};

use crate::detached;

/// What articles are called in messages, and in the ids of those that have none.
const SOURCE: &str = "articles";

/// Articles as they were read, and what was wrong with others.
#[pyclass(frozen)]
pub(crate) struct Articles {
    pub(crate) articles: Vec<Article>,
    #[pyo3(get)]
    problems: Vec<String>,
}

/// How articles are read.
#[pyclass(frozen)]
pub(crate) struct Reader {
    options: ReadOptions,
    threads: Option<usize>,
    /// Whether an id may be used only once; an index takes articles of one id for versions of one article.
    unique: bool,
}

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(signature = (fields, latest, threads, unique))]
    fn new(fields: Vec<(String, String)>, latest: &str, threads: Option<usize>, unique: bool) -> PyResult<Reader> {
        Ok(Reader { options: options(fields, latest)?, threads, unique })
    }

    /// Reads an object with `__arrow_c_stream__`.
    fn table(&self, py: Python<'_>, table: PyRecordBatchReader) -> PyResult<Articles> {
        let tables =
            table.into_reader()?.collect::<Result<Vec<RecordBatch>, _>>().map_err(|error| PyValueError::new_err(error.to_string()))?;
        detached(py, self.threads, || {
            let mut read = Vec::new();
            let mut first = 1;
            for table in tables {
                read.extend(columns(SOURCE, first, &table, &self.options));
                first += table.num_rows() as u64;
            }
            self.sorted(read)
        })
    }

    /// Reads mappings, one after the other.
    fn rows(&self, py: Python<'_>, rows: &Bound<'_, PyAny>) -> PyResult<Articles> {
        let rows = rows.try_iter()?.enumerate().map(|(at, row)| Row::of(&row?, at + 1)).collect::<PyResult<Vec<Row>>>()?;
        detached(py, self.threads, || self.sorted(records(SOURCE, 1, rows.into_par_iter(), &self.options)))
    }
}

impl Reader {
    /// Good articles, and the words for bad ones.
    fn sorted(&self, read: Vec<samestory::Result<Article>>) -> Articles {
        let mut problems = Vec::new();
        let articles = read.into_iter().filter_map(|item| item.map_err(|error| problems.push(error.to_string())).ok()).collect();
        let (articles, doubles) = if self.unique { samestory::unique(articles) } else { (articles, Vec::new()) };
        problems.extend(doubles.iter().map(ToString::to_string));
        Articles { articles, problems }
    }
}

fn options(fields: Vec<(String, String)>, latest: &str) -> PyResult<ReadOptions> {
    let latest: Date = latest.parse().map_err(|error| PyValueError::new_err(format!("today: {error}")))?;
    let mut map = FieldMap::default();
    for (role, name) in fields {
        let field = match role.as_str() {
            "id" => &mut map.id,
            "text" => &mut map.text,
            "title" => &mut map.title,
            "date" => &mut map.published,
            "outlet" => &mut map.outlet,
            "lang" => &mut map.lang,
            "url" => &mut map.url,
            _ => return Err(PyValueError::new_err(format!("fields: {role:?} is none of id, text, title, date, outlet, lang, url"))),
        };
        *field = Some(name);
    }
    Ok(ReadOptions { fields: map, ..ReadOptions::new(latest) })
}

/// A mapping whose values are copied, so that it can be read without Python's lock.
struct Row(Vec<(String, Option<Field>)>);

enum Field {
    Text(String),
    Number(String),
    Other(&'static str),
}

impl Row {
    fn of(row: &Bound<'_, PyAny>, number: usize) -> PyResult<Row> {
        let Ok(mapping) = row.cast::<PyMapping>() else {
            let kind = row.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{SOURCE}:{number}: expected a mapping of fields, found {kind}")));
        };
        let mut fields = Vec::new();
        let mut push = |name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>| -> PyResult<()> {
            if let Ok(name) = name.cast::<PyString>() {
                fields.push((name.to_string_lossy().into_owned(), Field::of(value)?));
            }
            Ok(())
        };
        match row.cast::<PyDict>() {
            Ok(dict) => dict.iter().try_for_each(|(name, value)| push(&name, &value))?,
            Err(_) => mapping.items()?.iter().try_for_each(|item| push(&item.get_item(0)?, &item.get_item(1)?))?,
        }
        Ok(Row(fields))
    }
}

impl Field {
    /// The value of a field; nothing when it is missing, as data frames have it: `None`, NaN, NaT, NA.
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Field>> {
        if let Ok(text) = value.cast::<PyString>() {
            // A lone surrogate is no character: JSON readers see U+FFFD.
            return Ok(Some(Field::Text(text.to_string_lossy().into_owned())));
        }
        if value.is_none() || value.get_type().name()?.to_cow()? == "NAType" {
            return Ok(None);
        }
        if value.is_instance_of::<PyBool>() {
            return Ok(Some(Field::Other("true or false")));
        }
        if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
            let is_missing = value.cast::<PyFloat>().is_ok_and(|float| float.value().is_nan());
            return (!is_missing).then(|| value.str().map(|text| Field::Number(text.to_string()))).transpose();
        }
        if value.hasattr("isoformat")? {
            let text = value.call_method0("isoformat")?.to_string();
            return Ok((text != "NaT").then_some(Field::Text(text)));
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            for name in ["name", "rendered"] {
                if let Some(member) = dict.get_item(name)?.filter(|member| member.is_instance_of::<PyString>()) {
                    return Field::of(&member);
                }
            }
            return Ok(Some(Field::Other("an object")));
        }
        Ok(Some(Field::Other("another type")))
    }
}

impl Fields for Row {
    fn value(&self, name: &str) -> Result<Option<Value<'_>>, String> {
        Ok(field(&self.0, name).and_then(Option::as_ref).map(|field| match field {
            Field::Text(text) => Value::Text(text.into()),
            Field::Number(number) => Value::Number(number.into()),
            Field::Other(what) => Value::Other(what),
        }))
    }
}
