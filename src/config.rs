//! What a run can be told, with the defaults that are part of the product.

use serde::{Deserialize, Serialize};

use crate::article::Article;
use crate::error::{Error, Result};
use crate::verify::{CopyRule, Ratio};

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Copies only: shared text.
    Copies,
    /// Copies, then stories.
    Stories,
}

/// How copy links become copy groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Linkage {
    /// Average linkage: no chains, members are alike on average.
    Average,
    /// Connected components of all copy links, as other tools do.
    Single,
}

/// Everything that decides a result.
///
/// ```
/// use samestory::Config;
/// let config = Config { resemblance: 0.7, ..Config::default() };
/// assert!(config.validate().is_ok());
/// assert!(Config { shingle: 0, ..Config::default() }.validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How far the run goes.
    pub level: Level,
    /// Least resemblance (Jaccard of shingles, 0.05 to 1) of a copy link.
    pub resemblance: f64,
    /// Least containment (share of the shorter text's shingles, 0.05 to 1) of a copy link; `None` is off.
    pub containment: Option<f64>,
    /// Tokens in a shingle, 1 to 16.
    pub shingle: usize,
    /// MinHash values in a sketch, 16 to 1024.
    pub num_hashes: usize,
    /// How copy links become groups.
    pub linkage: Linkage,
    /// Articles published more than so many hours apart are not compared as one story, 1 to 8760, in whole days rounded up.
    pub window: u32,
    /// Outlet names to be read as another name: `alias → name`. Decides whose repeated lines count together; the command prints the name.
    pub outlet_aliases: std::collections::BTreeMap<String, String>,
    /// Extra boilerplate lines: each matches a whole line after normalization, `*` at the end matches the rest.
    pub boilerplate: Vec<String>,
    /// Pairs of ids that belong to one story whatever the scores say.
    pub together: Vec<(String, String)>,
    /// Pairs of ids that never share a story.
    pub apart: Vec<(String, String)>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            level: Level::Stories,
            resemblance: 0.4,
            containment: Some(0.7),
            shingle: 3,
            num_hashes: 128,
            linkage: Linkage::Average,
            window: 8760,
            outlet_aliases: std::collections::BTreeMap::new(),
            boilerplate: Vec::new(),
            together: Vec::new(),
            apart: Vec::new(),
        }
    }
}

impl Config {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Config`] names the first field outside its range.
    pub fn validate(&self) -> Result<()> {
        let ratio = |field, value: f64| {
            if (0.05..=1.0).contains(&value) {
                Ok(())
            } else {
                Err(Error::Config { field, message: format!("{value} is not between 0.05 and 1") })
            }
        };
        let count = |field, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(Error::Config { field, message: format!("{value} is not between {least} and {most}") })
            }
        };
        ratio("resemblance", self.resemblance)?;
        if let Some(containment) = self.containment {
            ratio("containment", containment)?;
        }
        count("shingle", self.shingle, 1, 16)?;
        count("num_hashes", self.num_hashes, 16, 1024)?;
        count("window", self.window as usize, 1, 8760)?;
        self.validate_pins()
    }

    /// The name under which an article's outlet counts.
    #[must_use]
    pub fn outlet<'a>(&'a self, article: &'a Article) -> Option<&'a str> {
        let outlet = article.outlet.as_deref()?;
        Some(self.outlet_aliases.get(outlet).map_or(outlet, String::as_str))
    }

    /// What makes a pair a copy.
    #[must_use]
    pub fn copy_rule(&self) -> CopyRule {
        CopyRule { resemblance: Ratio::new(self.resemblance), containment: self.containment.map(Ratio::new) }
    }

    /// No pair pinned apart may be pinned together, directly or over others.
    fn validate_pins(&self) -> Result<()> {
        let mut group: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for (a, b) in &self.together {
            let next = group.len();
            let a = *group.entry(a).or_insert(next);
            let b = *group.entry(b).or_insert(next + 1);
            group.values_mut().filter(|group| **group == b).for_each(|group| *group = a);
        }
        let both = |pair: &&(String, String)| {
            pair.0 == pair.1 || group.get(pair.0.as_str()).zip(group.get(pair.1.as_str())).is_some_and(|(a, b)| a == b)
        };
        match self.apart.iter().find(both) {
            Some((a, b)) => Err(Error::Config { field: "apart", message: format!("{a:?} and {b:?} are also pinned together") }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_that_contradict_each_other_are_refused() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let config = |apart: (String, String)| Config {
            together: vec![pair("a", "b"), pair("c", "d"), pair("b", "c")],
            apart: vec![apart],
            ..Config::default()
        };
        assert!(config(pair("d", "a")).validate().is_err());
        assert!(config(pair("a", "a")).validate().is_err());
        assert!(config(pair("a", "e")).validate().is_ok());
    }
}
