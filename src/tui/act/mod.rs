//! The act sheet: what could be done with the selected request, and why not.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::theme::{Role, Theme};
use crate::tui::keymap::{Action, Context};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::put;

/// The list of acts for one thing. Opening it changes nothing.
#[derive(Clone, Debug)]
pub struct ActSheet {
    /// The request it is about; none where nothing is selected.
    pub request: Option<RequestId>,
}

impl ActSheet {
    /// Acts for a request.
    pub fn new(request: Option<RequestId>) -> Self {
        Self { request }
    }

    /// Rows it takes, title and footer aside.
    pub fn rows(&self) -> u16 {
        4
    }
}

impl Pane for ActSheet {
    fn context(&self) -> Context {
        Context::ActSheet
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let number = self.request.and_then(|id| scene.snap.treasury.request(id).ok()).map(|request| format!("Acts for {}", request.number));
        (number.unwrap_or_else(|| "Acts".to_owned()), "nothing happens by opening this list".to_owned())
    }

    fn hints(&self) -> &'static [Hint] {
        &[Hint::Of(&[Action::Cancel], "close")]
    }

    fn press(&mut self, _scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        (pressed.action == Some(Action::Cancel)).then(|| vec![Step::Close])
    }

    fn view(&self, _scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        put(buf, area.x + 2, area.y, "Nothing can be done here.", theme.style(Role::Text));
        None
    }
}

/// One act on a screen of its own.
#[derive(Clone, Debug)]
pub enum ActScreen {}

impl Pane for ActScreen {
    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        match *self {}
    }

    fn hints(&self) -> &'static [Hint] {
        match *self {}
    }

    fn press(&mut self, _scene: &Scene<'_>, _pressed: Pressed) -> Option<Vec<Step>> {
        match *self {}
    }

    fn view(&self, _scene: &Scene<'_>, _theme: &Theme, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
        match *self {}
    }
}
