//! A treasury with a history, a queue and a few troubles, for the tests of the screen: a legal state, made by decided events.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::desk::snapshot::{Balances, JournalCheck, Level, Lock, NodeStatus, Notice, Reading, Snapshot, Waiting};
use crate::domain::asset::NetworkId;
use crate::domain::change::{Change, Scope};
use crate::domain::event::Profile;
use crate::domain::id::{RequestId, TreasuryName};
use crate::domain::tests::fixtures::{HOME, World, a_contact, a_wallet, draft, label, member, money, node, wallet};
use crate::domain::time::Timestamp;
use crate::domain::wallet::{Tier, WalletKind};
use crate::text::Untrusted;
use crate::tui::wish::Link;

/// What a stranger could write anywhere.
pub const HOSTILE: &str = "pay\u{1b}[2J now\u{202e}evil\u{0}\u{200b}\nline two";

/// Balances: wallet, ETH, USDC, seconds ago.
const BALANCES: [(&str, &str, &str, u64); 7] = [
    ("pay-eu-1", "12.5", "48250.75", 12),
    ("pay-gas", "3.000217", "0", 12),
    ("pay-us-1", "7.25", "31900", 12),
    ("pay-reserve", "85", "420000", 12),
    ("vault-a", "640", "2150000", 300),
    ("vault-b", "1210.123456789012345678", "3900000", 12),
    ("pay-safe", "0", "6880120", 12),
];

fn treasury() -> World {
    World::with(|founding| {
        founding.name = TreasuryName::parse("acme-ops").expect("a slug");
        founding.profile = Profile::Prod;
        founding.networks.truncate(1);
        founding.assets.truncate(2);
        let single = |name, tier| a_wallet(name, HOME, tier, WalletKind::SingleKey);
        founding.wallets = vec![
            single("pay-eu-1", Tier::Hot),
            single("pay-us-1", Tier::Hot),
            single("pay-gas", Tier::Hot),
            single("pay-reserve", Tier::Warm),
            single("vault-a", Tier::Cold),
            single("vault-b", Tier::Cold),
            a_wallet("pay-safe", HOME, Tier::Cold, WalletKind::Safe),
        ];
        founding.contacts = vec![a_contact("supplier", HOME), a_contact("landlord", HOME), a_contact("exchange-a", HOME)];
        for (contact, name) in founding.contacts.iter_mut().zip(["Supplier 7", "Landlord", "Exchange A deposit 2"]) {
            contact.label = label(name);
        }
    })
}

/// The world after an afternoon's work. Bob, an approver, sits at the console.
pub fn world() -> World {
    let mut world = treasury();
    world.wait(600).draft("alice", "pay-eu-1", "supplier", "0.5 ETH").propose().pay();
    world.chain_nonce = 41;
    world.wait(600).draft("alice", "pay-eu-1", "landlord", "1250 USDC").propose().approve("carol").pay();
    world.chain_nonce = 42;
    world.wait(900).draft("anton", "pay-us-1", "exchange-a", "3.2 ETH").propose().object("carol");
    world.chain_nonce = 42;
    world.wait(1_800).draft("alice", "pay-eu-1", "supplier", "0.8 ETH").propose().fly();
    world.wait(120).draft("alice", "vault-a", "exchange-a", "250000 USDC").propose();
    world.wait(300).draft("anton", "pay-eu-1", "landlord", "2.5 ETH").propose().approve("carol");
    world.wait(60).draft("alice", "pay-gas", "supplier", "0.25 ETH").propose().fly().include(0, 21_402_110);
    let contact = a_contact("nordwind", HOME);
    world.wait(60).change("erin", Change::AddContact(contact)).approve("frank");
    let mut wanted = draft("pay-eu-1", "supplier", "190 USDC");
    wanted.memo = Some(Untrusted::new(HOSTILE));
    world.wait(60).draft_with("alice", wanted);
    world.wait(60).freeze("carol", Scope::Wallet(wallet("pay-us-1")));
    world.wait(30);
    world
}

/// What the screen sees of it.
pub fn snapshot() -> Snapshot {
    snapshot_of(&world())
}

/// What the screen sees of a world.
pub fn snapshot_of(world: &World) -> Snapshot {
    let now = world.now;
    let ago = |seconds: u64| Timestamp::from_unix(now.unix() - seconds);
    let flying = id_of(world, 4);
    let waiting = Waiting { since: ago(95), why: "no node accepts it: fee below the pool's floor".to_owned() };
    Snapshot {
        at: now,
        tip: world.tip(),
        treasury: Arc::new(world.treasury.clone()),
        me: Some(member("bob")),
        lock: Lock::Unlocked { members: vec![member("bob")], wallets: vec![wallet("pay-eu-1"), wallet("pay-gas")] },
        balances: Arc::new(balances(now)),
        nodes: Arc::new(nodes(now)),
        recent: Arc::new(world.records.clone()),
        check: JournalCheck::Sound { upto: world.tip().seq, at: ago(240) },
        waiting: Arc::new(BTreeMap::from([(flying, waiting)])),
        notices: Arc::new(vec![
            Notice { at: ago(1_500), level: Level::Info, text: "R-0002 is settled.".to_owned(), request: Some(id_of(world, 2)) },
            Notice {
                at: ago(700),
                level: Level::Warning,
                text: "Fees are above 80 gwei; R-0004 may wait.".to_owned(),
                request: Some(flying),
            },
        ]),
    }
}

/// Entries of the story's journal up to this one.
pub fn links(upto: u64) -> Vec<Link> {
    static STORY: LazyLock<World> = LazyLock::new(world);
    let world = &*STORY;
    let entries = world.entries.iter().zip(&world.records).filter(|(entry, _)| entry.seq <= upto);
    entries.map(|(entry, record)| Link { record: record.clone(), prev: entry.prev, hash: entry.hash }).collect()
}

/// The request of that number.
pub fn id_of(world: &World, number: u64) -> RequestId {
    world.treasury.requests().values().find(|request| request.number.0 == number).expect("the story has it").id
}

fn balances(now: Timestamp) -> Balances {
    let mut balances = Balances::default();
    for (name, eth, usdc, age) in BALANCES {
        let cells = balances.cells.entry(wallet(name)).or_default();
        for (number, symbol) in [(eth, "ETH"), (usdc, "USDC")] {
            let (asset, amount) = money(&format!("{number} {symbol}"));
            let at = Timestamp::from_unix(now.unix() - age);
            cells.insert(asset, Reading { amount, at, source: node("geth-a"), block: 21_402_117 });
        }
    }
    balances
}

fn nodes(now: Timestamp) -> Vec<NodeStatus> {
    let status = |name: &str, network: NetworkId, state: &'static str, error: Option<&str>| NodeStatus {
        id: node(name),
        network,
        url: format!("https://{name}.example:8545"),
        state,
        usable: error.is_none(),
        head: Some(21_402_118),
        head_at: Some(Timestamp::from_unix(now.unix() - 7)),
        latency_ms: Some(48),
        asked_at: Some(Timestamp::from_unix(now.unix() - 4)),
        error: error.map(str::to_owned),
    };
    vec![
        status("geth-a", HOME, "ok", None),
        status("erigon-b", HOME, "ok", None),
        status("backup", HOME, "stale", Some("47 blocks behind")),
    ]
}
