//! What makes a policy unsound whatever it is applied to.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{GroupId, MemberId};
use crate::domain::member::{Member, Role};
use crate::domain::policy::rule::{Destination, Quorum, Rule, Then};
use crate::domain::policy::window::WINDOW_MAX_S;
use crate::domain::policy::{Policy, RULES_MAX};
use crate::domain::time::Seconds;

/// Shortest and longest time a request may wait for votes: one minute to 31 days.
pub const VOTE_S: std::ops::RangeInclusive<Seconds> = 60..=WINDOW_MAX_S;

/// Everything wrong with a policy, one sentence each; empty when it is sound.
#[must_use]
pub fn lint(policy: &Policy, members: &BTreeMap<MemberId, Member>) -> Vec<String> {
    let mut wrong = Vec::new();
    if policy.rules.len() > RULES_MAX {
        wrong.push(format!("{} rules; at most {RULES_MAX}", policy.rules.len()));
    }
    if !VOTE_S.contains(&policy.vote_s) {
        wrong.push(format!("vote_s is {}; expected 60 to {WINDOW_MAX_S}", policy.vote_s));
    }
    for (id, group) in &policy.groups {
        for member in group {
            if !members.contains_key(member) {
                wrong.push(format!("group {id}: there is no member {member}"));
            }
        }
    }
    wrong.extend(
        lint_quorum(policy, members, &policy.governance, Role::Admin, "governance").or_else(|| lint_proposer(policy, members)),
    );
    let mut names = BTreeSet::new();
    for rule in &policy.rules {
        if !names.insert(&rule.id) {
            wrong.push(format!("rule {}: the name is used twice", rule.id));
        }
        wrong.extend(lint_rule(policy, members, rule));
    }
    wrong
}

fn lint_rule(policy: &Policy, members: &BTreeMap<MemberId, Member>, rule: &Rule) -> Vec<String> {
    let id = &rule.id;
    let mut wrong = Vec::new();
    let mut say = |text: String| wrong.push(format!("rule {id}: {text}"));
    let when = &rule.when;
    let one_asset = when.assets.as_ref().is_some_and(|assets| assets.len() == 1);
    let sums = when.window.as_ref().is_some_and(|w| w.sum_over.is_some());
    if (when.over.is_some() || when.up_to.is_some() || sums) && !one_asset {
        say("an amount means nothing without exactly one asset".to_owned());
    }
    if when.over.zip(when.up_to).is_some_and(|(over, up_to)| over >= up_to) {
        say("no amount is over and up to its bounds".to_owned());
    }
    if let Some(window) = &when.window {
        if window.seconds == 0 || window.seconds > WINDOW_MAX_S {
            say(format!("a window of {} s; expected 1 to {WINDOW_MAX_S}", window.seconds));
        }
        if window.sum_over.is_none() && window.count_over.is_none() {
            say("a window without sum_over or count_over".to_owned());
        }
    }
    let empty = [
        when.wallets.as_ref().is_some_and(BTreeSet::is_empty),
        when.tiers.as_ref().is_some_and(BTreeSet::is_empty),
        when.initiators.as_ref().is_some_and(BTreeSet::is_empty),
        when.assets.as_ref().is_some_and(BTreeSet::is_empty),
        matches!(&when.to, Some(Destination::Listed(contacts)) if contacts.is_empty()),
    ];
    if empty.contains(&true) {
        say("an empty list never applies".to_owned());
    }
    match &rule.then {
        Then::Allow => {
            if when.up_to.is_none() {
                say("lets any amount pass without a vote; give it up_to".to_owned());
            }
        }
        Then::Require { quorums, .. } => {
            if quorums.is_empty() {
                say("requires nobody".to_owned());
            }
            let what = format!("rule {id}");
            wrong.extend(quorums.iter().flat_map(|q| lint_quorum(policy, members, q, Role::Approver, &what)));
        }
        Then::Block { .. } => {}
    }
    wrong
}

/// Whoever proposes a change never votes on it, so some admin must leave enough others. Without one nothing could ever be
/// changed again, and no freeze lifted.
fn lint_proposer(policy: &Policy, members: &BTreeMap<MemberId, Member>) -> Option<String> {
    let Quorum { group, needed } = &policy.governance;
    let admins = || members.values().filter(|m| m.has(Role::Admin));
    let voters = policy.group(group);
    let others = |proposer: &Member| admins().filter(|m| voters.contains(&m.id) && m.id != proposer.id).count();
    let possible = admins().any(|proposer| others(proposer) >= *needed as usize);
    (!possible).then(|| {
        format!(
            "governance: needs {needed} of {group} beside the admin who proposes, who never votes; nobody could change anything"
        )
    })
}

/// A quorum must be reachable by the members who hold the role today.
fn lint_quorum(policy: &Policy, members: &BTreeMap<MemberId, Member>, quorum: &Quorum, role: Role, what: &str) -> Option<String> {
    let Quorum { group, needed } = quorum;
    if *needed == 0 {
        return Some(format!("{what}: a quorum of zero approves by itself"));
    }
    if !policy.groups.contains_key::<GroupId>(group) {
        return Some(format!("{what}: there is no group {group}"));
    }
    let able = policy.group(group).iter().filter(|id| members.get(*id).is_some_and(|m| m.has(role))).count();
    (able < *needed as usize)
        .then(|| format!("{what}: needs {needed} of {group}, where {able} may vote (active, role {})", role.word()))
}
