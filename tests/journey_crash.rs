//! `kill -9` at every stage, restored backups, and several consoles at once: exactly one payment.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::cli::{Running, SUPPLIER, Treasury, word};
use crate::support::deadline::Deadline;

const RUN: [&str; 4] = ["run", "--until-idle", "--deadline", "20s"];
/// Entries after which a process must have died at least once.
const BOUNDARIES: [&str; 5] = ["ordered", "signed", "sending", "sent", "included"];
/// Transfers after which every boundary was hit, or never will be.
const TRANSFERS_MAX: usize = 12;
/// Seconds for one transfer with all its deaths.
const TRANSFER_SECONDS_MAX: u64 = 60;
/// Tokens of one small and of one voted transfer, in units and in base units.
const SMALL: (&str, u64) = ("7.5", 7_500_000);
const LARGE: (&str, u64) = ("1500", 1_500_000_000);

/// The last entry: its number and what became true.
fn last(db: &Connection) -> (i64, String) {
    let (seq, body): (i64, Vec<u8>) = db
        .query_row("SELECT seq, body FROM entry ORDER BY seq DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a journal with entries");
    let record: Value = serde_json::from_slice(&body).expect("a record");
    let event = record["event"].as_object().and_then(|event| event.keys().next().cloned());
    (seq, event.unwrap_or_else(|| panic!("an event: {record}")))
}

/// Lets a process run until the journal grows, and kills it there and then. Where it then stands.
fn until_it_grows(treasury: &Treasury, db: &Connection, mut run: Running) -> String {
    let mut tip = db.prepare("SELECT max(seq) FROM entry").expect("a query");
    let mut tip = || tip.query_row([], |row| row.get::<_, i64>(0)).expect("a number");
    let before = tip();
    let deadline = Deadline::in_seconds(TRANSFER_SECONDS_MAX);
    let mut looks = 0_u32;
    while tip() == before {
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(1000) && (run.has_ended() || deadline.left().is_none()) {
            break;
        }
    }
    run.kill_at_once();
    last(&treasury.home.journal()).1
}

