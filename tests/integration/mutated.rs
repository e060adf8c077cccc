//! Every reader on broken samples: it neither panics nor hangs, and what stands around the damage is read as if there were none.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use samestory::Article;
use samestory::read::{ReadOptions, Reader};

use crate::generate::Random;
use crate::index_crash::note;
use crate::util::{Dir, gzip, root, zstd};

/// Mutations of each sample in an ordinary run; `SAMESTORY_MUTATIONS` asks for more.
const MUTATIONS: usize = 25;

/// The longest that a sample of a few dozen kilobytes may take, whatever has become of it.
const LONGEST: Duration = Duration::from_secs(10);

fn mutations() -> usize {
    std::env::var("SAMESTORY_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTATIONS)
}

/// What is read of a file or folder: articles and problems.
fn read(path: &Path) -> (Vec<Article>, Vec<String>) {
    let options = ReadOptions::new(jiff::civil::date(2024, 12, 31));
    let (good, bad): (Vec<_>, Vec<_>) = Reader::open(&[path.display().to_string()], options).partition(Result::is_ok);
    (good.into_iter().flatten().collect(), bad.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect())
}

/// A sample for each reader, by name: the sample of calls, and feeds made of it.
fn samples() -> Vec<(String, Vec<u8>)> {
    let calls = root().join("data/calls");
    let file = |name: &str| std::fs::read(calls.join(name)).expect("a sample");
    let dir = Dir::new();
    let input = calls.display().to_string();
    let mut samples: Vec<(String, Vec<u8>)> = ["rss", "atom", "json"]
        .map(|format| {
            let name = format!("feed.{format}");
            dir.run(&["feed", &input, "-q", "-o", &name, "--format", format]).good();
            (name.clone(), std::fs::read(dir.path(&name)).expect("a feed"))
        })
        .into();
    let lines = file("tr-feed.jsonl");
    let list = [b"[", lines.trim_ascii().split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b",\n"[..]).as_slice(), b"]\n"].concat();
    samples.extend([
        ("lines.jsonl".to_owned(), file("ar-wire.jsonl")),
        ("list.json".to_owned(), list),
        ("table.csv".to_owned(), file("ar-feed.csv")),
        ("table.tsv".to_owned(), file("ru-feed.tsv")),
        ("page.html".to_owned(), file("ar/qafila-2024-12-03.html")),
        ("page.txt".to_owned(), file("ar/nahr-halab-hatif.txt")),
    ]);
    let packed = |(name, bytes): &(String, Vec<u8>)| [(format!("{name}.gz"), gzip(bytes)), (format!("{name}.zst"), zstd(bytes))];
    let packed: Vec<(String, Vec<u8>)> = samples.iter().flat_map(packed).collect();
    samples.extend(packed);
    samples
}

/// A broken version of `bytes`, and how many bytes before the first damage.
fn mutated(random: &mut Random, bytes: &[u8], others: &[(String, Vec<u8>)]) -> (Vec<u8>, usize) {
    let mut out = bytes.to_vec();
    let piece = |random: &mut Random, of: &[u8]| {
        let start = random.below(of.len());
        of[start..(start + 1 + random.below(400)).min(of.len())].to_vec()
    };
    let at = random.below(out.len());
    let first = match random.below(6) {
        0 => {
            out.truncate(at);
            at
        }
        1 => {
            let of = random.below(others.len());
            let other = piece(random, &others[of].1);
            out.splice(at..at, other);
            at
        }
        2 => {
            let own = piece(random, bytes);
            let end = (at + own.len()).min(out.len());
            out.splice(at..end, own);
            at
        }
        3 => {
            let end = (at + 1 + random.below(400)).min(out.len());
            out.drain(at..end);
            at
        }
        _ => {
            let flips: Vec<usize> = (0..1 + random.below(16)).map(|_| random.below(out.len())).collect();
            for flip in &flips {
                out[*flip] ^= 1 << random.below(8);
            }
            flips.into_iter().min().unwrap_or(0)
        }
    };
    (out, first)
}

/// Runs `work` beside this thread: the time it took, or a failure when it panics or takes too long.
#[track_caller]
fn within<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> (T, Duration) {
    let began = Instant::now();
    let (give, take) = mpsc::channel();
    std::thread::spawn(move || give.send(work()));
    let done = take.recv_timeout(LONGEST);
    (done.unwrap_or_else(|error| unreachable!("{what}: a panic, or longer than {LONGEST:?} ({error})")), began.elapsed())
}

/// Articles that have to be there when all is well up to a byte: those of the whole records before it.
fn before(dir: &Path, name: &str, bytes: &[u8], first: usize) -> Vec<Article> {
    // A cut archive gives as much as it can, which is no record for certain.
    let Some(end) = name.strip_suffix(".jsonl").and_then(|_| bytes[..first].iter().rposition(|byte| *byte == b'\n')) else {
        return Vec::new();
    };
    let path = dir.join(name);
    std::fs::write(&path, &bytes[..=end]).expect("a file");
    read(&path).0
}

