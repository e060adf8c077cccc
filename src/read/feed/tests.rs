//! Feeds of every kind, whole and hostile; all outlets are invented.

use proptest::prelude::*;

use super::*;
use crate::date::When;

const LATEST: jiff::civil::Date = jiff::civil::date(2024, 12, 31);

fn file(name: &str) -> InputFile {
    InputFile { path: name.into(), id: name.into(), format: None, size: 0 }
}

/// Reads a feed; a line for each article or error.
fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    let found = articles(&file(name), bytes, &ReadOptions::new(LATEST));
    found.into_iter().map(|item| item.map_or_else(|error| format!("!{error}"), |article| shown(&article))).collect()
}

/// Key, title, text, outlet, url, lang, date; `-` for none.
fn shown(article: &Draft) -> String {
    let or = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".into());
    let date = article.published.as_ref().map(|date| format!("{} {}", date.when, date.source.name()));
    let lang = article.lang.map(|lang| lang.to_string());
    let fields = [article.key.clone(), or(&article.title), article.text.replace('\n', "/"), or(&article.outlet), or(&article.url)];
    [&fields[..], &[or(&lang), or(&date)]].concat().join("|")
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>Echo</title>\
         <link>https://echo.example/</link><language>en-GB</language>\n{items}\n</channel></rss>"
    )
}

/// The only article of a feed with one item.
fn one(item: &str) -> String {
    let mut read = read("f.xml", rss(&format!("<item>{item}</item>")).as_bytes());
    assert_eq!(read.len(), 1, "{read:?}");
    read.remove(0)
}

const WHOLE: &str = "<p>The mayor opened the bridge.</p><p>It cost <b>four</b> years &amp; more.</p>";
const LINES: &str = "The mayor opened the bridge./It cost four years & more.";

