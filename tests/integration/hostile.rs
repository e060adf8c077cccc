//! What nobody would publish: the right answer all the same, nothing lost, and nothing done that was not asked for.

use std::collections::BTreeSet;
use std::fs;

use samestory::read::{ReadOptions, Reader};
use samestory::{Article, Clustering, Config, Level, Run, cluster};

use crate::corpora::{self, CORPORA};
use crate::generate;
use crate::util::{Dir, column, rows};

/// Articles in a corpus: enough for crowds.
const SIZE: usize = 600;

fn copies() -> Config {
    Config { level: Level::Copies, ..Config::default() }
}

fn count(found: &Clustering, name: &str) -> u64 {
    found.summary.counts.iter().find(|row| row.0 == name).expect("a count").1
}

fn read(dir: &Dir, name: &str) -> (Vec<Article>, Vec<String>) {
    let options = ReadOptions::new(jiff::civil::date(2024, 12, 31));
    let (good, bad): (Vec<_>, Vec<_>) = Reader::open(&[dir.path(name).display().to_string()], options).partition(Result::is_ok);
    (good.into_iter().flatten().collect(), bad.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect())
}

#[test]
fn texts_that_are_alike_or_meet_everywhere_get_the_groups_they_should() {
    for (name, make) in CORPORA {
        let articles = make(SIZE);
        let groups = match name {
            "identical" | "boilerplate" => 1,
            "one word" => articles.iter().map(|article| &*article.text).collect::<BTreeSet<_>>().len(),
            _ => SIZE,
        };
        let found = cluster(&articles, &copies()).expect("a good configuration");
        assert_eq!((found.stories.len(), found.placements.len()), (groups, SIZE), "{name}");
        if matches!(name, "one bucket" | "all buckets") {
            assert!(count(&found, "crowded_buckets") > 0, "{name}: {:?}", found.summary.counts);
        }
        let stories = cluster(&articles, &Config::default()).expect("a good configuration");
        assert_eq!(stories.placements.len(), SIZE, "{name}");
        assert_eq!(
            stories.stories.iter().map(|story| story.copies.iter().map(|group| group.articles.len()).sum::<usize>()).sum::<usize>(),
            SIZE
        );
    }
}

#[test]
fn a_copy_is_found_beside_texts_that_were_built_to_hide_it() {
    let real = generate::articles(3, 20);
    let alone = cluster(&real, &copies()).expect("a good configuration");
    for hashes in [2, 16] {
        let mut articles = corpora::same_bands(SIZE, hashes);
        // A text in the crowd, and the same with its end cut off.
        let text = articles[7].text.rsplit_once(' ').expect("words").0.to_owned();
        articles.push(Article { key: "copy".into(), text: text.into(), ..Article::default() });
        articles.extend(real.iter().cloned());
        let found = cluster(&articles, &copies()).expect("a good configuration");
        assert_eq!(found.stories.len(), SIZE + alone.stories.len(), "{hashes}");
        assert_eq!(found.placements[7].copies, found.placements[SIZE].copies, "{hashes}");
        assert_eq!(found.placements[7].story, found.placements[SIZE].story, "{hashes}");
    }
}

/// A record for each of these texts.
fn records(texts: impl Iterator<Item = String>) -> String {
    texts.enumerate().map(|(at, text)| serde_json::json!({"id": at.to_string(), "title": text, "text": text}).to_string() + "\n").collect()
}

/// Texts of what writing has.
fn odd_texts() -> Vec<String> {
    // Every code point, assigned or not, with and without spaces.
    let blocks = (0..0x11_0000u32 / 256).map(|block| (0..256).filter_map(|at| char::from_u32(block * 256 + at)).collect::<String>());
    let mut texts: Vec<String> = blocks.filter(|block| !block.is_empty()).collect();
    let spaced = texts.iter().step_by(16).map(|block| block.chars().flat_map(|c| [c, ' ']).collect());
    texts.extend(spaced.collect::<Vec<String>>());
    let overrides = ['\u{202e}', '\u{202d}', '\u{2067}', '\u{2066}', '\u{202b}', '\u{2069}', '\u{202c}', '\u{61c}', '\u{200f}'];
    let turned = |at: usize| {
        overrides
            .iter()
            .cycle()
            .skip(at)
            .take(40)
            .zip(["مرحبا", "hello", "שלום", "12"].iter().cycle())
            .map(|(c, word)| format!("{c}{word} "))
            .collect()
    };
    texts.extend((0..9).map(turned));
    texts.extend((1..9).map(|at| "👩‍👩‍👧‍👦🏳️‍🌈🇹🇷👍🏽".repeat(at * 20)));
    // Marks without end on one letter, one word without end, a text of one letter.
    texts.extend([
        format!("a{}", "\u{301}".repeat(50_000)),
        "word".repeat(50_000),
        "a ".repeat(50_000),
        "…".repeat(50_000),
        "\u{64e}".repeat(50_000),
    ]);
    texts
}

