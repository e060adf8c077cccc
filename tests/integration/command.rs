//! The command as a user meets it: files and arguments in, streams and exit code out.

mod evaluate;
mod explain;
mod feed;
mod formats;
mod inputs;
mod output;
mod settings;
mod streams;

use crate::util::Dir;

/// Two records of one wire item, and one in another language.
const WIRE: &str = r#"{"id": "wire", "title": "Bridge opens", "published": "2024-12-03T09:00:00Z", "outlet": "North Wire", "lang": "en", "views": 1.50, "text": "The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute about its cost."}
{"id": "site", "title": "New bridge, at last", "published": "2024-12-03", "outlet": "Harbour \"Mail\"", "lang": "en", "views": 2e3, "text": "The mayor opened the new bridge over the river on Tuesday after three years of work and a short dispute about its cost."}
{"id": "ar", "published": "2024-12-04", "outlet": "النهر", "text": "افتتح رئيس البلدية الجسر الجديد فوق النهر يوم الثلاثاء بعد ثلاث سنوات من العمل وخلاف طويل حول كلفته."}
"#;

/// The wire item once more, as a page.
const PAGE: &str = "<html lang=\"en\"><head><title>Bridge opens</title>\
    <meta property=\"article:published_time\" content=\"2024-12-03T11:00:00Z\"><meta property=\"og:site_name\" content=\"Echo\"></head>\
    <body><article><p>The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute about its \
    cost.</p></article></body></html>";

/// Another event, as the text of a page.
const HARVEST: &str =
    "Harvest begins early\n\nFarmers in the south brought in the first wheat on 5 June 2024, two weeks earlier than usual.\n";

/// A folder `in` with all of these: one copy group of three, two articles alone.
fn sample() -> Dir {
    Dir::with(&[("in/wire.jsonl", WIRE), ("in/page.html", PAGE), ("in/harvest.txt", HARVEST)])
}

/// The ids of the sample in input order.
const IDS: [&str; 5] = ["harvest.txt", "page.html", "wire", "site", "ar"];
