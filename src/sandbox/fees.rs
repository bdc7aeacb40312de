//! Fee questions: history of base fees and tips, and a suggested tip.

use alloy_consensus::Transaction as _;
use serde_json::{Value, json};

use crate::sandbox::block::Block;
use crate::sandbox::ledger::Ledger;
use crate::sandbox::rpc::RpcError;
use crate::sandbox::rpc::params::quantity;

/// Most blocks one fee history covers.
const MAX_HISTORY: u64 = 1_024;
/// Most percentiles one fee history answers.
const MAX_PERCENTILES: usize = 100;
/// Blocks a suggested tip looks back on.
const TIP_BLOCKS: u64 = 20;
/// The suggested tip while no transaction was mined lately, wei per gas.
const DEFAULT_TIP: u128 = 1_000_000_000;

/// A tip that is likely to get a transaction into the next block, wei per gas: the median of recent ones.
pub(super) fn suggested_tip(ledger: &Ledger) -> u128 {
    let newest = ledger.head_number();
    let blocks = (newest.saturating_sub(TIP_BLOCKS - 1)..=newest).filter_map(|n| ledger.block(n));
    let mut tips: Vec<u128> = blocks.flat_map(tips_and_gas).map(|(tip, _)| tip).collect();
    tips.sort_unstable();
    tips.get(tips.len() / 2).copied().unwrap_or(DEFAULT_TIP)
}

/// `eth_feeHistory` for `count` blocks that end with `newest`.
pub(super) fn history(ledger: &Ledger, count: u64, newest: u64, percentiles: Option<&[f64]>) -> Result<Value, RpcError> {
    let percentiles = percentiles.unwrap_or_default();
    check_percentiles(percentiles)?;
    let count = count.min(MAX_HISTORY).min(newest + 1);
    if count == 0 {
        return Ok(json!({ "oldestBlock": "0x0", "gasUsedRatio": null }));
    }
    let oldest = newest + 1 - count;
    let blocks: Vec<&Block> = (oldest..=newest).filter_map(|n| ledger.block(n)).collect();
    let mut base_fees: Vec<Value> = blocks.iter().map(|b| quantity(b.base_fee())).collect();
    base_fees.extend(blocks.last().map(|b| quantity(Ledger::next_base_fee(&b.header))));
    let ratio = |b: &&Block| b.header.gas_used as f64 / b.header.gas_limit as f64;
    let mut answer = json!({
        "oldestBlock": quantity(oldest),
        "baseFeePerGas": base_fees,
        "gasUsedRatio": blocks.iter().map(ratio).collect::<Vec<f64>>(),
        // No blobs on this chain: the blob base fee stays at its floor of one wei (EIP-4844).
        "baseFeePerBlobGas": vec!["0x1"; blocks.len() + 1],
        "blobGasUsedRatio": vec![0; blocks.len()],
    });
    if !percentiles.is_empty() {
        let rewards: Vec<Vec<Value>> = blocks.iter().map(|b| rewards(b, percentiles)).collect();
        answer["reward"] = json!(rewards);
    }
    Ok(answer)
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), RpcError> {
    if percentiles.len() > MAX_PERCENTILES {
        return Err(RpcError::server(format!("over the query limit {MAX_PERCENTILES}: invalid reward percentile")));
    }
    for (i, p) in percentiles.iter().enumerate() {
        if !(0.0..=100.0).contains(p) {
            return Err(RpcError::server(format!("invalid reward percentile: {p}")));
        }
        if i > 0 && *p <= percentiles[i - 1] {
            let before = percentiles[i - 1];
            return Err(RpcError::server(format!("invalid reward percentile: #{}:{before} >= #{i}:{p}", i - 1)));
        }
    }
    Ok(())
}

/// Tip and gas of every transaction in the block.
fn tips_and_gas(block: &Block) -> Vec<(u128, u64)> {
    let base_fee = block.base_fee();
    let pairs = block.txs.iter().zip(&block.receipts);
    pairs.map(|(tx, r)| (tx.envelope.effective_tip_per_gas(base_fee).unwrap_or_default(), r.gas_used)).collect()
}

/// The tips at the given percentiles of the block's gas; zeros for an empty block.
fn rewards(block: &Block, percentiles: &[f64]) -> Vec<Value> {
    let mut tips = tips_and_gas(block);
    tips.sort_unstable();
    let tip_at = |p: &f64| {
        let threshold = (block.header.gas_used as f64 * p / 100.0) as u64;
        let mut sum = 0;
        let reached = tips.iter().find(|(_, gas)| {
            sum += gas;
            sum >= threshold
        });
        reached.or(tips.last()).map_or(0, |(tip, _)| *tip)
    };
    percentiles.iter().map(|p| quantity(tip_at(p))).collect()
}
