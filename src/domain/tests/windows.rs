//! Limits over time: what counts, from when, and for how long.

use crate::domain::command::{Command, Outcome};
use crate::domain::id::RequestId;
use crate::domain::policy::rule::{Scope, Then, When, Window};
use crate::domain::policy::window::{LOOK_ALIKES_MAX, Spend, Spends, WINDOW_MAX_S};
use crate::domain::refusal::Code;
use crate::domain::terms::{Decision, TEXT_MAX};
use crate::domain::terms_parse::parse;
use crate::domain::tests::fixtures::*;
use crate::domain::time::Timestamp;

fn approved(world: &mut World, wallet: &str, sum: &str) -> RequestId {
    world.draft("alice", wallet, "supplier", sum).propose().approve("bob").approve("carol").stage("approved").id
}

#[test]
fn the_limit_itself_is_allowed_and_one_wei_more_is_not() {
    let mut world = World::founded();
    approved(&mut world, "pay-1", "19.5 ETH");
    let id = world.draft("alice", "pay-2", "supplier", "0.500000000000000001 ETH").id;
    refused(world.propose("alice", id), Code::LimitExceeded);
    world.draft("alice", "pay-2", "supplier", "0.5 ETH").propose().pay();
}

#[test]
fn a_window_rolls_by_the_second_from_the_order() {
    let mut world = World::founded();
    let id = approved(&mut world, "pay-1", "19 ETH");
    world.wait(3600).at(id).pay();
    let next = world.draft("alice", "pay-1", "supplier", "1.5 ETH").id;
    world.wait(DAY - 1);
    refused(world.propose("alice", next), Code::LimitExceeded);
    world.wait(1).at(next).propose().stage("proposed");
}

#[test]
fn approvals_cannot_be_hoarded_and_paid_in_one_day() {
    let mut world = World::with(|f| f.policy.vote_s = 20 * DAY);
    let first = approved(&mut world, "pay-1", "19 ETH");
    let id = world.wait(10 * DAY).draft("alice", "pay-2", "supplier", "19 ETH").id;
    refused(world.propose("alice", id), Code::LimitExceeded);
    world.at(first).order();
    refused(world.propose("alice", id), Code::LimitExceeded);
    world.wait(DAY).at(id).propose();
}

#[test]
fn a_later_proposal_does_not_bar_an_earlier_one() {
    let mut world = World::with(|f| {
        // Above 10 a day everything needs 1 vote; small ones pass otherwise.
        f.policy.rules.retain(|rule| rule.id.as_str() != "daily");
        let day = Window { seconds: DAY, per: Scope::Treasury, sum_over: Some(eth("10")), count_over: None };
        let when = When { assets: Some([money("1 ETH").0].into()), window: Some(day), ..When::default() };
        f.policy.rules.push(rule("much", when, require(1, false)));
    });
    let first = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().stage("approved").id;
    let second = world.draft("alice", "pay-2", "supplier", "10 ETH").propose().id;
    assert_eq!(world.treasury.verdict(world.request(first), world.now).map(|v| v.standing.word()), Some("met"));
    world.at(second).approve("bob").approve("carol").order();
    // What is really spent counts against everything.
    let built = world.built(first, 40, (GWEI, GWEI));
    refused(world.report(first, Outcome::Built(built, 40)), Code::QuorumUnmet);
}

#[test]
fn what_will_never_be_paid_is_not_counted() {
    let mut world = World::founded();
    for end in 0..3 {
        let id = world.draft("alice", "pay-1", "supplier", "19 ETH").propose().id;
        match end {
            0 => drop(world.ask("alice", &Command::Withdraw(id)).expect("withdrawn")),
            1 => drop(world.vote("bob", id, Decision::Object).expect("refused")),
            _ => drop(world.wait(DAY + 1).report(id, Outcome::Expired).expect("expired")),
        }
    }
    let id = approved(&mut world, "pay-1", "19 ETH");
    world.at(id).fly().report(Outcome::Foreign);
    assert!(world.treasury.spends().is_empty());
}

