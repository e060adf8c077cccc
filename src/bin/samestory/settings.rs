//! Settings in force: the defaults, under `samestory.toml`, under the flags.
//!
//! All three are one type, [`Settings`], in which `None` is "not said here", so that merging is one function and
//! `--show-config` prints what `--config` reads.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use samestory::report::{Format, Only};
use samestory::{Config, Level, Linkage};
use serde::{Deserialize, Serialize};

use crate::args::Cluster;
use crate::shared::Shared;
use crate::values::{Color, Hours, InputFormat, NumHashes, Share, Shingle, Switch, Threads, Whole};

/// The file that is read from the current folder when `--config` names none.
const FILE: &str = "samestory.toml";

/// Settings that do not go together: wrong usage, not a failure.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) String);

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// One layer of settings; keys of the file are the long names of the flags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    pub(crate) format: Option<Format>,
    pub(crate) only: Option<Only>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) color: Option<Color>,
    pub(crate) quiet: Option<bool>,
    pub(crate) level: Option<Level>,
    pub(crate) resemblance: Option<Share>,
    pub(crate) containment: Option<Switch>,
    pub(crate) shingle: Option<Shingle>,
    pub(crate) num_hashes: Option<NumHashes>,
    pub(crate) linkage: Option<Linkage>,
    pub(crate) window: Option<Hours>,
    pub(crate) threads: Option<Threads>,
    pub(crate) input_format: Option<InputFormat>,
    pub(crate) boilerplate: Option<Vec<String>>,
    pub(crate) together: Option<Vec<(String, String)>>,
    pub(crate) apart: Option<Vec<(String, String)>>,
    pub(crate) fields: Fields,
    pub(crate) outlet_aliases: Option<BTreeMap<String, String>>,
}

/// Names of the fields of a record; `None` looks under the usual names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fields {
    pub(crate) id: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) outlet: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) url: Option<String>,
}

/// What a run needs beside the library's [`Config`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// How to write; `None` depends on where the output goes, see [`Run::format`].
    pub(crate) format: Option<Format>,
    /// Which rows to keep.
    pub(crate) only: Option<Only>,
    /// Where to write; `None` is standard output.
    pub(crate) output: Option<PathBuf>,
    /// When to use color.
    pub(crate) color: Color,
    /// Whether progress and summary stay away.
    pub(crate) quiet: bool,
    /// Worker threads; `None` is one per core.
    pub(crate) threads: Option<usize>,
    /// What every input is read as; `None` goes by its name.
    pub(crate) input_format: Option<InputFormat>,
    /// Names of the fields of a record.
    pub(crate) fields: Fields,
}

/// The end of a file's name.
pub(crate) fn extension(output: Option<&Path>) -> Option<&str> {
    output?.extension()?.to_str()
}

/// The format that the name of an output asks for.
pub(crate) fn named_format(output: Option<&Path>) -> Option<Format> {
    match extension(output)? {
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        "parquet" | "pq" => Some(Format::Parquet),
        "txt" => Some(Format::Text),
        _ => None,
    }
}

impl Run {
    /// The format in force: what is said, what the output is called; else text for a reader, rows for a program or when rows are chosen.
    pub(crate) fn format(&self, terminal: bool) -> Format {
        let usual = if terminal && self.only.is_none() { Format::Text } else { Format::Jsonl };
        let named = named_format(self.output.as_deref()).filter(|format| self.only.is_none() || format.has_rows());
        self.format.or(named).unwrap_or(usual)
    }
}

impl Settings {
    /// The flags of `cluster` over the file over the defaults.
    pub(crate) fn of_cluster(args: &Cluster) -> Result<Settings> {
        let flags = Settings { format: args.format, only: args.only, ..Settings::flags(&args.shared) };
        let mut file = Settings::file(args.shared.config.as_deref())?;
        // Which rows to keep says nothing of a format without rows that was asked for.
        let asked = args.format.or_else(|| named_format(args.shared.output.as_deref()));
        file.only = file.only.filter(|_| asked.is_none_or(Format::has_rows));
        Ok(flags.over(file).over(Settings::defaults()))
    }

    /// The flags of another subcommand over the file over the defaults. Its format is its own affair, so that a file made
    /// for `cluster` does not disturb it.
    pub(crate) fn of_others(shared: &Shared) -> Result<Settings> {
        Ok(Settings::said(shared)?.over(Settings::defaults()))
    }

    /// The flags of a subcommand over the file, without what nobody said.
    pub(crate) fn said(shared: &Shared) -> Result<Settings> {
        let file = Settings { format: None, only: None, output: None, ..Settings::file(shared.config.as_deref())? };
        Ok(Settings::flags(shared).over(file))
    }

    /// What the library does when nothing is said.
    fn defaults() -> Settings {
        Settings::of_config(&Config::default())
    }

    /// The settings that a configuration amounts to.
    pub(crate) fn of_config(config: &Config) -> Settings {
        let config = config.clone();
        Settings {
            color: Some(Color::Auto),
            quiet: Some(false),
            level: Some(config.level),
            resemblance: Some(Share(config.resemblance)),
            containment: Some(config.containment.map_or(Switch::Off, |least| Switch::Least(Share(least)))),
            shingle: Some(Whole(config.shingle as u32)),
            num_hashes: Some(Whole(config.num_hashes as u32)),
            linkage: Some(config.linkage),
            window: Some(Whole(config.window)),
            boilerplate: Some(config.boilerplate),
            together: Some(config.together),
            apart: Some(config.apart),
            outlet_aliases: Some(config.outlet_aliases),
            ..Settings::default()
        }
    }

