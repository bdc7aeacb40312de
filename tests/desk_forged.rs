//! Whoever can write the journal's file can write any entry, with right hashes; without the members' keys it pays nobody.

use alloy_primitives::{Bytes, U256};
use bursar::chain::evm::built;
use bursar::chain::evm::transaction::Fees;
use bursar::domain::event::Event;
use bursar::domain::id::{RequestId, WalletId};
use bursar::domain::journal::Entry;
use bursar::domain::member::Actor;
use bursar::domain::terms::Decision;
use bursar::domain::vote::{Vote, VoteSignature};
use bursar::store::Store;
use bursar::store::sqlite::Sqlite;

use crate::support::desk::{LARGE, NETWORK, Rig, member};

/// Appends entries that follow, as our own library makes them.
fn forge(rig: &Rig, by: Actor, events: Vec<Event>) {
    let mut store = Sqlite::open(&rig.journal()).expect("a journal");
    for event in events {
        let tip = store.tip().expect("a tip");
        let pair = Entry::after(tip, rig.desk.now(), by.clone(), event);
        store.append(tip, &[pair]).expect("appended");
    }
}

fn vote_of(name: &str, request: RequestId, signature: &[u8]) -> Event {
    let signature = VoteSignature::Eip712(Bytes::copy_from_slice(signature));
    let vote = Vote {
        decision: Decision::Approve,
        signature,
        reason: None,
        at: bursar::domain::time::Timestamp::from_unix(1_795_000_000),
    };
    Event::Voted { request, member: member(name), vote }
}

/// Nothing was signed, nothing was sent, and it says why.
async fn pays_nobody(rig: &Rig, id: RequestId, why: &str) {
    for _ in 0..3 {
        rig.desk.round().await.expect("a journal that can be read");
        rig.block();
    }
    let waiting = rig.desk.snapshot().waiting.get(&id).map(|w| w.why.clone()).unwrap_or_default();
    assert!(waiting.contains(why), "{waiting}");
    assert_eq!(rig.times(id, |e| matches!(e, Event::Signed { .. })), 0);
    assert!(rig.nodes[0].raws().is_empty());
    assert_eq!((rig.paid(), rig.nonce("hot")), (U256::ZERO, U256::ZERO));
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_that_nobody_signed_are_worth_nothing() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", LARGE).await.expect("proposed");
    let before = rig.history().len() as u64;
    forge(
        &rig,
        Actor::Member(member("bob")),
        vec![vote_of("bob", id, &[0; 65]), vote_of("carol", id, &[27; 65]), Event::Approved { request: id }],
    );
    pays_nobody(&rig, id, "a vote of bob").await;
    assert_eq!(rig.times(id, |e| matches!(e, Event::Ordered { .. })), 0, "not even ordered");
    let broken = rig.desk.verify(&mut |_| {}).expect("readable").broken.expect("it is found");
    assert_eq!(broken.0, before + 1, "{}", broken.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_members_signature_is_not_anothers() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", LARGE).await.expect("proposed");
    rig.approve("bob", id).await.expect("counted");
    let bobs = rig.request(id).votes().and_then(|votes| votes.get(&member("bob")).cloned()).expect("a vote");
    let VoteSignature::Eip712(signature) = &bobs.signature;
    forge(&rig, Actor::Member(member("carol")), vec![vote_of("carol", id, signature), Event::Approved { request: id }]);
    pays_nobody(&rig, id, "a vote of carol").await;
    assert!(!rig.is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_votes_is_not_signed() {
    let rig = Rig::start(1).await;
    let id = rig.pay("hot", LARGE).await.expect("proposed");
    let proposal = rig.request(id).transfer().and_then(|t| t.stage.proposal().cloned()).expect("a proposal");
    let terms = &proposal.terms;
    let fees = Fees::Eip1559 { fee_cap: terms.fee_cap, tip_cap: terms.tip_cap };
    let built = built::build(NETWORK.chain_id(), 0, &proposal.call, terms.gas_limit, &fees).expect("built");
    let wallet = WalletId::parse("hot").expect("a slug");
    let ordered = Event::Ordered { request: id, wallet, nonce: 0, built: Box::new(built) };
    forge(&rig, Actor::Desk, vec![Event::Approved { request: id }, ordered]);
    let before = rig.history().len() as u64 - 2;
    pays_nobody(&rig, id, "0 signed approvals").await;
    let broken = rig.desk.verify(&mut |_| {}).expect("readable").broken.expect("it is found");
    assert_eq!(broken.0, before + 1, "{}", broken.1);
}
