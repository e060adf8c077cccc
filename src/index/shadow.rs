//! Reading a whole file through once, as the store does before it writes, with nothing written and nobody held up: what would be written
//! stays in memory.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, Builder, DatabaseError, StorageBackend};

/// What is found out about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Every page is as it was written.
    Sound,
    /// Somebody writes to it, who has read it through before.
    InUse,
}

/// Checks every page of a file.
pub(super) fn check(builder: &Builder, path: &Path) -> Result<State, DatabaseError> {
    match once(builder, path) {
        // Somebody may have begun to write meanwhile: then the second look says so, or sees what was written.
        Err(DatabaseError::Storage(redb::StorageError::Corrupted(_))) => once(builder, path),
        done => done,
    }
}

fn once(builder: &Builder, path: &Path) -> Result<State, DatabaseError> {
    let file = File::open(path).map_err(redb::StorageError::Io)?;
    let length = file.metadata().map_err(redb::StorageError::Io)?.len();
    let shadow = Shadow { below: FileBackend::new(file)?, length: Mutex::new(length), kept: length, written: Mutex::default() };
    match builder.create_with_backend(shadow) {
        Ok(_) => Ok(State::Sound),
        Err(DatabaseError::DatabaseAlreadyOpen) => Ok(State::InUse),
        Err(error) => Err(error),
    }
}

/// A file, and what was written over it.
#[derive(Debug)]
struct Shadow {
    below: FileBackend,
    length: Mutex<u64>,
    /// Bytes of the file, from its beginning.
    kept: u64,
    /// Places and bytes, in the order in which they were written: few, as little is written to a file that is only opened.
    written: Mutex<Vec<(u64, Vec<u8>)>>,
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

type Locked<T> = Result<T, BackendError>;

impl StorageBackend for Shadow {
    fn len(&self) -> io::Result<u64> {
        Ok(*lock(&self.length))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset + out.len() as u64;
        if end > *lock(&self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let below = (self.kept.clamp(offset, end) - offset) as usize;
        self.below.read(offset, &mut out[..below])?;
        out[below..].fill(0);
        for (start, bytes) in lock(&self.written).iter() {
            let (from, to) = (offset.max(*start), end.min(start + bytes.len() as u64));
            if from < to {
                out[(from - offset) as usize..(to - offset) as usize]
                    .copy_from_slice(&bytes[(from - start) as usize..(to - start) as usize]);
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        *lock(&self.length) = length;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        lock(&self.written).push((offset, data.to_vec()));
        Ok(())
    }

    // Nothing is locked; a lock of somebody else is seen.

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Locked<bool> {
        Ok(!self.below.query_lock_range(start, end)?)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Locked<bool> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Locked<()> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Locked<()> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Locked<()> {
        Ok(())
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Locked<bool> {
        self.below.query_lock_range(start, end)
    }
}
