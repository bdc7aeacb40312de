//! Why a file that people write cannot be used: where in it, what was expected, what to do.

use std::fmt;
use std::path::PathBuf;

/// One wrong place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: PathBuf,
    /// Counts from 1.
    pub line: usize,
    /// In characters, counts from 1.
    pub column: usize,
    /// Path of the key, such as `node[2].url`; empty where the file is not TOML at all.
    pub key: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// The nearest known key or word, where one is near.
    pub nearest: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, line {}, column {}", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, ", key {}", self.key)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.nearest {
            Some(word) => write!(f, " (did you mean `{word}`?)"),
            None => Ok(()),
        }
    }
}

/// Why a configuration or policy cannot be used. Trying again never helps: somebody has to mend a file or an argument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("there is no {what} at {path:?}")]
    Missing {
        /// `configuration`, `policy file`.
        what: &'static str,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Not a readable plain file of text.
    #[error("{path:?} cannot be read: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// In the words of the system.
        why: String,
    },
    /// Larger than such a file can be.
    #[error("{path:?} has {found} bytes; at most {most} were expected")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        found: u64,
        /// The limit.
        most: u64,
    },
    /// Something in it is wrong.
    #[error("{0}")]
    Invalid(Box<Fault>),
    /// No folder was named and the platform has none.
    #[error("this user has no data folder, and neither --home nor BURSAR_HOME names one")]
    NoHome,
    /// A named folder cannot be one.
    #[error("{from} names {path:?}: expected the path of a folder")]
    BadHome {
        /// `--home` or `BURSAR_HOME`.
        from: &'static str,
        /// What it names.
        path: PathBuf,
    },
}

impl ConfigError {
    /// Stable code for scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "config.missing",
            Self::Unreadable { .. } => "config.unreadable",
            Self::TooLarge { .. } => "config.too_large",
            Self::Invalid(_) => "config.invalid",
            Self::NoHome | Self::BadHome { .. } => "config.home",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "`bursar init` makes a treasury with its configuration; --home or --config name another place"
            }
            Self::Unreadable { .. } => "it must be a plain UTF-8 text file that this user may read",
            Self::TooLarge { .. } => "look whether it is the right file",
            Self::Invalid(_) => "mend that line; config.example.toml shows every key",
            Self::NoHome | Self::BadHome { .. } => "give --home FOLDER",
        }
    }

    /// The wrong place, where it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Invalid(fault) => Some(fault),
            Self::Missing { .. } | Self::Unreadable { .. } | Self::TooLarge { .. } | Self::NoHome | Self::BadHome { .. } => None,
        }
    }
}
