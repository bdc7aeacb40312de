//! Shapes and rules of the reading methods.

use alloy_primitives::{U256, b256};
use serde_json::json;

use super::*;

#[test]
fn final_and_safe_follow_the_head() {
    let chain = chain();
    let at = |tag: &str| number(&ok(&chain, "eth_getBlockByNumber", json!([tag, false]))["number"]);
    assert_eq!((at("finalized"), at("safe"), at("latest")), (0, 0, 0));
    for _ in 0..5 {
        chain.mine_after(12).unwrap();
    }
    assert_eq!((at("earliest"), at("finalized"), at("safe"), at("latest")), (0, 3, 4, 5));
    assert_eq!(ok(&chain, "eth_blockNumber", json!([])), "0x5");
    assert_eq!(ok(&chain, "eth_getBlockByNumber", json!(["0x6", false])), json!(null));
    assert_eq!(ok(&chain, "eth_getBlockByNumber", json!(["pending", false])), json!(null));
}

#[test]
fn a_block_has_the_fields_of_a_real_one_and_hashes_to_its_hash() {
    let (chain, alice) = (chain(), Signer::new(1));
    send(&chain, &alice.raw(transfer(0)));
    chain.mine_after(12).unwrap();
    let block = ok(&chain, "eth_getBlockByNumber", json!(["0x1", true]));
    for field in
        ["parentHash", "stateRoot", "transactionsRoot", "receiptsRoot", "mixHash", "parentBeaconBlockRoot", "requestsHash"]
    {
        assert_eq!(block[field].as_str().map(str::len), Some(66), "{field}");
    }
    assert_eq!(block["logsBloom"].as_str().map(str::len), Some(514));
    assert_eq!(block["nonce"], "0x0000000000000000");
    assert_eq!(block["difficulty"], "0x0");
    assert_eq!(block["sha3Uncles"], "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
    assert_eq!(number(&block["timestamp"]), u128::from(START) + 12);
    assert_eq!(number(&block["gasUsed"]), 21_000);
    assert!(number(&block["size"]) > 600);
    assert_eq!(block["transactions"][0]["from"], json!(format!("{:#x}", alice.address())));
    assert_eq!(block["transactions"][0]["accessList"], json!([]));
    let ledger = chain.lock();
    assert_eq!(ledger.head().header.hash_slow(), ledger.head().hash);
    assert_eq!(json!(h(ledger.head().hash)), block["hash"]);
    assert_eq!(json!(h(ledger.block(0).unwrap().hash)), block["parentHash"]);
}

#[test]
fn an_empty_state_has_the_known_root() {
    let chain = Chain::new(Genesis { balances: Vec::new(), ..genesis() });
    let root = chain.lock().head().header.state_root;
    assert_eq!(root, b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"));
}

#[test]
fn fee_history_has_one_more_base_fee_than_blocks() {
    let (chain, alice) = (chain(), Signer::new(1));
    chain.mine_after(12).unwrap();
    send(&chain, &alice.raw(transfer(0)));
    chain.mine_after(12).unwrap();
    let history = ok(&chain, "eth_feeHistory", json!(["0x2", "latest", [25, 50.5]]));
    assert_eq!(history["oldestBlock"], "0x1");
    assert_eq!(history["baseFeePerGas"].as_array().map(Vec::len), Some(3));
    assert_eq!(history["gasUsedRatio"], json!([0.0, 0.0007]));
    assert_eq!(history["reward"], json!([["0x0", "0x0"], ["0x3b9aca00", "0x3b9aca00"]]));
    let next = number(&history["baseFeePerGas"][2]);
    chain.mine_after(12).unwrap();
    assert_eq!(u128::from(chain.head().base_fee), next, "the last base fee is a promise");

    let plain = ok(&chain, "eth_feeHistory", json!([1024, "latest"]));
    assert_eq!(plain["gasUsedRatio"].as_array().map(Vec::len), Some(4), "the history ends at genesis");
    assert!(plain.get("reward").is_none());
    for bad in [json!([101]), json!([-1]), json!([50, 25])] {
        let (_, text) = refusal(&chain, "eth_feeHistory", json!(["0x1", "latest", bad]));
        assert!(text.starts_with("invalid reward percentile"), "{text}");
    }
    assert_eq!(refusal(&chain, "eth_feeHistory", json!(["0x1", "0x99"])).1, "request beyond head block");
}

#[test]
fn suggested_fees_follow_what_was_paid() {
    let (chain, alice) = (chain(), Signer::new(1));
    assert_eq!(number(&ok(&chain, "eth_maxPriorityFeePerGas", json!([]))), GWEI);
    send(&chain, &alice.raw(TxEip1559 { max_priority_fee_per_gas: 3 * GWEI, ..transfer(0) }));
    chain.mine_after(12).unwrap();
    assert_eq!(number(&ok(&chain, "eth_maxPriorityFeePerGas", json!([]))), 3 * GWEI);
    assert_eq!(number(&ok(&chain, "eth_gasPrice", json!([]))), 3 * GWEI + u128::from(chain.head().base_fee));
}

#[test]
fn the_past_can_be_asked_for_a_while() {
    let (chain, alice) = (chain(), Signer::new(1));
    send(&chain, &alice.raw(transfer(0)));
    for _ in 0..=128 {
        chain.mine_after(12).unwrap();
    }
    let at = |block: &str| ask(&chain, "eth_getBalance", json!([h(PAYEE), block]));
    assert_eq!(number(&at("0x81")["result"]), ETHER);
    assert_eq!(number(&at("0x2")["result"]), ETHER);
    assert_eq!(at("0x0")["error"]["message"], "historical state of block 0 is not available");
    assert_eq!(at("0x82")["error"]["message"], "header not found");
    let by_hash = json!({ "blockHash": h(chain.head().hash) });
    assert_eq!(number(&ok(&chain, "eth_getBalance", json!([h(PAYEE), by_hash]))), ETHER);
}

#[test]
fn parameters_are_judged_as_a_real_node_does() {
    let chain = chain();
    let text = |method: &str, params: serde_json::Value| refusal(&chain, method, params);
    assert_eq!(text("eth_getBalance", json!([h(PAYEE)])), (-32_602, "missing value for required argument 1".into()));
    assert_eq!(text("eth_getBalance", json!(["0x1234", "latest"])).0, -32_602);
    assert_eq!(text("eth_getBalance", json!({ "a": 1 })), (-32_602, "non-array args".into()));
    let leading = text("eth_getBlockByNumber", json!(["0x01", false]));
    assert_eq!(leading, (-32_602, "invalid argument 0: hex number with leading zero digits".into()));
    assert_eq!(text("eth_getBlockByNumber", json!(["7", false])).1, "invalid argument 0: hex string without 0x prefix");
    assert_eq!(text("eth_getBlockByNumber", json!(["0x", false])).1, "invalid argument 0: hex string \"0x\"");
    assert_eq!(text("eth_getBlockByNumber", json!(["0x1_0", false])).0, -32_602);
    assert_eq!(text("eth_getBlockByNumber", json!(["0x1ffffffffffffffff", false])).1, "invalid argument 0: hex number > 64 bits");
    assert_eq!(text("eth_sendRawTransaction", json!(["zz"])).0, -32_602);
    let gone = text("eth_sign", json!([]));
    assert_eq!(gone, (-32_601, "the method eth_sign does not exist/is not available".into()));
    for own in ["evm_mine", "fund", "mine", "reorg", "anvil_setBalance"] {
        assert_eq!(text(own, json!([])).0, -32_601, "{own} must not be reachable");
    }
}

#[test]
fn identity_and_absent_things() {
    let chain = chain();
    assert_eq!(ok(&chain, "eth_chainId", json!([])), "0x7a69");
    assert_eq!(ok(&chain, "net_version", json!([])), "31337");
    assert!(ok(&chain, "web3_clientVersion", json!([])).as_str().unwrap().starts_with("bursar-practice/v"));
    assert_eq!(ok(&chain, "eth_getCode", json!([h(PAYEE), "latest"])), "0x");
    let zero_word = format!("0x{:064x}", 0);
    assert_eq!(ok(&chain, "eth_getStorageAt", json!([h(PAYEE), "0x0", "latest"])), json!(zero_word));
    assert_eq!(ok(&chain, "eth_getTransactionByHash", json!([zero_word])), json!(null));
    assert_eq!(ok(&chain, "eth_getLogs", json!([{}])), json!([]));
}

#[test]
fn calls_need_the_value_but_no_gas_money() {
    let chain = chain();
    let poor = Signer::new(9).address();
    assert_eq!(ok(&chain, "eth_call", json!([{ "from": h(poor), "to": h(PAYEE) }, "latest"])), "0x");
    let (code, text) = refusal(&chain, "eth_call", json!([{ "from": h(poor), "to": h(PAYEE), "value": "0x1" }, "latest"]));
    assert_eq!(code, -32_000);
    assert!(text.starts_with("insufficient funds for gas * price + value: address "), "{text}");
    let rich = json!({ poor.to_string(): { "balance": "0x1" } });
    assert_eq!(ok(&chain, "eth_call", json!([{ "from": h(poor), "to": h(PAYEE), "value": "0x1" }, "latest", rich])), "0x");
    let priced = json!([{ "from": h(Signer::new(1).address()), "to": h(PAYEE), "maxFeePerGas": "0x1" }, "latest"]);
    let text = refusal(&chain, "eth_call", priced).1;
    assert!(text.starts_with("max fee per gas less than block base fee"), "{text}");
    assert_eq!(number(&ok(&chain, "eth_estimateGas", json!([{ "from": h(poor), "to": h(PAYEE) }]))), 21_000);
    let foreign = json!([{ "from": h(poor), "to": h(PAYEE), "chainId": "0x1" }]);
    assert_eq!(refusal(&chain, "eth_estimateGas", foreign).1, "chainId does not match node's (have=1, want=31337)");
}

#[test]
fn code_may_be_overridden_for_one_call() {
    let chain = chain();
    // PUSH1 42, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    let answer_42 = json!({ PAYEE.to_string(): { "code": "0x602a60005260206000f3" } });
    let out = ok(&chain, "eth_call", json!([{ "to": h(PAYEE) }, "latest", answer_42]));
    assert_eq!(out, json!(format!("0x{:064x}", 42)));
    assert_eq!(ok(&chain, "eth_call", json!([{ "to": h(PAYEE) }, "latest"])), "0x");
    // JUMPDEST, PUSH1 0, JUMP: an endless loop ends with its gas.
    let endless = json!({ PAYEE.to_string(): { "code": "0x5b600056" } });
    assert_eq!(refusal(&chain, "eth_call", json!([{ "to": h(PAYEE) }, "latest", endless])).1, "out of gas");
    let refused = refusal(&chain, "eth_estimateGas", json!([{ "to": h(PAYEE) }, "latest", endless]));
    assert_eq!(refused.1, "gas required exceeds allowance (16777216)");
}

#[test]
fn funding_shows_at_once_and_in_the_next_root() {
    let chain = chain();
    chain.mine_after(12).unwrap();
    let before = chain.lock().head().header.state_root;
    chain.fund(PAYEE, U256::from(5)).unwrap();
    assert_eq!(balance(&chain, PAYEE), 5);
    chain.mine_after(12).unwrap();
    assert_ne!(chain.lock().head().header.state_root, before);
    assert!(chain.fund(PAYEE, U256::MAX).is_err());
}
