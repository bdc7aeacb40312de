//! Typed questions to nodes that answer something else.

use super::*;
use crate::node::fake::{Fake, Say, node};
use crate::node::rpc::install_tls;
use alloy_primitives::{address, hex as bytes};

const WHO: Address = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

fn block(number: u64) -> Value {
    json!({"number": quantity(number), "hash": B256::repeat_byte(7).to_string(), "timestamp": "0x64", "baseFeePerGas": "0x3b9aca00"})
}

#[tokio::test]
async fn blocks_must_be_the_ones_asked_for() {
    let fake = Fake::start(|q| match q["params"][0].as_str() {
        Some("0x5") => Say::Result(block(5)),
        Some("0x6") => Say::Result(block(5)),
        Some("finalized") => Say::Result(Value::Null),
        _ => Say::Result(block(9)),
    })
    .await;
    let node = node("n", &fake.url());
    let head = node.head().await.expect("a head");
    assert_eq!((head.number, head.timestamp_s, head.base_fee), (9, 100, Some(1_000_000_000)));
    assert_eq!(node.block_hash(5).await, Ok(Some(B256::repeat_byte(7))));
    assert!(matches!(node.block_hash(6).await, Err(NodeError::Answer { .. })));
    assert_eq!(node.finalized().await, Ok(None));
}

#[tokio::test]
async fn questions_are_put_as_the_standard_says() {
    let fake = Fake::start(|q| match q["method"].as_str() {
        Some("eth_getCode") => Say::Result(json!("0xef0100")),
        _ => Say::Result(json!("0x2a")),
    })
    .await;
    let node = node("n", &fake.url());
    assert_eq!(node.balance(WHO, At::Latest).await, Ok(U256::from(42)));
    assert_eq!(node.nonce(WHO, At::Pending).await, Ok(42));
    assert_eq!(node.code(WHO, At::Number(16)).await, Ok(Bytes::from_static(&bytes!("ef0100"))));
    assert_eq!(node.call(WHO, &Bytes::from_static(&[1, 2]), At::Finalized).await, Ok(Bytes::from_static(&[42])));
    assert_eq!(node.estimate_gas(WHO, WHO, U256::from(255), &Bytes::new()).await, Ok(42));
    assert_eq!(node.gas_price().await, Ok(42));
    let heard = fake.heard.lock().expect("not poisoned").join("\n");
    let lower = WHO.to_string().to_ascii_lowercase();
    for part in [
        format!(r#""eth_getBalance","params":["{lower}","latest"]"#),
        format!(r#""eth_getTransactionCount","params":["{lower}","pending"]"#),
        format!(r#""eth_getCode","params":["{lower}","0x10"]"#),
        r#""input":"0x0102""#.to_owned(),
        r#""value":"0xff""#.to_owned(),
    ] {
        assert!(heard.contains(&part), "{part} is not in {heard}");
    }
}

#[tokio::test]
async fn fee_history_has_the_next_base_fee_and_one_tip_a_block() {
    let history = json!({"oldestBlock": "0x1", "baseFeePerGas": ["0x1", "0x2", "0x3"], "reward": [["0x5"], ["0x6"]], "gasUsedRatio": [0.5, 1]});
    let fake = Fake::start(move |_| Say::Result(history.clone())).await;
    let found = node("n", &fake.url()).fee_history().await.expect("valid");
    assert_eq!(found, FeeHistory { next_base_fee: 3, tips: vec![5, 6] });
    let heard = fake.heard.lock().expect("not poisoned")[0].clone();
    assert!(heard.contains(r#"["0x14","latest",[50]]"#), "{heard}");
}

#[test]
fn odd_fee_histories_are_refused() {
    for odd in [
        json!({"baseFeePerGas": [], "reward": []}),
        json!({"reward": []}),
        json!({"baseFeePerGas": ["0x1"], "reward": [[]]}),
        json!({"baseFeePerGas": ["0x1"], "reward": [["0x1", "0x2"]]}),
        json!({"baseFeePerGas": vec!["0x1"; 22], "reward": []}),
        json!({"baseFeePerGas": [1], "reward": []}),
        json!(null),
    ] {
        assert!(fee_history(&Read::new("t", &odd)).is_err(), "{odd}");
    }
}

#[tokio::test]
async fn a_token_says_its_symbol_and_decimals_or_is_no_token() {
    let word = |n: u8| format!("0x{}{n:02x}", "00".repeat(31));
    let answer = move |q: &Value| {
        let input = q["params"][0]["input"].as_str().unwrap_or_default().to_owned();
        match input.as_str() {
            "0x95d89b41" => Say::Result(json!(format!("0x4d4b52{}", "00".repeat(29)))),
            _ => Say::Result(json!(word(18))),
        }
    };
    let fake = Fake::start(answer).await;
    let facts = node("n", &fake.url()).token(WHO).await.expect("a token");
    assert_eq!(facts, TokenFacts { symbol: Untrusted::new("MKR"), decimals: 18 });
    let empty = Fake::start(|_| Say::Result(json!("0x"))).await;
    assert!(matches!(node("n", &empty.url()).token(WHO).await, Err(NodeError::Evm(_))));
}

#[tokio::test]
async fn transactions_and_receipts_are_of_the_hash_asked_for() {
    let mine = B256::repeat_byte(1);
    let fake = Fake::start(move |q| match q["method"].as_str() {
        Some("eth_getTransactionReceipt") => Say::Result(Value::Null),
        _ => Say::Result(json!({"hash": mine.to_string(), "from": WHO.to_string(), "nonce": "0x7", "blockNumber": null})),
    })
    .await;
    let node = node("n", &fake.url());
    assert_eq!(node.receipt(mine).await, Ok(None));
    assert_eq!(node.transaction(mine).await, Ok(Some(Known { from: WHO, nonce: 7, block_number: None })));
    assert!(matches!(node.transaction(B256::ZERO).await, Err(NodeError::Answer { .. })));
}

#[test]
fn names_are_plain() {
    install_tls();
    for bad in ["", "A", "a b", "é", "\u{1b}", &"a".repeat(33)] {
        assert!(Node::new(bad, "http://127.0.0.1:1", Headers::default(), Limits::USUAL).is_err(), "{bad:?}");
    }
    assert!(Node::new("main-1.eu_a", "http://127.0.0.1:1", Headers::default(), Limits::USUAL).is_ok());
}
