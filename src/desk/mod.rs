//! The shell: the only code that mutates.
//!
//! One desk per process. Every act goes the same way: decide, append to the journal, apply, publish, and only then
//! act on the world; what came of that is another command. A restart at any moment is a replay and the list of what is owed.
//!
//! - `core` journal and state · `acts` what members ask · `quote` and `errands` what the world is asked · `vote` signatures
//! - `balances` what wallets hold · `verify` the journal checked from its first entry
//! - `clock` and `entropy`: the only two files that ask the machine for time and chance

pub mod acts;
pub mod ask;
pub mod balances;
pub mod clock;
pub mod core;
pub mod entropy;
pub mod errands;
pub mod evm;
pub mod open;
pub mod quote;
pub mod snapshot;
pub mod verify;
pub mod vote;
pub mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{Notify, watch};
use zeroize::Zeroizing;

use crate::desk::ask::DeskError;
use crate::desk::clock::Clock;
use crate::desk::core::Core;
use crate::desk::entropy::Entropy;
use crate::desk::snapshot::{Balances, JournalCheck, Level, Lock, NodeStatus, Notice, Snapshot, Waiting};
use crate::desk::world::World;
use crate::domain::asset::NetworkId;
use crate::domain::command::Command;
use crate::domain::event::Founding;
use crate::domain::id::{MemberId, RequestId};
use crate::domain::journal::{Entry, Record};
use crate::domain::member::{Actor, VotingKey};
use crate::domain::time::Timestamp;
use crate::domain::treasury::Treasury;
use crate::keystore::{Factor, Keystore, KeystoreError, Password, Unlocker};
use crate::signer::keyring::Keyring;
use crate::signer::local::Local;
use crate::store::Store;

/// Notices kept for the screen.
pub const NOTICES_MAX: usize = 100;

/// What a desk is made of, beside its journal.
pub struct Parts {
    /// The signer inside this process; none where this process never signs.
    pub signer: Option<Local>,
    /// Where keys rest, and the file with this machine's secret.
    pub keystore: Option<(Keystore, PathBuf)>,
    /// The networks it can reach.
    pub worlds: Vec<Arc<dyn World>>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws ids and salts.
    pub entropy: Arc<dyn Entropy>,
    /// Who acts when nothing else is said.
    pub me: Option<MemberId>,
    /// No verb that writes; the keystore is not even opened.
    pub read_only: bool,
}

struct Keys {
    signer: Option<Local>,
    keystore: Option<(Keystore, PathBuf)>,
    unlocked: bool,
}

#[derive(Default)]
struct Seen {
    balances: Arc<Balances>,
    nodes: Arc<Vec<NodeStatus>>,
    waiting: Arc<BTreeMap<RequestId, Waiting>>,
    notices: Arc<Vec<Notice>>,
    check: Option<JournalCheck>,
}

/// The desk.
pub struct Desk {
    core: Mutex<Core>,
    keys: Mutex<Keys>,
    seen: Mutex<Seen>,
    published: watch::Sender<Arc<Snapshot>>,
    wake: Notify,
    worlds: BTreeMap<NetworkId, Arc<dyn World>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    me: Option<MemberId>,
    read_only: bool,
}

impl Desk {
    /// Loads the journal and publishes the first snapshot. No network is touched.
    ///
    /// # Errors
    /// [`DeskError`] where the journal cannot be read or does not follow.
    pub fn new(store: Box<dyn Store>, parts: Parts) -> Result<Arc<Self>, DeskError> {
        Self::from_core(Core::load(store)?, parts)
    }

    fn from_core(core: Core, parts: Parts) -> Result<Arc<Self>, DeskError> {
        let Parts { signer, keystore, worlds, clock, entropy, me, read_only } = parts;
        let lock = if read_only { Lock::ReadOnly } else { Lock::Locked };
        let nodes: Vec<NodeStatus> = worlds.iter().flat_map(|w| w.statuses()).collect();
        let first = Snapshot {
            at: clock.now(),
            tip: core.tip(),
            treasury: core.treasury().clone(),
            me: me.clone(),
            lock,
            balances: Arc::default(),
            nodes: Arc::new(nodes.clone()),
            recent: Arc::new(core.recent()),
            check: JournalCheck::NotYet,
            waiting: Arc::default(),
            notices: Arc::default(),
        };
        let (published, _) = watch::channel(Arc::new(first));
        let keys = Keys { signer, keystore, unlocked: false };
        Ok(Arc::new(Self {
            core: Mutex::new(core),
            keys: Mutex::new(keys),
            seen: Mutex::new(Seen { nodes: Arc::new(nodes), ..Seen::default() }),
            published,
            wake: Notify::new(),
            worlds: worlds.into_iter().map(|w| (w.network(), w)).collect(),
            clock,
            entropy,
            me,
            read_only,
        }))
    }

