//! Opening: the checks that come before the first entry.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;
use crate::store::sqlite::errors::explain;

/// `PRAGMA application_id`: "burs".
pub const APPLICATION_ID: i32 = 0x6275_7273;
/// `PRAGMA user_version`.
pub const SCHEMA_VERSION: i32 = 1;
/// Oldest SQLite without the WAL race: 3.51.3.
pub const SQLITE_LEAST: i32 = 3_051_003;
const BUSY: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
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
";

/// Opens for writing, with every promise checked.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    fit_library()?;
    create(path)?;
    local(path)?;
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| explain(path, &e))?;
    db.busy_timeout(BUSY).map_err(|e| explain(path, &e))?;
    if db.is_readonly("main").map_err(|e| explain(path, &e))? {
        return Err(StoreError::ReadOnly { path: path.display().to_string() });
    }
    ask(&db, path, "PRAGMA journal_mode=WAL", "wal")?;
    for (set, get, want) in [
        ("PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"),
        ("PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"),
        ("PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"),
        ("PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"),
        ("PRAGMA cache_size=-2000", "PRAGMA cache_size", "-2000"),
    ] {
        db.execute_batch(set).map_err(|e| explain(path, &e))?;
        ask(&db, path, get, want)?;
    }
    schema(&db, path)?;
    Ok(db)
}

/// Opens for reading: nothing is created, no pragma is written.
pub fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    fit_library()?;
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| explain(path, &e))?;
    db.busy_timeout(BUSY).map_err(|e| explain(path, &e))?;
    ours(&db, path)?;
    Ok(db)
}

fn fit_library() -> Result<(), StoreError> {
    let found = rusqlite::version_number();
    if found >= SQLITE_LEAST {
        return Ok(());
    }
    let message = format!("SQLite {} can damage a journal that two programs write; at least 3.51.3 is needed", rusqlite::version());
    Err(StoreError::Unfit(message))
}

/// Creates the file with mode 0600, so that there is no moment at which others can read it.
fn create(path: &Path) -> Result<(), StoreError> {
    let fail = |e: std::io::Error| {
        let path = path.display().to_string();
        match e.kind() {
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StoreError::ReadOnly { path },
            ErrorKind::StorageFull => StoreError::Full { path },
            _ => StoreError::Io { path, why: e.to_string() },
        }
    };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(fail(e)),
    }
}

/// Refuses file systems whose locks do not hold between machines.
fn local(path: &Path) -> Result<(), StoreError> {
    const REMOTE: [(i64, &str); 6] = [
        (0x6969, "NFS"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"), (0x517B, "SMB"), (0x6573_5546, "FUSE"), (0x0102_1997, "9P"),
    ];
    let fail = |e: &dyn std::fmt::Display| StoreError::Io { path: path.display().to_string(), why: e.to_string() };
    let file = File::open(path).map_err(|e| fail(&e))?;
    let kind = rustix::fs::fstatfs(&file).map_err(|e| fail(&e))?.f_type;
    match REMOTE.iter().find(|(magic, _)| *magic == i64::from(kind)) {
        None => Ok(()),
        Some((_, name)) => {
            let message = format!("{}: lies on {name}; a journal needs a local disk, because locks must hold", path.display());
            Err(StoreError::Unfit(message))
        }
    }
}

fn ask(db: &Connection, path: &Path, pragma: &str, want: &str) -> Result<(), StoreError> {
    let found = db
        .query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0))
        .map_err(|e| explain(path, &e))?;
    let found = match found {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    if found == want {
        return Ok(());
    }
    Err(StoreError::Unfit(format!("{}: {pragma} is {found}, {want} is needed", path.display())))
}

fn number(db: &Connection, path: &Path, pragma: &str) -> Result<i32, StoreError> {
    db.query_row(pragma, [], |row| row.get(0)).map_err(|e| explain(path, &e))
}

fn ours(db: &Connection, path: &Path) -> Result<(), StoreError> {
    let (id, version) = (number(db, path, "PRAGMA application_id")?, number(db, path, "PRAGMA user_version")?);
    match (id, version) {
        (APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
        (APPLICATION_ID, newer) => {
            Err(StoreError::Unfit(format!("{}: schema version {newer}, this program knows {SCHEMA_VERSION}", path.display())))
        }
        _ => Err(StoreError::Unfit(format!("{}: is a database of another program", path.display()))),
    }
}

fn schema(db: &Connection, path: &Path) -> Result<(), StoreError> {
    let make = || -> rusqlite::Result<()> {
        // Two consoles may open an empty home at once: the lock decides, the second finds the schema.
        db.execute_batch("BEGIN IMMEDIATE")?;
        let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            db.execute_batch(SCHEMA)?;
            db.pragma_update(None, "application_id", APPLICATION_ID)?;
            db.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        }
        db.execute_batch("COMMIT")
    };
    if number(db, path, "PRAGMA user_version")? == 0 {
        make().map_err(|e| explain(path, &e))?;
    }
    ours(db, path)
}
