//! Articles from what Python gives: rows of fields, Arrow tables, names of files.

use std::sync::Arc;

use arrow_array::{ArrayRef, LargeStringArray, RecordBatch};
use jiff::civil::Date;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyMapping, PyString};
use pyo3_arrow::{PyRecordBatchReader, PyTable};
use rayon::prelude::*;
use samestory::Article;
use samestory::read::{FieldMap, Fields, ReadOptions, Value, columns, field, is_asked, records};

use crate::Workers;

/// What articles are called in messages, and in the ids of those that have none.
const SOURCE: &str = "articles";

/// Rows whose texts are held at once beside the articles that they become: work for some threads.
const ROWS: usize = 1024;

/// Articles as they were read, for ``cluster`` and ``Index``; also a table with a row an article: id, title, text, outlet, url, lang, published.
#[pyclass(frozen, module = "samestory")]
pub(crate) struct Articles {
    pub(crate) articles: Vec<Article>,
    /// What was wrong with others, or with fields that articles are without.
    #[pyo3(get)]
    problems: Vec<String>,
    /// How many files of folders were passed over, since their extension does not say what they hold.
    #[pyo3(get)]
    skipped: usize,
}

#[pymethods]
impl Articles {
    fn __len__(&self) -> usize {
        self.articles.len()
    }

    fn __repr__(&self) -> String {
        format!("<samestory.Articles: {}>", self.articles.len())
    }

    /// The table, for any library that reads Arrow: ``polars.DataFrame(articles)``, ``pyarrow.table(articles)``.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let texts = |of: fn(&Article) -> Option<&str>| -> ArrayRef { Arc::new(self.articles.iter().map(of).collect::<LargeStringArray>()) };
        let published = |article: &Article| article.published.as_ref().map(|published| published.when.to_string());
        let table = py.detach(|| {
            RecordBatch::try_from_iter([
                ("id", texts(|article| Some(&article.key))),
                ("title", texts(|article| article.title.as_deref())),
                ("text", texts(|article| Some(&article.text))),
                ("outlet", texts(|article| article.outlet.as_deref())),
                ("url", texts(|article| article.url.as_deref())),
                ("lang", texts(|article| article.lang.as_deref())),
                ("published", Arc::new(self.articles.iter().map(published).collect::<LargeStringArray>())),
            ])
        });
        let table = table.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let table = PyTable::try_new(vec![table.clone()], table.schema())?.into_pyobject(py)?;
        table.call_method1("__arrow_c_stream__", (requested_schema,))
    }
}

/// How articles are read.
#[pyclass(frozen)]
pub(crate) struct Reader {
    options: ReadOptions,
    threads: Option<usize>,
}

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(signature = (fields, latest, threads))]
    fn new(fields: Vec<(String, String)>, latest: &str, threads: Option<usize>) -> PyResult<Reader> {
        Ok(Reader { options: options(fields, latest)?, threads })
    }

    /// Reads files, folders, globs and `-`.
    fn files(&self, py: Python<'_>, inputs: Vec<String>) -> PyResult<Articles> {
        Ok(Workers::new(self.threads)?.run(py, || {
            let mut reader = samestory::read::Reader::open(&inputs, self.options.clone());
            let articles = Articles::of(reader.by_ref());
            Articles { skipped: reader.skipped(), ..articles }
        }))
    }

    /// Whether a field of an article is looked for under this name.
    fn asks(&self, name: &str) -> bool {
        is_asked(name, &self.options)
    }

    /// Reads an object with `__arrow_c_stream__`.
    fn table(&self, py: Python<'_>, table: PyRecordBatchReader) -> PyResult<Articles> {
        let workers = Workers::new(self.threads)?;
        let mut tables = table.into_reader()?;
        let (mut read, mut first) = (Vec::new(), 1);
        // Those who fill the stream may need Python's lock.
        while let Some(table) = py.detach(|| tables.next()) {
            let table = table.map_err(|error| PyValueError::new_err(error.to_string()))?;
            workers.run(py, || read.extend(columns(SOURCE, first, &table, &self.options)));
            first += table.num_rows() as u64;
            py.check_signals()?;
        }
        Ok(workers.run(py, || Articles::of(read)))
    }

    /// Reads mappings, one after the other.
    fn rows(&self, py: Python<'_>, rows: &Bound<'_, PyAny>) -> PyResult<Articles> {
        let workers = Workers::new(self.threads)?;
        let mut rows = rows.try_iter()?;
        let (mut read, mut first) = (Vec::new(), 1);
        loop {
            let some =
                (first..).zip(rows.by_ref().take(ROWS)).map(|(number, row)| Row::of(&row?, number)).collect::<PyResult<Vec<Row>>>()?;
            if some.is_empty() {
                return Ok(workers.run(py, || Articles::of(read)));
            }
            workers.run(py, || read.extend(records(SOURCE, first, some.par_iter(), &self.options)));
            first += some.len() as u64;
            py.check_signals()?;
        }
    }
}

