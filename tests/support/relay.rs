//! A node that can be made to misbehave: it passes questions on to a real one, until it is told otherwise.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use alloy_primitives::{hex, keccak256};
use serde_json::{Value, json};

/// Longest that the real node may take.
const UPSTREAM_SECONDS_MAX: u64 = 30;
/// What a flood holds at most: more than any program may take in.
const FLOOD_BYTES: u64 = 1024 * 1024 * 1024;
/// Bytes written at once in a flood.
const FLOOD_CHUNK: usize = 64 * 1024;

/// How the node behaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    /// Passes everything on.
    Faithful,
    /// Says that it took a transaction, and forgets it.
    Forgetful,
    /// Hangs up at once.
    Down,
    /// Takes the question and never answers.
    Silent,
    /// A web page, as a proxy or a captive portal sends it.
    Html,
    /// Half of the body that was announced.
    Half,
    /// A body without end, up to a gigabyte.
    Flood,
    /// Gives this answer to this method, and passes the rest on.
    Lying(&'static str, Value),
}

struct Shared {
    upstream: SocketAddr,
    mood: Mutex<Mood>,
    raws: Mutex<Vec<String>>,
    flooded: AtomicU64,
    ended: AtomicBool,
}

/// A running relay. It ends with the value.
pub struct Relay {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

impl Relay {
    /// A faithful relay to a node.
    pub fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            upstream,
            mood: Mutex::new(Mood::Faithful),
            raws: Mutex::default(),
            flooded: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let theirs = shared.clone();
        let acceptor = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if theirs.ended.load(Ordering::SeqCst) {
                    return;
                }
                let shared = theirs.clone();
                thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { shared, address, acceptor: Some(acceptor) }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves otherwise from the next question on.
    pub fn set(&self, mood: Mood) {
        *self.shared.mood.lock().expect("plain data") = mood;
    }

    /// Every transaction that it was handed, as hex, in order.
    pub fn raws(&self) -> Vec<String> {
        self.shared.raws.lock().expect("plain data").clone()
    }

    /// Bytes of a flood that somebody took in.
    pub fn flooded(&self) -> u64 {
        self.shared.flooded.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then sees that it is over.
        let woken = TcpStream::connect(self.address).is_ok();
        if let (true, Some(acceptor)) = (woken, self.acceptor.take()) {
            acceptor.join().expect("the acceptor does not panic");
        }
    }
}

/// One question on one connection. What goes wrong with the client is the client's to notice.
fn serve(shared: &Shared, mut stream: TcpStream) {
    let mood = shared.mood.lock().expect("plain data").clone();
    if mood == Mood::Down {
        return;
    }
    let Some(body) = read_request(&stream) else { return };
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if asked["method"] == "eth_sendRawTransaction" {
        let raw = asked["params"][0].as_str().unwrap_or_default().to_owned();
        shared.raws.lock().expect("plain data").push(raw);
    }
    let answer = match mood {
        Mood::Faithful => pass_on(shared.upstream, &body),
        Mood::Forgetful if asked["method"] == "eth_sendRawTransaction" => json_page(&forget(&asked)),
        Mood::Forgetful => pass_on(shared.upstream, &body),
        Mood::Lying(method, lie) if asked["method"] == method => {
            json_page(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": lie }))
        }
        Mood::Lying(method, ref lie) if asked.is_array() => lie_in_batch(pass_on(shared.upstream, &body), &asked, method, lie),
        Mood::Lying(..) => pass_on(shared.upstream, &body),
        Mood::Html => page("200 OK", "text/html", "<!doctype html><title>Sign in</title>\u{1b}[2J<p>Please sign in to continue"),
        Mood::Half => {
            let whole = pass_on(shared.upstream, &body);
            whole[..whole.len() - whole.len().min(20)].to_vec()
        }
        Mood::Silent => {
            // Ends when the client hangs up.
            drop(stream.read(&mut [0]));
            return;
        }
        Mood::Flood => return flood(shared, stream),
        Mood::Down => return,
    };
    drop(stream.write_all(&answer));
}

fn read_request(stream: &TcpStream) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_secs(UPSTREAM_SECONDS_MAX))).ok()?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

/// The real node's answer, word for word; it closes the connection after it.
fn pass_on(upstream: SocketAddr, body: &[u8]) -> Vec<u8> {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(upstream)?;
        stream.set_read_timeout(Some(Duration::from_secs(UPSTREAM_SECONDS_MAX)))?;
        let head = format!("POST / HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().unwrap_or_default();
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n");
    split.map_or_else(Vec::new, |at| page_of("200 OK", "application/json", &answer[at + 4..]))
}

fn forget(asked: &Value) -> Value {
    let raw = hex::decode(asked["params"][0].as_str().unwrap_or_default()).unwrap_or_default();
    json!({ "jsonrpc": "2.0", "id": asked["id"], "result": keccak256(raw).to_string() })
}

fn lie_in_batch(honest: Vec<u8>, asked: &Value, method: &str, lie: &Value) -> Vec<u8> {
    let at = honest.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let mut answers: Value = serde_json::from_slice(&honest[at..]).unwrap_or_default();
    let ids: Vec<&Value> = asked.as_array().into_iter().flatten().filter(|q| q["method"] == method).map(|q| &q["id"]).collect();
    for answer in answers.as_array_mut().into_iter().flatten() {
        if ids.contains(&&answer["id"]) {
            *answer = json!({ "jsonrpc": "2.0", "id": answer["id"], "result": lie });
        }
    }
    json_page(&answers)
}

fn json_page(body: &Value) -> Vec<u8> {
    page("200 OK", "application/json", &body.to_string())
}

fn page(status: &str, kind: &str, body: &str) -> Vec<u8> {
    page_of(status, kind, body.as_bytes())
}

fn page_of(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// JSON that begins well and never ends.
fn flood(shared: &Shared, mut stream: TcpStream) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x";
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    let chunk = [b'0'; FLOOD_CHUNK];
    while shared.flooded.load(Ordering::SeqCst) < FLOOD_BYTES && !shared.ended.load(Ordering::SeqCst) {
        if stream.write_all(&chunk).is_err() {
            return;
        }
        shared.flooded.fetch_add(FLOOD_CHUNK as u64, Ordering::SeqCst);
    }
}
