//! What holds for every input: the result does not depend on order, threads, files or compression, and it adds up.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use samestory::{Article, ArticleId, Clustering, Config, Level, Linkage, cluster};

use crate::calls;
use crate::generate::{self, Random};
use crate::util::{Dir, gzip, zstd};

/// Links of larger stories are not all listed.
const LISTED: usize = 256;

fn run(articles: &[Article], config: &Config) -> Clustering {
    cluster(articles, config).expect("a good configuration")
}

/// Everything that a run says about the articles, by their keys.
fn by_key(articles: &[Article], found: &Clustering) -> BTreeMap<String, String> {
    let key = |id: ArticleId| articles[id.index()].key.as_str();
    let said = |(article, place): (&Article, &samestory::Placement)| {
        let story = &found.stories[place.story];
        let links: Vec<String> = story
            .links
            .iter()
            .filter(|link| key(link.a) == article.key || key(link.b) == article.key)
            .map(|link| format!("{}~{} {:?} {} {} {}", key(link.a), key(link.b), link.kind, link.score, link.resemblance, link.containment))
            .collect();
        let related: Vec<String> =
            story.related.iter().map(|near| format!("{} {} {}", key(found.stories[near.story].id), near.score, near.pinned)).collect();
        let said = format!(
            "{} {} {:?} {} {:?} {} {} face {} {links:?} {related:?}",
            key(story.id),
            key(story.copies[place.copies].id),
            place.score,
            place.representative,
            place.lang,
            place.repaired,
            place.removed,
            key(story.representative)
        );
        (article.key.to_string(), said)
    };
    articles.iter().zip(&found.placements).map(said).collect()
}

/// Each article in one story and one of its copy groups, scores the means of links.
fn check(articles: &[Article], found: &Clustering) {
    let key = |id: &ArticleId| articles[id.index()].key.as_str();
    assert_eq!(found.placements.len(), articles.len());
    let members: Vec<&str> = found.stories.iter().flat_map(|story| &story.articles).map(key).collect();
    assert_eq!(members.len(), articles.len(), "stories hold every article once");
    assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), articles.len(), "no article is in two stories");
    let in_groups = found.stories.iter().flat_map(|story| &story.copies).flat_map(|group| &group.articles).map(key);
    assert_eq!(in_groups.collect::<BTreeSet<_>>().len(), articles.len(), "copy groups hold every article");
    for (number, story) in found.stories.iter().enumerate() {
        let own: BTreeSet<&str> = story.articles.iter().map(key).collect();
        let grouped: Vec<&str> = story.copies.iter().flat_map(|group| &group.articles).map(key).collect();
        assert_eq!(grouped.len(), own.len(), "{}: a copy group is split or shared", key(&story.id));
        assert_eq!(grouped.into_iter().collect::<BTreeSet<_>>(), own, "{}: a copy group reaches out of its story", key(&story.id));
        assert_eq!(own.first().copied(), Some(key(&story.id)), "a story is named by its smallest key");
        assert!(own.contains(key(&story.representative)));
        for (place, group) in story.copies.iter().enumerate() {
            assert_eq!(group.articles.iter().map(key).min(), Some(key(&group.id)), "a copy group is named by its smallest key");
            assert_eq!(group.articles.first(), Some(&group.representative));
            for id in &group.articles {
                let at = &found.placements[id.index()];
                assert_eq!((at.story, at.copies, at.representative), (number, place, *id == group.representative), "{}", key(id));
            }
        }
        for near in &story.related {
            assert_ne!(near.story, number, "{} is related to itself", key(&story.id));
        }
        if story.articles.len() <= LISTED {
            scores_add_up(articles, found, story);
        }
    }
    let sizes: Vec<usize> = found.stories.iter().map(|story| story.articles.len()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "stories stand by size");
}

