//! Blocks, transactions, receipts and logs as JSON-RPC shows them.

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::eip2930::AccessListItem;
use alloy_primitives::{B256, Log};
use serde_json::{Map, Value, json};

use super::params::quantity;
use crate::sandbox::block::Block;
use crate::sandbox::transaction::SignedTx;

/// A block; its transactions whole if `full`, else their hashes.
pub(super) fn block(block: &Block, full: bool) -> Value {
    let header = &block.header;
    let transactions: Vec<Value> = if full {
        block.txs.iter().enumerate().map(|(index, tx)| transaction(tx, Some((block, index)))).collect()
    } else {
        block.txs.iter().map(|tx| text(tx.hash)).collect()
    };
    json!({
        "number": quantity(header.number),
        "hash": text(block.hash),
        "parentHash": text(header.parent_hash),
        "sha3Uncles": text(header.ommers_hash),
        "miner": format!("{:#x}", header.beneficiary),
        "stateRoot": text(header.state_root),
        "transactionsRoot": text(header.transactions_root),
        "receiptsRoot": text(header.receipts_root),
        "logsBloom": header.logs_bloom.to_string(),
        "difficulty": quantity(header.difficulty),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "extraData": header.extra_data.to_string(),
        "mixHash": text(header.mix_hash),
        "nonce": header.nonce.to_string(),
        "baseFeePerGas": quantity(block.base_fee()),
        "withdrawalsRoot": header.withdrawals_root.map(text),
        "withdrawals": [],
        "blobGasUsed": header.blob_gas_used.map(quantity),
        "excessBlobGas": header.excess_blob_gas.map(quantity),
        "parentBeaconBlockRoot": header.parent_beacon_block_root.map(text),
        "requestsHash": header.requests_hash.map(text),
        "size": quantity(block.size as u64),
        "transactions": transactions,
        "uncles": [],
    })
}

/// A transaction: mined at an index of a block, or waiting.
pub(super) fn transaction(tx: &SignedTx, mined: Option<(&Block, usize)>) -> Value {
    let envelope = &tx.envelope;
    let signature = envelope.signature();
    let parity = u64::from(signature.v());
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("blockHash", mined.map_or(Value::Null, |(block, _)| text(block.hash)));
    put("blockNumber", mined.map_or(Value::Null, |(block, _)| quantity(block.header.number)));
    put("transactionIndex", mined.map_or(Value::Null, |(_, index)| quantity(index as u64)));
    put("hash", text(tx.hash));
    put("type", quantity(u64::from(u8::from(envelope.tx_type()))));
    put("chainId", envelope.chain_id().map_or(Value::Null, quantity));
    put("from", json!(format!("{:#x}", tx.sender)));
    put("to", envelope.to().map_or(Value::Null, |to| json!(format!("{to:#x}"))));
    put("nonce", quantity(envelope.nonce()));
    put("value", quantity(envelope.value()));
    put("gas", quantity(envelope.gas_limit()));
    put("input", json!(envelope.input().to_string()));
    put("r", quantity(signature.r()));
    put("s", quantity(signature.s()));
    let paid = mined.map(|(block, index)| block.receipts[index].effective_gas_price);
    put("gasPrice", quantity(paid.unwrap_or_else(|| tx.fee_cap())));
    if let TxEnvelope::Eip1559(dynamic) = envelope {
        put("maxFeePerGas", quantity(dynamic.tx().max_fee_per_gas));
        put("maxPriorityFeePerGas", quantity(dynamic.tx().max_priority_fee_per_gas));
        put("accessList", access_list(tx));
        put("yParity", quantity(parity));
        put("v", quantity(parity));
    } else {
        // EIP-155: the chain id is folded into v.
        put("v", quantity(envelope.chain_id().unwrap_or_default().saturating_mul(2).saturating_add(35 + parity)));
    }
    Value::Object(fields)
}

fn access_list(tx: &SignedTx) -> Value {
    let items = tx.envelope.access_list().map(|list| list.0.as_slice()).unwrap_or_default();
    let item = |item: &AccessListItem| {
        let keys: Vec<Value> = item.storage_keys.iter().copied().map(text).collect();
        json!({ "address": format!("{:#x}", item.address), "storageKeys": keys })
    };
    items.iter().map(item).collect()
}

/// The receipt of the transaction at `index` of the block.
pub(super) fn receipt(block: &Block, index: usize) -> Value {
    let (tx, receipt) = (&block.txs[index], &block.receipts[index]);
    let created = tx.creates().filter(|_| receipt.envelope.is_success());
    json!({
        "blockHash": text(block.hash),
        "blockNumber": quantity(block.header.number),
        "transactionHash": text(tx.hash),
        "transactionIndex": quantity(index as u64),
        "type": quantity(u64::from(u8::from(tx.envelope.tx_type()))),
        "from": format!("{:#x}", tx.sender),
        "to": tx.envelope.to().map(|to| format!("{to:#x}")),
        "contractAddress": created.map(|address| format!("{address:#x}")),
        "status": quantity(u64::from(receipt.envelope.is_success())),
        "gasUsed": quantity(receipt.gas_used),
        "cumulativeGasUsed": quantity(receipt.envelope.cumulative_gas_used()),
        "effectiveGasPrice": quantity(receipt.effective_gas_price),
        "logsBloom": receipt.envelope.logs_bloom().to_string(),
        "logs": logs(block, index).map(|(_, log)| log).collect::<Vec<Value>>(),
    })
}

/// The logs of the transaction at `index` of the block, raw and as JSON.
pub(super) fn logs(block: &Block, index: usize) -> impl Iterator<Item = (&Log, Value)> {
    let receipt = &block.receipts[index];
    receipt.envelope.logs().iter().zip(receipt.first_log..).map(move |(log, position)| {
        let topics: Vec<Value> = log.topics().iter().copied().map(text).collect();
        let shown = json!({
            "address": format!("{:#x}", log.address),
            "topics": topics,
            "data": log.data.data.to_string(),
            "blockHash": text(block.hash),
            "blockNumber": quantity(block.header.number),
            "blockTimestamp": quantity(block.header.timestamp),
            "transactionHash": text(block.txs[index].hash),
            "transactionIndex": quantity(index as u64),
            "logIndex": quantity(position),
            "removed": false,
        });
        (log, shown)
    })
}

fn text(hash: B256) -> Value {
    Value::String(hash.to_string())
}
