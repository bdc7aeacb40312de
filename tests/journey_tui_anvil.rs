//! A payment on the full screen, from the locked console to a settled transfer on a real node.

use std::time::Duration;

use alloy_primitives::U256;
use serde_json::Value;

use crate::support::cli::{SUPPLIER, password};
use crate::support::console::{ETHER, Office, confirm, open_act, quit, see_done, unlock, write_draft};
use crate::support::pty::Terminal;

/// Sections of a transfer's review.
const SECTIONS: usize = 6;
/// Pages that all of them take at most.
const PAGES_MAX: usize = 12;
/// Without a new byte for so long, the frame of a key is whole.
const SETTLED: Duration = Duration::from_millis(150);
/// How long a person looks at half a section; it counts as seen after a second.
const PAGE_READ: Duration = Duration::from_millis(1_150);

/// Sees an approved transfer into a block, makes it final, and sees it settle.
fn settle(terminal: &mut Terminal, office: &Office, number: &str) {
    terminal.send("2");
    terminal.wait_for("[2 Transfers]");
    let row = |screen: &str, word: &str| screen.lines().any(|line| line.contains(number) && line.contains(word));
    terminal.wait_until("included", |screen| row(screen, "included") || row(screen, "settled"));
    office.anvil.mine(1);
    terminal.wait_until("settled", |screen| row(screen, "settled") && row(screen, "paid"));
}

/// Chooses who acts, reads the whole review, and approves.
fn approve(terminal: &mut Terminal, who: &str, amount: &str) {
    terminal.send("3");
    terminal.wait_for("[3 Queue");
    terminal.send("@");
    terminal.wait_for("Act as");
    while !terminal.screen().contains(&format!("▸ {who}")) {
        let before = terminal.screen();
        terminal.send("j");
        terminal.wait_until("another member chosen", |screen| screen != before);
    }
    terminal.send("\r");
    terminal.wait_for(&format!("you act as {who}"));
    terminal.send("\r");
    terminal.wait_for(&format!("seen 0/{SECTIONS}"));
    for _ in 0..PAGES_MAX {
        if terminal.screen().contains(&format!("seen {SECTIONS}/{SECTIONS}")) {
            break;
        }
        if terminal.screen().contains(" more: j") {
            // Nothing on the screen says that half a section was seen: it is looked at for a second.
            terminal.read_for(PAGE_READ);
            terminal.send("\x04");
        } else {
            // Every section on this page has its mark.
            terminal.wait_until("all marked as seen", |screen| {
                let line = screen.lines().nth(2).unwrap_or_default();
                line.matches("+]").count() == line.matches(']').count()
            });
            terminal.send("\t");
        }
        terminal.read_until_quiet(SETTLED);
    }
    terminal.wait_for(&format!("seen {SECTIONS}/{SECTIONS}"));
    open_act(terminal, "approve");
    confirm(terminal, amount, "approve");
}

#[test]
fn a_payment_by_keys_alone() {
    let office = Office::open(2);
    let mut terminal = office.console(80, 24);
    terminal.wait_for(" LOCKED ");
    unlock(&mut terminal, "not the password at all");
    terminal.wait_for("1 wrong try");
    terminal.send(&password("ops"));
    terminal.send("\r");
    terminal.wait_for(" UNLOCKED ");
    terminal.wait_for("50.0000");

    write_draft(&mut terminal, "0.25");
    terminal.wait_for("met: rule small lets it pass without a vote");
    open_act(&mut terminal, "propose");
    confirm(&mut terminal, "0.25", "propose");
    settle(&mut terminal, &office, "R-0001");
    assert_eq!(office.anvil.balance(SUPPLIER), U256::from(ETHER / 4));

    write_draft(&mut terminal, "2.5");
    open_act(&mut terminal, "propose");
    // What is voted on anyway is proposed by a yes; what goes out at once was typed above.
    terminal.wait_for("Propose? Press y");
    terminal.send("y");
    see_done(&mut terminal, "propose");
    approve(&mut terminal, "bob", "2");
    approve(&mut terminal, "carol", "2");
    settle(&mut terminal, &office, "R-0002");
    assert_eq!(office.anvil.balance(SUPPLIER), U256::from(ETHER / 4) + U256::from(5 * (ETHER / 2)));

    terminal.send("5");
    terminal.wait_for("[5 Audit]");
    terminal.wait_for("settled");
    terminal.send("v");
    terminal.wait_for("The journal is sound");
    quit(&mut terminal);
    let shown = office.home.json(&["transfer", "show", "R-0002"]).ok();
    assert_eq!(shown["request"]["votes"].as_array().map(Vec::len), Some(2), "{shown}");
    assert_eq!(shown["request"]["stage"], Value::from("settled"));
    office.sound();
}
