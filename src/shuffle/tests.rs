//! The stages by an engine of a few lines, which spreads rows over any number of places: the answer is that of one machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::article::{Article, DateSource, Published};
use crate::cluster;
use crate::config::{Level, Linkage};
use crate::date::When;
use crate::hash;
use crate::report::{Format, Options, write};

type Rows = Vec<Vec<Vec<u8>>>;
type Pairs = BTreeSet<(Vec<u8>, Vec<u8>)>;

struct Engine<'c> {
    config: &'c Config,
    /// Where rows come to.
    places: usize,
    seed: u64,
    /// Whether every stage is run on wrong rows as well.
    is_spoiled: bool,
    /// The stages that wrote something.
    busy: &'c RefCell<BTreeSet<String>>,
}

impl Engine<'_> {
    /// Runs a stage; `rows` may be in any order.
    fn run(&self, name: &str, rows: &Rows, shared: &[(Vec<u8>, Vec<u8>)]) -> Rows {
        let spec = STAGES.iter().find(|spec| spec.name == name).expect("a stage");
        let mut places: Vec<Vec<&Vec<Vec<u8>>>> = vec![Vec::new(); self.places];
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), spec.reads.len(), "{name}");
            let place = if spec.sorted > 0 { hash::bytes(&row[0]) } else { hash::mix(at as u64 ^ self.seed) };
            places[(place ^ self.seed) as usize % self.places].push(row);
        }
        let shared: Vec<(&[u8], &[u8])> = shared.iter().map(|row| (&*row.0, &*row.1)).collect();
        let mut out: Rows = Vec::new();
        for mut rows in places {
            if spec.sorted > 0 {
                rows.sort();
            }
            let mut stage = Stage::new(name, self.config, &shared).expect(name);
            let mut emit = |row: &[&[u8]]| out.push(row.iter().map(|cell| cell.to_vec()).collect());
            for row in rows {
                stage.row(&row.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut emit).expect(name);
            }
            stage.end(&mut emit).expect(name);
        }
        assert!(out.iter().all(|row| row.len() == spec.writes.len()), "{name}");
        if self.is_spoiled {
            self.spoil(spec, rows, &shared);
        }
        if !out.is_empty() {
            self.busy.borrow_mut().insert(name.to_owned());
        }
        out
    }

    /// Runs the stage on rows of which a few have a wrong byte, or one too few: an error or not, but an end.
    fn spoil(&self, spec: &Spec, rows: &Rows, shared: &Shared<'_>) {
        let mut seed = self.seed;
        let mut chance = |most: usize| {
            seed = hash::mix(seed.wrapping_add(1));
            seed as usize % most
        };
        for _ in 0..40 {
            let from = chance(rows.len().max(1));
            let mut rows: Rows = rows.iter().skip(from).take(12).cloned().collect();
            for _ in 0..=chance(3) {
                let Some(last) = rows.len().checked_sub(1) else { break };
                let row = &mut rows[chance(last + 1)];
                let cell = chance(row.len());
                match row[cell].len().checked_sub(1) {
                    Some(end) if chance(4) == 0 => row[cell].truncate(end),
                    Some(end) => row[cell][chance(end + 1)] = chance(256) as u8,
                    None => row[cell].push(chance(256) as u8),
                }
            }
            rows.sort();
            let mut stage = Stage::new(spec.name, self.config, shared).expect(spec.name);
            let mut none = |_: &[&[u8]]| {};
            let row = |row: &Vec<Vec<u8>>| stage.row(&row.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut none);
            let _ = rows.iter().try_for_each(row).and_then(|()| stage.end(&mut none));
        }
    }

    fn components(&self, edges: &Rows) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let one = Engine { places: 1, ..*self };
        one.run("components", &self.run("forest", edges, &[]), &[]).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }

    /// Pairs with their texts.
    fn with_texts(pairs: &Pairs, texts: &BTreeMap<Vec<u8>, Vec<u8>>) -> Rows {
        pairs.iter().map(|(a, b)| vec![a.clone(), b.clone(), texts[a].clone(), texts[b].clone()]).collect()
    }

    /// The same by stars.
    fn stars(&self, edges: &Rows) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut edges = edges.clone();
        loop {
            let both = edges.iter().flat_map(|row| [row.clone(), vec![row[1].clone(), row[0].clone()]]).collect();
            let large = self.run("large", &both, &[]);
            let down = large.iter().map(|row| vec![row[0].clone().max(row[1].clone()), row[0].clone().min(row[1].clone())]).collect();
            let mut found = self.run("small", &down, &[]);
            found.sort();
            if found == edges {
                let root = found.iter().map(|row| (row[0].clone(), row[1].clone()));
                return root.chain(found.iter().map(|row| (row[1].clone(), row[1].clone()))).collect();
            }
            edges = found;
        }
    }

    /// Pairs of texts of which one may hold the other; `round` has what is shared by all stages of it.
    fn contained(&self, texts: &Rows, looking: &Rows, round: &[(Vec<u8>, Vec<u8>)]) -> (Pairs, Rows) {
        let size: u64 = self.run("size", texts, round).iter().map(|row| wire::number(&row[1]).expect("a size")).sum();
        let sized = [round, &[(b"size".to_vec(), size.to_le_bytes().to_vec())]].concat();
        let tables = self.run("count", texts, &sized);
        let tables = self.run("add", &tables, &sized);
        let looks = self.run("look", looking, &[sized, named("table", &tables)].concat());
        let (thin, looks): (Rows, Rows) = looks.into_iter().partition(|row| row[1] == b"t");
        let wanted = [round, &self.marks("wanted", &looks)].concat();
        let near = self.run("near", &[looks, self.run("hold", texts, &wanted)].concat(), &[]);
        (near.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect(), thin)
    }

    fn marks(&self, name: &str, rows: &Rows) -> Vec<(Vec<u8>, Vec<u8>)> {
        let count = (name.as_bytes().to_vec(), (rows.len() as u64).to_le_bytes().to_vec());
        let shared = [count.clone()];
        let pieces = self.run("join", &self.run("mark", rows, &shared), &shared);
        [vec![count], named(name, &pieces)].concat()
    }

    /// The rows of the result, by id.
    fn copies(&self, articles: &[Article]) -> Rows {
        let articles: Rows =
            articles.iter().map(|article| vec![article.key.as_bytes().to_vec(), article_to_bytes(article).expect("bytes")]).collect();
        let (lines, outlets): (Rows, Rows) = self.run("lines", &articles, &[]).into_iter().partition(|row| row[1].len() > 4);
        let outlets: Vec<(Vec<u8>, Vec<u8>)> = outlets.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let templates = self.run("templates", &lines, &outlets);
        let templates: Vec<(Vec<u8>, Vec<u8>)> = templates.into_iter().map(|row| (row[0].clone(), Vec::new())).collect();
        let members = self.run("fold", &self.run("print", &articles, &templates), &[]);
        let texts: BTreeMap<Vec<u8>, Vec<u8>> =
            members.iter().filter(|row| !row[4].is_empty()).map(|row| (row[0].clone(), row[4].clone())).collect();
        let keys = members.iter().filter(|row| !row[3].is_empty()).map(|row| vec![row[0].clone(), row[3].clone()]).collect();
        let met = self.run("meet", &self.run("bands", &keys, &[]), &[]);
        let (pairs, crowds): (Rows, Rows) = met.into_iter().partition(|row| row[2].is_empty());
        let pairs = pairs.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let mut links = self.run("link", &Engine::with_texts(&pairs, &texts), &[]);
        if !crowds.is_empty() {
            let root = self.components(&ends(&links, |_| true));
            let root_of = |unit: &Vec<u8>| root.get(unit).unwrap_or(unit).clone();
            let edges = crowds.iter().map(|row| vec![row[2].clone(), root_of(&row[0])]).collect();
            let cluster = self.components(&edges);
            let mut rows: Rows = Vec::new();
            for row in &crowds {
                let cluster = cluster[&row[2]].clone();
                rows.push(vec![cluster.clone(), Vec::new(), row[0].clone(), root_of(&row[0]), texts[&row[0]].clone()]);
                rows.push(vec![cluster, row[2].clone(), row[0].clone(), Vec::new(), Vec::new()]);
            }
            rows.sort();
            rows.dedup();
            links.extend(self.run("crowd", &rows, &[]));
        }
        let mut label: BTreeMap<Vec<u8>, Vec<u8>> = members.iter().map(|row| (row[0].clone(), row[0].clone())).collect();
        if self.config.linkage == Linkage::Single {
            label.extend(self.components(&ends(&links, |_| true)));
        } else {
            let is_alike = |row: &Vec<Vec<u8>>| row[3][0] & wire::RESEMBLES != 0;
            let root = self.components(&ends(&links, is_alike));
            let of_text = root.iter().map(|(unit, root)| vec![root.clone(), unit.clone(), Vec::new(), texts[unit].clone()]);
            let of_link = links
                .iter()
                .filter(|row| is_alike(row))
                .map(|row| vec![root[&row[0]].clone(), row[0].clone(), row[1].clone(), row[2].clone()]);
            let rows = of_text.chain(of_link).collect();
            label.extend(self.run("group", &rows, &[]).into_iter().map(|row| (row[0].clone(), row[1].clone())));
        }
        if self.config.containment.is_some() {
            let rows = texts.iter().map(|(unit, text)| vec![label[unit].clone(), unit.clone(), text.clone()]).collect();
            let sampled = self.run("sample", &rows, &[]);
            let (mut pairs, thin) = self.contained(&sampled, &sampled, &[]);
            if !thin.is_empty() {
                self.busy.borrow_mut().insert("thin".to_owned());
                let units: BTreeSet<&Vec<u8>> = thin.iter().map(|row| &row[2]).collect();
                let looking = sampled.iter().filter(|row| units.contains(&row[1])).cloned().collect();
                pairs.extend(self.contained(&sampled, &looking, &self.marks("thin", &thin)).0);
            }
            let mut known: Rows = links;
            known.extend(self.run("contain", &Engine::with_texts(&pairs, &texts), &[]));
            let size = |of: &Vec<u8>| sampled.iter().filter(|row| row[0] == *of).count().to_string().into_bytes();
            let units: BTreeSet<&Vec<u8>> = sampled.iter().map(|row| &row[1]).collect();
            known.retain(|row| label[&row[0]] != label[&row[1]] && units.contains(&row[0]) && units.contains(&row[1]));
            known.sort();
            known.dedup();
            let row = |row: Vec<Vec<u8>>| {
                [vec![label[&row[0]].clone(), label[&row[1]].clone()], row.clone(), vec![size(&label[&row[0]])]].concat()
            };
            let held = self.run("held", &known.into_iter().map(row).collect(), &[]);
            let root = self.components(&held);
            label.values_mut().for_each(|label| *label = root.get(label).unwrap_or(label).clone());
        }
        let article: BTreeMap<&Vec<u8>, &Vec<u8>> = articles.iter().map(|row| (&row[0], &row[1])).collect();
        let rows = members.iter().map(|row| {
            let [unit, id, own] = [0, 1, 2].map(|at| &row[at]);
            vec![label[unit].clone(), id.clone(), unit.clone(), own.clone(), article[id].clone()]
        });
        let mut found = match self.config.level {
            Level::Copies => self.run("place", &rows.collect(), &[]),
            Level::Stories => self.stories(&articles, &rows.collect()),
        };
        found.sort();
        found
    }

    /// The rows of stories, of articles by copy group.
    fn stories(&self, articles: &Rows, placed: &Rows) -> Rows {
        let mut reports = self.run("report", placed, &pairs_of(&self.run("languages", articles, &[])));
        reports.sort();
        let across = reports.iter().map(|row| &row[2]).collect::<BTreeSet<_>>().len() > 1;
        let (mut said, mut report_of): (Rows, BTreeMap<Vec<u8>, Vec<u8>>) = (Vec::new(), BTreeMap::new());
        for (at, row) in (0u64..).zip(&reports) {
            let number = at.to_be_bytes().to_vec();
            said.push(vec![[&*number, &row[2]].concat(), row[3].clone()]);
            if across {
                said.push(vec![[&*number, b"*"].concat(), row[4].clone()]);
            }
            report_of.insert(row[1].clone(), number);
        }
        let common = named("count", &self.run("common", &self.run("terms", &said, &[]), &[]));
        let mut told = self.run("holders", &self.run("rare", &said, &common), &[]);
        told.extend(said.iter().map(|row| vec![row[0].clone(), Vec::new(), row[1].clone()]));
        let (entries, postings): (Rows, Rows) = self.run("weigh", &told, &common).into_iter().partition(|row| row[0].is_empty());
        let entry: BTreeMap<&Vec<u8>, &Vec<u8>> = entries.iter().map(|row| (&row[1], &row[2])).collect();
        let near: Pairs =
            self.run("choose", &self.run("search", &postings, &[]), &[]).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
        let firsts: BTreeSet<&Vec<u8>> = near.iter().map(|pair| &pair.0).collect();
        let mut rows: Rows = near.iter().map(|(a, b)| vec![a.clone(), b.clone(), entry[b].clone()]).collect();
        rows.extend(firsts.into_iter().map(|a| vec![a.clone(), Vec::new(), entry[a].clone()]));
        let sides = self.run("compare", &rows, &[]).into_iter().flat_map(|row| {
            let pair = [&row[0][..8], &row[1]].concat();
            [(0, b"a"), (1, b"b")].map(|(at, side)| vec![row[at].clone(), pair.clone(), side.to_vec(), row[2].clone()])
        });
        let (alone, sides): (Rows, Rows) = self.run("around", &sides.collect(), &[]).into_iter().partition(|row| row[1] == b"r");
        let (gaps, settled): (Rows, Rows) = self.run("settle", &sides, &[]).into_iter().partition(|row| row[0].is_empty());
        let gaps: Rows = gaps.into_iter().map(|row| row[1..].to_vec()).collect();
        let known = [common.clone(), named("gaps", &gaps)].concat();
        let scored = self.run("score", &settled, &known);
        let root = self.components(&ends(&scored, |row| row[3] == [1]));
        let inside = |row: &&Vec<Vec<u8>>| root.contains_key(&row[0]) && root.get(&row[0]) == root.get(&row[1]);
        let rows = scored.iter().filter(inside).map(|row| [vec![root[&row[0]].clone()], row[..3].to_vec()].concat()).collect();
        let cuts = self.run("cut", &rows, &[]);
        let cut: BTreeMap<&Vec<u8>, &[Vec<u8>]> = cuts.iter().map(|row| (&row[0], &row[1..])).collect();
        let none = [Vec::new(), Vec::new()];
        let of = |report: &Vec<u8>| cut.get(report).copied().unwrap_or(&none).to_vec();
        let both = scored.iter().filter(|row| row[0][8..] != *b"*").flat_map(|row| [(0, 1), (1, 0)].map(|(a, b)| (row, a, b)));
        let both = both.filter(|(row, a, _)| cut.contains_key(&row[*a]));
        let mut rows: Rows = both.map(|(row, a, b)| [vec![row[a].clone(), row[b].clone(), row[2].clone()], of(&row[b])].concat()).collect();
        rows.extend(cut.keys().map(|report| [vec![(*report).clone(), Vec::new(), Vec::new()], of(report)].concat()));
        let known = [known, pairs_of(&self.run("silhouette", &rows, &[]))].concat();
        let scored = scored.into_iter().map(|row| row[..3].to_vec()).collect();
        let edges = self.run("edge", &scored, &known);
        let root = self.components(&ends(&edges, |row| row[3] >= vec![1]));
        let inside = |row: &&Vec<Vec<u8>>| root.contains_key(&row[0]) && root.get(&row[0]) == root.get(&row[1]);
        let rows = edges.iter().filter(inside).map(|row| [vec![root[&row[0]].clone()], row[..3].to_vec()].concat()).collect();
        let mut story: BTreeMap<Vec<u8>, Vec<u8>> = report_of.values().map(|report| (report.clone(), report.clone())).collect();
        story.extend(self.run("story", &rows, &[]).into_iter().map(|row| (row[0].clone(), row[1].clone())));
        let both = edges.iter().flat_map(|row| [(0, 1), (1, 0)].map(|(a, b)| vec![row[a].clone(), row[b].clone()]));
        let full: BTreeSet<Vec<u8>> = self.run("full", &both.collect(), &[]).into_iter().map(|row| row[0].clone()).collect();
        let likely: Vec<(&Vec<u8>, &Vec<u8>)> = edges
            .iter()
            .filter(|row| row[3] == [2] && row[..2].iter().all(|end| full.contains(end)))
            .map(|row| (&row[0], &row[1]))
            .collect();
        let root = self
            .components(&likely.iter().map(|(a, b)| vec![story[*a].clone(), story[*b].clone()]).filter(|row| row[0] != row[1]).collect());
        if !root.is_empty() {
            let of = |report: &[u8]| root.get(&story[report]);
            let member =
                story.iter().filter_map(|(report, story)| Some(vec![root.get(story)?.clone(), report.clone(), Vec::new(), story.clone()]));
            let pair = likely.iter().filter_map(|(a, b)| Some(vec![of(a)?.clone(), (*a).clone(), [b"p", &***b].concat(), Vec::new()]));
            let weight = entries.iter().map(|row| (&row[1], b"e", &row[2])).chain(alone.iter().map(|row| (&row[0], b"s", &row[2])));
            let weight = weight.filter_map(|(name, sign, value)| {
                Some(vec![of(&name[..8])?.clone(), name[..8].to_vec(), [sign, &name[8..]].concat(), value.clone()])
            });
            let rows = member.chain(pair).chain(weight).collect();
            story.extend(self.run("fragments", &rows, &known).into_iter().map(|row| (row[0].clone(), row[1].clone())));
        }
        let rows = placed.iter().map(|row| {
            let report = &report_of[&row[0]];
            [vec![story[report].clone(), report.clone()], row[1..].to_vec()].concat()
        });
        let inside = edges.iter().filter(|row| story[&row[0]] == story[&row[1]]);
        let pairs = inside.map(|row| vec![story[&row[0]].clone(), row[..2].concat(), Vec::new(), row[2].clone(), Vec::new(), Vec::new()]);
        self.run("stories", &rows.chain(pairs).collect(), &[])
    }
}

