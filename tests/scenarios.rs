//! Scenarios: a treasury, what people and the chain do, and what comes of it. Each file of `tests/scenarios/` is a test
//! and a page of documentation; every defect of the rules begins as one.
//!
//! A file has a `title`, a `treasury` and `step`s. A step does one thing (`do`) to one request (`name`, the last one where
//! it is not given) and says what to `expect`. A step without `expect.refused` must be granted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use alloy_primitives::{Address, Bytes, keccak256};
use bursar::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use bursar::domain::change::{Change, Scope};
use bursar::domain::command::{Command, Outcome};
use bursar::domain::event::{Event, Founding, Profile};
use bursar::domain::id::{ContactId, GroupId, Label, MemberId, NodeId, RequestId, RuleId, TreasuryId, TreasuryName, WalletId};
use bursar::domain::journal::{Entry, Tip};
use bursar::domain::member::{Actor, Member, Role, VotingKey};
use bursar::domain::money::Amount;
use bursar::domain::policy::Policy;
use bursar::domain::policy::rule::{Destination, Quorum, Rule, Scope as Per, Then, When, Window};
use bursar::domain::refusal::Refusal;
use bursar::domain::terms::{Decision, Slot};
use bursar::domain::time::Timestamp;
use bursar::domain::transfer::{Built, Call, Draft, Inclusion, Meaning, Quote, SendAnswer, Transfer};
use bursar::domain::treasury::{Request, Treasury};
use bursar::domain::vote::{Ballot, Statement, VoteSignature};
use bursar::domain::wallet::{Contact, Party, Tier, Wallet, WalletKind};
use serde::Deserialize;

const HOME: NetworkId = NetworkId::Eip155(31_337);
const GWEI: u128 = 1_000_000_000;
const SCENARIOS_MIN: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    treasury: Setting,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    /// Name to roles.
    members: BTreeMap<String, Vec<String>>,
    /// Name to tier; all on one network, each with one key.
    wallets: BTreeMap<String, String>,
    contacts: Vec<String>,
    /// Symbol to decimals; ETH is the network's coin, others are tokens.
    assets: BTreeMap<String, u8>,
    groups: BTreeMap<String, BTreeSet<String>>,
    /// `2 of admins`
    governance: String,
    vote_hours: u64,
    rule: Vec<RuleText>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: String,
    tier: Option<String>,
    /// `contacts`, `own`, `unlisted`, or the name of one contact.
    to: Option<String>,
    asset: Option<String>,
    over: Option<String>,
    up_to: Option<String>,
    /// `24 hours`, always of the whole treasury.
    window: Option<String>,
    sum_over: Option<String>,
    count_over: Option<u32>,
    /// `allow`, `require 2 of approvers`, `block: reason`
    then: String,
    #[serde(default)]
    late_slot: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Step {
    #[serde(rename = "do")]
    verb: String,
    by: Option<String>,
    name: Option<String>,
    from: Option<String>,
    to: Option<String>,
    amount: Option<String>,
    hours: Option<u64>,
    nonce: Option<u64>,
    fee_gwei: Option<u64>,
    tip_gwei: Option<u64>,
    attempt: Option<usize>,
    block: Option<u64>,
    what: Option<String>,
    expect: Expect,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    stage: Option<String>,
    refused: Option<String>,
    /// The nonce that its text names, or `late`.
    slot: Option<toml::Value>,
    frozen: Option<bool>,
    votes: Option<usize>,
    /// Stages of other requests, by name.
    stages: BTreeMap<String, String>,
}

fn fail<T>(why: impl Into<String>) -> Result<T, String> {
    Err(why.into())
}

fn read<T, E: std::fmt::Display>(what: &str, parsed: Result<T, E>) -> Result<T, String> {
    parsed.map_err(|e| format!("{what}: {e}"))
}

fn member(name: &str) -> Result<MemberId, String> {
    read("member", MemberId::parse(name))
}

fn address(name: &str) -> Address {
    Address::from_slice(&keccak256(format!("address of {name}"))[12..])
}

