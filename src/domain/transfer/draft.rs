//! Drafts: written, replaced, taken back, run out.

use crate::domain::event::Event;
use crate::domain::id::{RequestId, RequestNumber};
use crate::domain::member::{Member, Role};
use crate::domain::needs;
use crate::domain::policy::lint::VOTE_S;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Draft, MEMO_MAX, Stage};
use crate::domain::treasury::{Body, Request, Treasury};
use crate::domain::wallet::{Party, WalletKind};

pub(in crate::domain) fn draft(treasury: &Treasury, by: &Member, id: RequestId, wanted: &Draft) -> Result<Vec<Event>, Refusal> {
    needs(by, &[Role::Operator])?;
    treasury.id_is_new(id)?;
    if let Some(first) = wanted.reference.as_ref().and_then(|r| treasury.by_reference(r)) {
        let name = treasury.requests.get(&first).map_or_else(|| first.to_string(), |r| r.number.to_string());
        return Err(Refusal::new(Code::ReferenceConflict, format!("the reference already names {name}")));
    }
    check(treasury, wanted)?;
    let number = RequestNumber(treasury.count.saturating_add(1));
    Ok(vec![Event::Drafted { request: id, number, draft: wanted.clone() }])
}

pub(in crate::domain) fn amend(treasury: &Treasury, by: &Member, id: RequestId, wanted: &Draft) -> Result<Vec<Event>, Refusal> {
    let request = treasury.request(id)?;
    owner(request, by)?;
    let Some(transfer) = request.transfer().filter(|t| t.stage == Stage::Drafted) else {
        return Err(wrong_stage(request, "only a draft can be edited; withdraw it and draft again"));
    };
    if wanted.reference != transfer.draft.reference {
        return Err(Refusal::new(Code::ReferenceConflict, "a draft keeps the reference it began with"));
    }
    check(treasury, wanted)?;
    Ok(vec![Event::Amended { request: id, draft: wanted.clone() }])
}

pub(in crate::domain) fn withdraw(treasury: &Treasury, by: &Member, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let request = treasury.request(id)?;
    if request.by != by.id && !by.has(Role::Admin) {
        return Err(Refusal::new(Code::NotYours, format!("{} was requested by {}", request.number, request.by)));
    }
    let still = match &request.body {
        Body::Transfer(transfer) => matches!(transfer.stage, Stage::Drafted | Stage::Proposed(_) | Stage::Approved(_)),
        Body::Change(_) => request.is_open(),
    };
    if !still {
        return Err(wrong_stage(request, "it cannot be withdrawn any more"));
    }
    Ok(vec![Event::Withdrawn { request: id, by: by.id.clone() }])
}

pub(in crate::domain) fn expire(treasury: &Treasury, at: Timestamp, id: RequestId) -> Result<Vec<Event>, Refusal> {
    let request = treasury.request(id)?;
    let may = match &request.body {
        Body::Transfer(transfer) => matches!(transfer.stage, Stage::Proposed(_) | Stage::Approved(_)),
        Body::Change(_) => request.is_open(),
    };
    if !may || request.not_after().is_none_or(|end| at <= end) {
        return Err(wrong_stage(request, "its time is not over"));
    }
    Ok(vec![Event::Expired { request: id }])
}

pub(in crate::domain) fn wrong_stage(request: &Request, why: &str) -> Refusal {
    Refusal::new(Code::StageWrong, format!("{} is {}: {why}", request.number, request.stage_word()))
}

pub(in crate::domain) fn owner(request: &Request, by: &Member) -> Result<(), Refusal> {
    if request.by == by.id {
        return Ok(());
    }
    Err(Refusal::new(Code::NotYours, format!("{} was drafted by {}", request.number, request.by)))
}

/// What must hold of a draft whatever the policy says.
pub(in crate::domain) fn check(treasury: &Treasury, wanted: &Draft) -> Result<(), Refusal> {
    let Some(wallet) = treasury.wallets.get(&wanted.from) else {
        return Err(Refusal::new(Code::WalletUnknown, format!("there is no wallet {}", wanted.from)));
    };
    if wallet.kind != WalletKind::SingleKey {
        let message = format!("wallet {} is {}", wallet.id, wallet.kind.word());
        return Err(Refusal::new(Code::WalletKeyless, message));
    }
    if !treasury.assets.contains_key(&wanted.asset) {
        return Err(Refusal::new(Code::AssetUnknown, format!("{} is not on the treasury's asset list", wanted.asset)));
    }
    let Some((address, _, network)) = treasury.resolve(&wanted.to) else {
        return Err(match &wanted.to {
            Party::Wallet(id) => Refusal::new(Code::WalletUnknown, format!("there is no wallet {id}")),
            Party::Contact(id) => Refusal::new(Code::ContactUnknown, format!("there is no contact {id}")),
            Party::Address(a) => Refusal::new(Code::ContactUnknown, format!("{a} is not a destination")),
        });
    };
    if wanted.asset.network != wallet.network || network.is_some_and(|n| n != wallet.network) {
        let message = format!(
            "{} pays on {}; asset {} or destination {} are elsewhere",
            wallet.id, wallet.network, wanted.asset, wanted.to
        );
        return Err(Refusal::new(Code::NetworkMismatch, message));
    }
    if address == wallet.address {
        return Err(Refusal::new(Code::DestinationSelf, format!("{} would pay itself", wallet.id)));
    }
    if wanted.amount.is_zero() {
        return Err(Refusal::new(Code::AmountZero, "the amount is zero"));
    }
    if wanted.memo.as_ref().is_some_and(|memo| memo.raw_for_storage().len() > MEMO_MAX) {
        return Err(Refusal::new(Code::MemoLength, format!("the memo is longer than {MEMO_MAX} bytes")));
    }
    if wanted.expires_s.is_some_and(|s| !VOTE_S.contains(&s)) {
        return Err(Refusal::new(Code::ExpiryRange, "the expiry is shorter than a minute or longer than 31 days"));
    }
    Ok(())
}
