//! A folder with files, and the command run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The root of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A temporary folder in which the command is run, so that no settings file but the test's own is found.
pub(crate) struct Dir {
    folder: tempfile::TempDir,
}

impl Dir {
    pub(crate) fn new() -> Dir {
        Dir { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Dir {
        files.iter().fold(Dir::new(), |dir, (name, text)| dir.file(name, text))
    }

    /// Adds a file, with the folders above it.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Dir {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file that was written")
    }

    /// The command in this folder, its streams still to be chosen.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samestory"));
        command.current_dir(self.folder.path()).args(args).env_remove("NO_COLOR").env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        Output::of(self.command(args))
    }

    /// Runs the command with `stdin` on its standard input.
    pub(crate) fn pipe(&self, stdin: impl AsRef<[u8]>, args: &[&str]) -> Output {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command");
        child.stdin.take().expect("a pipe").write_all(stdin.as_ref()).expect("a reader of the pipe");
        Output::new(child.wait_with_output().expect("the command's end"))
    }
}

/// What the command said and how it ended.
#[derive(Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Output {
    pub(crate) fn of(mut command: Command) -> Output {
        Output::new(command.output().expect("the command"))
    }

    fn new(output: std::process::Output) -> Output {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// Standard output of a run without any complaint.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// Standard output of a run that ended well, whatever it said on standard error.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "stderr: {}", self.stderr);
        self.stdout
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("JSON on standard output")
    }
}

/// The rows of a JSON Lines output.
#[track_caller]
pub(crate) fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// One field of every row, as text.
#[track_caller]
pub(crate) fn column(text: &str, field: &str) -> Vec<String> {
    rows(text).iter().map(|row| row[field].as_str().map_or_else(|| row[field].to_string(), str::to_owned)).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory")
}
