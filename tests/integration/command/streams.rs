//! Standard output and error, exit codes, completions and manual pages.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::sample;
use crate::generate;
use crate::util::{Dir, Output};

#[test]
fn exit_codes_are_done_failed_and_wrong_usage() {
    let dir = sample();
    for (args, code) in [
        (&["cluster", "in"][..], 0),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["cluster", "--help"], 0),
        (&["cluster", "in", "no/such/file"], 1),
        (&["cluster", "in", "-o", "no/such/folder/out"], 1),
        (&["cluster", "in", "--config", "no-such.toml"], 1),
        (&["explain", "wire", "nobody", "in"], 1),
        (&["evaluate", "in"], 1),
        (&[], 2),
        (&["cluster"], 2),
        (&["cluster", "in", "--no-such-flag"], 2),
        (&["cluster", "in", "--resemblance", "1.5"], 2),
        (&["cluster", "in", "--threads", "0"], 2),
        (&["cluster", "in", "--format", "xml"], 2),
        (&["explain", "wire"], 2),
        (&["no-such-command"], 2),
    ] {
        let output = dir.run(args);
        assert_eq!(output.code, Some(code), "{args:?}: {}", output.stderr);
        if code > 0 {
            assert!(!output.stderr.is_empty(), "{args:?} says nothing");
        }
    }
}

#[test]
fn wrong_usage_names_the_value_and_its_range() {
    let stderr = sample().run(&["cluster", "in", "--window", "9000"]).stderr;
    let first = stderr.lines().next().unwrap_or_default();
    assert_eq!(first, "error: invalid value '9000' for '--window <HOURS>': 9000 is not between 1 and 8760");
}

#[test]
fn output_goes_to_a_file_when_asked() {
    let dir = sample();
    let direct = dir.run(&["cluster", "in", "--level", "copies", "-q"]).good();
    let output = dir.run(&["cluster", "in", "--level", "copies", "-q", "-o", "out.jsonl"]);
    assert_eq!(output, Output { stdout: String::new(), stderr: String::new(), code: Some(0) });
    assert_eq!(dir.read("out.jsonl"), direct);
    assert_eq!(dir.run(&["cluster", "in", "--level", "copies", "-q", "-o", "-"]).good(), direct);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let output = sample().run(&["cluster", "in", "-q", "-o", "no/out.jsonl"]);
    assert!(output.stderr.starts_with("samestory: no/out.jsonl: "), "{}", output.stderr);
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(1)));
}

#[test]
fn quiet_leaves_only_errors() {
    let dir = sample().file("in/notes.md", "# Notes");
    assert_eq!(dir.run(&["cluster", "in", "--quiet"]).stderr, "");
    let stderr = dir.run(&["cluster", "in", "missing", "--quiet"]).stderr;
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines[0].starts_with("samestory: missing: "), "{stderr}");
    assert_eq!(lines[1..], ["samestory: 1 problem is named above; 5 articles were read"]);
}

/// Reads one line of what a command writes and closes the pipe.
fn head(dir: &Dir, args: &[&str]) -> (String, Option<i32>, String) {
    let mut child = dir.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command");
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
    reader.read_line(&mut line).expect("a line");
    drop(reader);
    let output = child.wait_with_output().expect("the command's end");
    (line, output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn a_closed_pipe_is_success() {
    let articles = generate::articles(4, 250);
    let lines: String = articles.iter().map(|article| generate::record(article) + "\n").collect();
    let dir = Dir::with(&[("in.jsonl", &lines)]);
    for format in ["text", "json", "jsonl", "csv", "records"] {
        let args = ["cluster", "in.jsonl", "--level", "copies", "--quiet", "--format", format];
        let whole = dir.run(&args).stdout;
        // More than a pipe holds, so that the command is still writing when its reader goes.
        assert!(whole.len() > 100_000, "{format}: {}", whole.len());
        let (line, code, stderr) = head(&dir, &args);
        assert!(whole.starts_with(&line), "{format}");
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn no_color_reaches_a_pipe_or_a_file_unless_asked() {
    let dir = sample();
    let text = ["cluster", "in", "--level", "copies", "-q", "--format", "text"];
    let plain = dir.run(&text).good();
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(dir.run(&[&text[..], &["--color", "never"]].concat()).good(), plain);
    let colored = dir.run(&[&text[..], &["--color", "always"]].concat()).good();
    assert!(colored.contains("\u{1b}["));
    let mut bare = colored;
    while let Some(start) = bare.find('\u{1b}') {
        let end = bare[start..].find('m').expect("the end of a color") + start;
        bare.replace_range(start..=end, "");
    }
    assert_eq!(bare, plain, "colors change nothing but colors");
}

#[test]
fn no_color_in_the_environment_is_respected() {
    let dir = sample();
    let text = ["cluster", "in", "--level", "copies", "-q", "--format", "text"];
    let mut command = dir.command(&text);
    command.env("NO_COLOR", "1");
    assert_eq!(Output::of(command).good(), dir.run(&text).good());
    let mut command = dir.command(&[&text[..], &["--color", "always"]].concat());
    command.env("NO_COLOR", "1");
    assert!(Output::of(command).good().contains("\u{1b}["), "a flag stands above the environment");
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let dir = Dir::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = dir.run(&["completions", shell]).good();
        assert!(script.contains("samestory") && script.contains("resemblance"), "{shell}");
    }
    assert!(dir.run(&["man"]).good().contains(".TH samestory 1"));
    for subcommand in ["cluster", "feed", "explain", "evaluate"] {
        let page = dir.run(&["man", subcommand]).good();
        assert!(page.contains(".TH") && page.contains("\\-\\-resemblance"), "{subcommand}: {page}");
    }
}

#[test]
fn the_banding_in_force_is_explained() {
    let text = Dir::new().run(&["cluster", "--explain-banding", "--resemblance", "0.7", "--containment", "off"]).good();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "32 bands of 4 rows from 128 hashes, for a resemblance of 0.7");
    assert_eq!(lines[1], "resemblance  found");
    // 1 - (1 - 0.7^4)^32 and 1 - (1 - 0.3^4)^32.
    assert!(lines.contains(&"       0.70  0.9998") && lines.contains(&"       0.30  0.2291"), "{text}");
    assert_eq!((lines.len(), lines[22]), (23, "containment is off"));
}

#[test]
fn stats_tell_every_stage_and_change_no_result() {
    let dir = sample();
    for (level, stages) in [
        ("copies", "read sketch fold band verify containment group assemble report all"),
        ("stories", "read sketch fold band verify containment group score link assemble report all"),
    ] {
        let plain = dir.run(&["cluster", "in", "--level", level, "--quiet"]);
        let told = dir.run(&["cluster", "in", "--level", level, "--quiet", "--stats"]);
        assert_eq!((told.stdout, told.code), (plain.stdout, plain.code));
        let rows: Vec<Vec<&str>> = told.stderr.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["stage", "wall", "s", "CPU", "s", "counts"]);
        assert_eq!(rows[1..].iter().map(|row| row[0]).collect::<Vec<_>>().join(" "), stages);
        assert!(rows[1..].iter().all(|row| row[1..3].iter().all(|seconds| seconds.parse::<f64>().is_ok_and(|seconds| seconds >= 0.0))));
        assert_eq!(rows[1][3..].join(" "), "articles 5, bad_input 0, skipped_files 0");
        assert_eq!(rows[7][3..].join(" "), "copy_groups 3");
        assert!(told.stderr.contains("distinct_texts 4") && told.stderr.contains("peak memory "));
    }
}
