//! The transaction pool: what a node admits, replaces and hands to the next block. Rules and texts follow go-ethereum.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use revm::context_interface::cfg::gas::calculate_initial_tx_gas_for_tx;
use thiserror::Error;

use crate::sandbox::execute::SPEC;
use crate::sandbox::transaction::SignedTx;

/// Largest gas limit of one transaction (EIP-7825).
pub(super) const MAX_TX_GAS: u64 = 16_777_216;
/// Largest encoded transaction, bytes.
pub(super) const MAX_TX_BYTES: usize = 128 * 1024;
/// Largest creation code, bytes (EIP-3860).
const MAX_INIT_CODE: usize = 49_152;
/// Smallest tip cap a node relays, wei per gas.
const MIN_TIP: u128 = 1;
/// A replacement must raise both caps by this many percent.
const PRICE_BUMP: u128 = 10;
/// Transactions held for one sender.
const MAX_PER_SENDER: usize = 64;
/// Transactions held in all.
const MAX_TOTAL: usize = 4_096;

/// Why a transaction was not admitted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum PoolError {
    #[error("already known")]
    AlreadyKnown,
    #[error("oversized data: transaction size {size}, limit {MAX_TX_BYTES}")]
    Oversized { size: usize },
    #[error("max initcode size exceeded: code size {size}, limit {MAX_INIT_CODE}")]
    InitCodeTooLong { size: usize },
    #[error("exceeds block gas limit")]
    AboveBlockGas,
    #[error("transaction gas limit too high (cap: {MAX_TX_GAS}, tx: {gas})")]
    GasTooHigh { gas: u64 },
    #[error("max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {tip}, maxFeePerGas: {fee}")]
    TipAboveFee { tip: u128, fee: u128 },
    #[error("intrinsic gas too low: gas {have}, minimum needed {want}")]
    IntrinsicGas { have: u64, want: u64 },
    #[error("insufficient gas for floor data gas cost: gas {have}, minimum needed {want}")]
    FloorGas { have: u64, want: u64 },
    #[error("transaction underpriced: gas tip cap {tip}, minimum needed {MIN_TIP}")]
    Underpriced { tip: u128 },
    #[error("nonce too low: next nonce {next}, tx nonce {have}")]
    NonceTooLow { next: u64, have: u64 },
    #[error("nonce has max value")]
    NonceMax,
    #[error("insufficient funds for gas * price + value: {0}")]
    InsufficientFunds(Box<Shortfall>),
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    #[error("account limit exceeded: pooled {MAX_PER_SENDER}, sender {sender}")]
    SenderFull { sender: Address },
    #[error("txpool is full")]
    Full,
}

/// How far a balance falls short, all in wei.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shortfall {
    balance: U256,
    /// What the sender's other waiting transactions may cost, where they are the reason.
    queued: Option<U256>,
    cost: U256,
    overshot: U256,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "balance {}, ", self.balance)?;
        if let Some(queued) = self.queued {
            write!(f, "queued cost {queued}, ")?;
        }
        write!(f, "tx cost {}, overshot {}", self.cost, self.overshot)
    }
}

/// What the pool must know of the chain to judge one transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admission {
    /// The sender's balance at the head, wei.
    pub(super) balance: U256,
    /// The sender's next nonce at the head.
    pub(super) nonce: u64,
    pub(super) block_gas_limit: u64,
}

#[derive(Clone, Debug)]
struct Pooled {
    tx: Arc<SignedTx>,
    /// Order of arrival, to break ties between equal tips.
    arrival: u64,
}

/// Transactions waiting for a block. At most one per sender and nonce.
#[derive(Debug, Default)]
pub(super) struct Pool {
    by_sender: BTreeMap<Address, BTreeMap<u64, Pooled>>,
    by_hash: BTreeMap<B256, Arc<SignedTx>>,
    arrivals: u64,
}

impl Pool {
    pub(super) fn get(&self, hash: &B256) -> Option<&Arc<SignedTx>> {
        self.by_hash.get(hash)
    }

    pub(super) fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// The nonce after the sender's unbroken run of waiting transactions that starts at `nonce`.
    pub(super) fn pending_nonce(&self, sender: Address, nonce: u64) -> u64 {
        let Some(queue) = self.by_sender.get(&sender) else { return nonce };
        let run = queue.range(nonce..).zip(nonce..).take_while(|((have, _), want)| **have == *want).count();
        nonce.saturating_add(run as u64)
    }

    /// Admits `tx`, replacing one of the same sender and nonce if it pays enough more.
    pub(super) fn admit(&mut self, tx: Arc<SignedTx>, at: Admission) -> Result<B256, PoolError> {
        if self.by_hash.contains_key(&tx.hash) {
            return Err(PoolError::AlreadyKnown);
        }
        check_alone(&tx, at.block_gas_limit)?;
        let (sender, nonce) = (tx.sender, tx.envelope.nonce());
        if nonce < at.nonce {
            return Err(PoolError::NonceTooLow { next: at.nonce, have: nonce });
        }
        let queue = self.by_sender.get(&sender);
        let old = queue.and_then(|q| q.get(&nonce)).map(|p| Arc::clone(&p.tx));
        self.check_funds(&tx, old.as_deref(), at.balance)?;
        match &old {
            Some(old) if !outbids(&tx, old) => return Err(PoolError::ReplacementUnderpriced),
            Some(_) => {}
            None if queue.is_some_and(|q| q.len() >= MAX_PER_SENDER) => return Err(PoolError::SenderFull { sender }),
            None if self.len() >= MAX_TOTAL => return Err(PoolError::Full),
            None => {}
        }
        let hash = tx.hash;
        self.insert(tx);
        Ok(hash)
    }

