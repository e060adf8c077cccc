//! The editorial report: what it shows is what the machine formats say, and what it is given cannot act.

mod evil;
mod flags;
mod harmless;
mod truth;

use dom_query::{Document, Selection};

use crate::util::{Dir, root};

/// The sample of calls.
fn calls() -> String {
    root().join("data/calls").to_str().expect("a path").to_owned()
}

/// A report as an HTML page, with what it was asked for.
fn page(dir: &Dir, args: &[&str]) -> Document {
    Document::from(dir.run(&[&["report", "-q"], args].concat()).good())
}

/// The text of the first element that a selector finds.
#[track_caller]
fn text(of: &Document, selector: &str) -> String {
    let found = of.select_single(selector);
    assert!(found.exists(), "{selector}");
    found.text().trim().to_owned()
}

/// The texts of all elements that a selector finds below another.
fn texts(of: &Selection, selector: &str) -> Vec<String> {
    of.select(selector).iter().map(|element| element.text().trim().to_owned()).collect()
}
