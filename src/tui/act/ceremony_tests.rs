//! Attempts to get past the ceremony, one for each of its rules.

use std::sync::Arc;

use super::*;
use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::request::Request;
use crate::domain::tests::fixtures::{World, member};
use crate::tui::act::catalogue::entries;
use crate::tui::fixture::{id_of, snapshot_of, world};
use crate::tui::layout::Class;

const SEEN: Reviewed = (6, 6);

/// A console in front of one request, with its own clock.
struct Desk {
    world: World,
    snap: Snapshot,
    me: MemberId,
    number: u64,
    now_ms: u64,
}

impl Desk {
    fn new(me: &str, number: u64) -> Self {
        let world = world();
        let mut desk = Self { snap: snapshot_of(&world), world, me: member(me), number, now_ms: 10_000 };
        desk.refresh();
        desk
    }

    fn refresh(&mut self) {
        self.snap = snapshot_of(&self.world);
        let members = ["alice", "anton", "bob", "carol", "erin"].map(member).into();
        self.snap.lock = Lock::Unlocked { members, wallets: Vec::new() };
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            snap: &self.snap,
            me: Some(&self.me),
            size: (80, 24),
            class: Class::S,
            hide_amounts: false,
            now: self.snap.at,
            now_ms: self.now_ms,
        }
    }

    fn request(&self) -> &Request {
        self.snap.treasury.request(id_of(&self.world, self.number)).expect("it is there")
    }

    fn off(&self, act: Act, seen: Reviewed) -> Option<String> {
        entries(&self.scene(), self.request(), seen).into_iter().find(|entry| entry.act == act).and_then(|entry| entry.off)
    }

    fn open(&self, act: Act) -> Ceremony {
        Ceremony::open(&self.scene(), self.request(), act, SEEN).expect("the act is not off")
    }

    fn armed(&mut self, act: Act) -> Ceremony {
        let mut ceremony = self.open(act);
        self.now_ms += 400;
        ceremony.tick(&self.scene());
        assert!(ceremony.is_armed());
        ceremony
    }

    /// Types as a person does.
    fn press(&mut self, ceremony: &mut Ceremony, code: KeyCode) -> Vec<Outcome> {
        self.now_ms += 100;
        let first = ceremony.input(&self.scene(), &Input::Key(KeyPress::plain(code)));
        self.now_ms += 20;
        let second = ceremony.tick(&self.scene());
        [first, second].into_iter().filter(|outcome| *outcome != Outcome::Stay).collect()
    }

    fn type_text(&mut self, ceremony: &mut Ceremony, text: &str) -> Vec<Outcome> {
        text.chars().flat_map(|c| self.press(ceremony, KeyCode::Char(c))).collect()
    }

    fn answers(&self) -> [String; 2] {
        let draft = &self.request().transfer().expect("a transfer").draft;
        let (address, ..) = self.snap.treasury.resolve(&draft.to).expect("known");
        let text = address.to_string();
        [text[text.len() - 6..].to_owned(), "2".to_owned()]
    }

    fn answer(&mut self, ceremony: &mut Ceremony, answers: [&str; 2]) -> Vec<Outcome> {
        self.now_ms += 500;
        ceremony.tick(&self.scene());
        let mut outcomes = self.type_text(ceremony, answers[0]);
        outcomes.extend(self.press(ceremony, KeyCode::Enter));
        outcomes.extend(self.type_text(ceremony, answers[1]));
        outcomes.extend(self.press(ceremony, KeyCode::Enter));
        outcomes
    }
}

fn is_closed(ceremony: &Ceremony, why: &str) -> bool {
    matches!(ceremony.step(), Step::Closed(found) if found.contains(why))
}

#[test]
fn the_right_answer_asks_once_for_exactly_this_version() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    let [tail, digits] = desk.answers();
    let outcomes = desk.answer(&mut ceremony, [&tail.to_lowercase(), &digits]);
    let (request, digest) = (desk.request().id, desk.request().digest().expect("proposed"));
    let ask = Ask::Vote { request, digest, decision: Decision::Approve, reason: None };
    assert_eq!(outcomes, [Outcome::Ask(member("bob"), Box::new(ask))]);
    assert_eq!(*ceremony.step(), Step::Waiting);
    assert!(desk.answer(&mut ceremony, [&tail, &digits]).is_empty(), "it never asks twice");
    ceremony.told(Ok(Done { request: Some(request), already: false, seq: 41 }));
    assert!(desk.answer(&mut ceremony, [&tail, &digits]).is_empty(), "and offers no repetition");
    assert_eq!(desk.press(&mut ceremony, KeyCode::Esc), [Outcome::Leave]);
}

