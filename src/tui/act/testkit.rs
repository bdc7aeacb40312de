//! A small treasury with requests in every stage that the act screens care about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};

use crate::desk::snapshot::{Balances, JournalCheck, Lock, Reading, Snapshot, Waiting};
use crate::domain::asset::{Asset, AssetId, AssetKind, Network, NetworkId, Symbol};
use crate::domain::change::Change;
use crate::domain::command::{Command, Outcome};
use crate::domain::event::{Founding, Profile};
use crate::domain::id::{ContactId, GroupId, Label, MemberId, NodeId, RequestId, RuleId, TreasuryId, TreasuryName, WalletId};
use crate::domain::journal::Tip;
use crate::domain::journal::{RECORD_VERSION, Record};
use crate::domain::member::{Actor, Member, Role, VotingKey};
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use crate::domain::terms::Decision;
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Built, Call, Draft, Meaning, Quote};
use crate::domain::treasury::Treasury;
use crate::domain::vote::{Ballot, Statement, VoteSignature};
use crate::domain::wallet::{Contact, Party, Tier, Wallet, WalletKind};
use crate::text::{Charset, Untrusted};
use crate::theme::{Depth, Theme};
use crate::tui::layout::Class;
use crate::tui::scene::Scene;

/// 2026-11-23T14:02:10Z.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T14:02:10Z").expect("a time")
}

const NETWORK: NetworkId = NetworkId::Eip155(31_337);
const USDC: Address = address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
pub const SUPPLIER: Address = address!("71C7656EC7ab88b098defB751B7401B5f6d8976F");

pub fn member(id: &str) -> MemberId {
    MemberId::parse(id).expect("a member")
}

pub fn wallet(id: &str) -> WalletId {
    WalletId::parse(id).expect("a wallet")
}

pub fn id(at: u64) -> RequestId {
    RequestId::from_parts(1_795_000_000_000 + at, u128::from(at))
}

pub fn usdc() -> AssetId {
    AssetId { network: NETWORK, kind: AssetKind::Erc20(USDC) }
}

fn person(id: &str, roles: &[Role], byte: u8) -> Member {
    Member { id: member(id), roles: roles.iter().copied().collect(), key: VotingKey::Evm(Address::repeat_byte(byte)), revoked: false }
}

fn own(id: &str, byte: u8, tier: Tier, kind: WalletKind) -> Wallet {
    Wallet { id: wallet(id), network: NETWORK, address: Address::repeat_byte(byte), tier, kind }
}

fn amount(usdc: &str) -> Amount {
    Amount::parse(usdc, 6).expect("an amount")
}

fn policy() -> Policy {
    let group = |id: &str| GroupId::parse(id).expect("a group");
    let rule = |id: &str, when: When, then: Then| Rule { id: RuleId::parse(id).expect("a rule"), when, then };
    let quorum = |needed| Then::Require { quorums: vec![Quorum { group: group("approvers"), needed }], late_slot: false };
    let hot = |when: When| When { tiers: Some(BTreeSet::from([Tier::Hot])), ..when };
    let window = Window { seconds: 86_400, per: Scope::Wallet, sum_over: Some(amount("600000")), count_over: None };
    Policy {
        version: 1,
        groups: BTreeMap::from([
            (group("approvers"), ["alice", "bob", "carol"].map(member).into()),
            (group("admins"), ["alice", "bob", "carol"].map(member).into()),
        ]),
        governance: Quorum { group: group("admins"), needed: 2 },
        vote_s: 6 * 3_600,
        rules: vec![
            rule("small", hot(When { to: Some(Destination::Contacts), up_to: Some(amount("1000")), window: None, ..When::default() }), Then::Allow),
            rule("large", When { to: Some(Destination::Contacts), over: Some(amount("1000")), ..When::default() }, quorum(2)),
            rule("inside", When { to: Some(Destination::Own), ..When::default() }, quorum(2)),
            rule("day", When { window: Some(window), ..When::default() }, Then::Block { reason: Label::parse("more than 600,000 a day").expect("a label") }),
        ],
    }
}

/// A treasury under construction, with its clock.
pub struct Kit {
    pub treasury: Treasury,
    pub at: Timestamp,
}

