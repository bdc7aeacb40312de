//! The journal: entries chained by SHA-256, so that nothing can be changed, dropped, moved or inserted unseen.
//!
//! An entry's hash is `SHA-256("bursar/entry/v1" || prev || body)`; the body is the record as JSON and holds the
//! sequence number, so that a body cannot be moved. Entry 1 follows 32 zero bytes.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::event::Event;
use crate::domain::member::Actor;
use crate::domain::time::Timestamp;

/// Separates these hashes from any other use of SHA-256.
pub const TAG: &[u8] = b"bursar/entry/v1";
/// Version of the record's shape.
pub const RECORD_VERSION: u32 = 1;
/// Largest body in bytes.
pub const BODY_MAX: usize = 1024 * 1024;

/// One fact with its time and author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Shape version.
    pub v: u32,
    /// Counts from 1 without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What became true.
    pub event: Event,
}

/// A record's bytes in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1.
    pub seq: u64,
    /// The record as JSON.
    pub body: Vec<u8>,
    /// Hash of the entry before.
    pub prev: B256,
    /// Hash of this one.
    pub hash: B256,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The numbers have a gap or a repeat.
    #[error("entry {found} stands where entry {expected} should: entries are missing, moved or repeated")]
    Sequence {
        /// The next number.
        expected: u64,
        /// What stands there.
        found: u64,
    },
    /// It does not follow the one before.
    #[error("entry {0} does not follow entry {before}: one of them was changed or exchanged", before = .0.saturating_sub(1))]
    Link(u64),
    /// Its bytes are not what was hashed.
    #[error("entry {0} was changed: its hash does not match its bytes")]
    Hash(u64),
    /// Its bytes are not a record.
    #[error("entry {0} is not a record of a known shape (written by a newer version, or changed): {1}")]
    Shape(u64, String),
}

impl Broken {
    /// The entry that is broken.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        match self {
            Self::Sequence { expected, .. } => *expected,
            Self::Link(seq) | Self::Hash(seq) | Self::Shape(seq, _) => *seq,
        }
    }
}

/// Where a chain ends: its length and last hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Number of entries.
    pub seq: u64,
    /// Hash of the last one; zero bytes for an empty journal.
    pub hash: B256,
}

impl Tip {
    /// Of an empty journal.
    pub const EMPTY: Self = Self { seq: 0, hash: B256::ZERO };
}

fn hash(prev: B256, body: &[u8]) -> B256 {
    let mut sha = Sha256::new();
    sha.update(TAG);
    sha.update(prev);
    sha.update(body);
    B256::from_slice(&sha.finalize())
}

impl Entry {
    /// Appends a fact to a chain that ends at `tip`.
    ///
    /// # Panics
    /// Never: records have string keys and no floats, so they are always JSON.
    #[must_use]
    pub fn after(tip: Tip, at: Timestamp, by: Actor, event: Event) -> (Self, Record) {
        let seq = tip.seq.saturating_add(1);
        let record = Record { v: RECORD_VERSION, seq, at, by, event };
        let body = serde_json::to_vec(&record).expect("records have string keys and no floats");
        let entry = Self { seq, hash: hash(tip.hash, &body), prev: tip.hash, body };
        (entry, record)
    }

    /// Checks this entry against the chain before it.
    ///
    /// # Errors
    /// [`Broken`] says which entry and how.
    pub fn check(&self, before: Tip) -> Result<Tip, Broken> {
        let expected = before.seq.saturating_add(1);
        if self.seq != expected {
            return Err(Broken::Sequence { expected, found: self.seq });
        }
        if self.prev != before.hash {
            return Err(Broken::Link(self.seq));
        }
        if hash(self.prev, &self.body) != self.hash {
            return Err(Broken::Hash(self.seq));
        }
        Ok(Tip { seq: self.seq, hash: self.hash })
    }

    /// Reads the record.
    ///
    /// # Errors
    /// [`Broken::Shape`] where the bytes are not a record of this version with this number.
    pub fn record(&self) -> Result<Record, Broken> {
        let shape = |why: String| Broken::Shape(self.seq, why.chars().take(200).collect());
        let record: Record = serde_json::from_slice(&self.body).map_err(|e| shape(e.to_string()))?;
        if record.v != RECORD_VERSION {
            return Err(shape(format!("record version {}, this program reads {RECORD_VERSION}", record.v)));
        }
        if record.seq != self.seq {
            return Err(shape(format!("the record says it is entry {}", record.seq)));
        }
        Ok(record)
    }

    /// Where a chain ends that ends with this entry.
    #[must_use]
    pub const fn tip(&self) -> Tip {
        Tip { seq: self.seq, hash: self.hash }
    }
}
