//! A small treasury, driven in an operator's words. Its state comes from decided events only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey};

use crate::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use crate::domain::change::{Change, Scope};
use crate::domain::command::{Command, Outcome};
use crate::domain::event::{Event, Founding, Profile};
use crate::domain::id::{ContactId, GroupId, Label, MemberId, NodeId, RequestId, RuleId, TreasuryId, TreasuryName, WalletId};
use crate::domain::journal::{Entry, Record, Tip};
use crate::domain::member::{Actor, Member, Role, VotingKey};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope as Per, Then, When, Window};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::{Decision, Digest};
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Built, Call, Draft, Flight, Inclusion, Meaning, Proposal, Quote, SendAnswer, Transfer};
use crate::domain::treasury::{Request, Treasury};
use crate::domain::vote::{Ballot, Statement, VoteSignature};
use crate::domain::wallet::{Contact, Lane, Party, Tier, Wallet, WalletKind};

static CURVE: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

pub const NOON: u64 = 1_795_435_200;
pub const DAY: u64 = 86_400;
pub const HOME: NetworkId = NetworkId::Eip155(31_337);
pub const AWAY: NetworkId = NetworkId::Eip155(5);
pub const GWEI: u128 = 1_000_000_000;
pub const FEE_CAP: u128 = 100 * GWEI;
pub const TIP_CAP: u128 = 10 * GWEI;

pub fn member(name: &str) -> MemberId {
    MemberId::parse(name).expect("slug")
}

pub fn wallet(name: &str) -> WalletId {
    WalletId::parse(name).expect("slug")
}

pub fn group(name: &str) -> GroupId {
    GroupId::parse(name).expect("slug")
}

pub fn label(text: &str) -> Label {
    Label::parse(text).expect("label")
}

pub fn by(name: &str) -> Actor {
    if name == "desk" { Actor::Desk } else { Actor::Member(member(name)) }
}

pub fn key(name: &str) -> SecretKey {
    SecretKey::from_slice(keccak256(format!("voting key of {name}")).as_slice()).expect("a valid scalar")
}

fn address_of(key: &PublicKey) -> Address {
    Address::from_slice(&keccak256(&key.serialize_uncompressed()[1..])[12..])
}

pub fn address(name: &str) -> Address {
    address_of(&PublicKey::from_secret_key(&CURVE, &key(name)))
}

fn asset_id(symbol: &str) -> AssetId {
    match symbol {
        "ETH" => AssetId::native(HOME),
        "SIDE" => AssetId::native(AWAY),
        token => AssetId { network: HOME, kind: AssetKind::Erc20(address(token)) },
    }
}

/// `2.5 ETH`
pub fn money(text: &str) -> (AssetId, Amount) {
    let (number, symbol) = text.split_once(' ').expect("an amount and a symbol");
    let decimals = if symbol == "USDC" { 6 } else { 18 };
    (asset_id(symbol), Amount::parse(number, decimals).expect("an amount"))
}

pub fn party(name: &str) -> Party {
    match name {
        own if own.starts_with("pay-") || own.starts_with("vault-") || own.starts_with("side-") => Party::Wallet(wallet(own)),
        bare if bare.starts_with("0x") => Party::Address(bare.parse().expect("an address")),
        contact => Party::Contact(ContactId::parse(contact).expect("slug")),
    }
}

pub fn draft(from: &str, to: &str, sum: &str) -> Draft {
    let (asset, amount) = money(sum);
    Draft { from: wallet(from), to: party(to), asset, amount, memo: None, reference: None, expires_s: None }
}

fn person(name: &str, roles: &[Role]) -> Member {
    Member { id: member(name), roles: roles.iter().copied().collect(), key: VotingKey::Evm(address(name)), revoked: false }
}

pub fn a_member(name: &str, role: Role) -> Member {
    person(name, &[role])
}

pub fn a_wallet(name: &str, network: NetworkId, tier: Tier, kind: WalletKind) -> Wallet {
    Wallet { id: wallet(name), network, address: address(name), tier, kind }
}

pub fn a_contact(name: &str, network: NetworkId) -> Contact {
    Contact { id: ContactId::parse(name).expect("slug"), label: label(name), network, address: address(name) }
}

