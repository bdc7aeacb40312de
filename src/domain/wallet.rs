//! Wallets, contacts and where money may go.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::domain::asset::NetworkId;
use crate::domain::id::{ContactId, Label, RequestId, WalletId};

/// How close to the network a wallet's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Key in reach of a running machine; small sums, many payments.
    Hot,
    /// Key in reach, but every payment is voted on.
    Warm,
    /// Key out of reach until it is needed.
    Cold,
}

impl Tier {
    /// Every tier, hottest first.
    pub const ALL: [Self; 3] = [Self::Hot, Self::Warm, Self::Cold];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Warm => "warm",
            Self::Cold => "cold",
        }
    }

    /// The tier of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }
}

/// What controls a wallet on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WalletKind {
    /// One secp256k1 key.
    SingleKey,
    /// A Safe multisig contract.
    Safe,
    /// No key of ours: looked at, never spent from.
    WatchOnly,
}

impl WalletKind {
    /// The words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SingleKey => "single-key",
            Self::Safe => "safe",
            Self::WatchOnly => "watch-only",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::SingleKey, Self::Safe, Self::WatchOnly].into_iter().find(|kind| kind.word() == word)
    }
}

/// A wallet of ours on one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    /// Unique, never reused.
    pub id: WalletId,
    /// Where it lives.
    pub network: NetworkId,
    /// Its address there; unique in the treasury.
    pub address: Address,
    /// How close its key is.
    pub tier: Tier,
    /// What controls it.
    pub kind: WalletKind,
}

impl Wallet {
    /// Whether a votes-first wallet must have its slot inside the approved text: everything but hot single-key wallets.
    #[must_use]
    pub const fn slot_must_be_early(&self) -> bool {
        match (self.kind, self.tier) {
            (WalletKind::SingleKey, Tier::Hot) => false,
            (WalletKind::Safe | WalletKind::WatchOnly, _) | (WalletKind::SingleKey, Tier::Warm | Tier::Cold) => true,
        }
    }
}

/// An allow-listed destination of the signed address book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Unique, never reused for another address.
    pub id: ContactId,
    /// What people call it.
    pub label: Label,
    /// Where its address is valid.
    pub network: NetworkId,
    /// Its address there.
    pub address: Address,
}

/// Where a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// A contact of the address book.
    Contact(ContactId),
    /// A wallet of ours.
    Wallet(WalletId),
    /// A bare address that nobody has approved.
    Address(Address),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => id.fmt(f),
            Self::Wallet(id) => id.fmt(f),
            Self::Address(address) => f.pad(&address.to_string()),
        }
    }
}

/// The nonces of one wallet: which are spoken for, and which the chain has consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Every nonce below this is consumed on the chain and accounted for, or was consumed before we began.
    pub floor: u64,
    /// Nonces at or above the floor that belong to a request.
    pub held: BTreeMap<u64, RequestId>,
    /// Nonces above the floor that are consumed while a lower one is held, or not accounted for.
    pub spent: BTreeSet<u64>,
}

impl Lane {
    /// A lane that begins with its first nonce: everything below was consumed before we began.
    #[must_use]
    pub const fn beginning_at(first: u64) -> Self {
        Self { floor: first, held: BTreeMap::new(), spent: BTreeSet::new() }
    }

    /// The lowest nonce the chain can still take. Nonces are consumed in order, so a settled one settles all below it,
    /// whatever a node that lags behind says.
    #[must_use]
    pub fn alive_from(&self, chain_nonce: u64) -> u64 {
        let after_spent = self.spent.last().map_or(0, |last| last.saturating_add(1));
        self.floor.max(chain_nonce).max(after_spent)
    }

    /// The lowest nonce that nobody holds, given what the chain says is next.
    #[must_use]
    pub fn next_free(&self, chain_nonce: u64) -> Option<u64> {
        (self.alive_from(chain_nonce)..=u64::MAX).find(|nonce| !self.held.contains_key(nonce))
    }

    /// Whether this nonce is known to be behind us.
    #[must_use]
    pub fn is_spent(&self, nonce: u64) -> bool {
        nonce < self.floor || self.spent.contains(&nonce)
    }

    /// A nonce is consumed at a final height. The floor follows as far as every nonce is accounted for.
    pub fn consume(&mut self, nonce: u64) {
        self.held.remove(&nonce);
        if nonce >= self.floor {
            self.spent.insert(nonce);
        }
        while self.spent.remove(&self.floor) {
            self.floor = self.floor.saturating_add(1);
        }
    }

    /// Who must go first: the nearest holder below `nonce`.
    #[must_use]
    pub fn waits_for(&self, nonce: u64) -> Option<RequestId> {
        self.held.range(..nonce).next_back().map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_fills_the_lowest_gap_first() {
        let a = RequestId::from_parts(1, 1);
        let mut lane = Lane::beginning_at(5);
        assert_eq!(lane.next_free(0), Some(5));
        assert_eq!(lane.next_free(7), Some(7));
        lane.held.insert(5, a);
        lane.held.insert(7, a);
        assert_eq!(lane.next_free(5), Some(6));
        assert_eq!(lane.waits_for(6), Some(a));
        assert_eq!(lane.waits_for(5), None);
    }

    #[test]
    fn what_settles_out_of_order_is_never_free_again() {
        let a = RequestId::from_parts(1, 1);
        let mut lane = Lane::beginning_at(5);
        lane.held.extend([(5, a), (6, a), (8, a)]);
        lane.consume(6);
        assert_eq!((lane.floor, lane.is_spent(6), lane.is_spent(5)), (5, true, false));
        assert_eq!(lane.next_free(5), Some(7));
        lane.consume(8);
        assert_eq!(lane.next_free(0), Some(9), "8 is consumed, so 7 is too");
        assert_eq!((lane.floor, lane.is_spent(7)), (5, false), "who consumed 7 is still to be found out");
        lane.consume(5);
        lane.consume(7);
        assert_eq!(lane, Lane::beginning_at(9));
    }
}
