//! Proposing: the draft meets the policy, the text is fixed, the slot is held.

use alloy_primitives::{B256, keccak256};
use sha2::{Digest as _, Sha256};

use crate::domain::asset::AssetKind;
use crate::domain::event::Event;
use crate::domain::id::RequestId;
use crate::domain::member::{Member, Role};
use crate::domain::needs;
use crate::domain::policy::verdict::{Standing, Verdict};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::{Slot, Terms, TransferKind};
use crate::domain::time::Timestamp;
use crate::domain::transfer::draft::{check, owner, wrong_stage};
use crate::domain::transfer::{Call, Draft, Meaning, Quote, Stage};
use crate::domain::treasury::{Request, Treasury};
use crate::domain::wallet::Wallet;

pub(in crate::domain) fn propose(
    treasury: &Treasury,
    at: Timestamp,
    by: &Member,
    id: RequestId,
    quote: &Quote,
) -> Result<Vec<Event>, Refusal> {
    needs(by, &[Role::Operator])?;
    let request = treasury.request(id)?;
    owner(request, by)?;
    let Some(transfer) = request.transfer().filter(|t| t.stage == Stage::Drafted) else {
        return Err(wrong_stage(request, "only a draft can be proposed"));
    };
    check(treasury, &transfer.draft)?;
    not_frozen(treasury, &transfer.draft)?;
    let verdict = passable(treasury.verdict(request, at))?;
    let terms = terms(treasury, at, request, (&transfer.draft, quote, &verdict))?;
    let proposed = Event::Proposed { request: id, terms: Box::new(terms), call: quote.call.clone(), quorums: verdict.quorums() };
    Ok(match verdict.standing {
        Standing::Met => vec![proposed, Event::Approved { request: id }],
        Standing::Pending | Standing::Barred => vec![proposed],
    })
}

/// The verdict, unless no vote could help.
pub(in crate::domain) fn passable(verdict: Option<Verdict>) -> Result<Verdict, Refusal> {
    let Some(verdict) = verdict else {
        return Err(Refusal::new(Code::WalletUnknown, "the wallet or the asset is not known any more"));
    };
    if verdict.standing != Standing::Barred {
        return Ok(verdict);
    }
    let deciding = verdict.findings.iter().find(|f| Some(&f.rule) == verdict.deciding.as_ref());
    let by_window = deciding.is_some_and(|f| f.criteria.iter().any(|c| c.what == "window"));
    let code = match (&verdict.deciding, by_window) {
        (None, _) => Code::PolicyUnmatched,
        (Some(_), true) => Code::LimitExceeded,
        (Some(_), false) => Code::PolicyBlocked,
    };
    Err(Refusal { code, message: verdict.reason.clone(), verdict: Some(Box::new(verdict)) })
}

pub(in crate::domain) fn not_frozen(treasury: &Treasury, draft: &Draft) -> Result<(), Refusal> {
    match treasury.freeze_on(&draft.from) {
        None => Ok(()),
        Some((scope, freeze)) => {
            let by = freeze.by.as_ref().map_or("the desk", |m| m.as_str());
            let message = format!("{scope} is frozen since {} by {by}: {}", freeze.at, freeze.reason);
            Err(Refusal::new(Code::Frozen, message))
        }
    }
}

/// Whether a call does exactly what the draft says, and nothing else.
pub(in crate::domain) fn call_is(treasury: &Treasury, draft: &Draft, call: &Call) -> bool {
    let Some((beneficiary, _, _)) = treasury.resolve(&draft.to) else { return false };
    match (draft.asset.kind, call.meaning) {
        (AssetKind::Native, Meaning::Native { to, amount }) => {
            to == beneficiary && amount == draft.amount && call.to == to && call.value == amount.base() && call.input.is_empty()
        }
        (AssetKind::Erc20(contract), Meaning::Erc20Transfer { token, to, amount }) => {
            token == contract && call.to == contract && to == beneficiary && amount == draft.amount && call.value.is_zero()
        }
        (AssetKind::Native | AssetKind::Erc20(_), _) => false,
    }
}

fn terms(treasury: &Treasury, at: Timestamp, request: &Request, of: (&Draft, &Quote, &Verdict)) -> Result<Terms, Refusal> {
    let (draft, quote, verdict) = of;
    let mismatch = |what: &str| Refusal::new(Code::BuildMismatch, format!("{what} is not what {} asks for", request.number));
    let (Some(wallet), Some(asset)) = (treasury.wallets.get(&draft.from), treasury.assets.get(&draft.asset)) else {
        return Err(mismatch("the wallet or asset"));
    };
    let Some((beneficiary, label, _)) = treasury.resolve(&draft.to) else { return Err(mismatch("the destination")) };
    let Some(network) = treasury.networks.get(&wallet.network) else {
        return Err(Refusal::new(Code::NetworkUnknown, format!("{} is not a network of this treasury", wallet.network)));
    };
    if !call_is(treasury, draft, &quote.call) {
        return Err(mismatch("the built call"));
    }
    if quote.gas_limit == 0 || quote.fee_cap == 0 || quote.tip_cap > quote.fee_cap {
        return Err(mismatch("the fee quote"));
    }
    let memo = draft.memo.as_ref().map_or("", |memo| memo.raw_for_storage());
    let expires_s = draft.expires_s.unwrap_or(treasury.policy.vote_s);
    Ok(Terms {
        vault: treasury.id.ok_or_else(|| mismatch("the treasury"))?,
        request: request.id,
        network: network.id,
        genesis: network.genesis,
        from: wallet.address,
        from_wallet: wallet.id.clone(),
        slot: slot(treasury, wallet, verdict, quote.chain_nonce)?,
        kind: TransferKind::of(asset.id),
        to: quote.call.to,
        beneficiary,
        label,
        asset: (asset.id, asset.symbol.clone(), asset.decimals),
        amount: draft.amount,
        calldata: (quote.call.input.len() as u64, keccak256(&quote.call.input)),
        memo: B256::from_slice(&Sha256::digest(memo.as_bytes())),
        gas_limit: quote.gas_limit,
        fee_cap: quote.fee_cap,
        tip_cap: quote.tip_cap,
        policy: (treasury.policy.version, treasury.policy.digest()),
        duplicates: treasury.spends.look_alikes(request.id, &treasury.spend(&request.by, draft, at)),
        not_after: at.plus(expires_s),
    })
}

/// Wherever people vote the slot is inside what they approve, unless a rule says `late` of a hot wallet.
/// A transfer that passes without votes takes its slot when it is ordered.
fn slot(treasury: &Treasury, wallet: &Wallet, verdict: &Verdict, chain_nonce: u64) -> Result<Slot, Refusal> {
    let late_by_rule = verdict.late_slot && !wallet.slot_must_be_early();
    if verdict.tallies.is_empty() || late_by_rule {
        return Ok(Slot::Late);
    }
    next_free(treasury, wallet, chain_nonce).map(Slot::Nonce)
}

pub(in crate::domain) fn next_free(treasury: &Treasury, wallet: &Wallet, chain_nonce: u64) -> Result<u64, Refusal> {
    let taken = || Refusal::new(Code::SlotTaken, format!("wallet {} has no nonce left", wallet.id));
    match treasury.lanes.get(&wallet.id) {
        None => Ok(chain_nonce),
        Some(lane) => lane.next_free(chain_nonce).ok_or_else(taken),
    }
}
