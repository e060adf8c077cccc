//! The command line, as typed: nothing is decided here. Help texts are the doc comments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use samestory::report::{FeedFormat, Format, Only, Speech};

use crate::index_args::{Dedup, Export, Forget, Import, IndexStats, Place, Query, Recluster};
use crate::shared::Shared;
use crate::values::{Entries, Errors, ReportFormat, day, size, web, words};

/// Groups reports of the same event: copies by shared text, stories by what the words say and when.
///
/// INPUT is a file, a folder, a glob, `-` for standard input, or an http:// or https:// address: .txt, .html, .jsonl,
/// .json, .csv, .tsv, feeds (.xml, .rss, .atom, .rdf, JSON Feed), each also as .gz or .zst. Results go to standard output, all else to standard error. Exit status: 0 done, 1
/// failed or some input was bad, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Group articles into copies and stories, with scores.
    Cluster(Box<Cluster>),
    /// Write the editorial report: who reported what and when, who copied whom, and what each adds.
    Report(Box<Report>),
    /// Merge feeds into one with an entry for each story, copies folded.
    Feed(Box<Feed>),
    /// Answer articles one by one against an index that lasts: new, copy of, or same story as.
    Dedup(Box<Dedup>),
    /// Look up articles in an index without taking them in.
    Query(Box<Query>),
    /// Group all articles of an index anew, as cluster does.
    Recluster(Recluster),
    /// Write all articles of an index as JSON Lines.
    Export(Export),
    /// Take in what export wrote.
    Import(Box<Import>),
    /// Print an index in figures.
    Stats(IndexStats),
    /// Remove articles from an index.
    Forget(Forget),
    /// Say why two articles belong together, or why not.
    Explain(Box<Explain>),
    /// Compare a grouping with labels.
    Evaluate(Box<Evaluate>),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or that of a subcommand.
    Man {
        /// The subcommand.
        #[arg(value_parser = [
            "cluster",
            "report",
            "feed",
            "dedup",
            "query",
            "recluster",
            "export",
            "import",
            "stats",
            "forget",
            "explain",
            "evaluate",
            "completions"
        ])]
        subcommand: Option<String>,
    },
}

