//! Changes of the treasury itself: requests like any other, under the governance quorum.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::asset::{Asset, Network};
use crate::domain::id::{ContactId, Label, MemberId, RequestId, TreasuryId, WalletId};
use crate::domain::member::Member;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::Quorum;
use crate::domain::terms::{Decision, Digest, hex, print};
use crate::domain::time::Timestamp;
use crate::domain::vote::Vote;
use crate::domain::wallet::{Contact, Tier, Wallet};

/// First line of a change's text.
pub const HEADING: &str = "bursar/change/v1";

/// What is to become different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// A network we did not use before.
    AddNetwork(Network),
    /// A new member.
    AddMember(Member),
    /// A member's key and roles end.
    RevokeMember(MemberId),
    /// A wallet of ours.
    AddWallet(Wallet),
    /// A wallet moves to another tier.
    SetTier(WalletId, Tier),
    /// A destination.
    AddContact(Contact),
    /// A destination is not allowed any more.
    RemoveContact(ContactId),
    /// An asset that may be sent.
    AddAsset(Asset),
    /// Other rules.
    SetPolicy(Policy),
    /// What was frozen may move again.
    Unfreeze(Scope),
}

impl Change {
    /// One line for lists.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::AddNetwork(n) => format!("add network {}", n.id),
            Self::AddMember(m) => {
                let roles: Vec<&str> = m.roles.iter().map(|r| r.word()).collect();
                format!("add member {} as {}", m.id, roles.join(", "))
            }
            Self::RevokeMember(id) => format!("revoke member {id}"),
            Self::AddWallet(w) => format!("add {} {} wallet {}", w.tier.word(), w.kind.word(), w.id),
            Self::SetTier(id, tier) => format!("make wallet {id} {}", tier.word()),
            Self::AddContact(c) => format!("add contact {} \"{}\"", c.id, c.label),
            Self::RemoveContact(id) => format!("remove contact {id}"),
            Self::AddAsset(a) => format!("add asset {}", a.symbol),
            Self::SetPolicy(p) => format!("policy version {}", p.version),
            Self::Unfreeze(scope) => format!("unfreeze {scope}"),
        }
    }

    /// The text's verb.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::AddNetwork(_) => "add-network",
            Self::AddMember(_) => "add-member",
            Self::RevokeMember(_) => "revoke-member",
            Self::AddWallet(_) => "add-wallet",
            Self::SetTier(..) => "set-tier",
            Self::AddContact(_) => "add-contact",
            Self::RemoveContact(_) => "remove-contact",
            Self::AddAsset(_) => "add-asset",
            Self::SetPolicy(_) => "set-policy",
            Self::Unfreeze(_) => "unfreeze",
        }
    }
}

/// What a freeze stops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everything.
    Treasury,
    /// One wallet.
    Wallet(WalletId),
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Treasury => f.write_str("the treasury"),
            Self::Wallet(id) => write!(f, "wallet {id}"),
        }
    }
}

/// Why something is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// By whom; none where the desk saw a foreign transaction.
    pub by: Option<MemberId>,
    /// In their words.
    pub reason: Label,
    /// Since when.
    pub at: Timestamp,
}

/// A change's text: the same head as a transfer's, then the change as canonical JSON in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeTerms {
    /// Which treasury.
    pub vault: TreasuryId,
    /// Which request.
    pub request: RequestId,
    /// What is to become different.
    pub change: Change,
    /// Policy version and digest it is voted under.
    pub policy: (u32, alloy_primitives::B256),
    /// No vote after this.
    pub not_after: Timestamp,
}

impl ChangeTerms {
    /// The lines of the text, in order.
    ///
    /// # Panics
    /// Never: a change has string keys and no floats, so it is always JSON.
    #[must_use]
    pub fn fields(&self, decision: Decision) -> Vec<(&'static str, String)> {
        let body = serde_json::to_string(&self.change).expect("a change has string keys and no floats");
        let ascii: String = body.chars().flat_map(escape).collect();
        vec![
            ("vault", self.vault.to_string()),
            ("request", self.request.to_string()),
            ("decision", decision.word().to_owned()),
            ("change", self.change.word().to_owned()),
            ("summary", self.change.summary()),
            ("body", ascii),
            ("body-sha256", hex(alloy_primitives::B256::from_slice(&Sha256::digest(body.as_bytes())))),
            ("policy", format!("{} sha256:{}", self.policy.0, hex(self.policy.1))),
            ("not-after", self.not_after.to_string()),
        ]
    }

    /// The canonical text.
    #[must_use]
    pub fn print(&self, decision: Decision) -> String {
        print(HEADING, &self.fields(decision))
    }

    /// The name of this version.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.print(Decision::Approve))
    }
}

fn escape(c: char) -> Vec<char> {
    if c.is_ascii_graphic() || c == ' ' { vec![c] } else { c.escape_unicode().collect() }
}

/// Where a change stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeStage {
    /// Waits for votes.
    Proposed,
    /// Is so.
    Enacted {
        /// Since when.
        at: Timestamp,
    },
    /// Objected to.
    Refused {
        /// By whom.
        by: MemberId,
    },
    /// Taken back.
    Withdrawn {
        /// By whom.
        by: MemberId,
    },
    /// Not decided in time, or the policy it was voted under came to an end.
    Expired,
}

impl ChangeStage {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Enacted { .. } => "enacted",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// A change request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRequest {
    /// What is voted on.
    pub terms: ChangeTerms,
    /// Names it.
    pub digest: Digest,
    /// Votes needed when it was proposed.
    pub quorum: Quorum,
    /// Signed votes on this digest.
    pub votes: BTreeMap<MemberId, Vote>,
    /// Where it stands.
    pub stage: ChangeStage,
}
