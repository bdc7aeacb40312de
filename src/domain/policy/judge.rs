//! Judging: all rules, the strictest result wins, nothing matched is barred.

use std::collections::BTreeSet;

use crate::domain::id::{MemberId, RequestId};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use crate::domain::policy::verdict::{Criterion, Finding, Standing, Tally, Verdict};
use crate::domain::policy::window::{Spend, Spends};
use crate::domain::time::Timestamp;
use crate::domain::wallet::{Party, Tier};

/// What a rule may look at.
pub struct Case<'a> {
    /// The request's own id, so that it does not count itself.
    pub id: RequestId,
    /// The transfer as windows see it.
    pub spend: &'a Spend,
    /// Tier of its wallet.
    pub tier: Tier,
    /// What was spent before.
    pub before: &'a Spends,
    /// When it is judged.
    pub at: Timestamp,
    /// How to write an amount of its asset for people.
    pub human: &'a dyn Fn(Amount) -> String,
}

/// Who has voted and who may: the treasury's answer about one group.
pub trait Electorate {
    /// Active members of the group who may vote on this request (the requester never may).
    fn eligible(&self, quorum: &Quorum) -> BTreeSet<MemberId>;
    /// Who approved.
    fn approved(&self) -> BTreeSet<MemberId>;
}

/// Judges a transfer under a policy.
#[must_use]
pub fn judge(policy: &Policy, case: &Case<'_>, electorate: &dyn Electorate) -> Verdict {
    let findings: Vec<Finding> = policy.rules.iter().map(|rule| find(rule, case)).collect();
    let applying: Vec<&Rule> =
        policy.rules.iter().zip(&findings).filter(|(_, finding)| finding.applies).map(|(rule, _)| rule).collect();
    let verdict = |standing, deciding: Option<&Rule>, reason, tallies, late_slot| Verdict {
        standing,
        policy: policy.version,
        deciding: deciding.map(|rule| rule.id.clone()),
        reason,
        tallies,
        findings: findings.clone(),
        late_slot,
    };
    let Some(deciding) = applying.iter().copied().max_by_key(|rule| strictness(&rule.then)) else {
        let reason = "no rule of the policy names this transfer".to_owned();
        return verdict(Standing::Barred, None, reason, Vec::new(), false);
    };
    match &deciding.then {
        Then::Block { reason } => {
            let reason = format!("rule {} blocks it: {reason}", deciding.id);
            verdict(Standing::Barred, Some(deciding), reason, Vec::new(), false)
        }
        Then::Allow => {
            let reason = format!("rule {} lets it pass without a vote", deciding.id);
            verdict(Standing::Met, Some(deciding), reason, Vec::new(), false)
        }
        Then::Require { .. } => {
            let (quorums, late_slot) = required(&applying);
            let tallies: Vec<Tally> = quorums.iter().map(|quorum| tally(quorum, electorate)).collect();
            let (standing, reason) = count(deciding, &tallies);
            verdict(standing, Some(deciding), reason, tallies, late_slot)
        }
    }
}

/// The quorums that judging would ask for, without explaining it: what screens need of every open request in every frame.
/// None where it would pass, or be barred by a rule or for want of one.
#[must_use]
pub fn quorums(policy: &Policy, case: &Case<'_>) -> Vec<Quorum> {
    let applying: Vec<&Rule> = policy.rules.iter().filter(|rule| applies(&rule.when, case)).collect();
    match applying.iter().max_by_key(|rule| strictness(&rule.then)).map(|rule| &rule.then) {
        Some(Then::Require { .. }) => required(&applying).0,
        Some(Then::Allow | Then::Block { .. }) | None => Vec::new(),
    }
}

/// Counts votes where the quorums are given, as for changes.
#[must_use]
pub fn tally(quorum: &Quorum, electorate: &dyn Electorate) -> Tally {
    let eligible = electorate.eligible(quorum);
    let approved: BTreeSet<MemberId> = electorate.approved().intersection(&eligible).cloned().collect();
    let may_vote = eligible.difference(&approved).cloned().collect();
    Tally { group: quorum.group.clone(), needed: quorum.needed, approved, may_vote }
}

fn strictness(then: &Then) -> (u8, u64) {
    match then {
        Then::Allow => (0, 0),
        Then::Require { quorums, .. } => (1, quorums.iter().map(|q| u64::from(q.needed)).sum()),
        Then::Block { .. } => (2, 0),
    }
}

/// Every quorum of every applying rule; of one group the largest. Late slots only where all of them allow it.
fn required(applying: &[&Rule]) -> (Vec<Quorum>, bool) {
    let mut all: Vec<Quorum> = Vec::new();
    let mut late = true;
    for rule in applying {
        if let Then::Require { quorums, late_slot } = &rule.then {
            late &= *late_slot;
            for quorum in quorums {
                match all.iter_mut().find(|known| known.group == quorum.group) {
                    Some(known) => known.needed = known.needed.max(quorum.needed),
                    None => all.push(quorum.clone()),
                }
            }
        }
    }
    (all, late)
}

fn count(deciding: &Rule, tallies: &[Tally]) -> (Standing, String) {
    let id = &deciding.id;
    if tallies.is_empty() || tallies.iter().any(|t| !t.can_be_met()) {
        (Standing::Barred, format!("rule {id} needs more people than may vote"))
    } else if tallies.iter().all(Tally::is_met) {
        (Standing::Met, format!("rule {id} is satisfied"))
    } else {
        let missing: usize = tallies.iter().map(Tally::missing).sum();
        let noun = if missing == 1 { "approval" } else { "approvals" };
        (Standing::Pending, format!("rule {id} needs {missing} more {noun}"))
    }
}

