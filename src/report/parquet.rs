//! Parquet: the row of JSON Lines in columns, packed with Snappy, which every reader knows.

use std::io::{self, Write};

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::report::columns::{Columns, schema};
use crate::report::row::Row;

/// A file that is being written: what is packed waits in memory, at most one row group of it.
pub(crate) struct Table<'o> {
    out: &'o mut dyn Write,
    columns: Columns,
    packed: ArrowWriter<Vec<u8>>,
}

impl<'o> Table<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> io::Result<Table<'o>> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let packed = ArrowWriter::try_new(Vec::new(), schema(), Some(properties)).map_err(io_error)?;
        Ok(Table { out, columns: Columns::default(), packed })
    }

    pub(super) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.columns.push(row);
        if self.columns.are_full() { self.group() } else { Ok(()) }
    }

    /// Ends a row group and lets go of it.
    fn group(&mut self) -> io::Result<()> {
        let table = self.columns.take()?;
        self.packed.write(&table).and_then(|()| self.packed.flush()).map_err(io_error)?;
        self.out.write_all(&std::mem::take(self.packed.inner_mut()))
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        if !self.columns.are_empty() {
            self.group()?;
        }
        self.packed.finish().map_err(io_error)?;
        self.out.write_all(&std::mem::take(self.packed.inner_mut()))
    }
}

fn io_error(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use crate::article::{Article, ArticleId};
    use crate::link::{Clustering, CopyGroup, Placement, Story};
    use crate::report::{Format, Options, columns, write};

    /// So many articles, each alone.
    fn apart(count: u32) -> (Vec<Article>, Clustering) {
        let articles: Vec<Article> = (0..count).map(|id| Article { key: id.to_string().as_str().into(), ..Article::default() }).collect();
        let story = |id: u32| {
            let id = ArticleId(id);
            let one = || std::iter::once(id).collect();
            let copies = std::iter::once(CopyGroup { id, representative: id, articles: one() }).collect();
            Story { id, representative: id, copies, articles: one(), links: Box::default(), score: None, related: Box::default() }
        };
        let placement = |story| Placement { story, copies: 0, score: None, representative: true, lang: None, repaired: 0, removed: 0 };
        let placements = (0..count as usize).map(placement).collect();
        (articles, Clustering { stories: (0..count).map(story).collect(), placements, ..Clustering::default() })
    }

    #[test]
    fn what_is_written_is_read_back() {
        for count in [0, 1, 70_000] {
            let (articles, clustering) = apart(count);
            let mut bytes = Vec::new();
            write(Format::Parquet, &articles, &clustering, &Options::default(), &mut bytes).expect("a file");
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), &bytes).expect("a file");
            let reader = ParquetRecordBatchReaderBuilder::try_new(file.reopen().expect("a file")).expect("Parquet");
            assert_eq!(reader.schema().fields(), columns::schema().fields());
            let rows: usize = reader.build().expect("Parquet").map(|table| table.expect("rows").num_rows()).sum();
            assert_eq!(rows, count as usize);
            let mut again = Vec::new();
            write(Format::Parquet, &articles, &clustering, &Options::default(), &mut again).expect("a file");
            assert!(bytes == again);
        }
    }
}
