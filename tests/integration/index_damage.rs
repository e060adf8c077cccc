//! An index that cannot be used: somebody else writes, there is no room, or the file is damaged. Then it says so, and never answers wrongly.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::generate::Random;
use crate::index_crash::{lines, note, rounds, stream};
use crate::util::{Dir, Output, column};

/// Longer than any run here takes, however busy the machine.
const HANGING: Duration = Duration::from_secs(60);
/// Flipped bytes, spread over the file, and lengths to which it is cut, for each round asked for.
const FLIPS: usize = 10;
const CUTS: usize = 2;

/// Runs the command; one that does not end fails.
fn run(dir: &Dir, args: &[&str]) -> Output {
    let mut child = dir.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command");
    let began = Instant::now();
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let out = std::thread::spawn(move || std::io::read_to_string(&mut out).expect("UTF-8"));
    let err = std::thread::spawn(move || std::io::read_to_string(&mut err).expect("UTF-8"));
    let code = loop {
        if let Some(status) = child.try_wait().expect("its end") {
            break status.code();
        }
        let hangs = began.elapsed() > HANGING;
        if hangs {
            child.kill().expect("a process of ours");
        }
        assert!(!hangs, "{args:?} hangs");
        std::thread::sleep(Duration::from_millis(1));
    };
    Output { stdout: out.join().expect("output"), stderr: err.join().expect("output"), code }
}

/// A run that failed with one clear line and no output.
#[track_caller]
fn refused(output: &Output, says: &str) {
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.lines().count()), (Some(1), "", 1), "{output:?}");
    assert!(output.stderr.starts_with("samestory: ") && output.stderr.contains(says), "{}", output.stderr);
}

#[test]
fn one_writes_and_others_read() {
    let text = lines(&stream(3, 5));
    let dir = Dir::new().file("all.jsonl", &text);
    let mut command = dir.command(&["dedup", "--index", "index", "--follow", "-q"]);
    let mut writer = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command");
    let mut stdin = writer.stdin.take().expect("a pipe");
    let mut out = BufReader::new(writer.stdout.take().expect("a pipe"));
    let mut answers = Vec::new();
    for line in text.lines() {
        writeln!(stdin, "{line}").expect("a reader");
        let mut answer = String::new();
        out.read_line(&mut answer).expect("UTF-8");
        let id = column(&answer, "id").remove(0);
        assert_eq!(column(&run(&dir, &["query", "--index", "index", "--id", &id]).good(), "id"), [id], "read while it is open");
        answers.push(answer);
    }
    refused(&run(&dir, &["dedup", "all.jsonl", "--index", "index"]), "index/index.redb: another process is writing");
    refused(&run(&dir, &["forget", "--index", "index", "--id", "none"]), "index/index.redb: another process is writing");
    let stats = run(&dir, &["stats", "--index", "index", "--json"]);
    assert_eq!(stats.json()["articles"], answers.len());
    drop(stdin);
    assert!(writer.wait().expect("its end").success());
    assert_eq!(run(&dir, &["dedup", "all.jsonl", "--index", "index", "-q"]).good(), answers.concat());
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let dir = Dir::new().file("all.jsonl", lines(&stream(3, 2))).file("file", "text");
    refused(&run(&dir, &["dedup", "all.jsonl", "--index", "file"]), "file: ");
    refused(&run(&dir, &["dedup", "all.jsonl", "--index", "file/below"]), "file/below: ");
    for command in [["stats"].as_slice(), &["export"], &["query", "--id", "a"], &["recluster"], &["forget", "--id", "a"]] {
        for folder in ["none", "file"] {
            refused(&run(&dir, &[command, &["--index", folder]].concat()), "there is no index here");
        }
    }
    assert!(!dir.path("none").exists(), "nothing is made by asking");
    let dir = dir.file("other/index.redb", "some other file, which is long enough to be read as a header of anything ".repeat(20));
    refused(&run(&dir, &["stats", "--index", "other"]), "other/index.redb: ");
    refused(&run(&dir, &["dedup", "all.jsonl", "--index", "other"]), "other/index.redb: ");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new().file("all.jsonl", lines(&stream(3, 2))).file("closed/below", "");
    let permit = |mode| std::fs::set_permissions(dir.path("closed"), std::fs::Permissions::from_mode(mode)).expect("a folder of ours");
    permit(0o555);
    // Permissions do not hold root back.
    if std::fs::write(dir.path("closed/probe"), "").is_err() {
        refused(&run(&dir, &["dedup", "all.jsonl", "--index", "closed"]), "closed");
        refused(&run(&dir, &["dedup", "all.jsonl", "--index", "closed/new"]), "closed/new");
    }
    permit(0o755);
}

