//! Several nodes: order, failover, witnesses, and nodes of another network.

use super::*;
use crate::node::evm::quantity;
use crate::node::fake::{Fake, Say, node};
use serde_json::{Value, json};

const NETWORK: Network = Network { chain_id: 1, genesis: B256::repeat_byte(9), stale_after_s: 60 };
const NOW_S: u64 = 1_000;
const HASH: B256 = B256::repeat_byte(5);

/// A healthy node of the right network whose head is `head`.
fn healthy(question: &Value, head: u64) -> Say {
    let number = if question["params"][0] == "0x0" { 0 } else { head };
    match question["method"].as_str() {
        Some("eth_chainId") => Say::Result(json!("0x1")),
        Some("eth_getBlockByNumber") => {
            Say::Result(json!({"number": quantity(number), "hash": NETWORK.genesis.to_string(), "timestamp": quantity(NOW_S)}))
        }
        Some("eth_gasPrice") => Say::Result(json!(quantity(head))),
        Some("eth_sendRawTransaction") => Say::Error(-32000, "already known"),
        Some("eth_getTransactionReceipt" | "eth_getTransactionByHash") => Say::Result(Value::Null),
        _ => Say::HangUp,
    }
}

fn pool(fakes: &[&Fake]) -> Pool {
    let nodes = fakes.iter().enumerate().map(|(at, fake)| node(&format!("n{at}"), &fake.url())).collect();
    Pool::new(NETWORK, nodes, || 0).expect("valid")
}

async fn price(pool: &Pool) -> Result<(u128, String), NodeError> {
    pool.read(NOW_S, |node| async move { node.gas_price().await }).await
}

fn words_of(pool: &Pool) -> Vec<&'static str> {
    pool.statuses(NOW_S).iter().map(|s| s.state.word()).collect()
}

#[tokio::test]
async fn reads_go_to_the_next_node_when_one_fails() {
    let broken = Fake::start(|q| if q["method"] == "eth_gasPrice" { Say::Html } else { healthy(q, 7) }).await;
    let good = Fake::start(|q| healthy(q, 8)).await;
    let pool = pool(&[&broken, &good]);
    assert_eq!(price(&pool).await, Ok((8, "n1".to_owned())));
    assert_eq!(pool.statuses(NOW_S)[0].state, State::Failing);
    let asked = broken.requests();
    assert_eq!(price(&pool).await, Ok((8, "n1".to_owned())));
    assert_eq!(broken.requests(), asked, "the healthy one goes first now");
    drop(good);
    drop(broken);
    assert!(matches!(price(&pool).await, Err(NodeError::AllFailed { tried: 2, .. })));
}

#[tokio::test]
async fn a_node_of_another_network_is_never_used() {
    let chain = Fake::start(|q| if q["method"] == "eth_chainId" { Say::Result(json!("0x2")) } else { healthy(q, 7) }).await;
    let genesis = Fake::start(|q| match q["method"].as_str() {
        Some("eth_getBlockByNumber") => Say::Result(json!({"number": "0x0", "hash": HASH.to_string(), "timestamp": "0x1"})),
        _ => healthy(q, 7),
    })
    .await;
    let pool = pool(&[&chain, &genesis]);
    assert!(price(&pool).await.is_err());
    assert_eq!(words_of(&pool), ["wrong-chain", "wrong-genesis"]);
    let asked = (chain.requests(), genesis.requests());
    assert!(matches!(price(&pool).await, Err(NodeError::AllFailed { tried: 0, .. })));
    assert_eq!((chain.requests(), genesis.requests()), asked);
    assert!(matches!(pool.send_to("n0", &[1]).await, Err(NodeError::WrongChain { expected: 1, found: 2 })));
    assert!(matches!(pool.send_to("n1", &[1]).await, Err(NodeError::WrongGenesis { .. })));
    let heard = [chain.heard.lock().expect("ok").join(""), genesis.heard.lock().expect("ok").join("")].join("");
    assert!(!heard.contains("eth_sendRawTransaction") && !heard.contains("eth_gasPrice"));
}

#[tokio::test]
async fn a_broadcast_goes_to_the_named_node_once() {
    let (one, two) = (Fake::start(|q| healthy(q, 7)).await, Fake::start(|q| healthy(q, 7)).await);
    let pool = pool(&[&one, &two]);
    assert_eq!(pool.send_to("n1", &[1, 2]).await, Ok(SendAnswer::Known));
    assert_eq!(one.requests(), 0);
    let sent = two.heard.lock().expect("ok").iter().filter(|r| r.contains("eth_sendRawTransaction")).count();
    assert_eq!(sent, 1);
    assert_eq!(pool.send_to("n2", &[1]).await, Err(NodeError::NoSuchNode));
}

