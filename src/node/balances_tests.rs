//! Many balances in few round trips, and nodes that answer some of them.

use super::*;
use crate::node::fake::{Fake, Say, node};
use alloy_sol_types::{SolCall, SolValue, sol};

sol! {
    struct Call3 { address target; bool allowFailure; bytes callData; }
    struct Answer { bool success; bytes returnData; }
    function aggregate3(Call3[] calls) returns (Answer[] answers);
}

const GOOD: Address = Address::repeat_byte(1);
const REVERTS: Address = Address::repeat_byte(2);
const EMPTY: Address = Address::repeat_byte(3);

/// Owner n has balance n, of the coin and of the good token.
fn owner(n: u64) -> Address {
    Address::left_padding_from(&n.to_be_bytes())
}

fn owner_in(input: &[u8]) -> U256 {
    U256::from_be_slice(&input[input.len() - 8..])
}

/// A node with Multicall3 semantics wherever `override_works`.
fn chain(question: &Value, override_works: bool) -> Say {
    let params = &question["params"];
    match question["method"].as_str() {
        Some("eth_getBalance") => Say::Result(json!(format!("0x{:x}", owner_in(&decode(&params[0]))))),
        Some("eth_getCode") => Say::Result(json!("0x")),
        Some("eth_call") => {
            let (to, input) = (decode(&params[0]["to"]), decode(&params[0]["input"]));
            match Address::from_slice(&to) {
                GOOD => Say::Result(json!(Bytes::from(owner_in(&input).abi_encode()).to_string())),
                REVERTS => Say::Error(3, "execution reverted"),
                MULTICALL3 if override_works && params[2].is_object() => {
                    Say::Result(json!(Bytes::from(multicall(&input)).to_string()))
                }
                _ => Say::Result(json!("0x")),
            }
        }
        _ => Say::HangUp,
    }
}

fn multicall(input: &[u8]) -> Vec<u8> {
    let calls = aggregate3Call::abi_decode_validate(input).expect("well formed").calls;
    let answers = calls.iter().map(|call| match call.target {
        REVERTS => Answer { success: false, returnData: Bytes::new() },
        EMPTY => Answer { success: true, returnData: Bytes::new() },
        _ => Answer { success: true, returnData: owner_in(&call.callData).abi_encode().into() },
    });
    aggregate3Call::abi_encode_returns(&answers.collect())
}

fn decode(value: &Value) -> Vec<u8> {
    alloy_primitives::hex::decode(value.as_str().expect("hex")).expect("hex")
}

fn wanted() -> Vec<Wanted> {
    let mut list: Vec<Wanted> = (0..600).map(|n| Wanted { owner: owner(n), token: (n % 2 == 0).then_some(GOOD) }).collect();
    list[10].token = Some(REVERTS);
    list[20].token = Some(EMPTY);
    list
}

fn check(found: &[Result<U256, NodeError>]) {
    assert_eq!(found.len(), 600);
    for (n, outcome) in found.iter().enumerate() {
        match n {
            10 => assert!(outcome.is_err(), "a revert is an error, never a zero"),
            20 => assert!(matches!(outcome, Err(NodeError::Evm(EvmError::Answer { .. }))), "nothing is no balance"),
            _ => assert_eq!(outcome, &Ok(U256::from(n)), "{n}"),
        }
    }
}

#[tokio::test]
async fn one_round_trip_a_chunk_where_overrides_work() {
    let fake = Fake::start(|q| chain(q, true)).await;
    let node = node("n", &fake.url());
    check(&node.balances(&wanted(), At::Number(9)).await.expect("a refresh"));
    assert_eq!(node.way().await, Ok(Way::Override));
    assert_eq!(fake.requests(), 3, "one to find the way, two chunks");
}

#[tokio::test]
async fn batches_where_they_do_not() {
    let fake = Fake::start(|q| chain(q, false)).await;
    let node = node("n", &fake.url());
    check(&node.balances(&wanted(), At::Latest).await.expect("a refresh"));
    assert_eq!(node.way().await, Ok(Way::Batch));
    assert_eq!(fake.requests(), 4, "two to find the way, two chunks");
}

#[tokio::test]
async fn a_node_that_takes_small_batches_only_gets_small_batches() {
    let fake = Fake::start(|q| match q.as_array() {
        Some(items) if items.len() > 100 => {
            Say::Body(json!({"id": null, "error": {"code": -32005, "message": "batch too large"}}).to_string())
        }
        _ => chain(q, false),
    })
    .await;
    check(&node("n", &fake.url()).balances(&wanted(), At::Latest).await.expect("a refresh"));
}

#[tokio::test]
async fn a_chunk_that_fails_fails_alone() {
    let last = owner(599).to_string().to_ascii_lowercase();
    let fake = Fake::start(move |q| if q.to_string().contains(&last[2..]) { Say::HangUp } else { chain(q, true) }).await;
    let found = node("n", &fake.url()).balances(&wanted(), At::Latest).await.expect("a refresh");
    assert!(found[..500].iter().filter(|f| f.is_ok()).count() == 498);
    assert!(found[500..].iter().all(|f| matches!(f, Err(NodeError::Unreachable(_)))));
}

#[tokio::test]
async fn an_unreachable_node_leaves_the_way_open() {
    let fake = Fake::start(|_| Say::HangUp).await;
    let node = node("n", &fake.url());
    assert!(node.balances(&wanted(), At::Latest).await.is_err());
    assert!(node.way.get().is_none());
}
