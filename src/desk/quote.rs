//! Quotes: what a transfer would cost, and the transaction that would carry it.

use std::sync::Arc;

use crate::chain::evm::built::{build, call};
use crate::chain::evm::fee::{FeeLimits, bump};
use crate::chain::evm::transaction::Fees;
use crate::desk::Desk;
use crate::desk::ask::{DeskError, Done};
use crate::desk::world::{Prospects, Trouble, World};
use crate::domain::asset::NetworkId;
use crate::domain::command::{Command, Outcome};
use crate::domain::id::{MemberId, RequestId, WalletId};
use crate::domain::member::{Actor, Role};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::Slot;
use crate::domain::transfer::{Built, Quote, Stage, Transfer};
use crate::domain::treasury::{Request, Treasury};
use crate::domain::wallet::Lane;

impl From<Trouble> for DeskError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable { what: "node", why: trouble.why, retry: trouble.retry }
    }
}

fn fees(legacy: bool, cap: u128, tip: u128) -> Fees {
    if legacy { Fees::Legacy { gas_price: cap } } else { Fees::Eip1559 { fee_cap: cap, tip_cap: tip } }
}

fn internal(error: impl std::fmt::Display) -> DeskError {
    DeskError::Internal(format!("the transaction cannot be built: {error}"))
}

impl Desk {
    pub(crate) fn world(&self, network: NetworkId) -> Result<Arc<dyn World>, DeskError> {
        self.worlds.get(&network).cloned().ok_or_else(|| {
            let why = format!("no node is configured for {network}; add a [[node]] to config.toml");
            DeskError::Unavailable { what: "node", why, retry: false }
        })
    }

    fn transfer_of(treasury: &Treasury, id: RequestId) -> Result<(&Request, &Transfer), DeskError> {
        let request = treasury.request(id)?;
        let transfer = request.transfer();
        let wrong = || Refusal::new(Code::StageWrong, format!("{} is not a transfer", request.number));
        Ok((request, transfer.ok_or_else(wrong)?))
    }

    /// Asks the network what a draft would need. What is refused anyway is refused before any node is asked.
    pub(crate) async fn quote(&self, id: RequestId) -> Result<Quote, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let (_, transfer) = Self::transfer_of(&treasury, id)?;
        let draft = &transfer.draft;
        let missing = |what: String| Refusal::new(Code::WalletUnknown, what);
        let wallet = treasury.wallets().get(&draft.from).ok_or_else(|| missing(format!("there is no wallet {}", draft.from)))?;
        let to = treasury
            .resolve(&draft.to)
            .ok_or_else(|| Refusal::new(Code::ContactUnknown, format!("there is no contact {}", draft.to)))?
            .0;
        let call = call(draft.asset.kind, to, draft.amount);
        let world = self.world(wallet.network)?;
        let prospects = world.prospects(wallet.address, &call).await?;
        self.watch_nonce(&treasury, &wallet.id, prospects.nonce)?;
        let Prospects { ceiling: (fee_cap, tip_cap), gas_limit, nonce: chain_nonce, .. } = prospects;
        Ok(Quote { call, gas_limit, fee_cap, tip_cap, chain_nonce })
    }

    /// A nonce that was consumed while no transfer of ours held it: someone else has the key.
    pub(crate) fn watch_nonce(&self, treasury: &Treasury, wallet: &WalletId, chain_nonce: u64) -> Result<(), DeskError> {
        match treasury.foreign_nonce(wallet, chain_nonce) {
            None => Ok(()),
            Some(nonce) => self.commit(&Actor::Desk, &Command::ReportForeign(wallet.clone(), nonce)).map(drop),
        }
    }

    /// Builds the transaction of an approved transfer at today's fees.
    pub(crate) async fn build(&self, id: RequestId) -> Result<Outcome, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let (request, transfer) = Self::transfer_of(&treasury, id)?;
        let Stage::Approved(proposal) = &transfer.stage else {
            return Err(Refusal::new(Code::StageWrong, format!("{} is {}", request.number, request.stage_word())).into());
        };
        let terms = &proposal.terms;
        let world = self.world(terms.network)?;
        let prospects = world.prospects(terms.from, &proposal.call).await?;
        self.watch_nonce(&treasury, &terms.from_wallet, prospects.nonce)?;
        let nonce = match terms.slot {
            Slot::Nonce(nonce) => nonce,
            Slot::Late => {
                let lane = treasury.lane(&terms.from_wallet).cloned().unwrap_or_else(|| Lane::beginning_at(prospects.nonce));
                lane.next_free(prospects.nonce).ok_or_else(|| internal("no nonce is left"))?
            }
        };
        let (cap, tip) = prospects.now;
        // What was approved is a ceiling: today's offer is at most that. Below the base fee it waits, and can be bumped.
        let cap = cap.min(terms.fee_cap);
        let offer = fees(prospects.legacy, cap, tip.min(terms.tip_cap).min(cap));
        let built = build(terms.network.chain_id(), nonce, &proposal.call, terms.gas_limit, &offer).map_err(internal)?;
        Ok(Outcome::Built(built, prospects.nonce))
    }

    /// Offers more for a transfer in flight, within what was approved.
    pub(crate) async fn bump(&self, by: &MemberId, id: RequestId) -> Result<Done, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let (request, transfer) = Self::transfer_of(&treasury, id)?;
        let may = treasury.members().get(by).is_some_and(|m| m.has(Role::Operator) || m.has(Role::Admin));
        if !may {
            return Err(Refusal::new(Code::MemberRole, format!("{by} is not operator or admin")).into());
        }
        let in_flight = match &transfer.stage {
            Stage::Signed(flight) | Stage::Broadcast(flight) | Stage::Stuck(flight) | Stage::Dropped(flight) => Some(flight),
            _ => None,
        };
        let Some(flight) = in_flight else {
            let message = format!("{} is {}: only a transfer in flight can be bumped", request.number, request.stage_word());
            return Err(Refusal::new(Code::StageWrong, message).into());
        };
        let terms = &flight.proposal.terms;
        let world = self.world(terms.network)?;
        let prospects = world.prospects(terms.from, &flight.proposal.call).await?;
        let last = &flight.current().built;
        let limits = FeeLimits { fee_ceiling: terms.fee_cap, tip_ceiling: terms.tip_cap, tip_floor: 0 };
        let market = fees(prospects.legacy, prospects.now.0.min(terms.fee_cap), prospects.now.1.min(terms.tip_cap));
        let offer = bump(&fees(prospects.legacy, last.fee_cap, last.tip_cap), Some(&market), &limits)
            .map_err(|e| Refusal::new(Code::FeeCeiling, e.to_string()))?;
        let built: Built =
            build(terms.network.chain_id(), flight.nonce, &flight.proposal.call, terms.gas_limit, &offer).map_err(internal)?;
        let records = self.commit(&Actor::Desk, &Command::Report(id, Outcome::Built(built, prospects.nonce)))?;
        Ok(self.done(Some(id), &records))
    }
}
