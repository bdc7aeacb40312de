//! The practice treasury: everything real except the money. A desk, a keystore and a node client as in production,
//! in front of the embedded chain, with members, wallets, a history and a queue.

mod people;
mod story;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, U256};
use zeroize::Zeroizing;

use crate::chain::evm::erc20;
use crate::desk::ask::{Ask, DeskError};
use crate::desk::clock::{Clock, SystemClock};
use crate::desk::entropy::{Entropy, SeededEntropy};
use crate::desk::evm;
use crate::desk::world::World;
use crate::desk::{Desk, Parts};
use crate::domain::asset::Symbol;
use crate::domain::event::Founding;
use crate::domain::id::{BadId, ContactId, MemberId, RequestId, TreasuryId, WalletId};
use crate::domain::terms::Decision;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::transfer::Draft;
use crate::domain::wallet::Party;
use crate::keystore::{Cost, Factor, KeyKind, Keystore, KeystoreError, Label as KeyLabel, NewKey, Password, Unlocker};
use crate::sandbox::practice::people::{Addresses, CHAIN_ID, MEMBERS, NETWORK, WALLETS, contact_address, founding};
use crate::sandbox::{Chain, ChainError, Genesis, practice_multisig, practice_token, serve};
use crate::signer::local::Local;
use crate::signer::table::Table;
use crate::store::sqlite::Sqlite;
use crate::text::Untrusted;

pub use crate::sandbox::practice::story::tell;

/// The password of every practice key; told on the screen.
pub const PASSWORD: &str = "practice makes perfect";
/// How long before its end the practice history begins: a little more than it takes.
pub const HISTORY_S: Seconds = 15_000;
/// Seconds between blocks.
pub const BLOCK_S: Seconds = 1;
const SEED: u64 = 0x6275_7273_6172;
const ETHER: u64 = 1_000_000_000_000_000_000;