#[test]
fn early_keys_and_bursts_do_nothing() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.open(Act::Withdraw.min(Act::Object));
    assert_eq!(ceremony.input(&desk.scene(), &Input::Key(KeyPress::char('x'))), Outcome::Stay);
    assert!(ceremony.notice().is_some() && ceremony.reason().is_empty());
    let mut ceremony = desk.armed(Act::Approve);
    let [tail, digits] = desk.answers();
    for c in format!("{tail}\r{digits}\r").chars() {
        let code = if c == '\r' { KeyCode::Enter } else { KeyCode::Char(c) };
        desk.now_ms += 3;
        assert_eq!(ceremony.input(&desk.scene(), &Input::Key(KeyPress::plain(code))), Outcome::Stay);
    }
    assert!(ceremony.challenge().all(|(_, field, _)| field.is_empty()));
    desk.now_ms += 1_000;
    assert_eq!(ceremony.tick(&desk.scene()), Outcome::Stay);
    assert_eq!(*ceremony.step(), Step::Challenge);
}

#[test]
fn a_burst_cannot_say_yes() {
    let mut desk = Desk::new("anton", 6);
    let mut ceremony = desk.armed(Act::Withdraw);
    for c in ['y', '\n'] {
        desk.now_ms += 1;
        ceremony.input(&desk.scene(), &Input::Key(KeyPress::char(c)));
    }
    desk.now_ms += 1_000;
    assert_eq!(ceremony.tick(&desk.scene()), Outcome::Stay);
    assert_eq!(*ceremony.step(), Step::Confirm);
    for other in [KeyCode::Enter, KeyCode::Char(' '), KeyCode::Char('Y'), KeyCode::Tab] {
        assert!(desk.press(&mut ceremony, other).is_empty(), "{other:?} is no answer: there is no default");
    }
    assert_eq!(
        desk.press(&mut ceremony, KeyCode::Char('y')),
        [Outcome::Ask(member("anton"), Box::new(Ask::Withdraw(desk.request().id)))]
    );
}

#[test]
fn pasted_text_and_a_lost_focus_empty_the_fields() {
    for input in [Input::Paste(Untrusted::new("a")), Input::PasteRefused, Input::Focus(false)] {
        let mut desk = Desk::new("bob", 6);
        let mut ceremony = desk.armed(Act::Approve);
        desk.type_text(&mut ceremony, "ab");
        assert!(ceremony.challenge().any(|(_, field, _)| !field.is_empty()));
        ceremony.input(&desk.scene(), &input);
        assert!(ceremony.challenge().all(|(_, field, _)| field.is_empty()), "{input:?}");
        assert!(!ceremony.is_armed());
    }
}

#[test]
fn enter_on_an_empty_field_does_nothing_and_costs_no_try() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    for _ in 0..5 {
        assert!(desk.press(&mut ceremony, KeyCode::Enter).is_empty());
    }
    desk.type_text(&mut ceremony, "abc");
    desk.press(&mut ceremony, KeyCode::Enter);
    desk.press(&mut ceremony, KeyCode::Enter);
    assert_eq!((ceremony.tries(), ceremony.step()), (0, &Step::Challenge));
}

#[test]
fn three_wrong_answers_close_it() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    let [tail, digits] = desk.answers();
    for wrong in [["000000", digits.as_str()], [tail.as_str(), "25"], [&tail[1..], digits.as_str()]] {
        assert_eq!(*ceremony.step(), Step::Challenge);
        assert!(desk.answer(&mut ceremony, wrong).is_empty());
    }
    assert!(is_closed(&ceremony, "wrong answers"));
    assert!(desk.answer(&mut ceremony, [&tail, &digits]).is_empty());
}

#[test]
fn it_closes_after_two_minutes_by_itself() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    desk.now_ms += OPEN_MAX_MS - 401;
    ceremony.tick(&desk.scene());
    assert!(ceremony.is_asking());
    assert!(ceremony.due_ms().is_some_and(|due| due <= desk.now_ms + 1));
    desk.now_ms += 1;
    ceremony.tick(&desk.scene());
    assert!(is_closed(&ceremony, "two minutes"));
}

#[test]
fn a_vote_of_somebody_else_closes_it_even_with_the_right_answer_typed() {
    let mut desk = Desk::new("bob", 5);
    let balances = Arc::make_mut(&mut desk.snap.balances);
    for reading in balances.cells.values_mut().flat_map(std::collections::BTreeMap::values_mut) {
        reading.at = desk.snap.at;
    }
    let mut ceremony = desk.armed(Act::Approve);
    let id = desk.request().id;
    desk.world.vote("carol", id, Decision::Approve).expect("carol may vote");
    desk.refresh();
    desk.now_ms += 50;
    assert_eq!(ceremony.tick(&desk.scene()), Outcome::Stay);
    assert!(is_closed(&ceremony, "vote was counted"), "{:?}", ceremony.step());
    assert!(desk.press(&mut ceremony, KeyCode::Enter).is_empty());
}

#[test]
fn an_objection_while_typing_closes_it() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    let [tail, _] = desk.answers();
    desk.type_text(&mut ceremony, &tail);
    let id = desk.request().id;
    desk.world.vote("dave", id, Decision::Object).expect("dave may vote");
    desk.refresh();
    assert!(desk.press(&mut ceremony, KeyCode::Enter).is_empty());
    assert!(matches!(ceremony.step(), Step::Closed(_)));
}

