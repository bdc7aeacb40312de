//! Pictures of every act, and that nothing can be typed where not everything is shown.

use super::*;
use crate::desk::ask::Done;
use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::tests::fixtures::member;
use crate::tui::act::ActSheet;
use crate::tui::fixture::{id_of, snapshot, world};
use crate::tui::frames::{console, frame, press};
use crate::tui::modal::Modal;
use crate::tui::picture::picture;
use crate::tui::screen::review::sections_of;
use crate::tui::ui::Ui;
use crate::tui::wish::{Failure, WishId};

fn unlocked(me: &str) -> Snapshot {
    let mut snap = snapshot();
    snap.me = Some(member(me));
    snap.lock = Lock::Unlocked { members: ["alice", "anton", "bob", "carol", "gina"].map(member).into(), wallets: Vec::new() };
    snap
}

/// A console with the screen of this act open, and armed.
fn acting(size: (u16, u16), snap: &Snapshot, number: u64, act: Act) -> Ui {
    let mut ui = console(size, snap);
    let me = ui.me.clone();
    let request = snap.treasury.request(id_of(&world(), number)).expect("it is there");
    let seen = sections_of(request).len();
    let ceremony = Ceremony::open(&ui.scene(snap, me.as_ref()), request, act, (seen, seen)).expect("the act is not off");
    ui.modals.push(Modal::Act(ActScreen::new(ceremony)));
    ui.tick(snap, snap.at, 400);
    ui
}

fn types(ui: &mut Ui, snap: &Snapshot, from_ms: u64, keys: &[KeyCode]) -> Vec<(WishId, Wish)> {
    let mut wishes = Vec::new();
    for (code, now) in keys.iter().zip((from_ms..).step_by(200)) {
        wishes.extend(ui.update(snap, Input::Key(KeyPress::plain(*code)), now));
        wishes.extend(ui.tick(snap, snap.at, now + 20));
    }
    wishes
}

#[test]
fn frames() {
    let acts = [
        ("approve", "bob", 6, Act::Approve),
        ("approve_change", "gina", 8, Act::Approve),
        ("object", "bob", 6, Act::Object),
        ("withdraw", "anton", 6, Act::Withdraw),
        ("bump", "alice", 4, Act::Bump),
        ("freeze", "carol", 6, Act::Freeze),
        ("propose", "alice", 9, Act::Propose),
    ];
    for (name, me, number, act) in acts {
        let snap = unlocked(me);
        for size in [(80, 24), (140, 40), (72, 20)] {
            let ui = acting(size, &snap, number, act);
            insta::assert_snapshot!(format!("act_{name}_{}x{}", size.0, size.1), picture(&frame(&ui, &snap)));
        }
    }
}

#[test]
fn what_really_happened_is_shown_and_nothing_is_offered_again() {
    let snap = unlocked("anton");
    for (name, result) in [
        ("done", Ok(Answer::Done(Done { request: Some(id_of(&world(), 6)), already: false, seq: snap.tip.seq }))),
        (
            "failed",
            Err(Failure {
                code: "stage.wrong",
                message: "R-0006 is ordered: it cannot be withdrawn any more".to_owned(),
                hint: "look at the request: it has moved on",
                retry: false,
            }),
        ),
    ] {
        let mut ui = acting((80, 24), &snap, 6, Act::Withdraw);
        let wishes = types(&mut ui, &snap, 1_000, &[KeyCode::Char('y')]);
        let [(id, Wish::Ask(..))] = wishes.as_slice() else { panic!("{wishes:?}") };
        ui.answer(&snap, *id, result);
        insta::assert_snapshot!(format!("act_{name}_80x24"), picture(&frame(&ui, &snap)));
        assert!(types(&mut ui, &snap, 5_000, &[KeyCode::Char('y'), KeyCode::Enter]).is_empty());
        types(&mut ui, &snap, 9_000, &[KeyCode::Esc]);
        assert!(ui.modals.is_empty());
    }
}

#[test]
fn where_not_everything_fits_nothing_can_be_typed() {
    let snap = unlocked("anton");
    let mut ui = acting((80, 24), &snap, 6, Act::Withdraw);
    ui.size = (60, 16);
    assert!(types(&mut ui, &snap, 1_000, &[KeyCode::Char('y')]).is_empty());
    ui.size = (80, 24);
    assert!(types(&mut ui, &snap, 9_000, &[KeyCode::Char('y')]).len() == 1);
}

#[test]
fn another_member_is_chosen_only_where_their_key_is_open() {
    let snap = unlocked("bob");
    let mut ui = console((80, 24), &snap);
    ui.modals.push(Modal::Acts(ActSheet::new(Some(id_of(&world(), 6)))));
    press(&mut ui, &snap, "@");
    insta::assert_snapshot!("act_as_80x24", picture(&frame(&ui, &snap)));
    press(&mut ui, &snap, "j enter");
    assert_eq!(ui.me, Some(member("carol")));
    assert!(picture(&frame(&ui, &snap)).contains("you act as carol"));
    let mut alone = snapshot();
    alone.me = Some(member("bob"));
    let mut ui = console((80, 24), &alone);
    ui.modals.push(Modal::Acts(ActSheet::new(Some(id_of(&world(), 6)))));
    press(&mut ui, &alone, "@ j enter");
    assert_eq!(ui.me, Some(member("bob")));
}
