//! Every refusal code, provoked through `decide` on a treasury made of decided events; one test each, named after it.

use alloy_primitives::{Bytes, keccak256};

use crate::domain::asset::{Asset, AssetId, NetworkId, Symbol};
use crate::domain::change::{Change, Scope};
use crate::domain::command::{Command, Outcome};
use crate::domain::event::Founding;
use crate::domain::id::{ContactId, Reference, RequestId};
use crate::domain::member::Role;
use crate::domain::money::Amount;
use crate::domain::policy::Policy;
use crate::domain::refusal::Code;
use crate::domain::terms::Decision;
use crate::domain::tests::fixtures::*;
use crate::domain::transfer::{ATTEMPTS_MAX, Built, Draft, MEMO_MAX};
use crate::domain::wallet::{Party, Tier, WalletKind};
use crate::text::Untrusted;

const FEES: (u128, u128) = (20 * GWEI, GWEI);

fn asks_draft(draft: Draft, code: Code) {
    let mut world = World::founded();
    let id = world.next_id();
    refused(world.ask("alice", &Command::Draft(id, draft)), code);
}

fn asks_change(change: Change, code: Code) {
    let mut world = World::founded();
    let id = world.next_id();
    refused(world.ask("erin", &Command::ProposeChange(id, change)), code);
}

fn proposes(draft: Draft, code: Code) {
    let mut world = World::founded();
    let id = world.draft_with("alice", draft).id;
    refused(world.propose("alice", id), code);
}

#[test]
fn every_code_has_a_test_named_after_it() {
    let source = include_str!("refusals.rs");
    for code in Code::ALL {
        let name = format!("#[test]\nfn refuses_{}() {{", code.as_str().replace('.', "_"));
        assert_eq!(source.matches(&name).count(), 1, "{name}");
        let body = source.split(&name).nth(1).and_then(|rest| rest.split("\n}\n").next()).expect("a body");
        assert!(body.contains(&format!("Code::{code:?}")), "the test of {code} names it");
    }
}

#[test]
fn codes_and_hints_are_distinct_words() {
    let mut codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Code::ALL.len());
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_')));
}

#[test]
fn refuses_treasury_founded() {
    let mut world = World::founded();
    refused(world.ask("desk", &Command::Found(Box::new(founding()))), Code::TreasuryFounded);
}

#[test]
fn refuses_treasury_absent() {
    let mut world = World::unfounded();
    refused(world.ask("alice", &Command::Withdraw(RequestId::from_parts(1, 1))), Code::TreasuryAbsent);
}

#[test]
fn refuses_treasury_unsound() {
    let spoils: [fn(&mut Founding); 5] = [
        |f| f.networks.clear(),
        |f| f.members.retain(|m| !m.has(Role::Admin)),
        |f| f.policy.version = 2,
        |f| f.networks[0].witnesses = 0,
        |f| f.networks.push(f.networks[0].clone()),
    ];
    for spoil in spoils {
        let mut founding = founding();
        spoil(&mut founding);
        refused(World::unfounded().ask("desk", &Command::Found(Box::new(founding))), Code::TreasuryUnsound);
    }
}

#[test]
fn refuses_member_unknown() {
    let mut world = World::founded();
    let id = world.next_id();
    refused(world.ask("nobody", &Command::Draft(id, draft("pay-1", "supplier", "1 ETH"))), Code::MemberUnknown);
    world.enact(Change::RevokeMember(member("alice")));
    refused(world.ask("alice", &Command::Draft(id, draft("pay-1", "supplier", "1 ETH"))), Code::MemberUnknown);
    asks_change(Change::RevokeMember(member("nobody")), Code::MemberUnknown);
}

#[test]
fn refuses_member_role() {
    let mut world = World::founded();
    let id = world.next_id();
    for name in ["victor", "bob", "erin"] {
        refused(world.ask(name, &Command::Draft(id, draft("pay-1", "supplier", "1 ETH"))), Code::MemberRole);
    }
    for name in ["victor", "bob", "alice"] {
        refused(world.ask(name, &Command::ProposeChange(id, Change::Unfreeze(Scope::Treasury))), Code::MemberRole);
    }
    refused(world.ask("alice", &Command::Freeze(Scope::Treasury, label("why"))), Code::MemberRole);
}

