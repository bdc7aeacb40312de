//! Commands: what someone asks of the treasury. People ask; the desk reports what came of it.

use alloy_primitives::{B256, Bytes};

use crate::domain::change::{Change, Scope};
use crate::domain::event::Founding;
use crate::domain::id::{Label, NodeId, RequestId, WalletId};
use crate::domain::transfer::{Built, Draft, Inclusion, Quote, SendAnswer};
use crate::domain::vote::Ballot;

/// Everything that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin: the first members, wallets and policy.
    Found(Box<Founding>),
    /// Write a draft.
    Draft(RequestId, Draft),
    /// Replace a draft that is still one.
    Amend(RequestId, Draft),
    /// Put a draft to the policy, and to the vote where it asks for one.
    Propose(RequestId, Quote),
    /// Put a change to the vote.
    ProposeChange(RequestId, Change),
    /// Count a checked vote.
    Vote(Ballot),
    /// Take a request back that is not ordered yet.
    Withdraw(RequestId),
    /// Stop payments at once.
    Freeze(Scope, Label),
    /// An outcome of an effect; only the desk reports these.
    Report(RequestId, Outcome),
    /// The chain consumed a nonce of ours by a transaction that is not ours, while no transfer held it.
    ReportForeign(WalletId, u64),
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The transaction was built: give the order. A second order is a fee bump.
    Built(Built, ChainNonce),
    /// The signer answered.
    Signed {
        /// Which attempt, from 0.
        attempt: usize,
        /// EIP-2718 bytes.
        raw: Bytes,
        /// Hash computed from them.
        hash: B256,
    },
    /// A node is about to be handed the bytes.
    Sending(usize, NodeId),
    /// What it said.
    Sent(usize, NodeId, SendAnswer),
    /// Not included for too long.
    Stuck,
    /// A quorum of nodes lost it.
    Dropped,
    /// In a block.
    Included(Inclusion),
    /// Not in that block any more.
    Reorged,
    /// Final at this height.
    Final(Inclusion),
    /// The nonce is consumed at a final height, by none of our attempts.
    Foreign,
    /// Its time is over.
    Expired,
}

/// The wallet's next nonce as the nodes see it.
pub type ChainNonce = u64;
