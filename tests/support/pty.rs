//! The binary in a pseudo-terminal: keys in, a screen of cells with styles out.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{Color, Parser};

use super::deadline::Deadline;

/// Seconds that a text may take to appear.
const APPEAR_SECONDS_MAX: u64 = 20;

/// Seconds that a program may take to end.
const END_SECONDS_MAX: u64 = 20;

/// Bytes read at once; a whole screen with styles is smaller.
const READ_BYTES: usize = 64 * 1024;

/// How one cell is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct CellStyle {
    pub text: String,
    pub foreground: Color,
    pub background: Color,
    pub bold: bool,
    pub dim: bool,
    pub underline: bool,
    pub inverse: bool,
}

/// A program in a terminal of its own. It is killed with the value, if it still runs.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: Parser,
    written: Vec<u8>,
}

impl Terminal {
    /// The binary under test with a home of its own and nothing else from this process's environment.
    pub fn bursar(arguments: &[&str], home: &Path, columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_bursar"));
        command.args(arguments);
        Self::run(command, home, columns, rows)
    }

    /// Any program, under the same conditions.
    pub fn run(mut command: CommandBuilder, home: &Path, columns: u16, rows: u16) -> Self {
        command.env_clear();
        let settings = [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/bin:/bin"),
            ("TZ", "UTC"),
        ];
        // Temporary files lie in the home, so that a test sees what stays behind.
        command.env("TMPDIR", home);
        settings.iter().for_each(|(name, value)| command.env(name, value));
        command.env("HOME", home);
        command.cwd(home);
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        // Our copy of the program's end must close, or its output would never end.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let parser = Parser::new(nonzero(rows), nonzero(columns), 0);
        Self { child, master: pair.master, keys, output: read_all(reader), parser, written: Vec::new() }
    }

    /// Types bytes as they are: `"j"`, `"\r"`, `"\x1b[A"`.
    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the terminal takes keys");
    }

    /// Reads until the screen shows a text; fails with the screen as it is when it takes too long or the program ends.
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Reads until the screen no longer shows a text.
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} gone from the screen"), |screen| !screen.contains(text));
    }

    /// Reads until the screen's text is as wanted.
    pub fn wait_until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.wait_as(what, |terminal| wanted(&terminal.screen()));
    }

    /// Reads until the terminal is as wanted.
    pub fn wait_as(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let deadline = Deadline::in_seconds(APPEAR_SECONDS_MAX);
        while !wanted(self) {
            let why = match deadline.left().map(|left| self.output.recv_timeout(left)) {
                Some(Ok(bytes)) => {
                    self.take(&bytes);
                    continue;
                }
                Some(Err(RecvTimeoutError::Disconnected)) => "before the program ended",
                Some(Err(RecvTimeoutError::Timeout)) | None => "in time",
            };
            panic!("no {what} {why}; the screen:\n{}", self.screen());
        }
    }

    /// Reads until nothing has come for so long; says how many bytes came. For byte budgets.
    pub fn read_until_quiet(&mut self, quiet: Duration) -> usize {
        let before = self.bytes();
        let deadline = Deadline::in_seconds(APPEAR_SECONDS_MAX);
        while let Ok(bytes) = self.output.recv_timeout(quiet) {
            self.take(&bytes);
            assert!(deadline.left().is_some(), "the program draws without end; the screen:\n{}", self.screen());
        }
        self.bytes() - before
    }

    /// Waits for the next bytes and says how many came. For the benchmarks.
    #[allow(dead_code, reason = "tests wait for what the screen shows")]
    pub fn wait_bytes(&mut self) -> usize {
        let bytes = self.output.recv_timeout(Duration::from_secs(APPEAR_SECONDS_MAX)).expect("the program draws");
        self.take(&bytes);
        bytes.len()
    }

    /// Reads for so long, whatever comes, as somebody who looks at a page; says how many bytes came.
    pub fn read_for(&mut self, time: Duration) -> usize {
        let (before, end) = (self.bytes(), Deadline::after(time));
        while let Some(Ok(bytes)) = end.left().map(|left| self.output.recv_timeout(left)) {
            self.take(&bytes);
        }
        self.bytes() - before
    }

    /// The program's process id. For the benchmarks.
    #[allow(dead_code, reason = "tests do not look into the process")]
    pub fn id(&self) -> u32 {
        self.child.process_id().expect("a running child has an id")
    }

    /// The text on the screen, one line a row, without blanks at the ends.
    pub fn screen(&self) -> String {
        let (_, columns) = self.parser.screen().size();
        self.parser.screen().rows(0, columns.get()).map(|row| format!("{}\n", row.trim_end())).collect()
    }

    /// How the cell at a row and a column, both from 0, is drawn.
    pub fn cell(&self, row: u16, column: u16) -> CellStyle {
        let cell = self.parser.screen().cell(row, column).expect("a cell on the screen");
        CellStyle {
            text: cell.contents().to_owned(),
            foreground: cell.fgcolor(),
            background: cell.bgcolor(),
            bold: cell.bold(),
            dim: cell.dim(),
            underline: cell.underline(),
            inverse: cell.inverse(),
        }
    }

    /// Row and column of the cursor, both from 0.
    pub fn cursor(&self) -> (u16, u16) {
        self.parser.screen().cursor_position()
    }

    /// Whether the program has the alternate screen; a shell's own screen must be back when it ends.
    pub fn is_alternate(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// Bytes the program has written so far.
    pub fn bytes(&self) -> usize {
        self.written.len()
    }

    /// Everything the program has written so far, byte for byte.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// Makes the terminal larger or smaller; the program hears of it by a signal.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(columns, rows)).expect("a terminal of that size");
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("a running child has an id"), signal).expect("our own child");
    }

    /// Ends the program as `kill -9` does: at once, wherever it is.
    pub fn kill_at_once(&mut self) {
        self.signal(Signal::KILL);
        self.child.wait().expect("our own child ends");
    }

    /// Reads until the program has ended by itself, and says how.
    pub fn wait_end(&mut self) -> ExitStatus {
        let deadline = Deadline::in_seconds(END_SECONDS_MAX);
        loop {
            match deadline.left().map(|left| self.output.recv_timeout(left)) {
                Some(Ok(bytes)) => self.take(&bytes),
                Some(Err(RecvTimeoutError::Disconnected)) => return self.child.wait().expect("our own child ends"),
                Some(Err(RecvTimeoutError::Timeout)) | None => {
                    panic!("the program did not end in {END_SECONDS_MAX} s; the screen:\n{}", self.screen())
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
        self.parser.process(bytes);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill_at_once();
        }
    }
}

/// Reads in a thread of its own until the terminal closes: waiting is then waiting on a channel, with a time-out.
fn read_all(mut reader: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; READ_BYTES];
        // Linux reports the end of a pseudo-terminal as an error, other systems as zero bytes.
        while let Ok(len @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..len].to_vec()).is_err() {
                break;
            }
        }
    });
    output
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, ..PtySize::default() }
}

