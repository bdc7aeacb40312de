//! Governing: the founding, changes of the treasury itself, freezes.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::asset::{Asset, NetworkId};
use crate::domain::change::{Change, ChangeTerms, Scope};
use crate::domain::event::{Event, Founding};
use crate::domain::id::{GroupId, Label, MemberId, RequestId, RequestNumber};
use crate::domain::member::{Member, Role};
use crate::domain::needs;
use crate::domain::policy::Policy;
use crate::domain::policy::lint::lint;
use crate::domain::policy::rule::{Destination, Quorum};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::treasury::Treasury;
use crate::domain::wallet::{Contact, Wallet};

pub(in crate::domain) fn found(treasury: &Treasury, founding: &Founding) -> Result<Vec<Event>, Refusal> {
    if treasury.id.is_some() {
        return Err(Refusal::new(Code::TreasuryFounded, format!("treasury {} stands here already", treasury.name())));
    }
    let unsound = |why: String| Err(Refusal::new(Code::TreasuryUnsound, why));
    if founding.networks.is_empty() {
        return unsound("a treasury needs at least one network".to_owned());
    }
    if !founding.members.iter().any(|m| m.has(Role::Admin)) {
        return unsound("a treasury needs at least one member with the role admin".to_owned());
    }
    if founding.policy.version != 1 {
        return unsound("the first policy has version 1".to_owned());
    }
    // Each part is added to an empty treasury by the same checks as later changes.
    let mut built = Treasury::unfounded();
    for network in &founding.networks {
        if network.witnesses == 0 || built.networks.insert(network.id, network.clone()).is_some() {
            return unsound(format!("network {} is given twice, or without witnesses", network.id));
        }
    }
    for member in &founding.members {
        built.member_is_new(member)?;
        built.members.insert(member.id.clone(), member.clone());
    }
    for wallet in &founding.wallets {
        built.wallet_is_new(wallet)?;
        std::sync::Arc::make_mut(&mut built.wallets).insert(wallet.id.clone(), wallet.clone());
    }
    for contact in &founding.contacts {
        built.contact_is_new(contact)?;
        std::sync::Arc::make_mut(&mut built.contacts).insert(contact.id.clone(), contact.clone());
    }
    for asset in &founding.assets {
        built.asset_is_new(asset)?;
        std::sync::Arc::make_mut(&mut built.assets).insert(asset.id, asset.clone());
    }
    built.policy_is_sound(&founding.policy)?;
    Ok(vec![Event::Founded(Box::new(founding.clone()))])
}

pub(in crate::domain) fn propose(
    treasury: &Treasury,
    at: Timestamp,
    by: &Member,
    id: RequestId,
    change: &Change,
) -> Result<Vec<Event>, Refusal> {
    needs(by, &[Role::Admin])?;
    treasury.id_is_new(id)?;
    treasury.change_is_sound(change)?;
    let Some(vault) = treasury.id else { return Err(Refusal::new(Code::TreasuryAbsent, "there is no treasury here yet")) };
    let policy = (treasury.policy.version, treasury.policy.digest());
    let not_after = at.plus(treasury.policy.vote_s);
    let terms = ChangeTerms { vault, request: id, change: change.clone(), policy, not_after };
    let number = RequestNumber(treasury.count.saturating_add(1));
    Ok(vec![Event::ChangeProposed { number, terms: Box::new(terms), quorum: treasury.policy.governance.clone() }])
}

/// Anyone who guards the money may stop it at once; only a quorum lets it go again.
pub(in crate::domain) fn freeze(treasury: &Treasury, by: &Member, scope: &Scope, reason: &Label) -> Result<Vec<Event>, Refusal> {
    needs(by, &[Role::Admin, Role::Approver])?;
    if let Scope::Wallet(id) = scope
        && !treasury.wallets.contains_key(id)
    {
        return Err(Refusal::new(Code::WalletUnknown, format!("there is no wallet {id}")));
    }
    if treasury.frozen.contains_key(&scope.to_string()) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Frozen { scope: scope.clone(), by: Some(by.id.clone()), reason: reason.clone() }])
}

fn taken(what: &str, name: &str) -> Refusal {
    Refusal::new(Code::NameTaken, format!("{what} {name}: the name, key or address is in use"))
}

impl Treasury {
    /// Whether a change could come into force now; asked when it is proposed and again when the quorum is met.
    pub(in crate::domain) fn change_is_sound(&self, change: &Change) -> Result<(), Refusal> {
        let unsound = |why: String| Err(Refusal::new(Code::ChangeUnsound, why));
        match change {
            Change::AddNetwork(network) => match self.networks.contains_key(&network.id) {
                true => Err(taken("network", &network.id.to_string())),
                false if network.witnesses == 0 => unsound("a network needs at least one witness".to_owned()),
                false => Ok(()),
            },
            Change::AddMember(member) => self.member_is_new(member),
            Change::RevokeMember(id) => {
                self.active(id)?;
                let mut after = self.members.clone();
                if let Some(member) = after.get_mut(id) {
                    member.revoked = true;
                }
                let wrong = lint(&self.policy, &after);
                if wrong.is_empty() { Ok(()) } else { unsound(format!("without {id} the policy fails: {}", wrong.join("; "))) }
            }
            Change::AddWallet(wallet) => self.wallet_is_new(wallet),
            Change::SetTier(id, tier) => match self.wallets.get(id) {
                None => Err(Refusal::new(Code::WalletUnknown, format!("there is no wallet {id}"))),
                Some(wallet) if wallet.tier == *tier => unsound(format!("wallet {id} is {} already", tier.word())),
                Some(_) => Ok(()),
            },
            Change::AddContact(contact) => self.contact_is_new(contact),
            Change::RemoveContact(id) => match self.contacts.contains_key(id) {
                true => Ok(()),
                false => Err(Refusal::new(Code::ContactUnknown, format!("there is no contact {id}"))),
            },
            Change::AddAsset(asset) => self.asset_is_new(asset),
            Change::SetPolicy(policy) => {
                let next = self.policy.version.saturating_add(1);
                if policy.version != next {
                    return unsound(format!("the next policy has version {next}, not {}", policy.version));
                }
                self.policy_is_sound(policy)
            }
            Change::Unfreeze(scope) => match self.frozen.contains_key(&scope.to_string()) {
                true => Ok(()),
                false => unsound(format!("{scope} is not frozen")),
            },
        }
    }