fn find(rule: &Rule, case: &Case<'_>) -> Finding {
    let criteria = criteria(&rule.when, case);
    let all_hold = criteria.iter().all(|c| c.holds);
    debug_assert_eq!(all_hold, applies(&rule.when, case), "rule {} is read in two ways", rule.id);
    Finding { rule: rule.id.clone(), applies: all_hold, then: describe(&rule.then), criteria }
}

/// Whether every criterion holds; the window last, because it alone costs something.
fn applies(when: &When, case: &Case<'_>) -> bool {
    let spend = case.spend;
    when.wallets.as_ref().is_none_or(|wallets| wallets.contains(&spend.wallet))
        && when.tiers.as_ref().is_none_or(|tiers| tiers.contains(&case.tier))
        && when.initiators.as_ref().is_none_or(|initiators| initiators.contains(&spend.by))
        && when.to.as_ref().is_none_or(|to| goes(to, &spend.to))
        && when.assets.as_ref().is_none_or(|assets| assets.contains(&spend.asset))
        && when.over.is_none_or(|over| spend.amount > over)
        && when.up_to.is_none_or(|up_to| spend.amount <= up_to)
        && when.window.as_ref().is_none_or(|window| window_criteria(window, case).iter().all(|c| c.holds))
}

fn describe(then: &Then) -> String {
    match then {
        Then::Allow => "allow".to_owned(),
        Then::Require { quorums, .. } => {
            let each: Vec<String> = quorums.iter().map(|q| format!("{} of {}", q.needed, q.group)).collect();
            format!("require {}", each.join(" and "))
        }
        Then::Block { reason } => format!("block: {reason}"),
    }
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(" or ")
}

fn criteria(when: &When, case: &Case<'_>) -> Vec<Criterion> {
    let spend = case.spend;
    let mut all = Vec::new();
    let mut add = |what: &str, asked: String, found: String, holds: bool| {
        all.push(Criterion { what: what.to_owned(), asked, found, holds });
    };
    if let Some(wallets) = &when.wallets {
        add("wallet", list(wallets), spend.wallet.to_string(), wallets.contains(&spend.wallet));
    }
    if let Some(tiers) = &when.tiers {
        add("tier", list(tiers.iter().map(|t| t.word())), case.tier.word().to_owned(), tiers.contains(&case.tier));
    }
    if let Some(initiators) = &when.initiators {
        add("initiator", list(initiators), spend.by.to_string(), initiators.contains(&spend.by));
    }
    if let Some(to) = &when.to {
        add("destination", asked_of(to), class_of(&spend.to), goes(to, &spend.to));
    }
    if let Some(assets) = &when.assets {
        add("asset", list(assets), spend.asset.to_string(), assets.contains(&spend.asset));
    }
    if let Some(over) = when.over {
        add("amount", format!("over {}", (case.human)(over)), (case.human)(spend.amount), spend.amount > over);
    }
    if let Some(up_to) = when.up_to {
        add("amount", format!("up to {}", (case.human)(up_to)), (case.human)(spend.amount), spend.amount <= up_to);
    }
    if let Some(window) = &when.window {
        all.extend(window_criteria(window, case));
    }
    all
}

fn window_criteria(window: &Window, case: &Case<'_>) -> Vec<Criterion> {
    let (sum, count) = case.before.before(case.at, window.seconds, window.per, (case.spend, case.id));
    let span = span(window.seconds);
    let per = match window.per {
        Scope::Treasury => "the treasury".to_owned(),
        Scope::Wallet => case.spend.wallet.to_string(),
        Scope::Destination => case.spend.to.to_string(),
        Scope::Initiator => case.spend.by.to_string(),
    };
    let mut all = Vec::new();
    if let Some(limit) = window.sum_over {
        // A sum beyond 256 bits is above every limit.
        let total = sum.checked_add(case.spend.amount);
        let found = total.map_or("beyond counting".to_owned(), |t| (case.human)(t));
        all.push(Criterion {
            what: "window".to_owned(),
            asked: format!("over {} in {span}", (case.human)(limit)),
            found: format!("{found} of {per}, this one included"),
            holds: total.is_none_or(|t| t > limit),
        });
    }
    if let Some(limit) = window.count_over {
        let total = count.saturating_add(1);
        all.push(Criterion {
            what: "window".to_owned(),
            asked: format!("over {limit} transfers in {span}"),
            found: format!("{total} of {per}, this one included"),
            holds: total > limit,
        });
    }
    all
}

fn span(seconds: u64) -> String {
    match seconds {
        s if s.is_multiple_of(86_400) => format!("{} d", s / 86_400),
        s if s.is_multiple_of(3_600) => format!("{} h", s / 3_600),
        s => format!("{s} s"),
    }
}

fn asked_of(to: &Destination) -> String {
    match to {
        Destination::Contacts => "a contact of the address book".to_owned(),
        Destination::Listed(contacts) => list(contacts),
        Destination::Own => "a wallet of ours".to_owned(),
        Destination::Unlisted => "an address that is not in the address book".to_owned(),
    }
}

fn class_of(to: &Party) -> String {
    match to {
        Party::Contact(id) => format!("contact {id}"),
        Party::Wallet(id) => format!("own wallet {id}"),
        Party::Address(address) => format!("{address}, not in the address book"),
    }
}

fn goes(asked: &Destination, to: &Party) -> bool {
    match (asked, to) {
        (Destination::Contacts, Party::Contact(_))
        | (Destination::Own, Party::Wallet(_))
        | (Destination::Unlisted, Party::Address(_)) => true,
        (Destination::Listed(contacts), Party::Contact(id)) => contacts.contains(id),
        (Destination::Contacts | Destination::Listed(_) | Destination::Own | Destination::Unlisted, _) => false,
    }
}