fn asset_id(symbol: &str) -> AssetId {
    match symbol {
        "ETH" => AssetId::native(HOME),
        token => AssetId { network: HOME, kind: AssetKind::Erc20(address(token)) },
    }
}

impl Setting {
    fn founding(&self) -> Result<Founding, String> {
        let mut members = Vec::new();
        for (name, roles) in &self.members {
            let roles =
                roles.iter().map(|word| Role::parse(word).ok_or_else(|| format!("role {word}"))).collect::<Result<_, _>>()?;
            members.push(Member { id: member(name)?, roles, key: VotingKey::Evm(address(name)), revoked: false });
        }
        let mut wallets = Vec::new();
        for (name, tier) in &self.wallets {
            let tier = Tier::parse(tier).ok_or_else(|| format!("tier {tier}"))?;
            let id = read("wallet", WalletId::parse(name))?;
            wallets.push(Wallet { id, network: HOME, address: address(name), tier, kind: WalletKind::SingleKey });
        }
        let contact = |name: &String| -> Result<Contact, String> {
            let (id, label) = (read("contact", ContactId::parse(name))?, read("label", Label::parse(name))?);
            Ok(Contact { id, label, network: HOME, address: address(name) })
        };
        let asset = |(symbol, decimals): (&String, &u8)| -> Result<Asset, String> {
            Ok(Asset { id: asset_id(symbol), symbol: read("asset", Symbol::parse(symbol))?, decimals: *decimals })
        };
        Ok(Founding {
            treasury: TreasuryId::from_bytes([7; 16]),
            name: read("name", TreasuryName::parse("scenario"))?,
            profile: Profile::Test,
            networks: vec![Network { id: HOME, genesis: keccak256("genesis"), witnesses: 1 }],
            members,
            wallets,
            contacts: self.contacts.iter().map(contact).collect::<Result<_, _>>()?,
            assets: self.assets.iter().map(asset).collect::<Result<_, _>>()?,
            policy: self.policy()?,
        })
    }

    fn policy(&self) -> Result<Policy, String> {
        let mut groups = BTreeMap::new();
        for (name, people) in &self.groups {
            let people = people.iter().map(|name| member(name)).collect::<Result<_, _>>()?;
            groups.insert(read("group", GroupId::parse(name))?, people);
        }
        let rules = self.rule.iter().map(|rule| self.rule(rule)).collect::<Result<_, _>>()?;
        Ok(Policy { version: 1, groups, governance: quorum(&self.governance)?, vote_s: self.vote_hours * 3600, rules })
    }

    fn rule(&self, text: &RuleText) -> Result<Rule, String> {
        let amount = |number: &Option<String>| -> Result<Option<Amount>, String> {
            let Some(number) = number else { return Ok(None) };
            let symbol = text.asset.as_deref().ok_or("an amount without an asset")?;
            Ok(Some(self.amount(&format!("{number} {symbol}"))?.1))
        };
        let tier = |word: &String| Tier::parse(word).map(|tier| BTreeSet::from([tier])).ok_or_else(|| format!("tier {word}"));
        let to = |word: &String| -> Result<Destination, String> {
            Ok(match word.as_str() {
                "contacts" => Destination::Contacts,
                "own" => Destination::Own,
                "unlisted" => Destination::Unlisted,
                name => Destination::Listed([read("contact", ContactId::parse(name))?].into()),
            })
        };
        let window = match &text.window {
            None => None,
            Some(hours) => {
                let hours: u64 = read("window", hours.trim_end_matches(" hours").parse())?;
                Some(Window {
                    seconds: hours * 3600,
                    per: Per::Treasury,
                    sum_over: amount(&text.sum_over)?,
                    count_over: text.count_over,
                })
            }
        };
        let when = When {
            tiers: text.tier.as_ref().map(tier).transpose()?,
            to: text.to.as_ref().map(to).transpose()?,
            assets: text.asset.as_ref().map(|symbol| [asset_id(symbol)].into()),
            over: amount(&text.over)?,
            up_to: amount(&text.up_to)?,
            window,
            ..When::default()
        };
        let then = match (text.then.as_str(), text.then.strip_prefix("require "), text.then.strip_prefix("block: ")) {
            ("allow", _, _) => Then::Allow,
            (_, Some(of), _) => Then::Require { quorums: vec![quorum(of)?], late_slot: text.late_slot },
            (_, _, Some(why)) => Then::Block { reason: read("reason", Label::parse(why))? },
            (other, None, None) => return fail(format!("then = {other:?}")),
        };
        Ok(Rule { id: read("rule", RuleId::parse(&text.id))?, when, then })
    }

