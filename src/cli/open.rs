//! From a home and its configuration to a desk: the one place of the command line that wires rooms together.

use std::sync::Arc;

use crate::cli::report::{Kind, Report};
use crate::config::{Config, Home};
use crate::desk::Desk;
use crate::desk::Parts;
use crate::desk::clock::SystemClock;
use crate::desk::entropy::SystemEntropy;
use crate::desk::world::World;
use crate::domain::id::MemberId;
use crate::durable::FileError;
use crate::keystore::Keystore;
use crate::signer::SignerError;
use crate::signer::local::Local;
use crate::signer::table::Table;
use crate::store::{Store, StoreError};
use crate::store::sqlite::Sqlite;

/// What a desk is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing is written; no key is touched.
    Look,
    /// Facts are written; keys may be opened.
    Act,
}

/// Opens the desk of a home. No network is touched yet.
///
/// # Errors
/// Not found where there is no treasury; damaged or unavailable where one of its files cannot be used.
pub fn open(home: &Home, config: &Config, purpose: Purpose, me: Option<MemberId>) -> Result<Arc<Desk>, Report> {
    let journal = home.journal_file();
    if !journal.exists() {
        let message = format!("there is no treasury in {:?}", home.folder());
        return Err(Report::new(Kind::NotFound, "treasury.absent", message).hint("`bursar init` makes one; --home and BURSAR_HOME name another folder"));
    }
    let act = purpose == Purpose::Act;
    let store: Box<dyn Store> = if act { Box::new(Sqlite::open(&journal)?) } else { Box::new(Sqlite::open_read_only(&journal)?) };
    let signer = if act { Some(Local::new(Table::open(&home.signer_file())?)) } else { None };
    let folder = config.keystore.folder(home);
    let keystore = if act && folder.exists() { Some((Keystore::at(&folder)?, config.keystore.factor_file(home))) } else { None };
    let parts = Parts {
        store,
        signer,
        keystore,
        worlds: worlds(config)?,
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        me,
        read_only: !act,
    };
    Ok(Desk::new(parts)?)
}

impl From<StoreError> for Report {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::File(file) => file.into(),
            other => Self::new(Kind::Unavailable, "store.unavailable", other.to_string()),
        }
    }
}

impl From<FileError> for Report {
    fn from(error: FileError) -> Self {
        let code = match error {
            FileError::Full { .. } => "store.full",
            FileError::ReadOnly { .. } => "store.read_only",
            FileError::Busy { .. } => "store.busy",
            FileError::Io { .. } | FileError::Missing { .. } | FileError::Unfit(_) => "store.unavailable",
        };
        let report = Self::new(Kind::Unavailable, code, error.to_string()).hint("`bursar doctor` looks at the home and its files");
        Self { retry: error.retry(), ..report }
    }
}

impl From<SignerError> for Report {
    fn from(error: SignerError) -> Self {
        Self::new(Kind::Damaged, error.code(), error.to_string()).hint("restore the signer's table from a backup; never make an empty one")
    }
}
