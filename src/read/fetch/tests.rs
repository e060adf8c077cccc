//! Addresses, against a small server on the loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::*;
use crate::read::{Format, ReadOptions, Reader};

const FEED: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Echo</title><item><guid>tag:1</guid><title>Bridge</title>\
                    <link>/a</link></item></channel></rss>";

/// A server that answers by path until the test ends. The requests it got are kept, their lines in lower case.
struct Server {
    root: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || {
                    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_string();
                    let headers = lines.collect::<Vec<_>>().join("\n").to_ascii_lowercase();
                    kept.lock().expect("no panic").push(format!("{path}\n{headers}"));
                    // A client that has seen enough hangs up.
                    let _ = answer(&stream, &path, &headers);
                });
            }
        });
        Server { root, requests }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    fn fetcher(&self, limits: Limits, paths: &[&str]) -> Fetcher {
        Fetcher::within(limits, paths.iter().map(|path| self.at(path)).collect(), BTreeMap::new())
    }
}

fn respond(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len())?;
    stream.write_all(body)
}

fn answer(mut stream: &TcpStream, path: &str, headers: &str) -> io::Result<()> {
    let redirect = |to: &str| respond(stream, "302 Found", &format!("Location: {to}\r\n"), b"");
    match path {
        "/feed" | "/other" => respond(stream, "200 OK", "Content-Type: application/rss+xml\r\n", FEED.as_bytes()),
        "/gzip" => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(FEED.as_bytes())?;
            respond(stream, "200 OK", "Content-Encoding: gzip\r\n", &gzip.finish()?)
        }
        "/tagged" if headers.contains("if-none-match: \"v1\"") => respond(stream, "304 Not Modified", "ETag: \"v1\"\r\n", b""),
        "/tagged" => respond(stream, "200 OK", "ETag: \"v1\"\r\nLast-Modified: Tue, 03 Dec 2024 16:44:44 GMT\r\n", FEED.as_bytes()),
        "/304" => respond(stream, "304 Not Modified", "", b""),
        "/404" => respond(stream, "404 Not Found", "", b"<html>no</html>"),
        "/500" => respond(stream, "500 Internal Server Error", "", b""),
        "/moved" => redirect("/moved/again"),
        "/moved/again" => redirect("//HOST/tagged".replace("HOST", &stream.local_addr()?.to_string()).as_str()),
        "/loop" => redirect("/loop/b"),
        "/loop/b" => redirect("/loop"),
        "/file" => redirect("file:///etc/passwd"),
        "/cut" => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{FEED}")
        }
        "/slow" => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")?;
            thread::sleep(Duration::from_secs(5));
            Ok(())
        }
        "/silent" => {
            thread::sleep(Duration::from_secs(5));
            Ok(())
        }
        "/huge" => {
            write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            loop {
                write!(stream, "3e8\r\n{}\r\n", "x".repeat(1000))?;
            }
        }
        "/1256" => {
            let feed = FEED.replace("Bridge", "افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر");
            respond(stream, "200 OK", "Content-Type: text/xml; charset=utf-8\r\n", &encoding_rs::WINDOWS_1256.encode(&feed).0)
        }
        "/broken" => respond(stream, "200 OK", "", FEED.replace("</channel>", "<item></channel>").as_bytes()),
        "/page" => {
            respond(stream, "200 OK", "Content-Type: text/html\r\n", b"<!doctype html><title>Bridge</title><p>Text of the page.</p>")
        }
        "/lines" => respond(stream, "200 OK", "", b"{\"id\": \"1\", \"text\": \"x\"}\n{\"id\": \"2\", \"text\": 5}\n"),
        "/json" => {
            respond(stream, "200 OK", "", br#"{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "tag:j", "title": "J"}]}"#)
        }
        _ => match path.strip_prefix("/far/").and_then(|left| left.parse::<u32>().ok()) {
            Some(0) => redirect("/feed"),
            Some(left) => redirect(&format!("/far/{}", left - 1)),
            None => respond(stream, "410 Gone", "", b""),
        },
    }
}

/// Keys and urls of what is read, errors after `!`, the server left out.
fn read(server: &Server, paths: &[&str], validators: BTreeMap<String, Validators>) -> (Vec<String>, Reader) {
    let inputs: Vec<String> = paths.iter().map(|path| if path.contains(':') { path.to_string() } else { server.at(path) }).collect();
    let options = ReadOptions { validators, ..ReadOptions::new(jiff::civil::date(2024, 12, 31)) };
    let mut reader = Reader::open(&inputs, options);
    let found = reader.by_ref().map(|item| match item {
        Ok(article) => format!("{} {}", article.key, article.url.unwrap_or_default()),
        Err(error) => format!("!{error}"),
    });
    (found.map(|line| line.replace(&server.root, "")).collect(), reader)
}

#[test]
fn an_address_is_an_input_like_a_file() {
    let server = Server::new();
    let bad = "!/lines:2: field \"text\": expected a string, found a number";
    let empty = "!/broken:1: item 2: no text";
    let broken = "!/broken:1: broken XML, the rest is not read: it ends before its last element does";
    let host = server.root.trim_start_matches("http://").split(':').next().expect("a host");
    let bridge = "tag:1 /a";
    let paths = ["/feed", "/gzip", "/moved", "/far/9", "/1256", "/broken", "/page", "/lines", "/json"];
    let (found, reader) = read(&server, &paths, BTreeMap::new());
    assert_eq!(found, [bridge, bridge, bridge, bridge, bridge, bridge, empty, broken, "/page /page", "1 ", bad, "tag:j "], "{host}");
    assert!(reader.total_bytes().is_none() && reader.bytes_read() > 1000);
    let mut long = Reader::open(&[server.at("/1256")], ReadOptions::new(jiff::civil::date(2024, 12, 31)));
    let article = long.next().expect("an item").expect("an article");
    assert_eq!((article.text.as_str(), article.outlet.as_deref()), ("افتتح رئيس البلدية صباح اليوم الجسر الجديد فوق النهر", Some(host)));
    let asked = server.requests.lock().expect("no panic").join("\n");
    assert!(
        asked.contains("accept-encoding: gzip") && asked.contains(concat!("user-agent: samestory/", env!("CARGO_PKG_VERSION"))),
        "{asked}"
    );
}

