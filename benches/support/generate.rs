//! A treasury of the promised size, made by deciding: every entry is one that the domain allowed.
//!
//! Signatures of votes are real, because checking the journal checks them. Signed transactions are not: nothing that is
//! measured here looks into them again, and a hundred thousand key files would measure something else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use alloy_primitives::{Bytes, keccak256};
use bursar::chain::evm::built::{build, call};
use bursar::chain::evm::transaction::Fees;
use bursar::desk::core::Core;
use bursar::desk::vote;
use bursar::domain::command::{Command, Outcome};
use bursar::domain::id::{MemberId, NodeId, Reference, RequestId};
use bursar::domain::journal::{Entry, Record, Tip};
use bursar::domain::member::Actor;
use bursar::domain::money::Amount;
use bursar::domain::terms::Decision;
use bursar::domain::time::Timestamp;
use bursar::domain::transfer::{Draft, Inclusion, Quote, SendAnswer, Stage};
use bursar::domain::treasury::Treasury;
use bursar::domain::vote::VoteSignature;
use bursar::domain::wallet::{Party, Tier};
use bursar::signer::table::Table;
use bursar::store::Store;
use bursar::store::sqlite::Sqlite;
use bursar::text::Untrusted;
use secp256k1::{All, Message, Secp256k1};

use super::machine::{length, now, timed};
use super::people::{self, NETWORK, assets, contact, founding, key, tier, wallet};
use super::table::{mebibytes, short};

/// Raised whenever the content changes, so that no old journal is measured.
const VERSION: u32 = 1;
/// Entries of the promised journal.
pub const ENTRIES: u64 = 1_000_000;
/// Entries in one transaction while making it.
const BATCH: usize = 4096;
/// Seconds between two transfers: about 300 a day, a year in all.
const PACE_S: u64 = 290;
/// Requests that wait for votes at the end.
const QUEUE: u64 = 300;
/// Days after which open requests would come close to their end: then it is made again.
const KEPT_DAYS: u64 = 20;
const GWEI: u128 = 1_000_000_000;
const CONFIG: &str = "[general]\nme = \"bob\"\n\n[[network]]\nid = \"eip155:31337\"\n\n[[node]]\nid = \"nobody\"\nnetwork = \"eip155:31337\"\nurl = \"http://127.0.0.1:9\"\n";

/// The home with so many entries, made once and kept under `target/bench`.
pub fn home(entries: u64) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let home = root.join(format!("home-v{VERSION}-{entries}"));
    let ready = home.join("config.toml");
    let made_at = fs::metadata(&ready).and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
    if made_at.is_some_and(|age| age.as_secs() < KEPT_DAYS * 86_400) {
        return home;
    }
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a folder under target");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("our own folder");
    let ((), time) = timed(|| make(&home, entries));
    let journal = home.join("journal.db");
    println!("made {entries} entries in {} ({} on disk)", short(time), mebibytes(length(&journal)));
    let ((), time) = timed(|| Core::load(Box::new(Sqlite::open(&journal).expect("the journal"))).expect("it loads").keep());
    println!("replayed it and kept the state in {}", short(time));
    drop(Table::create(&home.join("signer.db")).expect("a new table"));
    fs::write(&ready, CONFIG).expect("our own folder");
    home
}