/// The ends of links of a kind.
fn ends(links: &Rows, is: impl Fn(&Vec<Vec<u8>>) -> bool) -> Rows {
    links.iter().filter(|row| is(row)).map(|row| row[..2].to_vec()).collect()
}

fn pairs_of(rows: &Rows) -> Vec<(Vec<u8>, Vec<u8>)> {
    rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

fn named(name: &str, rows: &Rows) -> Vec<(Vec<u8>, Vec<u8>)> {
    rows.iter().map(|row| ([name.as_bytes(), &row[0]].concat(), row[1].clone())).collect()
}

/// The rows of one machine, as cells, by id.
fn on_one_machine(articles: &[Article], config: &Config) -> Rows {
    let found = cluster(articles, config).expect("a result");
    let mut out = Vec::new();
    write(Format::Jsonl, articles, &found, &Options::default(), &mut out).expect("rows");
    let text = String::from_utf8(out).expect("text");
    let cells = |line: &str| {
        let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).expect("a row");
        let cell = |name: &&str| match &row[*name] {
            serde_json::Value::Null => Vec::new(),
            serde_json::Value::String(text) => text.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        };
        Row::COLUMNS.iter().map(cell).collect()
    };
    let mut rows: Rows = text.lines().map(cells).collect();
    rows.sort();
    rows
}

