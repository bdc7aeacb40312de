//! What was spent lately: the memory that windows count in.

use std::collections::BTreeMap;
use std::sync::Arc;

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
///
/// Every spend is either pending or in the list by time, so that a window looks at its own span only and forgetting looks
/// at the oldest only. Each is shared, because the whole is copied whenever a screen still holds the state before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Spends {
    counted: BTreeMap<RequestId, Arc<Counted>>,
    places: u64,
    #[serde(skip_serializing)]
    pending: BTreeMap<RequestId, Arc<Counted>>,
    #[serde(skip_serializing)]
    by_time: BTreeMap<(Timestamp, RequestId), Arc<Counted>>,
}

/// What is written; the rest follows from it.
#[derive(Deserialize)]
struct Stored {
    counted: BTreeMap<RequestId, Arc<Counted>>,
    places: u64,
}

impl From<Stored> for Spends {
    fn from(Stored { counted, places }: Stored) -> Self {
        let mut spends = Self { places, ..Self::default() };
        for (id, counted) in &counted {
            spends.place(*id, counted.clone());
        }
        spends.counted = counted;
        spends
    }
}

impl Spends {
    /// Counts a pending spend and forgets what no window can reach any more.
    pub fn add(&mut self, id: RequestId, spend: Spend) {
        let now = spend.at;
        while let Some((at, old)) = self.by_time.keys().next().copied()
            && now.since(at) > WINDOW_MAX_S
        {
            self.remove(old);
        }
        self.remove(id);
        self.places = self.places.saturating_add(1);
        let counted = Arc::new(Counted { spend, place: self.places, ordered: None });
        self.place(id, counted.clone());
        self.counted.insert(id, counted);
    }

    /// A pending spend is ordered: it counts from here on.
    pub fn order(&mut self, id: RequestId, at: Timestamp) {
        if let Some(mut counted) = self.take(id) {
            Arc::make_mut(&mut counted).ordered = Some(at);
            self.place(id, counted.clone());
            self.counted.insert(id, counted);
        }
    }

    /// Takes back a spend that will never happen.
    pub fn remove(&mut self, id: RequestId) {
        drop(self.take(id));
    }

    fn take(&mut self, id: RequestId) -> Option<Arc<Counted>> {
        let counted = self.counted.remove(&id)?;
        match counted.ordered {
            None => drop(self.pending.remove(&id)),
            Some(at) => drop(self.by_time.remove(&(at, id))),
        }
        Some(counted)
    }

    fn place(&mut self, id: RequestId, counted: Arc<Counted>) {
        match counted.ordered {
            None => drop(self.pending.insert(id, counted)),
            Some(at) => drop(self.by_time.insert((at, id), counted)),
        }
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
        let first = (Timestamp::from_unix(at.unix().saturating_sub(seconds)), RequestId::from_parts(0, 0));
        let recent = self.by_time.range(first..).map(|((_, id), counted)| (id, counted));
        let mut sum = Amount::ZERO;
        let mut count = 0_u32;
        for (id, counted) in self.pending.iter().chain(recent) {
            let Counted { spend, place, ordered } = &**counted;
            let counts = ordered.map_or(*place < own_place, |then| at.since(then) < seconds);
            if counts && spend.asset == like.asset && *id != own && same(spend) {
                sum = sum.checked_add(spend.amount).unwrap_or(Amount::from_base(alloy_primitives::U256::MAX));
                count = count.saturating_add(1);
            }
        }
        (sum, count)
    }

    /// Ids of spends to the same place of the same amount and asset: look-alike payments, the newest [`LOOK_ALIKES_MAX`].
    #[must_use]
    pub fn look_alikes(&self, own: RequestId, like: &Spend) -> Vec<RequestId> {
        // The amount first: it tells most payments apart without a look at any text.
        let same = |s: &Spend| s.amount == like.amount && s.asset == like.asset && s.to == like.to;
        let alike = self.counted.iter().rev().filter(|(id, c)| **id != own && same(&c.spend));
        let mut newest: Vec<RequestId> = alike.map(|(id, _)| *id).take(LOOK_ALIKES_MAX).collect();
        newest.reverse();
        newest
    }
}
