//! The practice chain over HTTP/1.1 on loopback: JSON-RPC by POST, on a port the system picks.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep, timeout};

use crate::sandbox::chain::Chain;
use crate::sandbox::rpc;

/// Largest request body, bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// Connections served at a time; further ones wait.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take to send its headers, or its body.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait after the system refused to accept, which it does when it is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A self-driving chain: a block every `every`, each `step` seconds after the one before.
#[derive(Clone, Copy, Debug)]
pub struct Ticking {
    /// Time between blocks; not zero.
    pub every: Duration,
    /// Seconds between block times; at least one.
    pub step: u64,
}

/// Serves `chain` on `127.0.0.1` and, if asked to, lets it tick. Dropping or aborting the task ends the server, its
/// connections and the ticking. Block times count up from the head, so no clock is read.
///
/// # Errors
/// The system's error if loopback cannot be bound (a retry may help), and `InvalidInput` for a tick of zero.
pub async fn serve(chain: Chain, ticking: Option<Ticking>) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    if ticking.is_some_and(|t| t.every.is_zero() || t.step == 0) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a tick of zero: blocks need time between them"));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(run(listener, chain, ticking))))
}

/// Accepts and ticks until aborted. The set of connections is owned here, so that it ends with this task.
async fn run(listener: TcpListener, chain: Chain, ticking: Option<Ticking>) {
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut beat = ticking.map(|t| beat(t.every));
    loop {
        tokio::select! {
            () = tick(&mut beat) => {
                // A full chain stops growing; what was mined stays readable.
                if ticking.is_some_and(|t| chain.mine_after(t.step).is_err()) {
                    beat = None;
                }
            }
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, place)) => {
                    let chain = chain.clone();
                    connections.spawn(async move {
                        connection(stream, chain).await;
                        drop(place);
                    });
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn beat(every: Duration) -> Interval {
    let mut beat = interval(every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick of an interval comes at once; the first block is due after one period.
    beat.reset();
    beat
}

async fn tick(beat: &mut Option<Interval>) {
    match beat {
        Some(beat) => {
            beat.tick().await;
        }
        None => pending().await,
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

async fn connection(stream: TcpStream, chain: Chain) {
    // Small answers must not wait for more to come.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(chain.clone(), request));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT).auto_date_header(false);
    // An error here means that the client went away or broke HTTP; there is nobody left to tell.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(chain: Chain, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() != Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed".into()));
    }
    if !is_json(request.headers()) {
        return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid content type, only application/json is supported".into()));
    }
    let body = match timeout(READ_TIMEOUT, Limited::new(request.into_body(), MAX_BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, format!("content length too large (>{MAX_BODY})")));
        }
        Ok(Err(_)) => return Ok(plain(StatusCode::BAD_REQUEST, "the body ended early".into())),
        Err(_) => return Ok(plain(StatusCode::REQUEST_TIMEOUT, "the body took too long".into())),
    };
    // Calls may run for a while; the runtime's workers must stay free for the console.
    let Ok(answer) = spawn_blocking(move || rpc::answer(&chain, &body)).await else {
        return Ok(plain(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be answered".into()));
    };
    let mut response = Response::new(Full::from(answer.unwrap_or_default()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Only a declared JSON body is read: a web page cannot send one to loopback without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = declared.and_then(|value| value.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

fn plain(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}
