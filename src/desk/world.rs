//! What the desk asks of a network, and how sure the answers are. Behind it stand nodes that nobody has to trust;
//! in tests, a script.

use std::future::Future;
use std::pin::Pin;

use alloy_primitives::{Address, B256, Bytes};

use crate::desk::snapshot::NodeStatus;
use crate::domain::asset::{AssetKind, NetworkId};
use crate::domain::id::NodeId;
use crate::domain::money::Amount;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::transfer::{Call, SendAnswer};

/// An answer that takes time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// No answer that can be used; the text is sanitised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Trouble {
    /// What stands in the way.
    pub why: String,
    /// Whether trying again can help.
    pub retry: bool,
}

/// What a transaction would need now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prospects {
    /// The account's next nonce in the newest block.
    pub nonce: u64,
    /// Wei per gas to offer now: cap and tip.
    pub now: (u128, u128),
    /// Wei per gas that no attempt may exceed: cap and tip.
    pub ceiling: (u128, u128),
    /// Gas units with a margin.
    pub gas_limit: u64,
    /// Whether the network needs legacy transactions.
    pub legacy: bool,
}

/// Where a transfer's attempts were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In a block that enough nodes agree on.
    Included {
        /// Which attempt.
        hash: B256,
        /// Block height.
        block: u64,
        /// Block hash.
        block_hash: B256,
        /// The call did not revert.
        success: bool,
        /// Wei paid for gas.
        fee: Amount,
        /// Token movements in the receipt: contract, from, to, amount.
        transfers: Vec<(Address, Address, Address, Amount)>,
        /// Nodes that agree.
        witnesses: Vec<NodeId>,
        /// Enough nodes agree that it cannot be undone by the network's own rule.
        is_final: bool,
    },
    /// At least one node holds it and waits.
    Waiting,
    /// Every node answered, and none has it.
    Nowhere,
    /// Too few answered, or they contradict each other.
    Unsure(String),
}

/// An account's nonces: the next one in the newest block, and in the newest final block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonces {
    /// In the newest block.
    pub latest: u64,
    /// In the newest final block.
    pub finalized: u64,
}

/// Balances as one node told them at one height, in the order asked. None where one could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Which node.
    pub source: NodeId,
    /// At which height.
    pub block: u64,
    /// One for each that was asked.
    pub amounts: Vec<Option<Amount>>,
}

/// A network as the desk sees it.
pub trait World: Send + Sync {
    /// Which one.
    fn network(&self) -> NetworkId;
    /// Its nodes, in order of use.
    fn nodes(&self) -> Vec<NodeId>;
    /// How long after ordering a transfer counts as stuck.
    fn stuck_after_s(&self) -> Seconds;
    /// Nonce, fees and gas for a call.
    fn prospects<'a>(&'a self, from: Address, call: &'a Call) -> Answer<'a, Prospects>;
    /// An account's nonces, agreed by enough nodes.
    fn nonces(&self, account: Address) -> Answer<'_, Nonces>;
    /// Hands bytes to one node, once. Whatever goes wrong is an unclear answer.
    fn send<'a>(&'a self, node: &'a NodeId, raw: &'a Bytes, hash: B256) -> Pin<Box<dyn Future<Output = SendAnswer> + Send + 'a>>;
    /// Looks for any of these transactions, newest attempt first.
    fn find(&self, hashes: Vec<B256>) -> Answer<'_, Found>;
    /// Balances of many accounts in few round trips.
    fn balances(&self, wanted: Vec<(Address, AssetKind)>) -> Answer<'_, Sheet>;
    /// Asks every node how it does.
    fn probe(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// How the nodes did when last asked.
    fn statuses(&self) -> Vec<NodeStatus>;
}
