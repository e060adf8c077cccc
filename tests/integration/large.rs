//! A corpus on disk gives the rows of one in memory.

use samestory::large::{Corpus, needed, needed_for_stories};
use samestory::report::{Format, Only, Options, write};
use samestory::{Article, Config, Error, Level, Linkage, cluster, unique};

use crate::calls;
use crate::generate::{self, Random};
use crate::util::{Dir, Output};

/// Enough for every test; sorting and telling lines apart take their share of it.
const MEMORY: u64 = 64 << 20;

fn copies() -> Config {
    Config { level: Level::Copies, ..Config::default() }
}

fn in_memory(articles: &[Article], config: &Config, format: Format, only: Option<Only>) -> String {
    let (mut articles, _) = unique(articles.to_vec());
    let found = cluster(&articles, config).expect("a good configuration");
    for article in &mut articles {
        article.outlet = config.outlet(article).map(Into::into);
    }
    let mut out = Vec::new();
    write(format, &articles, &found, &Options { only, ..Options::default() }, &mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

/// The rows, and what was left out.
fn on_disk(articles: &[Article], config: &Config, memory: u64, format: Format, only: Option<Only>) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut corpus = Corpus::new(config, memory, folder.path()).expect("a good configuration");
    for article in articles {
        corpus.push(article.clone()).expect("written");
    }
    let found = corpus.group(&mut |_| {}).expect("room");
    let mut out = Vec::new();
    found.write(format, only, &mut out).expect("memory");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "temporary files have no name");
    (String::from_utf8(out).expect("text"), found.problems().iter().map(Error::to_string).collect())
}