/// Its first word and how many, the word that is changed, the day, whether a line of the outlet follows.
type Words = (usize, usize, Option<usize>, Option<i8>, bool);

/// An article of some words out of a few, so that many share some, some are in others, and some are equal.
fn article() -> impl Strategy<Value = Words> {
    (0usize..60, 0usize..70, prop::option::weighted(0.3, 0usize..200), prop::option::of(0i8..20), any::<bool>())
}

fn articles(specs: &[Words]) -> Vec<Article> {
    let of = |(at, (start, length, change, day, has_promo)): (usize, &Words)| {
        let mut words: Vec<String> = (*start..start + length).map(|word| format!("w{}", hash::mix(word as u64) % 997)).collect();
        if let (Some(change), false) = (change, words.is_empty()) {
            let place = change % words.len();
            words[place] = format!("x{change}");
        }
        let promo = if *has_promo { "\nRead every day what the harbor writes" } else { "" };
        let date = day.map(|day| format!("2024-03-{:02}", day + 1));
        Article {
            key: format!("a{at:03}").into(),
            text: format!("{}{promo}", words.join(" ")).into(),
            outlet: has_promo.then(|| "Harbor".into()),
            published: date.and_then(|date| Some(Published { when: When::parse_iso(&date)?, source: DateSource::Field })),
            ..Article::default()
        }
    };
    specs.iter().enumerate().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn spread_stages_answer_as_one_machine(
        specs in prop::collection::vec(article(), 0..60),
        places in 1usize..6,
        seed in any::<u64>(),
        single in any::<bool>(),
        stories in any::<bool>(),
        contain in any::<bool>(),
        resemblance in prop::sample::select(vec![0.4, 0.7]),
    ) {
        let config = Config {
            level: if stories { Level::Stories } else { Level::Copies },
            resemblance,
            linkage: if single { Linkage::Single } else { Linkage::Average },
            containment: contain.then_some(0.7),
            ..Config::default()
        };
        let articles = articles(&specs);
        let found = Engine { config: &config, places, seed, is_spoiled: true, busy: &RefCell::default() }.copies(&articles);
        prop_assert_eq!(found, on_one_machine(&articles, &config));
    }

    #[test]
    fn stars_find_components(edges in prop::collection::vec((0u8..40, 0u8..40), 1..60), places in 1usize..5) {
        let config = Config { level: Level::Copies, ..Config::default() };
        let edges: Rows = edges.iter().filter(|(a, b)| a != b).map(|(a, b)| vec![vec![*a], vec![*b]]).collect();
        let engine = Engine { config: &config, places, seed: 1, is_spoiled: true, busy: &RefCell::default() };
        prop_assert_eq!(engine.stars(&edges), engine.components(&edges));
    }
}

