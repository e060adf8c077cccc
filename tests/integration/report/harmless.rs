//! Texts of strangers that would like to act: as the page has them they are only text.

use dom_query::Document;

use super::evil::EVIL;
use super::page;
use crate::util::Dir;

fn evil() -> Dir {
    let body = "The mayor opened the new bridge over the river on Tuesday after three years of work and a long dispute about its cost. ";
    let mut rows = String::new();
    for (number, evil) in EVIL.iter().enumerate() {
        for copy in 0..2 {
            let text =
                format!("{body}{evil} {evil}\n{evil}{}", if copy == 0 { "" } else { " And one more sentence that nobody else has said." });
            let row = serde_json::json!({
                "id": format!("{number}{copy}{evil}"), "title": evil, "text": text, "outlet": evil, "lang": "en",
                "url": if copy == 0 { (*evil).to_owned() } else { format!("https://a.example/{number}?x={evil}") },
            });
            rows.push_str(&format!("{row}\n"));
        }
    }
    Dir::with(&[("evil.jsonl", &rows)])
}

#[test]
fn nothing_of_it_becomes_an_element_an_attribute_or_an_address() {
    let page: Document = page(&evil(), &["evil.jsonl"]);
    assert!(page.select("article.story").length() >= 1 && page.select(".sides mark").length() >= 1, "there is something to look at");
    assert_eq!(page.select("script").length(), 1, "the page's own");
    assert_eq!(page.select("img, b > b, i, iframe, object, embed, link, base, form[action]").length(), 0);
    for element in page.select("*").iter() {
        for attribute in element.attrs() {
            let (name, value) = (attribute.name.local.to_string(), attribute.value.to_string());
            assert!(!name.starts_with("on"), "{name}={value}");
            assert!(name != "style" && name != "src", "{name}={value}");
            if name == "href" {
                assert!(value.starts_with('#') || value.starts_with("https://a.example/"), "{value}");
            }
        }
    }
}

#[test]
fn what_turns_the_reading_order_is_seen_and_gone() {
    for format in ["html", "md"] {
        let page = evil().run(&["report", "-q", "evil.jsonl", "--format", format]).good();
        let acts = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || (c.is_control() && c != '\n');
        assert!(!page.contains(acts), "{format}");
        assert!(page.contains("⟦RLO⟧gnp.exe⟦PDF⟧ ⟦RLI⟧x⟦PDI⟧") && page.contains("␛"), "{format}");
        assert!(page.contains(if format == "md" { "{{ 7 \\* 7 }}" } else { "{{ 7 * 7 }}" }), "{format}: a text is no template");
    }
}

#[test]
fn words_of_megabytes_do_not_make_a_page_of_megabytes() {
    let long = "w".repeat(10 << 20);
    let row = |id: &str| serde_json::json!({"id": id, "title": long, "text": format!("{long} and some words that both of them share here"), "outlet": long});
    let dir = Dir::with(&[("long.jsonl", &format!("{}\n{}\n", row("a"), row("b")))]);
    let page = dir.run(&["report", "-q", "long.jsonl"]).good();
    assert!(page.len() < 200_000, "{} bytes", page.len());
}
