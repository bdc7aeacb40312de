//! Votes: signed statements about a digest, checked at the door.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::domain::id::RequestId;
use crate::domain::member::VotingKey;
use crate::domain::terms::{Decision, Digest};
use crate::domain::time::Timestamp;
use crate::text::Untrusted;

/// A signature over a canonical text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteSignature {
    /// EIP-712 over the fields of the text: r, s, v (27 or 28), low s.
    Eip712(alloy_primitives::Bytes),
}

/// A vote whose signature has been checked: it names the key that made it. Made only by [`Ballot::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    request: RequestId,
    digest: Digest,
    decision: Decision,
    reason: Option<Untrusted>,
    signature: VoteSignature,
    key: VotingKey,
}

/// What is signed: the fields of the text and the network and treasury that the signature is bound to.
pub struct Statement<'a> {
    /// Which request.
    pub request: RequestId,
    /// Which version of it.
    pub digest: Digest,
    /// Approve or object.
    pub decision: Decision,
    /// The text's fields, in order.
    pub fields: &'a [(&'static str, String)],
    /// EIP-155 chain id of the EIP-712 domain.
    pub chain_id: u64,
    /// Salt of the EIP-712 domain: the treasury's id.
    pub salt: [u8; 32],
}

impl Ballot {
    /// Checks a signature with `recover`, which finds the EVM address that signed the statement (chain room).
    /// `None` where it does not recover.
    #[must_use]
    pub fn check(
        statement: &Statement<'_>,
        signature: VoteSignature,
        reason: Option<Untrusted>,
        recover: impl FnOnce(&Statement<'_>, &VoteSignature) -> Option<Address>,
    ) -> Option<Self> {
        let key = VotingKey::Evm(recover(statement, &signature)?);
        let Statement { request, digest, decision, .. } = *statement;
        Some(Self { request, digest, decision, reason, signature, key })
    }

    /// Which request it is about.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        self.request
    }

    /// Which version of it.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Approve or object.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// The key that signed.
    #[must_use]
    pub const fn key(&self) -> VotingKey {
        self.key
    }

    /// What the journal keeps.
    #[must_use]
    pub fn vote(&self, at: Timestamp) -> Vote {
        Vote { decision: self.decision, signature: self.signature.clone(), reason: self.reason.clone(), at }
    }
}

/// A vote in the journal. Its signature can be checked again at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Approve or object.
    pub decision: Decision,
    /// Over the canonical text.
    pub signature: VoteSignature,
    /// Why, where the voter said.
    pub reason: Option<Untrusted>,
    /// When it was counted.
    pub at: Timestamp,
}
