//! Articles from a seed: events told by several outlets in their own words, copied, cut short and embedded.

use samestory::{Article, DateSource, Published, When, language};

/// A 64-bit generator (SplitMix64): the same numbers on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// Two thousand invented words.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 13] = ["ka", "lo", "mi", "ter", "ven", "sha", "dor", "bel", "nu", "gri", "pos", "tam", "fe"];
    [number % 13, number / 13 % 13, number / 169 % 13].iter().map(|at| SYLLABLES[*at]).collect()
}

/// A text of `sentences` about the words of one event among common ones.
fn text(random: &mut Random, event: &[usize], sentences: usize) -> String {
    let mut out = String::new();
    for sentence in 0..sentences {
        for place in 0..12 {
            let number = if random.below(3) == 0 { random.below(60) } else { event[random.below(event.len())] };
            let mut word = word(number);
            if place == 0 {
                word[..1].make_ascii_uppercase();
            } else {
                out.push(' ');
            }
            out.push_str(&word);
        }
        out.push_str(if sentence % 4 == 3 { ".\n\n" } else { ". " });
    }
    out.trim_end().to_owned()
}

/// `text` with one word in `every` replaced.
fn edited(random: &mut Random, text: &str, every: usize) -> String {
    let words = text.split(' ').map(|old| if random.below(every) == 0 { word(random.below(2000)) } else { old.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// `events` events of one to nine articles each, and a few articles that say nothing or the same.
pub(crate) fn articles(seed: u64, events: usize) -> Vec<Article> {
    let mut random = Random(seed);
    let mut found: Vec<Article> = Vec::new();
    for event in 0..events {
        let words: Vec<usize> = (0..40).map(|_| 60 + random.below(1940)).collect();
        let day = random.below(28) + 1;
        let mut wire = String::new();
        for _ in 0..random.below(9) + 1 {
            let length = 6 + random.below(10);
            let text = match random.below(5) {
                0 if !wire.is_empty() => wire.clone(),
                1 if !wire.is_empty() => edited(&mut random, &wire, 20),
                2 if !wire.is_empty() => wire[..wire.rfind(". ").map_or(wire.len(), |end| end + 1)].to_owned(),
                3 if !wire.is_empty() => format!("{}\n\n{wire}", text(&mut random, &words, 4)),
                _ => text(&mut random, &words, length),
            };
            if wire.is_empty() {
                wire.clone_from(&text);
            }
            let title = (random.below(4) > 0).then(|| self::text(&mut random, &words, 1));
            found.push(article(&mut random, event, title, text, day));
        }
    }
    let empty = Article { key: "empty".into(), title: Some("…".into()), ..Article::default() };
    let headline = Article { key: "headline".into(), title: Some("Only a headline stands here".into()), ..Article::default() };
    found.extend([empty.clone(), Article { key: "empty too".into(), ..empty }, headline]);
    random.shuffle(&mut found);
    found
}

fn article(random: &mut Random, event: usize, title: Option<String>, text: String, day: usize) -> Article {
    let hour = random.below(24);
    let when = match random.below(3) {
        0 => None,
        1 => Some(format!("2024-05-{day:02}")),
        _ => Some(format!("2024-05-{day:02}T{hour:02}:30:00+03:00")),
    };
    Article {
        key: format!("{:04x}-{event}", random.next() >> 48).into(),
        title: title.map(Into::into),
        text: text.into(),
        outlet: (random.below(5) > 0).then(|| format!("Outlet {}", random.below(12)).into()),
        lang: (random.below(4) > 0).then(|| language::declared("en")).flatten(),
        published: when.as_deref().and_then(When::parse_iso).map(|when| Published { when, source: DateSource::Field }),
        ..Article::default()
    }
}

/// The article as a record of a JSON Lines file.
pub(crate) fn record(article: &Article) -> String {
    let published = article.published.as_ref().map(|published| published.when.to_string());
    let fields = [
        ("id", Some(&*article.key)),
        ("title", article.title.as_deref()),
        ("text", Some(&*article.text)),
        ("outlet", article.outlet.as_deref()),
        ("lang", article.lang.as_deref()),
        ("published", published.as_deref()),
    ];
    let object: serde_json::Map<String, serde_json::Value> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
    serde_json::Value::Object(object).to_string()
}

/// `reports` reports of one event, each in its own choice and order of words, and twice as many articles about nothing in common.
pub(crate) fn large_event(seed: u64, reports: usize) -> Vec<Article> {
    let mut random = Random(seed);
    let event: Vec<usize> = (0..60).map(|at| 1_000 + at * 7).collect();
    let article =
        |key: String, text: String| Article { key: key.into(), text: text.into(), lang: language::declared("en"), ..Article::default() };
    let mut out: Vec<Article> = (0..reports).map(|at| article(format!("event-{at:04}"), text(&mut random, &event, 12))).collect();
    for at in 0..2 * reports {
        let own: Vec<usize> = (0..60).map(|_| 60 + random.below(1_900)).collect();
        out.push(article(format!("other-{at:04}"), text(&mut random, &own, 12)));
    }
    out
}
