//! Keys to states and wishes; what never happens by a key; bytes on the wire; text of others on every screen.

use std::sync::Arc;

use ratatui::Terminal;

use super::*;
use crate::desk::snapshot::JournalCheck;
use crate::domain::treasury::Treasury;
use crate::text::{Charset, cell_is_safe};
use crate::theme::{Depth, Theme};
use crate::tui::backend::FrameBackend;
use crate::tui::fixture::{HOSTILE, snapshot};
use crate::tui::frame::draw;
use crate::tui::frames::{console, frame, press};
use crate::tui::input::KeyCode;
use crate::tui::picture::picture;

fn key(ui: &mut Ui, snap: &Snapshot, key: KeyPress) -> Vec<Wish> {
    ui.update(snap, Input::Key(key), ui.now_ms).into_iter().map(|(_, wish)| wish).collect()
}

fn text(ui: &Ui, snap: &Snapshot) -> String {
    picture(&frame(ui, snap)).split("\nstyles\n").next().unwrap_or_default().to_owned()
}

fn failure(code: &'static str) -> Failure {
    Failure { code, message: "the password is wrong".to_owned(), hint: "", retry: true }
}

/// Types a passphrase and submits it; returns the wish.
fn submit(ui: &mut Ui, snap: &Snapshot) -> Option<WishId> {
    "guess".chars().for_each(|c| drop(ui.update(snap, Input::Key(KeyPress::char(c)), ui.now_ms)));
    let wishes = ui.update(snap, Input::Key(KeyPress::plain(KeyCode::Enter)), ui.now_ms);
    wishes.into_iter().find(|(_, wish)| matches!(wish, Wish::Unlock(_))).map(|(id, _)| id)
}

#[test]
fn digits_switch_screens_and_each_is_kept_as_it_was_left() {
    let snap = snapshot();
    let mut ui = console((80, 24), &snap);
    press(&mut ui, &snap, "4 j j");
    let before = text(&ui, &snap);
    press(&mut ui, &snap, "5 1 4");
    assert_eq!(text(&ui, &snap), before, "the cursor is where it was");
    press(&mut ui, &snap, "esc");
    assert_eq!(ui.screen.tab(), Tab::Overview);
}

#[test]
fn no_single_key_asks_for_an_act_on_any_screen() {
    let snap = snapshot();
    let keys = (' '..='~').map(KeyPress::char).chain(('a'..='z').map(KeyPress::ctrl)).chain(
        [KeyCode::Enter, KeyCode::Tab, KeyCode::BackTab, KeyCode::Esc, KeyCode::Delete, KeyCode::Up, KeyCode::Home, KeyCode::F1]
            .map(KeyPress::plain),
    );
    for (pressed, tab) in keys.flat_map(|key| Tab::ALL.map(|tab| (key, tab))) {
        let mut ui = console((80, 24), &snap);
        ui.go(tab);
        for wish in key(&mut ui, &snap, pressed) {
            let harmless = matches!(
                wish,
                Wish::Lock | Wish::Refresh | Wish::Verify | Wish::Page(_) | Wish::Copy(_) | Wish::Suspend | Wish::Redraw
            );
            assert!(harmless, "{pressed:?} on {tab:?} asks for {wish:?}");
        }
    }
}

#[test]
fn esc_never_does_anything_that_cannot_be_undone() {
    let snap = snapshot();
    for keys in ["", "4", "5", "?", "m", "^q", "x", "3", "2"] {
        let mut ui = console((80, 24), &snap);
        press(&mut ui, &snap, keys);
        for _ in 0..6 {
            assert_eq!(key(&mut ui, &snap, KeyPress::plain(KeyCode::Esc)), [], "after {keys:?}");
        }
    }
}

#[test]
fn leaving_is_asked_and_has_no_default() {
    let snap = snapshot();
    let mut ui = console((80, 24), &snap);
    press(&mut ui, &snap, "esc");
    assert!(matches!(ui.modals[..], [Modal::Quit(_)]));
    assert_eq!(key(&mut ui, &snap, KeyPress::plain(KeyCode::Enter)), []);
    assert_eq!(key(&mut ui, &snap, KeyPress::char('n')), []);
    assert!(ui.modals.is_empty());
    press(&mut ui, &snap, "^q");
    assert_eq!(key(&mut ui, &snap, KeyPress::char('y')), [Wish::Quit]);
}

#[test]
fn hidden_amounts_are_on_no_screen() {
    let snap = snapshot();
    for tab in Tab::ALL {
        let mut ui = console((140, 40), &snap);
        ui.go(tab);
        press(&mut ui, &snap, ".");
        let shown = text(&ui, &snap);
        for amount in ["48,250", "420,000", "1,210", "250,000", "2.50", "0.80"] {
            assert!(!shown.contains(amount), "{tab:?} shows {amount}:\n{shown}");
        }
    }
}

