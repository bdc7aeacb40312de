//! The process dies at any moment: before a write or after it, with its answer lost. A new one settles, exactly once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use alloy_primitives::U256;
use bursar::domain::event::Event;
use bursar::domain::id::RequestId;
use bursar::domain::journal::{Entry, Record, Tip};
use bursar::durable::FileError;
use bursar::store::sqlite::Sqlite;
use bursar::store::{Kept, Store, StoreError};

use crate::support::desk::{LARGE, Rig, SMALL};

/// More writes than any transfer here needs.
const WRITES_MAX: usize = 30;

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Dies {
    BeforeTheWrite,
    AfterTheWrite,
}

/// A journal whose process dies at a certain append: from then on nothing comes back.
struct Mortal {
    inner: Sqlite,
    left: Arc<AtomicUsize>,
    dies: Dies,
}

fn dead() -> StoreError {
    FileError::Io { path: "journal.db".to_owned(), why: "the process died".to_owned() }.into()
}

impl Store for Mortal {
    fn tip(&self) -> Result<Tip, StoreError> {
        self.inner.tip()
    }

    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        match self.left.load(Ordering::SeqCst) {
            0 => Err(dead()),
            1 => {
                self.left.store(0, Ordering::SeqCst);
                if self.dies == Dies::AfterTheWrite {
                    self.inner.append(before, batch)?;
                }
                Err(dead())
            }
            more => {
                self.left.store(more - 1, Ordering::SeqCst);
                self.inner.append(before, batch)
            }
        }
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        if self.left.load(Ordering::SeqCst) == 0 { Err(dead()) } else { self.inner.read(from, limit) }
    }

    fn keep(&mut self, kept: &Kept) -> Result<(), StoreError> {
        self.inner.keep(kept)
    }

    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        self.inner.kept()
    }
}

/// Works with a process that dies at its `nth` append. Whether it got that far.
async fn live_and_die(rig: &mut Rig, id: RequestId, dies: Dies, nth: usize) -> bool {
    let left = Arc::new(AtomicUsize::new(nth));
    let theirs = left.clone();
    rig.restart_with(&move |inner| Box::new(Mortal { inner, left: theirs.clone(), dies }));
    for _ in 0..60 {
        match rig.desk.round().await {
            Err(_) => return true,
            Ok(_) if rig.request(id).is_over() => return false,
            Ok(round) if round.moved == 0 => rig.block(),
            Ok(_) => {}
        }
    }
    panic!("it stays {}", rig.stage(id));
}

/// One transfer after the other, each with a process that dies one write later than the last one did.
async fn every_death(rig: &mut Rig, amount: &str, votes: &[&str], dies: Dies) -> Vec<&'static str> {
    let each = rig.request(rig.pay("hot", amount).await.expect("proposed"));
    let wei = each.transfer().expect("a transfer").draft.amount.base();
    let mut next = Some(each.id);
    let mut died_at = Vec::new();
    for nth in 1..=WRITES_MAX {
        let (paid, nonce) = (rig.paid(), rig.nonce("hot"));
        let id = match next.take() {
            Some(id) => id,
            None => rig.pay("hot", amount).await.expect("proposed"),
        };
        for voter in votes {
            rig.approve(voter, id).await.expect("counted");
        }
        let died = live_and_die(rig, id, dies, nth).await;
        rig.restart();
        if died {
            died_at.push(rig.stage(id));
        }
        assert_eq!(rig.settle(id).await, "settled", "{dies:?} {nth}");
        assert_eq!((rig.paid(), rig.nonce("hot")), (paid + wei, nonce + U256::ONE), "{dies:?} {nth}");
        for (what, count) in [
            ("orders", rig.times(id, |e| matches!(e, Event::Ordered { .. }))),
            ("signatures", rig.times(id, |e| matches!(e, Event::Signed { .. }))),
            ("settlements", rig.times(id, |e| matches!(e, Event::Settled { .. }))),
        ] {
            assert_eq!(count, 1, "{what}, {dies:?} {nth}");
        }
        if !died {
            return died_at;
        }
    }
    panic!("a transfer never needs {WRITES_MAX} writes");
}

async fn all(amount: &str, votes: &[&str]) {
    let mut rig = Rig::start(1).await;
    for dies in [Dies::BeforeTheWrite, Dies::AfterTheWrite] {
        let died_at = every_death(&mut rig, amount, votes, dies).await;
        let wanted: &[&str] = match dies {
            Dies::BeforeTheWrite => &["approved", "ordered", "signed", "broadcast", "included"],
            Dies::AfterTheWrite => &["ordered", "signed", "broadcast", "included", "settled"],
        };
        let mut stages = died_at.clone();
        stages.dedup();
        assert_eq!(stages, wanted, "{dies:?} {died_at:?}");
    }
    assert!(rig.is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_transfer_survives_every_death() {
    all(SMALL, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voted_transfer_survives_every_death() {
    all(LARGE, &["bob", "dan"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_all_rounds_settles_once() {
    let mut rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.expect("proposed");
    let mut rounds = 0;
    while !rig.request(id).is_over() {
        rig.restart();
        rig.desk.round().await.expect("a journal that can be used");
        rig.block();
        rounds += 1;
        assert!(rounds < 30, "it stays {}", rig.stage(id));
    }
    assert_eq!((rig.stage(id), rig.nonce("hot")), ("settled", U256::ONE));
}

/// A journal to which somebody else appends right before our first append.
struct Slower {
    inner: Sqlite,
    other: Option<Box<dyn FnOnce() + Send>>,
}

impl Store for Slower {
    fn tip(&self) -> Result<Tip, StoreError> {
        self.inner.tip()
    }

    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        if let Some(other) = self.other.take() {
            other();
        }
        self.inner.append(before, batch)
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.read(from, limit)
    }

    fn keep(&mut self, kept: &Kept) -> Result<(), StoreError> {
        self.inner.keep(kept)
    }

    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        self.inner.kept()
    }
}

/// Another console gives the order at the very moment we do, and dies. We see what it did and go on from there.
#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_race_goes_on_with_what_the_winner_wrote() {
    let mut rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.expect("proposed");
    let winner = rig.desk.clone();
    let runtime = tokio::runtime::Handle::current();
    let race = move || {
        tokio::task::block_in_place(|| runtime.block_on(winner.round())).expect("the winner's only round");
    };
    let race: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(Some(Box::new(race)));
    rig.restart_with(&move |inner| Box::new(Slower { inner, other: race.lock().expect("plain data").take() }));
    let round = rig.desk.round().await.expect("a journal that can be used");
    assert_eq!((round.moved, round.blocked, rig.stage(id)), (1, 0, "ordered"), "it sees the winner's order");
    assert!(rig.desk.snapshot().waiting.is_empty(), "nobody has to do anything");
    assert_eq!(rig.settle(id).await, "settled");
    assert_eq!(rig.times(id, |e| matches!(e, Event::Ordered { .. })), 1);
    assert_eq!(rig.nonce("hot"), U256::ONE);
}