/// A small index, and what it says.
struct Sound {
    dir: Dir,
    bytes: Vec<u8>,
    known: String,
    exported: String,
    asked: String,
    next: String,
}

const EXPORT: &[&str] = &["export", "--index", "copy"];
const STATS: &[&str] = &["stats", "--index", "copy", "--json"];
const KNOWN: &[&str] = &["dedup", "known.jsonl", "--index", "copy", "-q"];
const NEXT: &[&str] = &["dedup", "next.jsonl", "--index", "copy", "-q"];
const ASK: &[&str] = &["query", "next.jsonl", "--index", "copy", "-q"];

impl Sound {
    fn new() -> Sound {
        let articles = stream(2, 14);
        let (known, next) = articles.split_at(articles.len() - 6);
        let dir = Dir::new().file("known.jsonl", lines(known)).file("next.jsonl", lines(next));
        dir.run(&[KNOWN, &["--batch", "5"]].concat()).good();
        let bytes = std::fs::read(dir.path("copy/index.redb")).expect("an index");
        let mut sound = Sound { dir, bytes, known: String::new(), exported: String::new(), asked: String::new(), next: String::new() };
        let say = |args| sound.dir.run(args).good();
        (sound.exported, sound.asked, sound.known, sound.next) = (say(EXPORT), say(ASK), say(KNOWN), say(NEXT));
        sound
    }

    fn put(&self, bytes: &[u8]) {
        std::fs::write(self.dir.path("copy/index.redb"), bytes).expect("a file");
    }

    /// Whether commands on a damaged file fail clearly or say what they say of the sound one; gives how many failed.
    #[track_caller]
    fn check(&self, damaged: &[u8], turn: usize, what: &str) -> usize {
        let asked = |args: &[&str], expected: Option<&str>| {
            let output = run(&self.dir, args);
            let failed =
                output.code == Some(1) && output.stderr.lines().count() == 1 && output.stderr.starts_with("samestory: copy/index.redb: ");
            let same = output.code == Some(0) && expected.is_none_or(|expected| output.stdout == expected);
            assert!((failed && output.stdout.is_empty()) || same, "{what}: {args:?}: {output:?}");
            usize::from(failed)
        };
        self.put(damaged);
        // Reading first, as writing may mend.
        match turn % 3 {
            0 => asked(STATS, None) + asked(KNOWN, Some(&self.known)),
            1 => asked(EXPORT, Some(&self.exported)),
            _ => asked(ASK, Some(&self.asked)) + asked(NEXT, Some(&self.next)),
        }
    }
}

#[test]
fn a_flipped_byte_is_an_error_or_nothing() {
    let sound = Sound::new();
    let mut random = Random(1);
    let mut failed = 0;
    let flips = FLIPS * rounds();
    for flip in 0..flips {
        // A header is small and says most.
        let at = if flip % 4 == 0 { random.below(320) } else { random.below(sound.bytes.len()) };
        let mut bytes = sound.bytes.clone();
        bytes[at] ^= 1 << random.below(8);
        failed += usize::from(sound.check(&bytes, flip, &format!("byte {at} of {}", bytes.len())) > 0);
    }
    if flips > 1_000 {
        note(&format!("{failed} of {flips} flips were noticed"));
    }
    assert!(failed > flips / 10, "only {failed} of {flips} flips were noticed");
}

