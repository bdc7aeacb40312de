//! The journal at its promised size: opening, replay, checking, memory, and what one decision costs.
//!
//! `cargo bench --bench journal`; each measurement of memory is a process of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where anything is otherwise than expected")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::Duration;

use bursar::config::{Config, Home};
use bursar::desk::Desk;
use bursar::desk::core::Core;
use bursar::desk::open::Opening;
use bursar::domain::command::Command;
use bursar::domain::id::{MemberId, Reference, RequestId};
use bursar::domain::journal::{Entry, Record, Tip};
use bursar::domain::member::Actor;
use bursar::domain::money::Amount;
use bursar::domain::time::Timestamp;
use bursar::domain::transfer::Draft;
use bursar::domain::wallet::Party;
use bursar::store::sqlite::Sqlite;
use bursar::store::{Kept, Store, StoreError};

use support::generate::{home, wanted};
use support::machine::{instant, length, now, resident, timed, times};
use support::people::{assets, contact, wallet};
use support::table::{Table, Times, mebibytes, short};

const RUNS: usize = 7;
const COMMITS: u128 = 200;

fn main() {
    let home = home(wanted());
    let journal = home.join("journal.db");
    match std::env::var("BURSAR_BENCH_PART").as_deref() {
        Ok("open") => part_open(&home),
        Ok("replay") => part_replay(&journal),
        Ok("verify") => part_verify(&home),
        Ok(other) => panic!("no part {other}"),
        Err(_) => whole(&journal),
    }
}

fn whole(journal: &Path) {
    let mut table = Table::default();
    table.row("journal on disk", mebibytes(length(journal)), "-");
    state(journal, &mut table);
    let parts: Vec<[String; 3]> = (0..RUNS).map(|_| part("open")).collect();
    let opened: Vec<Duration> = parts.iter().map(|p| Duration::from_nanos(p[0].parse().expect("ns"))).collect();
    table.row("open the desk, new process", Times::of(opened).text(), "150 ms with the first frame");
    let worst = parts.iter().map(|p| p[2].parse::<u64>().expect("bytes")).max().unwrap_or_default();
    table.row("resident after that, highest", format!("{}, {}", rss(&parts[0][1]), mebibytes(worst)), "60 MiB");
    for (name, what, budget) in
        [("replay", "replay without a snapshot", "-"), ("verify", "verify: chain, records, votes", "10 s")]
    {
        let [time, now, most] = part(name);
        table.row(what, short(Duration::from_nanos(time.parse().expect("ns"))), budget);
        table.row(&format!("{name}: resident, highest"), format!("{}, {}", rss(&now), rss(&most)), "60 MiB");
    }
    commits(journal, &mut table);
    table.print();
}

fn rss(bytes: &str) -> String {
    mebibytes(bytes.parse().expect("bytes"))
}

/// Runs one part in a process of its own: nanoseconds, resident, highest resident.
fn part(name: &str) -> [String; 3] {
    let me = std::env::current_exe().expect("our own path");
    let out = Process::new(me).env("BURSAR_BENCH_PART", name).output().expect("it starts");
    assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).expect("text");
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.try_into().expect("three numbers")
}

fn say(time: Duration) {
    let (now, most) = resident("self");
    println!("{} {now} {most}", time.as_nanos());
}

fn part_open(home: &Path) {
    let (desk, time) = timed(|| open(home));
    say(time);
    assert!(desk.snapshot().tip.seq >= wanted());
}

fn open(home: &Path) -> Arc<Desk> {
    bursar::node::install_tls();
    let home = Home::at(home);
    let config = Config::read(&home.config_file()).expect("the configuration");
    Desk::open(&home, &config, Opening { read_only: true, me: None }).expect("it opens")
}

fn part_replay(journal: &Path) {
    let store = Forgetful(Sqlite::open_read_only(journal).expect("the journal"));
    let (core, time) = timed(|| Core::load(Box::new(store)).expect("it loads"));
    say(time);
    assert!(core.tip().seq >= wanted());
}

fn part_verify(home: &Path) {
    let desk = open(home);
    let (report, time) = timed(|| desk.verify(&mut |_| {}).expect("it can be read"));
    assert_eq!(report.broken, None);
    say(time);
}

