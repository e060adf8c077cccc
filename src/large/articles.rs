//! The articles of a large corpus, on disk.

use std::path::Path;

use super::shelf::{Filling, Pieces, Shelf};
use crate::article::{Article, ArticleId, SharedText};
use crate::error::Result;
use crate::index::pack;

/// An article with its record as bytes.
pub(super) fn to_bytes(folder: &Path, article: &Article) -> Result<Vec<u8>> {
    let mut bytes = pack::to_bytes(folder, article)?;
    // The record stands behind, as it is; none has no bytes, and no record of JSON is so short.
    bytes.extend_from_slice(article.record.as_deref().unwrap_or_default().as_bytes());
    Ok(bytes)
}

fn of_bytes(folder: &Path, bytes: &[u8]) -> Result<Article> {
    let (article, record) = pack::of_bytes(folder, bytes)?;
    let record = Some(record).filter(|record| !record.is_empty());
    Ok(Article { record: record.map(|record| SharedText::from(&*String::from_utf8_lossy(record))), ..article })
}

/// All articles of a corpus, by number.
pub(super) struct Articles {
    shelf: Shelf,
    /// The piece of each article, ascending, where some were left out.
    kept: Option<Vec<u32>>,
}

impl Articles {
    pub(super) fn new(filling: Filling) -> Result<Articles> {
        Ok(Articles { shelf: filling.finish()?, kept: None })
    }

    pub(super) fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.shelf.len(), Vec::len)
    }

    pub(super) fn folder(&self) -> &Path {
        self.shelf.folder()
    }

    pub(super) fn get(&self, id: ArticleId) -> Result<Article> {
        let piece = self.kept.as_ref().map_or(id.index(), |kept| kept[id.index()] as usize);
        of_bytes(self.folder(), &self.shelf.get(piece)?)
    }

    /// Leaves articles out; those behind them move up.
    pub(super) fn leave_out(&mut self, dropped: &[u32]) {
        if !dropped.is_empty() {
            self.kept = Some((0..self.shelf.len() as u32).filter(|piece| dropped.binary_search(piece).is_err()).collect());
        }
    }

    /// Whether the piece of that number is an article, and which one.
    pub(super) fn number(&self, piece: usize) -> Option<u32> {
        match &self.kept {
            None => Some(piece as u32),
            Some(kept) => kept.binary_search(&(piece as u32)).ok().map(|at| at as u32),
        }
    }

    /// All articles in order, many at a time, as pieces to be [read](Self::of_block).
    pub(super) fn blocks(&self) -> impl Iterator<Item = Result<Pieces<'_>>> {
        self.shelf.blocks()
    }

    /// An article of a block, with its number, unless it was left out.
    pub(super) fn of_block(&self, block: &Pieces<'_>, at: usize) -> Option<Result<Article>> {
        self.number(block.first + at).map(|_| of_bytes(self.folder(), block.get(at)))
    }
}
