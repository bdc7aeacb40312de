//! The life of a transfer, from draft to its end, by every road.

use alloy_primitives::{Bytes, keccak256};

use crate::domain::Effect;
use crate::domain::change::{Change, Scope};
use crate::domain::command::{Command, Outcome};
use crate::domain::event::Event;
use crate::domain::id::ContactId;
use crate::domain::refusal::Code;
use crate::domain::terms::{Decision, Slot};
use crate::domain::tests::fixtures::*;
use crate::domain::transfer::{Ending, SendAnswer, Stage};
use crate::domain::wallet::{Lane, Tier};
use crate::text::Untrusted;

#[test]
fn a_small_payment_passes_by_itself_and_its_text_names_the_slot_once_it_is_ordered() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().stage("approved").id;
    assert_eq!(world.proposal(id).terms.slot, Slot::Late);
    assert!(world.treasury.lane(&wallet("pay-1")).is_none(), "nothing is held yet");
    let before = world.digest(id);
    world.at(id).order();
    assert_eq!(world.proposal(id).terms.slot, Slot::Nonce(40));
    assert_ne!(world.digest(id), before, "the digest is of the text with the slot");
    assert_eq!(world.digest(id), world.proposal(id).terms.digest());
    let order = world.treasury.signing_order(id).expect("ordered");
    assert_eq!((order.digest(), order.attempt(), order.from()), (world.digest(id), 0, address("pay-1")));
    world.at(id).sign().send().include(0, 9).settle(0, 9).stage("settled");
    assert!(matches!(world.transfer(id).stage, Stage::Settled(_, _, Ending::Paid)));
    assert_eq!(world.lane("pay-1"), &Lane::beginning_at(41));
}

#[test]
fn a_large_payment_needs_two_of_three_and_holds_its_slot_from_the_start() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().stage("proposed").id;
    assert_eq!(world.proposal(id).terms.slot, Slot::Nonce(40));
    assert_eq!(world.lane("pay-1").held.get(&40), Some(&id));
    world.at(id).approve("dave").stage("proposed").approve("bob").stage("approved");
    let text = world.digest(id);
    world.at(id).pay().stage("settled");
    assert_eq!(world.digest(id), text, "what was voted on never changes");
}

#[test]
fn a_rule_may_leave_a_hot_wallets_slot_late_but_never_a_cold_ones() {
    let mut world = World::founded();
    let hot = world.draft("alice", "pay-1", "supplier", "10 USDC").propose().id;
    let cold = world.draft("alice", "vault-1", "supplier", "1 ETH").propose().id;
    assert_eq!(world.proposal(hot).terms.slot, Slot::Late);
    assert_eq!(world.proposal(cold).terms.slot, Slot::Nonce(40));
    world.at(hot).approve("bob").order();
    assert_eq!(world.proposal(hot).terms.slot, Slot::Late, "people approved the text with the late slot");
}

#[test]
fn a_wallet_that_turns_cold_takes_late_slots_back() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "10 USDC").propose().approve("bob").stage("approved").id;
    world.enact(Change::SetTier(wallet("pay-1"), Tier::Cold)).at(id).stage("drafted").propose();
    assert_eq!(world.proposal(id).terms.slot, Slot::Nonce(40));
}

#[test]
fn an_objection_ends_it_and_frees_the_slot() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    let late = ballot(world.request(id), "dave", Decision::Approve);
    world.at(id).object("carol").stage("refused");
    assert!(world.lane("pay-1").held.is_empty());
    assert!(world.treasury.spends().is_empty());
    refused(world.ask("dave", &Command::Vote(late)), Code::StageWrong);
}

#[test]
fn expiry_frees_the_slot_of_what_was_proposed_or_approved() {
    let mut world = World::founded();
    let open = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let voted = world.draft("alice", "pay-1", "supplier", "3 ETH").propose().approve("bob").approve("carol").id;
    world.wait(DAY);
    refused(world.report(open, Outcome::Expired), Code::StageWrong);
    assert_eq!(world.treasury.owed(world.now), [Effect::Build(voted)]);
    world.wait(1);
    assert_eq!(world.treasury.owed(world.now), [Effect::Expire(open), Effect::Expire(voted)]);
    world.at(open).report(Outcome::Expired).stage("expired");
    world.at(voted).report(Outcome::Expired).stage("expired");
    assert!(world.lane("pay-1").held.is_empty() && world.treasury.spends().is_empty());
    assert_eq!(world.treasury.owed(world.now), []);
    let next = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    assert_eq!(world.lane("pay-1").held.get(&40), Some(&next), "the lowest gap is filled first");
}