fn nonzero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal has rows and columns")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that runs a few words, in an empty home.
    fn shell(words: &str) -> (Terminal, tempfile::TempDir) {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", words]);
        (Terminal::run(command, home.path(), 40, 5), home)
    }

    #[test]
    fn keys_go_in_and_cells_come_out() {
        let (mut terminal, _home) =
            shell("stty -echo; printf 'ready\\r\\n'; read a; printf '\\033[1;31m<%s>\\033[0m' \"$a\"; exit 3");
        terminal.wait_for("ready");
        let before = terminal.bytes();
        terminal.send("key\r");
        terminal.wait_for("<key>");
        let cell = terminal.cell(1, 1);
        assert_eq!((cell.text.as_str(), cell.foreground, cell.bold, cell.inverse), ("k", Color::Idx(1), true, false));
        assert_eq!(terminal.wait_end().exit_code(), 3);
        assert_eq!(terminal.bytes() - before, "\x1b[1;31m<key>\x1b[0m".len());
        assert_eq!(terminal.screen().lines().count(), 5);
    }

    #[test]
    fn a_program_hears_of_its_new_size() {
        let (mut terminal, _home) = shell("trap 'stty size; exit' WINCH; stty size; while :; do read a; done");
        terminal.wait_for("5 40");
        terminal.resize(60, 7);
        terminal.wait_for("7 60");
        assert_eq!(terminal.screen().lines().count(), 7);
    }

    #[test]
    fn the_alternate_screen_is_told_from_the_shells() {
        let (mut terminal, _home) = shell("printf 'below\\033[?1049habove'; read a; printf '\\033[?1049l'");
        terminal.wait_for("above");
        assert!(terminal.is_alternate());
        terminal.send("\r");
        terminal.wait_gone("above");
        assert!(!terminal.is_alternate());
        assert!(terminal.screen().starts_with("below"));
    }

    #[test]
    fn a_killed_program_is_gone_at_once() {
        let (mut terminal, _home) = shell("trap '' HUP TERM INT; printf ready; read a");
        terminal.wait_for("ready");
        assert_eq!(terminal.read_until_quiet(Duration::from_millis(10)), 0);
        terminal.kill_at_once();
        assert!(!terminal.wait_end().success());
    }

    #[test]
    #[should_panic(expected = "before the program ended")]
    fn waiting_for_what_never_comes_shows_the_screen() {
        let (mut terminal, _home) = shell("printf only this");
        terminal.wait_for("that");
    }

    #[test]
    fn the_binary_starts_with_nothing_from_our_environment() {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::bursar(&["--version"], home.path(), 80, 24);
        assert_eq!(terminal.wait_end().signal(), None);
    }
}
