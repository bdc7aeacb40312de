//! The chain itself: blocks, the head's state, the pool, and how one becomes the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_consensus::{Header, Transaction as _};
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::context::TxEnv;

use crate::sandbox::block::{Block, Receipt, Slot, open_header, receipt};
use crate::sandbox::chain::Genesis;
use crate::sandbox::error::ChainError;
use crate::sandbox::execute::{Rules, execute, failure_text};
use crate::sandbox::pool::{Admission, MAX_TX_GAS, Pool, PoolError};
use crate::sandbox::state::{State, View};
use crate::sandbox::transaction::SignedTx;

/// Most blocks one chain holds: a block each second for eleven days.
pub(super) const MAX_BLOCKS: u64 = 1_000_000;
/// How many blocks back balances, code and calls can be asked for, as on a node that keeps no archive.
pub(super) const STATE_HISTORY: u64 = 128;

/// Everything the chain knows. Guarded by one lock in `Chain`.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) chain_id: u64,
    pub(super) pool: Pool,
    /// Index is the block number; never empty.
    blocks: Vec<Block>,
    /// Head state, with development changes made since the head was sealed.
    state: Arc<State>,
    /// Whether `state` differs from what the head's root says.
    touched: bool,
    mined: BTreeMap<B256, (u64, usize)>,
    by_hash: BTreeMap<B256, u64>,
    finality: u64,
    /// The block that takes up the last development change: not to be dropped.
    pinned: u64,
    reorgs: u64,
}

impl Ledger {
    pub(super) fn new(genesis: Genesis) -> Self {
        let mut state = State::default();
        for (address, amount) in &genesis.balances {
            state.set_balance(*address, *amount);
        }
        let slot = Slot {
            parent_hash: B256::ZERO,
            number: 0,
            timestamp: genesis.timestamp,
            gas_limit: genesis.block_gas_limit,
            base_fee: genesis.base_fee,
            fork: 0,
        };
        let (root, state) = (state.root(), Arc::new(state));
        let block = Block::seal(open_header(slot), Vec::new(), Arc::clone(&state), root);
        Self {
            chain_id: genesis.chain_id,
            pool: Pool::default(),
            by_hash: BTreeMap::from([(block.hash, 0)]),
            blocks: vec![block],
            state,
            touched: false,
            mined: BTreeMap::new(),
            finality: genesis.finality,
            pinned: 0,
            reorgs: 0,
        }
    }

    pub(super) fn head(&self) -> &Block {
        self.blocks.last().expect("a ledger starts with its genesis block and never drops it")
    }

    pub(super) fn genesis(&self) -> &Block {
        self.blocks.first().expect("a ledger starts with its genesis block and never drops it")
    }

    pub(super) fn head_number(&self) -> u64 {
        self.head().header.number
    }

    /// Number of the newest block that cannot be dropped any more.
    pub(super) fn finalized(&self) -> u64 {
        self.head_number().saturating_sub(self.finality)
    }

    /// Number of the newest block that is unlikely to be dropped: half way between final and head.
    pub(super) fn safe(&self) -> u64 {
        self.head_number().saturating_sub(self.finality.div_ceil(2))
    }

