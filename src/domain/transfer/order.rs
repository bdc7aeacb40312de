//! Ordering: the point of no return, and the only door to the signer.

use alloy_primitives::{Address, B256, Bytes, keccak256};

use crate::domain::event::Event;
use crate::domain::id::{RequestId, WalletId};
use crate::domain::policy::verdict::Standing;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::{Digest, Slot, Terms};
use crate::domain::time::Timestamp;
use crate::domain::transfer::draft::wrong_stage;
use crate::domain::transfer::propose::{call_is, next_free, not_frozen, passable};
use crate::domain::transfer::{ATTEMPTS_MAX, Built, Flight, Proposal, SignedBytes, Stage};
use crate::domain::treasury::{Request, Treasury};

/// Proof that a quorum (or the policy) approved exactly these bytes. Only [`Treasury::signing_order`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningOrder {
    request: RequestId,
    wallet: WalletId,
    from: Address,
    attempt: usize,
    digest: Digest,
    terms: Terms,
    built: Built,
}

#[cfg(test)]
impl SigningOrder {
    /// An order that nobody approved, for tests of what a signer refuses.
    pub(crate) fn forged(terms: Terms, built: Built, attempt: usize) -> Self {
        let (request, wallet, from, digest) = (terms.request, terms.from_wallet.clone(), terms.from, terms.digest());
        Self { request, wallet, from, attempt, digest, terms, built }
    }

    /// The same with another digest than its text has.
    pub(crate) fn with_digest(self, digest: Digest) -> Self {
        Self { digest, ..self }
    }
}

impl SigningOrder {
    /// Which request.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        self.request
    }

    /// Which wallet signs.
    #[must_use]
    pub const fn wallet(&self) -> &WalletId {
        &self.wallet
    }

    /// The address that must come out of the signature.
    #[must_use]
    pub const fn from(&self) -> Address {
        self.from
    }

    /// Which attempt, from 0.
    #[must_use]
    pub const fn attempt(&self) -> usize {
        self.attempt
    }

    /// The digest people voted on.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The terms people voted on.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The exact bytes to sign.
    #[must_use]
    pub const fn built(&self) -> &Built {
        &self.built
    }
}

impl Treasury {
    /// The order for the newest attempt of a transfer that is ordered, recorded and not frozen.
    ///
    /// # Errors
    /// `request.unknown`, `stage.wrong`, `frozen`.
    pub fn signing_order(&self, id: RequestId) -> Result<SigningOrder, Refusal> {
        let request = self.request(id)?;
        let Some((transfer, Stage::Ordered(flight))) = request.transfer().map(|t| (t, &t.stage)) else {
            return Err(wrong_stage(request, "only an ordered transfer is signed"));
        };
        not_frozen(self, &transfer.draft)?;
        let Proposal { terms, digest, .. } = &flight.proposal;
        Ok(SigningOrder {
            request: id,
            wallet: transfer.draft.from.clone(),
            from: terms.from,
            attempt: flight.attempts.len().saturating_sub(1),
            digest: *digest,
            terms: terms.clone(),
            built: flight.current().built.clone(),
        })
    }
}

pub(in crate::domain) fn order(
    treasury: &Treasury,
    at: Timestamp,
    id: RequestId,
    built: &Built,
    chain_nonce: u64,
) -> Result<Vec<Event>, Refusal> {
    let request = treasury.request(id)?;
    let Some(transfer) = request.transfer() else { return Err(wrong_stage(request, "it is not a transfer")) };
    not_frozen(treasury, &transfer.draft)?;
    match &transfer.stage {
        Stage::Approved(proposal) => first(treasury, at, request, proposal, (built, chain_nonce))?,
        Stage::Signed(flight) | Stage::Broadcast(flight) | Stage::Stuck(flight) | Stage::Dropped(flight) => {
            bump(request, flight, built)?
        }
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Ordered(_)
        | Stage::Included(..)
        | Stage::Settled(..)
        | Stage::Foreign(_)
        | Stage::Refused { .. }
        | Stage::Withdrawn { .. }
        | Stage::Expired => {
            return Err(match &transfer.stage {
                Stage::Proposed(_) => Refusal {
                    code: Code::QuorumUnmet,
                    message: format!("{} has not enough votes", request.number),
                    verdict: treasury.verdict(request, at).map(Box::new),
                },
                _ => wrong_stage(request, "it cannot be ordered now"),
            });
        }
    }
    Ok(vec![Event::Ordered {
        request: id,
        wallet: transfer.draft.from.clone(),
        nonce: built.nonce,
        built: Box::new(built.clone()),
    }])
}

