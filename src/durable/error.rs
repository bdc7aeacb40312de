//! SQLite's and the system's error codes in words a person can act on.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;

/// Room that the first commit of a process needs: shared memory of 32 KiB and a few pages of the write-ahead file.
const COMMIT_BYTES: u64 = 64 * 1024;

/// Why a database file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The file cannot be opened, read or written.
    #[error("{path}: {why}")]
    Io {
        /// Which file.
        path: String,
        /// In the system's words.
        why: String,
    },
    /// No room left: nothing was recorded.
    #[error("{path}: the disk is full; nothing was recorded, free some room and try again")]
    Full {
        /// Which file.
        path: String,
    },
    /// The home is read-only: nothing was recorded.
    #[error("{path}: the file or its folder is read-only; nothing was recorded")]
    ReadOnly {
        /// Which file.
        path: String,
    },
    /// Another program holds the file for too long.
    #[error("{path}: another program holds the file for more than 5 seconds")]
    Busy {
        /// Which file.
        path: String,
    },
    /// The file is missing where it must not be.
    #[error("{path}: is missing")]
    Missing {
        /// Which file.
        path: String,
    },
    /// The place or the library cannot keep the promise of durability.
    #[error("{0}")]
    Unfit(String),
}

/// Whether the disk under a file has less room than one commit needs.
fn is_full(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < COMMIT_BYTES)
}

impl FileError {
    /// Whether the same act may succeed later.
    #[must_use]
    pub const fn retry(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Full { .. } => true,
            Self::Io { .. } | Self::ReadOnly { .. } | Self::Missing { .. } | Self::Unfit(_) => false,
        }
    }

    /// An error of SQLite about a file.
    #[must_use]
    pub fn of_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.display().to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            // Of a full disk SQLite says so only where a write fails; where its shared memory cannot grow, it does not.
            Some(ErrorCode::SystemIoFailure) if is_full(Path::new(&path)) => Self::Full { path },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::CannotOpen) => {
                Self::Io { path, why: "cannot be opened: check the folder, its owner and its mode".to_owned() }
            }
            Some(ErrorCode::NotADatabase) => Self::Io { path, why: "is not an SQLite database".to_owned() },
            Some(ErrorCode::DatabaseCorrupt) => {
                Self::Io { path, why: "is damaged; restore a backup and run `bursar audit verify`".to_owned() }
            }
            _ => Self::Io { path, why: error.to_string() },
        }
    }

    /// An error of the file system about a file.
    #[must_use]
    pub fn of_system(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display().to_string();
        match error.kind() {
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly { path },
            ErrorKind::StorageFull => Self::Full { path },
            ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Io { path, why: error.to_string() },
        }
    }
}
