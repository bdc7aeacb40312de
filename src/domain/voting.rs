//! Counting votes. The signature was checked at the door of [`Ballot`]; here its key must be the voter's.

use crate::domain::change::ChangeStage;
use crate::domain::event::Event;
use crate::domain::id::MemberId;
use crate::domain::member::Member;
use crate::domain::policy::verdict::{Standing, Tally, Verdict};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::Decision;
use crate::domain::time::Timestamp;
use crate::domain::transfer::Stage;
use crate::domain::transfer::draft::wrong_stage;
use crate::domain::transfer::propose::passable;
use crate::domain::treasury::{Body, Request, Treasury};
use crate::domain::vote::{Ballot, Vote};

pub(in crate::domain) fn vote(treasury: &Treasury, at: Timestamp, by: &Member, ballot: &Ballot) -> Result<Vec<Event>, Refusal> {
    let request = treasury.request(ballot.request())?;
    check(request, at, by, ballot)?;
    let vote = ballot.vote(at);
    let verdict = match &request.body {
        Body::Transfer(_) => passable(treasury.verdict(request, at))?,
        Body::Change(change) => {
            let tally = treasury.tally_of_change(request, change);
            Verdict {
                standing: Standing::Pending,
                policy: treasury.policy.version,
                deciding: None,
                reason: "changes need the governance quorum".to_owned(),
                tallies: vec![tally],
                findings: Vec::new(),
                late_slot: false,
            }
        }
    };
    eligible(request, by, &verdict)?;
    let mut events = vec![Event::Voted { request: request.id, member: by.id.clone(), vote: vote.clone() }];
    match ballot.decision() {
        Decision::Object => events.push(Event::Refused { request: request.id, by: by.id.clone() }),
        Decision::Approve if enough(treasury, request, at, (&by.id, vote)) => events.push(match &request.body {
            Body::Transfer(_) => Event::Approved { request: request.id },
            Body::Change(change) => {
                treasury.change_is_sound(&change.terms.change)?;
                Event::Enacted { request: request.id, change: change.terms.change.clone() }
            }
        }),
        Decision::Approve => {}
    }
    Ok(events)
}

fn check(request: &Request, at: Timestamp, by: &Member, ballot: &Ballot) -> Result<(), Refusal> {
    let open = match &request.body {
        Body::Transfer(transfer) => matches!(transfer.stage, Stage::Proposed(_)),
        Body::Change(change) => matches!(change.stage, ChangeStage::Proposed),
    };
    if !open {
        return Err(wrong_stage(request, "no votes are counted on it"));
    }
    if request.digest() != Some(ballot.digest()) {
        let message = format!(
            "the vote names {}, {} is {}",
            ballot.digest(),
            request.number,
            request.digest().map_or_else(|| "without one".to_owned(), |d| d.to_string())
        );
        return Err(Refusal::new(Code::VoteDigest, message));
    }
    if ballot.key() != by.key {
        let message = format!("the signature is by {}, {} votes with {}", ballot.key(), by.id, by.key);
        return Err(Refusal::new(Code::VoteSignature, message));
    }
    if request.by == by.id {
        return Err(Refusal::new(Code::VoteRequester, format!("{} requested {} and cannot vote on it", by.id, request.number)));
    }
    if request.not_after().is_none_or(|end| at > end) {
        return Err(Refusal::new(Code::RequestExpired, format!("{} is past its time", request.number)));
    }
    if request.votes().is_some_and(|votes| votes.contains_key(&by.id)) {
        return Err(Refusal::new(Code::VoteTwice, format!("{} has voted on {}", by.id, request.number)));
    }
    Ok(())
}

fn eligible(request: &Request, by: &Member, verdict: &Verdict) -> Result<(), Refusal> {
    if verdict.tallies.iter().any(|t| t.may_vote.contains(&by.id)) {
        return Ok(());
    }
    let message = format!("{} is in no group that votes on {}", by.id, request.number);
    Err(Refusal { code: Code::VoteIneligible, message, verdict: Some(Box::new(verdict.clone())) })
}

/// Whether this vote, added to those counted, meets every quorum.
fn enough(treasury: &Treasury, request: &Request, at: Timestamp, with: (&MemberId, Vote)) -> bool {
    let (member, vote) = with;
    let mut after = request.clone();
    let votes = match &mut after.body {
        Body::Transfer(transfer) => match &mut transfer.stage {
            Stage::Proposed(proposal) => &mut proposal.votes,
            _ => return false,
        },
        Body::Change(change) => &mut change.votes,
    };
    votes.insert(member.clone(), vote);
    match &after.body {
        Body::Transfer(_) => treasury.verdict(&after, at).is_some_and(|v| v.standing == Standing::Met),
        Body::Change(change) => Tally::is_met(&treasury.tally_of_change(&after, change)),
    }
}
