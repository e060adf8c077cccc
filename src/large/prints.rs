//! What is kept of each text to find its copies, on disk but for one number.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::OnceLock;

use super::articles::Articles;
use super::shelf::{Filling, Shelf, failed, read_at, temporary};
use crate::article::ArticleId;
use crate::band;
use crate::contain::Sample;
use crate::copies::{Print, Source};
use crate::error::{Error, Result};
use crate::extract::{Own, Span};
use crate::shingle::Shingles;

/// Buffer of a band's file, in bytes; there is one for each band.
const BUFFER: usize = 64 << 10;
/// Keys of a band that are read together.
const KEYS: usize = 1 << 18;

/// The prints of all articles, while they are made.
pub(super) struct Printing {
    sketches: Vec<u64>,
    shelf: Filling,
    bands: Vec<BufWriter<File>>,
}

impl Printing {
    pub(super) fn new(folder: &Path, bands: usize) -> Result<Printing> {
        let band = |_| Ok(BufWriter::with_capacity(BUFFER, temporary(folder)?));
        Ok(Printing { sketches: Vec::new(), shelf: Filling::new(folder)?, bands: (0..bands).map(band).collect::<Result<_>>()? })
    }

    pub(super) fn push(&mut self, folder: &Path, own: &Own, print: &Print, keys: &[u32]) -> Result<()> {
        self.sketches.push(print.sketch);
        let spans = own.kept.iter().flat_map(|span| [span.start, span.end]);
        let mut piece: Vec<u8> = [own.kept.len() as u32].into_iter().chain(spans).flat_map(u32::to_le_bytes).collect();
        print.sample.to_bytes(&mut piece);
        self.shelf.push(&piece)?;
        for (band, key) in self.bands.iter_mut().zip(keys) {
            band.write_all(&key.to_le_bytes()).map_err(|source| failed(folder, source))?;
        }
        Ok(())
    }

    pub(super) fn finish(self, folder: &Path) -> Result<Prints> {
        let file = |band: BufWriter<File>| band.into_inner().map_err(|error| failed(folder, error.into_error()));
        let bands = self.bands.into_iter().map(file).collect::<Result<_>>()?;
        Ok(Prints { sketches: self.sketches, shelf: self.shelf.finish()?, bands })
    }
}

/// The prints of all articles.
pub(super) struct Prints {
    pub(super) sketches: Vec<u64>,
    shelf: Shelf,
    bands: Vec<File>,
}

impl Prints {
    /// What of an article is its own words.
    pub(super) fn own(&self, article: ArticleId) -> Result<Own> {
        let piece = self.shelf.get(article.index())?;
        let spans = split(&piece)
            .0
            .as_chunks()
            .0
            .iter()
            .map(|[start, end]: &[[u8; 4]; 2]| Span { start: u32::from_le_bytes(*start), end: u32::from_le_bytes(*end) });
        Ok(Own { kept: spans.collect(), ..Own::default() })
    }
}

/// The spans and the sample in a piece.
fn split(piece: &[u8]) -> (&[[u8; 4]], &[u8]) {
    let numbers = piece.as_chunks().0;
    let spans = numbers.first().map_or(0, |count| u32::from_le_bytes(*count) as usize * 2);
    (&numbers[1..=spans], &piece[(spans + 1) * 4..])
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

    fn read(&self, article: ArticleId) -> Result<Shingles> {
        let (text, own) = (self.articles.get(article)?.text, self.prints.own(article)?);
        let mut tokens = Vec::new();
        own.tokens(&text, &mut tokens);
        Ok(Shingles::new(&tokens, self.width))
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
    fn sketch(&self, article: ArticleId) -> u64 {
        self.prints.sketches[article.index()]
    }

    fn rows(&self, band: usize, articles: &[(ArticleId, u32)]) -> Vec<u64> {
        self.or_empty(self.band(band, articles))
    }

    fn sample(&self, article: ArticleId) -> Cow<'_, Sample> {
        Cow::Owned(self.or_empty(self.prints.shelf.get(article.index()).map(|piece| Sample::of_bytes(split(&piece).1))))
    }

    fn shingles(&self, article: ArticleId) -> Shingles {
        self.or_empty(self.read(article))
    }
}
