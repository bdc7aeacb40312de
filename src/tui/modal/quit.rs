//! Whether to leave: `y` or `n`, no default.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::theme::{Role, Theme};
use crate::tui::keymap::{Action, Context};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::{cut, put};
use crate::tui::wish::Wish;

/// Rows of the prompt, title aside.
pub const ROWS: u16 = 3;

/// The prompt has no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct State;

impl Pane for State {
    fn context(&self) -> Context {
        Context::Prompt
    }

    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        ("Quit bursar?".to_owned(), String::new())
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        &[Hint::Of(&[Action::Yes], "quit"), Hint::Of(&[Action::No, Action::Cancel], "stay")]
    }

    fn press(&mut self, _scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        match pressed.action? {
            Action::Yes => Some(vec![Step::Wish(Wish::Quit)]),
            Action::No | Action::Cancel | Action::Quit => Some(vec![Step::Close]),
            _ => None,
        }
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let flying = scene.snap.treasury.requests().values().filter(|request| {
            request.transfer().is_some_and(|transfer| transfer.stage.flight().is_some() && !transfer.stage.is_over())
        });
        let lines = match flying.count() {
            0 => ["Nothing is in flight.".to_owned(), "Drafts and votes are kept in the journal.".to_owned()],
            count => [
                format!("{count} in flight. What was sent goes on by itself on the chain."),
                "It is followed here again by the next start, or by `bursar run`.".to_owned(),
            ],
        };
        for (row, line) in area.rows().zip(&lines) {
            put(
                buf,
                row.x + 2.min(row.width),
                row.y,
                &cut(line, usize::from(row.width.saturating_sub(2))),
                theme.style(Role::Text),
            );
        }
        None
    }
}
