//! The handle to a practice chain, shared by its server, its miner and the scenario that drives it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::sandbox::error::ChainError;
use crate::sandbox::ledger::Ledger;

/// How a practice chain begins.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Time of block 0, seconds since the Unix epoch.
    pub timestamp: u64,
    /// Native balances at block 0, wei.
    pub balances: Vec<(Address, U256)>,
    /// Gas limit of every block.
    pub block_gas_limit: u64,
    /// Base fee of block 0, wei per gas; later ones follow EIP-1559.
    pub base_fee: u64,
    /// How many blocks the `finalized` block lies behind the head.
    pub finality: u64,
}

/// The newest block, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// Block time, seconds since the Unix epoch.
    pub timestamp: u64,
    /// Base fee, wei per gas.
    pub base_fee: u64,
}

/// A practice chain. Clones share the same chain.
#[derive(Clone, Debug)]
pub struct Chain {
    ledger: Arc<Mutex<Ledger>>,
}

impl Chain {
    /// A chain that holds its genesis block.
    pub fn new(genesis: Genesis) -> Self {
        Self { ledger: Arc::new(Mutex::new(Ledger::new(genesis))) }
    }

    /// Seals the next block at `at` seconds since the Unix epoch and returns its number.
    ///
    /// # Errors
    /// [`ChainError::TimeNotAfterParent`] unless `at` is after the head's time, [`ChainError::Full`] at the largest length.
    pub fn mine(&self, at: u64) -> Result<u64, ChainError> {
        self.lock().mine(at)
    }

    /// Seals the next block `step` seconds after the head and returns its number.
    ///
    /// # Errors
    /// As [`Chain::mine`]; a step of zero is refused.
    pub fn mine_after(&self, step: u64) -> Result<u64, ChainError> {
        let mut ledger = self.lock();
        let at = ledger.head().header.timestamp.saturating_add(step);
        ledger.mine(at)
    }

    /// Adds `amount` wei to `account` at the head, at once and without a transaction.
    ///
    /// The change shows in state roots from the next block on, and blocks up to here cannot be reorganised away.
    ///
    /// # Errors
    /// [`ChainError::BalanceOverflow`].
    pub fn fund(&self, account: Address, amount: U256) -> Result<(), ChainError> {
        self.lock().fund(account, amount)
    }

    /// Runs creation code (with its constructor arguments appended) at the head, at once, free and without a signature.
    /// The address is that of a creation by `from` (EIP-161 nonces apply); `from`'s nonce moves on by one.
    ///
    /// # Errors
    /// [`ChainError::DeployFailed`] if the constructor reverts or runs out of gas.
    pub fn deploy(&self, creation_code: Bytes, from: Address) -> Result<Address, ChainError> {
        self.lock().deploy(creation_code, from)
    }

    /// Calls a contract as `from` at the head, at once, free and without a signature; `from`'s nonce moves on by one.
    ///
    /// # Errors
    /// [`ChainError::DeployFailed`] if the call reverts or runs out of gas.
    pub fn call_as(&self, from: Address, to: Address, data: Bytes) -> Result<(), ChainError> {
        self.lock().call_as(from, to, data)
    }

    /// Hash of block 0.
    pub fn genesis_hash(&self) -> B256 {
        self.lock().genesis().hash
    }

    /// Drops the last `depth` blocks; their transactions wait in the pool again. Blocks mined afterwards differ from the
    /// dropped ones even at equal times.
    ///
    /// # Errors
    /// [`ChainError::ReorgTooDeep`] for final blocks and for blocks under a funding or deployment.
    pub fn reorg(&self, depth: u64) -> Result<(), ChainError> {
        self.lock().reorg(depth)
    }

    /// The newest block.
    pub fn head(&self) -> Head {
        let ledger = self.lock();
        let block = ledger.head();
        Head { number: block.header.number, hash: block.hash, timestamp: block.header.timestamp, base_fee: block.base_fee() }
    }

    /// EIP-155 chain id.
    pub fn chain_id(&self) -> u64 {
        self.lock().chain_id
    }

    /// Transactions waiting for a block.
    pub fn waiting(&self) -> usize {
        self.lock().pool.len()
    }

    /// The ledger under its lock. A panic elsewhere leaves whole blocks behind, so a poisoned lock is still usable.
    pub(super) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
