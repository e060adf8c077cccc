//! The order of ids that do not fit into memory: sorted in pieces, which are then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::shelf::{failed, temporary};
use crate::error::Result;

/// Buffer of one sorted piece while they are merged: large enough that a disk reads in rows.
const BUFFER: usize = 256 << 10;

/// Ids with their articles, to be put in order. Holds about `room` bytes.
pub(super) struct Ids {
    folder: PathBuf,
    room: usize,
    /// The ids that are not yet in a piece, one behind the other, and where each ends with its article.
    bytes: Vec<u8>,
    rows: Vec<(u32, u32)>,
    runs: Vec<File>,
}

impl Ids {
    pub(super) fn new(folder: &Path, room: usize) -> Ids {
        Ids { folder: folder.to_owned(), room, bytes: Vec::new(), rows: Vec::new(), runs: Vec::new() }
    }

    pub(super) fn push(&mut self, id: &str, article: u32) -> Result<()> {
        // Sorting holds as much again for the rows.
        if self.bytes.len() + id.len() + (self.rows.len() + 1) * 2 * size_of::<(u32, u32)>() > self.room && !self.rows.is_empty() {
            self.spill()?;
        }
        self.bytes.extend_from_slice(id.as_bytes());
        self.rows.push((self.bytes.len() as u32, article));
        Ok(())
    }

    fn spill(&mut self) -> Result<()> {
        let mut start = 0;
        let mut order: Vec<(u32, u32, u32)> = Vec::with_capacity(self.rows.len());
        for (end, article) in self.rows.drain(..) {
            order.push((start, end, article));
            start = end;
        }
        let id = |row: &(u32, u32, u32)| &self.bytes[row.0 as usize..row.1 as usize];
        order.sort_unstable_by(|a, b| id(a).cmp(id(b)).then(a.2.cmp(&b.2)));
        let mut out = BufWriter::with_capacity(BUFFER, temporary(&self.folder)?);
        let mut write = |bytes: &[u8]| out.write_all(bytes).map_err(|source| failed(&self.folder, source));
        for row in &order {
            write(&(row.1 - row.0).to_le_bytes())?;
            write(&row.2.to_le_bytes())?;
            write(id(row))?;
        }
        let mut file = out.into_inner().map_err(|error| failed(&self.folder, error.into_error()))?;
        file.rewind().map_err(|source| failed(&self.folder, source))?;
        self.runs.push(file);
        self.bytes.clear();
        Ok(())
    }

    /// Gives every id with its article to `receive`, in the order of ids, equal ones in the order of articles.
    pub(super) fn merge(mut self, mut receive: impl FnMut(&str, u32) -> Result<()>) -> Result<()> {
        if !self.rows.is_empty() {
            self.spill()?;
        }
        let Ids { folder, bytes, rows, runs, .. } = self;
        drop((bytes, rows));
        let mut runs: Vec<BufReader<File>> = runs.into_iter().map(|run| BufReader::with_capacity(BUFFER, run)).collect();
        let next = |run: &mut BufReader<File>| -> Result<Option<(Vec<u8>, u32)>> {
            let mut head = [0; 8];
            match run.read_exact(&mut head) {
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
                done => done.map_err(|source| failed(&folder, source))?,
            }
            let [a, b, c, d, e, f, g, h] = head;
            let mut id = vec![0; u32::from_le_bytes([a, b, c, d]) as usize];
            run.read_exact(&mut id).map_err(|source| failed(&folder, source))?;
            Ok(Some((id, u32::from_le_bytes([e, f, g, h]))))
        };
        let mut heap = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            heap.extend(next(run)?.map(|(id, article)| Reverse((id, article, at))));
        }
        while let Some(Reverse((id, article, at))) = heap.pop() {
            // They were written as text.
            receive(std::str::from_utf8(&id).unwrap_or_default(), article)?;
            heap.extend(next(&mut runs[at])?.map(|(id, article)| Reverse((id, article, at))));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_order_whatever_the_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let id = |at: u32| format!("{}-{}", at * 7919 % 1000, "x".repeat((at % 13) as usize));
        let mut expected: Vec<(String, u32)> = (0..3000).map(|at| (id(at % 2500), at)).collect();
        expected.sort();
        for room in [1, 1000, 100_000, 1 << 30] {
            let mut ids = Ids::new(folder.path(), room.max(200));
            (0..3000).for_each(|at| ids.push(&id(at % 2500), at).expect("written"));
            let mut found = Vec::new();
            ids.merge(|id, article| {
                found.push((id.to_owned(), article));
                Ok(())
            })
            .expect("read");
            assert_eq!(found, expected, "{room}");
        }
    }
}
