//! Envelopes, batches and the HTTP server.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::sandbox::{Ticking, serve};

fn answer(body: &str) -> Value {
    serde_json::from_str(&rpc::answer(&chain(), body.as_bytes()).unwrap()).unwrap()
}

#[test]
fn envelopes_are_judged() {
    assert_eq!(answer("{oops")["error"]["code"], -32_700);
    assert_eq!(answer("")["error"]["code"], -32_700);
    for odd in ["7", "\"text\"", "{}", r#"{"id":1,"method":"eth_chainId"}"#, r#"{"jsonrpc":"2.0","id":1,"method":5}"#] {
        assert_eq!(answer(odd)["error"]["code"], -32_600, "{odd}");
    }
    let strings = answer(r#"{"jsonrpc":"2.0","id":"a","method":"eth_chainId"}"#);
    assert_eq!(strings, json!({ "jsonrpc": "2.0", "id": "a", "result": "0x7a69" }));
    assert_eq!(rpc::answer(&chain(), br#"{"jsonrpc":"2.0","method":"eth_chainId"}"#), None);
}

#[test]
fn nesting_without_end_is_garbage() {
    let deep = "[".repeat(100_000);
    assert_eq!(answer(&deep)["error"]["code"], -32_700);
}

#[test]
fn batches_answer_each_request_in_order() {
    let both = answer(
        r#"[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},5,{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"nope"}]"#,
    );
    assert_eq!(both[0], json!({ "jsonrpc": "2.0", "id": 1, "result": "0x7a69" }));
    assert_eq!(both[1]["error"]["message"], "invalid request");
    assert_eq!((&both[2]["id"], &both[2]["error"]["code"]), (&json!(2), &json!(-32_601)));
    assert_eq!(both.as_array().unwrap().len(), 3);
    assert_eq!(answer("[]")["error"]["message"], "empty batch");
    let many = vec![json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_chainId" }); 1_001];
    assert_eq!(answer(&json!(many).to_string())["error"]["message"], "batch too large");
    let most = answer(&json!(many[..1_000]).to_string());
    assert_eq!(most.as_array().map(Vec::len), Some(1_000));
}

/// One HTTP exchange on its own connection: status line and body.
async fn http(address: SocketAddr, head: &str, body: &[u8]) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    let head = head.replace(" +json HTTP/1.1\r\n", " HTTP/1.1\r\ncontent-type: application/json\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer and close before it has read a body it does not want.
    let _ = stream.write_all(body).await;
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

#[tokio::test]
async fn the_server_speaks_http() {
    let (address, task) = serve(chain(), None).await.unwrap();
    assert!(address.ip().is_loopback());
    let request = br#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}"#;
    let (status, body) = http(address, "POST / +json", request).await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "jsonrpc": "2.0", "id": 1, "result": "0x0" }));
    let (status, body) = http(address, "POST / +json", b"\xff\x00garbage").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(body.contains("-32700"), "{body}");
    assert!(http(address, "GET / +json", b"").await.0.contains("405"));
    assert!(http(address, "POST /", request).await.0.contains("415"), "a form post is not JSON");
    let (status, _) = http(address, "POST / +json", &vec![b' '; 2 * 1024 * 1024 + 1]).await;
    assert!(status.contains("413"), "{status}");
    let mut padded = vec![b' '; 2 * 1024 * 1024 - request.len()];
    padded.extend_from_slice(request);
    assert!(http(address, "POST / +json", &padded).await.1.contains("0x0"), "the limit itself is allowed");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed with the task");
}

#[tokio::test]
async fn one_connection_serves_many_requests_and_ends_with_the_task() {
    let (address, task) = serve(chain(), None).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
    let request =
        format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let mut buffer = [0u8; 1024];
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(String::from_utf8_lossy(&buffer[..read]).contains("0x7a69"));
    }
    task.abort();
    assert_eq!(stream.read(&mut buffer).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn ticking_mines_with_even_times() {
    let chain = chain();
    let ticking = Ticking { every: Duration::from_millis(1), step: 12 };
    let (_, task) = serve(chain.clone(), Some(ticking)).await.unwrap();
    let grown = async {
        while chain.head().number < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), grown).await.expect("three blocks in ten seconds");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let head = chain.head();
    assert_eq!(head.timestamp, START + 12 * head.number);
    for (every, step) in [(Duration::ZERO, 1), (Duration::from_secs(1), 0)] {
        assert!(serve(chain.clone(), Some(Ticking { every, step })).await.is_err());
    }
}
