//! What was spent lately: the memory that windows count in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::asset::AssetId;
use crate::domain::id::{MemberId, RequestId, WalletId};
use crate::domain::money::Amount;
use crate::domain::policy::rule::Scope;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::Party;

/// Longest window: 31 days. What is older is forgotten.
pub const WINDOW_MAX_S: Seconds = 31 * 24 * 60 * 60;

/// One transfer as windows see it, counted from the moment it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// When it was proposed.
    pub at: Timestamp,
    /// By whom.
    pub by: MemberId,
    /// From where.
    pub wallet: WalletId,
    /// To where.
    pub to: Party,
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// The spends of the last 31 days; pending ones count, withdrawn and refused ones do not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spends(BTreeMap<RequestId, Spend>);

impl Spends {
    /// Counts a spend and forgets what no window can reach any more.
    pub fn add(&mut self, id: RequestId, spend: Spend) {
        let now = spend.at;
        self.0.retain(|_, old| now.since(old.at) <= WINDOW_MAX_S);
        self.0.insert(id, spend);
    }

    /// Takes back a spend that will never happen.
    pub fn remove(&mut self, id: RequestId) {
        self.0.remove(&id);
    }

    /// Sum and number of the spends like `this` within `seconds` before `at`, without `this` itself.
    /// The sum saturates: a limit compared with it can only become stricter.
    #[must_use]
    pub fn before(&self, at: Timestamp, seconds: Seconds, scope: Scope, this: (&Spend, RequestId)) -> (Amount, u32) {
        let (like, own) = this;
        let same = |spend: &Spend| match scope {
            Scope::Treasury => true,
            Scope::Wallet => spend.wallet == like.wallet,
            Scope::Destination => spend.to == like.to,
            Scope::Initiator => spend.by == like.by,
        };
        let mut sum = Amount::ZERO;
        let mut count = 0_u32;
        for (id, spend) in &self.0 {
            if *id != own && spend.asset == like.asset && at.since(spend.at) < seconds && same(spend) {
                sum = sum.checked_add(spend.amount).unwrap_or(Amount::from_base(alloy_primitives::U256::MAX));
                count = count.saturating_add(1);
            }
        }
        (sum, count)
    }

    /// Ids of spends to the same place of the same amount and asset: look-alike payments.
    #[must_use]
    pub fn look_alikes(&self, own: RequestId, like: &Spend) -> Vec<RequestId> {
        let same = |s: &Spend| s.to == like.to && s.asset == like.asset && s.amount == like.amount;
        self.0.iter().filter(|(id, s)| **id != own && same(s)).map(|(id, _)| *id).collect()
    }
}
