//! How an index was set up.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::{Error, Result};

/// How an index was set up: it never changes, but for the pairs pinned together or apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// What decides.
    pub config: Config,
    /// Days after which an article is compared with no new one, 1 to 365.
    pub expiry: u32,
}

impl Default for Setup {
    /// The settings of a batch run, and a week.
    fn default() -> Setup {
        Setup { config: Config::default(), expiry: 7 }
    }
}

impl Setup {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Config`] names the first field outside its range.
    pub fn validate(&self) -> Result<()> {
        if !(1..=365).contains(&self.expiry) {
            return Err(Error::Config { field: "expiry", message: format!("{} is not between 1 and 365", self.expiry) });
        }
        self.config.validate()
    }

    /// Days apart from which dated articles are not compared as one story.
    pub(super) fn window(&self) -> i64 {
        i64::from(self.config.window.div_ceil(24)).min(i64::from(self.expiry))
    }

    /// Without pins, which may change.
    fn fixed(&self) -> Setup {
        Setup { config: Config { together: Vec::new(), apart: Vec::new(), ..self.config.clone() }, expiry: self.expiry }
    }

    pub(super) fn to_json(&self) -> String {
        // A structure of numbers and texts always has a form in JSON.
        serde_json::to_string(&self.fixed()).unwrap_or_default()
    }

    pub(super) fn of_json(json: &str) -> Option<Setup> {
        serde_json::from_str(json).ok()
    }

    /// This setup with the pins of another that has to agree otherwise; else what differs.
    pub(super) fn with_pins_of(self, other: &Setup) -> std::result::Result<Setup, String> {
        self.differs(other).map_or_else(|| Ok(other.clone()), Err)
    }

    /// What of another setup is not as in this one, pins aside, and the way out.
    #[must_use]
    pub fn differs(&self, other: &Setup) -> Option<String> {
        let json = |setup: &Setup| serde_json::to_value(setup.fixed()).unwrap_or_default();
        let (made, asked) = (json(self), json(other));
        if made == asked {
            return None;
        }
        let flat = |value: &serde_json::Value| {
            let mut rows: Vec<(String, String)> = Vec::new();
            for (name, value) in value["config"].as_object().into_iter().flatten().chain([(&"expiry".to_owned(), &value["expiry"])]) {
                rows.push((name.clone(), value.to_string()));
            }
            rows
        };
        let differ: Vec<String> = flat(&made)
            .into_iter()
            .zip(flat(&asked))
            .filter(|(made, asked)| made != asked)
            .map(|(made, asked)| format!("{} {} and not {}", made.0.replace('_', "-"), made.1, asked.1))
            .collect();
        Some(format!("was made with {}: leave that setting away, or export it and import it into a new index", differ.join(", ")))
    }
}
