//! One JSON-RPC 2.0 exchange over HTTP, with a bound on everything: time, bytes, depth, batch size, redirects, proxies.

use crate::node::error::{NodeError, words};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client as Http, Response, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Default for [`Limits::body_max`].
pub const BODY_MAX: usize = 4 * 1024 * 1024;
/// Default for [`Limits::deadline`].
pub const DEADLINE: Duration = Duration::from_secs(10);
/// Most calls of one batch.
pub const BATCH_MAX: usize = 1_000;
/// A `Retry-After` is believed up to this many seconds.
pub const RETRY_AFTER_MAX_S: u64 = 60;
/// Most extra headers.
const HEADERS_MAX: usize = 16;
/// Most bytes of a header file.
const HEADER_FILE_MAX: usize = 8 * 1024;
/// Idle connections are kept this long.
const IDLE: Duration = Duration::from_secs(30);
/// Characters of a non-JSON body that are kept for the message.
const HEAD_CHARS: usize = 200;

/// Makes `ring` the process's TLS provider. Call once, first thing; later calls change nothing.
pub fn install_tls() {
    // An error only says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Bounds of every exchange with one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte sent to the last byte read.
    pub deadline: Duration,
    /// Bytes of an answer's body.
    pub body_max: usize,
}

impl Limits {
    /// 10 s and 4 MiB.
    pub const USUAL: Self = Self { deadline: DEADLINE, body_max: BODY_MAX };
}

/// Extra request headers, which may be credentials: no `Debug`, and marked sensitive for the HTTP library.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    /// Reads `Name: value` lines, as kept in a file beside the configuration; empty lines and `#` comments are skipped.
    ///
    /// # Errors
    /// [`NodeError::Config`] with the line's number, never its text.
    pub fn parse(text: &str) -> Result<Self, NodeError> {
        if text.len() > HEADER_FILE_MAX {
            return Err(NodeError::Config(format!("the header file has more than {HEADER_FILE_MAX} bytes")));
        }
        let mut headers = Self::default();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = || NodeError::Config(format!("line {} of the header file is not `Name: value`", at + 1));
            let (name, value) = line.split_once(':').ok_or_else(bad)?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad())?;
            headers.insert(name, value.trim()).ok_or_else(bad)?;
        }
        Ok(headers)
    }

    /// Adds `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`NodeError::Config`] when the token holds characters that no header may hold.
    pub fn with_bearer(mut self, token: &str) -> Result<Self, NodeError> {
        self.insert(AUTHORIZATION, &format!("Bearer {}", token.trim()))
            .ok_or_else(|| NodeError::Config("the bearer token holds characters that no header may hold".to_owned()))?;
        Ok(self)
    }

    fn insert(&mut self, name: HeaderName, value: &str) -> Option<()> {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        self.0.insert(name, value);
        (self.0.len() <= HEADERS_MAX).then_some(())
    }
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The method's name.
    pub method: &'static str,
    /// Positional parameters.
    pub params: Value,
}

/// A JSON-RPC client for one URL. No `Debug`: URL and headers may carry credentials.
pub struct Client {
    http: Http,
    url: Url,
    limits: Limits,
    next_id: AtomicU64,
}

#[derive(Serialize)]
struct Envelope<'a> {
    jsonrpc: &'static str,
    id: u64,
    method: &'static str,
    params: &'a Value,
}

#[derive(Deserialize)]
struct Reply {
    id: Value,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: i64,
    message: String,
}