impl Kit {
    pub fn founded() -> Self {
        let mut kit = Self { treasury: Treasury::unfounded(), at: Timestamp::from_unix(now().unix() - 3 * 3_600) };
        let founding = Founding {
            treasury: TreasuryId::from_bytes([7; 16]),
            name: TreasuryName::parse("ops-eu").expect("a name"),
            profile: Profile::Demo,
            networks: vec![Network { id: NETWORK, genesis: B256::repeat_byte(9), witnesses: 1 }],
            members: vec![
                person("alice", &[Role::Approver, Role::Admin], 1),
                person("bob", &[Role::Approver, Role::Admin], 2),
                person("carol", &[Role::Approver, Role::Admin, Role::Operator], 3),
                person("dave", &[Role::Operator], 4),
            ],
            wallets: vec![
                own("hot-1", 0x11, Tier::Hot, WalletKind::SingleKey),
                own("vault-a", 0x22, Tier::Cold, WalletKind::SingleKey),
                own("watched", 0x33, Tier::Cold, WalletKind::WatchOnly),
            ],
            contacts: vec![
                contact("supplier-7", "Supplier 7", SUPPLIER),
                contact("exch-a-2", "Exch A deposit 2", address!("90F8bf6A479f320ead074411a4B0e7944Ea8c9C1")),
            ],
            assets: vec![
                Asset { id: usdc(), symbol: Symbol::parse("USDC").expect("a symbol"), decimals: 6 },
                Asset { id: AssetId::native(NETWORK), symbol: Symbol::parse("ETH").expect("a symbol"), decimals: 18 },
            ],
            policy: policy(),
        };
        kit.run(&Actor::Desk, &Command::Found(Box::new(founding)));
        kit
    }

