//! The file behind an index: everything that touches the store is here.
//!
//! | table | row |
//! |---|---|
//! | `meta` | setup, versions, progress, counters, what servers said of feeds |
//! | `texts` | number → the article as it was read, compressed |
//! | `rows` | number → where it was placed, which version it is |
//! | `keys` | id → number of its newest version |
//! | `held` | number → [`Entry`] of an article that is still compared with new ones |
//! | `merged` | story → the older story it became part of |
//! | `groups`, `stories` | number of a copy group or story → its id, where that is not the id of the article of this number |

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition,
    WriteTransaction,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::pack::{Compressor, compressor, damaged, pack, pack_article, unpack, unpack_article};
use super::placed::{Entry, Placed};
use super::shadow;
use crate::article::Article;
use crate::error::{Error, Result};

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const TEXTS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("texts");
const ROWS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("rows");
const KEYS: TableDefinition<'_, &str, u32> = TableDefinition::new("keys");
const HELD: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("held");
const MERGED: TableDefinition<'_, u32, u32> = TableDefinition::new("merged");
const GROUPS: TableDefinition<'_, u32, &str> = TableDefinition::new("groups");
const STORIES: TableDefinition<'_, u32, &str> = TableDefinition::new("stories");

/// The file in an index's folder.
const FILE: &str = "index.redb";
/// … and how its name begins while it is made.
const UNMADE: &str = ".index.redb-";
/// Memory for pages of the file: most of what is read is read once.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

/// An article on record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) placed: Placed,
    /// 1 for the first article of its id.
    pub(super) version: u32,
    /// The number of the version before it.
    pub(super) before: Option<u32>,
    /// Whether no newer version has taken its place.
    pub(super) current: bool,
    /// The newest day when it came.
    pub(super) clock: Option<i64>,
}

/// What is named by the number of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Group,
    Story,
}

impl Named {
    fn table(self) -> TableDefinition<'static, u32, &'static str> {
        match self {
            Named::Group => GROUPS,
            Named::Story => STORIES,
        }
    }
}

/// The open file.
pub(super) struct Store {
    pub(super) path: PathBuf,
    file: File,
}

enum File {
    Writing(Box<Database>),
    Reading(ReadOnlyDatabase),
}

/// Everything that is read or written between two commits.
pub(super) struct Batch<'s> {
    path: &'s Path,
    transaction: WriteTransaction,
    /// Kept between articles: to set it up costs more than to compress one.
    zstd: RefCell<Compressor>,
}

/// The file as it is at one moment.
pub(super) struct View<'s> {
    path: &'s Path,
    transaction: ReadTransaction,
}

fn failed(path: &Path, error: impl Into<redb::Error>) -> Error {
    let message = match error.into() {
        redb::Error::DatabaseAlreadyOpen => "another process is writing to this index: wait for it, or stop it".to_owned(),
        redb::Error::Corrupted(what) => return damaged(path, what),
        redb::Error::UpgradeRequired(version) => {
            format!("the file has format {version} of an older version: export it there and import it here")
        }
        redb::Error::Io(source) => return Error::Io { path: path.to_path_buf(), source },
        other => other.to_string(),
    };
    Error::Index { path: path.to_path_buf(), message }
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_concurrency_mode(ConcurrencyMode::SingleWriter).set_check_integrity_on_open(true);
    builder
}