#[test]
fn broken_samples_end_in_articles_and_words_and_harm_no_other_file() {
    let samples = samples();
    let good =
        "{\"id\": \"first\", \"text\": \"Wheat came early this year\"}\n{\"id\": \"second\", \"text\": \"Rain came late this year\"}\n";
    let (mut random, mut runs, mut unharmed, mut slowest) = (Random(17), 0, 0, (Duration::ZERO, String::new()));
    for (name, bytes) in &samples {
        let dir = Dir::with(&[("in/a.jsonl", good), ("in/z.jsonl", &good.replace("first", "third").replace("second", "fourth"))])
            .file("alone/x", "");
        let whole = dir.path(&format!("in/m-{name}"));
        std::fs::write(&whole, bytes).expect("a file");
        let (sample, bad) = read(&whole);
        assert!(bad.is_empty() && !sample.is_empty(), "{name}");
        for round in 0..mutations() {
            let (broken, first) = mutated(&mut random, bytes, &samples);
            std::fs::write(&whole, &broken).expect("a file");
            let path = dir.path("in");
            let what = format!("{name}, mutation {round}");
            let ((found, bad), took) = within(&what, move || read(&path));
            let keys: Vec<&str> = found.iter().map(|article| &*article.key).collect();
            assert!(keys.starts_with(&["first", "second"]) && keys.ends_with(&["third", "fourth"]), "{what}: {keys:?}");
            assert!(keys.len() > 4 || !bad.is_empty(), "{what}: neither articles nor a word");
            let expected = before(&dir.path("alone"), name, bytes, first);
            assert!(
                found[2..].iter().zip(&expected).all(|(found, expected)| found.text == expected.text) && found.len() >= 4 + expected.len(),
                "{what}"
            );
            runs += 1;
            unharmed += usize::from(bad.is_empty());
            if took > slowest.0 {
                slowest = (took, what);
            }
        }
    }
    if mutations() > MUTATIONS {
        note(&format!(
            "{runs} mutations of {} samples, {unharmed} without a complaint; the slowest: {:?}, {}",
            samples.len(),
            slowest.0,
            slowest.1
        ));
    }
}

/// A file of records: the bytes before the first, between, and after the last, and the bytes that part records or fields of them (NUL: a feed
/// that has one is no text as a whole).
struct Parts {
    name: &'static str,
    begin: &'static str,
    record: fn(&str) -> String,
    between: &'static str,
    end: &'static str,
    parting: &'static [u8],
}

const PARTS: [Parts; 7] = [
    Parts { name: "a.jsonl", begin: "", record: json, between: "\n", end: "\n", parting: b"\n" },
    Parts { name: "a.json", begin: "[", record: json, between: ",\n", end: "]", parting: b"\\\"{}[]," },
    Parts { name: "a.csv", begin: "id,text\n", record: |key| format!("{key},\"{}\"", body(key)), between: "\n", end: "\n", parting: b"\"" },
    Parts {
        name: "a.tsv",
        begin: "id\ttext\n",
        record: |key| format!("{key}\t{}", body(key)),
        between: "\n",
        end: "\n",
        parting: b"\"\n\r",
    },
    Parts {
        name: "a.rss",
        begin: "<rss version=\"2.0\"><channel><title>T</title>",
        record: |key| format!("<item><guid>tag:{key}</guid><description>{}</description></item>", body(key)),
        between: "\n",
        end: "</channel></rss>",
        parting: b"\0<>&/\"'",
    },
    Parts {
        name: "a.atom",
        begin: "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title>",
        record: |key| format!("<entry><id>tag:{key}</id><content>{}</content></entry>", body(key)),
        between: "\n",
        end: "</feed>",
        parting: b"\0<>&/\"'",
    },
    Parts {
        name: "b.json",
        begin: "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [",
        record: |key| format!("{{\"id\": \"tag:{key}\", \"content_text\": \"{}\"}}", body(key)),
        between: ",\n",
        end: "]}",
        parting: b"\0\\\"{}[],",
    },
];

fn body(key: &str) -> String {
    format!(
        "Report {key} of the new bridge: {}",
        "the mayor opened it on Tuesday, says the harbor office; افتتح رئيس البلدية الجسر. ".repeat(3)
    )
}

fn json(key: &str) -> String {
    format!("{{\"id\": \"{key}\", \"text\": \"{}\"}}", body(key))
}

#[test]
fn a_broken_record_harms_no_other() {
    const RECORDS: usize = 9;
    let mut random = Random(23);
    let mut lost = 0;
    for parts in PARTS {
        let records: Vec<String> = (0..RECORDS).map(|at| (parts.record)(&format!("k{at}"))).collect();
        let dir = Dir::new();
        let path = dir.path(parts.name);
        for round in 0..mutations() {
            let bad = random.below(RECORDS);
            let mut file = parts.begin.as_bytes().to_vec();
            for (at, record) in records.iter().enumerate() {
                file.extend(if at > 0 { parts.between.as_bytes() } else { b"" });
                let mut bytes = record.clone().into_bytes();
                for _ in 0..if at == bad { 1 + random.below(12) } else { 0 } {
                    // Bytes of the record itself, neither taken from nor made to what parts it from others.
                    let (place, bit) = (random.below(bytes.len()), random.below(8));
                    let flipped = bytes[place] ^ 1 << bit;
                    let parts_records = |byte: u8| parts.parting.contains(&byte);
                    if !parts_records(bytes[place]) && !parts_records(flipped) {
                        bytes[place] = flipped;
                    }
                }
                file.extend(bytes);
            }
            file.extend(parts.end.as_bytes());
            std::fs::write(&path, file).expect("a file");
            let opened = path.clone();
            let ((found, said), _) = within(parts.name, move || read(&opened));
            for at in (0..RECORDS).filter(|at| *at != bad) {
                let (key, text) = (format!("k{at}"), body(&format!("k{at}")));
                let survives =
                    found.iter().any(|article| article.key.trim_start_matches("tag:") == key && article.text.trim() == text.trim());
                assert!(survives, "{}, mutation {round}: record {at} is lost beside {bad}: {said:?}", parts.name);
            }
            lost += usize::from(found.len() < RECORDS);
        }
    }
    assert!(lost > 0, "no mutation broke a record");
}