#[test]
fn every_format_has_all_its_fields() {
    let dated = "2024-12-03T16:44:44Z date field";
    let rss2 = rss(&format!(
        "<image><title>Logo</title><link>https://logo.example/</link></image><item><title>Bridge &amp;amp; river</title><media:title>no</media:title>
         <link>https://www.echo.example/a</link><guid>https://www.echo.example/a</guid><description>Short.</description>
         <content:encoded><![CDATA[{WHOLE}]]></content:encoded><pubDate>Tue, 03 Dec 2024 16:44:44 GMT</pubDate>
         <source url=\"https://wire.example/feed\">Wire</source><dc:language>tr</dc:language></item>"
    ));
    let rss1 = format!(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"
          xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:c=\"http://purl.org/rss/1.0/modules/content/\">
         <channel rdf:about=\"https://echo.example/\"><title>Echo</title><dc:language>tr</dc:language></channel>
         <image><title>Logo</title></image>
         <item rdf:about=\"https://www.echo.example/a\"><title>Bridge &amp; river</title><link>https://www.echo.example/a</link>
         <dc:date>2024-12-03T16:44:44Z</dc:date><dc:publisher>Wire</dc:publisher><c:encoded>{}</c:encoded></item></rdf:RDF>",
        WHOLE.replace('&', "&amp;").replace('<', "&lt;")
    );
    let old = format!(
        "<rss version=\"0.91\"><channel><language>tr</language><item><title>Bridge & river</title><source>Wire</source>
         <link>https://www.echo.example/a</link><description><![CDATA[{WHOLE}]]></description><pubDate>1733244284</pubDate></item></channel></rss>"
    );
    let atom = |body: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"tr\" xml:base=\"https://www.echo.example/x/\"><title>Echo</title>
             <id>urn:feed</id><link rel=\"self\" href=\"/feed\"/><entry><id>https://www.echo.example/a</id>
             <title type=\"html\">Bridge &amp;amp; &lt;i&gt;river&lt;/i&gt;</title><link rel=\"enclosure\" href=\"/a.mp3\"/><link href=\"../a\"/>
             <updated>2024-12-05T00:00:00Z</updated><published>2024-12-03T16:44:44Z</published><summary>Short.</summary>
             <source><id>urn:wire</id><title>Wire</title></source>{body}</entry></feed>"
        )
    };
    let xhtml = format!("<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{WHOLE}</div></content>");
    let html = format!("<content type=\"html\"><![CDATA[{WHOLE}]]></content>");
    let whole = format!("https://www.echo.example/a|Bridge & river|{LINES}|Wire|https://www.echo.example/a|tr|{dated}");
    for (name, feed) in [("rss 2", rss2), ("rss 1", rss1), ("rss 0.91", old), ("atom xhtml", atom(&xhtml)), ("atom html", atom(&html))] {
        assert_eq!(read("f.xml", feed.as_bytes()), [whole.as_str()], "{name}");
    }
    let json = serde_json::json!({"version": "https://jsonfeed.org/version/1.1", "title": "Echo", "language": "tr", "items": [
        {"id": "https://www.echo.example/a", "url": "https://www.echo.example/a", "title": "Bridge & river", "content_html": WHOLE,
         "content_text": "no", "summary": "Short.", "date_published": "2024-12-03T16:44:44Z"},
        {"id": 7, "external_url": "https://other.example/b", "content_text": "a <b> c\nd", "language": "en", "date_modified": "2024-12-03"},
        {"id": "8", "title": ["x"], "summary": "s"}, "no item", {"id": "9"}]});
    let lines = serde_json::to_string_pretty(&json).expect("JSON");
    let line = |what: &str| 1 + lines.lines().position(|line| line.contains(what)).expect(what);
    let no_item = "invalid type: string \"no item\", expected an object (column 9)";
    assert_eq!(
        read("f.json", lines.as_bytes()),
        [
            whole.replace("Wire", "echo.example"),
            "other.example#7|-|a <b> c/d|other.example|https://other.example/b|en|2024-12-03 date field".to_string(),
            "f.json#8|-|s|Echo|-|tr|-".into(),
            format!(
                "!f.json:{}: item 3: field \"title\": expected a string, found an array; the article is kept without it",
                line("\"8\"") - 1
            ),
            format!("!f.json:{}: item 4: no text; not a JSON record: {no_item}", line("no item")),
            format!("!f.json:{}: item 5: no text", line("\"9\"") - 1),
        ]
    );
}

#[test]
fn texts_lose_their_markup_and_keep_their_lines() {
    let summary = "<description>One two three four five six seven.</description>";
    for (item, expected) in [
        ("<title>T</title><description>One.\r\nTwo &amp;mdash; three</description>", "T|One./Two — three"),
        ("<title>T &#8220;x&#8221; &lt;b&gt;y&lt;/b&gt;\n z</title>", "T “x” y z|T “x” y z"),
        ("<title>a &lt; b, 3 &gt; 2</title>", "a < b, 3 > 2|a < b, 3 > 2"),
        ("<title>a &lt;b &amp;amp; c</title>", "a <b & c|a <b & c"),
        ("<description>One &lt;b&gt;bold&lt;/b&gt; word</description>", "-|One bold word"),
        ("<description>Not <b>escaped</b>: a &amp; b&nbsp;c<br/>next</description>", "-|Not escaped: a & b c/next"),
        ("<description>AT&T and &copy; 2024</description>", "-|AT&T and © 2024"),
        ("<description>&lt;div&gt;&lt;script&gt;x()&lt;/script&gt;&lt;p&gt;One&lt;/p&gt;&lt;/div&gt;</description>", "-|One"),
        (&format!("{summary}<content:encoded>One two…</content:encoded>"), "-|One two three four five six seven."),
        (&format!("{summary}<content:encoded>One two three four five six.</content:encoded>"), "-|One two three four five six."),
        (&format!("{summary}<content:encoded/>"), "-|One two three four five six seven."),
        ("<title>\u{202b}مرحبا\u{202c}</title><description>\u{2067}a\u{2069}</description>", "\u{202b}مرحبا\u{202c}|\u{2067}a\u{2069}"),
    ] {
        let read = one(item);
        assert_eq!(read.split('|').skip(1).take(2).collect::<Vec<_>>().join("|"), expected, "{item}");
    }
}

