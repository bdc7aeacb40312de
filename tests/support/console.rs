//! The full screen as a person uses it: one key at a time, each seen before the next.

use std::fs;

use alloy_primitives::{Address, U256};
use rustix::process::Signal;
use serde_json::Value;

use super::anvil::Anvil;
use super::cli::{CHAIN_ID, Home, SUPPLIER, password, write};
use super::pty::Terminal;

/// Wei in one ether.
pub const ETHER: u64 = 1_000_000_000_000_000_000;
/// The end of the supplier's address, as it is typed.
const SUPPLIER_TAIL: &str = "0a11ce";

const POLICY: &str = r#"vote_time = "24h"
governance = { group = "admins", needed = 1 }

[groups]
admins = ["alice", "bob", "carol"]
approvers = ["bob", "carol"]

[[rule]]
id = "small"
tiers = ["hot"]
to = ["supplier"]
asset = "ETH"
up_to = "1"
allow = true

[[rule]]
id = "large"
to = ["supplier"]
asset = "ETH"
over = "1"
require = [{ group = "approvers", needed = 2 }]
"#;

/// A treasury on a real node, whose members' keys all open with one password: one console can act as each of them.
pub struct Office {
    /// Its home.
    pub home: Home,
    /// Its network.
    pub anvil: Anvil,
}

impl Office {
    /// Founded by flags alone; the console reads balances again after so many seconds.
    pub fn open(refresh_s: u32) -> Self {
        let (home, anvil) = (Home::empty(), Anvil::start(CHAIN_ID));
        let policy = home.beside("policy.toml");
        fs::write(&policy, POLICY).expect("written");
        let (node, supplier) = (format!("own={}", anvil.url()), format!("supplier:Supplier 7:{SUPPLIER}"));
        let words = [
            ["--name", "acme"],
            ["--profile", "demo"],
            ["--node", &node],
            ["--member", "alice:operator,admin:new"],
            ["--member", "bob:approver,admin:new"],
            ["--member", "carol:approver,admin:new"],
            ["--wallet", "hot:hot:single-key:new"],
            ["--contact", &supplier],
            ["--asset", "ETH:native:18"],
            ["--finality", "1"],
            ["--policy", policy.to_str().expect("UTF-8")],
        ];
        let founded = home.with("ops", &[&["init"], words.as_flattened()].concat()).ok();
        let config = home.path().join("config.toml");
        let text = fs::read_to_string(&config).expect("init writes it");
        let own = text.replace("# me = \"alice\"", &format!("me = \"alice\"\nrefresh_s = {refresh_s}"));
        assert_ne!(own, text, "init shows how to say who acts");
        write(&config, &own, 0o600);
        let hot: Address = founded["wallets"][0]["address"].as_str().and_then(|a| a.parse().ok()).expect("an address");
        anvil.fund(hot, U256::from(50) * U256::from(ETHER));
        Self { home, anvil }
    }

    /// The full screen of it.
    pub fn console(&self, columns: u16, rows: u16) -> Terminal {
        Terminal::bursar(&["--home", "home"], &self.home.beside("."), columns, rows)
    }

    /// The full screen of it, with the keys open.
    pub fn unlocked(&self) -> Terminal {
        let mut terminal = self.console(80, 24);
        terminal.wait_for("LOCKED");
        unlock(&mut terminal, &password("ops"));
        terminal.wait_for(" UNLOCKED ");
        terminal
    }

    /// Whether every entry of the journal follows from the one before, and how many there are.
    pub fn sound(&self) -> u64 {
        let checked = self.home.json(&["audit", "verify"]).ok();
        assert_eq!(checked["sound"], Value::Bool(true), "{checked}");
        checked["journal"]["entries"].as_u64().expect("a number")
    }
}

/// Asks for the keys and answers with a passphrase.
pub fn unlock(terminal: &mut Terminal, passphrase: &str) {
    terminal.send("\x18");
    terminal.wait_for("Passphrase");
    terminal.send(passphrase);
    terminal.wait_for("****");
    terminal.send("\r");
}

/// Writes a draft to the supplier on the Transfers screen, up to its complete form.
pub fn write_draft(terminal: &mut Terminal, amount: &str) {
    terminal.send("2");
    terminal.wait_for("[2 Transfers]");
    terminal.send("n");
    terminal.wait_for("Transfers > new draft");
    terminal.send("\r\r");
    terminal.wait_for("From      [H] hot");
    terminal.send("\rsupplier\r");
    terminal.wait_for("in the address book as supplier");
    terminal.send("\r\r");
    terminal.wait_for("Asset     ETH");
    terminal.send("\r");
    terminal.send(amount);
    terminal.send("\r");
    terminal.wait_for("base units");
}

/// Opens the acts, chooses one that is on, and waits until its screen takes keys.
pub fn open_act(terminal: &mut Terminal, act: &str) {
    terminal.send("x");
    terminal.wait_for("nothing happens by opening this list");
    terminal.wait_for(&format!(" {act} "));
    while !terminal.screen().contains(&format!("▸ {act}")) {
        let before = terminal.screen();
        terminal.send("j");
        terminal.wait_until("another act chosen", |screen| screen != before);
    }
    terminal.send("\r");
    terminal.wait_for(&act.to_uppercase());
    terminal.wait_for(" Armed. ");
}

/// Types into the field behind a label as a person does: a key counts only when the one before was seen.
pub fn type_slowly(terminal: &mut Terminal, label: &str, text: &str) {
    for upto in 0..=text.len() {
        if upto > 0 {
            terminal.send(&text[upto - 1..upto]);
        }
        terminal.wait_as(&format!("cursor behind {:?}", &text[..upto]), |terminal| {
            let (row, column) = terminal.cursor();
            let screen = terminal.screen();
            let line = screen.lines().nth(usize::from(row)).unwrap_or_default();
            let before: String = line.chars().take(usize::from(column)).collect();
            line.contains(label) && before.trim_end().ends_with(&format!("[ {}", &text[..upto]).trim_end())
        });
    }
}

/// Types what an act on a payment to the supplier asks for, and lets it be done.
pub fn confirm(terminal: &mut Terminal, amount: &str, act: &str) {
    type_slowly(terminal, "Last 6 characters of the destination", SUPPLIER_TAIL);
    terminal.send("\t");
    type_slowly(terminal, "mount", amount);
    terminal.send("\r");
    see_done(terminal, act);
}

/// Sees that an act was done, and leaves its screen.
pub fn see_done(terminal: &mut Terminal, act: &str) {
    terminal.wait_for(&format!("Done: {act}"));
    terminal.send("\x1b");
    terminal.wait_gone(&format!("Done: {act}"));
}

/// Leaves by the keys, and sees the shell's screen again.
pub fn quit(terminal: &mut Terminal) {
    terminal.send("\x11");
    terminal.wait_for("Quit bursar?");
    terminal.send("y");
    let status = terminal.wait_end();
    assert!(status.success(), "{status:?}; the screen:\n{}", terminal.screen());
    assert!(!terminal.is_alternate(), "the shell's screen is back");
    assert!(!terminal.screen().contains("1 Over"), "nothing of the console stays:\n{}", terminal.screen());
}

/// Sends a signal that ends the program, and sees that it left the terminal as it was.
pub fn end_by(terminal: &mut Terminal, signal: Signal) {
    terminal.signal(signal);
    terminal.wait_end();
    assert!(!terminal.is_alternate(), "the shell's screen is back");
}
