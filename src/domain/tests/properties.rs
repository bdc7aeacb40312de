//! What holds whatever is asked, by whomever, in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Bytes, keccak256};
use proptest::prelude::*;

use crate::domain::asset::{AssetKind, NetworkId};
use crate::domain::change::{Change, Scope};
use crate::domain::command::{Command, Outcome};
use crate::domain::event::Event;
use crate::domain::id::{MemberId, RequestId, WalletId};
use crate::domain::journal::Record;
use crate::domain::member::Role;
use crate::domain::policy::judge::{Case, Electorate, judge};
use crate::domain::policy::rule::{Quorum, Scope as Per, Then, When};
use crate::domain::policy::verdict::Standing;
use crate::domain::policy::window::{Spend, Spends};
use crate::domain::terms::Decision;
use crate::domain::tests::fixtures::*;
use crate::domain::time::Timestamp;
use crate::domain::transfer::SendAnswer;
use crate::domain::treasury::{Request, Treasury};
use crate::domain::wallet::{Party, Tier};

const PEOPLE: [&str; 9] = ["alice", "anton", "bob", "carol", "dave", "erin", "frank", "gina", "olga"];

/// One thing somebody tries; numbers choose among what there is.
type Try = (u8, u8, u8, u8);

/// What must hold of every step, recounted from the events alone.
#[derive(Default, Clone)]
struct Watch {
    nonces: BTreeMap<(WalletId, u64), RequestId>,
    foreign: BTreeSet<(WalletId, u64)>,
    objections: BTreeSet<RequestId>,
}

impl Watch {
    fn see(&mut self, before: &Treasury, at: Timestamp, event: &Event) {
        match event {
            Event::Ordered { request, wallet, nonce, .. } => {
                let known = *self.nonces.entry((wallet.clone(), *nonce)).or_insert(*request);
                assert_eq!(known, *request, "nonce {nonce} of {wallet} was ordered for another transfer");
                let others = self.nonces.iter().filter(|((w, n), id)| **id == *request && (w, n) != (wallet, nonce));
                assert_eq!(others.count(), 0, "{request} has two slots");
                assert!(!self.foreign.contains(&(wallet.clone(), *nonce)), "a consumed nonce was ordered");
                assert!(!self.objections.contains(request), "ordered against an objection");
                let asked = before.request(*request).expect("there is one");
                if asked.stage_word() == "approved" {
                    quorum_was_met(before, asked, at);
                }
                assert!(before.freeze_on(wallet).is_none(), "ordered while frozen");
            }
            Event::ForeignSeen { wallet, nonce, .. } => {
                assert!(self.foreign.insert((wallet.clone(), *nonce)), "{nonce} of {wallet} was alarmed twice");
            }
            Event::Voted { request, member, vote } => {
                assert_ne!(before.request(*request).expect("there is one").by, *member, "the requester voted");
                if vote.decision == Decision::Object {
                    self.objections.insert(*request);
                }
            }
            _ => {}
        }
    }
}

/// The quorum of the fixture's policy, counted again by hand from votes, groups, roles and amounts.
fn quorum_was_met(before: &Treasury, request: &Request, at: Timestamp) {
    let transfer = request.transfer().expect("a transfer");
    let draft = &transfer.draft;
    let approvers = &before.policy().groups[&group("approvers")];
    let counts = |name: &MemberId| {
        let active = before.members().get(name).is_some_and(|m| !m.revoked && m.roles.contains(&Role::Approver));
        active && approvers.contains(name) && *name != request.by
    };
    let votes = request.votes().expect("proposed");
    let yes = votes.iter().filter(|(name, vote)| vote.decision == Decision::Approve && counts(name)).count();
    let native = matches!(draft.asset.kind, AssetKind::Native);
    let own = matches!(draft.to, Party::Wallet(_));
    let tier = before.wallets()[&draft.from].tier;
    let mut needed = usize::from(own || tier == Tier::Cold || !native);
    if native && !own && draft.amount > eth("1") {
        needed = if before.policy().version > 1 { 3 } else { 2 };
    }
    assert!(yes >= needed, "{} of {needed} approved {request:?}", yes);
    assert!(request.not_after().is_some_and(|end| at <= end), "ordered too late");
}

fn pick<T: Clone>(items: &[T], n: u8) -> Option<T> {
    (!items.is_empty()).then(|| items[usize::from(n) % items.len()].clone())
}

