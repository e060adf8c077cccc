//! Files that are written: whole or as they were, whatever comes between.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use super::{IDS, WIRE, sample};
use crate::generate;
use crate::util::{Dir, column};

/// Every way to write a file, on the sample and an index of it.
const WRITERS: [&[&str]; 9] = [
    &["cluster", "in"],
    &["report", "in"],
    &["report", "--index", "index"],
    &["feed", "in"],
    &["feed", "--index", "index"],
    &["explain", "wire", "site", "in"],
    &["recluster", "--index", "index"],
    &["export", "--index", "index"],
    &["query", "in", "--index", "index"],
];

fn indexed() -> Dir {
    let dir = sample();
    dir.run(&["dedup", "in", "--index", "index", "-q"]).good();
    dir
}

/// What is in a folder, hidden files too.
fn names(dir: &Dir, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(dir.path(folder)).expect("a folder");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_file_stays_when_nothing_could_be_read_that_takes_its_place() {
    let dir = Dir::new().file("empty/readme.pdf", "").file("bad.jsonl", "{").file("good.txt", WIRE);
    for args in [&["cluster"][..], &["cluster", "--memory", "1G"], &["report"], &["feed"]] {
        for input in ["none.txt", "bad.jsonl"] {
            let dir = Dir::new().file("out", "old").file("bad.jsonl", "{");
            let output = dir.run(&[args, &[input, "-o", "out"]].concat());
            assert!(
                output.code == Some(1) && output.stderr.contains("nothing was read: out is not written"),
                "{args:?}: {}",
                output.stderr
            );
            assert_eq!((dir.read("out").as_str(), names(&dir, "").contains(&"out".to_owned())), ("old", true), "{args:?}");
        }
    }
    let indexed = indexed().file("out", "old");
    indexed.run(&["query", "none.txt", "--index", "index", "-o", "out"]);
    assert_eq!(indexed.read("out"), "old");
    // Nothing to read is no failure, and a part that cannot be read does not keep the rest from being written.
    dir.run(&["cluster", "empty", "-o", "empty.jsonl"]).done();
    assert_eq!(dir.read("empty.jsonl"), "");
    assert_eq!(dir.run(&["cluster", "good.txt", "bad.jsonl", "-o", "some.jsonl"]).code, Some(1));
    assert_eq!(dir.read("some.jsonl").lines().count(), 1);
}

#[test]
fn the_name_of_a_file_asks_for_a_format() {
    let dir = sample();
    for (command, name, format) in [
        ("cluster", "a.json", "json"),
        ("cluster", "a.csv", "csv"),
        ("cluster", "a.txt", "text"),
        ("cluster", "a.log", "jsonl"),
        ("report", "a.md", "md"),
        ("report", "a.csv", "csv"),
    ] {
        let expected = dir.run(&[command, "in", "--format", format]).done();
        dir.run(&[command, "in", "-o", name]).done();
        assert!(dir.read(name) == expected, "{command} {name}");
        dir.run(&[command, "in", "--format", "json", "-o", name]).done();
        assert!(dir.read(name).starts_with('{'), "what is said counts");
    }
    dir.run(&["dedup", "in", "--index", "ix", "-q"]).good();
    dir.run(&["recluster", "--index", "ix", "-o", "anew.csv"]).done();
    assert!(dir.read("anew.csv").starts_with("id,"));
    let large = dir.run(&["cluster", "in", "--memory", "1G", "-o", "rows.json"]);
    assert!(large.code == Some(2) && large.stderr.contains("not json, which the name of the output asks for"), "{}", large.stderr);
    // Some rows of a format without rows are none.
    let expected = dir.run(&["cluster", "in", "--only", "stories"]).done();
    dir.run(&["cluster", "in", "--only", "stories", "-o", "rows.json"]).done();
    assert_eq!(dir.read("rows.json"), expected);
    let missing = dir.run(&["cluster", "in", "-o", "none/a.jsonl"]);
    assert_eq!((missing.stderr.as_str(), missing.code), ("samestory: none/a.jsonl: there is no folder none\n", Some(1)));
}

#[test]
fn every_command_replaces_a_file_and_leaves_nothing_beside_it() {
    for args in WRITERS {
        let dir = indexed().file("out/file", "old");
        let expected = dir.run(args).done();
        assert!(!expected.is_empty(), "{args:?}");
        assert_eq!(dir.run(&[args, &["-o", "out/file"]].concat()).done(), "");
        assert!(dir.read("out/file") == expected, "{args:?}");
        assert_eq!(names(&dir, "out"), ["file"], "{args:?}");
    }
}

#[test]
fn what_cannot_be_written_to_is_said_before_anything_is_read() {
    for args in [WRITERS.as_slice(), &[&["evaluate", "in"]]].concat() {
        let dir = indexed().file("folder/file", "");
        for (name, why) in [
            ("no/file", "there is no folder no"),
            ("folder", "Is a directory"),
            ("new/", "is a directory"),
            ("folder/file/x", "Not a directory"),
        ] {
            // Input that is missing would be named if it were looked at.
            let args: Vec<&str> = args.iter().map(|arg| if *arg == "in" { "missing" } else { arg }).collect();
            let output = dir.run(&[&args[..], &["-o", name]].concat());
            assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{args:?} {name}");
            assert!(output.stderr.starts_with(&format!("samestory: {name}: {why}")), "{args:?}: {}", output.stderr);
            assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        }
        assert_eq!(names(&dir, "folder"), ["file"]);
    }
}

#[test]
fn an_index_takes_nothing_in_for_a_feed_that_cannot_be_written() {
    let dir = sample();
    assert_eq!(dir.run(&["feed", "in", "--index", "index", "-q", "-o", "no/feed.xml"]).code, Some(1));
    assert_eq!(dir.run(&["stats", "--index", "index", "--json"]).json()["articles"], 0);
}

#[test]
fn a_file_may_be_read_and_written_in_one_run() {
    let dir = Dir::with(&[("in.jsonl", WIRE)]);
    dir.run(&["cluster", "in.jsonl", "-q", "--format", "records", "-o", "in.jsonl"]).good();
    assert_eq!(column(&dir.read("in.jsonl"), "id"), &IDS[2..]);
    // The folder of the output is an input: what is being written is not read.
    let dir = sample();
    let output = dir.run(&["cluster", "in", "-o", "in/out.data"]);
    assert_eq!((output.stderr.as_str(), output.code), ("samestory: articles: 5, stories: 2\n", Some(0)));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = sample().file("out/old", "old").file("links/below", "");
    let mode = |name: &str| fs::metadata(dir.path(name)).expect("a file").permissions().mode() & 0o7777;
    fs::set_permissions(dir.path("out/old"), fs::Permissions::from_mode(0o640)).expect("a file of ours");
    symlink("../out/old", dir.path("links/old")).expect("a link");
    symlink("old", dir.path("links/twice")).expect("a link");
    symlink("../out/new", dir.path("links/new")).expect("a link");
    let expected = dir.run(&["cluster", "in", "-q"]).good();
    fs::write(dir.path("plain"), "").expect("a file");
    for (name, behind, kept) in [("links/twice", "out/old", 0o640), ("links/new", "out/new", mode("plain"))] {
        dir.run(&["cluster", "in", "-q", "-o", name]).good();
        assert!(fs::symlink_metadata(dir.path(name)).expect("a link").is_symlink());
        assert_eq!((dir.read(behind), mode(behind)), (expected.clone(), kept), "{name}");
    }
    assert_eq!((names(&dir, "out"), names(&dir, "links").len()), (vec!["new".to_owned(), "old".to_owned()], 4));

    // A file that may not be written to is not replaced either, and a folder where none can be made is told; root may do both.
    fs::set_permissions(dir.path("out/old"), fs::Permissions::from_mode(0o440)).expect("a file of ours");
    fs::set_permissions(dir.path("links"), fs::Permissions::from_mode(0o555)).expect("a folder of ours");
    let root = fs::OpenOptions::new().write(true).open(dir.path("out/old")).is_ok();
    for name in ["out/old", "links/file"] {
        let output = dir.run(&["cluster", "missing", "-q", "-o", name]);
        assert!(root || output.stderr.contains(&format!("{name}: ")) && output.stderr.contains("Permission denied"), "{}", output.stderr);
    }
    fs::set_permissions(dir.path("links"), fs::Permissions::from_mode(0o755)).expect("a folder of ours");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_as_it_is() {
    let dir = sample();
    let expected = dir.run(&["cluster", "in", "-q"]).good();
    assert_eq!(dir.run(&["cluster", "in", "-q", "-o", "/dev/stdout"]).good(), expected);
    assert_eq!(dir.run(&["cluster", "in", "-q", "-o", "/dev/null"]).good(), "");
    assert!(Command::new("mkfifo").arg(dir.path("fifo")).status().expect("mkfifo").success());
    let path = dir.path("fifo");
    let reader = std::thread::spawn(move || fs::read_to_string(path).expect("UTF-8"));
    dir.run(&["cluster", "in", "-q", "-o", "fifo"]).good();
    assert_eq!(reader.join().expect("a reader"), expected);
    assert_eq!(names(&dir, ""), ["fifo", "in"]);
    // Opened by the shell as a file: it is that file which is written to, not another of its name.
    let mut command = Command::new("sh");
    let script = "\"$0\" cluster in -q -o /dev/fd/3 3>out; wc -c < out";
    let output = command.current_dir(dir.path("")).args(["-c", script, env!("CARGO_BIN_EXE_samestory")]).output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected.len().to_string());
}

/// A run that reads from us and cannot end before we do; its output is open when this returns.
#[cfg(unix)]
fn waiting(dir: &Dir, mut command: Command) -> Child {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command");
    child.stdin.as_mut().expect("a pipe").write_all(WIRE.as_bytes()).expect("a reader");
    let began = std::time::Instant::now();
    while names(dir, "out").len() < 2 {
        assert!(began.elapsed().as_secs() < 60 && child.try_wait().expect("a child").is_none(), "nothing is written");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child
}

#[cfg(unix)]
fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().expect("kill").success());
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_leaves_the_file_as_it_was() {
    use std::os::unix::process::ExitStatusExt;

    for args in [&["cluster", "-"][..], &["report", "-"], &["feed", "-"], &["feed", "-", "--index", "index"]] {
        for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
            let dir = Dir::new().file("out/file", "old");
            let mut child = waiting(&dir, dir.command(&[args, &["-o", "out/file"]].concat()));
            send(signal, &child);
            assert_eq!(child.wait().expect("its end").signal(), Some(number), "{args:?}");
            assert_eq!((dir.read("out/file").as_str(), names(&dir, "out")), ("old", vec!["file".to_owned()]), "{args:?} {signal}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let dir = Dir::new().file("out/file", "old");
    let mut command = Command::new("sh");
    let script = "trap '' HUP; exec \"$0\" cluster - -q -o out/file";
    command.current_dir(dir.path("")).args(["-c", script, env!("CARGO_BIN_EXE_samestory")]);
    let mut child = waiting(&dir, command);
    send("HUP", &child);
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("its end").code(), Some(0));
    assert_eq!(
        (column(&dir.read("out/file"), "id"), names(&dir, "out")),
        (IDS[2..].iter().map(|id| id.to_string()).collect(), vec!["file".to_owned()])
    );
}

#[cfg(unix)]
#[test]
fn lines_that_were_answered_stay_when_a_stream_is_stopped() {
    use std::os::unix::process::ExitStatusExt;

    let dir = Dir::new();
    let mut command = dir.command(&["dedup", "--follow", "--index", "index", "-q"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let (mut answered, mut line) = (String::new(), String::new());
    for record in WIRE.lines().take(2) {
        writeln!(child.stdin.as_mut().expect("a pipe"), "{record}").expect("a reader");
        line.clear();
        out.read_line(&mut line).expect("an answer");
        answered += &line;
    }
    send("INT", &child);
    assert_eq!(child.wait().expect("its end").signal(), Some(2));
    out.read_to_string(&mut answered).expect("UTF-8");
    assert_eq!(column(&answered, "id"), ["wire", "site"]);
    let again = dir.pipe(WIRE, &["dedup", "--index", "index", "-q"]).good();
    assert!(again.starts_with(&answered) && column(&again, "id").len() == 3, "{again}");
}

#[cfg(unix)]
#[test]
fn a_disk_without_room_is_an_error_and_the_file_stays() {
    let articles = generate::articles(4, 250);
    let lines: String = articles.iter().map(|article| generate::record(article) + "\n").collect();
    let dir = Dir::with(&[("in.jsonl", &lines), ("out/file", "old")]);
    for format in ["jsonl", "json", "csv", "records"] {
        let mut command = Command::new("sh");
        // Less than any of the formats takes.
        let script = "trap '' XFSZ; ulimit -f 40; exec \"$0\" cluster in.jsonl --level copies -q -o out/file --format \"$1\"";
        command.current_dir(dir.path("")).args(["-c", script, env!("CARGO_BIN_EXE_samestory"), format]);
        let output = command.output().expect("a shell");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{format}: {stderr}");
        assert!(stderr.starts_with("samestory: out/file: ") && stderr.contains("os error"), "{format}: {stderr}");
        assert_eq!((dir.read("out/file").as_str(), names(&dir, "out")), ("old", vec!["file".to_owned()]), "{format}");
    }
    // A device that is always full.
    if fs::exists("/dev/full").expect("a folder") {
        let output = dir.run(&["cluster", "in.jsonl", "--level", "copies", "-q", "-o", "/dev/full"]);
        assert_eq!((output.code, output.stderr.starts_with("samestory: /dev/full: ")), (Some(1), true), "{}", output.stderr);
    }
}
