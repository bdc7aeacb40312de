//! In flight: sends, inclusion, reorganisation, settlement, and what is not ours.

use crate::domain::change::Scope;
use crate::domain::event::Event;
use crate::domain::id::{Label, NodeId, RequestId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::transfer::draft::wrong_stage;
use crate::domain::transfer::propose::not_frozen;
use crate::domain::transfer::{Draft, Ending, Flight, Inclusion, SendAnswer, Stage};
use crate::domain::treasury::{Request, Treasury};

fn flight_of(treasury: &Treasury, id: RequestId) -> Result<(&Request, &Draft, &Stage, &Flight), Refusal> {
    let request = treasury.request(id)?;
    let transfer = request.transfer();
    match transfer.and_then(|t| t.stage.flight().map(|flight| (t, flight))) {
        Some((transfer, flight)) => Ok((request, &transfer.draft, &transfer.stage, flight)),
        None => Err(wrong_stage(request, "it is not in flight")),
    }
}

pub(in crate::domain) fn sending(
    treasury: &Treasury,
    id: RequestId,
    attempt: usize,
    node: &NodeId,
) -> Result<Vec<Event>, Refusal> {
    let (request, draft, stage, flight) = flight_of(treasury, id)?;
    let signed = flight.attempts.get(attempt).is_some_and(|a| a.signed.is_some());
    if matches!(stage, Stage::Signed(_) | Stage::Dropped(_)) {
        // No node has it, so a freeze can still stop it.
        not_frozen(treasury, draft)?;
    }
    match stage {
        Stage::Signed(_) | Stage::Broadcast(_) | Stage::Stuck(_) | Stage::Dropped(_) if signed => {
            Ok(vec![Event::Sending { request: id, attempt, node: node.clone() }])
        }
        _ => Err(wrong_stage(request, "there is nothing to send")),
    }
}

pub(in crate::domain) fn sent(
    treasury: &Treasury,
    id: RequestId,
    attempt: usize,
    of: (&NodeId, &SendAnswer),
) -> Result<Vec<Event>, Refusal> {
    let (node, answer) = of;
    let (request, _, stage, flight) = flight_of(treasury, id)?;
    let intended = flight.attempts.get(attempt).is_some_and(|a| a.sends.contains_key(node));
    if !intended || stage.is_over() {
        return Err(wrong_stage(request, "no such send was intended"));
    }
    Ok(vec![Event::Sent { request: id, attempt, node: node.clone(), answer: answer.clone() }])
}

pub(in crate::domain) fn stuck(treasury: &Treasury, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, _) = flight_of(treasury, id)?;
    match stage {
        Stage::Broadcast(_) => Ok(vec![Event::Stuck { request: id }]),
        _ => Err(wrong_stage(request, "only what was broadcast can be stuck")),
    }
}

pub(in crate::domain) fn dropped(treasury: &Treasury, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, _) = flight_of(treasury, id)?;
    match stage {
        Stage::Broadcast(_) | Stage::Stuck(_) => Ok(vec![Event::Dropped { request: id }]),
        _ => Err(wrong_stage(request, "only what was broadcast can be dropped")),
    }
}

fn evidence(treasury: &Treasury, flight: &Flight, inclusion: &Inclusion) -> Result<(), Refusal> {
    let network = flight.proposal.terms.network;
    let wanted = treasury.networks.get(&network).map_or(u32::MAX, |n| n.witnesses.max(1));
    let mut witnesses = inclusion.witnesses.clone();
    witnesses.sort();
    witnesses.dedup();
    if witnesses.len() < wanted as usize {
        let message = format!("{} of {wanted} nodes agree on block {}", witnesses.len(), inclusion.block);
        return Err(Refusal::new(Code::EvidenceShort, message));
    }
    if flight.attempt_by_hash(inclusion.hash).is_none() {
        return Err(Refusal::new(Code::SignatureMismatch, format!("{} is not one of our attempts", inclusion.hash)));
    }
    Ok(())
}

pub(in crate::domain) fn included(treasury: &Treasury, id: RequestId, inclusion: &Inclusion) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, flight) = flight_of(treasury, id)?;
    match stage {
        // An earlier attempt may win while a bump is being ordered or signed.
        Stage::Ordered(_) | Stage::Signed(_) | Stage::Broadcast(_) | Stage::Stuck(_) | Stage::Dropped(_) => {
            evidence(treasury, flight, inclusion)?;
            Ok(vec![Event::Included { request: id, inclusion: inclusion.clone() }])
        }
        _ => Err(wrong_stage(request, "it cannot be included now")),
    }
}

pub(in crate::domain) fn reorged(treasury: &Treasury, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, _) = flight_of(treasury, id)?;
    match stage {
        Stage::Included(..) => Ok(vec![Event::Reorged { request: id }]),
        _ => Err(wrong_stage(request, "only what was included can be reorganised")),
    }
}

pub(in crate::domain) fn settled(treasury: &Treasury, id: RequestId, inclusion: &Inclusion) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, flight) = flight_of(treasury, id)?;
    let Stage::Included(_, known) = stage else { return Err(wrong_stage(request, "only what is included can settle")) };
    evidence(treasury, flight, inclusion)?;
    if (known.hash, known.block_hash) != (inclusion.hash, inclusion.block_hash) {
        return Err(Refusal::new(Code::EvidenceShort, "the final block is another than the one that was recorded"));
    }
    let ending = match (inclusion.success, inclusion.effect) {
        (true, true) => Ending::Paid,
        (true, false) => Ending::NoEffect,
        (false, _) => Ending::Reverted,
    };
    Ok(vec![Event::Settled { request: id, inclusion: inclusion.clone(), ending }])
}

/// Every foreign nonce is recorded once; a wallet that is frozen already is not frozen again.
fn alarm(treasury: &Treasury, wallet: &WalletId, nonce: u64, request: Option<RequestId>) -> Vec<Event> {
    let reason = Label::parse("a foreign transaction used this key").expect("plain ASCII of at most 40 characters");
    let scope = Scope::Wallet(wallet.clone());
    let mut events = vec![Event::ForeignSeen { wallet: wallet.clone(), nonce, request }];
    if !treasury.frozen.contains_key(&scope.to_string()) {
        events.push(Event::Frozen { scope, by: None, reason });
    }
    events
}

pub(in crate::domain) fn foreign(treasury: &Treasury, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let (request, draft, stage, flight) = flight_of(treasury, id)?;
    match stage {
        // Nodes agreed that ours is in a block: only after a reorganisation can another have the slot.
        Stage::Included(..) => Err(wrong_stage(request, "our own transaction has the slot")),
        stage if stage.is_over() => Err(wrong_stage(request, "it is over")),
        _ => Ok(alarm(treasury, &draft.from, flight.nonce, Some(id))),
    }
}

/// A nonce that no order of ours is for. A transfer that only holds it, unsigned, loses it and becomes a draft again.
pub(in crate::domain) fn foreign_nonce(treasury: &Treasury, wallet: &WalletId, nonce: u64) -> Result<Vec<Event>, Refusal> {
    let Some(lane) = treasury.lanes.get(wallet) else {
        return Err(Refusal::new(Code::WalletUnknown, format!("wallet {wallet} never paid")));
    };
    let holder = lane.held.get(&nonce).copied();
    let ours = holder.and_then(|id| treasury.requests.get(&id)).is_some_and(|r| r.is_flying());
    if ours || lane.is_spent(nonce) {
        return Err(Refusal::new(Code::SlotTaken, format!("nonce {nonce} of {wallet} is ours, or known already")));
    }
    Ok(alarm(treasury, wallet, nonce, holder))
}
