//! Ctrl-C and its kin: unfinished files are removed, then the process ends of the signal, as it would have (130 in a shell after Ctrl-C).
//!
//! Where nothing is unfinished the system's own way stands: what an index has acknowledged is on disk.

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

/// Files that are removed when the process is stopped; who finishes one may leave it here, its name is gone by then.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Makes a file that goes when the process is stopped before it has its own name.
pub(crate) fn removing<T>(make: impl FnOnce() -> io::Result<(PathBuf, T)>) -> io::Result<T> {
    // Held while it is made, so that no moment is left between the file and its place in the list.
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if unfinished.is_empty() {
        watch()?;
    }
    let (path, made) = make()?;
    unfinished.push(path);
    Ok(made)
}

/// Waits for signals beside the work. One that whoever started us wants ignored (`nohup`, a shell's `&`) stays ignored.
#[cfg(unix)]
fn watch() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let signals: Vec<i32> = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal)).collect();
    let mut signals = signal_hook::iterator::Signals::new(signals)?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let unfinished = UNFINISHED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for path in unfinished.iter() {
                // One that has its own name by now is not there any more.
                let _ = std::fs::remove_file(path);
            }
            // Ends here; the list stays locked, so that nothing new is begun.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// Elsewhere a process that is stopped leaves its file behind.
#[cfg(not(unix))]
fn watch() -> io::Result<()> {
    Ok(())
}

/// Whether a signal is ignored, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
