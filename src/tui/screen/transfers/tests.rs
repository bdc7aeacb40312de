//! Transfers as they are seen and written.

use crate::desk::ask::{Ask, Done};
use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::tests::fixtures::member;
use crate::tui::fixture::{id_of, snapshot, world};
use crate::tui::frames::{console, frame, press};
use crate::tui::input::{Input, KeyCode, KeyPress};
use crate::tui::modal::Modal;
use crate::tui::modal::unlock::Why;
use crate::tui::picture::picture;
use crate::tui::ui::Ui;
use crate::tui::wish::{Answer, Failure, Wish, WishId};

fn as_alice() -> Snapshot {
    let mut snap = snapshot();
    snap.me = Some(member("alice"));
    snap.lock = Lock::Unlocked { members: vec![member("alice")], wallets: Vec::new() };
    snap
}

fn transfers(size: (u16, u16), snap: &Snapshot, keys: &str) -> Ui {
    let mut ui = console(size, snap);
    press(&mut ui, snap, "2");
    press(&mut ui, snap, keys);
    ui
}

fn key(ui: &mut Ui, snap: &Snapshot, code: KeyCode) -> Vec<(WishId, Wish)> {
    ui.update(snap, Input::Key(KeyPress::plain(code)), 0)
}

/// A new draft of 1,250.50 USDC from pay-eu-1 to the landlord.
const WRITTEN: &str = "n enter p a y - e u enter enter l a n d enter enter u s d c enter enter 1 2 5 0 . 5 tab r e n t enter";

#[test]
fn frames() {
    let snap = as_alice();
    for size in [(80, 24), (140, 40), (60, 16)] {
        let name = |what: &str| format!("{what}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name("transfers"), picture(&frame(&transfers(size, &snap, "j j"), &snap)));
        insta::assert_snapshot!(name("draft_new"), picture(&frame(&transfers(size, &snap, "n tab enter"), &snap)));
        insta::assert_snapshot!(name("draft"), picture(&frame(&transfers(size, &snap, WRITTEN), &snap)));
    }
    insta::assert_snapshot!("draft_hostile_80x24", picture(&frame(&transfers((80, 24), &snap, "enter"), &snap)));
    insta::assert_snapshot!("transfer_zoom_80x24", picture(&frame(&transfers((80, 24), &snap, "j j j j j z"), &snap)));
}

#[test]
fn leaving_stores_the_draft_and_a_failure_keeps_it() {
    let snap = as_alice();
    let mut ui = transfers((80, 24), &snap, WRITTEN);
    let wishes = key(&mut ui, &snap, KeyCode::Esc);
    let [(id, Wish::Ask(by, Ask::Draft(draft)))] = wishes.as_slice() else { panic!("{wishes:?}") };
    assert_eq!((by, draft.from.as_str()), (&member("alice"), "pay-eu-1"));
    let failure = Failure { code: "unavailable", message: "store: busy".to_owned(), hint: "", retry: true };
    ui.answer(&snap, *id, Err(failure));
    let again = picture(&frame(&ui, &snap));
    assert!(again.contains("unfinished draft is kept here"), "{again}");
    press(&mut ui, &snap, "n");
    let wishes = key(&mut ui, &snap, KeyCode::Esc);
    let [(id, Wish::Ask(_, Ask::Draft(_)))] = wishes.as_slice() else { panic!("{wishes:?}") };
    ui.answer(&snap, *id, Ok(Answer::Done(Done { request: Some(id_of(&world(), 9)), already: false, seq: 50 })));
    assert!(!picture(&frame(&ui, &snap)).contains("unfinished"));
}

#[test]
fn an_untouched_form_leaves_nothing_behind() {
    let snap = as_alice();
    let mut ui = transfers((80, 24), &snap, "n");
    assert!(key(&mut ui, &snap, KeyCode::Esc).is_empty());
    assert!(!picture(&frame(&ui, &snap)).contains("unfinished"));
}

#[test]
fn x_on_an_unsaved_draft_stores_it_and_opens_its_acts_unless_something_else_was_opened() {
    let snap = as_alice();
    let drafted = snap.treasury.requests().values().find(|request| request.stage_word() == "drafted").map(|request| request.id);
    let done = || Ok(Answer::Done(Done { request: drafted, already: false, seq: 50 }));
    for (between, opens) in [("", true), ("?", false)] {
        let mut ui = transfers((80, 24), &snap, WRITTEN);
        let wishes = ui.update(&snap, Input::Key(KeyPress::char('x')), 0);
        let [(id, Wish::Ask(_, Ask::Draft(_)))] = wishes.as_slice() else { panic!("{wishes:?}") };
        press(&mut ui, &snap, between);
        ui.answer(&snap, *id, done());
        assert_eq!(matches!(ui.modals.last(), Some(Modal::Acts(_))), opens, "{between:?}");
    }
    let mut ui = transfers((80, 24), &snap, WRITTEN);
    let wishes = ui.update(&snap, Input::Key(KeyPress::char('x')), 0);
    ui.lock(&snap, Why::Idle);
    ui.answer(&snap, wishes[0].0, done());
    assert!(matches!(ui.modals.as_slice(), [Modal::Unlock(_)]), "nothing opens over a lock");
}

#[test]
fn a_form_closes_when_its_draft_is_none_any_more() {
    let snap = as_alice();
    let other = snap.treasury.requests().values().find(|request| request.stage_word() == "proposed").map(|request| request.id);
    let mut ui = transfers((80, 24), &snap, WRITTEN);
    let wishes = ui.update(&snap, Input::Key(KeyPress::char('x')), 0);
    ui.answer(&snap, wishes[0].0, Ok(Answer::Done(Done { request: other, already: false, seq: 50 })));
    key(&mut ui, &snap, KeyCode::Esc);
    let shown = picture(&frame(&ui, &snap));
    assert!(shown.contains("newest first") && !shown.contains("not proposed"), "{shown}");
}
