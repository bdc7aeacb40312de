//! EVM networks: addresses, transactions, fees, ERC-20, the ballot digest. Pure: bytes in, bytes out, no network, no clock.
//!
//! Reading order: [`address`] and [`signature`] (the two primitives everything trusts), [`transaction`] (what is signed),
//! [`decode`] (what a transaction means), [`built`] (the domain's form of both), [`erc20`] and [`multicall`] (what is read), [`fee`] (what it costs) and
//! [`ballot`] (what an approver's wallet signs).
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod address;
pub mod ballot;
pub mod built;
pub mod decode;
pub mod erc20;
pub mod error;
pub mod fee;
pub mod multicall;
pub mod signature;
pub mod transaction;

pub use error::EvmError;
