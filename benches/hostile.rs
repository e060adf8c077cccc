//! CPU and memory on corpora that were made to cost much: each in a process of its own, at a size, twice and four times that.
//!
//!     cargo bench --bench hostile                     sizes of 25,000, 50,000 and 100,000
//!     cargo bench --bench hostile -- 5000 one         other sizes, corpora whose name begins so
//!     cargo bench --bench hostile -- --test           small sizes: the answers only
//!
//! Twice the articles may take little more than twice the time, and 100,000 of them 1 GiB: where they do not the bench fails.

#[path = "../tests/integration/corpora.rs"]
mod corpora;

use std::io::Write;
use std::process::{Command, Stdio};

use corpora::CORPORA;
use cpu_time::ProcessTime;
use samestory::{Config, Level, cluster};

/// Articles of the smallest corpus.
const SIZE: usize = 25_000;

/// … and where only the answers count.
const SMALL: usize = 300;

/// How many times the CPU of half the size is still called linear: sorting, and the noise of a machine that does other things too.
const LINEAR: f64 = 2.8;

/// Seconds below which there is more noise than work.
const SHORT: f64 = 0.5;

/// Most memory of four times the size, articles included.
const MEMORY_MIB: u64 = 1024;

/// Groups an article may be in by name of the corpus: one of all, or one for each.
fn groups(name: &str, count: usize) -> std::ops::RangeInclusive<usize> {
    match name {
        "identical" | "boilerplate" => 1..=1,
        "one word" => 1..=1_000,
        _ => count..=count,
    }
}

/// What one run took.
struct Cost {
    cpu: f64,
    mib: u64,
    counts: String,
}

/// Runs one corpus in this process and prints what it took: CPU seconds, MiB, counts.
fn run(name: &str, count: usize, level: Level) {
    let (_, make) = CORPORA.iter().find(|corpus| corpus.0 == name).expect("a corpus");
    let articles = make(count);
    let before = ProcessTime::now();
    let found = cluster(&articles, &Config { level, ..Config::default() }).expect("a good configuration");
    let cpu = before.elapsed().as_secs_f64();
    let copies: usize = found.stories.iter().map(|story| story.copies.len()).sum();
    assert!(groups(name, count).contains(&copies), "{name}, {count}: {copies} groups");
    assert_eq!(found.placements.len(), count);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|peak| peak.trim().split(' ').next()?.parse::<u64>().ok());
    let told = ["copy_candidates", "crowded_buckets", "alone_in_crowds", "story_candidates"];
    let counts = found.summary.counts.iter().filter(|row| told.contains(&row.0)).map(|row| format!("{} {}", row.0, row.1));
    say(&format!("{cpu} {} {}", peak.unwrap_or(0) / 1024, counts.collect::<Vec<_>>().join(", ")));
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("standard output");
}

/// The same in a process of its own, so that its peak is its own.
fn cost(name: &str, count: usize, level: Level) -> Cost {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let level = if level == Level::Copies { "copies" } else { "stories" };
    let output = command.args(["--one", name, &count.to_string(), level]).stderr(Stdio::inherit()).output().expect("this program");
    assert!(output.status.success(), "{name}, {count} articles, {level}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut parts = text.trim_end().splitn(3, ' ');
    let mut part = || parts.next().expect("three values");
    Cost { cpu: part().parse().expect("seconds"), mib: part().parse().expect("MiB"), counts: part().to_owned() }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [one, name, count, level] = &args[..]
        && one == "--one"
    {
        return run(name, count.parse().expect("a number"), if level == "copies" { Level::Copies } else { Level::Stories });
    }
    let test = args.iter().any(|arg| arg == "--test");
    let size = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(if test { SMALL } else { SIZE });
    let begins: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--") && arg.parse::<usize>().is_err()).collect();
    let mut failed = Vec::new();
    for (name, _) in CORPORA.iter().filter(|corpus| begins.is_empty() || begins.iter().any(|begin| corpus.0.starts_with(begin.as_str()))) {
        for level in [Level::Copies, Level::Stories] {
            let mut last: Option<f64> = None;
            for count in if test { vec![size] } else { vec![size, 2 * size, 4 * size] } {
                let Cost { cpu, mib, counts } = cost(name, count, level);
                say(&format!("{name:<14} {level:?} {count:>7}  {cpu:>8.2} s CPU  {mib:>5} MiB  {counts}"));
                let line = format!("{name}, {level:?}, {count}");
                if !test && last.is_some_and(|last| cpu > LINEAR * last.max(SHORT)) {
                    failed.push(format!("{line}: not linear"));
                }
                if !test && count <= 4 * SIZE && mib > MEMORY_MIB {
                    failed.push(format!("{line}: more than {MEMORY_MIB} MiB"));
                }
                last = Some(cpu);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
