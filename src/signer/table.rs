//! The never-sign-twice table: which intent owns which slot, and every byte that was signed for it.
//!
//! A slot (network, account, nonce) belongs to one request and a request to one slot, for life. The record is on disk
//! **before** the signature is computed. The same digest gets the stored bytes; another attempt may differ in fees only.
//! Without its table a signer does not start: see [`Table::open`].

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, Bytes};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::domain::id::RequestId;
use crate::durable::{FileError, Schema, open};
use crate::signer::SignerError;

const SCHEMA: Schema = Schema {
    application_id: 0x6275_7369, // "busi"
    version: 1,
    sql: "
CREATE TABLE slot (
  chain   INTEGER NOT NULL,
  account BLOB NOT NULL CHECK (length(account) = 20),
  nonce   INTEGER NOT NULL CHECK (nonce >= 0),
  request TEXT NOT NULL UNIQUE,
  intent  BLOB NOT NULL CHECK (length(intent) = 32),
  PRIMARY KEY (chain, account, nonce)
) STRICT;
CREATE TABLE attempt (
  digest  BLOB PRIMARY KEY CHECK (length(digest) = 32),
  request TEXT NOT NULL REFERENCES slot (request),
  at      INTEGER NOT NULL,
  raw     BLOB
) STRICT;
CREATE TRIGGER slot_keeps BEFORE UPDATE ON slot BEGIN SELECT RAISE(ABORT, 'a slot is bound for life'); END;
CREATE TRIGGER slot_stays BEFORE DELETE ON slot BEGIN SELECT RAISE(ABORT, 'a slot is bound for life'); END;
CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
CREATE TRIGGER attempt_keeps BEFORE UPDATE ON attempt WHEN OLD.raw IS NOT NULL BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END;
",
};

/// What is about to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// EIP-155 chain id.
    pub chain: u64,
    /// Who signs.
    pub account: Address,
    /// Its nonce.
    pub nonce: u64,
    /// For which request.
    pub request: RequestId,
    /// Names everything but the fees.
    pub intent: B256,
    /// Names the exact bytes.
    pub digest: B256,
}

/// The table in its file.
pub struct Table {
    path: PathBuf,
    db: Connection,
}

impl Table {
    /// Makes an empty table for a new home.
    ///
    /// # Errors
    /// [`SignerError::File`]; a table that exists is never replaced.
    pub fn create(path: &Path) -> Result<Self, SignerError> {
        if path.exists() {
            let why = "exists already; a signer's table is never replaced".to_owned();
            return Err(FileError::Io { path: path.display().to_string(), why }.into());
        }
        Self::connect(path)
    }

    /// Opens the table. A missing one is an error, never an empty one: without it nobody knows what was signed.
    ///
    /// # Errors
    /// [`SignerError::TableMissing`], [`SignerError::File`].
    pub fn open(path: &Path) -> Result<Self, SignerError> {
        if !path.exists() {
            return Err(SignerError::TableMissing { path: path.display().to_string() });
        }
        Self::connect(path)
    }

    fn connect(path: &Path) -> Result<Self, SignerError> {
        let db = open(path, &SCHEMA)?;
        Ok(Self { path: path.to_owned(), db })
    }

