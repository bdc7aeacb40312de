//! Everything decided, before anything is made.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;

use crate::cli::init::InitArgs;
use crate::cli::init::pin::Pinned;
use crate::cli::report::Report;
use crate::cli::spec::{self, Key, MemberSpec, WalletSpec};
use crate::config::policy::read;
use crate::config::{FILE_BYTES_MAX, read_text};
use crate::domain::asset::{Asset, Network, NetworkId};
use crate::domain::command::Command;
use crate::domain::event::{Founding, Profile};
use crate::domain::govern::closed_policy;
use crate::domain::id::{GroupId, MemberId, RuleId, TreasuryId, TreasuryName};
use crate::domain::member::{Actor, Member, Role, VotingKey};
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Then, When};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::treasury::Treasury;
use crate::domain::wallet::{Contact, Wallet};

/// How many nodes must agree where it is not said, if there are as many.
const WITNESSES_DEFAULT: usize = 2;
/// A request waits this long for votes under the first policy.
const VOTE_S: Seconds = 24 * 60 * 60;

/// A treasury to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: TreasuryName,
    /// What is at stake.
    pub profile: Profile,
    /// With their nodes.
    pub networks: Vec<Pinned>,
    witnesses: Option<u32>,
    /// With keys that are there or to be made.
    pub members: Vec<MemberSpec>,
    /// With keys that are there or to be made.
    pub wallets: Vec<WalletSpec>,
    contacts: Vec<Contact>,
    assets: Vec<Asset>,
    policy: Policy,
}

impl Plan {
    /// From words, checked against the treasury's own rules as if every key were made.
    ///
    /// # Errors
    /// Usage and config errors; refused where the founding facts contradict each other.
    pub fn of(args: &InitArgs, networks: Vec<Pinned>) -> Result<Self, Report> {
        let name =
            args.name.as_deref().ok_or_else(|| Report::usage("usage.name", "a treasury needs a name").hint("--name NAME"))?;
        let members = args.member.iter().map(|text| spec::member(text)).collect::<Result<Vec<_>, _>>()?;
        if members.is_empty() {
            return Err(Report::usage("usage.member", "a treasury needs members, an admin among them")
                .hint("--member NAME:ROLES:KEY, as in alice:admin,operator:new"));
        }
        let first = networks.first().map(|p| p.id);
        let default = || first.ok_or_else(|| Report::usage("usage.node", "a treasury needs a network"));
        let assets = args.asset.iter().map(|text| spec::asset(text, default)).collect::<Result<Vec<_>, _>>()?;
        let policy = match &args.policy {
            Some(path) => {
                let text = read_text(path, "policy file", FILE_BYTES_MAX)?;
                read(path, &text, &assets.iter().collect::<Vec<_>>(), 1)?
            }
            None => starter(&members),
        };
        let plan = Self {
            name: TreasuryName::parse(name)?,
            profile: args.profile.into(),
            networks,
            witnesses: args.witnesses,
            members,
            wallets: args.wallet.iter().map(|text| spec::wallet(text)).collect::<Result<Vec<_>, _>>()?,
            contacts: args.contact.iter().map(|text| spec::contact(text, default)).collect::<Result<Vec<_>, _>>()?,
            assets,
            policy,
        };
        plan.rehearse()?;
        Ok(plan)
    }

    /// Whether any key is to be made.
    #[must_use]
    pub fn makes_keys(&self) -> bool {
        self.members.iter().any(|m| m.key == Key::New) || self.wallets.iter().any(|w| w.key == Key::New)
    }

    /// The founding facts, with an address for each key: members first, then wallets, in their order.
    #[must_use]
    pub fn founding(&self, treasury: TreasuryId, keys: &[Address]) -> Founding {
        let mut keys = keys.iter().copied();
        let mut next = || keys.next().unwrap_or_default();
        let mut address = |key: Key| match (key, next()) {
            (Key::Known(address), _) | (Key::New, address) => address,
        };
        let members = self.members.iter().map(|m| Member {
            id: m.id.clone(),
            roles: m.roles.clone(),
            key: VotingKey::Evm(address(m.key)),
            revoked: false,
        });
        let members: Vec<Member> = members.collect();
        let network =
            |wallet: &WalletSpec| wallet.network.or_else(|| self.networks.first().map(|p| p.id)).unwrap_or(NetworkId::Eip155(1));
        let wallets = self.wallets.iter().map(|w| Wallet {
            id: w.id.clone(),
            network: network(w),
            address: address(w.key),
            tier: w.tier,
            kind: w.kind,
        });
        let wallets: Vec<Wallet> = wallets.collect();
        let networks =
            self.networks.iter().map(|p| Network { id: p.id, genesis: p.genesis, witnesses: self.witnesses_of(p) }).collect();
        let (contacts, assets) = (self.contacts.clone(), self.assets.clone());
        Founding {
            treasury,
            name: self.name.clone(),
            profile: self.profile,
            networks,
            members,
            wallets,
            contacts,
            assets,
            policy: self.policy.clone(),
        }
    }

    fn witnesses_of(&self, network: &Pinned) -> u32 {
        let usual = network.nodes.len().min(WITNESSES_DEFAULT);
        self.witnesses.unwrap_or_else(|| u32::try_from(usual).unwrap_or(1))
    }

