//! The stages of a run, for engines that sort rows between them.

use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3_arrow::PyRecordBatch;
use rayon::{ThreadPool, ThreadPoolBuilder};
use samestory::shuffle::{self, STAGES};

use crate::input::Articles;
use crate::{parsed, raised};

/// Rows and bytes from which on a table takes no more rows: far below the 2 GiB that a column may hold.
const ROWS: usize = 1 << 16;
const BYTES: usize = 64 << 20;

fn invalid(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The names of all stages, by how many columns their rows are sorted, and the columns that they read and write.
#[pyfunction]
pub(crate) fn stages() -> Vec<(&'static str, usize, Vec<&'static str>, Vec<&'static str>)> {
    STAGES.iter().map(|spec| (spec.name, spec.sorted, spec.reads.to_vec(), spec.writes.to_vec())).collect()
}

/// Articles as the first stages read them: their ids and all of them.
#[pyfunction]
pub(crate) fn packed(py: Python<'_>, articles: &Articles) -> PyResult<Vec<PyRecordBatch>> {
    py.detach(|| {
        let mut tables = Tables::new(&["id", "article"]);
        for article in &articles.articles {
            let bytes = shuffle::article_to_bytes(article).map_err(raised)?;
            tables.push(&[article.key.as_bytes(), &bytes]);
        }
        tables.finish()
    })
}

/// One task of a stage.
#[pyclass]
pub(crate) struct Stage {
    stage: shuffle::Stage,
    writes: &'static [&'static str],
    threads: ThreadPool,
}

#[pymethods]
impl Stage {
    #[new]
    fn new(name: &str, config: &str, shared: Vec<(PyBackedBytes, PyBackedBytes)>) -> PyResult<Stage> {
        let shared: Vec<(&[u8], &[u8])> = shared.iter().map(|(key, value)| (&**key, &**value)).collect();
        let stage = shuffle::Stage::new(name, &parsed(config)?, &shared).map_err(raised)?;
        let writes = STAGES.iter().find(|spec| spec.name == name).map_or(&[][..], |spec| spec.writes);
        // The engine decides how many tasks run at once.
        let threads = ThreadPoolBuilder::new().num_threads(1);
        Ok(Stage { stage, writes, threads: threads.build().map_err(invalid)? })
    }

    /// Takes rows; returns those that are ready.
    fn feed(&mut self, py: Python<'_>, rows: PyRecordBatch) -> PyResult<Vec<PyRecordBatch>> {
        let rows: RecordBatch = rows.into_inner();
        py.detach(|| {
            let columns: Vec<Column> = rows.columns().iter().map(Column::of).collect::<PyResult<_>>()?;
            let mut tables = Tables::new(self.writes);
            self.threads.install(|| {
                let mut row = Vec::with_capacity(columns.len());
                (0..rows.num_rows()).try_for_each(|at| {
                    row.clear();
                    row.extend(columns.iter().map(|column| column.value(at)));
                    self.stage.row(&row, &mut |row| tables.push(row)).map_err(raised)
                })
            })?;
            tables.finish()
        })
    }

    /// Returns the last rows.
    fn end(&mut self, py: Python<'_>) -> PyResult<Vec<PyRecordBatch>> {
        py.detach(|| {
            let mut tables = Tables::new(self.writes);
            self.threads.install(|| self.stage.end(&mut |row| tables.push(row))).map_err(raised)?;
            tables.finish()
        })
    }
}

/// A column of bytes; missing ones are empty.
struct Column(ArrayRef);

impl Column {
    fn of(array: &ArrayRef) -> PyResult<Column> {
        match array.data_type() {
            DataType::Binary | DataType::LargeBinary => Ok(Column(Arc::clone(array))),
            other => Err(PyValueError::new_err(format!("a column of {other}, expected binary"))),
        }
    }

    fn value(&self, at: usize) -> &[u8] {
        if self.0.is_null(at) {
            return &[];
        }
        match self.0.as_binary_opt::<i32>() {
            Some(values) => values.value(at),
            None => self.0.as_binary::<i64>().value(at),
        }
    }
}

/// Rows as tables of bytes.
struct Tables {
    schema: Arc<Schema>,
    columns: Vec<BinaryBuilder>,
    rows: usize,
    bytes: usize,
    full: Vec<Vec<BinaryArray>>,
}

impl Tables {
    fn new(columns: &[&str]) -> Tables {
        let fields: Vec<Field> = columns.iter().map(|name| Field::new(*name, DataType::Binary, true)).collect();
        let builders = columns.iter().map(|_| BinaryBuilder::new()).collect();
        Tables { schema: Arc::new(Schema::new(fields)), columns: builders, rows: 0, bytes: 0, full: Vec::new() }
    }

    fn push(&mut self, row: &[&[u8]]) {
        self.columns.iter_mut().zip(row).for_each(|(column, value)| column.append_value(value));
        self.rows += 1;
        self.bytes += row.iter().map(|value| value.len()).sum::<usize>();
        if self.rows >= ROWS || self.bytes >= BYTES {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.rows > 0 {
            self.full.push(self.columns.iter_mut().map(BinaryBuilder::finish).collect());
        }
        (self.rows, self.bytes) = (0, 0);
    }

    fn finish(mut self) -> PyResult<Vec<PyRecordBatch>> {
        self.close();
        let table = |columns: Vec<BinaryArray>| {
            let columns = columns.into_iter().map(|column| Arc::new(column) as ArrayRef).collect();
            RecordBatch::try_new(Arc::clone(&self.schema), columns).map(PyRecordBatch::new).map_err(invalid)
        };
        self.full.into_iter().map(table).collect()
    }
}