#[tokio::test]
async fn a_node_that_cannot_say_who_it_is_gets_no_broadcast() {
    let mute =
        Fake::start(|q| if q["method"] == "eth_chainId" { Say::Error(-32601, "no such method") } else { healthy(q, 7) }).await;
    let pool = pool(&[&mute]);
    assert!(matches!(pool.send_to("n0", &[1]).await, Err(NodeError::Rpc { .. })));
    assert_eq!(words_of(&pool), ["failing"]);
}

#[tokio::test]
async fn one_invented_height_does_not_make_the_others_stale() {
    let liar = Fake::start(|q| healthy(q, 1_000_000)).await;
    let (one, two) = (Fake::start(|q| healthy(q, 100)).await, Fake::start(|q| healthy(q, 99)).await);
    let late = Fake::start(|q| healthy(q, 90)).await;
    let pool = pool(&[&one, &liar, &two, &late]);
    pool.check().await;
    assert_eq!(words_of(&pool), ["ok", "ok", "ok", "stale"]);
    assert_eq!(pool.statuses(NOW_S)[3].lag, Some(10));
    assert_eq!(price(&pool).await.map(|(_, name)| name), Ok("n0".to_owned()));
    assert_eq!(pool.statuses(NOW_S + 61)[0].state, State::Stale, "an old head is stale without any other");
}

fn receipt(block: u8) -> Value {
    let block_hash = B256::repeat_byte(block).to_string();
    json!({"transactionHash": HASH.to_string(), "status": "0x1", "blockNumber": "0x5", "blockHash": block_hash, "gasUsed": "0x5208", "logs": []})
}

fn with_receipt(question: &Value, block: u8) -> Say {
    if question["method"] == "eth_getTransactionReceipt" { Say::Result(receipt(block)) } else { healthy(question, 7) }
}

#[tokio::test]
async fn two_nodes_agree_and_a_silent_one_does_not_count() {
    let (one, two) = (Fake::start(|q| with_receipt(q, 1)).await, Fake::start(|q| with_receipt(q, 1)).await);
    let silent = Fake::start(|q| if q["method"] == "eth_getTransactionReceipt" { Say::Silence } else { healthy(q, 7) }).await;
    let found = pool(&[&one, &silent, &two]).quorum_receipt(HASH, 2).await;
    assert!(matches!(found, Agreement::Included { by, .. } if by == ["n0", "n2"]));
    let found = pool(&[&one, &silent]).quorum_receipt(HASH, 2).await;
    assert_eq!(found, Agreement::Unsettled { included: 1, answered: 1 });
}

#[tokio::test]
async fn nodes_in_different_blocks_conflict_and_absence_needs_a_quorum() {
    let (one, two) = (Fake::start(|q| with_receipt(q, 1)).await, Fake::start(|q| with_receipt(q, 2)).await);
    assert!(matches!(pool(&[&one, &two]).quorum_receipt(HASH, 1).await, Agreement::Conflict { .. }));
    let (three, four) = (Fake::start(|q| healthy(q, 7)).await, Fake::start(|q| healthy(q, 7)).await);
    let found = pool(&[&three, &four]).quorum_receipt(HASH, 2).await;
    assert_eq!(found, Agreement::Absent { by: vec!["n0".to_owned(), "n1".to_owned()] });
}

#[tokio::test]
async fn a_receipt_from_another_network_does_not_count() {
    let good = Fake::start(|q| with_receipt(q, 1)).await;
    let foreign =
        Fake::start(|q| if q["method"] == "eth_chainId" { Say::Result(json!("0x2")) } else { with_receipt(q, 1) }).await;
    let found = pool(&[&good, &foreign]).quorum_receipt(HASH, 2).await;
    assert_eq!(found, Agreement::Unsettled { included: 1, answered: 1 });
}

#[tokio::test]
async fn a_node_that_asks_for_rest_goes_last() {
    let tired =
        Fake::start(|q| if q["method"] == "eth_gasPrice" { Say::Status(429, "Retry-After: 5\r\n") } else { healthy(q, 7) }).await;
    let good = Fake::start(|q| healthy(q, 8)).await;
    let pool = pool(&[&tired, &good]);
    assert_eq!(price(&pool).await.map(|(_, name)| name), Ok("n1".to_owned()));
    assert!(pool.statuses(NOW_S)[0].error.as_ref().is_some_and(|e| e.contains("429") && e.contains("5 s")));
}

#[test]
fn a_pool_of_one_machine_twice_is_refused() {
    let make = |a: (&str, &str), b: (&str, &str)| Pool::new(NETWORK, vec![node(a.0, a.1), node(b.0, b.1)], || 0).err();
    let (here, there) = ("http://127.0.0.1:1/key1", "http://127.0.0.1:2");
    assert!(make(("a", here), ("a", there)).is_some());
    assert!(make(("a", here), ("b", "http://127.0.0.1:1/key2")).is_some());
    assert!(make(("a", here), ("b", there)).is_none());
    assert!(Pool::new(NETWORK, vec![], || 0).is_err());
}