/// Why the practice treasury could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// An act failed.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The embedded chain failed.
    #[error("the practice chain: {0}")]
    Chain(#[from] ChainError),
    /// A name is not one.
    #[error(transparent)]
    Name(#[from] BadId),
    /// A file or socket failed.
    #[error("the practice home: {0}")]
    Io(#[from] std::io::Error),
}

/// A clock that stands at a chosen time while history is made, and then goes with the machine's.
pub struct PracticeClock {
    system: SystemClock,
    set: Mutex<Option<Timestamp>>,
}

impl PracticeClock {
    fn at(start: Timestamp) -> Self {
        Self { system: SystemClock::new(), set: Mutex::new(Some(start)) }
    }

    fn advance(&self, seconds: Seconds) {
        if let Ok(mut set) = self.set.lock() {
            *set = set.map(|at| at.plus(seconds));
        }
    }

    fn go_live(&self) {
        if let Ok(mut set) = self.set.lock() {
            *set = None;
        }
    }
}

impl Clock for PracticeClock {
    fn now(&self) -> Timestamp {
        let set = self.set.lock().map_or(None, |set| *set);
        set.unwrap_or_else(|| self.system.now())
    }

    fn monotonic_ms(&self) -> u64 {
        self.system.monotonic_ms()
    }
}

/// A prepared practice treasury.
pub struct Practice {
    /// The desk, every key open.
    pub desk: Arc<Desk>,
    /// The embedded chain.
    pub chain: Chain,
    clock: Arc<PracticeClock>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Practice {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Practice {
    /// Prepares everything in an empty folder: chain, contracts, keys, founding, history, and a queue with something to decide.
    ///
    /// `start` is the time at which the treasury is founded; about six hours of history follow it.
    ///
    /// # Errors
    /// [`PracticeError`].
    pub async fn prepare(folder: &Path, start: Timestamp) -> Result<Self, PracticeError> {
        let entropy = Arc::new(SeededEntropy::new(SEED));
        let treasury = treasury_id(&*entropy);
        let (keystore, unlocker, addresses) = keys(folder, treasury, &*entropy)?;
        let chain = Chain::new(genesis(start, &addresses));
        let at = deploy(&chain, addresses)?;
        let founding = founding(treasury, chain.genesis_hash(), &at)?;
        let (address, server) = serve(chain.clone(), None).await?;
        let world =
            evm::practice(&format!("http://{address}"), NETWORK, founding.networks[0].genesis).map_err(DeskError::from)?;
        let clock = Arc::new(PracticeClock::at(start));
        let desk = open(folder, (keystore, unlocker), Arc::new(world), (clock.clone(), entropy))?;
        let practice = Self { desk, chain, clock, tasks: vec![server] };
        practice.live_through_history(founding).await?;
        Ok(practice)
    }

    /// Lets blocks come by themselves and the clock go with the machine's.
    ///
    /// # Errors
    /// [`PracticeError::Desk`] where the embedded chain does not answer.
    pub async fn go_live(&mut self) -> Result<(), PracticeError> {
        self.clock.go_live();
        let (chain, clock) = (self.chain.clone(), self.clock.clone());
        self.tasks.push(tokio::spawn(async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_secs(BLOCK_S)).await;
                let at = clock.now().unix().max(chain.head().timestamp.saturating_add(1));
                if chain.mine(at).is_err() {
                    return;
                }
            }
        }));
        self.desk.probe().await;
        self.desk.refresh().await?;
        Ok(())
    }

    async fn live_through_history(&self, founding: Founding) -> Result<(), PracticeError> {
        self.desk.found(founding)?;
        self.pass(600)?;
        for (from, to, amount, symbol, memo) in [
            ("pay-eu", "supplier-7", "0.35", "ETH", "invoice 2026-0871"),
            ("pay-us", "payroll", "950", "PUSD", "August, part 1"),
            ("pay-eu", "acme", "412.50", "PEUR", "invoice A-1180"),
            ("pay-eu", "nordwind", "0.8", "ETH", "deposit"),
        ] {
            let id = self.transfer("alice", (from, to), (amount, symbol), memo).await?;
            self.settle(id).await?;
            self.pass(2400)?;
        }
        let large = self.transfer("alice", ("pay-us", "exchange-a"), ("12500", "PUSD"), "monthly float").await?;
        self.approve("bob", large).await?;
        self.approve("dave", large).await?;
        self.settle(large).await?;
        self.pass(3600)?;
        // What waits for a decision when the console opens; from the warm wallet, so that no hot nonce is held by it.
        let queued = self.transfer("erin", ("reserve", "acme"), ("8400", "PUSD"), "invoice A-1201").await?;
        self.pass(300)?;
        self.approve("bob", queued).await?;
        self.pass(240)?;
        self.transfer("alice", ("reserve", "nordwind"), ("40", "ETH"), "contract N-17, second half").await?;
        self.pass(120)?;
        Ok(())
    }

    /// Lets time pass, with a block at its end.
    fn pass(&self, seconds: Seconds) -> Result<(), PracticeError> {
        self.clock.advance(seconds);
        self.chain.mine(self.clock.now().unix())?;
        Ok(())
    }

    async fn transfer(&self, by: &str, route: (&str, &str), what: (&str, &str), memo: &str) -> Result<RequestId, PracticeError> {
        let by = MemberId::parse(by)?;
        let draft = self.draft(route, what, memo)?;
        let done = self.desk.ask(&by, Ask::Draft(draft)).await?;
        let id = done.request.ok_or_else(|| DeskError::Internal("a draft has an id".to_owned()))?;
        self.desk.ask(&by, Ask::Propose(id)).await?;
        Ok(id)
    }

    fn draft(&self, route: (&str, &str), what: (&str, &str), memo: &str) -> Result<Draft, PracticeError> {
        let symbol = Symbol::parse(what.1)?;
        let treasury = self.desk.snapshot().treasury.clone();
        let missing = || DeskError::NotFound(format!("there is no asset {symbol}"));
        let asset = treasury.asset_by_symbol(&symbol).ok_or_else(missing)?;
        let amount = asset.amount(what.0).map_err(|e| DeskError::Internal(e.to_string()))?;
        Ok(Draft {
            from: WalletId::parse(route.0)?,
            to: Party::Contact(ContactId::parse(route.1)?),
            asset: asset.id,
            amount,
            memo: Some(Untrusted::new(memo)),
            reference: None,
            expires_s: None,
        })
    }

    async fn approve(&self, by: &str, request: RequestId) -> Result<(), PracticeError> {
        let treasury = self.desk.snapshot().treasury.clone();
        let digest = treasury.request(request).map_err(DeskError::from)?.digest();
        let digest = digest.ok_or_else(|| DeskError::Internal("a proposal has a digest".to_owned()))?;
        let ask = Ask::Vote { request, digest, decision: Decision::Approve, reason: None };
        self.desk.ask(&MemberId::parse(by)?, ask).await?;
        Ok(())
    }

    /// Does what is owed, with a block after every step, until the request is over.
    async fn settle(&self, id: RequestId) -> Result<(), PracticeError> {
        for _ in 0..40 {
            while self.desk.round().await?.moved > 0 {}
            let treasury = self.desk.snapshot().treasury.clone();
            if treasury.request(id).map_err(DeskError::from)?.is_over() {
                return Ok(());
            }
            self.pass(BLOCK_S)?;
        }
        Err(self.does_not_settle(id))
    }

    fn does_not_settle(&self, id: RequestId) -> PracticeError {
        let snapshot = self.desk.snapshot();
        let word = snapshot.treasury.request(id).map_or("gone", |r| r.stage_word());
        let why = snapshot.waiting.get(&id).map_or("no reason noted", |w| w.why.as_str());
        DeskError::Internal(format!("practice transfer {id} stays {word}: {why}")).into()
    }
}

fn treasury_id(entropy: &dyn Entropy) -> TreasuryId {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    TreasuryId::from_bytes(bytes)
}

type Keys = (Keystore, Unlocker, (BTreeMap<&'static str, Address>, BTreeMap<&'static str, Address>));

/// A real keystore at practice cost, all keys under one password told on the screen.
fn keys(folder: &Path, treasury: TreasuryId, entropy: &dyn Entropy) -> Result<Keys, PracticeError> {
    let failed = |e: KeystoreError| PracticeError::Desk(DeskError::from(e));
    let mut draw = |buffer: &mut [u8]| entropy.fill(buffer);
    let keystore = Keystore::at_or_new(&folder.join("keystore")).map_err(failed)?;
    let factor = Factor::create_host_file(&folder.join("factor.key"), &mut draw).map_err(failed)?;
    let mut unlocker = Unlocker::new(Password::new(Zeroizing::new(PASSWORD.to_owned())).map_err(failed)?);
    let mut make = |name: &'static str, kind| {
        let label = KeyLabel::parse(name).map_err(failed)?;
        let new = NewKey { kind, namespace: treasury.bytes(), label, cost: Cost::PRACTICE };
        let info = keystore.create(new, &mut unlocker, &factor, &mut draw).map_err(failed)?;
        Ok::<_, PracticeError>((name, info.address))
    };
    let mut members = BTreeMap::new();
    for (name, _) in MEMBERS {
        members.extend([make(name, KeyKind::Voting)?]);
    }
    let mut wallets = BTreeMap::new();
    for (name, ..) in WALLETS {
        wallets.extend([make(name, KeyKind::Signing)?]);
    }
    Ok((keystore, unlocker, (members, wallets)))
}

