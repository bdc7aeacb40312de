//! The shapes of `--json`. Scripts depend on every key here; adding is free, changing is not.

use alloy_primitives::Address;
use serde_json::{Map, Value, json};

use crate::desk::snapshot::{NodeStatus, Reading, Snapshot};
use crate::domain::asset::{Asset, NetworkId};
use crate::domain::id::RequestId;
use crate::domain::money::Amount;
use crate::domain::policy::verdict::Verdict;
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Attempt, Flight, Inclusion, Stage, Transfer};
use crate::domain::treasury::{Body, Request, Treasury};
use crate::domain::vote::Vote;
use crate::domain::wallet::{Contact, Party, Wallet};
use crate::text::Untrusted;

/// An amount: base units, decimals, exact text, CAIP-19 asset.
#[must_use]
pub fn amount(amount: Amount, asset: &Asset) -> Value {
    json!({ "base": amount.to_string(), "decimals": asset.decimals, "text": amount.text(asset.decimals), "asset": asset.id.to_string() })
}

/// An account, CAIP-10.
#[must_use]
pub fn account(network: NetworkId, address: Address) -> String {
    format!("{network}:{address}")
}

/// A wallet.
#[must_use]
pub fn wallet(wallet: &Wallet) -> Value {
    json!({ "id": wallet.id, "network": wallet.network, "address": wallet.address.to_string(), "account": account(wallet.network, wallet.address),
        "tier": wallet.tier, "kind": wallet.kind })
}

/// A contact.
#[must_use]
pub fn contact(contact: &Contact) -> Value {
    json!({ "id": contact.id, "label": contact.label, "network": contact.network, "address": contact.address.to_string(),
        "account": account(contact.network, contact.address) })
}

/// An asset of the list.
#[must_use]
pub fn asset(asset: &Asset) -> Value {
    json!({ "id": asset.id, "symbol": asset.symbol, "decimals": asset.decimals, "network": asset.id.network })
}

/// A balance with age and source, or null where none was read.
#[must_use]
pub fn reading(reading: Option<&Reading>, asset: &Asset, now: Timestamp) -> Value {
    reading.map_or(Value::Null, |r| {
        json!({ "amount": amount(r.amount, asset), "at": r.at.to_string(), "age_s": now.since(r.at), "source": r.source, "block": r.block })
    })
}

/// A node.
#[must_use]
pub fn node(node: &NodeStatus) -> Value {
    json!({ "id": node.id, "network": node.network, "url": node.url, "state": node.state, "usable": node.usable, "head": node.head,
        "head_at": time(node.head_at), "latency_ms": node.latency_ms, "asked_at": time(node.asked_at), "error": node.error })
}

/// A time, RFC 3339 UTC, or null.
#[must_use]
pub fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// A verdict, as a tree and as lines.
#[must_use]
pub fn verdict(verdict: Option<&Verdict>) -> Value {
    verdict.map_or(Value::Null, |v| json!({ "standing": v.standing, "reason": v.reason, "tree": v, "lines": v.lines() }))
}

/// A request with everything known of it.
#[must_use]
pub fn request(snapshot: &Snapshot, request: &Request) -> Value {
    let treasury = &*snapshot.treasury;
    let judged = if request.is_over() { None } else { treasury.verdict(request, snapshot.at) };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("id", json!(request.id));
    put("number", json!(request.number.to_string()));
    put("by", json!(request.by));
    put("at", json!(request.at.to_string()));
    put("touched", json!(request.touched.to_string()));
    put("stage", json!(request.stage_word()));
    put("over", json!(request.is_over()));
    put("digest", request.digest().map_or(Value::Null, |d| json!(d.to_string())));
    put("not_after", time(request.not_after()));
    put("votes", votes(request));
    put("verdict", verdict(judged.as_ref()));
    put("waiting", waiting(snapshot, request.id));
    match &request.body {
        Body::Transfer(body) => put("transfer", transfer(treasury, body)),
        Body::Change(change) => {
            let change = &change.terms.change;
            put("change", json!({ "word": change.word(), "summary": change.summary(), "body": change }))
        }
    };
    Value::Object(out)
}

