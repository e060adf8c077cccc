//! JSON: one object with the summary and every story; each story stands on a line of its own.

use std::collections::BTreeSet;
use std::io;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::article::Article;
use crate::link::{Clustering, Story, Summary};
use crate::report::row::{Row, place, rounded};

/// Writes the object; memory for one story at a time.
pub(super) fn write(articles: &[Article], clustering: &Clustering, out: &mut dyn io::Write) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    write!(out, "{{\"version\":\"{version}\",\"summary\":")?;
    serde_json::to_writer(&mut *out, &Counts(&clustering.summary))?;
    out.write_all(b",\"stories\":[")?;
    for (number, story) in clustering.stories.iter().enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        write_story(articles, clustering, story, out)?;
    }
    out.write_all(b"]}\n")
}

/// Writes one story, without a line end.
pub(super) fn write_story(articles: &[Article], clustering: &Clustering, story: &Story, out: &mut dyn io::Write) -> io::Result<()> {
    Ok(serde_json::to_writer(out, &entry(articles, clustering, story))?)
}

/// The summary as an object, in its own order.
struct Counts<'a>(&'a Summary);

impl Serialize for Counts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.counts.len()))?;
        for (name, count) in &self.0.counts {
            map.serialize_entry(name, count)?;
        }
        map.end()
    }
}

/// A story; the order of the fields is the order of the keys.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    size: usize,
    score: Option<f64>,
    languages: BTreeSet<&'a str>,
    outlets: BTreeSet<&'a str>,
    first: Option<String>,
    last: Option<String>,
    representative: &'a str,
    copies: Vec<Group<'a>>,
    articles: Vec<Row<'a>>,
    links: Vec<Edge<'a>>,
    related: Vec<Near<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    id: &'a str,
    representative: &'a str,
    articles: Vec<&'a str>,
}

#[derive(Serialize)]
struct Edge<'a> {
    a: &'a str,
    b: &'a str,
    kind: &'static str,
    score: f64,
    resemblance: f64,
    containment: f64,
}

#[derive(Serialize)]
struct Near<'a> {
    id: &'a str,
    score: f64,
    pinned: bool,
}

fn entry<'a>(articles: &'a [Article], clustering: &'a Clustering, story: &'a Story) -> Entry<'a> {
    let key = |id: crate::article::ArticleId| articles[id.index()].key.as_str();
    let dates = || story.articles.iter().filter_map(|id| articles[id.index()].published.as_ref()).map(|published| &published.when);
    Entry {
        id: key(story.id),
        size: story.articles.len(),
        score: story.score.map(rounded),
        languages: story.articles.iter().filter_map(|id| clustering.placements[id.index()].lang.as_deref()).collect(),
        outlets: story.articles.iter().filter_map(|id| articles[id.index()].outlet.as_deref()).collect(),
        first: dates().min_by_key(|when| when.order()).map(ToString::to_string),
        last: dates().max_by_key(|when| when.order()).map(ToString::to_string),
        representative: key(story.representative),
        copies: story
            .copies
            .iter()
            .map(|group| Group {
                id: key(group.id),
                representative: key(group.representative),
                articles: group.articles.iter().map(|id| key(*id)).collect(),
            })
            .collect(),
        articles: story
            .articles
            .iter()
            .map(|id| (&articles[id.index()], &clustering.placements[id.index()]))
            .map(|(article, at)| Row::new(article, place(articles, clustering, at), at.lang.as_deref()))
            .collect(),
        links: story
            .links
            .iter()
            .map(|link| Edge {
                a: key(link.a),
                b: key(link.b),
                kind: link.kind.name(),
                score: rounded(link.score),
                resemblance: rounded(link.resemblance),
                containment: rounded(link.containment),
            })
            .collect(),
        related: story
            .related
            .iter()
            .map(|near| Near { id: key(clustering.stories[near.story].id), score: rounded(near.score), pinned: near.pinned })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_story_with_its_copies_rows_and_links() {
        let (articles, clustering) = sample::result();
        let expected = concat!(
            r#"{"version":"VERSION","summary":{"articles":5,"stories":2,"crowded bands":0,"long lines cut":3},"stories":["#,
            "\n",
            r#"{"id":"blog","size":4,"score":0.9123,"languages":["ar","en"],"outlets":["Daily, the \"best\"","Reuters","الجزيرة"],"#,
            r#""first":"2024-12-03","last":"2024-12-04T01:00:00+03:00","representative":"wire","#,
            r#""copies":[{"id":"site","representative":"wire","articles":["wire","site"]},{"id":"blog","representative":"blog","articles":["blog"]},"#,
            r#"{"id":"خبر-1","representative":"خبر-1","articles":["خبر-1"]}],"#,
            r#""articles":[{"id":"site","story":"blog","copies":"site","score":0.6,"representative":false,"outlet":"Daily, the \"best\"","published":"2024-12-03","lang":"en","title":"Earthquake\nshakes \u001b[31mcoast"},"#,
            r#"{"id":"wire","story":"blog","copies":"site","score":0.6333,"representative":true,"outlet":"Reuters","published":"2024-12-03T16:44:00Z","lang":"en","title":"Earthquake shakes the coast"},"#,
            r#"{"id":"خبر-1","story":"blog","copies":"خبر-1","score":0.9,"representative":true,"outlet":"الجزيرة","published":"2024-12-04T01:00:00+03:00","lang":"ar","title":"زلزال يضرب الساحل"},"#,
            r#"{"id":"blog","story":"blog","copies":"blog","score":0.5,"representative":true,"outlet":null,"published":null,"lang":null,"title":null}],"#,
            r#""links":[{"a":"blog","b":"wire","kind":"event","score":0.75,"resemblance":0.21,"containment":0.4},"#,
            r#"{"a":"site","b":"wire","kind":"copy","score":0.98,"resemblance":0.96,"containment":0.98},"#,
            r#"{"a":"wire","b":"خبر-1","kind":"event","score":0.87,"resemblance":0.0,"containment":0.0}],"#,
            r#""related":[{"id":"alone","score":0.41,"pinned":false}]},"#,
            "\n",
            r#"{"id":"alone","size":1,"score":null,"languages":["en"],"outlets":[],"first":null,"last":null,"representative":"alone","#,
            r#""copies":[{"id":"alone","representative":"alone","articles":["alone"]}],"#,
            r#""articles":[{"id":"alone","story":"alone","copies":"alone","score":null,"representative":true,"outlet":null,"published":null,"lang":"en","title":"Elections, at last"}],"#,
            r#""links":[],"related":[{"id":"blog","score":0.41,"pinned":true}]}]}"#,
            "\n",
        );
        let written = sample::text(|out| write(&articles, &clustering, out));
        assert_eq!(written, expected.replace("VERSION", env!("CARGO_PKG_VERSION")));
        assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
    }

    #[test]
    fn an_empty_result_is_still_an_object() {
        let written = sample::text(|out| write(&[], &Clustering::default(), out));
        assert_eq!(written, format!("{{\"version\":\"{}\",\"summary\":{{}},\"stories\":[]}}\n", env!("CARGO_PKG_VERSION")));
    }
}
