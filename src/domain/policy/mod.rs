//! The policy: which transfers pass, which are voted on, which are barred.
//!
//! All rules are judged, the strictest result wins, and what no rule names is barred.

pub mod judge;
pub mod lint;
pub mod rule;
pub mod verdict;
pub mod window;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::id::{GroupId, MemberId};
use crate::domain::policy::rule::{Quorum, Rule};
use crate::domain::time::Seconds;

/// Most rules a policy may have.
pub const RULES_MAX: usize = 500;

/// The treasury's rules, under one version number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Counts up by one with every change; votes and texts name it.
    pub version: u32,
    /// Who is in which group.
    pub groups: BTreeMap<GroupId, BTreeSet<MemberId>>,
    /// Who must agree to changes of members, wallets, contacts, assets and this policy.
    pub governance: Quorum,
    /// Seconds a proposed request may wait for votes when the draft does not say.
    pub vote_s: Seconds,
    /// Judged all, in this order for display only.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// SHA-256 over the policy's canonical JSON: what texts and votes name.
    #[must_use]
    pub fn digest(&self) -> B256 {
        let bytes = serde_json::to_vec(self).expect("a policy has string keys and no floats");
        B256::from_slice(&Sha256::digest(bytes))
    }

    /// The members of a group; an unknown group is empty, and an empty group never meets a quorum.
    #[must_use]
    pub fn group(&self, id: &GroupId) -> BTreeSet<MemberId> {
        self.groups.get(id).cloned().unwrap_or_default()
    }
}
