//! A request: what members ask for and vote on, a transfer or a change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::change::{ChangeRequest, ChangeStage};
use crate::domain::id::{MemberId, RequestId, RequestNumber};
use crate::domain::terms::{Decision, Digest};
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Stage, Transfer};
use crate::domain::vote::Vote;

/// A request: a transfer or a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What people call it.
    pub number: RequestNumber,
    /// The requester, who never votes on it.
    pub by: MemberId,
    /// When it was drafted or proposed.
    pub at: Timestamp,
    /// When it last changed.
    pub touched: Timestamp,
    /// What it is.
    pub body: Body,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "a request lives behind an Arc, so a second box would buy nothing")]
pub enum Body {
    /// Money moves.
    Transfer(Transfer),
    /// The treasury itself changes.
    Change(ChangeRequest),
}

impl Request {
    /// The transfer in it.
    #[must_use]
    pub const fn transfer(&self) -> Option<&Transfer> {
        match &self.body {
            Body::Transfer(transfer) => Some(transfer),
            Body::Change(_) => None,
        }
    }

    /// The change in it.
    #[must_use]
    pub const fn change(&self) -> Option<&ChangeRequest> {
        match &self.body {
            Body::Transfer(_) => None,
            Body::Change(change) => Some(change),
        }
    }

    /// The word for where it stands.
    #[must_use]
    pub const fn stage_word(&self) -> &'static str {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.word(),
            Body::Change(change) => change.stage.word(),
        }
    }

    /// Whether nothing more can happen to it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.is_over(),
            Body::Change(change) => !matches!(change.stage, ChangeStage::Proposed),
        }
    }

    /// Whether it was ordered: its slot may have been signed for.
    #[must_use]
    pub const fn is_flying(&self) -> bool {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.flight().is_some(),
            Body::Change(_) => false,
        }
    }

    /// Whether votes are counted on it now.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match &self.body {
            Body::Transfer(transfer) => matches!(transfer.stage, Stage::Proposed(_)),
            Body::Change(change) => matches!(change.stage, ChangeStage::Proposed),
        }
    }

    /// The digest that votes name, once it is proposed.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.proposal().map(|p| p.digest),
            Body::Change(change) => Some(change.digest),
        }
    }

    /// The lines of its canonical text, once it is proposed.
    #[must_use]
    pub fn fields(&self, decision: Decision) -> Option<Vec<(&'static str, String)>> {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.proposal().map(|p| p.terms.fields(decision)),
            Body::Change(change) => Some(change.terms.fields(decision)),
        }
    }

    /// Its canonical text, once it is proposed.
    #[must_use]
    pub fn text(&self, decision: Decision) -> Option<String> {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.proposal().map(|p| p.terms.print(decision)),
            Body::Change(change) => Some(change.terms.print(decision)),
        }
    }

    /// The last moment at which it may be approved and ordered.
    #[must_use]
    pub fn not_after(&self) -> Option<Timestamp> {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.proposal().map(|p| p.terms.not_after),
            Body::Change(change) => Some(change.terms.not_after),
        }
    }

    /// Votes so far.
    #[must_use]
    pub fn votes(&self) -> Option<&BTreeMap<MemberId, Vote>> {
        match &self.body {
            Body::Transfer(transfer) => transfer.stage.proposal().map(|p| &p.votes),
            Body::Change(change) => Some(&change.votes),
        }
    }
}
