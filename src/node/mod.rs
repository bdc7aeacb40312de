//! Reads, broadcast, failover; no endpoint is trusted.
//!
//! Reading order: [`rpc`] (one bounded JSON-RPC exchange), [`wire`] (hex in, numbers out), [`evm`] (typed questions to one
//! node), [`send`] (one broadcast to one node and what its words are worth), [`balances`] (many balances in few round trips),
//! [`health`] (how a node does), [`agree`] (what several nodes say about one transaction) and [`pool`] (all of it over several
//! nodes).
//!
//! Two rules hold everywhere: a time-out agrees with nothing, and an error text after a broadcast means that the outcome is
//! unknown. bursar connects to configured hosts only: no proxy from the environment, no redirect is followed.

pub mod agree;
pub mod balances;
pub mod error;
pub mod evm;
#[cfg(test)]
mod fake;
pub mod health;
pub mod pool;
pub mod rpc;
pub mod send;
pub mod wire;

pub use error::NodeError;
pub use rpc::install_tls;
