//! One exchange with a hostile server: HTML, halves, floods, silence.

use super::*;
use crate::node::fake::{Fake, Say, limits};
use serde_json::json;

async fn ask(say: impl Fn(&Value) -> Say + Send + Sync + 'static) -> Result<Value, NodeError> {
    let fake = Fake::start(say).await;
    client(&fake.url(), Headers::default()).ask("eth_chainId", json!([])).await
}

fn client(url: &str, headers: Headers) -> Client {
    install_tls();
    Client::new(url, headers, limits()).expect("valid")
}

#[tokio::test]
async fn a_good_answer_and_a_good_refusal() {
    assert_eq!(ask(|_| Say::Result(json!("0x1"))).await, Ok(json!("0x1")));
    assert_eq!(ask(|_| Say::Result(Value::Null)).await, Ok(Value::Null), "null is an answer");
    let refusal = ask(|_| Say::Error(-32601, "no \u{1b}[2Jsuch method")).await.expect_err("refused");
    assert_eq!(refusal, NodeError::Rpc { code: -32601, text: words("no \u{1b}[2Jsuch method") });
    assert!(!refusal.to_string().contains('\u{1b}'), "{refusal}");
}

#[tokio::test]
async fn what_is_not_an_answer_is_told_apart() {
    let html = ask(|_| Say::Html).await.expect_err("html");
    assert!(html.to_string().contains("<html>maintenance"), "{html}");
    assert!(matches!(ask(|_| Say::Body(String::new())).await, Err(NodeError::NotJson(_))));
    assert!(matches!(ask(|_| Say::Half).await, Err(NodeError::Unreachable(_))));
    assert!(matches!(ask(|_| Say::HangUp).await, Err(NodeError::Unreachable(_))));
    assert!(matches!(ask(|_| Say::With("Content-Encoding: gzip\r\n")).await, Err(NodeError::Compressed)));
    assert!(matches!(ask(|_| Say::Silence).await, Err(NodeError::Deadline { method: "eth_chainId", .. })));
    assert_eq!(ask(|_| Say::Status(302, "Location: http://127.0.0.1:1/\r\n")).await, Err(NodeError::Redirect(302)));
    let many = NodeError::Http { status: 429, retry_after_s: Some(RETRY_AFTER_MAX_S) };
    assert_eq!(ask(|_| Say::Status(429, "Retry-After: 86400\r\n")).await, Err(many.clone()));
    assert!(many.retry_helps());
    let denied = ask(|_| Say::Status(401, "")).await.expect_err("denied");
    assert_eq!(denied, NodeError::Http { status: 401, retry_after_s: None });
    assert!(!denied.retry_helps());
}

