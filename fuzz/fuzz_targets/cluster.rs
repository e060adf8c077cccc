//! The batch run: the same bytes out in reversed order and on any number of threads.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rayon::{ThreadPool, ThreadPoolBuilder};
use samestory::report::{Format, Options, write};
use samestory::{Article, Config, DateSource, Level, Linkage, Published, When, cluster, language, unique};

/// What articles are made of, so that some are copies and some tell of one event.
const SENTENCES: [&str; 12] = [
    "The ferry to the islands was late again on Monday because of the fog.",
    "Its captain said that nobody was hurt, and 42 passengers waited in the harbour.",
    "The mayor opened the new bridge over the river after three years of work.",
    "Wheat prices fell for a third week as harvests came in early.",
    "قال الوزير إن الجسر الجديد فوق النهر افتتح يوم الاثنين.",
    "تأخرت العبارة إلى الجزر يوم الاثنين بسبب الضبـ.ـاب.",
    "Мэр открыл новый мост через реку в понедельник.",
    "Паром на острова опоздал из-за тумана.",
    "Belediye başkanı nehir üzerindeki yeni köprüyü açtı.",
    "Adalara giden vapur sis yüzünden gecikti.",
    "Read also: all about ferries",
    "渡轮因大雾晚点。",
];
/// More articles and pieces show nothing new, and cost.
const ARTICLES: usize = 12;
const PIECES: usize = 24;

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Sentence(u8),
    Line(u8),
    Word(u8),
    Text(&'a str),
}

#[derive(Arbitrary, Debug)]
struct Raw<'a> {
    key: u8,
    title: Option<Piece<'a>>,
    pieces: Vec<Piece<'a>>,
    outlet: Option<u8>,
    lang: Option<u8>,
    day: Option<u8>,
    hour: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    articles: Vec<Raw<'a>>,
    copies_only: bool,
    single: bool,
    contained: bool,
    shingle: u8,
    resemblance: u8,
}

fn add(out: &mut String, piece: &Piece<'_>) {
    match piece {
        Piece::Sentence(at) => out.push_str(SENTENCES[usize::from(*at) % SENTENCES.len()]),
        Piece::Line(at) => {
            out.push('\n');
            out.push_str(SENTENCES[usize::from(*at) % SENTENCES.len()]);
            out.push('\n');
        }
        Piece::Word(number) => out.push_str(&format!("word{number}")),
        Piece::Text(text) => out.push_str(text),
    }
    out.push(' ');
}

fn article(raw: &Raw<'_>) -> Article {
    let mut text = String::new();
    raw.pieces.iter().take(PIECES).for_each(|piece| add(&mut text, piece));
    let title = raw.title.as_ref().map(|piece| {
        let mut title = String::new();
        add(&mut title, piece);
        title.into()
    });
    let when = raw.day.and_then(|day| {
        let day = day % 28 + 1;
        When::parse_iso(&match raw.hour {
            Some(hour) => format!("2024-05-{day:02}T{:02}:30:00+03:00", hour % 24),
            None => format!("2024-05-{day:02}"),
        })
    });
    Article {
        key: format!("k{}", raw.key).into(),
        title,
        text: text.into(),
        outlet: raw.outlet.map(|outlet| format!("Outlet {}", outlet % 4).into()),
        lang: raw.lang.and_then(|lang| language::declared(["en", "ar", "ru", "tr"][usize::from(lang % 4)])),
        published: when.map(|when| Published { when, source: DateSource::Field }),
        ..Article::default()
    }
}

/// The rows by article, and the stories.
fn run(articles: Vec<Article>, config: &Config) -> (Vec<String>, String) {
    let (articles, _) = unique(articles);
    let found = cluster(&articles, config).expect("a good configuration");
    let [rows, stories] = [Format::Jsonl, Format::Json].map(|format| {
        let mut out = Vec::new();
        write(format, &articles, &found, &Options::default(), &mut out).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    });
    let mut rows: Vec<String> = rows.lines().map(str::to_owned).collect();
    assert_eq!(rows.len(), articles.len());
    rows.sort_unstable();
    (rows, stories)
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

static ONE: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
static MANY: LazyLock<ThreadPool> = LazyLock::new(|| pool(3));

fuzz_target!(|input: Input<'_>| {
    let config = Config {
        level: if input.copies_only { Level::Copies } else { Level::Stories },
        linkage: if input.single { Linkage::Single } else { Linkage::Average },
        containment: input.contained.then_some(0.7),
        shingle: usize::from(input.shingle % 4) + 1,
        resemblance: f64::from(input.resemblance % 19 + 1) / 20.0,
        ..Config::default()
    };
    let articles: Vec<Article> = input.articles.iter().take(ARTICLES).map(article).collect();
    let reversed: Vec<Article> = articles.iter().rev().cloned().collect();
    let expected = MANY.install(|| run(articles, &config));
    let (rows, stories) = ONE.install(|| run(reversed, &config));
    assert_eq!(rows, expected.0);
    assert_eq!(stories, expected.1);
});
