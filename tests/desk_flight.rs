//! What can happen to a transfer in flight: every way ends in exactly one payment, or in none that anybody can undo unseen.

use alloy_primitives::U256;
use bursar::desk::ask::{Ask, DeskError};
use bursar::desk::errands::RESEND_S;
use bursar::domain::event::Event;
use bursar::domain::id::RequestId;
use bursar::domain::refusal::Code;
use bursar::domain::transfer::{Ending, Stage};

use crate::support::desk::{LARGE, Rig, SMALL, member};
use crate::support::relay::Mood;

/// Half an ether, in wei.
const HALF: u64 = 500_000_000_000_000_000;

fn code(error: DeskError) -> Code {
    match error {
        DeskError::Refused(refusal) => refusal.code,
        other => panic!("no refusal: {other}"),
    }
}

/// Paid once, one transaction, one settlement, a sound journal.
fn paid_once(rig: &Rig, id: RequestId) {
    assert_eq!(rig.stage(id), "settled");
    let Some(Stage::Settled(_, _, ending)) = rig.request(id).transfer().map(|t| t.stage.clone()) else { panic!("a transfer") };
    assert_eq!(ending, Ending::Paid);
    assert_eq!((rig.paid(), rig.nonce("hot")), (U256::from(HALF), U256::ONE));
    assert_eq!(rig.times(id, |e| matches!(e, Event::Settled { .. })), 1);
    assert!(rig.is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_brings_it_back_to_broadcast_and_it_settles_once() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.block();
    rig.until(id, "included").await;
    rig.chain.reorg(1).unwrap();
    assert_eq!(rig.chain.waiting(), 1, "it waits in the pool again");
    rig.until(id, "broadcast").await;
    assert_eq!(rig.settle(id).await, "settled");
    assert_eq!(rig.times(id, |e| matches!(e, Event::Reorged { .. })), 1);
    assert_eq!(rig.times(id, |e| matches!(e, Event::Included { .. })), 2);
    assert_eq!(rig.times(id, |e| matches!(e, Event::Signed { .. })), 1, "never signed again");
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorg_into_another_block_is_noticed_by_its_hash() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.block();
    rig.until(id, "included").await;
    rig.chain.reorg(1).unwrap();
    rig.block();
    assert_eq!(rig.settle(id).await, "settled");
    assert_eq!(rig.times(id, |e| matches!(e, Event::Reorged { .. })), 1);
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_node_forgot_is_sent_again_byte_for_byte() {
    let rig = Rig::start(2).await;
    rig.nodes.iter().for_each(|node| node.set(Mood::Forgetful));
    let id = rig.pay("hot", SMALL).await.unwrap();
    for _ in 0..2 {
        rig.until(id, "broadcast").await;
        let before = rig.history().len();
        for _ in 0..10 {
            rig.desk.round().await.unwrap();
        }
        assert_eq!(rig.history().len(), before, "a forgetful node does not fill the journal");
        rig.clock.advance(RESEND_S);
        rig.until(id, "dropped").await;
    }
    rig.nodes.iter().for_each(|node| node.set(Mood::Faithful));
    assert_eq!(rig.settle(id).await, "settled");
    let raws: Vec<String> = rig.nodes.iter().flat_map(|node| node.raws()).collect();
    assert!(raws.len() == 6 && raws.iter().all(|raw| *raw == raws[0]), "{raws:?}");
    assert_eq!(rig.times(id, |e| matches!(e, Event::Ordered { .. } | Event::Signed { .. })), 2, "one order, one signature");
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bump_replaces_the_first_attempt_and_wins() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.clock.advance(61);
    rig.until(id, "stuck").await;
    rig.desk.ask(&member("alice"), Ask::Bump(id)).await.unwrap();
    rig.until(id, "broadcast").await;
    assert_eq!(rig.chain.waiting(), 1, "the pool has the replacement only");
    assert_eq!(rig.settle(id).await, "settled");
    assert_eq!(winner(&rig, id), 1);
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_attempt_may_win_after_a_bump() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.nodes[0].set(Mood::Forgetful);
    rig.desk.ask(&member("alice"), Ask::Bump(id)).await.unwrap();
    rig.until(id, "broadcast").await;
    let raws = rig.nodes[0].raws();
    assert!(raws.len() == 2 && raws[0] != raws[1], "two attempts that differ");
    assert_eq!(rig.settle(id).await, "settled");
    assert_eq!(winner(&rig, id), 0);
    paid_once(&rig, id);
}

/// Which attempt was included.
fn winner(rig: &Rig, id: RequestId) -> usize {
    let request = rig.request(id);
    let Some(Stage::Settled(flight, at, _)) = request.transfer().map(|t| &t.stage) else { panic!("not settled") };
    flight.attempt_by_hash(at.hash).expect("one of ours").0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bump_beyond_the_approved_ceiling_is_refused() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    let mut bumps = 0;
    let refused = loop {
        match rig.desk.ask(&member("alice"), Ask::Bump(id)).await {
            Ok(_) => bumps += 1,
            Err(error) => break code(error),
        }
        assert!(bumps < 32, "a ceiling ends it");
        rig.until(id, "broadcast").await;
    };
    assert_eq!(refused, Code::FeeCeiling);
    assert!(bumps >= 2, "{bumps}");
    assert_eq!(rig.settle(id).await, "settled");
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_transaction_on_the_slot_in_flight_freezes_the_wallet() {
    let rig = Rig::start(1).await;
    rig.nodes[0].set(Mood::Forgetful);
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.foreign("hot", 0);
    assert_eq!(rig.settle(id).await, "foreign");
    assert_eq!(rig.paid(), U256::ZERO);
    let snapshot = rig.desk.snapshot();
    assert_eq!(snapshot.treasury.frozen().count(), 1, "the wallet is frozen");
    assert_eq!(code(rig.pay("hot", SMALL).await.unwrap_err()), Code::Frozen);
    assert!(rig.is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_transaction_while_nothing_waits_is_seen_at_the_next_payment() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    assert_eq!(rig.settle(id).await, "settled");
    paid_once(&rig, id);
    rig.foreign("hot", 1);
    rig.block();
    assert_eq!(code(rig.pay("hot", SMALL).await.unwrap_err()), Code::Frozen);
    assert_eq!(rig.history().iter().filter(|r| matches!(r.event, Event::ForeignSeen { nonce: 1, .. })).count(), 1);
    assert_eq!(rig.paid(), U256::from(HALF));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_down_delays_and_loses_nothing() {
    let rig = Rig::start(1).await;
    rig.nodes[0].set(Mood::Down);
    let error = rig.pay("hot", SMALL).await.unwrap_err();
    assert!(matches!(error, DeskError::Unavailable { what: "node", retry: true, .. }), "{error}");
    rig.nodes[0].set(Mood::Faithful);
    let id = rig.pay("hot", SMALL).await.unwrap();
    for mood in [Mood::Down, Mood::Html, Mood::Half] {
        rig.nodes[0].set(mood);
        let round = rig.desk.round().await.unwrap();
        assert_eq!((round.moved, round.blocked), (0, 0), "a node that is away is nobody's decision");
        assert_eq!((rig.stage(id), rig.desk.snapshot().waiting.len()), ("approved", 1));
    }
    rig.nodes[0].set(Mood::Faithful);
    rig.until(id, "signed").await;
    rig.nodes[0].set(Mood::Down);
    rig.until(id, "broadcast").await;
    rig.desk.round().await.unwrap();
    assert_eq!(rig.stage(id), "broadcast", "no answer is not an answer");
    rig.nodes[0].set(Mood::Faithful);
    assert_eq!(rig.settle(id).await, "settled");
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_witness_of_two_is_not_enough() {
    let rig = Rig::start(2).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.until(id, "broadcast").await;
    rig.nodes[1].set(Mood::Down);
    for _ in 0..4 {
        rig.block();
        rig.desk.round().await.unwrap();
        assert_eq!(rig.stage(id), "broadcast");
    }
    let waiting = rig.desk.snapshot().waiting.get(&id).expect("it says why").why.clone();
    assert!(waiting.contains("2 must agree"), "{waiting}");
    rig.nodes[1].set(Mood::Faithful);
    rig.until(id, "included").await;
    rig.nodes[0].set(Mood::Down);
    for _ in 0..2 {
        rig.block();
        rig.desk.round().await.unwrap();
        assert_eq!(rig.stage(id), "included", "final needs both, too");
    }
    rig.nodes[0].set(Mood::Faithful);
    assert_eq!(rig.settle(id).await, "settled");
    paid_once(&rig, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_request_frees_its_slot() {
    let rig = Rig::start(1).await;
    let first = rig.pay("warm", LARGE).await.unwrap();
    let second = rig.pay("warm", LARGE).await.unwrap();
    let slot = |id| rig.request(id).text(bursar::domain::terms::Decision::Approve).expect("a text");
    assert!(slot(first).contains("\nslot nonce 0\n") && slot(second).contains("\nslot nonce 1\n"));
    rig.clock.advance(24 * 60 * 60 + 1);
    assert_eq!(code(rig.approve("bob", first).await.unwrap_err()), Code::RequestExpired);
    rig.until(first, "expired").await;
    rig.until(second, "expired").await;
    let third = rig.pay("warm", LARGE).await.unwrap();
    assert!(slot(third).contains("\nslot nonce 0\n"));
    rig.approve("bob", third).await.unwrap();
    rig.approve("carol", third).await.unwrap();
    assert_eq!(rig.settle(third).await, "settled");
    assert_eq!((rig.paid(), rig.nonce("warm")), (U256::from(3) * U256::from(2) * U256::from(HALF), U256::ONE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_stops_signing_and_sending_until_a_quorum_ends_it() {
    use bursar::domain::change::{Change, Scope};
    use bursar::domain::id::{Label, WalletId};
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", SMALL).await.unwrap();
    rig.desk.lock();
    rig.until(id, "ordered").await;
    rig.unlock();
    let scope = Scope::Wallet(WalletId::parse("hot").unwrap());
    rig.desk.ask(&member("dan"), Ask::Freeze(scope.clone(), Label::parse("something is odd").unwrap())).await.unwrap();
    for _ in 0..3 {
        let round = rig.desk.round().await.unwrap();
        assert_eq!((round.moved, rig.stage(id)), (0, "ordered"));
    }
    assert!(rig.nodes[0].raws().is_empty());
    let unfreeze = rig.desk.ask(&member("alice"), Ask::ProposeChange(Change::Unfreeze(scope))).await.unwrap().request.unwrap();
    rig.approve("bob", unfreeze).await.unwrap();
    rig.desk.round().await.unwrap();
    assert_eq!(rig.stage(id), "ordered", "one admin of two is not enough");
    rig.approve("carol", unfreeze).await.unwrap();
    assert_eq!(rig.settle(id).await, "settled");
    paid_once(&rig, id);
}
