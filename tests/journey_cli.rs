//! The whole path through the real binary on a real node: from `init` to a journal that no byte can be changed in.

use alloy_primitives::U256;
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::support::cli::{SUPPLIER, Treasury, word};

fn kind_code_exit(said: &crate::support::cli::Said) -> (String, String, i32) {
    said.failure()
}

fn refused(code: &str) -> (String, String, i32) {
    ("refused".to_owned(), code.to_owned(), 3)
}

/// Units of a text amount with six decimals.
const USD: u64 = 1_000_000;
const ETHER: u64 = 1_000_000_000_000_000_000;

#[test]
fn from_init_to_a_sound_journal() {
    let treasury = Treasury::start();
    small(&treasury);
    large(&treasury);
    assert_eq!(treasury.nonce(treasury.hot), 3);
    assert_eq!(treasury.nonce(treasury.cold), 0);
    let sound = treasury.home.json(&["audit", "verify"]).ok();
    assert_eq!((&sound["sound"], &sound["journal"]["votes"]), (&Value::Bool(true), &Value::from(2)));
    every_flipped_byte_is_named(&treasury);
    moved_and_missing_entries_are_named(&treasury);
}

/// No vote, no question: ether and tokens, exact to the last unit.
fn small(treasury: &Treasury) {
    let wei = treasury.send("0.123456789012345678", "ETH");
    assert_eq!((word(&wei, "stage"), &wei["verdict"]["standing"]), ("approved", &Value::from("met")));
    let units = treasury.send("999.999999", "TUSD");
    for (request, nonce) in [(&wei, 0), (&units, 1)] {
        let settled = treasury.settle(request);
        assert_eq!((word(&settled, "stage"), word(&settled["transfer"], "ending")), ("settled", "paid"));
        assert_eq!(settled["transfer"]["nonce"], nonce);
        assert_eq!(settled["votes"], Value::Array(Vec::new()));
    }
    assert_eq!(treasury.anvil.balance(SUPPLIER), U256::from(123_456_789_012_345_678_u64));
    assert_eq!(treasury.tokens(SUPPLIER), U256::from(999_999_999_u64));
}

/// Two of three, never the requester, never another version.
fn large(treasury: &Treasury) {
    let before = treasury.tokens(SUPPLIER);
    let request = treasury.send("20000", "TUSD");
    let number = word(&request, "number").to_owned();
    assert_eq!(word(&request, "stage"), "proposed");
    let other = format!("0x{}", "5a".repeat(32));
    let by_other = treasury.home.with("bob", &["approve", &number, "--digest", &other]);
    assert_eq!(kind_code_exit(&by_other), refused("vote.digest"));
    assert_eq!(kind_code_exit(&treasury.approve("alice", &request)), refused("vote.requester"));
    treasury.approve("bob", &request).ok();
    assert_eq!(kind_code_exit(&treasury.approve("bob", &request)), refused("vote.twice"));
    let idle = treasury.home.with("ops", &["run", "--until-idle", "--deadline", "5s"]).ok();
    assert_eq!((&idle["owed"], &idle["moved"]), (&Value::from(0), &Value::Array(Vec::new())));
    let shown = treasury.show(&request);
    assert_eq!((word(&shown, "stage"), &shown["verdict"]["standing"]), ("proposed", &Value::from("pending")));
    assert!(word(&shown["verdict"], "reason").contains("1 more approval"), "{}", shown["verdict"]);
    let lines = shown["verdict"]["lines"].to_string();
    assert!(lines.contains("carol") && lines.contains("dan"), "who is still needed: {lines}");
    // Somebody else's password opens no key that may vote as dan.
    let stranger = treasury.home.with("nobody", &["approve", &number, "--as", "dan", "--digest", word(&request, "digest")]);
    assert_eq!(kind_code_exit(&stranger), ("damaged".to_owned(), "keystore.wrong_password".to_owned(), 6));
    treasury.approve("dan", &request).ok();
    let settled = treasury.settle(&request);
    assert_eq!((word(&settled, "stage"), word(&settled["transfer"], "ending")), ("settled", "paid"));
    assert_eq!(treasury.tokens(SUPPLIER), before + U256::from(20_000 * USD));
    assert_eq!(treasury.tokens(treasury.hot), U256::from(250_000 * USD) - U256::from(999_999_999 + 20_000 * USD));
    assert!(treasury.anvil.balance(treasury.hot) < U256::from(50) * U256::from(ETHER), "fees are paid");
}