#[test]
fn refuses_name_taken() {
    let mut same_key = a_member("henry", Role::Viewer);
    same_key.key = a_member("bob", Role::Viewer).key;
    let mut same_address = a_contact("pauper", HOME);
    same_address.address = address("pay-1");
    let mut same_wallet = a_wallet("pay-9", HOME, Tier::Hot, WalletKind::SingleKey);
    same_wallet.address = address("pay-1");
    let asset = Asset { id: AssetId::native(HOME), symbol: Symbol::parse("ETX").expect("symbol"), decimals: 18 };
    let network = founding().networks[0].clone();
    for change in [
        Change::AddMember(a_member("bob", Role::Viewer)),
        Change::AddMember(same_key),
        Change::AddContact(same_address),
        Change::AddContact(a_contact("supplier", HOME)),
        Change::AddWallet(same_wallet),
        Change::AddAsset(asset),
        Change::AddNetwork(network),
    ] {
        asks_change(change, Code::NameTaken);
    }
}

#[test]
fn refuses_change_unsound() {
    let mut zero = a_contact("nowhere", HOME);
    zero.address = alloy_primitives::Address::ZERO;
    let mut idle = a_member("henry", Role::Viewer);
    idle.roles.clear();
    let mut later = policy();
    later.version = 3;
    let mut witless = founding().networks[0].clone();
    (witless.id, witless.witnesses) = (NetworkId::Eip155(9), 0);
    let fine = Asset { id: AssetId::native(NetworkId::Eip155(5)), symbol: Symbol::parse("FINE").expect("symbol"), decimals: 37 };
    for change in [
        Change::AddContact(zero),
        Change::AddMember(idle),
        Change::SetPolicy(later),
        Change::AddNetwork(witless),
        Change::SetTier(wallet("pay-1"), Tier::Hot),
        Change::Unfreeze(Scope::Treasury),
    ] {
        asks_change(change, Code::ChangeUnsound);
    }
    let mut world = World::with(|f| f.assets.retain(|a| a.symbol.as_str() != "SIDE"));
    let id = world.next_id();
    refused(world.ask("erin", &Command::ProposeChange(id, Change::AddAsset(fine))), Code::ChangeUnsound);
    // Without gina nobody could change anything any more: 2 of the other two, and one of them proposed it.
    refused(world.ask("erin", &Command::ProposeChange(id, Change::RevokeMember(member("gina")))), Code::ChangeUnsound);
}

#[test]
fn refuses_policy_unsound() {
    let spoils: [fn(&mut Policy); 8] = [
        |p| p.governance.needed = 0,
        |p| p.governance.needed = 3,
        |p| p.governance.group = group("ghosts"),
        |p| p.vote_s = 1,
        |p| p.rules[1].then = require(4, false),
        |p| p.rules[0].when.up_to = None,
        |p| p.rules[0].when.wallets = Some([wallet("pay-77")].into()),
        |p| p.rules[0].id = p.rules[1].id.clone(),
    ];
    for spoil in spoils {
        let mut next = policy();
        next.version = 2;
        spoil(&mut next);
        asks_change(Change::SetPolicy(next), Code::PolicyUnsound);
    }
}

#[test]
fn refuses_network_unknown() {
    asks_change(Change::AddContact(a_contact("moon", NetworkId::Eip155(404))), Code::NetworkUnknown);
    asks_change(
        Change::AddWallet(a_wallet("moon", NetworkId::Eip155(404), Tier::Hot, WalletKind::SingleKey)),
        Code::NetworkUnknown,
    );
}

#[test]
fn refuses_wallet_unknown() {
    asks_draft(draft("pay-77", "supplier", "1 ETH"), Code::WalletUnknown);
    asks_draft(draft("pay-1", "pay-77", "1 ETH"), Code::WalletUnknown);
    asks_change(Change::SetTier(wallet("pay-77"), Tier::Cold), Code::WalletUnknown);
    let mut world = World::founded();
    refused(world.ask("bob", &Command::Freeze(Scope::Wallet(wallet("pay-77")), label("why"))), Code::WalletUnknown);
    refused(world.ask("desk", &Command::ReportForeign(wallet("pay-1"), 1)), Code::WalletUnknown);
}

#[test]
fn refuses_wallet_keyless() {
    asks_draft(draft("pay-safe", "supplier", "1 ETH"), Code::WalletKeyless);
}

#[test]
fn refuses_contact_unknown() {
    asks_draft(draft("pay-1", "stranger", "1 ETH"), Code::ContactUnknown);
    asks_change(Change::RemoveContact(ContactId::parse("stranger").expect("slug")), Code::ContactUnknown);
}

#[test]
fn refuses_asset_unknown() {
    let mut draft = draft("pay-1", "supplier", "1 ETH");
    draft.asset = AssetId::native(NetworkId::Eip155(77));
    asks_draft(draft, Code::AssetUnknown);
}