#[test]
fn withdrawal_frees_the_slot_until_it_is_ordered() {
    let mut world = World::founded();
    world.draft("alice", "pay-1", "supplier", "2 ETH").withdraw("alice").stage("withdrawn");
    world.draft("alice", "pay-1", "supplier", "2 ETH").propose().withdraw("erin").stage("withdrawn");
    world
        .draft("alice", "pay-1", "supplier", "2 ETH")
        .propose()
        .approve("bob")
        .approve("carol")
        .withdraw("alice")
        .stage("withdrawn");
    assert!(world.lane("pay-1").held.is_empty() && world.treasury.spends().is_empty());
    let id = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().order().id;
    refused(world.ask("alice", &Command::Withdraw(id)), Code::StageWrong);
}

#[test]
fn another_policy_sends_waiting_transfers_back_to_draft_and_ends_open_changes() {
    let mut world = World::founded();
    let open = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    let passed = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().id;
    let flying = world.draft("alice", "pay-1", "supplier", "0.1 ETH").propose().order().id;
    let change = world.change("frank", Change::RevokeMember(member("victor"))).approve("gina").id;
    let mut next = policy();
    (next.version, next.governance.needed) = (2, 1);
    world.enact(Change::SetPolicy(next));
    assert_eq!([open, passed, flying, change].map(|id| world.stage_of(id)), ["drafted", "drafted", "ordered", "expired"]);
    assert_eq!(world.lane("pay-1").held.values().collect::<Vec<_>>(), [&flying]);
    assert_eq!(world.treasury.spends().len(), 1);
    world.at(open).propose();
    assert_eq!(world.proposal(open).terms.policy.0, 2);
    assert!(world.proposal(open).votes.is_empty(), "votes are voided with the text");
    refused(world.vote("erin", change, Decision::Approve), Code::StageWrong);
    assert!(!world.treasury.members()[&member("victor")].revoked);
}

#[test]
fn a_removed_contact_sends_its_transfers_back_to_draft() {
    let mut world = World::founded();
    let there = world.draft("alice", "pay-1", "landlord", "2 ETH").propose().id;
    let elsewhere = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    world.enact(Change::RemoveContact(ContactId::parse("landlord").expect("slug")));
    assert_eq!([there, elsewhere].map(|id| world.stage_of(id)), ["drafted", "proposed"]);
    let quote = quote(&world.treasury, &draft("pay-1", "supplier", "2 ETH"), 40);
    refused(world.ask("alice", &Command::Propose(there, quote)), Code::ContactUnknown);
}

#[test]
fn what_a_revoked_member_asked_for_goes_no_further() {
    let mut world = World::founded();
    let approved = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().stage("approved").id;
    let flying = world.draft("alice", "pay-2", "supplier", "1 ETH").propose().fly().id;
    world.enact(Change::RevokeMember(member("alice")));
    assert_eq!([approved, flying].map(|id| world.stage_of(id)), ["drafted", "broadcast"]);
    world.at(approved).withdraw("erin").stage("withdrawn");
}

#[test]
fn the_order_asks_the_policy_again() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "12 ETH").propose().approve("bob").approve("carol").id;
    let other =
        world.draft("alice", "pay-2", "supplier", "8 ETH").propose().approve("bob").approve("carol").pay().stage("settled").id;
    world.at(id).order();
    let third = world.wait(DAY).draft("alice", "pay-2", "supplier", "19 ETH").propose().approve("bob").approve("carol").id;
    assert_eq!([id, other, third].map(|id| world.stage_of(id)), ["ordered", "settled", "approved"]);
    world.enact(Change::RevokeMember(member("bob")));
    let built = world.built(third, world.slot_for(third), (GWEI, GWEI));
    refused(world.report(third, Outcome::Built(built, 40)), Code::QuorumUnmet);
}

