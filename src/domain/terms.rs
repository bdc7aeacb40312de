//! The canonical text of a transfer: what is seen is what is signed.
//!
//! ASCII, LF, fixed field order, integers without leading zeros, EIP-55 addresses, UTC seconds.
//! `parse` then `print` is the identity; a vote signs the fields by EIP-712 (chain room), a digest is the SHA-256 of the text.
//! Beside the fields of the first design stand `from-wallet`, so that a reader sees our own name for the source,
//! and `memo-sha256`, so that the reason people were given cannot be exchanged afterwards.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::asset::{AssetId, AssetKind, NetworkId, Symbol};
use crate::domain::id::{Label, RequestId, TreasuryId, WalletId};
use crate::domain::money::Amount;
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Call, Meaning};

/// First line of every approval text.
pub const HEADING: &str = "bursar/approval/v1";
/// Longest text accepted, in bytes.
pub const TEXT_MAX: usize = 8 * 1024;

/// What a vote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// For it.
    Approve,
    /// Against it: ends the request.
    Object,
}

impl Decision {
    /// The word in the text.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Object => "object",
        }
    }
}

/// SHA-256 of a canonical text with `decision approve`: the name of one exact version of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub B256);

impl Digest {
    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(B256::from_slice(&Sha256::digest(text.as_bytes())))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&format!("{:?}", self.0), f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The slot as the text names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// This EVM account nonce and no other.
    Nonce(u64),
    /// Taken when the transfer is ordered; only where a rule allows it.
    Late,
}

/// What kind of transaction carries the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferKind {
    /// The network's own coin.
    Native,
    /// `transfer(address,uint256)` of an ERC-20 contract.
    Erc20Transfer,
}

impl TransferKind {
    /// The kind an asset is sent by.
    #[must_use]
    pub const fn of(asset: AssetId) -> Self {
        match asset.kind {
            AssetKind::Native => Self::Native,
            AssetKind::Erc20(_) => Self::Erc20Transfer,
        }
    }

    /// The word in the text.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Erc20Transfer => "erc20-transfer",
        }
    }
}

/// Everything a vote on a transfer is about. Printed, it is the canonical text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Which treasury.
    pub vault: TreasuryId,
    /// Which request.
    pub request: RequestId,
    /// CAIP-2.
    pub network: NetworkId,
    /// Hash of the network's block 0.
    pub genesis: B256,
    /// The wallet that pays.
    pub from: Address,
    /// Our name for it.
    pub from_wallet: WalletId,
    /// Its nonce.
    pub slot: Slot,
    /// How it is paid.
    pub kind: TransferKind,
    /// The transaction's own `to`.
    pub to: Address,
    /// Who gets it, decoded from the call.
    pub beneficiary: Address,
    /// Their label in the address book, or `-`.
    pub label: Label,
    /// CAIP-19 with symbol and decimals of the signed list.
    pub asset: (AssetId, Symbol, u8),
    /// Base units.
    pub amount: Amount,
    /// Length and Keccak-256 of the call data.
    pub calldata: (u64, B256),
    /// SHA-256 of the memo's bytes.
    pub memo: B256,
    /// Gas units, exact.
    pub gas_limit: u64,
    /// Most wei per gas any attempt may offer.
    pub fee_cap: u128,
    /// Most wei per gas any attempt may tip.
    pub tip_cap: u128,
    /// Version and digest of the policy it was judged under.
    pub policy: (u32, B256),
    /// Look-alike payments the approver was shown.
    pub duplicates: Vec<RequestId>,
    /// No signature after this.
    pub not_after: Timestamp,
}

impl Terms {
    /// Most wei all of it can cost in fees: gas limit times fee cap.
    #[must_use]
    pub fn total_fee_cap(&self) -> U256 {
        U256::from(self.gas_limit).saturating_mul(U256::from(self.fee_cap))
    }

    /// The lines of the text as pairs, in their fixed order. EIP-712 votes sign these.
    #[must_use]
    pub fn fields(&self, decision: Decision) -> Vec<(&'static str, String)> {
        let (asset, symbol, decimals) = &self.asset;
        let duplicates = match self.duplicates.as_slice() {
            [] => "none".to_owned(),
            ids => ids.iter().map(RequestId::to_string).collect::<Vec<_>>().join(" "),
        };
        let slot = match self.slot {
            Slot::Nonce(nonce) => format!("nonce {nonce}"),
            Slot::Late => "late".to_owned(),
        };
        vec![
            ("vault", self.vault.to_string()),
            ("request", self.request.to_string()),
            ("decision", decision.word().to_owned()),
            ("network", format!("{} {}", self.network, hex(self.genesis))),
            ("from", self.from.to_string()),
            ("from-wallet", self.from_wallet.to_string()),
            ("slot", slot),
            ("kind", self.kind.word().to_owned()),
            ("to", self.to.to_string()),
            ("beneficiary", format!("{} label \"{}\"", self.beneficiary, self.label)),
            ("asset", format!("{asset} {symbol} {decimals}")),
            ("amount", format!("{} ({})", self.amount, self.amount.text(*decimals))),
            ("calldata", format!("{} keccak {}", self.calldata.0, hex(self.calldata.1))),
            ("memo-sha256", hex(self.memo)),
            ("gas-limit", self.gas_limit.to_string()),
            ("fee-cap-wei", self.fee_cap.to_string()),
            ("tip-cap-wei", self.tip_cap.to_string()),
            ("total-fee-cap-wei", self.total_fee_cap().to_string()),
            ("policy", format!("{} sha256:{}", self.policy.0, hex(self.policy.1))),
            ("duplicates", duplicates),
            ("not-after", self.not_after.to_string()),
        ]
    }

    /// The canonical text.
    #[must_use]
    pub fn print(&self, decision: Decision) -> String {
        print(HEADING, &self.fields(decision))
    }

    /// The name of this version: SHA-256 of the approving text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.print(Decision::Approve))
    }
}

/// Bytes as lower-case hex without a prefix, as texts write them.
#[must_use]
pub fn hex(bytes: B256) -> String {
    alloy_primitives::hex::encode(bytes)
}

/// A heading and fields as a canonical text.
#[must_use]
pub fn print(heading: &str, fields: &[(&'static str, String)]) -> String {
    let mut text = String::with_capacity(1024);
    text.push_str(heading);
    text.push('\n');
    for (key, value) in fields {
        text.push_str(key);
        text.push(' ');
        text.push_str(value);
        text.push('\n');
    }
    text
}

impl Terms {
    /// Whether a decoded call moves exactly what these terms say, to exactly whom they say, and nothing else.
    #[must_use]
    pub fn means(&self, call: &Call) -> bool {
        let asset = self.asset.0;
        match (asset.kind, call.meaning) {
            (AssetKind::Native, Meaning::Native { to, amount }) => {
                to == self.beneficiary
                    && amount == self.amount
                    && call.to == to
                    && call.value == amount.base()
                    && call.input.is_empty()
            }
            (AssetKind::Erc20(contract), Meaning::Erc20Transfer { token, to, amount }) => {
                token == contract
                    && call.to == contract
                    && to == self.beneficiary
                    && amount == self.amount
                    && call.value.is_zero()
            }
            (AssetKind::Native | AssetKind::Erc20(_), _) => false,
        }
    }
}
