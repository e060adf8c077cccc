//! The flags that all subcommands share which read articles. Help texts are the doc comments.

use std::path::PathBuf;

use clap::Args;
use samestory::{Level, Linkage};

use crate::values::{Color, Hours, InputFormat, NumHashes, Share, Shingle, Switch, Threads, words};

/// Flags of every subcommand that reads articles.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// Write to a file instead of standard output; `-` is standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// When to use color; NO_COLOR is respected [default: auto].
    #[arg(long, value_name = "WHEN", value_parser = words::<Color>(&["auto", "always", "never"]), help_heading = "Output")]
    pub(crate) color: Option<Color>,
    /// No progress and no summary on standard error; errors are still printed.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// How far to go: copies stops at shared text [default: stories].
    #[arg(long, value_parser = words::<Level>(&["stories", "copies"]), help_heading = "Matching")]
    pub(crate) level: Option<Level>,
    /// Least resemblance of copies: shared shingles as a share of all, 0.05 to 1 [default: 0.4].
    #[arg(long, value_name = "T", help_heading = "Matching")]
    pub(crate) resemblance: Option<Share>,
    /// Least containment of copies: shared shingles as a share of the shorter text's, 0.05 to 1, or off [default: 0.7].
    #[arg(long, value_name = "T|off", help_heading = "Matching")]
    pub(crate) containment: Option<Switch>,
    /// Length of a shingle in tokens, 1 to 16 [default: 3].
    #[arg(long, value_name = "K", help_heading = "Matching")]
    pub(crate) shingle: Option<Shingle>,
    /// MinHash values in a sketch, 16 to 1024 [default: 128].
    #[arg(long, value_name = "N", help_heading = "Matching")]
    pub(crate) num_hashes: Option<NumHashes>,
    /// How copy links become groups: alike on average, or connected by any chain of links (single) [default: average].
    #[arg(long, value_parser = words::<Linkage>(&["average", "single"]), help_heading = "Matching")]
    pub(crate) linkage: Option<Linkage>,
    /// Articles published more than so many hours apart (in whole days) are not compared as one story, 1 to 8760 [default: 8760].
    #[arg(long, value_name = "HOURS", help_heading = "Matching")]
    pub(crate) window: Option<Hours>,
    /// Worker threads, 1 to 1024; the result does not depend on it [default: one per core].
    #[arg(long, value_name = "N", help_heading = "Matching")]
    pub(crate) threads: Option<Threads>,

    /// Read standard input, addresses and files given by name as this; files of folders and globs always go by their
    /// extension [default: by extension, else by the first bytes].
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = words::<InputFormat>(&["text", "html", "jsonl", "json", "csv", "tsv", "feed", "parquet"]),
        help_heading = "Reading"
    )]
    pub(crate) input_format: Option<InputFormat>,
    /// The field that holds the id [default: id, guid, url or link].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) id_field: Option<String>,
    /// The field that holds the text [default: text, body, content, html, description or summary].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) text_field: Option<String>,
    /// The field that holds the headline [default: title or headline].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) title_field: Option<String>,
    /// The field that holds the publication date [default: published, date, pubDate, published_at, publishedAt or
    /// datePublished].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) date_field: Option<String>,
    /// The field that holds the outlet [default: outlet, source, site or domain].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) outlet_field: Option<String>,
    /// The field that holds the language [default: lang or language].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) lang_field: Option<String>,
    /// The field that holds the address [default: url or link].
    #[arg(long, value_name = "NAME", help_heading = "Reading")]
    pub(crate) url_field: Option<String>,

    /// Settings to start from [default: samestory.toml in the current folder, if there is one].
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// Print the settings in force as TOML, which --config reads back, then stop.
    #[arg(long, help_heading = "Settings")]
    pub(crate) show_config: bool,
}
