//! Values with a range: the same checks for a flag and for a key of the configuration file.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

/// A share of 1, not below 0.05: less would make most candidates copies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Share(pub(crate) f64);

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Share, String> {
        if (0.05..=1.0).contains(&share) { Ok(Share(share)) } else { Err(format!("{share} is not between 0.05 and 1")) }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        text.parse::<f64>().map_err(|_| format!("{text:?} is not a number between 0.05 and 1"))?.try_into()
    }
}

/// A share, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ShareOrWord", into = "ShareOrWord")]
pub(crate) enum Switch {
    /// Not asked about at all.
    Off,
    /// At least so much.
    Least(Share),
}

/// How a [`Switch`] is spelled in the configuration file.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "neither a number between 0.05 and 1 nor \"off\"")]
enum ShareOrWord {
    Share(f64),
    Word(String),
}

impl TryFrom<ShareOrWord> for Switch {
    type Error = String;

    fn try_from(value: ShareOrWord) -> Result<Switch, String> {
        match value {
            ShareOrWord::Share(share) => Share::try_from(share).map(Switch::Least),
            ShareOrWord::Word(word) => word.parse(),
        }
    }
}

impl From<Switch> for ShareOrWord {
    fn from(switch: Switch) -> ShareOrWord {
        match switch {
            Switch::Off => ShareOrWord::Word("off".into()),
            Switch::Least(Share(share)) => ShareOrWord::Share(share),
        }
    }
}

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Switch, String> {
        if text == "off" {
            return Ok(Switch::Off);
        }
        text.parse::<f64>()
            .map_err(|_| format!("{text:?} is neither a number between 0.05 and 1 nor \"off\""))?
            .try_into()
            .map(Switch::Least)
    }
}

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Whole<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<const LEAST: u32, const MOST: u32> TryFrom<i64> for Whole<LEAST, MOST> {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        u32::try_from(number)
            .ok()
            .filter(|number| (LEAST..=MOST).contains(number))
            .map(Whole)
            .ok_or_else(|| format!("{number} is not between {LEAST} and {MOST}"))
    }
}

impl<const LEAST: u32, const MOST: u32> FromStr for Whole<LEAST, MOST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<i64>().map_err(|_| format!("{text:?} is not a whole number between {LEAST} and {MOST}"))?.try_into()
    }
}

/// Tokens in a shingle.
pub(crate) type Shingle = Whole<1, 16>;
/// Values in a sketch.
pub(crate) type NumHashes = Whole<16, 1024>;
/// Hours, up to a year.
pub(crate) type Hours = Whole<1, 8760>;
/// Mistakes of each kind; more than a thousand nobody reads.
pub(crate) type Errors = Whole<1, 1000>;
/// Entries of a feed; no reader takes more.
pub(crate) type Entries = Whole<1, 100_000>;
/// Articles written together; more would only take memory.
pub(crate) type Batch = Whole<1, 100_000>;
/// Days, up to a year.
pub(crate) type Days = Whole<1, 365>;
/// Worker threads; more than a thousand is a slip of the finger.
pub(crate) type Threads = Whole<1, 1024>;

/// An address of the web, for a link.
pub(crate) fn web(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    if is_web && !text.contains(char::is_whitespace) { Ok(text.to_owned()) } else { Err("not an http or https address".into()) }
}

/// What an input is, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InputFormat {
    /// The text of one page.
    Text,
    /// One page.
    Html,
    /// One JSON object a line.
    Jsonl,
    /// One JSON object, or a list of them.
    Json,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// Parquet.
    Parquet,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReportFormat {
    /// A page for a browser.
    Html,
    /// Markdown.
    Md,
    /// The rows of `cluster`.
    Csv,
    /// The object of `cluster`.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A number of bytes: `512M`, `1G`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("{text:?} is no size like 512M or 1G")),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| format!("{text:?} is no size like 512M or 1G"))
}

/// A calendar day.
pub(crate) fn day(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| format!("{text:?} is no day like 2024-12-31"))
}

/// A parser of words that a type knows by serde; the words stand in the help and in the completions.
pub(crate) fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| {
        let word: serde::de::value::StringDeserializer<serde::de::value::Error> = word.into_deserializer();
        T::deserialize(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_outside_its_range_names_the_range() {
        let error = |result: Result<(), String>| result.expect_err("outside");
        for (message, expected) in [
            (error("1.5".parse::<Share>().map(drop)), "1.5 is not between 0.05 and 1"),
            (error("NaN".parse::<Share>().map(drop)), "NaN is not between 0.05 and 1"),
            (error("half".parse::<Share>().map(drop)), "\"half\" is not a number between 0.05 and 1"),
            (error("no".parse::<Switch>().map(drop)), "\"no\" is neither a number between 0.05 and 1 nor \"off\""),
            (error("0".parse::<Switch>().map(drop)), "0 is not between 0.05 and 1"),
            (error("17".parse::<Shingle>().map(drop)), "17 is not between 1 and 16"),
            (error("-1".parse::<Hours>().map(drop)), "-1 is not between 1 and 8760"),
            (error("2.5".parse::<NumHashes>().map(drop)), "\"2.5\" is not a whole number between 16 and 1024"),
        ] {
            assert_eq!(message, expected);
        }
        assert_eq!("off".parse(), Ok(Switch::Off));
        assert_eq!("1".parse(), Ok(Switch::Least(Share(1.0))));
    }
}