    /// What the flags say.
    fn flags(shared: &Shared) -> Settings {
        Settings {
            output: shared.output.clone(),
            color: shared.color,
            quiet: shared.quiet.then_some(true),
            level: shared.level,
            resemblance: shared.resemblance,
            containment: shared.containment,
            shingle: shared.shingle,
            num_hashes: shared.num_hashes,
            linkage: shared.linkage,
            window: shared.window,
            threads: shared.threads,
            input_format: shared.input_format,
            fields: Fields {
                id: shared.id_field.clone(),
                text: shared.text_field.clone(),
                title: shared.title_field.clone(),
                date: shared.date_field.clone(),
                outlet: shared.outlet_field.clone(),
                lang: shared.lang_field.clone(),
                url: shared.url_field.clone(),
            },
            ..Settings::default()
        }
    }

    /// What a file says: the one asked for, else [`FILE`] if it is there, else nothing.
    fn file(asked: Option<&Path>) -> Result<Settings> {
        let path = asked.unwrap_or(Path::new(FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => Settings::read(&text, path),
            Err(error) if asked.is_none() && error.kind() == ErrorKind::NotFound => Ok(Settings::default()),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Reads TOML; an error names the file, the line and the key.
    fn read(text: &str, path: &Path) -> Result<Settings> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.as_bytes()[..start].iter();
            let number = before.filter(|byte| **byte == b'\n').count();
            let key = text.lines().nth(number).and_then(|line| line.split_once('=')).map_or("", |(key, _)| key.trim());
            let message = error.message().trim().replace("unknown field", "unknown key").replace('\n', ", ");
            let colon = if key.is_empty() || message.contains(key) { "" } else { ": " };
            let key = if colon.is_empty() { "" } else { key };
            anyhow::Error::new(Wrong(format!("{}:{}: {key}{colon}{message}", path.display(), number + 1)))
        })
    }

    /// This layer above another: what it does not say is taken from below.
    pub(crate) fn over(self, below: Settings) -> Settings {
        let (fields, other) = (self.fields, below.fields);
        Settings {
            format: self.format.or(below.format),
            only: self.only.or(below.only),
            output: self.output.or(below.output),
            color: self.color.or(below.color),
            quiet: self.quiet.or(below.quiet),
            level: self.level.or(below.level),
            resemblance: self.resemblance.or(below.resemblance),
            containment: self.containment.or(below.containment),
            shingle: self.shingle.or(below.shingle),
            num_hashes: self.num_hashes.or(below.num_hashes),
            linkage: self.linkage.or(below.linkage),
            window: self.window.or(below.window),
            threads: self.threads.or(below.threads),
            input_format: self.input_format.or(below.input_format),
            boilerplate: self.boilerplate.or(below.boilerplate),
            together: self.together.or(below.together),
            apart: self.apart.or(below.apart),
            fields: Fields {
                id: fields.id.or(other.id),
                text: fields.text.or(other.text),
                title: fields.title.or(other.title),
                date: fields.date.or(other.date),
                outlet: fields.outlet.or(other.outlet),
                lang: fields.lang.or(other.lang),
                url: fields.url.or(other.url),
            },
            outlet_aliases: self.outlet_aliases.or(below.outlet_aliases),
        }
    }

    /// The library's configuration and the rest, checked.
    pub(crate) fn resolve(self) -> Result<(Config, Run)> {
        if let (Some(format), Some(_)) = (self.format, self.only)
            && !format.has_rows()
        {
            bail!(Wrong(format!("only: needs the format jsonl, csv, records or parquet, not {format}")));
        }
        let usual = Config::default();
        let config = Config {
            level: self.level.unwrap_or(usual.level),
            resemblance: self.resemblance.map_or(usual.resemblance, |share| share.0),
            containment: match self.containment {
                None => usual.containment,
                Some(Switch::Off) => None,
                Some(Switch::Least(share)) => Some(share.0),
            },
            shingle: self.shingle.map_or(usual.shingle, |tokens| tokens.0 as usize),
            num_hashes: self.num_hashes.map_or(usual.num_hashes, |values| values.0 as usize),
            linkage: self.linkage.unwrap_or(usual.linkage),
            window: self.window.map_or(usual.window, |hours| hours.0),
            outlet_aliases: self.outlet_aliases.unwrap_or_default(),
            boilerplate: self.boilerplate.unwrap_or_default(),
            together: self.together.unwrap_or_default(),
            apart: self.apart.unwrap_or_default(),
        };
        config.validate()?;
        let run = Run {
            format: self.format,
            only: self.only,
            output: self.output.filter(|path| path.as_os_str() != "-"),
            color: self.color.unwrap_or(Color::Auto),
            quiet: self.quiet.unwrap_or(false),
            threads: self.threads.map(|threads| threads.0 as usize),
            input_format: self.input_format,
            fields: self.fields,
        };
        Ok((config, run))
    }

    /// The settings as TOML that [`read`](Self::read) gives back; what is left to the moment stands in comments.
    pub(crate) fn to_toml(&self) -> Result<String> {
        let mut text = String::new();
        for (said, note) in [
            (self.format.is_some(), "# format: by the name of the output, else text on a terminal, jsonl otherwise\n"),
            (self.threads.is_some(), "# threads: one per core\n"),
            (self.input_format.is_some(), "# input-format: by the name of each input\n"),
        ] {
            if !said {
                text.push_str(note);
            }
        }
        text.push_str(&toml::to_string(self).context("these settings cannot be written as TOML")?);
        Ok(text)
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
