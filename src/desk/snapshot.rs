//! The read model: everything a screen or a verb shows, with age and source. Immutable, shared, replaced whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::asset::{AssetId, NetworkId};
use crate::domain::id::{MemberId, NodeId, RequestId, WalletId};
use crate::domain::journal::{Record, Tip};
use crate::domain::money::Amount;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::treasury::Treasury;

/// Journal records kept in the snapshot, newest last.
pub const RECENT_MAX: usize = 200;
/// A balance older than this is drawn as stale, and acts that depend on it are off.
pub const STALE_S: Seconds = 120;

/// One balance, as one node told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Base units.
    pub amount: Amount,
    /// When it was read.
    pub at: Timestamp,
    /// Which node said so.
    pub source: NodeId,
    /// At which block height.
    pub block: u64,
}

/// Balances by wallet and asset, and how the last refresh went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances {
    /// What was read.
    pub cells: BTreeMap<WalletId, BTreeMap<AssetId, Reading>>,
    /// A refresh is under way: done and wanted.
    pub progress: Option<(usize, usize)>,
    /// Why the last refresh failed, per network; already sanitised.
    pub failed: BTreeMap<NetworkId, String>,
}

impl Balances {
    /// The reading of one cell.
    #[must_use]
    pub fn get(&self, wallet: &WalletId, asset: &AssetId) -> Option<&Reading> {
        self.cells.get(wallet).and_then(|assets| assets.get(asset))
    }
}

/// How a node does, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStatus {
    /// Its name in the configuration.
    pub id: NodeId,
    /// Its network.
    pub network: NetworkId,
    /// Scheme, host and port; never credentials or paths.
    pub url: String,
    /// `ok`, `slow`, `failing`, `wrong chain`, `wrong genesis`, `stale`, `not asked yet`.
    pub state: &'static str,
    /// Whether it is used.
    pub usable: bool,
    /// Height of its newest block.
    pub head: Option<u64>,
    /// Time of its newest block.
    pub head_at: Option<Timestamp>,
    /// Milliseconds its last answer took.
    pub latency_ms: Option<u64>,
    /// When it was last asked.
    pub asked_at: Option<Timestamp>,
    /// Its last error; already sanitised.
    pub error: Option<String>,
}

/// Whether keys can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// The keystore is not even opened (`--read-only`).
    ReadOnly,
    /// There are keys; none is in memory.
    Locked,
    /// These members can vote and these wallets can sign here.
    Unlocked {
        /// Members whose voting key is open.
        members: Vec<MemberId>,
        /// Wallets whose signing key is open.
        wallets: Vec<WalletId>,
    },
}

/// What checking the journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalCheck {
    /// Not checked in this session.
    NotYet,
    /// Under way: entries checked so far.
    Running(u64),
    /// Every entry up to this one follows from the one before.
    Sound {
        /// The last entry checked.
        upto: u64,
        /// When.
        at: Timestamp,
    },
    /// What is wrong, and where.
    Broken {
        /// The first broken entry.
        seq: u64,
        /// How.
        why: String,
    },
}

/// A line for people about something that just happened; already sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// How serious.
    pub level: Level,
    /// One sentence.
    pub text: String,
    /// The request it is about.
    pub request: Option<RequestId>,
}

/// How serious a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// Act on it.
    Critical,
}

/// Why a request that is owed something does not move; shown beside it until it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Since when it is tried.
    pub since: Timestamp,
    /// What stands in the way; already sanitised.
    pub why: String,
}

/// Everything there is to see.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// When it was taken.
    pub at: Timestamp,
    /// Where the journal ends.
    pub tip: Tip,
    /// The treasury after that entry.
    pub treasury: Arc<Treasury>,
    /// Who acts here when nothing else is said.
    pub me: Option<MemberId>,
    /// Whether keys can be used.
    pub lock: Lock,
    /// Balances with age and source.
    pub balances: Arc<Balances>,
    /// Nodes in order of use.
    pub nodes: Arc<Vec<NodeStatus>>,
    /// The last records of the journal, newest last.
    pub recent: Arc<Vec<Record>>,
    /// What checking the journal found.
    pub check: JournalCheck,
    /// Requests that cannot move on right now, and why.
    pub waiting: Arc<BTreeMap<RequestId, Waiting>>,
    /// The last notices, newest last.
    pub notices: Arc<Vec<Notice>>,
}
