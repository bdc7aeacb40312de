//! What a person feels: first frame, key to frame, bytes over the line, memory, and silence when nothing happens.
//!
//! The real binary in a pseudo-terminal on a treasury of the promised size. `cargo bench --bench console`

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where anything is otherwise than expected")]

mod support;

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use portable_pty::CommandBuilder;

use support::generate::{home, wanted};
use support::machine::{instant, resident, spent, timed};
use support::pty::Terminal;
use support::table::{Table, Times, mebibytes};

const COLUMNS: u16 = 80;
const ROWS: u16 = 24;
const STARTS: usize = 15;
const KEYS: usize = 300;
/// Longer than the least time between two frames, so that every key has its own.
const BETWEEN_KEYS: Duration = Duration::from_millis(130);
/// A frame is written at once; after so much silence it is over.
const QUIET: Duration = Duration::from_millis(40);
/// First drawings are over and the desk has looked around.
const SETTLE: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    let home = home(wanted());
    // A home with no node: what is measured is the console alone.
    let config = home.join("alone.toml");
    fs::write(&config, "[general]\nme = \"bob\"\n").expect("our own folder");
    let mut table = Table::default();
    let floor = (0..STARTS).map(|_| shell(&home)).collect();
    table.row("`sh` in the same terminal, one word", Times::of(floor).text(), "the limit");
    let starts = (0..STARTS).map(|_| start(&home, &config).1).collect();
    table.row("first frame from process start", Times::of(starts).text(), "150 ms");
    let (mut terminal, _) = start(&home, &config);
    let id = terminal.id().to_string();
    memory(&id, "resident after the first frame, highest", &mut table);
    keys(&mut terminal, &mut table);
    memory(&id, "resident after the keys, highest", &mut table);
    idle(&mut terminal, &id, &mut table);
    println!("the last frame:\n{}", terminal.screen());
    table.print();
}

fn shell(home: &Path) -> Duration {
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", "printf there"]);
    timed(|| Terminal::run(command, home, COLUMNS, ROWS).wait_for("there")).1
}

/// From before the process exists until header and footer stand on the screen.
fn start(home: &Path, config: &Path) -> (Terminal, Duration) {
    let arguments = ["--home", text(home), "--config", text(config)];
    timed(|| {
        let mut terminal = Terminal::bursar(&arguments, home, COLUMNS, ROWS);
        terminal.wait_until("a whole frame", |screen| {
            let lines: Vec<&str> = screen.lines().collect();
            lines.first().is_some_and(|line| line.contains("bench")) && lines.last().is_some_and(|line| line.contains("help"))
        });
        terminal
    })
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Down a long list of wallets: time to the first byte of the answer, and all its bytes.
fn keys(terminal: &mut Terminal, table: &mut Table) {
    terminal.send("4");
    terminal.wait_for("pay-00");
    terminal.read_until_quiet(Duration::from_millis(500));
    let (mut answers, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..KEYS {
        sleep(BETWEEN_KEYS);
        let start = instant();
        terminal.send("j");
        let first = terminal.wait_bytes();
        answers.push(start.elapsed());
        bytes.push(first + terminal.read_until_quiet(QUIET));
    }
    let answers = Times::of(answers);
    let (middle, late) = (answers.at(50).as_secs_f64() * 1e3, answers.at(99).as_secs_f64() * 1e3);
    table.row("key to frame", format!("p50 {middle:.1} ms, p99 {late:.1} ms ({KEYS} times `j`)"), "100 ms, felt as at once");
    bytes.sort_unstable();
    let mean = bytes.iter().sum::<usize>() / bytes.len();
    table.row(
        "bytes per key at 80x24",
        format!("median {}, mean {mean}, most {}", bytes[KEYS / 2], bytes[KEYS - 1]),
        "80x24 = 1,920 cells",
    );
}

fn idle(terminal: &mut Terminal, id: &str, table: &mut Table) {
    terminal.read_until_quiet(SETTLE);
    let before = spent(id);
    let bytes = terminal.read_for(IDLE);
    let after = spent(id);
    table.row("idle for 10 s: bytes written", bytes.to_string(), "0");
    let ticks = (after.0 - before.0) * 10;
    let wakes = after.1 - before.1;
    table.row("idle for 10 s: processor time, times a thread slept and woke", format!("{ticks} ms, {wakes}"), "no frame drawn");
}

fn memory(id: &str, what: &str, table: &mut Table) {
    let (now, most) = resident(id);
    table.row(what, format!("{}, {}", mebibytes(now), mebibytes(most)), "60 MiB");
}
