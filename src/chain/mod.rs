//! Values to chain bytes and back; no network.
pub mod evm;
