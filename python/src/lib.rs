//! The engine as a Python module: what Python gives becomes articles, what the engine finds becomes what Python knows. All else is in
//! the Python files beside it.

mod index;
mod input;
mod shuffle;
mod stories;
mod words;

use std::sync::OnceLock;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

/// An error of the engine as the exception that Python's users expect, with its message.
fn raised(error: samestory::Error) -> PyErr {
    match error {
        samestory::Error::Io { .. } | samestory::Error::Index { .. } => PyOSError::new_err(error.to_string()),
        _ => PyValueError::new_err(error.to_string()),
    }
}

/// A setting as the engine's own type; the error is a `ValueError` that names what is wrong.
fn parsed<'a, T: serde::Deserialize<'a>>(json: &'a str) -> PyResult<T> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json)).map_err(|error| {
        let (path, message) = (error.path().to_string(), error.inner().to_string());
        let message = message.split(" at line ").next().unwrap_or_default();
        // Types as Python has them.
        let message = message.replace("expected f64", "expected a number").replace("expected usize", "expected a whole number");
        let message = message.replace("expected u32", "expected a whole number").replace("trailing characters", "expected two ids");
        // What an index is set up with is given beside each other in Python.
        let path = path.trim_start_matches("config.");
        PyValueError::new_err(if message.contains(path) { message } else { format!("{path}: {message}") })
    })
}

/// The threads that work without Python's lock.
struct Workers(Option<rayon::ThreadPool>);

impl Workers {
    /// So many, or those that all calls share. These do not live on in a forked process (`multiprocessing`), where each call has threads of
    /// its own.
    fn new(threads: Option<usize>) -> PyResult<Workers> {
        static FIRST: OnceLock<u32> = OnceLock::new();
        let is_forked = *FIRST.get_or_init(std::process::id) != std::process::id();
        if threads.is_none() && !is_forked {
            return Ok(Workers(None));
        }
        // 0 is a thread a core.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
        pool.map(|pool| Workers(Some(pool))).map_err(|error| PyValueError::new_err(format!("threads: {error}")))
    }

    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
        py.detach(|| match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        })
    }
}

#[pymodule]
mod _samestory {
    #[pymodule_export]
    use crate::index::Index;
    #[pymodule_export]
    use crate::input::{Articles, Reader};
    #[pymodule_export]
    use crate::shuffle::{Stage, packed, stages};
    #[pymodule_export]
    use crate::stories::{Stories, cluster, evaluate};
    #[pymodule_export]
    use crate::words::{MinHash, bands, line, sketches, tokens};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