impl Store {
    /// Makes the folder and the file, which has its name once it holds what `begin` puts into it: nobody ever finds half of it.
    pub(super) fn make(folder: &Path, begin: impl FnOnce(&Batch<'_>) -> Result<()>) -> Result<()> {
        let io = |source| Error::Io { path: folder.to_path_buf(), source };
        std::fs::create_dir_all(folder).map_err(io)?;
        // Each process makes one of its own, and the first to be done gives it its name.
        let made = tempfile::Builder::new().prefix(UNMADE).tempfile_in(folder).map_err(io)?.into_temp_path();
        let file = builder().create(&made).map_err(|error| failed(&made, error))?;
        let store = Store { path: made.to_path_buf(), file: File::Writing(Box::new(file)) };
        let batch = store.begin()?;
        begin(&batch)?;
        batch.commit()?;
        drop(store);
        match made.persist_noclobber(folder.join(FILE)) {
            Err(other) if other.error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            named => named.map_err(|error| io(error.error))?,
        }
        // The name has to last as well; where folders cannot be opened the system sees to it.
        if let Ok(opened) = std::fs::File::open(folder) {
            opened.sync_all().map_err(io)?;
        }
        Ok(())
    }

    /// Opens the file in a folder to write to it.
    pub(super) fn open(folder: &Path) -> Result<Store> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Err(Error::Index { path, message: "there is no index here".to_owned() });
        }
        let file = builder().open(&path).map_err(|error| failed(&path, error))?;
        Ok(Store { path, file: File::Writing(Box::new(file)) })
    }

    /// Whether there is a file in a folder.
    pub(super) fn is_there(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Opens the file only to read, which any number of processes may while one writes. It is read through first, O(bytes of the file), unless
    /// somebody writes: the store checks nothing as it reads.
    pub(super) fn open_read(folder: &Path) -> Result<Store> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Err(Error::Index { path, message: "there is no index here".to_owned() });
        }
        let failed = |error: DatabaseError| failed(&path, error);
        shadow::check(&builder(), &path).map_err(failed)?;
        let file = match builder().open_read_only(&path) {
            // Its writer was killed: what it had not finished is taken back, as the next writer would.
            Err(DatabaseError::RepairAborted) => {
                drop(builder().open(&path).map_err(failed)?);
                builder().open_read_only(&path)
            }
            opened => opened,
        };
        let file = File::Reading(file.map_err(failed)?);
        Ok(Store { path, file })
    }

    /// Begins to write.
    pub(super) fn begin(&self) -> Result<Batch<'_>> {
        let File::Writing(file) = &self.file else {
            return Err(Error::Index { path: self.path.clone(), message: "was opened only to read".to_owned() });
        };
        let mut transaction = file.begin_write().map_err(|error| failed(&self.path, error))?;
        // With one phase a damaged commit cannot be told from one that a crash cut short, and would be taken back silently.
        transaction.set_two_phase_commit(true);
        Ok(Batch { path: &self.path, transaction, zstd: RefCell::new(compressor(&self.path)?) })
    }

    /// Looks at the file as it is now.
    pub(super) fn view(&self) -> Result<View<'_>> {
        let transaction = match &self.file {
            File::Writing(file) => file.begin_read(),
            File::Reading(file) => file.begin_read(),
        };
        Ok(View { path: &self.path, transaction: transaction.map_err(|error| failed(&self.path, error))? })
    }

    /// Gives the space of what was forgotten back to the system.
    pub(super) fn compact(&mut self) -> Result<()> {
        let File::Writing(file) = &mut self.file else { return Ok(()) };
        // A round moves what it can; it says whether there was anything.
        while file.compact().map_err(|error| failed(&self.path, error))? {}
        Ok(())
    }

    /// Bytes of the file.
    pub(super) fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map(|metadata| metadata.len()).unwrap_or(0)
    }
}

/// What a batch and a view both can be asked.
pub(super) trait Look {
    fn path(&self) -> &Path;
    fn bytes_of(&self, table: TableDefinition<'_, u32, &'static [u8]>, number: u32) -> Result<Option<Vec<u8>>>;
    fn meta_bytes(&self, name: &str) -> Result<Option<Vec<u8>>>;
    fn number(&self, key: &str) -> Result<Option<u32>>;
    fn name(&self, named: Named, number: u32) -> Result<Option<String>>;

    fn meta<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.meta_bytes(name)?.map(|bytes| unpack(self.path(), &bytes)).transpose()
    }

    fn article(&self, number: u32) -> Result<Option<Article>> {
        self.bytes_of(TEXTS, number)?.map(|bytes| unpack_article(self.path(), &bytes)).transpose()
    }

    fn row(&self, number: u32) -> Result<Option<Row>> {
        self.bytes_of(ROWS, number)?.map(|bytes| unpack(self.path(), &bytes)).transpose()
    }

    fn entry(&self, number: u32) -> Result<Option<Entry>> {
        self.bytes_of(HELD, number)?.map(|bytes| unpack(self.path(), &bytes)).transpose()
    }
}

macro_rules! look {
    () => {
        fn path(&self) -> &Path {
            self.path
        }

        fn bytes_of(&self, table: TableDefinition<'_, u32, &'static [u8]>, number: u32) -> Result<Option<Vec<u8>>> {
            let table = self.transaction.open_table(table).map_err(|error| failed(self.path, error))?;
            Ok(table.get(number).map_err(|error| failed(self.path, error))?.map(|bytes| bytes.value().to_vec()))
        }

        fn meta_bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
            let table = self.transaction.open_table(META).map_err(|error| failed(self.path, error))?;
            Ok(table.get(name).map_err(|error| failed(self.path, error))?.map(|bytes| bytes.value().to_vec()))
        }

        fn number(&self, key: &str) -> Result<Option<u32>> {
            let table = self.transaction.open_table(KEYS).map_err(|error| failed(self.path, error))?;
            Ok(table.get(key).map_err(|error| failed(self.path, error))?.map(|number| number.value()))
        }

        fn name(&self, named: Named, number: u32) -> Result<Option<String>> {
            let table = self.transaction.open_table(named.table()).map_err(|error| failed(self.path, error))?;
            Ok(table.get(number).map_err(|error| failed(self.path, error))?.map(|name| name.value().to_owned()))
        }
    };
}

impl Look for Batch<'_> {
    look!();
}

impl Look for View<'_> {
    look!();
}

