//! From arguments to the list of files and addresses to read, each with its page id and format.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use url::Url;
use walkdir::{DirEntry, WalkDir};

use super::format::{self, Format};
use crate::error::{Error, Result};

/// The path that stands for standard input.
pub(super) const STDIN: &str = "-";

/// How an address begins, in any case.
const SCHEMES: [&str; 2] = ["http://", "https://"];

/// Folders inside each other that are walked: links can make of a few folders any number, and no archive of news is half as deep.
const MAX_LEVELS: usize = 64;

/// Files and folders that are looked at for one argument: few enough to list in memory. Links from folder to folder double at every level.
const MAX_FOUND: usize = if cfg!(test) { 100 } else { 10_000_000 };

/// One file or address to read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputFile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The id of the page, and the start of the ids of records that have none.
    pub(super) id: String,
    /// Its format; `None` is told by its content.
    pub(super) format: Option<Format>,
    /// Its size on disk in bytes, 0 for standard input and addresses.
    pub(super) size: u64,
}

impl InputFile {
    /// Whether it is standard input.
    pub(super) fn is_stdin(&self) -> bool {
        self.path == Path::new(STDIN)
    }

    /// An error while it was read.
    pub(super) fn io_error(&self, source: io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }

    /// Whether it is an address, which is its path and its id.
    pub(super) fn is_address(&self) -> bool {
        self.path.to_str().is_some_and(is_address)
    }

    /// An error at `line` of this file.
    pub(super) fn error(&self, line: Option<u64>, message: impl Into<String>) -> Error {
        Error::Record { path: self.path.clone(), line, message: message.into() }
    }
}

/// What the arguments amount to.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Files and what could not be found, in input order.
    pub(super) entries: Vec<Result<InputFile>>,
    /// The addresses among them as they were given, in the same order.
    pub(super) addresses: VecDeque<String>,
    /// Files in folders and globs whose extension says nothing.
    pub(super) skipped: usize,
    /// The argument behind each entry, put in front of ids that clash.
    prefixes: Vec<String>,
}

/// An address without the user and password in it, which are for its server alone.
pub(super) fn shown(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            // An address with a user has a host, and so it can do without.
            let _ = url.set_username("").and_then(|()| url.set_password(None));
            url.into()
        }
        _ => address.to_owned(),
    }
}