#[test]
fn keys_are_unique_beyond_their_feed() {
    for (item, expected) in [
        ("<guid>1</guid><link>https://www.a.example/x</link>", "a.example#1"),
        ("<guid>1</guid>", "echo.example#1"),
        ("<guid>tag:a.example,2024:1</guid>", "tag:a.example,2024:1"),
        ("<guid>URN:uuid:1</guid>", "URN:uuid:1"),
        ("<guid isPermaLink=\"false\">https://a.example/?p=1</guid>", "https://a.example/?p=1"),
        ("<guid> </guid><link>/x</link>", "https://echo.example/x"),
        ("", "echo.example#f72221eca7a5169e"),
    ] {
        assert_eq!(one(&format!("{item}<title>T</title>")).split('|').next(), Some(expected), "{item}");
    }
    let feed = |id: &str| format!("<feed>{id}<entry><id>1</id><title>T</title></entry></feed>");
    assert!(read("f.xml", feed("<id>urn:a</id>").as_bytes())[0].starts_with("urn:a#1|"));
    assert!(read("f.xml", feed("").as_bytes())[0].starts_with("f.xml#1|"));
}

#[test]
fn links_are_resolved_and_only_http() {
    for (item, expected) in [
        ("<link> https://a.example/é </link>", "https://a.example/é"),
        ("<link>/x?y</link>", "https://echo.example/x?y"),
        ("<link>//b.example/x</link>", "https://b.example/x"),
        ("<guid>https://a.example/p</guid>", "https://a.example/p"),
        ("<guid isPermaLink=\"false\">https://a.example/p</guid>", "-"),
        ("<atom:link rel=\"self\" href=\"https://a.example/self\"/>", "-"),
        ("<link href=\"https://a.example/x\"> words </link>", "https://a.example/x"),
    ] {
        assert_eq!(one(&format!("{item}<title>T</title>")).split('|').nth(4), Some(expected), "{item}");
    }
    for link in ["javascript:alert(1)", "file:///etc/passwd"] {
        let read = read("f.xml", rss(&format!("<item><title>T</title><link>{link}</link></item>")).as_bytes());
        let complaint = format!("!f.xml:3: item 1: the link {link:?} is no http address; the article is kept without it");
        assert_eq!(read, ["echo.example#f72221eca7a5169e|T|T|Echo|-|en|-".to_string(), complaint]);
    }
}

#[test]
fn dates_are_understood_or_named() {
    for (date, expected) in [
        ("Tue, 03 Dec 2024 16:44 +0300", "2024-12-03T16:44:00+03:00"),
        ("Tue, 3 Dec 2024 16:44:44 EST", "2024-12-03T16:44:44-05:00"),
        ("03 Dec 24 16:44:44 GMT", "2024-12-03T16:44:44Z"),
        ("Sal, 03 Ara 2024 16:44:44 +0300", "2024-12-03T16:44:44+03:00"),
        ("Вт, 03 дек 2024 16:44:44 +0300", "2024-12-03T16:44:44+03:00"),
        ("Tue, 3 Dec 2024 16:44:44 MSK", "2024-12-03T16:44:44"),
        ("2024-12-03 16:44:44", "2024-12-03T16:44:44"),
        ("الثلاثاء 3 ديسمبر 2024", "2024-12-03"),
    ] {
        let read = one(&format!("<title>T</title><pubDate>{date}</pubDate>"));
        assert_eq!(read.split('|').nth(6), Some(format!("{expected} date field").as_str()), "{date}");
    }
    for (dates, expected) in [
        ("<pubDate>soon</pubDate>", "the date \"soon\" is not understood"),
        ("<pubDate>2031-01-01</pubDate>", "the date 2031-01-01 is before 1990 or in the future"),
    ] {
        let read = read("f.xml", rss(&format!("\n<item><title>T</title>{dates}</item>")).as_bytes());
        assert!(read[0].ends_with("|-"), "{read:?}");
        assert_eq!(read[1], format!("!f.xml:4: item 1: field \"published\": {expected}; the article is kept, its date is unknown"));
    }
    let changed = one("<title>T</title><pubDate>soon</pubDate><atom:updated>2024-12-03</atom:updated>");
    assert!(changed.ends_with("|2024-12-03 date field"), "{changed}");
    let expected = When::parse_iso("2025-01-01").map(|when| dates::plausible(&when, LATEST));
    assert_eq!(expected, Some(true), "a day ahead is believed");
}