#[tokio::test]
async fn json_that_breaks_the_protocol_is_refused() {
    let said = |body: Value| ask(move |q| Say::Body(body.to_string().replace("\"ID\"", &q["id"].to_string())));
    let wrong = [
        json!({"jsonrpc": "2.0", "id": 999_999, "result": "0x1"}),
        json!({"jsonrpc": "2.0", "id": "1", "result": "0x1"}),
        json!({"jsonrpc": "2.0", "id": "ID"}),
        json!({"jsonrpc": "2.0", "id": "ID", "result": "0x1", "error": {"code": 1, "message": "m"}}),
    ];
    for body in wrong {
        let outcome = said(body.clone()).await;
        assert!(matches!(outcome, Err(NodeError::Protocol(_))), "{body} gave {outcome:?}");
    }
    for body in [json!(7), json!("0x1"), json!({"result": 1}), json!([])] {
        assert!(matches!(said(body.clone()).await, Err(NodeError::NotJson(_))), "{body}");
    }
    let refused = said(json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "parse error"}})).await;
    assert!(matches!(refused, Err(NodeError::Rpc { code: -32700, .. })));
    assert_eq!(said(json!({"jsonrpc": "2.0", "id": "ID", "result": "0x2", "error": null})).await, Ok(json!("0x2")));
    let twice = ask(|q| Say::Body(format!(r#"{{"id":{0},"result":"0x1","result":"0x2"}}"#, q["id"]))).await;
    assert!(matches!(twice, Err(NodeError::NotJson(_))), "a member given twice");
}

#[tokio::test]
async fn nesting_is_bounded() {
    let deep = ask(|q| Say::Body(format!(r#"{{"id":{},"result":{}{}}}"#, q["id"], "[".repeat(50_000), "]".repeat(50_000)))).await;
    assert!(matches!(deep, Err(NodeError::NotJson(_))));
}

#[tokio::test]
async fn a_gigabyte_is_cut_off_early() {
    let fake = Fake::start(|_| Say::Endless).await;
    let found = client(&fake.url(), Headers::default()).ask("eth_chainId", json!([])).await;
    assert_eq!(found, Err(NodeError::TooLarge { most: 256 * 1024 }));
    let sent = fake.sent.load(std::sync::atomic::Ordering::Relaxed);
    assert!(sent < 64 * 1024 * 1024, "{sent} bytes were taken");
    assert_eq!(ask(|_| Say::HugeLength).await, Err(NodeError::TooLarge { most: 256 * 1024 }));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Fake::start(|_| Say::Result(json!("0x1"))).await;
    let line: &'static str = Box::leak(format!("Location: {}\r\n", target.url()).into_boxed_str());
    assert_eq!(ask(move |_| Say::Status(307, line)).await, Err(NodeError::Redirect(307)));
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn headers_are_sent_and_urls_are_redacted() {
    let fake = Fake::start(|_| Say::Result(json!("0x1"))).await;
    let headers = Headers::parse("# key\n\nX-Api-Key: s3cret\n").expect("valid").with_bearer("t0ken\n").expect("valid");
    let url = fake.url() + "/v3/k3y?token=t";
    let with_password = url.replace("//", "//user:p4ss@");
    assert!(Client::new(&with_password, headers.clone(), limits()).is_err(), "two credentials: one would be dropped");
    assert_eq!(self::client(&with_password, Headers::default()).redacted(), fake.url());
    let client = client(&url, headers);
    client.ask("eth_chainId", json!([])).await.expect("answers");
    let heard = fake.heard.lock().expect("not poisoned")[0].to_ascii_lowercase();
    assert!(heard.contains("x-api-key: s3cret") && heard.contains("authorization: bearer t0ken"), "{heard}");
    assert!(!heard.contains("accept-encoding"), "no compressed body is asked for");
    assert_eq!(client.redacted(), fake.url());
}

#[tokio::test]
async fn errors_never_show_the_url() {
    let port = {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        free.local_addr().expect("bound").port()
    };
    let client = client(&format!("http://user:p4ss@127.0.0.1:{port}/k3y?t=t0ken"), Headers::default());
    let error = client.ask("eth_chainId", json!([])).await.expect_err("nobody listens");
    let text = format!("{error} {error:?}");
    assert!(text.contains("refused"), "{text}");
    assert!(!["p4ss", "k3y", "t0ken", "user"].iter().any(|secret| text.contains(secret)), "{text}");
}

#[test]
fn unusable_configuration_is_refused_without_repeating_it() {
    install_tls();
    for url in ["", "k3y", "ftp://host/k3y", "http://", "file:///k3y", "https:k3y:"] {
        let error = Client::new(url, Headers::default(), Limits::USUAL).err();
        assert!(error.is_none_or(|e| matches!(&e, NodeError::Config(text) if !text.contains("k3y"))), "{url}");
    }
    assert!(Client::new("ftp://host/", Headers::default(), Limits::USUAL).is_err());
    for bad in ["no colon", "bad name: x", "X: \u{1}", ": x"] {
        let Err(NodeError::Config(text)) = Headers::parse(bad) else { panic!("{bad:?} was taken") };
        assert!(text.starts_with("line 1 "), "{text}");
    }
    assert!(Headers::parse(&"x".repeat(8 * 1024 + 1)).is_err());
    assert!(Headers::parse(&(0..17).map(|n| format!("X-{n}: 1\n")).collect::<String>()).is_err());
    assert!(Headers::default().with_bearer("a\u{7f}b").is_err());
}

fn questions(count: usize) -> Vec<Question> {
    (0..count).map(|n| Question { method: "echo", params: json!([n]) }).collect()
}

async fn batch(say: impl Fn(&Value) -> Say + Send + Sync + 'static) -> Result<Vec<Result<Value, NodeError>>, NodeError> {
    let fake = Fake::start(say).await;
    client(&fake.url(), Headers::default()).ask_many(&questions(3)).await
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_its_single_failures() {
    let found = batch(|q| match q["params"][0].as_u64() {
        Some(1) => Say::Error(3, "reverted"),
        _ => Say::Result(q["params"][0].clone()),
    });
    let found = found.await.expect("a batch");
    assert_eq!(found[0], Ok(json!(0)));
    assert!(matches!(found[1], Err(NodeError::Rpc { code: 3, .. })));
    assert_eq!(found[2], Ok(json!(2)));
}

#[tokio::test]
async fn a_batch_with_odd_ids_is_refused() {
    let ids = |q: &Value| q.as_array().map(|a| a.iter().map(|i| i["id"].as_u64().expect("a number")).collect::<Vec<_>>());
    let twice = batch(move |q| match ids(q) {
        Some(ids) => Say::Body(json!([{"id": ids[0], "result": 1}, {"id": ids[0], "result": 2}]).to_string()),
        None => Say::HangUp,
    });
    assert_eq!(twice.await, Err(NodeError::Protocol("two answers with one id")));
    let foreign = batch(|_| Say::Body(json!([{"id": 77_777, "result": 1}]).to_string()));
    assert_eq!(foreign.await, Err(NodeError::Protocol("an id that was not asked")));
    let short = batch(move |q| match ids(q) {
        Some(ids) => Say::Body(json!([{"id": ids[2], "result": 1}]).to_string()),
        None => Say::HangUp,
    });
    let short = short.await.expect("a partial answer");
    assert!(short[0].is_err() && short[1].is_err() && short[2] == Ok(json!(1)));
    let none = batch(|_| Say::Body(json!({"id": null, "error": {"code": -32600, "message": "batch too large"}}).to_string()));
    assert!(matches!(none.await, Err(NodeError::Rpc { code: -32600, .. })));
}

#[tokio::test]
async fn batches_are_bounded_and_may_be_empty() {
    let fake = Fake::start(|_| Say::HangUp).await;
    let client = client(&fake.url(), Headers::default());
    assert_eq!(client.ask_many(&[]).await, Ok(vec![]));
    assert!(matches!(client.ask_many(&questions(BATCH_MAX + 1)).await, Err(NodeError::Protocol(_))));
    assert_eq!(fake.requests(), 0);
}
