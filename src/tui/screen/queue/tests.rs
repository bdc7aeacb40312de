//! The queue as it is seen and used.

use crate::desk::snapshot::Snapshot;
use crate::tui::fixture::snapshot;
use crate::tui::frames::{console, frame, press};
use crate::tui::picture::picture;
use crate::tui::ui::Ui;

fn queue(size: (u16, u16), snap: &Snapshot, keys: &str) -> Ui {
    let mut ui = console(size, snap);
    press(&mut ui, snap, "3");
    press(&mut ui, snap, keys);
    ui
}

#[test]
fn frames() {
    let snap = snapshot();
    for size in [(80, 24), (140, 40), (100, 30), (60, 16)] {
        insta::assert_snapshot!(format!("queue_{}x{}", size.0, size.1), picture(&frame(&queue(size, &snap, "j"), &snap)));
    }
    insta::assert_snapshot!("queue_needs_me_80x24", picture(&frame(&queue((80, 24), &snap, "f"), &snap)));
    insta::assert_snapshot!("queue_filter_80x24", picture(&frame(&queue((80, 24), &snap, "/ l a n d"), &snap)));
    for size in [(80, 24), (140, 40)] {
        insta::assert_snapshot!(format!("act_sheet_{}x{}", size.0, size.1), picture(&frame(&queue(size, &snap, "f x j"), &snap)));
    }
}

#[test]
fn the_filter_narrows_and_esc_shows_all_again() {
    let snap = snapshot();
    let rows = |ui: &Ui| picture(&frame(ui, &snap)).split("styles").next().unwrap_or_default().matches("R-00").count();
    let all = rows(&queue((60, 16), &snap, ""));
    assert!(rows(&queue((60, 16), &snap, "/ n o r d")) < all);
    assert_eq!(rows(&queue((60, 16), &snap, "/ n o r d esc")), all);
}
