use std::fs;
use std::io::Write;

use super::*;

const BODY: &str = "The mayor opened the new bridge over the river on Monday.";

/// Writes files into a folder and reads them; errors come as `!message` without the folder.
fn read(files: &[(&str, &[u8])], inputs: &[&str], options: &ReadOptions) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().display().to_string();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    let inputs: Vec<String> = inputs.iter().map(|input| format!("{root}/{input}")).collect();
    let mut reader = Reader::open(&inputs, options.clone());
    let found = reader.by_ref().map(|item| match item {
        Ok(article) => format!("{}|{}|{}", article.key, article.title.unwrap_or_default(), article.text.replace('\n', "/")),
        Err(error) => format!("!{}", error.to_string().replace(&format!("{root}/"), "")),
    });
    let found = found.collect();
    assert_eq!(reader.total_bytes().map(|total| total >= reader.bytes_read()), Some(true));
    found
}

fn options() -> ReadOptions {
    ReadOptions::new(jiff::civil::date(2024, 12, 31))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn every_format_is_read() {
    let page = format!("Bridge opens\n\n{BODY}");
    let html = format!("<html><head><title>Bridge opens</title></head><body><p>{BODY}</p></body></html>");
    let line = r#"{"id": "1", "title": "t", "text": "x"}"#;
    let row = "1|t|x".to_string();
    let files: Vec<(&str, Vec<u8>, Vec<String>)> = vec![
        ("a.txt", page.clone().into(), vec![format!("a.txt|Bridge opens|Bridge opens//{BODY}")]),
        ("a.txt.gz", gzip(&page), vec![format!("a.txt.gz|Bridge opens|Bridge opens//{BODY}")]),
        ("b.html", html.into(), vec![format!("b.html|Bridge opens|{BODY}")]),
        ("c.jsonl", format!("\u{feff}{line}\r\n\r\n{line}").into(), vec![row.clone(), row.clone()]),
        ("c.ndjson.zst", zstd::encode_all(line.as_bytes(), 1).expect("memory"), vec![row.clone()]),
        ("gzip-by-content.jsonl", gzip(line), vec![row.clone()]),
        ("d.json", format!("[{line},\n {line}]").into(), vec![row.clone(), row.clone()]),
        ("one.json", line.replace(", ", ",\n").into(), vec![row.clone()]),
        ("lines.json", format!("{line}\n{line}\n").into(), vec![row.clone(), row.clone()]),
        ("none.json", b"[]".to_vec(), vec![]),
        ("ids.json", br#"[{"text": "x"}, {"text": "y"}]"#.to_vec(), vec!["ids.json:1||x".into(), "ids.json:2||y".into()]),
        (
            "e.csv",
            b"\xef\xbb\xbfID,title,text\r\n1,t,\"x\ny\"\r\n2,,\"a \"\"b\"\"\"\r\n".to_vec(),
            vec!["1|t|x/y".into(), "2||a \"b\"".into()],
        ),
        ("semicolons.csv", b"id;title;text\n1;t;x, y\n".to_vec(), vec!["1|t|x, y".into()]),
        ("f.tsv", b"title\tbody\nt\tx\n".to_vec(), vec!["f.tsv:2|t|x".into()]),
        ("no-extension", line.into(), vec![row.clone()]),
    ];
    for (name, bytes, expected) in files {
        assert_eq!(read(&[(name, &bytes)], &[name], &options()), expected, "{name}");
    }
}

#[test]
fn json_with_a_long_first_line_is_read() {
    let long = "x".repeat(5000);
    let line = format!(r#"{{"id": "1", "text": "{long}"}}"#);
    let row = format!("1||{long}");
    let broken = "!a.json:2: not a JSON record: EOF while parsing a value (column 6)";
    for (text, expected) in [
        (format!("{{\"text\": \"{long}\",\n\"id\": \"1\"}}\n"), vec![row.as_str()]),
        (format!("{line}{line}"), vec![&row, &row]),
        (format!("[{line},\n{line}]"), vec![&row, &row]),
        (format!("{line}\n{{\"id\": \n{line}\n"), vec![&row, broken, &row]),
        (format!("{}{line}\n{line}", "\n".repeat(5000)), vec![&row, &row]),
        (format!("{}[{line}]", "\n".repeat(5000)), vec![&row]),
        ("no JSON at all".to_string(), vec!["!a.json:1: not a JSON record: expected ident (column 2)"]),
    ] {
        assert_eq!(read(&[("a.json", text.as_bytes())], &["a.json"], &options()), expected);
    }
}

#[test]
fn a_nul_costs_itself_only() {
    let wrong = "NUL bytes; it is read without them";
    let rows = |file: &str, line: u64, rows: &[&str]| -> Vec<String> {
        std::iter::once(format!("!{file}:{line}: {wrong}")).chain(rows.iter().map(|row| (*row).to_string())).collect()
    };
    let one = |name: &str, bytes: &[u8]| read(&[(name, bytes)], &[name], &options());
    let text = format!("Bridge\n\n{BODY}\0 {BODY}");
    assert_eq!(one("a.txt", text.as_bytes()), rows("a.txt", 3, &[&format!("a.txt|Bridge|Bridge//{BODY} {BODY}")]));
    let html = format!("<html><head><title>Bridge</title></head>\n<body><p>{}</p></body></html>", BODY.replace("bridge", "bri\0dge"));
    assert_eq!(one("a.html", html.as_bytes()), rows("a.html", 2, &[&format!("a.html|Bridge|{BODY}")]));
    let feed = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss><channel>\n<item><guid>tag:1</guid><title>T\u{0}1</title></item>\n\
        <item><guid>tag:2</guid><title>Şehir</title></item>\0\n<!-- Two in a document of two hundred bytes or more. --></channel></rss>";
    let expected = ["tag:1|T1|T1", "tag:2|Şehir|Şehir"];
    assert_eq!(one("f.xml", feed.as_bytes()), rows("f.xml", 3, &expected));
    assert_eq!(one("f.xml", &[b"\xef\xbb\xbf", feed.as_bytes()].concat()), rows("f.xml", 3, &expected));
    let turkish = feed.replace("UTF-8", "windows-1254");
    assert_eq!(one("f.xml", &encoding_rs::WINDOWS_1254.encode(&turkish).0), rows("f.xml", 3, &expected));
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"Echo\", \"items\": [{\"id\": \"tag:1\",\n\"content_text\": \"a\0b\"}]}";
    assert_eq!(one("f.json", json.as_bytes()), rows("f.json", 2, &["tag:1||ab"]));
    // Every second byte of UTF-16 is one, and of what is no text many are.
    let clean = feed.replace('\0', "");
    let utf16: Vec<u8> = clean.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(one("f.xml", &utf16), expected);
    let undecodable = "undecodable: not text in a charset that can be told";
    assert_eq!(one("f.xml", &[clean.as_bytes(), &[0; 99]].concat()), [format!("!f.xml: {undecodable}")]);
}

#[test]
fn bad_input_is_named_and_the_rest_is_read() {
    let good = r#"{"id": "1", "text": "x"}"#;
    for (name, bytes, expected) in [
        (
            "a.jsonl",
            format!("{good}\n{{\"id\": \n{good}").into_bytes(),
            vec!["1||x", "!a.jsonl:2: not a JSON record: EOF while parsing a value (column 6)", "1||x"],
        ),
        (
            "a.jsonl",
            format!("{good}\n{{\"id\": 2, \"text\": 3}}\n{good}").into(),
            vec!["1||x", "!a.jsonl:2: field \"text\": expected a string, found a number", "1||x"],
        ),
        (
            "a.jsonl",
            [good.as_bytes(), b"\n{\"text\": \"a\0\"}\n", good.as_bytes()].concat(),
            vec!["1||x", "!a.jsonl:2: undecodable: not text in a charset that can be told", "1||x"],
        ),
        (
            "a.json",
            format!("[{good}, {{\"text\": nope}},\n{good}").into(),
            vec![
                "1||x",
                "!a.json:1: not a JSON record: expected ident (column 11)",
                "1||x",
                "!a.json:2: the input ends inside a JSON value",
            ],
        ),
        (
            "a.csv",
            b"id,text\n1,x\n2,x,y\n3,\n4,z\n".to_vec(),
            vec!["1||x", "!a.csv:3: the row has 3 fields, the header 2", "!a.csv:4: no text", "4||z"],
        ),
        ("a.csv", b"id,text,ID\n1,x,2\n".to_vec(), vec!["!a.csv: the header names \"ID\" twice"]),
        ("a.txt", vec![], vec!["!a.txt: empty"]),
        ("a.txt", b"\xef\xbb\xbf \n".to_vec(), vec!["!a.txt: empty"]),
        ("a.jsonl", b"\n\n".to_vec(), vec!["!a.jsonl: empty"]),
        ("a.jsonl", b"\n".repeat(500_000), vec!["!a.jsonl: empty"]),
        ("a.jsonl", [b"\n".repeat(500_000), good.into()].concat(), vec!["1||x"]),
        ("a.csv", vec![], vec!["!a.csv: empty"]),
        ("a.html", b"<html><body><script>x()</script></body></html>".to_vec(), vec!["!a.html: no text"]),
        ("a.txt", b"\x00\x01\x02".to_vec(), vec!["!a.txt: undecodable: not text in a charset that can be told"]),
        ("feed", b"<?xml version=\"1.0\"?><rss></rss>".to_vec(), vec![]),
        (
            "list.xml",
            b"<?xml version=\"1.0\"?><opml></opml>".to_vec(),
            vec!["!list.xml: not a feed: its first element is <opml>, not <rss>, <feed> or <rdf:RDF>"],
        ),
    ] {
        assert_eq!(read(&[(name, &bytes)], &[name], &options()), expected, "{name}");
    }
    let read = read(&[("a.txt", BODY.as_bytes())], &["missing.txt", "a.txt"], &options());
    assert!(read[0].starts_with("!missing.txt: ") && read[1].starts_with("a.txt|"), "{read:?}");
}

#[test]
fn a_cut_archive_gives_what_it_holds() {
    let lines: String = (0..5000).map(|id| format!("{{\"id\": {id}, \"text\": \"text {}\"}}\n", id * 7919 % 1000)).collect();
    let mut bytes = gzip(&lines);
    bytes.truncate(bytes.len() / 2);
    let read = read(&[("a.jsonl.gz", &bytes)], &["a.jsonl.gz"], &options());
    assert!(read.len() > 1000 && read[..1000].iter().all(|item| !item.starts_with('!')));
    assert!(read.last().is_some_and(|last| last.starts_with("!a.jsonl.gz: ")), "{:?}", read.last());
}

#[test]
fn order_does_not_depend_on_threads() {
    let lines: String = (0..20_000).map(|id| format!("{{\"id\": {id}, \"text\": \"t\"}}\n")).collect();
    let files: Vec<(String, Vec<u8>)> =
        (0..50).map(|n| (format!("in/{n:02}.txt"), BODY.into())).chain([("in/lines.jsonl".into(), lines.into())]).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let expected: Vec<String> = (0..50).map(|n| format!("{n:02}.txt||{BODY}")).chain((0..20_000).map(|id| format!("{id}||t"))).collect();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(pool.install(|| read(&files, &["in"], &options())), expected);
    }
}

#[test]
fn records_of_rows_are_made_and_pages_have_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.txt"), format!("Bridge opens\n3 December 2024\n{BODY}")).expect("a file");
    fs::write(folder.path().join("b.csv"), "z,text,id\n1.50,x,7\n").expect("a file");
    let options = ReadOptions { keep_records: true, ..options() };
    let inputs = [folder.path().display().to_string()];
    let records: Vec<_> = Reader::open(&inputs, options).map(|article| article.expect("an article").record).collect();
    assert_eq!(records, [None, Some(r#"{"z":"1.50","text":"x","id":"7"}"#.into())]);
}

#[test]
fn charsets_are_told_line_by_line() {
    let text = "افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر بحضور عدد كبير من السكان";
    let line = format!("{{\"id\":\"1\",\"text\":\"{text}\"}}\n");
    let mixed = [line.as_bytes(), &encoding_rs::WINDOWS_1256.encode(&line).0].concat();
    let row = format!("1||{text}");
    assert_eq!(read(&[("a.jsonl", &mixed)], &["a.jsonl"], &options()), [row.as_str(), &row]);
    let csv = format!("id,text\n1,{text}\n");
    assert_eq!(read(&[("a.csv", &encoding_rs::WINDOWS_1256.encode(&csv).0)], &["a.csv"], &options()), [row.as_str()]);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(&[("a.csv", &utf16)], &["a.csv"], &options()), [row.as_str()]);
}