fn an_asset(symbol: &str) -> Asset {
    let decimals = if symbol == "USDC" { 6 } else { 18 };
    Asset { id: asset_id(symbol), symbol: Symbol::parse(symbol).expect("symbol"), decimals }
}

pub fn quorum(needed: u32, of: &str) -> Quorum {
    Quorum { group: group(of), needed }
}

pub fn rule(name: &str, when: When, then: Then) -> Rule {
    Rule { id: RuleId::parse(name).expect("slug"), when, then }
}

pub fn require(needed: u32, late_slot: bool) -> Then {
    Then::Require { quorums: vec![quorum(needed, "approvers")], late_slot }
}

pub fn block(why: &str) -> Then {
    Then::Block { reason: label(why) }
}

fn of(symbol: &str) -> Option<BTreeSet<AssetId>> {
    Some(BTreeSet::from([asset_id(symbol)]))
}

pub fn eth(number: &str) -> Amount {
    money(&format!("{number} ETH")).1
}

/// ETH to contacts: up to 1 passes from hot wallets, more needs 2 of 3; 20 a day. USDC needs 1 of 3 with a late slot.
pub fn policy() -> Policy {
    let contacts = Some(Destination::Contacts);
    let day = Window { seconds: DAY, per: Per::Treasury, sum_over: Some(eth("20")), count_over: None };
    let hot = Some(BTreeSet::from([Tier::Hot]));
    Policy {
        version: 1,
        groups: BTreeMap::from([
            (group("approvers"), ["bob", "carol", "dave"].map(member).into()),
            (group("admins"), ["erin", "frank", "gina"].map(member).into()),
        ]),
        governance: quorum(2, "admins"),
        vote_s: DAY,
        rules: vec![
            rule(
                "small",
                When { tiers: hot, to: contacts.clone(), assets: of("ETH"), up_to: Some(eth("1")), ..When::default() },
                Then::Allow,
            ),
            rule(
                "cold",
                When { tiers: Some(BTreeSet::from([Tier::Cold])), assets: of("ETH"), ..When::default() },
                require(1, true),
            ),
            rule("large", When { to: contacts, assets: of("ETH"), over: Some(eth("1")), ..When::default() }, require(2, false)),
            rule("own", When { to: Some(Destination::Own), ..When::default() }, require(1, false)),
            rule("tokens", When { assets: of("USDC"), ..When::default() }, require(1, true)),
            rule("daily", When { assets: of("ETH"), window: Some(day), ..When::default() }, block("20 ETH a day")),
            rule("unlisted", When { to: Some(Destination::Unlisted), ..When::default() }, block("not in the address book")),
        ],
    }
}

pub fn founding() -> Founding {
    let network = |id| Network { id, genesis: keccak256("genesis"), witnesses: 2 };
    let mut members: Vec<Member> = ["bob", "carol", "dave"].map(|name| a_member(name, Role::Approver)).into();
    members.extend(["alice", "anton"].map(|name| a_member(name, Role::Operator)));
    members.extend(["erin", "frank", "gina"].map(|name| a_member(name, Role::Admin)));
    members.push(a_member("victor", Role::Viewer));
    members.push(person("olga", &[Role::Operator, Role::Approver]));
    Founding {
        treasury: TreasuryId::from_bytes([7; 16]),
        name: TreasuryName::parse("acme").expect("slug"),
        profile: Profile::Test,
        networks: vec![network(HOME), network(AWAY)],
        members,
        wallets: vec![
            a_wallet("pay-1", HOME, Tier::Hot, WalletKind::SingleKey),
            a_wallet("pay-2", HOME, Tier::Hot, WalletKind::SingleKey),
            a_wallet("vault-1", HOME, Tier::Cold, WalletKind::SingleKey),
            a_wallet("pay-safe", HOME, Tier::Cold, WalletKind::Safe),
            a_wallet("side-1", AWAY, Tier::Hot, WalletKind::SingleKey),
        ],
        contacts: vec![a_contact("supplier", HOME), a_contact("landlord", HOME), a_contact("faraway", AWAY)],
        assets: ["ETH", "USDC", "DAI", "SIDE"].map(an_asset).into(),
        policy: policy(),
    }
}