/// Requests in one of these stages; now and then any request at all.
fn some_request(world: &World, stages: &[&str], (n, wild): (u8, u8)) -> Option<RequestId> {
    let all = world.treasury.requests().values();
    let fits = all.filter(|r| wild.is_multiple_of(16) || stages.contains(&r.stage_word())).map(|r| r.id);
    pick(&fits.collect::<Vec<_>>(), n)
}

/// Mostly sensible commands, so that lives get far; some by the wrong person, with the wrong key or out of turn.
fn command(world: &mut World, (what, a, b, c): Try) -> Option<(&'static str, Command)> {
    const FLYING: &[&str] = &["approved", "ordered", "signed", "broadcast", "included", "stuck", "dropped"];
    let who = PEOPLE[usize::from(a) % PEOPLE.len()];
    let froms = ["pay-1", "pay-2", "vault-1"];
    let sums = ["0.5 ETH", "0.25 ETH", "1.5 ETH", "7 ETH", "30 ETH", "5 USDC", "5 DAI"];
    let wanted =
        draft(froms[usize::from(b) % 3], ["supplier", "landlord", "pay-2"][usize::from(c) % 3], sums[usize::from(a ^ c) % 7]);
    Some(match what % 16 {
        0 => (["alice", "anton", "olga", "bob"][usize::from(a) % 4], Command::Draft(world.next_id(), wanted)),
        1 if c % 4 == 0 => (who, Command::Withdraw(some_request(world, &["drafted", "proposed", "approved"], (b, c))?)),
        1 => (who, Command::Amend(some_request(world, &["drafted"], (b, c))?, wanted)),
        2 | 3 => {
            let id = some_request(world, &["drafted"], (b, c))?;
            let by = world.request(id).by.clone();
            let who = if c % 8 == 0 { who } else { PEOPLE.iter().copied().find(|p| *p == by.as_str())? };
            let quote = quote(&world.treasury, &world.request(id).transfer()?.draft, world.chain_nonce);
            (who, Command::Propose(id, quote))
        }
        4..=6 => {
            let id = some_request(world, &["proposed"], (b, c))?;
            world.request(id).digest()?;
            let signer = if c % 16 == 1 { "mallory" } else { who };
            let decision = if c % 32 == 3 { Decision::Object } else { Decision::Approve };
            (who, Command::Vote(ballot(world.request(id), signer, decision)))
        }
        7 if c % 4 == 0 => (who, a_change(world, b, a)),
        7 if c % 32 == 1 => {
            (who, Command::Freeze([Scope::Treasury, Scope::Wallet(wallet("pay-1"))][usize::from(b) % 2].clone(), label("drill")))
        }
        7 if c % 32 == 2 => {
            let from = wallet(froms[usize::from(b) % 3]);
            let nonce = world.treasury.foreign_nonce(&from, world.chain_nonce).unwrap_or(38 + u64::from(a % 12));
            ("desk", Command::ReportForeign(from, nonce))
        }
        7 => return None,
        _ => {
            let id = some_request(world, FLYING, (b, c))?;
            (if c == 255 { who } else { "desk" }, Command::Report(id, outcome(world, id, (a, c))?))
        }
    })
}

fn a_change(world: &mut World, b: u8, c: u8) -> Command {
    let change = match b % 6 {
        0 => Change::RevokeMember(member(PEOPLE[usize::from(c) % PEOPLE.len()])),
        1 => Change::Unfreeze(Scope::Treasury),
        2 => Change::Unfreeze(Scope::Wallet(wallet("pay-1"))),
        3 => Change::SetTier(wallet("pay-2"), Tier::ALL[usize::from(c) % 3]),
        4 => {
            let mut next = policy();
            next.version = world.treasury.policy().version + 1;
            next.rules[2].then = require(3, false);
            Change::SetPolicy(next)
        }
        _ => Change::AddContact(a_contact(
            ["new", "supplier"][usize::from(c) % 2],
            if c < 128 { HOME } else { NetworkId::Eip155(77) },
        )),
    };
    Command::ProposeChange(world.next_id(), change)
}