#[test]
fn settled_and_reverted_payments_are_counted() {
    let mut world = World::founded();
    let id = approved(&mut world, "pay-1", "19 ETH");
    world.at(id).fly();
    let mut found = world.inclusion(id, 0, 3);
    (found.success, found.effect) = (false, false);
    world.at(id).report(Outcome::Included(found.clone())).report(Outcome::Final(found));
    let next = world.draft("alice", "pay-1", "supplier", "2 ETH").id;
    refused(world.propose("alice", next), Code::LimitExceeded);
}

#[test]
fn a_clock_that_runs_back_reopens_no_window() {
    let mut world = World::founded();
    let id = approved(&mut world, "pay-1", "19 ETH");
    world.at(id).pay();
    world.now = Timestamp::from_unix(NOON - 90 * DAY);
    let next = world.draft("alice", "pay-1", "supplier", "2 ETH").id;
    refused(world.propose("alice", next), Code::LimitExceeded);
}

#[test]
fn counts_and_scopes_are_kept_apart() {
    let scopes = [(Scope::Treasury, 4), (Scope::Wallet, 3), (Scope::Destination, 2), (Scope::Initiator, 3)];
    let t = Timestamp::from_unix(NOON);
    let spend = |by: &str, from: &str, to: &str| {
        let (asset, amount) = money("1 ETH");
        Spend { at: t, by: member(by), wallet: wallet(from), to: party(to), asset, amount }
    };
    let mut spends = Spends::default();
    let others = [
        ("alice", "pay-1", "landlord"),
        ("alice", "pay-1", "supplier"),
        ("anton", "pay-1", "landlord"),
        ("alice", "pay-2", "supplier"),
    ];
    for (n, (by, from, to)) in others.into_iter().enumerate() {
        spends.add(RequestId::from_parts(1, n as u128), spend(by, from, to));
    }
    let this = (&spend("alice", "pay-1", "supplier"), RequestId::from_parts(9, 9));
    for (scope, count) in scopes {
        assert_eq!(spends.before(t, 60, scope, this), (eth(&count.to_string()), count), "{scope:?}");
    }
    let other_asset = Spend { asset: money("1 DAI").0, ..this.0.clone() };
    assert_eq!(spends.before(t, 60, Scope::Treasury, (&other_asset, this.1)).1, 0, "assets are not added up");
}

#[test]
fn a_count_limit_counts_transfers() {
    let mut world = World::with(|f| {
        let window = Window { seconds: 3600, per: Scope::Initiator, sum_over: None, count_over: Some(3) };
        let then = Then::Block { reason: label("3 an hour each") };
        f.policy.rules.push(rule("busy", When { window: Some(window), ..When::default() }, then));
    });
    for _ in 0..3 {
        world.draft("alice", "pay-1", "supplier", "0.1 ETH").propose().order();
    }
    let id = world.draft("alice", "pay-1", "supplier", "0.1 ETH").id;
    refused(world.propose("alice", id), Code::LimitExceeded);
    world.draft("anton", "pay-1", "supplier", "0.1 ETH").propose();
    world.wait(3600).at(id).propose();
}

#[test]
fn memory_is_bounded_by_the_longest_window() {
    let mut world = World::founded();
    for _ in 0..5 {
        world.draft("alice", "pay-1", "supplier", "0.1 ETH").propose().pay();
    }
    let pending = world.draft("alice", "pay-1", "supplier", "0.1 ETH").propose().id;
    world.wait(WINDOW_MAX_S + 1).draft("alice", "pay-1", "landlord", "0.1 ETH").propose();
    assert_eq!(world.treasury.spends().len(), 2, "the new one and the pending one");
    assert_eq!(world.stage_of(pending), "approved");
}

#[test]
fn a_text_names_the_newest_look_alikes_and_stays_readable() {
    let mut world = World::with(|f| f.policy.rules.retain(|rule| rule.id.as_str() != "daily"));
    let ids: Vec<_> = (0..400).map(|_| world.wait(60).draft("alice", "pay-1", "supplier", "0.1 ETH").propose().id).collect();
    let last = &world.proposal(ids[399]).terms;
    assert_eq!(last.duplicates, ids[399 - LOOK_ALIKES_MAX..399]);
    let text = last.print(Decision::Approve);
    assert!(text.len() < TEXT_MAX);
    assert_eq!(parse(&text).map(|(_, terms)| terms).as_ref(), Ok(last));
    assert!(world.proposal(ids[0]).terms.duplicates.is_empty());
}
