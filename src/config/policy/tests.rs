//! The human policy file: what reads, what is refused with its place, and that printing reads back.

use std::path::Path;

use proptest::prelude::*;

use super::{print, read};
use crate::domain::asset::{Asset, AssetId, Symbol};
use crate::domain::id::{ContactId, GroupId, Label, MemberId, RuleId, WalletId};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use crate::domain::wallet::Tier;

const FULL: &str = r#"
vote_time = "24h"
governance = { group = "admins", needed = 2 }

[groups]
admins = ["alice", "bob", "carol"]
approvers = ["bob", "carol"]

[[rule]]
id = "small"
from = ["pay-eu-1"]
tiers = ["hot"]
by = ["alice"]
to = "contacts"
asset = "USDC"
up_to = "1000"
allow = true

[[rule]]
id = "large"
to = ["supplier-7"]
asset = "USDC"
over = "1000.5"
require = [{ group = "approvers", needed = 2 }]
late_slot = true

[[rule]]
id = "day"
asset = "USDC"
window = { hours = 24, per = "wallet", over = "5000", count_over = 10 }
block = "daily limit"

[[rule]]
id = "strangers"
to = "unlisted"
asset = ["USDC", "ETH"]
block = "not in the address book"
"#;

fn assets() -> [Asset; 2] {
    let asset = |id: &str, symbol: &str, decimals| Asset {
        id: AssetId::parse(id).expect("CAIP-19"),
        symbol: Symbol::parse(symbol).expect("short"),
        decimals,
    };
    [asset("eip155:1/slip44:60", "ETH", 18), asset("eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDC", 6)]
}

fn parse(text: &str) -> Result<Policy, String> {
    let list = assets();
    read(Path::new("policy.toml"), text, &list.iter().collect::<Vec<_>>(), 3).map_err(|e| e.to_string())
}

#[test]
fn a_full_policy_reads_in_the_assets_own_units() {
    let policy = parse(FULL).expect("valid");
    assert_eq!((policy.version, policy.vote_s, policy.rules.len()), (3, 86_400, 4));
    assert_eq!(policy.rules[0].when.up_to, Some(Amount::from(1_000_000_000)));
    assert_eq!(policy.rules[1].when.over, Some(Amount::from(1_000_500_000)));
    assert!(matches!(policy.rules[1].then, Then::Require { late_slot: true, .. }));
    let window = policy.rules[2].when.window.clone().expect("a window");
    assert_eq!((window.seconds, window.per, window.count_over), (86_400, Scope::Wallet, Some(10)));
    assert_eq!(policy.rules[3].when.to, Some(Destination::Unlisted));
    let list = assets();
    assert_eq!(parse(&print(&policy, &list.iter().collect::<Vec<_>>())), Ok(policy));
}

#[test]
fn wrong_policies_name_place_and_expectation() {
    let cases = [
        ("needed = 2 }", "needed = 0 }", "line 3, column 43, key governance.needed: expected 1 or more"),
        (
            "group = \"admins\"",
            "group = \"admin\"",
            "line 3, column 24, key governance.group: there is no group admin; expected one of [groups]: admins, approvers (did you mean `admins`?)",
        ),
        ("vote_time = \"24h\"", "vote_time = \"24\"", "line 2, column 13, key vote_time: expected digits and one of s, m, h, d"),
        ("up_to = \"1000\"", "up_to = \"1e3\"", "line 16, column 9, key rule[1].up_to: amount \"1e3\": expected digits"),
        ("up_to = \"1000\"", "up_to = \"1,000\"", "key rule[1].up_to: amount \"1,000\": expected digits"),
        ("up_to = \"1000\"", "up_to = \"0.0000001\"", "key rule[1].up_to: amount \"0.0000001\": the asset has 6 decimals"),
        ("up_to = \"1000\"", "up_to = 1000", "key rule[1].up_to: invalid type: integer `1000`, expected a string"),
        ("asset = \"USDC\"\nup_to", "up_to", "key rule[1].up_to: an amount needs its unit"),
        (
            "asset = \"USDC\"\nup_to",
            "asset = \"USD\"\nup_to",
            "there is no asset \"USD\" in the treasury's list; expected one of: ETH, USDC (did you mean `USDC`?)",
        ),
        (
            "tiers = [\"hot\"]",
            "tiers = [\"hott\"]",
            "line 12, column 9, key rule[1].tiers: there is no tier \"hott\"; expected hot, warm or cold (did you mean `hot`?)",
        ),
        ("tiers = [\"hot\"]", "tier = [\"hot\"]", "line 12, column 1, key rule[1].tier: unknown field `tier`"),
        ("to = \"contacts\"", "to = \"contact\"", "key rule[1].to: expected \"contacts\", \"own\", \"unlisted\" or a list"),
        ("to = \"contacts\"", "to = 7", "key rule[1].to: invalid type: integer `7`, expected a text or a list of texts"),
        ("allow = true", "allow = false", "key rule[1].allow: expected true"),
        ("allow = true", "allow = true\nlate_slot = true", "key rule[1].late_slot: late_slot belongs to a rule with require"),
        (
            "allow = true",
            "",
            "line 10, column 6, key rule[1].id: expected exactly one of allow = true, require = [...] and block",
        ),
        ("allow = true", "allow = true\nblock = \"no\"", "expected exactly one of allow"),
        ("hours = 24, ", "", "key rule[3].window: expected exactly one of hours and seconds"),
        (
            "per = \"wallet\"",
            "per = \"wallets\"",
            "key rule[3].window.per: expected one of treasury, wallet, destination, initiator (did you mean `wallet`?)",
        ),
        (", over = \"5000\", count_over = 10", "", "key rule[3].window: expected over = \"amount\" or count_over"),
        ("block = \"daily limit\"", "block = \"\u{1b}[2J\"", "line 31, column 10: invalid basic string"),
        ("id = \"day\"", "id = \"small\"", "key rule[3].id: rule small stands here twice"),
        (
            "governance = { group = \"admins\", needed = 2 }",
            "governance = [\"admins\", 2]",
            "key governance: invalid type: sequence, expected a table with keys",
        ),
        ("governance = { group = \"admins\", needed = 2 }", "", "missing field `governance`"),
        (
            "[\"alice\", \"bob\", \"carol\"]",
            "[\"alice\", \"Bob\"]",
            "line 6, column 20, key groups.admins[2]: member \"Bob\": expected 1 to 32",
        ),
    ];
    for (from, to, expected) in cases {
        let text = FULL.replacen(from, to, 1);
        assert_ne!(text, FULL, "{from} is not in the text");
        let error = parse(&text).expect_err(to);
        assert!(error.contains(expected), "{error}\nlacks {expected}");
        assert!(!error.contains('\u{1b}'));
    }
}