    /// Binds the slot and records the attempt, on disk when it returns. The bytes, where this digest was signed before.
    ///
    /// # Errors
    /// [`SignerError::SlotTaken`] where the slot, the request or the intent is bound otherwise.
    pub fn claim(&mut self, claim: &Claim, at: u64) -> Result<Option<Bytes>, SignerError> {
        let path = self.path.clone();
        let fail = |e: rusqlite::Error| SignerError::from(FileError::of_sqlite(&path, &e));
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(fail)?;
        let Claim { chain, account, nonce, request, intent, digest } = *claim;
        let slot = params![number(chain), account.as_slice(), number(nonce), request.to_string(), intent.as_slice()];
        tx.execute(
            "INSERT INTO slot (chain, account, nonce, request, intent) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            slot,
        )
        .map_err(fail)?;
        let bound: Option<(String, Vec<u8>)> = tx
            .query_row(
                "SELECT request, intent FROM slot WHERE chain = ?1 AND account = ?2 AND nonce = ?3",
                params![number(chain), account.as_slice(), number(nonce)],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(fail)?;
        let ours = bound.is_some_and(|(holder, what)| holder == request.to_string() && what == intent.as_slice());
        if !ours {
            return Err(SignerError::SlotTaken { account, nonce });
        }
        let at = number(at);
        let attempt = params![digest.as_slice(), request.to_string(), at];
        tx.execute("INSERT INTO attempt (digest, request, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", attempt)
            .map_err(fail)?;
        let (owner, raw): (String, Option<Vec<u8>>) = tx
            .query_row("SELECT request, raw FROM attempt WHERE digest = ?1", [digest.as_slice()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(fail)?;
        if owner != request.to_string() {
            return Err(SignerError::SlotTaken { account, nonce });
        }
        tx.commit().map_err(fail)?;
        Ok(raw.map(Bytes::from))
    }

    /// Stores the signed bytes of a claimed attempt; on disk when it returns.
    ///
    /// # Errors
    /// [`SignerError::File`].
    pub fn store(&mut self, digest: B256, raw: &Bytes) -> Result<(), SignerError> {
        self.db
            .execute("UPDATE attempt SET raw = ?2 WHERE digest = ?1 AND raw IS NULL", params![digest.as_slice(), raw.as_ref()])
            .map(drop)
            .map_err(|e| FileError::of_sqlite(&self.path, &e).into())
    }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Barrier};

    fn claim(request: u128, nonce: u64, intent: u8, digest: u8) -> Claim {
        Claim {
            chain: 1,
            account: Address::repeat_byte(7),
            nonce,
            request: RequestId::from_parts(1, request),
            intent: B256::repeat_byte(intent),
            digest: B256::repeat_byte(digest),
        }
    }

    #[test]
    fn a_slot_and_a_request_belong_together_for_life() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("signer.db");
        let mut table = Table::create(&path).expect("new");
        assert_eq!(table.claim(&claim(1, 5, 1, 1), 10), Ok(None));
        table.store(B256::repeat_byte(1), &Bytes::from_static(b"signed")).expect("stored");
        assert_eq!(table.claim(&claim(1, 5, 1, 1), 11), Ok(Some(Bytes::from_static(b"signed"))), "same digest, same answer");
        assert_eq!(table.claim(&claim(1, 5, 1, 2), 12), Ok(None), "a bump of the same intent");
        for other in [claim(2, 5, 1, 3), claim(2, 5, 2, 3), claim(1, 6, 1, 3), claim(1, 5, 2, 3), claim(2, 7, 1, 1)] {
            assert!(matches!(table.claim(&other, 13), Err(SignerError::SlotTaken { .. })), "{other:?}");
        }
        drop(table);
        let mut table = Table::open(&path).expect("there");
        assert_eq!(table.claim(&claim(1, 5, 1, 1), 14), Ok(Some(Bytes::from_static(b"signed"))));
        assert!(Table::create(&path).is_err(), "never replaced");
    }

    #[test]
    fn without_a_table_a_signer_does_not_start() {
        let home = tempfile::tempdir().expect("a folder");
        let missing = Table::open(&home.path().join("signer.db")).err();
        assert!(matches!(missing, Some(SignerError::TableMissing { .. })));
    }

    #[test]
    fn of_ten_racers_for_a_slot_exactly_one_wins() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("signer.db");
        drop(Table::create(&path).expect("new"));
        let start = Arc::new(Barrier::new(10));
        let racers: Vec<_> = (1..=10_u8)
            .map(|n| {
                let (path, start) = (path.clone(), start.clone());
                std::thread::spawn(move || {
                    let mut table = Table::open(&path).expect("there");
                    start.wait();
                    table.claim(&claim(n.into(), 5, n, n), 10)
                })
            })
            .collect();
        let won = racers.into_iter().map(|r| r.join().expect("ran")).filter(|r| *r == Ok(None)).count();
        assert_eq!(won, 1);
    }
}
