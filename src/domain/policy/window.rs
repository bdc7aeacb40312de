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
/// Most look-alike payments a text names, the newest: the text has a bounded length.
pub const LOOK_ALIKES_MAX: usize = 16;

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

/// A spend in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    spend: Spend,
    /// Proposals are counted, so that of two pending ones the later counts the earlier.
    place: u64,
    /// When it was ordered; none while it is pending.
    ordered: Option<Timestamp>,
}

/// The spends of the last 31 days. A pending one counts in every window however old it is, because it may be paid at any
/// moment; once ordered it counts from that moment on. Withdrawn, refused and expired ones do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spends {
    counted: BTreeMap<RequestId, Counted>,
    places: u64,
}

impl Spends {
    /// Counts a pending spend and forgets what no window can reach any more.
    pub fn add(&mut self, id: RequestId, spend: Spend) {
        let now = spend.at;
        self.counted.retain(|_, old| old.ordered.is_none_or(|at| now.since(at) <= WINDOW_MAX_S));
        self.places = self.places.saturating_add(1);
        self.counted.insert(id, Counted { spend, place: self.places, ordered: None });
    }

    /// A pending spend is ordered: it counts from here on.
    pub fn order(&mut self, id: RequestId, at: Timestamp) {
        if let Some(counted) = self.counted.get_mut(&id) {
            counted.ordered = Some(at);
        }
    }

    /// Takes back a spend that will never happen.
    pub fn remove(&mut self, id: RequestId) {
        self.counted.remove(&id);
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counted.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// Sum and number of the spends like `this` without `this` itself: those ordered within `seconds` before `at`, and those
    /// that are pending, where `this` is pending too only the ones proposed before it. (Each would block the other if both
    /// counted both; the later one has been judged with the earlier one in the sum.) The sum saturates: a limit compared with it can only become stricter.
    #[must_use]
    pub fn before(&self, at: Timestamp, seconds: Seconds, scope: Scope, this: (&Spend, RequestId)) -> (Amount, u32) {
        let (like, own) = this;
        let same = |spend: &Spend| match scope {
            Scope::Treasury => true,
            Scope::Wallet => spend.wallet == like.wallet,
            Scope::Destination => spend.to == like.to,
            Scope::Initiator => spend.by == like.by,
        };
        let own_place = self.counted.get(&own).map_or(u64::MAX, |c| c.place);
        let mut sum = Amount::ZERO;
        let mut count = 0_u32;
        for (id, Counted { spend, place, ordered }) in &self.counted {
            let counts = ordered.map_or(*place < own_place, |then| at.since(then) < seconds);
            if *id != own && spend.asset == like.asset && counts && same(spend) {
                sum = sum.checked_add(spend.amount).unwrap_or(Amount::from_base(alloy_primitives::U256::MAX));
                count = count.saturating_add(1);
            }
        }
        (sum, count)
    }

    /// Ids of spends to the same place of the same amount and asset: look-alike payments, the newest [`LOOK_ALIKES_MAX`].
    #[must_use]
    pub fn look_alikes(&self, own: RequestId, like: &Spend) -> Vec<RequestId> {
        let same = |s: &Spend| s.to == like.to && s.asset == like.asset && s.amount == like.amount;
        let alike = self.counted.iter().rev().filter(|(id, c)| **id != own && same(&c.spend));
        let mut newest: Vec<RequestId> = alike.map(|(id, _)| *id).take(LOOK_ALIKES_MAX).collect();
        newest.reverse();
        newest
    }
}