#[test]
fn a_file_cut_short_is_an_error() {
    let sound = Sound::new();
    let mut random = Random(2);
    for cut in 0..CUTS * rounds() {
        let length = if cut < 8 { cut * 64 + 1 } else { random.below(sound.bytes.len()) };
        sound.check(&sound.bytes[..length], cut, &format!("cut to {length} of {}", sound.bytes.len()));
    }
}

#[test]
fn an_index_that_was_never_finished_is_made_anew() {
    let dir = Dir::new().file("all.jsonl", lines(&stream(3, 2))).file("index/.index.redb-killed", "half");
    refused(&run(&dir, &["stats", "--index", "index"]), "there is no index here");
    let answers = run(&dir, &["dedup", "all.jsonl", "--index", "index", "-q"]).good();
    assert_eq!(run(&dir, &["dedup", "all.jsonl", "--index", "index", "-q"]).good(), answers);
}

/// `dedup` where there is too little room says so; with room enough, after `widen`, it goes on.
#[cfg(unix)]
#[track_caller]
fn out_of_room(dir: &Dir, index: &str, short: Command, expected: &str, widen: impl FnOnce()) {
    let output = Output::of(short);
    assert_eq!((output.code, output.stderr.lines().count()), (Some(1), 1), "{}", output.stderr);
    assert!(output.stderr.contains("os error") && output.stderr.contains(index), "{}", output.stderr);
    assert!(expected.starts_with(&output.stdout) && output.stdout.len() < expected.len(), "{}", output.stdout);
    widen();
    let count = run(dir, &["export", "--index", index]).stdout.lines().count();
    assert!(count >= output.stdout.lines().count(), "{count} articles are there");
    assert_eq!(run(dir, &["dedup", "all.jsonl", "--index", index, "-q"]).good(), expected);
    assert_eq!(run(dir, &["export", "--index", index]).good(), run(dir, &["export", "--index", "whole"]).good());
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_is_an_error_and_loses_nothing() {
    let dir = Dir::new().file("all.jsonl", lines(&stream(9, 50)));
    let expected = run(&dir, &["dedup", "all.jsonl", "--index", "whole", "--batch", "5", "-q"]).good();
    let blocks = std::fs::metadata(dir.path("whole/index.redb")).expect("an index").len() / 512;
    for blocks in [1, blocks / 6, blocks / 3, blocks / 2] {
        let index = format!("index-{blocks}");
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        let args = ["-c", &limited, env!("CARGO_BIN_EXE_samestory"), "dedup", "all.jsonl", "--index", &index, "--batch", "5", "-q"];
        command.current_dir(dir.path("")).args(args);
        out_of_room(&dir, &index, command, &expected, || {});
    }
}

/// A small disk in memory, gone with this.
#[cfg(target_os = "linux")]
struct Disk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// Only root may.
    fn mount(at: std::path::PathBuf, options: &str) -> Option<Disk> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).stderr(Stdio::null()).status();
        mount.is_ok_and(|status| status.success()).then_some(Disk(at))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().expect("our disk");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    let dir = Dir::new().file("all.jsonl", lines(&stream(9, 50))).file("disk/below", "");
    let Some(disk) = Disk::mount(dir.path("disk"), "size=400k") else {
        return note("no small disk can be mounted here: a full one is not tested");
    };
    let expected = run(&dir, &["dedup", "all.jsonl", "--index", "whole", "-q"]).good();
    let short = dir.command(&["dedup", "all.jsonl", "--index", "disk/index", "--batch", "5", "-q"]);
    out_of_room(&dir, "disk/index", short, &expected, || {
        let wider = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&disk.0).status();
        assert!(wider.expect("our disk").success());
    });
}