/// One transfer, with a death after each entry.
fn pay_with_deaths(treasury: &Treasury, amount: (&str, u64), voters: &[&str]) -> BTreeSet<String> {
    let (text, units) = amount;
    let (paid, nonce) = (treasury.tokens(SUPPLIER), treasury.nonce(treasury.hot));
    let request = treasury.send(text, "TUSD");
    for voter in voters {
        treasury.approve(voter, &request).ok();
    }
    let db = treasury.home.journal();
    let mut died_at = BTreeSet::new();
    let deadline = Deadline::in_seconds(TRANSFER_SECONDS_MAX);
    while last(&db).1 != "settled" {
        assert!(deadline.left().is_some(), "it does not settle, died at {died_at:?}");
        died_at.insert(until_it_grows(treasury, &db, treasury.home.start_with("ops", &RUN)));
    }
    let settled = treasury.show(&request);
    assert_eq!((word(&settled, "stage"), word(&settled["transfer"], "ending")), ("settled", "paid"));
    assert_eq!((&settled["transfer"]["nonce"], treasury.nonce(treasury.hot)), (&Value::from(nonce), nonce + 1));
    assert_eq!(treasury.tokens(SUPPLIER), paid + U256::from(units));
    let attempts = settled["transfer"]["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.len(), 1, "one order, one set of bytes: {attempts:?}");
    died_at
}

#[test]
fn kill_9_between_any_two_stages_pays_once() {
    let treasury = Treasury::start();
    let mut missed: BTreeSet<String> = BOUNDARIES.map(str::to_owned).into();
    for round in 0..TRANSFERS_MAX {
        for (amount, voters) in [(SMALL, [].as_slice()), (LARGE, ["bob", "carol"].as_slice())] {
            for hit in pay_with_deaths(&treasury, amount, voters) {
                missed.remove(&hit);
            }
        }
        if missed.is_empty() {
            println!("every boundary was hit within {} transfers", 2 * (round + 1));
            break;
        }
    }
    assert!(missed.is_empty(), "no process died at {missed:?}");
    assert_eq!(treasury.home.json(&["audit", "verify"]).ok()["sound"], true);
}

/// Whoever restores yesterday's journal beside today's signer's table pays nothing again.
#[test]
fn a_restored_backup_never_pays_twice() {
    let treasury = Treasury::start();
    let request = treasury.send(SMALL.0, "TUSD");
    let journal = treasury.home.path().join("journal.db");
    drop(treasury.home.journal());
    let backup = std::fs::read(&journal).expect("readable");
    assert_eq!(word(&treasury.settle(&request), "stage"), "settled");
    std::fs::write(&journal, backup).expect("restored");
    assert_eq!(word(&treasury.show(&request), "stage"), "approved", "the journal has forgotten");
    let said = treasury.home.with("ops", &RUN);
    let shown = treasury.show(&request);
    assert_ne!(word(&shown, "stage"), "signed", "{}", said.text());
    assert!(said.text().contains("bound to another payment"), "{}", said.text());
    assert_eq!((treasury.tokens(SUPPLIER), treasury.nonce(treasury.hot)), (U256::from(SMALL.1), 1));
}

#[test]
fn without_the_signers_table_nothing_is_signed() {
    let treasury = Treasury::start();
    treasury.send(SMALL.0, "TUSD");
    std::fs::remove_file(treasury.home.path().join("signer.db")).expect("gone");
    let (kind, code, exit) = treasury.home.with("ops", &RUN).failure();
    assert_eq!((kind.as_str(), code.as_str(), exit), ("damaged", "signer.table_missing", 6));
    assert_eq!(treasury.nonce(treasury.hot), 0);
    assert!(!treasury.home.path().join("signer.db").exists(), "never made anew by itself");
    treasury.home.json(&["transfer", "list"]).ok();
}

#[test]
fn two_runs_at_once_pay_each_transfer_once() {
    let treasury = Treasury::start();
    let requests: Vec<Value> = (0..3).map(|_| treasury.send(SMALL.0, "TUSD")).collect();
    let runs: Vec<Running> = (0..2).map(|_| treasury.home.start_with("ops", &RUN)).collect();
    for run in runs {
        let said = run.wait();
        assert_eq!(said.exit, Some(0), "{said:?}");
    }
    let settled: Vec<Value> = requests.iter().map(|request| treasury.show(request)).collect();
    let nonces: BTreeSet<Option<u64>> = settled.iter().map(|s| s["transfer"]["nonce"].as_u64()).collect();
    assert_eq!(nonces, BTreeSet::from([Some(0), Some(1), Some(2)]), "{settled:?}");
    assert!(settled.iter().all(|s| s["stage"] == "settled"), "both runs end when all is done");
    assert_eq!((treasury.tokens(SUPPLIER), treasury.nonce(treasury.hot)), (U256::from(3 * SMALL.1), 3));
    assert_eq!(treasury.home.json(&["audit", "verify"]).ok()["sound"], true);
}

#[test]
fn ten_consoles_propose_and_two_vote_at_once() {
    let treasury = Treasury::start();
    let words = ["transfer", "send", "--from", "hot", "--to", "supplier", "--asset", "TUSD", "--amount", "1001"];
    let consoles: Vec<Running> = (0..10).map(|_| treasury.home.start_with("alice", &words)).collect();
    let requests: Vec<Value> = consoles.into_iter().map(|console| console.wait().ok()["request"].take()).collect();
    let numbers: BTreeSet<&str> = requests.iter().map(|request| word(request, "number")).collect();
    assert_eq!(numbers.len(), 10);
    let slot = |request: &Value| {
        let text = treasury.home.json(&["vote", "export", word(request, "number")]).ok();
        word(&text, "text").lines().find(|line| line.starts_with("slot ")).expect("a slot").to_owned()
    };
    let slots: BTreeSet<String> = requests.iter().map(slot).collect();
    assert_eq!(slots, (0..10).map(|nonce| format!("slot nonce {nonce}")).collect(), "no nonce twice");
    let votes = ["bob", "bob", "carol", "dan"].map(|who| {
        let digest = word(&requests[0], "digest");
        treasury.home.start_with(who, &["approve", word(&requests[0], "number"), "--digest", digest])
    });
    let counted = votes.map(Running::wait);
    let twice = counted.iter().filter(|said| said.exit == Some(3)).map(|said| said.failure().1);
    let refusals: Vec<String> = twice.collect();
    // The quorum is two: whoever comes after it is told that no votes are counted any more.
    assert!(refusals.iter().all(|code| ["vote.twice", "stage.wrong"].contains(&code.as_str())), "{refusals:?}");
    assert_eq!(counted.iter().filter(|said| said.exit == Some(0)).count(), 2, "{counted:?}");
    let shown = treasury.show(&requests[0]);
    assert_eq!((word(&shown, "stage"), shown["votes"].as_array().map(Vec::len)), ("approved", Some(2)));
    assert_eq!(treasury.home.json(&["audit", "verify"]).ok()["journal"]["votes"], json!(2));
}