    /// Takes back the transactions of dropped blocks, in block order. They were admitted once and are not judged again.
    pub(super) fn restore(&mut self, txs: impl IntoIterator<Item = Arc<SignedTx>>) {
        for tx in txs {
            self.insert(tx);
        }
    }

    /// The best transaction for a block: highest tip at `base_fee`, then earliest arrival; always a sender's next nonce.
    pub(super) fn best(&self, base_fee: u64, ready: impl Fn(&SignedTx) -> bool) -> Option<Arc<SignedTx>> {
        let mut best: Option<(u128, &Pooled)> = None;
        for pooled in self.by_sender.values().filter_map(|queue| queue.values().next()) {
            // A fee cap below the base fee has no tip at all: it waits.
            let Some(tip) = pooled.tx.envelope.effective_tip_per_gas(base_fee) else { continue };
            let better = best.is_none_or(|(t, p)| tip > t || (tip == t && pooled.arrival < p.arrival));
            if better && ready(&pooled.tx) {
                best = Some((tip, pooled));
            }
        }
        best.map(|(_, pooled)| Arc::clone(&pooled.tx))
    }

    pub(super) fn remove(&mut self, tx: &SignedTx) {
        self.by_hash.remove(&tx.hash);
        if let Some(queue) = self.by_sender.get_mut(&tx.sender) {
            queue.remove(&tx.envelope.nonce());
            if queue.is_empty() {
                self.by_sender.remove(&tx.sender);
            }
        }
    }

    /// Forgets every transaction whose nonce is used up.
    pub(super) fn prune(&mut self, next_nonce: impl Fn(Address) -> u64) {
        let spent = |tx: &SignedTx| tx.envelope.nonce() < next_nonce(tx.sender);
        let gone: Vec<_> = self.by_hash.values().filter(|tx| spent(tx)).cloned().collect();
        for tx in gone {
            self.remove(&tx);
        }
    }

    fn insert(&mut self, tx: Arc<SignedTx>) {
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.by_hash.insert(tx.hash, Arc::clone(&tx));
        let queue = self.by_sender.entry(tx.sender).or_default();
        if let Some(old) = queue.insert(tx.envelope.nonce(), Pooled { tx, arrival }) {
            self.by_hash.remove(&old.tx.hash);
        }
    }

    /// The balance must cover this transaction and everything else the sender has waiting.
    fn check_funds(&self, tx: &SignedTx, old: Option<&SignedTx>, balance: U256) -> Result<(), PoolError> {
        let cost = tx.worst_cost();
        if balance < cost {
            return Err(PoolError::InsufficientFunds(Box::new(Shortfall {
                balance,
                queued: None,
                cost,
                overshot: cost - balance,
            })));
        }
        let waiting = self.by_sender.get(&tx.sender).into_iter().flat_map(BTreeMap::values);
        let all = waiting.fold(U256::ZERO, |sum, p| sum.saturating_add(p.tx.worst_cost()));
        let queued = all.saturating_sub(old.map_or(U256::ZERO, SignedTx::worst_cost));
        let need = queued.saturating_add(cost);
        if balance < need {
            let shortfall = Shortfall { balance, queued: Some(queued), cost, overshot: need - balance };
            return Err(PoolError::InsufficientFunds(Box::new(shortfall)));
        }
        Ok(())
    }
}

/// Checks that need neither the sender's account nor the rest of the pool.
fn check_alone(tx: &SignedTx, block_gas_limit: u64) -> Result<(), PoolError> {
    let (gas, tip, fee) = (tx.envelope.gas_limit(), tx.tip_cap(), tx.fee_cap());
    let init_code = if tx.creates().is_some() { tx.envelope.input().len() } else { 0 };
    if tx.size > MAX_TX_BYTES {
        return Err(PoolError::Oversized { size: tx.size });
    }
    if init_code > MAX_INIT_CODE {
        return Err(PoolError::InitCodeTooLong { size: init_code });
    }
    if gas > MAX_TX_GAS {
        return Err(PoolError::GasTooHigh { gas });
    }
    if gas > block_gas_limit {
        return Err(PoolError::AboveBlockGas);
    }
    if tip > fee {
        return Err(PoolError::TipAboveFee { tip, fee });
    }
    if tx.envelope.nonce() == u64::MAX {
        return Err(PoolError::NonceMax);
    }
    let least = calculate_initial_tx_gas_for_tx(tx.env(), SPEC, None);
    if gas < least.initial_total_gas() {
        return Err(PoolError::IntrinsicGas { have: gas, want: least.initial_total_gas() });
    }
    if gas < least.floor_gas() {
        return Err(PoolError::FloorGas { have: gas, want: least.floor_gas() });
    }
    if tip < MIN_TIP {
        return Err(PoolError::Underpriced { tip });
    }
    Ok(())
}

/// Whether `new` pays at least [`PRICE_BUMP`] percent more than `old` on both caps, and strictly more.
fn outbids(new: &SignedTx, old: &SignedTx) -> bool {
    let raised = |new: u128, old: u128| {
        let threshold = U256::from(old) * U256::from(100 + PRICE_BUMP) / U256::from(100);
        new > old && U256::from(new) >= threshold
    };
    raised(new.fee_cap(), old.fee_cap()) && raised(new.tip_cap(), old.tip_cap())
}
