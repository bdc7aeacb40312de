//! What can go wrong on the practice chain when it is driven from Rust. Errors seen over RPC live in `rpc::RpcError`.

use alloy_primitives::Address;
use thiserror::Error;

/// Why a development call was refused. None of these heals by trying the same call again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// Block time must grow strictly (execution-layer header rule).
    #[error("block time {at} s is not after the head's {parent} s: pass a later time")]
    TimeNotAfterParent {
        /// The time asked for, seconds since the Unix epoch.
        at: u64,
        /// The head's time, seconds since the Unix epoch.
        parent: u64,
    },
    /// The chain has reached its largest length.
    #[error("the practice chain is full at {limit} blocks: start a new one")]
    Full {
        /// Largest number of blocks held.
        limit: u64,
    },
    /// A reorganisation would drop blocks that count as final, or blocks that carry a development change.
    #[error("cannot drop {depth} blocks: only {allowed} are neither final nor below a funding or deployment")]
    ReorgTooDeep {
        /// Blocks asked for.
        depth: u64,
        /// Blocks that may be dropped now.
        allowed: u64,
    },
    /// The funded balance would not fit into 256 bits.
    #[error("the balance of {account} would overflow: fund less")]
    BalanceOverflow {
        /// The account to be funded.
        account: Address,
    },
    /// Creation code did not leave a contract behind.
    #[error("deployment failed: {why}: check the creation code and its constructor arguments")]
    DeployFailed {
        /// What the EVM said.
        why: String,
    },
}

impl ChainError {
    /// Whether the same call can succeed later without being changed: never, on a chain that only its caller drives.
    pub const fn can_retry(&self) -> bool {
        false
    }
}
