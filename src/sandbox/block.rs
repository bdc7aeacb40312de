//! Blocks and receipts as the practice chain keeps them.

use std::sync::Arc;

use alloy_consensus::proofs::{calculate_receipt_root, calculate_transaction_root};
use alloy_consensus::{
    Block as RlpBlock, BlockBody, EMPTY_ROOT_HASH, Header, Receipt as ReceiptBody, ReceiptEnvelope, Transaction as _, TxEnvelope,
};
use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use alloy_rlp::Encodable as _;
use revm::context::result::ExecutionResult;

use crate::sandbox::state::State;
use crate::sandbox::transaction::SignedTx;

/// What the practice chain writes into every header's free field.
const EXTRA_DATA: &[u8] = b"bursar practice chain";

/// What became of one mined transaction.
#[derive(Clone, Debug)]
pub(super) struct Receipt {
    pub(super) envelope: ReceiptEnvelope,
    pub(super) gas_used: u64,
    /// Price paid per gas, wei.
    pub(super) effective_gas_price: u128,
    /// Index in the block of this receipt's first log.
    pub(super) first_log: u64,
}

/// One block with everything that came of it.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) header: Header,
    pub(super) hash: B256,
    pub(super) txs: Vec<Arc<SignedTx>>,
    pub(super) receipts: Vec<Receipt>,
    /// Length of the block's RLP, bytes.
    pub(super) size: usize,
    /// State after the block; `None` once the block is too old to be asked about.
    pub(super) state: Option<Arc<State>>,
}

/// Where a new block stands, before anything runs in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) parent_hash: B256,
    pub(super) number: u64,
    /// Seconds since the Unix epoch.
    pub(super) timestamp: u64,
    pub(super) gas_limit: u64,
    /// Wei per gas.
    pub(super) base_fee: u64,
    /// How often the chain was reorganised: makes a block differ from the one it replaces.
    pub(super) fork: u64,
}

/// A header with everything that is known before execution. Fields follow mainnet since Prague; blobs and withdrawals are absent.
pub(super) fn open_header(slot: Slot) -> Header {
    Header {
        parent_hash: slot.parent_hash,
        number: slot.number,
        timestamp: slot.timestamp,
        gas_limit: slot.gas_limit,
        base_fee_per_gas: Some(slot.base_fee),
        mix_hash: B256::from(U256::from(slot.fork)),
        beneficiary: Address::ZERO,
        extra_data: Bytes::from_static(EXTRA_DATA),
        withdrawals_root: Some(EMPTY_ROOT_HASH),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}

impl Block {
    /// Seals a block: roots, bloom, gas and hash come from what ran in it.
    pub(super) fn seal(mut header: Header, mined: Vec<(Arc<SignedTx>, Receipt)>, state: Arc<State>, state_root: B256) -> Self {
        let (txs, receipts): (Vec<_>, Vec<_>) = mined.into_iter().unzip();
        let envelopes: Vec<TxEnvelope> = txs.iter().map(|tx| tx.envelope.clone()).collect();
        let outcomes: Vec<ReceiptEnvelope> = receipts.iter().map(|r| r.envelope.clone()).collect();
        header.state_root = state_root;
        header.transactions_root = calculate_transaction_root(&envelopes);
        header.receipts_root = calculate_receipt_root(&outcomes);
        header.gas_used = receipts.iter().map(|r| r.gas_used).sum();
        header.logs_bloom = outcomes.iter().fold(Bloom::ZERO, |all, r| all | *r.logs_bloom());
        let hash = header.hash_slow();
        let body = BlockBody { transactions: envelopes, ommers: Vec::new(), withdrawals: Some(Vec::new().into()) };
        let whole = RlpBlock { header, body };
        let size = whole.length();
        Self { header: whole.header, hash, txs, receipts, size, state: Some(state) }
    }

    /// Wei per gas.
    pub(super) fn base_fee(&self) -> u64 {
        self.header.base_fee_per_gas.unwrap_or_default()
    }
}

/// Writes the receipt of `tx`, which ran after `before` gas and `first_log` logs of the same block.
pub(super) fn receipt(tx: &SignedTx, result: ExecutionResult, before: u64, first_log: u64, base_fee: u64) -> Receipt {
    let gas_used = result.tx_gas_used();
    let status = result.is_success();
    // A reverted execution leaves no logs (Yellow Paper, section 6).
    let logs = if status { result.into_logs() } else { Vec::new() };
    let body = ReceiptBody { status: status.into(), cumulative_gas_used: before + gas_used, logs };
    Receipt {
        envelope: ReceiptEnvelope::from_typed(tx.envelope.tx_type(), body),
        gas_used,
        effective_gas_price: tx.envelope.effective_gas_price(Some(base_fee)),
        first_log,
    }
}