    /// What there is to see now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.borrow().clone()
    }

    /// Tells when there is something new to see.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.published.subscribe()
    }

    /// The time by the desk's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Who acts when nothing else is said.
    #[must_use]
    pub const fn me(&self) -> Option<&MemberId> {
        self.me.as_ref()
    }

    /// Founds the treasury of an empty home.
    ///
    /// # Errors
    /// [`DeskError::Refused`], or the store's error.
    pub fn found(&self, founding: Founding) -> Result<(), DeskError> {
        self.commit(&Actor::Desk, &Command::Found(Box::new(founding))).map(drop)
    }

    /// Decides, appends, applies, publishes; wakes the errands.
    pub(crate) fn commit(&self, by: &Actor, command: &Command) -> Result<Vec<Record>, DeskError> {
        if self.read_only {
            return Err(DeskError::Locked("this session is read-only; nothing can be changed".to_owned()));
        }
        let outcome = self.core().commit(self.clock.now(), by, command);
        // Also a refusal may come of what others appended in between: then that is what there is to see.
        if self.publish_news() {
            self.wake.notify_one();
        }
        outcome
    }

    /// Publishes where the journal has moved on since the last snapshot. Whether it had.
    fn publish_news(&self) -> bool {
        let tip = self.core().tip();
        let news = tip != self.snapshot().tip;
        if news {
            self.publish();
        }
        news
    }

    /// Reads what other processes appended, and publishes where there was something.
    ///
    /// # Errors
    /// [`DeskError`] where the journal cannot be read or does not follow.
    pub fn catch_up(&self) -> Result<(), DeskError> {
        self.core().catch_up()?;
        self.publish_news();
        Ok(())
    }

    /// Records from a sequence number on, checked against the one before.
    ///
    /// # Errors
    /// [`DeskError`] where they cannot be read or do not follow.
    pub fn history(&self, from: u64, limit: usize) -> Result<Vec<Record>, DeskError> {
        let entries = self.core().read(from, limit)?;
        entries.iter().map(|entry| entry.record().map_err(DeskError::from)).collect()
    }

    /// Entries from a sequence number on, with their hashes.
    ///
    /// # Errors
    /// [`DeskError`] where they cannot be read or do not follow.
    pub fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, DeskError> {
        self.core().read(from, limit)
    }

    /// Opens every key that the typed password opens; what was typed is wiped.
    ///
    /// # Errors
    /// As [`Desk::unlock`], and where it cannot be a password at all.
    pub fn unlock_typed(&self, typed: Zeroizing<String>) -> Result<(), DeskError> {
        self.unlock(Password::new(typed)?)
    }

    /// Opens every key that the password opens.
    ///
    /// # Errors
    /// [`DeskError::Damaged`] with the keystore's code: wrong password, wrong machine, damaged, tampered.
    pub fn unlock(&self, password: Password) -> Result<(), DeskError> {
        if self.read_only {
            return Err(DeskError::Locked("this session is read-only; the keystore is not opened".to_owned()));
        }
        {
            let mut keys = self.keys();
            let Some((keystore, factor)) = &keys.keystore else {
                return Err(DeskError::NotFound("this home has no keystore; make a key with `bursar key new`".to_owned()));
            };
            let factor = if factor.exists() { Factor::from_host_file(factor)? } else { Factor::none()? };
            let ring = Keyring::unlock(keystore, &mut Unlocker::new(password), &factor)?;
            self.take_ring(&mut keys, ring);
        }
        self.publish();
        self.wake.notify_one();
        Ok(())
    }

    /// Uses keys that are open already: the practice treasury's.
    pub fn hand_keys(&self, ring: Keyring) {
        self.take_ring(&mut self.keys(), ring);
        self.publish();
    }

    fn take_ring(&self, keys: &mut Keys, ring: Keyring) {
        if let Some(signer) = &mut keys.signer {
            signer.keys = ring;
            keys.unlocked = true;
        }
    }

    /// Wipes every open key. The screen is blanked by whoever calls this, before.
    pub fn lock(&self) {
        {
            let mut keys = self.keys();
            if let Some(signer) = &mut keys.signer {
                signer.keys = Keyring::default();
            }
            keys.unlocked = false;
        }
        self.publish();
    }

    /// Keeps the state beside the journal for a quick next start.
    pub fn keep(&self) {
        if !self.read_only {
            self.core().keep();
        }
    }

    fn lock_state(&self, treasury: &Treasury) -> Lock {
        if self.read_only {
            return Lock::ReadOnly;
        }
        let keys = self.keys();
        let Some(signer) = keys.signer.as_ref().filter(|_| keys.unlocked) else { return Lock::Locked };
        let votes = |key: VotingKey| match key {
            VotingKey::Evm(address) => signer.keys.voting(address).is_some(),
        };
        let members = treasury.members().values().filter(|m| !m.revoked && votes(m.key)).map(|m| m.id.clone()).collect();
        let wallets =
            treasury.wallets().values().filter(|w| signer.keys.signing(w.address).is_some()).map(|w| w.id.clone()).collect();
        Lock::Unlocked { members, wallets }
    }

    /// Puts a new snapshot where everyone sees it.
    pub(crate) fn publish(&self) {
        let (tip, treasury, recent) = {
            let core = self.core();
            (core.tip(), core.treasury().clone(), core.recent())
        };
        let lock = self.lock_state(&treasury);
        let seen = self.seen();
        let snapshot = Snapshot {
            at: self.clock.now(),
            tip,
            treasury,
            me: self.me.clone(),
            lock,
            balances: seen.balances.clone(),
            nodes: seen.nodes.clone(),
            recent: Arc::new(recent),
            check: seen.check.clone().unwrap_or(JournalCheck::NotYet),
            waiting: seen.waiting.clone(),
            notices: seen.notices.clone(),
        };
        drop(seen);
        self.published.send_replace(Arc::new(snapshot));
    }

    /// Tells people something.
    pub(crate) fn notice(&self, level: Level, request: Option<RequestId>, text: String) {
        let notice = Notice { at: self.clock.now(), level, text, request };
        let mut seen = self.seen();
        let notices = Arc::make_mut(&mut seen.notices);
        if notices.len() >= NOTICES_MAX {
            notices.remove(0);
        }
        notices.push(notice);
    }

    // A panic while one of these is held is a defect; what was appended is safe, so the others go on with it.
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl From<KeystoreError> for DeskError {
    fn from(error: KeystoreError) -> Self {
        Self::Damaged { code: error.code(), why: error.to_string(), hint: error.hint() }
    }
}
