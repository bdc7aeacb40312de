//! From a policy to text that people edit.
//!
//! Every value printed is a slug, a checked label or digits: none can hold a quote, a backslash or a line break.

use std::fmt::Write as _;

use crate::config::duration::print_duration;
use crate::domain::asset::{Asset, AssetId};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Then, Window};

const HOUR_S: u64 = 60 * 60;

/// Prints a policy. Assets of the list get their symbols and amounts their decimals; others print as CAIP-19.
#[must_use]
pub fn print(policy: &Policy, assets: &[&Asset]) -> String {
    let mut text = format!(
        "# Policy version {}. All rules are judged, the strictest result wins, and what no rule names is barred.\n",
        policy.version
    );
    line(&mut text, "vote_time", &quoted(&print_duration(policy.vote_s)));
    text.push_str("\n# Who must agree to changes of members, wallets, contacts, assets and this policy.\n");
    line(&mut text, "governance", &quorum(&policy.governance));
    text.push_str("\n[groups]\n");
    for (id, members) in &policy.groups {
        line(&mut text, id.as_str(), &list(members));
    }
    for one in &policy.rules {
        text.push_str("\n[[rule]]\n");
        rule(&mut text, one, assets);
    }
    text
}

fn rule(text: &mut String, rule: &Rule, assets: &[&Asset]) {
    line(text, "id", &quoted(rule.id.as_str()));
    let when = &rule.when;
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            line(text, key, &value);
        }
    };
    put("from", when.wallets.as_ref().map(list));
    put("tiers", when.tiers.as_ref().map(|tiers| list(tiers.iter().map(|t| t.word()))));
    put("by", when.initiators.as_ref().map(list));
    put("to", when.to.as_ref().map(destination));
    put("asset", when.assets.as_ref().map(|ids| asset_list(ids.iter().copied().collect(), assets)));
    let unit = when.assets.as_ref().and_then(|ids| if ids.len() == 1 { ids.first() } else { None });
    let unit = unit.and_then(|id| assets.iter().find(|a| a.id == *id).copied());
    put("over", when.over.map(|a| amount(a, unit)));
    put("up_to", when.up_to.map(|a| amount(a, unit)));
    put("window", when.window.as_ref().map(|w| window(w, unit)));
    match &rule.then {
        Then::Allow => put("allow", Some("true".to_owned())),
        Then::Require { quorums, late_slot } => {
            let quorums: Vec<String> = quorums.iter().map(quorum).collect();
            put("require", Some(format!("[{}]", quorums.join(", "))));
            put("late_slot", late_slot.then(|| "true".to_owned()));
        }
        Then::Block { reason } => put("block", Some(quoted(reason.as_str()))),
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {value}").expect("a string takes everything");
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| quoted(&item.to_string())).collect();
    format!("[{}]", items.join(", "))
}

fn quorum(quorum: &Quorum) -> String {
    format!("{{ group = \"{}\", needed = {} }}", quorum.group, quorum.needed)
}

fn destination(to: &Destination) -> String {
    match to {
        Destination::Contacts => quoted("contacts"),
        Destination::Own => quoted("own"),
        Destination::Unlisted => quoted("unlisted"),
        Destination::Listed(contacts) => list(contacts),
    }
}

fn asset_list(ids: Vec<AssetId>, assets: &[&Asset]) -> String {
    let name = |id: &AssetId| assets.iter().find(|a| a.id == *id).map_or_else(|| id.to_string(), |a| a.symbol.to_string());
    match ids.as_slice() {
        [one] => quoted(&name(one)),
        many => list(many.iter().map(name)),
    }
}

fn amount(amount: Amount, unit: Option<&Asset>) -> String {
    quoted(&unit.map_or_else(|| amount.to_string(), |asset| trimmed(&amount.text(asset.decimals))))
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn window(window: &Window, unit: Option<&Asset>) -> String {
    let length = if window.seconds.is_multiple_of(HOUR_S) {
        format!("hours = {}", window.seconds / HOUR_S)
    } else {
        format!("seconds = {}", window.seconds)
    };
    let mut text = format!("{{ {length}, per = \"{}\"", window.per.word());
    if let Some(sum) = window.sum_over {
        write!(text, ", over = {}", amount(sum, unit)).expect("a string takes everything");
    }
    if let Some(count) = window.count_over {
        write!(text, ", count_over = {count}").expect("a string takes everything");
    }
    text.push_str(" }");
    text
}
