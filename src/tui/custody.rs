//! How a wallet is held: word, tag and colour, the same on every screen.

use crate::domain::wallet::{Tier, Wallet, WalletKind};
use crate::theme::Role;

/// How a wallet is held, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Custody {
    /// One key, in reach.
    Hot,
    /// One key, every payment voted on.
    Warm,
    /// A contract of several owners.
    Msig,
    /// One key, out of reach.
    Cold,
    /// No key of ours.
    Watch,
}

impl Custody {
    /// How this wallet is held.
    pub fn of(wallet: &Wallet) -> Self {
        match (wallet.kind, wallet.tier) {
            (WalletKind::Safe, _) => Self::Msig,
            (WalletKind::WatchOnly, _) => Self::Watch,
            (WalletKind::SingleKey, Tier::Hot) => Self::Hot,
            (WalletKind::SingleKey, Tier::Warm) => Self::Warm,
            (WalletKind::SingleKey, Tier::Cold) => Self::Cold,
        }
    }

    /// Word and tag, nine columns.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hot => "HOT   [H]",
            Self::Warm => "WARM  [w]",
            Self::Msig => "MSIG  [M]",
            Self::Cold => "COLD  [C]",
            Self::Watch => "WATCH [W]",
        }
    }

    /// The tag alone.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Hot => "[H]",
            Self::Warm => "[w]",
            Self::Msig => "[M]",
            Self::Cold => "[C]",
            Self::Watch => "[W]",
        }
    }

    /// Its colour.
    pub const fn role(self) -> Role {
        match self {
            Self::Hot => Role::CustodyHot,
            Self::Warm => Role::Text,
            Self::Msig => Role::CustodyMsig,
            Self::Cold => Role::CustodyCold,
            Self::Watch => Role::CustodyWatch,
        }
    }
}