#[test]
fn rows_are_those_of_a_run_in_memory() {
    let mut articles = generate::articles(7, 400);
    Random(7).shuffle(&mut articles);
    // What an outlet prints under every article, on several days.
    for (at, article) in articles.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0) {
        article.outlet = Some("Daily Example".into());
        article.text = format!("{}\nSubscribe to our letter number {at} today\nSend your tips to the desk", article.text).into();
    }
    let key = |at: usize| articles[at].key.to_string();
    let apart = vec![(key(0), key(1)), (key(2), key(3)), (key(5), "nobody".to_owned())];
    for config in [
        copies(),
        Config { containment: None, linkage: Linkage::Single, ..copies() },
        Config { resemblance: 0.7, num_hashes: 64, boilerplate: vec!["Send your tips *".to_owned()], ..copies() },
        Config { apart, outlet_aliases: [("Daily Example".to_owned(), "The Daily".to_owned())].into(), ..copies() },
    ] {
        let expected = in_memory(&articles, &config, Format::Jsonl, None);
        assert!(expected.lines().filter(|line| line.contains(r#""score":null"#)).count() < articles.len() * 3 / 4, "there are copies");
        assert_eq!(on_disk(&articles, &config, MEMORY, Format::Jsonl, None).0, expected);
    }
    for (format, only) in
        [(Format::Csv, None), (Format::Records, None), (Format::Jsonl, Some(Only::Representatives)), (Format::Csv, Some(Only::Stories))]
    {
        let expected = in_memory(&articles, &copies(), format, only);
        // The least that holds them sorts ids in many pieces.
        assert_eq!(on_disk(&articles, &copies(), needed(articles.len() as u64), format, only).0, expected, "{format} {only:?}");
    }
}

#[test]
fn stories_are_those_of_a_run_in_memory() {
    let sample = calls::articles();
    let key = |at: usize| sample[at].key.to_string();
    let together = vec![(key(0), key(40)), (key(7), "nobody".to_owned())];
    let apart = vec![(key(1), key(2)), (key(10), key(11))];
    for config in [
        Config::default(),
        Config { window: 24, containment: None, linkage: Linkage::Single, ..Config::default() },
        Config { together, apart, ..Config::default() },
    ] {
        for only in [None, Some(Only::Representatives), Some(Only::Stories)] {
            let expected = in_memory(sample, &config, Format::Jsonl, only);
            assert!(expected.contains(r#""lang":"ar""#) && expected.contains(r#""lang":"en""#), "stories in two languages");
            assert_eq!(on_disk(sample, &config, MEMORY, Format::Jsonl, only).0, expected, "{only:?}");
        }
    }
    // A headline of its own, no language, and copies: what is read again has to be the same.
    let mut articles = generate::articles(11, 300);
    Random(11).shuffle(&mut articles);
    for (at, article) in articles.iter_mut().enumerate() {
        article.title = article.title.take().filter(|_| at % 2 == 0);
        article.lang = article.lang.take().filter(|_| at % 3 == 0);
        article.text = format!("Report number {}\n\n{}", at % 7, article.text).into();
    }
    let config = Config::default();
    assert_eq!(on_disk(&articles, &config, MEMORY, Format::Csv, None).0, in_memory(&articles, &config, Format::Csv, None));
}

#[test]
fn of_each_id_the_same_article_is_left() {
    let mut articles = generate::articles(8, 60);
    let mut random = Random(8);
    for _ in 0..80 {
        let (from, to) = (random.below(articles.len()), random.below(articles.len()));
        articles[to].key = articles[from].key.clone();
    }
    let (kept, problems) = unique(articles.clone());
    let mut problems: Vec<String> = problems.iter().map(Error::to_string).collect();
    let (rows, mut found) = on_disk(&articles, &copies(), MEMORY, Format::Jsonl, None);
    assert!(kept.len() < articles.len());
    assert_eq!(rows, in_memory(&articles, &copies(), Format::Jsonl, None));
    problems.sort();
    found.sort();
    assert_eq!(found, problems);
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(on_disk(&[], &copies(), MEMORY, Format::Jsonl, None), (String::new(), Vec::new()));
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = Corpus::new(&copies(), MEMORY, &folder.path().join("missing")).err().expect("no folder");
    assert!(nowhere.to_string().contains("missing"), "{nowhere}");
    let config = copies();
    let mut corpus = Corpus::new(&config, needed(10), folder.path()).expect("a good configuration");
    for article in generate::articles(9, 20) {
        corpus.push(article).expect("written");
    }
    let error = corpus.group(&mut |_| {}).err().expect("too many").to_string();
    assert!(error.starts_with("memory: ") && error.contains("articles need"), "{error}");
    let config = Config::default();
    let mut corpus = Corpus::new(&config, needed_for_stories(10), folder.path()).expect("a good configuration");
    for article in calls::articles() {
        corpus.push(article.clone()).expect("written");
    }
    let error = corpus.group(&mut |_| {}).err().expect("too many").to_string();
    assert!(error.starts_with("memory: ") && error.contains("copy groups need"), "{error}");
}

#[test]
fn the_command_gives_the_same_bytes() {
    let lines: String = generate::articles(10, 80)
        .iter()
        .map(|article| serde_json::json!({ "id": &*article.key, "text": &*article.text, "n": 1.5 }).to_string() + "\n")
        .collect();
    let dir = Dir::with(&[("in.jsonl", &(lines + "broken\n")), ("tmp/keep", "")]);
    for (level, format) in [("copies", "jsonl"), ("copies", "csv"), ("copies", "records"), ("stories", "jsonl")] {
        let args = ["cluster", "in.jsonl", "--level", level, "--format", format];
        let expected = dir.run(&args);
        let found = dir.run(&[&args[..], &["--memory", "64M", "--temp-dir", "tmp"]].concat());
        assert_eq!((&found.stdout, found.code), (&expected.stdout, Some(1)), "{level} {format}");
        assert_eq!(found.stderr, expected.stderr, "{level} {format}");
    }
    assert_eq!(std::fs::read_dir(dir.path("tmp")).expect("a folder").count(), 1);
}

#[test]
fn pins_that_cannot_be_followed_are_said() {
    let item = "The harbour master said on Tuesday that the northern quay would stay closed until divers had looked at the wall";
    let other =
        "Prices of bread rose again in the valley, where two mills have burnt down since the spring and grain has to be brought by boat";
    let lines: Vec<String> =
        [("a", item), ("b", other), ("c", item)].map(|(id, text)| format!(r#"{{"id":"{id}","text":"{text}"}}"#)).to_vec();
    let config = r#"together = [["a", "nobody"], ["a", "b"]]
apart = [["none", "c"]]
"#;
    let dir = Dir::with(&[("in.jsonl", &lines.join("\n")), ("samestory.toml", config)]);
    for level in ["copies", "stories"] {
        let args = ["cluster", "in.jsonl", "--config", "samestory.toml", "--format", "jsonl", "--level", level];
        let expected = dir.run(&args);
        assert!(expected.stderr.contains("nobody") && expected.stderr.contains("none"), "{}", expected.stderr);
        let found = dir.run(&[&args[..], &["--memory", "64M"]].concat());
        assert_eq!((&found.stdout, &found.stderr), (&expected.stdout, &expected.stderr), "{level}");
    }
}

#[test]
fn wrong_usage_is_refused() {
    let dir = Dir::with(&[("in.jsonl", r#"{"id":"a","text":"One two three"}"#)]);
    for (args, said) in [
        (&["--memory", "1G", "--level", "copies", "--format", "json"][..], "rows"),
        (&["--memory", "1G", "--format", "text"], "rows"),
        (&["--memory", "1", "--level", "copies"], "no size"),
        (&["--memory", "0M", "--level", "copies"], "no size"),
        (&["--temp-dir", "tmp"], "--memory"),
    ] {
        let Output { stdout, stderr, code } = dir.run(&[&["cluster", "in.jsonl"], args].concat());
        assert_eq!((stdout.as_str(), code), ("", Some(2)), "{args:?}: {stderr}");
        assert!(stderr.contains(said), "{args:?}: {stderr}");
    }
    let output = dir.run(&["cluster", "in.jsonl", "--level", "copies", "--memory", "1G", "--temp-dir", "missing"]);
    assert_eq!((output.stdout.as_str(), output.code), ("", Some(1)));
    assert!(output.stderr.contains("missing: "), "{}", output.stderr);
}