fn first(treasury: &Treasury, at: Timestamp, request: &Request, proposal: &Proposal, with: (&Built, u64)) -> Result<(), Refusal> {
    let (built, chain_nonce) = with;
    let terms = &proposal.terms;
    if at > terms.not_after {
        return Err(Refusal::new(Code::RequestExpired, format!("{} ended at {}", request.number, terms.not_after)));
    }
    // The policy is asked again: rules, members or other spending may have changed since the vote.
    let verdict = passable(treasury.verdict(request, at))?;
    if verdict.standing != Standing::Met {
        let message = format!("{}: {}", request.number, verdict.reason);
        return Err(Refusal { code: Code::QuorumUnmet, message, verdict: Some(Box::new(verdict)) });
    }
    let Some(transfer) = request.transfer() else { return Err(wrong_stage(request, "it is not a transfer")) };
    if !call_is(treasury, &transfer.draft, &built.call) {
        return Err(mismatch(request, "call"));
    }
    let Some(wallet) = treasury.wallets.get(&terms.from_wallet) else { return Err(mismatch(request, "wallet")) };
    match terms.slot {
        Slot::Nonce(nonce) if nonce != built.nonce => return Err(mismatch(request, "nonce")),
        Slot::Nonce(nonce) => {
            let lane = treasury.lanes.get(&wallet.id);
            let held =
                lane.is_some_and(|lane| lane.held.get(&nonce) == Some(&request.id) && nonce >= lane.alive_from(chain_nonce));
            if !held {
                let message = format!("nonce {nonce} is not held by {}, or the chain has consumed it", request.number);
                return Err(Refusal::new(Code::SlotTaken, message));
            }
        }
        Slot::Late => {
            let next = next_free(treasury, wallet, chain_nonce)?;
            if built.nonce != next {
                return Err(Refusal::new(Code::SlotTaken, format!("nonce {} is not the next free one, {next}", built.nonce)));
            }
        }
    }
    matches_terms(request, terms, built)
}

/// Attempts differ in fees only, and every fee rises enough for every node to accept it.
fn bump(request: &Request, flight: &Flight, built: &Built) -> Result<(), Refusal> {
    if flight.attempts.len() >= ATTEMPTS_MAX {
        return Err(Refusal::new(Code::AttemptsSpent, format!("{} had {ATTEMPTS_MAX} attempts", request.number)));
    }
    if built.nonce != flight.nonce {
        return Err(mismatch(request, "nonce"));
    }
    if built.call != flight.proposal.call {
        return Err(mismatch(request, "call"));
    }
    matches_terms(request, &flight.proposal.terms, built)?;
    let last = &flight.current().built;
    // Nodes want strictly more, also than nothing.
    let least = |old: u128| old.saturating_add(old.div_ceil(8).max(1));
    if built.fee_cap < least(last.fee_cap) || built.tip_cap < least(last.tip_cap) {
        let message = format!("a bump must offer at least {} and tip {} wei per gas", least(last.fee_cap), least(last.tip_cap));
        return Err(Refusal::new(Code::FeeBump, message));
    }
    Ok(())
}

fn matches_terms(request: &Request, terms: &Terms, built: &Built) -> Result<(), Refusal> {
    let data = (built.call.input.len() as u64, keccak256(&built.call.input));
    let same = [
        ("chain id", built.chain_id == terms.network.chain_id()),
        ("destination", built.call.to == terms.to),
        ("call data", data == terms.calldata),
        ("gas limit", built.gas_limit == terms.gas_limit),
        ("signing digest", keccak256(&built.unsigned) == built.digest),
    ];
    if let Some((what, _)) = same.iter().find(|(_, same)| !same) {
        return Err(mismatch(request, what));
    }
    if built.fee_cap > terms.fee_cap || built.tip_cap > terms.tip_cap {
        let message = format!(
            "{} may offer up to {} and tip {} wei per gas; built with {} and {}",
            request.number, terms.fee_cap, terms.tip_cap, built.fee_cap, built.tip_cap
        );
        return Err(Refusal::new(Code::FeeCeiling, message));
    }
    Ok(())
}

fn mismatch(request: &Request, what: &str) -> Refusal {
    Refusal::new(Code::BuildMismatch, format!("the built transaction's {what} is not what was approved for {}", request.number))
}

pub(in crate::domain) fn signed(
    treasury: &Treasury,
    at: Timestamp,
    id: RequestId,
    attempt: usize,
    bytes: (&Bytes, B256),
) -> Result<Vec<Event>, Refusal> {
    let (raw, hash) = bytes;
    let request = treasury.request(id)?;
    let Some(flight) = request.transfer().and_then(|t| t.stage.flight()) else {
        return Err(wrong_stage(request, "nothing was ordered"));
    };
    let wrong = |what: &str| Refusal::new(Code::SignatureMismatch, format!("{}, attempt {attempt}: {what}", request.number));
    let Some(ordered) = flight.attempts.get(attempt) else { return Err(wrong("there is no such attempt")) };
    if keccak256(raw) != hash {
        return Err(wrong("the hash is not of these bytes"));
    }
    match &ordered.signed {
        Some(known) if known.raw == *raw => Ok(Vec::new()),
        Some(_) => Err(wrong("other bytes were signed before")),
        None if request.is_over() => Err(wrong_stage(request, "a signature comes too late")),
        None => Ok(vec![Event::Signed { request: id, attempt, signed: SignedBytes { raw: raw.clone(), hash, at } }]),
    }
}