#[test]
fn an_item_without_id_and_link_is_known_wherever_it_stands() {
    let item = |title: &str| format!("<item><title>{title}</title></item>");
    let keys = |items: String| -> Vec<String> {
        read("f.xml", rss(&items).as_bytes()).iter().map(|row| row.split('|').next().unwrap_or_default().to_owned()).collect()
    };
    let (old, new) = (keys(item("A") + &item("B")), keys(item("C") + &item("A") + &item("B")));
    assert_eq!(new[1..], old);
    assert!(new.iter().all(|key| key.starts_with("echo.example#") && key.len() == 13 + 16) && new[0] != new[1], "{new:?}");
}

#[test]
fn what_is_not_closed_ends_with_its_item() {
    let good = |n: u32| format!("<item><guid>tag:{n}</guid><title>T{n}</title></item>\n");
    let row = |n: u32| format!("tag:{n}|T{n}|T{n}|Echo|-|en|-");
    for broken in
        ["<title>T2<br></title>", "<title>T2<br>", "<title>T2</title><description>", "<title>T2</title><media><x>", "<title>T2</title>"]
    {
        let end = if broken.ends_with("</title>") && !broken.contains("br") { "" } else { "</item>" };
        let feed = rss(&format!("{}<item><guid>tag:2</guid>{broken}{end}\n{}{}", good(1), good(3), good(4)));
        let read = read("f.xml", feed.as_bytes());
        let rows: Vec<&String> = read.iter().filter(|row| !row.starts_with('!')).collect();
        assert_eq!(rows, [&row(1), &row(2), &row(3), &row(4)], "{broken}: {read:?}");
    }
}

#[test]
fn a_base_may_be_so_long() {
    for (length, counts) in [(1000, true), (3000, false)] {
        let base = format!("{}/", "b".repeat(length));
        let feed = rss(&format!("<item xml:base=\"{base}\"><title>T</title><link>x</link></item>"));
        let read = read("f.xml", feed.replace("<channel>", "<channel xml:base=\"http://a.example/\">").as_bytes());
        let expected = if counts { base.as_str() } else { "" };
        assert!(read[0].contains(&format!("|http://a.example/{expected}x|")), "{length}: {read:?}");
    }
}