#[test]
fn crowds_answer_as_on_one_machine() {
    // 200 texts that are equal but for two words, 40 of something else that they meet, and one that chains both.
    let words = |from: usize, to: usize| (from..to).map(|word| format!("w{word}")).collect::<Vec<_>>();
    let text = |at: usize| {
        let mut words = if at < 200 { words(0, 80) } else { words(60, 140) };
        let length = words.len();
        words[at % length] = format!("x{at}");
        words[at * 7 % length] = format!("y{at}");
        words.join(" ")
    };
    let article = |at: usize| Article { key: format!("a{at:03}").into(), text: text(at).as_str().into(), ..Article::default() };
    let mut articles: Vec<Article> = (0..240).map(article).collect();
    // A line that an outlet prints again and again, and short texts in longer ones: of a few the sample is too small to tell them.
    for at in 0..8 {
        let text = format!("{}\nRead every day what the harbor writes", words(at * 50 + 1000, at * 50 + 1040).join(" "));
        let when = When::parse_iso(&format!("2024-03-0{}", at + 1)).expect("a date");
        let published = Some(Published { when, source: DateSource::Field });
        articles.push(Article {
            key: format!("o{at}").into(),
            text: text.as_str().into(),
            outlet: Some("Harbor".into()),
            published,
            ..Article::default()
        });
    }
    for at in 0..80 {
        let article =
            |key: String, words: Vec<String>| Article { key: key.into(), text: words.join(" ").as_str().into(), ..Article::default() };
        articles.push(article(format!("s{at}"), words(at * 50 + 2000, at * 50 + 2012)));
        articles.push(article(format!("t{at}"), words(at * 50 + 1990, at * 50 + 2030)));
    }
    articles.push(Article { key: "whole".into(), text: words(0, 300).join(" ").as_str().into(), ..Article::default() });
    let busy = RefCell::default();
    for (linkage, level) in [(Linkage::Average, Level::Stories), (Linkage::Average, Level::Copies), (Linkage::Single, Level::Copies)] {
        let config = Config { level, linkage, ..Config::default() };
        let expected = on_one_machine(&articles, &config);
        for places in [1, 5] {
            assert_eq!(Engine { config: &config, places, seed: 7, is_spoiled: true, busy: &busy }.copies(&articles), expected);
        }
    }
    // Nothing here is idle but what has tests of its own, so that everything is compared.
    let idle: Vec<&str> = STAGES.iter().map(|spec| spec.name).chain(["thin"]).filter(|name| !busy.borrow().contains(*name)).collect();
    assert_eq!(idle, ["large", "small", "full", "fragments"]);
}