fn scores_add_up(articles: &[Article], found: &Clustering, story: &samestory::Story) {
    let others = story.articles.len() - 1;
    for id in &story.articles {
        let sum: f64 = story.links.iter().filter(|link| link.a == *id || link.b == *id).map(|link| link.score).sum();
        match found.placements[id.index()].score {
            None => assert_eq!((others, sum), (0, 0.0)),
            Some(score) => {
                assert!((score - sum / others as f64).abs() < 1e-9, "{}: {score} is not {sum} / {others}", articles[id.index()].key)
            }
        }
    }
    let scores: Vec<f64> = story.articles.iter().filter_map(|id| found.placements[id.index()].score).collect();
    match story.score {
        None => assert_eq!(others, 0),
        Some(score) => {
            assert!((score - scores.iter().sum::<f64>() / scores.len() as f64).abs() < 1e-9, "{}: {score}", articles[story.id.index()].key)
        }
    }
    for link in &story.links {
        assert!(articles[link.a.index()].key < articles[link.b.index()].key && link.score > 0.0 && link.score <= 1.0, "{link:?}");
        assert!(link.resemblance <= link.containment, "{link:?}");
    }
}

/// Configurations that take different ways through the pipeline.
fn configs() -> [Config; 4] {
    let copies = Config { level: Level::Copies, ..Config::default() };
    let single = Config { linkage: Linkage::Single, containment: None, ..copies.clone() };
    let loose = Config { resemblance: 0.2, shingle: 2, num_hashes: 256, window: 48, ..Config::default() };
    [Config::default(), copies, single, loose]
}

#[test]
fn results_add_up() {
    let generated = generate::articles(1, 60);
    for config in configs() {
        for articles in [calls::articles(), &generated] {
            check(articles, &run(articles, &config));
        }
    }
    check(&[], &run(&[], &Config::default()));
}

#[test]
fn generated_articles_hold_copies_and_stories() {
    let articles = generate::articles(1, 60);
    let found = run(&articles, &Config::default());
    let groups = found.stories.iter().flat_map(|story| &story.copies);
    let copies = groups.filter(|group| group.articles.len() > 1).count();
    let told = found.stories.iter().filter(|story| story.copies.len() > 1).count();
    assert!(copies > 20 && told > 10, "{copies} copy groups of several, {told} stories of several groups, {} articles", articles.len());
}

#[test]
fn order_changes_nothing() {
    for (seed, config) in configs().iter().enumerate() {
        for articles in [calls::articles().to_vec(), generate::articles(seed as u64, 40)] {
            let expected = by_key(&articles, &run(&articles, config));
            let mut shuffled = articles;
            for _ in 0..3 {
                Random(seed as u64 + 7).shuffle(&mut shuffled);
                assert_eq!(by_key(&shuffled, &run(&shuffled, config)), expected);
            }
        }
    }
}

#[test]
fn threads_change_nothing() {
    for articles in [calls::articles().to_vec(), generate::articles(11, 80)] {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| run(&articles, &Config::default()))
        };
        let expected = on(1);
        assert_eq!(on(2), expected);
        assert_eq!(on(5), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_permutation_of_any_part_gives_the_same(
        seed in 0u64..1000,
        order in Just((0usize..60).collect::<Vec<usize>>()).prop_shuffle(),
        count in 0usize..60,
    ) {
        let mut pool = generate::articles(seed, 8);
        pool.extend(calls::articles().iter().cloned());
        let mut part: Vec<Article> = order.iter().take(count).map(|at| pool[*at % pool.len()].clone()).collect();
        part.sort_by(|a, b| a.key.cmp(&b.key));
        part.dedup_by(|a, b| a.key == b.key);
        let sorted = run(&part, &Config::default());
        check(&part, &sorted);
        let expected = by_key(&part, &sorted);
        let shuffled: Vec<Article> = order.iter().filter_map(|at| part.get(*at)).cloned().collect();
        prop_assert_eq!(shuffled.len(), part.len());
        prop_assert_eq!(by_key(&shuffled, &run(&shuffled, &Config::default())), expected);
    }
}

#[test]
fn equal_texts_are_one_copy_group_and_empty_ones_are_alone() {
    let text = &generate::articles(3, 1)[0].text;
    let article = |key: &str, text: &str| Article { key: key.into(), text: text.into(), ..Article::default() };
    for count in [2, 3, 300] {
        let mut articles: Vec<Article> = (0..count).map(|at| article(&format!("same {at:03}"), text)).collect();
        articles.extend(["", "…", " \n"].iter().enumerate().map(|(at, text)| article(&format!("empty {at}"), text)));
        for config in configs() {
            let found = run(&articles, &config);
            let sizes: Vec<usize> = found.stories.iter().map(|story| story.articles.len()).collect();
            assert_eq!(sizes, [count, 1, 1, 1]);
            assert_eq!(found.stories[0].copies.len(), 1);
            assert!(found.placements[..count].iter().all(|place| place.score == Some(1.0)));
            assert!(found.placements[count..].iter().all(|place| place.score.is_none() && place.representative));
        }
    }
}

