//! What each stage of a run costs: `--stats`.

use std::fmt::Write;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use samestory::Stage;

/// A stage that is done.
struct Row {
    stage: Stage,
    wall: Duration,
    cpu: Duration,
}

/// A clock that is read at the end of each stage.
pub(crate) struct Stats {
    wall: Instant,
    cpu: ProcessTime,
    rows: Vec<Row>,
}

impl Stats {
    pub(crate) fn start() -> Stats {
        Stats { wall: Instant::now(), cpu: ProcessTime::now(), rows: Vec::new() }
    }

    /// A stage ends here and the next one begins.
    pub(crate) fn end(&mut self, stage: Stage) {
        let (wall, cpu) = (Instant::now(), ProcessTime::now());
        self.rows.push(Row { stage, wall: wall - self.wall, cpu: cpu.duration_since(self.cpu) });
        (self.wall, self.cpu) = (wall, cpu);
    }

    /// The table, a stage a line: seconds on the clock, seconds of CPU on all threads, counts.
    pub(crate) fn table(&self) -> String {
        let mut out = format!("{:<12} {:>9} {:>9}  counts\n", "stage", "wall s", "CPU s");
        for Row { stage, wall, cpu } in &self.rows {
            let counts: Vec<String> = stage.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            let _ = writeln!(out, "{:<12} {:>9.3} {:>9.3}  {}", stage.name, wall.as_secs_f64(), cpu.as_secs_f64(), counts.join(", "));
        }
        let sum = |of: fn(&Row) -> Duration| self.rows.iter().map(of).sum::<Duration>().as_secs_f64();
        let memory = peak_memory().map_or("unknown on this system".to_owned(), |bytes| format!("{} MiB", bytes / 1024 / 1024));
        let _ = writeln!(out, "{:<12} {:>9.3} {:>9.3}  peak memory {memory}", "all", sum(|row| row.wall), sum(|row| row.cpu));
        out
    }
}

/// The most memory this process has held so far, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some(kilobytes * 1024)
}
