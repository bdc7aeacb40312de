//! Who and what the measured treasury is made of.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, keccak256};
use bursar::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use bursar::domain::event::{Founding, Profile};
use bursar::domain::id::{ContactId, GroupId, Label, MemberId, RuleId, TreasuryId, TreasuryName, WalletId};
use bursar::domain::member::{Member, Role, VotingKey};
use bursar::domain::money::Amount;
use bursar::domain::policy::Policy;
use bursar::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use bursar::domain::wallet::{Contact, Tier, Wallet, WalletKind};
use secp256k1::{PublicKey, Secp256k1, SecretKey};

/// The network; no public one has this id.
pub const NETWORK: NetworkId = NetworkId::Eip155(31_337);
/// Wallets.
pub const WALLETS: usize = 10_000;
/// Contacts.
pub const CONTACTS: usize = 200;
/// Seconds a proposal waits for votes: long, so that a made journal can be opened for weeks and stays as it is.
pub const VOTE_S: u64 = 31 * 86_400;
const MEMBERS: [(&str, &[Role]); 5] = [
    ("alice", &[Role::Operator, Role::Admin]),
    ("bob", &[Role::Approver]),
    ("carol", &[Role::Approver, Role::Admin]),
    ("dave", &[Role::Approver, Role::Admin]),
    ("erin", &[Role::Operator, Role::Viewer]),
];

/// A member's voting key, made from the name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_slice(keccak256(format!("bench voting key of {name}")).as_slice()).expect("a valid scalar")
}

fn address_of_key(name: &str) -> Address {
    let public = PublicKey::from_secret_key(&Secp256k1::signing_only(), &key(name));
    Address::from_slice(&keccak256(&public.serialize_uncompressed()[1..])[12..])
}

/// An address that nobody holds.
pub fn address(name: &str) -> Address {
    Address::from_word(keccak256(name))
}

/// A wallet's name.
pub fn wallet(index: usize) -> WalletId {
    WalletId::parse(&format!("pay-{index:05}")).expect("a slug")
}

/// A contact's name.
pub fn contact(index: usize) -> ContactId {
    ContactId::parse(&format!("supplier-{index:03}")).expect("a slug")
}

/// Hash of the network's block 0.
pub fn genesis() -> B256 {
    keccak256("bench genesis")
}

/// Coin and tokens.
pub fn assets() -> [AssetId; 3] {
    let token = |name: &str| AssetId { network: NETWORK, kind: AssetKind::Erc20(address(name)) };
    [AssetId::native(NETWORK), token("PUSD"), token("PEUR")]
}

/// Which tier the wallet of this index has: one in twenty is warm, one in fifty cold.
pub fn tier(index: usize) -> Tier {
    match index {
        i if i.is_multiple_of(50) => Tier::Cold,
        i if i.is_multiple_of(20) => Tier::Warm,
        _ => Tier::Hot,
    }
}

/// The first entry.
pub fn founding() -> Founding {
    let member = |(name, roles): (&str, &[Role])| Member {
        id: MemberId::parse(name).expect("a slug"),
        roles: roles.iter().copied().collect(),
        key: VotingKey::Evm(address_of_key(name)),
        revoked: false,
    };
    let own = |index| {
        let id = wallet(index);
        Wallet { address: address(id.as_str()), id, network: NETWORK, tier: tier(index), kind: WalletKind::SingleKey }
    };
    let other = |index| {
        let id = contact(index);
        let label = Label::parse(&format!("Supplier {index}")).expect("a label");
        Contact { address: address(id.as_str()), id, label, network: NETWORK }
    };
    let asset =
        |(id, symbol, decimals): (AssetId, &str, u8)| Asset { id, symbol: Symbol::parse(symbol).expect("a symbol"), decimals };
    let [eth, pusd, peur] = assets();
    Founding {
        treasury: TreasuryId::from_bytes([9; 16]),
        name: TreasuryName::parse("bench").expect("a slug"),
        profile: Profile::Test,
        networks: vec![Network { id: NETWORK, genesis: genesis(), witnesses: 1 }],
        members: MEMBERS.into_iter().map(member).collect(),
        wallets: (0..WALLETS).map(own).collect(),
        contacts: (0..CONTACTS).map(other).collect(),
        assets: [(eth, "ETH", 18), (pusd, "PUSD", 6), (peur, "PEUR", 6)].map(asset).into(),
        policy: policy(),
    }
}

/// Small sums pass, larger ones need two of three, and a hot wallet has a limit a day.
fn policy() -> Policy {
    let members = |names: &[&str]| names.iter().map(|n| MemberId::parse(n).expect("a slug")).collect::<BTreeSet<_>>();
    let group = |name: &str| GroupId::parse(name).expect("a slug");
    let quorum = |name: &str, needed| Quorum { group: group(name), needed };
    let votes = |needed| Then::Require { quorums: vec![quorum("approvers", needed)], late_slot: false };
    let rule = |id: &str, when, then| Rule { id: RuleId::parse(id).expect("a slug"), when, then };
    let from = |tier| When { tiers: Some(BTreeSet::from([tier])), ..When::default() };
    let mut rules = Vec::new();
    for (unit, asset, decimals) in [("eth", 0, 18), ("pusd", 1, 6), ("peur", 2, 6)] {
        let amount = |text: &str| Some(Amount::parse(text, decimals).expect("an amount"));
        let hot = When { to: Some(Destination::Contacts), assets: Some(BTreeSet::from([assets()[asset]])), ..from(Tier::Hot) };
        let window = Window { seconds: 86_400, per: Scope::Wallet, sum_over: amount("60000"), count_over: None };
        let limit = Then::Block { reason: Label::parse("daily limit of a hot wallet").expect("a label") };
        rules.push(rule(&format!("small-{unit}"), When { up_to: amount("1000"), ..hot.clone() }, Then::Allow));
        rules.push(rule(&format!("large-{unit}"), When { over: amount("1000"), ..hot.clone() }, votes(2)));
        rules.push(rule(&format!("daily-{unit}"), When { window: Some(window), ..hot }, limit));
    }
    rules.push(rule("from-warm", from(Tier::Warm), votes(2)));
    rules.push(rule("from-cold", from(Tier::Cold), votes(3)));
    let groups = BTreeMap::from([
        (group("approvers"), members(&["bob", "carol", "dave"])),
        (group("admins"), members(&["alice", "carol", "dave"])),
    ]);
    Policy { version: 1, groups, governance: quorum("admins", 2), vote_s: VOTE_S, rules }
}
