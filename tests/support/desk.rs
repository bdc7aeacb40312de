//! A desk on the embedded chain, with relays in front of it: everything real but the clock and the chance.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alloy_primitives::{Address, U256};
use bursar::chain::evm::transaction::Fees;
use bursar::chain::evm::{built, transaction};
use bursar::config::NetworkSettings;
use bursar::desk::ask::{Ask, DeskError};
use bursar::desk::clock::SetClock;
use bursar::desk::entropy::{Entropy, SeededEntropy};
use bursar::desk::evm::Evm;
use bursar::desk::world::World;
use bursar::desk::{Desk, Parts};
use bursar::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use bursar::domain::event::{Event, Founding, Profile};
use bursar::domain::id::{ContactId, GroupId, Label, MemberId, RequestId, RuleId, TreasuryId, TreasuryName, WalletId};
use bursar::domain::journal::Record;
use bursar::domain::member::{Member, Role, VotingKey};
use bursar::domain::money::Amount;
use bursar::domain::policy::Policy;
use bursar::domain::policy::rule::{Destination, Quorum, Rule, Then, When};
use bursar::domain::request::Request;
use bursar::domain::terms::Decision;
use bursar::domain::time::Timestamp;
use bursar::domain::transfer::Draft;
use bursar::domain::wallet::{Contact, Party, Tier, Wallet, WalletKind};
use bursar::keystore::{Cost, Factor, KeyKind, Keystore, Label as KeyLabel, NewKey, Password, Unlocker};
use bursar::node::evm::Node;
use bursar::node::rpc::{Headers, Limits};
use bursar::sandbox::{Chain, Genesis, serve};
use bursar::signer::local::Local;
use bursar::signer::table::Table;
use bursar::store::Store;
use bursar::store::sqlite::Sqlite;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::anvil::post;
use super::relay::Relay;

/// Where the treasury pays.
pub const NETWORK: NetworkId = NetworkId::Eip155(31_337);
/// Whom it pays.
pub const PAYEE: Address = Address::repeat_byte(0xa1);
/// Up to this amount a hot wallet pays without a vote.
pub const SMALL: &str = "0.5";
/// Above it two of three approve.
pub const LARGE: &str = "3";

const START: u64 = 1_795_000_000;
const ETHER: u64 = 1_000_000_000_000_000_000;
const PASSWORD: &str = "a password for tests only";
/// Rounds and blocks after which a transfer that has not settled never will.
const STEPS_MAX: usize = 60;
const MEMBERS: [(&str, &[Role]); 4] = [
    ("alice", &[Role::Operator, Role::Admin]),
    ("bob", &[Role::Approver, Role::Admin]),
    ("carol", &[Role::Approver, Role::Admin]),
    ("dan", &[Role::Approver]),
];
const WALLETS: [(&str, Tier); 2] = [("hot", Tier::Hot), ("warm", Tier::Warm)];

/// A store around the journal's, so that a test can break it.
pub type Wrap = dyn Fn(Sqlite) -> Box<dyn Store>;

/// A treasury of four members and two wallets that hold 100 ether each.
pub struct Rig {
    /// The embedded chain. It has a block only when told.
    pub chain: Chain,
    /// Nodes in front of it; each must agree before anything counts as included.
    pub nodes: Vec<Relay>,
    /// The desk's clock.
    pub clock: Arc<SetClock>,
    /// The desk.
    pub desk: Arc<Desk>,
    server: (std::net::SocketAddr, JoinHandle<()>),
    entropy: Arc<SeededEntropy>,
    addresses: BTreeMap<&'static str, Address>,
    folder: TempDir,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.server.1.abort();
    }
}

