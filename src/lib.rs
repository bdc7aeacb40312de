//! **bursar**: a keyboard-driven terminal console for teams that hold funds on public blockchains.

#![forbid(unsafe_op_in_unsafe_fn)]

pub mod text;
pub mod domain;
pub mod chain;
pub mod keystore;
pub mod signer;
pub mod node;
pub mod durable;
pub mod store;
pub mod desk;
pub mod config;
pub mod theme;
pub mod tui;
pub mod cli;
pub mod sandbox;
pub mod telemetry;