/// What could have come of what is owed, or something else.
fn outcome(world: &World, id: RequestId, (a, c): (u8, u8)) -> Option<Outcome> {
    let transfer = world.request(id).transfer()?;
    world.treasury.resolve(&transfer.draft.to)?;
    let flight = transfer.stage.flight();
    let attempt = flight.map_or(0, |f| (f.attempts.len() - 1).saturating_sub(usize::from(c % 4 == 0)));
    let signed = flight.is_some_and(|f| f.attempts[attempt].signed.is_some());
    Some(match (a % 12, flight) {
        (0..=2, None) | (0, Some(_)) => {
            let (fee, tip) =
                flight.map_or((u128::from(c) + 1, 1), |f| (f.current().built.fee_cap * 2, f.current().built.tip_cap * 2));
            let nonce = flight.map_or_else(|| world.slot_for(id) + u64::from(c == 7), |f| f.nonce);
            Outcome::Built(world.built(id, nonce, (fee, tip)), world.chain_nonce)
        }
        (1..=3, Some(_)) => {
            let raw = Bytes::from(format!("signed {id} {attempt}").into_bytes());
            Outcome::Signed { attempt, hash: keccak256(&raw), raw }
        }
        (4 | 5, Some(_)) => Outcome::Sending(attempt, node(["n1", "n2"][usize::from(c) % 2])),
        (6, Some(_)) => Outcome::Sent(attempt, node(["n1", "n2"][usize::from(c) % 2]), SendAnswer::Known),
        (7 | 8, Some(_)) if signed => Outcome::Included(world.inclusion(id, attempt, u64::from(c % 2))),
        (9 | 10, Some(_)) if signed => Outcome::Final(world.inclusion(id, attempt, u64::from(c % 2))),
        (11, Some(_)) if c % 64 == 5 => Outcome::Foreign,
        (11, Some(_)) => [Outcome::Reorged, Outcome::Stuck, Outcome::Dropped][usize::from(c) % 3].clone(),
        _ => Outcome::Expired,
    })
}

fn step(world: &mut World, watch: &mut Watch, tried: Try) {
    if tried.0 >= 240 {
        world.wait(u64::from(tried.1).pow(2));
        world.chain_nonce += u64::from(tried.2.is_multiple_of(8));
        return;
    }
    let Some((who, command)) = command(world, tried) else { return };
    let before = world.treasury.clone();
    let (seen, now) = (world.records.len(), world.now);
    let refused = world.ask(who, &command).is_err();
    if refused {
        assert_eq!(world.treasury, before, "a refused command changes nothing");
        assert_eq!(world.records.len(), seen);
    }
    let mut replayed = before;
    for record in &world.records[seen..] {
        watch.see(&replayed, now, &record.event);
        replayed.apply(record);
    }
    lanes_agree(&world.treasury);
    voters_agree(&world.treasury, now);
}

/// The short way to ask who may vote says what the explained verdict says.
fn voters_agree(treasury: &Treasury, at: Timestamp) {
    for request in treasury.requests().values().filter(|r| r.is_open()) {
        let verdict = treasury.verdict(request, at).expect("its wallet and asset are known");
        for member in treasury.members().keys() {
            let explained = verdict.tallies.iter().any(|t| t.may_vote.contains(member));
            let open = request.not_after().is_some_and(|end| at <= end);
            assert_eq!(treasury.may_vote(request, member, at), open && explained, "{member} on {}: {verdict:?}", request.number);
        }
    }
}

/// What lanes say and what requests say is the same.
fn lanes_agree(treasury: &Treasury) {
    for name in treasury.wallets().keys() {
        let Some(lane) = treasury.lane(name) else { continue };
        assert!(lane.held.keys().all(|nonce| !lane.is_spent(*nonce)), "{lane:?}");
        assert!(lane.spent.iter().all(|nonce| *nonce > lane.floor), "{lane:?}");
        for (nonce, id) in &lane.held {
            let transfer = treasury.request(*id).expect("kept").transfer().expect("a transfer");
            assert!(!transfer.stage.is_over() && transfer.draft.from == *name, "{id} holds {nonce}");
        }
    }
    for request in treasury.requests().values() {
        let Some(transfer) = request.transfer() else { continue };
        if let Some(flight) = transfer.stage.flight().filter(|_| !transfer.stage.is_over()) {
            assert_eq!(treasury.lane(&transfer.draft.from).and_then(|l| l.held.get(&flight.nonce)), Some(&request.id));
        }
    }
}

fn replayed(records: &[Record]) -> Treasury {
    let mut treasury = Treasury::unfounded();
    records.iter().for_each(|record| treasury.apply(record));
    treasury
}