#[test]
fn a_bump_keeps_nonce_and_call_and_the_earlier_attempt_may_win() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().order_at(40, (801, 9)).sign().send().id;
    let before = world.flight(id).clone();
    // 801 + 100.125 and 9 + 1.125, both rounded up.
    for fees in [(901, 11), (902, 10)] {
        let built = world.built(id, 40, fees);
        refused(world.report(id, Outcome::Built(built, 40)), Code::FeeBump);
    }
    world.at(id).order_at(40, (902, 11)).stage("ordered");
    assert_eq!(world.treasury.owed(world.now), [Effect::Sign(id, 1), Effect::Follow(id)], "attempt 0 may be included meanwhile");
    world.at(id).sign();
    let flight = world.flight(id);
    assert_eq!((flight.nonce, &flight.proposal, flight.attempts.len()), (before.nonce, &before.proposal, 2));
    assert_eq!(flight.hashes().len(), 2);
    world.at(id).send().include(0, 7).settle(0, 7).stage("settled");
    let Stage::Settled(_, inclusion, Ending::Paid) = &world.transfer(id).stage else { panic!("paid") };
    assert_eq!(world.flight(id).attempt_by_hash(inclusion.hash).map(|(attempt, _)| attempt), Some(0));
}

#[test]
fn a_bump_that_nobody_signed_does_not_stop_the_first_attempt() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().order_at(40, (30 * GWEI, 2 * GWEI)).id;
    world.at(id).include(0, 7).stage("included");
    // The signer answers late: the bytes are kept, nothing moves, and the answer is idempotent.
    world.at(id).sign_attempt(1).stage("included");
    let events = world.records.len();
    world.at(id).sign_attempt(1);
    assert_eq!(world.records.len(), events);
    assert_eq!(world.flight(id).hashes().len(), 2);
    world.at(id).report(Outcome::Reorged).stage("broadcast").include(1, 8).settle(1, 8);
    let raw = Bytes::from_static(b"later");
    let hash = keccak256(&raw);
    refused(world.report(id, Outcome::Signed { attempt: 1, raw, hash }), Code::SignatureMismatch);
}

#[test]
fn a_signature_for_an_earlier_attempt_does_not_answer_for_the_newest() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().order_at(40, (30 * GWEI, 2 * GWEI)).id;
    world.at(id).include(0, 7).report(Outcome::Reorged).order_at(40, (60 * GWEI, 4 * GWEI)).sign_attempt(1).stage("ordered");
    assert_eq!(world.treasury.signing_order(id).map(|order| order.attempt()), Ok(2));
    world.at(id).sign().stage("signed");
}

#[test]
fn a_reorganisation_takes_it_back_and_it_settles_elsewhere() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().include(0, 7).id;
    let gone = world.inclusion(id, 0, 7);
    world.at(id).report(Outcome::Reorged).stage("broadcast");
    refused(world.report(id, Outcome::Final(gone.clone())), Code::StageWrong);
    assert_eq!(world.lane("pay-1").held.get(&40), Some(&id), "the slot stays its own");
    world.at(id).include(0, 8);
    refused(world.report(id, Outcome::Final(gone)), Code::EvidenceShort);
    world.at(id).settle(0, 8).stage("settled");
}

#[test]
fn stuck_and_dropped_come_back_with_the_same_bytes() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().report(Outcome::Stuck).stage("stuck").id;
    let raw = world.flight(id).current().signed.clone();
    world.at(id).report(Outcome::Sending(0, node("n2"))).stage("stuck").report(Outcome::Dropped).stage("dropped");
    assert_eq!(world.treasury.owed(world.now), [Effect::Send(id, 0)]);
    let unclear = SendAnswer::Unclear(Untrusted::new("nonce too low"));
    world.at(id).report(Outcome::Sending(0, node("n2"))).report(Outcome::Sent(0, node("n2"), unclear)).stage("broadcast");
    assert_eq!(world.flight(id).current().signed, raw);
    assert_eq!(world.treasury.owed(world.now), [Effect::Follow(id)], "an error text means unknown");
    refused(world.report(id, Outcome::Sent(0, node("n3"), SendAnswer::Known)), Code::StageWrong);
}

