//! In flight: sends, inclusion, reorganisation, settlement, and what is not ours.

use crate::domain::change::Scope;
use crate::domain::event::Event;
use crate::domain::id::{Label, NodeId, RequestId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::transfer::draft::wrong_stage;
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

pub(in crate::domain) fn sending(treasury: &Treasury, id: RequestId, attempt: usize, node: &NodeId) -> Result<Vec<Event>, Refusal> {
    let (request, _, stage, flight) = flight_of(treasury, id)?;
    let signed = flight.attempts.get(attempt).is_some_and(|a| a.signed.is_some());
    match stage {
        Stage::Signed(_) | Stage::Broadcast(_) | Stage::Stuck(_) | Stage::Dropped(_) if signed => {
            Ok(vec![Event::Sending { request: id, attempt, node: node.clone() }])
        }
        _ => Err(wrong_stage(request, "there is nothing to send")),
    }
}

pub(in crate::domain) fn sent(treasury: &Treasury, id: RequestId, attempt: usize, of: (&NodeId, &SendAnswer)) -> Result<Vec<Event>, Refusal> {
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

fn alarm(wallet: &WalletId, nonce: u64, request: Option<RequestId>) -> Vec<Event> {
    let reason = Label::parse("a foreign transaction used this key").expect("plain ASCII of at most 40 characters");
    vec![
        Event::ForeignSeen { wallet: wallet.clone(), nonce, request },
        Event::Frozen { scope: Scope::Wallet(wallet.clone()), by: None, reason },
    ]
}

pub(in crate::domain) fn foreign(treasury: &Treasury, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let (request, draft, stage, flight) = flight_of(treasury, id)?;
    if stage.is_over() {
        return Err(wrong_stage(request, "it is over"));
    }
    Ok(alarm(&draft.from, flight.nonce, Some(id)))
}

/// Idempotent: a wallet that is frozen already alarms no second time.
pub(in crate::domain) fn foreign_nonce(treasury: &Treasury, wallet: &WalletId, nonce: u64) -> Result<Vec<Event>, Refusal> {
    let Some(lane) = treasury.lanes.get(wallet) else {
        return Err(Refusal::new(Code::WalletUnknown, format!("wallet {wallet} never paid")));
    };
    if nonce < lane.floor || lane.held.contains_key(&nonce) {
        return Err(Refusal::new(Code::SlotTaken, format!("nonce {nonce} of {wallet} is ours")));
    }
    Ok(alarm(wallet, nonce, None))
}
