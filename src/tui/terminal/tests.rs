//! On a real pseudo-terminal: this test program runs itself there, as the screen, and is hung up on, stopped, panicked.

use std::env;
use std::io::{Read, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::Terminal;
use ratatui::style::Style;
use rustix::process::{Pid, Signal as ProcessSignal, kill_process};

use super::*;
use crate::tui::backend::FrameBackend;
use crate::tui::input::{Input, KeyPress, Tokenizer};
use crate::tui::widget::put;

const SELF: &str = "tui::terminal::tests::screen_within_a_pty";
/// Set where the program below is to be the screen.
const WATCHED: &str = "BURSAR_TEST_WATCHED_SCREEN";
/// Far more than anything here takes; only a broken program waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// In the pseudo-terminal of the tests below this is the program that they watch: `q` leaves, `p` panics. Anywhere else it
/// tries what must be refused.
#[test]
fn screen_within_a_pty() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if env::var_os(WATCHED).is_none() {
        let refused = runtime.block_on(async { Session::enter("bursar TEST", "dumb").err() });
        assert!(matches!(refused, Some(TerminalError::NoTty | TerminalError::Dumb)), "a dumb terminal gets no full screen");
        return;
    }
    let ended = runtime.block_on(async {
        let mut session = Session::enter("bursar TEST", "xterm").expect("a terminal");
        let (width, height) = session.size().expect("a size");
        let mut terminal = Terminal::new(FrameBackend::new(session.writer(), width, height)).expect("a screen");
        let mut tokenizer = Tokenizer::new();
        // One word, each time on another row: what is watched for arrives in one piece.
        let mut row = 0;
        let mut message = format!("ready-{width}x{height}");
        loop {
            row += 1;
            let draw = |frame: &mut ratatui::Frame| {
                put(frame.buffer_mut(), 0, row, &message, Style::new());
            };
            terminal.draw(draw).expect("a frame");
            match session.next().await {
                TerminalEvent::Bytes(bytes) => {
                    let inputs = tokenizer.feed(&bytes, 0);
                    assert!(!inputs.contains(&Input::Key(KeyPress::char('p'))), "asked to panic");
                    if inputs.contains(&Input::Key(KeyPress::char('q'))) {
                        return "quit".to_owned();
                    }
                    message = format!("got-{}", inputs.len());
                }
                TerminalEvent::Resize { width, height } => {
                    terminal.backend_mut().set_size(width, height);
                    message = format!("sized-{width}x{height}");
                }
                TerminalEvent::OutputReady => {}
                TerminalEvent::Suspend => "suspend".clone_into(&mut message),
                TerminalEvent::Hangup(reason) => return format!("{reason:?}"),
            }
        }
    });
    restore();
    println!("ended by {ended}");
}

/// The program in its terminal, and everything it wrote.
struct Watched {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    master: Option<Box<dyn portable_pty::MasterPty + Send>>,
    keyboard: Box<dyn Write + Send>,
    output: mpsc::Receiver<Vec<u8>>,
    seen: String,
}

impl Watched {
    fn start() -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env::current_exe().expect("this test program"));
        command.args([SELF, "--exact", "--nocapture", "--test-threads=1"]);
        command.env(WATCHED, "1");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let (send, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().expect("its input");
        let mut watched = Self { child, master: Some(pair.master), keyboard, output, seen: String::new() };
        watched.until("ready-80x24");
        watched
    }

    fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let more = self.output.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("never saw {text:?} in {:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    fn signal(&self, signal: ProcessSignal) {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).expect("its id");
        kill_process(id, signal).expect("it is there");
    }

    /// Waits for the end and returns all it wrote.
    fn ended(mut self) -> String {
        while let Ok(more) = self.output.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&more));
        }
        self.child.wait().expect("it ended");
        self.seen
    }
}

fn assert_restored(seen: &str) {
    let order = [
        "\u{1b}[22;0t",
        "\u{1b}[?1049h",
        "ready",
        "\u{1b}[?2026l",
        "\u{1b}[2J",
        "\u{1b}[?1004l",
        "\u{1b}[?2004l",
        "\u{1b}[?1049l",
        "\u{1b}[?25h",
    ];
    let mut rest = seen;
    for step in order {
        let at = rest.find(step).unwrap_or_else(|| panic!("{step:?} is missing or too early in {seen:?}"));
        rest = &rest[at + step.len()..];
    }
    assert_eq!(seen.matches("\u{1b}[?1049l").count(), 1, "restored exactly once");
    for query in ["\u{1b}[6n", "\u{1b}[c", "\u{1b}[>c", "\u{1b}]11;?", "$p"] {
        assert!(!seen.contains(query), "asked the terminal {query:?}");
    }
}

#[test]
fn leaving_restores_the_terminal() {
    let mut watched = Watched::start();
    watched.keyboard.write_all(b"ab").expect("typed");
    watched.until("got");
    watched.keyboard.write_all(b"q").expect("typed");
    let seen = watched.ended();
    assert_restored(&seen);
    assert!(seen.contains("ended by quit"));
}

#[test]
fn signals_end_it_in_order() {
    for (signal, reason) in [
        (ProcessSignal::TERM, "Term"),
        (ProcessSignal::HUP, "Hup"),
        (ProcessSignal::INT, "Interrupt"),
        (ProcessSignal::QUIT, "Interrupt"),
    ] {
        let watched = Watched::start();
        watched.signal(signal);
        let seen = watched.ended();
        assert_restored(&seen);
        assert!(seen.contains(&format!("ended by {reason}")), "{seen:?}");
    }
}

#[test]
fn a_panic_restores_before_it_speaks() {
    let mut watched = Watched::start();
    watched.keyboard.write_all(b"p").expect("typed");
    let seen = watched.ended();
    assert_restored(&seen);
    let (left, spoken) = (seen.find("\u{1b}[?1049l").unwrap_or(0), seen.find("asked to panic").unwrap_or(0));
    assert!(0 < left && left < spoken, "{seen:?}");
}

#[test]
fn a_cut_line_ends_it() {
    let mut watched = Watched::start();
    watched.master = None;
    let Watched { mut child, mut keyboard, output, .. } = watched;
    // The reading thread holds the line too; the next frame tells it that nobody listens.
    drop(output);
    keyboard.write_all(b"a").expect("typed");
    drop(keyboard);
    let (done, finished) = mpsc::channel();
    thread::spawn(move || done.send(child.wait().is_ok()));
    assert_eq!(finished.recv_timeout(PATIENCE), Ok(true), "it hangs on a cut line");
}

#[test]
fn resizing_and_suspending_are_events() {
    let mut watched = Watched::start();
    let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
    watched.master.as_ref().expect("still there").resize(size).expect("resized");
    watched.until("sized-100x30");
    watched.signal(ProcessSignal::TSTP);
    watched.until("suspend");
    watched.keyboard.write_all(b"q").expect("typed");
    assert_restored(&watched.ended());
}
