//! The full screen when the terminal goes, the process dies, somebody's text is hostile, or there is no terminal at all.

use std::fs;
use std::path::Path;
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::cli::{SUPPLIER, word};
use crate::support::console::{Office, confirm, end_by, open_act, quit, type_slowly, write_draft};
use crate::support::deadline::Deadline;
use crate::support::pty::Terminal;

/// Seconds in which a console must have ended after its terminal went.
const END_SECONDS_MAX: u64 = 2;
/// Balances are not read again within these tests.
const NEVER_S: u32 = 3_600;

/// A memo and an end-of-text that would steer a terminal, if they ever reached it.
const HOSTILE: &str =
    "pay\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]8;;http://evil.example\u{1b}\\\u{9b}2J\u{202e}dna\u{2066}\r\u{200b}\u{feff}\u{85}end";

/// Whether a process has ended; one that nobody waited for yet has ended too.
fn has_ended(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z') || rest.starts_with('X'))
}

/// A draft by the command line.
fn draft(office: &Office, memo: &str) -> Value {
    let words = ["transfer", "draft", "--as", "alice", "--from", "hot", "--to", "supplier", "--asset", "ETH", "--amount", "0.5"];
    office.home.with("ops", &[&words[..], &["--memo", memo]].concat()).ok()["request"].take()
}

#[test]
fn signals_end_it_and_the_journal_is_sound() {
    let office = Office::open(NEVER_S);
    let before = office.sound();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = office.unlocked();
        let deadline = Deadline::in_seconds(END_SECONDS_MAX);
        end_by(&mut terminal, signal);
        assert!(deadline.left().is_some(), "{signal:?} took too long");
    }
    assert_eq!(office.sound(), before, "looking writes nothing");
}

/// The inner terminal belongs to a process of its own, so that it can vanish as a window does.
#[test]
fn a_terminal_that_vanishes_ends_it() {
    let office = Office::open(NEVER_S);
    let folder = office.home.beside(".");
    let script = "import pty, sys; pty.spawn(sys.argv[1:])";
    let inner = format!("stty rows 24 cols 80; echo $$ > pid; exec {} --home home", env!("CARGO_BIN_EXE_bursar"));
    let mut command = CommandBuilder::new("/usr/bin/env");
    command.args(["python3", "-c", script, "/bin/sh", "-c", &inner]);
    let mut terminal = Terminal::run(command, &folder, 80, 24);
    terminal.wait_for(" LOCKED ");
    let id = fs::read_to_string(folder.join("pid")).expect("the shell wrote it").trim().parse().expect("a number");
    assert!(!has_ended(id));
    terminal.kill_at_once();
    let deadline = Deadline::in_seconds(END_SECONDS_MAX);
    while !has_ended(id) {
        assert!(deadline.left().is_some(), "the console outlived its terminal");
        std::thread::yield_now();
    }
    office.sound();
}

#[test]
fn killed_in_the_act_it_shows_the_true_state() {
    let office = Office::open(NEVER_S);
    let mut terminal = office.unlocked();
    write_draft(&mut terminal, "0.5");
    open_act(&mut terminal, "propose");
    type_slowly(&mut terminal, "Last 6 characters of the destination", "0a11ce");
    terminal.kill_at_once();
    let mut again = office.unlocked();
    again.send("2");
    again.wait_until("the draft, not proposed", |screen| screen.lines().any(|l| l.contains("R-0001") && l.contains("draft")));
    again.send("\r");
    again.wait_for("Transfers > draft R-0001");
    open_act(&mut again, "propose");
    confirm(&mut again, "0.5", "propose");
    again.wait_until("what became of it", |screen| !screen.contains("Transfers > draft"));
    again.kill_at_once();
    let shown = office.home.json(&["transfer", "show", "R-0001"]).ok();
    let mut third = office.unlocked();
    third.send("2");
    office.anvil.mine(1);
    third.wait_until("settled once", |screen| screen.lines().any(|l| l.contains("R-0001") && l.contains("settled")));
    assert_ne!(word(&shown["request"], "stage"), "drafted");
    assert_eq!(office.anvil.balance(SUPPLIER).to_string(), "500000000000000000");
    quit(&mut third);
    office.sound();
}

