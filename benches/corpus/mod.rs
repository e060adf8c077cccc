//! A corpus for benches: the articles of `data/calls` again and again, each time with another share of its words replaced.

use samestory::read::{ReadOptions, Reader};
use samestory::{Article, language};

/// `count` articles; the same on every machine.
pub(crate) fn articles(count: usize) -> Vec<Article> {
    let inputs = [concat!(env!("CARGO_MANIFEST_DIR"), "/data/calls").to_owned()];
    let read: Result<Vec<Article>, _> = Reader::open(&inputs, ReadOptions::new(jiff::civil::date(2025, 1, 1))).collect();
    let sample = read.expect("a sample without bad input");
    let words: Vec<&str> = sample.iter().flat_map(|article| article.text.split(' ')).collect();
    let mut state = 0u64;
    let mut below = move |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    (0..count)
        .map(|number| {
            let article = &sample[number % sample.len()];
            // Every third round is a light edit of the article, the others are new texts of the same shape.
            let kept = if number / sample.len() % 3 == 0 { 95 } else { 30 };
            let text = article.text.split(' ').map(|word| if below(100) < kept { word } else { words[below(words.len())] });
            Article {
                key: format!("{number:06}").into(),
                text: text.collect::<Vec<_>>().join(" ").into(),
                lang: article.lang.or_else(|| language::detect(&article.text)),
                ..article.clone()
            }
        })
        .collect()
}