#[test]
fn bad_items_and_broken_feeds_harm_no_other_item() {
    let good = |n: u32| format!("<item><guid>tag:{n}</guid><title>T{n}</title></item>\n");
    let row = |n: u32| format!("tag:{n}|T{n}|T{n}|Echo|-|en|-");
    let feed = rss(&format!("{}<item><guid>2</guid><description> </description></item>\n{}", good(1), good(3)));
    assert_eq!(read("f.xml", feed.as_bytes()), [row(1), "!f.xml:4: item 2: no text".into(), row(3)]);
    let broken = "broken XML, the rest is not read";
    for (middle, message) in [
        ("<item><title>T</b></title></item>", "close tag `</rss>` does not match any open tag"),
        ("<item><title>T</title", "tag not closed: `>` not found before end of input"),
        ("<item><title>T</title>", "it ends before its last element does"),
    ] {
        let feed = rss(&format!("{}{}{middle}", good(1), good(2)));
        let feed = if middle.ends_with("</title") { &feed[..feed.find("</title\n").expect("a cut") + 7] } else { &feed };
        let read = read("f.xml", feed.as_bytes());
        assert_eq!(read[..2], [row(1), row(2)], "{middle}");
        assert!(read.last().is_some_and(|last| last.contains(broken) && last.contains(message)), "{read:?}");
    }
    for middle in ["<itum><guid>tag:9</guid></item>", "<item><guid>tag:9</gu\u{4}d><title>T9</title></item>", "<item><title>T</b></item>"] {
        let read = read("f.xml", rss(&format!("{}{middle}\n{}{}", good(1), good(2), good(3))).as_bytes());
        let rows: Vec<&String> = read.iter().filter(|row| row.starts_with("tag:") && !row.starts_with("tag:9")).collect();
        assert_eq!(rows, [&row(1), &row(2), &row(3)], "{middle}: {read:?}");
    }
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"Echo\", \"items\": [\n{\"id\": \"tag:1\", \"content_text\": \"a\"},\n{\"id\": nope},\n{\"id\": \"tag:3\", \"content_text\": \"c\"}]}";
    let found = read("f.json", json.as_bytes());
    assert!(
        found[0].starts_with("tag:1|")
            && found[2].starts_with("tag:3|")
            && found[1].starts_with("!f.json:3: item 2: no text; not a JSON record"),
        "{found:?}"
    );
    assert_eq!(
        found[3],
        "!f.json:1: not a JSON Feed: not a JSON record: expected ident (line 3 of the record, column 9); its items are read one by one"
    );
    let cut = read("f.json", &json.as_bytes()[..json.len() - 9]);
    assert_eq!((cut.len(), &cut[0]), (3, &found[0]), "{cut:?}");
    let feed = rss(&good(1));
    let cut = read("f.xml", &feed.as_bytes()[..feed.len() - 6]);
    assert_eq!(cut, [row(1), format!("!f.xml:5: {broken}: it ends before its last element does")]);
}

#[test]
fn what_is_no_feed_is_said() {
    for (text, expected) in [
        ("", "empty"),
        (" just a text", "not a feed: there is no XML element"),
        ("<?xml version=\"1.0\"?><html><body/></html>", "not a feed: its first element is <html>, not <rss>, <feed> or <rdf:RDF>"),
        ("<<", "not a feed: "),
        ("{\"version\": \"1\", \"items\": []}", "not a feed: a JSON object whose version does not begin with https://jsonfeed.org/"),
        ("{\"version\": \"https://jsonfeed.org/version/1\"}", "not a JSON Feed: no field \"items\""),
        ("{\"version\": \"https://jsonfeed.org/version/1\", \"items\": 5}", "not a JSON Feed: field \"items\": expected an array"),
        ("{\"items\": [", "not a JSON Feed: not a JSON record: EOF while parsing a list"),
    ] {
        let read = read("f.xml", text.as_bytes());
        assert!(read.len() == 1 && read[0].starts_with(&format!("!f.xml: {expected}")), "{text}: {read:?}");
    }
    for empty in [rss(""), "<rss/>".into(), "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": []}".into()] {
        assert_eq!(read("f.xml", empty.as_bytes()), Vec::<String>::new());
    }
}