impl Rig {
    /// Founds the treasury, with every key open.
    pub async fn start(nodes: usize) -> Self {
        bursar::node::install_tls();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).expect("ours");
        let entropy = Arc::new(SeededEntropy::new(7));
        let addresses = make_keys(folder.path(), &*entropy);
        let rich = U256::from(100).saturating_mul(U256::from(ETHER));
        let chain = Chain::new(Genesis {
            chain_id: NETWORK.chain_id(),
            timestamp: START,
            balances: WALLETS.iter().map(|(name, _)| (addresses[name], rich)).collect(),
            block_gas_limit: 30_000_000,
            base_fee: 1_000_000_000,
            finality: 2,
        });
        let server = serve(chain.clone(), None).await.expect("loopback");
        let nodes: Vec<Relay> = (0..nodes).map(|_| Relay::to(server.0)).collect();
        drop(Sqlite::open(&folder.path().join("journal.db")).expect("a journal"));
        drop(Table::create(&folder.path().join("signer.db")).expect("a table"));
        let clock = Arc::new(SetClock::at(Timestamp::from_unix(START)));
        let parts = parts(folder.path(), world(&chain, &nodes), (clock.clone(), entropy.clone()));
        let desk =
            Desk::new(Box::new(Sqlite::open(&folder.path().join("journal.db")).expect("a journal")), parts).expect("a desk");
        let rig = Self { chain, nodes, clock, desk, server, entropy, addresses, folder };
        rig.desk.found(rig.founding()).expect("founded");
        rig.unlock();
        rig
    }

    /// Ends the desk and opens another on the same home, as a new process does.
    pub fn restart(&mut self) {
        self.restart_with(&|store| Box::new(store));
    }

    /// As [`Rig::restart`], with another store around the journal.
    pub fn restart_with(&mut self, wrap: &Wrap) {
        let store = Sqlite::open(&self.folder.path().join("journal.db")).expect("the journal is there");
        let parts = parts(self.folder.path(), world(&self.chain, &self.nodes), (self.clock.clone(), self.entropy.clone()));
        self.desk = Desk::new(wrap(store), parts).expect("the journal is sound");
        self.unlock();
    }

    /// The journal's file, for whoever writes into it past the desk.
    pub fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    /// Opens every key.
    pub fn unlock(&self) {
        self.desk.unlock(password()).expect("the right password");
    }

    /// Twelve seconds pass, with a block at their end.
    pub fn block(&self) {
        self.clock.advance(12);
        self.chain.mine_after(12).expect("a block");
    }

    /// Drafts and proposes as alice.
    pub async fn pay(&self, from: &str, amount: &str) -> Result<RequestId, DeskError> {
        let draft = Draft {
            from: WalletId::parse(from).expect("a slug"),
            to: Party::Contact(ContactId::parse("payee").expect("a slug")),
            asset: AssetId::native(NETWORK),
            amount: Amount::parse(amount, 18).expect("an amount"),
            memo: None,
            reference: None,
            expires_s: None,
        };
        let id = self.desk.ask(&member("alice"), Ask::Draft(draft)).await?.request.expect("a draft has an id");
        self.desk.ask(&member("alice"), Ask::Propose(id)).await?;
        Ok(id)
    }

    /// A signed approval.
    pub async fn approve(&self, by: &str, request: RequestId) -> Result<(), DeskError> {
        let digest = self.request(request).digest().expect("a proposal has a digest");
        self.desk.ask(&member(by), Ask::Vote { request, digest, decision: Decision::Approve, reason: None }).await.map(drop)
    }

    /// The request as it stands.
    pub fn request(&self, id: RequestId) -> Arc<Request> {
        self.desk.snapshot().treasury.request(id).expect("it is there").clone()
    }

    /// The word for where it stands.
    pub fn stage(&self, id: RequestId) -> &'static str {
        self.request(id).stage_word()
    }

    /// Rounds until it stands there, without any block.
    pub async fn until(&self, id: RequestId, stage: &str) {
        for _ in 0..STEPS_MAX {
            if self.stage(id) == stage {
                return;
            }
            self.desk.round().await.expect("a journal that can be used");
        }
        panic!("{} instead of {stage}: {:?}", self.stage(id), self.desk.snapshot().waiting);
    }

    /// Rounds and blocks until it is over, and says how it ended.
    pub async fn settle(&self, id: RequestId) -> &'static str {
        for _ in 0..STEPS_MAX {
            if self.request(id).is_over() {
                return self.stage(id);
            }
            if self.desk.round().await.expect("a journal that can be used").moved == 0 {
                self.block();
            }
        }
        panic!("it stays {}: {:?}", self.stage(id), self.desk.snapshot().waiting);
    }

    /// What the payee has, in wei.
    pub fn paid(&self) -> U256 {
        self.number("eth_getBalance", PAYEE)
    }

    /// How many transactions of a wallet are in blocks.
    pub fn nonce(&self, wallet: &'static str) -> U256 {
        self.number("eth_getTransactionCount", self.addresses[wallet])
    }

    fn number(&self, method: &str, of: Address) -> U256 {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [of.to_string(), "latest"] });
        let answer = post(self.server.0, &question.to_string());
        answer["result"].as_str().and_then(|hex| hex.parse().ok()).unwrap_or_else(|| panic!("{method}: {answer}"))
    }

    /// Somebody else who has a wallet's key sends a wei to a stranger, past the desk and its signer's table.
    pub fn foreign(&self, wallet: &'static str, nonce: u64) {
        let call = built::call(AssetKind::Native, Address::repeat_byte(0xee), Amount::from_base(U256::ONE));
        let fees = Fees::Eip1559 { fee_cap: 100_000_000_000, tip_cap: 2_000_000_000 };
        let built = built::build(NETWORK.chain_id(), nonce, &call, 21_000, &fees).expect("a transaction");
        let keystore = Keystore::at(&self.folder.path().join("keystore")).expect("a keystore");
        let factor = Factor::from_host_file(&self.folder.path().join("factor.key")).expect("a factor");
        let find = |listed: bursar::keystore::Listed| listed.info.ok().filter(|info| info.address == self.addresses[wallet]);
        let info = keystore.list().expect("a list").into_iter().find_map(find).expect("the wallet's key");
        let key = keystore.open(info.id, &mut Unlocker::new(password()), &factor).expect("the key opens");
        let signed = transaction::assemble(&built.unsigned, &key.sign_digest(&built.digest.0)).expect("signed");
        let question =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [signed.raw.to_string()] });
        let answer = post(self.server.0, &question.to_string());
        assert_eq!(answer["result"], signed.hash.to_string(), "{answer}");
    }

    /// Every record so far.
    pub fn history(&self) -> Vec<Record> {
        self.desk.history(1, 1000).expect("a sound journal")
    }

    /// How often something became true for a request.
    pub fn times(&self, id: RequestId, what: impl Fn(&Event) -> bool) -> usize {
        self.history().iter().filter(|r| r.event.request() == Some(id) && what(&r.event)).count()
    }

    /// Whether every entry and every vote holds.
    pub fn is_sound(&self) -> bool {
        self.desk.verify(&mut |_| {}).expect("a readable journal").broken.is_none()
    }

    fn founding(&self) -> Founding {
        let wallet = |(name, tier): (&str, Tier)| Wallet {
            id: WalletId::parse(name).expect("a slug"),
            network: NETWORK,
            address: self.addresses[name],
            tier,
            kind: WalletKind::SingleKey,
        };
        let person = |(name, roles): (&str, &[Role])| Member {
            id: member(name),
            roles: roles.iter().copied().collect(),
            key: VotingKey::Evm(self.addresses[name]),
            revoked: false,
        };
        let payee = Contact {
            id: ContactId::parse("payee").expect("a slug"),
            label: Label::parse("Payee").expect("a label"),
            network: NETWORK,
            address: PAYEE,
        };
        Founding {
            treasury: TreasuryId::from_bytes([9; 16]),
            name: TreasuryName::parse("tests").expect("a slug"),
            profile: Profile::Test,
            networks: vec![Network {
                id: NETWORK,
                genesis: self.chain.genesis_hash(),
                witnesses: u32::try_from(self.nodes.len()).expect("few"),
            }],
            members: MEMBERS.into_iter().map(person).collect(),
            wallets: WALLETS.into_iter().map(wallet).collect(),
            contacts: vec![payee],
            assets: vec![Asset { id: AssetId::native(NETWORK), symbol: Symbol::parse("ETH").expect("a symbol"), decimals: 18 }],
            policy: policy(),
        }
    }
}

