//! What the pool admits, replaces, mines and takes back.

use alloy_consensus::TxLegacy;
use alloy_primitives::{TxKind, U256, hex};
use serde_json::json;

use super::*;
use crate::sandbox::ChainError;

#[test]
fn a_native_transfer_moves_money_and_leaves_a_receipt() {
    let (chain, alice) = (chain(), Signer::new(1));
    let hash = send(&chain, &alice.raw(transfer(0)));
    let waiting = ok(&chain, "eth_getTransactionByHash", json!([hash]));
    assert_eq!(waiting["blockNumber"], json!(null));
    assert_eq!(number(&waiting["gasPrice"]), 10 * GWEI);
    assert_eq!(ok(&chain, "eth_getTransactionReceipt", json!([hash])), json!(null));

    assert_eq!(chain.mine(START + 12), Ok(1));
    let base_fee = u128::from(chain.head().base_fee);
    let receipt = ok(&chain, "eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(receipt["gasUsed"], "0x5208");
    assert_eq!(number(&receipt["effectiveGasPrice"]), base_fee + GWEI);
    assert_eq!(receipt["blockHash"], json!(h(chain.head().hash)));
    assert_eq!(balance(&chain, PAYEE), ETHER);
    assert_eq!(balance(&chain, alice.address()), 999 * ETHER - 21_000 * (base_fee + GWEI));
    let mined = ok(&chain, "eth_getTransactionByHash", json!([hash]));
    assert_eq!((&mined["blockNumber"], &mined["transactionIndex"]), (&json!("0x1"), &json!("0x0")));
    assert_eq!(mined["from"], json!(format!("{:#x}", alice.address())));
    assert_eq!(chain.waiting(), 0);
}

#[test]
fn a_legacy_transaction_needs_the_chain_id() {
    let (chain, alice) = (chain(), Signer::new(1));
    let legacy = |chain_id| TxLegacy {
        chain_id,
        nonce: 0,
        gas_price: 3 * GWEI,
        gas_limit: 21_000,
        to: TxKind::Call(PAYEE),
        value: U256::from(5),
        ..TxLegacy::default()
    };
    assert_eq!(
        send_refused(&chain, &alice.raw_legacy(legacy(None))),
        "only replay-protected (EIP-155) transactions allowed over RPC"
    );
    let text = send_refused(&chain, &alice.raw_legacy(legacy(Some(1))));
    assert_eq!(text, "invalid sender: invalid chain id for signer: have 1 want 31337");

    let hash = send(&chain, &alice.raw_legacy(legacy(Some(CHAIN_ID))));
    chain.mine_after(12).unwrap();
    let tx = ok(&chain, "eth_getTransactionByHash", json!([hash]));
    assert_eq!(tx["type"], "0x0");
    assert!([CHAIN_ID * 2 + 35, CHAIN_ID * 2 + 36].contains(&u64::try_from(number(&tx["v"])).unwrap()));
    assert_eq!(balance(&chain, PAYEE), 5);
}

#[test]
fn texts_of_refused_transactions_are_those_of_a_real_node() {
    let (chain, alice, poor) = (chain(), Signer::new(1), Signer::new(9));
    let raw = alice.raw(transfer(0));
    send(&chain, &raw);
    assert_eq!(send_refused(&chain, &raw), "already known");
    chain.mine_after(12).unwrap();
    assert_eq!(send_refused(&chain, &raw), "nonce too low: next nonce 1, tx nonce 0");

    let text = send_refused(&chain, &poor.raw(transfer(0)));
    assert!(text.starts_with("insufficient funds for gas * price + value: balance 0, tx cost "), "{text}");
    let starved = send_refused(&chain, &alice.raw(TxEip1559 { gas_limit: 20_999, ..transfer(1) }));
    assert_eq!(starved, "intrinsic gas too low: gas 20999, minimum needed 21000");
    let greedy = send_refused(&chain, &alice.raw(TxEip1559 { gas_limit: 16_777_217, ..transfer(1) }));
    assert_eq!(greedy, "transaction gas limit too high (cap: 16777216, tx: 16777217)");
    let upside_down = send_refused(&chain, &alice.raw(TxEip1559 { max_priority_fee_per_gas: 11 * GWEI, ..transfer(1) }));
    assert!(upside_down.starts_with("max priority fee per gas higher than max fee per gas"), "{upside_down}");
    let elsewhere = send_refused(&chain, &alice.raw(TxEip1559 { chain_id: 1, ..transfer(1) }));
    assert!(elsewhere.contains("invalid chain id for signer"), "{elsewhere}");
}

#[test]
fn damaged_bytes_and_signatures_are_refused() {
    let (chain, alice) = (chain(), Signer::new(1));
    let raw = hex::decode(alice.raw(transfer(0))).unwrap();
    for cut in 0..raw.len() {
        let text = send_refused(&chain, &hex::encode_prefixed(&raw[..cut]));
        assert!(text.starts_with("rlp: "), "{cut}: {text}");
    }
    // The mirrored signature is valid to the curve and recovers the same sender, but EIP-2 forbids it.
    let tx = transfer(0);
    let low = alice.sign(tx.signature_hash());
    let order = U256::from_str_radix("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16).unwrap();
    let high = Signature::new(low.r(), order - low.s(), !low.v());
    let raw = hex::encode_prefixed(TxEnvelope::from(tx.into_signed(high)).encoded_2718());
    assert_eq!(send_refused(&chain, &raw), "invalid sender: invalid transaction v, r, s values");
    assert_eq!(chain.waiting(), 0);
}

#[test]
fn a_replacement_must_raise_both_fees_by_a_tenth() {
    let (chain, alice) = (chain(), Signer::new(1));
    let first = send(&chain, &alice.raw(transfer(0)));
    let with = |fee, tip| alice.raw(TxEip1559 { max_fee_per_gas: fee, max_priority_fee_per_gas: tip, ..transfer(0) });
    let enough_fee = 11 * GWEI;
    let enough_tip = GWEI + GWEI / 10;
    for (fee, tip) in [(10 * GWEI + 1, GWEI + 1), (enough_fee - 1, enough_tip), (enough_fee, enough_tip - 1), (20 * GWEI, GWEI)] {
        assert_eq!(send_refused(&chain, &with(fee, tip)), "replacement transaction underpriced", "{fee} {tip}");
    }
    let second = send(&chain, &with(enough_fee, enough_tip));
    assert_eq!(ok(&chain, "eth_getTransactionByHash", json!([first])), json!(null));
    assert_eq!(chain.waiting(), 1);
    chain.mine_after(12).unwrap();
    assert_eq!(ok(&chain, "eth_getTransactionReceipt", json!([second]))["status"], "0x1");
    assert_eq!(balance(&chain, PAYEE), ETHER);
}

#[test]
fn a_nonce_gap_waits_and_counts_only_the_unbroken_run() {
    let (chain, alice) = (chain(), Signer::new(1));
    let nonce = |tag: &str| number(&ok(&chain, "eth_getTransactionCount", json!([h(alice.address()), tag])));
    send(&chain, &alice.raw(transfer(0)));
    send(&chain, &alice.raw(transfer(2)));
    assert_eq!((nonce("latest"), nonce("pending")), (0, 1));
    chain.mine_after(12).unwrap();
    assert_eq!((nonce("latest"), nonce("pending"), chain.waiting()), (1, 1, 1));
    send(&chain, &alice.raw(transfer(1)));
    assert_eq!(nonce("pending"), 3);
    chain.mine_after(12).unwrap();
    assert_eq!((nonce("latest"), chain.waiting()), (3, 0));
}

#[test]
fn all_that_waits_must_be_covered_together() {
    let (chain, alice) = (chain(), Signer::new(1));
    send(&chain, &alice.raw(TxEip1559 { value: U256::from(600 * ETHER), ..transfer(0) }));
    let text = send_refused(&chain, &alice.raw(TxEip1559 { value: U256::from(600 * ETHER), ..transfer(1) }));
    assert!(text.starts_with("insufficient funds for gas * price + value: balance") && text.contains("queued cost"), "{text}");
}

#[test]
fn the_better_tip_goes_first_and_a_cap_below_the_base_fee_waits() {
    let (chain, alice, bob, carol) = (chain(), Signer::new(1), Signer::new(2), Signer::new(3));
    let slow = send(&chain, &alice.raw(transfer(0)));
    let fast = send(&chain, &bob.raw(TxEip1559 { max_priority_fee_per_gas: 2 * GWEI, ..transfer(0) }));
    let low = send(&chain, &carol.raw(TxEip1559 { max_fee_per_gas: GWEI / 2, max_priority_fee_per_gas: 1, ..transfer(0) }));
    chain.mine_after(12).unwrap();
    let block = ok(&chain, "eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(block["transactions"], json!([fast, slow]));
    assert_eq!(ok(&chain, "eth_getTransactionByHash", json!([low]))["blockHash"], json!(null));
    let receipt = ok(&chain, "eth_getTransactionReceipt", json!([slow]));
    assert_eq!(number(&receipt["cumulativeGasUsed"]), 42_000);
    // Empty blocks let the base fee fall by an eighth each until the low cap fits.
    for _ in 0..8 {
        chain.mine_after(12).unwrap();
    }
    assert_eq!(ok(&chain, "eth_getTransactionReceipt", json!([low]))["status"], "0x1");
}

#[test]
fn the_base_fee_moves_by_at_most_an_eighth() {
    let chain = Chain::new(Genesis { block_gas_limit: 42_000, ..genesis() });
    let alice = Signer::new(1);
    chain.mine_after(12).unwrap();
    assert_eq!(chain.head().base_fee, 875_000_000);
    send(&chain, &alice.raw(transfer(0)));
    send(&chain, &alice.raw(transfer(1)));
    send(&chain, &alice.raw(transfer(2)));
    chain.mine_after(12).unwrap();
    assert_eq!(chain.waiting(), 1, "a full block leaves the third one waiting");
    let full = chain.head().base_fee;
    chain.mine_after(12).unwrap();
    assert_eq!(chain.head().base_fee, full + full / 8);
}

#[test]
fn a_reorganisation_gives_transactions_back_to_the_pool() {
    let (chain, alice) = (chain(), Signer::new(1));
    chain.mine_after(12).unwrap();
    let (first, second) = (send(&chain, &alice.raw(transfer(0))), send(&chain, &alice.raw(transfer(1))));
    chain.mine_after(12).unwrap();
    let old = chain.head();
    chain.reorg(1).unwrap();
    assert_eq!((chain.head().number, chain.waiting()), (1, 2));
    assert_eq!(ok(&chain, "eth_getTransactionReceipt", json!([first])), json!(null));
    assert_eq!(ok(&chain, "eth_getBlockByHash", json!([h(old.hash), false])), json!(null));
    assert_eq!(balance(&chain, PAYEE), 0);
    // The same block at the same time is another block now.
    chain.mine(old.timestamp).unwrap();
    assert_ne!(chain.head().hash, old.hash);
    for hash in [first, second] {
        assert_eq!(ok(&chain, "eth_getTransactionReceipt", json!([hash]))["blockHash"], json!(h(chain.head().hash)));
    }
    assert_eq!(balance(&chain, PAYEE), 2 * ETHER);
}

#[test]
fn final_and_funded_blocks_cannot_be_dropped() {
    let chain = chain();
    for _ in 0..5 {
        chain.mine_after(12).unwrap();
    }
    assert_eq!(chain.reorg(3), Err(ChainError::ReorgTooDeep { depth: 3, allowed: 2 }));
    chain.fund(PAYEE, U256::from(7)).unwrap();
    assert_eq!(chain.reorg(1), Err(ChainError::ReorgTooDeep { depth: 1, allowed: 0 }));
    assert_eq!(chain.reorg(0), Ok(()));
    chain.mine_after(12).unwrap();
    chain.mine_after(12).unwrap();
    chain.reorg(1).unwrap();
    assert_eq!(balance(&chain, PAYEE), 7);
    assert_eq!(chain.reorg(1), Err(ChainError::ReorgTooDeep { depth: 1, allowed: 0 }));
}

#[test]
fn block_time_must_grow() {
    let chain = chain();
    assert_eq!(chain.mine(START), Err(ChainError::TimeNotAfterParent { at: START, parent: START }));
    assert_eq!(chain.mine_after(0), Err(ChainError::TimeNotAfterParent { at: START, parent: START }));
    assert_eq!(chain.head().number, 0);
}

#[test]
fn the_same_steps_give_the_same_chain() {
    let steps = || {
        let (chain, alice) = (chain(), Signer::new(1));
        send(&chain, &alice.raw(transfer(0)));
        chain.mine_after(12).unwrap();
        chain.mine_after(1).unwrap();
        chain.head()
    };
    assert_eq!(steps(), steps());
}