    /// `2.5 ETH`
    fn amount(&self, text: &str) -> Result<(AssetId, Amount), String> {
        let (number, symbol) = text.split_once(' ').ok_or_else(|| format!("{text:?} is not an amount and a symbol"))?;
        let decimals = self.assets.get(symbol).copied().unwrap_or(18);
        Ok((asset_id(symbol), read("amount", Amount::parse(number, decimals))?))
    }
}

fn quorum(text: &str) -> Result<Quorum, String> {
    let (needed, group) = text.split_once(" of ").ok_or_else(|| format!("{text:?} is not `2 of approvers`"))?;
    Ok(Quorum { group: read("group", GroupId::parse(group))?, needed: read("quorum", needed.parse())? })
}

/// A treasury under play.
struct Play {
    setting: Setting,
    treasury: Treasury,
    tip: Tip,
    now: Timestamp,
    chain_nonce: u64,
    names: BTreeMap<String, RequestId>,
    last: Option<RequestId>,
}

type Answer = Result<Vec<Event>, Refusal>;

impl Play {
    fn begin(setting: Setting) -> Result<Self, String> {
        let founding = setting.founding()?;
        let (treasury, now) = (Treasury::unfounded(), Timestamp::from_unix(1_795_435_200));
        let mut play = Self { setting, treasury, tip: Tip::EMPTY, now, chain_nonce: 40, names: BTreeMap::new(), last: None };
        read("founding", play.ask("desk", &Command::Found(Box::new(founding)))?)?;
        Ok(play)
    }

    /// Decide, append, apply. The outer error is a fault of the scenario.
    fn ask(&mut self, who: &str, command: &Command) -> Result<Answer, String> {
        let by = if who == "desk" { Actor::Desk } else { Actor::Member(member(who)?) };
        let events = match self.treasury.decide(self.now, &by, command) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for event in &events {
            let (entry, record) = Entry::after(self.tip, self.now, by.clone(), event.clone());
            self.treasury.apply(&record);
            self.tip = entry.tip();
        }
        Ok(Ok(events))
    }

    fn id(&self, name: Option<&String>) -> Result<RequestId, String> {
        match name {
            Some(name) => self.names.get(name).copied().ok_or_else(|| format!("no request was named {name}")),
            None => self.last.ok_or_else(|| "there is no request yet".to_owned()),
        }
    }

    fn new_id(&mut self, name: Option<&String>) -> RequestId {
        let n = self.names.len() as u64 + self.treasury.request_count() + 1;
        let id = RequestId::from_parts(self.now.unix() * 1000 + n, u128::from(n));
        self.names.insert(name.cloned().unwrap_or_else(|| format!("request {n}")), id);
        self.last = Some(id);
        id
    }

    fn request(&self, id: RequestId) -> Result<&Request, String> {
        read("request", self.treasury.request(id)).map(|request| &**request)
    }

    fn transfer(&self, id: RequestId) -> Result<&Transfer, String> {
        self.request(id)?.transfer().ok_or_else(|| "it is not a transfer".to_owned())
    }

    fn draft(&self, step: &Step) -> Result<Draft, String> {
        let wanted = |field: &Option<String>, what: &str| field.clone().ok_or_else(|| format!("a draft needs `{what}`"));
        let (from, to) = (wanted(&step.from, "from")?, wanted(&step.to, "to")?);
        let (asset, amount) = self.setting.amount(&wanted(&step.amount, "amount")?)?;
        let to = match () {
            () if self.setting.wallets.contains_key(&to) => Party::Wallet(read("wallet", WalletId::parse(&to))?),
            () if to.starts_with("0x") => Party::Address(read("address", to.parse())?),
            () => Party::Contact(read("contact", ContactId::parse(&to))?),
        };
        Ok(Draft {
            from: read("wallet", WalletId::parse(&from))?,
            to,
            asset,
            amount,
            memo: None,
            reference: None,
            expires_s: None,
        })
    }