fn holds_at_the_end(world: &World) {
    let again = replayed(&world.records);
    assert_eq!(again, world.treasury);
    let bytes = serde_json::to_vec(&world.treasury).expect("JSON");
    assert_eq!(serde_json::to_vec(&again).expect("JSON"), bytes);
    assert_eq!(serde_json::from_slice::<Treasury>(&bytes).expect("reads back"), world.treasury);
    for entry in &world.entries {
        let record = entry.record().expect("reads back");
        assert_eq!(serde_json::to_vec(&record).expect("JSON"), entry.body);
    }
    for at in [world.now, world.now.plus(100 * DAY)] {
        for effect in world.treasury.owed(at) {
            use crate::domain::Effect::{Build, Expire, Follow, Send, Sign};
            let (Build(id) | Follow(id) | Expire(id) | Sign(id, _) | Send(id, _)) = effect;
            assert!(!world.request(id).is_over(), "{effect:?} is owed to what is over");
        }
    }
    let voters = |id| world.treasury.requests().get(id).and_then(|r| r.votes().map(|v| (r.by.clone(), v.clone())));
    assert!(world.treasury.requests().keys().filter_map(voters).all(|(by, votes)| !votes.contains_key(&by)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_the_invariants_hold(tries in proptest::collection::vec(any::<Try>(), 1..260)) {
        let (mut world, mut watch) = (World::founded(), Watch::default());
        for tried in tries {
            step(&mut world, &mut watch, tried);
        }
        holds_at_the_end(&world);
    }

    #[test]
    fn a_stricter_policy_never_lets_more_pass(
        yes in proptest::collection::btree_set(0usize..4, 0..4), needed in 1u32..4, more in 1u32..3, sum in 1u64..40,
        spent in proptest::collection::vec((1u64..20, 0u64..200_000, any::<bool>()), 0..6), blocked: bool,
    ) {
        let mut lax = policy();
        lax.rules[2].then = require(needed, false);
        let mut strict = lax.clone();
        strict.rules[2].then = require(needed + more, false);
        if blocked {
            strict.rules.push(rule("none", When::default(), block("closed")));
        }
        let names = ["bob", "carol", "dave", "olga"].map(member);
        let voters = Voters { able: names[..3].to_vec(), yes: yes.into_iter().map(|i| names[i].clone()).collect() };
        let standing = |policy| judge(policy, &case(&spends(&spent), sum), &voters).standing;
        prop_assert!(standing(&strict) >= standing(&lax));
        let more_spent: Vec<_> = spent.iter().copied().chain([(1, 0, false)]).collect();
        let after = judge(&lax, &case(&spends(&more_spent), sum), &voters).standing;
        prop_assert!(after >= standing(&lax), "more spending never makes it easier");
    }
}

/// The walk above would prove little if most of it were refused: it reaches every kind of event.
#[test]
fn the_random_walk_reaches_every_kind_of_event() {
    let mut reached: BTreeMap<&str, u32> = BTreeMap::new();
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    for _ in 0..16 {
        let (mut world, mut watch) = (World::founded(), Watch::default());
        for _ in 0..600 {
            step(&mut world, &mut watch, (next(), next(), next(), next()));
        }
        holds_at_the_end(&world);
        world.records.iter().for_each(|record| *reached.entry(record.event.word()).or_default() += 1);
    }
    assert_eq!(reached.len(), 22, "{reached:?}");
}

struct Voters {
    able: Vec<MemberId>,
    yes: BTreeSet<MemberId>,
}

impl Electorate for Voters {
    fn eligible(&self, _: &Quorum) -> BTreeSet<MemberId> {
        self.able.iter().cloned().collect()
    }

    fn approved(&self) -> BTreeSet<MemberId> {
        self.yes.clone()
    }
}

fn spend(sum: u64, at: Timestamp) -> Spend {
    let (asset, amount) = money(&format!("{sum} ETH"));
    Spend { at, by: member("alice"), wallet: wallet("pay-1"), to: party("supplier"), asset, amount }
}

fn spends(of: &[(u64, u64, bool)]) -> Spends {
    let mut spends = Spends::default();
    for (n, (sum, ago, ordered)) in of.iter().enumerate() {
        let (id, at) = (RequestId::from_parts(1, n as u128), Timestamp::from_unix(NOON - ago));
        spends.add(id, spend(*sum, at));
        if *ordered {
            spends.order(id, at);
        }
    }
    spends
}

fn case(before: &Spends, sum: u64) -> Case<'_> {
    let at = Timestamp::from_unix(NOON);
    // Leaked once per case of a test: a case borrows its spend.
    let spend = Box::leak(Box::new(spend(sum, at)));
    Case { id: RequestId::from_parts(9, 9), spend, tier: Tier::Hot, before, at, human: &|amount| amount.to_string() }
}

/// A model of the window: the sum of what is pending, and of what was ordered within the span.
#[test]
fn windows_agree_with_a_plain_sum() {
    let of = [(3, 90_000, false), (5, 90_000, true), (7, 86_399, true), (11, 86_400, true), (13, 10, false), (17, 0, true)];
    let spends = spends(&of);
    let this = spend(1, Timestamp::from_unix(NOON));
    let (sum, count) = spends.before(this.at, DAY, Per::Treasury, (&this, RequestId::from_parts(9, 9)));
    assert_eq!((sum, count), (eth("40"), 4), "3 + 7 + 13 + 17");
}

/// Every sequence of seven acts out of nine on two transfers of one wallet.
#[test]
fn every_short_life_of_two_transfers_keeps_the_invariants() {
    let mut world = World::with(|f| f.policy.rules.retain(|rule| rule.id.as_str() != "daily"));
    let one = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    let two = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().id;
    let mut seen = BTreeSet::new();
    let mut reached = BTreeSet::new();
    walk(&world, &Watch::default(), (one, two), 7, (&mut seen, &mut reached));
    assert!(seen.len() > 100, "{} states", seen.len());
    for stage in
        ["proposed", "approved", "ordered", "signed", "broadcast", "included", "settled", "foreign", "refused", "withdrawn"]
    {
        assert!(reached.contains(stage), "{stage} was never reached");
    }
}

type Seen<'a> = (&'a mut BTreeSet<Vec<u8>>, &'a mut BTreeSet<&'static str>);