#[test]
fn an_idle_screen_locks_and_nothing_else_is_drawn() {
    let snap = snapshot();
    for tab in Tab::ALL {
        let mut ui = console((80, 24), &snap);
        ui.go(tab);
        let now = ui.now;
        assert_eq!(ui.tick(&snap, now.plus(299), 299_000), []);
        let wishes: Vec<Wish> = ui.tick(&snap, now.plus(300), 300_000).into_iter().map(|(_, wish)| wish).collect();
        assert_eq!(wishes, [Wish::Lock]);
        let shown = text(&ui, &snap);
        for secret in ["acme", "bob", "pay-", "vault", "ETH", "USDC", "R-0", "UNLOCKED"] {
            assert!(!shown.contains(secret), "{tab:?} still shows {secret}:\n{shown}");
        }
        for name in ["3", "x", "esc", "tab", "?", "m", "."] {
            press(&mut ui, &snap, name);
            assert!(ui.is_covered(), "{name} uncovers");
        }
        assert_eq!(ui.screen.tab(), tab, "what was open is kept");
    }
}

#[test]
fn a_jump_of_the_wall_clock_and_a_lost_focus_lock_too() {
    let snap = snapshot();
    let mut ui = console((80, 24), &snap);
    let now = ui.now;
    ui.tick(&snap, now.plus(3_600), 1_000);
    assert!(ui.is_covered(), "the machine slept");
    let mut ui = console((80, 24), &snap);
    ui.update(&snap, Input::Focus(false), 1_000);
    ui.tick(&snap, now.plus(60), 60_000);
    assert!(!ui.is_covered());
    ui.tick(&snap, now.plus(61), 61_000);
    assert!(ui.is_covered());
}

#[test]
fn wrong_passphrases_are_counted_and_delayed() {
    let snap = snapshot();
    let mut ui = console((80, 24), &snap);
    press(&mut ui, &snap, "^x");
    for nth in 1..=unlock::TRIES {
        let id = submit(&mut ui, &snap).expect("a try");
        assert!(submit(&mut ui, &snap).is_none(), "one try at a time");
        ui.answer(&snap, id, Err(failure("keystore.wrong_password")));
        assert!(text(&ui, &snap).contains("[keystore.wrong_password]"), "{}", text(&ui, &snap));
        assert_eq!(nth < unlock::TRIES, !text(&ui, &snap).contains("The next one in"));
    }
    assert!(submit(&mut ui, &snap).is_none(), "too early");
    ui.now_ms += unlock::DELAY_MS;
    let id = submit(&mut ui, &snap).expect("the delay is over");
    ui.answer(&snap, id, Ok(Answer::Unlocked));
    assert!(ui.modals.is_empty());
    assert!(ui.status.as_ref().is_some_and(|say| say.text.contains("open")));
}

#[test]
fn a_small_window_offers_no_acts_and_no_review() {
    let snap = snapshot();
    for keys in ["x", "enter"] {
        let mut ui = console((60, 16), &snap);
        press(&mut ui, &snap, keys);
        assert!(ui.modals.is_empty() && ui.screen.tab() == Tab::Overview);
        assert!(text(&ui, &snap).contains("Small window"));
    }
}

#[test]
fn a_selection_survives_new_rows_and_resizes() {
    let snap = snapshot();
    let mut ui = console((80, 24), &snap);
    press(&mut ui, &snap, "4 j j");
    ui.size = (140, 40);
    assert!(text(&ui, &snap).contains("X pay-us-1") || text(&ui, &snap).contains("> pay-us-1"));
    assert!(text(&ui, &snap).contains("-- pay-us-1 --"));
}

#[test]
fn the_status_row_says_what_happened_and_what_has_not() {
    let snap = snapshot();
    let mut ui = console((140, 40), &snap);
    let refused = ui.update(&snap, Input::Key(KeyPress::char('r')), 0);
    ui.answer(
        &snap,
        refused[0].0,
        Err(Failure { code: "unavailable", message: "node: no answer".to_owned(), hint: "", retry: true }),
    );
    assert!(text(&ui, &snap).contains("Not done: node: no answer [unavailable]. Trying again may help."));
    assert_eq!(ui.said.len(), 1);
    press(&mut ui, &snap, "m");
    assert!(text(&ui, &snap).contains("Not done: node: no answer"));
}

fn terminal(size: (u16, u16)) -> Terminal<FrameBackend<Vec<u8>>> {
    Terminal::new(FrameBackend::new(Vec::new(), size.0, size.1)).expect("a vector is always ready")
}

