//! A transfer, from draft to settlement: a closed set of stages, each carrying exactly its own data.

pub mod draft;
pub mod flight;
pub mod order;
pub mod propose;

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use crate::domain::asset::AssetId;
use crate::domain::id::{MemberId, NodeId, Reference, WalletId};
use crate::domain::money::Amount;
use crate::domain::policy::rule::Quorum;
use crate::domain::terms::{Digest, Terms};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::vote::Vote;
use crate::domain::wallet::Party;
use crate::text::Untrusted;

/// Most attempts (fee bumps) one transfer may have.
pub const ATTEMPTS_MAX: usize = 32;
/// Longest memo, in bytes.
pub const MEMO_MAX: usize = 4096;

/// What a member wants to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Which wallet pays.
    pub from: WalletId,
    /// Who gets it.
    pub to: Party,
    /// Of what.
    pub asset: AssetId,
    /// How much, more than nothing.
    pub amount: Amount,
    /// Why; for people and the journal, never on the chain.
    #[serde(default)]
    pub memo: Option<Untrusted>,
    /// The requester's own order id.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// Seconds the request may wait for votes; the policy's default where none.
    #[serde(default)]
    pub expires_s: Option<Seconds>,
}

/// What the shell found out and built for a proposal: the call and the ceilings of its cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The call, decoded from its own bytes.
    pub call: Call,
    /// Exact gas limit.
    pub gas_limit: u64,
    /// Highest fee cap any attempt may use, wei per gas.
    pub fee_cap: u128,
    /// Highest tip any attempt may use, wei per gas.
    pub tip_cap: u128,
    /// The wallet's next nonce as the nodes see it.
    pub chain_nonce: u64,
}

/// What a transaction does, as decoded from its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The transaction's own `to`.
    pub to: Address,
    /// Wei sent along.
    pub value: U256,
    /// Call data.
    pub input: Bytes,
    /// What that means.
    pub meaning: Meaning,
}

/// The meaning of a call. Whatever cannot be decoded all the way is `Unknown` and never signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The network's own coin moves.
    Native {
        /// To whom.
        to: Address,
        /// How much.
        amount: Amount,
    },
    /// An ERC-20 balance moves.
    Erc20Transfer {
        /// Of which contract.
        token: Address,
        /// To whom.
        to: Address,
        /// How much.
        amount: Amount,
    },
    /// Anything else.
    Unknown,
}

/// A built transaction: the exact unsigned bytes and everything decoded from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Built {
    /// The signing preimage (EIP-2718 type byte and RLP).
    pub unsigned: Bytes,
    /// What is signed: Keccak-256 of it.
    pub digest: B256,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Account nonce.
    pub nonce: u64,
    /// What it does.
    pub call: Call,
    /// Gas units.
    pub gas_limit: u64,
    /// Wei per gas, at most (a legacy gas price counts as both).
    pub fee_cap: u128,
    /// Wei per gas to the block's proposer, at most.
    pub tip_cap: u128,
}

/// A proposal: the terms people see, and the votes on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What is approved.
    pub terms: Terms,
    /// Names these terms.
    pub digest: Digest,
    /// Votes needed when it was proposed; empty where the policy lets it pass.
    pub quorums: Vec<Quorum>,
    /// Signed votes on this digest.
    pub votes: BTreeMap<MemberId, Vote>,
    /// The call as it will be built.
    pub call: Call,
}

/// One signed (or yet unsigned) version of the transaction. Attempts differ in fees only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was built.
    pub built: Built,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// What the signer gave back.
    pub signed: Option<SignedBytes>,
    /// Which nodes were handed it.
    pub sends: BTreeMap<NodeId, Send>,
}

/// Signed bytes, stored before they leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBytes {
    /// EIP-2718 bytes.
    pub raw: Bytes,
    /// Transaction hash, computed here.
    pub hash: B256,
    /// When they came.
    pub at: Timestamp,
}

/// One handing-over to one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// When we were about to.
    pub intended_at: Timestamp,
    /// What it said; none means unknown.
    pub answer: Option<SendAnswer>,
}

/// What a node said to a broadcast. Only `Accepted` and `Known` say that the node has it;
/// every error text means that the outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendAnswer {
    /// Took it, under the hash that we computed.
    Accepted,
    /// Had it already.
    Known,
    /// Anything else, in its own words.
    Unclear(Untrusted),
}

/// A transfer past the point of no return: a slot, and attempts to fill it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// What was approved.
    pub proposal: Proposal,
    /// The one nonce of this transfer, for life.
    pub nonce: u64,
    /// The last is current; earlier ones may still win.
    pub attempts: Vec<Attempt>,
}

