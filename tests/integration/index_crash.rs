//! An index that is interrupted: what was answered stays, and what comes after is answered as if nothing had happened.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use samestory::index::{Answer, Index, Setup};
use samestory::{Article, language};

use crate::generate::{self, Random, record};
use crate::util::{Dir, column};

/// Interruptions in an ordinary run.
const ROUNDS: usize = 12;

/// Three weeks of articles in the order of their days: copies, rewrites, undated ones, texts of nothing, and a second language.
pub(crate) fn stream(seed: u64, events: usize) -> Vec<Article> {
    let mut articles = generate::articles(seed, events);
    let event = |article: &Article| article.key.rsplit_once('-').and_then(|name| name.1.parse::<usize>().ok()).unwrap_or(0);
    let day = |article: &Article| article.day().unwrap_or(0);
    let days: Vec<i64> = (0..events).map(|of| articles.iter().filter(|article| event(article) == of).map(day).max().unwrap_or(0)).collect();
    articles.sort_by_cached_key(|article| days[event(article)]);
    for article in articles.iter_mut().filter(|article| event(article) % 4 == 1) {
        article.text = cyrillic(&article.text).into();
        article.title = article.title.as_deref().map(|title| cyrillic(title).into());
        article.lang = article.lang.and(language::declared("ru"));
    }
    articles
}

fn cyrillic(text: &str) -> String {
    const LETTERS: [&str; 2] = ["abdefgiklmnoprstuvh", "абдефгиклмнопрстувх"];
    let letter =
        |c: char| LETTERS[0].chars().zip(LETTERS[1].chars()).find(|pair| pair.0 == c.to_ascii_lowercase()).map_or(c, |pair| pair.1);
    text.chars().map(letter).collect()
}

/// A stream in which some articles come again with another text, under the id they had.
fn updated(seed: u64, events: usize) -> Vec<Article> {
    let mut random = Random(seed);
    let mut out: Vec<Article> = Vec::new();
    for article in stream(seed, events) {
        out.push(article);
        if random.below(6) == 0 {
            let old = &out[out.len() - 1 - random.below(out.len().min(60))];
            let text = match random.below(3) {
                0 => format!("{}\n\n{}", old.text, out[random.below(out.len())].text),
                1 => old.text.rsplit_once(". ").map_or(String::new(), |cut| cut.0.to_owned()),
                _ => out[random.below(out.len())].text.to_string(),
            };
            out.push(Article { text: text.into(), ..old.clone() });
        }
    }
    out
}

pub(crate) fn lines(articles: &[Article]) -> String {
    articles.iter().map(|article| record(article) + "\n").collect()
}

/// Inserts in batches of these sizes in turn; after a batch of which `reopen` says so the index is dropped and opened again.
fn answers(articles: &[Article], sizes: &[usize], reopen: impl Fn(usize) -> bool) -> Vec<Answer> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = || Index::open(folder.path(), &Setup::default()).expect("an index");
    let mut index = Some(open());
    let (mut found, mut rest, mut batch) = (Vec::new(), articles, 0);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(sizes[batch % sizes.len()].min(rest.len()));
        found.extend(index.get_or_insert_with(open).insert(now).expect("a good batch"));
        rest = later;
        batch += 1;
        if reopen(batch) {
            index = None;
        }
    }
    found
}

/// What is said is the same; whether it was heard before is not, where a process ended before it came back.
#[track_caller]
fn assert_same(expected: &[Answer], found: &[Answer], what: &str) {
    for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
        assert_eq!(expected, &Answer { again: expected.again, ..found.clone() }, "{what}: answer {at}");
    }
    assert_eq!(expected.len(), found.len(), "{what}");
}

#[test]
fn answers_do_not_depend_on_batches_and_restarts() {
    for seed in 0..4 {
        let articles = updated(seed, 60);
        let expected = answers(&articles, &[articles.len()], |_| false);
        let versions = expected.iter().filter(|answer| answer.version > 1).count();
        assert!(versions > 20, "{versions} newer versions of {}", articles.len());
        assert_same(&expected, &answers(&articles, &[1], |_| false), &format!("seed {seed}, one at a time"));
        assert_same(&expected, &answers(&articles, &[7], |_| true), &format!("seed {seed}, opened for every 7"));
        assert_same(&expected, &answers(&articles, &[1, 40, 3], |batch| batch % 2 == 0), &format!("seed {seed}, opened now and then"));
    }
}

#[test]
fn a_process_for_every_few_articles_prints_the_same() {
    let articles = updated(7, 40);
    let dir = Dir::new().file("all.jsonl", lines(&articles));
    let expected = dir.run(&["dedup", "all.jsonl", "--index", "one", "-q"]).good();
    assert_eq!(dir.run(&["dedup", "all.jsonl", "--index", "single", "--batch", "1", "-q"]).good(), expected);
    let parts = articles.chunks(7).map(|part| dir.pipe(lines(part), &["dedup", "--index", "parts", "-q"]).good());
    assert_eq!(parts.collect::<String>(), expected);
    assert_eq!(dir.run(&["export", "--index", "parts"]).good(), dir.run(&["export", "--index", "one"]).good());
}

