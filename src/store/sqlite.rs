//! The journal in one SQLite file.
//!
//! - `BEGIN IMMEDIATE` for every append, so that the tip cannot move between its check and the insert.
//! - An error from COMMIT does not mean "not committed": the tip is read again by its hash.

use std::path::{Path, PathBuf};

use alloy_primitives::B256;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::domain::journal::{Entry, Record, Tip};
use crate::durable::{FileError, Schema, open, open_read_only};
use crate::store::{Kept, READ_MAX, SNAPSHOT_MAX, Store, StoreError, checksum, follows, slots};

/// The journal's tables; triggers keep what was written.
pub const SCHEMA: Schema = Schema {
    application_id: 0x6275_7273, // "burs"
    version: 1,
    sql: "
CREATE TABLE entry (
  seq  INTEGER PRIMARY KEY CHECK (seq > 0),
  body BLOB NOT NULL,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE slot (
  wallet  TEXT NOT NULL,
  nonce   INTEGER NOT NULL CHECK (nonce >= 0),
  request TEXT NOT NULL UNIQUE,
  PRIMARY KEY (wallet, nonce)
) STRICT;
CREATE TABLE snapshot (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  seq      INTEGER NOT NULL,
  hash     BLOB NOT NULL,
  checksum BLOB NOT NULL,
  state    BLOB NOT NULL
) STRICT;
CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER slot_keeps BEFORE UPDATE ON slot BEGIN SELECT RAISE(ABORT, 'a slot is bound for life'); END;
CREATE TRIGGER slot_stays BEFORE DELETE ON slot BEGIN SELECT RAISE(ABORT, 'a slot is bound for life'); END;
",
};

/// A journal in a file.
pub struct Sqlite {
    path: PathBuf,
    db: Connection,
}

impl Sqlite {
    /// Opens the journal, creating it (mode 0600) where there is none.
    ///
    /// # Errors
    /// [`StoreError`]: unfit library or file system, another program's database, a read-only or full disk.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(open(path, &SCHEMA).map(|db| Self { path: path.to_owned(), db })?)
    }

    /// Opens an existing journal for reading only; it is never created and never changed.
    ///
    /// # Errors
    /// [`StoreError`] where it is missing or not a journal.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        Ok(open_read_only(path, &SCHEMA).map(|db| Self { path: path.to_owned(), db })?)
    }

    /// Asks SQLite to check its own structure (pages, indices). The hash chain is checked elsewhere.
    ///
    /// # Errors
    /// [`StoreError::File`] with SQLite's first finding.
    pub fn check_structure(&self) -> Result<(), StoreError> {
        let found: String = self
            .db
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|e| StoreError::File(FileError::of_sqlite(&self.path, &e)))?;
        if found == "ok" {
            Ok(())
        } else {
            Err(FileError::Io { path: self.path.display().to_string(), why: format!("integrity check: {found}") }.into())
        }
    }

    /// A number that changes whenever another connection commits; cheap to ask.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.db
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(|e| StoreError::File(FileError::of_sqlite(&self.path, &e)))
    }

    fn tip_in(&self, db: &Connection) -> Result<Tip, StoreError> {
        db.query_row("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()
        .map_err(|e| StoreError::File(FileError::of_sqlite(&self.path, &e)))?
        .map_or(Ok(Tip::EMPTY), |(seq, bytes)| Ok(Tip { seq: seq.unsigned_abs(), hash: hash(&bytes) }))
    }

    fn insert(&self, tx: &Transaction<'_>, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        let fail = |e: &rusqlite::Error| StoreError::File(FileError::of_sqlite(&self.path, e));
        for (entry, _) in batch {
            tx.prepare_cached("INSERT INTO entry (seq, body, hash) VALUES (?1, ?2, ?3)")
                .and_then(|mut insert| insert.execute(params![signed(entry.seq), entry.body, entry.hash.as_slice()]))
                .map_err(|e| fail(&e))?;
        }
        for (wallet, nonce, request) in slots(batch) {
            let taken = || StoreError::SlotTaken { wallet: wallet.clone(), nonce };
            let row = params![wallet.as_str(), signed(nonce), request.to_string()];
            tx.execute("INSERT INTO slot (wallet, nonce, request) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", row)
                .map_err(|e| fail(&e))?;
            let holder: Option<String> = tx
                .query_row(
                    "SELECT request FROM slot WHERE wallet = ?1 AND nonce = ?2",
                    params![wallet.as_str(), signed(nonce)],
                    |r| r.get(0),
                )
                .optional()
                .map_err(|e| fail(&e))?;
            if holder.as_deref() != Some(request.to_string().as_str()) {
                return Err(taken());
            }
        }
        Ok(())
    }
}

