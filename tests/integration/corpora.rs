//! Corpora that nobody would publish, by size: what a program that reads what strangers publish has to live with. The same on every machine.

use std::collections::HashMap;

use samestory::shingle::Shingles;
use samestory::sketch::Sketcher;
use samestory::{Article, normalize};

/// A hostile corpus: its name, and its articles by their number.
pub(crate) type Corpus = (&'static str, fn(usize) -> Vec<Article>);

/// Those that may be as large as one likes.
pub(crate) const CORPORA: [Corpus; 8] = [
    ("identical", identical),
    ("boilerplate", boilerplate),
    ("template", template),
    ("one bucket", |count| same_bands(count, 2)),
    ("all buckets", |count| same_bands(count, 128)),
    ("full buckets", full_buckets),
    ("one word", one_word),
    ("numbers", numbers),
];

/// Hashes that a sketch has unless another number is asked for, and how many of them make a band at the usual threshold.
const HASHES: usize = 128;
const ROWS: usize = 2;

/// Shingles that are tried for one that is the least under each hash: of a text of a few hundred, nearly none is less than the least of these.
const TRIED: u64 = 30_000;

/// Buckets that are compared each with each have so many members at most.
const BUCKET: usize = samestory::band::CROWDED;

fn article(number: usize, text: String) -> Article {
    Article { key: format!("{number:07}").into(), text: text.into(), ..Article::default() }
}

/// A word that is in no language: another one for each number.
fn word(mut number: u64) -> String {
    const SYLLABLES: [&str; 16] = ["ka", "lo", "mi", "te", "ve", "sha", "do", "be", "nu", "gri", "po", "ta", "fe", "zu", "re", "wi"];
    let mut word = String::new();
    while number > 0 || word.is_empty() {
        word += SYLLABLES[(number % 16) as usize];
        number /= 16;
    }
    word
}

/// A number that looks like chance (SplitMix64).
fn chance(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Words that nobody else has, in sentences.
fn own(number: usize, count: usize) -> String {
    let words = (0..count as u64).map(|at| word(chance((number as u64) << 20 | at) >> 40));
    words.collect::<Vec<_>>().join(" ")
}

/// One text, again and again.
pub(crate) fn identical(count: usize) -> Vec<Article> {
    let text = own(0, 300);
    (0..count).map(|number| article(number, text.clone())).collect()
}

/// The same hundred words around one sentence of each article's own: copies all of them, by what they share.
pub(crate) fn boilerplate(count: usize) -> Vec<Article> {
    let (before, after) = (own(0, 60), own(1, 60));
    (0..count).map(|number| article(number, format!("{before} {} {after}", own(number + 2, 12)))).collect()
}

/// The same, but the hundred words are lines that one outlet prints under each article: none is a copy of another.
pub(crate) fn template(count: usize) -> Vec<Article> {
    let lines: String = (0..4).map(|line| format!("\n\n{}", own(line, 25))).collect();
    let outlet = |article| Article { outlet: Some("Outlet".into()), ..article };
    (0..count).map(|number| outlet(article(number, format!("{}{lines}", own(number + 4, 120))))).collect()
}

/// For each of `hashes` hashes of a sketch a few words that are the least under it, from the shingles of a lot of words; another `lot`, others.
fn least(hashes: usize, lot: u64) -> Vec<String> {
    let sketcher = Sketcher::new(hashes);
    let mut best: Vec<(u32, u64)> = vec![(u32::MAX, 0); hashes];
    let words = |number: u64| (0..3).map(|at| word(chance(lot << 40 | number << 2 | at) >> 40)).collect::<Vec<_>>().join(" ");
    let (mut tokens, mut sketch) = (Vec::new(), Vec::new());
    for number in 0..TRIED {
        tokens.clear();
        normalize::hashes(&words(number), |hash, _| tokens.push(hash));
        let value = (Shingles::new(&tokens, 3).hashes()[0] >> 32) as u32;
        sketch.clear();
        sketcher.sketch_values(&[value], &mut sketch);
        for (best, found) in best.iter_mut().zip(&sketch) {
            *best = (*best).min((*found, number));
        }
    }
    best.into_iter().map(|(_, number)| words(number)).collect()
}

/// Texts that share nothing but the few words that are the least under the first `hashes` hashes: sketches that are equal so far, in as many
/// bands, of texts that have another order and a hundred words of their own each.
pub(crate) fn same_bands(count: usize, hashes: usize) -> Vec<Article> {
    let least = least(hashes, 0);
    let text = |number: usize| {
        let mut parts: Vec<(u64, &str)> =
            least.iter().zip(0..).map(|(part, at)| (chance((number as u64) << 8 | at), part.as_str())).collect();
        parts.sort_unstable();
        let rest = own(number, 4 * hashes.max(40));
        let mut rest = rest.split(' ');
        let mut words: Vec<&str> = Vec::new();
        for (_, part) in parts {
            words.extend(rest.next());
            words.push(part);
        }
        words.extend(rest);
        words.join(" ")
    };
    (0..count).map(|number| article(number, text(number))).collect()
}

/// Texts that meet others in every band, in each band others, so many that each bucket is just not crowded: the most pairs that can be had.
pub(crate) fn full_buckets(count: usize) -> Vec<Article> {
    let lots = count.div_ceil(BUCKET).max(1);
    let least: Vec<Vec<String>> = (0..lots as u64).map(|lot| self::least(HASHES, lot + 1)).collect();
    let mut sizes: HashMap<(usize, usize), usize> = HashMap::new();
    let text = |number: usize| {
        let mut words = own(number, 60);
        for band in 0..HASHES / ROWS {
            let mut lot = chance((band as u64) << 32 | number as u64) as usize % lots;
            while sizes.get(&(band, lot)).is_some_and(|size| *size == BUCKET) {
                lot = (lot + 1) % lots;
            }
            *sizes.entry((band, lot)).or_default() += 1;
            for hash in 0..ROWS {
                words += " ";
                words += &least[lot][band * ROWS + hash];
                words += " ";
                words += &word(chance((number * HASHES + band * ROWS + hash) as u64) >> 40);
            }
        }
        words
    };
    (0..count).map(text).collect::<Vec<_>>().into_iter().zip(0..).map(|(text, number)| article(number, text)).collect()
}

/// One word each, of a thousand.
pub(crate) fn one_word(count: usize) -> Vec<Article> {
    (0..count).map(|number| article(number, word(chance(number as u64) % 1_000))).collect()
}

/// Nothing but numbers.
pub(crate) fn numbers(count: usize) -> Vec<Article> {
    let numbers = |number: usize| (0..60).map(|at| (chance((number * 60 + at) as u64) % 100_000).to_string()).collect::<Vec<_>>().join(" ");
    (0..count).map(|number| article(number, numbers(number))).collect()
}
