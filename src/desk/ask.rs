//! What front doors ask of the desk, and how it fails.

use alloy_primitives::B256;

use crate::domain::change::{Change, Scope};
use crate::domain::id::{Label, MemberId, RequestId};
use crate::domain::journal::Broken;
use crate::domain::refusal::Refusal;
use crate::domain::terms::{Decision, Digest};
use crate::domain::transfer::Draft;
use crate::domain::vote::VoteSignature;
use crate::text::Untrusted;

/// An act of a member. The same set stands behind the TUI and the CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Write a draft; the same reference with the same details answers with the first one.
    Draft(Draft),
    /// Replace a draft.
    Amend(RequestId, Draft),
    /// Quote fees, build the call, put it to the policy.
    Propose(RequestId),
    /// Put a change to the vote.
    ProposeChange(Change),
    /// Vote with the member's own key, which must be open here.
    Vote {
        /// Which request.
        request: RequestId,
        /// Which version of it the member has reviewed.
        digest: Digest,
        /// Approve or object.
        decision: Decision,
        /// Why.
        reason: Option<Untrusted>,
    },
    /// Count a vote that was signed elsewhere.
    VoteSigned {
        /// Which request.
        request: RequestId,
        /// Approve or object.
        decision: Decision,
        /// Over the canonical text.
        signature: VoteSignature,
    },
    /// Take a request back.
    Withdraw(RequestId),
    /// Stop payments at once.
    Freeze(Scope, Label),
    /// Offer higher fees for a transfer in flight, within its ceiling.
    Bump(RequestId),
}

/// What an act came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The request it was about.
    pub request: Option<RequestId>,
    /// The act had been done before; nothing was added.
    pub already: bool,
    /// Entry of the journal it ended with.
    pub seq: u64,
}

/// Why an act failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeskError {
    /// The treasury said no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A node, the signer or the store could not be reached or believed.
    #[error("{what}: {why}")]
    Unavailable {
        /// `node`, `store`, `signer`.
        what: &'static str,
        /// Sanitised.
        why: String,
        /// Whether trying again can help.
        retry: bool,
    },
    /// The keys that are needed are not open.
    #[error("{0}")]
    Locked(String),
    /// The journal fails its check.
    #[error("the journal is damaged: {0}")]
    Journal(#[from] Broken),
    /// A file fails its check.
    #[error("{why}")]
    Damaged {
        /// Stable code, such as `keystore.wrong_password`.
        code: &'static str,
        /// Sanitised.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// No such member, wallet or request.
    #[error("{0}")]
    NotFound(String),
    /// A defect of ours.
    #[error("internal: {0}")]
    Internal(String),
}

/// What `audit verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Entries checked.
    pub entries: u64,
    /// Hash of the last sound entry.
    pub tip: B256,
    /// Votes whose signatures were checked again.
    pub votes: u64,
    /// The first thing that is wrong; none where all is well.
    pub broken: Option<(u64, String)>,
}

impl DeskError {
    /// Whether the same act may succeed later without a change.
    #[must_use]
    pub const fn retry(&self) -> bool {
        matches!(self, Self::Unavailable { retry: true, .. })
    }
}

/// Who asks.
pub type By = MemberId;
