//! Members: people with keys and roles.

use std::collections::BTreeSet;
use std::fmt;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::domain::id::MemberId;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Drafts and proposes.
    Operator,
    /// Votes on transfers.
    Approver,
    /// Proposes and votes on changes, freezes.
    Admin,
    /// Looks.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Approver, Self::Admin, Self::Viewer];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// The public half of the key a member votes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VotingKey {
    /// secp256k1, named by its EVM address; votes are EIP-712 signatures.
    Evm(Address),
}

impl fmt::Display for VotingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evm(address) => f.pad(&address.to_string()),
        }
    }
}

/// A person (or service) of the treasury.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Unique, never reused.
    pub id: MemberId,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// What they vote with; unique in the treasury.
    pub key: VotingKey,
    /// A revoked member keeps their name in the journal and can do nothing.
    #[serde(default)]
    pub revoked: bool,
}

impl Member {
    /// Whether the member is active and has the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        !self.revoked && self.roles.contains(&role)
    }
}

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A person.
    Member(MemberId),
    /// The shell, reporting what came of an effect.
    Desk,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => id.fmt(f),
            Self::Desk => f.pad("desk"),
        }
    }
}
