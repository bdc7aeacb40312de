//! Networks and assets by the field's standards: CAIP-2 and CAIP-19.

use std::fmt;

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::domain::id::BadId;
use crate::domain::money::{Amount, BadAmount, DECIMALS_MAX};

/// A blockchain network, CAIP-2: `eip155:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NetworkId {
    /// An EVM network by its chain id (EIP-155), never 0.
    Eip155(u64),
}

impl NetworkId {
    /// Checks `eip155:N`.
    ///
    /// # Errors
    /// [`BadId`] on any other namespace or form.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new("network", text, "expected a CAIP-2 id of an EVM network, such as eip155:1");
        let digits = text.strip_prefix("eip155:").ok_or_else(bad)?;
        let id: u64 = digits.parse().map_err(|_| bad())?;
        if id == 0 || id.to_string() != digits { Err(bad()) } else { Ok(Self::Eip155(id)) }
    }

    /// The EIP-155 chain id.
    #[must_use]
    pub const fn chain_id(self) -> u64 {
        match self {
            Self::Eip155(id) => id,
        }
    }
}

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eip155(id) => f.pad(&format!("eip155:{id}")),
        }
    }
}

impl TryFrom<String> for NetworkId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<NetworkId> for String {
    fn from(id: NetworkId) -> String {
        id.to_string()
    }
}

/// A network of this treasury, pinned by its genesis block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// CAIP-2.
    pub id: NetworkId,
    /// Hash of block 0: two networks may share a chain id, never this.
    pub genesis: B256,
    /// How many nodes must agree before a transfer counts as included or settled; at least 1.
    pub witnesses: u32,
}

/// An asset, CAIP-19: `eip155:1/slip44:60` or `eip155:1/erc20:0x...`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetId {
    /// Where it lives.
    pub network: NetworkId,
    /// What it is there.
    pub kind: AssetKind,
}

/// What an asset is on its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// The network's own coin (written `slip44:60` on every EVM network).
    Native,
    /// An ERC-20 token contract.
    Erc20(Address),
}

impl AssetId {
    /// Checks a CAIP-19 id of an EVM network; token addresses must carry a right EIP-55 checksum.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || {
            BadId::new(
                "asset",
                text,
                "expected a CAIP-19 id such as eip155:1/slip44:60 or eip155:1/erc20:0x... with EIP-55 checksum",
            )
        };
        let (network, asset) = text.split_once('/').ok_or_else(bad)?;
        let network = NetworkId::parse(network)?;
        let kind = match asset.split_once(':') {
            Some(("slip44", "60")) => AssetKind::Native,
            Some(("erc20", address)) => AssetKind::Erc20(Address::parse_checksummed(address, None).map_err(|_| bad())?),
            Some(_) | None => return Err(bad()),
        };
        Ok(Self { network, kind })
    }

    /// The native coin of a network.
    #[must_use]
    pub const fn native(network: NetworkId) -> Self {
        Self { network, kind: AssetKind::Native }
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            AssetKind::Native => write!(f, "{}/slip44:60", self.network),
            AssetKind::Erc20(address) => write!(f, "{}/erc20:{address}", self.network),
        }
    }
}

impl TryFrom<String> for AssetId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<AssetId> for String {
    fn from(id: AssetId) -> String {
        id.to_string()
    }
}

/// The ticker of an asset in our own signed list; never taken from a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol(String);

impl Symbol {
    /// Checks 1 to 12 of `A-Z a-z 0-9 . $ + _ -`.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let fine = |b: u8| b.is_ascii_alphanumeric() || b".$+_-".contains(&b);
        if (1..=12).contains(&text.len()) && text.bytes().all(fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId::new("symbol", text, "expected 1 to 12 of A-Z, a-z, 0-9 and . $ + _ -"))
        }
    }

    /// The symbol as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for Symbol {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> String {
        symbol.0
    }
}

/// An asset of the treasury's signed list: only these can be sent, counted or ruled on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// CAIP-19.
    pub id: AssetId,
    /// Unique within the treasury, so that `500 USDC` has one meaning.
    pub symbol: Symbol,
    /// 0 to 36.
    pub decimals: u8,
}

impl Asset {
    /// Whether the decimals are within range.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.decimals <= DECIMALS_MAX
    }

    /// Reads an amount of this asset.
    ///
    /// # Errors
    /// [`BadAmount`] as [`Amount::parse`].
    pub fn amount(&self, text: &str) -> Result<Amount, BadAmount> {
        Amount::parse(text, self.decimals)
    }

    /// `2,500.00 USDC`: every digit that counts.
    #[must_use]
    pub fn human(&self, amount: Amount) -> String {
        format!("{} {}", amount.human(self.decimals, 2), self.symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caip_ids_print_and_parse() {
        for text in ["eip155:1/slip44:60", "eip155:31337/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"] {
            assert_eq!(AssetId::parse(text).expect("valid").to_string(), text);
        }
        for bad in [
            "eip155:1",
            "eip155:0/slip44:60",
            "eip155:01/slip44:60",
            "bip122:x/slip44:0",
            "eip155:1/slip44:0",
            "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
            "eip155:1/erc721:0x",
        ] {
            assert!(AssetId::parse(bad).is_err(), "{bad}");
        }
    }
}
