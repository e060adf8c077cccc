//! A small result for the tests of every format.

use std::io;

use crate::article::{Article, ArticleId, DateSource, Published};
use crate::date::When;
use crate::language;
use crate::link::{Clustering, CopyGroup, Link, LinkKind, Placement, Related, Story, Summary};

/// One story of four (a wire item with a copy, a report in another language, an untitled rewrite) and one article alone near it.
pub(crate) fn result() -> (Vec<Article>, Clustering) {
    let articles = vec![
        article("wire", Some("Earthquake shakes the coast"), Some("Reuters"), Some("2024-12-03T16:44:00Z")),
        article("site", Some("Earthquake\nshakes \u{1b}[31mcoast"), Some("Daily, the \"best\""), Some("2024-12-03")),
        article("خبر-1", Some("زلزال يضرب الساحل"), Some("الجزيرة"), Some("2024-12-04T01:00:00+03:00")),
        Article { text: "\n  The ground moved.\nThen it stopped.".into(), ..article("blog", None, None, None) },
        article("alone", Some("Elections, at last"), None, None),
    ];
    let [wire, site, arabic, blog, alone] = [0, 1, 2, 3, 4].map(ArticleId);
    let group = |id, articles: Vec<ArticleId>| CopyGroup { id, representative: articles[0], articles: articles.into() };
    let link = |a, b, kind, score, resemblance, containment| Link { a, b, kind, score, resemblance, containment };
    let stories = vec![
        Story {
            id: blog,
            representative: wire,
            copies: smallvec::smallvec![group(site, vec![wire, site]), group(blog, vec![blog]), group(arabic, vec![arabic])],
            articles: smallvec::smallvec![site, wire, arabic, blog],
            links: [
                link(blog, wire, LinkKind::Event, 0.75, 0.21, 0.4),
                link(site, wire, LinkKind::Copy, 0.98, 0.96, 0.98),
                link(wire, arabic, LinkKind::Event, 0.87, 0.0, 0.0),
            ]
            .into(),
            score: Some(0.912_34),
            related: [Related { story: 1, score: 0.41, pinned: false }].into(),
        },
        Story {
            id: alone,
            representative: alone,
            copies: smallvec::smallvec![group(alone, vec![alone])],
            articles: smallvec::smallvec![alone],
            links: Box::default(),
            score: None,
            related: [Related { story: 0, score: 0.41, pinned: true }].into(),
        },
    ];
    let placed = |story, copies, score, representative, lang: Option<&str>| Placement {
        story,
        copies,
        score,
        representative,
        lang: lang.and_then(language::declared),
        repaired: 0,
        removed: 0,
    };
    let placements = vec![
        placed(0, 0, Some(1.9 / 3.0), true, Some("en")),
        placed(0, 0, Some(0.6), false, Some("en")),
        placed(0, 2, Some(0.9), true, Some("ar")),
        placed(0, 1, Some(0.5), true, None),
        placed(1, 0, None, true, Some("en")),
    ];
    let summary = Summary { counts: vec![("articles", 5), ("stories", 2), ("crowded bands", 0), ("long lines cut", 3)] };
    (articles, Clustering { stories, placements, summary })
}

fn article(key: &str, title: Option<&str>, outlet: Option<&str>, published: Option<&str>) -> Article {
    Article {
        key: key.into(),
        title: title.map(Into::into),
        outlet: outlet.map(Into::into),
        published: published.and_then(When::parse_iso).map(|when| Published { when, source: DateSource::Field }),
        ..Article::default()
    }
}

/// What a writer wrote.
pub(crate) fn text(writer: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    writer(&mut out).expect("writing to memory");
    String::from_utf8(out).expect("text")
}