#[test]
fn every_character_there_is_is_read_grouped_and_written() {
    let texts = odd_texts();
    let dir = Dir::new().file("in.jsonl", records(texts.iter().cloned()));
    let (articles, bad) = read(&dir, "in.jsonl");
    // A text of control characters and unassigned ones alone may be refused, in words.
    assert_eq!(articles.len() + bad.len(), texts.len());
    assert!(bad.len() < 10, "{bad:?}");
    let kept: BTreeSet<&str> = articles.iter().map(|article| &*article.key).collect();
    let config = Config::default();
    let run = Run::new(&articles, &config).expect("a good configuration");
    assert_eq!(run.clustering().placements.len(), articles.len());
    for format in ["text", "json", "jsonl", "csv", "records"] {
        let output = dir.run(&["cluster", "in.jsonl", "-q", "--level", "copies", "--format", format]);
        assert_eq!(output.code, Some(i32::from(!bad.is_empty())), "{format}: {}", output.stderr);
        if matches!(format, "jsonl" | "records") {
            assert_eq!(column(&output.stdout, "id").iter().map(String::as_str).collect::<BTreeSet<_>>(), kept, "{format}");
        }
        if format == "records" {
            assert!(rows(&output.stdout).iter().all(|row| row["text"].as_str()
                == texts.get(row["id"].as_str().and_then(|id| id.parse::<usize>().ok()).expect("an id")).map(String::as_str)));
        }
        if format == "text" {
            assert!(!output.stdout.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c)));
        }
    }
}

#[test]
fn pages_without_end_in_depth_are_read() {
    for (name, open, close, levels) in [
        ("div", "<div>", "</div>", 100_000),
        ("bold", "<b>", "</b>", 100_000),
        ("never closed", "<div><p>", "", 50_000),
        ("lists", "<ul><li>", "", 50_000),
        ("tables", "<table><tr><td>", "", 30_000),
        ("fonts", "<font size=1><a href=x>", "", 20_000),
        ("svg", "<svg><g>", "", 50_000),
        ("quotes", "<blockquote>", "</blockquote>", 100_000),
    ] {
        let text = "The mayor opened the new bridge over the river on Tuesday.";
        let page = format!("<title>Bridge opens</title><body><p>{text}</p>{}{text}{}", open.repeat(levels), close.repeat(levels));
        let dir =
            Dir::with(&[("in/a.txt", "Wheat came early this year"), ("in/page.html", &page), ("in/z.txt", "Rain came late this year")]);
        let began = std::time::Instant::now();
        let (articles, bad) = read(&dir, "in");
        assert!(began.elapsed().as_secs() < 10, "{name}: {:?}", began.elapsed());
        assert_eq!(bad, Vec::<String>::new(), "{name}");
        assert_eq!(articles.iter().map(|article| &*article.key).collect::<Vec<_>>(), ["a.txt", "page.html", "z.txt"], "{name}");
        assert!(articles[1].text.contains(text), "{name}: {:?}", articles[1].text.get(..200));
    }
}

/// Bytes that are no UTF-8, and some that look like it: halves of surrogates (CESU-8, WTF-8), overlong forms, beyond the last code point.
const NO_TEXT: [&[u8]; 9] = [
    b"\xff",
    b"\xc3",
    b"\x80\x80",
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xed\xa0\x80",
    b"\xed\xb0\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\xe2\x28\xa1",
];

#[test]
fn bytes_that_are_no_text_harm_no_neighbor_wherever_they_stand() {
    let text =
        "The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute about its cost. ".repeat(3);
    let good = format!("{{\"id\": \"good\", \"text\": \"{text}\"}}\n");
    let table = format!("\"good\",\"{text}\"\n");
    for bytes in NO_TEXT {
        for at in [0, 1, 20, 60, text.len() / 2, text.len()] {
            let broken = [&text.as_bytes()[..at], bytes, &text.as_bytes()[at..]].concat();
            let record = [b"{\"id\": \"broken\", \"text\": \"", &broken[..], b"\"}\n"].concat();
            let row = [b"\"broken\",\"", &broken[..], b"\"\n"].concat();
            let list = [b"[", good.trim_end().as_bytes(), b",", &record, b",", &good.replace("good", "last").into_bytes(), b"]"].concat();
            let feed = |text: &[u8]| [b"<item><guid>tag:x</guid><title>T</title><description>", text, b"</description></item>"].concat();
            let rss = [
                &b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss><channel>"[..],
                &feed(text.as_bytes()),
                &feed(&broken),
                &feed(text.as_bytes()),
                b"</channel></rss>",
            ]
            .concat();
            for (name, file, articles) in [
                ("a.jsonl", [good.as_bytes(), &record, good.replace("good", "last").as_bytes()].concat(), 3),
                ("a.json", list, 3),
                ("a.csv", [b"id,text\n", table.as_bytes(), &row, table.as_bytes()].concat(), 3),
                (
                    "a.tsv",
                    [
                        &b"id\ttext\n"[..],
                        table.replace(',', "\t").as_bytes(),
                        &[b"broken\t", &broken[..], b"\n"].concat(),
                        table.replace(',', "\t").as_bytes(),
                    ]
                    .concat(),
                    3,
                ),
                ("a.rss", rss, 3),
                ("a.txt", broken.clone(), 1),
                ("a.html", [b"<html><body><p>", &broken[..], b"</p></body></html>"].concat(), 1),
            ] {
                let (found, bad) = read(&Dir::new().file(name, file), name);
                assert_eq!(found.len() + bad.len(), articles, "{name} {bytes:x?} at {at}: {bad:?}");
                let whole = found.iter().filter(|article| article.text.trim() == text.trim()).count();
                assert!(whole >= articles - 1, "{name} {bytes:x?} at {at}: {whole} of {articles}, {bad:?}");
            }
        }
    }
}

