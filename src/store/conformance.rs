//! One suite for every store.

use std::sync::{Arc, Barrier};

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::domain::event::Event;
use crate::domain::id::{RequestId, WalletId};
use crate::domain::journal::{Broken, Entry, Record, Tip};
use crate::domain::member::Actor;
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Built, Call, Meaning};
use crate::store::memory::Memory;
use crate::store::sqlite::Sqlite;
use crate::store::{Kept, READ_MAX, Store, StoreError};

fn id(n: u128) -> RequestId {
    RequestId::from_parts(1, n)
}

fn batch(before: Tip, events: Vec<Event>) -> Vec<(Entry, Record)> {
    let mut tip = before;
    let mut all = Vec::new();
    for event in events {
        let (entry, record) = Entry::after(tip, Timestamp::from_unix(5), Actor::Desk, event);
        tip = entry.tip();
        all.push((entry, record));
    }
    all
}

fn approved(n: u128) -> Event {
    Event::Approved { request: id(n) }
}

fn ordered(n: u128, wallet: &str, nonce: u64) -> Event {
    let call = Call { to: Address::ZERO, value: U256::ZERO, input: Bytes::new(), meaning: Meaning::Unknown };
    let built =
        Built { unsigned: Bytes::new(), digest: B256::ZERO, chain_id: 1, nonce, call, gas_limit: 1, fee_cap: 1, tip_cap: 1 };
    Event::Ordered { request: id(n), wallet: WalletId::parse(wallet).expect("slug"), nonce, built: Box::new(built) }
}

fn conforms(store: &mut dyn Store) {
    assert_eq!(store.tip(), Ok(Tip::EMPTY));
    assert_eq!(store.read(1, 10), Ok(Vec::new()));
    let first = batch(Tip::EMPTY, vec![approved(1), approved(2)]);
    store.append(Tip::EMPTY, &first).expect("an empty journal takes entries");
    let tip = first[1].0.tip();
    assert_eq!(store.tip(), Ok(tip));

    let late = batch(Tip::EMPTY, vec![approved(3)]);
    assert_eq!(store.append(Tip::EMPTY, &late), Err(StoreError::Conflict { expected: 0, found: 2 }));
    let forged = Tip { seq: 2, hash: B256::repeat_byte(1) };
    assert!(matches!(store.append(forged, &batch(forged, vec![approved(3)])), Err(StoreError::Conflict { .. })));
    let gap = batch(Tip { seq: 5, ..tip }, vec![approved(3)]);
    assert_eq!(store.append(tip, &gap), Err(StoreError::Broken(Broken::Sequence { expected: 3, found: 6 })));
    assert_eq!(store.tip(), Ok(tip), "a refused append leaves nothing");

    let second = batch(tip, vec![ordered(1, "pay-1", 7), ordered(1, "pay-1", 7)]);
    store.append(tip, &second).expect("a bump keeps its slot");
    let tip = second[1].0.tip();
    for other in [vec![approved(9), ordered(2, "pay-1", 7)], vec![ordered(1, "pay-1", 8)]] {
        let error = store.append(tip, &batch(tip, other)).expect_err("one slot for one transfer, for life");
        assert!(matches!(error, StoreError::SlotTaken { .. }), "{error}");
    }
    assert_eq!(store.tip(), Ok(tip), "a refused slot leaves nothing of its batch");
    let third = batch(tip, vec![ordered(2, "pay-2", 7)]);
    store.append(tip, &third).expect("another wallet has its own nonces");

    let all = store.read(1, READ_MAX + 1).expect("readable");
    assert_eq!(all.len(), 5);
    let mut walk = Tip::EMPTY;
    for entry in &all {
        walk = entry.check(walk).expect("chained");
        assert_eq!(entry.record().expect("a record").seq, entry.seq);
    }
    assert_eq!(store.read(4, 1), Ok(vec![all[3].clone()]));
    assert_eq!(store.read(6, 1), Ok(Vec::new()));

    assert_eq!(store.kept(), Ok(None));
    let kept = Kept { tip: all[2].tip(), state: b"{}".to_vec() };
    store.keep(&kept).expect("kept");
    assert_eq!(store.kept(), Ok(Some(kept.clone())));
    let elsewhere = Kept { tip: Tip { seq: 3, hash: B256::repeat_byte(9) }, ..kept };
    store.keep(&elsewhere).expect("kept");
    assert_eq!(store.kept(), Ok(None), "a snapshot of another journal is not used");
}

#[test]
fn memory_conforms() {
    conforms(&mut Memory::new());
}

#[test]
fn sqlite_conforms() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("journal.db");
    conforms(&mut Sqlite::open(&path).expect("opens"));
    let again = Sqlite::open(&path).expect("opens again");
    assert_eq!(again.tip().expect("readable").seq, 5);
    assert_eq!(again.check_structure(), Ok(()));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).expect("there").permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn of_ten_racers_exactly_one_wins() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("journal.db");
    let start = Arc::new(Barrier::new(10));
    let racers: Vec<_> = (0..10_u128)
        .map(|n| {
            let (path, start) = (path.clone(), start.clone());
            std::thread::spawn(move || {
                let mut store = Sqlite::open(&path).expect("opens");
                start.wait();
                store.append(Tip::EMPTY, &batch(Tip::EMPTY, vec![approved(n)]))
            })
        })
        .collect();
    let results: Vec<_> = racers.into_iter().map(|r| r.join().expect("ran")).collect();
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|r| matches!(r, Ok(()) | Err(StoreError::Conflict { expected: 0, found: 1 }))), "{results:?}");
}

#[test]
fn the_file_itself_is_append_only() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("journal.db");
    let mut store = Sqlite::open(&path).expect("opens");
    store.append(Tip::EMPTY, &batch(Tip::EMPTY, vec![ordered(1, "pay-1", 7)])).expect("appends");
    let db = rusqlite::Connection::open(&path).expect("opens");
    for sql in ["UPDATE entry SET body = x'00'", "DELETE FROM entry", "UPDATE slot SET nonce = 9", "DELETE FROM slot"] {
        assert!(db.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn unfit_places_are_refused_with_a_reason() {
    let home = tempfile::tempdir().expect("a folder");
    let missing = Sqlite::open(&home.path().join("no/such/journal.db")).err().expect("no folder");
    assert!(matches!(missing, StoreError::File(_)), "{missing}");
    let text = home.path().join("text.db");
    std::fs::write(&text, "this is not a database, however long it may be ".repeat(50)).expect("written");
    let error = Sqlite::open(&text).err().expect("not a database");
    assert!(error.to_string().contains("not an SQLite database"), "{error}");
    let foreign = home.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .and_then(|db| db.execute_batch("CREATE TABLE t (x); PRAGMA user_version=1;"))
        .expect("made");
    let error = Sqlite::open(&foreign).err().expect("foreign");
    assert!(error.to_string().contains("another program"), "{error}");
    assert!(Sqlite::open_read_only(&home.path().join("absent.db")).is_err());
}