/// Reports of events: some words of the event among common ones, its numbers, and in two languages the same places and names.
fn reports(events: usize, of_each: usize, of_one: usize) -> Vec<Article> {
    let mut seed = 1u64;
    let mut chance = |most: usize| {
        seed = hash::mix(seed.wrapping_add(1));
        seed as usize % most
    };
    let mut found = Vec::new();
    for event in 0..=events {
        for at in 0..if event == events { of_one } else { of_each } {
            let lang = [Some("en"), Some("ru"), None][if event == events { 0 } else { chance(7) / 3 }];
            let ours = |word: usize| format!("{}{event}q{word}", if lang == Some("ru") { "слово" } else { "word" });
            let mut words: Vec<String> = (0..12 + chance(20)).map(|_| format!("usual{}", chance(400))).collect();
            words.extend((0..20).map(|_| ours(chance(if event == events { 90 } else { 40 }))));
            if event != events {
                let names =
                    if lang == Some("ru") { ["Путин", "Эрдоган", "Турция"] } else { ["Putin", "Erdogan", "Turkey"] };
                words.extend([names[event % 3].to_owned(), (1000 + event * 7).to_string(), format!("Barak{event}ov")]);
            }
            let (month, day) = (1 + chance(2), 1 + (event + chance(4)) % 28);
            let date = (chance(4) > 0).then(|| format!("2024-{month:02}-{day:02}"));
            found.push(Article {
                key: format!("e{:03}/{event}", (at * 37 + event) % 1000).as_str().into(),
                text: words.join(" ").as_str().into(),
                lang: lang.and_then(crate::language::declared),
                published: date.and_then(|date| Some(Published { when: When::parse_iso(&date)?, source: DateSource::Field })),
                ..Article::default()
            });
        }
    }
    found
}