fn walk(world: &World, watch: &Watch, ids: (RequestId, RequestId), left: u8, seen: Seen<'_>) {
    let (states, reached) = seen;
    let mut key = serde_json::to_vec(&world.treasury).expect("JSON");
    key.push(left);
    if left == 0 || !states.insert(key) {
        return;
    }
    for id in [ids.0, ids.1] {
        reached.insert(world.stage_of(id));
        for act in 0..9 {
            let mut next = world.clone();
            let mut eyes = watch.clone();
            let (before, seen_records) = (next.treasury.clone(), next.records.len());
            let answer = act_on(&mut next, id, act);
            let Some(answer) = answer else { continue };
            if !answer {
                assert_eq!(next.treasury, before, "a refused command changes nothing");
                continue;
            }
            let mut replay = before;
            for record in &next.records[seen_records..] {
                eyes.see(&replay, next.now, &record.event);
                replay.apply(record);
            }
            lanes_agree(&next.treasury);
            walk(&next, &eyes, ids, left - 1, (&mut *states, &mut *reached));
        }
    }
}

/// Whether the act was granted; none where it cannot even be asked.
fn act_on(world: &mut World, id: RequestId, act: u8) -> Option<bool> {
    let transfer = world.request(id).transfer()?.clone();
    let signed = transfer.stage.flight().is_some_and(|f| f.attempts[0].signed.is_some());
    let answer = match act {
        0 if transfer.stage.proposal().is_some() => world.vote("carol", id, Decision::Approve),
        1 if transfer.stage.proposal().is_some() => world.vote("dave", id, Decision::Object),
        2 if transfer.stage.flight().is_none() => {
            let built = world.built(id, world.slot_for(id), (GWEI, GWEI));
            world.report(id, Outcome::Built(built, world.chain_nonce))
        }
        3 => {
            let raw = Bytes::from(format!("signed {id} 0").into_bytes());
            world.report(id, Outcome::Signed { attempt: 0, hash: keccak256(&raw), raw })
        }
        4 => world.report(id, Outcome::Sending(0, node("n1"))),
        5 if signed => world.report(id, Outcome::Included(world.inclusion(id, 0, 1))),
        6 if signed => world.report(id, Outcome::Final(world.inclusion(id, 0, 1))),
        7 => world.report(id, Outcome::Foreign),
        8 => world.ask("alice", &Command::Withdraw(id)),
        _ => return None,
    };
    Some(answer.is_ok())
}

#[test]
fn a_require_rule_is_never_weaker_than_its_largest_quorum() {
    let Then::Require { quorums, .. } = require(2, false) else { panic!("a require") };
    assert_eq!(quorums, vec![quorum(2, "approvers")]);
    let mut twice = policy();
    twice.rules[2].then = Then::Require { quorums: vec![quorum(1, "approvers"), quorum(3, "approvers")], late_slot: false };
    let voters = Voters { able: ["bob", "carol", "dave"].map(member).to_vec(), yes: ["bob", "carol"].map(member).into() };
    assert_eq!(judge(&twice, &case(&Spends::default(), 2), &voters).standing, Standing::Pending);
}