fn slug() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,8}"
}

fn when() -> impl Strategy<Value = When> {
    let asset = prop::sample::select(assets().map(|a| a.id).to_vec());
    let to = prop_oneof![
        Just(Destination::Contacts),
        Just(Destination::Own),
        Just(Destination::Unlisted),
        prop::collection::btree_set(slug(), 1..3)
            .prop_map(|c| Destination::Listed(c.iter().map(|id| ContactId::parse(id).expect("slug")).collect())),
    ];
    let scope = prop::sample::select(vec![Scope::Treasury, Scope::Wallet, Scope::Destination, Scope::Initiator]);
    let window = (1_u64..3_000_000, scope, any::<u64>(), any::<Option<u32>>());
    let window =
        window.prop_map(|(seconds, per, sum, count_over)| Window { seconds, per, sum_over: Some(Amount::from(sum)), count_over });
    let wallets = prop::collection::btree_set(slug(), 0..3);
    let tiers = prop::option::of(prop::collection::btree_set(prop::sample::select(Tier::ALL.to_vec()), 0..3));
    (asset, prop::option::of(to), prop::option::of(window), prop::option::of(wallets), tiers, any::<(Option<u64>, Option<u64>)>())
        .prop_map(|(asset, to, window, wallets, tiers, (over, up_to))| When {
            wallets: wallets.map(|w| w.iter().map(|id| WalletId::parse(id).expect("slug")).collect()),
            tiers,
            initiators: None,
            to,
            assets: Some([asset].into()),
            over: over.map(Amount::from),
            up_to: up_to.map(Amount::from),
            window,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_as_the_same_policy(
        whens in prop::collection::vec((when(), 0_u8..3, any::<bool>()), 0..6),
        vote_s in 0_u64..4_000_000,
        needed in 1_u32..9,
    ) {
        let group = GroupId::parse("some-group").expect("slug");
        let quorum = Quorum { group: group.clone(), needed };
        let rules = whens.into_iter().enumerate().map(|(i, (when, then, late_slot))| {
            let then = match then {
                0 => Then::Allow,
                1 => Then::Require { quorums: vec![quorum.clone(), quorum.clone()], late_slot },
                _ => Then::Block { reason: Label::parse("100% 'no' # really").expect("printable") },
            };
            Rule { id: RuleId::parse(&format!("rule-{i}")).expect("slug"), when, then }
        });
        let members = [MemberId::parse("alice").expect("slug")];
        let policy = Policy { version: 3, groups: [(group, members.into())].into(), governance: quorum.clone(), vote_s, rules: rules.collect() };
        let list = assets();
        let text = print(&policy, &list.iter().collect::<Vec<_>>());
        prop_assert_eq!(parse(&text).map_err(|e| format!("{e}\n{text}")), Ok(policy));
    }
}

#[test]
fn the_readme_shows_a_policy_that_reads() {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("```toml\n").expect("a policy is shown");
    let (shown, _) = rest.split_once("```").expect("it ends");
    let [eth, _] = assets();
    let policy = read(Path::new("README.md"), shown, &[&eth], 1).expect("it reads");
    assert_eq!((policy.rules.len(), policy.groups.len()), (3, 2));
}