    fn member_is_new(&self, member: &Member) -> Result<(), Refusal> {
        let clash = self.members.values().any(|m| m.id == member.id || m.key == member.key);
        if clash {
            return Err(taken("member", member.id.as_str()));
        }
        if member.roles.is_empty() || member.revoked {
            let message = format!("member {} has no role, or is revoked", member.id);
            return Err(Refusal::new(Code::ChangeUnsound, message));
        }
        Ok(())
    }

    fn wallet_is_new(&self, wallet: &Wallet) -> Result<(), Refusal> {
        self.on_network(wallet.network)?;
        let same = |w: &Wallet| w.network == wallet.network && w.address == wallet.address;
        let clash = self.wallets.contains_key(&wallet.id) || self.wallets.values().any(same);
        if clash { Err(taken("wallet", wallet.id.as_str())) } else { Ok(()) }
    }

    fn contact_is_new(&self, contact: &Contact) -> Result<(), Refusal> {
        self.on_network(contact.network)?;
        let same = |c: &Contact| c.network == contact.network && c.address == contact.address;
        let ours = |w: &Wallet| w.network == contact.network && w.address == contact.address;
        let clash = self.contacts.contains_key(&contact.id)
            || self.contacts.values().any(|c| same(c) || c.label == contact.label)
            || self.wallets.values().any(ours);
        if clash {
            return Err(taken("contact", contact.id.as_str()));
        }
        if contact.address.is_zero() {
            return Err(Refusal::new(Code::ChangeUnsound, "the zero address destroys what is sent to it"));
        }
        Ok(())
    }

    fn asset_is_new(&self, asset: &Asset) -> Result<(), Refusal> {
        self.on_network(asset.id.network)?;
        let clash = self.assets.values().any(|a| a.id == asset.id || a.symbol == asset.symbol);
        if clash {
            return Err(taken("asset", asset.symbol.as_str()));
        }
        if !asset.is_sound() {
            return Err(Refusal::new(Code::ChangeUnsound, format!("{} decimals; at most 36", asset.decimals)));
        }
        Ok(())
    }

    fn on_network(&self, network: NetworkId) -> Result<(), Refusal> {
        if self.networks.contains_key(&network) {
            return Ok(());
        }
        Err(Refusal::new(Code::NetworkUnknown, format!("{network} is not a network of this treasury")))
    }

    fn policy_is_sound(&self, policy: &Policy) -> Result<(), Refusal> {
        let mut wrong = lint(policy, &self.members);
        wrong.extend(self.unknown_names(policy));
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::new(Code::PolicyUnsound, wrong.join("; "))) }
    }

    /// Names in a policy that nothing in the treasury has: a rule about them would never apply.
    fn unknown_names(&self, policy: &Policy) -> Vec<String> {
        let mut wrong = Vec::new();
        for rule in &policy.rules {
            let mut missing = |what: &str, name: String| wrong.push(format!("rule {}: there is no {what} {name}", rule.id));
            let when = &rule.when;
            for id in when.wallets.iter().flatten().filter(|id| !self.wallets.contains_key(*id)) {
                missing("wallet", id.to_string());
            }
            for id in when.assets.iter().flatten().filter(|id| !self.assets.contains_key(*id)) {
                missing("asset", id.to_string());
            }
            for id in when.initiators.iter().flatten().filter(|id| !self.members.contains_key(*id)) {
                missing("member", id.to_string());
            }
            if let Some(Destination::Listed(contacts)) = &when.to {
                for id in contacts.iter().filter(|id| !self.contacts.contains_key(*id)) {
                    missing("contact", id.to_string());
                }
            }
        }
        wrong
    }
}

/// A policy that bars every transfer and lets `admins` change it: what a treasury begins with when nothing else is given.
/// At least two of them: whoever proposes a change never votes on it, and the lint refuses a treasury that nobody can change.
///
/// # Panics
/// Never: the group's name is a slug.
#[must_use]
pub fn closed_policy(admins: BTreeSet<MemberId>, vote_s: u64) -> Policy {
    let group = GroupId::parse("admins").expect("a slug");
    let governance = Quorum { group: group.clone(), needed: 1 };
    Policy { version: 1, groups: BTreeMap::from([(group, admins)]), governance, vote_s, rules: Vec::new() }
}
