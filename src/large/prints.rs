//! What is kept of each text to find its copies, on disk.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use super::articles::Articles;
use super::shelf::{Filling, Shelf, failed, read_at, temporary};
use crate::article::{Article, ArticleId};
use crate::band;
use crate::contain::Sample;
use crate::copies::{Print, Source};
use crate::error::{Error, Result};
use crate::extract::{Own, Span};
use crate::shingle::Shingles;

/// Buffer of a band's file, in bytes; there is one for each band.
const BUFFER: usize = 64 << 10;
/// Bytes of a row: the hash of the sketch, the day or [`UNDATED`].
const ROW: usize = 8 + 4;
const UNDATED: i32 = i32::MIN;
/// Keys of a band that are read together.
const KEYS: usize = 1 << 18;

/// The prints of all articles, while they are made.
pub(super) struct Printing {
    rows: BufWriter<File>,
    shelf: Filling,
    bands: Vec<BufWriter<File>>,
}

impl Printing {
    pub(super) fn new(folder: &Path, bands: usize) -> Result<Printing> {
        let file = || Ok(BufWriter::with_capacity(BUFFER, temporary(folder)?));
        let bands = (0..bands).map(|_| file()).collect::<Result<_>>()?;
        Ok(Printing { rows: file()?, shelf: Filling::new(folder)?, bands })
    }

    pub(super) fn push(&mut self, folder: &Path, own: &Own, day: Option<i32>, print: &Print, keys: &[u32]) -> Result<()> {
        let spans = own.headline.iter().chain(&own.kept).flat_map(|span| [span.start, span.end]);
        let counts = [u32::from(own.headline.is_some()), own.kept.len() as u32];
        let mut piece: Vec<u8> = counts.into_iter().chain(spans).flat_map(u32::to_le_bytes).collect();
        print.sample.to_bytes(&mut piece);
        self.shelf.push(&piece)?;
        let write = |file: &mut BufWriter<File>, bytes: &[u8]| file.write_all(bytes).map_err(|source| failed(folder, source));
        write(&mut self.rows, &print.sketch.to_le_bytes())?;
        write(&mut self.rows, &day.unwrap_or(UNDATED).to_le_bytes())?;
        self.bands.iter_mut().zip(keys).try_for_each(|(band, key)| write(band, &key.to_le_bytes()))
    }

    pub(super) fn finish(self, folder: &Path) -> Result<Prints> {
        let file = |band: BufWriter<File>| band.into_inner().map_err(|error| failed(folder, error.into_error()));
        let bands = self.bands.into_iter().map(file).collect::<Result<_>>()?;
        Ok(Prints { rows: file(self.rows)?, shelf: self.shelf.finish()?, bands })
    }
}

/// The prints of all articles.
pub(super) struct Prints {
    rows: File,
    shelf: Shelf,
    bands: Vec<File>,
}

impl Prints {
    /// What of an article is its own words.
    pub(super) fn own(&self, article: ArticleId) -> Result<Own> {
        let piece = self.shelf.get(article.index())?;
        let (headline, kept, _) = split(&piece);
        Ok(Own { headline: spans(headline).next(), kept: spans(kept).collect(), ..Own::default() })
    }
}

/// A number in a piece.
type Number = [u8; 4];

/// The spans of the headline and of the own lines in a piece, and its sample.
fn split(piece: &[u8]) -> (&[[Number; 2]], &[[Number; 2]], &[u8]) {
    let (counts, rest) = piece.split_at(2 * size_of::<Number>());
    let numbers = counts.as_chunks().0;
    let spans = |at: usize| numbers.get(at).map_or(0, |count: &Number| u32::from_le_bytes(*count) as usize);
    let (headline, rest) = rest.split_at(spans(0) * size_of::<[Number; 2]>());
    let (kept, sample) = rest.split_at(spans(1) * size_of::<[Number; 2]>());
    (headline.as_chunks().0.as_chunks().0, kept.as_chunks().0.as_chunks().0, sample)
}

