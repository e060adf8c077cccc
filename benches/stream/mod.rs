//! A stream of news for benches: invented words as often as real ones, events told by several outlets over some days, copied and edited.

use std::collections::VecDeque;

use samestory::{Article, DateSource, Published, When, language};

/// Articles of one day.
const A_DAY: usize = 2_000;
/// Words of an article.
const WORDS: usize = 300;
/// Different words in all; the n-th is used 1/n times as often as the first.
const VOCABULARY: f64 = 200_000.0;
/// Words of an event of its own.
const OWN: usize = 40;
/// Events that are still told: some hours' worth.
const TOLD: usize = 600;

/// Of a hundred articles those that tell of a known event, and those among them that copy.
const KNOWN: usize = 60;
const COPIED: usize = 60;
/// Of a hundred words of a copy those that are changed.
const CHANGED: usize = 4;
/// Of a hundred words of an article those that belong to its event.
const SPECIFIC: usize = 25;

#[derive(Clone)]
struct Event {
    words: Vec<usize>,
    first: Vec<usize>,
}

/// Articles without end, the same on every machine.
#[derive(Clone)]
pub(crate) struct Stream {
    state: u64,
    number: usize,
    told: VecDeque<Event>,
}

impl Stream {
    pub(crate) fn new(seed: u64) -> Stream {
        Stream { state: seed, number: 0, told: VecDeque::new() }
    }

    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % end
    }

    fn common(&mut self) -> usize {
        let part = self.below(1 << 30) as f64 / f64::from(1 << 30);
        VOCABULARY.powf(part) as usize
    }

    fn text(&mut self, event: &[usize]) -> Vec<usize> {
        let word = |stream: &mut Stream| {
            if stream.below(100) < SPECIFIC { event[stream.below(event.len())] } else { stream.common() }
        };
        (0..WORDS).map(|_| word(self)).collect()
    }
}

/// The n-th word.
fn spell(mut number: usize) -> String {
    const SYLLABLES: [&str; 17] =
        ["ka", "lo", "mi", "ter", "ven", "sha", "dor", "bel", "nu", "gri", "pos", "tam", "fe", "ru", "ist", "on", "wa"];
    let mut out = String::new();
    loop {
        out.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
        if number == 0 {
            return out;
        }
    }
}

impl Iterator for Stream {
    type Item = Article;

    fn next(&mut self) -> Option<Article> {
        let known = !self.told.is_empty() && self.below(100) < KNOWN;
        let words = if known {
            let at = self.below(self.told.len());
            let Event { words, first } = self.told[at].clone();
            if self.below(100) < COPIED {
                first.into_iter().map(|word| if self.below(100) < CHANGED { self.common() } else { word }).collect()
            } else {
                self.text(&words)
            }
        } else {
            let words: Vec<usize> = (0..OWN).map(|_| 2_000 + self.below(VOCABULARY as usize)).collect();
            let first = self.text(&words);
            self.told.push_back(Event { words, first: first.clone() });
            if self.told.len() > TOLD {
                self.told.pop_front();
            }
            first
        };
        let sentences = words.chunks(15).map(|words| words.iter().map(|word| spell(*word)).collect::<Vec<_>>().join(" "));
        let day = jiff::civil::date(2024, 1, 1).saturating_add(jiff::Span::new().days((self.number / A_DAY) as i64));
        self.number += 1;
        Some(Article {
            key: format!("{:07}", self.number).into(),
            text: sentences.collect::<Vec<_>>().join(". ").into(),
            outlet: Some(format!("Outlet {}", self.number % 40).into()),
            lang: language::declared("en"),
            published: Some(Published { when: When::Day(day), source: DateSource::Field }),
            ..Article::default()
        })
    }
}
