//! The policy as people write it, in TOML, and back: amounts in an asset's own units, times as `24h`.
//!
//! [`read`] gives the domain's `Policy`; [`print`] gives text that reads back as the same policy, so that
//! `bursar policy show --toml` can be edited and proposed.

mod fields;
mod print;
mod read;

pub use self::print::print;
pub use self::read::read;

#[cfg(test)]
mod tests;
