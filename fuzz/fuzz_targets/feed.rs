//! Feeds: an item before what is broken is read, one behind text that is no markup too, links are http.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samestory::Article;
use samestory_fuzz::{read, text};

fn rss(id: &str) -> String {
    format!("<item><guid>urn:{id}</guid><description>{}</description></item>", text(id))
}

fn atom(id: &str) -> String {
    format!("<entry><id>urn:{id}</id><summary>{}</summary></entry>", text(id))
}

/// Between two items.
fn items(bytes: &[u8], head: &str, item: fn(&str) -> String, foot: &str) {
    let (first, last) = (item("first"), item("last"));
    let found = read("m.xml", &[head.as_bytes(), first.as_bytes(), bytes, last.as_bytes(), foot.as_bytes()].concat());
    // A charset is a matter of the whole document.
    if found.iter().any(|item| item.as_ref().is_err_and(|error| error.to_string().contains("undecodable"))) {
        return;
    }
    let is = |article: Option<&Article>, id: &str| {
        article.is_some_and(|article| *article.key == *format!("urn:{id}") && *article.text == *text(id))
    };
    // Complaints about the document stand before its items.
    let (mut articles, mut from_behind) = (found.iter().flatten(), found.iter().flatten().rev());
    assert!(is(articles.next(), "first"), "the item before it is lost");
    assert!(bytes.contains(&b'<') || is(from_behind.next(), "last"), "the item behind it is lost");
}

fuzz_target!(|data: &[u8]| {
    let Some((how, bytes)) = data.split_first() else { return };
    match how % 4 {
        0 => items(bytes, "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Ferries</title>", rss, "</channel></rss>"),
        1 => items(bytes, "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Ferries</title>", atom, "</feed>"),
        2 => whole("m.xml", bytes),
        // A JSON Feed is told by what it holds.
        _ => whole("m.json", bytes),
    }
});

fn whole(name: &str, bytes: &[u8]) {
    let items = read(name, bytes);
    if name == "m.xml" {
        for url in items.iter().flatten().filter_map(|article| article.url.as_deref()) {
            let scheme = url.split(':').next().map(str::to_ascii_lowercase);
            assert!(matches!(scheme.as_deref(), Some("http" | "https")), "{url}");
        }
    }
}