    pub fn run(&mut self, by: &Actor, command: &Command) {
        let events = self.treasury.decide(self.at, by, command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        for event in events {
            self.treasury.apply(&Record { v: RECORD_VERSION, seq: 1, at: self.at, by: by.clone(), event });
        }
        self.at = self.at.plus(60);
    }

    pub fn draft(&mut self, number: u64, by: &str, draft: Draft) {
        self.run(&Actor::Member(member(by)), &Command::Draft(id(number), draft));
    }

    pub fn propose(&mut self, number: u64, by: &str, nonce: u64) {
        let request = self.treasury.request(id(number)).expect("a request");
        let draft = &request.transfer().expect("a transfer").draft;
        let quote = Quote { call: call(&self.treasury, draft), gas_limit: 90_000, fee_cap: 38_000_000_000, tip_cap: 2_000_000_000, chain_nonce: nonce };
        self.run(&Actor::Member(member(by)), &Command::Propose(id(number), quote));
    }

    pub fn vote(&mut self, number: u64, by: &str, decision: Decision, reason: Option<&str>) {
        let request = self.treasury.request(id(number)).expect("a request");
        let fields = request.fields(decision).expect("a text");
        let digest = request.digest().expect("a digest");
        let statement = Statement { request: id(number), digest, decision, fields: &fields, chain_id: 31_337, salt: [0; 32] };
        let VotingKey::Evm(key) = self.treasury.members()[&member(by)].key;
        let signature = VoteSignature::Eip712(Bytes::from_static(&[0; 65]));
        let ballot = Ballot::check(&statement, signature, reason.map(Untrusted::new), |_, _| Some(key)).expect("a ballot");
        self.run(&Actor::Member(member(by)), &Command::Vote(ballot));
    }

    pub fn order(&mut self, number: u64, nonce: u64, fee_cap: u128) {
        let request = self.treasury.request(id(number)).expect("a request");
        let draft = &request.transfer().expect("a transfer").draft;
        let unsigned = Bytes::from(vec![2, u8::try_from(fee_cap / 1_000_000_000).unwrap_or(0)]);
        let built = Built {
            digest: keccak256(&unsigned), unsigned, chain_id: 31_337, nonce, call: call(&self.treasury, draft), gas_limit: 90_000, fee_cap,
            tip_cap: fee_cap / 20,
        };
        self.run(&Actor::Desk, &Command::Report(id(number), Outcome::Built(built, nonce)));
    }

    pub fn send(&mut self, number: u64, node: &str) {
        let raw = Bytes::from(vec![2, 9, u8::try_from(number).unwrap_or(0)]);
        let node = NodeId::parse(node).expect("a node");
        self.run(&Actor::Desk, &Command::Report(id(number), Outcome::Signed { attempt: 0, hash: keccak256(&raw), raw }));
        self.run(&Actor::Desk, &Command::Report(id(number), Outcome::Sending(0, node.clone())));
        self.run(&Actor::Desk, &Command::Report(id(number), Outcome::Sent(0, node, crate::domain::transfer::SendAnswer::Accepted)));
    }
}

fn contact(id: &str, label: &str, address: Address) -> Contact {
    Contact { id: ContactId::parse(id).expect("a contact"), label: Label::parse(label).expect("a label"), network: NETWORK, address }
}

pub fn to(contact: &str) -> Party {
    Party::Contact(ContactId::parse(contact).expect("a contact"))
}

pub fn draft(from: &str, to: Party, usdc_amount: &str, memo: &str) -> Draft {
    let memo = (!memo.is_empty()).then(|| Untrusted::new(memo));
    Draft { from: wallet(from), to, asset: usdc(), amount: amount(usdc_amount), memo, reference: None, expires_s: None }
}

fn call(treasury: &Treasury, draft: &Draft) -> Call {
    let (to, _, _) = treasury.resolve(&draft.to).expect("a destination");
    let mut input = vec![0xa9, 0x05, 0x9c, 0xbb];
    input.extend([0; 12]);
    input.extend(to.as_slice());
    input.extend(draft.amount.base().to_be_bytes::<32>());
    let meaning = Meaning::Erc20Transfer { token: USDC, to, amount: draft.amount };
    Call { to: USDC, value: U256::ZERO, input: input.into(), meaning }
}

/// Requests 1 to 8: a payment that waits for a second vote, one without any, a draft of carol's, one in flight, one refused,
/// a change, one own of alice's kind (carol asked), one with a hostile memo.
pub fn story() -> Kit {
    let mut kit = Kit::founded();
    kit.draft(1, "dave", draft("hot-1", to("supplier-7"), "250000", "invoice 2026-0917"));
    kit.propose(1, "dave", 4);
    kit.vote(1, "bob", Decision::Approve, None);
    kit.draft(2, "dave", draft("hot-1", to("exch-a-2"), "40000.5", "top up"));
    kit.propose(2, "dave", 4);
    kit.draft(3, "carol", draft("hot-1", to("supplier-7"), "190000", "invoice 2026-0931"));
    kit.draft(4, "dave", draft("hot-1", to("supplier-7"), "12.25", "postage"));
    kit.propose(4, "dave", 4);
    kit.order(4, 6, 20_000_000_000);
    kit.send(4, "geth-a");
    kit.draft(5, "dave", draft("hot-1", to("exch-a-2"), "5000", "by mistake"));
    kit.propose(5, "dave", 4);
    kit.vote(5, "alice", Decision::Object, Some("wrong invoice"));
    let change = Change::AddContact(contact("carrier-2", "Carrier 2", address!("8ba1f109551bD432803012645Ac136ddd64DBA72")));
    kit.run(&Actor::Member(member("bob")), &Command::ProposeChange(id(6), change));
    kit.draft(7, "carol", draft("vault-a", Party::Wallet(wallet("hot-1")), "150000", "refill"));
    kit.propose(7, "carol", 0);
    kit.draft(8, "dave", draft("hot-1", to("exch-a-2"), "7000", "a\u{1b}[2J\u{202e}b\u{200b}\u{7}c\nsecond \"line\""));
    kit.propose(8, "dave", 4);
    kit
}

/// The snapshot of it, as `me`, with these keys open.
pub fn snapshot(kit: Kit, me: &str, open: &[&str]) -> Snapshot {
    let reading = |text: &str, decimals| Reading {
        amount: Amount::parse(text, decimals).expect("an amount"), at: Timestamp::from_unix(now().unix() - 12), source: NodeId::parse("geth-a").expect("a node"), block: 21_402_118,
    };
    let cells = BTreeMap::from([
        (wallet("hot-1"), BTreeMap::from([(usdc(), reading("812400.25", 6)), (AssetId::native(NETWORK), reading("5.1204", 18))])),
        (wallet("vault-a"), BTreeMap::from([(usdc(), reading("6880120", 6))])),
    ]);
    let waiting = BTreeMap::from([(id(4), Waiting { since: now(), why: "no node has it in a block yet".to_owned() })]);
    Snapshot {
        at: now(),
        tip: Tip { seq: 40, hash: B256::ZERO },
        treasury: Arc::new(kit.treasury),
        me: Some(member(me)),
        lock: Lock::Unlocked { members: open.iter().map(|id| member(id)).collect(), wallets: Vec::new() },
        balances: Arc::new(Balances { cells, ..Balances::default() }),
        nodes: Arc::default(),
        recent: Arc::default(),
        check: JournalCheck::NotYet,
        waiting: Arc::new(waiting),
        notices: Arc::default(),
    }
}

/// The scene of a terminal of this size.
pub fn scene<'a>(snap: &'a Snapshot, me: Option<&'a MemberId>, size: (u16, u16), now_ms: u64) -> Scene<'a> {
    Scene { snap, me, size, class: Class::of(size.0, size.1), hide_amounts: false, now: now(), now_ms }
}

pub fn ascii() -> Theme {
    Theme::default().fitted(Depth::Mono, Charset::Ascii)
}

/// The whole frame as a picture.
pub fn frame(ui: &crate::tui::ui::Ui, snap: &Snapshot) -> String {
    let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, ui.size.0, ui.size.1));
    crate::tui::frame::draw(ui, snap, &ascii(), &mut buf);
    for cell in &buf.content {
        assert!(crate::text::cell_is_safe(cell.symbol()), "{:?}", cell.symbol());
    }
    crate::tui::picture::picture(&buf)
}