/// `null` is an answer ("no such receipt"); a missing member is none.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Client {
    /// Prepares a client; nothing is sent. [`install_tls`] must have run.
    ///
    /// # Errors
    /// [`NodeError::Config`] for a URL that is not http or https with a host.
    pub fn new(url: &str, headers: Headers, limits: Limits) -> Result<Self, NodeError> {
        Self::trusting(url, (headers, None), limits)
    }

    /// As [`Client::new`], trusting only the certificates of a PEM text instead of the system's where one is given.
    ///
    /// # Errors
    /// As [`Client::new`], and for a text without a certificate.
    pub fn trusting(url: &str, (headers, ca): (Headers, Option<&str>), limits: Limits) -> Result<Self, NodeError> {
        install_tls();
        let bad = |why: &str| NodeError::Config(why.to_owned());
        let url = Url::parse(url).map_err(|_| bad("the node's URL cannot be read; expected https://host[:port]/…"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad("the node's URL must begin with https:// or http:// and name a host"));
        }
        if headers.0.contains_key(AUTHORIZATION) && (!url.username().is_empty() || url.password().is_some()) {
            return Err(bad("the node has both a password in its URL and an Authorization header; keep one"));
        }
        let mut builder = Http::builder();
        if let Some(pem) = ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).unwrap_or_default();
            if certificates.is_empty() {
                return Err(bad("the CA file holds no PEM certificate"));
            }
            builder = builder.tls_certs_only(certificates);
        }
        let http = builder
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .user_agent("bursar")
            .default_headers(headers.0)
            .connect_timeout(limits.deadline)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|_| bad("the HTTP client cannot be built; are the system's root certificates installed?"))?;
        Ok(Self { http, url, limits, next_id: AtomicU64::new(1) })
    }

    /// The URL for people: scheme, host and port. User names, passwords, paths and queries may be keys and are left out.
    #[must_use]
    pub fn redacted(&self) -> String {
        let port = self.url.port().map_or_else(String::new, |p| format!(":{p}"));
        format!("{}://{}{port}", self.url.scheme(), self.url.host_str().unwrap_or_default())
    }

    /// Asks one question.
    ///
    /// # Errors
    /// Any [`NodeError`] of transport or form; [`NodeError::Rpc`] when the node says no.
    pub async fn ask(&self, method: &'static str, params: Value) -> Result<Value, NodeError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let body = encode(&Envelope { jsonrpc: "2.0", id, method, params: &params })?;
        let answer = self.exchange(method, body).await?;
        let reply: Reply = serde_json::from_slice(&answer).map_err(|_| not_json(&answer))?;
        if reply.id != id {
            // An error object with id null is how a node refuses what it could not read.
            if let (Value::Null, Some(fault)) = (&reply.id, reply.error) {
                return Err(fault.into());
            }
            return Err(NodeError::Protocol("the id of another question"));
        }
        reply.outcome()
    }

    /// Asks many questions in one body; the answers come in the order of the questions, each with its own outcome.
    ///
    /// # Errors
    /// The exchange as a whole failed: transport, form, an id that was not asked or came twice, or a node that takes no batches.
    pub async fn ask_many(&self, questions: &[Question]) -> Result<Vec<Result<Value, NodeError>>, NodeError> {
        let Some(first) = questions.first() else { return Ok(Vec::new()) };
        if questions.len() > BATCH_MAX {
            return Err(NodeError::Protocol("more than 1,000 questions in one batch"));
        }
        let start = self.next_id.fetch_add(questions.len() as u64, Ordering::Relaxed);
        let ids = start..start + questions.len() as u64;
        let envelopes: Vec<Envelope<'_>> = ids
            .clone()
            .zip(questions)
            .map(|(id, q)| Envelope { jsonrpc: "2.0", id, method: q.method, params: &q.params })
            .collect();
        let answer = self.exchange(first.method, encode(&envelopes)?).await?;
        let mut found = BTreeMap::new();
        for reply in read_batch(&answer)? {
            let id = reply.id.as_u64().filter(|id| ids.contains(id)).ok_or(NodeError::Protocol("an id that was not asked"))?;
            if found.insert(id, reply.outcome()).is_some() {
                return Err(NodeError::Protocol("two answers with one id"));
            }
        }
        let missing = NodeError::Protocol("no answer to one question of the batch");
        Ok(ids.map(|id| found.remove(&id).unwrap_or_else(|| Err(missing.clone()))).collect())
    }

    async fn exchange(&self, method: &'static str, body: Vec<u8>) -> Result<Vec<u8>, NodeError> {
        let whole = async {
            let request = self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
            let response = request.send().await.map_err(broken)?;
            self.read(response).await
        };
        let deadline = self.limits.deadline;
        tokio::time::timeout(deadline, whole).await.unwrap_or(Err(NodeError::Deadline { method, ms: deadline.as_millis() }))
    }

    /// The body, piece by piece: `Content-Length` may lie in both directions.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, NodeError> {
        let most = self.limits.body_max;
        let status = response.status();
        if status.is_redirection() {
            return Err(NodeError::Redirect(status.as_u16()));
        }
        if status.as_u16() != 200 {
            return Err(NodeError::Http { status: status.as_u16(), retry_after_s: retry_after(response.headers()) });
        }
        if response.headers().get_all(CONTENT_ENCODING).iter().any(|v| v != "identity") {
            return Err(NodeError::Compressed);
        }
        if response.content_length().is_some_and(|length| length > most as u64) {
            return Err(NodeError::TooLarge { most });
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if body.len() + piece.len() > most {
                return Err(NodeError::TooLarge { most });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

impl Reply {
    fn outcome(self) -> Result<Value, NodeError> {
        match (self.result, self.error) {
            (Some(value), None) => Ok(value),
            (None | Some(Value::Null), Some(fault)) => Err(fault.into()),
            (Some(_), Some(_)) => Err(NodeError::Protocol("a result and an error at once")),
            (None, None) => Err(NodeError::Protocol("neither a result nor an error")),
        }
    }
}

impl From<Fault> for NodeError {
    fn from(fault: Fault) -> Self {
        Self::Rpc { code: fault.code, text: words(&fault.message) }
    }
}

fn read_batch(answer: &[u8]) -> Result<Vec<Reply>, NodeError> {
    match serde_json::from_slice::<Vec<Reply>>(answer) {
        Ok(replies) => Ok(replies),
        // A node that takes no batches, or none of this size, answers with one error object.
        Err(_) => match serde_json::from_slice::<Reply>(answer).ok().and_then(|reply| reply.error) {
            Some(fault) => Err(fault.into()),
            None => Err(not_json(answer)),
        },
    }
}

fn encode(body: &impl Serialize) -> Result<Vec<u8>, NodeError> {
    serde_json::to_vec(body).map_err(|_| NodeError::Protocol("the question cannot be written as JSON"))
}

fn not_json(body: &[u8]) -> NodeError {
    let head = String::from_utf8_lossy(body.get(..HEAD_CHARS * 4).unwrap_or(body)).chars().take(HEAD_CHARS).collect::<String>();
    NodeError::NotJson(words(&head))
}

/// The innermost cause in words. The URL is taken out first: its path may be a key.
fn broken(error: reqwest::Error) -> NodeError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    NodeError::Unreachable(words(&text))
}

/// Seconds only; the HTTP-date form is rare and needs a clock.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.min(RETRY_AFTER_MAX_S))
}

#[cfg(test)]
#[path = "rpc_tests.rs"]
mod tests;
