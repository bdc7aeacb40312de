//! A verdict is a tree that explains itself: what was asked, what was found, who is still needed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::id::{GroupId, MemberId, RuleId};
use crate::domain::policy::rule::Quorum;

/// Where a request stands with the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing is missing.
    Met,
    /// Votes are missing.
    Pending,
    /// No vote can help.
    Barred,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Pending => "pending",
            Self::Barred => "barred",
        }
    }
}

/// One criterion of a rule, with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What is looked at: `tier`, `amount`, `window`.
    pub what: String,
    /// What the rule asks for.
    pub asked: String,
    /// What the request has.
    pub found: String,
    /// Whether they agree.
    pub holds: bool,
}

/// One rule, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// Whether all its criteria hold.
    pub applies: bool,
    /// `allow`, `require 2 of approvers`, `block: reason`.
    pub then: String,
    /// Every criterion the rule has.
    pub criteria: Vec<Criterion>,
}

impl Finding {
    /// Why a rule does not apply: its first criterion that does not hold.
    #[must_use]
    pub fn first_unmet(&self) -> Option<&Criterion> {
        self.criteria.iter().find(|c| !c.holds)
    }
}

/// How far one quorum is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Which group votes.
    pub group: GroupId,
    /// How many must.
    pub needed: u32,
    /// Who has approved.
    pub approved: BTreeSet<MemberId>,
    /// Who still may: in the group, active, not the requester, has not voted.
    pub may_vote: BTreeSet<MemberId>,
}

impl Tally {
    /// Whether enough people approved. Zero is never enough.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.needed > 0 && self.approved.len() >= self.needed as usize
    }

    /// Whether it can still be met.
    #[must_use]
    pub fn can_be_met(&self) -> bool {
        self.needed > 0 && self.approved.len().saturating_add(self.may_vote.len()) >= self.needed as usize
    }

    /// How many votes are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        (self.needed as usize).saturating_sub(self.approved.len())
    }
}

/// The policy's answer about one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The sum of it.
    pub standing: Standing,
    /// Policy version that was judged under.
    pub policy: u32,
    /// The rule that decided; none where no rule applies.
    pub deciding: Option<RuleId>,
    /// One sentence.
    pub reason: String,
    /// Quorums of every applying rule, with votes so far.
    pub tallies: Vec<Tally>,
    /// Every rule of the policy.
    pub findings: Vec<Finding>,
    /// Whether a voted transfer from a hot wallet takes its slot only when ordered.
    pub late_slot: bool,
}

impl Verdict {
    /// What was asked for of each group.
    #[must_use]
    pub fn quorums(&self) -> Vec<Quorum> {
        self.tallies.iter().map(|t| Quorum { group: t.group.clone(), needed: t.needed }).collect()
    }

    /// Lines for a terminal: deciding rule first, then quorums, then every other rule's first unmet criterion.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.standing.word(), self.reason)];
        for tally in &self.tallies {
            let who = |set: &BTreeSet<MemberId>| set.iter().map(MemberId::as_str).collect::<Vec<_>>().join(", ");
            let approved = if tally.approved.is_empty() { "nobody yet".to_owned() } else { who(&tally.approved) };
            lines.push(format!("  {} of {}: {} ({})", tally.needed, tally.group, tally.approved.len(), approved));
            if !tally.is_met() {
                let open = if tally.may_vote.is_empty() { "nobody is left who may".to_owned() } else { who(&tally.may_vote) };
                lines.push(format!("    may still vote: {open}"));
            }
        }
        for finding in &self.findings {
            let mark = if finding.applies { "applies" } else { "no" };
            let why = finding.first_unmet().map(|c| format!(": {} is {}, rule asks {}", c.what, c.found, c.asked));
            lines.push(format!("  rule {} {mark}, {}{}", finding.rule, finding.then, why.unwrap_or_default()));
        }
        lines
    }
}