    pub(super) fn block(&self, number: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(number).ok()?)
    }

    pub(super) fn block_by_hash(&self, hash: &B256) -> Option<&Block> {
        self.block(*self.by_hash.get(hash)?)
    }

    /// A mined transaction: its block and its index there.
    pub(super) fn mined(&self, hash: &B256) -> Option<(&Block, usize)> {
        let (number, index) = self.mined.get(hash)?;
        Some((self.block(*number)?, *index))
    }

    /// State after block `number`; the head's includes development changes. `None` for a block too old or not yet there.
    pub(super) fn state_at(&self, number: u64) -> Option<&State> {
        if number == self.head_number() {
            return Some(&self.state);
        }
        self.block(number)?.state.as_deref()
    }

    /// The state after `block` as the EVM reads it.
    pub(super) fn view<'a>(&'a self, state: &'a State, number: u64) -> View<'a> {
        let before = usize::try_from(number).map_or(self.blocks.len(), |n| n.min(self.blocks.len()));
        View { state, blocks: &self.blocks[..before] }
    }

    /// Admits a transaction to the pool.
    pub(super) fn submit(&mut self, tx: SignedTx) -> Result<B256, PoolError> {
        let at = Admission {
            balance: self.state.balance(tx.sender),
            nonce: self.state.nonce(tx.sender),
            block_gas_limit: self.head().header.gas_limit,
        };
        self.pool.admit(Arc::new(tx), at)
    }

    /// Base fee of the block after `header`, wei per gas (EIP-1559).
    pub(super) fn next_base_fee(header: &Header) -> u64 {
        let base_fee = header.base_fee_per_gas.unwrap_or_default();
        BaseFeeParams::ethereum().next_block_base_fee(header.gas_used, header.gas_limit, base_fee)
    }

    /// Seals the next block at `at` seconds with what waits in the pool.
    pub(super) fn mine(&mut self, at: u64) -> Result<u64, ChainError> {
        let head = self.head();
        let (parent, number) = (head.header.timestamp, head.header.number + 1);
        if at <= parent {
            return Err(ChainError::TimeNotAfterParent { at, parent });
        }
        if number >= MAX_BLOCKS {
            return Err(ChainError::Full { limit: MAX_BLOCKS });
        }
        let slot = Slot {
            parent_hash: head.hash,
            number,
            timestamp: at,
            gas_limit: head.header.gas_limit,
            base_fee: Self::next_base_fee(&head.header),
            fork: self.reorgs,
        };
        let (old_root, header) = (head.header.state_root, open_header(slot));
        let mined = self.fill(&header, slot.base_fee);
        let root = if mined.is_empty() && !self.touched { old_root } else { self.state.root() };
        let block = Block::seal(header, mined, Arc::clone(&self.state), root);
        self.touched = false;
        self.attach(block);
        Ok(number)
    }

    /// Drops the last `depth` blocks and gives their transactions back to the pool.
    pub(super) fn reorg(&mut self, depth: u64) -> Result<(), ChainError> {
        let head = self.head_number();
        let allowed = head - self.finalized().max(self.pinned).min(head);
        if depth > allowed {
            return Err(ChainError::ReorgTooDeep { depth, allowed });
        }
        if depth == 0 {
            return Ok(());
        }
        let mut dropped = Vec::new();
        for _ in 0..depth {
            let Some(block) = self.blocks.pop() else { break };
            self.by_hash.remove(&block.hash);
            for tx in &block.txs {
                self.mined.remove(&tx.hash);
            }
            dropped.push(block);
        }
        if let Some(state) = &self.head().state {
            self.state = Arc::clone(state);
        }
        self.reorgs += 1;
        self.pool.restore(dropped.into_iter().rev().flat_map(|block| block.txs));
        Ok(())
    }

    /// Adds `amount` wei to an account at the head.
    pub(super) fn fund(&mut self, account: Address, amount: U256) -> Result<(), ChainError> {
        let balance = self.state.balance(account).checked_add(amount);
        let balance = balance.ok_or(ChainError::BalanceOverflow { account })?;
        self.develop().set_balance(account, balance);
        Ok(())
    }

    /// Runs creation code at the head, free of charge and without a signature. The deployer's nonce moves on by one.
    pub(super) fn deploy(&mut self, code: Bytes, from: Address) -> Result<Address, ChainError> {
        let nonce = self.state.nonce(from);
        let tx = TxEnv {
            caller: from,
            nonce,
            kind: TxKind::Create,
            data: code,
            gas_limit: MAX_TX_GAS,
            chain_id: Some(self.chain_id),
            ..TxEnv::default()
        };
        let tx = TxEnv { gas_price: 0, gas_priority_fee: None, value: U256::ZERO, ..tx };
        let view = self.view(&self.state, self.head_number());
        let outcome = execute(view, &self.head().header, self.chain_id, tx, Rules::Development);
        let outcome = outcome.map_err(|e| ChainError::DeployFailed { why: e.to_string() })?;
        let Some(address) = outcome.result.created_address() else {
            return Err(ChainError::DeployFailed { why: failure_text(&outcome.result) });
        };
        self.develop().apply(outcome.state);
        let state = Arc::clone(&self.state);
        self.pool.prune(|sender| state.nonce(sender));
        Ok(address)
    }

    /// Calls a contract as anyone, at once, free and without a signature: how the scenario hands out tokens.
    pub(super) fn call_as(&mut self, from: Address, to: Address, data: Bytes) -> Result<(), ChainError> {
        let nonce = self.state.nonce(from);
        let tx = TxEnv {
            caller: from,
            nonce,
            kind: TxKind::Call(to),
            data,
            gas_limit: MAX_TX_GAS,
            chain_id: Some(self.chain_id),
            ..TxEnv::default()
        };
        let tx = TxEnv { gas_price: 0, gas_priority_fee: None, value: U256::ZERO, ..tx };
        let view = self.view(&self.state, self.head_number());
        let outcome = execute(view, &self.head().header, self.chain_id, tx, Rules::Development);
        let outcome = outcome.map_err(|e| ChainError::DeployFailed { why: e.to_string() })?;
        if !outcome.result.is_success() {
            return Err(ChainError::DeployFailed { why: failure_text(&outcome.result) });
        }
        self.develop().apply(outcome.state);
        Ok(())
    }

    /// Opens the head state for a change that no transaction made. Such a change cannot be replayed after a
    /// reorganisation, so it pins the block that will take it up.
    fn develop(&mut self) -> &mut State {
        self.touched = true;
        self.pinned = self.head_number() + 1;
        Arc::make_mut(&mut self.state)
    }

    /// Runs waiting transactions until the block is full or nothing fits, and leaves their state at the head.
    fn fill(&mut self, header: &Header, base_fee: u64) -> Vec<(Arc<SignedTx>, Receipt)> {
        let mut mined: Vec<(Arc<SignedTx>, Receipt)> = Vec::new();
        let mut passed = BTreeSet::new();
        let (mut gas, mut logs) = (0u64, 0u64);
        if self.pool.len() == 0 {
            return mined;
        }
        let mut state = State::clone(&self.state);
        loop {
            let left = header.gas_limit - gas;
            let ready = |tx: &SignedTx| {
                let fits = tx.envelope.gas_limit() <= left;
                fits && tx.envelope.nonce() == state.nonce(tx.sender) && !passed.contains(&tx.sender)
            };
            let Some(tx) = self.pool.best(base_fee, ready) else { break };
            self.pool.remove(&tx);
            let view = View { state: &state, blocks: &self.blocks };
            // What became unaffordable since it was admitted is dropped, and whatever follows it waits.
            let Ok(outcome) = execute(view, header, self.chain_id, tx.env(), Rules::Block) else {
                passed.insert(tx.sender);
                continue;
            };
            state.apply(outcome.state);
            let entry = receipt(&tx, outcome.result, gas, logs, base_fee);
            gas += entry.gas_used;
            logs += entry.envelope.logs().len() as u64;
            mined.push((tx, entry));
        }
        self.pool.prune(|sender| state.nonce(sender));
        self.state = Arc::new(state);
        mined
    }

    fn attach(&mut self, block: Block) {
        let number = block.header.number;
        self.by_hash.insert(block.hash, number);
        for (index, tx) in block.txs.iter().enumerate() {
            self.mined.insert(tx.hash, (number, index));
        }
        self.blocks.push(block);
        let old = number.checked_sub(STATE_HISTORY.max(self.finality + 1)).and_then(|n| usize::try_from(n).ok());
        if let Some(old) = old.and_then(|i| self.blocks.get_mut(i)) {
            old.state = None;
        }
    }
}