#[test]
fn refuses_network_mismatch() {
    asks_draft(draft("pay-1", "faraway", "1 ETH"), Code::NetworkMismatch);
    asks_draft(draft("pay-1", "supplier", "1 SIDE"), Code::NetworkMismatch);
    asks_draft(draft("side-1", "supplier", "1 SIDE"), Code::NetworkMismatch);
}

#[test]
fn refuses_destination_self() {
    asks_draft(draft("pay-1", "pay-1", "1 ETH"), Code::DestinationSelf);
    let mut bare = draft("pay-1", "supplier", "1 ETH");
    bare.to = Party::Address(address("pay-1"));
    asks_draft(bare, Code::DestinationSelf);
}

#[test]
fn refuses_amount_zero() {
    let mut draft = draft("pay-1", "supplier", "1 ETH");
    draft.amount = Amount::ZERO;
    asks_draft(draft, Code::AmountZero);
}

#[test]
fn refuses_memo_length() {
    let mut draft = draft("pay-1", "supplier", "1 ETH");
    draft.memo = Some(Untrusted::new("m".repeat(MEMO_MAX + 1)));
    asks_draft(draft, Code::MemoLength);
}

#[test]
fn refuses_expiry_range() {
    for seconds in [0, 59, 31 * DAY + 1] {
        let mut draft = draft("pay-1", "supplier", "1 ETH");
        draft.expires_s = Some(seconds);
        asks_draft(draft, Code::ExpiryRange);
    }
}

#[test]
fn refuses_request_unknown() {
    let mut world = World::founded();
    let ghost = RequestId::from_parts(1, 1);
    refused(world.ask("alice", &Command::Withdraw(ghost)), Code::RequestUnknown);
    refused(world.report(ghost, Outcome::Stuck), Code::RequestUnknown);
}

#[test]
fn refuses_request_duplicate() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").id;
    refused(world.ask("alice", &Command::Draft(id, draft("pay-1", "supplier", "1 ETH"))), Code::RequestDuplicate);
    refused(world.ask("erin", &Command::ProposeChange(id, Change::RevokeMember(member("bob")))), Code::RequestDuplicate);
}

#[test]
fn refuses_reference_conflict() {
    let mut world = World::founded();
    let mut wanted = draft("pay-1", "supplier", "1 ETH");
    wanted.reference = Some(Reference::parse("order-1").expect("reference"));
    let first = world.draft_with("alice", wanted.clone()).id;
    let id = world.next_id();
    refused(world.ask("alice", &Command::Draft(id, wanted.clone())), Code::ReferenceConflict);
    wanted.reference = None;
    refused(world.ask("alice", &Command::Amend(first, wanted)), Code::ReferenceConflict);
}

#[test]
fn refuses_stage_wrong() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").id;
    for outcome in
        [Outcome::Stuck, Outcome::Dropped, Outcome::Reorged, Outcome::Foreign, Outcome::Expired, Outcome::Sending(0, node("n1"))]
    {
        refused(world.report(id, outcome), Code::StageWrong);
    }
    world.at(id).propose().order();
    refused(world.ask("alice", &Command::Withdraw(id)), Code::StageWrong);
    refused(world.propose("alice", id), Code::StageWrong);
    refused(world.report(id, Outcome::Sending(0, node("n1"))), Code::StageWrong);
    world.at(id).sign().send().include(0, 1);
    refused(world.report(id, Outcome::Foreign), Code::StageWrong);
    world.at(id).settle(0, 1);
    for outcome in [Outcome::Stuck, Outcome::Dropped, Outcome::Reorged, Outcome::Foreign, Outcome::Expired] {
        refused(world.report(id, outcome), Code::StageWrong);
    }
}

#[test]
fn refuses_request_not_yours() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").id;
    refused(world.ask("anton", &Command::Withdraw(id)), Code::NotYours);
    refused(world.ask("anton", &Command::Amend(id, draft("pay-1", "landlord", "1 ETH"))), Code::NotYours);
    refused(world.propose("anton", id), Code::NotYours);
}

#[test]
fn refuses_policy_blocked() {
    let mut bare = draft("pay-1", "supplier", "1 ETH");
    bare.to = Party::Address(address("stranger"));
    proposes(bare, Code::PolicyBlocked);
}

#[test]
fn refuses_policy_unmatched() {
    proposes(draft("pay-1", "supplier", "5 DAI"), Code::PolicyUnmatched);
}

#[test]
fn refuses_limit_exceeded() {
    proposes(draft("pay-1", "supplier", "20.000000000000000001 ETH"), Code::LimitExceeded);
}

