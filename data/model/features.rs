//! Writes what the story model sees of labelled articles, for `train.py`:
//! `cargo run --release --example story_features -- NAME INPUT GOLD|- > NAME.tsv`.
//!
//! Rows: `corpus name`, then for each article `article group gold`, then for each candidate pair `pair a b feature…`, then `alone same feature…`
//! for some pairs of one story and as many of the most alike pairs of two, each clustered by itself without dates. Each language is a
//! corpus of its own, and all languages together are one more, for pairs across languages; a corpus with dates on more than half of its articles is written again without them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::io::{BufWriter, Write};

use samestory::evaluate::{gold_of, read_gold};
use samestory::read::{ReadOptions, Reader};
use samestory::{Article, Config, Lang, Level, Run};

/// Most pairs of each kind that are clustered by themselves.
const ALONE: usize = 200;
/// Fewest articles of a corpus.
const LEAST: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, input, gold] = &args[..] else { return Err("usage: story_features NAME INPUT GOLD|-".into()) };
    let read: Result<Vec<Article>, _> = Reader::open(std::slice::from_ref(input), ReadOptions::new(jiff::Zoned::now().date())).collect();
    let articles = read?;
    let rows = if gold == "-" { gold_of(&articles) } else { read_gold(gold.as_ref(), Level::Stories)? };
    let label: HashMap<&str, &str> = rows.iter().map(|row| (row.id.as_str(), row.gold.as_str())).collect();
    let mut languages: BTreeMap<Option<Lang>, Vec<Article>> = BTreeMap::new();
    for article in articles.into_iter().filter(|article| label.contains_key(article.key.as_str())) {
        let lang = article.lang.or_else(|| samestory::language::detect(&article.text));
        languages.entry(lang).or_default().push(article);
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    if languages.len() > 1 {
        let articles: Vec<Article> = languages.values().flatten().cloned().collect();
        write_twins(&format!("{name}:across"), articles, &label, &mut out)?;
    }
    for (lang, articles) in languages.into_iter().filter(|(_, articles)| articles.len() >= LEAST) {
        let lang = lang.as_deref().unwrap_or_default();
        write_twins(&format!("{name}:{lang}"), articles, &label, &mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a corpus, and when most of it is dated, once more without dates.
fn write_twins(name: &str, articles: Vec<Article>, label: &HashMap<&str, &str>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    write_corpus(name, &articles, label, out)?;
    if articles.iter().filter(|article| article.published.is_some()).count() * 2 > articles.len() {
        let undated: Vec<Article> = articles.into_iter().map(|article| Article { published: None, ..article }).collect();
        write_corpus(&format!("{name}:undated"), &undated, label, out)?;
    }
    Ok(())
}

/// A corpus of several languages is written for its pairs of two languages only.
fn write_corpus(name: &str, articles: &[Article], label: &HashMap<&str, &str>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let config = Config::default();
    let run = Run::new(articles, &config)?;
    let (groups, scores) = run.scores();
    let labels: BTreeSet<&str> = articles.iter().map(|article| label[article.key.as_str()]).collect();
    let number: HashMap<&str, usize> = labels.into_iter().zip(0..).collect();
    writeln!(out, "corpus\t{name}")?;
    for (article, group) in articles.iter().zip(groups) {
        writeln!(out, "article\t{group}\t{}", number[label[article.key.as_str()]])?;
    }
    let across = name.contains(":across");
    let wanted = |row: &Vec<(&str, Option<i64>)>| row.iter().any(|value| value.0 == "concepts") == across;
    for (row, (a, b, _)) in scores.features().zip(&scores.pairs).filter(|(row, _)| wanted(row)) {
        let values: Vec<String> =
            row.iter().map(|(name, value)| format!("{name}={}", value.map_or("-".to_owned(), |value| value.to_string()))).collect();
        writeln!(out, "pair\t{a}\t{b}\t{}", values.join("\t"))?;
    }
    if across {
        return Ok(());
    }
    let mut first: BTreeMap<u32, &Article> = BTreeMap::new();
    for (article, group) in articles.iter().zip(groups) {
        first.entry(*group).or_insert(article);
    }
    let same = |a: u32, b: u32| label[first[&a].key.as_str()] == label[first[&b].key.as_str()];
    let mut ranked: Vec<(u32, u32, u32)> = scores.pairs.iter().map(|(a, b, probability)| (*probability, *a, *b)).collect();
    ranked.sort_unstable_by(|x, y| y.cmp(x));
    let (one, two): (Vec<_>, Vec<_>) = ranked.into_iter().partition(|(_, a, b)| same(*a, *b));
    let count = ALONE.min(one.len()).min(two.len());
    let spread = |list: &[(u32, u32, u32)], of: usize| -> Vec<(u32, u32)> {
        (0..count).map(|at| list[at * of / count.max(1)]).map(|(_, a, b)| (a, b)).collect()
    };
    let pairs = spread(&one, one.len()).into_iter().chain(spread(&two, count));
    for (a, b) in pairs {
        let two = [a, b].map(|group| Article { published: None, ..first[&group].clone() });
        let run = Run::new(&two, &config)?;
        if let Some(row) = run.scores().1.features().next() {
            let values: Vec<String> =
                row.iter().map(|(name, value)| format!("{name}={}", value.map_or("-".to_owned(), |value| value.to_string()))).collect();
            writeln!(out, "alone\t{}\t{}", u8::from(same(a, b)), values.join("\t"))?;
        }
    }
    Ok(())
}