impl Store for Sqlite {
    fn tip(&self) -> Result<Tip, StoreError> {
        self.tip_in(&self.db)
    }

    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        let after = follows(before, batch)?;
        let path = self.path.clone();
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)
            .map_err(|e| StoreError::File(FileError::of_sqlite(&path, &e)))?;
        let found = self.tip_in(&tx)?;
        if found != before {
            return Err(StoreError::Conflict { expected: before.seq, found: found.seq });
        }
        self.insert(&tx, batch)?;
        match tx.commit() {
            Ok(()) => Ok(()),
            // Unknown: look whether our last entry is there.
            Err(error) => match self.tip() {
                Ok(tip) if tip == after => Ok(()),
                Ok(_) | Err(_) => Err(StoreError::File(FileError::of_sqlite(&path, &error))),
            },
        }
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let fail = |e: rusqlite::Error| StoreError::File(FileError::of_sqlite(&self.path, &e));
        let from = from.max(1);
        let mut prev = B256::ZERO;
        if from > 1 {
            let bytes: Option<Vec<u8>> = self
                .db
                .query_row("SELECT hash FROM entry WHERE seq = ?1", [signed(from - 1)], |row| row.get(0))
                .optional()
                .map_err(fail)?;
            prev = bytes.map_or(B256::ZERO, |b| hash(&b));
        }
        let mut select =
            self.db.prepare_cached("SELECT seq, body, hash FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2").map_err(fail)?;
        let limit = i64::try_from(limit.min(READ_MAX)).unwrap_or(i64::MAX);
        let mut rows = select.query(params![signed(from), limit]).map_err(fail)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(fail)? {
            let seq: i64 = row.get(0).map_err(fail)?;
            let own: Vec<u8> = row.get(2).map_err(fail)?;
            let entry = Entry { seq: seq.unsigned_abs(), body: row.get(1).map_err(fail)?, prev, hash: hash(&own) };
            prev = entry.hash;
            entries.push(entry);
        }
        Ok(entries)
    }

    fn keep(&mut self, kept: &Kept) -> Result<(), StoreError> {
        if kept.state.len() > SNAPSHOT_MAX {
            return Err(
                FileError::Unfit(format!("a snapshot of {} bytes is larger than {SNAPSHOT_MAX}", kept.state.len())).into()
            );
        }
        let sum = checksum(&kept.state);
        let row = params![signed(kept.tip.seq), kept.tip.hash.as_slice(), sum.as_slice(), kept.state];
        self.db
            .execute("INSERT OR REPLACE INTO snapshot (one, seq, hash, checksum, state) VALUES (1, ?1, ?2, ?3, ?4)", row)
            .map(drop)
            .map_err(|e| StoreError::File(FileError::of_sqlite(&self.path, &e)))
    }

    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        let row = self
            .db
            .query_row(
                "SELECT s.seq, s.hash, s.checksum, s.state FROM snapshot s JOIN entry e ON e.seq = s.seq AND e.hash = s.hash",
                [],
                |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?, row.get::<_, Vec<u8>>(3)?))
                },
            )
            .optional()
            .map_err(|e| StoreError::File(FileError::of_sqlite(&self.path, &e)))?;
        let kept = row
            .map(|(seq, tip, sum, state)| (Kept { tip: Tip { seq: seq.unsigned_abs(), hash: hash(&tip) }, state }, hash(&sum)));
        Ok(kept.filter(|(kept, sum)| checksum(&kept.state) == *sum).map(|(kept, _)| kept))
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A blob of any other length than 32 is no hash: zero, which no chain check accepts.
fn hash(bytes: &[u8]) -> B256 {
    B256::try_from(bytes).unwrap_or(B256::ZERO)
}