fn genesis(start: Timestamp, addresses: &(BTreeMap<&'static str, Address>, BTreeMap<&'static str, Address>)) -> Genesis {
    let wei = |coins: u64| U256::from(coins).saturating_mul(U256::from(ETHER));
    let balances = WALLETS.iter().filter_map(|(name, _, coins, _)| addresses.1.get(name).map(|a| (*a, wei(*coins)))).collect();
    Genesis {
        chain_id: CHAIN_ID,
        timestamp: start.unix().saturating_sub(60),
        balances,
        block_gas_limit: 30_000_000,
        base_fee: 1_000_000_000,
        finality: 2,
    }
}

fn deploy(
    chain: &Chain,
    addresses: (BTreeMap<&'static str, Address>, BTreeMap<&'static str, Address>),
) -> Result<Addresses, PracticeError> {
    let (members, wallets) = addresses;
    let issuer = contact_address("issuer");
    let units = |tokens: u64| U256::from(tokens).saturating_mul(U256::from(1_000_000_u64));
    let dollar = chain.deploy(practice_token("Practice Dollar", "PUSD", 6, issuer, units(1_000_000_000)), issuer)?;
    let euro = chain.deploy(practice_token("Practice Euro", "PEUR", 6, issuer, units(1_000_000_000)), issuer)?;
    let owners: Vec<Address> = ["bob", "carol", "dave"].iter().filter_map(|name| members.get(name).copied()).collect();
    let safe = chain.deploy(practice_multisig(&owners, 2), issuer)?;
    for (name, _, _, dollars) in WALLETS {
        if let Some(address) = wallets.get(name) {
            chain.call_as(issuer, dollar, erc20::transfer(*address, units(dollars)))?;
            chain.call_as(issuer, euro, erc20::transfer(*address, units(dollars / 2)))?;
        }
    }
    chain.call_as(issuer, dollar, erc20::transfer(safe, units(688_012)))?;
    chain.fund(safe, U256::from(41).saturating_mul(U256::from(ETHER)))?;
    Ok(Addresses { members, wallets, dollar, euro, safe })
}

fn open(
    folder: &Path,
    keys: (Keystore, Unlocker),
    world: Arc<dyn World>,
    machine: (Arc<PracticeClock>, Arc<SeededEntropy>),
) -> Result<Arc<Desk>, PracticeError> {
    let (keystore, unlocker) = keys;
    let (clock, entropy) = machine;
    drop(unlocker);
    let store = Sqlite::open(&folder.join("journal.db")).map_err(DeskError::from)?;
    let table = Table::create(&folder.join("signer.db")).map_err(DeskError::from)?;
    let desk = Desk::new(
        Box::new(store),
        Parts {
            signer: Some(Local::new(table)),
            keystore: Some((keystore, folder.join("factor.key"))),
            worlds: vec![world],
            clock,
            entropy,
            me: Some(MemberId::parse("alice")?),
            read_only: false,
        },
    )?;
    let password = Password::new(Zeroizing::new(PASSWORD.to_owned())).map_err(DeskError::from)?;
    desk.unlock(password)?;
    Ok(desk)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn story() -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("ours");
        let mut lines = Vec::new();
        tell(folder.path(), Timestamp::from_unix(1_795_410_000), &mut |line| lines.push(line.to_owned())).await.expect("told");
        lines
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_story_is_told_to_its_end_and_the_same_twice() {
        let first = story().await;
        for part in ["settled (paid)", "vote.requester", "vote.twice", "policy.blocked", "5 votes recover"] {
            assert!(first.iter().any(|line| line.contains(part)), "{part}: {first:#?}");
        }
        assert_eq!(first, story().await);
    }
}
