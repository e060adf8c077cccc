//! Clustering and what it found.

use std::collections::HashMap;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBytes, PyDict};
use pyo3_arrow::PyTable;
use samestory::evaluate::{Evaluation, GoldRow};
use samestory::report::{self, Format, Only, Options};
use samestory::story::Reference;
use samestory::{Article, Clustering, Config};

use crate::input::Articles;
use crate::{Workers, parsed, raised};

/// The outcome of a run.
#[pyclass(frozen)]
pub(crate) struct Stories {
    articles: Vec<Article>,
    found: Clustering,
    /// What is wrong with articles that were left out, as another one has their id, and with pins.
    #[pyo3(get)]
    problems: Vec<String>,
    /// Pins that could not be followed.
    #[pyo3(get)]
    unmet: Vec<(String, String)>,
}

/// Groups articles, each a shared text of those read: nothing long is copied.
#[pyfunction]
pub(crate) fn cluster(py: Python<'_>, articles: &Bound<'_, Articles>, config: &str, threads: Option<usize>) -> PyResult<Stories> {
    let config: Config = parsed(config)?;
    let articles = articles.get().articles.clone();
    let found = Workers::new(threads)?.run(py, || {
        let (mut articles, doubles) = samestory::unique(articles);
        for article in &mut articles {
            if let Some(name) = article.outlet.as_deref().and_then(|outlet| config.outlet_aliases.get(outlet)) {
                article.outlet = Some(name.as_str().into());
            }
        }
        let (found, unknown, unmet) = {
            let run = samestory::Run::with(&articles, &config, Reference::Corpus)?;
            (run.clustering(), run.unknown_pins(), run.unmet_pins())
        };
        let unknown = unknown.iter().map(|id| format!("pinned id {id:?} is not among the articles"));
        let problems = doubles.iter().map(ToString::to_string).chain(unknown).collect();
        Ok(Stories { articles, found, problems, unmet })
    });
    found.map_err(raised)
}

#[pymethods]
impl Stories {
    fn __len__(&self) -> usize {
        self.found.stories.len()
    }

    /// A story as the JSON of `--format json`.
    fn story(&self, at: usize) -> PyResult<String> {
        let mut out = Vec::new();
        report::write_story(&self.articles, &self.found, at, &mut out)?;
        String::from_utf8(out).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.found.summary.counts.iter().copied().into_py_dict(py)
    }

    /// The rows as a table of Arrow.
    fn table(&self, only: Option<&str>) -> PyResult<PyTable> {
        PyTable::try_new(report::tables(&self.articles, &self.found, chosen(only)?)?, report::schema())
    }

    /// The bytes that the command writes.
    fn written<'py>(&self, py: Python<'py>, format: &str, only: Option<&str>) -> PyResult<Bound<'py, PyBytes>> {
        let format: Format = match format {
            "jsonl" | "csv" | "json" | "text" => format.parse().map_err(PyValueError::new_err)?,
            other => return Err(PyValueError::new_err(format!("format: {other:?} is none of jsonl, csv, json, text"))),
        };
        if only.is_some() && !matches!(format, Format::Jsonl | Format::Csv) {
            return Err(PyValueError::new_err("only: needs the format jsonl or csv"));
        }
        let options = Options { only: chosen(only)?, ..Options::default() };
        let mut out = Vec::new();
        py.detach(|| report::write(format, &self.articles, &self.found, &options, &mut out))?;
        Ok(PyBytes::new(py, &out))
    }

    /// The story, or copy group, of each id, in input order.
    fn labels<'py>(&self, py: Python<'py>, copies: bool) -> PyResult<Bound<'py, PyDict>> {
        let key = |id: samestory::ArticleId| self.articles[id.index()].key.as_str();
        let label = |at: &samestory::Placement| {
            let story = &self.found.stories[at.story];
            if copies { key(story.copies[at.copies].id) } else { key(story.id) }
        };
        self.articles.iter().zip(&self.found.placements).map(|(article, at)| (article.key.as_str(), label(at))).into_py_dict(py)
    }
}

fn chosen(only: Option<&str>) -> PyResult<Option<Only>> {
    match only {
        None => Ok(None),
        Some("representatives") => Ok(Some(Only::Representatives)),
        Some("stories") => Ok(Some(Only::Stories)),
        Some(other) => Err(PyValueError::new_err(format!("only: {other:?} is neither representatives nor stories"))),
    }
}

/// Judges groups against labels, as the JSON of `evaluate --format json`.
#[pyfunction]
pub(crate) fn evaluate(found: HashMap<String, String>, gold: Vec<(String, String, Option<String>)>, by_lang: bool) -> PyResult<String> {
    let gold: Vec<GoldRow> = gold.into_iter().map(|(id, gold, lang)| GoldRow { id, gold, lang }).collect();
    let found = found.iter().map(|(id, label)| (id.as_str(), label.as_str())).collect();
    let mut out = Vec::new();
    Evaluation::new(&gold, &found, by_lang).write_json(&mut out)?;
    String::from_utf8(out).map_err(|error| PyValueError::new_err(error.to_string()))
}
