//! The practice treasury on the full screen: every tab, a barred draft, resizes, and nothing left behind.

use std::path::Path;

use crate::support::console::{quit, see_done, type_slowly};
use crate::support::pty::Terminal;

/// Folders of the practice treasury that lie in a home.
fn practice_folders(home: &Path) -> usize {
    let entries = std::fs::read_dir(home).expect("readable");
    entries.filter(|entry| entry.as_ref().is_ok_and(|e| e.file_name().to_string_lossy().starts_with("bursar-demo-"))).count()
}

fn opened(columns: u16, rows: u16) -> (Terminal, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Terminal::bursar(&["demo"], home.path(), columns, rows);
    terminal.wait_for("Alerts (0)");
    terminal.wait_for(" UNLOCKED ");
    assert!(terminal.is_alternate());
    assert_eq!(practice_folders(home.path()), 1);
    (terminal, home)
}

/// Every row of the screen fits the terminal, and the furniture stands where it belongs.
fn is_whole(screen: &str, rows: usize) -> bool {
    let lines: Vec<&str> = screen.lines().collect();
    lines.len() == rows && lines[0].contains("DEMO") && lines[1].contains("Transfers") && !lines[rows - 1].is_empty()
}

fn every_tab_and_help(terminal: &mut Terminal) {
    for (key, title) in [("2", "Transfers  7"), ("3", "Queue  2 open"), ("4", "Wallets  7"), ("5", "entries"), ("1", "Overview")]
    {
        terminal.send(key);
        terminal.wait_for(&format!("[{key} "));
        terminal.wait_until(title, |screen| screen.lines().nth(2).is_some_and(|line| line.contains(title)));
        terminal.send("?");
        terminal.wait_for("close");
        terminal.send("q");
        terminal.wait_gone("esc/q close");
        terminal.wait_until(title, |screen| screen.lines().nth(2).is_some_and(|line| line.contains(title)));
    }
}

/// A draft to somewhere that no rule allows says so, and cannot be proposed into a payment.
fn a_barred_draft_says_why(terminal: &mut Terminal) {
    terminal.send("2");
    terminal.wait_for("[2 Transfers]");
    terminal.send("n");
    terminal.wait_for("Not complete");
    terminal.send("\r\r");
    terminal.wait_for("From      [");
    terminal.send("\r0x52908400098527886E0F7030069857D2E4169EE7\r");
    terminal.wait_for("0x5290 8400 0985 2788 6E0F 7030 0698 57D2 E416 9EE7");
    terminal.send("\rETH\r");
    terminal.wait_for("Asset     ETH");
    terminal.send("\r0.5\r");
    terminal.wait_for("base units");
    terminal.wait_for("barred");
    terminal.send("\x1b");
    terminal.wait_for("newest first");
}

fn hidden_amounts(terminal: &mut Terminal) {
    terminal.send("1");
    terminal.wait_for("1,850.0000");
    terminal.send(".");
    terminal.wait_gone("1,850.0000");
    terminal.send(".");
    terminal.wait_for("1,850.0000");
}

fn resizes_end_in_a_right_frame(terminal: &mut Terminal, (columns, rows): (u16, u16)) {
    for step in 0..60_u16 {
        terminal.resize(40 + step * 7 % 120, 10 + step * 5 % 40);
    }
    terminal.resize(columns, rows);
    terminal.wait_until("the whole frame", |screen| is_whole(screen, usize::from(rows)) && screen.contains("Alerts"));
    terminal.resize(40, 10);
    terminal.send("3");
    terminal.wait_until("the small frame", |screen| screen.lines().count() == 10 && screen.contains("R-0006"));
    for key in ["x", "\r"] {
        terminal.send(key);
        terminal.wait_for("Small window");
        assert!(!terminal.screen().contains("Acts for"));
    }
    terminal.resize(39, 9);
    terminal.wait_for("bursar needs 40x10");
    terminal.resize(columns, rows);
    terminal.wait_until("the whole frame", |screen| is_whole(screen, usize::from(rows)) && screen.contains("Queue  2 open"));
}

fn all_of_it(columns: u16, rows: u16) {
    let (mut terminal, home) = opened(columns, rows);
    every_tab_and_help(&mut terminal);
    a_barred_draft_says_why(&mut terminal);
    hidden_amounts(&mut terminal);
    resizes_end_in_a_right_frame(&mut terminal, (columns, rows));
    quit(&mut terminal);
    assert!(terminal.screen().contains("the practice treasury is gone"), "{}", terminal.screen());
    assert_eq!(practice_folders(home.path()), 0, "nothing is left behind");
}

#[test]
fn the_practice_treasury_at_80x24() {
    all_of_it(80, 24);
}

#[test]
fn the_practice_treasury_at_140x40() {
    all_of_it(140, 40);
}

#[test]
fn a_freeze_is_a_reason_and_a_yes_and_the_verb_it_names_exists() {
    let (mut terminal, _home) = opened(100, 30);
    terminal.send("2");
    terminal.wait_for("[2 Transfers]");
    terminal.send("x");
    terminal.wait_for("nothing happens by opening this list");
    terminal.send("G");
    terminal.wait_for("▸ freeze");
    terminal.wait_for("bursar --as alice freeze --wallet reserve --reason");
    terminal.send("\r");
    terminal.wait_for("FREEZE reserve");
    terminal.wait_for(" Armed. ");
    type_slowly(&mut terminal, "Reason", "drill");
    terminal.send("\r");
    terminal.wait_for("Freeze? Press y");
    terminal.wait_for(" Armed. ");
    terminal.send("y");
    terminal.wait_for("Done: freeze");
    terminal.wait_for("until an unfreeze is voted");
    see_done(&mut terminal, "freeze");
    terminal.send("1");
    terminal.wait_for("Frozen: wallet reserve, by alice");
    quit(&mut terminal);
}
