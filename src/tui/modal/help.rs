//! Help for the screen one came from: its keys, the keys that mean the same everywhere, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::theme::{Role, Theme};
use crate::tui::keymap::{Action, Context};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::put;

/// Which screen it is about.
#[derive(Clone, Debug)]
pub struct State {
    hints: &'static [Hint],
    from: usize,
}

impl State {
    /// Help for this pane.
    pub fn of(pane: &dyn Pane) -> Self {
        Self { hints: pane.hints(), from: 0 }
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Page
    }

    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        ("Help".to_owned(), "? or esc closes".to_owned())
    }

    fn hints(&self) -> &'static [Hint] {
        &[Hint::Of(&[Action::Down, Action::Up], "scroll"), Hint::Of(&[Action::Back], "close")]
    }

    fn press(&mut self, _scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        match pressed.action? {
            Action::Down => self.from += 1,
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::Back | Action::Help => return Some(vec![Step::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn view(&self, _scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        put(buf, area.x, area.y, &format!("{:?}", self.hints), theme.style(Role::Text));
        None
    }
}
