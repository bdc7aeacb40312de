//! Things described in one word of the command line: `pay-eu-1:hot:single-key:0x...`. Used by `init` and by the `propose` verbs.

use std::collections::BTreeSet;

use alloy_primitives::Address;

use crate::cli::find::address;
use crate::cli::report::Report;
use crate::config::NodeUrl;
use crate::domain::asset::{Asset, AssetId, AssetKind, NetworkId, Symbol};
use crate::domain::id::{ContactId, Label, MemberId, NodeId, WalletId};
use crate::domain::member::Role;
use crate::domain::money::DECIMALS_MAX;
use crate::domain::wallet::{Contact, Tier, WalletKind};

/// A key that exists, or one that is made on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Named by its address.
    Known(Address),
    /// To be made in the keystore.
    New,
}

impl Key {
    /// The address, where the key must exist already.
    ///
    /// # Errors
    /// Usage, with the command that makes one.
    pub fn known(self, how: &str) -> Result<Address, Report> {
        match self {
            Self::Known(address) => Ok(address),
            Self::New => Err(Report::usage("usage.argument", "`new` is for init; expected the address of a key")
                .hint(format!("`{how}` makes a key and prints its address"))),
        }
    }
}

/// `NAME:ROLES:KEY`, roles with commas, KEY an address or `new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSpec {
    /// Name.
    pub id: MemberId,
    /// At least one.
    pub roles: BTreeSet<Role>,
    /// What they vote with.
    pub key: Key,
}

/// `NAME:TIER:KIND:ADDRESS[@NETWORK]`, ADDRESS may be `new`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletSpec {
    /// Name.
    pub id: WalletId,
    /// hot, warm or cold.
    pub tier: Tier,
    /// single-key, safe or watch-only.
    pub kind: WalletKind,
    /// Where it is.
    pub key: Key,
    /// On which network, where it is said.
    pub network: Option<NetworkId>,
}

fn wrong(what: &str, text: &str, expected: &str) -> Report {
    let shown: String = text.chars().take(120).collect();
    Report::usage("usage.argument", format!("{what} {shown:?}: expected {expected}"))
}

/// Splits a trailing `@eip155:N` off.
fn network(text: &str) -> Result<(&str, Option<NetworkId>), Report> {
    match text.rsplit_once('@') {
        Some((rest, network)) => Ok((rest, Some(NetworkId::parse(network)?))),
        None => Ok((text, None)),
    }
}

fn key(text: &str) -> Result<Key, Report> {
    if text == "new" { Ok(Key::New) } else { address(text).map(Key::Known) }
}

/// Reads `alice:admin,approver:0x...`.
///
/// # Errors
/// Usage: what was expected.
pub fn member(text: &str) -> Result<MemberSpec, Report> {
    let expected = "NAME:ROLES:KEY with roles of operator, approver, admin, viewer, and KEY an address or new, as in alice:admin,approver:new";
    let parts: Vec<&str> = text.split(':').collect();
    let [name, roles, of_key] = parts.as_slice() else { return Err(wrong("member", text, expected)) };
    let roles: Option<BTreeSet<Role>> = roles.split(',').map(Role::parse).collect();
    let roles = roles.ok_or_else(|| wrong("member", text, expected))?;
    Ok(MemberSpec { id: MemberId::parse(name)?, roles, key: key(of_key)? })
}

/// Reads `pay-eu-1:hot:single-key:new@eip155:1`.
///
/// # Errors
/// Usage: what was expected.
pub fn wallet(text: &str) -> Result<WalletSpec, Report> {
    let expected =
        "NAME:TIER:KIND:ADDRESS[@NETWORK] with tier hot, warm or cold, kind single-key, safe or watch-only, and ADDRESS or new";
    let (rest, network) = network(text)?;
    let parts: Vec<&str> = rest.split(':').collect();
    let [name, tier, kind, of_key] = parts.as_slice() else { return Err(wrong("wallet", text, expected)) };
    let tier = Tier::parse(tier).ok_or_else(|| wrong("wallet", text, expected))?;
    let kind = WalletKind::parse(kind).ok_or_else(|| wrong("wallet", text, expected))?;
    let key = key(of_key)?;
    if key == Key::New && kind != WalletKind::SingleKey {
        return Err(wrong("wallet", text, "an address: only a single-key wallet can get a new key"));
    }
    Ok(WalletSpec { id: WalletId::parse(name)?, tier, kind, key, network })
}

/// Reads `supplier-7:Supplier 7:0x...[@NETWORK]`.
///
/// # Errors
/// Usage: what was expected.
pub fn contact(text: &str, default: impl FnOnce() -> Result<NetworkId, Report>) -> Result<Contact, Report> {
    let expected = "NAME:LABEL:ADDRESS[@NETWORK], as in supplier-7:\"Supplier 7\":0x...";
    let (rest, network) = network(text)?;
    // The label is free text and may hold colons; name and address cannot.
    let parts =
        rest.split_once(':').and_then(|(name, rest)| rest.rsplit_once(':').map(|(label, address)| (name, label, address)));
    let (name, label, at) = parts.ok_or_else(|| wrong("contact", text, expected))?;
    let label = label.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(label);
    let network = network.map_or_else(default, Ok)?;
    Ok(Contact { id: ContactId::parse(name)?, label: Label::parse(label)?, network, address: address(at)? })
}

