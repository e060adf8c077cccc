//! Merging, reading and printing of settings.

use clap::Parser;

use super::*;
use crate::args::{Cli, Command};

const FULL: &str = r#"
format = "records"
only = "representatives"
output = "out.jsonl"
color = "never"
quiet = true
level = "copies"
resemblance = 1
containment = "off"
shingle = 5
num-hashes = 256
linkage = "single"
window = 48
threads = 2
input-format = "csv"
boilerplate = ["read more*"]
together = [["a", "b"]]
apart = [["a", "c"], ["b", "c"]]

[fields]
id = "guid"
text = "body"
title = "headline"
date = "when"
outlet = "site"
lang = "language"
url = "link"

[outlet-aliases]
"BBC News" = "BBC"
"#;

fn read(text: &str) -> Result<Settings> {
    Settings::read(text, Path::new("samestory.toml"))
}

fn flags(args: &[&str]) -> Settings {
    match Cli::try_parse_from(["samestory", "cluster", "x"].iter().chain(args)).expect("good arguments").command {
        Command::Cluster(args) => Settings { format: args.format, only: args.only, ..Settings::flags(&args.shared) },
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn nothing_said_is_the_library_default() {
    let (config, run) = Settings::defaults().resolve().expect("good settings");
    assert_eq!(config, Config::default());
    assert_eq!(Settings::default().resolve().expect("good settings"), (config, run.clone()));
    assert_eq!((run.format(true), run.format(false)), (Format::Text, Format::Jsonl));
    assert_eq!(Run { only: Some(Only::Stories), ..run }.format(true), Format::Jsonl);
}

#[test]
fn every_key_of_the_file_arrives() {
    let (config, run) = read(FULL).expect("good file").over(Settings::defaults()).resolve().expect("good settings");
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let expected = Config {
        level: Level::Copies,
        resemblance: 1.0,
        containment: None,
        shingle: 5,
        num_hashes: 256,
        linkage: Linkage::Single,
        window: 48,
        outlet_aliases: [pair("BBC News", "BBC")].into(),
        boilerplate: vec!["read more*".into()],
        together: vec![pair("a", "b")],
        apart: vec![pair("a", "c"), pair("b", "c")],
    };
    assert_eq!(config, expected);
    let named = |name: &str| Some(name.to_owned());
    let expected = Run {
        format: Some(Format::Records),
        only: Some(Only::Representatives),
        output: Some("out.jsonl".into()),
        color: Color::Never,
        quiet: true,
        threads: Some(2),
        input_format: Some(InputFormat::Csv),
        fields: Fields {
            id: named("guid"),
            text: named("body"),
            title: named("headline"),
            date: named("when"),
            outlet: named("site"),
            lang: named("language"),
            url: named("link"),
        },
    };
    assert_eq!(run, expected);
}

#[test]
fn flags_stand_above_the_file_and_the_file_above_the_defaults() {
    let args = [
        "--format",
        "csv",
        "--only",
        "stories",
        "-o",
        "-",
        "--color",
        "always",
        "--level",
        "stories",
        "--resemblance",
        "0.5",
        "--containment",
        "0.9",
        "--shingle",
        "2",
        "--num-hashes",
        "64",
        "--linkage",
        "average",
        "--window",
        "24",
        "--threads",
        "1",
        "--input-format",
        "tsv",
        "--id-field",
        "i",
        "--text-field",
        "x",
        "--title-field",
        "t",
        "--date-field",
        "d",
        "--outlet-field",
        "o",
        "--lang-field",
        "l",
        "--url-field",
        "u",
    ];
    let (config, run) = flags(&args).over(read(FULL).expect("good file")).over(Settings::defaults()).resolve().expect("good settings");
    assert_eq!((config.level, config.linkage), (Level::Stories, Linkage::Average));
    assert_eq!((config.resemblance, config.containment), (0.5, Some(0.9)));
    assert_eq!((config.shingle, config.num_hashes, config.window), (2, 64, 24));
    assert_eq!(config.boilerplate, ["read more*"]);
    assert_eq!((run.format, run.only, run.output, run.color), (Some(Format::Csv), Some(Only::Stories), None, Color::Always));
    assert_eq!((run.quiet, run.threads, run.input_format), (true, Some(1), Some(InputFormat::Tsv)));
    let Fields { id, text, title, date, outlet, lang, url } = run.fields;
    assert_eq!([id, text, title, date, outlet, lang, url].map(Option::unwrap_or_default), ["i", "x", "t", "d", "o", "l", "u"]);

    let (config, _) =
        flags(&["--window", "24"]).over(read("window = 48\nshingle = 4").expect("good file")).resolve().expect("good settings");
    assert_eq!((config.window, config.shingle, config.num_hashes), (24, 4, Config::default().num_hashes));
}

#[test]
fn what_is_shown_reads_back() {
    for settings in [Settings::defaults(), read(FULL).expect("good file").over(Settings::defaults()), Settings::default()] {
        let shown = settings.to_toml().expect("TOML");
        assert_eq!(read(&shown).expect("what was shown"), settings, "{shown}");
    }
    let shown = Settings::defaults().to_toml().expect("TOML");
    let expected = "\
# format: by the name of the output, else text on a terminal, jsonl otherwise
# threads: one per core
# input-format: by the name of each input
color = \"auto\"
quiet = false
level = \"stories\"
resemblance = 0.4
containment = 0.7
shingle = 3
num-hashes = 128
linkage = \"average\"
window = 8760
boilerplate = []
together = []
apart = []

[fields]

[outlet-aliases]
";
    assert_eq!(shown, expected);
}

#[test]
fn errors_name_file_line_and_key() {
    for (text, expected) in [
        ("\nwindow = 24\nresemblence = 0.5\n", "samestory.toml:3: unknown key `resemblence`, expected one of `format`, "),
        ("[fields]\nheadline = \"h\"\n", "samestory.toml:2: unknown key `headline`, expected one of `id`, "),
        ("[outlets]\n", "samestory.toml:1: unknown key `outlets`, expected one of "),
        ("shingle = 3\nresemblance = 1.5\n", "samestory.toml:2: resemblance: 1.5 is not between 0.05 and 1"),
        ("window = 0\n", "samestory.toml:1: window: 0 is not between 1 and 8760"),
        ("containment = true\n", "samestory.toml:1: containment: neither a number between 0.05 and 1 nor \"off\""),
        ("containment = \"no\"\n", "samestory.toml:1: containment: \"no\" is neither a number between 0.05 and 1 nor \"off\""),
        ("level = \"story\"\n", "samestory.toml:1: level: unknown variant `story`, expected `copies` or `stories`"),
        ("together = [[\"a\"]]\n", "samestory.toml:1: together: invalid length 1, expected a tuple of size 2"),
        ("level = \n", "samestory.toml:1: level: "),
    ] {
        let message = read(text).expect_err(text).to_string();
        assert!(message.starts_with(expected), "{message}\n{expected}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_errors() {
    let resolve = |text: &str| read(text).expect("good file").resolve().map(drop).map_err(|error| error.to_string());
    assert_eq!(
        resolve("format = \"text\"\nonly = \"stories\""),
        Err("only: needs the format jsonl, csv, records or parquet, not text".to_owned())
    );
    assert_eq!(
        resolve("together = [[\"a\", \"b\"]]\napart = [[\"b\", \"a\"]]"),
        Err("apart: \"b\" and \"a\" are also pinned together".to_owned())
    );
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let error = Settings::file(Some(Path::new("no/such.toml"))).expect_err("no file");
    assert_eq!(error.to_string(), "no/such.toml");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, "window = 7").expect("writing");
    assert_eq!(Settings::file(Some(&path)).expect("good file").window, Some(Whole(7)));
}