fn spans(numbers: &[[Number; 2]]) -> impl Iterator<Item = Span> {
    numbers.iter().map(|[start, end]| Span { start: u32::from_le_bytes(*start), end: u32::from_le_bytes(*end) })
}

/// Articles and prints on disk, as the search for copies asks for them. It cannot hear of errors: the first is kept, what could not be read
/// is empty, and the run fails.
pub(super) struct OnDisk<'d> {
    pub(super) articles: &'d Articles,
    pub(super) prints: &'d Prints,
    /// Tokens in a shingle.
    pub(super) width: usize,
    pub(super) error: &'d OnceLock<Error>,
}

impl OnDisk<'_> {
    fn or_empty<T: Default>(&self, found: Result<T>) -> T {
        found.unwrap_or_else(|error| {
            let _ = self.error.set(error);
            T::default()
        })
    }

    /// An article, and what of it is its own words.
    pub(super) fn text(&self, article: ArticleId) -> (Article, Own) {
        self.or_empty(self.articles.get(article).and_then(|text| Ok((text, self.prints.own(article)?))))
    }

    fn read_rows(&self, receive: &mut dyn FnMut(u64, Option<i32>)) -> Result<()> {
        let failed = |source| failed(self.articles.folder(), source);
        let mut file = BufReader::with_capacity(BUFFER, &self.prints.rows);
        file.rewind().map_err(failed)?;
        let mut row = [0; ROW];
        for _ in 0..self.articles.len() {
            file.read_exact(&mut row).map_err(failed)?;
            let [sketch @ .., a, b, c, d] = row;
            receive(u64::from_le_bytes(sketch), Some(i32::from_le_bytes([a, b, c, d])).filter(|day| *day != UNDATED));
        }
        Ok(())
    }

    fn band(&self, band: usize, articles: &[(ArticleId, u32)]) -> Result<Vec<u64>> {
        let mut rows = Vec::with_capacity(articles.len());
        let (mut bytes, mut first) = (Vec::new(), 0);
        for (article, number) in articles {
            let mut at = article.index().wrapping_sub(first) * 4;
            if bytes.is_empty() || at >= bytes.len() {
                first = article.index();
                at = 0;
                bytes.resize((self.articles.len() - first).min(KEYS) * 4, 0);
                read_at(&self.prints.bands[band], &mut bytes, first as u64 * 4).map_err(|source| failed(self.articles.folder(), source))?;
            }
            let key = bytes[at..].first_chunk().map_or(0, |key| u32::from_le_bytes(*key));
            rows.push(band::row(key, *number));
        }
        Ok(rows)
    }
}

impl Source for OnDisk<'_> {
    fn each(&self, receive: &mut dyn FnMut(u64, Option<i32>)) {
        let mut left = self.articles.len();
        self.or_empty(self.read_rows(&mut |sketch, day| {
            left -= 1;
            receive(sketch, day);
        }));
        // What cannot be read is empty, and every article is there.
        (0..left).for_each(|_| receive(0, None));
    }

    fn rows(&self, band: usize, articles: &[(ArticleId, u32)]) -> Vec<u64> {
        self.or_empty(self.band(band, articles))
    }

    fn sample(&self, article: ArticleId) -> Cow<'_, Sample> {
        Cow::Owned(self.or_empty(self.prints.shelf.get(article.index()).map(|piece| Sample::of_bytes(split(&piece).2))))
    }

    fn samples(&self, articles: Range<usize>) -> Vec<Cow<'_, Sample>> {
        let read = |articles: Range<usize>| {
            let pieces = self.prints.shelf.read(articles)?;
            Ok((0..pieces.len()).map(|at| Cow::Owned(Sample::of_bytes(split(pieces.get(at)).2))).collect())
        };
        let mut found: Vec<Cow<'_, Sample>> = self.or_empty(read(articles.clone()));
        found.resize_with(articles.len(), Cow::default);
        found
    }

    fn shingles(&self, article: ArticleId) -> Shingles {
        let (article, own) = self.text(article);
        let mut tokens = Vec::new();
        own.tokens(&article.text, &mut tokens);
        Shingles::new(&tokens, self.width)
    }
}
