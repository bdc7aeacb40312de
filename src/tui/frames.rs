//! Frames as pictures: what every screen looks like at the sizes that matter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::snapshot::Snapshot;
use crate::text::Charset;
use crate::theme::{Depth, Theme};
use crate::tui::fixture::{links, snapshot};
use crate::tui::frame::draw;
use crate::tui::input::{Input, KeyCode, KeyPress};
use crate::tui::picture::picture;
use crate::tui::ui::Ui;
use crate::tui::wish::{Answer, Wish};

const SIZES: [(u16, u16); 4] = [(80, 24), (140, 40), (60, 16), (40, 10)];

/// A console on the story's snapshot.
pub fn console(size: (u16, u16), snap: &Snapshot) -> Ui {
    let mut ui = Ui::new(size, snap, 0);
    ui.idle_lock_ms = Some(300_000);
    ui
}

/// Presses keys: single characters, or `enter`, `esc`, `tab`, `^x`.
pub fn press(ui: &mut Ui, snap: &Snapshot, keys: &str) {
    for key in keys.split_whitespace() {
        let key = match key {
            "enter" => KeyPress::plain(KeyCode::Enter),
            "esc" => KeyPress::plain(KeyCode::Esc),
            "tab" => KeyPress::plain(KeyCode::Tab),
            "^x" => KeyPress::ctrl('x'),
            "^q" => KeyPress::ctrl('q'),
            one => KeyPress::char(one.chars().next().unwrap_or(' ')),
        };
        for (id, wish) in ui.update(snap, Input::Key(key), 0) {
            if let Wish::Page(upto) = wish {
                ui.answer(snap, id, Ok(Answer::Page(links(upto))));
            }
        }
    }
}

/// The frame of a console.
pub fn frame(ui: &Ui, snap: &Snapshot) -> Buffer {
    let theme = Theme::default().fitted(Depth::C16, Charset::Ascii);
    let mut buf = Buffer::empty(Rect::new(0, 0, ui.size.0, ui.size.1));
    draw(ui, snap, &theme, &mut buf);
    buf
}

fn shown(name: &str, keys: &str) {
    let snap = snapshot();
    for (width, height) in SIZES {
        let mut ui = console((width, height), &snap);
        press(&mut ui, &snap, keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&frame(&ui, &snap)));
    }
}

#[test]
fn overview() {
    shown("overview", "");
}

#[test]
fn wallets() {
    shown("wallets", "4");
}

#[test]
fn audit() {
    shown("audit", "5");
}

#[test]
fn help() {
    shown("help", "?");
}

#[test]
fn unlock() {
    shown("locked", "^x");
}

#[test]
fn quit() {
    shown("quit", "^q");
}

#[test]
fn messages() {
    shown("messages", "m");
}
