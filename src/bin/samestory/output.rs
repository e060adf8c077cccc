//! Where results go: standard output, or a file that is either what it was or whole.
//!
//! A file is written under another name in its folder and gets its own at the end, so that neither a full disk nor Ctrl-C leaves half of it;
//! after `kill -9` a file `.samestory-…` may stay behind. It is opened before any work is done, so that a name that cannot be written to
//! costs no time. What is no file (a pipe, a terminal, `/dev/null`) is written to as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::input::{self, Input};
use crate::interrupt;

/// How the name begins under which a file is written; hidden, so that a folder that is read as input does not show it.
const PREFIX: &str = ".samestory-";

/// Links followed one after the other, as many as Linux follows.
const MAX_LINKS: usize = 40;

/// Folders whose names stand for what is open already.
const OPEN_FILES: [&str; 2] = ["/proc", "/dev/fd"];

/// An open output.
pub(crate) struct Output {
    /// What it is called in errors.
    name: String,
    to: To,
}

enum To {
    Direct(BufWriter<Box<dyn Write>>),
    Beside { file: BufWriter<NamedTempFile>, target: PathBuf },
}

impl Output {
    /// Standard output, or a file that changes all at once in [`Output::finish`].
    pub(crate) fn whole(path: Option<&Path>) -> Result<Output> {
        match path.filter(|path| *path != Path::new("-")) {
            None => Ok(Output::stdout()),
            Some(path) => match target(path) {
                Some(target) => Output::beside(path, target),
                None => Output::stream(Some(path)),
            },
        }
    }

    /// Standard output, or a file whose lines are there as soon as they are flushed.
    pub(crate) fn stream(path: Option<&Path>) -> Result<Output> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(Output::stdout()) };
        let file = File::create(path).with_context(|| path.display().to_string())?;
        Ok(Output { name: path.display().to_string(), to: To::Direct(BufWriter::new(Box::new(file))) })
    }

    fn stdout() -> Output {
        Output { name: "standard output".to_owned(), to: To::Direct(BufWriter::new(Box::new(io::stdout().lock()))) }
    }

    fn beside(path: &Path, target: PathBuf) -> Result<Output> {
        let name = path.display().to_string();
        let old = writable(&target).with_context(|| name.clone())?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.exists() {
            bail!("{name}: there is no folder {}", folder.display());
        }
        let file = interrupt::removing(|| {
            let file = made(folder)?;
            Ok((file.path().to_path_buf(), file))
        });
        let file = file.with_context(|| format!("{name}: a file beside it cannot be made"))?;
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions()).with_context(|| name.clone())?;
        }
        Ok(Output { name, to: To::Beside { file: BufWriter::new(file), target } })
    }

    /// Writes what is left, and gives a file its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()?;
        let To::Beside { file, target } = self.to else { return Ok(()) };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        // Before the name: some disks say only now that they are full.
        file.as_file().sync_all().with_context(|| self.name.clone())?;
        file.persist(target).map_err(|failed| failed.error).context(self.name)?;
        Ok(())
    }

    /// … unless nothing of an input could be read that could take the place of a file: of `read` articles.
    pub(crate) fn finish_of(self, input: &Input, read: usize) -> Result<()> {
        self.finish_unless(read == 0 && input.bad > 0)
    }

    /// The same where it is known whether nothing was read.
    pub(crate) fn finish_unless(self, nothing: bool) -> Result<()> {
        if !nothing || matches!(self.to, To::Direct(_)) {
            return self.finish();
        }
        input::say(&format!("nothing was read: {} is not written", self.name));
        Ok(())
    }

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.name))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.to {
            To::Direct(out) => out.write(bytes),
            To::Beside { file, .. } => file.write(bytes),
        };
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.to {
            To::Direct(out) => out.flush(),
            To::Beside { file, .. } => file.flush(),
        };
        flushed.map_err(|error| self.named(&error))
    }
}

/// The file behind a name, behind all links; `None` for what has to be written to as it is.
fn target(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        if OPEN_FILES.iter().any(|folder| path.starts_with(folder)) {
            return None;
        }
        match fs::read_link(&path) {
            Ok(link) => path = path.parent().map_or(link.clone(), |folder| folder.join(&link)),
            Err(_) => break,
        }
    }
    // A folder is an error, which `writable` gives.
    let special = fs::metadata(&path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    (!special).then_some(path)
}

/// What is known of the file that will be replaced, if there is one; an error when it may not be written to.
fn writable(path: &Path) -> io::Result<Option<fs::Metadata>> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => file.metadata().map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A new file in a folder, with the permissions that any new file gets.
fn made(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
