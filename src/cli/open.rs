//! From a home and its configuration to a desk: the one place of the command line that wires rooms together.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::cli::report::{Kind, Report};
use crate::config::{Config, Home, NetworkSettings, NodeSettings, read_text};
use crate::desk::Desk;
use crate::desk::Parts;
use crate::desk::clock::SystemClock;
use crate::desk::core::Core;
use crate::desk::entropy::SystemEntropy;
use crate::desk::evm::Evm;
use crate::desk::world::World;
use crate::domain::id::MemberId;
use crate::durable::FileError;
use crate::keystore::Keystore;
use crate::node::NodeError;
use crate::node::evm::Node;
use crate::node::rpc::{Headers, Limits};
use crate::signer::SignerError;
use crate::signer::local::Local;
use crate::signer::table::Table;
use crate::store::sqlite::Sqlite;
use crate::store::{Store, StoreError};

/// Largest header file, in bytes.
const HEADER_FILE_MAX: u64 = 8 * 1024;

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
        return Err(Report::new(Kind::NotFound, "treasury.absent", message)
            .hint("`bursar init` makes one; --home and BURSAR_HOME name another folder"));
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
        worlds: worlds(home, config)?,
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
        me,
        read_only: !act,
    };
    Ok(Desk::new(parts)?)
}

/// The treasury's networks, pinned by what its journal says, behind the nodes of the configuration. A network without a node is
/// left out: whatever needs it says so.
fn worlds(home: &Home, config: &Config) -> Result<Vec<Arc<dyn World>>, Report> {
    let store = Sqlite::open_read_only(&home.journal_file())?;
    let core = Core::load(Box::new(store))?;
    let mut worlds: Vec<Arc<dyn World>> = Vec::new();
    for network in core.treasury().networks().values() {
        let nodes = config.nodes.iter().filter(|n| n.network == network.id).map(node).collect::<Result<Vec<Node>, _>>()?;
        if nodes.is_empty() {
            continue;
        }
        let settings = config.networks.get(&network.id).cloned().unwrap_or_else(|| NetworkSettings::standard(network.id));
        let world = Evm::new(settings, network.genesis, network.witnesses, nodes);
        worlds.push(Arc::new(world.map_err(|trouble| Report::new(Kind::Config, "config.nodes", trouble.why))?));
    }
    Ok(worlds)
}

/// A node of the configuration, ready to be asked.
///
/// # Errors
/// Config where its header file cannot be read or others may read it.
pub fn node(settings: &NodeSettings) -> Result<Node, Report> {
    let headers = match &settings.header_file {
        None => Headers::default(),
        Some(path) => headers(path)?,
    };
    let body_max = usize::try_from(settings.max_body_bytes).unwrap_or(usize::MAX);
    let limits = Limits { deadline: Duration::from_millis(settings.timeout_ms), body_max };
    Ok(Node::new(settings.id.as_str(), settings.url.for_requests(), headers, limits)?)
}

fn headers(path: &Path) -> Result<Headers, Report> {
    let text = Zeroizing::new(read_text(path, "header file", HEADER_FILE_MAX)?);
    let mode = std::fs::metadata(path).map_or(0, |meta| meta.mode());
    if mode & 0o077 != 0 {
        let message =
            format!("{path:?} holds access keys and can be read by others (mode {:o}); expected mode 600 or 400", mode & 0o777);
        return Err(Report::new(Kind::Config, "config.permissions", message).hint("chmod 600"));
    }
    Ok(Headers::parse(&text)?)
}

impl From<NodeError> for Report {
    fn from(error: NodeError) -> Self {
        let (kind, code) = if matches!(error, NodeError::Config(_)) {
            (Kind::Config, "config.nodes")
        } else {
            (Kind::Unavailable, "node.unavailable")
        };
        Self {
            retry: error.retry_helps(),
            ..Self::new(kind, code, error.to_string()).hint("`bursar node check` asks each node how it does")
        }
    }
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
        let report =
            Self::new(Kind::Unavailable, code, error.to_string()).hint("`bursar doctor` looks at the home and its files");
        Self { retry: error.retry(), ..report }
    }
}

impl From<SignerError> for Report {
    fn from(error: SignerError) -> Self {
        Self::new(Kind::Damaged, error.code(), error.to_string())
            .hint("restore the signer's table from a backup; never make an empty one")
    }
}