/// A member by name.
pub fn member(name: &str) -> MemberId {
    MemberId::parse(name).expect("a slug")
}

fn password() -> Password {
    Password::new(Zeroizing::new(PASSWORD.to_owned())).expect("long enough")
}

fn policy() -> Policy {
    let ids = |names: &[&str]| names.iter().map(|name| member(name)).collect::<BTreeSet<_>>();
    let group = |name: &str| GroupId::parse(name).expect("a slug");
    let one = Amount::parse("1", 18).expect("an amount");
    let votes = Then::Require { quorums: vec![Quorum { group: group("approvers"), needed: 2 }], late_slot: false };
    let rule = |id: &str, when: When, then: Then| Rule { id: RuleId::parse(id).expect("a slug"), when, then };
    let from = |tier: Tier| When {
        tiers: Some(BTreeSet::from([tier])),
        to: Some(Destination::Contacts),
        assets: Some(BTreeSet::from([AssetId::native(NETWORK)])),
        ..When::default()
    };
    Policy {
        version: 1,
        groups: BTreeMap::from([
            (group("approvers"), ids(&["bob", "carol", "dan"])),
            (group("admins"), ids(&["alice", "bob", "carol"])),
        ]),
        governance: Quorum { group: group("admins"), needed: 2 },
        vote_s: 24 * 60 * 60,
        rules: vec![
            rule("small", When { up_to: Some(one), ..from(Tier::Hot) }, Then::Allow),
            rule("large", When { over: Some(one), ..from(Tier::Hot) }, votes.clone()),
            rule("warm", from(Tier::Warm), votes),
        ],
    }
}

