//! Votes and quorums: who counts, for how long, and on what.

use std::collections::BTreeSet;

use crate::domain::change::Change;
use crate::domain::command::Command;
use crate::domain::member::Role;
use crate::domain::policy::rule::{Then, When};
use crate::domain::policy::verdict::Standing;
use crate::domain::refusal::Code;
use crate::domain::terms::Decision;
use crate::domain::tests::fixtures::*;
use crate::domain::vote::{Ballot, Statement, VoteSignature};

#[test]
fn a_revoked_members_vote_stops_counting() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    world.enact(Change::RevokeMember(member("bob")));
    let verdict = world.treasury.verdict(world.request(id), world.now).expect("judged");
    assert_eq!((verdict.tallies[0].approved.len(), verdict.standing), (0, Standing::Pending));
    world.at(id).approve("carol").stage("proposed").approve("dave").stage("approved");
    assert_eq!(world.proposal(id).votes.len(), 3, "the journal keeps what was said");
}

#[test]
fn revoking_below_the_quorum_is_refused_before_it_bars_everything() {
    let mut world = World::founded();
    world.enact(Change::RevokeMember(member("bob")));
    let id = world.next_id();
    refused(world.ask("erin", &Command::ProposeChange(id, Change::RevokeMember(member("carol")))), Code::ChangeUnsound);
}

#[test]
fn a_requester_in_the_group_never_counts_even_where_the_quorum_is_out_of_reach() {
    let mut world = World::with(|f| {
        f.policy.groups.insert(group("approvers"), ["bob", "olga"].map(member).into());
    });
    let mine = world.draft("olga", "pay-1", "supplier", "2 ETH").id;
    refused(world.propose("olga", mine), Code::PolicyBlocked);
    world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").approve("olga").stage("approved");
}

#[test]
fn every_applying_rules_quorum_must_be_met() {
    let mut world = World::with(|f| {
        f.members.push(a_member("hugo", Role::Approver));
        f.policy.groups.insert(group("board"), ["hugo"].map(member).into());
        let then = Then::Require { quorums: vec![quorum(1, "board")], late_slot: false };
        f.policy.rules.push(rule(
            "board",
            When { over: Some(eth("5")), assets: Some([money("1 ETH").0].into()), ..When::default() },
            then,
        ));
    });
    world
        .draft("alice", "pay-1", "supplier", "6 ETH")
        .propose()
        .approve("bob")
        .approve("carol")
        .stage("proposed")
        .approve("hugo")
        .stage("approved");
    let small = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    refused(world.vote("hugo", small, Decision::Approve), Code::VoteIneligible);
}

#[test]
fn a_stranger_to_the_role_does_not_count_though_the_group_names_them() {
    let mut world = World::with(|f| {
        f.policy.groups.insert(group("approvers"), ["bob", "carol", "victor", "erin"].map(member).into());
    });
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    for name in ["victor", "erin"] {
        refused(world.vote(name, id, Decision::Approve), Code::VoteIneligible);
    }
    assert!(!world.treasury.may_vote(world.request(id), &member("victor"), world.now));
    assert!(world.treasury.may_vote(world.request(id), &member("carol"), world.now));
    assert!(!world.treasury.may_vote(world.request(id), &member("carol"), world.now.plus(DAY + 1)), "too late");
}

#[test]
fn a_signature_that_recovers_to_nobody_makes_no_ballot() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let fields = world.request(id).fields(Decision::Approve).expect("proposed");
    let statement = Statement {
        request: id,
        digest: world.digest(id),
        decision: Decision::Approve,
        fields: &fields,
        chain_id: 1,
        salt: [0; 32],
    };
    let signature = VoteSignature::Eip712(vec![0; 65].into());
    assert!(Ballot::check(&statement, signature.clone(), None, |_, _| None).is_none());
    let anyone = Ballot::check(&statement, signature, None, |_, _| Some(address("mallory"))).expect("recovers");
    refused(world.ask("bob", &Command::Vote(anyone)), Code::VoteSignature);
}

#[test]
fn a_change_is_checked_again_when_its_quorum_is_met() {
    let mut world = World::founded();
    let one = world.change("erin", Change::AddContact(a_contact("new", HOME))).approve("frank").id;
    let same = world.change("frank", Change::AddContact(a_contact("new", HOME))).approve("erin").id;
    world.at(one).approve("gina").stage("enacted");
    refused(world.vote("gina", same, Decision::Approve), Code::NameTaken);
    assert_eq!(world.stage_of(same), "proposed");
    world.at(same).object("gina").stage("refused");
}

#[test]
fn a_policy_that_nobody_could_ever_change_is_refused() {
    for (admins, needed) in [(vec!["erin"], 1), (vec!["erin", "frank"], 2)] {
        let mut founding = founding();
        founding.members.retain(|m| !m.has(Role::Admin) || admins.contains(&m.id.as_str()));
        let group_of: BTreeSet<_> = admins.iter().map(|name| member(name)).collect();
        founding.policy.groups.insert(group("admins"), group_of);
        founding.policy.governance.needed = needed;
        refused(World::unfounded().ask("desk", &Command::Found(Box::new(founding))), Code::PolicyUnsound);
    }
    // An admin outside the group may propose, and all of the group vote.
    World::with(|f| {
        f.policy.groups.insert(group("admins"), ["erin", "frank"].map(member).into());
    })
    .change("gina", Change::RevokeMember(member("victor")))
    .approve("erin")
    .approve("frank")
    .stage("enacted");
}

#[test]
fn a_single_objection_ends_a_change() {
    let mut world = World::founded();
    let id = world.change("erin", Change::RevokeMember(member("bob"))).object("gina").stage("refused").id;
    refused(world.vote("frank", id, Decision::Approve), Code::StageWrong);
}
