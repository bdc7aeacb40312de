//! Durable append, and uniqueness once more.
//!
//! A store has two verbs: append at an expected tip, and read from a sequence number. The tip decides races: whoever
//! comes second is told [`StoreError::Conflict`], reads what it missed and decides again. Snapshots are caches: they name
//! the tip they were taken at, are dropped when the journal does not agree, and can be deleted at any time.
//! Nothing read from a store is trusted further than its hash chain.

#[cfg(test)]
mod conformance;
pub mod memory;
pub mod sqlite;

use alloy_primitives::B256;

use crate::domain::event::Event;
use crate::domain::id::{RequestId, WalletId};
use crate::domain::journal::{Broken, Entry, Record, Tip};
use crate::durable::FileError;

/// Most entries one read returns.
pub const READ_MAX: usize = 4096;
/// Largest snapshot kept, in bytes.
pub const SNAPSHOT_MAX: usize = 256 * 1024 * 1024;

/// Why a store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Someone else appended first.
    #[error("the journal moved on: expected entry {expected} to be the last, found {found}")]
    Conflict {
        /// Where we thought it ends.
        expected: u64,
        /// Where it ends.
        found: u64,
    },
    /// One slot for one transfer, for life: the schema says no.
    #[error("nonce {nonce} of wallet {wallet} belongs to another transfer in the journal's own table")]
    SlotTaken {
        /// Which wallet.
        wallet: WalletId,
        /// Which nonce.
        nonce: u64,
    },
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The content fails its check.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl StoreError {
    /// Whether the same act may succeed later.
    #[must_use]
    pub const fn retry(&self) -> bool {
        match self {
            Self::Conflict { .. } => true,
            Self::File(error) => error.retry(),
            Self::SlotTaken { .. } | Self::Broken(_) => false,
        }
    }
}

/// A state kept beside the journal, valid for one tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The tip it was taken at.
    pub tip: Tip,
    /// The state, as the desk writes it.
    pub state: Vec<u8>,
}

/// Where a journal is kept.
pub trait Store: Send {
    /// Where it ends.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn tip(&self) -> Result<Tip, StoreError>;

    /// Appends entries that follow `before`, all or none, durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the journal does not end at `before`; nothing is appended on any error.
    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError>;

    /// Up to `limit` (at most [`READ_MAX`]) entries from `from` (1 is the first), unchecked.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Keeps a snapshot instead of the last one. Failure loses nothing but time.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    fn keep(&mut self, kept: &Kept) -> Result<(), StoreError>;

    /// The last snapshot, if it is undamaged and the journal still has its tip.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn kept(&self) -> Result<Option<Kept>, StoreError>;
}

/// The slots that a batch binds for life.
fn slots(batch: &[(Entry, Record)]) -> impl Iterator<Item = (&WalletId, u64, RequestId)> {
    batch.iter().filter_map(|(_, record)| match &record.event {
        Event::Ordered { request, wallet, nonce, .. } => Some((wallet, *nonce, *request)),
        _ => None,
    })
}

/// Whether the batch follows `before` without a gap. The desk builds it so; a store checks all the same.
fn follows(before: Tip, batch: &[(Entry, Record)]) -> Result<Tip, Broken> {
    batch.iter().try_fold(before, |tip, (entry, _)| entry.check(tip))
}

/// SHA-256 of a snapshot's bytes: notices a damaged cache.
fn checksum(state: &[u8]) -> B256 {
    use sha2::{Digest as _, Sha256};
    B256::from_slice(&Sha256::digest(state))
}