#[test]
fn stories_answer_as_on_one_machine() {
    let busy = RefCell::default();
    for (articles, window) in [(reports(30, 8, 0), 8760), (reports(12, 10, 0), 48), (reports(4, 5, 170), 8760)] {
        let config = Config { level: Level::Stories, window, ..Config::default() };
        let expected = on_one_machine(&articles, &config);
        let found = Engine { config: &config, places: 4, seed: 3, is_spoiled: true, busy: &busy }.copies(&articles);
        let stories: BTreeSet<&Vec<u8>> = found.iter().map(|row| &row[1]).collect();
        assert!(stories.len() * 2 < articles.len(), "{} of {}", stories.len(), articles.len());
        let langs: BTreeSet<(&Vec<u8>, &Vec<u8>)> = found.iter().map(|row| (&row[1], &row[7])).collect();
        assert!(langs.len() > stories.len(), "some are told in two languages");
        assert_eq!(found, expected);
    }
    assert!(busy.borrow().contains("fragments"));
}

#[test]
fn rows_out_of_order_are_refused() {
    let config = Config { level: Level::Copies, ..Config::default() };
    let mut stage = Stage::new("meet", &config, &[]).expect("a stage");
    let mut none = |_: &[&[u8]]| {};
    stage.row(&[b"b", b"1"], &mut none).expect("in order");
    stage.row(&[b"b", b"2"], &mut none).expect("in order");
    assert_eq!(stage.row(&[b"a", b"3"], &mut none).expect_err("order").to_string(), "stage meet: rows are not sorted by key, unit");
}

