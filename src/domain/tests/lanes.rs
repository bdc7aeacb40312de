//! Nonces: one slot for one transfer, for life; gaps, settlement out of order, foreign use.

use crate::domain::change::{Change, Scope};
use crate::domain::command::{Command, Outcome};
use crate::domain::id::{Reference, RequestId, RequestNumber};
use crate::domain::refusal::Code;
use crate::domain::tests::fixtures::*;
use crate::domain::treasury::OVER_KEPT;
use crate::domain::wallet::Lane;

fn voted(world: &mut World, sum: &str) -> RequestId {
    world.draft("alice", "pay-1", "supplier", sum).propose().approve("bob").approve("carol").id
}

#[test]
fn settlement_out_of_order_neither_frees_a_slot_nor_raises_an_alarm() {
    let mut world = World::founded();
    let first = voted(&mut world, "2 ETH");
    let second = voted(&mut world, "3 ETH");
    world.at(first).fly();
    world.at(second).fly().include(0, 9).settle(0, 9);
    // 40 and 41 are consumed; 40 is not settled in our books yet.
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 42), None, "41 is ours");
    refused(world.ask("desk", &Command::ReportForeign(wallet("pay-1"), 41)), Code::SlotTaken);
    // A node that lags behind says that 41 is next.
    world.chain_nonce = 41;
    let third = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().order().id;
    assert_eq!(world.flight(third).nonce, 42, "a consumed nonce is never handed out again");
    world.at(first).include(0, 9).settle(0, 9);
    assert_eq!((world.lane("pay-1").floor, world.lane("pay-1").spent.len()), (42, 0));
}

#[test]
fn a_late_slot_fills_the_gap_that_a_withdrawn_request_left() {
    let mut world = World::founded();
    let gap = voted(&mut world, "2 ETH");
    let behind = voted(&mut world, "3 ETH");
    world.at(behind).order();
    assert_eq!(world.lane("pay-1").waits_for(41), Some(gap));
    world.at(gap).withdraw("alice");
    assert_eq!(world.lane("pay-1").waits_for(41), None);
    let late = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().order().id;
    assert_eq!((world.flight(late).nonce, world.flight(behind).nonce), (40, 41));
}

#[test]
fn a_first_nonce_of_zero_is_history_too() {
    let mut world = World::founded();
    world.chain_nonce = 0;
    voted(&mut world, "2 ETH");
    let id = world.treasury.requests().keys().next().copied().expect("one");
    world.at(id).withdraw("alice");
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 5), Some(0));
    world.chain_nonce = 5;
    voted(&mut world, "2 ETH");
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 5), Some(0), "the next proposal does not hide it");
}

#[test]
fn nothing_can_be_told_of_a_lane_without_history() {
    let world = World::founded();
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 1000), None);
}

#[test]
fn every_foreign_nonce_is_alarmed_once_and_freezes_once() {
    let mut world = World::founded();
    let id = voted(&mut world, "2 ETH");
    world.at(id).order();
    // 40 is ours; the chain says that 43 is next.
    let mut seen = Vec::new();
    while let Some(nonce) = world.treasury.foreign_nonce(&wallet("pay-1"), 43) {
        let events = world.ask("desk", &Command::ReportForeign(wallet("pay-1"), nonce)).expect("foreign");
        seen.push((nonce, events.len()));
        assert!(seen.len() < 10, "{seen:?}");
    }
    assert_eq!(seen, [(41, 2), (42, 1)]);
    assert_eq!(world.stage_of(id), "ordered", "what was ordered keeps its slot");
    world.at(id).sign();
    refused(world.report(id, Outcome::Sending(0, node("n1"))), Code::Frozen);
}