fn is_address(input: &str) -> bool {
    SCHEMES.iter().any(|scheme| input.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Lists the files behind `inputs`; a format that is given counts for standard input, addresses and files given by name.
pub(super) fn resolve(inputs: &[String], format: Option<Format>) -> Inputs {
    let mut found = Inputs::default();
    for input in inputs {
        let path = Path::new(input);
        if is_address(input) {
            let address = shown(input);
            found.addresses.push_back(input.clone());
            found.push(Ok(InputFile { path: address.as_str().into(), id: address.clone(), format, size: 0 }), &address);
        } else if input == STDIN {
            found.push(Ok(InputFile { path: path.into(), id: input.clone(), format, size: 0 }), input);
        } else if path.is_dir() {
            found.folder(path, input);
        } else if path.exists() || !input.contains(['*', '?', '[']) {
            found.file(path, input, format);
        } else {
            found.glob(input);
        }
    }
    found.part_clashes();
    found
}

impl Inputs {
    fn push(&mut self, entry: Result<InputFile>, prefix: &str) {
        self.entries.push(entry);
        self.prefixes.push(prefix.trim_end_matches('/').to_string());
    }

    fn file(&mut self, path: &Path, input: &str, format: Option<Format>) {
        let id = path.file_name().map_or_else(|| input.to_string(), spelled);
        let entry = match std::fs::metadata(path) {
            Err(source) if source.kind() == ErrorKind::NotFound && input.contains("://") => {
                let message = "is no file, and no address that can be fetched".to_owned();
                Err(Error::Record { path: path.into(), line: None, message })
            }
            Err(source) => Err(Error::Io { path: path.into(), source }),
            Ok(metadata) => {
                let file = InputFile { path: path.into(), id, format, size: metadata.len() };
                let told = || format::by_extension(path).or_else(|| metadata.is_file().then(|| format::by_start(path)).flatten());
                Ok(InputFile { format: format.or_else(told), ..file })
            }
        };
        self.push(entry, input);
    }

    fn folder(&mut self, folder: &Path, input: &str) {
        for (entry, looked_at) in walk(folder, MAX_LEVELS).zip(1..) {
            match entry {
                _ if looked_at > MAX_FOUND => return self.push(Err(too_many(folder)), input),
                Err(error) => self.push(Err(walk_error(folder, error)), input),
                Ok(entry) if is_too_deep(&entry) => self.push(Err(too_deep(&entry)), input),
                Ok(entry) if entry.file_type().is_file() => self.found(&entry, entry.path(), &relative(folder, entry.path()), input),
                Ok(_) => {}
            }
        }
    }

    /// A file of a folder or a glob: read when its extension says how.
    fn found(&mut self, entry: &DirEntry, path: &Path, id: &str, prefix: &str) {
        let Some(format) = format::by_extension(path) else {
            self.skipped += 1;
            return;
        };
        let size = entry.metadata().map(|metadata| metadata.len()).unwrap_or(0);
        let file = InputFile { path: path.into(), id: id.into(), format: Some(format), size };
        self.push(Ok(file), prefix);
    }

    fn glob(&mut self, pattern: &str) {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let matcher = match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => return self.push(Err(Error::Input(format!("{pattern}: {}", error.kind()))), pattern),
        };
        let parts: Vec<&str> = pattern.split('/').collect();
        let fixed = parts.iter().take_while(|part| !part.contains(['*', '?', '[', '{'])).count();
        let root = match parts[..fixed].join("/") {
            root if root.is_empty() && fixed > 0 => "/".to_string(),
            root if root.is_empty() => ".".to_string(),
            root => root,
        };
        let depth = if pattern.contains("**") { MAX_LEVELS } else { parts.len() - fixed };
        let before = self.entries.len() + self.skipped;
        let mut walk = walk(Path::new(&root), depth);
        let mut looked_at = 0;
        while let Some(entry) = walk.next() {
            looked_at += 1;
            let entry = match entry {
                _ if looked_at > MAX_FOUND => {
                    self.push(Err(too_many(Path::new(&root))), pattern);
                    break;
                }
                Ok(entry) if is_too_deep(&entry) => {
                    self.push(Err(too_deep(&entry)), pattern);
                    continue;
                }
                Ok(entry) => entry,
                // Nothing there is the same as no match.
                Err(error) if error.depth() == 0 => break,
                Err(error) => {
                    self.push(Err(walk_error(Path::new(&root), error)), pattern);
                    continue;
                }
            };
            let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
            if entry.depth() == 0 || !matcher.is_match(path) {
                continue;
            }
            let shown = path.to_string_lossy().into_owned();
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
                self.folder(path, &shown);
            } else {
                let name = spelled(entry.file_name());
                self.found(&entry, path, &name, &shown);
            }
        }
        if self.entries.len() + self.skipped == before {
            self.push(Err(Error::Input(format!("{pattern}: no such file, and no file matches it as a pattern"))), pattern);
        }
    }

    /// Puts the argument in front of ids that two inputs have in common.
    fn part_clashes(&mut self) {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for file in self.entries.iter().flatten() {
            *counts.entry(&file.id).or_default() += 1;
        }
        let clashing: Vec<bool> = self.entries.iter().map(|entry| entry.as_ref().is_ok_and(|file| counts[file.id.as_str()] > 1)).collect();
        for ((entry, prefix), _) in self.entries.iter_mut().zip(&self.prefixes).zip(clashing).filter(|(_, clashes)| *clashes) {
            if let Ok(file) = entry {
                // A file given by name is its whole argument.
                let whole = file.path == Path::new(prefix);
                file.id = if whole { prefix.clone() } else { format!("{prefix}/{}", file.id) };
            }
        }
    }
}

/// Walks a folder in the order of its paths, hidden files left out, links followed, loops reported.
fn walk(root: &Path, depth: usize) -> walkdir::FilterEntry<walkdir::IntoIter, fn(&DirEntry) -> bool> {
    let visible: fn(&DirEntry) -> bool = |entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    WalkDir::new(root).follow_links(true).max_depth(depth).sort_by_file_name().into_iter().filter_entry(visible)
}

fn is_too_deep(entry: &DirEntry) -> bool {
    entry.depth() == MAX_LEVELS && entry.file_type().is_dir()
}

fn too_deep(entry: &DirEntry) -> Error {
    Error::Record { path: entry.path().into(), line: None, message: format!("inside more than {MAX_LEVELS} folders: not read") }
}

fn too_many(root: &Path) -> Error {
    Error::Record { path: root.into(), line: None, message: format!("more than {MAX_FOUND} files and folders: the rest is not read") }
}

fn walk_error(root: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(root).to_path_buf();
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("a link back to {}, which holds it: not followed", ancestor.display());
        return Error::Record { path, line: None, message };
    }
    Error::Io { path, source: error.into() }
}

/// The path below `root`, with `/` on every system.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|part| spelled(part.as_os_str())).collect::<Vec<_>>().join("/")
}

/// A name as text: bytes that are none are spelled out (`\xff`), so that different names stay different.
fn spelled(name: &OsStr) -> String {
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    out
}

#[cfg(test)]
mod tests;
