//! One rule: when it applies, and what follows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::asset::AssetId;
use crate::domain::id::{ContactId, GroupId, Label, MemberId, RuleId, WalletId};
use crate::domain::money::Amount;
use crate::domain::time::Seconds;
use crate::domain::wallet::Tier;

/// Votes needed from one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// Who may vote.
    pub group: GroupId,
    /// How many different people must; never 0.
    pub needed: u32,
}

/// When a rule applies. Every given field must hold; a field that is not given does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// From one of these wallets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallets: Option<BTreeSet<WalletId>>,
    /// From a wallet of one of these tiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<BTreeSet<Tier>>,
    /// Drafted by one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiators: Option<BTreeSet<MemberId>>,
    /// To such a destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Destination>,
    /// Of one of these assets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<BTreeSet<AssetId>>,
    /// More than this many base units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Amount>,
    /// At most this many base units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Amount>,
    /// With what was spent before, above a limit over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// A class of destinations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// Any contact of the address book.
    Contacts,
    /// One of these contacts.
    Listed(BTreeSet<ContactId>),
    /// A wallet of ours.
    Own,
    /// A bare address that is neither.
    Unlisted,
}

/// A limit over time: applies when the sum (this transfer included) is above `sum_over`, or the count above `count_over`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Length in seconds, up to 31 days; it rolls.
    pub seconds: Seconds,
    /// Whose spending is added up.
    pub per: Scope,
    /// Base units of the transfer's own asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum_over: Option<Amount>,
    /// Number of transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_over: Option<u32>,
}

/// Whose spending a window adds up, always of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The whole treasury's.
    Treasury,
    /// This wallet's.
    Wallet,
    /// To this destination.
    Destination,
    /// By this initiator.
    Initiator,
}

impl Scope {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Treasury => "treasury",
            Self::Wallet => "wallet",
            Self::Destination => "destination",
            Self::Initiator => "initiator",
        }
    }
}

/// What follows from a rule that applies; later variants are stricter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Passes without a vote.
    Allow,
    /// Passes when every quorum is met.
    Require {
        /// All of these.
        quorums: Vec<Quorum>,
        /// A hot wallet may take its slot when it is ordered instead of when it is proposed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late_slot: bool,
    },
    /// Never passes.
    Block {
        /// Told to whoever asked.
        reason: Label,
    },
}

/// A named rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique in the policy.
    pub id: RuleId,
    /// When it applies.
    #[serde(default)]
    pub when: When,
    /// What follows.
    pub then: Then,
}