#[test]
fn a_foreign_transaction_in_a_slot_that_is_only_held_is_found() {
    let mut world = World::founded();
    let open = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let approved = voted(&mut world, "3 ETH");
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 40), None);
    assert_eq!(world.treasury.foreign_nonce(&wallet("pay-1"), 42), Some(40));
    for nonce in [40, 41] {
        world.ask("desk", &Command::ReportForeign(wallet("pay-1"), nonce)).expect("foreign");
    }
    assert_eq!([open, approved].map(|id| world.stage_of(id)), ["drafted", "drafted"]);
    assert_eq!(world.lane("pay-1"), &Lane::beginning_at(42));
    assert!(world.treasury.freeze_on(&wallet("pay-1")).is_some() && world.treasury.spends().is_empty());
    world.enact(Change::Unfreeze(Scope::Wallet(wallet("pay-1"))));
    world.at(open).propose();
    assert_eq!(world.lane("pay-1").held.get(&42), Some(&open));
}

#[test]
fn a_freeze_with_flights_in_progress_lets_them_settle() {
    let mut world = World::founded();
    let [one, two, three] =
        ["0.1", "0.2", "0.3"].map(|sum| world.draft("alice", "pay-1", "supplier", &format!("{sum} ETH")).propose().fly().id);
    world.at(two).report(Outcome::Foreign);
    world.at(three).include(0, 9).settle(0, 9);
    world.at(one).include(0, 9).settle(0, 9);
    assert_eq!(world.lane("pay-1"), &Lane::beginning_at(43));
    let bump = world.draft("alice", "pay-2", "supplier", "0.1 ETH").propose().fly().id;
    world.freeze("erin", Scope::Treasury);
    let built = world.built(bump, 40, (50 * GWEI, 5 * GWEI));
    refused(world.report(bump, Outcome::Built(built, 40)), Code::Frozen);
    world.at(bump).include(0, 10).settle(0, 10);
}

#[test]
fn what_left_memory_is_still_counted_and_never_accepted_again() {
    let mut world = World::founded();
    let mut wanted = draft("pay-1", "supplier", "0.5 ETH");
    wanted.reference = Some(Reference::parse("order-1").expect("reference"));
    let first = world.draft_with("alice", wanted.clone()).propose().pay().id;
    let open = world.draft("alice", "pay-1", "supplier", "0.7 ETH").id;
    for _ in 0..OVER_KEPT {
        world.draft("alice", "pay-1", "supplier", "0.6 ETH").withdraw("alice");
    }
    assert!(world.treasury.request(first).is_err(), "{OVER_KEPT} are kept");
    assert_eq!(world.treasury.requests().len(), OVER_KEPT + 1);
    assert_eq!(world.stage_of(open), "drafted", "what is not over stays");
    assert_eq!(world.treasury.by_reference(wanted.reference.as_ref().expect("given")), Some(first));
    assert!(world.treasury.by_number(RequestNumber(1)).is_none());
    let id = world.next_id();
    refused(world.ask("alice", &Command::Draft(id, wanted.clone())), Code::ReferenceConflict);
    wanted.reference = None;
    refused(world.ask("alice", &Command::Draft(first, wanted)), Code::RequestDuplicate);
    refused(world.ask("erin", &Command::ProposeChange(first, Change::RevokeMember(member("bob")))), Code::RequestDuplicate);
    refused(world.report(first, Outcome::Foreign), Code::RequestUnknown);
    let next = world.draft("alice", "pay-1", "supplier", "0.6 ETH").id;
    assert_eq!(world.request(next).number, RequestNumber(OVER_KEPT as u64 + 3));
    assert_eq!(world.lane("pay-1"), &Lane::beginning_at(41), "its nonce stays behind us");
}

#[test]
fn wallets_have_lanes_of_their_own() {
    let mut world = World::founded();
    let one = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().order().id;
    let two = world.draft("alice", "pay-2", "supplier", "0.5 ETH").propose().order().id;
    assert_eq!((world.flight(one).nonce, world.flight(two).nonce), (40, 40));
    world.at(one).sign().send().include(0, 1).settle(0, 1);
    assert_eq!((world.lane("pay-1").floor, world.lane("pay-2").floor), (41, 40));
}
