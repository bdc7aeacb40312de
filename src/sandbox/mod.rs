//! The practice treasury: an embedded chain and a seeded scenario.
//!
//! The chain runs real EVM code (revm) and speaks Ethereum JSON-RPC on loopback, so that `bursar demo` exercises the
//! same node client, signer and settlement code as production. Everything in it is deterministic: time and chance are
//! arguments, blocks appear only when [`Chain::mine`] is called or [`serve`] was asked to tick.
//!
//! Reading order: `state` (accounts), `transaction` (decoding, senders), `pool` (what a node admits), `execute` (revm),
//! `block`, `ledger` (the chain itself), `chain` (the handle), `fees`, `rpc`, `server`, `contracts`.

mod block;
mod chain;
mod contracts;
mod error;
mod execute;
mod fees;
mod ledger;
mod pool;
pub mod practice;
mod rpc;
mod server;
mod state;
mod transaction;

#[cfg(test)]
mod tests;

pub use chain::{Chain, Genesis, Head};
pub use contracts::{practice_multisig, practice_token};
pub use error::ChainError;
pub use server::{Ticking, serve};
