//! The `samestory` command.

mod args;
mod commands;
mod dedup;
mod evaluate;
mod feed;
mod index;
mod index_args;
mod input;
mod interrupt;
mod output;
mod report;
mod settings;
mod shared;
mod stats;
mod values;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::values::Days;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        // What was bad has been named.
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.chain().any(is_closed_pipe) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when standard error is gone as well.
            let _ = writeln!(io::stderr(), "samestory: {}", message(&error));
            if error.chain().any(is_wrong_usage) { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// An error and its causes, each said once: some say what caused them.
fn message(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        _ if said.ends_with(&cause) => said,
        _ => format!("{said}: {cause}"),
    })
}

/// Whether a reader of our output went away: `samestory … | head` is no failure.
fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Whether the settings cannot be followed, whatever the input.
fn is_wrong_usage(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<settings::Wrong>().is_some() || matches!(error.downcast_ref(), Some(samestory::Error::Config { .. }))
}

/// Runs the subcommand; true when all input was good.
fn run(cli: Cli) -> anyhow::Result<bool> {
    let (settings, show) = match &cli.command {
        Command::Cluster(args) => (Settings::of_cluster(args)?, args.shared.show_config),
        Command::Report(args) if args.shared.show_config && args.index.is_some() => {
            return show_index(args.index.as_deref(), None, &args.shared);
        }
        Command::Report(args) if args.shared.show_config => (Settings::of_others(&args.shared)?, true),
        Command::Report(args) => return report::report(args),
        Command::Feed(args) => (Settings::of_others(&args.shared)?, args.shared.show_config),
        Command::Dedup(args) if args.shared.show_config => return show_index(args.place.index.as_deref(), args.place.expiry, &args.shared),
        Command::Dedup(args) => return dedup::dedup(args, Settings::said(&args.shared)?),
        Command::Import(args) if args.shared.show_config => {
            return show_index(args.place.index.as_deref(), args.place.expiry, &args.shared);
        }
        Command::Import(args) => return index::import(args, Settings::said(&args.shared)?),
        Command::Query(args) if args.shared.show_config => return show_index(args.index.as_deref(), None, &args.shared),
        Command::Query(args) => return dedup::query(args, Settings::said(&args.shared)?),
        Command::Recluster(args) => return index::recluster(args),
        Command::Export(args) => return index::export(args),
        Command::Stats(args) => return index::stats(args),
        Command::Forget(args) => return index::forget(args),
        Command::Explain(args) => (Settings::of_others(&args.shared)?, args.shared.show_config),
        Command::Evaluate(args) => (Settings::of_others(&args.shared)?, args.shared.show_config),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "samestory", &mut script);
            io::stdout().write_all(&script)?;
            return Ok(true);
        }
        Command::Man { subcommand } => {
            let mut command = Cli::command();
            command.build();
            let chosen = subcommand.as_deref().and_then(|name| command.find_subcommand(name)).unwrap_or(&command);
            let mut page = Vec::new();
            clap_mangen::Man::new(chosen.clone()).source(concat!("samestory ", env!("CARGO_PKG_VERSION"))).render(&mut page)?;
            io::stdout().write_all(&page)?;
            return Ok(true);
        }
    };
    if show {
        return show_settings(&settings, "");
    }
    match &cli.command {
        Command::Cluster(args) => commands::cluster(args, settings),
        Command::Feed(args) => feed::feed(args),
        Command::Explain(args) => commands::explain(args, settings),
        Command::Evaluate(args) => evaluate::evaluate(args, settings),
        _ => Ok(true),
    }
}

fn show_settings(settings: &Settings, note: &str) -> anyhow::Result<bool> {
    io::stdout().write_all(format!("{note}{}", settings.to_toml()?).as_bytes())?;
    Ok(true)
}

/// The settings in force for an index; its expiry is none of a file's.
fn show_index(folder: Option<&Path>, expiry: Option<Days>, shared: &Shared) -> anyhow::Result<bool> {
    let (settings, made) = dedup::in_force(folder, Settings::said(shared)?)?;
    show_settings(&settings, &format!("# expiry: {} days\n", expiry.map_or(made, |days| days.0)))
}