    /// Founds the treasury in memory, with stand-in addresses for keys that are to be made.
    fn rehearse(&self) -> Result<(), Report> {
        if let Some(short) = self.networks.iter().find(|p| p.nodes.len() < self.witnesses_of(p) as usize) {
            let message = format!(
                "--witnesses {}: {} has {} nodes, so that nothing could ever settle",
                self.witnesses_of(short),
                short.id,
                short.nodes.len()
            );
            return Err(Report::usage("usage.witnesses", message).hint("add nodes, or ask for fewer witnesses"));
        }
        let mut stand_ins = Vec::new();
        for (number, key) in self.members.iter().map(|m| m.key).chain(self.wallets.iter().map(|w| w.key)).enumerate() {
            let mut bytes = [0xee_u8; 20];
            bytes[12..].copy_from_slice(&(number as u64).to_be_bytes());
            stand_ins.push(if let Key::Known(address) = key { address } else { Address::from(bytes) });
        }
        let founding = self.founding(TreasuryId::from_bytes([0; 16]), &stand_ins);
        Treasury::unfounded().decide(Timestamp::from_unix(0), &Actor::Desk, &Command::Found(Box::new(founding)))?;
        Ok(())
    }
}

/// The first policy where none is given: every transfer to contacts and own wallets is voted on, everything else is barred.
/// Without an approver nothing could be voted on, and everything is barred until a policy is proposed.
fn starter(members: &[MemberSpec]) -> Policy {
    let with =
        |role: Role| -> BTreeSet<MemberId> { members.iter().filter(|m| m.roles.contains(&role)).map(|m| m.id.clone()).collect() };
    let (admins, approvers) = (with(Role::Admin), with(Role::Approver));
    // The requester never votes: a quorum of all would be out of reach for whoever is in the group.
    let needed = |people: &BTreeSet<MemberId>| if people.len() > 2 { 2 } else { 1 };
    let mut policy = closed_policy(admins.clone(), VOTE_S);
    policy.governance.needed = needed(&admins);
    if approvers.is_empty() {
        return policy;
    }
    let group = GroupId::parse("approvers").expect("a slug");
    let quorum = Quorum { group: group.clone(), needed: needed(&approvers) };
    let rule = |name: &str, to: Destination| Rule {
        id: RuleId::parse(name).expect("a slug"),
        when: When { to: Some(to), ..When::default() },
        then: Then::Require { quorums: vec![quorum.clone()], late_slot: false },
    };
    policy.rules = vec![rule("to-contacts", Destination::Contacts), rule("to-own-wallets", Destination::Own)];
    policy.groups.extend(BTreeMap::from([(group, approvers)]));
    policy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::report::Kind;
    use crate::config::{Finality, NodeSettings, NodeUrl};
    use crate::domain::id::NodeId;
    use alloy_primitives::B256;

    fn networks() -> Vec<Pinned> {
        let id = NetworkId::Eip155(31337);
        let node = NodeSettings::standard(
            NodeId::parse("own").expect("slug"),
            id,
            NodeUrl::parse("http://127.0.0.1:8545").expect("a URL"),
        );
        vec![Pinned { id, genesis: B256::repeat_byte(7), finality: Finality::Finalized, nodes: vec![node] }]
    }

    fn args() -> InitArgs {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        InitArgs {
            name: Some("acme".to_owned()),
            member: list(&["alice:admin,operator:new", "bob:admin,approver:new", "carol:admin,approver:new", "dan:approver:new"]),
            wallet: list(&["pay-1:hot:single-key:new", "cold-1:cold:single-key:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"]),
            asset: list(&["ETH:native:18"]),
            ..InitArgs::default()
        }
    }

    #[test]
    fn without_a_policy_everything_is_voted_on() {
        let plan = Plan::of(&args(), networks()).expect("sound");
        assert!(plan.makes_keys());
        assert_eq!((plan.policy.governance.needed, plan.policy.rules.len()), (2, 2));
        assert!(plan.policy.rules.iter().all(|r| matches!(&r.then, Then::Require { quorums, .. } if quorums[0].needed == 2)));
    }

    #[test]
    fn made_keys_come_in_order() {
        let plan = Plan::of(&args(), networks()).expect("sound");
        let keys: Vec<Address> = (1..=6).map(Address::repeat_byte).collect();
        let founding = plan.founding(TreasuryId::from_bytes([1; 16]), &keys);
        assert_eq!(founding.members[1].key, VotingKey::Evm(keys[1]));
        assert_eq!(founding.wallets[0].address, keys[4]);
        assert_eq!(
            founding.wallets[1].address.to_string(),
            "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "a known address stays"
        );
        assert_eq!(founding.networks[0].witnesses, 1);
    }

    #[test]
    fn what_the_treasury_would_refuse_is_found_before_anything_is_made() {
        type Spoil = fn(&mut InitArgs);
        let cases: [(Spoil, Kind, &str); 7] = [
            (|a| a.name = None, Kind::Usage, "usage.name"),
            (|a| a.name = Some("Acme Inc".into()), Kind::Usage, "usage.id"),
            (|a| a.member.clear(), Kind::Usage, "usage.member"),
            (|a| a.member = vec!["dan:approver:new".into()], Kind::Refused, "treasury.unsound"),
            (|a| a.wallet.push("pay-1:hot:single-key:new".into()), Kind::Refused, "name.taken"),
            (|a| a.witnesses = Some(2), Kind::Usage, "usage.witnesses"),
            (|a| a.policy = Some("/nonexistent/policy.toml".into()), Kind::Config, "config.missing"),
        ];
        for (spoil, kind, code) in cases {
            let mut args = args();
            spoil(&mut args);
            let report = Plan::of(&args, networks()).expect_err(code);
            assert_eq!((report.kind, report.code.as_str()), (kind, code), "{}", report.message);
        }
    }
}
