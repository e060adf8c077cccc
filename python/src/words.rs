//! Tokens and sketches, for those who build on them.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, UInt32Array};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::PyArray;
use rayon::prelude::*;
use samestory::band::Banding;
use samestory::shingle::Shingles;
use samestory::sketch::Sketcher;
use samestory::{hash, normalize};

use crate::{Workers, raised};

/// The tokens of a text.
#[pyfunction]
pub(crate) fn tokens(py: Python<'_>, text: &str) -> Vec<String> {
    py.detach(|| {
        let mut tokens = Vec::new();
        normalize::tokens(text, |token| tokens.push(token.text.to_string()));
        tokens
    })
}

/// A line as boilerplate is compared.
#[pyfunction]
pub(crate) fn line(text: &str) -> String {
    normalize::line(text)
}

/// Sketches of texts as lists of one length.
#[pyfunction]
pub(crate) fn sketches(py: Python<'_>, texts: Vec<String>, num_hashes: usize, shingle: usize, threads: Option<usize>) -> PyResult<PyArray> {
    samestory::Config { num_hashes, shingle, ..Default::default() }.validate().map_err(raised)?;
    let sketcher = Sketcher::new(num_hashes);
    let values: Vec<u32> = Workers::new(threads)?.run(py, || {
        let sketch = |text: &String| {
            let mut tokens = Vec::new();
            normalize::hashes(text, |token, _| tokens.push(token));
            sketcher.sketch(&Shingles::new(&tokens, shingle))
        };
        texts.par_iter().flat_map_iter(sketch).collect()
    });
    let field = Arc::new(arrow_schema::Field::new("item", arrow_schema::DataType::UInt32, false));
    let length = i32::try_from(num_hashes).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let lists = FixedSizeListArray::try_new(field, length, Arc::new(UInt32Array::from(values)), None);
    let lists: ArrayRef = Arc::new(lists.map_err(|error| PyValueError::new_err(error.to_string()))?);
    Ok(PyArray::from_array_ref(lists))
}

/// How many bands of how many rows find pairs of a resemblance.
#[pyfunction]
pub(crate) fn bands(threshold: f64, num_hashes: usize) -> PyResult<(usize, usize)> {
    Banding::for_threshold(threshold, num_hashes).map(|banding| (banding.bands, banding.rows)).map_err(raised)
}

/// The sketch of a set that grows.
#[pyclass]
#[derive(Clone)]
pub(crate) struct MinHash {
    sketcher: Arc<Sketcher>,
    values: Vec<u32>,
}

#[pymethods]
impl MinHash {
    /// A sketch of nothing, or with these values.
    #[new]
    #[pyo3(signature = (num_hashes, values=None))]
    fn new(num_hashes: usize, values: Option<Vec<u32>>) -> PyResult<MinHash> {
        if num_hashes == 0 || num_hashes > 1 << 16 {
            return Err(PyValueError::new_err(format!("num_perm: {num_hashes} is not between 1 and 65536")));
        }
        let values = values.unwrap_or_else(|| vec![u32::MAX; num_hashes]);
        if values.len() != num_hashes {
            return Err(PyValueError::new_err(format!("{} values are not {num_hashes}", values.len())));
        }
        Ok(MinHash { sketcher: Arc::new(Sketcher::new(num_hashes)), values })
    }

    /// Takes members in, each a string of bytes.
    fn update(&mut self, members: Vec<Vec<u8>>) {
        let upper: Vec<u32> = members.iter().map(|member| (hash::bytes(member) >> 32) as u32).collect();
        let mut of_these = Vec::new();
        self.sketcher.sketch_values(&upper, &mut of_these);
        self.values.iter_mut().zip(of_these).for_each(|(value, new)| *value = new.min(*value));
    }

    /// The sketch of the union.
    fn merge(&mut self, other: &MinHash) -> PyResult<()> {
        self.agree(other)?;
        self.values.iter_mut().zip(&other.values).for_each(|(value, other)| *value = (*other).min(*value));
        Ok(())
    }

    /// The share of equal values.
    fn jaccard(&self, other: &MinHash) -> PyResult<f64> {
        self.agree(other)?;
        let equal = self.values.iter().zip(&other.values).filter(|(a, b)| a == b).count();
        Ok(equal as f64 / self.values.len() as f64)
    }

    fn copy(&self) -> MinHash {
        self.clone()
    }

    #[getter]
    fn values(&self) -> Vec<u32> {
        self.values.clone()
    }
}

impl MinHash {
    fn agree(&self, other: &MinHash) -> PyResult<()> {
        if self.values.len() == other.values.len() {
            return Ok(());
        }
        Err(PyValueError::new_err(format!("sketches of {} and {} values cannot be compared", self.values.len(), other.values.len())))
    }
}