#[test]
fn halves_of_surrogates_in_json_are_named_or_replaced() {
    let lines = ["\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\ud83d\\ud83d", "\\ude00\\ud83d", "\\ud83dx"]
        .map(|escape| format!("{{\"id\": \"{}\", \"text\": \"bridge {escape} opens\"}}\n", escape.replace('\\', "")));
    let good = "{\"id\": \"good\", \"text\": \"Wheat came early\"}\n";
    for line in &lines {
        let dir = Dir::new().file("a.jsonl", [good, line, good].concat());
        let (found, bad) = read(&dir, "a.jsonl");
        assert_eq!((found.len() + bad.len(), found.iter().filter(|article| article.key == "good").count()), (3, 2), "{line}: {bad:?}");
    }
}

#[test]
fn an_id_is_no_path_whatever_it_says() {
    let names = ["../../x", "/etc/hostname", "..", "a/../../b", "C:\\x", "index.redb", "\u{0}", "-o", "https://a.example/%2e%2e/x"];
    let lines: String = names
        .iter()
        .map(|name| serde_json::json!({"id": name, "url": name, "outlet": name, "title": name, "text": format!("Wheat came early to {name} this year")}).to_string() + "\n")
        .collect();
    let dir = Dir::new().file("run/in.jsonl", lines).file("run/samestory.toml", "");
    let list = |folder: &str| {
        let entries = fs::read_dir(dir.path(folder))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        entries.collect::<BTreeSet<String>>()
    };
    let run = |args: &[&str]| {
        let mut command = dir.command(args);
        command.current_dir(dir.path("run"));
        let output = crate::util::Output::of(command);
        assert_eq!(output.code, Some(0), "{args:?}: {}", output.stderr);
        output.stdout
    };
    for args in [
        &["cluster", "in.jsonl"][..],
        &["report", "in.jsonl"],
        &["feed", "in.jsonl"],
        &["dedup", "in.jsonl", "--index", "index"],
        &["export", "--index", "index"],
        &["recluster", "--index", "index"],
    ] {
        let stdout = run(args);
        assert!(!stdout.is_empty(), "{args:?}");
        if args[0] == "cluster" {
            assert_eq!(column(&stdout, "id"), names);
        }
    }
    assert_eq!(list("run"), ["in.jsonl", "index", "samestory.toml"].map(str::to_owned).into());
    assert_eq!(list(""), ["run".to_owned()].into());
}

#[cfg(unix)]
#[test]
fn odd_names_and_links_are_followed_once_and_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let dir = Dir::with(&[
        ("in/a.txt", "Wheat came early this year"),
        ("out/b.txt", "Rain came late this year"),
        ("in/deep/c.txt", "Snow fell in the south"),
    ]);
    for (name, text) in [
        (&b"new\nline.txt"[..], "The bridge was opened"),
        (b"\xff.txt", "The tunnel was closed"),
        (b"\xfe.txt", "The harbor was widened"),
        (b"-o.txt", "The mayor went home"),
        (b"*.txt", "A star was seen"),
    ] {
        fs::write(dir.path("in").join(OsStr::from_bytes(name)), text).expect("a file");
    }
    symlink("../out", dir.path("in/outside")).expect("a link");
    symlink("b", dir.path("in/a-circle.txt")).expect("a link");
    symlink("a-circle.txt", dir.path("in/b")).expect("a link");
    symlink("..", dir.path("in/deep/up")).expect("a link");
    symlink("nowhere", dir.path("in/gone.txt")).expect("a link");
    let output = dir.run(&["cluster", "in", "-q", "--level", "copies", "--format", "records"]);
    let found: BTreeSet<String> = column(&output.stdout, "text").into_iter().collect();
    assert_eq!(found.len(), 8, "{found:?}: {}", output.stderr);
    let ids: BTreeSet<String> = column(&output.stdout, "id").into_iter().collect();
    assert!(ids.contains("outside/b.txt") && ids.contains("new\nline.txt"), "{ids:?}");
    assert_eq!((ids.len(), output.code), (8, Some(1)), "{}", output.stderr);
    // What leads nowhere or back is named, a line each.
    for name in ["a-circle.txt", "in/deep/up: a link back to in", "gone.txt"] {
        assert_eq!(output.stderr.lines().filter(|line| line.contains(name)).count(), 1, "{name}: {}", output.stderr);
    }
    assert!(output.stderr.lines().all(|line| line.starts_with("samestory: ")), "{}", output.stderr);
}
