//! The review as a whole: what it shows, and what opens the way to a vote.

use super::*;
use crate::desk::snapshot::Snapshot;
use crate::domain::tests::fixtures::member;
use crate::tui::figures::verdict_lines;
use crate::tui::fixture::{id_of, snapshot, world};
use crate::tui::frames::{console, frame, press};
use crate::tui::input::{Input, KeyCode, KeyPress};
use crate::tui::picture::picture;
use crate::tui::screen::Screen;
use crate::tui::ui::Ui;

fn opened(size: (u16, u16), snap: &Snapshot, number: u64) -> Ui {
    let mut ui = console(size, snap);
    ui.screen = Screen::Review(State::of(id_of(&world(), number)));
    if let Screen::Review(state) = &mut ui.screen {
        let me = member("bob");
        let scene =
            Scene { snap, me: Some(&me), size, class: Class::of(size.0, size.1), hide_amounts: false, now: snap.at, now_ms: 0 };
        state.shown(&scene);
    }
    ui
}

fn seen(ui: &Ui, snap: &Snapshot, number: u64) -> (usize, usize) {
    match &ui.screen {
        Screen::Review(state) => state.seen(snap.treasury.request(id_of(&world(), number)).expect("it is there")),
        _ => panic!("not the review"),
    }
}

#[test]
fn frames() {
    let snap = snapshot();
    for size in [(80, 24), (140, 40)] {
        for (name, number) in [("transfer", 6), ("change", 8), ("flight", 7)] {
            let mut ui = opened(size, &snap, number);
            let mut pages = picture(&frame(&ui, &snap));
            for _ in 0..5 {
                press(&mut ui, &snap, "tab");
                let next = picture(&frame(&ui, &snap));
                if pages.contains(&next) {
                    break;
                }
                pages.push_str(&next);
            }
            insta::assert_snapshot!(format!("review_{name}_{}x{}", size.0, size.1), pages);
        }
    }
}

#[test]
fn every_page_must_stand_for_a_second() {
    let snap = snapshot();
    let mut ui = opened((80, 24), &snap, 6);
    let mut now = 0;
    for _ in 0..30 {
        now += 300;
        ui.update(&snap, Input::Key(KeyPress::plain(KeyCode::Tab)), now);
    }
    assert_eq!(seen(&ui, &snap, 6).0, 0, "leafing through is not reading");
    for round in 0..80 {
        let key = if round % 8 == 7 { KeyPress::plain(KeyCode::Tab) } else { KeyPress::ctrl('d') };
        ui.update(&snap, Input::Key(key), now);
        now += 1_100;
        ui.tick(&snap, snap.at, now);
    }
    assert_eq!(seen(&ui, &snap, 6), (6, 6));
}

#[test]
fn at_every_height_reading_each_page_is_seeing_each_section() {
    let snap = snapshot();
    let me = member("bob");
    for (height, number) in (22..=44).flat_map(|height| [(height, 6), (height, 8)]) {
        let mut ui = opened((80, height), &snap, number);
        let mut now = 0;
        for _ in 0..24 {
            now += 1_000;
            ui.tick(&snap, snap.at, now);
            let more = ui.top().status(&ui.scene(&snap, Some(&me))).contains(" more: j");
            let key = if more { KeyPress::ctrl('d') } else { KeyPress::plain(KeyCode::Tab) };
            ui.update(&snap, Input::Key(key), now);
        }
        let (seen, all) = seen(&ui, &snap, number);
        assert_eq!(seen, all, "R-{number} at 80x{height}");
    }
}

#[test]
fn the_sheet_over_it_hides_it_from_the_gate() {
    let snap = snapshot();
    let mut ui = opened((140, 40), &snap, 6);
    ui.update(&snap, Input::Key(KeyPress::char('x')), 10);
    for at in [1_500, 3_000, 60_000] {
        ui.tick(&snap, snap.at, at);
    }
    assert_eq!(seen(&ui, &snap, 6).0, 0);
}

#[test]
fn verdicts_are_the_lines_of_the_command_line() {
    let snap = snapshot();
    let request = snap.treasury.request(id_of(&world(), 6)).expect("it is there");
    let verdict = snap.treasury.verdict(request, snap.at).expect("judged");
    let shown: Vec<String> = verdict_lines(&verdict).iter().map(Line::text).collect();
    assert_eq!(shown, verdict.lines());
}