/// What the draft asks for, as the shell would build it.
pub fn call(treasury: &Treasury, draft: &Draft) -> Call {
    let (to, _, _) = treasury.resolve(&draft.to).expect("a destination");
    let amount = draft.amount;
    match draft.asset.kind {
        AssetKind::Native => Call { to, value: amount.base(), input: Bytes::new(), meaning: Meaning::Native { to, amount } },
        AssetKind::Erc20(token) => {
            let mut input = vec![0xa9, 0x05, 0x9c, 0xbb];
            input.extend([0; 12]);
            input.extend(to);
            input.extend(amount.base().to_be_bytes::<32>());
            Call { to: token, value: U256::ZERO, input: input.into(), meaning: Meaning::Erc20Transfer { token, to, amount } }
        }
    }
}

pub fn quote(treasury: &Treasury, draft: &Draft, chain_nonce: u64) -> Quote {
    Quote { call: call(treasury, draft), gas_limit: 90_000, fee_cap: FEE_CAP, tip_cap: TIP_CAP, chain_nonce }
}

pub fn built(treasury: &Treasury, draft: &Draft, nonce: u64, fees: (u128, u128)) -> Built {
    let call = call(treasury, draft);
    let unsigned = Bytes::from(format!("{nonce} {fees:?} {call:?}").into_bytes());
    let digest = keccak256(&unsigned);
    Built {
        unsigned,
        digest,
        chain_id: draft.asset.network.chain_id(),
        nonce,
        call,
        gas_limit: 90_000,
        fee_cap: fees.0,
        tip_cap: fees.1,
    }
}

pub fn node(name: &str) -> NodeId {
    NodeId::parse(name).expect("slug")
}

fn recover(statement: &Statement<'_>, signature: &VoteSignature) -> Option<Address> {
    let VoteSignature::Eip712(bytes) = signature;
    let (v, rs) = bytes.split_last()?;
    let signature = RecoverableSignature::from_compact(rs, RecoveryId::from_i32(i32::from(*v) - 27).ok()?).ok()?;
    let key = CURVE.recover_ecdsa(&Message::from_digest(message(statement).0), &signature).ok()?;
    Some(address_of(&key))
}

fn message(statement: &Statement<'_>) -> B256 {
    keccak256(format!("{} {:?} {:?}", statement.chain_id, statement.salt, statement.fields))
}

/// A vote signed with `signer`'s key.
pub fn ballot(request: &Request, signer: &str, decision: Decision) -> Ballot {
    let fields = request.fields(decision).expect("it is proposed");
    let digest = request.digest().expect("it is proposed");
    let statement = Statement { request: request.id, digest, decision, fields: &fields, chain_id: 31_337, salt: [7; 32] };
    let signed = CURVE.sign_ecdsa_recoverable(&Message::from_digest(message(&statement).0), &key(signer));
    let (v, rs) = signed.serialize_compact();
    let mut bytes = rs.to_vec();
    bytes.push(u8::try_from(v.to_i32() + 27).expect("27 or 28"));
    Ballot::check(&statement, VoteSignature::Eip712(bytes.into()), None, recover).expect("it recovers")
}

/// A treasury with a clock, a journal, and the chain's next nonce.
#[derive(Clone)]
pub struct World {
    pub treasury: Treasury,
    pub now: Timestamp,
    pub chain_nonce: u64,
    pub entries: Vec<Entry>,
    pub records: Vec<Record>,
    made: u64,
}

/// What a command came to.
pub type Answer = Result<Vec<Event>, Refusal>;

impl World {
    pub fn unfounded() -> Self {
        let now = Timestamp::from_unix(NOON);
        Self { treasury: Treasury::unfounded(), now, chain_nonce: 40, entries: Vec::new(), records: Vec::new(), made: 0 }
    }

    pub fn founded() -> Self {
        Self::with(|_| {})
    }

    /// Founded otherwise than usual.
    pub fn with(change: impl FnOnce(&mut Founding)) -> Self {
        let mut founding = founding();
        change(&mut founding);
        let mut world = Self::unfounded();
        world.ask("desk", &Command::Found(Box::new(founding))).expect("a sound founding");
        world
    }

    pub fn tip(&self) -> Tip {
        self.entries.last().map_or(Tip::EMPTY, Entry::tip)
    }