impl Articles {
    /// The name of an article that has no id of its own.
    pub(crate) fn without_id(&self) -> Option<&str> {
        let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = |key: &&str| key.strip_prefix(SOURCE).and_then(|rest| rest.strip_prefix(':')).is_some_and(is_number);
        self.articles.iter().map(|article| article.key.as_str()).find(is_name)
    }

    /// Good articles, and the words for bad ones.
    fn of(read: impl IntoIterator<Item = samestory::Result<Article>>) -> Articles {
        let mut problems = Vec::new();
        let articles = read.into_iter().filter_map(|item| item.map_err(|error| problems.push(error.to_string())).ok()).collect();
        Articles { articles, problems, skipped: 0 }
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

/// A mapping, whose texts stay Python's and can be read without Python's lock.
struct Row(Vec<(PyBackedStr, Option<Field>)>);

enum Field {
    Text(PyBackedStr),
    Number(String),
    Other(&'static str),
}

/// A text as it is, or with U+FFFD for the bytes of half a surrogate pair, which is no character.
fn text(text: &Bound<'_, PyString>) -> PyResult<PyBackedStr> {
    text.clone().try_into().or_else(|_| PyString::new(text.py(), &text.to_string_lossy()).try_into())
}

impl Row {
    fn of(row: &Bound<'_, PyAny>, number: u64) -> PyResult<Row> {
        let Ok(mapping) = row.cast::<PyMapping>() else {
            let kind = row.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{SOURCE}:{number}: expected a mapping of fields, found {kind}")));
        };
        let mut fields = Vec::new();
        let mut push = |name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>| -> PyResult<()> {
            if let Ok(name) = name.cast::<PyString>() {
                fields.push((text(name)?, Field::of(value)?));
            }
            Ok(())
        };
        match row.cast::<PyDict>() {
            // Of its own: what is asked of values is Python's code and may change the dictionary.
            Ok(dict) => dict.copy()?.iter().try_for_each(|(name, value)| push(&name, &value))?,
            Err(_) => mapping.items()?.iter().try_for_each(|item| push(&item.get_item(0)?, &item.get_item(1)?))?,
        }
        Ok(Row(fields))
    }
}

impl Field {
    /// The value of a field; nothing when it is missing, as data frames have it: `None`, NaN, NaT, NA.
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Field>> {
        if let Ok(string) = value.cast::<PyString>() {
            return text(string).map(|text| Some(Field::Text(text)));
        }
        let kind = value.get_type().name()?;
        let kind = kind.to_cow()?;
        if value.is_none() || kind == "NAType" {
            return Ok(None);
        }
        if kind == "UUID" || kind == "datetime64" {
            let written = text(&value.str()?)?;
            return Ok((&*written != "NaT").then_some(Field::Text(written)));
        }
        if value.is_instance_of::<PyBool>() {
            return Ok(Some(Field::Other("true or false")));
        }
        if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
            let is_missing = value.cast::<PyFloat>().is_ok_and(|float| float.value().is_nan());
            return (!is_missing).then(|| value.str().map(|text| Field::Number(text.to_string()))).transpose();
        }
        if value.hasattr("isoformat")? {
            let Ok(date) = value.call_method0("isoformat") else { return Ok(Some(Field::Other("another type"))) };
            let date = text(&date.str()?)?;
            return Ok((&*date != "NaT").then_some(Field::Text(date)));
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            let is_name = |key: &Bound<'_, PyAny>| key.cast::<PyString>().is_ok_and(|key| key == "name" || key == "rendered");
            let member = dict.copy()?.iter().find(|(key, _)| is_name(key)).map(|(_, member)| member);
            return match member.filter(|member| member.is_instance_of::<PyString>()) {
                Some(member) => Field::of(&member),
                None => Ok(Some(Field::Other("an object"))),
            };
        }
        // Numbers of other libraries.
        if let Ok(number) = value.call_method0("__index__") {
            return Ok(Some(Field::Number(number.str()?.to_string())));
        }
        if let Ok(number) = value.call_method0("__float__") {
            let is_missing = number.cast::<PyFloat>().is_ok_and(|number| number.value().is_nan());
            return (!is_missing).then(|| value.str().map(|text| Field::Number(text.to_string()))).transpose();
        }
        let is_array = value.hasattr("__len__")? && !value.is_instance_of::<PyBytes>();
        Ok(Some(Field::Other(if is_array { "an array" } else { "another type" })))
    }
}

impl Fields for &Row {
    fn value(&self, name: &str) -> Result<Option<Value<'_>>, String> {
        Ok(field(&self.0, name).and_then(Option::as_ref).map(|field| match field {
            Field::Text(text) => Value::Text(text.as_str().into()),
            Field::Number(number) => Value::Number(number.into()),
            Field::Other(what) => Value::Other(what),
        }))
    }
}