#[test]
fn what_no_stage_has_written_is_refused() {
    let config = Config { level: Level::Copies, ..Config::default() };
    let size = 100u64.to_le_bytes();
    let shared: [(&[u8], &[u8]); 2] = [(b"size", &size), (b"wanted", &size)];
    // A text whose sample says more than it holds, and an overlap of more than both.
    let text = [&[0u8; 16][..], &[5, 0, 0, 0]].concat();
    let overlap = [[9u8, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]].concat();
    for spec in STAGES {
        for cell in [b"x", &[0xff; 40][..], &[], &text, &overlap] {
            let given: &Shared<'_> = if ["templates", "print", "report"].contains(&spec.name) { &[] } else { &shared };
            let mut stage = Stage::new(spec.name, &config, given).expect(spec.name);
            let mut none = |_: &[&[u8]]| {};
            assert!(stage.row(&[], &mut none).is_err(), "{}", spec.name);
            // An error or not, but an end.
            let _ = stage.row(&vec![cell; spec.reads.len()], &mut none).and_then(|()| stage.end(&mut none));
        }
    }
    let endless = u64::MAX.to_le_bytes();
    assert!(Stage::new("mark", &config, &[(b"thin", &endless)]).is_ok());
    assert!(Stage::new("nothing", &config, &[]).is_err());
    let pinned = Config { apart: vec![("a".to_owned(), "b".to_owned())], ..config };
    assert_eq!(
        Stage::new("link", &pinned, &[]).err().map(|error| error.to_string()).as_deref(),
        Some("apart: pairs are pinned on one machine")
    );
}