fn waiting(snapshot: &Snapshot, id: RequestId) -> Value {
    snapshot.waiting.get(&id).map_or(Value::Null, |w| json!({ "since": w.since.to_string(), "why": w.why }))
}

fn votes(request: &Request) -> Value {
    let votes = request.votes().into_iter().flatten();
    let one = |(member, vote): (_, &Vote)| json!({ "member": member, "decision": vote.decision, "at": vote.at.to_string(), "reason": vote.reason.as_ref().map(Untrusted::raw_for_storage) });
    Value::Array(votes.map(one).collect())
}

/// A destination: our name for it, and its address.
#[must_use]
pub fn party(treasury: &Treasury, to: &Party) -> Value {
    let kind = match to {
        Party::Contact(_) => "contact",
        Party::Wallet(_) => "wallet",
        Party::Address(_) => "address",
    };
    let resolved = treasury.resolve(to);
    json!({ "kind": kind, "id": to.to_string(), "address": resolved.as_ref().map(|r| r.0.to_string()), "label": resolved.map(|r| r.1) })
}

fn transfer(treasury: &Treasury, transfer: &Transfer) -> Value {
    let draft = &transfer.draft;
    let known = treasury.assets().get(&draft.asset);
    let amount = known.map_or_else(
        || json!({ "base": draft.amount.to_string(), "asset": draft.asset.to_string() }),
        |a| amount(draft.amount, a),
    );
    let mut out = json!({
        "from": draft.from,
        "to": party(treasury, &draft.to),
        "asset": draft.asset,
        "amount": amount,
        "memo": draft.memo.as_ref().map(Untrusted::raw_for_storage),
        "reference": draft.reference,
    });
    if let Some(flight) = transfer.stage.flight() {
        out["nonce"] = json!(flight.nonce);
        out["attempts"] = attempts(flight);
    }
    match &transfer.stage {
        Stage::Included(_, found) => out["inclusion"] = inclusion(found),
        Stage::Settled(_, found, ending) => {
            out["inclusion"] = inclusion(found);
            out["ending"] = json!(ending.word());
        }
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Signed(_)
        | Stage::Broadcast(_)
        | Stage::Stuck(_)
        | Stage::Dropped(_)
        | Stage::Foreign(_)
        | Stage::Refused { .. }
        | Stage::Withdrawn { .. }
        | Stage::Expired => {}
    }
    out
}

fn attempts(flight: &Flight) -> Value {
    let one = |attempt: &Attempt| {
        json!({ "hash": attempt.signed.as_ref().map(|s| s.hash.to_string()), "ordered_at": attempt.ordered_at.to_string(),
            "gas_limit": attempt.built.gas_limit, "fee_cap_wei": attempt.built.fee_cap.to_string(), "tip_cap_wei": attempt.built.tip_cap.to_string(),
            "nodes": attempt.sends.keys().collect::<Vec<_>>() })
    };
    Value::Array(flight.attempts.iter().map(one).collect())
}

fn inclusion(found: &Inclusion) -> Value {
    json!({ "hash": found.hash.to_string(), "block": found.block, "block_hash": found.block_hash.to_string(), "success": found.success,
        "fee_wei": found.fee.to_string(), "witnesses": found.witnesses })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::asset::{AssetId, Symbol};

    #[test]
    fn an_amount_has_the_agreed_shape() {
        let id = AssetId::parse("eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48").expect("CAIP-19");
        let usdc = Asset { id, symbol: Symbol::parse("USDC").expect("short"), decimals: 6 };
        let expected = json!({ "base": "2500000000", "decimals": 6, "text": "2500.000000", "asset": id.to_string() });
        assert_eq!(amount(Amount::from(2_500_000_000), &usdc), expected);
    }

    #[test]
    fn accounts_are_caip_10_with_checksum() {
        let address: Address = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48".parse().expect("an address");
        assert_eq!(account(NetworkId::Eip155(1), address), "eip155:1:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    }

    #[test]
    fn times_are_rfc_3339_in_utc() {
        assert_eq!(time(Some(Timestamp::from_unix(1_795_410_000))), "2026-11-23T05:00:00Z");
        assert_eq!(time(None), Value::Null);
    }
}