#[test]
fn signed_bytes_are_idempotent() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().order().sign().id;
    let state = world.treasury.clone();
    for _ in 0..3 {
        world.at(id).sign_attempt(0);
    }
    assert_eq!(world.treasury, state);
    assert!(world.treasury.signing_order(id).is_err(), "what is signed is not signed again");
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").id;
    let ask = Command::Propose(id, quote(&world.treasury, &world.transfer(id).draft, 40));
    let first = world.treasury.decide(world.now, &by("alice"), &ask);
    assert_eq!(world.treasury.decide(world.now, &by("alice"), &ask), first);
    world.at(id).propose();
    let digest = world.digest(id);
    world.at(id).approve("bob").approve("carol").order();
    let order = world.treasury.signing_order(id).expect("ordered");
    assert_eq!(world.treasury.signing_order(id), Ok(order.clone()));
    assert_eq!(order.digest(), digest);
}

#[test]
fn a_freeze_stops_what_has_not_left_and_follows_what_has() {
    let mut world = World::founded();
    let [voted, passed, ordered, signed, sent] = ["2", "0.1", "0.2", "0.3", "0.4"]
        .map(|sum| world.draft("alice", "pay-1", "supplier", &format!("{sum} ETH")).propose().id);
    world.at(ordered).order();
    world.at(signed).order().sign();
    world.at(sent).fly();
    world.freeze("bob", Scope::Wallet(wallet("pay-1")));
    assert_eq!(world.treasury.owed(world.now), [Effect::Follow(sent)]);
    refused(world.treasury.signing_order(ordered).map(|_| Vec::new()), Code::Frozen);
    world.at(sent).report(Outcome::Sending(0, node("n2"))).include(0, 9).settle(0, 9).stage("settled");
    assert_eq!(world.ask("carol", &Command::Freeze(Scope::Wallet(wallet("pay-1")), label("again"))), Ok(vec![]));
    world.enact(Change::Unfreeze(Scope::Wallet(wallet("pay-1"))));
    assert_eq!(world.treasury.owed(world.now), [Effect::Build(passed), Effect::Sign(ordered, 0), Effect::Send(signed, 0)]);
    assert_eq!(world.stage_of(voted), "proposed");
}

#[test]
fn a_foreign_transaction_freezes_the_wallet_until_the_quorum_lifts_it() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().id;
    world.at(id).report(Outcome::Foreign).stage("foreign");
    assert!(world.treasury.freeze_on(&wallet("pay-1")).is_some() && world.treasury.freeze_on(&wallet("pay-2")).is_none());
    let next = world.draft("alice", "pay-1", "supplier", "1 ETH").id;
    refused(world.propose("alice", next), Code::Frozen);
    let lift = world.change("erin", Change::Unfreeze(Scope::Wallet(wallet("pay-1")))).approve("frank").stage("proposed").id;
    refused(world.vote("erin", lift, Decision::Approve), Code::VoteRequester);
    refused(world.vote("bob", lift, Decision::Approve), Code::VoteIneligible);
    refused(world.propose("alice", next), Code::Frozen);
    world.at(lift).approve("gina").stage("enacted");
    world.at(next).propose().order();
    assert_eq!(world.flight(next).nonce, 41);
}

#[test]
fn how_it_ended_is_read_from_the_receipt() {
    for (success, effect, ending) in [
        (true, true, Ending::Paid),
        (true, false, Ending::NoEffect),
        (false, false, Ending::Reverted),
        (false, true, Ending::Reverted),
    ] {
        let mut world = World::founded();
        let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().id;
        let mut found = world.inclusion(id, 0, 3);
        (found.success, found.effect) = (success, effect);
        world.at(id).report(Outcome::Included(found.clone()));
        let events = world.report(id, Outcome::Final(found)).expect("final");
        assert!(matches!(&events[..], [Event::Settled { ending: found, .. }] if *found == ending));
    }
}

#[test]
fn nothing_is_owed_to_what_is_over() {
    let mut world = World::founded();
    world.draft("alice", "pay-1", "supplier", "1 ETH").propose().pay();
    world.draft("alice", "pay-1", "supplier", "2 ETH").propose().object("bob");
    world.draft("alice", "pay-1", "supplier", "1 ETH").propose().withdraw("alice");
    world.draft("alice", "pay-2", "supplier", "1 ETH").propose().fly().report(Outcome::Foreign);
    assert_eq!(world.treasury.owed(world.now.plus(90 * DAY)), []);
}