/// What in the bytes is not ours: commands other than the ones a frame is made of, controls, marks that turn or hide text.
fn foreign(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8(written.to_vec()).expect("only UTF-8 is written");
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                let kind = chars.next().expect("a whole sequence");
                let is_end = |c: char| if kind == '[' { ('@'..='~').contains(&c) } else { c == '\u{7}' || c == '\\' };
                let mut sequence = String::from(kind);
                while matches!(kind, '[' | ']') && !sequence[1..].ends_with(is_end) {
                    sequence.push(chars.next().expect("a whole sequence"));
                }
                let ours = matches!(sequence.chars().last(), Some('H' | 'm' | 'h' | 'l' | 'J' | 'K' | 't')) && kind == '[';
                let title = ["]0;bursar DEMO", "]2;bursar DEMO"].iter().any(|ours| sequence.starts_with(ours));
                let cursor_or_charset = matches!(kind, '\\' | '7' | '8');
                if !(ours || title || cursor_or_charset) {
                    found.push(sequence);
                }
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {
                found.push(c.escape_unicode().to_string());
            }
            c if c.is_control() => found.push(c.escape_unicode().to_string()),
            _ => {}
        }
    }
    found
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    let office = Office::open(NEVER_S);
    draft(&office, HOSTILE);
    let mut terminal = office.unlocked();
    terminal.send("2");
    terminal.wait_for("R-0001");
    terminal.wait_for("u{1b}");
    for (keys, text) in
        [("z", "u{202e}"), ("z", "newest first"), ("\r", "Transfers > draft R-0001"), ("5", "[5 Audit]"), ("\r", "drafted")]
    {
        terminal.send(keys);
        terminal.wait_for(text);
    }
    terminal.read_until_quiet(Duration::from_millis(200));
    let drawn = terminal.bytes();
    let unwanted = foreign(&terminal.written()[..drawn]);
    assert!(unwanted.is_empty(), "{unwanted:?}");
    quit(&mut terminal);
}

#[test]
fn the_scan_finds_what_it_is_there_for() {
    for hostile in [
        "\u{1b}]52;c;AA==\u{7}",
        "\u{1b}]8;;x\u{1b}\\",
        "\u{9b}2J",
        "\u{202e}",
        "\u{2066}",
        "\r",
        "\u{200b}",
        "\u{1b}[6n",
        "\u{1b}P",
    ] {
        assert!(!foreign(hostile.as_bytes()).is_empty(), "{hostile:?}");
    }
    assert!(foreign("\u{1b}[?2026h\u{1b}[2;3H\u{1b}[1;38;5;4mtext ─\u{1b}[?2026l".as_bytes()).is_empty());
}

#[test]
fn an_idle_screen_writes_nothing() {
    let office = Office::open(NEVER_S);
    let mut terminal = office.console(80, 24);
    // Ages go on in steps of five seconds: right after one there is nothing to draw for that long.
    terminal.wait_for("+5s");
    assert_eq!(terminal.read_until_quiet(Duration::from_secs(4)), 0);
    quit(&mut terminal);
}

fn without_terminal(home: &Path, words: &[&str]) -> Terminal {
    let line = format!("{} {} </dev/null | cat; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_bursar"), words.join(" "));
    let mut command = CommandBuilder::new("/bin/bash");
    command.args(["-c", &line]);
    Terminal::run(command, home, 200, 24)
}

#[test]
fn without_a_terminal_it_says_so() {
    let office = Office::open(NEVER_S);
    let folder = office.home.beside(".");
    for words in [["--home", "home", ""], ["--home", "home", "--json"], ["demo", "", ""], ["demo", "--json", ""]] {
        let mut terminal = without_terminal(&folder, &words);
        assert_eq!(terminal.wait_end().exit_code(), 2, "{words:?}");
        let screen = terminal.screen();
        assert!(screen.contains("standard input and output are not both a terminal"), "{screen}");
        assert_eq!(screen.contains("\"code\""), words.contains(&"--json"), "{screen}");
        assert!(!terminal.written().contains(&0x1b), "{screen}");
    }
    for (term, size, why) in
        [("dumb", (80, 24), "TERM=dumb"), ("xterm", (39, 24), "needs 40x10"), ("xterm", (80, 9), "needs 40x10")]
    {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", &format!("TERM={term} exec {} --home home --json", env!("CARGO_BIN_EXE_bursar"))]);
        let mut terminal = Terminal::run(command, &folder, size.0, size.1);
        assert_eq!(terminal.wait_end().exit_code(), 2);
        let said = String::from_utf8_lossy(terminal.written()).into_owned();
        assert!(said.contains(why) && said.contains("\"code\""), "{said}");
        assert!(!terminal.is_alternate() && !said.contains('\u{1b}'), "{said}");
    }
}
