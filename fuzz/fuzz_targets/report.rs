//! The editorial report: nothing that strangers wrote becomes an element, an attribute, an address or a control.

#![no_main]

#[path = "../../tests/integration/report/evil.rs"]
mod evil;

use arbitrary::Arbitrary;
use dom_query::Document;
use evil::EVIL;
use libfuzzer_sys::fuzz_target;
use samestory::report::{PageFormat, PageOptions, Speech, write_page};
use samestory::{Article, Config, Run, language, unique};

/// A text that all share, so that there are stories and passages to show.
const BODY: &str = "The mayor opened the new bridge over the river on Tuesday after three years of work. ";
const ARTICLES: usize = 8;

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Evil(u8),
    Body,
    Text(&'a str),
}

#[derive(Arbitrary, Debug)]
struct Raw<'a> {
    key: &'a str,
    title: Option<Vec<Piece<'a>>>,
    text: Vec<Piece<'a>>,
    outlet: Option<Vec<Piece<'a>>>,
    address: Option<Vec<Piece<'a>>>,
    is_http: bool,
    lang: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    articles: Vec<Raw<'a>>,
    title: Option<Vec<Piece<'a>>>,
    problems: Vec<Vec<Piece<'a>>>,
    speech: Option<u8>,
}

fn text(pieces: &[Piece<'_>]) -> String {
    let piece = |piece: &Piece<'_>| match *piece {
        Piece::Evil(at) => EVIL[usize::from(at) % EVIL.len()].to_owned(),
        Piece::Body => BODY.to_owned(),
        Piece::Text(text) => text.to_owned(),
    };
    pieces.iter().map(piece).collect()
}

fn article((number, raw): (usize, &Raw<'_>)) -> Article {
    let start = if raw.is_http { "https://a.example/" } else { "" };
    Article {
        key: format!("{}{number}", raw.key).into(),
        title: raw.title.as_deref().map(|title| text(title).into()),
        text: format!("{BODY}{}", text(&raw.text)).into(),
        outlet: raw.outlet.as_deref().map(|outlet| text(outlet).into()),
        url: raw.address.as_deref().map(|address| format!("{start}{}", text(address)).into()),
        lang: raw.lang.and_then(|lang| language::declared(["en", "ar", "he", "xx"][usize::from(lang % 4)])),
        ..Article::default()
    }
}

/// Whether a character moves the cursor or turns the reading order.
fn acts(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || (c.is_control() && c != '\n')
}

fn check_html(page: &str) {
    let document = Document::from(page);
    assert_eq!((document.select("script").length(), document.select("style").length()), (1, 1), "the page's own");
    assert_eq!(document.select("img, iframe, object, embed, link, base, form[action]").length(), 0);
    for element in document.select("*").iter() {
        for attribute in element.attrs() {
            let (name, value) = (attribute.name.local.to_string(), attribute.value.to_string());
            assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}={value}");
            let start = value.to_ascii_lowercase();
            let harmless = start.starts_with('#') || start.starts_with("http://") || start.starts_with("https://");
            assert!(name != "href" || harmless, "{value}");
        }
    }
}

fn check_markdown(page: &str) {
    assert!(!page.contains("<script") && !page.contains("<img"));
    for (at, _) in page.match_indices("](").filter(|(at, _)| !page[..*at].ends_with('\\')) {
        let target = page[at + 2..].trim_start_matches('<').to_ascii_lowercase();
        assert!(target.starts_with("http://") || target.starts_with("https://") || target.starts_with('#'), "{}", &page[at..]);
    }
}

fuzz_target!(|input: Input<'_>| {
    let articles: Vec<Article> = input.articles.iter().take(ARTICLES).enumerate().map(article).collect();
    let (articles, _) = unique(articles);
    let config = Config::default();
    let run = Run::new(&articles, &config).expect("a good configuration");
    let found = run.clustering();
    for format in [PageFormat::Html, PageFormat::Md] {
        let options = PageOptions {
            format,
            speech: input.speech.map(|speech| Speech::ALL[usize::from(speech) % Speech::ALL.len()]),
            // The caller's own: it is escaped, and may hold what it likes otherwise.
            title: input.title.as_deref().map(|title| text(title).replace(acts, "")),
            problems: input.problems.iter().take(ARTICLES).map(|problem| text(problem)).collect(),
            problem_count: input.problems.len() as u64,
            ..PageOptions::default()
        };
        let mut page = Vec::new();
        write_page(&run, &found, &options, &mut page).expect("memory");
        let page = String::from_utf8(page).expect("UTF-8");
        assert!(!page.contains(acts), "a control character is in the page");
        match format {
            PageFormat::Html => check_html(&page),
            PageFormat::Md => check_markdown(&page),
        }
    }
});