/// A copy of the home whose journal anybody may write, as whoever owns the file may.
fn forged(treasury: &Treasury, forge: impl FnOnce(&Connection)) -> crate::support::cli::Said {
    let path = treasury.home.path().join("journal.db");
    let kept = std::fs::read(&path).expect("readable");
    let db = Connection::open(&path).expect("a journal");
    db.execute_batch("DROP TRIGGER entry_keeps; DROP TRIGGER entry_stays; PRAGMA ignore_check_constraints = ON;")
        .expect("dropped");
    forge(&db);
    // What was forged must be in the file itself when the next process looks.
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("written back");
    drop(db);
    let said = treasury.home.json(&["audit", "verify"]);
    std::fs::write(&path, kept).expect("restored");
    said
}

fn named(said: &crate::support::cli::Said, what: &str) -> u64 {
    let (kind, _, exit) = kind_code_exit(said);
    assert_eq!((kind.as_str(), exit), ("damaged", 6), "{what}: {said:?}");
    said.json()["error"]["detail"]["entry"].as_u64().unwrap_or_else(|| panic!("{what} is not named: {}", said.text()))
}

fn every_flipped_byte_is_named(treasury: &Treasury) {
    let entries = read(treasury);
    assert!(entries.len() >= 20, "a journal with something in it");
    for (seq, body, hash) in &entries {
        let last = body.len() - 1;
        for (column, bytes, at) in
            [("body", body, (*seq as usize * 7) % body.len()), ("body", body, last), ("hash", hash, *seq as usize % 32)]
        {
            let mut other = bytes.clone();
            other[at] ^= 1 << (seq % 8);
            let said = forged(treasury, |db| {
                let changed =
                    db.execute(&format!("UPDATE entry SET {column} = ?2 WHERE seq = ?1"), params![seq, other]).expect("forged");
                assert_eq!(changed, 1);
            });
            assert_eq!(named(&said, column), *seq as u64, "byte {at} of the {column} of entry {seq}");
        }
    }
    treasury.home.json(&["audit", "verify"]).ok();
}

fn moved_and_missing_entries_are_named(treasury: &Treasury) {
    let entries = read(treasury);
    let end = entries.len() as i64;
    let swapped = forged(treasury, |db| {
        db.execute_batch("UPDATE entry SET seq = 1000 WHERE seq = 5; UPDATE entry SET seq = 5 WHERE seq = 6; UPDATE entry SET seq = 6 WHERE seq = 1000;").expect("swapped");
    });
    assert_eq!(named(&swapped, "order"), 5);
    for gone in [1, 4, end - 1] {
        let said = forged(treasury, |db| drop(db.execute("DELETE FROM entry WHERE seq = ?1", [gone]).expect("gone")));
        assert_eq!(named(&said, "a missing entry"), gone as u64);
        let closed = forged(treasury, |db| {
            db.execute("DELETE FROM entry WHERE seq = ?1", [gone]).expect("gone");
            for seq in gone + 1..=end {
                db.execute("UPDATE entry SET seq = ?1 WHERE seq = ?2", [seq - 1, seq]).expect("moved up");
            }
        });
        assert_eq!(named(&closed, "a closed gap"), gone as u64);
    }
    let twice = forged(treasury, |db| {
        db.execute(
            "INSERT INTO entry (seq, body, hash) SELECT ?1, body, randomblob(32) FROM entry WHERE seq = ?2",
            [end + 1, end],
        )
        .expect("copied");
    });
    assert_eq!(named(&twice, "an entry twice"), end as u64 + 1);
}

fn read(treasury: &Treasury) -> Vec<(i64, Vec<u8>, Vec<u8>)> {
    let db = treasury.home.journal();
    let mut select = db.prepare("SELECT seq, body, hash FROM entry ORDER BY seq").expect("a query");
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}