#[test]
fn entities_are_not_expanded_and_size_is_survived() {
    let mut bomb = "<!DOCTYPE rss [<!ENTITY l0 \"lol\">".to_string();
    bomb.extend((1..12).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))));
    bomb.push_str("]><rss><channel><item><guid>tag:1</guid><title>&l11;</title></item></channel></rss>");
    assert_eq!(read("f.xml", bomb.as_bytes()), ["tag:1|&l11;|&l11;|-|-|-|-"]);
    let long = "word ".repeat(200_000);
    assert_eq!(one(&format!("<title>{long}</title>")).matches("word").count(), 400_000);
    let deep = format!("<description>{}text{}</description>", "<div>".repeat(20_000), "</div>".repeat(20_000));
    assert_eq!(one(&deep).split('|').nth(2), Some("text"));
    let nested = format!("<title>T</title>{}{}", "<items>".repeat(1000), "</items>".repeat(1000));
    assert_eq!(one(&nested).split('|').nth(1), Some("T"));
    let nested = read("f.xml", rss(&format!("{}<title>T</title>{}", "<item>".repeat(1000), "</item>".repeat(1000))).as_bytes());
    assert_eq!(nested.iter().filter(|row| row.contains("|T|T|")).count(), 1);
}

#[test]
fn charsets_are_told_whatever_the_feed_declares() {
    let text = "افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر بحضور عدد كبير من السكان";
    let item = format!("<item><guid>tag:1</guid><title>{text}</title></item>");
    for declared in ["encoding=\"windows-1256\"", "encoding=\"UTF-8\"", "encoding=\"no-such\"", ""] {
        let feed = rss(&item).replace("encoding=\"UTF-8\"", declared);
        let row = format!("tag:1|{text}|{text}|Echo|-|en|-");
        assert_eq!(read("f.xml", feed.as_bytes()), [row.as_str()], "utf-8 as {declared}");
        assert_eq!(read("f.xml", &encoding_rs::WINDOWS_1256.encode(&feed).0), [row.as_str()], "windows-1256 as {declared}");
        for mark in [&[][..], &[0xff, 0xfe]] {
            let utf16: Vec<u8> = mark.iter().copied().chain(feed.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            assert_eq!(read("f.xml", &utf16), [row.as_str()], "utf-16 as {declared}");
        }
    }
}

#[test]
fn items_are_kept_as_records() {
    let options = ReadOptions { keep_records: true, ..ReadOptions::new(LATEST) };
    let record = |bytes: &str| articles(&file("f"), bytes.as_bytes(), &options).remove(0).expect("an article").record.expect("a record");
    assert_eq!(
        &*record(&rss("<item><guid>1</guid><title>T</title><pubDate>3 Dec 2024</pubDate></item>")),
        r#"{"id":"echo.example#1","title":"T","text":"T","outlet":"Echo","lang":"en-GB","published":"3 Dec 2024"}"#
    );
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"id\": \"1\",\n \"title\": \"T\", \"_own\": 1.50}]}";
    assert_eq!(&*record(json), r#"{"id":"1","title":"T","_own":1.50}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is cut out of a feed, put into it or swapped in it, reading ends with articles or errors.
    #[test]
    fn changed_feeds_are_read_to_their_end(
        which in 0..3usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, prop::collection::vec(any::<u8>(), 0..6)), 0..6),
    ) {
        let rss = rss(&format!("<item><guid>1</guid><title>T &amp; U</title><description><![CDATA[{WHOLE}]]></description></item>").repeat(3));
        let atom = format!("<feed xml:base=\"https://a.example/\"><entry><id>1</id><content type=\"xhtml\"><div>{WHOLE}</div></content></entry></feed>");
        let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"id\": \"1\", \"content_html\": \"<p>x</p>\"}]}";
        let mut bytes = [rss.as_bytes(), atom.as_bytes(), json.as_bytes()][which].to_vec();
        for (at, cut, put) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, put);
        }
        for item in articles(&file("f"), &bytes, &ReadOptions::new(LATEST)) {
            match item {
                Ok(article) => prop_assert!(!article.key.is_empty() && !article.text.trim().is_empty()),
                Err(error) => prop_assert!(error.to_string().starts_with("f:"), "{error}"),
            }
        }
    }
}
