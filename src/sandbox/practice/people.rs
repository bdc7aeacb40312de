//! Who and what the practice treasury is made of. Names are invented, keys are drawn from a seed and guard nothing.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};

use crate::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use crate::domain::event::{Founding, Profile};
use crate::domain::id::{BadId, ContactId, GroupId, Label, MemberId, RuleId, TreasuryId, TreasuryName, WalletId};
use crate::domain::member::{Member, Role, VotingKey};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use crate::domain::wallet::{Contact, Tier, Wallet, WalletKind};

/// Chain id of the practice chain; no public network has it.
pub const CHAIN_ID: u64 = 777_333;
/// The network.
pub const NETWORK: NetworkId = NetworkId::Eip155(CHAIN_ID);

/// Members with their roles.
pub const MEMBERS: [(&str, &[Role]); 5] = [
    ("alice", &[Role::Operator, Role::Admin]),
    ("bob", &[Role::Approver]),
    ("carol", &[Role::Approver, Role::Admin]),
    ("dave", &[Role::Approver, Role::Admin]),
    ("erin", &[Role::Operator, Role::Viewer]),
];

/// Wallets with one key: name, tier, coins of the chain, practice dollars.
pub const WALLETS: [(&str, Tier, u64, u64); 6] = [
    ("pay-eu", Tier::Hot, 12, 48_250),
    ("pay-us", Tier::Hot, 7, 31_900),
    ("gas", Tier::Hot, 3, 0),
    ("reserve", Tier::Warm, 85, 420_000),
    ("vault-a", Tier::Cold, 640, 2_150_000),
    ("vault-b", Tier::Cold, 1_210, 3_900_000),
];

/// Contacts: name, label.
pub const CONTACTS: [(&str, &str); 5] = [
    ("supplier-7", "Supplier 7"),
    ("acme", "ACME GmbH"),
    ("exchange-a", "Exchange A deposit 2"),
    ("payroll", "Payroll agent"),
    ("nordwind", "Nordwind AG"),
];

/// Addresses that the seed gave.
pub struct Addresses {
    /// Voting keys by member.
    pub members: BTreeMap<&'static str, Address>,
    /// Signing keys by wallet.
    pub wallets: BTreeMap<&'static str, Address>,
    /// The practice dollar.
    pub dollar: Address,
    /// The practice euro.
    pub euro: Address,
    /// The multisig.
    pub safe: Address,
}

/// Where a contact is paid: derived from its name, so that nobody holds the key.
#[must_use]
pub fn contact_address(name: &str) -> Address {
    Address::from_word(alloy_primitives::keccak256(format!("bursar practice contact {name}")))
}

/// The founding facts.
///
/// # Errors
/// [`BadId`] where a name above is not one: a defect that every start of the demo would show.
pub fn founding(treasury: TreasuryId, genesis: B256, at: &Addresses) -> Result<Founding, BadId> {
    let member = |(name, roles): (&'static str, &[Role])| -> Result<Member, BadId> {
        let key = VotingKey::Evm(at.members.get(name).copied().unwrap_or_default());
        Ok(Member { id: MemberId::parse(name)?, roles: roles.iter().copied().collect(), key, revoked: false })
    };
    let wallet = |name: &str, tier, kind, address| -> Result<Wallet, BadId> {
        Ok(Wallet { id: WalletId::parse(name)?, network: NETWORK, address, tier, kind })
    };
    let mut wallets = Vec::new();
    for (name, tier, _, _) in WALLETS {
        wallets.push(wallet(name, tier, WalletKind::SingleKey, at.wallets.get(name).copied().unwrap_or_default())?);
    }
    wallets.push(wallet("ops-safe", Tier::Warm, WalletKind::Safe, at.safe)?);
    let contacts = CONTACTS.map(|(name, label)| -> Result<Contact, BadId> {
        Ok(Contact { id: ContactId::parse(name)?, label: Label::parse(label)?, network: NETWORK, address: contact_address(name) })
    });
    Ok(Founding {
        treasury,
        name: TreasuryName::parse("practice")?,
        profile: Profile::Demo,
        networks: vec![Network { id: NETWORK, genesis, witnesses: 1 }],
        members: MEMBERS.into_iter().map(member).collect::<Result<_, _>>()?,
        wallets,
        contacts: contacts.into_iter().collect::<Result<_, _>>()?,
        assets: assets(at)?,
        policy: policy(at)?,
    })
}

