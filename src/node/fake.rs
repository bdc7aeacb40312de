//! A scripted node on loopback for this room's tests: well-behaved, silent, lying, endless.

use crate::node::evm::Node;
use crate::node::rpc::{Headers, Limits, install_tls};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the fake node does with one request.
pub(crate) enum Say {
    Result(Value),
    Error(i64, &'static str),
    /// The whole body, status 200, `application/json`.
    Body(String),
    /// Status and extra header lines (each with its line end), empty body.
    Status(u16, &'static str),
    /// Extra header lines in front of a good body.
    With(&'static str),
    Html,
    /// Promises more bytes than it sends.
    Half,
    /// Promises fewer bytes than it could send: a lie in `Content-Length`.
    HugeLength,
    Endless,
    Silence,
    HangUp,
}

pub(crate) struct Fake {
    port: u16,
    pub(crate) sent: Arc<AtomicUsize>,
    /// Raw requests, head and body.
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    pub(crate) async fn start(say: impl Fn(&Value) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let (sent, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (counter, log, say) = (Arc::clone(&sent), Arc::clone(&heard), Arc::new(say));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (say, counter, log) = (Arc::clone(&say), Arc::clone(&counter), Arc::clone(&log));
                tokio::spawn(async move { serve(stream, &*say, &counter, &log).await });
            }
        });
        Self { port, sent, heard, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn requests(&self) -> usize {
        self.heard.lock().expect("not poisoned").len()
    }
}

/// A node with a short deadline and a small body limit.
pub(crate) fn node(name: &str, url: &str) -> Node {
    install_tls();
    Node::new(name, url, Headers::default(), limits()).expect("valid")
}

pub(crate) fn limits() -> Limits {
    Limits { deadline: Duration::from_millis(1_500), body_max: 256 * 1024 }
}

async fn serve(
    mut stream: TcpStream,
    say: &(dyn Fn(&Value) -> Say + Send + Sync),
    sent: &AtomicUsize,
    heard: &Mutex<Vec<String>>,
) {
    let Some((head, body)) = request(&mut stream).await else { return };
    heard.lock().expect("not poisoned").push(format!("{head}{body}"));
    let question: Value = serde_json::from_str(&body).expect("the client writes JSON");
    let reply = match &question {
        Value::Array(items) => batch(items, say),
        one => single(one, say(one)),
    };
    let reply = match reply {
        Ok(body) => format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        Err(Say::Status(code, lines)) => format!("HTTP/1.1 {code} X\r\n{lines}Connection: close\r\nContent-Length: 0\r\n\r\n"),
        Err(Say::With(lines)) => {
            let body = json!({"jsonrpc": "2.0", "id": question["id"], "result": "0x1"}).to_string();
            format!("HTTP/1.1 200 OK\r\n{lines}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
        Err(Say::Html) => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 24\r\n\r\n<html>maintenance</html>".to_owned(),
        Err(Say::Half) => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\":\"2.0\",".to_owned(),
        Err(Say::HugeLength) => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n{}".to_owned(),
        Err(Say::Endless) => return endless(stream, sent).await,
        Err(Say::Silence) => return std::future::pending().await,
        Err(_) => return,
    };
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn single(question: &Value, say: Say) -> Result<String, Say> {
    match say {
        Say::Result(value) => Ok(json!({"jsonrpc": "2.0", "id": question["id"], "result": value}).to_string()),
        Say::Error(code, text) => {
            Ok(json!({"jsonrpc": "2.0", "id": question["id"], "error": {"code": code, "message": text}}).to_string())
        }
        Say::Body(body) => Ok(body),
        other => Err(other),
    }
}

/// Answers in reverse order, as the standard allows.
fn batch(items: &[Value], say: &(dyn Fn(&Value) -> Say + Send + Sync)) -> Result<String, Say> {
    if let Say::Body(body) = say(&Value::Array(items.to_vec())) {
        return Ok(body);
    }
    let replies = items.iter().rev().map(|item| single(item, say(item))).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", replies.join(",")))
}

async fn endless(mut stream: TcpStream, sent: &AtomicUsize) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let piece = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    while stream.write_all(piece.as_bytes()).await.is_ok() {
        sent.fetch_add(piece.len(), Ordering::Relaxed);
    }
}

async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0u8; 8192];
        let count = stream.read(&mut piece).await.ok().filter(|c| *c > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4) else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length: usize = head.lines().find_map(|l| l.strip_prefix("content-length:"))?.trim().parse().ok()?;
        if bytes.len() >= end + length {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            return Some((head, String::from_utf8_lossy(&bytes[end..end + length]).into_owned()));
        }
    }
}