#[test]
fn what_fails_is_named_in_its_place_and_stops_nothing() {
    let server = Server::new();
    let refused = format!("http://{}/", TcpListener::bind("127.0.0.1:0").and_then(|closed| closed.local_addr()).expect("a port"));
    let paths = ["/404", "/feed", "/500", "/gone", "/304", "/loop", "/file", "/far/10", "/cut", &refused, "http://", "/other"];
    let (found, reader) = read(&server, &paths, BTreeMap::new());
    let bridge = "tag:1 /a";
    for (found, expected) in found.iter().zip([
        "!/404: the server answered 404 Not Found",
        bridge,
        "!/500: the server answered 500 Internal Server Error",
        "!/gone: the server answered 410 Gone",
        "!/304: the server answered 304 Not Modified",
        "!/loop: redirected in a loop, back to /loop",
        "!/file: redirected to file:///etc/passwd, which is no http address: not followed",
        "!/far/10: redirected more than 10 times, last to /feed",
        "!/cut: ",
        &format!("!{refused}: Connection refused"),
        "!http://: not an address: empty host",
        bridge,
    ]) {
        assert!(found.starts_with(expected), "{found} is not {expected}");
    }
    assert_eq!((found.len(), reader.validators().len(), reader.unchanged()), (paths.len(), 0, 0));
}

#[test]
fn what_gave_nothing_is_asked_for_again() {
    let server = Server::new();
    let wrong = ReadOptions { format: Some(Format::Csv), ..ReadOptions::new(jiff::civil::date(2024, 12, 31)) };
    let mut reader = Reader::open(&[server.at("/tagged")], wrong);
    assert!(reader.by_ref().all(|item| item.is_err()));
    assert_eq!(reader.validators(), BTreeMap::new());
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let server = Server::new();
    let (found, reader) = read(&server, &["/tagged", "/feed", "/moved"], BTreeMap::new());
    assert_eq!((found.len(), reader.unchanged()), (3, 0));
    let given = reader.validators();
    let expected = Validators { etag: Some("\"v1\"".into()), last_modified: Some("Tue, 03 Dec 2024 16:44:44 GMT".into()) };
    assert_eq!(given, BTreeMap::from([(server.at("/tagged"), expected.clone()), (server.at("/moved"), expected)]));
    server.requests.lock().expect("no panic").clear();
    let (found, reader) = read(&server, &["/tagged", "/feed", "/moved"], given.clone());
    assert_eq!((found, reader.unchanged()), (vec!["tag:1 /a".to_string()], 2));
    assert_eq!(reader.validators(), given, "what the second answer leaves out is still known");
    let asked = server.requests.lock().expect("no panic").clone();
    let conditional = |request: &&String| request.contains("if-none-match: \"v1\"\n") || request.ends_with("if-none-match: \"v1\"");
    let since = asked.iter().filter(|request| request.contains("if-modified-since: tue, 03 dec 2024 16:44:44 gmt"));
    assert_eq!((asked.iter().filter(conditional).count(), since.count(), asked.len()), (4, 4, 5), "{asked:?}");
    let json = serde_json::to_string(&given).expect("JSON");
    assert_eq!(serde_json::from_str::<BTreeMap<String, Validators>>(&json).ok(), Some(given));
}

#[test]
fn time_and_size_are_bounded() {
    let server = Server::new();
    let limits = Limits { total: Duration::from_millis(300), bytes: 10_000, ..Limits::default() };
    let started = Instant::now();
    let mut fetcher = server.fetcher(limits.clone(), &["/slow", "/silent", "/huge", "/feed"]);
    let late = Err("no whole answer within 0.3 seconds".to_string());
    assert_eq!(fetcher.next(), late);
    assert_eq!(fetcher.next(), late);
    assert_eq!(fetcher.next(), Err("longer than 10000 bytes, not read".into()));
    assert_eq!(fetcher.next(), Ok(Some(FEED.into())));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let exact = Limits { bytes: FEED.len() as u64, redirects: 1, ..limits.clone() };
    let mut fetcher = server.fetcher(exact, &["/feed", "/far/0", "/far/1"]);
    assert_eq!((fetcher.next(), fetcher.next()), (Ok(Some(FEED.into())), Ok(Some(FEED.into()))));
    assert!(fetcher.next().is_err_and(|message| message.starts_with("redirected more than 1 times, last to ")));
    let mut fetcher = server.fetcher(Limits { bytes: FEED.len() as u64 - 1, ..limits }, &["/feed"]);
    assert!(fetcher.next().is_err());
}

#[test]
fn many_addresses_come_out_in_their_order() {
    let server = Server::new();
    let paths: Vec<&str> = (0..3 * AT_ONCE).map(|n| if n % 5 == 0 { "/404" } else { "/feed" }).collect();
    let (found, _) = read(&server, &paths, BTreeMap::new());
    let expected = paths.iter().map(|path| if *path == "/404" { "!/404: the server answered 404 Not Found" } else { "tag:1 /a" });
    assert_eq!(found, expected.collect::<Vec<_>>());
    assert_eq!(server.requests.lock().expect("no panic").len(), paths.len());
}