/// `samestory cluster`.
#[derive(Debug, Args)]
pub(crate) struct Cluster {
    /// Files, folders, globs or addresses to read, or `-` for standard input.
    #[arg(value_name = "INPUT", required_unless_present_any = ["show_config", "explain_banding"])]
    pub(crate) inputs: Vec<String>,
    /// How to write the result [default: by the name of the output, else text on a terminal, jsonl otherwise].
    #[arg(long, value_parser = words::<Format>(&["text", "json", "jsonl", "csv", "records", "parquet"]), help_heading = "Output")]
    pub(crate) format: Option<Format>,
    /// Keep one row per copy group (representatives) or per story, in the formats jsonl, csv, records and parquet [default: all rows].
    #[arg(long, value_parser = words::<Only>(&["representatives", "stories"]), help_heading = "Output")]
    pub(crate) only: Option<Only>,
    /// Print on standard error what each stage cost and counted, and the peak memory.
    #[arg(long, help_heading = "Output")]
    pub(crate) stats: bool,
    /// Keep articles in temporary files and use about this much memory (512M, 1G, …), for the formats jsonl, csv, records and parquet: the same rows,
    /// more slowly. With `--level copies` a million articles need 370 MB and ten million 1 GB; stories need 7 GB for every million texts
    /// that are no copies. More than fit are refused; 70 bytes for each article and up to 350 MB are used in any case.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// Where temporary files go, up to twice as much as the articles [default: the system's folder for them].
    #[arg(long, value_name = "DIR", requires = "memory")]
    pub(crate) temp_dir: Option<PathBuf>,
    /// Print the sketch bands in force and the chance of finding a pair at each resemblance, then stop.
    #[arg(long, help_heading = "Output")]
    pub(crate) explain_banding: bool,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Files, folders, globs or addresses to read, or `-` for standard input.
    #[arg(value_name = "INPUT", required_unless_present_any = ["show_config", "index"], conflicts_with = "index")]
    pub(crate) inputs: Vec<String>,
    /// Report on the articles of the index in this folder, grouped anew; the index stays as it is.
    #[arg(long, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
    /// Of an index, take the articles published on this day (YYYY-MM-DD) and later; those without a date are left out and counted.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) since: Option<jiff::civil::Date>,
    /// How to write the report: a page for a browser, Markdown, or csv and json as `cluster` writes them [default: by the name of the output, else html].
    #[arg(long, value_parser = words::<ReportFormat>(&["html", "md", "csv", "json"]), help_heading = "Output")]
    pub(crate) format: Option<ReportFormat>,
    /// The language of the page itself; articles stay in theirs [default: the one most articles are in, of these, else en].
    #[arg(long, value_parser = words::<Speech>(&["ar", "en", "tr", "ru"]), help_heading = "Output")]
    pub(crate) lang: Option<Speech>,
    /// The title of the page.
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    pub(crate) title: Option<String>,
    /// Use the templates in this folder: page.html, page.md, style.css, script.js, and others that these include; what is not there is the program's own.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) template: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory feed`.
#[derive(Debug, Args)]
pub(crate) struct Feed {
    /// Files, folders, globs or addresses to read, or `-` for standard input.
    #[arg(value_name = "FEED", required_unless_present_any = ["show_config", "index"])]
    pub(crate) inputs: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// How to write the feed [default: json for an output that ends in .json, atom for .atom, else rss].
    #[arg(long, value_parser = words::<FeedFormat>(&["rss", "atom", "json"]), help_heading = "Output")]
    pub(crate) format: Option<FeedFormat>,
    /// The name of the feed [default: samestory].
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    pub(crate) title: Option<String>,
    /// Address of the page that the feed belongs to.
    #[arg(long, value_name = "URL", value_parser = web, help_heading = "Output")]
    pub(crate) link: Option<String>,
    /// Address where the feed itself will be found.
    #[arg(long, value_name = "URL", value_parser = web, help_heading = "Output")]
    pub(crate) address: Option<String>,
    /// Keep the N newest stories, 1 to 100000 [default: 500].
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) most: Option<Entries>,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The id of an article of INPUT, or a file when there is no INPUT.
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The other one.
    #[arg(value_name = "B")]
    pub(crate) b: String,
    /// Files, folders, globs or addresses that hold the two, or `-` for standard input.
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    /// How to write the explanation [default: text].
    #[arg(long, value_parser = words::<Format>(&["text", "json"]), help_heading = "Output")]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// `samestory evaluate`.
#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// Files, folders, globs or addresses to read, or `-` for standard input.
    #[arg(value_name = "INPUT", required_unless_present = "show_config")]
    pub(crate) inputs: Vec<String>,
    /// JSON Lines of {id, gold[, copies, lang]} rows, the labels to compare with [default: the gold field of the articles].
    #[arg(long, value_name = "FILE", help_heading = "Evaluation")]
    pub(crate) gold: Option<PathBuf>,
    /// JSON Lines of labelled pairs {id1, id2, same_story | label | overall}; prints the AUC of their scores.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation")]
    pub(crate) pairs: Option<PathBuf>,
    /// Print a line for each language as well, and with --pairs one for each pair of languages.
    #[arg(long, help_heading = "Evaluation")]
    pub(crate) by_lang: bool,
    /// Print how true the probabilities of the compared pairs are: a table of ten bins, and the error.
    #[arg(long, help_heading = "Evaluation")]
    pub(crate) calibration: bool,
    /// Print the N worst false merges and misses, 1 to 1000, pair by pair.
    #[arg(long, value_name = "N", help_heading = "Evaluation")]
    pub(crate) errors: Option<Errors>,
    /// Print scores over a range of thresholds, to see how much hangs on the one in force.
    #[arg(long, help_heading = "Evaluation")]
    pub(crate) sweep: bool,
    /// Write JSON instead of text.
    #[arg(long, help_heading = "Evaluation")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use samestory::{Config, Level, Linkage};

    use super::*;
    use crate::values::Switch;

