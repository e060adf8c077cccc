//! CSV: the row of JSON Lines under a header, quoted where RFC 4180 asks for it, lines ending in `\n`.

use std::io;

use crate::report::row::Row;

/// A table that is being written.
pub(crate) struct Table<'o>(::csv::Writer<&'o mut dyn io::Write>);

impl<'o> Table<'o> {
    /// Writes the header.
    pub(super) fn new(out: &'o mut dyn io::Write) -> io::Result<Table<'o>> {
        let mut writer = ::csv::Writer::from_writer(out);
        writer.write_record(Row::COLUMNS).map_err(io_error)?;
        Ok(Table(writer))
    }

    /// Writes a row; an unknown value is an empty cell.
    pub(super) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.0.write_record(row.cells()).map_err(io_error)
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of the writer below: a closed pipe must stay recognizable.
fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, Options, sample, write};

    #[test]
    fn cells_are_quoted_only_when_they_must_be() {
        let (articles, clustering) = sample::result();
        let expected = concat!(
            "id,story,copies,score,representative,outlet,published,lang,title\n",
            "wire,blog,site,0.6333,true,Reuters,2024-12-03T16:44:00Z,en,Earthquake shakes the coast\n",
            "site,blog,site,0.6,false,\"Daily, the \"\"best\"\"\",2024-12-03,en,\"Earthquake\nshakes \u{1b}[31mcoast\"\n",
            "خبر-1,blog,خبر-1,0.9,true,الجزيرة,2024-12-04T01:00:00+03:00,ar,زلزال يضرب الساحل\n",
            "blog,blog,blog,0.5,true,,,,\n",
            "alone,alone,alone,,true,,,en,\"Elections, at last\"\n",
        );
        assert_eq!(sample::text(|out| write(Format::Csv, &articles, &clustering, &Options::default(), out)), expected);
    }

    #[test]
    fn a_closed_pipe_stays_a_closed_pipe() {
        struct Closed;
        impl io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (articles, clustering) = sample::result();
        let error = write(Format::Csv, &articles, &clustering, &Options::default(), &mut Closed).expect_err("a closed pipe");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
