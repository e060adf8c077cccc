//! Pieces of bytes on disk: written once, in order, read one at a time or many in a row.
//!
//! The files have no name: the system lets them go with the process, however it ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Bytes that are written and read together.
const BLOCK: usize = 4 << 20;

/// A file without a name in a folder for temporary files.
pub(super) fn temporary(folder: &Path) -> Result<File> {
    tempfile::tempfile_in(folder).map_err(|source| failed(folder, source))
}

/// What the system said of a temporary file.
pub(super) fn failed(folder: &Path, source: io::Error) -> Error {
    Error::Io { path: folder.to_owned(), source }
}

/// Reads so many bytes from a place of a file; who else reads it is not disturbed.
pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, at);
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], at + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => done += more,
            }
        }
        Ok(())
    }
}

/// A shelf that is being filled.
pub(super) struct Filling {
    folder: PathBuf,
    out: BufWriter<File>,
    starts: Starts,
}

impl Filling {
    pub(super) fn new(folder: &Path) -> Result<Filling> {
        Ok(Filling { folder: folder.to_owned(), out: BufWriter::with_capacity(BLOCK, temporary(folder)?), starts: Starts::default() })
    }

    pub(super) fn push(&mut self, piece: &[u8]) -> Result<()> {
        self.out.write_all(piece).map_err(|source| failed(&self.folder, source))?;
        self.starts.push(piece.len() as u64).map_err(|source| failed(&self.folder, source))
    }

    pub(super) fn finish(self) -> Result<Shelf> {
        let file = self.out.into_inner().map_err(|error| failed(&self.folder, error.into_error()))?;
        Ok(Shelf { folder: self.folder, file, starts: self.starts })
    }
}

/// Pieces whose places are told from the first of them: few enough for records of the largest size, whatever is read.
const ROW: usize = 16;

/// Where pieces begin, in 4.5 bytes each.
#[derive(Default)]
struct Starts {
    /// Of the first piece of each row …
    rows: Vec<u64>,
    /// … and how far behind it each one begins.
    behind: Vec<u32>,
    end: u64,
}

impl Starts {
    fn push(&mut self, length: u64) -> io::Result<()> {
        if self.behind.len().is_multiple_of(ROW) {
            self.rows.push(self.end);
        }
        let behind = u32::try_from(self.end - self.rows[self.rows.len() - 1]).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.behind.push(behind);
        self.end += length;
        Ok(())
    }

    fn len(&self) -> usize {
        self.behind.len()
    }

    /// Where a piece begins, or the last one ends.
    fn of(&self, piece: usize) -> u64 {
        self.behind.get(piece).map_or(self.end, |behind| self.rows[piece / ROW] + u64::from(*behind))
    }
}

/// A shelf that is full.
pub(super) struct Shelf {
    folder: PathBuf,
    file: File,
    starts: Starts,
}

impl Shelf {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// One piece.
    pub(super) fn get(&self, at: usize) -> Result<Vec<u8>> {
        self.read(at..at + 1).map(|pieces| pieces.bytes)
    }

    /// All pieces in order, many at a time: about a block, and at least one.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Result<Pieces<'_>>> {
        let mut first = 0;
        std::iter::from_fn(move || {
            if first == self.len() {
                return None;
            }
            let end = self.starts.of(first) + BLOCK as u64;
            let fits = (first + 1..=self.len()).take_while(|next| self.starts.of(*next) <= end).count();
            let pieces = first..first + fits.max(1);
            first = pieces.end;
            Some(self.read(pieces))
        })
    }

    /// Some pieces in a row.
    pub(super) fn read(&self, pieces: Range<usize>) -> Result<Pieces<'_>> {
        let start = self.starts.of(pieces.start);
        let mut bytes = vec![0; (self.starts.of(pieces.end) - start) as usize];
        read_at(&self.file, &mut bytes, start).map_err(|source| failed(&self.folder, source))?;
        Ok(Pieces { first: pieces.start, len: pieces.len(), starts: &self.starts, bytes })
    }
}

/// Some pieces in a row.
pub(super) struct Pieces<'s> {
    /// The number of the first one.
    pub(super) first: usize,
    len: usize,
    starts: &'s Starts,
    bytes: Vec<u8>,
}

impl Pieces<'_> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, at: usize) -> &[u8] {
        let place = |at: usize| (self.starts.of(self.first + at) - self.starts.of(self.first)) as usize;
        &self.bytes[place(at)..place(at + 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_there_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut filling = Filling::new(folder.path()).expect("a file");
        let piece = |at: usize| vec![at as u8; at * 7919 % 60_000];
        (0..500).for_each(|at| filling.push(&piece(at)).expect("written"));
        let shelf = filling.finish().expect("written");
        assert_eq!(shelf.len(), 500);
        assert_eq!(shelf.get(0).expect("there"), piece(0));
        assert_eq!(shelf.get(333).expect("there"), piece(333));
        let mut seen = 0;
        for pieces in shelf.blocks() {
            let pieces = pieces.expect("there");
            assert_eq!(pieces.first, seen);
            (0..pieces.len()).for_each(|at| assert_eq!(pieces.get(at), piece(seen + at)));
            seen += pieces.len();
        }
        assert_eq!(seen, 500);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "the files have no name");
    }
}
