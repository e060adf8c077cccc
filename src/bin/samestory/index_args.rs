//! The flags of the subcommands that work on an index. Help texts are the doc comments.

use std::path::PathBuf;

use clap::Args;
use samestory::report::Format;

use crate::shared::Shared;
use crate::values::{Batch, Days, day, words};

/// `samestory dedup`.
#[derive(Debug, Args)]
pub(crate) struct Dedup {
    /// Files, folders, globs or addresses to read, or `-` for standard input [default: -].
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print only what is new, neither copies nor known stories; another text of a known id is new as well, unless it is a copy or of a story.
    #[arg(long, help_heading = "Output")]
    pub(crate) new_only: bool,
    /// Articles that are written to disk together, 1 to 100000: an answer is printed when it is on disk [default: 100].
    #[arg(long, value_name = "N", help_heading = "Index")]
    pub(crate) batch: Option<Batch>,
    /// Keep reading standard input, JSON Lines: each article is answered as soon as its line is there.
    #[arg(long, help_heading = "Reading")]
    pub(crate) follow: bool,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Where an index is, and how it is made.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the index, which is made where there is none: what came before is known, and ids stay the same from run to run.
    #[arg(long, value_name = "DIR", help_heading = "Index")]
    pub(crate) index: Option<PathBuf>,
    /// Days after which an article is compared with no new one, 1 to 365; fixed when the index is made [default: 7].
    #[arg(long, value_name = "DAYS", help_heading = "Index")]
    pub(crate) expiry: Option<Days>,
}

/// `samestory query`.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// Files, folders, globs or addresses with the articles to look up, or `-` for standard input [default: -, unless ids are given].
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    /// The folder of the index.
    #[arg(long, value_name = "DIR", required_unless_present = "show_config")]
    pub(crate) index: Option<PathBuf>,
    /// Look up the article with this id; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Vec<String>,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory recluster`.
#[derive(Debug, Args)]
pub(crate) struct Recluster {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    pub(crate) index: PathBuf,
    /// How to write the result [default: by the name of the output, else text on a terminal, jsonl otherwise].
    #[arg(long, value_parser = words::<Format>(&["text", "json", "jsonl", "csv"]))]
    pub(crate) format: Option<Format>,
    /// Write to a file instead of standard output; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Worker threads, 1 to 1024; the result does not depend on it [default: one per core].
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<crate::values::Threads>,
    /// No summary on standard error; errors are still printed.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// `samestory export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    pub(crate) index: PathBuf,
    /// Write to a file instead of standard output; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `samestory import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// What `export` wrote: files, or `-` for standard input [default: -].
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory stats`.
#[derive(Debug, Args)]
pub(crate) struct IndexStats {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    pub(crate) index: PathBuf,
    /// Write JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `samestory forget`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["id", "before"])))]
pub(crate) struct Forget {
    /// The folder of the index.
    #[arg(long, value_name = "DIR")]
    pub(crate) index: PathBuf,
    /// Forget the article with this id, all its versions; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Vec<String>,
    /// Forget what was published before this day (YYYY-MM-DD), and undated articles that came before it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) before: Option<jiff::civil::Date>,
    /// No summary on standard error; errors are still printed.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}