    fn call(&self, draft: &Draft) -> Result<Call, String> {
        let (to, _, _) = self.treasury.resolve(&draft.to).ok_or("the destination is gone")?;
        let amount = draft.amount;
        Ok(match draft.asset.kind {
            AssetKind::Native => Call { to, value: amount.base(), input: Bytes::new(), meaning: Meaning::Native { to, amount } },
            AssetKind::Erc20(token) => {
                let input = [&[0xa9, 0x05, 0x9c, 0xbb][..], &[0; 12], to.as_slice(), &amount.base().to_be_bytes::<32>()].concat();
                Call {
                    to: token,
                    value: Default::default(),
                    input: input.into(),
                    meaning: Meaning::Erc20Transfer { token, to, amount },
                }
            }
        })
    }

    fn built(&self, id: RequestId, step: &Step) -> Result<Built, String> {
        let transfer = self.transfer(id)?;
        let lane = self.treasury.lane(&transfer.draft.from);
        let held = lane.and_then(|lane| lane.held.iter().find(|(_, holder)| **holder == id).map(|(nonce, _)| *nonce));
        let free = || lane.map_or(Some(self.chain_nonce), |lane| lane.next_free(self.chain_nonce));
        let nonce = step.nonce.or(held).or_else(free).ok_or("no nonce is left")?;
        let (fee_cap, tip_cap) = (u128::from(step.fee_gwei.unwrap_or(20)) * GWEI, u128::from(step.tip_gwei.unwrap_or(1)) * GWEI);
        let call = self.call(&transfer.draft)?;
        let unsigned = Bytes::from(format!("{nonce} {fee_cap} {tip_cap} {call:?}").into_bytes());
        Ok(Built {
            digest: keccak256(&unsigned),
            unsigned,
            chain_id: HOME.chain_id(),
            nonce,
            call,
            gas_limit: 90_000,
            fee_cap,
            tip_cap,
        })
    }

    fn inclusion(&self, id: RequestId, step: &Step) -> Result<Inclusion, String> {
        let flight = self.transfer(id)?.stage.flight().ok_or("it is not in flight")?;
        let attempt = step.attempt.unwrap_or(flight.attempts.len() - 1);
        let signed = flight.attempts.get(attempt).and_then(|a| a.signed.as_ref()).ok_or("that attempt is not signed")?;
        let block = step.block.unwrap_or(100);
        let witnesses = vec![node()];
        Ok(Inclusion {
            hash: signed.hash,
            block,
            block_hash: keccak256(block.to_be_bytes()),
            success: true,
            fee: Amount::from(1),
            effect: true,
            witnesses,
        })
    }

    fn ballot(&self, id: RequestId, who: &str, decision: Decision) -> Result<Ballot, String> {
        let request = self.request(id)?;
        let (Some(fields), Some(digest)) = (request.fields(decision), request.digest()) else {
            return fail("it is not proposed");
        };
        let statement = Statement { request: id, digest, decision, fields: &fields, chain_id: HOME.chain_id(), salt: [7; 32] };
        let signed = VoteSignature::Eip712(vec![0; 65].into());
        Ballot::check(&statement, signed, None, |_, _| Some(address(who))).ok_or_else(|| "no ballot".to_owned())
    }

    fn change(&self, step: &Step) -> Result<Change, String> {
        let what = step.what.as_deref().ok_or("a change needs `what`")?;
        let (verb, name) = what.split_once(' ').ok_or_else(|| format!("what = {what:?}"))?;
        Ok(match verb {
            "unfreeze" if name == "treasury" => Change::Unfreeze(Scope::Treasury),
            "unfreeze" => Change::Unfreeze(Scope::Wallet(read("wallet", WalletId::parse(name))?)),
            "revoke" => Change::RevokeMember(member(name)?),
            "drop-rule" => {
                let mut policy = self.treasury.policy().clone();
                policy.version += 1;
                policy.rules.retain(|rule| rule.id.as_str() != name);
                Change::SetPolicy(policy)
            }
            _ => return fail(format!("what = {what:?}")),
        })
    }