#[test]
fn a_change_of_who_acts_closes_it() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Approve);
    desk.me = member("carol");
    ceremony.tick(&desk.scene());
    assert!(is_closed(&ceremony, "somebody else"));
}

#[test]
fn without_the_whole_review_there_is_no_approving() {
    let desk = Desk::new("bob", 6);
    assert_eq!(desk.off(Act::Approve, SEEN), None);
    let why = desk.off(Act::Approve, (5, 6)).expect("off");
    assert!(why.contains("5 of 6"), "{why}");
    assert!(Ceremony::open(&desk.scene(), desk.request(), Act::Approve, (5, 6)).is_none());
    assert_eq!(desk.off(Act::Object, (0, 6)), None, "an objection needs none");
}

#[test]
fn authors_voters_and_strangers_cannot_vote() {
    assert!(Desk::new("anton", 6).off(Act::Approve, SEEN).expect("off").starts_with("own"));
    assert!(Desk::new("carol", 6).off(Act::Approve, SEEN).expect("off").contains("counted already"));
    assert!(Desk::new("erin", 6).off(Act::Approve, SEEN).expect("off").contains("in no group"));
    assert!(Desk::new("frank", 6).off(Act::Object, SEEN).expect("off").contains("is not open here"));
}

#[test]
fn stale_balances_turn_approving_off() {
    let why = Desk::new("bob", 5).off(Act::Approve, SEEN).expect("off");
    assert!(why.contains("5m old"), "{why}");
}

#[test]
fn sessions_without_keys_can_do_nothing() {
    for lock in [Lock::Locked, Lock::ReadOnly] {
        let mut desk = Desk::new("bob", 6);
        desk.snap.lock = lock;
        assert!(Act::ALL.into_iter().all(|act| desk.off(act, SEEN).is_some()));
    }
}

#[test]
fn an_objection_carries_its_reason() {
    let mut desk = Desk::new("bob", 6);
    let mut ceremony = desk.armed(Act::Object);
    assert!(desk.press(&mut ceremony, KeyCode::Enter).is_empty());
    assert_eq!(*ceremony.step(), Step::Reason, "a reason is required");
    desk.type_text(&mut ceremony, "wrong \"invoice");
    desk.press(&mut ceremony, KeyCode::Enter);
    assert_eq!(*ceremony.step(), Step::Reason, "quotes cannot stand in a label");
    for _ in 0.."\"invoice".len() {
        desk.press(&mut ceremony, KeyCode::Left);
        desk.press(&mut ceremony, KeyCode::Delete);
    }
    desk.press(&mut ceremony, KeyCode::Enter);
    assert_eq!(*ceremony.step(), Step::Confirm);
    desk.now_ms += 400;
    ceremony.tick(&desk.scene());
    let outcomes = desk.press(&mut ceremony, KeyCode::Char('y'));
    let [Outcome::Ask(_, ask)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let Ask::Vote { decision: Decision::Object, reason: Some(reason), .. } = ask.as_ref() else { panic!("{ask:?}") };
    assert_eq!(reason.raw_for_storage(), "wrong");
}

#[test]
fn a_freeze_names_the_wallet_and_a_failure_is_told_without_a_repeat() {
    let mut desk = Desk::new("carol", 6);
    let mut ceremony = desk.armed(Act::Freeze);
    desk.type_text(&mut ceremony, "odd fees");
    desk.press(&mut ceremony, KeyCode::Enter);
    desk.now_ms += 400;
    ceremony.tick(&desk.scene());
    let outcomes = desk.press(&mut ceremony, KeyCode::Char('y'));
    let [Outcome::Ask(_, ask)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let Ask::Freeze(Scope::Wallet(wallet), _) = ask.as_ref() else { panic!("{ask:?}") };
    assert_eq!(wallet.as_str(), "pay-eu-1");
    ceremony.told(Err(Failure { code: "unavailable", message: "store: busy".to_owned(), hint: "", retry: true }));
    assert!(matches!(ceremony.step(), Step::Failed(_)));
    assert!(desk.press(&mut ceremony, KeyCode::Char('y')).is_empty());
}

#[test]
fn proposing_what_passes_without_a_vote_is_challenged() {
    let mut desk = Desk::new("alice", 9);
    let entry =
        entries(&desk.scene(), desk.request(), (0, 6)).into_iter().find(|entry| entry.act == Act::Propose).expect("listed");
    assert!(!entry.challenge, "tokens are voted on");
    desk.world.wait(10).draft("alice", "pay-eu-1", "supplier", "0.5 ETH");
    desk.refresh();
    desk.number = 10;
    let entry =
        entries(&desk.scene(), desk.request(), (0, 6)).into_iter().find(|entry| entry.act == Act::Propose).expect("listed");
    assert!(entry.challenge && entry.off.is_none(), "{entry:?}");
}