/// What opening consists of, and what every key and every round asks.
fn state(journal: &Path, table: &mut Table) {
    let store = Sqlite::open_read_only(journal).expect("the journal");
    let kept = store.kept().expect("it can be read").expect("a snapshot");
    table.row("snapshot", mebibytes(kept.state.len() as u64), "-");
    table.row("read and check the snapshot's bytes", Times::of(times(RUNS, || store.kept())).text(), "-");
    let core = Core::load(Box::new(store)).expect("it loads");
    let treasury = core.treasury().clone();
    table.row("copy the treasury's own part", Times::of(times(RUNS, || (*treasury).clone())).text(), "-");
    let at = Timestamp::from_unix(now());
    table.row("what is owed", Times::of(times(RUNS, || treasury.owed(at))).text(), "-");
    let middle = wanted() / 2;
    table.row("a page of 100 entries from the middle", Times::of(times(RUNS, || core.read(middle, 100))).text(), "-");
    drop(core);
    let json = serde_json::to_value(&*treasury).expect("JSON");
    let mut parts: Vec<(usize, &String)> =
        json.as_object().expect("fields").iter().map(|(k, v)| (v.to_string().len(), k)).collect();
    parts.sort();
    let text: Vec<String> = parts.iter().rev().take(6).map(|(n, name)| format!("{name} {}", mebibytes(*n as u64))).collect();
    table.row("largest parts, as JSON", text.join(", "), "-");
}

/// Drafts, one after the other, while a screen holds the state before: with the disk, and without it.
fn commits(journal: &Path, table: &mut Table) {
    let copy = journal.with_file_name("commits.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(copy.with_file_name(format!("commits.db{suffix}")));
    }
    fs::copy(journal, &copy).expect("room for a copy");
    let mut core = Core::load(Box::new(Sqlite::open(&copy).expect("the copy"))).expect("it loads");
    table.row("decide, append, apply one draft, on disk", Times::of(drafts(&mut core)).text(), "fsync");
    let (_, time) = timed(|| core.keep());
    table.row("keep the state beside the journal", short(time), "every 1,000 entries");
    drop(core);
    fs::remove_file(&copy).expect("our own copy");
    let mut core = Core::load(Box::new(Deaf(Sqlite::open_read_only(journal).expect("the journal"), None))).expect("it loads");
    table.row("the same without a disk", Times::of(drafts(&mut core)).text(), "-");
}

fn drafts(core: &mut Core) -> Vec<Duration> {
    let by = Actor::Member(MemberId::parse("alice").expect("a slug"));
    let at = Timestamp::from_unix(now());
    let draft = |n: u128| Draft {
        from: wallet(1 + usize::try_from(n).expect("small")),
        to: Party::Contact(contact(3)),
        asset: assets()[0],
        amount: Amount::parse("0.5", 18).expect("an amount"),
        memo: None,
        reference: Reference::parse(&format!("bench-{n}")).ok(),
        expires_s: None,
    };
    (0..COMMITS)
        .map(|n| {
            let held = core.treasury().clone();
            let command = Command::Draft(RequestId::from_parts(at.unix() * 1000, n), draft(n));
            let start = instant();
            core.commit(at, &by, &command).expect("it is decided");
            let time = start.elapsed();
            drop(held);
            time
        })
        .collect()
}

/// A journal whose snapshot was deleted.
struct Forgetful(Sqlite);

impl Store for Forgetful {
    fn tip(&self) -> Result<Tip, StoreError> {
        self.0.tip()
    }
    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        self.0.append(before, batch)
    }
    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.0.read(from, limit)
    }
    fn keep(&mut self, _: &Kept) -> Result<(), StoreError> {
        Ok(())
    }
    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        Ok(None)
    }
}

/// A journal that takes entries and forgets them: what is left is the processor's part.
struct Deaf(Sqlite, Option<Tip>);

impl Store for Deaf {
    fn tip(&self) -> Result<Tip, StoreError> {
        self.1.map_or_else(|| self.0.tip(), Ok)
    }
    fn append(&mut self, _: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        self.1 = batch.last().map(|(entry, _)| entry.tip());
        Ok(())
    }
    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.0.read(from, limit)
    }
    fn keep(&mut self, _: &Kept) -> Result<(), StoreError> {
        Ok(())
    }
    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        self.0.kept()
    }
}