    /// Decide, append, apply.
    pub fn ask(&mut self, who: &str, command: &Command) -> Answer {
        let events = self.treasury.decide(self.now, &by(who), command)?;
        for event in &events {
            let (entry, record) = Entry::after(self.tip(), self.now, by(who), event.clone());
            self.treasury.apply(&record);
            self.entries.push(entry);
            self.records.push(record);
        }
        Ok(events)
    }

    pub fn wait(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.plus(seconds);
        self
    }

    pub fn next_id(&mut self) -> RequestId {
        self.made += 1;
        RequestId::from_parts(self.now.unix() * 1000 + self.made, u128::from(self.made))
    }

    pub fn draft(&mut self, who: &str, from: &str, to: &str, sum: &str) -> Asked<'_> {
        self.draft_with(who, draft(from, to, sum))
    }

    pub fn draft_with(&mut self, who: &str, draft: Draft) -> Asked<'_> {
        let id = self.next_id();
        self.ask(who, &Command::Draft(id, draft)).expect("a draft");
        Asked { world: self, id }
    }

    pub fn at(&mut self, id: RequestId) -> Asked<'_> {
        Asked { world: self, id }
    }

    pub fn change(&mut self, who: &str, change: Change) -> Asked<'_> {
        let id = self.next_id();
        self.ask(who, &Command::ProposeChange(id, change)).expect("a change");
        Asked { world: self, id }
    }

    /// Proposed by erin, approved by frank and gina.
    pub fn enact(&mut self, change: Change) -> &mut Self {
        let id = self.change("erin", change).approve("frank").approve("gina").stage("enacted").id;
        assert!(self.request(id).is_over());
        self
    }

    pub fn freeze(&mut self, who: &str, scope: Scope) -> &mut Self {
        self.ask(who, &Command::Freeze(scope, label("drill"))).expect("frozen");
        self
    }

    pub fn request(&self, id: RequestId) -> &Request {
        self.treasury.request(id).expect("there is one")
    }

    pub fn transfer(&self, id: RequestId) -> &Transfer {
        self.request(id).transfer().expect("a transfer")
    }

    pub fn flight(&self, id: RequestId) -> &Flight {
        self.transfer(id).stage.flight().expect("in flight")
    }

    pub fn proposal(&self, id: RequestId) -> &Proposal {
        self.transfer(id).stage.proposal().expect("proposed")
    }

    pub fn lane(&self, name: &str) -> &Lane {
        self.treasury.lane(&wallet(name)).expect("a lane")
    }

    pub fn stage_of(&self, id: RequestId) -> &'static str {
        self.request(id).stage_word()
    }

    pub fn built(&self, id: RequestId, nonce: u64, fees: (u128, u128)) -> Built {
        built(&self.treasury, &self.transfer(id).draft, nonce, fees)
    }

    /// The nonce an order would take now.
    pub fn slot_for(&self, id: RequestId) -> u64 {
        let from = &self.transfer(id).draft.from;
        match self.treasury.lane(from) {
            None => self.chain_nonce,
            Some(lane) => {
                let held = lane.held.iter().find(|(_, holder)| **holder == id).map(|(nonce, _)| *nonce);
                held.or_else(|| lane.next_free(self.chain_nonce)).expect("a nonce")
            }
        }
    }

    pub fn report(&mut self, id: RequestId, outcome: Outcome) -> Answer {
        self.ask("desk", &Command::Report(id, outcome))
    }

    pub fn propose(&mut self, who: &str, id: RequestId) -> Answer {
        let quote = quote(&self.treasury, &self.transfer(id).draft, self.chain_nonce);
        self.ask(who, &Command::Propose(id, quote))
    }

    pub fn vote(&mut self, who: &str, id: RequestId, decision: Decision) -> Answer {
        let ballot = ballot(self.request(id), who, decision);
        self.ask(who, &Command::Vote(ballot))
    }

    pub fn inclusion(&self, id: RequestId, attempt: usize, block: u64) -> Inclusion {
        let hash = self.flight(id).attempts[attempt].signed.as_ref().expect("signed").hash;
        let witnesses = vec![node("n1"), node("n2")];
        Inclusion {
            hash,
            block,
            block_hash: keccak256(block.to_be_bytes()),
            success: true,
            fee: Amount::from(21_000),
            effect: true,
            witnesses,
        }
    }

    pub fn digest(&self, id: RequestId) -> Digest {
        self.request(id).digest().expect("proposed")
    }
}

