//! Files that people write, parsed once into checked values: the configuration, the policy, and where they lie.
//!
//! Read in this order: `home` (which folder) · `error` (file, line, column, key, expectation) · `source` (text with places)
//! · `settings`, `network`, `node` (the configuration) · `duration` and `gwei` (values) · `policy` (the human policy file).
//!
//! Invariants: whatever passes [`Config::read`] needs no further check · an unknown key is an error, never ignored ·
//! no message repeats a URL's credentials.
//!
//! Deliberately absent: secrets (they stand in their own files), and settings by environment variable beside `BURSAR_HOME`.

mod duration;
mod error;
mod gwei;
mod home;
mod network;
mod node;
pub mod policy;
mod settings;
mod source;
mod table;

pub use self::duration::{parse_duration, print_duration};
pub use self::error::{ConfigError, Fault};
pub use self::gwei::parse_gwei;
pub use self::home::{HOME_VARIABLE, Home};
pub use self::network::{Finality, NetworkSettings};
pub use self::node::{NodeSettings, NodeUrl};
pub use self::settings::{Config, FILE_BYTES_MAX, General, KeystoreSettings};
pub use self::source::{Source, read_text};

#[cfg(test)]
mod tests;