    fn cluster(args: &[&str]) -> Result<Cluster, clap::Error> {
        match Cli::try_parse_from(["samestory", "cluster"].iter().chain(args))?.command {
            Command::Cluster(cluster) => Ok(*cluster),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn defaults_in_the_help_are_those_of_the_library() {
        let mut command = Cli::command();
        let help = command.find_subcommand_mut("cluster").expect("cluster").render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let config = Config::default();
        for (flag, default) in [
            ("--level", "stories".to_owned()),
            ("--resemblance", config.resemblance.to_string()),
            ("--containment", config.containment.map_or("off".into(), |least| least.to_string())),
            ("--shingle", config.shingle.to_string()),
            ("--num-hashes", config.num_hashes.to_string()),
            ("--linkage", "average".to_owned()),
            ("--window", config.window.to_string()),
        ] {
            let text = help.split(&format!("{flag} <")).nth(1).expect(flag);
            let found = text.split("[default: ").nth(1).and_then(|rest| rest.split(']').next());
            assert_eq!(found, Some(default.as_str()), "{flag}");
        }
        assert_eq!((config.level, config.linkage), (Level::Stories, Linkage::Average));
    }

    #[test]
    fn field_names_in_the_help_are_those_that_are_looked_for() {
        let mut command = Cli::command();
        let help = command.find_subcommand_mut("cluster").expect("cluster").render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for (flag, field, names) in [
            ("--id-field", "text", &["id", "guid", "url", "link"][..]),
            ("--text-field", "", &["text", "body", "content", "html", "description", "summary"]),
            ("--date-field", "text", &["published", "date", "pubDate", "published_at", "publishedAt", "datePublished"]),
        ] {
            let text = help.split(&format!("{flag} <")).nth(1).expect(flag);
            let found = text.split("[default: ").nth(1).and_then(|rest| rest.split(']').next()).expect(flag);
            assert_eq!(found.replace(" or ", ", ").split(", ").collect::<Vec<_>>(), names, "{flag}");
            for name in names {
                let value = if name.contains("ate") || name.contains("ub") { "2024-12-03" } else { "x" };
                let text = if field.is_empty() { "" } else { ", \"text\": \"t\"" };
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("a.jsonl");
                std::fs::write(&path, format!("{{\"{name}\": \"{value}\"{text}}}")).expect("a file");
                let options = samestory::read::ReadOptions::new(jiff::civil::date(2024, 12, 31));
                let article = samestory::read::Reader::open(&[path.display().to_string()], options).next().expect("an item").expect(name);
                let taken = match flag {
                    "--id-field" => article.key == "x",
                    "--text-field" => article.text == "x",
                    _ => article.published.is_some(),
                };
                assert!(taken, "{flag}: {name}");
            }
        }
    }

    #[test]
    fn values_arrive_typed() {
        let args = ["a.jsonl", "-", "--format", "csv", "--containment", "off", "--window", "48", "--only", "stories", "-o", "x"];
        let cluster = cluster(&args).expect("good arguments");
        assert_eq!(cluster.inputs, ["a.jsonl", "-"]);
        assert_eq!((cluster.format, cluster.only), (Some(Format::Csv), Some(Only::Stories)));
        assert_eq!(cluster.shared.containment, Some(Switch::Off));
        assert_eq!(cluster.shared.window.map(|hours| hours.0), Some(48));
        assert_eq!(cluster.shared.output, Some("x".into()));
    }

    #[test]
    fn wrong_usage_names_the_flag_and_the_range() {
        for (args, expected) in [
            (&["a", "--shingle", "0"][..], "invalid value '0' for '--shingle <K>': 0 is not between 1 and 16"),
            (&["a", "--containment", "2"], "invalid value '2' for '--containment <T|off>': 2 is not between 0.05 and 1"),
            (&["a", "--format", "xml"], "[possible values: text, json, jsonl, csv, records, parquet]"),
            (&[], "<INPUT>"),
        ] {
            let message = cluster(args).expect_err("wrong usage").to_string();
            assert!(message.contains(expected), "{message}");
        }
        assert!(cluster(&["--show-config"]).is_ok());
        assert!(Cli::try_parse_from(["samestory", "explain", "a"]).is_err());
        assert!(Cli::try_parse_from(["samestory", "explain", "a", "b", "--format", "csv"]).is_err());
        assert!(Cli::try_parse_from(["samestory", "evaluate", "a", "--gold", "g", "--by-lang", "--level", "copies", "--sweep"]).is_ok());
    }
}