/// Where a run was killed.
struct Killed {
    /// The lines that were read whole.
    lines: Vec<String>,
    /// Whether it was still at work.
    working: bool,
}

/// Runs `dedup` and kills it after some lines, or after a while.
fn kill(dir: &Dir, more: &[&str], after_lines: usize, after: Duration) -> Killed {
    let mut command = dir.command(&[&["dedup", "all.jsonl", "--index", "index", "-q"], more].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the command");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = Vec::new();
    let mut next = |out: &mut BufReader<_>| {
        let mut line = String::new();
        out.read_line(&mut line).expect("UTF-8");
        let whole = line.ends_with('\n');
        lines.extend(whole.then_some(line));
        whole
    };
    std::thread::sleep(after);
    for _ in 0..after_lines {
        next(&mut out);
    }
    child.kill().expect("a process of ours");
    while next(&mut out) {}
    let working = child.wait().expect("its end").code().is_none();
    Killed { lines, working }
}

/// Says something beside the tests' own lines.
pub(crate) fn note(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error");
}

/// Interruptions to try: `SAMESTORY_ROUNDS` asks for more.
pub(crate) fn rounds() -> usize {
    std::env::var("SAMESTORY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

#[test]
fn what_was_answered_before_a_kill_is_never_lost() {
    let articles = stream(11, 60);
    let dir = Dir::new().file("all.jsonl", lines(&articles));
    let began = Instant::now();
    let expected = dir.run(&["dedup", "all.jsonl", "--index", "whole", "-q"]).good();
    let whole = began.elapsed();
    let every: Vec<&str> = expected.lines().collect();
    let ids: BTreeSet<&str> = articles.iter().map(|article| &*article.key).collect();
    assert_eq!(ids.len(), articles.len(), "ids are unique");
    let (mut random, mut working, mut answered) = (Random(5), 0, 0);
    for round in 0..rounds() {
        // Killed once or more often, then run to the end.
        for _ in 0..=random.below(3) {
            let batch = ["1", "3", "17"][random.below(3)];
            let by_lines = random.below(2) == 0;
            let after_lines = if by_lines { random.below(every.len()) } else { 0 };
            let after = if by_lines { Duration::ZERO } else { whole.mul_f64(random.below(100) as f64 / 100.0) };
            let killed = kill(&dir, &["--batch", batch], after_lines, after);
            working += usize::from(killed.working);
            answered += killed.lines.len();
            let lines: Vec<&str> = killed.lines.iter().map(|line| line.trim_end()).collect();
            assert_eq!(lines, every[..lines.len()], "round {round}: what a killed run printed");
            let stats = dir.run(&["stats", "--index", "index", "--json"]);
            if dir.path("index/index.redb").exists() && (killed.working && !lines.is_empty()) {
                let count = stats.json()["articles"].as_u64().expect("a count") as usize;
                assert!(count >= lines.len(), "round {round}: {count} of {} articles are there", lines.len());
            }
            assert!(stats.code == Some(0) || lines.is_empty(), "round {round}: {}", stats.stderr);
        }
        assert_eq!(dir.run(&["dedup", "all.jsonl", "--index", "index", "-q"]).good(), expected, "round {round}");
        let exported = dir.run(&["export", "--index", "index"]).good();
        assert_eq!(column(&exported, "id"), column(&expected, "id"), "round {round}: each once, in order");
        std::fs::remove_dir_all(dir.path("index")).expect("an index");
    }
    if rounds() > ROUNDS {
        note(&format!("{} rounds, {working} kills while at work, {answered} lines read, {:?}", rounds(), began.elapsed()));
    }
    assert!(working >= rounds() / 2, "only {working} kills met a run at work");
}

#[test]
fn what_is_new_is_printed_whenever_runs_are_killed() {
    let dir = Dir::new().file("all.jsonl", lines(&stream(12, 40)));
    let whole = dir.run(&["dedup", "all.jsonl", "--index", "whole", "-q", "--new-only"]).good();
    let expected: Vec<String> = column(&whole, "id");
    let mut random = Random(6);
    for round in 0..rounds() {
        let mut printed: Vec<String> = Vec::new();
        for _ in 0..3 {
            let killed = kill(&dir, &["--batch", "5", "--new-only"], random.below(expected.len()), Duration::ZERO);
            printed.extend(column(&killed.lines.concat(), "id"));
        }
        printed.extend(column(&dir.run(&["dedup", "all.jsonl", "--index", "index", "-q", "--new-only"]).good(), "id"));
        // The last batch before a kill may come again.
        assert!(printed.len() <= expected.len() + 3 * 2 * 5, "round {round}: {} of {}", printed.len(), expected.len());
        assert_eq!(printed.iter().collect::<BTreeSet<_>>(), expected.iter().collect(), "round {round}");
        std::fs::remove_dir_all(dir.path("index")).expect("an index");
    }
}
