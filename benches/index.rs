//! What an index costs as it grows: inserts, lookups, disk, memory and opening. `-- --large` goes on to a million articles, `-- --test` runs
//! through it once on a few hundred and says nothing about speed.

mod stream;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use samestory::Article;
use samestory::index::{Index, Setup, Verdict};

/// Articles that are inserted and looked up at each size.
const PROBES: usize = 1_000;
/// Articles of one transaction while the index grows to a size.
const GROWING: usize = 1_000;
const BATCHES: [usize; 3] = [1, 100, 1_000];

/// Articles indexed when the index is measured, and how many are tried then.
fn sizes() -> (Vec<usize>, usize) {
    let asked = |flag: &str| std::env::args().any(|arg| arg == flag);
    if asked("--test") {
        return (vec![300], 60);
    }
    let sizes = [10_000, 100_000, 1_000_000];
    (sizes[..if asked("--large") { 3 } else { 2 }].to_vec(), PROBES)
}

/// Wall and CPU time of some work.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    let done = work();
    (done, wall.elapsed(), cpu.elapsed())
}

/// Resident memory of this process in MB, now and at most; where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let megabytes = |name: &str| -> Option<u64> {
        let row = status.lines().find_map(|line| line.strip_prefix(name))?;
        row.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
    };
    match (megabytes("VmRSS"), megabytes("VmHWM")) {
        (Some(now), Some(most)) => format!("{now} MB now, {most} MB at most"),
        _ => "unknown".to_owned(),
    }
}

fn say(line: &str) {
    writeln!(std::io::stdout().lock(), "{line}").expect("standard output");
}

fn row(what: &str, count: usize, wall: Duration, cpu: Duration) {
    let per_second = |time: Duration| count as f64 / time.as_secs_f64();
    let cpu_ms = cpu.as_secs_f64() * 1e3 / count as f64;
    say(&format!("  {what:<28}{:>10.0} / s wall {:>10.0} / s CPU {cpu_ms:>10.3} ms CPU each", per_second(wall), per_second(cpu)));
}

/// Inserts articles in batches; gives how many were new, copies and of known stories.
fn insert(index: &mut Index, articles: &[Article], batch: usize) -> [usize; 3] {
    let mut found = [0; 3];
    for batch in articles.chunks(batch) {
        for answer in index.insert(batch).expect("an index that can be written") {
            found[answer.verdict as usize] += 1;
        }
    }
    found
}

fn open(folder: &Path) -> Index {
    Index::open(folder, &Setup::default()).expect("an index")
}

fn main() {
    let (sizes, probes) = sizes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut index = open(folder.path());
    let mut articles = stream::Stream::new(7);
    let (mut taken, mut text_bytes, mut verdicts) = (0, 0, [0; 3]);
    for size in sizes {
        let (mut wall, mut cpu, grown) = (Duration::ZERO, Duration::ZERO, taken);
        while taken < size {
            let next: Vec<Article> = articles.by_ref().take(GROWING.min(size - taken)).collect();
            text_bytes += next.iter().map(|article| article.text.len()).sum::<usize>();
            taken += next.len();
            let (found, more_wall, more_cpu) = timed(|| insert(&mut index, &next, GROWING));
            verdicts.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
            (wall, cpu) = (wall + more_wall, cpu + more_cpu);
        }
        let [new, copies, same_story] = verdicts;
        assert!(new > size / 10 && copies > size / 10 && same_story > size / 100, "{verdicts:?} are no mix of verdicts");
        say(&format!("{taken} articles: {new} new, {copies} copies, {same_story} of known stories"));
        row("growing to it", taken - grown, wall, cpu);
        for batch in BATCHES {
            let next: Vec<Article> = articles.by_ref().take(probes).collect();
            text_bytes += next.iter().map(|article| article.text.len()).sum::<usize>();
            let (_, wall, cpu) = timed(|| insert(&mut index, &next, batch));
            row(&format!("inserts, {batch} at once"), probes, wall, cpu);
            taken += probes;
            let renamed = |article: &Article| Article { key: format!("{} again", article.key).into(), ..article.clone() };
            let again: Vec<Article> = next.iter().map(renamed).collect();
            assert!(again.iter().all(|article| index.query(article).is_ok_and(|answer| answer.verdict == Verdict::Copy)));
        }
        let next: Vec<Article> = articles.clone().take(probes).collect();
        let (_, wall, cpu) = timed(|| next.iter().for_each(|article| drop(index.query(article).expect("an answer"))));
        row("lookups", probes, wall, cpu);
        index.close().expect("an index that can be written");
        let (opened, wall, cpu) = timed(|| open(folder.path()));
        index = opened;
        let stats = index.stats().expect("an index that can be read");
        assert_eq!(stats.articles, taken as u64);
        say(&format!("  {:<28}{:>10.3} s wall {:>10.3} s CPU", "opening", wall.as_secs_f64(), cpu.as_secs_f64()));
        say(&format!("  {:<28}{:>10} of {taken}, {} stories", "held", stats.held, stats.stories));
        say(&format!("  {:<28}{:>10} bytes an article, its text {}", "disk", stats.bytes / taken as u64, text_bytes / taken));
        say(&format!("  {:<28}{}", "memory", memory()));
    }
}