fn assets(at: &Addresses) -> Result<Vec<Asset>, BadId> {
    let asset = |kind, symbol, decimals| -> Result<Asset, BadId> {
        Ok(Asset { id: AssetId { network: NETWORK, kind }, symbol: Symbol::parse(symbol)?, decimals })
    };
    Ok(vec![
        asset(AssetKind::Native, "ETH", 18)?,
        asset(AssetKind::Erc20(at.dollar), "PUSD", 6)?,
        asset(AssetKind::Erc20(at.euro), "PEUR", 6)?,
    ])
}

fn policy(at: &Addresses) -> Result<Policy, BadId> {
    let ids = |names: &[&str]| names.iter().map(|n| MemberId::parse(n)).collect::<Result<BTreeSet<_>, _>>();
    let groups = BTreeMap::from([
        (GroupId::parse("approvers")?, ids(&["bob", "carol", "dave"])?),
        (GroupId::parse("admins")?, ids(&["alice", "carol", "dave"])?),
    ]);
    let eth = AssetId::native(NETWORK);
    let dollar = AssetId { network: NETWORK, kind: AssetKind::Erc20(at.dollar) };
    let euro = AssetId { network: NETWORK, kind: AssetKind::Erc20(at.euro) };
    let mut rules = Vec::new();
    for (unit, asset, decimals, small, daily) in
        [("eth", eth, 18, "1", "20"), ("pusd", dollar, 6, "1000", "60000"), ("peur", euro, 6, "1000", "60000")]
    {
        // The texts above are plain decimals within range, so they always read.
        let amount = |text: &str| Amount::parse(text, decimals).unwrap_or_default();
        let hot = When {
            tiers: Some(BTreeSet::from([Tier::Hot])),
            to: Some(Destination::Contacts),
            assets: Some(BTreeSet::from([asset])),
            ..When::default()
        };
        rules.push(rule(&format!("small-{unit}"), When { up_to: Some(amount(small)), ..hot.clone() }, Then::Allow)?);
        rules.push(rule(&format!("large-{unit}"), When { over: Some(amount(small)), ..hot.clone() }, votes("approvers", 2)?)?);
        let window = Window { seconds: 86_400, per: Scope::Wallet, sum_over: Some(amount(daily)), count_over: None };
        let block = Then::Block { reason: Label::parse("daily limit of a hot wallet")? };
        rules.push(rule(&format!("daily-{unit}"), When { window: Some(window), ..hot }, block)?);
    }
    let from = |tiers: &[Tier]| When { tiers: Some(tiers.iter().copied().collect()), ..When::default() };
    rules.push(rule("between-own", When { to: Some(Destination::Own), ..When::default() }, votes("approvers", 1)?)?);
    rules.push(rule("from-warm", from(&[Tier::Warm]), votes("approvers", 2)?)?);
    rules.push(rule("from-cold", from(&[Tier::Cold]), votes("approvers", 3)?)?);
    let unlisted = When { to: Some(Destination::Unlisted), ..When::default() };
    rules.push(rule("listed-only", unlisted, Then::Block { reason: Label::parse("not in the address book")? })?);
    let governance = Quorum { group: GroupId::parse("admins")?, needed: 2 };
    Ok(Policy { version: 1, groups, governance, vote_s: 24 * 60 * 60, rules })
}

fn rule(id: &str, when: When, then: Then) -> Result<Rule, BadId> {
    Ok(Rule { id: RuleId::parse(id)?, when, then })
}

fn votes(group: &str, needed: u32) -> Result<Then, BadId> {
    Ok(Then::Require { quorums: vec![Quorum { group: GroupId::parse(group)?, needed }], late_slot: false })
}
