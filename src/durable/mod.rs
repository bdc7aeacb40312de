//! One SQLite file, opened with every promise of durability checked: for the journal and for the signer's table.
//!
//! - SQLite is compiled in and its version is checked: 3.7.0 to 3.51.2 have a race between connections that damages a WAL.
//! - WAL with `synchronous=FULL`: a commit that was acknowledged survives power loss. Every pragma is read back.
//! - Network file systems are refused: their locks do not keep the promise.
//!
//! `rusqlite` rather than an asynchronous driver: both tables have one writer and two verbs, and a blocking call of one
//! millisecond needs no machinery.

mod error;
mod open;

pub use crate::durable::error::FileError;
pub use crate::durable::open::{SQLITE_LEAST, open, open_read_only};

/// What a file must be.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// `PRAGMA application_id`.
    pub application_id: i32,
    /// `PRAGMA user_version`.
    pub version: i32,
    /// Makes an empty file into one.
    pub sql: &'static str,
}