    fn play(&mut self, step: &Step) -> Result<Answer, String> {
        let by = || step.by.clone().ok_or_else(|| format!("`{}` needs `by`", step.verb));
        let name = step.name.as_ref();
        match step.verb.as_str() {
            "draft" => {
                let (draft, id) = (self.draft(step)?, self.new_id(name));
                self.ask(&by()?, &Command::Draft(id, draft))
            }
            "change" => {
                let (change, id) = (self.change(step)?, self.new_id(name));
                self.ask(&by()?, &Command::ProposeChange(id, change))
            }
            "propose" => {
                let id = self.id(name)?;
                let call = self.call(&self.transfer(id)?.draft)?;
                let quote =
                    Quote { call, gas_limit: 90_000, fee_cap: 100 * GWEI, tip_cap: 10 * GWEI, chain_nonce: self.chain_nonce };
                self.ask(&by()?, &Command::Propose(id, quote))
            }
            "approve" | "object" => {
                let decision = if step.verb == "object" { Decision::Object } else { Decision::Approve };
                let ballot = self.ballot(self.id(name)?, &by()?, decision)?;
                self.ask(&by()?, &Command::Vote(ballot))
            }
            "withdraw" => self.ask(&by()?, &Command::Withdraw(self.id(name)?)),
            "freeze" => {
                let scope = match &step.from {
                    Some(name) => Scope::Wallet(read("wallet", WalletId::parse(name))?),
                    None => Scope::Treasury,
                };
                self.ask(&by()?, &Command::Freeze(scope, read("reason", Label::parse("scenario"))?))
            }
            "wait" => {
                self.now = self.now.plus(step.hours.ok_or("`wait` needs `hours`")? * 3600);
                Ok(Ok(Vec::new()))
            }
            "chain" => {
                self.chain_nonce = step.nonce.ok_or("`chain` needs `nonce`, the next one of the chain")?;
                Ok(Ok(Vec::new()))
            }
            "watch" => {
                let wallet = read("wallet", WalletId::parse(step.from.as_deref().ok_or("`watch` needs `from`")?))?;
                match self.treasury.foreign_nonce(&wallet, self.chain_nonce) {
                    Some(nonce) => self.ask("desk", &Command::ReportForeign(wallet, nonce)),
                    None => Ok(Ok(Vec::new())),
                }
            }
            _ => self.desk(self.id(name)?, step),
        }
    }

    /// What the desk reports.
    fn desk(&mut self, id: RequestId, step: &Step) -> Result<Answer, String> {
        let newest = self.transfer(id)?.stage.flight().map_or(0, |flight| flight.attempts.len() - 1);
        let attempt = step.attempt.unwrap_or(newest);
        let outcome = match step.verb.as_str() {
            "order" => Outcome::Built(self.built(id, step)?, self.chain_nonce),
            "sign" => {
                let raw = Bytes::from(format!("signed {id} {attempt}").into_bytes());
                Outcome::Signed { attempt, hash: keccak256(&raw), raw }
            }
            "send" => {
                let intended = self.ask("desk", &Command::Report(id, Outcome::Sending(attempt, node())))?;
                if intended.is_err() {
                    return Ok(intended);
                }
                Outcome::Sent(attempt, node(), SendAnswer::Accepted)
            }
            "include" => Outcome::Included(self.inclusion(id, step)?),
            "settle" => Outcome::Final(self.inclusion(id, step)?),
            "reorg" => Outcome::Reorged,
            "stuck" => Outcome::Stuck,
            "drop" => Outcome::Dropped,
            "foreign" => Outcome::Foreign,
            "expire" => Outcome::Expired,
            other => return fail(format!("do = {other:?} is no step")),
        };
        self.ask("desk", &Command::Report(id, outcome))
    }

