//! Nodes that lie, babble or say nothing: nobody waits for ever, nothing is believed, nothing is lost.

use std::fs;

use serde_json::{Value, json};

use crate::support::anvil::Anvil;
use crate::support::cli::{CHAIN_ID, Home, SUPPLIER, Treasury, word};
use crate::support::deadline::Deadline;
use crate::support::relay::{Mood, Relay};

/// Longest that a command may take with a node that says nothing: its own deadline is half a second a question.
const SILENT_SECONDS_MAX: u64 = 20;
/// More than the largest answer that is read by default, with what lies in buffers.
const FLOOD_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A treasury that sees its node through a relay, and gives it half a second for each answer.
fn behind_a_relay() -> (Treasury, Relay) {
    let anvil = Anvil::start(CHAIN_ID);
    let relay = Relay::to(anvil.address());
    let treasury = Treasury::on(anvil, &|_| relay.url());
    for file in fs::read_dir(treasury.home.path()).expect("a home").map(|f| f.expect("a file").path()) {
        if file.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&file).expect("readable");
            fs::write(&file, text.replace("id = \"own\"\n", "id = \"own\"\ntimeout_ms = 500\n")).expect("written");
        }
    }
    (treasury, relay)
}

fn entries(treasury: &Treasury) -> i64 {
    treasury.home.journal().query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).expect("a number")
}

#[test]
fn whatever_a_node_says_the_answer_is_unavailable() {
    let (treasury, relay) = behind_a_relay();
    let words = ["transfer", "draft", "--from", "hot", "--to", "supplier", "--asset", "TUSD", "--amount", "5"];
    let draft = treasury.home.with("alice", &words).ok()["request"].take();
    let number = word(&draft, "number");
    let before = entries(&treasury);
    let moods = [
        (Mood::Down, true),
        (Mood::Silent, true),
        (Mood::Html, true),
        (Mood::Half, true),
        // Who answers like this will answer like this again: somebody must look at the node.
        (Mood::Flood, false),
        (Mood::Lying("eth_chainId", json!("0x1")), false),
        (Mood::Lying("eth_chainId", json!("\u{1b}[2J\u{202e}")), false),
        (Mood::Lying("eth_estimateGas", json!("0xffffffffffffffffffffffffffffffffffffffff")), false),
        (Mood::Lying("eth_getTransactionCount", json!({ "nonce": 7 })), false),
        (Mood::Lying("eth_feeHistory", json!([])), false),
    ];
    for (mood, retry) in moods {
        relay.set(mood.clone());
        let deadline = Deadline::in_seconds(SILENT_SECONDS_MAX);
        let said = treasury.home.with("alice", &["transfer", "propose", number]);
        assert!(deadline.left().is_some(), "{mood:?} took too long");
        assert_eq!(said.failure(), ("unavailable".into(), "node.unavailable".into(), 4), "{mood:?}: {}", said.text());
        assert_eq!(said.json()["error"]["retry"], retry, "{mood:?}: {}", said.message());
        assert!(said.is_harmless(), "{mood:?}");
        assert_eq!(entries(&treasury), before, "{mood:?}");
    }
    assert!(relay.flooded() < FLOOD_BYTES_MAX, "{} bytes of a gigabyte were read", relay.flooded());
    relay.set(Mood::Faithful);
    let proposed = treasury.home.with("alice", &["transfer", "propose", number]).ok();
    assert_eq!(word(&treasury.settle(&proposed["request"]), "stage"), "settled");
    assert_eq!(treasury.tokens(SUPPLIER).to::<u64>(), 5_000_000);
}

#[test]
fn a_node_that_fails_in_flight_delays_the_payment_only() {
    let (treasury, relay) = behind_a_relay();
    let request = treasury.send("5", "TUSD");
    for mood in [Mood::Html, Mood::Half, Mood::Down, Mood::Silent, Mood::Lying("eth_getTransactionReceipt", json!("yes"))] {
        relay.set(mood.clone());
        let said = treasury.home.with("ops", &["run", "--until-idle", "--deadline", "1s"]);
        assert_eq!(said.failure(), ("unavailable".into(), "run.deadline".into(), 4), "{mood:?}: {}", said.text());
        assert!(said.is_harmless() && said.json()["error"]["retry"] == true, "{mood:?}");
    }
    relay.set(Mood::Faithful);
    assert_eq!(word(&treasury.settle(&request), "stage"), "settled");
    assert_eq!((treasury.tokens(SUPPLIER).to::<u64>(), treasury.nonce(treasury.hot)), (5_000_000, 1));
}

#[test]
fn a_network_with_another_beginning_is_never_used() {
    let treasury = Treasury::start();
    let request = treasury.send("5", "TUSD");
    let other = Anvil::start_with_another_beginning(CHAIN_ID);
    let config = treasury.home.path().join("config.toml");
    let right = fs::read_to_string(&config).expect("readable");
    fs::write(&config, right.replace(&treasury.anvil.url(), &other.url())).expect("written");
    let said = treasury.home.with("ops", &["run", "--until-idle", "--deadline", "1s"]);
    assert!(said.text().contains("block 0"), "{}", said.text());
    assert_eq!(word(&treasury.show(&request), "stage"), "approved");
    let nodes = treasury.home.json(&["node", "check"]);
    assert!(nodes.text().contains("wrong-genesis"), "{}", nodes.text());
    assert_eq!(other.call("eth_getTransactionCount", &json!([treasury.hot.to_string(), "pending"])), Value::from("0x0"));
    fs::write(&config, right).expect("written");
    assert_eq!(word(&treasury.settle(&request), "stage"), "settled");
}

#[test]
fn init_makes_nothing_where_the_node_cannot_be_believed() {
    let anvil = Anvil::start(CHAIN_ID);
    let relay = Relay::to(anvil.address());
    let home = Home::empty();
    let node = format!("own={}", relay.url());
    let words = |more: &[&str]| {
        let all = [
            "init",
            "--name",
            "acme",
            "--profile",
            "demo",
            "--node",
            &node,
            "--member",
            "alice:admin,operator:new",
            "--member",
            "bob:admin,approver:new",
        ];
        home.with("ops", &[all.as_slice(), more].concat())
    };
    for mood in [Mood::Down, Mood::Html, Mood::Half, Mood::Flood, Mood::Lying("eth_chainId", json!("0x0"))] {
        relay.set(mood.clone());
        let (kind, code, exit) = words(&[]).failure();
        assert_eq!((kind.as_str(), exit), ("unavailable", 4), "{mood:?} {code}");
        assert!(!home.path().exists(), "{mood:?}: nothing was made");
    }
    relay.set(Mood::Faithful);
    for wrong in [["--network", "eip155:1"], ["--genesis", &format!("0x{}", "11".repeat(32))]] {
        assert_eq!(words(&wrong).failure(), ("unavailable".into(), "node.unexpected".into(), 4), "{wrong:?}");
        assert!(!home.path().exists(), "{wrong:?}: nothing was made");
    }
    words(&[]).ok();
    let again = words(&[]).failure();
    assert_eq!(again, ("refused".into(), "treasury.founded".into(), 3));
}
