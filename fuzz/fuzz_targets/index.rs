//! An index whose file is damaged: an error or the right answers, and nothing else.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use samestory::index::{Answer, Index, Record, Setup, Stats};
use samestory::{Article, Result};

/// Bytes of a header that are in use: they say most.
const HEADER: u16 = 320;
/// Bytes of a page.
const PAGE: usize = 4096;

#[derive(Arbitrary, Debug)]
enum Place {
    Header(u16),
    /// In a page that holds anything: most hold nothing.
    Used(u8, u16),
    Any(u32),
}

#[derive(Arbitrary, Debug)]
enum Edit {
    Flip(Place, u8),
    Put(Place, u8),
    Copy { from: Place, to: Place, bytes: u16 },
    Cut(u32),
    Grow(u16, u8),
}

impl Place {
    fn of(&self, length: usize) -> usize {
        match *self {
            Place::Header(at) => usize::from(at % HEADER) % length,
            Place::Used(page, at) => (SOUND.used[usize::from(page) % SOUND.used.len()] + usize::from(at) % PAGE) % length,
            Place::Any(at) => at as usize % length,
        }
    }
}

fn damage(bytes: &mut Vec<u8>, edits: &[Edit]) {
    for edit in edits {
        let length = bytes.len().max(1);
        bytes.resize(length, 0);
        match edit {
            Edit::Flip(at, bit) => bytes[at.of(length)] ^= 1 << (bit % 8),
            Edit::Put(at, byte) => bytes[at.of(length)] = *byte,
            Edit::Copy { from, to, bytes: count } => {
                let (from, to) = (from.of(length), to.of(length));
                let count = usize::from(*count).min(length - from.max(to));
                bytes.copy_within(from..from + count, to);
            }
            Edit::Cut(at) => bytes.truncate(*at as usize % length),
            Edit::Grow(count, byte) => bytes.resize(length + usize::from(*count), *byte),
        }
    }
}

fn article(key: &str, text: &str) -> Article {
    Article { key: key.into(), text: text.into(), ..Article::default() }
}

/// A sound index, and what it answers.
struct Sound {
    bytes: Vec<u8>,
    /// Where pages begin that hold anything.
    used: Vec<usize>,
    stats: Stats,
    records: Vec<Record>,
    asked: Answer,
    next: Vec<Answer>,
}

fn probe() -> Article {
    article("probe", "The ferry to the islands was late again on Monday because of the fog, its captain said in the harbour")
}

fn next() -> [Article; 2] {
    [article("next", "Wheat prices fell for a third week as harvests came in early"), article("b", "The second version of b")]
}

fn records(index: &Index) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    index.each(|record| {
        records.push(record);
        Ok::<_, samestory::Error>(())
    })?;
    Ok(records)
}

/// The size of the file is no answer.
fn stats(index: &Index) -> Result<Stats> {
    Ok(Stats { bytes: 0, ..index.stats()? })
}

static SOUND: LazyLock<Sound> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let make = || -> Result<Sound> {
        let mut index = Index::open(path, &Setup::default())?;
        index.insert(&[
            article("a", "The ferry to the islands was late again on Monday because of the fog"),
            article("b", "The ferry to the islands was late again on Monday because of the fog, its owners say"),
            article("c", "The mayor opened the new bridge over the river after three years of work"),
        ])?;
        index.insert(&[article("d", "The mayor opened the new bridge over the river after three years of work")])?;
        index.insert(&[article("a", "The second version of a")])?;
        index.close()?;
        let bytes = std::fs::read(file(path)).expect("the file");
        let pages = bytes.chunks(PAGE).enumerate().filter(|(_, page)| page.iter().any(|byte| *byte != 0));
        let used = pages.map(|(page, _)| page * PAGE).collect();
        let mut index = Index::reopen(path)?;
        let (stats, records, asked) = (stats(&index)?, records(&index)?, index.query(&probe())?);
        Ok(Sound { bytes, used, stats, records, asked, next: index.insert(&next())? })
    };
    make().expect("a sound index")
});

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("index.redb")
}

/// An error, or what is right.
fn same<T: PartialEq + std::fmt::Debug>(found: Result<T>, right: &T) {
    if let Ok(found) = found {
        assert_eq!(&found, right);
    }
}

fuzz_target!(init: LazyLock::force(&SOUND), |edits: Vec<Edit>| {
    let sound = &*SOUND;
    let mut bytes = sound.bytes.clone();
    damage(&mut bytes, &edits);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(file(folder.path()), &bytes).expect("a file");
    if let Ok(mut index) = Index::read(folder.path()) {
        same(stats(&index), &sound.stats);
        same(records(&index), &sound.records);
        same(index.query(&probe()), &sound.asked);
    }
    // Reading may mend; writing is to meet the same damage.
    std::fs::write(file(folder.path()), &bytes).expect("a file");
    if let Ok(mut index) = Index::reopen(folder.path()) {
        same(index.insert(&next()), &sound.next);
        assert!(bytes != sound.bytes || index.close().is_ok(), "a sound index is refused");
    } else {
        assert!(bytes != sound.bytes, "a sound index is refused");
    }
});
