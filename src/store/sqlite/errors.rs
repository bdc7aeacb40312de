//! SQLite's error codes in words a person can act on.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// Names the file and what stands in the way.
pub fn explain(path: &Path, error: &Error) -> StoreError {
    let path = path.display().to_string();
    let code = match error {
        Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    };
    match code {
        Some(ErrorCode::DiskFull) => StoreError::Full { path },
        Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
        Some(ErrorCode::CannotOpen) => StoreError::Io { path, why: "cannot be opened: check the folder, its owner and its mode".to_owned() },
        Some(ErrorCode::NotADatabase) => StoreError::Io { path, why: "is not a journal (not an SQLite database)".to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Io { path, why: "is damaged; restore a backup and run `bursar audit verify`".to_owned() },
        _ => StoreError::Io { path, why: error.to_string() },
    }
}
