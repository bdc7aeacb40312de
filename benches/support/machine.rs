//! What the machine says: time, memory, processor time, disk.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Runs something and says how long it took.
#[allow(clippy::disallowed_methods, reason = "a benchmark is a clock")]
pub fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let made = what();
    (made, start.elapsed())
}

/// Runs something so often and keeps every time.
pub fn times<T>(runs: usize, mut what: impl FnMut() -> T) -> Vec<Duration> {
    (0..runs).map(|_| timed(|| std::hint::black_box(what())).1).collect()
}

/// Seconds since 1970.
#[allow(clippy::disallowed_methods, reason = "a benchmark is a clock")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// A moment to measure from.
#[allow(clippy::disallowed_methods, reason = "a benchmark is a clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// Resident and highest resident bytes of a process, `self` or its id.
pub fn resident(process: &str) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a field of the status file");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("KiB") * 1024
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// Clock ticks (10 ms on Linux) that a process spent in user and system mode, and its voluntary context switches over all threads.
pub fn spent(process: &str) -> (u64, u64) {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux tells");
    let after = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|n| n.parse::<u64>().ok()).expect("ticks");
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("Linux tells");
    let switches = tasks.flatten().map(|task| {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap_or_default().to_owned();
        line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or_default()
    });
    (ticks(11) + ticks(12), switches.sum())
}

/// Bytes of a file.
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}