#[test]
fn refuses_quorum_unmet() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").stage("proposed").id;
    let built = world.built(id, 40, FEES);
    refused(world.report(id, Outcome::Built(built.clone(), 40)), Code::QuorumUnmet);
    world.at(id).approve("carol").stage("approved");
    world.enact(Change::RevokeMember(member("carol")));
    refused(world.report(id, Outcome::Built(built, 40)), Code::QuorumUnmet);
}

#[test]
fn refuses_frozen() {
    let mut world = World::founded();
    let waiting = world.draft("alice", "pay-2", "supplier", "1 ETH").propose().id;
    let signed = world.draft("alice", "pay-1", "supplier", "0.5 ETH").propose().order().sign().id;
    let id = world.freeze("bob", Scope::Treasury).draft("alice", "pay-1", "supplier", "1 ETH").id;
    refused(world.propose("alice", id), Code::Frozen);
    let built = world.built(waiting, 40, FEES);
    refused(world.report(waiting, Outcome::Built(built, 40)), Code::Frozen);
    refused(world.report(signed, Outcome::Sending(0, node("n1"))), Code::Frozen);
}

#[test]
fn refuses_vote_digest() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let old = ballot(world.request(id), "bob", Decision::Approve);
    let mut next = policy();
    next.version = 2;
    world.enact(Change::SetPolicy(next)).at(id).stage("drafted").propose();
    refused(world.ask("bob", &Command::Vote(old)), Code::VoteDigest);
}

#[test]
fn refuses_vote_signature() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let of_carol = ballot(world.request(id), "carol", Decision::Approve);
    refused(world.ask("bob", &Command::Vote(of_carol)), Code::VoteSignature);
    // Signed as an approval, handed in as an objection: the text differs, so another key comes out.
    let approval = ballot(world.request(id), "bob", Decision::Approve);
    assert_ne!(approval.vote(world.now), ballot(world.request(id), "bob", Decision::Object).vote(world.now));
}

#[test]
fn refuses_vote_requester() {
    let mut world = World::founded();
    let id = world.draft("olga", "pay-1", "supplier", "2 ETH").propose().id;
    refused(world.vote("olga", id, Decision::Approve), Code::VoteRequester);
    refused(world.vote("olga", id, Decision::Object), Code::VoteRequester);
}

#[test]
fn refuses_vote_twice() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").id;
    refused(world.vote("bob", id, Decision::Approve), Code::VoteTwice);
    refused(world.vote("bob", id, Decision::Object), Code::VoteTwice);
}

#[test]
fn refuses_vote_ineligible() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    for name in ["anton", "erin", "victor", "olga"] {
        refused(world.vote(name, id, Decision::Approve), Code::VoteIneligible);
        refused(world.vote(name, id, Decision::Object), Code::VoteIneligible);
    }
    let change = world.change("erin", Change::RevokeMember(member("bob"))).id;
    refused(world.vote("bob", change, Decision::Object), Code::VoteIneligible);
}

#[test]
fn refuses_request_expired() {
    let mut world = World::founded();
    let open = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().id;
    let passed = world.draft("alice", "pay-2", "supplier", "1 ETH").propose().id;
    world.wait(DAY);
    world.at(open).approve("bob");
    world.wait(1);
    refused(world.vote("carol", open, Decision::Approve), Code::RequestExpired);
    let built = world.built(passed, 40, FEES);
    refused(world.report(passed, Outcome::Built(built, 40)), Code::RequestExpired);
}

#[test]
fn refuses_slot_taken() {
    let mut world = World::founded();
    let early = world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").approve("carol").id;
    let late = world.draft("alice", "pay-1", "landlord", "1 ETH").propose().id;
    let built = world.built(late, 40, FEES);
    refused(world.report(late, Outcome::Built(built, 40)), Code::SlotTaken);
    // The chain has gone past the nonce that the text names.
    let built = world.built(early, 40, FEES);
    refused(world.report(early, Outcome::Built(built, 41)), Code::SlotTaken);
    world.at(late).order();
    refused(world.ask("desk", &Command::ReportForeign(wallet("pay-1"), 41)), Code::SlotTaken);
    refused(world.ask("desk", &Command::ReportForeign(wallet("pay-1"), 39)), Code::SlotTaken);
}