/// One law of the command: however the same records arrive, it writes the same JSON and the same rows.
fn the_command_does_not_care(articles: &[Article]) {
    let lines: Vec<String> = articles.iter().map(|article| generate::record(article) + "\n").collect();
    let mut shuffled = lines.clone();
    Random(5).shuffle(&mut shuffled);
    let (first, second) = shuffled.split_at(shuffled.len() / 3);
    let dir = Dir::new()
        .file("all.jsonl", lines.concat())
        .file("shuffled.jsonl", shuffled.concat())
        .file("first.jsonl", first.concat())
        .file("second.jsonl", second.concat())
        .file("packed/first.jsonl.gz", gzip(first.concat().as_bytes()))
        .file("packed/second.jsonl.zst", zstd(second.concat().as_bytes()));
    let inputs: [&[&str]; 8] = [
        &["all.jsonl"],
        &["all.jsonl", "--threads", "1"],
        &["all.jsonl", "--threads", "2"],
        &["all.jsonl", "--threads", "5"],
        &["shuffled.jsonl"],
        &["second.jsonl", "first.jsonl"],
        &["packed"],
        &["*.jsonl.gz", "packed/*.zst", "first.jsonl"],
    ];
    for (format, sorted) in [("json", false), ("jsonl", true)] {
        let said = |input: &[&str]| {
            let text = dir.run(&[&["cluster", "--quiet", "--format", format], input].concat()).stdout;
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            if sorted {
                lines.sort();
            }
            lines
        };
        let expected = said(inputs[0]);
        assert!(expected.len() > articles.len() / 10, "{expected:?}");
        for input in &inputs[1..7] {
            assert_eq!(said(input), expected, "{format} {input:?}");
        }
    }
    let missing = dir.run(&[&["cluster", "--quiet"], inputs[7]].concat());
    assert_eq!(missing.code, Some(1), "a pattern without a match is bad input");
}

#[test]
fn the_command_does_not_care_how_the_sample_arrives() {
    the_command_does_not_care(calls::articles());
}

#[test]
fn the_command_does_not_care_how_generated_articles_arrive() {
    let articles = generate::articles(21, 60).into_iter().filter(|article| !(article.text.is_empty() && article.title.is_none()));
    the_command_does_not_care(&articles.collect::<Vec<_>>());
}

#[test]
fn printed_scores_are_the_means_of_printed_links() {
    let lines: String = calls::articles().iter().map(|article| generate::record(article) + "\n").collect();
    let found = Dir::new().pipe(&lines, &["cluster", "--quiet", "--format", "json", "-"]).json();
    let mut checked = 0;
    for story in found["stories"].as_array().expect("stories") {
        let list = |field: &str| story[field].as_array().expect("a list").clone();
        let others = (list("articles").len() - 1) as f64;
        for article in list("articles").iter().filter(|_| others > 0.0) {
            let id = &article["id"];
            let links = list("links").into_iter().filter(|link| link["a"] == *id || link["b"] == *id);
            let sum: f64 = links.filter_map(|link| link["score"].as_f64()).sum();
            let score = article["score"].as_f64().expect("a score");
            // Every printed number is rounded to four decimals.
            assert!((score - sum / others).abs() <= 1e-4 + 1e-9, "{id}: {score} is not {sum} / {others}");
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn an_event_in_hundreds_of_wordings_is_one_story() {
    let articles = generate::large_event(7, 250);
    let found = samestory::cluster(&articles, &samestory::Config::default()).expect("good articles");
    let largest = &found.stories[0];
    let of_event = largest.articles.iter().filter(|id| articles[id.index()].key.starts_with("event-")).count();
    assert!(of_event >= 245 && largest.articles.len() <= of_event + 5, "{of_event} of 250 in a story of {}", largest.articles.len());
}
