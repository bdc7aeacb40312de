//! Opening the desk of a home: what lies in the folder and what stands in the configuration, put together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Home, NetworkSettings, NodeSettings};
use crate::desk::ask::DeskError;
use crate::desk::clock::SystemClock;
use crate::desk::core::Core;
use crate::desk::entropy::SystemEntropy;
use crate::desk::evm::Evm;
use crate::desk::world::World;
use crate::desk::{Desk, Parts};
use crate::domain::asset::Network;
use crate::domain::id::MemberId;
use crate::keystore::Keystore;
use crate::node::evm::Node;
use crate::node::rpc::{Headers, Limits};
use crate::signer::local::Local;
use crate::signer::table::Table;
use crate::store::sqlite::Sqlite;

/// Largest header or certificate file, in bytes.
const FILE_MAX: u64 = 64 * 1024;

/// How a home is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// No verb that writes; the keystore is not even opened.
    pub read_only: bool,
    /// Who acts, where the configuration says otherwise or nothing.
    pub me: Option<MemberId>,
}

impl Desk {
    /// Opens a home that was founded. No network is touched.
    ///
    /// # Errors
    /// [`DeskError`]: no treasury here, a journal or signer's table that is missing or damaged, a node that cannot be set up.
    pub fn open(home: &Home, config: &Config, opening: Opening) -> Result<Arc<Self>, DeskError> {
        let journal = home.journal_file();
        if !journal.exists() {
            let why = format!(
                "{}: there is no treasury here; make one with `bursar init`, or choose another --home",
                journal.display()
            );
            return Err(DeskError::NotFound(why));
        }
        let read_only = opening.read_only || config.general.read_only;
        let store = if read_only { Sqlite::open_read_only(&journal)? } else { Sqlite::open(&journal)? };
        let core = Core::load(Box::new(store))?;
        let worlds = worlds(config, core.treasury().networks().values())?;
        let signer = if read_only { None } else { Some(Local::new(Table::open(&home.signer_file())?)) };
        Self::from_core(
            core,
            Parts {
                signer,
                keystore: keystore(home, config, read_only)?,
                worlds,
                clock: Arc::new(SystemClock::new()),
                entropy: Arc::new(SystemEntropy),
                me: opening.me.or_else(|| config.general.me.clone()),
                read_only,
            },
        )
    }
}

/// Makes the files of a new home: the signer's table first, so that there is never a journal without it.
///
/// # Errors
/// [`DeskError`] where one exists already or cannot be made.
pub fn prepare(home: &Home) -> Result<(), DeskError> {
    Table::create(&home.signer_file())?;
    Sqlite::open(&home.journal_file())?;
    Ok(())
}

type Keys = Option<(Keystore, std::path::PathBuf)>;

fn keystore(home: &Home, config: &Config, read_only: bool) -> Result<Keys, DeskError> {
    let folder = config.keystore.folder.clone().unwrap_or_else(|| home.keystore_folder());
    if read_only || !folder.exists() {
        return Ok(None);
    }
    let factor = config.keystore.factor_file.clone().unwrap_or_else(|| home.factor_file());
    Ok(Some((Keystore::at(&folder)?, factor)))
}

/// The networks of the treasury for which nodes are configured.
fn worlds<'a>(config: &Config, networks: impl Iterator<Item = &'a Network>) -> Result<Vec<Arc<dyn World>>, DeskError> {
    let mut worlds: Vec<Arc<dyn World>> = Vec::new();
    for network in networks {
        let nodes: Vec<Node> = config.nodes.iter().filter(|n| n.network == network.id).map(connect).collect::<Result<_, _>>()?;
        if nodes.is_empty() {
            continue;
        }
        let settings = config.networks.get(&network.id).cloned();
        let settings = settings.unwrap_or_else(|| NetworkSettings::standard(network.id));
        worlds.push(Arc::new(Evm::new(settings, network.genesis, network.witnesses, nodes)?));
    }
    Ok(worlds)
}

/// Sets up one node; nothing is sent.
///
/// # Errors
/// [`DeskError`] where its header file cannot be read or its URL cannot be used.
pub fn connect(settings: &NodeSettings) -> Result<Node, DeskError> {
    let failed = |why: String| DeskError::Unavailable { what: "node", why: format!("node {}: {why}", settings.id), retry: false };
    let read = |path: &Path, most: u64| read_file(path, most).map_err(failed);
    let headers = match &settings.header_file {
        None => Headers::default(),
        Some(path) => Headers::parse(&read(path, FILE_MAX)?).map_err(|e| failed(e.to_string()))?,
    };
    let trust = settings.ca_file.as_ref().map(|path| read(path, FILE_MAX)).transpose()?;
    let body_max = usize::try_from(settings.max_body_bytes).unwrap_or(usize::MAX);
    let limits = Limits { deadline: Duration::from_millis(settings.timeout_ms), body_max };
    Node::trusting(settings.id.as_str(), settings.url.for_requests(), (headers, trust.as_deref()), limits)
        .map_err(|e| failed(e.to_string()))
}

fn read_file(path: &Path, most: u64) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|e| format!("{}: {e}", path.display()))?.len();
    if length > most {
        return Err(format!("{}: {length} bytes, at most {most} are read", path.display()));
    }
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
