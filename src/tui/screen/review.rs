//! The review of one request.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::domain::terms::Decision;
use crate::theme::{Role, Theme};
use crate::tui::keymap::{Action, Context};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::key_value;

/// Which request is reviewed.
#[derive(Clone, Debug)]
pub struct State {
    /// The request.
    pub request: RequestId,
}

impl State {
    /// The review of this request.
    pub fn of(request: RequestId) -> Self {
        Self { request }
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Review
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        (scene.snap.treasury.request(self.request).map_or_else(|_| "Review".to_owned(), |r| format!("Review {}", r.number)), String::new())
    }

    fn hints(&self) -> &'static [Hint] {
        &[Hint::Of(&[Action::Back], "back"), Hint::Of(&[Action::Help], "help")]
    }

    fn press(&mut self, _scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        (pressed.action == Some(Action::Back)).then(|| vec![Step::Close])
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Ok(request) = scene.snap.treasury.request(self.request) else { return None };
        let fields = request.fields(Decision::Approve).unwrap_or_default();
        for (row, (key, value)) in area.rows().zip(&fields) {
            key_value(buf, row, theme, 14, (key, value, Role::Text));
        }
        None
    }
}
