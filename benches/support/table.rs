//! Figures in rows, and what a row is held against.

use std::time::Duration;

/// Rows of one benchmark.
#[derive(Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    /// A row: what, figure, budget or peer.
    pub fn row(&mut self, what: &str, figure: impl Into<String>, against: &str) {
        self.0.push([what.to_owned(), figure.into(), against.to_owned()]);
    }

    /// As Markdown, ready for `benches/README.md`.
    pub fn print(&self) {
        println!("| what | figure | against |\n|---|---|---|");
        for [what, figure, against] in &self.0 {
            println!("| {what} | {figure} | {against} |");
        }
    }
}

/// Sorted, so that one slow run on a shared machine shows as a tail and not in the middle.
pub struct Times(Vec<Duration>);

impl Times {
    /// Of these runs, at least one.
    pub fn of(mut runs: Vec<Duration>) -> Self {
        assert!(!runs.is_empty(), "no run");
        runs.sort();
        Self(runs)
    }

    /// The run that `percent` of all are not slower than.
    pub fn at(&self, percent: usize) -> Duration {
        let last = self.0.len() - 1;
        self.0[(last * percent).div_ceil(100).min(last)]
    }

    /// Median, with the fastest and slowest in brackets.
    pub fn text(&self) -> String {
        format!("{} ({} to {}, {} runs)", short(self.at(50)), short(self.at(0)), short(self.at(100)), self.0.len())
    }
}

/// Three digits and a unit.
pub fn short(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.1} us", s * 1e6),
    }
}

/// Bytes in binary megabytes.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}
