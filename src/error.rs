//! The one error type: every variant carries what a reader needs to find and mend the cause.

use std::path::PathBuf;

/// A `Result` whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What whoever reads or writes Parquet without it is told.
#[cfg(not(feature = "parquet"))]
pub(crate) const NO_PARQUET: &str = "Parquet is not built in: install with `--features parquet`";

/// What can go wrong while reading articles or setting up a run.
///
/// Messages are one lower-case line that names the place and the values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// One record or page is unusable; what surrounds it is still read.
    #[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Record {
        /// The file that holds the record (`-` for standard input).
        path: PathBuf,
        /// The line it starts on, from 1, where the format has lines.
        line: Option<u64>,
        /// What is wrong with it.
        message: String,
    },
    /// An article was left out because another one has its id.
    #[error("id {key:?} is used twice: {message}")]
    DuplicateId {
        /// The id.
        key: String,
        /// Which of the two was kept, and why.
        message: String,
    },
    /// A setting is outside its range.
    #[error("{field}: {message}")]
    Config {
        /// The setting's name as in the configuration.
        field: &'static str,
        /// The value found and the allowed range.
        message: String,
    },
    /// An index cannot be opened, read or written.
    #[error("{}: {message}", path.display())]
    Index {
        /// Its file.
        path: PathBuf,
        /// What is wrong, and the way out.
        message: String,
    },
    /// Two values that must agree do not, or something asked for does not exist.
    #[error("{0}")]
    Input(String),
}
