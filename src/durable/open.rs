//! Opening: the checks that come before the first row.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::durable::{FileError, Schema};

/// Oldest SQLite without the WAL race: 3.51.3.
pub const SQLITE_LEAST: i32 = 3_051_003;
const BUSY: Duration = Duration::from_secs(5);

/// Opens for writing, with every promise checked.
///
/// # Errors
/// [`FileError`]: unfit library or file system, another program's database, a read-only or full disk.
pub fn open(path: &Path, schema: &Schema) -> Result<Connection, FileError> {
    fit_library()?;
    create(path)?;
    local(path)?;
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| FileError::of_sqlite(path, &e))?;
    db.busy_timeout(BUSY).map_err(|e| FileError::of_sqlite(path, &e))?;
    if db.is_readonly("main").map_err(|e| FileError::of_sqlite(path, &e))? {
        return Err(FileError::ReadOnly { path: path.display().to_string() });
    }
    ask(&db, path, "PRAGMA journal_mode=WAL", "wal")?;
    for (set, get, want) in [
        ("PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"),
        ("PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"),
        ("PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"),
        ("PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"),
        ("PRAGMA cache_size=-2000", "PRAGMA cache_size", "-2000"),
    ] {
        db.execute_batch(set).map_err(|e| FileError::of_sqlite(path, &e))?;
        ask(&db, path, get, want)?;
    }
    make(&db, path, schema)?;
    Ok(db)
}

/// Opens for reading: nothing is created, no pragma is written.
///
/// # Errors
/// [`FileError`] where it is missing or another program's.
pub fn open_read_only(path: &Path, schema: &Schema) -> Result<Connection, FileError> {
    fit_library()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |e: rusqlite::Error| FileError::of_sqlite(path, &e);
    let db = Connection::open_with_flags(path, flags).map_err(fail)?;
    db.busy_timeout(BUSY).map_err(fail)?;
    // A write-ahead database wants its shared memory beside it. On a backup medium or in a home of somebody else's that cannot
    // be made; where nobody has it open for writing either, there is no write-ahead file, and the file itself says everything.
    let first = db.query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0));
    let cannot = matches!(&first, Err(e) if e.sqlite_error_code() == Some(ErrorCode::CannotOpen));
    let db = if cannot && !has_pending(path) {
        Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI).map_err(fail)?
    } else {
        db
    };
    ours(&db, path, schema)?;
    Ok(db)
}

/// Whether there may be commits that are not in the file itself.
fn has_pending(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(name).is_ok_and(|wal| wal.len() > 0)
}

/// The file as a URI that promises SQLite that nobody changes it.
fn immutable(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    let escaped: String = path
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|b| if plain(*b) { char::from(*b).to_string() } else { format!("%{b:02x}") })
        .collect();
    format!("file:{escaped}?immutable=1")
}

fn fit_library() -> Result<(), FileError> {
    let found = rusqlite::version_number();
    if found >= SQLITE_LEAST {
        return Ok(());
    }
    let message =
        format!("SQLite {} can damage a journal that two programs write; at least 3.51.3 is needed", rusqlite::version());
    Err(FileError::Unfit(message))
}

/// Creates the file with mode 0600, so that there is no moment at which others can read it.
fn create(path: &Path) -> Result<(), FileError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Err(FileError::Io { path: path.display().to_string(), why: "its folder does not exist".to_owned() })
        }
        Err(e) => Err(FileError::of_system(path, &e)),
    }
}

/// Refuses file systems whose locks do not hold between machines.
fn local(path: &Path) -> Result<(), FileError> {
    const REMOTE: [(i64, &str); 6] = [
        (0x6969, "NFS"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x517B, "SMB"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9P"),
    ];
    let fail = |e: &dyn std::fmt::Display| FileError::Io { path: path.display().to_string(), why: e.to_string() };
    let file = File::open(path).map_err(|e| fail(&e))?;
    let kind = rustix::fs::fstatfs(&file).map_err(|e| fail(&e))?.f_type;
    match REMOTE.iter().find(|(magic, _)| *magic == kind) {
        None => Ok(()),
        Some((_, name)) => {
            let message = format!("{}: lies on {name}; a journal needs a local disk, because locks must hold", path.display());
            Err(FileError::Unfit(message))
        }
    }
}

fn ask(db: &Connection, path: &Path, pragma: &str, want: &str) -> Result<(), FileError> {
    let found =
        db.query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0)).map_err(|e| FileError::of_sqlite(path, &e))?;
    let found = match found {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    if found == want {
        return Ok(());
    }
    Err(FileError::Unfit(format!("{}: {pragma} is {found}, {want} is needed", path.display())))
}

fn number(db: &Connection, path: &Path, pragma: &str) -> Result<i32, FileError> {
    db.query_row(pragma, [], |row| row.get(0)).map_err(|e| FileError::of_sqlite(path, &e))
}

fn ours(db: &Connection, path: &Path, schema: &Schema) -> Result<(), FileError> {
    let (id, version) = (number(db, path, "PRAGMA application_id")?, number(db, path, "PRAGMA user_version")?);
    match (id, version) {
        (id, version) if (id, version) == (schema.application_id, schema.version) => Ok(()),
        (id, newer) if id == schema.application_id => {
            Err(FileError::Unfit(format!("{}: schema version {newer}, this program knows {}", path.display(), schema.version)))
        }
        _ => Err(FileError::Unfit(format!("{}: is a database of another program", path.display()))),
    }
}

fn make(db: &Connection, path: &Path, schema: &Schema) -> Result<(), FileError> {
    let make = || -> rusqlite::Result<()> {
        // Two consoles may open an empty home at once: the lock decides, the second finds the schema.
        db.execute_batch("BEGIN IMMEDIATE")?;
        let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            db.execute_batch(schema.sql)?;
            db.pragma_update(None, "application_id", schema.application_id)?;
            db.pragma_update(None, "user_version", schema.version)?;
        }
        db.execute_batch("COMMIT")
    };
    if number(db, path, "PRAGMA user_version")? == 0 {
        make().map_err(|e| FileError::of_sqlite(path, &e))?;
    }
    ours(db, path, schema)
}