/// Bytes that drawing this state costs.
fn cost(terminal: &mut Terminal<FrameBackend<Vec<u8>>>, ui: &Ui, snap: &Snapshot, theme: &Theme) -> u64 {
    let before = terminal.backend().sent().bytes;
    terminal.draw(|frame| { draw(ui, snap, theme, frame.buffer_mut()); }).expect("a vector takes everything");
    assert_eq!(terminal.backend().sent().unsafe_cells, 0);
    terminal.backend().sent().bytes - before
}

#[test]
fn byte_budgets_hold_in_every_depth() {
    let snap = snapshot();
    for depth in [Depth::Mono, Depth::C16, Depth::C256, Depth::True] {
        let theme = Theme::built_in("harbour").expect("built in").fitted(depth, Charset::Unicode);
        for (size, switch) in [((80, 24), 5_000), ((140, 40), 9_000)] {
            let (mut ui, mut terminal) = (console(size, &snap), terminal(size));
            cost(&mut terminal, &ui, &snap, &theme);
            assert_eq!(cost(&mut terminal, &ui, &snap, &theme), 0, "nothing changed");
            for keys in ["4", "5", "1", "?", "esc", "m"] {
                press(&mut ui, &snap, keys);
                let bytes = cost(&mut terminal, &ui, &snap, &theme);
                assert!(bytes <= switch, "{keys} at {size:?} {depth:?}: {bytes}");
            }
        }
        let (mut ui, mut terminal) = (console((80, 24), &snap), terminal((80, 24)));
        cost(&mut terminal, &ui, &snap, &theme);
        press(&mut ui, &snap, "j");
        let bytes = cost(&mut terminal, &ui, &snap, &theme);
        assert!(bytes <= 500, "a cursor move on the overview, {depth:?}: {bytes}");
    }
}

#[test]
fn ages_do_not_change_the_screen_every_second() {
    let snap = snapshot();
    let (mut ui, mut terminal, theme) = (console((80, 24), &snap), terminal((80, 24)), Theme::default());
    cost(&mut terminal, &ui, &snap, &theme);
    let (now, mut frames) = (ui.now, 0);
    for second in 1..=60 {
        ui.tick(&snap, now.plus(second), second * 1_000);
        frames += u64::from(cost(&mut terminal, &ui, &snap, &theme) > 0);
    }
    assert!(frames <= 40, "{frames} of 60 seconds changed something");
}

#[test]
fn text_of_others_never_reaches_a_cell_as_it_is() {
    let mut snap = snapshot();
    let mut notices = (*snap.notices).clone();
    let mut nodes = (*snap.nodes).clone();
    notices.iter_mut().for_each(|notice| notice.text = HOSTILE.to_owned());
    for node in &mut nodes {
        (node.usable, node.error) = (false, Some(HOSTILE.to_owned()));
    }
    let mut balances = (*snap.balances).clone();
    balances.failed = snap.treasury.networks().keys().map(|id| (*id, HOSTILE.to_owned())).collect();
    snap.check = JournalCheck::Broken { seq: 7, why: HOSTILE.to_owned() };
    (snap.notices, snap.nodes, snap.balances) = (notices.into(), nodes.into(), balances.into());
    for (size, tab) in [(80, 24), (140, 40), (60, 16), (40, 10)].into_iter().flat_map(|size| Tab::ALL.map(|tab| (size, tab))) {
        for keys in ["", "j", "j j enter", "enter", "m", "?", "^x", "x"] {
            let mut ui = console(size, &snap);
            ui.go(tab);
            press(&mut ui, &snap, keys);
            let buf = frame(&ui, &snap);
            assert!(buf.content().iter().all(|cell| cell_is_safe(cell.symbol())), "{tab:?} {keys}:\n{}", picture(&buf));
        }
    }
}

#[test]
fn no_size_makes_a_screen_panic() {
    let snap = snapshot();
    for (width, height) in (1..=150).step_by(19).flat_map(|width| (1..=50).step_by(7).map(move |height| (width, height))) {
        for keys in ["1", "4", "4 enter", "5", "5 enter", "?", "m", "^q", "^x"] {
            let mut ui = console((width, height), &snap);
            press(&mut ui, &snap, keys);
            frame(&ui, &snap);
        }
    }
}

#[test]
fn an_empty_treasury_has_screens_too() {
    let mut snap = snapshot();
    snap.treasury = Arc::new(Treasury::unfounded());
    snap.recent = Arc::default();
    snap.me = None;
    for (keys, size) in ["1", "2", "3", "4", "5", "4 enter j", "5 enter j", "x", "?"]
        .into_iter()
        .flat_map(|keys| [(80, 24), (140, 40)].map(|size| (keys, size)))
    {
        let mut ui = console(size, &snap);
        press(&mut ui, &snap, keys);
        frame(&ui, &snap);
    }
}