/// Reads `USDC:0x...:6[@NETWORK]` or `ETH:native:18`.
///
/// # Errors
/// Usage: what was expected.
pub fn asset(text: &str, default: impl FnOnce() -> Result<NetworkId, Report>) -> Result<Asset, Report> {
    let expected = "SYMBOL:native:DECIMALS or SYMBOL:TOKEN-ADDRESS:DECIMALS, with @NETWORK where there are several";
    let (rest, network) = network(text)?;
    let parts: Vec<&str> = rest.split(':').collect();
    let [symbol, kind, decimals] = parts.as_slice() else { return Err(wrong("asset", text, expected)) };
    let decimals = decimals.parse().ok().filter(|d| *d <= DECIMALS_MAX);
    let decimals = decimals.ok_or_else(|| wrong("asset", text, &format!("decimals from 0 to {DECIMALS_MAX}")))?;
    let kind = if *kind == "native" { AssetKind::Native } else { AssetKind::Erc20(address(kind)?) };
    let network = network.map_or_else(default, Ok)?;
    Ok(Asset { id: AssetId { network, kind }, symbol: Symbol::parse(symbol)?, decimals })
}

/// Reads `own-node=https://node.example`.
///
/// # Errors
/// Usage: what was expected; the URL is not repeated.
pub fn node(text: &str) -> Result<(NodeId, NodeUrl), Report> {
    let (name, url) = text
        .split_once('=')
        .ok_or_else(|| Report::usage("usage.argument", "--node: expected NAME=URL, as in own-node=https://node.example:8545"))?;
    let id = NodeId::parse(name)?;
    let url = NodeUrl::parse(url).map_err(|why| Report::usage("usage.argument", format!("--node {id}: {why}")))?;
    Ok((id, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
    const ONE: NetworkId = NetworkId::Eip155(1);

    #[test]
    fn members_wallets_contacts_and_assets_read() {
        let alice = member("alice:admin,approver:new").expect("right");
        assert_eq!((alice.id.as_str(), alice.roles.len(), alice.key), ("alice", 2, Key::New));
        let pay = wallet(&format!("pay-eu-1:hot:single-key:{A}@eip155:10")).expect("right");
        assert_eq!((pay.tier, pay.kind, pay.network), (Tier::Hot, WalletKind::SingleKey, Some(NetworkId::Eip155(10))));
        let supplier = contact(&format!("supplier-7:Supplier: 7:{A}"), || Ok(ONE)).expect("right");
        assert_eq!((supplier.label.as_str(), supplier.network), ("Supplier: 7", ONE));
        assert_eq!(contact(&format!("s:\"S 7\":{A}"), || Ok(ONE)).expect("right").label.as_str(), "S 7");
        assert_eq!(asset("ETH:native:18", || Ok(ONE)).expect("right").id.to_string(), "eip155:1/slip44:60");
        assert_eq!(
            asset(&format!("USDC:{A}:6@eip155:10"), || Ok(ONE)).expect("right").id.to_string(),
            format!("eip155:10/erc20:{A}")
        );
    }

    #[test]
    fn wrong_words_are_usage_errors() {
        let lower = A.to_lowercase();
        for bad in [
            "alice",
            "alice:admin",
            "alice::new",
            "alice:boss:new",
            "Alice:admin:new",
            "alice:admin:newer",
            &format!("alice:admin:{lower}"),
        ] {
            assert_eq!(member(bad).expect_err(bad).kind.exit(), 2, "{bad}");
        }
        for bad in [
            "w",
            "w:hot:single-key",
            "w:tepid:single-key:new",
            "w:hot:paper:new",
            "w:cold:safe:new",
            "w:hot:watch-only:new",
            "w:hot:single-key:new@btc",
        ] {
            assert_eq!(wallet(bad).expect_err(bad).kind.exit(), 2, "{bad}");
        }
        for bad in ["c", "c:label", &format!("c::{A}"), &format!("c:a\\b:{A}"), "c:label:new"] {
            assert_eq!(contact(bad, || Ok(ONE)).expect_err(bad).kind.exit(), 2, "{bad}");
        }
        for bad in ["ETH", "ETH:native", "ETH:native:37", "ETH:native:-1", "ETH:coin:18", "TOO LONG:native:18"] {
            assert_eq!(asset(bad, || Ok(ONE)).expect_err(bad).kind.exit(), 2, "{bad}");
        }
    }

    #[test]
    fn a_node_with_credentials_is_refused_and_not_repeated() {
        assert!(node("own=http://127.0.0.1:8545").is_ok());
        let report = node("own=http://bob:hunter2@node").expect_err("credentials");
        assert!(!report.message.contains("hunter2"), "{}", report.message);
    }
}