/// A request that was asked for: each word is a command that must be granted.
pub struct Asked<'w> {
    pub world: &'w mut World,
    pub id: RequestId,
}

#[track_caller]
fn granted(answer: Answer) -> Vec<Event> {
    answer.unwrap_or_else(|refusal| panic!("refused: {} ({})", refusal, refusal.code))
}

impl Asked<'_> {
    #[track_caller]
    fn then(self, act: impl FnOnce(&mut World, RequestId) -> Answer) -> Self {
        granted(act(self.world, self.id));
        self
    }

    #[track_caller]
    pub fn propose(self) -> Self {
        self.then(|world, id| {
            let who = world.request(id).by.clone();
            world.propose(who.as_str(), id)
        })
    }

    #[track_caller]
    pub fn approve(self, who: &str) -> Self {
        self.then(|world, id| world.vote(who, id, Decision::Approve))
    }

    #[track_caller]
    pub fn object(self, who: &str) -> Self {
        self.then(|world, id| world.vote(who, id, Decision::Object))
    }

    #[track_caller]
    pub fn withdraw(self, who: &str) -> Self {
        self.then(|world, id| world.ask(who, &Command::Withdraw(id)))
    }

    #[track_caller]
    pub fn order(self) -> Self {
        let nonce = self.world.slot_for(self.id);
        self.order_at(nonce, (20 * GWEI, GWEI))
    }

    #[track_caller]
    pub fn order_at(self, nonce: u64, fees: (u128, u128)) -> Self {
        self.then(|world, id| {
            let built = world.built(id, nonce, fees);
            world.report(id, Outcome::Built(built, world.chain_nonce))
        })
    }

    /// The signer answers for the newest attempt.
    #[track_caller]
    pub fn sign(self) -> Self {
        let attempt = self.world.flight(self.id).attempts.len() - 1;
        self.sign_attempt(attempt)
    }

    #[track_caller]
    pub fn sign_attempt(self, attempt: usize) -> Self {
        self.then(|world, id| {
            let raw = Bytes::from(format!("signed {id} {attempt}").into_bytes());
            let hash = keccak256(&raw);
            world.report(id, Outcome::Signed { attempt, raw, hash })
        })
    }

    /// Node n1 is handed the newest attempt and takes it.
    #[track_caller]
    pub fn send(self) -> Self {
        let attempt = self.world.flight(self.id).attempts.len() - 1;
        self.then(|world, id| world.report(id, Outcome::Sending(attempt, node("n1"))))
            .then(|world, id| world.report(id, Outcome::Sent(attempt, node("n1"), SendAnswer::Accepted)))
    }

    #[track_caller]
    pub fn fly(self) -> Self {
        self.order().sign().send()
    }

    #[track_caller]
    pub fn include(self, attempt: usize, block: u64) -> Self {
        self.then(|world, id| {
            let inclusion = world.inclusion(id, attempt, block);
            world.report(id, Outcome::Included(inclusion))
        })
    }

    #[track_caller]
    pub fn settle(self, attempt: usize, block: u64) -> Self {
        self.then(|world, id| {
            let inclusion = world.inclusion(id, attempt, block);
            world.report(id, Outcome::Final(inclusion))
        })
    }

    /// From an approved transfer to a settled one.
    #[track_caller]
    pub fn pay(self) -> Self {
        self.fly().include(0, 9).settle(0, 9)
    }

    #[track_caller]
    pub fn report(self, outcome: Outcome) -> Self {
        self.then(|world, id| world.report(id, outcome))
    }

    #[track_caller]
    pub fn stage(self, word: &str) -> Self {
        assert_eq!(self.world.stage_of(self.id), word);
        self
    }
}

/// That `answer` is a refusal with exactly this code, that says something, and has a hint.
#[track_caller]
pub fn refused(answer: Answer, code: Code) {
    match answer {
        Ok(events) => panic!("expected {code}, was granted {events:?}"),
        Err(refusal) => {
            assert_eq!(refusal.code, code, "{refusal}");
            assert!(!refusal.message.is_empty() && !refusal.hint().is_empty(), "{code} explains itself");
        }
    }
}