    fn check(&self, step: &Step, answer: Answer) -> Result<(), String> {
        let Expect { stage, refused, slot, frozen, votes, stages } = &step.expect;
        match (refused, &answer) {
            (None, Err(refusal)) => return fail(format!("was refused: {} ({refusal})", refusal.code)),
            (Some(code), Ok(events)) => return fail(format!("expected the refusal {code}, was granted {events:?}")),
            (Some(code), Err(refusal)) if refusal.code.as_str() != code => {
                return fail(format!("expected {code}, found {} ({refusal})", refusal.code));
            }
            (None, Ok(_)) | (Some(_), Err(_)) => {}
        }
        let same = |what: &str, wanted: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug| match format!("{wanted:?}")
            == format!("{found:?}")
        {
            true => Ok(()),
            false => fail(format!("expected {what} {wanted:?}, found {found:?}")),
        };
        if let Some(stage) = stage {
            same("stage", stage, &self.request(self.id(step.name.as_ref())?)?.stage_word())?;
        }
        if let Some(slot) = slot {
            let transfer = self.transfer(self.id(step.name.as_ref())?)?;
            let found = match transfer.stage.proposal().map(|p| p.terms.slot) {
                Some(Slot::Nonce(nonce)) => nonce.to_string(),
                Some(Slot::Late) => "late".to_owned(),
                None => "none".to_owned(),
            };
            same("slot", &slot.to_string().trim_matches('"').to_owned(), &found)?;
        }
        if let Some(frozen) = frozen {
            same("frozen", frozen, &(self.treasury.frozen().count() > 0))?;
        }
        if let Some(votes) = votes {
            same("votes", votes, &self.request(self.id(step.name.as_ref())?)?.votes().map_or(0, BTreeMap::len))?;
        }
        for (name, stage) in stages {
            same(&format!("{name} as"), stage, &self.request(self.id(Some(name))?)?.stage_word())?;
        }
        Ok(())
    }
}

fn node() -> NodeId {
    NodeId::parse("n1").expect("a slug")
}

/// Plays one file; the error names file and step.
fn play(file: &str, text: &str) -> Result<(), String> {
    let scenario: Scenario = toml::from_str(text).map_err(|e| format!("{file}: {e}"))?;
    if scenario.title.is_empty() || scenario.step.is_empty() {
        return fail(format!("{file}: a scenario has a title and steps"));
    }
    let mut play = Play::begin(scenario.treasury).map_err(|e| format!("{file}: treasury: {e}"))?;
    for (n, step) in scenario.step.iter().enumerate() {
        let outcome = play.play(step).and_then(|answer| play.check(step, answer));
        outcome.map_err(|e| format!("{file}: step {} ({}): {e}", n + 1, step.verb))?;
    }
    Ok(())
}

#[test]
fn every_scenario_plays_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the folder is there").map(|f| f.expect("readable").path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        assert!(name.ends_with(".toml"), "{name} is not a scenario");
        let text = fs::read_to_string(path).expect("UTF-8");
        wrong.extend(play(&name, &text).err());
    }
    assert!(files.len() >= SCENARIOS_MIN, "{} scenarios", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_expectation_names_file_and_step() {
    let sound = include_str!("scenarios/small-auto.toml");
    assert_eq!(play("small-auto.toml", sound), Ok(()));
    for (from, to, said) in [
        ("stage = \"approved\"", "stage = \"settled\"", "expected stage \"settled\", found \"approved\""),
        ("slot = \"late\"", "slot = 7", "expected slot \"7\", found \"late\""),
        ("{ stage = \"drafted\" }", "{ refused = \"frozen\" }", "expected the refusal frozen, was granted"),
        ("do = \"order\"", "do = \"odder\"", "\"odder\" is no step"),
        ("by = \"alice\"", "by = \"bob\"", "was refused: member.role"),
    ] {
        let other = sound.replacen(from, to, 1);
        assert_ne!(other, sound, "{from} occurs");
        let why = play("small-auto.toml", &other).expect_err(to);
        assert!(why.starts_with("small-auto.toml: step ") && why.contains(said), "{why}");
    }
    assert!(play("x.toml", &sound.replacen("vote_hours", "vote_days", 1)).is_err_and(|why| why.contains("vote_days")));
}