fn make_keys(folder: &Path, entropy: &dyn Entropy) -> BTreeMap<&'static str, Address> {
    let mut draw = |buffer: &mut [u8]| entropy.fill(buffer);
    let keystore = Keystore::at_or_new(&folder.join("keystore")).expect("a keystore");
    let factor = Factor::create_host_file(&folder.join("factor.key"), &mut draw).expect("a factor");
    let mut unlocker = Unlocker::new(password());
    let voting = MEMBERS.iter().map(|(name, _)| (*name, KeyKind::Voting));
    let signing = WALLETS.iter().map(|(name, _)| (*name, KeyKind::Signing));
    voting
        .chain(signing)
        .map(|(name, kind)| {
            let new = NewKey { kind, namespace: [9; 16], label: KeyLabel::parse(name).expect("a label"), cost: Cost::PRACTICE };
            (name, keystore.create(new, &mut unlocker, &factor, &mut draw).expect("a key").address)
        })
        .collect()
}

fn world(chain: &Chain, nodes: &[Relay]) -> Arc<dyn World> {
    let node = |(at, relay): (usize, &Relay)| {
        Node::new(&format!("node-{at}"), &relay.url(), Headers::default(), Limits::USUAL).expect("a node")
    };
    let settings = NetworkSettings { stuck_after_s: 60, ..NetworkSettings::standard(NETWORK) };
    let witnesses = u32::try_from(nodes.len()).expect("few");
    Arc::new(
        Evm::new(settings, chain.genesis_hash(), witnesses, nodes.iter().enumerate().map(node).collect()).expect("a network"),
    )
}

fn parts(folder: &Path, world: Arc<dyn World>, machine: (Arc<SetClock>, Arc<SeededEntropy>)) -> Parts {
    Parts {
        signer: Some(Local::new(Table::open(&folder.join("signer.db")).expect("a table"))),
        keystore: Some((Keystore::at(&folder.join("keystore")).expect("a keystore"), folder.join("factor.key"))),
        worlds: vec![world],
        clock: machine.0,
        entropy: machine.1,
        me: None,
        read_only: false,
    }
}
