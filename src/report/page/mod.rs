//! The editorial report: one page that shows which events were reported, by whom and when, who copied whom, and what each report adds.
//!
//! The page is a template (minijinja) over plain values, in HTML or Markdown; every template can be replaced. What strangers wrote is
//! escaped, kept in its own direction, and cannot act: links are http or https, and a policy in the page allows no script and no style but
//! the page's own.

mod agencies;
mod apart;
mod chart;
mod harmless;
mod model;
mod outlets;
mod passages;
mod sides;
mod speech;
mod view;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, context};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use speech::Speech;

use crate::cluster::Run;
use crate::error::{Error, Result};
use crate::link::Clustering;
use crate::report::check;

/// How the editorial report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageFormat {
    /// One HTML file that needs nothing else.
    Html,
    /// Markdown, for mail and wikis.
    Md,
}

impl PageFormat {
    /// The template that is written.
    fn template(self) -> &'static str {
        match self {
            PageFormat::Html => "page.html",
            PageFormat::Md => "page.md",
        }
    }
}

/// The files that a folder of templates may replace, with what they are without one.
const TEMPLATES: [(&str, &str); 4] = [
    ("page.html", include_str!("templates/page.html")),
    ("page.md", include_str!("templates/page.md")),
    ("style.css", include_str!("templates/style.css")),
    ("script.js", include_str!("templates/script.js")),
];

/// The templates of the page, by name: those of the program, or others in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates(BTreeMap<String, String>);

impl Default for Templates {
    fn default() -> Templates {
        Templates(TEMPLATES.map(|(name, text)| (name.to_owned(), text.to_owned())).into())
    }
}

impl Templates {
    /// Reads the templates in a folder: `page.html`, `page.md`, `style.css`, `script.js`, and any `.html` and `.md` that these include. Those
    /// that are not there are the program's own; other files are none of its business.
    ///
    /// # Errors
    /// When the folder or a file cannot be read.
    pub fn read(folder: &Path) -> Result<Templates> {
        let mut found = Templates::default();
        let failed = |path: &Path, source| Error::Io { path: path.to_owned(), source };
        for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
            let path = entry.map_err(|error| failed(folder, error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_template(name)) else { continue };
            found.0.insert(name.to_owned(), std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?);
        }
        Ok(found)
    }

    fn of(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// Whether a file of a folder of templates is one.
fn is_template(name: &str) -> bool {
    is_rendered(name) || TEMPLATES.iter().any(|(known, _)| *known == name)
}

/// Whether a template is filled in; style and script stand in the page as they are.
fn is_rendered(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".md")
}

/// How the editorial report looks.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOptions {
    /// HTML or Markdown.
    pub format: PageFormat,
    /// The language of the page itself; `None` takes the one that most articles are in, of those it can speak, else English.
    pub speech: Option<Speech>,
    /// Its title; `None` takes a general one.
    pub title: Option<String>,
    /// Its templates.
    pub templates: Templates,
    /// What was wrong with the input, to be shown.
    pub problems: Vec<String>,
    /// How many problems there were, where not all are given.
    pub problem_count: u64,
}

impl Default for PageOptions {
    fn default() -> PageOptions {
        let templates = Templates::default();
        PageOptions { format: PageFormat::Html, speech: None, title: None, templates, problems: Vec::new(), problem_count: 0 }
    }
}

/// Writes the editorial report of a run; `found` is its [`clustering`](Run::clustering). O(articles + links + words of the reports shown).
///
/// # Errors
/// What `out` says; [`io::ErrorKind::InvalidInput`] when run and clustering do not belong together or a template does not work: the message
/// names template and line.
///
/// # Examples
/// ```
/// use samestory::report::{PageOptions, write_page};
/// use samestory::{Article, Config, Run};
/// let article = |key: &str, text: &str| Article { key: key.into(), text: text.into(), ..Article::default() };
/// let articles = [article("a", "The envoys met in the old town on Monday"), article("b", "The envoys met in the old town on Monday")];
/// let config = Config::default();
/// let run = Run::new(&articles, &config)?;
/// let mut page = Vec::new();
/// write_page(&run, &run.clustering(), &PageOptions::default(), &mut page)?;
/// assert!(page.starts_with(b"<!doctype html>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_page(run: &Run<'_>, found: &Clustering, options: &PageOptions, out: &mut dyn io::Write) -> io::Result<()> {
    check(run.articles, found)?;
    let speech = options.speech.unwrap_or_else(|| usual(found));
    let view = view::page(run, found, options);
    let (style, script) = (options.templates.of("style.css"), options.templates.of("script.js"));
    let context = context! {
        lang => speech.code(),
        dir => speech.direction(),
        t => speech.phrases(),
        title => options.title.as_deref().unwrap_or(speech.phrase("title")),
        version => env!("CARGO_PKG_VERSION"),
        policy => policy(style, script),
        style,
        script,
        ..Value::from(Serde(&view)),
    };
    let written = environment(&options.templates, options.format)
        .and_then(|environment| environment.get_template(options.format.template())?.render(context));
    let written = written.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
    out.write_all(written.as_bytes())
}

/// The language that most articles are in, of those the page can speak; of equally many the first in the table.
fn usual(found: &Clustering) -> Speech {
    let count = |speech: &Speech| found.placements.iter().filter(|at| at.lang.as_deref() == Some(speech.code())).count();
    let most = Speech::ALL.iter().map(count).max().filter(|most| *most > 0);
    most.and_then(|most| Speech::ALL.into_iter().find(|speech| count(speech) == most)).unwrap_or(Speech::En)
}

/// The page's Content-Security-Policy: nothing is loaded, and only this style and this script are in force.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'", hash(style), hash(script))
}

fn environment(templates: &Templates, format: PageFormat) -> std::result::Result<Environment<'_>, minijinja::Error> {
    let mut environment = Environment::new();
    environment
        .set_auto_escape_callback(|name| if name.ends_with(".md") { AutoEscape::Custom("markdown".into()) } else { AutoEscape::Html });
    if format == PageFormat::Md {
        environment.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
            (AutoEscape::Custom(_), Some(text)) if !value.is_safe() => Ok(markdown(text, out)?),
            (AutoEscape::Custom(_), _) => Ok(out.write_fmt(format_args!("{value}"))?),
            _ => minijinja::escape_formatter(out, state, value),
        });
    }
    for (name, text) in templates.0.iter().filter(|(name, _)| is_rendered(name)) {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// Writes a text so that Markdown takes no sign in it for its own.
fn markdown(text: &str, out: &mut Output<'_>) -> std::fmt::Result {
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => write!(out, "\\{c}")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '&' => out.write_str("&amp;")?,
            _ => out.write_char(c)?,
        }
    }
    Ok(())
}