/// How many entries are wanted: `BURSAR_BENCH_ENTRIES`, or the promised number.
pub fn wanted() -> u64 {
    std::env::var("BURSAR_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(ENTRIES)
}

fn make(home: &Path, entries: u64) {
    let store = Sqlite::open(&home.join("journal.db")).expect("a new journal");
    let transfers = entries / 9;
    let start = now() - 3600 - transfers * PACE_S;
    let mut maker = Maker {
        store,
        treasury: Treasury::unfounded(),
        tip: Tip::EMPTY,
        at: Timestamp::from_unix(start),
        pending: Vec::new(),
        nonces: vec![0; people::WALLETS],
        curve: Secp256k1::new(),
    };
    maker.ask(&Actor::Desk, &Command::Found(Box::new(founding())));
    let mut number = 0;
    // A queued request is two entries, a vote on some of them one more.
    while maker.tip.seq + 3 * QUEUE < entries {
        maker.settle(number);
        maker.at = maker.at.plus(PACE_S);
        number += 1;
    }
    while maker.tip.seq < entries {
        maker.queue(number);
        number += 1;
    }
    maker.flush();
}

/// Decides, chains and applies; writes in batches.
struct Maker {
    store: Sqlite,
    treasury: Treasury,
    tip: Tip,
    at: Timestamp,
    pending: Vec<(Entry, Record)>,
    nonces: Vec<u64>,
    curve: Secp256k1<All>,
}

impl Maker {
    fn ask(&mut self, by: &Actor, command: &Command) {
        let events = self.treasury.decide(self.at, by, command).unwrap_or_else(|no| panic!("{command:?}: {no:?}"));
        for event in events {
            let (entry, record) = Entry::after(self.tip, self.at, by.clone(), event);
            self.treasury.apply(&record);
            self.tip = entry.tip();
            self.pending.push((entry, record));
        }
        if self.pending.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some((first, _)) = self.pending.first() {
            let before = Tip { seq: first.seq - 1, hash: first.prev };
            self.store.append(before, &self.pending).expect("it follows");
            self.pending.clear();
        }
    }

    fn report(&mut self, id: RequestId, outcome: Outcome) {
        self.ask(&Actor::Desk, &Command::Report(id, outcome));
    }

    /// Drafts and proposes; every tenth is large, the rest passes by itself where the wallet is hot.
    fn propose(&mut self, number: u64, large: bool) -> RequestId {
        let index = self.wallet_of(number);
        let asset = usize::try_from(number % 3).expect("small");
        let decimals = if asset == 0 { 18 } else { 6 };
        let amount = format!("{}.{:02}", if large { 5000 + number % 900 } else { 1 + number % 900 }, number % 100);
        let draft = Draft {
            from: wallet(index),
            to: Party::Contact(contact(usize::try_from(number % 200).expect("small"))),
            asset: assets()[asset],
            amount: Amount::parse(&amount, decimals).expect("an amount"),
            memo: Some(Untrusted::new(format!("invoice {number}"))),
            reference: Some(Reference::parse(&format!("inv-2026-{number:06}")).expect("a reference")),
            expires_s: None,
        };
        let to = self.treasury.resolve(&draft.to).expect("a contact").0;
        let quote = Quote {
            call: call(draft.asset.kind, to, draft.amount),
            gas_limit: 65_000,
            fee_cap: 60 * GWEI,
            tip_cap: 2 * GWEI,
            chain_nonce: self.nonces[index],
        };
        let random = keccak256(number.to_be_bytes());
        let id = RequestId::from_parts(self.at.unix() * 1000, u128::from_be_bytes(random[..16].try_into().expect("16 bytes")));
        let by = person(if number.is_multiple_of(2) { "alice" } else { "erin" });
        self.ask(&by, &Command::Draft(id, draft));
        self.ask(&by, &Command::Propose(id, quote));
        id
    }

    fn wallet_of(&self, number: u64) -> usize {
        usize::try_from(number * 7919 % people::WALLETS as u64).expect("an index")
    }

    fn approve(&mut self, id: RequestId, name: &str) {
        let request = self.treasury.request(id).expect("it is there").clone();
        let digest = vote::digest_to_sign(&self.treasury, &request, Decision::Approve).expect("it is proposed");
        let signed = self.curve.sign_ecdsa_recoverable(&Message::from_digest(digest.0), &key(name));
        let (v, rs) = signed.serialize_compact();
        let bytes = [&rs[..], &[u8::try_from(v.to_i32() + 27).expect("27 or 28")]].concat();
        let signature = VoteSignature::Eip712(bytes.into());
        let ballot = vote::check(&self.treasury, &request, (Decision::Approve, &signature, None)).expect("it recovers");
        self.ask(&person(name), &Command::Vote(ballot));
    }

    /// A transfer from draft to settlement.
    fn settle(&mut self, number: u64) {
        let id = self.propose(number, number.is_multiple_of(10));
        for name in ["bob", "carol", "dave"] {
            if self.treasury.request(id).expect("it is there").is_open() {
                self.approve(id, name);
            }
        }
        let index = self.wallet_of(number);
        let nonce = self.nonces[index];
        let request = self.treasury.request(id).expect("it is there").clone();
        let Some(Stage::Approved(proposal)) = request.transfer().map(|t| &t.stage) else { panic!("not approved") };
        let fees = Fees::Eip1559 { fee_cap: 40 * GWEI, tip_cap: GWEI };
        let built = build(NETWORK.chain_id(), nonce, &proposal.call, 65_000, &fees).expect("it builds");
        let raw: Bytes = [&built.unsigned[..], keccak256(&built.unsigned).as_slice(), &[7; 35]].concat().into();
        let hash = keccak256(&raw);
        let node = NodeId::parse("nobody").expect("a slug");
        self.report(id, Outcome::Built(built, nonce));
        self.report(id, Outcome::Signed { attempt: 0, raw, hash });
        self.report(id, Outcome::Sending(0, node.clone()));
        self.report(id, Outcome::Sent(0, node.clone(), SendAnswer::Accepted));
        let inclusion = Inclusion {
            hash,
            block: 20_000_000 + number,
            block_hash: keccak256(number.to_le_bytes()),
            success: true,
            fee: Amount::from_base(alloy_primitives::U256::from(21_000 * 30 * GWEI)),
            effect: true,
            witnesses: vec![node],
        };
        self.report(id, Outcome::Included(inclusion.clone()));
        self.report(id, Outcome::Final(inclusion));
        self.nonces[index] = nonce + 1;
    }

    /// A large transfer that waits for its second vote, from a wallet that nobody else uses now.
    fn queue(&mut self, number: u64) {
        let large = tier(self.wallet_of(number)) == Tier::Hot;
        let id = self.propose(number, large);
        if number.is_multiple_of(3) {
            self.approve(id, "carol");
        }
    }
}

fn person(name: &str) -> Actor {
    Actor::Member(MemberId::parse(name).expect("a slug"))
}