impl Flight {
    /// The attempt with this transaction hash.
    #[must_use]
    pub fn attempt_by_hash(&self, hash: B256) -> Option<(usize, &Attempt)> {
        let has = |a: &Attempt| a.signed.as_ref().is_some_and(|s| s.hash == hash);
        self.attempts.iter().enumerate().find(|(_, a)| has(a))
    }

    /// Hashes of every signed attempt, newest first.
    #[must_use]
    pub fn hashes(&self) -> Vec<B256> {
        self.attempts.iter().rev().filter_map(|a| a.signed.as_ref().map(|s| s.hash)).collect()
    }

    /// The current attempt.
    ///
    /// # Panics
    /// Never: a flight begins with one attempt and none is removed.
    #[must_use]
    pub fn current(&self) -> &Attempt {
        self.attempts.last().expect("a flight begins with one attempt")
    }
}

/// Where and how a transaction was included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    /// Which attempt, by its hash.
    pub hash: B256,
    /// Block height.
    pub block: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Receipt status: the call did not revert.
    pub success: bool,
    /// Gas used times effective gas price, wei.
    pub fee: Amount,
    /// Whether the asset's movement is in the receipt: a `Transfer` log for tokens, success for the native coin.
    pub effect: bool,
    /// Nodes that agreed on all of this.
    pub witnesses: Vec<NodeId>,
}

/// How a settled transfer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// The beneficiary has it.
    Paid,
    /// The call reverted: nothing moved but the fee.
    Reverted,
    /// The call succeeded and yet the receipt shows no movement of the asset.
    NoEffect,
}

impl Ending {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Reverted => "reverted",
            Self::NoEffect => "no-effect",
        }
    }
}

/// Where a transfer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Can be edited; nothing is promised.
    Drafted,
    /// Waits for votes.
    Proposed(Proposal),
    /// May be ordered.
    Approved(Proposal),
    /// No return: exact bytes are recorded; the signer is asked until it answers.
    Ordered(Flight),
    /// Signed bytes are stored.
    Signed(Flight),
    /// Nodes were handed it.
    Broadcast(Flight),
    /// Not included for too long; a bump may help.
    Stuck(Flight),
    /// Every node lost it; the same bytes go out again.
    Dropped(Flight),
    /// In a block that nodes agree on.
    Included(Flight, Inclusion),
    /// Final.
    Settled(Flight, Inclusion, Ending),
    /// The slot was consumed by a transaction that is not ours.
    Foreign(Flight),
    /// Objected to.
    Refused {
        /// By whom.
        by: MemberId,
    },
    /// Taken back.
    Withdrawn {
        /// By whom.
        by: MemberId,
    },
    /// Not decided in time.
    Expired,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Proposed(_) => "proposed",
            Self::Approved(_) => "approved",
            Self::Ordered(_) => "ordered",
            Self::Signed(_) => "signed",
            Self::Broadcast(_) => "broadcast",
            Self::Stuck(_) => "stuck",
            Self::Dropped(_) => "dropped",
            Self::Included(..) => "included",
            Self::Settled(..) => "settled",
            Self::Foreign(_) => "foreign",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Whether nothing more can happen.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Settled(..) | Self::Refused { .. } | Self::Withdrawn { .. } | Self::Expired | Self::Foreign(_) => true,
            Self::Drafted
            | Self::Proposed(_)
            | Self::Approved(_)
            | Self::Ordered(_)
            | Self::Signed(_)
            | Self::Broadcast(_)
            | Self::Stuck(_)
            | Self::Dropped(_)
            | Self::Included(..) => false,
        }
    }

    /// The flight, once there is one.
    #[must_use]
    pub const fn flight(&self) -> Option<&Flight> {
        match self {
            Self::Ordered(f)
            | Self::Signed(f)
            | Self::Broadcast(f)
            | Self::Stuck(f)
            | Self::Dropped(f)
            | Self::Included(f, _)
            | Self::Settled(f, ..)
            | Self::Foreign(f) => Some(f),
            Self::Drafted
            | Self::Proposed(_)
            | Self::Approved(_)
            | Self::Refused { .. }
            | Self::Withdrawn { .. }
            | Self::Expired => None,
        }
    }

    /// The proposal, once there is one.
    #[must_use]
    pub const fn proposal(&self) -> Option<&Proposal> {
        match self {
            Self::Proposed(p) | Self::Approved(p) => Some(p),
            other => match other.flight() {
                Some(flight) => Some(&flight.proposal),
                None => None,
            },
        }
    }
}

/// A transfer request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What is wanted.
    pub draft: Draft,
    /// Where it stands.
    pub stage: Stage,
}