impl View<'_> {
    fn each<T>(&self, table: TableDefinition<'_, u32, &'static [u8]>, mut receive: impl FnMut(u32, &[u8]) -> Result<T>) -> Result<()> {
        let table = self.transaction.open_table(table).map_err(|error| failed(self.path, error))?;
        for row in table.iter().map_err(|error| failed(self.path, error))? {
            let (number, bytes) = row.map_err(|error| failed(self.path, error))?;
            receive(number.value(), bytes.value())?;
        }
        Ok(())
    }

    /// Every article on record, by number.
    pub(super) fn rows(&self) -> Result<Vec<(u32, Row)>> {
        let mut found = Vec::new();
        self.each(ROWS, |number, bytes| {
            found.push((number, unpack(self.path, bytes)?));
            Ok(())
        })?;
        Ok(found)
    }

    /// The entry of every article that is held, by number.
    pub(super) fn entries(&self, mut receive: impl FnMut(u32, Entry)) -> Result<()> {
        self.each(HELD, |number, bytes| {
            receive(number, unpack(self.path, bytes)?);
            Ok(())
        })
    }

    /// Stories that became part of others.
    pub(super) fn merged(&self) -> Result<Vec<(u32, u32)>> {
        let table = self.transaction.open_table(MERGED).map_err(|error| failed(self.path, error))?;
        let rows = table.iter().map_err(|error| failed(self.path, error))?;
        rows.map(|row| row.map(|row| (row.0.value(), row.1.value())).map_err(|error| failed(self.path, error))).collect()
    }
}

impl Batch<'_> {
    /// Makes all tables, so that a reader finds them.
    pub(super) fn prepare(&self) -> Result<()> {
        let made = || -> std::result::Result<(), redb::TableError> {
            self.transaction.open_table(META)?;
            self.transaction.open_table(TEXTS)?;
            self.transaction.open_table(ROWS)?;
            self.transaction.open_table(KEYS)?;
            self.transaction.open_table(HELD)?;
            self.transaction.open_table(MERGED)?;
            self.transaction.open_table(GROUPS)?;
            self.transaction.open_table(STORIES)?;
            Ok(())
        };
        made().map_err(|error| failed(self.path, error))
    }

    fn put(&self, table: TableDefinition<'_, u32, &'static [u8]>, number: u32, bytes: &[u8]) -> Result<()> {
        let mut table = self.transaction.open_table(table).map_err(|error| failed(self.path, error))?;
        table.insert(number, bytes).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    fn take(&self, table: TableDefinition<'_, u32, &'static [u8]>, number: u32) -> Result<()> {
        let mut table = self.transaction.open_table(table).map_err(|error| failed(self.path, error))?;
        table.remove(number).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    pub(super) fn put_meta<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let bytes = pack(self.path, value)?;
        let mut table = self.transaction.open_table(META).map_err(|error| failed(self.path, error))?;
        table.insert(name, &*bytes).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    pub(super) fn put_article(&self, number: u32, article: &Article) -> Result<()> {
        self.put(TEXTS, number, &pack_article(self.path, article, &mut self.zstd.borrow_mut())?)?;
        let mut keys = self.transaction.open_table(KEYS).map_err(|error| failed(self.path, error))?;
        keys.insert(&*article.key, number).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    pub(super) fn put_row(&self, number: u32, row: &Row) -> Result<()> {
        self.put(ROWS, number, &pack(self.path, row)?)
    }

    pub(super) fn put_entry(&self, number: u32, entry: &Entry) -> Result<()> {
        self.put(HELD, number, &pack(self.path, entry)?)
    }

    pub(super) fn take_entry(&self, number: u32) -> Result<()> {
        self.take(HELD, number)
    }

    pub(super) fn put_merged(&self, from: u32, into: u32) -> Result<()> {
        let mut table = self.transaction.open_table(MERGED).map_err(|error| failed(self.path, error))?;
        table.insert(from, into).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    pub(super) fn put_name(&self, named: Named, number: u32, name: &str) -> Result<()> {
        let mut table = self.transaction.open_table(named.table()).map_err(|error| failed(self.path, error))?;
        table.insert(number, name).map_err(|error| failed(self.path, error))?;
        Ok(())
    }

    /// Removes an article; its id as well when this is the newest version.
    pub(super) fn forget(&self, number: u32, key: &str) -> Result<()> {
        self.take(TEXTS, number)?;
        self.take(ROWS, number)?;
        self.take(HELD, number)?;
        if self.number(key)? == Some(number) {
            let mut keys = self.transaction.open_table(KEYS).map_err(|error| failed(self.path, error))?;
            keys.remove(key).map_err(|error| failed(self.path, error))?;
        }
        Ok(())
    }

    /// Empties what a new grouping writes anew.
    pub(super) fn clear_places(&self) -> Result<()> {
        let cleared = || -> std::result::Result<(), redb::Error> {
            self.transaction.delete_table(HELD)?;
            self.transaction.delete_table(MERGED)?;
            self.transaction.delete_table(GROUPS)?;
            self.transaction.delete_table(STORIES)?;
            Ok(())
        };
        cleared().map_err(|error| failed(self.path, error))?;
        self.prepare()
    }

    /// Makes it last: when this returns, everything is on disk.
    pub(super) fn commit(self) -> Result<()> {
        self.transaction.commit().map_err(|error| failed(self.path, error))
    }
}
