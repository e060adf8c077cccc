//! An index that answers article by article.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use samestory::index::Setup;
use samestory::report::{self, Format, Options};

use crate::input::Articles;
use crate::{Workers, parsed, raised};

/// An open index; `None` once it is closed.
#[pyclass(frozen)]
pub(crate) struct Index(Mutex<Option<samestory::index::Index>>);

impl Index {
    /// Works on the open index without Python's lock.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut samestory::index::Index) -> samestory::Result<T> + Send) -> PyResult<T> {
        Workers::new(None)?.run(py, || {
            let mut index = self.0.lock().map_err(|_| PyOSError::new_err("an earlier call failed: open the index again"))?;
            let index = index.as_mut().ok_or_else(|| PyValueError::new_err("the index is closed"))?;
            work(index).map_err(raised)
        })
    }
}

fn json<T: serde::Serialize>(value: &T) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| PyValueError::new_err(error.to_string()))
}

#[pymethods]
impl Index {
    /// Opens or makes the index in a folder; without a setup it must be there, and `read_only` never writes.
    #[staticmethod]
    fn open(py: Python<'_>, folder: PathBuf, setup: Option<&str>, read_only: bool) -> PyResult<Index> {
        let setup: Option<Setup> = setup.map(parsed).transpose()?;
        let opened = Workers::new(None)?.run(py, || match setup {
            _ if read_only => samestory::index::Index::read(&folder),
            Some(setup) => samestory::index::Index::open(&folder, &setup),
            None => samestory::index::Index::reopen(&folder),
        });
        Ok(Index(Mutex::new(Some(opened.map_err(raised)?))))
    }

    fn insert(&self, py: Python<'_>, articles: &Bound<'_, Articles>) -> PyResult<String> {
        let articles = articles.get();
        if let Some(name) = articles.without_id() {
            return Err(PyValueError::new_err(format!("{name}: no id, and an index knows articles by theirs; none was taken in")));
        }
        json(&self.with(py, |index| index.insert(&articles.articles))?)
    }

    fn query(&self, py: Python<'_>, articles: &Bound<'_, Articles>) -> PyResult<String> {
        let articles = articles.get();
        json(&self.with(py, |index| articles.articles.iter().map(|article| index.query(article)).collect::<samestory::Result<Vec<_>>>())?)
    }

    fn find(&self, py: Python<'_>, id: &str) -> PyResult<Option<String>> {
        let found = self.with(py, |index| index.find(id))?;
        found.map(|record| json(&samestory::index::Answer { story: record.story, ..record.answer })).transpose()
    }

    /// Rewrites all assignments; the rows of JSON Lines.
    fn recluster(&self, py: Python<'_>) -> PyResult<String> {
        let rows = self.with(py, |index| {
            let (articles, found) = index.recluster()?;
            let mut out = Vec::new();
            // Memory takes every byte, and the result is of these articles.
            report::write(Format::Jsonl, &articles, &found, &Options::default(), &mut out)
                .map_err(|error| samestory::Error::Input(error.to_string()))?;
            Ok(out)
        })?;
        String::from_utf8(rows).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn forget(&self, py: Python<'_>, id: &str) -> PyResult<bool> {
        self.with(py, |index| Ok(!index.forget(&BTreeSet::from([id]))?.is_empty()))
    }

    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        json(&self.with(py, |index| index.stats())?)
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| match self.0.lock().map(|mut index| index.take()) {
            Ok(Some(index)) => index.close().map_err(raised),
            Ok(None) | Err(_) => Ok(()),
        })
    }
}
