//! Feeds into an index: a server is asked only for what changed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{BRIDGE, FIRE, HARVEST};
use crate::server::Server;
use crate::util::{Dir, Output, column};

/// A feed of one item.
fn feed(id: &str, text: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Echo</title><item><guid>{id}</guid><title>Item</title>\
         <pubDate>Fri, 03 May 2024 09:00:00 GMT</pubDate><description>{text}</description></item></channel></rss>"
    )
}

/// Whether `/failing` fails.
static FAILING: AtomicBool = AtomicBool::new(false);

fn answer(path: &str, headers: &str) -> (&'static str, String, String) {
    let (etag, text) = match path {
        "/feed.xml" => ("\"v1\"", BRIDGE),
        "/failing.xml" if FAILING.load(Ordering::SeqCst) => return ("500 Internal Server Error", String::new(), String::new()),
        "/failing.xml" => ("\"v7\"", FIRE),
        _ => return ("200 OK", String::new(), feed("plain", HARVEST)),
    };
    let validators = format!("ETag: {etag}\r\nLast-Modified: Fri, 03 May 2024 09:30:00 GMT\r\n");
    if headers.contains(&format!("if-none-match: {etag}")) {
        return ("304 Not Modified", validators, String::new());
    }
    ("200 OK", validators, feed(path, text))
}

fn ids(output: &Output) -> Vec<String> {
    column(&output.stdout, "id")
}

#[test]
fn what_has_not_changed_is_not_asked_for_again() {
    let (dir, server) = (Dir::new(), Server::new(answer));
    let addresses = ["/feed.xml", "/failing.xml", "/plain.xml"].map(|path| server.at(path));
    let run = || {
        let args: Vec<&str> = ["dedup", "--index", "ix", "-q"].into_iter().chain(addresses.iter().map(String::as_str)).collect();
        dir.run(&args)
    };
    let conditional = || {
        let with = |request: &&String| request.contains("if-none-match: \"v") && request.contains("if-modified-since: fri, 03 may 2024");
        let asked = server.asked();
        let mut paths: Vec<&str> = asked.iter().filter(with).filter_map(|request| request.lines().next()).collect();
        paths.sort_unstable();
        (asked.len(), paths.join(" "))
    };
    let first = run();
    assert_eq!((first.stderr.as_str(), first.code, ids(&first).len()), ("", Some(0), 3));
    assert_eq!(conditional(), (3, String::new()));

    let second = run();
    assert_eq!((second.stderr.as_str(), second.code, ids(&second)), ("", Some(0), vec!["127.0.0.1#plain".to_owned()]));
    assert_eq!(conditional(), (3, "/failing.xml /feed.xml".to_owned()));

    FAILING.store(true, Ordering::SeqCst);
    let third = run();
    assert_eq!((third.code, ids(&third)), (Some(1), vec!["127.0.0.1#plain".to_owned()]), "other inputs go on");
    let named =
        format!("samestory: {}: the server answered 500 Internal Server Error\nsamestory: 1 problem is named above\n", addresses[1]);
    assert_eq!(third.stderr, named);
    assert_eq!(conditional(), (3, "/failing.xml /feed.xml".to_owned()));

    FAILING.store(false, Ordering::SeqCst);
    let fourth = run();
    assert_eq!((fourth.stderr.as_str(), fourth.code, ids(&fourth)), ("", Some(0), vec!["127.0.0.1#plain".to_owned()]));
    assert_eq!(conditional(), (3, "/failing.xml /feed.xml".to_owned()), "what failed is asked as before");
}

#[test]
fn an_entry_stays_that_of_the_first_report_when_it_is_updated() {
    let dir = Dir::new();
    let entry = |input: &str| {
        let feed = dir.pipe(input, &["feed", "-", "--index", "ix", "--format", "json", "-q"]).good();
        let feed: serde_json::Value = serde_json::from_str(&feed).expect("JSON");
        let entry = &feed["items"][0];
        (entry["id"].clone(), entry["title"].clone(), feed["items"].as_array().map(Vec::len))
    };
    let titled =
        |id: &str, title: &str, text: &str| super::item(id, 1, text).replace("\"text\"", &format!("\"title\": \"{title}\", \"text\""));
    let first = entry(&(titled("a", "Bridge opens", super::BRIDGE) + &titled("b", "Bridge opens, says B", super::BRIDGE)));
    let updated = entry(&titled("a", "Bridge opens", super::BRIDGE_EDITED));
    assert_eq!(updated, first);
    assert_eq!((first.1.as_str(), first.2), (Some("Bridge opens"), Some(1)));
}

#[test]
fn a_feed_stays_when_nothing_was_read_into_a_new_index() {
    let dir = Dir::new().file("keep.xml", "old");
    let output = dir.run(&["feed", "none.xml", "--index", "ix", "-o", "keep.xml", "-q"]);
    assert_eq!((output.code, std::fs::read_to_string(dir.path("keep.xml")).ok().as_deref()), (Some(1), Some("old")));
    assert!(output.stderr.contains("keep.xml is not written"), "{}", output.stderr);
}