#[test]
fn refuses_build_mismatch() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "2 ETH").id;
    let mut lie = quote(&world.treasury, &draft("pay-1", "landlord", "2 ETH"), 40);
    refused(world.ask("alice", &Command::Propose(id, lie.clone())), Code::BuildMismatch);
    lie = quote(&world.treasury, &draft("pay-1", "supplier", "2 ETH"), 40);
    lie.tip_cap = lie.fee_cap + 1;
    refused(world.ask("alice", &Command::Propose(id, lie)), Code::BuildMismatch);
    world.at(id).propose().approve("bob").approve("carol");
    let spoils: [fn(&mut Built); 6] = [
        |b| b.nonce = 41,
        |b| b.chain_id = 1,
        |b| b.gas_limit = 90_001,
        |b| b.digest = keccak256("other"),
        |b| b.call.to = address("landlord"),
        |b| b.call.input = Bytes::from_static(&[1]),
    ];
    for spoil in spoils {
        let mut built = world.built(id, 40, FEES);
        spoil(&mut built);
        refused(world.report(id, Outcome::Built(built, 40)), Code::BuildMismatch);
    }
    world.at(id).order().sign();
    let bump = world.built(id, 41, (40 * GWEI, 2 * GWEI));
    refused(world.report(id, Outcome::Built(bump, 40)), Code::BuildMismatch);
}

#[test]
fn refuses_fee_ceiling() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().id;
    for fees in [(FEE_CAP + 1, GWEI), (FEE_CAP, TIP_CAP + 1)] {
        let built = world.built(id, 40, fees);
        refused(world.report(id, Outcome::Built(built, 40)), Code::FeeCeiling);
    }
}

#[test]
fn refuses_fee_bump() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().order_at(40, (1_001, 0)).sign().send().id;
    // 1,001 + 12.5 % = 1,126.125, and nothing must rise too.
    for fees in [(1_126, 1), (1_127, 0), (1_001, 0)] {
        let built = world.built(id, 40, fees);
        refused(world.report(id, Outcome::Built(built, 40)), Code::FeeBump);
    }
    world.at(id).order_at(40, (1_127, 1)).stage("ordered");
}

#[test]
fn refuses_attempts_spent() {
    let mut world = World::founded();
    let (mut fee, mut tip) = (1_000_u128, 8_u128);
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().order_at(40, (fee, tip)).sign().send().id;
    for _ in 1..ATTEMPTS_MAX {
        (fee, tip) = (fee + fee.div_ceil(8), tip + tip.div_ceil(8));
        world.at(id).order_at(40, (fee, tip)).sign();
    }
    let built = world.built(id, 40, (2 * fee, 2 * tip));
    refused(world.report(id, Outcome::Built(built, 40)), Code::AttemptsSpent);
}

#[test]
fn refuses_signature_mismatch() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().order().id;
    let raw = Bytes::from_static(b"signed");
    let hash = keccak256(&raw);
    refused(world.report(id, Outcome::Signed { attempt: 1, raw: raw.clone(), hash }), Code::SignatureMismatch);
    refused(world.report(id, Outcome::Signed { attempt: 0, raw, hash: keccak256("x") }), Code::SignatureMismatch);
    world.at(id).sign();
    let other = Bytes::from_static(b"other");
    let hash = keccak256(&other);
    refused(world.report(id, Outcome::Signed { attempt: 0, raw: other, hash }), Code::SignatureMismatch);
    let mut stranger = world.at(id).send().world.inclusion(id, 0, 1);
    stranger.hash = keccak256("stranger");
    refused(world.report(id, Outcome::Included(stranger)), Code::SignatureMismatch);
}

#[test]
fn refuses_evidence_short() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().fly().id;
    let sound = world.inclusion(id, 0, 1);
    let mut one = sound.clone();
    one.witnesses = vec![node("n1"), node("n1"), node("n1")];
    refused(world.report(id, Outcome::Included(one.clone())), Code::EvidenceShort);
    world.at(id).include(0, 1);
    refused(world.report(id, Outcome::Final(one)), Code::EvidenceShort);
    let mut elsewhere = sound;
    elsewhere.block_hash = keccak256("another block");
    refused(world.report(id, Outcome::Final(elsewhere)), Code::EvidenceShort);
}

#[test]
fn refuses_actor_not_desk() {
    let mut world = World::founded();
    let id = world.draft("alice", "pay-1", "supplier", "1 ETH").propose().id;
    let built = world.built(id, 40, FEES);
    refused(world.ask("alice", &Command::Report(id, Outcome::Built(built, 40))), Code::NotTheDesk);
    refused(world.ask("erin", &Command::ReportForeign(wallet("pay-1"), 1)), Code::NotTheDesk);
}

#[test]
fn refuses_actor_not_member() {
    let mut world = World::founded();
    let id = world.next_id();
    refused(world.ask("desk", &Command::Draft(id, draft("pay-1", "supplier", "1 ETH"))), Code::NotAMember);
    refused(world.ask("desk", &Command::Freeze(Scope::Treasury, label("why"))), Code::NotAMember);
}
